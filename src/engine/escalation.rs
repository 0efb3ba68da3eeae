//! What follows when a trigger comes on or goes off: readers are told, ranks in line change, pools open or close their extra
//! units, and fleets hold units back or send them again.
//!
//! Triggers move in the midst of other things, so capacity changes by an event of its own at the same instant.

use super::agenda::Phase;
use super::events::Event;
use super::facts::Reader;
use super::lines::Request;
use super::program::{FleetId, PoolId, TriggerId};
use super::simulation::Simulation;
use super::time::{SimSpan, SimTime};
use super::triggers::Moved;

impl<R: Reader> Simulation<'_, R> {
    /// Moves the triggers that watch a line.
    #[cold]
    pub(super) fn move_triggers(&mut self, line: u16) {
        let waiting = (&self.lines, &self.patients);
        let moved = self
            .triggers
            .update(self.program, line, self.now, &self.levels, waiting);
        self.follow(moved);
    }

    /// A wait that a trigger counts may have become a long one.
    #[cold]
    pub(super) fn trigger_timer(&mut self, trigger: u16) {
        let waiting = (&self.lines, &self.patients);
        let id = TriggerId(trigger);
        let moved = self
            .triggers
            .on_timer(self.program, id, self.now, &self.levels, waiting);
        self.follow(moved);
    }

    fn follow(&mut self, moved: Moved) {
        for (trigger, at) in moved.timers {
            let event = Event::TriggerTimer { trigger: trigger.0 };
            self.agenda.push(at, Phase::Timer, event.pack());
        }
        for trigger in moved.changed {
            let is_on = self.triggers.is_on(trigger);
            if R::TRIGGERS {
                self.tell_trigger(trigger, is_on);
            }
            self.re_rank_escalated(trigger);
            for &(line, after) in self.triggers.resized_lines(trigger) {
                let after = if is_on { after } else { SimSpan::ZERO };
                let event = Event::Resized { line };
                self.agenda
                    .push(self.now + after, Phase::Roster, event.pack());
            }
        }
    }

    /// Those who wait at another rank because of the trigger.
    fn re_rank_escalated(&mut self, trigger: TriggerId) {
        for line in self.triggers.escalated_lines(trigger).to_vec() {
            let members: Vec<u32> = self.lines.members(line).collect();
            for id in members {
                let rule = &self.program.waits[self.lines.get(id).wait.index()];
                if rule
                    .escalate
                    .is_some_and(|escalate| escalate.trigger == trigger)
                {
                    let Request {
                        patient,
                        wait,
                        order,
                        ..
                    } = *self.lines.get(id);
                    let rank = self.rank(patient, wait);
                    self.lines.re_rank(id, rank, order);
                }
            }
        }
    }

    /// A pool's extra units open or close, or a fleet's reserve begins or ends.
    pub(super) fn resized(&mut self, line: u16) {
        let Some(fleet) = usize::from(line).checked_sub(self.program.pools.len()) else {
            return self.open_surges(line);
        };
        self.send_held_back(FleetId(fleet as u8));
    }

    /// Plans a look at a pool's extra units at each time at which another share of them counts.
    pub(super) fn plan_surges(&mut self, pool: u16) {
        let surges = &self.program.pools[usize::from(pool)].surges;
        for (time, _) in surges.iter().flat_map(|surge| &surge.shares) {
            if *time > SimTime::ZERO {
                let event = Event::Resized { line: pool };
                self.agenda.push(*time, Phase::Roster, event.pack());
            }
        }
    }

    fn open_surges(&mut self, pool: u16) {
        let surges = self.program.pools[usize::from(pool)].surges.iter();
        let open: f64 = surges
            .filter(|surge| {
                self.triggers
                    .is_on_since(surge.trigger, surge.after, self.now)
            })
            .map(|surge| surge.units_at(self.now))
            .sum();
        let open = (open + 1e-9).round() as u32;
        let before = std::mem::replace(&mut self.surged[usize::from(pool)], open);
        if open != before {
            let rostered = self.levels[usize::from(pool)].capacity() - before;
            self.resize(PoolId(pool), rostered + open);
        }
    }
}
