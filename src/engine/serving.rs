//! Units given to those who wait for them, and taken at once by those who need not.

use super::facts::{Reader, Resource};
use super::lines::Kind;
use super::patients::{Held, NO_REQUEST};
use super::program::{HoldSlot, PoolId, PoolListId, Step, StepId, WaitId};
use super::proven::Proven;
use super::simulation::Simulation;

impl<R: Reader> Simulation<'_, R> {
    /// Releases units of a pool and serves those who wait for them.
    #[inline(always)]
    pub(super) fn release<const PLAIN: bool>(&mut self, pool: PoolId, units: u32) {
        let level = self.levels.at_mut(pool.index());
        level.give_back(self.now, units);
        let has_waiting = level.waiting > 0;
        self.level_changed::<PLAIN>(pool.0);
        if has_waiting {
            self.serve_first::<PLAIN>(pool);
        }
    }

    /// As [`Self::serve`], where somebody waits: nearly always one unit is free and the first in line asks for it.
    #[inline(always)]
    fn serve_first<const PLAIN: bool>(&mut self, pool: PoolId) {
        if self.levels.at(pool.index()).free() == 1
            && let Some(id) = self.lines.first(pool.0)
            && let request = self.lines.get(id)
            && request.kind == Kind::Single
            && request.units == 1
        {
            return self.grant_single::<PLAIN>(id);
        }
        self.serve::<PLAIN>(pool);
    }

    /// Gives free units to those in line, best rank first.
    #[inline(never)]
    pub(super) fn serve<const PLAIN: bool>(&mut self, pool: PoolId) {
        loop {
            let free = self.levels.at(pool.index()).free();
            if free == 0 {
                return;
            }
            let Some(id) = self.lines.first(pool.0) else {
                return;
            };
            // Nearly always the first in line asks for units of this pool alone, and there are enough.
            let request = self.lines.get(id);
            if request.kind == Kind::Single && u32::from(request.units) <= free {
                self.grant_single::<PLAIN>(id);
            } else if !self.serve_next(pool) {
                return;
            }
        }
    }

    /// Gives units to the first whose request fits; false if there is none.
    #[inline(never)]
    fn serve_next(&mut self, pool: PoolId) -> bool {
        let next = self.next_to_serve(pool);
        if let Some(id) = next {
            self.grant(id);
        }
        next.is_some()
    }

    /// The first request whose units are all free. One that may not be passed keeps those behind it waiting.
    fn next_to_serve(&self, pool: PoolId) -> Option<u32> {
        let mut next = self.lines.first(pool.0);
        while let Some(id) = next {
            let request = self.lines.get(id);
            let fits = match request.kind {
                Kind::Any => true,
                Kind::Single => self.levels.at(pool.index()).free() >= u32::from(request.units),
                Kind::All => self.all_free(id),
            };
            if fits {
                return Some(id);
            }
            if request.kind == Kind::Single
                && !self.program.waits.at(request.wait.index()).may_be_passed
            {
                return None;
            }
            next = self.lines.after(id);
        }
        None
    }

    fn all_free(&self, id: u32) -> bool {
        let mut current = id;
        loop {
            let request = self.lines.get(current);
            if self.levels.at(usize::from(request.line)).free() == 0 {
                return false;
            }
            current = request.sibling;
            if current == id {
                return true;
            }
        }
    }

    /// Gives the request what it asks for; the patient goes on in its turn.
    fn grant(&mut self, id: u32) {
        if self.lines.get(id).kind == Kind::Single {
            return self.grant_single::<false>(id);
        }
        let request = *self.lines.get(id);
        match request.kind {
            Kind::Single => {}
            Kind::Any => {
                self.leave_lines(id);
                self.take_one(request.patient, PoolId(request.line), request.slot);
                self.patients.get_mut(request.patient).step.0 += 1;
            }
            Kind::All => {
                self.leave_lines(id);
                let Step::HoldAll { pools, .. } = *self.program.steps.at(request.step.index())
                else {
                    unreachable!("only a step that holds all asks for all");
                };
                self.take_one_each(request.patient, pools, request.slot);
                self.patients.get_mut(request.patient).step.0 += 1;
            }
        }
        self.ready
            .push(request.patient, self.step_of(request.patient));
    }

    #[inline(always)]
    fn grant_single<const PLAIN: bool>(&mut self, id: u32) {
        let request = self.lines.get(id);
        let (patient, step, line) = (request.patient, request.step, request.line);
        let (units, slot) = (request.units, request.slot);
        self.lines.forget(id, self.now);
        let level = self.levels.at_mut(usize::from(line));
        level.leave(self.now);
        level.take(self.now, u32::from(units));
        self.level_changed::<PLAIN>(line);
        self.patients.get_mut(patient).request = NO_REQUEST;
        self.put_in_hand((patient, step), PoolId(line), units, slot);
    }

    /// A served patient holds what it waited for and goes on behind its step (at a `Use`, which is now timed).
    #[inline]
    fn put_in_hand(
        &mut self,
        (patient, step): (u32, StepId),
        pool: PoolId,
        units: u8,
        slot: HoldSlot,
    ) {
        let record = self.patients.get_mut(patient);
        if let Step::Use { .. } = self.rows.at(step.index()).step {
            record.await_service();
            self.ready.push(patient, step);
            return;
        }
        record.hold(
            slot,
            Held::Pool {
                pool: pool.0,
                units,
            },
        );
        let next = StepId(step.0 + 1);
        record.step = next;
        self.tell_taken(patient, Resource::Pool { pool, units });
        self.ready.push(patient, next);
    }

    /// One unit of the first pool that has one; true if there was one.
    pub(super) fn hold_any(
        &mut self,
        patient: u32,
        slot: HoldSlot,
        pools: PoolListId,
        wait: WaitId,
    ) -> bool {
        let listed = self.program.pool_lists.at(pools.index());
        let free = listed.iter().find(|pool| self.is_free(**pool));
        if let Some(pool) = free.copied() {
            self.take_one(patient, pool, slot);
            return true;
        }
        self.wait_for(patient, listed, Kind::Any, 1, slot, wait)
    }

    /// One unit of each pool; true if all were free.
    pub(super) fn hold_all(
        &mut self,
        patient: u32,
        slot: HoldSlot,
        pools: PoolListId,
        wait: WaitId,
    ) -> bool {
        let listed = self.program.pool_lists.at(pools.index());
        if listed.iter().all(|pool| self.is_free(*pool)) {
            self.take_one_each(patient, pools, slot);
            return true;
        }
        self.wait_for(patient, listed, Kind::All, 1, slot, wait)
    }

    /// There is a unit for who comes now: nobody waits for it.
    fn is_free(&self, pool: PoolId) -> bool {
        let level = self.levels.at(pool.index());
        level.waiting == 0 && level.free() > 0
    }

    fn take_one_each(&mut self, patient: u32, pools: PoolListId, slot: HoldSlot) {
        for (index, pool) in self.program.pool_lists.at(pools.index()).iter().enumerate() {
            self.take_one(patient, *pool, HoldSlot(slot.0 + index as u8));
        }
    }

    fn take_one(&mut self, patient: u32, pool: PoolId, slot: HoldSlot) {
        let level = self.levels.at_mut(pool.index());
        level.take(self.now, 1);
        self.level_changed::<false>(pool.0);
        self.patients.get_mut(patient).hold(
            slot,
            Held::Pool {
                pool: pool.0,
                units: 1,
            },
        );
        self.tell_taken(patient, Resource::Pool { pool, units: 1 });
    }
}
