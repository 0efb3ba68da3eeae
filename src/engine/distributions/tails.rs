//! Distribution functions and quantiles of the shapes.
//!
//! Quantiles are asked for from the nearer end, so that a probability of 1e-12 at the upper end keeps its digits.

use libm::{exp, expm1, floor, log, log1p, pow, sqrt};

use super::Shape;
use super::moments::weigh;
use crate::stats::special::{
    beta_quantile_logit, beta_regularised, gamma_quantile, gamma_regularised, normal_cdf,
    normal_quantile,
};

impl Shape {
    /// Probability of a value of at most `x`.
    pub(super) fn cdf(&self, x: f64) -> f64 {
        let (low, high) = self.range();
        if x < low {
            return 0.0;
        }
        if x >= high {
            return 1.0;
        }
        match self {
            Self::Constant { .. } => 1.0,
            Self::Uniform { low, high } => (x - low) / (high - low),
            Self::Triangular { low, mode, high } => {
                let width = high - low;
                if x < *mode {
                    (x - low) * (x - low) / (width * (mode - low))
                } else {
                    1.0 - (high - x) * (high - x) / (width * (high - mode))
                }
            }
            Self::Exponential { mean } => -expm1(-x / mean),
            Self::Gamma { shape, scale } => gamma_regularised(*shape, x / scale).0,
            Self::Erlang { k, mean } => {
                let k = f64::from(*k);
                gamma_regularised(k, x * k / mean).0
            }
            Self::Weibull { shape, scale } => -expm1(-pow(x / scale, *shape)),
            Self::Lognormal { mu, sigma } => normal_cdf((log(x) - mu) / sigma),
            Self::NormalTruncated { mean, sd } => {
                let kept = normal_cdf(mean / sd);
                1.0 - normal_cdf((mean - x) / sd) / kept
            }
            Self::PearsonV { shape, scale } => gamma_regularised(*shape, scale / x).1,
            Self::PearsonVI {
                shape1,
                shape2,
                scale,
            } => beta_regularised(*shape1, *shape2, x / (x + scale), scale / (x + scale)),
            Self::Beta { a, b, low, high } => {
                let width = high - low;
                beta_regularised(*a, *b, (x - low) / width, (high - x) / width)
            }
            Self::Discrete { values, shares } => weigh(
                shares,
                values
                    .iter()
                    .map(|value| if *value <= x { 1.0 } else { 0.0 }),
            ),
            Self::EmpiricalValues { values } => {
                values.iter().filter(|value| **value <= x).count() as f64 / values.len() as f64
            }
            Self::EmpiricalQuantiles {
                probabilities,
                values,
            } => quantiles_cdf(probabilities, values, x),
            Self::Poisson { mean } => gamma_regularised(floor(x) + 1.0, *mean).1,
            Self::Mixture { shares, of } => weigh(shares, of.iter().map(|one| one.cdf(x))),
        }
    }

    /// The value with probability `tail` below it, or above it if `upper`.
    pub(super) fn quantile(&self, tail: f64, upper: bool) -> f64 {
        self.quantile_near(tail, upper, None)
    }

    /// As [`Shape::quantile`]; `near` is the answer for a neighbouring probability, which speeds up the shapes that
    /// have no closed form.
    pub(super) fn quantile_near(&self, tail: f64, upper: bool, near: Option<f64>) -> f64 {
        let (low, high) = self.range();
        if tail <= 0.0 {
            return if upper { high } else { low };
        }
        // The probability from the other end; exact to a double's rounding.
        let rest = 1.0 - tail;
        let (below, above) = if upper { (rest, tail) } else { (tail, rest) };
        let ln_above = || if upper { log(tail) } else { log1p(-tail) };
        let z = || {
            if upper {
                -normal_quantile(tail)
            } else {
                normal_quantile(tail)
            }
        };
        match self {
            Self::Constant { value } => *value,
            Self::Uniform { low, high } => {
                if upper {
                    high - tail * (high - low)
                } else {
                    low + tail * (high - low)
                }
            }
            Self::Triangular { low, mode, high } => {
                let width = high - low;
                if below * width < mode - low {
                    low + sqrt(below * width * (mode - low))
                } else {
                    high - sqrt(above * width * (high - mode))
                }
            }
            Self::Exponential { mean } => -mean * ln_above(),
            Self::Gamma { shape, scale } => scale * gamma_near(*shape, tail, upper, *scale, near),
            Self::Erlang { k, mean } => {
                let k = f64::from(*k);
                mean / k * gamma_near(k, tail, upper, mean / k, near)
            }
            Self::Weibull { shape, scale } => scale * pow(-ln_above(), 1.0 / shape),
            Self::Lognormal { mu, sigma } => {
                if *sigma == 0.0 {
                    exp(*mu)
                } else {
                    exp(mu + sigma * z())
                }
            }
            Self::NormalTruncated { mean, sd } => {
                let (cut, kept) = (normal_cdf(-mean / sd), normal_cdf(mean / sd));
                let standard = if above * kept < 0.5 {
                    -normal_quantile(above * kept)
                } else {
                    normal_quantile(cut + below * kept)
                };
                (mean + sd * standard).max(0.0)
            }
            Self::PearsonV { shape, scale } => {
                let start = near.map(|value| log(scale / value));
                scale / gamma_quantile(*shape, tail, !upper, start)
            }
            Self::PearsonVI {
                shape1,
                shape2,
                scale,
            } => {
                let start = near.map(|value| log(value / scale));
                scale * exp(beta_quantile_logit(*shape1, *shape2, tail, upper, start))
            }
            Self::Beta { a, b, low, high } => {
                let start = near.map(|value| log((value - low) / (high - value)));
                let logit = beta_quantile_logit(*a, *b, tail, upper, start);
                if logit < 0.0 {
                    low + (high - low) / (1.0 + exp(-logit))
                } else {
                    high - (high - low) / (1.0 + exp(logit))
                }
            }
            Self::Discrete { values, shares } => discrete_quantile(values, shares, below),
            Self::EmpiricalValues { values } => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                let rank = libm::ceil(below * values.len() as f64) as usize;
                sorted[rank.clamp(1, values.len()) - 1]
            }
            Self::EmpiricalQuantiles {
                probabilities,
                values,
            } => interpolate(probabilities, values, below),
            Self::Poisson { mean } => poisson_quantile(*mean, below),
            Self::Mixture { .. } => self.quantile_by_bisection(below),
        }
    }

    /// For mixtures: the parts may leave gaps, so that only bisection is safe.
    fn quantile_by_bisection(&self, p: f64) -> f64 {
        let Self::Mixture { of, .. } = self else {
            unreachable!("only mixtures are bisected");
        };
        let parts = || of.iter().map(|one| one.quantile(p));
        let mut low = parts().fold(f64::INFINITY, f64::min);
        let mut high = parts().fold(f64::NEG_INFINITY, f64::max);
        if self.cdf(low) >= p {
            return low;
        }
        while high - low > 1e-14 * low.abs().max(high.abs()) {
            let middle = low + 0.5 * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if self.cdf(middle) >= p {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }
}

fn gamma_near(shape: f64, tail: f64, upper: bool, scale: f64, near: Option<f64>) -> f64 {
    gamma_quantile(shape, tail, upper, near.map(|value| log(value / scale)))
}

fn quantiles_cdf(probabilities: &[f64], values: &[f64], x: f64) -> f64 {
    let above = values.partition_point(|value| *value <= x);
    // x lies below the last value, and not below the first.
    let (p, v) = (
        &probabilities[above - 1..=above],
        &values[above - 1..=above],
    );
    p[0] + (p[1] - p[0]) * (x - v[0]) / (v[1] - v[0])
}

/// Linear between the given points, flat beyond them.
pub(super) fn interpolate(probabilities: &[f64], values: &[f64], p: f64) -> f64 {
    let above = probabilities.partition_point(|each| *each < p);
    if above == 0 {
        return values[0];
    }
    if above == values.len() {
        return values[above - 1];
    }
    let (q, v) = (
        &probabilities[above - 1..=above],
        &values[above - 1..=above],
    );
    v[0] + (v[1] - v[0]) * (p - q[0]) / (q[1] - q[0])
}

fn discrete_quantile(values: &[f64], shares: &[f64], p: f64) -> f64 {
    let atoms = sorted_atoms(values, shares);
    let total: f64 = shares.iter().sum();
    let mut sum = 0.0;
    for (value, share) in &atoms {
        sum += share / total;
        if sum >= p {
            return *value;
        }
    }
    atoms[atoms.len() - 1].0
}

/// Values with a share above 0, in increasing order.
pub(super) fn sorted_atoms(values: &[f64], shares: &[f64]) -> Vec<(f64, f64)> {
    let mut atoms: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(shares.iter().copied())
        .filter(|(_, share)| *share > 0.0)
        .collect();
    atoms.sort_by(|a, b| a.0.total_cmp(&b.0));
    atoms
}

fn poisson_quantile(mean: f64, p: f64) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    let cdf = |k: f64| gamma_regularised(k + 1.0, mean).1;
    let mut k = floor(mean + sqrt(mean) * normal_quantile(p)).max(0.0);
    if k.is_infinite() {
        return k;
    }
    while cdf(k) < p {
        k += 1.0;
    }
    while k > 0.0 && cdf(k - 1.0) >= p {
        k -= 1.0;
    }
    k
}
