//! What the rarer steps do: referrals, travel, fleets, appointments, windows, side tasks.

use super::appointments::MAXIMUM_SLOTS_PER_BIN;
use super::calendar::hazard_time;
use super::facts::{Reader, Resource};
use super::patients::{Held, PatientOrigin};
use super::program::{
    BookingSpec, HazardId, HoldSlot, N_HOLD_SLOTS, PoolId, RouteId, SiteId, Step, StepId, WindowId,
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
    #[inline(never)]
    pub(super) fn take_rarer(&mut self, patient: u32, id: StepId, step: Step) -> Then {
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
        let exponential = -libm::log(streams::unit(self.step_bits::<false>(patient, id)));
        let at = hazard_time(hazard, profile, self.now, &self.program.clock, exponential);
        self.pass(patient, StepId(id.0 + 1), at.since(self.now))
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
        self.release::<false>(pool, u32::from(units));
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
        let bits = self.step_bits::<false>(patient, id);
        let origin = PatientOrigin {
            is_task: true,
            place: Some(self.place_of(patient)),
            ..*self.patients.origin(patient)
        };
        let attributes = self.patients.get(patient).attributes;
        // The task's draws are its own: keyed by the patient and this step.
        let child = self.patients.add(bits, &attributes, task);
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
        self.ready.push(child, task);
    }
}
