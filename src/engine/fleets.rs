//! Units with places: where each is, which is nearest, and what it does.
//!
//! A fleet answers "who could go, and how soon"; who is sent and what happens next is decided by the run.

use super::program::{FleetSpec, Place};
use super::time::{SimSpan, SimTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitState {
    OffShift,
    /// At its station or on the way there.
    Free,
    /// On the way to a patient, and may be stood down.
    Responding,
    /// With a patient or a task.
    Busy,
}

/// One vehicle or travelling clinician.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    pub state: UnitState,
    pub is_on_shift: bool,
    pub fleet: u8,
    /// Rank of the call it responds to.
    pub rank: u8,
    /// Whom it responds to or is with.
    pub patient: u32,
    /// Order of that patient in the line, should it return there.
    pub order: u64,
    from: Place,
    to: Place,
    departs: SimTime,
    arrives: SimTime,
}

impl Unit {
    pub fn new(fleet: u8, station: Place) -> Self {
        Self {
            state: UnitState::OffShift,
            is_on_shift: false,
            fleet,
            rank: 0,
            patient: u32::MAX,
            order: 0,
            from: station,
            to: station,
            departs: SimTime::ZERO,
            arrives: SimTime::ZERO,
        }
    }

    /// Where the unit is: on the straight line between where it left and where it goes.
    #[inline]
    pub fn position(&self, now: SimTime) -> Place {
        if now >= self.arrives {
            return self.to;
        }
        let share = now.since(self.departs).0 as f32 / self.arrives.since(self.departs).0 as f32;
        let between = |a: f32, b: f32| a + (b - a) * share;
        Place {
            x: between(self.from.x, self.to.x),
            y: between(self.from.y, self.to.y),
            slowness: between(self.from.slowness, self.to.slowness),
        }
    }

    /// Sends the unit on a way of this length.
    #[inline]
    pub fn drive(&mut self, from: Place, to: Place, now: SimTime, span: SimSpan) {
        self.from = from;
        self.to = to;
        self.departs = now;
        self.arrives = now + span;
    }

    /// Puts the unit down at a place.
    pub fn stand_at(&mut self, place: Place, now: SimTime) {
        self.drive(place, place, now, SimSpan::ZERO);
    }
}

/// Kilometres as the crow flies times the mean slowness of both ends: minutes before detour and factors.
#[inline]
pub fn bare_minutes(from: &Place, to: &Place) -> f32 {
    let (dx, dy) = (from.x - to.x, from.y - to.y);
    (dx * dx + dy * dy).sqrt() * (from.slowness + to.slowness) * 0.5
}

impl FleetSpec {
    /// Driving time at an hour of the day, with the purpose's factor.
    #[inline]
    pub fn driving(&self, bare_minutes: f32, factor: f32, hour: u8) -> SimSpan {
        let minutes = bare_minutes * self.detour * factor * self.by_hour[usize::from(hour)];
        SimSpan::from_minutes(f64::from(minutes))
    }
}

/// The unit that could be there soonest, and its bare minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    pub unit: usize,
    pub bare_minutes: f32,
}

/// The nearest unit among those that `may_go`; the first of several equally near.
#[inline]
pub fn nearest(
    units: &[Unit],
    to: &Place,
    now: SimTime,
    may_go: impl Fn(&Unit) -> bool,
) -> Option<Nearest> {
    let mut best: Option<Nearest> = None;
    for (unit, candidate) in units.iter().enumerate() {
        if !may_go(candidate) {
            continue;
        }
        let bare_minutes = bare_minutes(&candidate.position(now), to);
        if best.is_none_or(|so_far| bare_minutes < so_far.bare_minutes) {
            best = Some(Nearest { unit, bare_minutes });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: f32, y: f32) -> Place {
        Place {
            x,
            y,
            slowness: 1.0,
        }
    }

    #[test]
    fn a_unit_on_its_way_can_be_nearer_than_one_at_its_station() {
        let mut moving = Unit::new(0, at(0.0, 0.0));
        moving.state = UnitState::Free;
        moving.drive(at(0.0, 0.0), at(10.0, 0.0), SimTime(0), SimSpan(1000));
        let mut still = Unit::new(0, at(8.0, 3.0));
        still.state = UnitState::Free;
        let found = nearest(&[still, moving], &at(8.0, 0.0), SimTime(700), |unit| {
            unit.state == UnitState::Free
        });
        assert_eq!(found.map(|nearest| nearest.unit), Some(1));
        let found = nearest(&[still, moving], &at(8.0, 0.0), SimTime(100), |unit| {
            unit.state == UnitState::Free
        });
        assert_eq!(found.map(|nearest| nearest.unit), Some(0));
    }
}
