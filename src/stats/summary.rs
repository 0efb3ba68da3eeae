//! Means, variances and order statistics of lists of numbers.
//!
//! Units are those of the values. An empty list has no mean: the answer is None, never NaN.

use libm::sqrt;

/// Arithmetic mean; None of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample variance (divisor `n - 1`), in two passes so that a large mean costs no digits; None below two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - centre) * (x - centre)).sum();
    Some(squares / (values.len() - 1) as f64)
}

/// Sample standard deviation (divisor `n - 1`); None below two values.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    variance(values).map(sqrt)
}

/// Sample covariance of two lists of equal length, in step; None below two pairs.
pub fn covariance(left: &[f64], right: &[f64]) -> Option<f64> {
    assert_eq!(left.len(), right.len(), "pairs come from equal lists");
    if left.len() < 2 {
        return None;
    }
    let (centre_left, centre_right) = (mean(left)?, mean(right)?);
    let products: f64 = left
        .iter()
        .zip(right)
        .map(|(x, y)| (x - centre_left) * (y - centre_right))
        .sum();
    Some(products / (left.len() - 1) as f64)
}

/// The quantile at `p` (0 to 1) of values in any order, linear between neighbours; None of no values.
///
/// Source: Hyndman & Fan (1996), The American Statistician 50:361, definition 7.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_of_sorted(&sorted, p)
}

/// As [`quantile`], of values in increasing order.
pub fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = libm::floor(position) as usize;
    let above = (below + 1).min(last);
    let along = position - below as f64;
    Some(sorted[below] + along * (sorted[above] - sorted[below]))
}

/// Count, mean and variance of numbers that come one at a time and are not kept.
///
/// Source: Welford (1962), Technometrics 4:419; merging after Chan, Golub & LeVeque (1983).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (value - self.mean);
    }

    /// Adds what another has seen. The result depends on the order of merging in its last digits: keep it fixed.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let (mine, theirs) = (self.count as f64, other.count as f64);
        let both = mine + theirs;
        let off = other.mean - self.mean;
        self.count += other.count;
        self.mean += off * theirs / both;
        self.squares += other.squares + off * off * mine * theirs / both;
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// None before the first value.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Sample variance (divisor `n - 1`); None below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 5] = [2.0, 4.0, 4.0, 5.0, 10.0];

    #[test]
    fn an_empty_list_has_no_mean() {
        assert_eq!(mean(&[]), None);
        assert_eq!(variance(&[1.0]), None);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(Moments::default().mean(), None);
    }

    #[test]
    fn moments_in_one_pass_are_those_in_two() {
        let (mut left, mut right) = (Moments::default(), Moments::default());
        VALUES[..2].iter().for_each(|x| left.add(*x));
        VALUES[2..].iter().for_each(|x| right.add(*x));
        left.merge(&right);
        assert_eq!(left.count(), 5);
        assert_eq!(mean(&VALUES), Some(5.0));
        assert_eq!(variance(&VALUES), Some(9.0));
        assert!((left.mean().unwrap() - 5.0).abs() < 1e-14);
        assert!((left.variance().unwrap() - 9.0).abs() < 1e-14);
    }

    #[test]
    fn quantiles_are_linear_between_neighbours() {
        assert_eq!(quantile(&[3.0, 1.0], 0.25), Some(1.5));
        assert_eq!(quantile(&VALUES, 0.0), Some(2.0));
        assert_eq!(quantile(&VALUES, 0.5), Some(4.0));
        assert_eq!(quantile(&VALUES, 1.0), Some(10.0));
    }

    #[test]
    fn covariance_with_itself_is_the_variance() {
        assert_eq!(covariance(&VALUES, &VALUES), variance(&VALUES));
    }
}
