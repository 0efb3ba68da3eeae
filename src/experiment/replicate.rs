//! Replications in parallel: the same results in the same order for any number of threads.
//!
//! Jobs are taken in the order replication by replication, each in all scenarios, so that an interrupted comparison has
//! finished pairs. What is only needed as a sum (histograms) is added up at once and not kept by replication.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::federation::{AreaRun, Joining};
use super::overload::only_grows;
use super::results::Conservation;
use super::soundness::{breach_words, line_name};
use crate::engine::simulation::Simulation;
use crate::engine::time::{DAY, SimSpan, SimTime};
use crate::stats::histogram::Histogram;
use crate::uec::measures::{Growth, MeasureReader, MeasureTables, Outcome};
use crate::uec::model::Model;
use crate::uec::overview::arriving;

/// How replications are carried out; changes no result.
pub struct Control<'c> {
    /// Threads to use, at least one.
    pub threads: usize,
    /// Once true, no replication begins or goes on; those finished are kept.
    pub cancel: &'c AtomicBool,
    /// Told the simulated days done since the last call; called from any thread.
    pub progress: &'c (dyn Fn(u64) + Sync),
}

/// A replication that did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub scenario: String,
    pub replication: u32,
    pub kind: FailureKind,
    /// What went wrong, and when in simulated time.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A fault of the program: something that can never be was found.
    Internal,
    /// More patients inside than memory is meant to hold.
    Memory,
    /// A line only grew, and it was asked to stop then.
    Unstable,
}

impl FailureKind {
    /// As tables have it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Memory => "memory",
            Self::Unstable => "unstable",
        }
    }
}

/// One finished replication.
#[derive(Clone, Debug)]
pub struct Finished {
    pub replication: u32,
    /// Its histograms have been moved to [`Replicated::histograms`].
    pub outcome: Outcome,
    pub conservation: Conservation,
}

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

/// How often the state of a run is checked: often enough to say when a fault arose, seldom enough to cost nothing.
const BETWEEN_CHECKS: SimSpan = SimSpan(7 * DAY.0);

/// Patients inside at one time at which a replication ends: 4.5 million, as many as came in the last stride before that was
/// seen, took 1,023 MiB (docs/overload.md).
pub(super) const MOST_INSIDE: u64 = 4_000_000;

/// How far a replication goes before what it holds is looked at: a day, or less if so many arrive that a day of them would not
/// fit into what memory is meant to hold. Eight times the mean is allowed for the busiest hours.
fn stride(model: &Model) -> SimSpan {
    let per_day: f64 = arriving(model).iter().map(|kind| kind.per_day).sum();
    let days = MOST_INSIDE as f64 / (8.0 * per_day).max(1.0);
    SimSpan((days.min(1.0) * DAY.0 as f64).max(1.0) as u64)
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

/// What became of one replication.
pub(super) enum Run<T> {
    Finished(T),
    Failed(Failure),
    Cancelled,
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

/// A replication that came to its end, and how often it was checked.
pub(super) type Ended<'m, 't> = (Simulation<'m, MeasureReader<'t>>, u32);

fn run_one<'m, 't, T>(
    model: &'m Model,
    tables: &'t MeasureTables,
    replication: u32,
    control: &Control<'_>,
    finish: impl FnOnce(Ended<'m, 't>) -> T,
) -> Run<T> {
    let reader = MeasureReader::new(tables);
    let mut simulation = Simulation::new(&model.program, model.run.seed, replication, reader);
    let end = SimTime::ZERO + model.run.warm_up + model.run.length;
    match run_on(model, replication, &mut simulation, end, control) {
        Ok(n_checks) => Run::Finished(finish((simulation, n_checks))),
        Err(None) => Run::Cancelled,
        Err(Some(failure)) => Run::Failed(failure),
    }
}

/// Runs on to a moment; how often all was checked on the way.
///
/// Errors: why it failed, after which the simulation is only to be dropped; none if it was cancelled.
pub(super) fn run_on(
    model: &Model,
    replication: u32,
    simulation: &mut Simulation<'_, MeasureReader<'_>>,
    end: SimTime,
    control: &Control<'_>,
) -> Result<u32, Option<Failure>> {
    // A panic leaves the simulation as it stood: it is asked for the time and then dropped.
    let caught = catch_unwind(AssertUnwindSafe(|| {
        advance(model, simulation, end, control)
    }));
    let ended = caught.unwrap_or_else(|panic| {
        let message = panic_message(panic.as_ref());
        Err(Stop::Failed(FailureKind::Internal, message))
    });
    ended.map_err(|stop| match stop {
        Stop::Cancelled => None,
        Stop::Failed(kind, what) => {
            let day = simulation.now().0 as f64 / DAY.0 as f64;
            Some(Failure {
                scenario: model.name.clone(),
                replication,
                kind,
                message: format!("{what}, on day {day:.3} of the run"),
            })
        }
    })
}

enum Stop {
    Cancelled,
    Failed(FailureKind, String),
}

/// Runs to the end, a day at a time at most so that it can be stopped; how often all was checked and found right.
fn advance(
    model: &Model,
    simulation: &mut Simulation<'_, MeasureReader<'_>>,
    end: SimTime,
    control: &Control<'_>,
) -> Result<u32, Stop> {
    let stride = stride(model);
    let mut checked = simulation.now();
    let mut day = simulation.now();
    let mut n_checks = 0;
    while simulation.now() < end {
        if control.cancel.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        let tomorrow = (day + DAY).min(end);
        simulation.run_until((simulation.now() + stride).min(tomorrow));
        if simulation.now() == tomorrow {
            day = tomorrow;
            (control.progress)(1);
            only_growing(model, simulation)?;
        }
        let inside = simulation.totals().inside;
        if inside > MOST_INSIDE {
            let longest = simulation.reader().longest_line();
            let longest = longest.map_or_else(String::new, |(line, waiting)| {
                format!(
                    ", {waiting:.0} of them in line for {}",
                    line_name(model, line)
                )
            });
            let what = format!("{inside} patients are inside at once{longest}");
            return Err(Stop::Failed(FailureKind::Memory, what));
        }
        let is_due = simulation.now() >= checked + BETWEEN_CHECKS || simulation.now() == end;
        if is_due {
            simulation.check().map_err(|breach| {
                Stop::Failed(FailureKind::Internal, breach_words(model, &breach, checked))
            })?;
            checked = simulation.now();
            n_checks += 1;
        }
    }
    Ok(n_checks)
}

/// Errors: a line only grows, and it was asked to stop then.
fn only_growing(model: &Model, simulation: &Simulation<'_, MeasureReader<'_>>) -> Result<(), Stop> {
    let Some(shortest) = model.run.stop_when_unstable else {
        return Ok(());
    };
    let growing = simulation.reader().growing_for(shortest);
    let most = growing.iter().max_by(|a, b| {
        let grown = |growth: &Growth| growth.last - growth.first;
        grown(a).total_cmp(&grown(b))
    });
    most.map_or(Ok(()), |growth| {
        let what = only_grows(model, growth, growing.len() - 1);
        Err(Stop::Failed(FailureKind::Unstable, what))
    })
}

fn finished(
    model: &Model,
    replication: u32,
    (mut simulation, n_checks): Ended<'_, '_>,
) -> Finished {
    let mut conservation = conservation(&mut simulation, replication, n_checks);
    let outcome = simulation.into_reader().outcome(model);
    conservation.growing.clone_from(&outcome.growing);
    Finished {
        replication,
        outcome,
        conservation,
    }
}

pub(super) fn conservation(
    simulation: &mut Simulation<'_, MeasureReader<'_>>,
    replication: u32,
    n_checks: u32,
) -> Conservation {
    let totals = simulation.totals();
    Conservation {
        replication,
        arrived: totals.arrived,
        left: totals.left,
        inside: totals.inside,
        events: totals.events,
        n_checks,
        lines: simulation.balances(),
        growing: Vec::new(),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = literal.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "a panic without a message".to_owned())
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
    use super::*;
    use crate::engine::program::{
        Arrivals, AttributeId, Chance, ChanceId, DispositionId, Draw, N_ATTRIBUTES, Program,
        RecordedArrival, Selector, SiteId, Step, StepId, StreamPlace, StreamSpec,
    };
    use crate::engine::streams::purpose_key;
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
