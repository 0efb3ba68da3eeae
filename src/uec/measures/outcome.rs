//! The numbers of one finished replication.

use super::flow::Flow;
use super::keys::{MeasureKey, Row, unit_milliseconds};
use super::lines::Growth;
use super::odds;
use super::panel::{Panel, PanelReader};
use super::per_patient::Tally;
use super::reader::{Cell, MeasureReader};
use super::statistics::{Counted, percent, share};
use super::tables::{Block, Grid, HOURS_OF_WEEK, Item, MeasureTables};
use crate::engine::time::HOUR;
use crate::stats::histogram::Histogram;
use crate::uec::model::{MeasureKind, MeasureSpec, Model, Statistic, SumItem, SumOf};

/// What one replication yields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// In the order of [`MeasureTables::keys`]; `None` where nothing happened that could be averaged.
    pub values: Vec<Option<f64>>,
    /// In the order of [`MeasureTables::daily_keys`]. Shape: `[courses][days]`.
    pub daily: Vec<Vec<Option<f64>>>,
    /// In the order of [`MeasureTables::weekly_keys`]. Shape: `[courses][168]`.
    pub weekly: Vec<Vec<Option<f64>>>,
    /// Milliseconds, in the order of [`MeasureTables::histogram_keys`].
    pub histograms: Vec<Histogram>,
    /// By measure of a level: hours at each whole level, all sites together.
    pub hours_at: Vec<Vec<u32>>,
    /// Where patients went.
    pub flows: Vec<Flow>,
    /// Lines that only grew.
    pub growing: Vec<Growth>,
    /// Of a long run, or one with roll-outs.
    pub panel: Option<Panel>,
    /// By group of patients, as [`MeasureTables::groups`] reads them.
    pub groups: Vec<u64>,
}

/// A measure for all patients or for one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CourseKey {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub row: Row,
}

impl MeasureTables {
    pub fn daily_keys(&self, model: &Model) -> Vec<CourseKey> {
        self.courses(model, |measure| measure.by_day)
    }

    pub fn weekly_keys(&self, model: &Model) -> Vec<CourseKey> {
        self.courses(model, |measure| measure.by_hour_of_week)
    }

    pub fn histogram_keys(&self, model: &Model) -> Vec<CourseKey> {
        self.courses(model, |measure| {
            matches!(measure.kind, MeasureKind::Duration { .. })
        })
    }

    fn courses(&self, model: &Model, wanted: impl Fn(&MeasureSpec) -> bool) -> Vec<CourseKey> {
        let mut keys = Vec::new();
        for (index, (measure, block)) in model.measures.iter().zip(&self.blocks).enumerate() {
            if wanted(measure) {
                let rows = block.rows[..block.n_site_rows].iter();
                keys.extend(rows.map(|&row| CourseKey {
                    measure: index,
                    row,
                }));
            }
        }
        keys
    }
}

impl MeasureReader<'_> {
    /// Closes the accounts. `model` is the one that the tables were compiled from.
    pub fn outcome(mut self, model: &Model) -> Outcome {
        self.add_wholes();
        self.monthly.close(&self.tables.monthly);
        let spans = self.tables.period.hour_spans();
        let mut outcome = Outcome {
            values: Vec::with_capacity(self.tables.keys().len()),
            flows: self.flows.finish(&self.tables.flow),
            hours_at: self.levels.hours_at().to_vec(),
            growing: self.lines.growing(&self.tables.period),
            ..Outcome::default()
        };
        outcome.panel = self.panel.take().map(PanelReader::into_panel);
        outcome.groups = std::mem::take(&mut self.groups);
        for key in self.tables.keys() {
            let value = self.value(&model.measures[key.measure], key);
            outcome.values.push(value);
        }
        for key in self.tables.daily_keys(model) {
            outcome.daily.push(self.daily(model, key));
        }
        for key in self.tables.weekly_keys(model) {
            outcome.weekly.push(self.weekly(model, key, &spans));
        }
        for key in self.tables.histogram_keys(model) {
            let block = &self.tables.blocks[key.measure];
            let times = self.times(block.grid, row_index(block, key.row));
            outcome.histograms.push(times.clone());
        }
        outcome
    }

    fn value(&self, measure: &MeasureSpec, key: &MeasureKey) -> Option<f64> {
        let block = &self.tables.blocks[key.measure];
        let row = row_index(block, key.row);
        match &measure.kind {
            MeasureKind::Level { what, .. }
            | MeasureKind::FleetLevel { what, .. }
            | MeasureKind::TriggerLevel { what, .. } => self.levels.mean(&block.tracks[row], *what),
            MeasureKind::Share { .. } => {
                let among = self.counted(block.among, row);
                share(key.statistic, self.number(block.grid, row), among)
            }
            MeasureKind::Count { .. } => Some(self.number(block.grid, row).number(key.statistic)),
            MeasureKind::Duration { .. } => {
                let times = self.times(block.grid, row);
                if let Statistic::Quantile(level) = key.statistic {
                    return Some(times.quantile(level)? / unit_milliseconds(&measure.unit)? as f64);
                }
                if let (Statistic::MonthlyQuantile(level), Some(kept)) =
                    (key.statistic, block.monthly)
                {
                    let value = self.monthly.value(&self.tables.monthly, kept, row, level)?;
                    return Some(value / unit_milliseconds(&measure.unit)? as f64);
                }
                let at_most = |bound| at_most(times, bound);
                self.timed(times).duration(measure, key.statistic, at_most)
            }
            MeasureKind::PerPatient { .. } => {
                let first_row = block.grid.first_row as usize;
                self.per_patient(key.statistic, &self.per_patient.tallies[first_row + row])
            }
            MeasureKind::Sum { items } => Some(self.sum(items, block, row, key.statistic)),
            MeasureKind::SumBeyond { .. } => {
                let times = self.times(block.grid, row);
                let n_beyond = times.count() - at_most(times, 0);
                self.timed(times).beyond(measure, key.statistic, n_beyond)
            }
        }
    }

    fn per_patient(&self, statistic: Statistic, tally: &Tally) -> Option<f64> {
        match statistic {
            Statistic::Mean => tally.mean(),
            Statistic::Quantile(share) => tally.quantile(share),
            Statistic::MoreThan(number) => percent(tally.more_than(number), tally.n_patients()),
            Statistic::Count => Some(tally.n_patients() as f64),
            Statistic::PerDay => Some(tally.sum as f64 / self.tables.period.days()),
            _ => Some(tally.sum as f64),
        }
    }

    /// Items of one measure by their weights; units on duty count for all patients only.
    fn sum(&self, items: &[SumItem], block: &Block, row: usize, statistic: Statistic) -> f64 {
        let mut total = 0.0;
        for (item, counted) in items.iter().zip(&block.items) {
            let amount = match (&item.of, counted) {
                (SumOf::Time { per, .. }, Item::Times(grid)) => {
                    self.times(*grid, row).sum() as f64 / per.0 as f64
                }
                (
                    SumOf::Pools { what, per, .. } | SumOf::Fleet { what, per, .. },
                    Item::Tracks(tracks),
                ) => {
                    let area = match row {
                        0 => self.levels.area(tracks, *what),
                        _ => 0,
                    };
                    area as f64 / per.0 as f64
                }
                (_, Item::Chances(chances)) => {
                    let parts = chances.map(|grid| self.counted(grid, row));
                    odds::excess(parts[end_of_interval(statistic)], parts[3])
                }
                (_, Item::Counts(grid)) => self.counted(*grid, row) as f64,
                _ => unreachable!("an item is counted as what it is of"),
            };
            total += amount * item.weight.of(statistic);
        }
        match statistic {
            Statistic::PerDay => total / self.tables.period.days(),
            _ => total,
        }
    }

    fn daily(&self, model: &Model, key: CourseKey) -> Vec<Option<f64>> {
        let period = &self.tables.period;
        let measure = &model.measures[key.measure];
        let block = &self.tables.blocks[key.measure];
        let row = row_index(block, key.row);
        let bin = |grid: Grid, day: usize| {
            let first = grid.by_day.expect("the measure keeps a daily course") as usize;
            self.by_day[first + row * period.n_days + day]
        };
        let days = 0..period.n_days;
        days.map(|day| match &measure.kind {
            MeasureKind::Level { what, .. }
            | MeasureKind::FleetLevel { what, .. }
            | MeasureKind::TriggerLevel { what, .. } => {
                let (tables, tracks) = (&self.tables.levels, &block.tracks[row]);
                let span = period.day_span(day);
                self.levels.of_day(tables, tracks, *what, day, span)
            }
            MeasureKind::Share { .. } => {
                percent(bin(block.grid, day).count, bin(block.among, day).count)
            }
            _ => course_value(measure, bin(block.grid, day), 1.0),
        })
        .collect()
    }

    fn weekly(&self, model: &Model, key: CourseKey, spans: &[u64]) -> Vec<Option<f64>> {
        let measure = &model.measures[key.measure];
        let block = &self.tables.blocks[key.measure];
        let row = row_index(block, key.row);
        let bin = |grid: Grid, hour: usize| {
            let first = grid.by_hour.expect("the measure keeps a weekly course") as usize;
            self.by_hour[first + row * HOURS_OF_WEEK + hour]
        };
        let hours = 0..HOURS_OF_WEEK;
        hours
            .map(|hour| match &measure.kind {
                MeasureKind::Level { what, .. }
                | MeasureKind::FleetLevel { what, .. }
                | MeasureKind::TriggerLevel { what, .. } => {
                    let (tables, tracks) = (&self.tables.levels, &block.tracks[row]);
                    let span = spans[hour];
                    self.levels.of_hour(tables, tracks, *what, hour, span)
                }
                MeasureKind::Share { .. } => {
                    percent(bin(block.grid, hour).count, bin(block.among, hour).count)
                }
                _ => {
                    let n_hours = spans[hour] as f64 / HOUR.0 as f64;
                    course_value(measure, bin(block.grid, hour), n_hours)
                }
            })
            .collect()
    }

    fn counted(&self, grid: Grid, row: usize) -> u64 {
        self.counts[grid.first_row as usize + row]
    }

    fn times(&self, grid: Grid, row: usize) -> &Histogram {
        &self.times[grid.first_row as usize + row]
    }

    fn number(&self, grid: Grid, row: usize) -> Counted {
        Counted {
            count: self.counted(grid, row),
            sum: 0,
            days: self.tables.period.days(),
        }
    }

    fn timed(&self, times: &Histogram) -> Counted {
        Counted {
            count: times.count(),
            sum: times.sum(),
            days: self.tables.period.days(),
        }
    }
}

/// Among a value and the low and the high end of its interval, that of a statistic.
pub(super) fn end_of_interval(statistic: Statistic) -> usize {
    match statistic {
        Statistic::LowEstimate => 1,
        Statistic::HighEstimate => 2,
        _ => 0,
    }
}

/// Counts and times beyond a bound per bin of `n_bins` such bins, or the mean duration.
fn course_value(measure: &MeasureSpec, cell: Cell, n_bins: f64) -> Option<f64> {
    match measure.kind {
        MeasureKind::Duration { .. } => mean(cell, unit_milliseconds(&measure.unit)?),
        MeasureKind::SumBeyond { .. } => {
            let total = cell.sum as f64 / unit_milliseconds(&measure.unit)? as f64;
            (n_bins > 0.0).then(|| total / n_bins)
        }
        _ => (n_bins > 0.0).then(|| cell.count as f64 / n_bins),
    }
}

fn row_index(block: &Block, row: Row) -> usize {
    let index = block.rows.iter().position(|known| *known == row);
    index.expect("keys are made from the rows of their measure")
}

/// How many lasted at most `bound` milliseconds, one of those declared for the measure.
fn at_most(times: &Histogram, bound: u64) -> u64 {
    times
        .count_at_most(bound)
        .expect("every bound of a measure's statistics is declared")
}

fn mean(cell: Cell, unit: u64) -> Option<f64> {
    (cell.count > 0).then(|| cell.sum as f64 / cell.count as f64 / unit as f64)
}
