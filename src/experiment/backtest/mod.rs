//! How well a scenario that was fitted to one period forecasts the next, beside two plain rivals.
//!
//! The forecast of a month is the mean over replications. Its 95 % prediction interval allows for another year of the same system
//! and for the error of the model, taken as large as it was on the months it was fitted to. Units: those of each series.

pub mod entered;
pub mod monthly;
pub mod rivals;

use super::results::Results;
use crate::stats::intervals::student_t_quantile;
use crate::stats::summary::{mean, variance};
use crate::uec::history::{MonthNumber, Series};
use crate::uec::model::Statistic;

/// A forecast month that is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    pub month: MonthNumber,
    pub published: f64,
    pub forecast: f64,
    pub low: f64,
    pub high: f64,
    pub last_year: Option<f64>,
    pub smoothed: Option<f64>,
}

impl Forecast {
    pub fn is_covered(&self) -> bool {
        (self.low..=self.high).contains(&self.published)
    }
}

/// A series with its forecasts, or why there are none.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    pub series: Series,
    pub outcome: Result<Vec<Forecast>, String>,
    /// Root mean squared error on the months of the fit.
    pub error_of_fit: f64,
}

/// Mean absolute errors over the months that all three forecast, and how many those are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    pub model: f64,
    pub last_year: Option<f64>,
    pub smoothed: Option<f64>,
}

impl Tested {
    pub fn forecasts(&self) -> &[Forecast] {
        self.outcome.as_deref().unwrap_or_default()
    }

    pub fn errors(&self) -> Option<Errors> {
        let all = self.forecasts();
        let error = |of: fn(&Forecast) -> Option<f64>| {
            let each = all
                .iter()
                .map(|month| Some((of(month)? - month.published).abs()));
            mean(&each.collect::<Option<Vec<f64>>>()?)
        };
        Some(Errors {
            model: error(|month| Some(month.forecast))?,
            last_year: error(|month| month.last_year),
            smoothed: error(|month| month.smoothed),
        })
    }
}

/// Forecasts of every series from the month `from` on; the months before it in the run are those of the fit.
///
/// `found` says by series which measure of the model is meant, as `monthly::with_accounts` gives it.
pub fn backtest(
    results: &Results,
    series: Vec<Series>,
    found: Vec<Result<usize, String>>,
    from: MonthNumber,
    words: fn(Statistic) -> String,
) -> Vec<Tested> {
    let pairs = series.into_iter().zip(found);
    pairs
        .map(|(series, found)| {
            let simulated = found.map(|measure| monthly::values(results, &series, measure, words));
            match simulated {
                Ok(simulated) => tested(series, simulated, from),
                Err(why) => Tested {
                    series,
                    outcome: Err(why),
                    error_of_fit: 0.0,
                },
            }
        })
        .collect()
}

fn tested(
    series: Series,
    simulated: Vec<(MonthNumber, Vec<Option<f64>>)>,
    from: MonthNumber,
) -> Tested {
    let runs = |runs: &[Option<f64>]| runs.iter().copied().collect::<Option<Vec<f64>>>();
    let errors: Vec<f64> = simulated
        .iter()
        .filter(|(month, _)| *month < from)
        .filter_map(|(month, values)| {
            let error = mean(&runs(values)?)? - series.at(*month)?;
            Some(error * error)
        })
        .collect();
    let last_published = |month: &MonthNumber| series.at(*month).is_some() && *month < from;
    let has_past = series.months.iter().any(|(month, _)| last_published(month));
    let refused = |why: &str| Err(why.to_owned());
    let error_of_fit = mean(&errors).map(libm::sqrt);
    let outcome = match error_of_fit {
        _ if series.is_input() => refused("an input, not a forecast"),
        _ if !has_past => {
            refused("not published before the forecast begins, so nothing was there to fit")
        }
        None => refused("none of the months of the fit is both simulated and published"),
        Some(error) => {
            let forecasts = forecasts(&series, &simulated, from, error);
            match forecasts.is_empty() {
                true => refused("no forecast month is both simulated and published"),
                false => Ok(forecasts),
            }
        }
    };
    Tested {
        series,
        outcome,
        error_of_fit: error_of_fit.unwrap_or(0.0),
    }
}

fn forecasts(
    series: &Series,
    simulated: &[(MonthNumber, Vec<Option<f64>>)],
    from: MonthNumber,
    error: f64,
) -> Vec<Forecast> {
    let first = series.months.first().map_or(from, |(month, _)| *month);
    let past: Vec<Option<f64>> = (first.0..from.0)
        .map(|month| series.at(MonthNumber(month)))
        .collect();
    let ahead = simulated.iter().filter(|(month, _)| *month >= from);
    let n = ahead
        .clone()
        .map(|(month, _)| (month.0 - from.0 + 1) as usize)
        .max()
        .unwrap_or(0);
    let last_year = rivals::last_year(&past, n);
    let smoothed = rivals::smoothed(&past, n);
    ahead
        .filter_map(|(month, values)| {
            let values: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
            let published = series.at(*month)?;
            let (forecast, spread) = (mean(&values)?, variance(&values)?);
            let n = values.len() as f64;
            let t = student_t_quantile(0.975, n - 1.0);
            let half_width = t * libm::sqrt(spread * (1.0 + 1.0 / n) + error * error);
            // Counts and shares are not negative, shares not above 100.
            let most = if series.unit == "%" {
                100.0
            } else {
                f64::INFINITY
            };
            let ahead = (month.0 - from.0) as usize;
            Some(Forecast {
                month: *month,
                published,
                forecast,
                low: (forecast - half_width).max(0.0),
                high: (forecast + half_width).min(most),
                last_year: last_year.get(ahead).copied().flatten(),
                smoothed: smoothed.as_ref().and_then(|all| all.get(ahead).copied()),
            })
        })
        .collect()
}
