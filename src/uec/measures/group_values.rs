//! What the accounts of groups say: the statistics of every measure in each group.

use super::groups::GroupTables;
use super::keys::has_statistic;
use super::odds;
use super::outcome::end_of_interval;
use super::statistics::{Counted, percent, share};
use crate::uec::model::{MeasureKind, MeasureSpec, Statistic, SumOf};

/// Accounts of an item that is a chance: by the value, the low and the high end of its odds ratio, and without delay.
const N_CHANCES: usize = 4;

/// What an account says of a group.
#[derive(Clone, Copy)]
struct Tally<'a> {
    bounds: Option<&'a [u64]>,
    cells: &'a [u64],
}

impl Tally<'_> {
    fn count(self) -> u64 {
        match self.bounds {
            Some(_) => self.cells[1..].iter().sum(),
            None => self.cells[0],
        }
    }

    fn sum(self) -> u128 {
        match self.bounds {
            Some(_) => u128::from(self.cells[0]),
            None => 0,
        }
    }

    /// How many lasted at most `bound` milliseconds, one of the account's.
    fn at_most(self, bound: u64) -> u64 {
        let bounds = self.bounds.unwrap_or_default();
        let n_bands = bounds.partition_point(|known| *known <= bound);
        self.cells[1..=n_bands].iter().sum()
    }

    fn counted(self, days: f64) -> Counted {
        Counted {
            count: self.count(),
            sum: self.sum(),
            days,
        }
    }
}

impl GroupTables {
    /// Statistics that a measure has by group: all but centiles, of measures of patients.
    pub fn statistics(&self, measure: &MeasureSpec) -> Vec<Statistic> {
        let of_patients = match &measure.kind {
            MeasureKind::Level { .. }
            | MeasureKind::FleetLevel { .. }
            | MeasureKind::TriggerLevel { .. } => false,
            MeasureKind::Sum { items } => items
                .iter()
                .any(|item| !matches!(item.of, SumOf::Pools { .. } | SumOf::Fleet { .. })),
            _ => true,
        };
        let statistics = measure.statistics.iter().copied();
        statistics
            .filter(|statistic| {
                of_patients
                    && !matches!(
                        statistic,
                        Statistic::Quantile(_) | Statistic::MonthlyQuantile(_)
                    )
                    && has_statistic(measure, *statistic)
            })
            .collect()
    }

    /// A statistic of `measure`, which is at `index` in `Model::measures`, in a group, from the cells of one replication.
    pub fn value(
        &self,
        (index, measure): (usize, &MeasureSpec),
        statistic: Statistic,
        group: usize,
        cells: &[u64],
    ) -> Option<f64> {
        let tally = |item: usize| self.tally(index, item, group, cells);
        let counted = |item: usize| tally(item).map(|tally| tally.counted(self.days));
        match &measure.kind {
            MeasureKind::Level { .. }
            | MeasureKind::FleetLevel { .. }
            | MeasureKind::TriggerLevel { .. } => None,
            MeasureKind::Count { .. } => Some(counted(0)?.number(statistic)),
            MeasureKind::Share { .. } => share(statistic, counted(0)?, tally(1)?.count()),
            MeasureKind::Duration { .. } => {
                let times = tally(0)?;
                let at_most = |bound| times.at_most(bound);
                counted(0)?.duration(measure, statistic, at_most)
            }
            MeasureKind::PerPatient { .. } => {
                let numbers = tally(0)?;
                let (sum, n) = (numbers.sum() as f64, numbers.count());
                match statistic {
                    Statistic::Mean => (n > 0).then(|| sum / n as f64),
                    Statistic::MoreThan(number) => {
                        percent(n - numbers.at_most(u64::from(number)), n)
                    }
                    Statistic::Count => Some(n as f64),
                    Statistic::PerDay => Some(sum / self.days),
                    _ => Some(sum),
                }
            }
            MeasureKind::SumBeyond { .. } => {
                let times = tally(0)?;
                let n_beyond = times.count() - times.at_most(0);
                counted(0)?.beyond(measure, statistic, n_beyond)
            }
            MeasureKind::Sum { items } => {
                let mut next = 0;
                let amounts = items.iter().filter_map(|item| {
                    let first = next;
                    next += match item.of {
                        SumOf::Chance { .. } => N_CHANCES,
                        _ => 1,
                    };
                    let amount = match &item.of {
                        SumOf::Time { per, .. } => tally(first)?.sum() as f64 / per.0 as f64,
                        SumOf::Chance { .. } => {
                            let at_standard = tally(first + N_CHANCES - 1)?.count();
                            let parts = tally(first + end_of_interval(statistic))?.count();
                            odds::excess(parts, at_standard)
                        }
                        _ => tally(first)?.count() as f64,
                    };
                    Some(amount * item.weight.of(statistic))
                });
                let total = amounts.fold(0.0, |sum, amount| sum + amount);
                Some(match statistic {
                    Statistic::PerDay => total / self.days,
                    _ => total,
                })
            }
        }
    }

    /// How many patients a value of a group is made of (of a share: among whom); none of a sum of several things.
    pub fn patients(
        &self,
        (index, measure): (usize, &MeasureSpec),
        group: usize,
        cells: &[u64],
    ) -> Option<u64> {
        let item = match &measure.kind {
            MeasureKind::Share { .. } => 1,
            MeasureKind::Sum { .. } => return None,
            _ => 0,
        };
        Some(self.tally(index, item, group, cells)?.count())
    }

    fn tally<'a>(
        &'a self,
        measure: usize,
        item: usize,
        group: usize,
        cells: &'a [u64],
    ) -> Option<Tally<'a>> {
        let account = (*self.of_measures.get(measure)?.get(item)?)?;
        let account = &self.accounts[usize::from(account)];
        let first = group * self.width + account.first_cell;
        Some(Tally {
            bounds: account.bounds.as_deref(),
            cells: &cells[first..first + account.width()],
        })
    }
}
