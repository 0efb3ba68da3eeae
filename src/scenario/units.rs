//! Written quantities: durations, rates and shares.
//!
//! Units of results: milliseconds, events per millisecond, and shares from 0 to 1.

pub const SECOND: f64 = 1_000.0;
pub const MINUTE: f64 = 60.0 * SECOND;
pub const HOUR: f64 = 60.0 * MINUTE;
pub const DAY: f64 = 24.0 * HOUR;
pub const WEEK: f64 = 7.0 * DAY;
/// Mean year of the Gregorian calendar's 4-year cycle.
pub const YEAR: f64 = 365.25 * DAY;

/// How each quantity is written, for diagnostics.
pub const DURATION_EXAMPLE: &str = "\"8 min\", \"90 s\", \"1 h 30 min\" or \"28 days\"";
pub const RATE_EXAMPLE: &str = "\"40 per day\", \"9 per min\" or \"400000 per year\"";
pub const SHARE_EXAMPLE: &str = "0.55 or \"55 %\"";

/// Why a written quantity cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitFault {
    /// Not a number where a number should be; holds what stands there.
    Number(String),
    /// A number without a unit.
    NoUnit,
    /// Holds the unknown unit.
    Unknown(String),
    Empty,
}

/// Every unit of time: its spellings, and its length in milliseconds.
pub const TIME_UNITS: [(&[&str], f64); 7] = [
    (&["ms", "millisecond", "milliseconds"], 1.0),
    (&["s", "sec", "second", "seconds"], SECOND),
    (&["min", "mins", "minute", "minutes"], MINUTE),
    (&["h", "hr", "hrs", "hour", "hours"], HOUR),
    (&["d", "day", "days"], DAY),
    (&["w", "week", "weeks"], WEEK),
    (&["year", "years"], YEAR),
];

/// Milliseconds of one unit of time by any of its spellings.
pub fn time_unit(name: &str) -> Option<f64> {
    let mut units = TIME_UNITS.iter();
    let found = units.find(|(spellings, _)| spellings.contains(&name));
    found.map(|(_, length)| *length)
}

/// Milliseconds of a written duration, which may be negative: `8 min`, `1 h 30 min`, `-5 min`.
///
/// Errors: see [`UnitFault`].
pub fn parse_duration(text: &str) -> Result<f64, UnitFault> {
    let text = text.trim();
    let (sign, mut rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1.0, rest.trim_start()),
        None => (1.0, text),
    };
    if rest.is_empty() {
        return Err(UnitFault::Empty);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let end = after.find(|c: char| c.is_whitespace() || c.is_ascii_digit());
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        if unit.is_empty() {
            return Err(UnitFault::NoUnit);
        }
        let length = time_unit(unit).ok_or_else(|| UnitFault::Unknown(unit.to_owned()))?;
        total += number * length;
        rest = after.trim_start();
    }
    Ok(sign * total)
}

/// Events per millisecond of a written rate: `40 per day`.
///
/// Errors: see [`UnitFault`].
pub fn parse_rate(text: &str) -> Result<f64, UnitFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UnitFault::Empty);
    }
    let (number, after) = split_number(text)?;
    let Some(unit) = after.strip_prefix("per ").or(after.strip_prefix('/')) else {
        return Err(match after {
            "" => UnitFault::NoUnit,
            _ => UnitFault::Unknown(after.to_owned()),
        });
    };
    let unit = unit.trim();
    let length = time_unit(unit).ok_or_else(|| UnitFault::Unknown(unit.to_owned()))?;
    Ok(number / length)
}

/// A share of one from `55 %` or `0.55`; not checked for its range.
///
/// Errors: see [`UnitFault`].
pub fn parse_share(text: &str) -> Result<f64, UnitFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UnitFault::Empty);
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (number, after) = split_number(text)?;
    match after {
        "%" => Ok(sign * number / 100.0),
        "" => Ok(sign * number),
        other => Err(UnitFault::Unknown(other.to_owned())),
    }
}

/// The number a text begins with, and the rest without leading space.
fn split_number(text: &str) -> Result<(f64, &str), UnitFault> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    // A comma or underscore inside a number is a slip to name, not the start of a unit.
    let follows = rest.trim_start();
    let broken = rest.starts_with([',', '_']) || number.is_empty();
    match number.parse::<f64>() {
        Ok(value) if !broken => Ok((value, follows)),
        _ => {
            let word = text.split_whitespace().next().unwrap_or(text);
            Err(UnitFault::Number(word.to_owned()))
        }
    }
}

impl UnitFault {
    /// What is wrong, as the end of a sentence: `"parsecs" is not a unit of time`.
    pub fn sentence(&self) -> String {
        match self {
            Self::Number(word) => format!("\"{word}\" is not a number"),
            Self::NoUnit => "the unit is missing".to_owned(),
            Self::Unknown(unit) => format!("\"{unit}\" is not a known unit"),
            Self::Empty => "nothing is written".to_owned(),
        }
    }
}

/// A duration as people write it, in the largest unit that needs at most two decimals: `90 s`, `1.5 h`, `28 days`.
pub fn write_duration(milliseconds: f64) -> String {
    let units = [(DAY, "days"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")];
    for (length, name) in units {
        let number = milliseconds / length;
        let hundredths = number * 100.0;
        let is_short = (hundredths - hundredths.round()).abs() < 1e-9 * hundredths.abs().max(1.0);
        if number.abs() >= 1.0 && is_short {
            return format!("{} {name}", hundredths.round() / 100.0);
        }
    }
    format!("{milliseconds} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let check =
            |text: &str, expected: f64| assert_eq!(parse_duration(text), Ok(expected), "{text}");
        check("8 min", 480_000.0);
        check("90 s", 90_000.0);
        check("1.5 h", 5_400_000.0);
        check("1 h 30 min", 5_400_000.0);
        check("1h30min", 5_400_000.0);
        check("28 days", 28.0 * DAY);
        check("1 day", DAY);
        check("2 weeks", 14.0 * DAY);
        check("250 ms", 250.0);
        check("-5 min", -300_000.0);
        check("0 min", 0.0);
    }

    #[test]
    fn a_wrong_duration_says_what_is_wrong() {
        let check = |text: &str, expected: UnitFault| {
            assert_eq!(parse_duration(text), Err(expected), "{text}")
        };
        check("8", UnitFault::NoUnit);
        check("8 mn", UnitFault::Unknown("mn".to_owned()));
        check("eight min", UnitFault::Number("eight".to_owned()));
        check("1,5 h", UnitFault::Number("1,5".to_owned()));
        check("", UnitFault::Empty);
        check("1.2.3 h", UnitFault::Number("1.2.3".to_owned()));
    }

    #[test]
    fn rates_are_read_per_millisecond() {
        let check =
            |text: &str, expected: f64| assert_eq!(parse_rate(text), Ok(expected), "{text}");
        check("40 per day", 40.0 / DAY);
        check("9 per min", 9.0 / MINUTE);
        check("3 per h", 3.0 / HOUR);
        check("120 per week", 120.0 / WEEK);
        check("400000 per year", 400_000.0 / YEAR);
        check("40/day", 40.0 / DAY);
        assert_eq!(parse_rate("40"), Err(UnitFault::NoUnit));
        assert_eq!(
            parse_rate("40 each day"),
            Err(UnitFault::Unknown("each day".to_owned()))
        );
        assert_eq!(
            parse_rate("40 per dy"),
            Err(UnitFault::Unknown("dy".to_owned()))
        );
    }

    #[test]
    fn shares_are_read_with_and_without_percent() {
        assert_eq!(parse_share("55 %"), Ok(0.55));
        assert_eq!(parse_share("55%"), Ok(0.55));
        assert_eq!(parse_share("0.55"), Ok(0.55));
        assert_eq!(
            parse_share("55 percent"),
            Err(UnitFault::Unknown("percent".to_owned()))
        );
    }

    #[test]
    fn durations_are_written_in_the_largest_fitting_unit() {
        let check =
            |milliseconds: f64, expected: &str| assert_eq!(write_duration(milliseconds), expected);
        check(480_000.0, "8 min");
        check(90_000.0, "1.5 min");
        check(28.0 * DAY, "28 days");
        check(250.0, "250 ms");
        check(456_000.0, "7.6 min");
    }
}
