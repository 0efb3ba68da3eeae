//! A user's own arrivals, one by one or counted by the hour, as a rate and profiles.
//!
//! Times are those of the local clock. What a count cannot be trusted for (missing hours, hours twice, times that the local
//! clock skips) is refused with its place.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::codes::{CSV_CELL, CSV_COLUMN, CSV_SHAPE};
use crate::scenario::csv_table::CsvTable;
use crate::scenario::dates::{Date, parse_date_time};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::workspace::Workspace;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const HOURS_OF_WEEK: usize = 168;
/// A day without anybody is a gap if so many come on a day: by chance it happens once in 20,000 days.
const SURE_A_DAY: f64 = 10.0;
/// Days from which on months are told apart.
const YEAR: usize = 350;

/// What a file of arrivals says.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    pub n_arrivals: u64,
    pub first: Date,
    pub last: Date,
    /// Mean over the hours of the week.
    pub per_day: f64,
    /// Mean arrivals by hour of the week, Monday 00:00 first.
    pub week: Vec<f64>,
    /// By month, the daily mean over that of all; only of a year or more.
    pub months: Option<Vec<f64>>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Reads `path`: column `time`, and `count` if rows are hours.
///
/// Errors (reported): `S121` without the column, `S123` for cells that are wrong, `S125` for gaps and too little; those of
/// [`CsvTable::parse`].
pub fn read(workspace: &Workspace<'_>, path: &str) -> Option<Observed> {
    let file = workspace.open_root(path)?;
    let table = CsvTable::parse(file, &workspace.files(), &workspace.diagnostics)?;
    let Some(time) = table.optional_column("time") else {
        let fault = Diagnostic::error(
            CSV_COLUMN,
            table.column_span(0),
            "there is no column \"time\"",
        );
        let advice = "time (one row for each arrival), or time,count (one row for each hour)";
        workspace.diagnostics.report(fault.try_this(advice));
        return None;
    };
    let mut reading = Reading {
        workspace,
        table: &table,
        time,
        notes: Vec::new(),
    };
    let hours = match table.optional_column("count") {
        Some(count) => reading.counts(count)?,
        None => reading.arrivals()?,
    };
    reading.fit(&hours)
}

struct Reading<'a, 's> {
    workspace: &'a Workspace<'s>,
    table: &'a CsvTable,
    time: usize,
    notes: Vec<String>,
}

/// Hours since 1970 by the local clock, with how many came in each.
type Hours = BTreeMap<i64, u64>;

impl Reading<'_, '_> {
    fn fault(&self, row: usize, column: usize, message: &str, advice: &str) {
        let fault = Diagnostic::error(CSV_CELL, self.table.span(row, column), message);
        self.workspace.diagnostics.report(fault.try_this(advice));
    }

    /// Milliseconds since 1970 by the local clock.
    fn moment(&self, row: usize) -> Option<i64> {
        let text = self.table.text(row, self.time);
        if parse_date_time(&text).is_none() && has_zone(&text) {
            let advice =
                "the time that the clock on the wall showed, without a zone: 2023-04-01T08:30";
            self.fault(row, self.time, "this time carries a time zone", advice);
            return None;
        }
        let moment = self
            .table
            .date_time(row, self.time, &self.workspace.diagnostics)?;
        if is_skipped(moment.div_euclid(HOUR)) {
            let message = "the clock skips this hour: it goes forward at 01:00 on this day";
            let advice = "if the times are UTC, turn them into local time";
            self.fault(row, self.time, message, advice);
            return None;
        }
        Some(moment)
    }

    fn counts(&mut self, count: usize) -> Option<Hours> {
        let mut hours = Hours::new();
        let mut rows: BTreeMap<i64, usize> = BTreeMap::new();
        let mut is_good = true;
        for row in 0..self.table.n_rows() {
            let n = self.table.count(row, count, &self.workspace.diagnostics);
            let moment = self.moment(row);
            let (Some(n), Some(moment)) = (n, moment) else {
                is_good = false;
                continue;
            };
            let hour = moment.div_euclid(HOUR);
            if moment.rem_euclid(HOUR) != 0 {
                self.fault(
                    row,
                    self.time,
                    "a count belongs to a whole hour",
                    "08:00 for 08:00 to 09:00",
                );
                is_good = false;
            } else if rows.insert(hour, row).is_some() {
                let (message, advice) = match is_repeated(hour) {
                    true => (
                        "this hour stands twice: the clock goes back at 02:00 on this day",
                        "one row with both hours together",
                    ),
                    false => ("this hour stands twice", "one row for each hour"),
                };
                self.fault(row, self.time, message, advice);
                is_good = false;
            } else {
                hours.insert(hour, n);
            }
        }
        (self.has_no_gaps(&rows) && is_good).then_some(hours)
    }

    fn has_no_gaps(&mut self, rows: &BTreeMap<i64, usize>) -> bool {
        let mut is_whole = true;
        for ((before, _), (after, row)) in rows.iter().zip(rows.iter().skip(1)) {
            let missing = (before + 1..*after)
                .filter(|hour| !is_skipped(*hour))
                .count();
            if missing > 0 {
                let hours = if missing == 1 { "hour is" } else { "hours are" };
                let message = format!(
                    "{missing} {hours} missing before this, from {}",
                    shown(before + 1)
                );
                let fault = Diagnostic::error(CSV_SHAPE, self.table.span(*row, self.time), message);
                let advice = "a row for each hour, with 0 where nobody came; if nobody counted, give the longest whole part";
                self.workspace.diagnostics.report(fault.try_this(advice));
                is_whole = false;
            }
        }
        is_whole
    }

    fn arrivals(&mut self) -> Option<Hours> {
        let id = self.table.optional_column("id");
        let mut ids = BTreeSet::new();
        let mut is_good = true;
        let mut moments: Vec<(i64, usize)> = Vec::new();
        for row in 0..self.table.n_rows() {
            if let Some(id) = id
                && !ids.insert(self.table.text(row, id).into_owned())
            {
                self.fault(row, id, "this id stands twice", "one row for each arrival");
                is_good = false;
            }
            match self.moment(row) {
                Some(moment) => moments.push((moment, row)),
                None => is_good = false,
            }
        }
        moments.sort_unstable();
        let (Some(&(first, _)), Some(&(last, _))) = (moments.first(), moments.last()) else {
            return self.too_little();
        };
        let (first_day, last_day) = (first.div_euclid(DAY), last.div_euclid(DAY));
        let a_day = moments.len() as f64 / (last_day - first_day + 1) as f64;
        for pair in moments.windows(2) {
            let silent = pair[1].0 - pair[0].0;
            if a_day >= SURE_A_DAY && silent > DAY {
                let hours = silent / HOUR;
                let message = format!(
                    "nobody came for {hours} hours before this, and {a_day:.0} come on a day"
                );
                let span = self.table.span(pair[1].1, self.time);
                let advice = "the longest part without a gap";
                let fault = Diagnostic::error(CSV_SHAPE, span, message).try_this(advice);
                self.workspace.diagnostics.report(fault);
                is_good = false;
            }
        }
        self.notes
            .push("the first and the last day are taken as whole".to_owned());
        let mut hours: Hours = (first_day * 24..(last_day + 1) * 24)
            .filter(|hour| !is_skipped(*hour))
            .map(|hour| (hour, 0))
            .collect();
        for (moment, _) in moments {
            *hours.entry(moment.div_euclid(HOUR)).or_default() += 1;
        }
        is_good.then_some(hours)
    }

    fn too_little<T>(&self) -> Option<T> {
        let span = self.table.column_span(self.time);
        let message = "this is less than a week, and hours of the week are told apart";
        let fault = Diagnostic::error(CSV_SHAPE, span, message);
        self.workspace
            .diagnostics
            .report(fault.try_this("four weeks or more"));
        None
    }

    fn fit(mut self, hours: &Hours) -> Option<Observed> {
        let mut sums = vec![(0_u64, 0.0_f64); HOURS_OF_WEEK];
        let mut by_month = [(0_u64, 0_u64); 12];
        for (&hour, &count) in hours {
            let day = Date::from_days(hour.div_euclid(24));
            let of_week = usize::from(day.weekday()) * 24 + hour.rem_euclid(24) as usize;
            sums[of_week].0 += count;
            // An hour that the clock goes through twice is two.
            sums[of_week].1 += if is_repeated(hour) { 2.0 } else { 1.0 };
            let month = &mut by_month[usize::from(day.month) - 1];
            (month.0, month.1) = (month.0 + count, month.1 + 1);
        }
        let n_arrivals: u64 = hours.values().sum();
        if sums.iter().any(|(_, hours)| *hours == 0.0) || n_arrivals == 0 {
            return self.too_little();
        }
        let week: Vec<f64> = sums
            .iter()
            .map(|(count, hours)| *count as f64 / hours)
            .collect();
        let per_day = week.iter().sum::<f64>() / 7.0;
        let n_days = hours.len() / 24;
        if n_days < 28 {
            let note = format!(
                "{n_days} days are few for 168 hours of the week: each rests on {} of them",
                n_days / 7
            );
            self.notes.push(note);
        }
        let mean = n_arrivals as f64 / hours.len() as f64;
        let of_month = |(count, hours): &(u64, u64)| *count as f64 / *hours as f64 / mean;
        let months = (n_days >= YEAR && by_month.iter().all(|(_, hours)| *hours > 0))
            .then(|| by_month.iter().map(of_month).collect());
        if months.is_none() {
            self.notes
                .push("less than a year: months are not told apart".to_owned());
        }
        let day_of =
            |hour: Option<(&i64, &u64)>| hour.map(|(hour, _)| Date::from_days(hour.div_euclid(24)));
        Some(Observed {
            n_arrivals,
            first: day_of(hours.first_key_value())?,
            last: day_of(hours.last_key_value())?,
            per_day,
            week,
            months,
            notes: self.notes,
        })
    }
}

fn shown(hour: i64) -> String {
    format!(
        "{}T{:02}:00",
        Date::from_days(hour.div_euclid(24)),
        hour.rem_euclid(24)
    )
}

/// Ends as `Z`, `+01:00`, `+0100` or `-05`.
fn has_zone(text: &str) -> bool {
    let text = text.trim();
    let Some((_, clock)) = text.split_once(['T', ' ']) else {
        return false;
    };
    clock.ends_with(['Z', 'z']) || clock.contains(['+', '-'])
}

/// Whether the clock of the United Kingdom goes from 01:00 to 02:00 in place of this hour: the last Sunday of March.
fn is_skipped(hour: i64) -> bool {
    is_first_hour_of_last_sunday(hour, 3)
}

/// Whether that clock goes through this hour twice: the last Sunday of October.
fn is_repeated(hour: i64) -> bool {
    is_first_hour_of_last_sunday(hour, 10)
}

fn is_first_hour_of_last_sunday(hour: i64, month: u8) -> bool {
    let day = Date::from_days(hour.div_euclid(24));
    // March and October have 31 days.
    hour.rem_euclid(24) == 1 && day.month == month && day.weekday() == 6 && day.day > 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::MemorySource;

    fn read_text(text: &str) -> Result<Observed, String> {
        let source = MemorySource::new([("came.csv", text)]);
        let workspace = Workspace::new(&source);
        read(&workspace, "came.csv").ok_or_else(|| workspace.render())
    }

    /// Hourly counts from a day on: two an hour by day, none at night.
    fn hourly(from: &str, days: i64) -> Vec<(i64, u64)> {
        let first = parse_date_time(from).expect("a date").div_euclid(HOUR);
        let hours = (first..first + days * 24).filter(|hour| !is_skipped(*hour));
        hours
            .map(|hour| {
                (
                    hour,
                    if (8..20).contains(&hour.rem_euclid(24)) {
                        2
                    } else {
                        0
                    },
                )
            })
            .collect()
    }

    fn csv(hours: &[(i64, u64)]) -> String {
        let rows = hours
            .iter()
            .map(|(hour, n)| format!("{},{n}\n", shown(*hour)));
        format!("time,count\n{}", rows.collect::<String>())
    }

    #[test]
    fn counts_become_a_rate_and_a_week() {
        let observed = read_text(&csv(&hourly("2023-03-01", 400))).expect("whole");
        assert!(
            (observed.per_day - 24.0).abs() < 1e-9,
            "{}",
            observed.per_day
        );
        assert_eq!(observed.week[8], 2.0);
        assert_eq!(observed.week[7], 0.0);
        assert_eq!(observed.months.map(|months| months.len()), Some(12));
        assert_eq!(
            (observed.first.to_string(), observed.notes.len()),
            ("2023-03-01".to_owned(), 0)
        );
    }

    #[test]
    fn arrivals_one_by_one_say_the_same() {
        let mut text = "time,id\n".to_owned();
        for (n, (hour, count)) in hourly("2024-01-01", 28).into_iter().enumerate() {
            for each in 0..count {
                text.push_str(&format!("{}:{each}7,{n}-{each}\n", &shown(hour)[..13]));
            }
        }
        let observed = read_text(&text).expect("whole");
        assert!((observed.per_day - 24.0).abs() < 1e-9);
        assert_eq!((observed.week[8], observed.n_arrivals), (2.0, 28 * 24));
    }

    #[test]
    fn gaps_repeats_zones_and_skipped_hours_are_refused_at_their_place() {
        let mut hours = hourly("2023-10-16", 28);
        hours.drain(30..33);
        let gap = read_text(&csv(&hours)).expect_err("a gap");
        assert!(
            gap.contains("3 hours are missing before this, from 2023-10-17T06:00"),
            "{gap}"
        );
        assert!(gap.contains("came.csv:32:1"), "{gap}");

        let twice = csv(&hourly("2023-10-16", 28)) + "2023-10-29T01:00,4\n2023-10-30T01:00,4\n";
        let twice = read_text(&twice).expect_err("hours twice");
        assert!(
            twice.contains("the clock goes back at 02:00")
                && twice.contains("one row with both hours"),
            "{twice}"
        );
        assert_eq!(
            twice.matches("this hour stands twice").count(),
            2,
            "{twice}"
        );

        let zone =
            read_text("time\n2023-04-01T08:30Z\n2023-04-01 08:30+01:00\n").expect_err("zones");
        assert_eq!(zone.matches("carries a time zone").count(), 2, "{zone}");

        let skipped = read_text("time,count\n2023-03-26T01:00,3\n").expect_err("no such hour");
        assert!(skipped.contains("the clock skips this hour"), "{skipped}");

        let short = read_text(&csv(&hourly("2024-01-01", 6))).expect_err("six days");
        assert!(short.contains("less than a week"), "{short}");

        let mut silent = "time\n".to_owned();
        for hour in (0..14 * 24).filter(|hour| !(100..130).contains(hour)) {
            silent.push_str(&format!(
                "2024-01-{:02}T{:02}:10\n",
                1 + hour / 24,
                hour % 24
            ));
        }
        let silent = read_text(&silent).expect_err("a silence");
        assert!(
            silent.contains("nobody came for 31 hours before this"),
            "{silent}"
        );
    }
}
