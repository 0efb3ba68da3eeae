//! Centiles of every calendar month, and their mean over months weighted by observations: what England's ambulance services publish
//! for a year. A centile of the whole year is another number where months differ.
//!
//! One histogram a row is kept, and emptied when its month is over. Rows are those of the measure's block.

use super::panel::months;
use super::tables::Block;
use crate::engine::time::{SimSpan, SimTime};
use crate::stats::histogram::Histogram;
use crate::uec::model::{MeasureSpec, RunPlan, Statistic};

/// Which rows are kept by month; the same for all replications of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct MonthlyTables {
    blocks: Vec<Kept>,
    /// When each month of the measured period but the first begins.
    starts: Vec<SimTime>,
    n_rows: usize,
    n_sums: usize,
}

/// A measure that asks for centiles by month.
#[derive(Clone, Debug)]
struct Kept {
    first_row: usize,
    n_rows: usize,
    /// Shares at or below, each once.
    levels: Vec<f64>,
    first_sum: usize,
}

impl MonthlyTables {
    /// The number under which its rows are kept; none if the measure asks for no centile by month.
    pub fn add(&mut self, measure: &MeasureSpec, block: &Block) -> Option<u16> {
        let mut levels: Vec<f64> = Vec::new();
        for statistic in &measure.statistics {
            if let Statistic::MonthlyQuantile(level) = statistic
                && !levels.contains(level)
            {
                levels.push(*level);
            }
        }
        if levels.is_empty() {
            return None;
        }
        let n_rows = block.rows.len();
        let n_sums = n_rows * levels.len();
        self.blocks.push(Kept {
            first_row: self.n_rows,
            n_rows,
            levels,
            first_sum: self.n_sums,
        });
        self.n_rows += n_rows;
        self.n_sums += n_sums;
        u16::try_from(self.blocks.len() - 1).ok()
    }

    /// Lays out the months of a run.
    pub fn finish(&mut self, run: &RunPlan) {
        if !self.blocks.is_empty() {
            self.starts = months(run).1;
        }
    }
}

/// The accounts of one replication: whole numbers of milliseconds, so that the order of areas changes nothing.
#[derive(Clone, Debug)]
pub(super) struct MonthlyReader {
    /// By row: the month at hand, in milliseconds.
    times: Vec<Histogram>,
    /// Of months that are over.
    over: Sums,
    month: usize,
}

/// Of some months.
#[derive(Clone, Debug)]
struct Sums {
    /// By row: observations.
    counts: Vec<u64>,
    /// By row and centile: the centile of each month, rounded to a millisecond, times its observations.
    weighted: Vec<u128>,
}

impl Sums {
    fn add(&mut self, tables: &MonthlyTables, times: &[Histogram]) {
        for kept in &tables.blocks {
            for row in 0..kept.n_rows {
                let month = &times[kept.first_row + row];
                self.counts[kept.first_row + row] += month.count();
                for (position, level) in kept.levels.iter().enumerate() {
                    let Some(centile) = month.quantile(*level) else {
                        continue;
                    };
                    let sum = kept.first_sum + row * kept.levels.len() + position;
                    self.weighted[sum] += (centile + 0.5) as u128 * u128::from(month.count());
                }
            }
        }
    }
}

impl MonthlyReader {
    pub fn new(tables: &MonthlyTables) -> Self {
        Self {
            times: vec![Histogram::default(); tables.n_rows],
            over: Sums {
                counts: vec![0; tables.n_rows],
                weighted: vec![0; tables.n_sums],
            },
            month: 0,
        }
    }

    /// Closes the months that are over at `now`; times come in order.
    pub fn turn(&mut self, tables: &MonthlyTables, now: SimTime) {
        let starts = &tables.starts[self.month.min(tables.starts.len())..];
        let n_over = starts.iter().take_while(|start| **start <= now).count();
        if n_over > 0 {
            self.month += n_over;
            self.over.add(tables, &self.times);
            self.times.iter_mut().for_each(Histogram::clear);
        }
    }

    #[inline(never)]
    pub fn add(&mut self, tables: &MonthlyTables, kept: u16, row: u16, amount: SimSpan) {
        let kept = &tables.blocks[usize::from(kept)];
        self.times[kept.first_row + usize::from(row)].add(amount.0);
    }

    /// Adds the accounts of another area, its last month too.
    pub fn absorb(&mut self, tables: &MonthlyTables, other: &Self) {
        let sums = |mine: &mut Sums, theirs: &Sums| {
            let counts = mine.counts.iter_mut().zip(&theirs.counts);
            counts.for_each(|(sum, count)| *sum += count);
            let weighted = mine.weighted.iter_mut().zip(&theirs.weighted);
            weighted.for_each(|(sum, part)| *sum += part);
        };
        sums(&mut self.over, &other.over);
        self.over.add(tables, &other.times);
    }

    /// Closes the last month.
    pub fn close(&mut self, tables: &MonthlyTables) {
        self.over.add(tables, &self.times);
        self.times.iter_mut().for_each(Histogram::clear);
    }

    /// Mean over closed months in milliseconds; none without observations.
    pub fn value(&self, tables: &MonthlyTables, kept: u16, row: usize, level: f64) -> Option<f64> {
        let kept = &tables.blocks[usize::from(kept)];
        let position = kept.levels.iter().position(|known| *known == level)?;
        let count = self.over.counts[kept.first_row + row];
        let sum = self.over.weighted[kept.first_sum + row * kept.levels.len() + position];
        (count > 0).then(|| sum as f64 / count as f64)
    }
}
