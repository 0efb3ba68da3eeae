//! What the units of a fleet do once they are sent: arrive, ride with a patient, become free, drive home, go off shift.

use super::events::Event;
use super::facts::Reader;
use super::fleets::{UnitState, bare_minutes};
use super::patients::Held;
use super::program::{FleetId, HoldSlot, Place, RouteId, StepId};
use super::rarer_steps::Then;
use super::simulation::Simulation;

impl<R: Reader> Simulation<'_, R> {
    #[inline]
    pub(super) fn set_state(&mut self, unit: usize, state: UnitState) {
        self.units[unit].state = state;
        self.free_units.set(unit, state == UnitState::Free);
        self.responding_units
            .set(unit, state == UnitState::Responding);
    }

    pub(super) fn change_busy(&mut self, line: usize, change: i32) {
        let level = &mut self.levels[line];
        if change > 0 {
            level.take(self.now, change.unsigned_abs());
        } else {
            assert!(level.busy >= change.unsigned_abs(), "a unit is freed once");
            level.give_back(self.now, change.unsigned_abs());
        }
        self.level_changed::<false>(line as u16);
    }

    /// If a unit was on its way to the patient it has come, and the patient goes on with it.
    pub(super) fn unit_arrived(&mut self, patient: u32, slot: HoldSlot) {
        if let Held::Unit(unit) = self.patients.get(patient).held(slot) {
            self.set_state(usize::from(unit), UnitState::Busy);
            self.patients.get_mut(patient).step.0 += 1;
        }
    }

    /// Rides to a site; where the patient goes on if that takes no time.
    pub(super) fn convey(
        &mut self,
        patient: u32,
        id: StepId,
        slot: HoldSlot,
        route: RouteId,
        entry: u8,
    ) -> Then {
        let spec = &self.program.routes[route.index()];
        let here = self.program.draws[id.index()].site;
        let Some(to) = self.destination(route, patient, here) else {
            return Then::On(spec.otherwise);
        };
        let site = &spec.sites[to.index];
        let from = self.place_of(patient);
        self.patients.origin_mut(patient).place = Some(site.place);
        let span = match self.patients.get(patient).held(slot) {
            Held::Unit(unit) => {
                let unit = &mut self.units[usize::from(unit)];
                let fleet = &self.program.fleets[usize::from(unit.fleet)];
                let way = &fleet.ways[usize::from(unit.way)];
                let span = way.driving(
                    bare_minutes(&from, &site.place),
                    way.conveying,
                    self.wall.hour,
                );
                unit.drive(from, site.place, self.now, span);
                span
            }
            // Without a unit the patient makes its own way.
            _ => to.travel,
        };
        // As when the site was chosen, so that there is an entry.
        let step = site.entries_at(self.now + to.travel)[usize::from(entry)];
        self.tell_move(patient, step);
        self.pass(patient, step, span)
    }

    /// A unit's job is over, at this place.
    pub(super) fn free_unit(&mut self, unit: usize, place: Place) {
        let state = &mut self.units[unit];
        let was_responding = state.state == UnitState::Responding;
        let place = if was_responding {
            state.position(self.now)
        } else {
            place
        };
        state.stand_at(place, self.now);
        state.patient = u32::MAX;
        let fleet = FleetId(state.fleet);
        let is_on_shift = state.is_on_shift;
        let line = self.fleet_line(fleet);
        self.change_busy(usize::from(line), -1);
        if !is_on_shift {
            self.set_state(unit, UnitState::OffShift);
            return;
        }
        self.set_state(unit, UnitState::Free);
        if !self.serve_call(fleet, unit) {
            self.go_home(unit);
        }
    }

    fn go_home(&mut self, unit: usize) {
        let fleet = usize::from(self.units[unit].fleet);
        let spec = &self.program.fleets[fleet];
        let station = spec.units[unit - self.first_units[fleet]].station;
        let way = &spec.ways[usize::from(self.units[unit].way)];
        let from = self.units[unit].position(self.now);
        let span = way.driving(bare_minutes(&from, &station), way.returning, self.wall.hour);
        self.units[unit].drive(from, station, self.now, span);
    }

    pub(super) fn unit_roster(&mut self, unit: u16, change: u32) {
        let roster = self.unit_rosters[usize::from(unit)];
        let (_, capacity) = roster.change(change).expect("a planned change exists");
        self.set_on_shift(usize::from(unit), capacity > 0);
        self.plan_roster(roster, change, |change| Event::UnitRoster { unit, change });
    }

    /// Begins or ends a shift. A busy unit finishes its job first and then goes off.
    pub(super) fn set_on_shift(&mut self, unit: usize, is_on_shift: bool) {
        let fleet = FleetId(self.units[unit].fleet);
        let line = usize::from(self.fleet_line(fleet));
        if self.units[unit].is_on_shift != is_on_shift {
            let level = &mut self.levels[line];
            let on_shift = level.capacity();
            let capacity = if is_on_shift {
                on_shift + 1
            } else {
                on_shift - 1
            };
            level.set_capacity(self.now, capacity);
        }
        self.units[unit].is_on_shift = is_on_shift;
        match (is_on_shift, self.units[unit].state) {
            (true, UnitState::OffShift) => {
                let station = self.program.fleets[fleet.index()].units
                    [unit - self.first_units[fleet.index()]]
                .station;
                self.set_state(unit, UnitState::Free);
                self.units[unit].stand_at(station, self.now);
                self.serve_call(fleet, unit);
            }
            (false, UnitState::Free) => self.set_state(unit, UnitState::OffShift),
            _ => {}
        }
        self.level_changed::<false>(line as u16);
    }
}
