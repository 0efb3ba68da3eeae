//! What each step does: a patient goes from step to step until one takes time or makes it wait.

use super::appointments::MAXIMUM_SLOTS_PER_BIN;
use super::calendar::hazard_time;
use super::facts::{Reader, Resource};
use super::lines::Kind;
use super::patients::{Held, PatientOrigin};
use super::program::{
    BookingSpec, DispositionId, DurationId, HazardId, HoldSlot, MarkId, N_HOLD_SLOTS, Patience,
    PoolId, RouteId, SiteId, Step, StepId, WaitId, WindowId,
};
use super::proven::Proven;
use super::simulation::Simulation;
use super::streams;
use super::time::{SimSpan, SimTime};

/// Where a patient goes after a step that is not one of the commonest.
pub(super) enum Then {
    On(StepId),
    /// On at the step that its record says, at this time.
    At(SimTime),
    /// It waits, or is gone.
    Stop,
}

impl<R: Reader> Simulation<'_, R> {
    /// A timed part is over: the patient is about to go on, unless the event was meant for an earlier state of its record.
    #[inline(always)]
    pub(super) fn resume(&mut self, patient: u32, token: u16) -> Option<u32> {
        let record = self.patients.get(patient);
        if record.token != token {
            return None;
        }
        self.totals.events += 1;
        match self.rows.at(record.step.index()).step {
            Step::Use { pool, .. } => self.end_use(patient, pool),
            Step::Call { slot, .. } => self.unit_arrived(patient, slot),
            _ => {}
        }
        Some(patient)
    }

    #[inline(always)]
    fn end_use(&mut self, patient: u32, pool: PoolId) {
        let record = self.patients.get_mut(patient);
        if !record.in_service() {
            return;
        }
        record.end_service();
        record.step.0 += 1;
        if self.levels.at(pool.index()).keeps_served {
            self.served.at_mut(pool.index()).end(patient);
        }
        self.tell_let_go(patient, Resource::Pool { pool, units: 1 });
        self.release(pool, 1);
    }

    /// Takes steps until one takes time, makes the patient wait, or ends its journey.
    ///
    /// A patient's record says where it stands only when it stops: steps that may stop write it down first.
    #[inline(always)]
    pub(super) fn go_on(&mut self, patient: u32) {
        let mut id = self.step_of(patient);
        let until = loop {
            if R::STEPS {
                self.tell(patient, |reader, now, seen| reader.step(now, id, seen));
            }
            let next = StepId(id.0 + 1);
            id = match self.rows.at(id.index()).step {
                Step::Use {
                    pool,
                    wait,
                    duration,
                } => {
                    self.stand_at(patient, id);
                    let is_served = self.patients.get(patient).in_service();
                    if !is_served && !self.take_units(patient, pool, 1, HoldSlot(0), wait) {
                        return;
                    }
                    break self.serve_for(patient, id, pool, wait, duration);
                }
                Step::Hold {
                    slot,
                    units,
                    pool,
                    wait,
                } => {
                    self.stand_at(patient, id);
                    if !self.take_units(patient, pool, u32::from(units), slot, wait) {
                        return;
                    }
                    self.patients.get_mut(patient).hold(
                        slot,
                        Held::Pool {
                            pool: pool.0,
                            units,
                        },
                    );
                    self.tell_taken(patient, Resource::Pool { pool, units });
                    next
                }
                Step::Mark { mark, site } => {
                    self.mark(patient, mark, site);
                    next
                }
                Step::Wait { duration } => {
                    let span = self.step_span(id, duration, patient);
                    if span > SimSpan::ZERO {
                        self.stand_at(patient, next);
                        break self.now + span;
                    }
                    next
                }
                Step::LetGo { slot } => {
                    self.let_go(patient, slot);
                    next
                }
                Step::Jump { to } => to,
                Step::Share { chance, otherwise } => {
                    let is_within = self.outcome(chance, patient, self.step_bits(patient, id)) == 0;
                    if is_within { next } else { otherwise }
                }
                Step::Choose { chance, first } => {
                    let outcome = self.outcome(chance, patient, self.step_bits(patient, id));
                    *self.program.branches.at(first as usize + outcome)
                }
                Step::Enter { group } => {
                    self.patients.get_mut(patient).enter(group);
                    next
                }
                Step::When { selector, first } => {
                    let row = self.row(self.lookups.selector(selector), patient);
                    *self.program.branches.at((first + row) as usize)
                }
                Step::Set { attribute, level } => {
                    self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = level;
                    next
                }
                Step::SetBy { attribute, chance } => {
                    let level = self.outcome(chance, patient, self.step_bits(patient, id));
                    self.patients.get_mut(patient).attributes[usize::from(attribute.0)] =
                        level as u8;
                    next
                }
                Step::Patience { duration } => {
                    let span = self.step_span(id, duration, patient);
                    self.patients.origin_mut(patient).deadline = self.now + span;
                    next
                }
                Step::Leave { disposition, site } => {
                    return self.leave(patient, disposition, site);
                }
                other => match self.take_rarer(patient, id, other) {
                    Then::On(next) => next,
                    Then::At(time) => break time,
                    Then::Stop => return,
                },
            };
        };
        // The only place where steps schedule what follows.
        self.schedule(patient, until);
    }

    #[inline(never)]
    fn take_rarer(&mut self, patient: u32, id: StepId, step: Step) -> Then {
        let next = StepId(id.0 + 1);
        self.stand_at(patient, id);
        match step {
            Step::LetGoSome { slot, units } => self.let_go_some(patient, slot, units),
            Step::ClearPatience => self.patients.origin_mut(patient).deadline = SimTime::NEVER,
            Step::WaitUntil { window } => return self.wait_until(patient, next, window),
            Step::WaitRate { hazard } => return self.wait_rate(patient, id, hazard),
            Step::HoldAny { slot, pools, wait } => {
                if !self.hold_any(patient, slot, pools, wait) {
                    return Then::Stop;
                }
            }
            Step::HoldAll { slot, pools, wait } => {
                if !self.hold_all(patient, slot, pools, wait) {
                    return Then::Stop;
                }
            }
            Step::Refer { route, entry, here } => {
                return self.refer(patient, id, route, Some(entry), here);
            }
            Step::Travel { route, here } => return self.refer(patient, id, route, None, here),
            Step::Call {
                fleet,
                slot,
                wait,
                at_dispatch,
                way,
            } => {
                self.call(patient, fleet, way, slot, wait, at_dispatch);
                return Then::Stop;
            }
            Step::Convey { slot, route, entry } => {
                return self.convey(patient, id, slot, route, entry);
            }
            Step::Book { booking, otherwise } => {
                let spec = self.program.bookings.at(usize::from(booking));
                return self.book(patient, spec, next, otherwise);
            }
            Step::Start { with, task } => self.start_task(patient, id, with, task),
            // The common ones are taken in `go_on`.
            _ => unreachable!("every other step is taken in `go_on`"),
        }
        Then::On(next)
    }

    #[inline(always)]
    pub(super) fn stand_at(&mut self, patient: u32, step: StepId) {
        self.patients.get_mut(patient).step = step;
    }

    /// Time passes, then the patient goes on at `step`. No time at all: it goes on at once.
    #[inline]
    pub(super) fn pass(&mut self, patient: u32, step: StepId, span: SimSpan) -> Then {
        if span == SimSpan::ZERO {
            return Then::On(step);
        }
        self.stand_at(patient, step);
        Then::At(self.now + span)
    }

    fn wait_until(&mut self, patient: u32, next: StepId, window: WindowId) -> Then {
        let (window, clock) = (self.program.windows.at(window.index()), &self.program.clock);
        let mut at = self.now;
        loop {
            let span = window
                .until_open(clock.time_of_week(at))
                .expect("a compiled window opens some time");
            if span == SimSpan::ZERO {
                return self.pass(patient, next, at.since(self.now));
            }
            // Clocks that change on the way may show another time then.
            at = clock.when(clock.local(at) + span.0, at);
        }
    }

    fn wait_rate(&mut self, patient: u32, id: StepId, hazard: HazardId) -> Then {
        let hazard = self.program.hazards.at(hazard.index());
        let profile = self.program.profiles.at(hazard.profile.index());
        let exponential = -libm::log(streams::unit(self.step_bits(patient, id)));
        let at = hazard_time(hazard, profile, self.now, &self.program.clock, exponential);
        self.pass(patient, StepId(id.0 + 1), at.since(self.now))
    }

    /// A milestone: the reader is told, then the clock is set.
    #[inline(always)]
    pub(super) fn mark(&mut self, patient: u32, mark: MarkId, site: SiteId) {
        self.tell(patient, |reader, now, seen| {
            reader.milestone(now, mark, site, seen)
        });
        if let Some(clock) = *self.program.mark_clocks.at(mark.index()) {
            self.patients.set_clock(patient, clock, self.now);
        }
    }

    /// Takes units now, or joins the line (or turns away); true if they were taken.
    #[inline(always)]
    fn take_units(
        &mut self,
        patient: u32,
        pool: PoolId,
        units: u32,
        slot: HoldSlot,
        wait: WaitId,
    ) -> bool {
        let level = self.levels.at_mut(pool.index());
        if level.waiting == 0 && level.has(units) {
            level.take(self.now, units);
            self.level_changed(pool.0);
            return true;
        }
        let units = units as u8;
        match *self.plain_waits.at(wait.index()) {
            true => self.wait_plainly(patient, pool, units, slot, wait),
            false => self.wait_for(patient, &[pool], Kind::Single, units, slot, wait),
        }
    }

    /// The timed part of a `Use`: a service begins, or one that was interrupted goes on. Returns when it ends.
    #[inline(always)]
    fn serve_for(
        &mut self,
        patient: u32,
        id: StepId,
        pool: PoolId,
        wait: WaitId,
        duration: DurationId,
    ) -> SimTime {
        self.tell_taken(patient, Resource::Pool { pool, units: 1 });
        let record = self.patients.get_mut(patient);
        let was_interrupted = record.begin_service();
        let span = if was_interrupted {
            self.patients.origin(patient).remaining
        } else {
            let draw = &self.rows.at(id.index()).draw;
            if let Some(mark) = draw.at_start.get() {
                self.mark(patient, mark, draw.site);
            }
            self.step_span(id, duration, patient)
        };
        let ends = self.now + span;
        if self.levels.at(pool.index()).keeps_served {
            self.list_service(patient, pool, wait, ends);
        }
        ends
    }

    /// Releases what is held under a slot.
    pub(super) fn let_go(&mut self, patient: u32, slot: HoldSlot) {
        match self.patients.get_mut(patient).take(slot) {
            Held::Nothing => {}
            Held::Pool { pool, units } => {
                let pool = PoolId(pool);
                self.tell_let_go(patient, Resource::Pool { pool, units });
                self.release(pool, u32::from(units));
            }
            Held::Unit(unit) => {
                self.tell_let_go(patient, self.unit_resource(usize::from(unit)));
                let place = self.place_of(patient);
                self.free_unit(usize::from(unit), place);
            }
        }
    }

    /// Releases some of the units held under a slot.
    fn let_go_some(&mut self, patient: u32, slot: HoldSlot, units: u8) {
        let record = self.patients.get_mut(patient);
        let held = record.take(slot);
        let Held::Pool { pool, units: all } = held else {
            record.hold(slot, held);
            return;
        };
        let kept = all.saturating_sub(units);
        if kept > 0 {
            record.hold(slot, Held::Pool { pool, units: kept });
        }
        let (pool, units) = (PoolId(pool), all - kept);
        self.tell_let_go(patient, Resource::Pool { pool, units });
        self.release(pool, u32::from(units));
    }

    fn leave(&mut self, patient: u32, disposition: DispositionId, site: SiteId) {
        while let Some(slot) = self.patients.get(patient).first_held() {
            self.let_go(patient, slot);
        }
        if !self.patients.origin(patient).is_task {
            self.tell(patient, |reader, now, seen| {
                reader.leave(now, disposition, site, seen)
            });
            *self.totals.left.at_mut(disposition.index()) += 1;
        }
        self.patients.remove(patient);
    }

    fn refer(
        &mut self,
        patient: u32,
        id: StepId,
        route: RouteId,
        entry: Option<u8>,
        here: SiteId,
    ) -> Then {
        let spec = self.program.routes.at(route.index());
        let Some(to) = self.destination(route, patient, here) else {
            return Then::On(spec.otherwise);
        };
        let site = spec.sites.at(to.index);
        if spec.moves_patient() {
            self.patients.origin_mut(patient).place = Some(site.place);
        }
        let travel = to.travel;
        let Some(entry) = entry else {
            return self.pass(patient, StepId(id.0 + 1), travel);
        };
        let step = site.entries_at(self.now + travel)[usize::from(entry)];
        self.tell_move(patient, step);
        self.pass(patient, step, travel)
    }

    /// Tells a reader of moves, and keeps what it wants to know again.
    #[inline(always)]
    pub(super) fn tell_move(&mut self, patient: u32, to: StepId) {
        if R::MOVES && !self.patients.origin(patient).is_task {
            let mut note = 0;
            self.tell(patient, |reader, now, seen| {
                note = reader.moves(now, to, seen);
            });
            self.patients.origin_mut(patient).note = note;
        }
    }

    fn book(
        &mut self,
        patient: u32,
        booking: &BookingSpec,
        next: StepId,
        otherwise: StepId,
    ) -> Then {
        let calendar = self.program.calendars.at(booking.calendar.index());
        debug_assert!(
            calendar
                .week
                .iter()
                .all(|slots| *slots <= MAXIMUM_SLOTS_PER_BIN)
        );
        match self
            .appointments
            .book(booking, calendar, self.now, &self.program.clock)
        {
            Some(time) => self.pass(patient, next, time.since(self.now)),
            None => Then::On(otherwise),
        }
    }

    /// A side task begins, with some of what the patient holds.
    fn start_task(&mut self, patient: u32, id: StepId, with: u8, task: StepId) {
        let bits = self.step_bits(patient, id);
        let origin = PatientOrigin {
            is_task: true,
            place: Some(self.place_of(patient)),
            ..*self.patients.origin(patient)
        };
        let record = self.patients.get(patient);
        // The task's draws are its own: keyed by the patient and this step.
        let child = self.patients.add(bits, record.attributes, task);
        *self.patients.origin_mut(child) = origin;
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
        self.ready.push(child);
    }

    /// When a wait that starts now is given up.
    #[inline]
    pub(super) fn gives_up_at(&self, patient: u32, wait: WaitId) -> SimTime {
        let rule = self.program.waits.at(wait.index());
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
