//! Confidence intervals of means, of paired differences, and for many statements at once.
//!
//! Values are one per replication: independent and, being means themselves, nearly normal.

use libm::sqrt;

use super::special::{beta_regularised, ln_gamma, normal_quantile};
use super::summary::{mean, variance};

/// Fewer values than an interval needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    pub values: usize,
}

impl std::fmt::Display for TooFew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an interval needs two values, not {}", self.values)
    }
}

impl std::error::Error for TooFew {}

/// Half-width of the two-sided Student-t interval for the mean of `values`, at a `confidence` such as 0.95.
///
/// Shape: one value per replication, in replication order. Units: those of `values`.
/// Errors: `TooFew` below two values. Source: Law (2015), Simulation Modeling and Analysis, sec. 4.5.
pub fn half_width(values: &[f64], confidence: f64) -> Result<f64, TooFew> {
    let n = values.len();
    let variance = variance(values).ok_or(TooFew { values: n })?;
    let t = student_t_quantile(0.5 + 0.5 * confidence, (n - 1) as f64);
    Ok(t * sqrt(variance / n as f64))
}

/// A mean with the half-width of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    pub half_width: f64,
    pub n: usize,
}

impl Estimate {
    /// Mean of `values` with its Student-t interval.
    ///
    /// Errors: `TooFew` below two values.
    pub fn of(values: &[f64], confidence: f64) -> Result<Self, TooFew> {
        let half_width = half_width(values, confidence)?;
        let mean = mean(values).ok_or(TooFew { values: 0 })?;
        Ok(Self {
            mean,
            half_width,
            n: values.len(),
        })
    }

    pub fn low(&self) -> f64 {
        self.mean - self.half_width
    }

    pub fn high(&self) -> f64 {
        self.mean + self.half_width
    }

    pub fn contains(&self, value: f64) -> bool {
        (value - self.mean).abs() <= self.half_width
    }
}

/// Mean of `alternative - baseline`, replication by replication, with its interval.
///
/// Shape: both lists in replication order, equally long. Errors: `TooFew` below two pairs.
pub fn paired_difference(
    baseline: &[f64],
    alternative: &[f64],
    confidence: f64,
) -> Result<Estimate, TooFew> {
    Estimate::of(&differences(baseline, alternative), confidence)
}

fn differences(baseline: &[f64], alternative: &[f64]) -> Vec<f64> {
    assert_eq!(
        baseline.len(),
        alternative.len(),
        "paired runs have the same replications"
    );
    let pairs = alternative.iter().zip(baseline);
    pairs.map(|(after, before)| after - before).collect()
}

/// By how much pairing divides the variance of a difference of means: that of independent runs over that of the pairs.
///
/// None below two pairs, or if the difference does not vary at all.
pub fn pairing_gain(baseline: &[f64], alternative: &[f64]) -> Option<f64> {
    let apart = variance(baseline)? + variance(alternative)?;
    // Of the differences themselves: taking twice the covariance away would leave rounding where nothing varies.
    let differences = differences(baseline, alternative);
    let paired = variance(&differences)?;
    (paired > 0.0).then(|| apart / paired)
}

/// Confidence at which each of `n` intervals must be taken so that all hold together at `confidence`.
///
/// Source: Bonferroni's inequality; Law (2015), sec. 9.7.
pub fn bonferroni(confidence: f64, n: usize) -> f64 {
    1.0 - (1.0 - confidence) / n.max(1) as f64
}

/// Student-t quantile at `p` (above 0, below 1) with `degrees` of freedom.
///
/// Relative error below 1e-9. Starts from the normal quantile's expansion (Abramowitz & Stegun 26.7.5) and refines
/// it by Newton's method on the incomplete beta function.
pub fn student_t_quantile(p: f64, degrees: f64) -> f64 {
    if p == 0.5 {
        return 0.0;
    }
    // Solve in the smaller tail, by symmetry at the upper side.
    let tail = p.min(1.0 - p);
    let z = -normal_quantile(tail);
    let z3 = z * z * z;
    let mut t = z
        + (z3 + z) / (4.0 * degrees)
        + (5.0 * z3 * z * z + 16.0 * z3 + 3.0 * z) / (96.0 * degrees * degrees);
    if degrees < 3.0 {
        t = t.max(libm::pow(2.0 * tail, -1.0 / degrees));
    }
    let mut low = 0.0;
    let mut high = f64::INFINITY;
    for _ in 0..200 {
        let excess = student_t_tail(t, degrees) - tail;
        if excess > 0.0 {
            low = t;
        } else {
            high = t;
        }
        let mut next = t + excess / student_t_density(t, degrees);
        if !(next > low && next < high) {
            next = if high.is_finite() {
                0.5 * (low + high)
            } else {
                2.0 * t
            };
        }
        let moved = (next - t).abs();
        t = next;
        if moved <= 1e-12 * t {
            break;
        }
    }
    if p < 0.5 { -t } else { t }
}

/// Probability above `t` (at least 0) of a Student-t variable.
fn student_t_tail(t: f64, degrees: f64) -> f64 {
    let sum = degrees + t * t;
    0.5 * beta_regularised(0.5 * degrees, 0.5, degrees / sum, t * t / sum)
}

fn student_t_density(t: f64, degrees: f64) -> f64 {
    let front = ln_gamma(0.5 * (degrees + 1.0)) - ln_gamma(0.5 * degrees);
    let power = -0.5 * (degrees + 1.0) * libm::log1p(t * t / degrees);
    libm::exp(front + power) / sqrt(degrees * std::f64::consts::PI)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn student_quantiles_are_the_tables() {
        fn check(p: f64, degrees: f64) {
            let t = student_t_quantile(p, degrees);
            let back = StudentsT::new(0.0, 1.0, degrees).unwrap().cdf(t);
            assert!((back - p).abs() < 1e-9, "{p} {degrees}: {t}");
        }
        for degrees in [1.0, 2.0, 4.0, 19.0, 400.0] {
            for p in [0.0005, 0.025, 0.4, 0.5, 0.6, 0.95, 0.995, 0.999_99] {
                check(p, degrees);
            }
        }
        assert!((student_t_quantile(0.975, 19.0) - 2.093_024_054_408_263).abs() < 1e-9);
    }

    #[test]
    fn half_width_of_five_values() {
        // t(4, 0.975) = 2.776445, standard deviation 3, n = 5.
        let expected = 2.776_445_105_198 * 3.0 / 5.0_f64.sqrt();
        let actual = half_width(&[2.0, 4.0, 4.0, 5.0, 10.0], 0.95).unwrap();
        assert!((actual - expected).abs() < 1e-9);
        assert_eq!(half_width(&[1.0], 0.95), Err(TooFew { values: 1 }));
    }

    #[test]
    fn pairing_takes_out_what_runs_share() {
        let before = [10.0, 20.0, 30.0, 40.0];
        let after = [11.0, 21.0, 31.1, 40.9];
        let difference = paired_difference(&before, &after, 0.95).unwrap();
        assert!((difference.mean - 1.0).abs() < 1e-12 && difference.half_width < 0.2);
        assert!(pairing_gain(&before, &after).unwrap() > 1000.0);
    }

    #[test]
    fn many_intervals_together_are_each_wider() {
        assert!((bonferroni(0.99, 10) - 0.999).abs() < 1e-15);
    }
}
