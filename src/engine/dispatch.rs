//! Sending the units of a fleet to calls.
//!
//! A call takes the nearest free unit. If none is free, or a unit on its way to a less urgent call would be enough sooner,
//! that one is stood down and sent instead. A unit that becomes free takes the most urgent call waiting, the earliest of
//! those; with none it drives to its station and can be sent from wherever it is on the way.

use super::events::GoesOn;
use super::facts::Reader;
use super::fleets::{Nearest, Unit, UnitState, bare_minutes, nearest};
use super::lines::{Kind, Request};
use super::patients::Held;
use super::program::{FleetId, FleetWay, HoldSlot, OptionalMark, Step, WaitId};
use super::simulation::Simulation;
use super::time::SimSpan;

/// A patient that asks for a unit, and how pressing that is.
#[derive(Clone, Copy)]
struct Call {
    patient: u32,
    /// Of the ways of the fleet.
    way: u8,
    rank: u8,
    order: u64,
    /// The order counts before the rank.
    by_due: bool,
}

impl<'p, R: Reader> Simulation<'p, R> {
    #[inline]
    pub(super) fn fleet_line(&self, fleet: FleetId) -> u16 {
        (self.program.pools.len() + fleet.index()) as u16
    }

    /// A patient calls for a unit: one is sent, or the patient waits in the fleet's line.
    pub(super) fn call(
        &mut self,
        patient: u32,
        fleet: FleetId,
        way: u8,
        slot: HoldSlot,
        wait: WaitId,
        at_dispatch: OptionalMark,
    ) {
        let rank = self.rank(patient, wait);
        let order = self.order_of(patient, wait, self.now);
        let by_due = self.program.waits[wait.index()].due.is_some();
        let call = Call {
            patient,
            way,
            rank,
            order,
            by_due,
        };
        if self.try_send(call, fleet) {
            self.mark_dispatch(patient, at_dispatch);
            return;
        }
        let gives_up = self.gives_up_at(patient, wait);
        let mut request = Request::new(
            (patient, self.step_of(patient)),
            self.fleet_line(fleet),
            wait,
            Kind::Single,
            rank,
            1,
            slot,
            order,
            self.now,
        );
        request.by_due = by_due;
        request.gives_up = gives_up.max(self.now + SimSpan(1));
        let rule = &self.program.waits[wait.index()];
        if let Some(worsen) = rule.worsen {
            request.worsens = self.now
                + self.span::<false>(
                    worsen.after,
                    patient,
                    self.bits_for(patient, rule.worsen_purpose),
                );
        }
        if R::STEPS {
            let step = self.step_of(patient);
            self.tell(patient, |reader, now, seen| reader.waits(now, step, seen));
        }
        let id = self.join_line::<false>(request);
        self.patients.get_mut(patient).request = id;
    }

    /// Sends the best unit for a call of this rank, standing another call down if that is worth it.
    fn try_send(&mut self, call: Call, fleet: FleetId) -> bool {
        let Call {
            patient,
            way,
            rank,
            order,
            by_due,
        } = call;
        let range = self.first_units[fleet.index()]..self.first_units[fleet.index() + 1];
        let place = self.place_of(patient);
        // It will be asked for again: by the unit that is sent, and where it conveys to.
        self.patients.origin_mut(patient).place = Some(place);
        let free = self.free_units.within(range.clone());
        let spec = self.way(fleet, way);
        let is_held_back = self.is_held_back(fleet, spec, rank);
        let free = free.take_while(|_| !is_held_back);
        let free = nearest(&self.units, free, &place, self.now, |_| true);
        let stood_down = spec.reassign.and_then(|saves| {
            let responding = self.responding_units.within(range);
            // Where a long wait outweighs urgency, it keeps its crew as well.
            let may_go = |unit: &Unit| unit.rank > rank && (!by_due || unit.order > order);
            let sooner = nearest(&self.units, responding, &place, self.now, may_go)?;
            let span = |nearest: Nearest| {
                spec.driving(nearest.bare_minutes, spec.responding, self.wall.hour)
            };
            let is_worth_it = free.is_none_or(|free| span(sooner) + saves <= span(free));
            is_worth_it.then_some(sooner)
        });
        let Some(best) = stood_down.or(free) else {
            return false;
        };
        let unit = best.unit;
        let bumped = stood_down.map(|_| self.stand_down(unit));
        self.send(unit, call, best.bare_minutes);
        if let Some(request) = bumped {
            self.send_or_wait_again(fleet, request);
        }
        true
    }

    /// Takes a unit off the call it is on the way to; returns that call's request.
    fn stand_down(&mut self, unit: usize) -> Request {
        let state = self.units[unit];
        let record = self.patients.get_mut(state.patient);
        record.token = record.token.wrapping_add(1);
        let Step::Call {
            fleet, slot, wait, ..
        } = self.program.steps[record.step.index()]
        else {
            unreachable!("a unit responds only to a patient that stands at a call");
        };
        record.take(slot);
        self.tell_let_go(state.patient, self.unit_resource(unit));
        let line = self.fleet_line(fleet);
        let place = state.position(self.now);
        self.units[unit].stand_at(place, self.now);
        self.change_busy(usize::from(line), -1);
        let mut request = Request::new(
            (state.patient, self.step_of(state.patient)),
            line,
            wait,
            Kind::Single,
            state.rank,
            1,
            slot,
            state.order,
            self.now,
        );
        request.by_due = self.program.waits[wait.index()].due.is_some();
        request
    }

    /// A call that lost its unit: another is sent, or it waits in its old order.
    fn send_or_wait_again(&mut self, fleet: FleetId, request: Request) {
        let Request {
            patient,
            rank,
            order,
            by_due,
            ..
        } = request;
        let call = Call {
            patient,
            way: self.way_of_call(patient),
            rank,
            order,
            by_due,
        };
        if self.try_send(call, fleet) {
            if let Step::Call { at_dispatch, .. } =
                self.program.steps[self.step_of(patient).index()]
            {
                self.mark_dispatch(patient, at_dispatch);
            }
            return;
        }
        let id = self.join_line::<false>(request);
        self.patients.get_mut(patient).request = id;
    }

    /// A waiting call has become more urgent: it may now be worth standing another down for it.
    pub(super) fn call_again(&mut self, id: u32) {
        let mut request = self.leave_lines(id);
        let Step::Call { fleet, .. } = self.program.steps[self.step_of(request.patient).index()]
        else {
            unreachable!("only calls wait in a fleet's line");
        };
        request.rank = self.rank(request.patient, request.wait);
        if request.by_due {
            request.order = self.order_of(request.patient, request.wait, request.joined);
        }
        request.joined = self.now;
        self.send_or_wait_again(fleet, request);
    }

    /// The way that a fleet is sent and drives by for a call.
    #[inline]
    fn way(&self, fleet: FleetId, way: u8) -> &'p FleetWay {
        &self.program.fleets[fleet.index()].ways[usize::from(way)]
    }

    /// Of the call that a patient stands at.
    fn way_of_call(&self, patient: u32) -> u8 {
        let Step::Call { way, .. } = self.program.steps[self.step_of(patient).index()] else {
            unreachable!("only a patient that stands at a call is sent a unit");
        };
        way
    }

    fn send(&mut self, unit: usize, call: Call, bare_minutes: f32) {
        let Call {
            patient,
            way,
            rank,
            order,
            ..
        } = call;
        let fleet = usize::from(self.units[unit].fleet);
        let spec = self.way(FleetId(fleet as u8), way);
        let span = spec.driving(bare_minutes, spec.responding, self.wall.hour);
        let place = self.place_of(patient);
        let state = &mut self.units[unit];
        let from = state.position(self.now);
        state.drive(from, place, self.now, span);
        (state.patient, state.way) = (patient, way);
        (state.rank, state.order) = (rank, order);
        self.set_state(unit, UnitState::Responding);
        let record = self.patients.get_mut(patient);
        let Step::Call { slot, .. } = self.program.steps[record.step.index()] else {
            unreachable!("only a patient that stands at a call is sent a unit");
        };
        record.hold(slot, Held::Unit(unit as u16));
        self.tell_taken(patient, self.unit_resource(unit));
        self.change_busy(self.program.pools.len() + fleet, 1);
        let token = self.patients.get(patient).token;
        self.schedule(GoesOn::if_token(patient, token), self.now + span);
    }

    fn mark_dispatch(&mut self, patient: u32, mark: OptionalMark) {
        if let Some(mark) = mark.get() {
            let site = self.program.draws[self.step_of(patient).index()].site;
            self.mark(patient, mark, site);
        }
    }

    /// Sends a free unit to the most urgent call waiting; false if none waits.
    pub(super) fn serve_call(&mut self, fleet: FleetId, unit: usize) -> bool {
        let Some(id) = self.next_call(fleet) else {
            return false;
        };
        let Request {
            patient,
            rank,
            order,
            by_due,
            ..
        } = self.leave_lines(id);
        let bare = bare_minutes(
            &self.units[unit].position(self.now),
            &self.place_of(patient),
        );
        let call = Call {
            patient,
            way: self.way_of_call(patient),
            rank,
            order,
            by_due,
        };
        self.send(unit, call, bare);
        if let Step::Call { at_dispatch, .. } = self.program.steps[self.step_of(patient).index()] {
            self.mark_dispatch(patient, at_dispatch);
        }
        true
    }

    /// The first call in line that a free unit may be sent to.
    #[inline]
    fn next_call(&self, fleet: FleetId) -> Option<u32> {
        let line = self.fleet_line(fleet);
        let first = self.lines.first(line)?;
        let mut ways = self.program.fleets[fleet.index()].ways.iter();
        if ways.all(|way| way.reserve.is_none()) {
            return Some(first);
        }
        let mut calls = self.lines.members(line);
        calls.find(|id| {
            let request = self.lines.get(*id);
            let way = self.way(fleet, self.way_of_call(request.patient));
            !self.is_held_back(fleet, way, request.rank)
        })
    }

    /// Whether the free units of a fleet, sent in this way, are kept for calls more urgent than this rank.
    #[inline]
    fn is_held_back(&self, fleet: FleetId, way: &FleetWay, rank: u8) -> bool {
        let Some(reserve) = way.reserve else {
            return false;
        };
        let is_in_force = reserve.when.is_none_or(|when| self.triggers.is_on(when));
        let range = self.first_units[fleet.index()]..self.first_units[fleet.index() + 1];
        let n_free = || self.free_units.within(range).count();
        rank > reserve.rank && is_in_force && n_free() <= reserve.units as usize
    }

    /// Sends free units to calls that wait, as when a reserve is no longer kept.
    pub(super) fn send_held_back(&mut self, fleet: FleetId) {
        let range = self.first_units[fleet.index()]..self.first_units[fleet.index() + 1];
        let free: Vec<usize> = self.free_units.within(range).collect();
        for unit in free {
            self.serve_call(fleet, unit);
        }
    }
}
