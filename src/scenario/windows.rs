//! Written windows of the week: `Mon-Fri 08:00-20:00, Sat 09:00-13:00`.
//!
//! A window without days holds every day; one that ends before it starts runs into the next day; days alone are whole
//! days. A name such as `in_hours` is the caller's to look up before it comes here.

use super::dates::{WEEKDAYS, parse_clock};

const DAY: u64 = 86_400_000;
const WEEK: u64 = 7 * DAY;

pub const WINDOW_EXAMPLE: &str = "\"Mon-Fri 08:00-20:00, Sat 09:00-13:00\" or \"always\"";

/// Open stretches of the week in milliseconds from Monday 00:00: sorted, not touching, within one week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekWindow {
    pub open: Vec<(u64, u64)>,
}

/// What part of a window cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowFault {
    /// Bytes in the written text.
    pub start: usize,
    pub end: usize,
    pub reason: String,
}

impl WeekWindow {
    pub fn always() -> Self {
        let open = vec![(0, WEEK)];
        Self { open }
    }

    /// Whether it is open at so many milliseconds after Monday 00:00 (of any week).
    pub fn is_open(&self, at: u64) -> bool {
        let at = at % WEEK;
        self.open
            .iter()
            .any(|(from, to)| (*from..*to).contains(&at))
    }

    /// Total open time in a week, in milliseconds.
    pub fn open_milliseconds(&self) -> u64 {
        self.open.iter().map(|(from, to)| to - from).sum()
    }

    fn from_stretches(mut stretches: Vec<(u64, u64)>) -> Self {
        stretches.sort_unstable();
        let mut open: Vec<(u64, u64)> = Vec::with_capacity(stretches.len());
        for (from, to) in stretches {
            match open.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => open.push((from, to)),
            }
        }
        Self { open }
    }
}

/// Reads a written window; see the head of this file for its forms.
///
/// Errors: the first part that cannot be read.
pub fn parse_window(text: &str) -> Result<WeekWindow, WindowFault> {
    if text.trim() == "always" {
        return Ok(WeekWindow::always());
    }
    let mut stretches = Vec::new();
    let mut start = 0;
    for part in text.split(',') {
        let word = part.trim();
        let begin = start + (part.len() - part.trim_start().len());
        add_part(word, &mut stretches).map_err(|reason| WindowFault {
            start: begin,
            end: begin + word.len(),
            reason,
        })?;
        start += part.len() + 1;
    }
    Ok(WeekWindow::from_stretches(stretches))
}

fn add_part(part: &str, stretches: &mut Vec<(u64, u64)>) -> Result<(), String> {
    let (days, hours) = match part.split_once(char::is_whitespace) {
        Some((days, hours)) => (parse_days(days)?, parse_hours(hours.trim())?),
        None if part.is_empty() => return Err("nothing is written".to_owned()),
        None if part.contains(':') => ([true; 7], parse_hours(part)?),
        None => (parse_days(part)?, (0, DAY)),
    };
    let (from, to) = hours;
    let to = if to <= from { to + DAY } else { to };
    for day in (0..7u64).filter(|day| days[*day as usize]) {
        let (from, to) = (day * DAY + from, day * DAY + to);
        stretches.push((from, to.min(WEEK)));
        if to > WEEK {
            stretches.push((0, to - WEEK));
        }
    }
    Ok(())
}

/// Days written `Mon`, `Mon-Fri` or `Fri-Mon`; by weekday, Monday first.
///
/// Errors: the sentence to show.
pub fn parse_days(text: &str) -> Result<[bool; 7], String> {
    let (first, last) = match text.split_once(['-', '–']) {
        Some((first, last)) => (weekday(first)?, weekday(last)?),
        None => (weekday(text)?, weekday(text)?),
    };
    let mut days = [false; 7];
    let mut day = first;
    while day != last {
        days[day] = true;
        day = (day + 1) % 7;
    }
    days[last] = true;
    Ok(days)
}

fn weekday(name: &str) -> Result<usize, String> {
    let name = name.trim();
    let found = WEEKDAYS
        .iter()
        .position(|day| day.eq_ignore_ascii_case(name));
    found.ok_or_else(|| format!("\"{name}\" is not a day (Mon, Tue, Wed, Thu, Fri, Sat, Sun)"))
}

fn parse_hours(text: &str) -> Result<(u64, u64), String> {
    let pair = text.split_once(['-', '–']);
    let (from, to) = pair.ok_or_else(|| format!("\"{text}\" is not a stretch of hours"))?;
    let clock = |word: &str| {
        let word = word.trim();
        parse_clock(word).ok_or_else(|| format!("\"{word}\" is not a time of day"))
    };
    let (from, to) = (clock(from)?, clock(to)?);
    if from == to {
        return Err("it opens and closes at the same moment".to_owned());
    }
    Ok((from % DAY, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn check(text: &str, expected: &[(u64, u64)]) {
        let hours = |(from, to): &(u64, u64)| (from * HOUR, to * HOUR);
        let open: Vec<(u64, u64)> = expected.iter().map(hours).collect();
        assert_eq!(parse_window(text), Ok(WeekWindow { open }), "{text}");
    }

    #[test]
    fn windows_become_stretches_of_the_week() {
        check("always", &[(0, 168)]);
        check("00:00-24:00", &[(0, 168)]);
        check("Sat-Sun", &[(120, 168)]);
        check("Mon 08:00-20:00, Sat 09:00-13:00", &[(8, 20), (129, 133)]);
        check("Sat 09:00-13:00, Mon 08:00-20:00", &[(8, 20), (129, 133)]);
        check("Fri-Mon", &[(0, 24), (96, 168)]);
    }

    #[test]
    fn a_window_over_midnight_runs_into_the_next_day() {
        check("Mon 22:00-08:00", &[(22, 32)]);
        check("Sun 22:00-08:00", &[(0, 8), (166, 168)]);
        let nights = parse_window("22:00-08:00").expect("valid");
        assert_eq!(nights.open_milliseconds(), 70 * HOUR);
        assert!(nights.is_open(3 * HOUR) && !nights.is_open(12 * HOUR));
    }

    #[test]
    fn the_wrong_part_of_a_window_is_named() {
        let check = |text: &str, part: &str, reason: &str| {
            let fault = parse_window(text).expect_err(text);
            assert_eq!(&text[fault.start..fault.end], part);
            assert!(fault.reason.contains(reason), "{}", fault.reason);
        };
        check(
            "Mon-Fri 08:00-20:00, Sax 09:00-13:00",
            "Sax 09:00-13:00",
            "\"Sax\" is not a day",
        );
        check("Mon 8-20", "Mon 8-20", "\"8\" is not a time of day");
        check("Mon 08:00-20:00,", "", "nothing");
        check("Mon 08:00-08:00", "Mon 08:00-08:00", "same moment");
    }
}
