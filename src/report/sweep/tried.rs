//! What charts of a sweep are drawn from: a few numbers at every point, of designs that are small enough to be drawn.

use super::tables::{estimate_of, position};
use super::{Heading, Number, Point};
use crate::experiment::design::{Design, Experiment, Goal, Parameter};
use crate::experiment::results::Estimate;
use crate::experiment::summarise::estimate;
use crate::experiment::sweep::{Given, Whole};

/// Larger designs are for other programs to draw; nothing of them is kept.
const MOST_POINTS: u32 = 2_500;

/// Numbers that are drawn if there is no goal to say which.
const MOST_NUMBERS: usize = 4;

/// A number of a scenario at the points of a design.
#[derive(Clone, Debug)]
pub struct Tried {
    pub scenario: String,
    pub number: Number,
    /// Position among the scenario's numbers.
    at: usize,
    /// By point; none where no replication has a value.
    pub estimates: Vec<Option<Estimate>>,
    /// By point and replication. Kept only where points are compared with the first.
    values: Vec<Vec<Option<f64>>>,
}

/// All that is drawn of a sweep.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub parameters: Vec<Parameter>,
    pub design: Design,
    pub goal: Option<Goal>,
    pub points: Vec<Point>,
    /// By scenario and number.
    pub tried: Vec<Tried>,
    n_scenarios: usize,
}

impl Drawn {
    /// None of a design that is too large, or has points that are not laid out to be drawn.
    pub fn begin(experiment: &Experiment, heading: &Heading) -> Option<Self> {
        let design = experiment.design.clone()?;
        let is_laid_out = matches!(design, Design::Grid(_) | Design::OneAtATime { .. });
        if !is_laid_out || design.n_points() > MOST_POINTS {
            return None;
        }
        let tried = heading.scenarios.iter().flat_map(|scenario| {
            let numbers = &scenario.numbers;
            let wanted: Vec<usize> = match &experiment.goal {
                Some(goal) => {
                    let Goal {
                        measure,
                        statistic,
                        site,
                        cohort,
                        ..
                    } = goal;
                    position(numbers, [measure, statistic, site, cohort])
                        .into_iter()
                        .collect()
                }
                None => (0..numbers.len().min(MOST_NUMBERS)).collect(),
            };
            wanted.into_iter().map(|at| Tried {
                scenario: scenario.name.clone(),
                number: numbers[at].clone(),
                at,
                estimates: Vec::new(),
                values: Vec::new(),
            })
        });
        Some(Self {
            parameters: experiment.parameters.clone(),
            design,
            goal: experiment.goal.clone(),
            points: Vec::new(),
            tried: tried.collect(),
            n_scenarios: heading.scenarios.len(),
        })
    }

    /// Takes a scenario at the next point.
    pub fn add(&mut self, point: &Point, scenario: usize, whole: &Whole) {
        let is_compared = matches!(self.design, Design::OneAtATime { .. });
        if scenario == 0 {
            self.points.push(point.clone());
        }
        let n_each = self.tried.len() / self.n_scenarios.max(1);
        let none = Vec::new();
        let given = match whole {
            Whole::Replications(given) => given,
            Whole::Refused(_) => &none,
        };
        for tried in self.tried.iter_mut().skip(scenario * n_each).take(n_each) {
            tried.estimates.push(estimate_of(given, tried.at));
            if is_compared {
                let value = |given: &Given| match given {
                    Given::Values(values) => values[tried.at],
                    Given::Failed { .. } => None,
                };
                tried.values.push(given.iter().map(value).collect());
            }
        }
    }
}

impl Tried {
    /// A point less the first one, paired by replication.
    pub fn difference(&self, point: usize) -> Option<Estimate> {
        let (at, base) = (self.values.get(point)?, self.values.first()?);
        let pairs = at.iter().zip(base);
        let differences: Vec<f64> = pairs
            .filter_map(|(at, base)| Some((*at)? - (*base)?))
            .collect();
        estimate(&differences)
    }

    /// Replications that the first point with any has.
    pub fn n_replications(&self) -> usize {
        self.estimates
            .iter()
            .flatten()
            .map(|e| e.n)
            .max()
            .unwrap_or(0)
    }
}
