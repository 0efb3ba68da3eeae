//! Experiment files: scenarios, what is varied in them, and a design that says at which points.
//!
//! A point is a value for every parameter, in their order; it is laid over a scenario as a change. Points are counted from 0
//! here and from 1 in tables, and are made when they are asked for: a design of any size takes no memory.

pub mod codes;
pub mod moved;
pub mod parameter;
pub mod read;
mod read_design;
mod read_parameter;
pub mod schema;

use crate::scenario::files::Span;
use crate::stats::sequences::{latin_hypercube, sobol};
use crate::uec::load::Overrides;

pub use parameter::{Over, Parameter};

/// What an experiment file says.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Stem of its file.
    pub name: String,
    pub title: String,
    /// As written: paths, or names of shipped scenarios, each with its place.
    pub scenarios: Vec<(String, Span)>,
    /// What of the scenarios' `[run]` is replaced.
    pub run: Overrides,
    pub parameters: Vec<Parameter>,
    /// None if the file has no `[design]`: not every command needs one.
    pub design: Option<Design>,
    pub goal: Option<Goal>,
    /// Measures that are kept, with their places; all if none is named.
    pub measures: Vec<(String, Span)>,
    /// Numbers by site and by cohort are kept, too.
    pub by_site: bool,
    pub by_cohort: bool,
}

/// What a number should come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub measure: String,
    /// As tables name it.
    pub statistic: String,
    pub site: String,
    pub cohort: String,
    pub bound: Bound,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    pub fn value(self) -> f64 {
        match self {
            Self::AtLeast(value) | Self::AtMost(value) => value,
        }
    }

    pub fn is_met(self, by: f64) -> bool {
        match self {
            Self::AtLeast(least) => by >= least,
            Self::AtMost(most) => by <= most,
        }
    }

    /// `at least`, `at most`.
    pub fn words(self) -> &'static str {
        match self {
            Self::AtLeast(_) => "at least",
            Self::AtMost(_) => "at most",
        }
    }
}

/// Which points are run.
#[derive(Clone, Debug, PartialEq)]
pub enum Design {
    /// Every combination of levels; those of the last parameter change fastest. Shape: `[parameters][levels]`.
    Grid(Vec<Vec<f64>>),
    /// All at their base, then each parameter at each of its values while the others stay. Parameter and value by point.
    OneAtATime {
        base: Vec<f64>,
        steps: Vec<(usize, f64)>,
    },
    LatinHypercube {
        points: u32,
        seed: u64,
    },
    Sobol {
        points: u32,
        seed: u64,
    },
    /// Shape: `[points][parameters]`.
    Rows(Vec<Vec<f64>>),
}

impl Design {
    pub fn n_points(&self) -> u32 {
        match self {
            // A grid with more points is refused when it is read.
            Self::Grid(levels) => levels.iter().map(|levels| levels.len() as u32).product(),
            Self::OneAtATime { steps, .. } => 1 + steps.len() as u32,
            Self::LatinHypercube { points, .. } | Self::Sobol { points, .. } => *points,
            Self::Rows(rows) => rows.len() as u32,
        }
    }

    /// As files write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Grid(_) => "grid",
            Self::OneAtATime { .. } => "one-at-a-time",
            Self::LatinHypercube { .. } => "latin-hypercube",
            Self::Sobol { .. } => "sobol",
            Self::Rows(_) => "rows",
        }
    }

    /// The values at a point, in the order of `parameters`, which are those it was made for.
    pub fn point(&self, index: u32, parameters: &[Parameter]) -> Vec<f64> {
        let by_quantile = |coordinate: &dyn Fn(u32) -> f64| {
            let each = parameters.iter().enumerate();
            each.map(|(at, parameter)| parameter.quantile(coordinate(at as u32)))
                .collect()
        };
        match self {
            Self::Grid(levels) => grid_point(levels, index),
            Self::OneAtATime { base, steps } => {
                let mut values = base.clone();
                if let Some(&(parameter, value)) = steps.get((index as usize).wrapping_sub(1)) {
                    values[parameter] = value;
                }
                values
            }
            Self::LatinHypercube { points, seed } => {
                by_quantile(&|dimension| latin_hypercube(index, *points, dimension, *seed))
            }
            Self::Sobol { seed, .. } => by_quantile(&|dimension| sobol(index, dimension, *seed)),
            Self::Rows(rows) => rows[index as usize].clone(),
        }
    }
}

fn grid_point(levels: &[Vec<f64>], index: u32) -> Vec<f64> {
    let mut rest = index as usize;
    let mut values: Vec<f64> = levels
        .iter()
        .rev()
        .map(|levels| {
            let value = levels[rest % levels.len()];
            rest /= levels.len();
            value
        })
        .collect();
    values.reverse();
    values
}

/// The text of the change that puts a point into force; `at` names the point or what it is for.
pub fn change_text(parameters: &[Parameter], values: &[f64], at: &str) -> String {
    let each = parameters.iter().zip(values);
    let settings: Vec<_> = each
        .map(|(parameter, value)| parameter.setting(*value))
        .collect();
    let at = at.replace('"', "'");
    moved::change_text(&settings, "Values of the experiment", &at)
}

/// Where in the experiment file the value stands that a line (from 1) of [`change_text`] moves.
pub fn place_of_line(parameters: &[Parameter], line: u32) -> Option<Span> {
    let spans = parameters
        .iter()
        .flat_map(|parameter| &parameter.path_spans);
    let at = (line as usize).checked_sub(moved::LINES_BEFORE + 1)?;
    spans.copied().nth(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_every_combination_once_and_the_last_parameter_changes_fastest() {
        let design = Design::Grid(vec![vec![1.0, 2.0], vec![10.0, 20.0, 30.0]]);
        let points: Vec<Vec<f64>> = (0..design.n_points())
            .map(|index| design.point(index, &[]))
            .collect();
        let expected = [
            [1.0, 10.0],
            [1.0, 20.0],
            [1.0, 30.0],
            [2.0, 10.0],
            [2.0, 20.0],
            [2.0, 30.0],
        ];
        assert_eq!(points, expected.map(|point| point.to_vec()));
    }

    #[test]
    fn one_at_a_time_begins_at_the_base() {
        let design = Design::OneAtATime {
            base: vec![1.0, 0.0],
            steps: vec![(0, 0.9), (0, 1.1), (1, 5.0)],
        };
        let points: Vec<Vec<f64>> = (0..design.n_points())
            .map(|index| design.point(index, &[]))
            .collect();
        let expected = [[1.0, 0.0], [0.9, 0.0], [1.1, 0.0], [1.0, 5.0]];
        assert_eq!(points, expected.map(|point| point.to_vec()));
    }
}
