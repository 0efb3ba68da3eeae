//! Runs experiments for a command: progress, Ctrl-C, failed replications, and what exit code they mean.

use std::time::Duration;

use super::options::{Common, Exit};
use super::progress::Progress;
use super::{interrupt, say};
use crate::experiment::batches;
use crate::experiment::bottleneck::{self, Bottleneck, Candidate, Wanted, days_to_try};
use crate::experiment::control::{Control, Failure, FailureKind};
use crate::experiment::counterfactual::{days_to_follow, follow};
use crate::experiment::decompose::Decomposition;
use crate::experiment::precision::{self, Expect, Goal, Group};
use crate::experiment::replicate::days_to_run;
use crate::experiment::results::{Alternative, Comparison, Part, Results};
use crate::experiment::warm_up::{self, SimSpan, WarmUp};
use crate::experiment::{self, Ended};
use crate::scenario::units::write_duration;
use crate::uec::model::Model;

/// What came of it, and how the command is to end.
pub struct Ran<T> {
    pub results: T,
    pub exit: Exit,
    pub took: Duration,
    /// Replications that did not finish.
    pub failures: Vec<Failure>,
}

pub fn run(models: Vec<Model>, common: &Common) -> Result<Ran<Vec<Results>>, Exit> {
    let days = days_to_run(&models);
    under_way(days, common, |control| experiment::run(models, control))
}

/// As [`run`], as many replications of each scenario as its goal takes.
pub fn run_to(
    models: Vec<Model>,
    goals: &[Goal],
    common: &Common,
) -> Result<Ran<Vec<Results>>, Exit> {
    let groups: Vec<Group<'_>> = (goals.iter().enumerate())
        .map(|(position, goal)| Group {
            scenarios: position..position + 1,
            goal,
        })
        .collect();
    under_way_for_long(0, common, |control, expect| {
        precision::run(models, &groups, control, expect)
    })
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
    goal: Option<&Goal>,
    common: &Common,
) -> Result<Ran<Comparison>, Exit> {
    if goal.is_some() {
        return under_way_for_long(0, common, |control, expect| {
            let goal = goal.map(|goal| (goal, expect));
            experiment::run_comparison(baseline, alternatives, decomposition, goal, control)
        });
    }
    let parts = decomposition.iter().flat_map(|all| &all.models);
    let models = std::iter::once(&baseline).chain(&alternatives).chain(parts);
    let days = models
        .map(|model| days_to_run(std::slice::from_ref(model)))
        .sum();
    under_way(days, common, |control| {
        experiment::run_comparison(baseline, alternatives, decomposition, None, control)
    })
}

/// Gives each candidate one more unit in turn.
pub fn find_bottleneck(
    baseline: &Results,
    candidates: Vec<Candidate>,
    wanted: &[Wanted],
    common: &Common,
) -> Result<Ran<Bottleneck>, Exit> {
    let days = days_to_try(&baseline.model, candidates.len());
    under_way(days, common, |control| {
        let mut found = bottleneck::find(baseline, candidates, wanted, control)?;
        Ok(Ended {
            failures: std::mem::take(&mut found.failures),
            growing: Vec::new(),
            results: found,
        })
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

/// One long run in batches.
pub fn run_batches(model: Model, n: u32, common: &Common) -> Result<Ran<Vec<Results>>, Exit> {
    let days = days_to_run(std::slice::from_ref(&model)) / u64::from(model.run.replications.max(1));
    under_way(days * u64::from(n), common, |control| {
        batches::run(model, n, control)
    })
}

/// Follows key levels from the start of a scenario whose own warm-up is `present`.
pub fn follow_levels(
    model: Model,
    present: SimSpan,
    common: &Common,
) -> Result<Ran<Option<WarmUp>>, Exit> {
    let days = days_to_run(std::slice::from_ref(&model));
    under_way(days, common, |control| {
        warm_up::run(model, present, control)
    })
}

/// Has replications stopped once a line has only grown for so many milliseconds.
pub fn stop_when_unstable(models: &mut [Model], milliseconds: Option<u64>) {
    for model in models {
        model.run.stop_once_unstable_for(milliseconds);
    }
}

/// As one would type it.
pub fn stop_flag(milliseconds: u64) -> String {
    let duration = write_duration(milliseconds as f64);
    format!("--stop-when-unstable=\"{duration}\"")
}

fn under_way<T>(
    days: u64,
    common: &Common,
    experiment: impl FnOnce(&Control<'_>) -> Result<Ended<T>, String>,
) -> Result<Ran<T>, Exit> {
    under_way_for_long(days, common, |control, _| experiment(control))
}

/// As [`under_way`], of what finds out on the way that there is more to do.
fn under_way_for_long<T>(
    days: u64,
    common: &Common,
    experiment: impl FnOnce(&Control<'_>, Expect<'_>) -> Result<Ended<T>, String>,
) -> Result<Ran<T>, Exit> {
    let progress = Progress::new(days, common.quiet);
    let control = Control {
        threads: common.threads(),
        cancel: interrupt::flag(),
        progress: &|days| progress.add(days),
    };
    let ended = experiment(&control, &|days| progress.expect(days));
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
        failures: ended.failures,
    })
}

fn exit_of(failures: &[Failure]) -> Exit {
    let worst = failures.iter().map(|failure| match failure.kind {
        FailureKind::Internal => Exit::Internal,
        FailureKind::Memory | FailureKind::Unstable => Exit::Machine,
    });
    match worst.max() {
        Some(exit) => exit,
        None if interrupt::has_happened() => Exit::Interrupted,
        None => Exit::Done,
    }
}
