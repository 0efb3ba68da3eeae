//! As many replications as a precision takes: half-widths are wanted of measures or of paired differences, and batches of
//! replications are added until all are as wanted or the most that are allowed have been run.
//!
//! Where the rule looks (`stats/sequential.rs`) follows from the values of the first so many replications, never from which of
//! them happened to finish first: the number at which it stops is the same on any number of threads, and the results are
//! those of a run that was asked for this number.

mod course;
mod tell;

use std::ops::Range;

use super::control::Control;
use super::replicate::{Replicated, days_to_run_from, replicate_from};
use super::results::{Results, ValueKey};
use super::summarise::keys_of;
use super::{Ended, ended};
use crate::stats::sequential::FIRST;
use crate::uec::model::{Model, Statistic};

pub use course::{Course, Judged, course};
pub use tell::{Told, further_replications};

use course::look;

/// Of all statements of a goal together.
pub const CONFIDENCE: f64 = 0.95;

/// What is to be known how precisely.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Holding together at [`CONFIDENCE`].
    pub checks: Vec<Check>,
    /// Replications that may be run, at least one.
    pub most: u32,
}

/// One half-width that is wanted, of all sites and cohorts.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub of: Of,
    /// Its id.
    pub measure: String,
    pub statistic: Statistic,
    pub width: Width,
}

/// Of which scenario, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Value(usize),
    /// This scenario less the first, replication by replication.
    Difference(usize),
}

/// A half-width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// In the unit of the statistic.
    Absolute(f64),
    /// Of the mean; of a difference: of the mean of the first scenario.
    Share(f64),
}

/// Scenarios that run the same number of replications, and what is wanted of them.
pub struct Group<'g> {
    pub scenarios: Range<usize>,
    pub goal: &'g Goal,
}

/// Told how many more simulated days there are to run.
pub type Expect<'e> = &'e dyn Fn(u64);

/// Runs scenarios until the goal of each group is reached; results in their order, `replications` of their plans being the
/// number that it took.
///
/// Groups cover all models. A group with a replication that failed goes no further.
/// Errors: the machine refuses threads.
pub fn run(
    mut models: Vec<Model>,
    groups: &[Group<'_>],
    control: &Control<'_>,
    expect: Expect<'_>,
) -> Result<Ended<Vec<Results>>, String> {
    let keys: Vec<Vec<ValueKey>> = models.iter().map(keys_of).collect();
    let mut done = vec![0; models.len()];
    for group in groups {
        for model in &mut models[group.scenarios.clone()] {
            model.run.replications = FIRST.min(group.goal.most);
        }
    }
    let mut gathered: Vec<Option<Replicated>> = models.iter().map(|_| None).collect();
    loop {
        expect(days_to_run_from(&models, &done));
        let batch = replicate_from(&models, &done, control)?;
        for (all, batch) in gathered.iter_mut().zip(batch) {
            match all {
                Some(all) => all.append(batch),
                None => *all = Some(batch),
            }
        }
        done = models.iter().map(|model| model.run.replications).collect();
        let mut is_over = true;
        for group in groups {
            if let Some(next) = next_of(group, &models, &keys, &gathered) {
                is_over = false;
                for model in &mut models[group.scenarios.clone()] {
                    model.run.replications = next;
                }
            }
        }
        if is_over {
            break;
        }
    }
    Ok(ended(models, gathered.into_iter().flatten().collect()))
}

/// The next number of replications of a group; none if it is done or cannot go on.
fn next_of(
    group: &Group<'_>,
    models: &[Model],
    keys: &[Vec<ValueKey>],
    gathered: &[Option<Replicated>],
) -> Option<u32> {
    let runs: Vec<&Replicated> = gathered[group.scenarios.clone()].iter().flatten().collect();
    let is_stopped = |run: &&Replicated| run.is_partial || !run.failures.is_empty();
    if runs.iter().any(is_stopped) {
        return None;
    }
    let first = group.scenarios.start;
    let column = |scenario: usize, check: &Check| -> Vec<Option<f64>> {
        let position = position(&models[first + scenario], &keys[first + scenario], check);
        let finished = runs[scenario].finished.iter();
        finished.map(|run| run.outcome.values[position?]).collect()
    };
    let n = models[first].run.replications;
    look(group.goal, n, &column).next(group.goal.most)
}

/// Where a scenario keeps the number that a check is about.
fn position(model: &Model, keys: &[ValueKey], check: &Check) -> Option<usize> {
    keys.iter().position(|key| {
        model.measures[key.measure].id == check.measure
            && key.statistic == check.statistic
            && key.site == "all"
            && key.cohort == "all"
    })
}
