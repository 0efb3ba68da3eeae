//! Distributions: what a scenario may say of a random quantity, with its mean in closed form, and its sampling.
//!
//! The mathematics is unit-free; durations are given in milliseconds. A [`Distribution`] is a shape that may be scaled,
//! shifted and clamped. A [`Sampler`] turns one keyed 64-bit draw into a value by inversion: more bits, a longer value,
//! so that two scenarios that share a draw differ only by their distributions.

mod moments;
mod sampler;
mod shape;
mod table;
mod tails;

pub use sampler::Sampler;
pub use shape::Shape;

/// Why a distribution cannot be made: the parameter at fault, as the scenario language names it, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterFault {
    pub parameter: &'static str,
    /// A clause that follows the parameter's name: "must be above 0".
    pub message: String,
}

impl std::fmt::Display for ParameterFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.parameter, self.message)
    }
}

impl std::error::Error for ParameterFault {}

fn fault<T>(parameter: &'static str, message: impl Into<String>) -> Result<T, ParameterFault> {
    Err(ParameterFault {
        parameter,
        message: message.into(),
    })
}

/// A random quantity: `shift + scale * shape`, then no less than the minimum and no more than the maximum.
///
/// A value beyond a bound becomes the bound (it is not drawn again).
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    shape: Shape,
    scale: f64,
    shift: f64,
    minimum: Option<f64>,
    maximum: Option<f64>,
}

impl Distribution {
    /// The shape as it stands: scale 1, no shift, no bounds.
    ///
    /// Errors: a parameter of the shape is out of its domain.
    pub fn new(shape: Shape) -> Result<Self, ParameterFault> {
        shape.validate()?;
        Ok(Self {
            shape,
            scale: 1.0,
            shift: 0.0,
            minimum: None,
            maximum: None,
        })
    }

    /// Always `value`.
    ///
    /// Errors: not a finite number.
    pub fn constant(value: f64) -> Result<Self, ParameterFault> {
        Self::new(Shape::Constant { value })
    }

    /// The quantity times `factor`, its bounds as well.
    ///
    /// Errors: `scale` negative or not finite.
    pub fn multiplied(mut self, factor: f64) -> Result<Self, ParameterFault> {
        if !(factor.is_finite() && factor >= 0.0) {
            return fault("scale", "must be a number of at least 0");
        }
        self.scale *= factor;
        self.shift *= factor;
        self.minimum = self.minimum.map(|bound| bound * factor);
        self.maximum = self.maximum.map(|bound| bound * factor);
        Ok(self)
    }

    /// The quantity plus `amount`, its bounds as well.
    ///
    /// Errors: `shift` not finite.
    pub fn added(mut self, amount: f64) -> Result<Self, ParameterFault> {
        if !amount.is_finite() {
            return fault("shift", "must be a number");
        }
        self.shift += amount;
        self.minimum = self.minimum.map(|bound| bound + amount);
        self.maximum = self.maximum.map(|bound| bound + amount);
        Ok(self)
    }

    /// The quantity kept within bounds, in addition to those it has.
    ///
    /// Errors: a bound is not finite; the maximum is below the minimum.
    pub fn clamped(
        mut self,
        minimum: Option<f64>,
        maximum: Option<f64>,
    ) -> Result<Self, ParameterFault> {
        if minimum.is_some_and(|bound| !bound.is_finite()) {
            return fault("minimum", "must be a number");
        }
        if maximum.is_some_and(|bound| !bound.is_finite()) {
            return fault("maximum", "must be a number");
        }
        if let (Some(low), Some(high)) = (minimum, maximum)
            && high < low
        {
            return fault("maximum", "must be at least the minimum");
        }
        // Clamping a clamped quantity: the old bounds are themselves clamped by the new ones.
        let within = |bound: f64| {
            bound
                .max(minimum.unwrap_or(f64::NEG_INFINITY))
                .min(maximum.unwrap_or(f64::INFINITY))
        };
        self.minimum = self.minimum.map(within).or(minimum);
        self.maximum = self.maximum.map(within).or(maximum);
        Ok(self)
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Mean in closed form, bounds included. Units: those of the values.
    pub fn mean(&self) -> f64 {
        let (low, high) = (self.lowest(), self.highest());
        if low == high {
            return low;
        }
        let unbounded = self.shift + self.scale * self.shape.mean();
        let (natural_low, natural_high) = self.natural_range();
        if low <= natural_low && high >= natural_high {
            return unbounded;
        }
        // E[clamp(X)] = E[min(X, high)] - E[min(X, low)] + low.
        let up_to_high = if high >= natural_high {
            unbounded
        } else {
            self.limited_mean(high)
        };
        if low <= natural_low {
            up_to_high
        } else {
            up_to_high - self.limited_mean(low) + low
        }
    }

    /// `E[min(X, bound)]` of the quantity without its bounds.
    fn limited_mean(&self, bound: f64) -> f64 {
        self.shift + self.scale * self.shape.limited_mean((bound - self.shift) / self.scale)
    }

    /// Variance of the quantity without its bounds; None if it is infinite. Units: those of the values, squared.
    pub fn variance(&self) -> Option<f64> {
        self.shape
            .variance()
            .map(|variance| self.scale * self.scale * variance)
    }

    /// The smallest value such that the quantity is at most that with probability `p`. `p` is in [0, 1].
    pub fn quantile(&self, p: f64) -> f64 {
        let natural = if p <= 0.5 {
            self.shape.quantile(p, false)
        } else {
            self.shape.quantile(1.0 - p, true)
        };
        self.place(natural)
    }

    /// This quantity as a part of an outer one: scaled, shifted and clamped as that one is.
    fn within(&self, outer: &Self) -> Self {
        Self {
            shape: self.shape.clone(),
            scale: self.scale * outer.scale,
            shift: self.shift * outer.scale + outer.shift,
            minimum: self
                .minimum
                .map(|bound| outer.place(bound))
                .or(outer.minimum),
            maximum: self
                .maximum
                .map(|bound| outer.place(bound))
                .or(outer.maximum),
        }
    }

    /// Scales, shifts and clamps a value of the shape.
    fn place(&self, natural: f64) -> f64 {
        // A scale of 0 makes a constant even of an infinite value.
        let spread = if self.scale == 0.0 {
            0.0
        } else {
            self.scale * natural
        };
        self.clamp(self.shift + spread)
    }

    fn clamp(&self, value: f64) -> f64 {
        value
            .max(self.minimum.unwrap_or(f64::NEG_INFINITY))
            .min(self.maximum.unwrap_or(f64::INFINITY))
    }

    /// Probability of a value of at most `x`, bounds included.
    pub fn cdf(&self, x: f64) -> f64 {
        if x < self.lowest() {
            0.0
        } else if x >= self.highest() {
            1.0
        } else {
            self.shape.cdf((x - self.shift) / self.scale)
        }
    }

    /// Greatest lower bound of the values; may be minus infinity.
    pub fn lowest(&self) -> f64 {
        self.clamp(self.natural_range().0)
    }

    /// Least upper bound of the values; may be infinite.
    pub fn highest(&self) -> f64 {
        self.clamp(self.natural_range().1)
    }

    /// Range without the bounds.
    fn natural_range(&self) -> (f64, f64) {
        if self.scale == 0.0 {
            return (self.shift, self.shift);
        }
        let (low, high) = self.shape.range();
        (
            self.shift + self.scale * low,
            self.shift + self.scale * high,
        )
    }
}

#[cfg(test)]
mod tests;
