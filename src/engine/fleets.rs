//! Units with places: where each is, which is nearest, and what it does.
//!
//! A fleet answers "who could go, and how soon"; who is sent and what happens next is decided by the run.

use std::ops::Range;

use super::program::{FleetWay, Place};
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
    /// Of the ways of its fleet, that of the call it was last sent to: it drives by it until the next.
    pub way: u8,
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
            way: 0,
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

impl FleetWay {
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

/// The nearest unit among `candidates` that `may_go`; the first of several equally near.
#[inline]
pub fn nearest(
    units: &[Unit],
    candidates: impl Iterator<Item = usize>,
    to: &Place,
    now: SimTime,
    may_go: impl Fn(&Unit) -> bool,
) -> Option<Nearest> {
    let mut best: Option<Nearest> = None;
    // A square of twice the minutes that is beyond this belongs to a unit farther than the best: a root is not worth its time.
    let mut hopeless = f32::INFINITY;
    for unit in candidates {
        let candidate = &units[unit];
        if !may_go(candidate) {
            continue;
        }
        let from = candidate.position(now);
        let square = square_of_twice_bare_minutes(&from, to);
        if square > hopeless {
            continue;
        }
        let bare_minutes = bare_minutes(&from, to);
        if best.is_none_or(|so_far| bare_minutes < so_far.bare_minutes) {
            best = Some(Nearest { unit, bare_minutes });
            // Rounding moves neither by so much.
            hopeless = square * 1.000_01;
        }
    }
    best
}

#[inline]
fn square_of_twice_bare_minutes(from: &Place, to: &Place) -> f32 {
    let (dx, dy) = (from.x - to.x, from.y - to.y);
    let slowness = from.slowness + to.slowness;
    (dx * dx + dy * dy) * (slowness * slowness)
}

/// A set of units, by number over all fleets: looking through those that are free should not touch those that are not.
#[derive(Clone, Debug, Default)]
pub struct UnitSet {
    words: Vec<u64>,
}

impl UnitSet {
    pub fn new(n_units: usize) -> Self {
        Self {
            words: vec![0; n_units.div_ceil(64)],
        }
    }

    #[inline]
    pub fn set(&mut self, unit: usize, is_in: bool) {
        let bit = 1 << (unit % 64);
        if is_in {
            self.words[unit / 64] |= bit;
        } else {
            self.words[unit / 64] &= !bit;
        }
    }

    /// Members within `range`, in order.
    #[inline]
    pub fn within(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        (range.start / 64..range.end.div_ceil(64)).flat_map(move |index| {
            let first = index * 64;
            let from = u64::MAX << range.start.saturating_sub(first).min(63);
            let above = (first + 64).saturating_sub(range.end);
            let mut word = self.words[index] & from & (u64::MAX >> above);
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as usize;
                word &= word.wrapping_sub(1);
                (bit < 64).then_some(first + bit)
            })
        })
    }
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
        let found = |now: u64| {
            let units = [still, moving];
            let nearest = nearest(&units, 0..2, &at(8.0, 0.0), SimTime(now), |unit| {
                unit.state == UnitState::Free
            });
            nearest.map(|nearest| nearest.unit)
        };
        assert_eq!(found(700), Some(1));
        assert_eq!(found(100), Some(0));
    }

    #[test]
    fn a_set_gives_the_members_of_a_range_in_order() {
        let mut set = UnitSet::new(150);
        let members = [0, 1, 5, 63, 64, 70, 127, 128, 149];
        for unit in members.iter().copied().chain([6, 100]) {
            set.set(unit, true);
        }
        set.set(6, false);
        set.set(100, false);
        for range in [
            0..150,
            0..0,
            1..64,
            63..65,
            64..128,
            65..149,
            128..150,
            149..150,
        ] {
            let expected = members.iter().copied().filter(|unit| range.contains(unit));
            let found: Vec<usize> = set.within(range.clone()).collect();
            assert_eq!(found, expected.collect::<Vec<_>>(), "{range:?}");
        }
    }
}
