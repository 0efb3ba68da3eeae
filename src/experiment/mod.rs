//! Replications, comparisons and their statistics: the only layer that knows threads.

pub mod backtest;
pub mod calibrate;
pub mod compare;
pub mod counterfactual;
pub mod decompose;
pub mod equity;
mod federation;
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
use decompose::Decomposition;
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
/// A decomposition is that of the only alternative.
/// Errors: the machine refuses threads.
pub fn run_comparison(
    baseline: Model,
    alternatives: Vec<Model>,
    decomposition: Option<Decomposition>,
    control: &Control<'_>,
) -> Result<Ended<Comparison>, String> {
    let n_alternatives = alternatives.len();
    let Decomposition { models, parts } = decomposition.unwrap_or_default();
    let all = std::iter::once(baseline).chain(alternatives).chain(models);
    let ended = run(all.collect(), control)?;
    let mut results = ended.results.into_iter();
    let baseline = results.next().expect("the baseline was run");
    let alternatives: Vec<Results> = results.by_ref().take(n_alternatives).collect();
    let ran: Vec<Results> = results.collect();
    let (parts, interaction) = match &alternatives[..] {
        [alternative] if !parts.is_empty() => {
            decompose::decompose(&baseline, alternative, parts, &ran)
        }
        _ => Default::default(),
    };
    let mut comparison = compare::compare(baseline, alternatives);
    comparison.alternatives.extend(parts);
    comparison.interaction = interaction;
    Ok(Ended {
        results: comparison,
        failures: ended.failures,
        growing: ended.growing,
    })
}
