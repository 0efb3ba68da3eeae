//! One long run in batches: its measured time is cut into equal parts, each with accounts of its own, so that one warm-up serves all
//! of them. Batches of one run depend on each other, the less the longer they are; whether they still do is tested.

use super::Ended;
use super::control::Control;
use super::one_run::{Finished, conservation, run_on};
use super::replicate::{Replicated, tables_of_period};
use super::results::Results;
use super::summarise::summarise;
use crate::engine::simulation::Simulation;
use crate::engine::time::SimTime;
use crate::stats::intervals::bonferroni;
use crate::stats::special::normal_quantile;
use crate::stats::steady_state::dependence;
use crate::uec::measures::{MeasureReader, MeasureTables};
use crate::uec::model::{Model, Statistic};

/// Batches that the test of independence needs, and half of the twenty that Law (2015), sec. 9.5.3, finds to be enough.
pub const LEAST: u32 = 8;

/// Runs one replication of a model whose run's length is that of one batch, for `n` batches; results have one value for each
/// batch. Courses over the days are left out, since days of different batches are not the same days.
///
/// Errors: the machine refuses.
pub fn run(mut model: Model, n: u32, control: &Control<'_>) -> Result<Ended<Vec<Results>>, String> {
    model.run.replications = n;
    let (warm_up, length) = (model.run.warm_up, model.run.length);
    let mut start = warm_up;
    let mut tables = Vec::new();
    for _ in 0..n {
        tables.push(tables_of_period(&model, start));
        start = start + length;
    }
    let mut replicated = Replicated {
        tables: tables_of_period(&model, warm_up),
        finished: Vec::new(),
        histograms: Vec::new(),
        failures: Vec::new(),
        is_partial: true,
    };
    run_batches(&model, &tables, &mut replicated, control);
    let failures = std::mem::take(&mut replicated.failures);
    let mut results = summarise(model, replicated);
    results.batches = true;
    results.daily.clear();
    // Each counts from the start of the run, so that the last one has all.
    let n_earlier = results.conservation.len().saturating_sub(1);
    let n_checks: u32 = results.conservation.iter().map(|row| row.n_checks).sum();
    results.conservation.drain(..n_earlier);
    for all in &mut results.conservation {
        all.n_checks = n_checks;
        all.replication = 1;
    }
    Ok(Ended {
        results: vec![results],
        failures,
        growing: Vec::new(),
    })
}

fn run_batches(
    model: &Model,
    tables: &[MeasureTables],
    replicated: &mut Replicated,
    control: &Control<'_>,
) {
    let Some(first) = tables.first() else { return };
    let reader = MeasureReader::new(first);
    let mut simulation = Simulation::new(&model.program, model.run.seed, 1, reader);
    let mut end = SimTime::ZERO + model.run.warm_up;
    for (batch, tables) in tables.iter().enumerate() {
        if batch > 0 {
            let next = simulation.reader().follow_on(tables);
            *simulation.reader_mut() = next;
        }
        end += model.run.length;
        let number = batch as u32 + 1;
        match run_on(model, number, &mut simulation, end, control) {
            Ok(n_checks) => {
                let conservation = conservation(&mut simulation, number, n_checks);
                let reader = simulation.reader().clone();
                let mut outcome = reader.outcome(model);
                let histograms = std::mem::take(&mut outcome.histograms);
                replicated.add_histograms(histograms);
                replicated.finished.push(Finished {
                    replication: number,
                    outcome,
                    conservation,
                });
            }
            Err(failure) => {
                replicated.failures.extend(failure);
                return;
            }
        }
    }
    replicated.is_partial = false;
}

/// A number whose batches are not independent.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependent {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub statistic: Statistic,
    /// Lag-1 correlation of its batches.
    pub correlation: f64,
}

/// What of these numbers (over all sites and patients) has batches that depend on each other, tested for all of them together
/// at 5 %; and the greatest correlation found.
pub fn dependent(results: &Results, of: &[(String, Statistic)]) -> (Vec<Dependent>, Option<f64>) {
    let bound = normal_quantile(bonferroni(0.95, of.len()));
    let mut found = Vec::new();
    let mut greatest: Option<f64> = None;
    for (position, key) in results.keys.iter().enumerate() {
        let id = &results.model.measures[key.measure].id;
        let is_asked = of
            .iter()
            .any(|(measure, statistic)| measure == id && *statistic == key.statistic);
        if !is_asked || key.site != "all" || key.cohort != "all" {
            continue;
        }
        let values: Vec<f64> = results
            .values
            .iter()
            .filter_map(|run| run[position])
            .collect();
        let Some(test) = dependence(&values) else {
            continue;
        };
        greatest = Some(greatest.map_or(test.correlation, |known| known.max(test.correlation)));
        if test.z > bound {
            found.push(Dependent {
                measure: key.measure,
                statistic: key.statistic,
                correlation: test.correlation,
            });
        }
    }
    (found, greatest)
}
