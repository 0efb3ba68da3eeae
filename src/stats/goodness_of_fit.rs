//! Tests of hypotheses: chi-square, Kolmogorov-Smirnov and normal ones, each as the probability of what was seen.

use libm::{exp, sqrt};

use super::special::{gamma_regularised, normal_cdf};

/// Probability of a chi-square variable above `value`.
pub fn chi_square_tail(value: f64, degrees: f64) -> f64 {
    gamma_regularised(0.5 * degrees, 0.5 * value).1
}

/// Probability of counts at least as far from what was expected, by Pearson's chi-square; None below two cells.
///
/// Shape: equally many counts and expectations, which sum to the same. Expectations should be five or more.
pub fn chi_square(counts: &[u64], expected: &[f64]) -> Option<f64> {
    assert_eq!(
        counts.len(),
        expected.len(),
        "a count for every expectation"
    );
    if counts.len() < 2 {
        return None;
    }
    let distance = |(count, expected): (&u64, &f64)| {
        let off = *count as f64 - expected;
        off * off / expected
    };
    let value: f64 = counts.iter().zip(expected).map(distance).sum();
    Some(chi_square_tail(value, (counts.len() - 1) as f64))
}

/// Probability of values at least as far from the distribution function `cdf`, which is continuous; None of no values.
///
/// Source: Stephens (1970), J. R. Statist. Soc. B 32:115, for finite samples of the limiting distribution.
pub fn kolmogorov_smirnov(values: &[f64], cdf: impl Fn(f64) -> f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = sorted.iter().enumerate().fold(0.0, |worst: f64, (i, x)| {
        let p = cdf(*x);
        worst
            .max((p - i as f64 / n).abs())
            .max(((i + 1) as f64 / n - p).abs())
    });
    Some(kolmogorov_tail(
        distance * (sqrt(n) + 0.12 + 0.11 / sqrt(n)),
    ))
}

/// Limiting probability that the Kolmogorov-Smirnov distance times the root of n exceeds `x`.
fn kolmogorov_tail(x: f64) -> f64 {
    // Below this the probability is 1 to a double's digits and the series converges slowly.
    if x < 0.18 {
        return 1.0;
    }
    let mut sum = 0.0;
    for k in 1..=100 {
        let k = f64::from(k);
        let sign = if k % 2.0 == 1.0 { 1.0 } else { -1.0 };
        sum += sign * exp(-2.0 * k * k * x * x);
    }
    (2.0 * sum).clamp(0.0, 1.0)
}

/// Two-sided probability of an estimate at least `z` standard errors off.
pub fn two_sided(z: f64) -> f64 {
    2.0 * normal_cdf(-z.abs())
}

/// Standard errors between the means of two independent lists of values with known variances.
pub fn z_of_difference(means: (f64, f64), variances: (f64, f64), counts: (usize, usize)) -> f64 {
    let error = sqrt(variances.0 / counts.0 as f64 + variances.1 / counts.1 as f64);
    (means.0 - means.1) / error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(actual: f64, expected: f64) {
        assert!(
            (actual - expected).abs() < 1e-6,
            "{actual} is not {expected}"
        );
    }

    #[test]
    fn critical_values_are_the_tables() {
        check(chi_square_tail(18.307_038, 10.0), 0.05);
        check(kolmogorov_tail(1.358_099), 0.05);
        check(two_sided(1.959_963_985), 0.05);
        check(z_of_difference((3.0, 1.0), (2.0, 6.0), (8, 8)), 2.0);
    }

    #[test]
    fn a_grid_fits_the_uniform_and_not_its_square() {
        let grid: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        assert!(kolmogorov_smirnov(&grid, |x| x).unwrap() > 0.999);
        assert!(kolmogorov_smirnov(&grid, |x| x * x).unwrap() < 1e-9);
    }

    #[test]
    fn a_fair_die_passes_and_a_loaded_one_does_not() {
        let expected = [100.0; 6];
        assert!(chi_square(&[98, 104, 95, 101, 99, 103], &expected).unwrap() > 0.9);
        assert!(chi_square(&[98, 104, 95, 101, 49, 153], &expected).unwrap() < 1e-6);
    }
}
