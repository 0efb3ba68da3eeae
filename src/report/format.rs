//! Numbers and words as readers see them: statistics, units, dates, differences, verdicts.
//!
//! Tables for machines use `exact`; everything else here is for people. The minus sign is U+2212 and a number is tied to its
//! unit by a no-break space.

use crate::experiment::results::Difference;
use crate::uec::model::{Better, Date, MeasureKind, MeasureSpec, Statistic};

/// Ten significant digits, the shortest that way, never with an exponent.
pub fn exact(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    // A negative zero would be written with its sign.
    format!("{}", rounded + 0.0)
}

/// An empty cell for a missing value.
pub fn exact_or_empty(value: Option<f64>) -> String {
    value.map(exact).unwrap_or_default()
}

/// Three or more significant digits, thousands separated by commas: `12,345`, `412`, `52.3`, `0.071`.
pub fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 0.995 || s == 0.0 => 1,
        s if s >= 0.0995 => 2,
        s if !(1e-6..0.00995).contains(&s) => 3,
        s if s >= 0.000995 => 4,
        s if s >= 0.0000995 => 5,
        _ => 6,
    };
    with_decimals(value, decimals)
}

/// `value` with this many decimals, a proper minus sign and thousands separators.
pub fn with_decimals(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let is_zero = plain.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

/// As `number`, with `+` before a positive value.
pub fn signed(value: f64) -> String {
    let text = number(value);
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// The unit of a statistic of a measure: `%` for shares of patients, the measure's own otherwise.
pub fn unit_of(measure: &MeasureSpec, statistic: Statistic) -> String {
    match statistic {
        Statistic::Within(_) | Statistic::Over(_) | Statistic::MoreThan(_) | Statistic::Percent => {
            "%".to_owned()
        }
        Statistic::Count if is_of_each_patient(measure) => "patients".to_owned(),
        Statistic::PerDay => format!("{} a day", measure.unit),
        _ => measure.unit.clone(),
    }
}

pub fn is_duration(measure: &MeasureSpec) -> bool {
    matches!(measure.kind, MeasureKind::Duration { .. })
}

/// Whether a measure has a value for each patient, so that its count is one of patients.
fn is_of_each_patient(measure: &MeasureSpec) -> bool {
    is_duration(measure) || matches!(measure.kind, MeasureKind::PerPatient { .. })
}

/// A value with its unit: `38.2 min`, `72.0 %`.
pub fn quantity(value: f64, unit: &str) -> String {
    tie(&number(value), unit)
}

/// A difference with its unit.
pub fn change(value: f64, unit: &str) -> String {
    tie(&signed(value), unit_of_difference(unit))
}

/// Differences of percentages are in points.
pub fn unit_of_difference(unit: &str) -> &str {
    match unit {
        "%" => "points",
        unit => unit,
    }
}

fn tie(value: &str, unit: &str) -> String {
    if unit.is_empty() {
        value.to_owned()
    } else {
        format!("{value}\u{a0}{unit}")
    }
}

/// For tables and files: `mean`, `p90`, `within 4 h`.
pub fn statistic_key(statistic: Statistic) -> String {
    match statistic {
        Statistic::Mean => "mean".to_owned(),
        Statistic::Quantile(share) => format!("p{}", exact(share * 100.0)),
        Statistic::MonthlyQuantile(share) => format!("p{} by month", exact(share * 100.0)),
        Statistic::Within(span) => format!("within {}", span_text(span.minutes(), " ")),
        Statistic::Over(span) => format!("over {}", span_text(span.minutes(), " ")),
        Statistic::MoreThan(number) => format!("over {number}"),
        Statistic::Count => "count".to_owned(),
        Statistic::PerDay => "per day".to_owned(),
        Statistic::Total => "total".to_owned(),
        Statistic::Percent => "percent".to_owned(),
        Statistic::LowEstimate => "low estimate".to_owned(),
        Statistic::HighEstimate => "high estimate".to_owned(),
    }
}

/// For people: `mean`, `90th centile`, `within 4 hours`.
pub fn statistic_words(statistic: Statistic) -> String {
    match statistic {
        Statistic::Quantile(0.5) => "median".to_owned(),
        Statistic::Quantile(share) => format!("{} centile", ordinal(share * 100.0)),
        Statistic::MonthlyQuantile(share) => {
            format!("mean of monthly {} centiles", ordinal(share * 100.0))
        }
        Statistic::Within(span) => format!("within {}", span_words(span.minutes())),
        Statistic::Over(span) => format!("over {}", span_words(span.minutes())),
        Statistic::MoreThan(number) => format!("more than {number}"),
        Statistic::PerDay => "a day".to_owned(),
        Statistic::Percent => "share".to_owned(),
        Statistic::Count => "number".to_owned(),
        other => statistic_key(other),
    }
}

fn ordinal(value: f64) -> String {
    let text = exact(value);
    let ending = match text.as_bytes() {
        [.., b'1', b'1' | b'2' | b'3'] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    };
    text + ending
}

/// `7 days`, `4 h`, `15 min`, `90 s`: the largest unit that leaves a whole number; a day is 24 hours.
fn span_text(minutes: f64, space: &str) -> String {
    let (value, unit) = if minutes >= 2880.0 && minutes % 1440.0 == 0.0 {
        (minutes / 1440.0, "days")
    } else if minutes >= 60.0 && minutes % 60.0 == 0.0 {
        (minutes / 60.0, "h")
    } else if minutes % 1.0 == 0.0 {
        (minutes, "min")
    } else {
        (minutes * 60.0, "s")
    };
    format!("{}{space}{unit}", exact(value))
}

/// `4 hours`, `15 minutes`, `90 seconds`.
pub fn span_words(minutes: f64) -> String {
    let short = span_text(minutes, "\u{a0}");
    let (value, unit) = short
        .split_once('\u{a0}')
        .expect("a span has a value and a unit");
    let word = match unit {
        "days" => "day",
        "h" => "hour",
        "min" => "minute",
        _ => "second",
    };
    let plural = if value == "1" { "" } else { "s" };
    format!("{value}\u{a0}{word}{plural}")
}

/// Short, for axes and labels: `4 h`.
pub fn span_label(minutes: f64) -> String {
    span_text(minutes, "\u{a0}")
}

/// With a small first letter, unless it is an abbreviation.
pub fn uncapitalised(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub fn month_name(month: u8) -> &'static str {
    MONTHS[usize::from(month.clamp(1, 12)) - 1]
}

/// `1 April 2023`.
pub fn date_words(date: Date) -> String {
    format!("{} {} {}", date.day, month_name(date.month), date.year)
}

/// `2023-04-01`.
pub fn date_iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// The day `days` after `date`.
pub fn add_days(date: Date, days: usize) -> Date {
    let mut date = date;
    let mut left = days;
    loop {
        let to_next_month = usize::from(days_in_month(date.year, date.month) - date.day) + 1;
        if left < to_next_month {
            date.day += left as u8;
            return date;
        }
        left -= to_next_month;
        date.day = 1;
        if date.month == 12 {
            date.month = 1;
            date.year += 1;
        } else {
            date.month += 1;
        }
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

/// What a paired difference says in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Better,
    Worse,
    /// Clear, but of a measure of which neither direction is better.
    Higher,
    Lower,
    /// The interval includes no difference.
    CannotTell,
}

impl Verdict {
    pub fn words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// Reads the interval of the paired difference against the direction that is better for this statistic.
pub fn verdict(measure: &MeasureSpec, difference: &Difference) -> Verdict {
    let is_up = difference.difference.low > 0.0;
    let is_down = difference.difference.high < 0.0;
    if !is_up && !is_down {
        return Verdict::CannotTell;
    }
    match (better_direction(measure, difference.key.statistic), is_up) {
        (Better::Neither, true) => Verdict::Higher,
        (Better::Neither, false) => Verdict::Lower,
        (Better::Higher, up) => {
            if up {
                Verdict::Better
            } else {
                Verdict::Worse
            }
        }
        (Better::Lower, up) => {
            if up {
                Verdict::Worse
            } else {
                Verdict::Better
            }
        }
    }
}

/// Which way is better for one statistic: more patients within a time is better where a shorter time is.
pub fn better_direction(measure: &MeasureSpec, statistic: Statistic) -> Better {
    match (measure.better, statistic) {
        (Better::Lower, Statistic::Within(_)) => Better::Higher,
        (Better::Higher, Statistic::Within(_)) => Better::Lower,
        (_, Statistic::Count) if is_of_each_patient(measure) => Better::Neither,
        (better, _) => better,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let written: Vec<String> = [12345.6, -412.3, 52.34, 0.0712, 0.0, 99.97]
            .into_iter()
            .map(number)
            .collect();
        assert_eq!(written, ["12,346", "−412", "52.3", "0.071", "0.0", "100"]);
        assert_eq!(signed(3.16), "+3.2");
        assert_eq!(with_decimals(-0.01, 1), "0.0");
    }

    #[test]
    fn numbers_are_written_for_machines() {
        let written: Vec<String> = [1.0 / 3.0, -0.0, 1e9, 0.1 + 0.2]
            .into_iter()
            .map(exact)
            .collect();
        assert_eq!(written, ["0.3333333333", "0", "1000000000", "0.3"]);
    }

    #[test]
    fn spans_take_their_natural_unit() {
        assert_eq!(span_words(240.0), "4\u{a0}hours");
        assert_eq!(span_words(1.0), "1\u{a0}minute");
        assert_eq!(span_label(0.5), "30\u{a0}s");
        assert_eq!(span_label(1440.0), "24\u{a0}h");
        assert_eq!(span_words(7.0 * 1440.0), "7\u{a0}days");
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        let start = Date {
            year: 2023,
            month: 4,
            day: 1,
        };
        assert_eq!(date_iso(add_days(start, 365)), "2024-03-31");
        assert_eq!(date_words(add_days(start, 334)), "29 February 2024");
    }
}
