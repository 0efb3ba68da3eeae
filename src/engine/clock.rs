//! The clock on the wall: local time runs beside simulated time and jumps where summer time begins and ends.
//!
//! Local times are milliseconds since the Monday 00:00 before time zero. Durations are never touched: only what goes by the
//! clock (rosters, opening hours, profiles, days) asks it.

use super::time::{DAY, SimSpan, SimTime, WEEK};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LocalClock {
    /// How far into the week (from Monday 00:00) time zero lies.
    pub week_offset: SimSpan,
    /// From each time on, how far the clock is ahead of what it would show had it never been changed; in order of time.
    pub shifts: Vec<(SimTime, i64)>,
}

impl LocalClock {
    /// One that is never changed.
    pub fn fixed(week_offset: SimSpan) -> Self {
        Self {
            week_offset,
            shifts: Vec::new(),
        }
    }

    #[inline]
    pub fn is_fixed(&self) -> bool {
        self.shifts.is_empty()
    }

    /// What is added to simulated time to get local time.
    #[inline]
    pub fn offset(&self, time: SimTime) -> SimSpan {
        if self.is_fixed() {
            return self.week_offset;
        }
        let latest = self.shifts.iter().rev().find(|(from, _)| *from <= time);
        self.shifted(latest.map_or(0, |(_, shift)| *shift))
    }

    fn shifted(&self, shift: i64) -> SimSpan {
        // Time zero is a midnight and clocks change after one in the morning, so that the sum is not used below zero.
        SimSpan(self.week_offset.0.wrapping_add_signed(shift))
    }

    #[inline]
    pub fn local(&self, time: SimTime) -> u64 {
        time.0.wrapping_add(self.offset(time).0)
    }

    /// Time since Monday 00:00.
    #[inline]
    pub fn time_of_week(&self, time: SimTime) -> u64 {
        self.local(time) % WEEK.0
    }

    /// Day of the run by the calendar, that of time zero first.
    #[inline]
    pub fn day(&self, time: SimTime) -> usize {
        (self.local(time).wrapping_sub(self.week_offset.0) / DAY.0) as usize
    }

    /// The next time at which the clock is changed.
    #[inline]
    pub fn next_shift(&self, time: SimTime) -> SimTime {
        if self.is_fixed() {
            return SimTime::NEVER;
        }
        let next = self.shifts.iter().map(|(from, _)| *from);
        next.into_iter()
            .find(|from| *from > time)
            .unwrap_or(SimTime::NEVER)
    }

    /// The first time from `now` on at which the clock shows `local` or, where that hour is skipped, more.
    pub fn when(&self, local: u64, now: SimTime) -> SimTime {
        let mut from = now;
        loop {
            let offset = self.offset(from);
            let time = SimTime(local.saturating_sub(offset.0)).max(from);
            let next = self.next_shift(from);
            if time < next {
                return time;
            }
            from = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::HOUR;
    use super::*;

    /// From a Saturday 00:00; clocks go forward on Sunday at 01:00 and, for the test, back a week later at 02:00.
    fn clock() -> LocalClock {
        let hour = HOUR.0 as i64;
        LocalClock {
            week_offset: SimSpan(5 * DAY.0),
            shifts: vec![
                (SimTime(25 * HOUR.0), hour),
                (SimTime(8 * DAY.0 + HOUR.0), 0),
            ],
        }
    }

    #[test]
    fn an_hour_is_skipped_and_another_occurs_twice() {
        let clock = clock();
        let sunday = 6 * DAY.0;
        let check = |hours: u64, expected: u64| {
            assert_eq!(clock.local(SimTime(hours * HOUR.0)), expected, "{hours}");
        };
        check(0, 5 * DAY.0);
        check(24, sunday);
        check(25, sunday + 2 * HOUR.0);
        check(47, sunday + DAY.0);
        assert_eq!(
            (
                clock.day(SimTime(46 * HOUR.0)),
                clock.day(SimTime(47 * HOUR.0))
            ),
            (1, 2)
        );
        // The Sunday after has 25 hours.
        let second = 8 * 24 - 1;
        check(second, sunday + WEEK.0);
        check(second + 1, sunday + WEEK.0 + HOUR.0);
        check(second + 2, sunday + WEEK.0 + HOUR.0);
        check(second + 25, sunday + WEEK.0 + DAY.0);
    }

    #[test]
    fn a_local_time_comes_first_where_it_occurs_twice_and_at_the_jump_where_it_is_skipped() {
        let clock = clock();
        let sunday = 6 * DAY.0;
        let half = HOUR.0 / 2;
        let check = |local: u64, now: u64, expected: u64| {
            assert_eq!(clock.when(local, SimTime(now)), SimTime(expected));
        };
        check(sunday + half, 0, 24 * HOUR.0 + half);
        check(sunday + HOUR.0 + half, 0, 25 * HOUR.0);
        check(sunday + 3 * HOUR.0, 0, 26 * HOUR.0);
        let second = (8 * 24 - 1) * HOUR.0;
        let twice = sunday + WEEK.0 + HOUR.0 + half;
        check(twice, 0, second + HOUR.0 + half);
        check(twice, second + 2 * HOUR.0, second + 2 * HOUR.0 + half);
        check(twice + HOUR.0, 0, second + 3 * HOUR.0 + half);
        // What is past is now.
        check(0, 77, 77);
        let fixed = LocalClock::fixed(SimSpan(10));
        assert_eq!(fixed.when(50, SimTime(3)), SimTime(40));
        assert_eq!(fixed.next_shift(SimTime(3)), SimTime::NEVER);
    }
}
