//! Means, limited means and variances of the shapes, in closed form.
//!
//! The limited mean `E[min(X, t)]` gives the mean under a minimum and a maximum. Sources: Johnson, Kotz & Balakrishnan
//! (1994, 1995), Continuous Univariate Distributions, vols 1 and 2; Klugman, Panjer & Willmot (2012), Loss Models, app. A.

use libm::{exp, expm1, floor, log, pow};

use super::Shape;
use crate::stats::special::{
    beta_regularised, gamma_regularised, ln_gamma, normal_cdf, normal_density,
};

impl Shape {
    pub(super) fn mean(&self) -> f64 {
        match self {
            Self::Constant { value } => *value,
            Self::Uniform { low, high } => low + 0.5 * (high - low),
            Self::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Self::Exponential { mean } | Self::Erlang { mean, .. } | Self::Poisson { mean } => {
                *mean
            }
            Self::Gamma { shape, scale } => shape * scale,
            Self::Weibull { shape, scale } => scale * exp(ln_gamma(1.0 + 1.0 / shape)),
            Self::Lognormal { mu, sigma } => exp(mu + 0.5 * sigma * sigma),
            Self::NormalTruncated { mean, sd } => {
                let z = mean / sd;
                mean + sd * normal_density(z) / normal_cdf(z)
            }
            Self::PearsonV { shape, scale } => scale / (shape - 1.0),
            Self::PearsonVI {
                shape1,
                shape2,
                scale,
            } => scale * shape1 / (shape2 - 1.0),
            Self::Beta { a, b, low, high } => low + (high - low) * a / (a + b),
            Self::Discrete { values, shares } => weigh(shares, values.iter().copied()),
            Self::EmpiricalValues { values } => values.iter().sum::<f64>() / values.len() as f64,
            Self::EmpiricalQuantiles { .. } => self.sum_pieces(|low, high| 0.5 * (low + high)),
            Self::Mixture { shares, of } => weigh(shares, of.iter().map(|one| one.mean())),
        }
    }

    /// `E[min(X, t)]`.
    pub(super) fn limited_mean(&self, t: f64) -> f64 {
        let (low, high) = self.range();
        if t <= low {
            return t;
        }
        if t >= high {
            return self.mean();
        }
        match self {
            Self::Constant { value } => value.min(t),
            Self::Uniform { low, high } => uniform_limited(*low, *high, t),
            Self::Triangular { low, mode, high } => triangular_limited(*low, *mode, *high, t),
            Self::Exponential { mean } => -mean * expm1(-t / mean),
            Self::Gamma { shape, scale } => gamma_limited(*shape, *scale, t),
            Self::Erlang { k, mean } => {
                let k = f64::from(*k);
                gamma_limited(k, mean / k, t)
            }
            Self::Weibull { shape, scale } => {
                let power = pow(t / scale, *shape);
                let part = gamma_regularised(1.0 + 1.0 / shape, power).0;
                self.mean() * part + t * exp(-power)
            }
            Self::Lognormal { mu, sigma } => {
                let z = (log(t) - mu) / sigma;
                self.mean() * normal_cdf(z - sigma) + t * normal_cdf(-z)
            }
            Self::NormalTruncated { mean, sd } => {
                let (start, end) = (-mean / sd, (t - mean) / sd);
                let kept = normal_cdf(-start);
                let inside = normal_cdf(end) - normal_cdf(start);
                let part = mean * inside - sd * (normal_density(end) - normal_density(start));
                (part + t * normal_cdf(-end)) / kept
            }
            Self::PearsonV { shape, scale } => {
                let part = gamma_regularised(shape - 1.0, scale / t).1;
                self.mean() * part + t * gamma_regularised(*shape, scale / t).0
            }
            Self::PearsonVI {
                shape1,
                shape2,
                scale,
            } => {
                let (x, rest) = (t / (t + scale), scale / (t + scale));
                self.mean() * beta_regularised(shape1 + 1.0, shape2 - 1.0, x, rest)
                    + t * beta_regularised(*shape2, *shape1, rest, x)
            }
            Self::Beta { a, b, low, high } => {
                let width = high - low;
                let (x, rest) = ((t - low) / width, (high - t) / width);
                let part = a / (a + b) * beta_regularised(a + 1.0, *b, x, rest);
                low + width * (part + x * beta_regularised(*b, *a, rest, x))
            }
            Self::Discrete { values, shares } => {
                weigh(shares, values.iter().map(|value| value.min(t)))
            }
            Self::EmpiricalValues { values } => {
                values.iter().map(|value| value.min(t)).sum::<f64>() / values.len() as f64
            }
            Self::EmpiricalQuantiles { .. } => {
                self.sum_pieces(|low, high| uniform_limited(low, high, t))
            }
            Self::Poisson { mean } => {
                // E[X; X <= k] is the mean times P(X <= k - 1), and P(X <= k) is Q(k + 1, mean).
                let k = floor(t);
                let below = if k >= 1.0 {
                    gamma_regularised(k, *mean).1
                } else {
                    0.0
                };
                mean * below + t * gamma_regularised(k + 1.0, *mean).0
            }
            Self::Mixture { shares, of } => weigh(
                shares,
                of.iter().map(|one| {
                    if t >= one.highest() {
                        one.mean()
                    } else if t <= one.lowest() {
                        t
                    } else {
                        // Within the part's own bounds only its minimum is felt below t.
                        let part = one.limited_mean(t);
                        one.minimum
                            .filter(|low| *low > one.natural_range().0)
                            .map_or(part, |low| part - one.limited_mean(low) + low)
                    }
                }),
            ),
        }
    }

    /// None if infinite.
    pub(super) fn variance(&self) -> Option<f64> {
        let variance = match self {
            Self::Constant { .. } => 0.0,
            Self::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Self::Triangular { low, mode, high } => {
                let (left, right) = (mode - low, high - mode);
                (left * left + right * right + left * right) / 18.0
            }
            Self::Exponential { mean } => mean * mean,
            Self::Gamma { shape, scale } => shape * scale * scale,
            Self::Erlang { k, mean } => mean * mean / f64::from(*k),
            Self::Weibull { shape, scale } => {
                let first = exp(ln_gamma(1.0 + 1.0 / shape));
                let second = exp(ln_gamma(1.0 + 2.0 / shape));
                scale * scale * (second - first * first)
            }
            Self::Lognormal { sigma, .. } => {
                let mean = self.mean();
                mean * mean * expm1(sigma * sigma)
            }
            Self::NormalTruncated { mean, sd } => {
                let z = mean / sd;
                let hazard = normal_density(z) / normal_cdf(z);
                sd * sd * (1.0 - z * hazard - hazard * hazard)
            }
            Self::PearsonV { shape, scale } => {
                let mean = scale / (shape - 1.0);
                return (*shape > 2.0).then(|| mean * mean / (shape - 2.0));
            }
            Self::PearsonVI {
                shape1,
                shape2,
                scale,
            } => {
                let less = shape2 - 1.0;
                return (*shape2 > 2.0).then(|| {
                    scale * scale * shape1 * (shape1 + less) / (less * less * (shape2 - 2.0))
                });
            }
            Self::Beta { a, b, low, high } => {
                let sum = a + b;
                (high - low) * (high - low) * a * b / (sum * sum * (sum + 1.0))
            }
            Self::Discrete { values, shares } => {
                let mean = self.mean();
                weigh(shares, values.iter().map(|value| square(value - mean)))
            }
            Self::EmpiricalValues { values } => {
                let mean = self.mean();
                values.iter().map(|value| square(value - mean)).sum::<f64>() / values.len() as f64
            }
            Self::EmpiricalQuantiles { .. } => {
                let mean = self.mean();
                self.sum_pieces(|low, high| {
                    square(0.5 * (low + high) - mean) + square(high - low) / 12.0
                })
            }
            Self::Poisson { mean } => *mean,
            Self::Mixture { shares, of } => {
                // A part's bounds are left out of its variance, and so of its mean here.
                let natural = |one: &super::Distribution| one.shift + one.scale * one.shape.mean();
                let mean = weigh(shares, of.iter().map(natural));
                let mut sum = 0.0;
                for (share, one) in shares.iter().zip(of) {
                    sum += share * (one.variance()? + square(natural(one) - mean));
                }
                sum
            }
        };
        Some(variance)
    }

    /// Sum over the pieces of an empirical quantile function of share times `f(low, high)` of the piece's values.
    fn sum_pieces(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        let Self::EmpiricalQuantiles {
            probabilities: p,
            values: v,
        } = self
        else {
            unreachable!("only quantiles have pieces");
        };
        let last = p.len() - 1;
        let ends = p[0] * f(v[0], v[0]) + (1.0 - p[last]) * f(v[last], v[last]);
        let inner: f64 = (0..last)
            .map(|i| (p[i + 1] - p[i]) * f(v[i], v[i + 1]))
            .sum();
        ends + inner
    }
}

/// Mean by shares; divides by their sum, which may miss 1 by rounding.
pub(super) fn weigh(shares: &[f64], values: impl Iterator<Item = f64>) -> f64 {
    let total: f64 = shares.iter().sum();
    let sum: f64 = shares.iter().zip(values).map(|(share, x)| share * x).sum();
    sum / total
}

fn square(x: f64) -> f64 {
    x * x
}

fn uniform_limited(low: f64, high: f64, t: f64) -> f64 {
    if t <= low {
        t
    } else if t >= high {
        0.5 * (low + high)
    } else {
        t - 0.5 * (t - low) * (t - low) / (high - low)
    }
}

fn triangular_limited(low: f64, mode: f64, high: f64, t: f64) -> f64 {
    if t <= mode {
        t - (t - low) * (t - low) * (t - low) / (3.0 * (high - low) * (mode - low))
    } else {
        let mean = (low + mode + high) / 3.0;
        mean - (high - t) * (high - t) * (high - t) / (3.0 * (high - low) * (high - mode))
    }
}

fn gamma_limited(shape: f64, scale: f64, t: f64) -> f64 {
    shape * scale * gamma_regularised(shape + 1.0, t / scale).0
        + t * gamma_regularised(shape, t / scale).1
}
