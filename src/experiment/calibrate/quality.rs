//! How well the figures determine the parameters: uncertainty, correlation, and directions that nothing tells apart.

use crate::stats::intervals::student_t_quantile;
use crate::stats::summary::covariance;
use crate::stats::symmetric::{Eigen, Matrix, eigen};

/// Below this part of the largest eigenvalue a direction counts as undetermined.
const UNDETERMINED: f64 = 1e-4;

/// Of the fitted values.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Half-width of the 95 % interval from chance alone: how far the fitted value would lie off had another year of the same
    /// system been published and other random numbers drawn. Infinite where the figures say nothing.
    pub by_chance: Vec<f64>,
    /// Half-width of the interval if each figure is only held to its tolerance (taken for two standard deviations).
    pub by_tolerance: Vec<f64>,
    /// Of the estimates; `None` for a parameter that moves no target. Shape: `[parameters][parameters]`.
    pub correlation: Vec<Vec<Option<f64>>>,
    /// Largest over smallest eigenvalue of the Gauss-Newton Hessian, parameters in parts of their ranges; infinite if singular.
    pub condition: f64,
    /// Combinations of parameters that the figures hardly determine, the least determined first.
    pub undetermined: Vec<Vec<f64>>,
}

impl Quality {
    /// `slopes` are of residuals in tolerances by parameter in parts of its range, `residuals` by target and replication.
    pub fn of(slopes: &Matrix, residuals: &[Vec<f64>], range: impl Fn(usize) -> f64) -> Self {
        let n = slopes.first().map_or(0, Vec::len);
        let product = |a: usize, b: usize| slopes.iter().map(|row| row[a] * row[b]).sum::<f64>();
        let hessian: Matrix = (0..n)
            .map(|a| (0..n).map(|b| product(a, b)).collect())
            .collect();
        let all = eigen(&hessian);
        let largest = all.first().map_or(0.0, |eigen| eigen.value);
        let is_known = |eigen: &&Eigen| {
            eigen.value > UNDETERMINED * UNDETERMINED * largest && eigen.value > 0.0
        };
        let inverse: Matrix = (0..n)
            .map(|a| {
                let of = |b: usize| {
                    let known = all.iter().filter(is_known);
                    known
                        .map(|eigen| eigen.vector[a] * eigen.vector[b] / eigen.value)
                        .sum::<f64>()
                };
                (0..n).map(of).collect()
            })
            .collect();
        // What lies in a direction that is not known at all has no bounds.
        let is_open = |at: usize| {
            let unknown = all.iter().filter(|eigen| !is_known(eigen));
            unknown
                .map(|eigen| eigen.vector[at] * eigen.vector[at])
                .sum::<f64>()
                > 1e-6
        };
        let chance = chance(slopes, residuals, &inverse);
        let runs = residuals.first().map_or(0, Vec::len);
        let t = if runs > 1 {
            student_t_quantile(0.975, (runs - 1) as f64)
        } else {
            f64::INFINITY
        };
        let width = |at: usize, variance: f64, factor: f64| match is_open(at) {
            true => f64::INFINITY,
            false => factor * libm::sqrt(variance.max(0.0)) * range(at),
        };
        let correlation = (0..n).map(|a| {
            let of = |b: usize| {
                let scale = libm::sqrt(inverse[a][a] * inverse[b][b]);
                (scale > 0.0).then(|| inverse[a][b] / scale)
            };
            (0..n).map(of).collect()
        });
        let smallest = all.last().map_or(0.0, |eigen| eigen.value);
        Self {
            by_chance: (0..n).map(|at| width(at, chance[at], t)).collect(),
            // Two standard deviations of a half-width of one tolerance are 1.96 times a half.
            by_tolerance: (0..n).map(|at| width(at, inverse[at][at], 0.98)).collect(),
            correlation: correlation.collect(),
            condition: if smallest > 1e-12 * largest {
                largest / smallest
            } else {
                f64::INFINITY
            },
            undetermined: all
                .iter()
                .rev()
                .filter(|eigen| eigen.value <= UNDETERMINED * largest)
                .map(|eigen| eigen.vector.clone())
                .collect(),
        }
    }
}

/// Variances of the estimates from the spread of the targets between replications: that of the published year, which is one of
/// many that might have been, and that of the simulated mean.
fn chance(slopes: &Matrix, residuals: &[Vec<f64>], inverse: &Matrix) -> Vec<f64> {
    let n = inverse.len();
    let runs = residuals.first().map_or(0, Vec::len).max(1) as f64;
    // Weights of the residuals in each estimate.
    let weights: Matrix = (0..n)
        .map(|at| {
            let of = |row: &Vec<f64>| (0..n).map(|b| inverse[at][b] * row[b]).sum::<f64>();
            slopes.iter().map(of).collect()
        })
        .collect();
    let spread = |a: usize, b: usize| covariance(&residuals[a], &residuals[b]).unwrap_or(0.0);
    let m = residuals.len();
    let between: Matrix = (0..m)
        .map(|a| (0..m).map(|b| spread(a, b)).collect())
        .collect();
    weights
        .iter()
        .map(|weights| {
            let of = |a: usize| {
                (0..m)
                    .map(|b| weights[a] * between[a][b] * weights[b])
                    .sum::<f64>()
            };
            (1.0 + 1.0 / runs) * (0..m).map(of).sum::<f64>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_only_count_together_are_found() {
        // Both targets see the sum of the parameters only.
        let slopes = vec![vec![1.0, 1.0], vec![2.0, 2.0]];
        let residuals = vec![vec![0.1, -0.1, 0.0], vec![0.0, 0.1, -0.1]];
        let quality = Quality::of(&slopes, &residuals, |_| 1.0);
        assert!(quality.condition.is_infinite() && quality.by_chance[0].is_infinite());
        let [together] = &quality.undetermined[..] else {
            panic!("one direction is open: {:?}", quality.undetermined);
        };
        assert!((together[0] + together[1]).abs() < 1e-12, "{together:?}");
    }

    #[test]
    fn intervals_are_those_of_least_squares() {
        // Each target sees one parameter, ten tolerances per range.
        let slopes = vec![vec![10.0, 0.0], vec![0.0, 10.0]];
        let residuals = vec![vec![1.0, -1.0, 0.0], vec![0.0, 0.0, 0.0]];
        let quality = Quality::of(&slopes, &residuals, |_| 2.0);
        // Variance 1 over replications, times 4/3, over 100; Student's t with two degrees is 4.3027.
        let expected = 4.302_652_729_749_464 * libm::sqrt(4.0 / 3.0) / 10.0 * 2.0;
        assert!(
            (quality.by_chance[0] - expected).abs() < 1e-6,
            "{quality:?}"
        );
        assert_eq!(quality.by_chance[1], 0.0);
        assert!((quality.by_tolerance[0] - 0.196).abs() < 1e-12);
        assert_eq!(quality.correlation[0], [Some(1.0), Some(0.0)]);
        assert_eq!(quality.condition, 1.0);
    }
}
