//! Runs experiments for a command: progress, Ctrl-C, failed replications, and what exit code they mean.

use std::time::Duration;

use super::options::{Common, Exit};
use super::progress::Progress;
use super::{interrupt, say};
use crate::experiment::counterfactual::{days_to_follow, follow};
use crate::experiment::decompose::Decomposition;
use crate::experiment::replicate::{Control, Failure, FailureKind, days_to_run};
use crate::experiment::results::{Alternative, Comparison, Part, Results};
use crate::experiment::{self, Ended};
use crate::uec::model::Model;

/// What came of it, and how the command is to end.
pub struct Ran<T> {
    pub results: T,
    pub exit: Exit,
    pub took: Duration,
}

pub fn run(models: Vec<Model>, common: &Common) -> Result<Ran<Vec<Results>>, Exit> {
    let days = days_to_run(&models);
    under_way(days, common, |control| experiment::run(models, control))
}

/// As [`run`], of models whose lines may grow as those of their originals do: nobody is warned of that.
pub fn run_as_published(models: Vec<Model>, common: &Common) -> Result<Ran<Vec<Results>>, Exit> {
    let days = days_to_run(&models);
    under_way(days, common, |control| {
        let mut ended = experiment::run(models, control)?;
        ended.growing.clear();
        Ok(ended)
    })
}

pub fn compare(
    baseline: Model,
    alternatives: Vec<Model>,
    decomposition: Option<Decomposition>,
    common: &Common,
) -> Result<Ran<Comparison>, Exit> {
    let parts = decomposition.iter().flat_map(|all| &all.models);
    let models = std::iter::once(&baseline).chain(&alternatives).chain(parts);
    let days = models
        .map(|model| days_to_run(std::slice::from_ref(model)))
        .sum();
    under_way(days, common, |control| {
        experiment::run_comparison(baseline, alternatives, decomposition, control)
    })
}

/// Compares the patients of the comparison one by one, in up to `most` replications; how it ended.
pub fn follow_patients(
    comparison: &mut Comparison,
    most: u32,
    common: &Common,
) -> Result<Exit, Exit> {
    let whole = |alternative: &&mut Alternative| alternative.part == Part::Whole;
    let baseline = &comparison.baseline;
    let alternatives = comparison.alternatives.iter();
    let results: Vec<&Results> = alternatives
        .filter(|alternative| alternative.part == Part::Whole)
        .map(|alternative| &alternative.results)
        .collect();
    let days = days_to_follow(baseline, &results, most);
    let ran = under_way(days, common, |control| {
        Ok(Ended {
            results: follow(baseline, &results, most, control)?,
            failures: Vec::new(),
            growing: Vec::new(),
        })
    })?;
    let alternatives = comparison.alternatives.iter_mut().filter(whole);
    for (alternative, patients) in alternatives.zip(ran.results) {
        alternative.patients = patients;
    }
    Ok(ran.exit)
}

fn under_way<T>(
    days: u64,
    common: &Common,
    experiment: impl FnOnce(&Control<'_>) -> Result<Ended<T>, String>,
) -> Result<Ran<T>, Exit> {
    let progress = Progress::new(days, common.quiet);
    let control = Control {
        threads: common.threads(),
        cancel: interrupt::flag(),
        progress: &|days| progress.add(days),
    };
    let ended = experiment(&control);
    let took = progress.finish();
    let ended = ended.map_err(|fault| say::fault(Exit::Machine, &fault))?;
    if !common.quiet {
        ended.growing.iter().for_each(say::growing);
    }
    for failure in &ended.failures {
        say::failed(failure);
    }
    Ok(Ran {
        results: ended.results,
        exit: exit_of(&ended.failures),
        took,
    })
}

fn exit_of(failures: &[Failure]) -> Exit {
    let worst = failures.iter().map(|failure| match failure.kind {
        FailureKind::Internal => Exit::Internal,
        FailureKind::Memory => Exit::Machine,
    });
    match worst.max() {
        Some(exit) => exit,
        None if interrupt::has_happened() => Exit::Interrupted,
        None => Exit::Done,
    }
}
