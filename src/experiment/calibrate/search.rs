//! The search: rounds of sensitivities and damped steps, with all runs of a round side by side.

use super::{Calibrated, Fitted, Problem, Quality, Round, Stopped, by_replication, rounded};
use crate::experiment::control::{Control, Failure};
use crate::experiment::fit;
use crate::experiment::results::Results;
use crate::experiment::summarise::estimate;
use crate::stats::summary::{mean, standard_deviation};
use crate::stats::symmetric::{Matrix, solve};
use std::sync::atomic::Ordering;

/// Damping of the steps that are tried side by side, as parts of the diagonal.
const DAMPINGS: [f64; 3] = [0.001, 0.1, 3.0];
/// A step that gains less than this part of the misfit is the last.
const LEAST_GAIN: f64 = 0.01;
/// Of every parameter's range; a smaller step is none.
const LEAST_STEP: f64 = 0.005;
/// Targets no further off than this part of their tolerance are fitted.
const FITTED: f64 = 0.1;

/// A point of the search: values of the parameters and what they gave.
struct Point {
    values: Vec<f64>,
    results: Results,
    /// By target that is fitted and replication, in tolerances off the published figure.
    residuals: Vec<Vec<f64>>,
    means: Vec<f64>,
}

impl Point {
    fn misfit(&self) -> f64 {
        self.means.iter().map(|residual| residual * residual).sum()
    }

    /// Misfit without one replication.
    fn misfit_without(&self, left_out: usize) -> f64 {
        let squares = self.residuals.iter().map(|runs| {
            let n = runs.len() as f64;
            let sum: f64 = runs.iter().sum::<f64>() - runs[left_out];
            let mean = sum / (n - 1.0);
            mean * mean
        });
        squares.sum()
    }

    fn round(&self) -> Round {
        Round {
            values: self.values.clone(),
            misfit: self.misfit(),
            n_met: self
                .means
                .iter()
                .filter(|residual| residual.abs() <= 1.0)
                .count(),
        }
    }
}

pub(super) struct Search<'s, 'p> {
    problem: &'s Problem<'p>,
    control: &'s Control<'s>,
    /// Positions of the targets that have a simulated figure.
    fitted: Vec<usize>,
    before: Vec<Option<crate::experiment::results::Estimate>>,
    failures: Vec<Failure>,
    n_runs: usize,
    rounds: Vec<Round>,
    here: Point,
}

/// Sensitivities of residuals, per part of a parameter's range. Shape: `[fitted][parameters]`.
struct Slopes {
    means: Matrix,
    errors: Matrix,
}

impl<'s, 'p> Search<'s, 'p> {
    /// Runs the scenario as it is written.
    pub fn begin(problem: &'s Problem<'p>, control: &'s Control<'s>) -> Result<Self, String> {
        let values: Vec<f64> = problem.free.iter().map(super::Free::start).collect();
        let model = (problem.build)(&values)?;
        let n_wanted = model.run.replications as usize;
        let ended = crate::experiment::run(vec![model], control)?;
        let results = ended.results.into_iter().next().ok_or("nothing was run")?;
        if results.replications.len() < n_wanted {
            let first = ended.failures.first();
            let why = first.map_or("it was stopped", |failure| failure.message.as_str());
            return Err(format!(
                "the scenario as written did not run to its end: {why}"
            ));
        }
        let all = by_replication(&results, problem);
        let is_whole =
            |runs: &Vec<Option<f64>>| !runs.is_empty() && runs.iter().all(Option::is_some);
        let fitted: Vec<usize> = (0..all.len())
            .filter(|&target| is_whole(&all[target]))
            .collect();
        if fitted.is_empty() {
            return Err("none of the targets is simulated: their measures, statistics, sites or cohorts are not those of the scenario".to_owned());
        }
        let before = all.iter().map(|runs| {
            let known: Vec<f64> = runs.iter().flatten().copied().collect();
            estimate(&known)
        });
        let before = before.collect();
        let here = point(problem, &fitted, values, results)
            .ok_or("a target without a value was taken for fitted")?;
        Ok(Self {
            problem,
            control,
            fitted,
            before,
            failures: ended.failures,
            n_runs: 1,
            rounds: vec![here.round()],
            here,
        })
    }

    pub fn go_on(mut self) -> Result<Calibrated, String> {
        (self.problem.told)(&self.rounds[0]);
        let mut stopped = Stopped::Rounds;
        let mut slopes = self.slopes()?;
        for _ in 0..self.problem.most_rounds {
            if self.control.cancel.load(Ordering::Relaxed) {
                stopped = Stopped::Cancelled;
                break;
            }
            if self
                .here
                .means
                .iter()
                .all(|residual| residual.abs() <= FITTED)
            {
                stopped = Stopped::Fitted;
                break;
            }
            let steps = self.steps(&slopes.means);
            if steps.is_empty() {
                stopped = Stopped::Still;
                break;
            }
            let best = self
                .run(steps)?
                .into_iter()
                .min_by(|one, other| one.misfit().total_cmp(&other.misfit()));
            let Some(best) = best else {
                stopped = Stopped::NoGain;
                break;
            };
            let gain = self.here.misfit() - best.misfit();
            let is_sure =
                gain > (LEAST_GAIN * self.here.misfit()).max(2.0 * self.gain_error(&best));
            if gain > 0.0 {
                self.here = best;
                self.rounds.push(self.here.round());
                (self.problem.told)(&self.rounds[self.rounds.len() - 1]);
                slopes = self.slopes()?;
            }
            if !is_sure {
                stopped = Stopped::NoGain;
                break;
            }
        }
        if self.control.cancel.load(Ordering::Relaxed) {
            stopped = Stopped::Cancelled;
        }
        self.finish(stopped, slopes)
    }

    fn range(&self, parameter: usize) -> f64 {
        let free = &self.problem.free[parameter];
        free.high - free.low
    }

    /// Moves each parameter by its step, away from the nearer bound, and sees what every target does.
    fn slopes(&mut self) -> Result<Slopes, String> {
        let n = self.problem.free.len();
        let moved: Vec<Vec<f64>> = (0..n)
            .map(|parameter| {
                let free = &self.problem.free[parameter];
                let mut values = self.here.values.clone();
                let up = values[parameter] + free.step <= free.high;
                values[parameter] += if up { free.step } else { -free.step };
                values[parameter] = rounded(values[parameter]);
                values
            })
            .collect();
        let points = self.run(moved.clone())?;
        let m = self.fitted.len();
        let mut slopes = Slopes {
            means: vec![vec![0.0; n]; m],
            errors: vec![vec![f64::INFINITY; n]; m],
        };
        for (parameter, values) in moved.iter().enumerate() {
            // One that could not be run tells nothing: no step is taken in its direction.
            let Some(point) = points.iter().find(|point| point.values == *values) else {
                continue;
            };
            let by = (values[parameter] - self.here.values[parameter]) / self.range(parameter);
            for target in 0..m {
                let pairs = point.residuals[target]
                    .iter()
                    .zip(&self.here.residuals[target]);
                let each: Vec<f64> = pairs.map(|(there, here)| (there - here) / by).collect();
                slopes.means[target][parameter] = mean(&each).unwrap_or(0.0);
                let spread = standard_deviation(&each).unwrap_or(f64::INFINITY);
                slopes.errors[target][parameter] = spread / libm::sqrt(each.len() as f64);
            }
        }
        Ok(slopes)
    }

    /// Steps with several dampings, within bounds; none if all are too small.
    fn steps(&self, slopes: &Matrix) -> Vec<Vec<f64>> {
        let mut steps: Vec<Vec<f64>> = Vec::new();
        for damping in DAMPINGS {
            let step = self.step(slopes, damping);
            let moves = step.iter().zip(&self.here.values).enumerate();
            let is_large = moves
                .map(|(at, (to, from))| (to - from).abs() / self.range(at))
                .any(|part| part >= LEAST_STEP);
            if is_large && !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps
    }

    /// Where a damped step leads. Parameters that would leave their range stay at its end, and the others are solved for anew.
    fn step(&self, slopes: &Matrix, damping: f64) -> Vec<f64> {
        let n = self.problem.free.len();
        let mut values = self.here.values.clone();
        let mut is_held = vec![false; n];
        let mut residuals = self.here.means.clone();
        for _ in 0..=n {
            let open: Vec<usize> = (0..n).filter(|&at| !is_held[at]).collect();
            let (matrix, right) = normal_equations(slopes, &residuals, &open, damping);
            let Some(step) = solve(&matrix, &right) else {
                break;
            };
            let leaves = open.iter().zip(&step).find_map(|(&at, by)| {
                let free = &self.problem.free[at];
                let to = self.here.values[at] + by * self.range(at);
                (to < free.low || to > free.high).then_some((at, to.clamp(free.low, free.high)))
            });
            let Some((at, bound)) = leaves else {
                for (&at, by) in open.iter().zip(&step) {
                    values[at] = rounded(self.here.values[at] + by * self.range(at));
                }
                break;
            };
            is_held[at] = true;
            values[at] = bound;
            let by = (bound - self.here.values[at]) / self.range(at);
            for (residual, slope) in residuals.iter_mut().zip(slopes) {
                *residual += slope[at] * by;
            }
        }
        values
    }

    /// Runs these values side by side; those that fail or lack a target are left out.
    fn run(&mut self, all: Vec<Vec<f64>>) -> Result<Vec<Point>, String> {
        let models: Result<Vec<_>, String> = all
            .iter()
            .map(|values| (self.problem.build)(values))
            .collect();
        let ended = crate::experiment::run(models?, self.control)?;
        self.n_runs += all.len();
        self.failures.extend(ended.failures);
        let n = self.here.results.replications.len();
        let points = all
            .into_iter()
            .zip(ended.results)
            .filter_map(|(values, results)| {
                let is_whole = results.replications.len() == n;
                point(self.problem, &self.fitted, values, results).filter(|_| is_whole)
            });
        Ok(points.collect())
    }

    /// Standard error of the gain of a point, by leaving out one replication at a time.
    fn gain_error(&self, other: &Point) -> f64 {
        let n = self.here.results.replications.len();
        if n < 3 {
            return 0.0;
        }
        let gains: Vec<f64> = (0..n)
            .map(|run| self.here.misfit_without(run) - other.misfit_without(run))
            .collect();
        let spread = standard_deviation(&gains).unwrap_or(0.0);
        spread * (n - 1) as f64 / libm::sqrt(n as f64)
    }

    fn finish(self, stopped: Stopped, slopes: Slopes) -> Result<Calibrated, String> {
        let problem = self.problem;
        let quality = Quality::of(&slopes.means, &self.here.residuals, |at| self.range(at));
        let own_units = |matrix: &Matrix| -> Matrix {
            let rows = matrix.iter().zip(&self.fitted);
            rows.map(|(row, &target)| {
                let allowed = fit::allowed(&problem.targets[target]);
                let cells = row.iter().enumerate();
                cells
                    .map(|(at, slope)| slope * allowed / self.range(at))
                    .collect()
            })
            .collect()
        };
        let after = by_replication(&self.here.results, problem);
        let targets = problem.targets.iter().zip(self.before.iter().zip(after));
        let targets = targets.map(|(target, (before, after))| {
            let known: Vec<f64> = after.iter().flatten().copied().collect();
            Fitted {
                target: target.clone(),
                allowed: fit::allowed(target),
                before: *before,
                after: estimate(&known),
            }
        });
        Ok(Calibrated {
            targets: targets.collect(),
            sensitivity: own_units(&slopes.means),
            sensitivity_error: own_units(&slopes.errors),
            values: self.here.values,
            rounds: self.rounds,
            stopped,
            fitted: self.fitted,
            quality,
            n_runs: self.n_runs,
            failures: self.failures,
            results: self.here.results,
        })
    }
}

/// None if a fitted target has no value in some replication.
fn point(
    problem: &Problem<'_>,
    fitted: &[usize],
    values: Vec<f64>,
    results: Results,
) -> Option<Point> {
    let all = by_replication(&results, problem);
    let mut residuals = Vec::with_capacity(fitted.len());
    for &target in fitted {
        let (published, allowed) = (
            problem.targets[target].published,
            fit::allowed(&problem.targets[target]),
        );
        let runs = all[target]
            .iter()
            .map(|value| Some((value.as_ref()? - published) / allowed));
        residuals.push(runs.collect::<Option<Vec<f64>>>()?);
    }
    let means = residuals
        .iter()
        .map(|runs| mean(runs))
        .collect::<Option<Vec<f64>>>()?;
    Some(Point {
        values,
        results,
        residuals,
        means,
    })
}

/// Of the open parameters: the damped matrix and the right side.
fn normal_equations(
    slopes: &Matrix,
    residuals: &[f64],
    open: &[usize],
    damping: f64,
) -> (Matrix, Vec<f64>) {
    let product = |a: usize, b: usize| slopes.iter().map(|row| row[a] * row[b]).sum::<f64>();
    let largest = open.iter().map(|&at| product(at, at)).fold(0.0, f64::max);
    let mut matrix: Matrix = open
        .iter()
        .map(|&a| open.iter().map(|&b| product(a, b)).collect())
        .collect();
    for (at, row) in matrix.iter_mut().enumerate() {
        // A parameter that does nothing is held by a trace of the largest diagonal.
        row[at] += damping * row[at] + 1e-9 * largest.max(1e-9);
    }
    let right = open.iter().map(|&at| {
        let pairs = slopes.iter().zip(residuals);
        -pairs.map(|(row, residual)| row[at] * residual).sum::<f64>()
    });
    (matrix, right.collect())
}
