//! What each step does: a patient goes from step to step until one takes time or makes it wait.

use super::appointments::MAXIMUM_SLOTS_PER_BIN;
use super::calendar::{hazard_time, time_of_week};
use super::facts::Reader;
use super::lines::Kind;
use super::patients::{Held, PatientOrigin};
use super::program::{
    BookingSpec, DispositionId, HazardId, HoldSlot, MarkId, N_HOLD_SLOTS, Patience, PoolId,
    RouteId, SiteId, Step, StepId, WaitId, WindowId,
};
use super::simulation::Simulation;
use super::streams;
use super::time::{SimSpan, SimTime};

impl<R: Reader> Simulation<'_, R> {
    /// A timed part is over.
    #[inline]
    pub(super) fn resume(&mut self, patient: u32) {
        match self.program.steps[self.step_of(patient).index()] {
            Step::Use { pool, .. } => self.end_use(patient, pool),
            Step::Call { slot, .. } => self.unit_arrived(patient, slot),
            _ => {}
        }
        self.go_on(patient);
    }

    fn end_use(&mut self, patient: u32, pool: PoolId) {
        let record = self.patients.get_mut(patient);
        if !record.in_service {
            return;
        }
        record.in_service = false;
        record.step.0 += 1;
        if self.program.pools[pool.index()].keeps_served {
            self.served[pool.index()].end(patient);
        }
        self.release(pool, 1);
    }

    /// Takes steps until one takes time, makes the patient wait, or ends its journey.
    pub(super) fn go_on(&mut self, patient: u32) {
        loop {
            let id = self.step_of(patient);
            if R::STEPS {
                self.tell(patient, |reader, now, seen| reader.step(now, id, seen));
            }
            let step = self.program.steps[id.index()];
            if !self.take(patient, id, step) {
                return;
            }
        }
    }

    /// One step; false if the patient stops here (or is gone).
    #[inline]
    fn take(&mut self, patient: u32, id: StepId, step: Step) -> bool {
        let next = StepId(id.0 + 1);
        match step {
            Step::Use {
                pool,
                wait,
                duration,
            } => {
                let record = self.patients.get(patient);
                if record.in_service || self.take_units(patient, pool, 1, HoldSlot(0), wait) {
                    let span = self.service_span(patient, duration);
                    self.start_service(patient, pool, wait, span);
                }
                false
            }
            Step::Hold {
                slot,
                units,
                pool,
                wait,
            } => {
                if self.take_units(patient, pool, u32::from(units), slot, wait) {
                    self.patients.get_mut(patient).hold(
                        slot,
                        Held::Pool {
                            pool: pool.0,
                            units,
                        },
                    );
                    self.to(patient, next)
                } else {
                    false
                }
            }
            Step::Mark { mark, site } => {
                self.mark(patient, mark, site);
                self.to(patient, next)
            }
            Step::Wait { duration } => {
                let span = self.span(duration, patient, self.step_bits(patient));
                self.pass(patient, next, span)
            }
            Step::LetGo { slot } => {
                self.to(patient, next);
                self.let_go(patient, slot);
                true
            }
            Step::Jump { to } => self.to(patient, to),
            Step::Share { chance, otherwise } => {
                let is_within = self.outcome(chance, patient, self.step_bits(patient)) == 0;
                self.to(patient, if is_within { next } else { otherwise })
            }
            Step::Choose { chance, first } => {
                let outcome = self.outcome(chance, patient, self.step_bits(patient));
                self.to(patient, self.program.branches[first as usize + outcome])
            }
            Step::Patience { duration } => {
                let span = self.span(duration, patient, self.step_bits(patient));
                self.patients.origin_mut(patient).deadline = self.now + span;
                self.to(patient, next)
            }
            Step::Leave { disposition, site } => {
                self.leave(patient, disposition, site);
                false
            }
            other => self.take_rarer(patient, next, other),
        }
    }

    fn take_rarer(&mut self, patient: u32, next: StepId, step: Step) -> bool {
        match step {
            Step::Enter { group } => {
                self.patients.get_mut(patient).enter(group);
                self.to(patient, next)
            }
            Step::ClearPatience => {
                self.patients.origin_mut(patient).deadline = SimTime::NEVER;
                self.to(patient, next)
            }
            Step::WaitUntil { window } => self.wait_until(patient, next, window),
            Step::WaitRate { hazard } => self.wait_rate(patient, next, hazard),
            Step::HoldAny { slot, pools, wait } => {
                self.hold_any(patient, slot, pools, wait) && self.to(patient, next)
            }
            Step::HoldAll { slot, pools, wait } => {
                self.hold_all(patient, slot, pools, wait) && self.to(patient, next)
            }
            Step::When { selector, first } => {
                let row = self.row(&self.program.selectors[selector.index()], patient);
                self.to(patient, self.program.branches[first as usize + row])
            }
            Step::Set { attribute, level } => {
                self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = level;
                self.to(patient, next)
            }
            Step::SetBy { attribute, chance } => {
                let level = self.outcome(chance, patient, self.step_bits(patient));
                self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = level as u8;
                self.to(patient, next)
            }
            Step::Refer { route, entry, here } => {
                self.refer(patient, route, Some(entry), here, next)
            }
            Step::Travel { route, here } => self.refer(patient, route, None, here, next),
            Step::Call {
                fleet,
                slot,
                wait,
                at_dispatch,
            } => {
                self.call(patient, fleet, slot, wait, at_dispatch);
                false
            }
            Step::Convey { slot, route, entry } => self.convey(patient, slot, route, entry),
            Step::Book { booking, otherwise } => {
                let spec = &self.program.bookings[usize::from(booking)];
                self.book(patient, spec, next, otherwise)
            }
            Step::Start { with, task } => {
                self.start_task(patient, with, task);
                self.to(patient, next)
            }
            // The common ones have been taken before.
            _ => unreachable!("every other step is taken in `take`"),
        }
    }

    #[inline(always)]
    fn to(&mut self, patient: u32, step: StepId) -> bool {
        self.patients.get_mut(patient).step = step;
        true
    }

    /// Time passes, then the patient goes on at `step`. No time at all: it goes on at once.
    #[inline]
    fn pass(&mut self, patient: u32, step: StepId, span: SimSpan) -> bool {
        self.to(patient, step);
        if span == SimSpan::ZERO {
            return true;
        }
        self.schedule(patient, self.now + span);
        false
    }

    fn wait_until(&mut self, patient: u32, next: StepId, window: WindowId) -> bool {
        let now = time_of_week(self.now, self.program.week_offset);
        let span = self.program.windows[window.index()]
            .until_open(now)
            .expect("a compiled window opens some time");
        self.pass(patient, next, span)
    }

    fn wait_rate(&mut self, patient: u32, next: StepId, hazard: HazardId) -> bool {
        let hazard = &self.program.hazards[hazard.index()];
        let profile = &self.program.profiles[hazard.profile.index()];
        let exponential = -libm::log(streams::unit(self.step_bits(patient)));
        let at = hazard_time(
            hazard,
            profile,
            self.now,
            self.program.week_offset,
            exponential,
        );
        self.pass(patient, next, at.since(self.now))
    }

    /// A milestone: the reader is told, then the clock is set.
    #[inline]
    pub(super) fn mark(&mut self, patient: u32, mark: MarkId, site: SiteId) {
        self.tell(patient, |reader, now, seen| {
            reader.milestone(now, mark, site, seen)
        });
        if let Some(clock) = self.program.mark_clocks[mark.index()] {
            self.patients.set_clock(patient, clock, self.now);
        }
    }

    /// Takes units now, or joins the line (or turns away); true if they were taken.
    #[inline]
    fn take_units(
        &mut self,
        patient: u32,
        pool: PoolId,
        units: u32,
        slot: HoldSlot,
        wait: WaitId,
    ) -> bool {
        let level = &mut self.levels[pool.index()];
        if level.waiting == 0 && level.free() >= units {
            level.touch(self.now);
            level.busy += units;
            self.level_changed(pool.0);
            return true;
        }
        self.wait_for(patient, &[pool], Kind::Single, units as u8, slot, wait)
    }

    #[inline]
    fn service_span(&mut self, patient: u32, duration: super::program::DurationId) -> SimSpan {
        let record = self.patients.get_mut(patient);
        if record.is_interrupted {
            record.is_interrupted = false;
            return self.patients.origin(patient).remaining;
        }
        self.span(duration, patient, self.step_bits(patient))
    }

    #[inline]
    fn start_service(&mut self, patient: u32, pool: PoolId, wait: WaitId, span: SimSpan) {
        self.patients.get_mut(patient).in_service = true;
        let ends = self.now + span;
        self.schedule(patient, ends);
        if self.program.pools[pool.index()].keeps_served {
            self.list_service(patient, pool, wait, ends);
        }
    }

    /// Releases what is held under a slot.
    pub(super) fn let_go(&mut self, patient: u32, slot: HoldSlot) {
        match self.patients.get_mut(patient).take(slot) {
            Held::Nothing => {}
            Held::Pool { pool, units } => self.release(PoolId(pool), u32::from(units)),
            Held::Unit(unit) => {
                let place = self.patients.origin(patient).place;
                self.free_unit(usize::from(unit), place);
            }
        }
    }

    fn leave(&mut self, patient: u32, disposition: DispositionId, site: SiteId) {
        for slot in 0..N_HOLD_SLOTS {
            self.let_go(patient, HoldSlot(slot as u8));
        }
        if !self.patients.origin(patient).is_task {
            self.tell(patient, |reader, now, seen| {
                reader.leave(now, disposition, site, seen)
            });
            self.totals.left[disposition.index()] += 1;
        }
        self.patients.remove(patient);
    }

    fn refer(
        &mut self,
        patient: u32,
        route: RouteId,
        entry: Option<u8>,
        here: SiteId,
        next: StepId,
    ) -> bool {
        let spec = &self.program.routes[route.index()];
        let Some(to) = self.destination(route, patient, here) else {
            return self.to(patient, spec.otherwise);
        };
        let site = &spec.sites[to.index];
        self.patients.origin_mut(patient).place = site.place;
        let step = entry.map_or(next, |entry| site.entries[usize::from(entry)]);
        self.pass(patient, step, to.travel)
    }

    fn book(
        &mut self,
        patient: u32,
        booking: &BookingSpec,
        next: StepId,
        otherwise: StepId,
    ) -> bool {
        let calendar = &self.program.calendars[booking.calendar.index()];
        debug_assert!(
            calendar
                .week
                .iter()
                .all(|slots| *slots <= MAXIMUM_SLOTS_PER_BIN)
        );
        match self
            .appointments
            .book(booking, calendar, self.now, self.program.week_offset)
        {
            Some(time) => self.pass(patient, next, time.since(self.now)),
            None => self.to(patient, otherwise),
        }
    }

    /// A side task begins, with some of what the patient holds.
    fn start_task(&mut self, patient: u32, with: u8, task: StepId) {
        let bits = self.step_bits(patient);
        let origin = PatientOrigin {
            is_task: true,
            ..*self.patients.origin(patient)
        };
        let record = self.patients.get(patient);
        // The task's draws are its own: keyed by the patient and this step.
        let child = self.patients.add(bits, record.attributes, task, origin);
        self.patients.copy_clocks(patient, child);
        for slot in (0..N_HOLD_SLOTS as u8)
            .map(HoldSlot)
            .filter(|slot| with & (1 << slot.0) != 0)
        {
            let held = self.patients.get_mut(patient).take(slot);
            self.patients.get_mut(child).hold(slot, held);
            if let Held::Unit(unit) = held {
                self.units[usize::from(unit)].patient = child;
            }
        }
        self.ready.push_back(child);
    }

    /// When a wait that starts now is given up.
    #[inline]
    pub(super) fn gives_up_at(&self, patient: u32, wait: WaitId) -> SimTime {
        let rule = &self.program.waits[wait.index()];
        match rule.patience {
            Patience::Endless => SimTime::NEVER,
            Patience::Deadline => self.patients.origin(patient).deadline,
            Patience::Drawn(duration) => {
                let bits = self.bits_for(patient, rule.patience_purpose);
                self.now + self.span(duration, patient, bits)
            }
        }
    }
}
