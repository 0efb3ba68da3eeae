//! Probabilistic sensitivity analysis: intervals with sampling error alone, and with parameter error too.
//!
//! Parameters are drawn from their distributions; each draw is run in replications of its own, so that the spread between draws can
//! be freed of the chance within them. The system as written is run for the interval that one sees without all this.
//! Source: O'Hagan, Stevenson & Madan (2007), Health Economics 16:1009 (nested simulation and its variance components).

use crate::stats::components::components;
use crate::stats::summary::{mean, quantile, variance};

use super::one_at_a_time::estimate;
use super::{Grid, Ranged};
use crate::experiment::response::{Fault, Job, Response};

/// Draws of all parameters from their distributions. Shape: `[draws][parameters]`.
#[derive(Clone, Debug)]
pub struct Plan {
    pub draws: Vec<Vec<f64>>,
    /// Of each draw, at least two.
    pub replications: u32,
    /// The system as written, and how often it is run: at least twice.
    pub as_written: Vec<f64>,
    pub n_as_written: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Propagated {
    /// The mean as written, with sampling error alone.
    pub sampling: Ranged,
    /// The mean over the draws, with parameter error and the same sampling error.
    pub both: Ranged,
    /// Variance of the expected value over the draws.
    pub parameters: f64,
    /// Variance between replications of one draw.
    pub chance: f64,
    /// Standard error of the mean over the draws.
    pub error: f64,
    /// Mean of each draw, with its chance taken out: its distance from the overall mean shrunk. Shape: `[draws]`.
    pub draws: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Propagation {
    /// By output; None for one that lacks a value in some run.
    pub outputs: Vec<Option<Propagated>>,
    pub n_runs: usize,
}

/// Runs the system as written and all draws.
///
/// Errors: those of the response.
pub fn propagate(response: &dyn Response, plan: &Plan) -> Result<Propagation, Fault> {
    let points: Vec<Vec<f64>> = std::iter::once(&plan.as_written)
        .chain(&plan.draws)
        .cloned()
        .collect();
    let n = plan.replications;
    let mut jobs = crate::experiment::response::jobs(0..1, 1, plan.n_as_written);
    for draw in 0..plan.draws.len() {
        // Draws have replications of their own, none of them those of the system as written.
        let first = plan.n_as_written + draw as u32 * n + 1;
        let own = first..first + n;
        jobs.extend(own.map(|replication| Job {
            point: draw + 1,
            replication,
        }));
    }
    let grid = Grid::run(response, &points, &jobs)?;
    let outputs = grid.outputs.iter().map(|values| {
        let (written, drawn) = values.as_ref()?.split_at(plan.n_as_written as usize);
        let groups: Vec<Vec<f64>> = drawn.chunks(n as usize).map(<[f64]>::to_vec).collect();
        of_output(written, &groups)
    });
    Ok(Propagation {
        outputs: outputs.collect(),
        n_runs: jobs.len(),
    })
}

fn of_output(written: &[f64], groups: &[Vec<f64>]) -> Option<Propagated> {
    let sampling = estimate(written);
    let found = components(groups)?;
    let means: Vec<f64> = groups
        .iter()
        .map(|values| mean(values))
        .collect::<Option<_>>()?;
    let spread = variance(&means)?;
    let shrunk = match spread > 0.0 {
        true => libm::sqrt((found.between / spread).min(1.0)),
        false => 0.0,
    };
    let draws: Vec<f64> = means
        .iter()
        .map(|of_draw| found.mean + (of_draw - found.mean) * shrunk)
        .collect();
    // Both errors are independent, so their reaches add up as squares.
    let half_width = sampling.high - sampling.value;
    let reach = |end: f64| libm::hypot(end - found.mean, half_width);
    let (low, high) = (quantile(&draws, 0.025)?, quantile(&draws, 0.975)?);
    Some(Propagated {
        sampling,
        both: Ranged {
            value: found.mean,
            low: found.mean - reach(low),
            high: found.mean + reach(high),
        },
        parameters: found.between,
        chance: found.within,
        error: libm::sqrt(spread / groups.len() as f64),
        draws,
    })
}

#[cfg(test)]
mod tests {
    use super::super::chance::Chance;
    use super::*;
    use crate::experiment::response::Formula;
    use crate::stats::sequences::latin_hypercube;
    use crate::stats::special::normal_quantile;

    fn hypercube(n: u32) -> Vec<Vec<f64>> {
        (0..n)
            .map(|at| vec![latin_hypercube(at, n, 0, 1)])
            .collect()
    }

    #[test]
    fn both_parts_of_the_variance_are_found() {
        let noise = Chance::new(2, "noise");
        // The parameter brings a standard deviation of 3, chance one of 2.
        let function = Formula {
            n_outputs: 1,
            of: move |x: &[f64], replication: u32, _| {
                let chance = normal_quantile(noise.unit(0, replication as usize));
                10.0 + 3.0 * normal_quantile(x[0]) + 2.0 * chance
            },
        };
        let plan = Plan {
            draws: hypercube(400),
            replications: 3,
            as_written: vec![0.5],
            n_as_written: 25,
        };
        let found = propagate(&function, &plan).expect("it can be evaluated");
        assert_eq!(found.n_runs, 25 + 1200);
        let found = found.outputs[0].as_ref().expect("it has values");
        assert!((found.parameters / 9.0 - 1.0).abs() < 0.15, "{found:?}");
        assert!((found.chance / 4.0 - 1.0).abs() < 0.15);
        assert!((found.both.value - 10.0).abs() < 3.0 * found.error);
        // Sampling alone: 2.06 times 2 over the root of 25; with the parameter 1.96 times 3 as well.
        let sampling = found.sampling.high - found.sampling.value;
        assert!((sampling / 0.83 - 1.0).abs() < 0.3, "{sampling}");
        let both = 0.5 * (found.both.high - found.both.low);
        assert!((both / 5.9 - 1.0).abs() < 0.1, "{both}");
    }

    #[test]
    fn a_parameter_that_does_nothing_widens_nothing_much() {
        let noise = Chance::new(2, "noise");
        let function = Formula {
            n_outputs: 1,
            of: move |_: &[f64], replication: u32, _| {
                normal_quantile(noise.unit(0, replication as usize))
            },
        };
        let plan = Plan {
            draws: hypercube(200),
            replications: 10,
            as_written: vec![0.5],
            n_as_written: 20,
        };
        let found = propagate(&function, &plan).expect("it can be evaluated");
        let found = found.outputs[0].as_ref().expect("it has values");
        assert!(found.parameters < 0.03, "{}", found.parameters);
        let sampling = found.sampling.high - found.sampling.low;
        assert!((found.both.high - found.both.low) < 1.3 * sampling);
    }
}
