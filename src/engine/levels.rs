//! How many units are busy, how many patients wait and how many units there are, with exact time integrals.
//!
//! A level does not decide anything. Integrals are in unit-milliseconds.

use super::facts::LevelAreas;
use super::time::SimTime;

#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub struct Level {
    capacity: u32,
    pub busy: u32,
    pub waiting: u32,
    /// A trigger watches this level.
    pub is_watched: bool,
    /// A list is kept of whom the pool serves.
    pub keeps_served: bool,
    last: SimTime,
    busy_area: u64,
    waiting_area: u64,
    capacity_area: u64,
    capacity_since: SimTime,
}

impl Level {
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Capacity changes seldom: its integral is kept apart from those that move with every patient.
    pub fn set_capacity(&mut self, now: SimTime, capacity: u32) {
        self.capacity_area += u64::from(self.capacity) * now.since(self.capacity_since).0;
        self.capacity_since = now;
        self.capacity = capacity;
    }

    /// Units that can be taken now. Fewer may be on shift than are busy.
    #[inline]
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.busy)
    }

    /// Brings the integrals up to `now`; to be called before `busy` or `waiting` change.
    #[inline]
    pub fn touch(&mut self, now: SimTime) {
        let span = now.0 - self.last.0;
        self.busy_area += u64::from(self.busy) * span;
        self.waiting_area += u64::from(self.waiting) * span;
        self.last = now;
    }

    /// The integrals at `now`.
    pub fn areas(&mut self, now: SimTime) -> LevelAreas {
        self.touch(now);
        let capacity =
            self.capacity_area + u64::from(self.capacity) * now.since(self.capacity_since).0;
        LevelAreas {
            busy: self.busy_area,
            waiting: self.waiting_area,
            capacity,
        }
    }
}
