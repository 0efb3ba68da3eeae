//! The best of many configurations within a budget of runs: optimal computing budget allocation.
//!
//! After a few replications of all, further ones go where they help most to tell the best from its rivals. It makes the most of a
//! budget but promises nothing beforehand: the probability of having found the best is estimated at the end.
//! Source: Chen, Lin, Yücesan & Chick (2000), Discrete Event Dynamic Systems 10:251.

use crate::stats::ranking::{approximate_correct, best_of, ocba_shares};

use super::Runs;
use crate::experiment::response::Fault;

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub n_first: u32,
    /// Runs of all configurations together.
    pub budget: u32,
    /// Runs between two looks.
    pub increment: u32,
    /// Stops before the budget is spent once the estimated probability is this; 1 spends it all.
    pub confidence: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Allocated {
    /// Position among the configurations that were given.
    pub best: usize,
    /// Estimated lower bound of the probability that it is the best.
    pub probability: f64,
}

/// Spends the budget on these points.
///
/// Errors: those of the response.
pub fn allocate(runs: &mut Runs<'_>, points: &[usize], plan: &Plan) -> Result<Allocated, Fault> {
    let first: Vec<(usize, u32)> = points.iter().map(|&point| (point, plan.n_first)).collect();
    runs.reach(&first)?;
    loop {
        let means: Vec<f64> = points.iter().map(|&point| runs.mean(point)).collect();
        let variances: Vec<f64> = points.iter().map(|&point| runs.variance(point)).collect();
        let counts: Vec<u32> = points.iter().map(|&point| runs.n(point)).collect();
        let spent: u32 = counts.iter().sum();
        let allocated = Allocated {
            best: best_of(&means),
            probability: approximate_correct(&means, &variances, &counts),
        };
        let is_sure = plan.confidence < 1.0 && allocated.probability >= plan.confidence;
        if spent >= plan.budget || is_sure || points.len() < 2 {
            return Ok(allocated);
        }
        let next = plan.increment.max(1).min(plan.budget - spent);
        let shares = ocba_shares(&means, &variances, f64::from(spent + next));
        runs.reach(&further(points, &counts, &shares, next))?;
    }
}

/// Shares `next` further runs out to those that are furthest below their share.
fn further(points: &[usize], counts: &[u32], shares: &[f64], next: u32) -> Vec<(usize, u32)> {
    let mut wanted = counts.to_vec();
    for _ in 0..next {
        let short = |at: usize| shares[at] - f64::from(wanted[at]);
        let at = (0..points.len()).fold(
            0,
            |most, at| {
                if short(at) > short(most) { at } else { most }
            },
        );
        wanted[at] += 1;
    }
    points.iter().copied().zip(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::response::Formula;
    use crate::experiment::sensitivity::chance::Chance;
    use crate::stats::special::normal_quantile;

    /// Ten designs of means 0, -1, … -9 with standard deviation 6, as in the first example of Chen et al. (2000): how often
    /// the best is found with this budget, with the shares of the theorem or equal ones, and the mean estimated probability.
    fn found(budget: u32, is_equal: bool) -> (f64, f64) {
        let points: Vec<Vec<f64>> = (0..10).map(|at| vec![f64::from(at)]).collect();
        let all: Vec<usize> = (0..10).collect();
        let times = 400;
        let (mut n_right, mut probability) = (0, 0.0);
        for seed in 0..times {
            let chance = Chance::new(seed, "ocba");
            let function = Formula {
                n_outputs: 1,
                of: move |x: &[f64], replication: u32, _| {
                    let noise = chance.unit(x[0] as usize, replication as usize);
                    -x[0] + 6.0 * normal_quantile(noise)
                },
            };
            let mut runs = Runs::new(&function, &points, 0, true);
            let plan = Plan {
                n_first: if is_equal { budget / 10 } else { 10 },
                budget,
                increment: 20,
                confidence: 1.0,
            };
            let allocated = allocate(&mut runs, &all, &plan).expect("it can be evaluated");
            assert_eq!(runs.n_runs(), budget as usize);
            n_right += usize::from(allocated.best == 0);
            probability += allocated.probability / times as f64;
        }
        (n_right as f64 / times as f64, probability)
    }

    #[test]
    fn a_budget_goes_further_than_in_equal_shares() {
        let (equal, _) = found(1000, true);
        let (shared, probability) = found(1000, false);
        assert!(shared > equal + 0.05, "{shared} {equal}");
        // The estimate is a bound on average, within the error of 400 repetitions.
        assert!(probability <= shared + 0.03, "{probability} {shared}");
    }
}
