//! Published monthly figures beside those of a run: what was observed, what was simulated, and whether the one could be of the other.

use super::backtest::monthly;
use super::results::Results;
use crate::stats::intervals::student_t_quantile;
use crate::stats::summary::{mean, variance};
use crate::uec::history::{MonthNumber, Series};
use crate::uec::model::{Better, MeasureSpec, Statistic};

/// A series of which the run simulates at least a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    pub series: Series,
    pub better: Better,
    /// Whole months of the run, in order of time.
    pub months: Vec<Simulated>,
}

/// What replications say of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    pub month: MonthNumber,
    pub mean: f64,
    /// Between which a further replication would lie with 95 %; infinite for a single one.
    pub low: f64,
    pub high: f64,
    /// Of the first replication alone: one possible course of events.
    pub path: f64,
    /// None if nothing is published for it.
    pub published: Option<f64>,
}

impl Simulated {
    /// None without a published figure or an interval.
    pub fn is_within(&self) -> Option<bool> {
        let published = self.published?;
        self.low
            .is_finite()
            .then(|| (self.low..=self.high).contains(&published))
    }
}

impl Traced {
    /// Published months before the first simulated one; a month without a figure ends nothing.
    pub fn past(&self) -> Vec<(MonthNumber, f64)> {
        let first = self.months.first().map(|month| month.month);
        self.series
            .months
            .iter()
            .filter(|(month, _)| first.is_none_or(|first| *month < first))
            .filter_map(|(month, value)| Some((*month, (*value)?)))
            .collect()
    }
}

/// Series with their simulated months, and those that cannot be simulated with the reason.
///
/// `found` says by series which measure of the model is meant, as `monthly::with_accounts` gives it; `words` how a statistic is written, `direction`
/// which is better of a statistic of a measure.
pub fn trace(
    results: &Results,
    series: Vec<Series>,
    found: Vec<Result<usize, String>>,
    words: fn(Statistic) -> String,
    direction: fn(&MeasureSpec, Statistic) -> Better,
) -> (Vec<Traced>, Vec<(String, String)>) {
    let (mut traced, mut refused) = (Vec::new(), Vec::new());
    for (series, found) in series.into_iter().zip(found) {
        match found {
            Ok(_) if series.is_input() => {
                refused.push((series.name, "an input, not an outcome".to_owned()));
            }
            Ok(measure) => {
                let months = monthly::values(results, &series, measure, words);
                let months: Vec<Simulated> = months
                    .into_iter()
                    .filter_map(|(month, values)| simulated(month, &values, &series))
                    .collect();
                if months.is_empty() {
                    refused.push((series.name, "the run measures no whole month".to_owned()));
                    continue;
                }
                let spec = &results.model.measures[measure];
                let mut known = spec.statistics.iter().copied();
                let statistic = known.find(|known| words(*known) == series.statistic);
                let better = statistic.map_or(spec.better, |statistic| direction(spec, statistic));
                traced.push(Traced {
                    series,
                    better,
                    months,
                });
            }
            Err(why) => refused.push((series.name, why)),
        }
    }
    (traced, refused)
}

/// None if a replication has no value.
fn simulated(month: MonthNumber, values: &[Option<f64>], series: &Series) -> Option<Simulated> {
    let values: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
    let mean = mean(&values)?;
    let n = values.len() as f64;
    let half_width = match variance(&values) {
        Some(spread) if values.len() > 1 => {
            student_t_quantile(0.975, n - 1.0) * libm::sqrt(spread * (1.0 + 1.0 / n))
        }
        _ => f64::INFINITY,
    };
    // Counts and shares are not negative, shares not above 100.
    let (least, most) = match (half_width.is_finite(), series.unit == "%") {
        (false, _) => (f64::NEG_INFINITY, f64::INFINITY),
        (true, true) => (0.0, 100.0),
        (true, false) => (0.0, f64::INFINITY),
    };
    Some(Simulated {
        month,
        mean,
        low: (mean - half_width).max(least),
        high: (mean + half_width).min(most),
        path: values[0],
        published: series.at(month),
    })
}
