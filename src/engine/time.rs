//! Simulated time: whole milliseconds since the start of the run (warm-up included).
//!
//! Knows nothing of dates; `uec` maps time zero to a calendar date.

use std::ops::{Add, AddAssign, Sub};

/// Milliseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimSpan(pub u64);

pub const SECOND: SimSpan = SimSpan(1_000);
pub const MINUTE: SimSpan = SimSpan(60_000);
pub const HOUR: SimSpan = SimSpan(3_600_000);
pub const DAY: SimSpan = SimSpan(86_400_000);
pub const WEEK: SimSpan = SimSpan(604_800_000);

impl SimTime {
    pub const ZERO: Self = Self(0);
    /// Later than any time of a run: the agenda keeps times in 40 bits (34 years).
    pub const NEVER: Self = Self((1 << 40) - 1);

    /// Time passed since `earlier`; zero if `earlier` is later.
    #[inline]
    pub fn since(self, earlier: Self) -> SimSpan {
        SimSpan(self.0.saturating_sub(earlier.0))
    }
}

impl SimSpan {
    pub const ZERO: Self = Self(0);

    pub fn from_minutes(minutes: f64) -> Self {
        Self::from_milliseconds(minutes * MINUTE.0 as f64)
    }

    /// Nearest whole millisecond; negative values and NaN become zero.
    #[inline]
    pub fn from_milliseconds(milliseconds: f64) -> Self {
        // By way of i64, for which processors have an instruction.
        Self(((milliseconds + 0.5) as i64).max(0) as u64)
    }

    pub fn minutes(self) -> f64 {
        self.0 as f64 / MINUTE.0 as f64
    }
}

impl Add<SimSpan> for SimTime {
    type Output = Self;
    #[inline]
    fn add(self, span: SimSpan) -> Self {
        Self(self.0 + span.0)
    }
}

impl AddAssign<SimSpan> for SimTime {
    #[inline]
    fn add_assign(&mut self, span: SimSpan) {
        self.0 += span.0;
    }
}

impl Sub<SimSpan> for SimTime {
    type Output = Self;
    #[inline]
    fn sub(self, span: SimSpan) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for SimSpan {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
