//! Replications, comparisons and their statistics: the only layer that knows threads.

pub mod backtest;
pub mod calibrate;
pub mod compare;
pub mod counterfactual;
pub mod decompose;
pub mod equity;
pub mod fit;
pub mod journeys;
pub mod overload;
pub mod replicate;
pub mod reproduction;
pub mod results;
pub mod soundness;
pub mod summarise;
pub mod variation;

use crate::uec::model::Model;
use overload::{GrowingLine, growing_lines};
use replicate::{Control, Failure, replicate};
use results::{Comparison, Results};

/// What came of an experiment, and which replications failed; the others are in the results.
#[derive(Debug)]
pub struct Ended<T> {
    pub results: T,
    pub failures: Vec<Failure>,
    /// Lines that kept growing, by scenario.
    pub growing: Vec<GrowingLine>,
}

/// Runs scenarios, each for itself; results in their order.
///
/// Errors: the machine refuses threads.
pub fn run(models: Vec<Model>, control: &Control<'_>) -> Result<Ended<Vec<Results>>, String> {
    let replicated = replicate(&models, control)?;
    let mut failures = Vec::new();
    let mut growing = Vec::new();
    let mut results = Vec::with_capacity(models.len());
    for (model, mut replicated) in models.into_iter().zip(replicated) {
        failures.append(&mut replicated.failures);
        growing.extend(growing_lines(&model, &replicated.finished));
        results.push(summarise::summarise(model, replicated));
    }
    Ok(Ended {
        results,
        failures,
        growing,
    })
}

/// Runs a baseline and its alternatives with common random numbers and compares them.
///
/// `steps` are the scenarios of a decomposition with what each adds; empty without one.
/// Errors: the machine refuses threads.
pub fn run_comparison(
    baseline: Model,
    alternatives: Vec<Model>,
    steps: Vec<(String, Model)>,
    control: &Control<'_>,
) -> Result<Ended<Comparison>, String> {
    let n_alternatives = alternatives.len();
    let (added, models): (Vec<String>, Vec<Model>) = steps.into_iter().unzip();
    let all = std::iter::once(baseline).chain(alternatives).chain(models);
    let ended = run(all.collect(), control)?;
    let mut results = ended.results.into_iter();
    let baseline = results.next().expect("the baseline was run");
    let alternatives = results.by_ref().take(n_alternatives).collect();
    let added = added.into_iter().zip(results).collect();
    let steps = decompose::decompose(&baseline, added);
    let mut comparison = compare::compare(baseline, alternatives);
    comparison.alternatives.extend(steps);
    Ok(Ended {
        results: comparison,
        failures: ended.failures,
        growing: ended.growing,
    })
}
