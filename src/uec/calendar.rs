//! Where a run lies in the calendar: its weekdays and months, when clocks are changed, and the mean of a profile over a year.
//!
//! Local moments are milliseconds since 1970-01-01 00:00 as the clock on the wall shows them.

use crate::engine::clock::LocalClock;
use crate::engine::time::{DAY, HOUR, SimSpan, SimTime, WEEK};

use super::model::{Clock, Date, RunPlan};

const DAYS_BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

const A_DAY: i64 = DAY.0 as i64;
const AN_HOUR: i64 = HOUR.0 as i64;

impl Clock {
    /// Milliseconds that the clock is ahead of universal time at a moment of universal time.
    fn ahead(self, universal: i64) -> i64 {
        let Self::London = self else { return 0 };
        let year = Date::from_days(universal.div_euclid(A_DAY)).year;
        let is_summer = (change(year, 3)..change(year, 10)).contains(&universal);
        if is_summer { AN_HOUR } else { 0 }
    }

    /// Universal time of a local moment: the first where it occurs twice; where it is skipped, as if the clock had not been changed.
    fn universal(self, local: i64) -> i64 {
        let as_if_summer = local - AN_HOUR;
        match self.ahead(as_if_summer) {
            0 => local,
            ahead => local - ahead,
        }
    }

    pub fn local(self, universal: i64) -> i64 {
        universal + self.ahead(universal)
    }

    /// Moments of universal time after one and before another at which the clock is changed.
    fn changes(self, from: i64, until: i64) -> Vec<i64> {
        let Self::London = self else {
            return Vec::new();
        };
        let year = |moment: i64| Date::from_days(moment.div_euclid(A_DAY)).year;
        let each = (year(from)..=year(until)).flat_map(|year| [change(year, 3), change(year, 10)]);
        each.filter(|at| from < *at && *at < until).collect()
    }
}

/// One in the morning, universal time, of the last Sunday of a month of 31 days: when summer time begins and ends since 1996 (Summer Time
/// Order 2002, SI 2002/262).
fn change(year: i32, month: u8) -> i64 {
    let last = Date {
        year,
        month,
        day: 31,
    }
    .to_days();
    // Day 0 was a Thursday, day 3 a Sunday.
    let after_sunday = (last - 3).rem_euclid(7);
    (last - after_sunday) * A_DAY + AN_HOUR
}

impl RunPlan {
    /// Makes whole days those of the calendar: on a clock that is changed they may have 23 or 25 hours.
    pub fn settle(&mut self) {
        let start = self.start.to_days() * A_DAY;
        let settled = |span: SimSpan, from: i64, to: i64| match span.0.is_multiple_of(DAY.0) {
            true => SimSpan((self.clock.universal(to) - self.clock.universal(from)).max(0) as u64),
            false => span,
        };
        let warm_up = settled(self.warm_up, start - self.warm_up.0 as i64, start);
        let length = settled(self.length, start, start + self.length.0 as i64);
        (self.warm_up, self.length) = (warm_up, length);
    }

    /// What a clock on the wall shows so many milliseconds after the start (before, if below zero): day and milliseconds of the day.
    pub fn wall(&self, milliseconds: i64) -> (Date, i64) {
        let start = self.clock.universal(self.start.to_days() * A_DAY);
        let local = self.clock.local(start + milliseconds);
        (
            Date::from_days(local.div_euclid(A_DAY)),
            local.rem_euclid(A_DAY),
        )
    }
}

/// Where time zero of a run (its start less its warm-up) lies in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZero {
    /// Universal time, milliseconds since 1970-01-01 00:00, which was a Thursday.
    milliseconds: i64,
    /// Warm-up and measured time.
    length: SimSpan,
    clock: Clock,
}

impl TimeZero {
    pub fn of(run: &RunPlan) -> Self {
        let start = run.clock.universal(run.start.to_days() * A_DAY);
        Self {
            milliseconds: start - run.warm_up.0 as i64,
            length: run.warm_up + run.length,
            clock: run.clock,
        }
    }

    /// Warm-up and measured time.
    pub fn length(self) -> SimSpan {
        self.length
    }

    fn local(self) -> i64 {
        self.clock.local(self.milliseconds)
    }

    /// How far into the week, from Monday 00:00, time zero lies.
    pub fn week_offset(self) -> SimSpan {
        let thursday = 3 * A_DAY;
        SimSpan((self.local() + thursday).rem_euclid(WEEK.0 as i64) as u64)
    }

    /// The clock on the wall from time zero on, until some weeks after the end.
    pub fn clock(self) -> LocalClock {
        let end = self.milliseconds + (self.length.0 + 8 * WEEK.0) as i64;
        let at_zero = self.clock.ahead(self.milliseconds);
        let shifts = self.clock.changes(self.milliseconds, end).into_iter();
        let shifts = shifts.map(|at| {
            let from = SimTime((at - self.milliseconds) as u64);
            (from, self.clock.ahead(at) - at_zero)
        });
        LocalClock {
            week_offset: self.week_offset(),
            shifts: shifts.collect(),
        }
    }

    /// Time from time zero to a local moment, or none if that is earlier.
    pub fn until(self, moment: i64) -> Option<SimSpan> {
        let moment = self.clock.universal(moment);
        u64::try_from(moment - self.milliseconds).ok().map(SimSpan)
    }

    /// Days of the calendar from the run's start to its end; the last may be short.
    pub fn measured_days(self, run: &RunPlan) -> u64 {
        let start = run.start.to_days() * A_DAY;
        let end = self.clock.local(self.milliseconds + self.length.0 as i64);
        ((end - start).max(0) as u64).div_ceil(DAY.0)
    }

    /// The month (0 is January) in the middle of each day of the run, counted from time zero.
    pub fn months(self) -> Vec<u8> {
        let zero = self.local();
        let end = self.clock.local(self.milliseconds + self.length.0 as i64);
        let days = ((end - zero).max(0) as u64).div_ceil(DAY.0).max(1);
        (0..days)
            .map(|day| {
                let noon = zero + (day * DAY.0 + DAY.0 / 2) as i64;
                Date::from_days(noon.div_euclid(A_DAY)).month - 1
            })
            .collect()
    }
}

/// Factors by month scaled so that their mean over the days of a common year is 1; none if they are all zero.
pub fn months_with_mean_one(factors: &[f64; 12]) -> Option<[f64; 12]> {
    let mut total = 0.0;
    for (month, factor) in factors.iter().enumerate() {
        let end = DAYS_BEFORE_MONTH.get(month + 1).copied().unwrap_or(365);
        total += factor * f64::from(end - DAYS_BEFORE_MONTH[month]);
    }
    let mean = total / 365.0;
    (mean > 0.0).then(|| factors.map(|factor| factor / mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date::new(year, month, day).expect("a date of the calendar")
    }

    #[test]
    fn a_run_begins_its_warm_up_before_the_start() {
        let run = RunPlan {
            start: date(2023, 4, 1),
            warm_up: SimSpan(28 * DAY.0),
            length: SimSpan(366 * DAY.0),
            ..RunPlan::default()
        };
        let zero = TimeZero::of(&run);
        assert_eq!(zero.week_offset(), SimSpan(5 * DAY.0));
        let months = zero.months();
        assert_eq!(months.len(), 28 + 366);
        assert_eq!(
            (months[0], months[27], months[28], months[393]),
            (2, 2, 3, 2)
        );
        let midnight = run.start.to_days() * DAY.0 as i64;
        assert_eq!(zero.until(midnight), Some(run.warm_up));
        assert_eq!(zero.until(0), None);
    }

    #[test]
    fn clocks_in_london_change_on_the_last_sundays_of_march_and_october() {
        let check = |year: i32, month: u8, day: u8| {
            let expected = date(year, month, day).to_days() * A_DAY + AN_HOUR;
            assert_eq!(change(year, month), expected, "{year}-{month}");
        };
        check(2023, 3, 26);
        check(2023, 10, 29);
        check(2024, 3, 31);
        check(2024, 10, 27);
        check(2025, 3, 30);
        let clock = Clock::London;
        let spring = change(2024, 3);
        assert_eq!(clock.local(spring - 1), spring - 1);
        assert_eq!(clock.local(spring), spring + AN_HOUR);
        let autumn = change(2024, 10);
        assert_eq!(clock.local(autumn - 1), autumn + AN_HOUR - 1);
        assert_eq!(clock.local(autumn), autumn);
        // Half past one occurs twice in autumn and not in spring.
        assert_eq!(clock.universal(autumn + AN_HOUR / 2), autumn - AN_HOUR / 2);
        assert_eq!(clock.universal(spring + AN_HOUR / 2), spring + AN_HOUR / 2);
        assert_eq!(clock.universal(spring + 3 * AN_HOUR), spring + 2 * AN_HOUR);
    }

    #[test]
    fn days_of_a_run_on_the_clock_are_those_of_the_calendar() {
        let mut run = RunPlan {
            start: date(2024, 3, 31),
            warm_up: SimSpan(2 * DAY.0),
            length: SimSpan(DAY.0),
            clock: Clock::London,
            ..RunPlan::default()
        };
        run.settle();
        assert_eq!(
            (run.warm_up, run.length),
            (SimSpan(2 * DAY.0), SimSpan(23 * HOUR.0))
        );
        let zero = TimeZero::of(&run);
        let clock = zero.clock();
        assert_eq!(clock.week_offset, SimSpan(4 * DAY.0));
        assert_eq!(clock.shifts, [(SimTime(49 * HOUR.0), AN_HOUR)]);
        assert_eq!(zero.months(), [2, 2, 2]);
        let april = date(2024, 4, 1).to_days() * A_DAY;
        assert_eq!(zero.until(april), Some(SimSpan(71 * HOUR.0)));
        assert_eq!(run.wall(AN_HOUR - 1), (date(2024, 3, 31), AN_HOUR - 1));
        assert_eq!(run.wall(AN_HOUR), (date(2024, 3, 31), 2 * AN_HOUR));
        assert_eq!(run.wall(-AN_HOUR), (date(2024, 3, 30), 23 * AN_HOUR));
        // A warm-up over the change begins at midnight, too.
        run.start = date(2024, 4, 2);
        run.warm_up = SimSpan(7 * DAY.0);
        run.settle();
        assert_eq!(run.warm_up, SimSpan((7 * 24 - 1) * HOUR.0));
        assert_eq!(TimeZero::of(&run).week_offset(), SimSpan(DAY.0));
        // Whole days of a fixed clock stay what they are.
        run.clock = Clock::Fixed;
        run.length = SimSpan(9 * DAY.0);
        run.warm_up = SimSpan(28 * DAY.0);
        run.settle();
        assert_eq!(
            (run.warm_up, run.length),
            (SimSpan(28 * DAY.0), SimSpan(9 * DAY.0))
        );
        assert!(TimeZero::of(&run).clock().is_fixed());
    }

    #[test]
    fn month_factors_have_mean_one_over_a_year() {
        let equal = months_with_mean_one(&[3.0; 12]).expect("not all zero");
        assert!(equal.iter().all(|factor| (factor - 1.0).abs() < 1e-12));
        assert_eq!(months_with_mean_one(&[0.0; 12]), None);
    }
}
