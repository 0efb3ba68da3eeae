//! Fits free parameters of a scenario to published figures.
//!
//! Damped Gauss-Newton (Levenberg-Marquardt) on differences between runs with common random numbers, within bounds. Why not
//! stochastic approximation: every run gives all targets, so the residuals have a structure that a gradient of one number throws
//! away; with the same patients in every run differences carry little noise; and the matrix of sensitivities that the method
//! needs anyway is what the report is asked for. Units: parameters in their own, residuals in tolerances of the targets.

pub mod quality;
pub mod read;
mod search;

use super::control::{Control, Failure};
use super::design::moved::{self, Setting};
pub use super::design::moved::{How, Moved};
use super::fit::{self, Target};
use super::results::{Estimate, Results};
use crate::stats::symmetric::Matrix;
use crate::uec::model::{Model, Statistic};

pub use quality::Quality;

/// A parameter that may be moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Free {
    pub name: String,
    pub targets: Vec<Moved>,
    pub low: f64,
    pub high: f64,
    /// By how much it is moved to see what that does: more than the rounding of whole units swallows.
    pub step: f64,
    pub note: String,
}

impl Free {
    /// The value at which the scenario is as written.
    pub fn start(&self) -> f64 {
        let first = self.targets.first();
        first.and_then(|moved| moved.how.start()).unwrap_or(1.0)
    }
}

/// What is to be fitted, and how long one may try.
pub struct Problem<'p> {
    pub free: Vec<Free>,
    pub targets: Vec<Target>,
    /// How a statistic is written in targets.
    pub words: fn(Statistic) -> String,
    /// The model at these values of the parameters.
    ///
    /// Errors: why there is none.
    pub build: &'p dyn Fn(&[f64]) -> Result<Model, String>,
    /// Rounds of Gauss-Newton at most.
    pub most_rounds: u32,
    /// Told after every round.
    pub told: &'p dyn Fn(&Round),
}

/// A set of values that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub values: Vec<f64>,
    /// Sum of squared residuals.
    pub misfit: f64,
    /// How many of the residuals lie within the tolerance.
    pub n_met: usize,
}

/// Why the search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// No target is further off than a tenth of its tolerance.
    Fitted,
    /// The best step is smaller than a two-hundredth of every range.
    Still,
    /// What a further step gains is no more than 1 % or chance.
    NoGain,
    /// As many rounds as were allowed.
    Rounds,
    /// By the user.
    Cancelled,
}

/// A target with what was simulated before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    pub target: Target,
    /// Half-width of its tolerance, in its unit.
    pub allowed: f64,
    pub before: Option<Estimate>,
    pub after: Option<Estimate>,
}

/// What came of it.
#[derive(Debug)]
pub struct Calibrated {
    /// In the order of the free parameters.
    pub values: Vec<f64>,
    /// The starting point first.
    pub rounds: Vec<Round>,
    pub stopped: Stopped,
    /// All targets, those without a simulated figure too.
    pub targets: Vec<Fitted>,
    /// Positions in `targets` that were fitted: the rows of `sensitivity`.
    pub fitted: Vec<usize>,
    /// Change of a target for one unit of a parameter, at the fitted values. Shape: `[fitted][parameters]`.
    pub sensitivity: Matrix,
    /// Its standard error. Shape: as `sensitivity`.
    pub sensitivity_error: Matrix,
    pub quality: Quality,
    pub n_runs: usize,
    pub failures: Vec<Failure>,
    /// At the fitted values.
    pub results: Results,
}

/// Fits the parameters.
///
/// Errors: a model cannot be built, the machine refuses threads, no target is simulated or no replication finishes.
pub fn calibrate(problem: &Problem<'_>, control: &Control<'_>) -> Result<Calibrated, String> {
    search::Search::begin(problem, control)?.go_on()
}

/// The change file text that sets the parameters to these values.
///
/// `title` and `evidence` must hold no quotation marks.
pub fn change_text(free: &[Free], values: &[f64], title: &str, evidence: &str) -> String {
    let settings: Vec<Setting> = free
        .iter()
        .zip(values)
        .map(|(parameter, value)| {
            let name = &parameter.name;
            let moved = parameter.targets.iter();
            Setting {
                moved: &parameter.targets,
                assignments: moved
                    .map(|moved| moved.how.assignment(rounded(*value)))
                    .collect(),
                said: format!("assumed = \"Fitted: {name} ({evidence})\", nature = \"calibrated\""),
            }
        })
        .collect();
    moved::change_text(&settings, title, evidence)
}

/// To six digits after the point, so that what is written is what was run.
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Targets by replication. Shape: `[targets][replications]`.
fn by_replication(results: &Results, problem: &Problem<'_>) -> Vec<Vec<Option<f64>>> {
    let targets = problem.targets.iter();
    targets
        .map(|target| fit::values(results, target, &problem.words))
        .collect()
}
