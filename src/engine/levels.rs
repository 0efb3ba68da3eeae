//! How many units are busy, how many patients wait and how many units there are, with exact time integrals.
//!
//! A level does not decide anything. Integrals are in unit-milliseconds.

use super::facts::LevelAreas;
use super::time::SimTime;

#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    pub capacity: u32,
    pub busy: u32,
    pub waiting: u32,
    areas: LevelAreas,
    last: SimTime,
}

impl Level {
    /// Units that can be taken now. Fewer may be on shift than are busy.
    #[inline]
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.busy)
    }

    /// Brings the integrals up to `now`; to be called before any change.
    #[inline]
    pub fn touch(&mut self, now: SimTime) {
        let span = now.since(self.last).0;
        self.areas.busy += u64::from(self.busy) * span;
        self.areas.waiting += u64::from(self.waiting) * span;
        self.areas.capacity += u64::from(self.capacity) * span;
        self.last = now;
    }

    pub fn areas(&self) -> LevelAreas {
        self.areas
    }
}
