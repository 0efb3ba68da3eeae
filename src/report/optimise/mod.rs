//! Answers to the inverse questions for readers: sentences, charts and tables.

mod best;
mod units;

pub use best::{Race, Ranked};
pub use units::{CurveOf, SearchOf};

use super::analysis::{Output, Told};
use super::format::exact;

/// The goal in words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Aim {
    pub output: Output,
    pub target: f64,
    /// Whether more is better.
    pub is_least: bool,
}

impl Aim {
    /// `at least 78 %`.
    fn words(&self) -> String {
        let bound = if self.is_least { "at least" } else { "at most" };
        format!("{bound} {} {}", exact(self.target), self.output.unit)
    }
}

/// What was found.
pub enum Answer {
    Fewest(Vec<SearchOf>),
    Returns(Vec<CurveOf>),
    Best(Race),
}

/// In words, charts and tables.
pub fn told(answer: &Answer, aim: &Aim, confidence: f64, indifference: f64, n_runs: usize) -> Told {
    let mut told = match answer {
        Answer::Fewest(searches) => units::fewest(searches, aim, confidence, indifference),
        Answer::Returns(curves) => units::returns(curves, aim),
        Answer::Best(race) => best::told(race, aim, confidence, indifference),
    };
    told.findings.push(format!("{n_runs} runs were spent."));
    told
}
