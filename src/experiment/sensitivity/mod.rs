//! Which uncertain parameters matter, and how uncertain results are because of them.
//!
//! Four questions: which matter at all (`morris`), how the variance is shared among them (`sobol`), what each does alone (`one_at_a_time`),
//! and how wide an interval is with parameter error in it (`psa`). Each works on any `Response`;
//! what the values of a parameter mean is the caller's.

pub mod chance;
pub mod draws;
pub mod library;
pub mod morris;
pub mod one_at_a_time;
pub mod psa;
pub mod sobol;

use super::response::{Answer, Fault, Job, Response};

/// An interval with what it is around.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranged {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Ranged {
    /// Whether the interval leaves zero out.
    pub fn is_told_from_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// What common random numbers did for the differences between points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Paired {
    /// Sum of variances of the differences, had the runs been independent.
    pub apart: f64,
    /// Sum of those of the paired differences.
    pub paired: f64,
}

impl Paired {
    /// Adds the difference of two points, values in the order of the replications they share.
    pub fn add(&mut self, one: &[f64], other: &[f64]) {
        use crate::stats::summary::variance;
        let differences: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
        if let (Some(one), Some(other), Some(paired)) =
            (variance(one), variance(other), variance(&differences))
        {
            self.apart += one + other;
            self.paired += paired;
        }
    }

    /// The part of the variance that was saved; below zero where pairing did harm. None if nothing varies.
    pub fn saved(&self) -> Option<f64> {
        (self.apart > 0.0).then(|| 1.0 - self.paired / self.apart)
    }
}

/// Runs jobs and gives values by output and job; outputs without a value in some run are told apart.
struct Grid {
    /// Shape: `[outputs][jobs]`; None for an output that lacks a value somewhere.
    outputs: Vec<Option<Vec<f64>>>,
}

impl Grid {
    fn run(response: &dyn Response, points: &[Vec<f64>], jobs: &[Job]) -> Result<Self, Fault> {
        let answers: Vec<Answer> = response.run(points, jobs)?;
        let n = answers.first().map_or(0, Vec::len);
        let of = |output: usize| answers.iter().map(|answer| answer[output]).collect();
        Ok(Self {
            outputs: (0..n).map(of).collect(),
        })
    }
}
