//! Replications, comparisons and their statistics: the only layer that knows threads.

pub mod areas;
pub mod backtest;
pub mod batches;
pub mod bottleneck;
pub mod calibrate;
pub mod compare;
pub mod control;
pub mod counterfactual;
pub mod decompose;
pub mod design;
pub mod equity;
mod federation;
pub mod fit;
pub mod groups;
pub mod history;
pub mod journeys;
pub mod one_run;
pub mod optimise;
pub mod overload;
pub mod precision;
pub mod replicate;
pub mod reproduction;
pub mod response;
pub mod results;
pub mod sensitivity;
pub mod soundness;
pub mod spread;
pub mod summarise;
pub mod sweep;
pub mod variation;
pub mod warm_up;

use crate::uec::model::Model;
use control::{Control, Failure};
use decompose::Decomposition;
use overload::{GrowingLine, growing_lines};
use precision::{Expect, Goal, Group};
use replicate::{Replicated, replicate};
use results::{Comparison, Results};

/// What came of an experiment, and which replications failed; the others are in the results.
#[derive(Debug)]
pub struct Ended<T> {
    pub results: T,
    pub failures: Vec<Failure>,
    /// Lines that only grew, by scenario.
    pub growing: Vec<GrowingLine>,
}

/// Runs scenarios, each for itself; results in their order.
///
/// Errors: the machine refuses threads.
pub fn run(models: Vec<Model>, control: &Control<'_>) -> Result<Ended<Vec<Results>>, String> {
    let replicated = replicate(&models, control)?;
    Ok(ended(models, replicated))
}

/// What came of the replications of scenarios, in their order.
fn ended(models: Vec<Model>, replicated: Vec<Replicated>) -> Ended<Vec<Results>> {
    let mut ended = Ended {
        results: Vec::with_capacity(models.len()),
        failures: Vec::new(),
        growing: Vec::new(),
    };
    for (model, mut replicated) in models.into_iter().zip(replicated) {
        ended.failures.append(&mut replicated.failures);
        let summarised = summarise::summarise(model, replicated);
        ended.growing.extend(growing_lines(&summarised));
        ended.results.push(summarised);
    }
    ended
}

/// Runs a baseline and its alternatives with common random numbers and compares them.
///
/// A decomposition is that of the only alternative. With a goal, as many replications as it takes, of all scenarios alike.
/// Errors: the machine refuses threads.
pub fn run_comparison(
    baseline: Model,
    alternatives: Vec<Model>,
    decomposition: Option<Decomposition>,
    goal: Option<(&Goal, Expect<'_>)>,
    control: &Control<'_>,
) -> Result<Ended<Comparison>, String> {
    let n_alternatives = alternatives.len();
    let Decomposition { models, parts } = decomposition.unwrap_or_default();
    let all = std::iter::once(baseline).chain(alternatives).chain(models);
    let all: Vec<Model> = all.collect();
    let ended = match goal {
        None => run(all, control)?,
        Some((goal, expect)) => {
            let scenarios = 0..all.len();
            precision::run(all, &[Group { scenarios, goal }], control, expect)?
        }
    };
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
