//! Keeps the accounts of one replication while it runs.

use std::ops::Range;

use super::flow::Flows;
use super::groups::GroupsAtHand;
use super::levels::{Hourly, Levels};
use super::lines::{Growth, Line, LineWatch};
use super::monthly::MonthlyReader;
use super::odds::Odds;
use super::panel::PanelReader;
use super::passed::PassedReader;
use super::per_patient::PerPatientReader;
use super::plain::{self, At};
use super::tables::{Grid, HOURS_OF_WEEK, MeasureTables, Tap, What, Whole};
use crate::engine::facts::{LevelAreas, Reader, Seen};
use crate::engine::program::{DispositionId, MarkId, N_ATTRIBUTES, SiteId, StepId};
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
    pub(super) flows: Flows,
    pub(super) lines: LineWatch,
    pub(super) panel: Option<PanelReader>,
    /// By group of patients.
    pub(super) groups: Vec<u64>,
    at_hand: GroupsAtHand,
    pub(super) per_patient: PerPatientReader,
    pub(super) monthly: MonthlyReader,
    passed: PassedReader,
    /// By the patient at hand, before the mark at hand.
    marks_passed: u32,
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
            flows: Flows::new(&tables.flow, tables.period.start, tables.period.end),
            lines: LineWatch::default(),
            panel: tables.panel.as_ref().map(PanelReader::new),
            groups: vec![0; tables.groups.n_cells()],
            at_hand: tables.groups.at_hand(),
            per_patient: PerPatientReader::new(&tables.per_patient),
            monthly: MonthlyReader::new(&tables.monthly),
            passed: PassedReader::default(),
            marks_passed: 0,
            calendar: Calendar::default(),
        }
    }

    /// Accounts of the period that follows this one without a gap.
    pub fn follow_on<'n>(&self, tables: &'n MeasureTables) -> MeasureReader<'n> {
        let mut next = MeasureReader::new(tables);
        next.levels.go_on_from(&self.levels);
        next.per_patient.go_on_from(&self.per_patient);
        next.passed.clone_from(&self.passed);
        next
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
        let taps = &tables.taps[mark.index()];
        let period = &tables.period;
        if taps.is_empty() || !period.contains(now) {
            return;
        }
        if now >= self.calendar.hour_end {
            self.turn_calendar(now);
        }
        for tap in taps {
            if !tap.admits(attributes) || tap.unless & self.marks_passed != 0 {
                continue;
            }
            let amount = match tap.what {
                What::Count => SimSpan::ZERO,
                What::Since { clock: from } => match clock(from) {
                    Some(from) => now.since(from),
                    None => continue,
                },
                rarer => match rarer_amount(rarer, now, &tables.odds, &clock) {
                    Some(amount) => amount,
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

    /// Lines that have only grown for at least so long, up to the latest full week of the measured period.
    pub fn growing_for(&self, shortest: SimSpan) -> Vec<Growth> {
        self.lines.growing_for(&self.tables.period, shortest)
    }

    #[cold]
    fn turn_calendar(&mut self, now: SimTime) {
        let period = &self.tables.period;
        let into_hour = period.clock.local(now) % HOUR.0;
        self.calendar = Calendar {
            hour_end: SimTime(now.0 - into_hour.min(now.0)) + HOUR,
            day: period.day(now),
            hour_of_week: period.hour_of_week(now),
        };
        self.monthly.turn(&self.tables.monthly, now);
    }

    #[inline]
    fn book(&mut self, tap: &Tap, site: SiteId, attributes: &[u8; N_ATTRIBUTES], amount: SimSpan) {
        let row = match tap.whole {
            Whole::Itself => 0,
            Whole::Sites(_) => tap.site_rows[site.index()],
            Whole::Cohorts(split) => split.row(attributes).unwrap_or(0),
        };
        self.book_row(tap, row, amount);
        if tap.grid.has_courses() {
            let is_site = matches!(tap.whole, Whole::Sites(_));
            self.book_courses(&tap.grid, if is_site { row } else { 0 }, amount);
        }
        if !tap.splits.is_empty() {
            self.book_splits(tap, attributes, amount);
        }
        if let Some(kept) = tap.monthly {
            self.book_month(tap, (kept, row), attributes, amount);
        }
        if let Some(account) = tap.groups {
            let groups = &self.tables.groups;
            groups.turn_to(attributes, &mut self.at_hand);
            groups.book(&mut self.groups, account, &self.at_hand, amount);
        }
    }

    #[inline(never)]
    fn book_splits(&mut self, tap: &Tap, attributes: &[u8; N_ATTRIBUTES], amount: SimSpan) {
        for split in &tap.splits {
            if let Some(row) = split.row(attributes) {
                self.book_row(tap, row, amount);
            }
        }
    }

    /// All patients, the row that the whole is counted in, and the others.
    #[inline(never)]
    fn book_month(
        &mut self,
        tap: &Tap,
        (kept, row): (u16, u16),
        attributes: &[u8; N_ATTRIBUTES],
        amount: SimSpan,
    ) {
        let further = tap.splits.iter().filter_map(|split| split.row(attributes));
        let own = (row > 0).then_some(row);
        for row in [0].into_iter().chain(own).chain(further) {
            self.monthly.add(&self.tables.monthly, kept, row, amount);
        }
    }

    /// `row` is one that keeps courses: all patients, or a site.
    #[inline]
    fn book_courses(&mut self, grid: &Grid, row: u16, amount: SimSpan) {
        let row = usize::from(row);
        if let Some(first) = grid.by_day {
            let row = row * self.tables.period.n_days;
            self.by_day[first as usize + row + self.calendar.day].add(amount);
        }
        if let Some(first) = grid.by_hour {
            let row = row * HOURS_OF_WEEK;
            self.by_hour[first as usize + row + self.calendar.hour_of_week].add(amount);
        }
    }

    #[inline(always)]
    fn book_row(&mut self, tap: &Tap, row: u16, amount: SimSpan) {
        let row = tap.grid.first_row as usize + usize::from(row);
        if tap.what.is_counted() {
            let is_chance = matches!(tap.what, What::Chance { .. });
            self.counts[row] += if is_chance { amount.0 } else { 1 };
        } else {
            self.times[row].add(amount.0);
        }
    }
}

/// Closing the accounts.
impl MeasureReader<'_> {
    /// Adds the accounts of another area that has the same measures. Accounts are sums of whole numbers, so that the order in
    /// which areas are added changes nothing. Lines are left out: those of one area are no longer for those of another.
    pub fn absorb(&mut self, other: &MeasureReader<'_>) {
        let counts = self.counts.iter_mut().zip(&other.counts);
        counts.for_each(|(sum, count)| *sum += count);
        let times = self.times.iter_mut().zip(&other.times);
        times.for_each(|(sum, times)| sum.merge(times));
        for (mine, theirs) in [
            (&mut self.by_day, &other.by_day),
            (&mut self.by_hour, &other.by_hour),
        ] {
            for (sum, cell) in mine.iter_mut().zip(theirs) {
                sum.count += cell.count;
                sum.sum += cell.sum;
            }
        }
        let groups = self.groups.iter_mut().zip(&other.groups);
        groups.for_each(|(sum, cell)| *sum += cell);
        self.levels.absorb(&other.levels);
        self.flows.absorb(&other.flows);
        self.per_patient.absorb(&other.per_patient);
        self.monthly.absorb(&self.tables.monthly, &other.monthly);
    }

    /// Adds to the rows of all patients what was only counted in the rows that make up the whole.
    pub(super) fn add_wholes(&mut self) {
        let tables = self.tables;
        for tap in tables.taps.iter().flatten() {
            let (parts, keep_courses) = match tap.whole {
                Whole::Itself => continue,
                Whole::Sites(last) => (1..last + 1, true),
                Whole::Cohorts(split) => (split.rows(), false),
            };
            self.add_rows(tap, parts.clone());
            if keep_courses {
                let n_days = tables.period.n_days;
                add_courses(&mut self.by_day, tap.grid.by_day, n_days, parts.clone());
                add_courses(&mut self.by_hour, tap.grid.by_hour, HOURS_OF_WEEK, parts);
            }
        }
    }

    fn add_rows(&mut self, tap: &Tap, parts: Range<u16>) {
        let first = tap.grid.first_row as usize;
        let parts = first + usize::from(parts.start)..first + usize::from(parts.end);
        if tap.what.is_counted() {
            self.counts[first] += self.counts[parts].iter().sum::<u64>();
        } else {
            let (whole, rows) = self.times[first..].split_at_mut(1);
            for part in &rows[parts.start - first - 1..parts.end - first - 1] {
                whole[0].merge(part);
            }
        }
    }
}

fn add_courses(cells: &mut [Cell], first: Option<u32>, n_bins: usize, parts: Range<u16>) {
    let Some(first) = first else { return };
    let (whole, rows) = cells[first as usize..].split_at_mut(n_bins);
    for part in parts {
        let part = (usize::from(part) - 1) * n_bins;
        for (sum, cell) in whole.iter_mut().zip(&rows[part..part + n_bins]) {
            sum.count += cell.count;
            sum.sum += cell.sum;
        }
    }
}

impl Reader for MeasureReader<'_> {
    const HOURS: bool = true;
    const MOVES: bool = true;

    #[inline(always)]
    fn arrive(&mut self, now: SimTime, patient: &Seen<'_>) {
        self.flows.begin(&self.tables.flow, now, patient);
        self.per_patient.arrive(&self.tables.per_patient, patient);
        self.passed.arrive(&self.tables.passed, patient);
    }

    #[inline]
    fn moves(&mut self, now: SimTime, to: StepId, patient: &Seen<'_>) -> u16 {
        self.flows.go_on(&self.tables.flow, now, to, patient)
    }

    #[inline(always)]
    fn leave(
        &mut self,
        now: SimTime,
        disposition: DispositionId,
        _site: SiteId,
        patient: &Seen<'_>,
    ) {
        self.flows
            .leave(&self.tables.flow, now, disposition, patient);
        if !self.tables.per_patient.is_empty() {
            self.close_numbers(now, patient);
        }
    }

    #[inline(always)]
    fn milestone(&mut self, now: SimTime, mark: MarkId, site: SiteId, patient: &Seen<'_>) {
        match &self.tables.at_marks[mark.index()] {
            At::Nothing => {}
            At::Plain(taps) => {
                if self.tables.period.contains(now) {
                    let rows = (&mut self.counts[..], &mut self.times[..]);
                    let clock = |clock| patient.clock(clock);
                    plain::count(taps, rows, now, patient.attributes(), clock);
                }
            }
            At::Anything => self.count_at(now, mark, site, patient),
        }
    }

    fn hour(
        &mut self,
        now: SimTime,
        pools: &[LevelAreas],
        fleets: &[LevelAreas],
        triggers: &[u64],
    ) {
        let tables = self.tables;
        let hourly = Hourly {
            now,
            pools,
            fleets,
            triggers,
        };
        self.levels.gather(&tables.levels, &tables.period, hourly);
        self.lines.hour(&tables.period, now, pools, fleets);
    }
}

impl MeasureReader<'_> {
    /// What was counted of a patient that leaves.
    #[inline(never)]
    fn close_numbers(&mut self, now: SimTime, patient: &Seen<'_>) {
        let is_measured = self.tables.period.contains(now);
        let (tables, cells) = (self.tables, &mut self.groups);
        let at_hand = &mut self.at_hand;
        let by_group = |account: u16, number: u16| {
            let number = SimSpan(u64::from(number));
            tables.groups.turn_to(patient.attributes(), at_hand);
            tables.groups.book(cells, account, at_hand, number);
        };
        self.per_patient
            .leave(&tables.per_patient, is_measured, patient, by_group);
    }

    #[inline(never)]
    fn count_at(&mut self, now: SimTime, mark: MarkId, site: SiteId, patient: &Seen<'_>) {
        self.marks_passed = self.passed.pass(&self.tables.passed, mark, patient);
        let clock = |clock| patient.clock(clock);
        self.pass(now, mark, site, patient.attributes(), clock);
        self.per_patient
            .pass(&self.tables.per_patient, mark, patient);
        if let Some(panel) = &mut self.panel
            && self.tables.period.contains(now)
            && let Some(tables) = &self.tables.panel
        {
            panel.pass(tables, now, mark, site, patient);
        }
    }
}

/// What is booked, if anything, where neither a count nor a plain time is: how long something took, or what is added to the counts.
#[inline(never)]
fn rarer_amount(
    what: What,
    now: SimTime,
    odds: &[Odds],
    clock: &impl Fn(u8) -> Option<SimTime>,
) -> Option<SimSpan> {
    match what {
        What::Count => Some(SimSpan::ZERO),
        What::Since { clock: from } => Some(now.since(clock(from)?)),
        What::Between {
            clock: from,
            over,
            up_to,
        } => {
            let time = now.since(clock(from)?);
            (over < time && time <= up_to).then_some(time)
        }
        What::Beyond { clock: from, bound } => Some(now.since(clock(from)? + bound)),
        What::Chance {
            clock: from,
            odds: of,
        } => {
            let time = now.since(clock(from)?);
            Some(SimSpan(odds[usize::from(of)].parts(time)))
        }
    }
}

impl Tap {
    #[inline]
    fn admits(&self, attributes: &[u8; N_ATTRIBUTES]) -> bool {
        self.filters
            .iter()
            .all(|filter| filter.admits(attributes[usize::from(filter.attribute)]))
    }
}
