//! Calendars of appointments: a finite number of slots in every bin of the week.
//!
//! Slots of a bin are spread evenly over it. A bin holds at most 64 slots; finer bins hold more.

use super::clock::LocalClock;
use super::program::{BookingSpec, CalendarSpec};
use super::time::SimTime;

pub const MAXIMUM_SLOTS_PER_BIN: u16 = 64;

/// The bookings made so far, one bit a slot.
pub struct Appointments {
    /// By calendar, from the bin that holds time zero.
    taken: Vec<Vec<u64>>,
    /// By calendar: bins from the first up to the last, not including it, are known to have no slot left.
    full: Vec<(u64, u64)>,
    booked: Vec<u64>,
}

impl Appointments {
    pub fn new(n_calendars: usize) -> Self {
        Self {
            taken: vec![Vec::new(); n_calendars],
            full: vec![(0, 0); n_calendars],
            booked: vec![0; n_calendars],
        }
    }

    /// Books the first free slot that starts `earliest` to `within` from now; returns when it starts.
    pub fn book(
        &mut self,
        booking: &BookingSpec,
        calendar: &CalendarSpec,
        now: SimTime,
        clock: &LocalClock,
    ) -> Option<SimTime> {
        let bin = calendar.bin.0;
        let from = clock.local(now + booking.earliest);
        let to = clock.local(now + booking.within);
        let first_bin = clock.week_offset.0 / bin;
        let taken = &mut self.taken[usize::from(booking.calendar.0)];
        let full = &mut self.full[usize::from(booking.calendar.0)];
        let mut first = from / bin;
        if first < full.0 || full.1 < first {
            *full = (first, first);
        }
        first = full.1;
        let mut of_week = first as usize % calendar.week.len();
        for index in first..=to / bin {
            let slots = match calendar.later.is_empty() {
                true => calendar.week[of_week],
                false => week_at(calendar, index * bin, clock)[of_week],
            };
            of_week += 1;
            if of_week == calendar.week.len() {
                of_week = 0;
            }
            let row = (index - first_bin) as usize;
            if row >= taken.len() {
                taken.resize((row + 1).max(taken.len() * 2), 0);
            }
            let all = match slots {
                0 => 0,
                _ => u64::MAX >> (64 - u32::from(slots)),
            };
            if taken[row] == all {
                if index == full.1 {
                    full.1 = index + 1;
                }
                continue;
            }
            let start = index * bin;
            // The first slot that does not start before `from`.
            let skipped = (from.saturating_sub(start) * u64::from(slots)).div_ceil(bin);
            if skipped >= u64::from(slots) {
                continue;
            }
            let open = !taken[row] & all & (u64::MAX << skipped);
            if open == 0 {
                continue;
            }
            let slot = open.trailing_zeros();
            let time = start + u64::from(slot) * bin / u64::from(slots);
            if time > to {
                return None;
            }
            taken[row] |= 1 << slot;
            self.booked[usize::from(booking.calendar.0)] += 1;
            return Some(clock.when(time, now));
        }
        None
    }

    /// Slots booked so far, by calendar.
    pub fn booked(&self) -> &[u64] {
        &self.booked
    }
}

/// The slots in force at a time counted from the Monday before time zero.
fn week_at<'c>(calendar: &'c CalendarSpec, time: u64, clock: &LocalClock) -> &'c [u16] {
    let time = clock.when(time, SimTime::ZERO);
    let latest = calendar.later.iter().rev().find(|(from, _)| *from <= time);
    latest.map_or(&calendar.week, |(_, week)| week)
}

#[cfg(test)]
mod tests {
    use super::super::program::CalendarId;
    use super::super::time::{HOUR, MINUTE, SimSpan};
    use super::*;

    #[test]
    fn slots_are_given_out_in_order_until_there_are_none() {
        let mut week = vec![0; 168];
        week[1] = 4;
        week[3] = 1;
        let calendar = CalendarSpec {
            bin: HOUR,
            week,
            later: Vec::new(),
        };
        let booking = BookingSpec {
            calendar: CalendarId(0),
            earliest: SimSpan::ZERO,
            within: SimSpan(3 * HOUR.0),
        };
        let mut appointments = Appointments::new(1);
        let mut book = |now: u64| {
            appointments
                .book(&booking, &calendar, SimTime(now), &LocalClock::default())
                .map(|time| time.0)
        };
        assert_eq!(book(0), Some(HOUR.0));
        assert_eq!(book(0), Some(HOUR.0 + 15 * MINUTE.0));
        assert_eq!(book(HOUR.0 + 16 * MINUTE.0), Some(HOUR.0 + 30 * MINUTE.0));
        assert_eq!(book(HOUR.0 + 46 * MINUTE.0), Some(3 * HOUR.0));
        assert_eq!(book(HOUR.0 + 46 * MINUTE.0), None);
        assert_eq!(book(4 * HOUR.0), None);
    }
}
