//! Calendar dates: days since 1970-01-01, weekdays, months, and the written forms.
//!
//! The proleptic Gregorian calendar without time zones: a scenario's clock is the local clock.
//! Source of the day arithmetic: H. Hinnant, "chrono-compatible low-level date algorithms" (2013).

/// A day of the calendar; the month and the day count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

/// What a TOML date, time or date-time says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub date: Option<Date>,
    /// Since midnight.
    pub time_milliseconds: Option<u64>,
}

/// Names of the days of the week, Monday first, as windows write them.
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Date {
    /// A date that exists, else none.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// Days since 1970-01-01, negative before.
    pub fn to_days(self) -> i64 {
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The date of a number of days since 1970-01-01.
    pub fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: year as i32,
            month: month as u8,
            day: day as u8,
        }
    }

    /// The date so many days later (earlier if negative).
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.to_days() + days)
    }

    /// 0 is Monday.
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        (self.to_days() + 3).rem_euclid(7) as u8
    }

    pub fn weekday_name(self) -> &'static str {
        WEEKDAYS[usize::from(self.weekday())]
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A date written `2023-04-01`.
pub fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.trim().splitn(3, '-');
    let year = digits(parts.next()?, 4, 4)?;
    let month = digits(parts.next()?, 2, 2)?;
    let day = digits(parts.next()?, 2, 2)?;
    Date::new(year as i32, month as u8, day as u8)
}

/// A date, or date and time, in ISO 8601: `2023-04-01T08:30`, `2023-04-01 08:30:15.250`.
///
/// Units: milliseconds since 1970-01-01 00:00 of the local clock.
pub fn parse_date_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, parse_clock(time)?),
        None => (text, 0),
    };
    Some(parse_date(date)?.to_days() * DAY + time as i64)
}

const DAY: i64 = 86_400_000;

/// A time of day written `08:30`, `08:30:15` or `08:30:15.250`, up to `24:00`; milliseconds since midnight.
pub fn parse_clock(text: &str) -> Option<u64> {
    let mut parts = text.trim().splitn(3, ':');
    let hours = u64::from(digits(parts.next()?, 1, 2)?);
    let minutes = u64::from(digits(parts.next()?, 2, 2)?);
    let milliseconds = parts.next().map_or(Some(0), seconds)?;
    let of_day = (hours * 60 + minutes) * 60_000 + milliseconds;
    (minutes < 60 && of_day <= DAY as u64).then_some(of_day)
}

fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = u64::from(digits(whole, 2, 2)?);
    let thousandths = digits(&format!("{fraction:0<3}")[..3], 3, 3)?;
    let is_number = fraction.bytes().all(|byte| byte.is_ascii_digit());
    (whole < 60 && is_number).then_some(whole * 1000 + u64::from(thousandths))
}

fn digits(text: &str, least: usize, most: usize) -> Option<u32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (least..=most).contains(&text.len());
    (is_number && fits).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        let check = |year, month, day, days: i64, weekday: &str| {
            let date = Date::new(year, month, day).expect("exists");
            assert_eq!(date.to_days(), days);
            assert_eq!(Date::from_days(days), date);
            assert_eq!(date.weekday_name(), weekday);
        };
        check(1970, 1, 1, 0, "Thu");
        check(2024, 1, 1, 19_723, "Mon");
        check(2023, 4, 1, 19_448, "Sat");
        check(2024, 2, 29, 19_782, "Thu");
        check(1969, 12, 31, -1, "Wed");
        for days in -200_000..200_000 {
            assert_eq!(Date::from_days(days).to_days(), days);
        }
    }

    #[test]
    fn only_dates_that_exist_are_read() {
        assert_eq!(parse_date("2024-02-29"), Date::new(2024, 2, 29));
        for wrong in [
            "2023-02-29",
            "2023-13-01",
            "23-01-01",
            "2023-1-1",
            "2023-04-31",
            "",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_of_day_are_read() {
        let check =
            |text: &str, expected: Option<u64>| assert_eq!(parse_clock(text), expected, "{text}");
        check("08:30", Some(30_600_000));
        check("8:30", Some(30_600_000));
        check("24:00", Some(86_400_000));
        check("08:30:15.25", Some(30_615_250));
        for wrong in [
            "25:00",
            "08:60",
            "8",
            "08:3",
            "24:01",
            "08:30:61",
            "é8:30",
            "08:30:1é",
        ] {
            check(wrong, None);
        }
        assert_eq!(parse_date_time("1970-01-02T00:00:01"), Some(86_401_000));
        assert_eq!(parse_date_time("1970-01-02 00:01"), Some(86_460_000));
        assert_eq!(parse_date_time("1970-01-02"), Some(86_400_000));
    }
}
