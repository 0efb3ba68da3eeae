//! The shapes, their parameters and what is asked of these.
//!
//! A shape has no scale, shift or bounds of its own beyond what its usual definition says.

use libm::{log, log1p, sqrt};

use super::{Distribution, ParameterFault, fault};
use crate::stats::special::normal_cdf;

/// A family with its parameters. Positive families start at 0; `scale` and means are in the values' unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Constant {
        value: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Triangular {
        low: f64,
        mode: f64,
        high: f64,
    },
    Exponential {
        mean: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
    /// Sum of `k` exponentials; `mean` is that of the sum.
    Erlang {
        k: u32,
        mean: f64,
    },
    Weibull {
        shape: f64,
        scale: f64,
    },
    /// `mu` and `sigma` are mean and standard deviation of the logarithm.
    Lognormal {
        mu: f64,
        sigma: f64,
    },
    /// A normal, drawn again while negative; `mean` and `sd` are those before that.
    NormalTruncated {
        mean: f64,
        sd: f64,
    },
    /// Inverse gamma: `scale / Gamma(shape)`.
    PearsonV {
        shape: f64,
        scale: f64,
    },
    /// Beta prime: `scale * Gamma(shape1) / Gamma(shape2)`.
    PearsonVI {
        shape1: f64,
        shape2: f64,
        scale: f64,
    },
    Beta {
        a: f64,
        b: f64,
        low: f64,
        high: f64,
    },
    /// Each value with its share; shares sum to 1.
    Discrete {
        values: Vec<f64>,
        shares: Vec<f64>,
    },
    /// Each value equally likely.
    EmpiricalValues {
        values: Vec<f64>,
    },
    /// Quantiles at increasing probabilities, linear between them. What lies below the first or above the last
    /// probability takes the first or last value.
    EmpiricalQuantiles {
        probabilities: Vec<f64>,
        values: Vec<f64>,
    },
    Poisson {
        mean: f64,
    },
    /// One of several, by shares that sum to 1.
    Mixture {
        shares: Vec<f64>,
        of: Vec<Distribution>,
    },
}

/// Shares may miss 1 by what rounding to a few decimals leaves.
const SHARE_TOLERANCE: f64 = 1e-6;

/// Beyond this a Poisson count is better given as a normal: its table of values would outgrow the processor's cache.
const LARGEST_POISSON_MEAN: f64 = 10_000.0;

impl Shape {
    /// Lognormal by its own mean and standard deviation.
    ///
    /// Errors: `mean` not above 0; `sd` negative.
    pub fn lognormal_mean_sd(mean: f64, sd: f64) -> Result<Self, ParameterFault> {
        positive("mean", mean)?;
        not_negative("sd", sd)?;
        let ratio = sd / mean;
        let variance = log1p(ratio * ratio);
        Ok(Self::Lognormal {
            mu: log(mean) - 0.5 * variance,
            sigma: sqrt(variance),
        })
    }

    /// Lognormal by its median and 90th centile.
    ///
    /// Errors: `median` not above 0; `p90` below the median.
    pub fn lognormal_median_p90(median: f64, p90: f64) -> Result<Self, ParameterFault> {
        positive("median", median)?;
        if !(p90.is_finite() && p90 >= median) {
            return fault("p90", "must be at least the median");
        }
        Ok(Self::Lognormal {
            mu: log(median),
            sigma: log(p90 / median) / NORMAL_P90,
        })
    }

    /// Gamma by its mean and standard deviation.
    ///
    /// Errors: `mean` or `sd` not above 0.
    pub fn gamma_mean_sd(mean: f64, sd: f64) -> Result<Self, ParameterFault> {
        positive("mean", mean)?;
        positive("sd", sd)?;
        let shape = (mean / sd) * (mean / sd);
        Ok(Self::Gamma {
            shape,
            scale: mean / shape,
        })
    }

    /// Checks every parameter.
    pub(super) fn validate(&self) -> Result<(), ParameterFault> {
        match self {
            Self::Constant { value } => finite("constant", *value),
            Self::Uniform { low, high } => ordered(*low, *high),
            Self::Triangular { low, mode, high } => {
                ordered(*low, *high)?;
                if low <= mode && mode <= high {
                    Ok(())
                } else {
                    fault("mode", "must lie between low and high")
                }
            }
            Self::Exponential { mean } => positive("mean", *mean),
            Self::Gamma { shape, scale } | Self::Weibull { shape, scale } => {
                positive("shape", *shape)?;
                positive("scale", *scale)
            }
            Self::Erlang { k, mean } => {
                if *k == 0 {
                    return fault("k", "must be at least 1");
                }
                positive("mean", *mean)
            }
            Self::Lognormal { mu, sigma } => {
                finite("mu", *mu)?;
                not_negative("sigma", *sigma)
            }
            Self::NormalTruncated { mean, sd } => {
                finite("mean", *mean)?;
                positive("sd", *sd)?;
                if normal_cdf(mean / sd) < 1e-6 {
                    return fault("mean", "must not lie so far below 0 that nothing is left");
                }
                Ok(())
            }
            Self::PearsonV { shape, scale } => {
                above_one("shape", *shape)?;
                positive("scale", *scale)
            }
            Self::PearsonVI {
                shape1,
                shape2,
                scale,
            } => {
                positive("shape1", *shape1)?;
                above_one("shape2", *shape2)?;
                positive("scale", *scale)
            }
            Self::Beta { a, b, low, high } => {
                positive("a", *a)?;
                positive("b", *b)?;
                ordered(*low, *high)
            }
            Self::Discrete { values, shares } => {
                each_finite("values", values)?;
                check_shares(shares, values.len(), "values")
            }
            Self::EmpiricalValues { values } => each_finite("values", values),
            Self::EmpiricalQuantiles {
                probabilities,
                values,
            } => check_quantiles(probabilities, values),
            Self::Poisson { mean } => {
                not_negative("mean", *mean)?;
                if *mean > LARGEST_POISSON_MEAN {
                    return fault("mean", "must be at most 10000 (use a normal beyond that)");
                }
                Ok(())
            }
            Self::Mixture { shares, of } => check_shares(shares, of.len(), "distributions"),
        }
    }

    /// Lower and upper end of the values; infinite where there is none.
    pub(super) fn range(&self) -> (f64, f64) {
        match self {
            Self::Constant { value } => (*value, *value),
            Self::Uniform { low, high }
            | Self::Triangular { low, high, .. }
            | Self::Beta { low, high, .. } => (*low, *high),
            Self::Lognormal { mu, sigma } if *sigma == 0.0 => (libm::exp(*mu), libm::exp(*mu)),
            Self::Poisson { mean } if *mean == 0.0 => (0.0, 0.0),
            Self::Exponential { .. }
            | Self::Gamma { .. }
            | Self::Erlang { .. }
            | Self::Weibull { .. }
            | Self::Lognormal { .. }
            | Self::NormalTruncated { .. }
            | Self::PearsonV { .. }
            | Self::PearsonVI { .. }
            | Self::Poisson { .. } => (0.0, f64::INFINITY),
            Self::Discrete { values, shares } => bounds(
                values
                    .iter()
                    .zip(shares)
                    .filter(|(_, share)| **share > 0.0)
                    .map(|(value, _)| (*value, *value)),
            ),
            Self::EmpiricalValues { values } | Self::EmpiricalQuantiles { values, .. } => {
                bounds(values.iter().map(|value| (*value, *value)))
            }
            Self::Mixture { shares, of } => bounds(
                of.iter()
                    .zip(shares)
                    .filter(|(_, share)| **share > 0.0)
                    .map(|(one, _)| (one.lowest(), one.highest())),
            ),
        }
    }
}

/// 90th centile of the standard normal.
const NORMAL_P90: f64 = 1.281_551_565_544_600_4;

fn bounds(ranges: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    ranges.fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| {
        (all.0.min(one.0), all.1.max(one.1))
    })
}

fn finite(parameter: &'static str, x: f64) -> Result<(), ParameterFault> {
    if x.is_finite() {
        Ok(())
    } else {
        fault(parameter, "must be a number")
    }
}

fn positive(parameter: &'static str, x: f64) -> Result<(), ParameterFault> {
    if x.is_finite() && x > 0.0 {
        Ok(())
    } else {
        fault(parameter, "must be above 0")
    }
}

fn not_negative(parameter: &'static str, x: f64) -> Result<(), ParameterFault> {
    if x.is_finite() && x >= 0.0 {
        Ok(())
    } else {
        fault(parameter, "must be at least 0")
    }
}

fn above_one(parameter: &'static str, x: f64) -> Result<(), ParameterFault> {
    if x.is_finite() && x > 1.0 {
        Ok(())
    } else {
        fault(parameter, "must be above 1, or the mean is infinite")
    }
}

fn ordered(low: f64, high: f64) -> Result<(), ParameterFault> {
    finite("low", low)?;
    finite("high", high)?;
    if low <= high {
        Ok(())
    } else {
        fault("high", "must be at least low")
    }
}

fn each_finite(parameter: &'static str, values: &[f64]) -> Result<(), ParameterFault> {
    if values.is_empty() {
        return fault(parameter, "must not be empty");
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(i) => fault(parameter, format!("must be numbers (number {})", i + 1)),
        None => Ok(()),
    }
}

fn check_shares(shares: &[f64], n: usize, of_what: &str) -> Result<(), ParameterFault> {
    if shares.len() != n || n == 0 {
        return fault(
            "shares",
            format!("must be as many as {of_what}, at least one"),
        );
    }
    if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
        return fault("shares", "must each lie between 0 and 1");
    }
    let sum: f64 = shares.iter().sum();
    if (sum - 1.0).abs() > SHARE_TOLERANCE {
        return fault("shares", format!("must sum to 1, not {sum:.6}"));
    }
    Ok(())
}

fn check_quantiles(probabilities: &[f64], values: &[f64]) -> Result<(), ParameterFault> {
    each_finite("values", values)?;
    if probabilities.len() != values.len() {
        return fault("quantile", "must be as many as values");
    }
    if probabilities.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return fault("quantile", "must lie between 0 and 1");
    }
    if probabilities.windows(2).any(|pair| pair[0] >= pair[1]) {
        return fault("quantile", "must increase");
    }
    if values.windows(2).any(|pair| pair[0] > pair[1]) {
        return fault("values", "must not decrease with the quantile");
    }
    Ok(())
}
