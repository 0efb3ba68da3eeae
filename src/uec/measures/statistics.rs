//! How counts and times become the numbers of a statistic, whatever kept them.

use super::keys::unit_milliseconds;
use crate::uec::model::{MeasureSpec, Statistic};

/// Patients, the sum of their times (milliseconds), and the days they were counted in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub count: u64,
    pub sum: u128,
    pub days: f64,
}

impl Counted {
    pub fn number(self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::PerDay => self.count as f64 / self.days,
            _ => self.count as f64,
        }
    }

    /// Of times; `at_most` tells how many lasted at most so many milliseconds. Centiles need the whole distribution: none here.
    pub fn duration(
        self,
        measure: &MeasureSpec,
        statistic: Statistic,
        at_most: impl Fn(u64) -> u64,
    ) -> Option<f64> {
        match statistic {
            Statistic::Mean => self.mean(measure),
            Statistic::Total => self.total(measure),
            Statistic::Within(bound) => percent(at_most(bound.0), self.count),
            Statistic::Over(bound) => percent(self.count - at_most(bound.0), self.count),
            Statistic::Quantile(_) | Statistic::MonthlyQuantile(_) => None,
            _ => Some(self.number(statistic)),
        }
    }

    /// Of times beyond a bound, of which `n_beyond` patients had any.
    pub fn beyond(self, measure: &MeasureSpec, statistic: Statistic, n_beyond: u64) -> Option<f64> {
        match statistic {
            Statistic::Mean => self.mean(measure),
            Statistic::Count => Some(n_beyond as f64),
            Statistic::Percent => percent(n_beyond, self.count),
            Statistic::PerDay => Some(self.total(measure)? / self.days),
            _ => self.total(measure),
        }
    }

    fn mean(self, measure: &MeasureSpec) -> Option<f64> {
        let unit = unit_milliseconds(&measure.unit)?;
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 / unit as f64)
    }

    fn total(self, measure: &MeasureSpec) -> Option<f64> {
        Some(self.sum as f64 / unit_milliseconds(&measure.unit)? as f64)
    }
}

/// Of a share, whose statistics are the percentage or how many `of` there are.
pub(super) fn share(statistic: Statistic, of: Counted, among: u64) -> Option<f64> {
    match statistic {
        Statistic::Percent | Statistic::Mean => percent(of.count, among),
        statistic => Some(of.number(statistic)),
    }
}

pub(super) fn percent(of: u64, among: u64) -> Option<f64> {
    (among > 0).then(|| of as f64 / among as f64 * 100.0)
}
