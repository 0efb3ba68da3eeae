//! What the stopping rule saw at each look. A pure function of goal and values: worked out while replications are added, and
//! again from the results for the record.

use super::{CONFIDENCE, Check, Goal, Of, Width, position};
use crate::experiment::results::Results;
use crate::stats::intervals::{bonferroni, half_width};
use crate::stats::sequential::{FIRST, needed, next_look};
use crate::stats::summary::mean;

/// From the first look to the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Of each interval, so that all hold together at [`CONFIDENCE`] (Bonferroni).
    pub confidence_of_each: f64,
    /// Replications at each look.
    pub looks: Vec<u32>,
    /// By check, as of the last look.
    pub judged: Vec<Judged>,
}

/// How precisely something is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// None without values.
    pub mean: Option<f64>,
    /// Infinite below two values.
    pub half_width: f64,
    /// In the unit of the statistic.
    pub wanted: f64,
    /// Replications that this precision takes, by this estimate; infinite if that cannot be said.
    pub needed: f64,
}

impl Judged {
    pub fn is_reached(&self) -> bool {
        self.mean.is_some() && self.half_width <= self.wanted
    }
}

impl Course {
    pub fn replications(&self) -> u32 {
        self.looks.last().copied().unwrap_or(0)
    }

    pub fn is_reached(&self) -> bool {
        self.judged.iter().all(Judged::is_reached)
    }

    /// More replications that the precision of one that was not reached would take, by its estimate.
    pub fn further(&self, judged: &Judged) -> Option<u32> {
        let further = judged.needed - f64::from(self.replications());
        (further > 0.0 && further < 1e9).then_some(further as u32)
    }
}

/// One look.
pub(super) struct Look {
    replications: u32,
    judged: Vec<Judged>,
}

impl Look {
    /// When to look again; none if there is nothing more to find out, or no more is allowed.
    pub fn next(&self, most: u32) -> Option<u32> {
        if self.judged.iter().all(Judged::is_reached) {
            return None;
        }
        let needed = self.judged.iter().map(|judged| judged.needed);
        next_look(self.replications, needed.fold(0.0, f64::max), most)
    }
}

/// The values of a scenario that a check is about, in the order of replications.
pub(super) type Column<'c> = &'c dyn Fn(usize, &Check) -> Vec<Option<f64>>;

/// Judges the first `n` replications.
pub(super) fn look(goal: &Goal, n: u32, column: Column<'_>) -> Look {
    let confidence = bonferroni(CONFIDENCE, goal.checks.len());
    let judged = goal.checks.iter();
    Look {
        replications: n,
        judged: judged
            .map(|check| judge(check, n, confidence, column))
            .collect(),
    }
}

fn judge(check: &Check, n: u32, confidence: f64, column: Column<'_>) -> Judged {
    let first = |scenario: usize| column(scenario, check).into_iter().take(n as usize);
    // Beside each value that of which a share is wanted.
    let pairs: Vec<(f64, f64)> = match check.of {
        Of::Value(scenario) => first(scenario)
            .flatten()
            .map(|value| (value, value))
            .collect(),
        Of::Difference(scenario) => {
            let both = first(0).zip(first(scenario));
            both.filter_map(|(before, after)| Some((after? - before?, before?)))
                .collect()
        }
    };
    let values: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
    let bases: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    let half_width = half_width(&values, confidence).unwrap_or(f64::INFINITY);
    let wanted = match check.width {
        Width::Absolute(wanted) => wanted,
        Width::Share(share) => share * mean(&bases).unwrap_or(0.0).abs(),
    };
    let needed = match values.len() {
        0 | 1 => f64::INFINITY,
        _ => needed(n, half_width, wanted),
    };
    Judged {
        mean: mean(&values),
        half_width,
        wanted,
        needed,
    }
}

/// The looks of a goal as its scenarios' results give them again.
pub fn course(goal: &Goal, results: &[&Results]) -> Course {
    let column = |scenario: usize, check: &Check| -> Vec<Option<f64>> {
        let Some(results) = results.get(scenario) else {
            return Vec::new();
        };
        let position = position(&results.model, &results.keys, check);
        let runs = results.values.iter();
        runs.map(|values| values[position?]).collect()
    };
    let done = results.iter().map(|one| one.replications.len()).min();
    let done = done.unwrap_or(0) as u32;
    let mut n = FIRST.min(goal.most).min(done);
    let mut looks = vec![n];
    let mut last = look(goal, n, &column);
    while let Some(next) = last.next(goal.most).filter(|_| n < done) {
        n = next.min(done);
        looks.push(n);
        last = look(goal, n, &column);
    }
    Course {
        confidence_of_each: bonferroni(CONFIDENCE, goal.checks.len()),
        looks,
        judged: last.judged,
    }
}
