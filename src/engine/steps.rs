//! What each step does: a patient goes from step to step until one takes time or makes it wait.

use std::hint::black_box;

use super::events::GoesOn;
use super::facts::{Reader, Resource};
use super::lines::Kind;
use super::patients::Held;
use super::program::{
    DispositionId, DurationId, HoldSlot, MarkId, Patience, PoolId, SiteId, Step, StepId, WaitId,
};
use super::proven::Proven;
use super::rarer_steps::Then;
use super::simulation::Simulation;
use super::time::{SimSpan, SimTime};

impl<R: Reader> Simulation<'_, R> {
    /// A timed part is over: the patient is about to go on at the step returned, unless the event was meant for an earlier state
    /// of its record.
    #[inline(always)]
    pub(super) fn resume<const PLAIN: bool>(&mut self, event: GoesOn) -> Option<(u32, StepId)> {
        let patient = event.patient();
        if PLAIN {
            self.totals.events += 1;
            if let Some(pool) = event.served_by() {
                self.patients.get_mut(patient).end_service();
                self.tell_let_go(patient, Resource::Pool { pool, units: 1 });
                self.release::<PLAIN>(pool, 1);
            }
            return Some((patient, event.step()));
        }
        let record = self.patients.get(patient);
        if record.token != event.token() {
            return None;
        }
        self.totals.events += 1;
        match self.rows.at(record.step.index()).step {
            Step::Use { pool, .. } => self.end_use(patient, pool),
            Step::Call { slot, .. } => self.unit_arrived(patient, slot),
            _ => {}
        }
        Some((patient, self.step_of(patient)))
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
        self.release::<false>(pool, 1);
    }

    /// The event that a patient goes on at a step, after the unit that now serves it has been let go. Its record says where it
    /// stands until then.
    #[inline(always)]
    fn goes_on<const PLAIN: bool>(
        &self,
        patient: u32,
        step: StepId,
        served_by: Option<PoolId>,
    ) -> GoesOn {
        match PLAIN {
            true => GoesOn::at(patient, step, served_by),
            false => GoesOn::if_token(patient, self.patients.get(patient).token),
        }
    }

    /// Takes steps until one takes time, makes the patient wait, or ends its journey.
    ///
    /// A patient's record says where it stands only when it stops: steps that may stop write it down first.
    #[inline(always)]
    pub(super) fn go_on<const PLAIN: bool>(&mut self, patient: u32, mut id: StepId) {
        let (until, event) = loop {
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
                    if !is_served && !self.take_units::<PLAIN>(patient, pool, 1, HoldSlot(0), wait)
                    {
                        return;
                    }
                    let until = self.serve_for::<PLAIN>(patient, id, pool, wait, duration);
                    break (until, self.goes_on::<PLAIN>(patient, next, Some(pool)));
                }
                Step::Hold {
                    slot,
                    units,
                    pool,
                    wait,
                } => {
                    self.stand_at(patient, id);
                    if !self.take_units::<PLAIN>(patient, pool, u32::from(units), slot, wait) {
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
                    let span = self.step_span::<PLAIN>(id, duration, patient);
                    if span > SimSpan::ZERO {
                        self.stand_at(patient, next);
                        let event = self.goes_on::<PLAIN>(patient, next, None);
                        break (self.now + span, event);
                    }
                    next
                }
                Step::LetGo { slot } => {
                    self.let_go::<PLAIN>(patient, slot);
                    next
                }
                Step::Jump { to } => to,
                Step::Share { chance, otherwise } => {
                    let is_within = self.outcome::<PLAIN>(
                        chance,
                        patient,
                        self.step_bits::<PLAIN>(patient, id),
                    ) == 0;
                    // `black_box` keeps this a branch: that it was foreseen wrongly is known as soon as the draw is, where a
                    // select would first have to fetch the step it leads to.
                    if is_within {
                        next
                    } else {
                        black_box(otherwise)
                    }
                }
                Step::Choose { chance, first } => {
                    let outcome = self.outcome::<PLAIN>(
                        chance,
                        patient,
                        self.step_bits::<PLAIN>(patient, id),
                    );
                    *self.program.branches.at(first as usize + outcome)
                }
                Step::Enter { group } => {
                    self.patients.get_mut(patient).enter(group);
                    next
                }
                Step::When { selector, first } => {
                    let row = self.row::<PLAIN>(self.lookups.selector(selector), patient);
                    *self.program.branches.at((first + row) as usize)
                }
                Step::Set { attribute, level } => {
                    self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = level;
                    next
                }
                Step::SetBy { attribute, chance } => {
                    let level = self.outcome::<PLAIN>(
                        chance,
                        patient,
                        self.step_bits::<PLAIN>(patient, id),
                    );
                    self.patients.get_mut(patient).attributes[usize::from(attribute.0)] =
                        level as u8;
                    next
                }
                Step::Patience { duration } => {
                    let span = self.step_span::<PLAIN>(id, duration, patient);
                    self.patients.origin_mut(patient).deadline = self.now + span;
                    next
                }
                Step::Leave { disposition, site } => {
                    return self.leave::<PLAIN>(patient, disposition, site);
                }
                // All are named, for the jump to be taken without a look at whether there is one.
                other @ (Step::WaitUntil { .. }
                | Step::WaitRate { .. }
                | Step::ClearPatience
                | Step::HoldAny { .. }
                | Step::HoldAll { .. }
                | Step::LetGoSome { .. }
                | Step::Refer { .. }
                | Step::Travel { .. }
                | Step::Call { .. }
                | Step::Convey { .. }
                | Step::Book { .. }
                | Step::Start { .. }) => match self.take_rarer(patient, id, other) {
                    Then::On(next) => next,
                    Then::At(time) => {
                        let step = self.step_of(patient);
                        break (time, self.goes_on::<PLAIN>(patient, step, None));
                    }
                    Then::Stop => return,
                },
            };
        };
        // The only place where steps schedule what follows.
        self.schedule(event, until);
    }

    #[inline(always)]
    pub(super) fn stand_at(&mut self, patient: u32, step: StepId) {
        self.patients.get_mut(patient).step = step;
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
    fn take_units<const PLAIN: bool>(
        &mut self,
        patient: u32,
        pool: PoolId,
        units: u32,
        slot: HoldSlot,
        wait: WaitId,
    ) -> bool {
        let level = self.levels.at_mut(pool.index());
        // Both at once: one branch that nobody can foresee instead of two.
        if (level.waiting == 0) & level.has(units) {
            level.take(self.now, units);
            self.level_changed::<PLAIN>(pool.0);
            return true;
        }
        let units = units as u8;
        match PLAIN || *self.plain_waits.at(wait.index()) {
            true => self.wait_plainly::<PLAIN>(patient, pool, units, slot, wait),
            false => self.wait_for(patient, &[pool], Kind::Single, units, slot, wait),
        }
    }

    /// The timed part of a `Use`: a service begins, or one that was interrupted goes on. Returns when it ends.
    #[inline(always)]
    fn serve_for<const PLAIN: bool>(
        &mut self,
        patient: u32,
        id: StepId,
        pool: PoolId,
        wait: WaitId,
        duration: DurationId,
    ) -> SimTime {
        self.tell_taken(patient, Resource::Pool { pool, units: 1 });
        let record = self.patients.get_mut(patient);
        let was_interrupted = record.begin_service() && !PLAIN;
        let span = if was_interrupted {
            self.patients.origin(patient).remaining
        } else {
            let draw = &self.rows.at(id.index()).draw;
            if let Some(mark) = draw.at_start.get() {
                self.mark(patient, mark, draw.site);
            }
            self.step_span::<PLAIN>(id, duration, patient)
        };
        let ends = self.now + span;
        if !PLAIN && self.levels.at(pool.index()).keeps_served {
            self.list_service(patient, pool, wait, ends);
        }
        ends
    }

    /// Releases what is held under a slot.
    pub(super) fn let_go<const PLAIN: bool>(&mut self, patient: u32, slot: HoldSlot) {
        match self.patients.get_mut(patient).take(slot) {
            Held::Nothing => {}
            Held::Pool { pool, units } => {
                let pool = PoolId(pool);
                self.tell_let_go(patient, Resource::Pool { pool, units });
                self.release::<PLAIN>(pool, u32::from(units));
            }
            Held::Unit(unit) => {
                self.tell_let_go(patient, self.unit_resource(usize::from(unit)));
                let place = self.place_of(patient);
                self.free_unit(usize::from(unit), place);
            }
        }
    }

    fn leave<const PLAIN: bool>(&mut self, patient: u32, disposition: DispositionId, site: SiteId) {
        for slot in self.patients.get(patient).slots_held() {
            self.let_go::<PLAIN>(patient, slot);
        }
        if !self.patients.origin(patient).is_task {
            self.tell(patient, |reader, now, seen| {
                reader.leave(now, disposition, site, seen)
            });
            *self.totals.left.at_mut(disposition.index()) += 1;
        }
        self.patients.remove(patient);
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
                self.now + self.span::<false>(duration, patient, bits)
            }
        }
    }
}
