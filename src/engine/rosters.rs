//! When the capacity of pools and the shifts of units change.

use super::agenda::Phase;
use super::events::Event;
use super::facts::Reader;
use super::program::Roster;
use super::proven::Proven;
use super::simulation::Simulation;
use super::time::{SimSpan, SimTime};

impl<R: Reader> Simulation<'_, R> {
    pub(super) fn start_rosters(&mut self) {
        for pool in 0..self.program.pools.len() {
            let roster = &self.program.pools[pool].roster;
            let capacity = roster.changes.first().map_or(0, |change| change.1);
            self.levels
                .at_mut(pool)
                .set_capacity(SimTime::ZERO, capacity);
            self.plan_roster(roster, 0, |change| Event::PoolRoster {
                pool: pool as u16,
                change,
            });
            self.plan_surges(pool as u16);
        }
        for unit in 0..self.units.len() {
            let roster = self.unit_rosters[unit];
            let is_on_shift = roster.changes.first().is_some_and(|change| change.1 > 0);
            self.set_on_shift(unit, is_on_shift);
            self.plan_roster(roster, 0, |change| Event::UnitRoster {
                unit: unit as u16,
                change,
            });
        }
    }

    /// Plans the change after number `change` (counted over all repeats).
    pub(super) fn plan_roster(
        &mut self,
        roster: &Roster,
        change: u32,
        event: impl FnOnce(u32) -> Event,
    ) {
        if let Some((time, _)) = roster.change(change + 1) {
            self.agenda
                .push(time, Phase::Roster, event(change + 1).pack());
        }
    }
}

impl Roster {
    /// When change number `number` happens and what capacity it brings; repeats count on.
    pub fn change(&self, number: u32) -> Option<(SimTime, u32)> {
        let n = self.changes.len() as u32;
        if n == 0 || (self.repeat == SimSpan::ZERO && number >= n) || (n == 1 && number > 0) {
            return None;
        }
        let (time, capacity) = self.changes[(number % n) as usize];
        let time = SimTime(time.0 + u64::from(number / n) * self.repeat.0);
        (time < SimTime::NEVER).then_some((time, capacity))
    }
}
