//! Keeps the accounts of one replication while it runs.

use super::levels::Levels;
use super::lines::{Line, LineWatch};
use super::tables::{HOURS_OF_WEEK, MeasureTables, Tap, What};
use crate::engine::facts::{LevelAreas, Reader, Seen};
use crate::engine::program::{MarkId, N_ATTRIBUTES, SiteId};
use crate::engine::time::{HOUR, SimSpan, SimTime};
use crate::stats::histogram::Histogram;

/// The accounts of one replication.
#[derive(Clone, Debug)]
pub struct MeasureReader<'t> {
    pub(super) tables: &'t MeasureTables,
    pub(super) counts: Vec<u64>,
    /// Milliseconds.
    pub(super) times: Vec<Histogram>,
    pub(super) by_day: Vec<Cell>,
    pub(super) by_hour: Vec<Cell>,
    pub(super) levels: Levels,
    pub(super) lines: LineWatch,
    calendar: Calendar,
}

/// How many, and the sum of their times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub count: u64,
    pub sum: u64,
}

impl Cell {
    #[inline]
    fn add(&mut self, amount: SimSpan) {
        self.count += 1;
        self.sum += amount.0;
    }
}

/// Day and hour of the week of the latest milestone: milestones come in order of time, so a division is rarely needed.
#[derive(Clone, Copy, Debug, Default)]
struct Calendar {
    hour_end: SimTime,
    day: usize,
    hour_of_week: usize,
}

impl<'t> MeasureReader<'t> {
    pub fn new(tables: &'t MeasureTables) -> Self {
        let sizes = &tables.sizes;
        Self {
            tables,
            counts: vec![0; sizes.counts],
            times: sizes
                .times
                .iter()
                .map(|bounds| Histogram::with_thresholds(bounds))
                .collect(),
            by_day: vec![Cell::default(); sizes.days],
            by_hour: vec![Cell::default(); sizes.hours],
            levels: Levels::new(&tables.levels),
            lines: LineWatch::default(),
            calendar: Calendar::default(),
        }
    }

    /// A patient with `attributes` passes `mark` at `site`; `clock` tells when the patient passed the marks that set clocks.
    #[inline]
    pub fn pass(
        &mut self,
        now: SimTime,
        mark: MarkId,
        site: SiteId,
        attributes: &[u8; N_ATTRIBUTES],
        clock: impl Fn(u8) -> Option<SimTime>,
    ) {
        let tables = self.tables;
        let taps = tables.taps_of_mark[mark.index()].clone();
        let period = tables.period;
        if taps.is_empty() || now < period.start || now >= period.end {
            return;
        }
        if now >= self.calendar.hour_end {
            self.turn_calendar(now);
        }
        for tap in &tables.taps[taps.start as usize..taps.end as usize] {
            if !tables.admits(tap, attributes) {
                continue;
            }
            let amount = match tap.what {
                What::Count => SimSpan::ZERO,
                What::Since { clock: from } => match clock(from) {
                    Some(from) => now.since(from),
                    None => continue,
                },
                What::Beyond { clock: from, bound } => match clock(from) {
                    Some(from) => now.since(from + bound),
                    None => continue,
                },
            };
            self.book(tap, site, attributes, amount);
        }
    }

    /// The line in which most patients waited in the latest hour, with their mean number.
    pub fn longest_line(&self) -> Option<(Line, f64)> {
        self.lines.longest()
    }

    #[cold]
    fn turn_calendar(&mut self, now: SimTime) {
        let period = self.tables.period;
        let into_hour = (now.0 + period.week_offset.0) % HOUR.0;
        self.calendar = Calendar {
            hour_end: SimTime(now.0 - into_hour.min(now.0)) + HOUR,
            day: period.day(now),
            hour_of_week: period.hour_of_week(now),
        };
    }

    #[inline]
    fn book(&mut self, tap: &Tap, site: SiteId, attributes: &[u8; N_ATTRIBUTES], amount: SimSpan) {
        let tables = self.tables;
        self.book_site_row(tap, 0, amount);
        let site_row = tables.site_rows[tap.first_site_row as usize + site.index()];
        if site_row > 0 {
            self.book_site_row(tap, site_row, amount);
        }
        for split in &tables.splits[usize::from(tap.splits.start)..usize::from(tap.splits.end)] {
            let level = attributes[usize::from(split.attribute)];
            if level < split.n_levels {
                self.book_row(tap, split.first_row + u16::from(level), amount);
            }
        }
    }

    /// A row that keeps courses: all patients, or a site.
    #[inline]
    fn book_site_row(&mut self, tap: &Tap, row: u16, amount: SimSpan) {
        self.book_row(tap, row, amount);
        if let Some(first) = tap.grid.by_day {
            let row = usize::from(row) * self.tables.period.n_days;
            self.by_day[first as usize + row + self.calendar.day].add(amount);
        }
        if let Some(first) = tap.grid.by_hour {
            let row = usize::from(row) * HOURS_OF_WEEK;
            self.by_hour[first as usize + row + self.calendar.hour_of_week].add(amount);
        }
    }

    #[inline]
    fn book_row(&mut self, tap: &Tap, row: u16, amount: SimSpan) {
        let row = tap.grid.first_row as usize + usize::from(row);
        match tap.what {
            What::Count => self.counts[row] += 1,
            What::Since { .. } | What::Beyond { .. } => self.times[row].add(amount.0),
        }
    }
}

impl Reader for MeasureReader<'_> {
    const HOURS: bool = true;

    #[inline]
    fn milestone(&mut self, now: SimTime, mark: MarkId, site: SiteId, patient: &Seen<'_>) {
        let clock = |clock| patient.clock(clock);
        self.pass(now, mark, site, patient.attributes(), clock);
    }

    fn hour(&mut self, now: SimTime, pools: &[LevelAreas], fleets: &[LevelAreas]) {
        let tables = self.tables;
        self.levels
            .gather(&tables.levels, tables.period, now, pools, fleets);
        self.lines.hour(tables.period, now, pools, fleets);
    }
}

impl MeasureTables {
    #[inline]
    fn admits(&self, tap: &Tap, attributes: &[u8; N_ATTRIBUTES]) -> bool {
        self.filters[usize::from(tap.filters.start)..usize::from(tap.filters.end)]
            .iter()
            .all(|filter| filter.admits(attributes[usize::from(filter.attribute)]))
    }
}
