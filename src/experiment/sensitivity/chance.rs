//! Random numbers of designs and of resampling: keyed by what they are for, never taken in turn.

use crate::engine::streams::{draw, patient_key, purpose_key, replication_key, unit};
use crate::stats::summary::quantile_of_sorted;

use super::Ranged;

/// Resamples for an interval: enough that its ends are steady to about a hundredth of its width.
pub const RESAMPLES: usize = 1000;

/// Draws for one purpose of an analysis.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    root: u64,
    purpose: u64,
}

impl Chance {
    pub fn new(seed: u64, purpose: &str) -> Self {
        // Replications of simulations count from 1.
        Self {
            root: replication_key(seed, 0),
            purpose: purpose_key(purpose),
        }
    }

    /// Between 0 and 1, neither of them.
    pub fn unit(&self, item: usize, nth: usize) -> f64 {
        let key = patient_key(self.root, self.purpose, item as u64);
        unit(draw(key, self.purpose, nth as u64))
    }

    /// From 0 to `n - 1`.
    pub fn below(&self, n: usize, item: usize, nth: usize) -> usize {
        ((self.unit(item, nth) * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// The numbers from 0 to `n - 1` in random order.
    pub fn order(&self, n: usize, item: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last + 1, item, last));
        }
        order
    }

    /// The 95 % bootstrap interval (percentiles) of what `of` makes of `n` items drawn again, by number that it gives.
    ///
    /// Resamples for which it gives nothing are left out; an empty list if that is all of them.
    /// Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
    pub fn intervals(
        &self,
        n: usize,
        of: impl Fn(&[usize]) -> Option<Vec<f64>>,
    ) -> Vec<(f64, f64)> {
        let resamples = (0..RESAMPLES).filter_map(|resample| {
            let chosen: Vec<usize> = (0..n).map(|nth| self.below(n, resample, nth)).collect();
            of(&chosen)
        });
        let found: Vec<Vec<f64>> = resamples.collect();
        let n_numbers = found.first().map_or(0, Vec::len);
        let interval = |at: usize| {
            let mut values: Vec<f64> = found.iter().map(|numbers| numbers[at]).collect();
            values.sort_by(f64::total_cmp);
            let end = |p: f64| quantile_of_sorted(&values, p).unwrap_or(f64::NAN);
            (end(0.025), end(0.975))
        };
        (0..n_numbers).map(interval).collect()
    }
}

/// A value with its interval; the whole line where there is none.
pub fn ranged(value: f64, interval: Option<&(f64, f64)>) -> Ranged {
    let &(low, high) = interval.unwrap_or(&(f64::NEG_INFINITY, f64::INFINITY));
    Ranged { value, low, high }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::summary::mean;

    #[test]
    fn an_order_has_everything_once() {
        let mut order = Chance::new(1, "test").order(16, 3);
        assert_ne!(order, (0..16).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..16).collect::<Vec<_>>());
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_its_standard_error() {
        let chance = Chance::new(7, "values");
        let values: Vec<f64> = (0..400).map(|at| chance.unit(at, 0)).collect();
        let found = Chance::new(7, "bootstrap").intervals(values.len(), |chosen| {
            let drawn: Vec<f64> = chosen.iter().map(|&at| values[at]).collect();
            Some(vec![mean(&drawn)?])
        });
        // Standard deviation of a uniform number over the root of 400.
        let width = 2.0 * 1.96 * libm::sqrt(1.0 / 12.0 / 400.0);
        let (low, high) = found[0];
        assert!(
            ((high - low) / width - 1.0).abs() < 0.12,
            "{low} to {high}, {width}"
        );
    }
}
