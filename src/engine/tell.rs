//! How a run tells its reader what happens.

use super::facts::{Reader, Resource, Seen};
use super::program::{FleetId, PoolId, TriggerId};
use super::proven::Proven;
use super::simulation::Simulation;
use super::time::SimTime;

impl<R: Reader> Simulation<'_, R> {
    /// Crosses the hour boundaries up to and including `time`.
    #[cold]
    pub(super) fn pass_hours(&mut self, time: SimTime) {
        while self.wall.next_hour <= time {
            let boundary = self.wall.next_hour;
            self.wall
                .set(boundary, &self.program.clock, &self.program.months);
            if R::HOURS {
                self.tell_hour(boundary);
            } else {
                // Nobody counts hours: go straight to the last one.
                self.wall
                    .set(time, &self.program.clock, &self.program.months);
            }
        }
        self.open_hour.set(&self.program.windows, &self.wall);
    }

    fn tell_hour(&mut self, boundary: SimTime) {
        for (level, areas) in self.levels.iter().zip(&mut self.areas) {
            *areas = level.areas(boundary);
        }
        let (pools, fleets) = self.areas.split_at(self.program.pools.len());
        self.on_areas.clear();
        self.on_areas.extend(self.triggers.on_areas(boundary));
        self.reader.hour(boundary, pools, fleets, &self.on_areas);
    }

    pub(super) fn tell_trigger(&mut self, trigger: TriggerId, is_on: bool) {
        self.reader.trigger(self.now, trigger, is_on);
    }

    /// Tells the reader something about a patient.
    #[inline(always)]
    pub(super) fn tell(&mut self, patient: u32, fact: impl FnOnce(&mut R, SimTime, &Seen<'_>)) {
        let seen = Seen {
            patients: &self.patients,
            slot: patient,
        };
        fact(&mut self.reader, self.now, &seen);
    }

    /// Tells a reader of steps what a patient takes.
    #[inline(always)]
    pub(super) fn tell_taken(&mut self, patient: u32, resource: Resource) {
        if R::STEPS {
            self.tell(patient, |reader, now, seen| {
                reader.takes(now, resource, seen)
            });
        }
    }

    /// Tells a reader of steps what a patient lets go.
    #[inline(always)]
    pub(super) fn tell_let_go(&mut self, patient: u32, resource: Resource) {
        if R::STEPS {
            self.tell(patient, |reader, now, seen| {
                reader.lets_go(now, resource, seen)
            });
        }
    }

    pub(super) fn unit_resource(&self, unit: usize) -> Resource {
        Resource::Unit {
            fleet: FleetId(self.units[unit].fleet),
            unit: unit as u16,
        }
    }

    /// After a change of a pool's or fleet's level: tells the reader and moves the triggers that watch it.
    #[inline(always)]
    pub(super) fn level_changed<const PLAIN: bool>(&mut self, line: u16) {
        if R::LEVELS {
            self.tell_level(line);
        }
        if !PLAIN && self.levels.at(usize::from(line)).is_watched {
            self.move_triggers(line);
        }
    }

    fn tell_level(&mut self, line: u16) {
        let level = self.levels.at(usize::from(line));
        let (busy, waiting, capacity) = (level.busy, level.waiting, level.capacity());
        let n_pools = self.program.pools.len();
        match usize::from(line).checked_sub(n_pools) {
            None => self
                .reader
                .level(self.now, PoolId(line), busy, waiting, capacity),
            Some(fleet) => {
                self.reader
                    .fleet_level(self.now, FleetId(fleet as u8), busy, waiting, capacity)
            }
        }
    }
}
