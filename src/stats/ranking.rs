//! Ranking and selection: how far to trust that the best of several means was found, and where further runs help most.
//!
//! Knows numbers only: values of systems by replication, in step where they share random numbers. The greater mean is the better.

use super::special::normal_cdf;

/// The continuation region of the procedure of Kim & Nelson, for the difference of two systems (or of one and a standard).
///
/// Source: Kim & Nelson (2001), ACM Transactions on Modeling and Computer Simulation 11:251, with c = 1. Holds for systems
/// that share random numbers. `error` is the probability allowed for one pair to be decided wrongly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Triangle {
    /// Smallest difference worth detecting, above zero.
    pub indifference: f64,
    /// `h²` of the paper.
    factor: f64,
}

impl Triangle {
    /// `n_first` replications, at least two, estimate the variance of the difference.
    pub fn new(indifference: f64, error: f64, n_first: u32) -> Self {
        let degrees = f64::from(n_first - 1);
        let eta = 0.5 * (libm::pow(2.0 * error, -2.0 / degrees) - 1.0);
        Self {
            indifference,
            factor: 2.0 * eta * degrees,
        }
    }

    /// How far the *sum* of differences after `n` replications may be from zero without a decision; 0 once all is decided.
    pub fn half_height(&self, variance: f64, n: u32) -> f64 {
        let most = self.factor * variance / (self.indifference * self.indifference);
        (0.5 * self.indifference * (most - f64::from(n))).max(0.0)
    }

    /// Replications after which nothing is left undecided.
    pub fn most(&self, variance: f64) -> u32 {
        let most = self.factor * variance / (self.indifference * self.indifference);
        libm::floor(most).min(f64::from(u32::MAX - 1)) as u32 + 1
    }
}

/// How `total` replications are best shared among systems to find the one with the greatest mean.
///
/// Shape: one mean and variance each; at least two systems. The shares add up to `total`.
/// Source: Chen, Lin, Yücesan & Chick (2000), Discrete Event Dynamic Systems 10:251, theorem 1.
pub fn ocba_shares(means: &[f64], variances: &[f64], total: f64) -> Vec<f64> {
    let best = best_of(means);
    // A tie, or a system that never varies, would have weights without bound.
    let spread = variances.iter().copied().fold(0.0, f64::max);
    let least_gap = 1e-6 * libm::sqrt(spread).max(f64::MIN_POSITIVE);
    let of = |at: usize| {
        let gap = (means[best] - means[at]).max(least_gap);
        variances[at] / (gap * gap)
    };
    let mut weights: Vec<f64> = (0..means.len())
        .map(|at| if at == best { 0.0 } else { of(at) })
        .collect();
    let others = weights.iter().zip(variances);
    let sum: f64 = others
        .filter(|(_, variance)| **variance > 0.0)
        .map(|(weight, variance)| weight * weight / variance)
        .sum();
    weights[best] = libm::sqrt(variances[best] * sum);
    let all: f64 = weights.iter().sum();
    if all <= 0.0 {
        return vec![total / means.len() as f64; means.len()];
    }
    weights.iter().map(|weight| weight / all * total).collect()
}

/// Lower bound, by Bonferroni's inequality, of the probability that the one with the greatest mean is the best.
///
/// A normal approximation for independent systems; shared random numbers make it larger. Source: as [`ocba_shares`].
pub fn approximate_correct(means: &[f64], variances: &[f64], counts: &[u32]) -> f64 {
    let best = best_of(means);
    let error = |at: usize| variances[at] / f64::from(counts[at].max(1));
    let wrong = (0..means.len()).filter(|&at| at != best).map(|at| {
        let spread = libm::sqrt(error(at) + error(best));
        match spread > 0.0 {
            true => normal_cdf(-(means[best] - means[at]) / spread),
            false => 0.0,
        }
    });
    (1.0 - wrong.sum::<f64>()).max(0.0)
}

/// Position of the greatest, the first of several.
pub fn best_of(means: &[f64]) -> usize {
    let better = |best: usize, at: usize| if means[at] > means[best] { at } else { best };
    (0..means.len()).fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triangle_is_that_of_the_paper() {
        // n0 = 10, k = 10, alpha = 0.05: eta = ((2 * 0.05 / 9)^(-2/9) - 1) / 2.
        let triangle = Triangle::new(1.0, 0.05 / 9.0, 10);
        let eta = 0.5 * (libm::pow(0.1 / 9.0, -2.0 / 9.0) - 1.0);
        assert!((triangle.half_height(1.0, 0) - 9.0 * eta).abs() < 1e-12);
        let most = triangle.most(1.0);
        assert_eq!(most, (18.0 * eta) as u32 + 1);
        assert_eq!(triangle.half_height(1.0, most), 0.0);
        assert!(triangle.half_height(1.0, most - 1) > 0.0);
    }

    #[test]
    fn shares_are_those_of_the_theorem() {
        // Gaps 1 and 2 with equal variances: 4 to 1, and the best the root of the sum of squares.
        let shares = ocba_shares(&[3.0, 2.0, 1.0], &[4.0, 4.0, 4.0], 100.0);
        assert!((shares[1] / shares[2] - 4.0).abs() < 1e-9);
        assert!((shares[0] / shares[2] - libm::sqrt(17.0)).abs() < 1e-9);
        assert!((shares.iter().sum::<f64>() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_that_varies_is_shared_evenly() {
        assert_eq!(ocba_shares(&[1.0, 2.0], &[0.0, 0.0], 10.0), [5.0, 5.0]);
        assert_eq!(approximate_correct(&[1.0, 2.0], &[0.0, 0.0], &[5, 5]), 1.0);
    }
}
