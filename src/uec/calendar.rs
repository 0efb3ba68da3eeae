//! Where a run lies in the calendar: its weekdays and months, and the mean of a profile over a year.
//!
//! Simplification: clocks do not change for summer time, so one hour a year is out of place on two days.

use crate::engine::time::{DAY, SimSpan, WEEK};

use super::model::{Date, RunPlan};

const DAYS_BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Where time zero of a run (its start less its warm-up) lies in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZero {
    /// Milliseconds since 1970-01-01 00:00, which was a Thursday.
    milliseconds: i64,
    /// Warm-up and measured time.
    length: SimSpan,
}

impl TimeZero {
    pub fn of(run: &RunPlan) -> Self {
        let start = run.start.to_days() * DAY.0 as i64;
        Self {
            milliseconds: start - run.warm_up.0 as i64,
            length: run.warm_up + run.length,
        }
    }

    /// How far into the week, from Monday 00:00, time zero lies.
    pub fn week_offset(self) -> SimSpan {
        let thursday = 3 * DAY.0 as i64;
        SimSpan((self.milliseconds + thursday).rem_euclid(WEEK.0 as i64) as u64)
    }

    /// Time from time zero to a moment in milliseconds since 1970-01-01 00:00, or none if that is earlier.
    pub fn until(self, moment: i64) -> Option<SimSpan> {
        u64::try_from(moment - self.milliseconds).ok().map(SimSpan)
    }

    /// The month (0 is January) in the middle of each 24 hours of the run.
    pub fn months(self) -> Vec<u8> {
        let days = self.length.0.div_ceil(DAY.0).max(1);
        (0..days)
            .map(|day| {
                let noon = self.milliseconds + (day * DAY.0 + DAY.0 / 2) as i64;
                Date::from_days(noon.div_euclid(DAY.0 as i64)).month - 1
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
    fn month_factors_have_mean_one_over_a_year() {
        let equal = months_with_mean_one(&[3.0; 12]).expect("not all zero");
        assert!(equal.iter().all(|factor| (factor - 1.0).abs() < 1e-12));
        assert_eq!(months_with_mean_one(&[0.0; 12]), None);
    }
}
