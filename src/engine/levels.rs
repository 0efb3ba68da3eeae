//! How many units are busy, how many patients wait and how many units there are, with exact time integrals.
//!
//! A level does not decide anything. Integrals are in unit-milliseconds. What is kept of each is what its number at a moment, times
//! that moment, lacks to the integral: a change at time `t` moves that by `t`, and time that passes moves nothing. It wraps around
//! zero; the integral itself fits.

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
    busy_lack: u64,
    waiting_lack: u64,
    capacity_lack: u64,
}

impl Level {
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    pub fn set_capacity(&mut self, now: SimTime, capacity: u32) {
        let before = std::mem::replace(&mut self.capacity, capacity);
        let lost = u64::from(before).wrapping_sub(u64::from(capacity));
        self.capacity_lack = self.capacity_lack.wrapping_add(lost.wrapping_mul(now.0));
    }

    /// Units that can be taken now. Fewer may be on shift than are busy.
    #[inline]
    pub fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.busy)
    }

    /// Whether so many units can be taken now; at least one is asked for.
    #[inline]
    pub fn has(&self, units: u32) -> bool {
        self.busy + units <= self.capacity
    }

    #[inline]
    pub fn take(&mut self, now: SimTime, units: u32) {
        self.busy += units;
        self.busy_lack = self.busy_lack.wrapping_sub(u64::from(units) * now.0);
    }

    #[inline]
    pub fn give_back(&mut self, now: SimTime, units: u32) {
        self.busy -= units;
        self.busy_lack = self.busy_lack.wrapping_add(u64::from(units) * now.0);
    }

    /// One patient more waits.
    #[inline]
    pub fn join(&mut self, now: SimTime) {
        self.waiting += 1;
        self.waiting_lack = self.waiting_lack.wrapping_sub(now.0);
    }

    /// One patient less waits.
    #[inline]
    pub fn leave(&mut self, now: SimTime) {
        self.waiting -= 1;
        self.waiting_lack = self.waiting_lack.wrapping_add(now.0);
    }

    /// The integrals at `now`.
    pub fn areas(&self, now: SimTime) -> LevelAreas {
        let area = |number: u32, lack: u64| (u64::from(number) * now.0).wrapping_add(lack);
        LevelAreas {
            busy: area(self.busy, self.busy_lack),
            waiting: area(self.waiting, self.waiting_lack),
            capacity: area(self.capacity, self.capacity_lack),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_are_those_of_the_steps() {
        let mut level = Level::default();
        level.set_capacity(SimTime(0), 3);
        level.take(SimTime(10), 2);
        level.join(SimTime(20));
        level.set_capacity(SimTime(30), 5);
        level.give_back(SimTime(40), 1);
        level.leave(SimTime(45));
        let areas = LevelAreas {
            busy: 2 * 30 + 10,
            waiting: 25,
            capacity: 3 * 30 + 5 * 20,
        };
        assert_eq!(level.areas(SimTime(50)), areas);
    }
}
