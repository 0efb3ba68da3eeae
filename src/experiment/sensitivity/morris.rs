//! Morris screening: which parameters matter, by elementary effects along random trajectories.
//!
//! A trajectory starts at a random point of a grid and moves one parameter after another by half of its range or a little more. All its points are run
//! in the same replications, so that an effect is a paired difference; another trajectory has replications of its own, so that
//! trajectories are independent and can be drawn again for intervals.
//! Source: Morris (1991), Technometrics 33:161.

use crate::stats::elementary_effects::{effects, noise_floor};
use crate::stats::summary::{mean, variance};

use super::chance::{Chance, ranged};
use super::{Grid, Paired, Ranged};
use crate::experiment::response::{Fault, Job, Response};

/// Levels of the grid, as in most of the literature: 0, 1/3, 2/3 and 1.
const LEVELS: usize = 4;

#[derive(Clone, Copy)]
pub struct Plan<'p> {
    pub n_parameters: usize,
    /// At least two.
    pub trajectories: u32,
    /// At every point, at least one; two or more to tell effects from noise.
    pub replications: u32,
    pub seed: u64,
    /// The value of a parameter at a part of its range, 0 to 1.
    pub value: &'p dyn Fn(usize, f64) -> f64,
}

/// Of one parameter on one output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screened {
    pub mu: Ranged,
    pub mu_star: Ranged,
    pub sigma: f64,
    /// The mu* that noise alone would give; None with a single replication.
    pub floor: Option<f64>,
    pub paired: Paired,
}

impl Screened {
    /// Whether the effect is more than noise alone would show.
    pub fn is_told_from_noise(&self) -> bool {
        self.mu_star.low > self.floor.unwrap_or(0.0) && self.mu_star.high > 0.0
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Screening {
    /// Shape: `[outputs][parameters]`; None for an output that lacks a value in some run.
    pub outputs: Vec<Option<Vec<Screened>>>,
    /// Neighbours in order of mu* that cannot be told apart, by output.
    pub alike: Vec<Vec<(usize, usize)>>,
    pub n_runs: usize,
}

/// A trajectory: points, and which parameter moves from each to the next, and by how much.
struct Trajectory {
    points: Vec<Vec<f64>>,
    moves: Vec<(usize, f64)>,
}

/// Screens all parameters.
///
/// Errors: those of the response.
pub fn screen(response: &dyn Response, plan: &Plan<'_>) -> Result<Screening, Fault> {
    let all: Vec<Trajectory> = (0..plan.trajectories as usize)
        .map(|nth| trajectory(plan, nth))
        .collect();
    let valued = |point: &Vec<f64>| -> Vec<f64> {
        let parts = point.iter().enumerate();
        parts.map(|(at, part)| (plan.value)(at, *part)).collect()
    };
    let points: Vec<Vec<f64>> = all
        .iter()
        .flat_map(|one| one.points.iter().map(valued))
        .collect();
    let n = plan.replications;
    let per_trajectory = plan.n_parameters + 1;
    let jobs: Vec<Job> = (0..points.len())
        .flat_map(|point| {
            let first = (point / per_trajectory) as u32 * n + 1;
            (first..first + n).map(move |replication| Job { point, replication })
        })
        .collect();
    let grid = Grid::run(response, &points, &jobs)?;
    let screened = grid.outputs.iter().map(|values| {
        let values = values.as_ref()?;
        Some(of_output(plan, &all, values))
    });
    let (outputs, alike) = screened
        .map(|found| match found {
            Some((screened, alike)) => (Some(screened), alike),
            None => (None, Vec::new()),
        })
        .unzip();
    Ok(Screening {
        outputs,
        alike,
        n_runs: jobs.len(),
    })
}

fn trajectory(plan: &Plan<'_>, nth: usize) -> Trajectory {
    let k = plan.n_parameters;
    let half = LEVELS / 2;
    let step = half as f64 / (LEVELS - 1) as f64;
    let start = Chance::new(plan.seed, "morris start");
    let order = Chance::new(plan.seed, "morris order").order(k, nth);
    // Each parameter goes up from the lower half of the levels or down from the upper half.
    let draw = |at: usize| {
        let level = start.below(LEVELS, nth, at);
        let to = if level < half { step } else { -step };
        (level as f64 / (LEVELS - 1) as f64, to)
    };
    let (mut point, by): (Vec<f64>, Vec<f64>) = (0..k).map(draw).unzip();
    let mut points = vec![point.clone()];
    let mut moves = Vec::with_capacity(k);
    for at in order {
        point[at] = (point[at] + by[at]).clamp(0.0, 1.0);
        points.push(point.clone());
        moves.push((at, by[at]));
    }
    Trajectory { points, moves }
}

/// Effects of one output, and the neighbours in order of mu* that cannot be told apart.
fn of_output(
    plan: &Plan<'_>,
    all: &[Trajectory],
    values: &[f64],
) -> (Vec<Screened>, Vec<(usize, usize)>) {
    let k = plan.n_parameters;
    let n = plan.replications as usize;
    // Mean effects by trajectory, and the squared standard errors of them.
    let mut each = vec![vec![0.0; all.len()]; k];
    let mut errors = vec![Vec::new(); k];
    let mut paired = vec![Paired::default(); k];
    for (nth, trajectory) in all.iter().enumerate() {
        let runs = |point: usize| {
            let at = (nth * (k + 1) + point) * n;
            &values[at..at + n]
        };
        for (from, &(parameter, by)) in trajectory.moves.iter().enumerate() {
            let (before, after) = (runs(from), runs(from + 1));
            let pairs = before.iter().zip(after);
            let effects: Vec<f64> = pairs.map(|(before, after)| (after - before) / by).collect();
            each[parameter][nth] = mean(&effects).unwrap_or(0.0);
            errors[parameter].extend(variance(&effects).map(|spread| spread / n as f64));
            paired[parameter].add(before, after);
        }
    }
    let summary = |chosen: &[usize]| -> Option<Vec<f64>> {
        let drawn = |effects: &Vec<f64>| chosen.iter().map(|&at| effects[at]).collect::<Vec<_>>();
        let found: Option<Vec<_>> = each.iter().map(|each| effects(&drawn(each))).collect();
        let found = found?;
        let mu = found.iter().map(|effects| effects.mu);
        Some(
            mu.chain(found.iter().map(|effects| effects.mu_star))
                .collect(),
        )
    };
    let whole: Vec<usize> = (0..all.len()).collect();
    let found = summary(&whole).unwrap_or_default();
    let mut by_size: Vec<usize> = (0..k).collect();
    by_size.sort_by(|&a, &b| found[k + b].total_cmp(&found[k + a]).then(a.cmp(&b)));
    let neighbours: Vec<(usize, usize)> =
        by_size.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let with_gaps = |chosen: &[usize]| {
        let mut numbers = summary(chosen)?;
        let gaps = neighbours.iter();
        let gaps: Vec<f64> = gaps
            .map(|&(a, b)| numbers[k + a] - numbers[k + b])
            .collect();
        numbers.extend(gaps);
        Some(numbers)
    };
    let chance = Chance::new(plan.seed, "morris bootstrap");
    let intervals = chance.intervals(all.len(), with_gaps);
    let screened = (0..k).map(|at| Screened {
        mu: ranged(found[at], intervals.get(at)),
        mu_star: ranged(found[k + at], intervals.get(k + at)),
        sigma: effects(&each[at])
            .and_then(|found| found.sigma)
            .unwrap_or(0.0),
        floor: mean(&errors[at]).map(|error| noise_floor(libm::sqrt(error))),
        paired: paired[at],
    });
    let alike = neighbours.iter().zip(&intervals[2 * k..]);
    let alike = alike.filter(|(_, (low, _))| *low <= 0.0);
    (screened.collect(), alike.map(|(pair, _)| *pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::response::Formula;

    fn plan(n_parameters: usize, trajectories: u32) -> Plan<'static> {
        Plan {
            n_parameters,
            trajectories,
            replications: 1,
            seed: 11,
            value: &|_, part| part,
        }
    }

    #[test]
    fn a_straight_line_has_its_slope_in_every_trajectory() {
        let line = Formula {
            n_outputs: 1,
            of: |x: &[f64], _, _| 3.0 * x[0] - 2.0 * x[1] + 7.0,
        };
        let found = screen(&line, &plan(3, 6)).expect("it can be evaluated");
        let screened = found.outputs[0].as_ref().expect("it has values");
        let close = |found: f64, exact: f64| assert!((found - exact).abs() < 1e-9, "{found}");
        close(screened[0].mu.value, 3.0);
        close(screened[1].mu.value, -2.0);
        close(screened[1].mu_star.low, 2.0);
        close(screened[2].mu_star.value, 0.0);
        close(screened[0].sigma, 0.0);
        assert_eq!(found.n_runs, 24);
        assert!(screened[0].is_told_from_noise() && !screened[2].is_told_from_noise());
        assert!(found.alike[0].is_empty());
    }

    /// The test function of Morris (1991), p. 167: 20 parameters, of which the first ten matter.
    fn morris_1991(x: &[f64]) -> f64 {
        let w: Vec<f64> = (0..20)
            .map(|at| match at {
                2 | 4 | 6 => 2.0 * (1.1 * x[at] / (x[at] + 0.1) - 0.5),
                _ => 2.0 * (x[at] - 0.5),
            })
            .collect();
        // Coefficients that the paper draws from a normal distribution are put at their mean, 0.
        let mut y: f64 = w[..10].iter().sum::<f64>() * 20.0;
        for i in 0..6 {
            for j in i + 1..6 {
                y -= 15.0 * w[i] * w[j];
                if j < 5 {
                    for l in j + 1..5 {
                        y -= 10.0 * w[i] * w[j] * w[l];
                        if l < 4 {
                            y += (l + 1..4)
                                .map(|s| 5.0 * w[i] * w[j] * w[l] * w[s])
                                .sum::<f64>();
                        }
                    }
                }
            }
        }
        y
    }

    #[test]
    fn the_ten_of_twenty_that_matter_are_found() {
        let function = Formula {
            n_outputs: 1,
            of: |x: &[f64], _, _| morris_1991(x),
        };
        let found = screen(&function, &plan(20, 10)).expect("it can be evaluated");
        let screened = found.outputs[0].as_ref().expect("it has values");
        for (at, one) in screened.iter().enumerate() {
            assert_eq!(one.mu_star.value > 10.0, at < 10, "{at}: {one:?}");
        }
        // Inputs 8 to 10 are linear, the first six curved or entangled.
        assert!(screened[7..10].iter().all(|one| one.sigma < 1e-9));
        assert!(screened[..6].iter().all(|one| one.sigma > 10.0));
    }

    #[test]
    fn noise_is_taken_for_noise_and_pairing_is_seen() {
        let noise = Chance::new(5, "noise");
        let noisy = Formula {
            n_outputs: 2,
            // The first output shares its noise between points, the second does not.
            of: move |x: &[f64], replication: u32, output: usize| {
                let own = (x[0] * 3.0 + x[1] * 30.0) as usize + 1;
                let item = if output == 0 { 0 } else { own };
                x[0] + 5.0 * noise.unit(item, replication as usize)
            },
        };
        let plan = Plan {
            replications: 4,
            ..plan(2, 60)
        };
        let found = screen(&noisy, &plan).expect("it can be evaluated");
        let shared = found.outputs[0].as_ref().expect("it has values");
        assert!((shared[0].mu.value - 1.0).abs() < 1e-9);
        assert!((shared[0].paired.saved().expect("it varies") - 1.0).abs() < 1e-9);
        let apart = found.outputs[1].as_ref().expect("it has values");
        let saved = apart[0].paired.saved().expect("it varies");
        assert!(saved.abs() < 0.3, "{saved}");
        // The second parameter does nothing: its mu* is noise, and known to be.
        let floor = apart[1].floor.expect("there are replications");
        assert!((apart[1].mu_star.value / floor - 1.0).abs() < 0.25);
        assert!(apart[1].mu.low < 0.0 && apart[1].mu.high > 0.0);
    }
}
