//! Published models run again: their figures, derived from runs as a description says, beside what was published.
//!
//! It knows no model: scenarios, figures, tolerances and charts are what a folder's files say. How figures are shown is
//! for others.

mod description;
pub mod formula;
mod judge;
mod pattern;
mod plan;

use crate::scenario::files::Span;

use super::results::Estimate;
pub use description::{Description, read};
use formula::Parsed;
pub use judge::judge;
use pattern::Pattern;
pub use plan::{Plan, plan};

/// Codes of faults in descriptions.
pub mod codes {
    /// A figure or chart that cannot be understood.
    pub const FIGURE: &str = "E201";
    /// A figure of the table without a rule, or a rule without a figure.
    pub const NO_RULE: &str = "E202";
    /// A number that no run of the scenario gives.
    pub const NO_SUCH_NUMBER: &str = "E203";
}

/// A scenario that figures are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// As in the table of figures.
    pub id: String,
    /// Of its file.
    pub path: String,
}

/// What the original program took.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    pub seconds_per_replication: f64,
    /// On what, and who says so.
    pub said: String,
}

/// A figure of the table of published figures.
#[derive(Clone, Debug)]
pub struct Figure {
    pub scenario: String,
    pub metric: String,
    pub title: String,
    pub unit: String,
    pub how: How,
    /// Share of the published value by which it may differ beside the limit in standard errors.
    pub tolerance: f64,
    /// What to know of it; may be empty.
    pub note: String,
    /// What is known of its value, in the order of the table.
    pub references: Vec<Reference>,
}

/// How a figure follows from runs.
#[derive(Clone, Debug)]
pub enum How {
    Formula {
        parsed: Parsed,
        span: Span,
        /// Of the means over replications, not in each replication.
        pooled: bool,
    },
    /// It cannot be had, for this reason.
    CannotBe(String),
}

/// A value that somebody gives for a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub source: String,
    pub role: Role,
    /// Why it is shown only.
    pub not_judged: Option<String>,
    pub given: Given,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Published,
    /// A run of the original program.
    Original,
    /// Known by theory.
    Exact,
}

/// A mean with its 95 % interval, as far as they are given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    pub mean: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub replications: Option<u64>,
}

/// What to draw.
#[derive(Clone, Debug)]
pub struct Chart {
    pub id: String,
    pub kind: ChartKind,
    pub title: String,
    pub metrics: Vec<Pattern>,
    /// Empty: all.
    pub scenarios: Vec<String>,
    /// Of a curve: a heading for each metric.
    pub labels: Vec<String>,
    /// Title of the axis of numbers in names, of a curve.
    pub x: String,
    /// How to read it; may be empty.
    pub read: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// One row for each figure.
    Rows,
    /// Against the number in the figure's name.
    Curve,
}

impl Chart {
    /// Position of the metric that a figure belongs to, and the first number in its name; none if it is not shown.
    pub fn shows(&self, figure: &Figure) -> Option<(usize, f64)> {
        let is_in = self.scenarios.is_empty() || self.scenarios.contains(&figure.scenario);
        let metrics = self.metrics.iter().enumerate();
        let mut found = metrics.filter_map(|(metric, pattern)| {
            let numbers = pattern.matches(&figure.metric)?;
            let first = numbers.first().map_or(0.0, |(_, number)| *number as f64);
            Some((metric, first))
        });
        found.next().filter(|_| is_in)
    }
}

/// A figure with what our runs give.
#[derive(Clone, Debug)]
pub struct Judged {
    pub figure: Figure,
    /// None if it cannot be had, or no replication has a value.
    pub ours: Option<Estimate>,
    /// By reference of the figure.
    pub comparisons: Vec<Comparison>,
    pub verdict: Verdict,
}

/// Ours against one reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    pub difference: f64,
    /// By how much they may differ; none if it is not judged.
    pub allowed: Option<f64>,
}

impl Comparison {
    /// None if it is not judged.
    pub fn agrees(&self) -> Option<bool> {
        self.allowed.map(|allowed| self.difference.abs() <= allowed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Agrees,
    FallsOut,
    /// For this reason.
    NotJudged(String),
    /// For this reason.
    NotReproduced(String),
}

impl Verdict {
    pub fn words(&self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::FallsOut => "falls out",
            Self::NotJudged(_) => "not judged",
            Self::NotReproduced(_) => "not reproduced",
        }
    }
}

/// A published model with its figures judged.
#[derive(Clone, Debug)]
pub struct Reproduction {
    pub description: Description,
    /// By scenario: replications that were run.
    pub replications: Vec<usize>,
    pub judged: Vec<Judged>,
}

impl Reproduction {
    /// Figures that came to a verdict: agree, fall out, are not judged, are not reproduced.
    pub fn tally(&self) -> [usize; 4] {
        let mut tally = [0; 4];
        for judged in &self.judged {
            let position = match judged.verdict {
                Verdict::Agrees => 0,
                Verdict::FallsOut => 1,
                Verdict::NotJudged(_) => 2,
                Verdict::NotReproduced(_) => 3,
            };
            tally[position] += 1;
        }
        tally
    }

    pub fn n_replications(&self) -> usize {
        self.replications.iter().sum()
    }
}
