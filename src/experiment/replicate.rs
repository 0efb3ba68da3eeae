//! Replications in parallel: the same results in the same order for any number of threads.
//!
//! Jobs are taken in the order replication by replication, each in all scenarios, so that an interrupted comparison has
//! finished pairs. What is only needed as a sum (histograms) is added up at once and not kept by replication.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::control::{Control, Failure};
use super::federation::{AreaRun, Joining};
use super::one_run::{Finished, Run, finished, run_one};
use crate::engine::time::{DAY, SimSpan};
use crate::stats::histogram::Histogram;
use crate::uec::measures::MeasureTables;
use crate::uec::model::Model;

/// All replications of one scenario.
#[derive(Debug)]
pub struct Replicated {
    pub tables: MeasureTables,
    /// In the order of replications.
    pub finished: Vec<Finished>,
    /// Summed over replications, in the order of `MeasureTables::histogram_keys`.
    pub histograms: Vec<Histogram>,
    /// In the order of replications.
    pub failures: Vec<Failure>,
    /// Cancelled before all replications were done.
    pub is_partial: bool,
}

/// Runs the replications that each model's plan asks for; results by model.
///
/// Errors: the machine refuses threads.
pub fn replicate(models: &[Model], control: &Control<'_>) -> Result<Vec<Replicated>, String> {
    replicate_from(models, &vec![0; models.len()], control)
}

/// As [`replicate`], of which as many replications of each model as `done` says were run before.
///
/// Errors: the machine refuses threads.
pub fn replicate_from(
    models: &[Model],
    done: &[u32],
    control: &Control<'_>,
) -> Result<Vec<Replicated>, String> {
    let tables: Vec<MeasureTables> = models.iter().map(tables_of).collect();
    let jobs = jobs(models, done);
    let gatherings: Vec<Mutex<Gathering>> = models.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(control.threads.max(1))
        .build()
        .map_err(|fault| fault.to_string())?;
    pool.broadcast(|_| {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            if control.cancel.load(Ordering::Relaxed) {
                break;
            }
            let (model, tables) = (&models[job.scenario], &tables[job.scenario]);
            let gathering = &gatherings[job.scenario];
            match job.area {
                Some(area) => run_area(model, tables, (area, job.replication), control, gathering),
                None => {
                    let run = run_one(model, tables, job.replication, control, |ended| {
                        finished(model, job.replication, ended)
                    });
                    locked(gathering).take(run);
                }
            }
        }
    });
    let wanted = models.iter().zip(done);
    let wanted = wanted.map(|(model, done)| model.run.replications.saturating_sub(*done));
    let gathered: Vec<Gathered> = (gatherings.into_iter().zip(wanted))
        .map(|(gathering, wanted)| {
            let gathering = gathering
                .into_inner()
                .expect("nothing panics while it holds the lock");
            gathering.gathered(wanted as usize)
        })
        .collect();
    let all = gathered.into_iter().zip(tables);
    Ok(all
        .map(|(gathered, tables)| gathered.with_tables(tables))
        .collect())
}

fn locked<'g, 't>(gathering: &'g Mutex<Gathering<'t>>) -> MutexGuard<'g, Gathering<'t>> {
    gathering
        .lock()
        .expect("nothing panics while it holds the lock")
}

/// Runs one area of several and adds it to its replication.
fn run_area<'t>(
    model: &Model,
    tables: &'t MeasureTables,
    (area, replication): (usize, u32),
    control: &Control<'_>,
    gathering: &Mutex<Gathering<'t>>,
) {
    let own = model.of_area(&model.areas[area]);
    let own_tables = tables_of(&own);
    let run = run_one(&own, &own_tables, replication, control, |ended| {
        AreaRun::of(&own, &own_tables, replication, ended)
    });
    let mut gathering = locked(gathering);
    let joining = gathering.joining.entry(replication);
    let joining = joining.or_insert_with(|| Joining::new(tables, model.areas.len()));
    match run {
        Run::Finished(run) => joining.take(area, run),
        Run::Failed(failure) => {
            let named = &model.areas[area].named.id;
            joining.fail(Failure {
                message: format!("in area {named}: {}", failure.message),
                ..failure
            });
        }
        Run::Cancelled => return,
    }
    if joining.is_complete()
        && let Some(joining) = gathering.joining.remove(&replication)
    {
        gathering.take(match joining.join(model, replication) {
            Ok(finished) => Run::Finished(finished),
            Err(failure) => Run::Failed(failure),
        });
    }
}

impl Replicated {
    /// Takes in later replications of the same scenario.
    pub fn append(&mut self, mut later: Self) {
        self.finished.append(&mut later.finished);
        self.failures.append(&mut later.failures);
        self.is_partial |= later.is_partial;
        if !later.histograms.is_empty() {
            self.add_histograms(later.histograms);
        }
    }

    pub(super) fn add_histograms(&mut self, of: Vec<Histogram>) {
        add_histograms(&mut self.histograms, of);
    }
}

/// Simulated days of all replications of `models`, for progress.
pub fn days_to_run(models: &[Model]) -> u64 {
    days_to_run_from(models, &vec![0; models.len()])
}

/// As [`days_to_run`], of those that are not yet `done`.
pub fn days_to_run_from(models: &[Model], done: &[u32]) -> u64 {
    let days = |(model, done): (&Model, &u32)| {
        let run = model.run;
        let left = u64::from(run.replications.saturating_sub(*done));
        let n_runs = left * model.areas.len().max(1) as u64;
        n_runs * (run.warm_up + run.length).0.div_ceil(DAY.0)
    };
    models.iter().zip(done).map(days).sum()
}

pub(super) fn tables_of(model: &Model) -> MeasureTables {
    tables_of_period(model, model.run.warm_up)
}

/// Tables of a period as long as the measured one that begins so long after the start.
pub(super) fn tables_of_period(model: &Model, start: SimSpan) -> MeasureTables {
    MeasureTables::new(model, start, model.run.length)
}

struct Job {
    scenario: usize,
    replication: u32,
    /// Of several areas.
    area: Option<usize>,
}

/// Replication by replication, each in all scenarios; areas with most patients first, so that all threads end together.
fn jobs(models: &[Model], done: &[u32]) -> Vec<Job> {
    let most = models.iter().map(|model| model.run.replications).max();
    let areas: Vec<Vec<Option<usize>>> = models.iter().map(areas_in_order).collect();
    let mut jobs = Vec::new();
    for replication in 1..=most.unwrap_or(0) {
        for (scenario, model) in models.iter().enumerate() {
            if replication > done[scenario] && replication <= model.run.replications {
                let of_scenario = areas[scenario].iter();
                jobs.extend(of_scenario.map(|&area| Job {
                    scenario,
                    replication,
                    area,
                }));
            }
        }
    }
    jobs
}

fn areas_in_order(model: &Model) -> Vec<Option<usize>> {
    let mut areas: Vec<usize> = (0..model.areas.len()).collect();
    let work = |area: &usize| model.areas[*area].arrivals_per_day();
    areas.sort_by(|a, b| work(b).total_cmp(&work(a)).then(a.cmp(b)));
    match areas.is_empty() {
        true => vec![None],
        false => areas.into_iter().map(Some).collect(),
    }
}

/// One replication of a model as a whole, whose tables are those of [`tables_of`]; areas one after another.
pub(super) fn run_whole(
    model: &Model,
    tables: &MeasureTables,
    replication: u32,
    control: &Control<'_>,
) -> Run<Finished> {
    if model.areas.is_empty() {
        return run_one(model, tables, replication, control, |ended| {
            finished(model, replication, ended)
        });
    }
    let gathering = Mutex::default();
    for area in 0..model.areas.len() {
        run_area(model, tables, (area, replication), control, &gathering);
    }
    let mut gathering = gathering
        .into_inner()
        .expect("nothing panics while it holds the lock");
    match (gathering.finished.pop(), gathering.failures.pop()) {
        (Some(finished), _) => Run::Finished(finished),
        (None, Some(failure)) => Run::Failed(failure),
        (None, None) => Run::Cancelled,
    }
}

/// What has come in so far, in any order.
#[derive(Default)]
struct Gathering<'t> {
    finished: Vec<Finished>,
    failures: Vec<Failure>,
    histograms: Vec<Histogram>,
    /// Replications of which some areas are done.
    joining: BTreeMap<u32, Joining<'t>>,
}

/// [`Replicated`] without its tables.
struct Gathered {
    finished: Vec<Finished>,
    histograms: Vec<Histogram>,
    failures: Vec<Failure>,
    is_partial: bool,
}

impl Gathering<'_> {
    fn take(&mut self, run: Run<Finished>) {
        match run {
            Run::Finished(mut finished) => {
                let histograms = std::mem::take(&mut finished.outcome.histograms);
                add_histograms(&mut self.histograms, histograms);
                self.finished.push(finished);
            }
            Run::Failed(failure) => self.failures.push(failure),
            Run::Cancelled => {}
        }
    }

    /// All that came in of those `wanted`.
    fn gathered(mut self, wanted: usize) -> Gathered {
        self.finished.sort_by_key(|finished| finished.replication);
        self.failures.sort_by_key(|failure| failure.replication);
        let n_done = self.finished.len() + self.failures.len();
        Gathered {
            is_partial: n_done < wanted,
            finished: self.finished,
            histograms: self.histograms,
            failures: self.failures,
        }
    }
}

impl Gathered {
    fn with_tables(self, tables: MeasureTables) -> Replicated {
        Replicated {
            tables,
            finished: self.finished,
            histograms: self.histograms,
            failures: self.failures,
            is_partial: self.is_partial,
        }
    }
}

fn add_histograms(sums: &mut Vec<Histogram>, of: Vec<Histogram>) {
    if sums.is_empty() {
        *sums = of;
        return;
    }
    for (sum, times) in sums.iter_mut().zip(&of) {
        sum.merge(times);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::control::FailureKind;
    use super::*;
    use crate::engine::program::{
        Arrivals, AttributeId, Chance, ChanceId, DispositionId, Draw, N_ATTRIBUTES, Program,
        RecordedArrival, Selector, SiteId, Step, StepId, StreamPlace, StreamSpec,
    };
    use crate::engine::streams::purpose_key;
    use crate::engine::time::SimTime;
    use crate::uec::model::RunPlan;

    /// One patient, who leaves with a chance of one half and else is to change an attribute that patients do not have: a
    /// fault that only the program itself could make.
    fn faulty() -> Model {
        let chance = Chance {
            selector: Selector {
                dimensions: Vec::new(),
                rows: vec![0],
            },
            n_outcomes: 2,
            cumulative: vec![0.5, 1.0],
        };
        let stream = StreamSpec {
            key: purpose_key("patient"),
            arrivals: Arrivals::Recorded(vec![RecordedArrival {
                time: SimTime(1),
                set: Vec::new(),
            }]),
            entry: StepId(0),
            attributes: [0; N_ATTRIBUTES],
            drawn: Vec::new(),
            place: StreamPlace::At(Default::default()),
            active: None,
        };
        let steps = vec![
            Step::Share {
                chance: ChanceId(0),
                otherwise: StepId(2),
            },
            Step::Leave {
                disposition: DispositionId(0),
                site: SiteId(0),
            },
            Step::Set {
                attribute: AttributeId(N_ATTRIBUTES as u8),
                level: 0,
            },
            Step::Jump { to: StepId(1) },
        ];
        let purpose = purpose_key("share");
        Model {
            name: "faulty".to_owned(),
            run: RunPlan {
                length: DAY,
                replications: 16,
                ..RunPlan::default()
            },
            program: Program {
                draws: vec![
                    Draw {
                        purpose,
                        ..Draw::default()
                    };
                    steps.len()
                ],
                steps,
                chances: vec![chance],
                streams: vec![stream],
                n_sites: 1,
                n_dispositions: 1,
                months: vec![0],
                ..Program::default()
            },
            ..Model::default()
        }
    }

    #[test]
    fn a_failing_replication_names_itself_and_the_others_finish() {
        let control = Control {
            threads: 2,
            cancel: &AtomicBool::new(false),
            progress: &|_| {},
        };
        let replicated = replicate(&[faulty()], &control).expect("the machine has threads");
        let replicated = &replicated[0];
        assert!(!replicated.finished.is_empty() && !replicated.failures.is_empty());
        assert_eq!(replicated.finished.len() + replicated.failures.len(), 16);
        assert!(!replicated.is_partial);
        let failure = &replicated.failures[0];
        assert_eq!(
            (failure.scenario.as_str(), failure.kind),
            ("faulty", FailureKind::Internal)
        );
        assert!(
            failure.message.contains("on day 0.000"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn a_cancelled_experiment_begins_nothing_more() {
        let control = Control {
            threads: 1,
            cancel: &AtomicBool::new(true),
            progress: &|_| {},
        };
        let replicated = replicate(&[faulty()], &control).expect("the machine has threads");
        assert!(replicated[0].is_partial && replicated[0].finished.is_empty());
    }
}
