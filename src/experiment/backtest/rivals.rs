//! Two plain forecasts that a model must beat to be worth its trouble: the same month last year, and seasonal exponential
//! smoothing (additive, without trend; Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, sec. 8.3).

/// Months in a season.
const SEASON: usize = 12;
/// Longest past that smoothing learns from: what lies further back was another world.
const MOST_MONTHS: usize = 36;

/// Forecasts of the `n` months after `past`, which ends with the last published month; `None` where last year's is not known.
pub fn last_year(past: &[Option<f64>], n: usize) -> Vec<Option<f64>> {
    let from_end = |ahead: usize| SEASON - ahead % SEASON;
    (0..n)
        .map(|ahead| {
            past.len()
                .checked_sub(from_end(ahead))
                .and_then(|at| past[at])
        })
        .collect()
}

/// Forecasts of the `n` months after `past`; `None` if its end is not two years without a gap.
///
/// Weights of level and season are those of a grid that forecast the past best one month ahead.
pub fn smoothed(past: &[Option<f64>], n: usize) -> Option<Vec<f64>> {
    let known = past
        .iter()
        .rev()
        .map_while(|value| *value)
        .take(MOST_MONTHS);
    let mut values: Vec<f64> = known.collect();
    values.reverse();
    if values.len() < 2 * SEASON {
        return None;
    }
    let grid = (1..=19).map(|step| f64::from(step) * 0.05);
    let mut best: Option<(f64, Smoothing)> = None;
    for level_weight in grid.clone() {
        for season_weight in grid.clone() {
            let (error, state) = smooth(&values, level_weight, season_weight);
            if best.as_ref().is_none_or(|(least, _)| error < *least) {
                best = Some((error, state));
            }
        }
    }
    let (_, state) = best?;
    let season = |ahead: usize| state.seasons[(values.len() + ahead) % SEASON];
    Some((0..n).map(|ahead| state.level + season(ahead)).collect())
}

struct Smoothing {
    level: f64,
    /// By position modulo the season.
    seasons: [f64; SEASON],
}

/// The state at the end, and the sum of squared errors one month ahead after the first year.
fn smooth(values: &[f64], level_weight: f64, season_weight: f64) -> (f64, Smoothing) {
    let first: f64 = values[..SEASON].iter().sum::<f64>() / SEASON as f64;
    let mut state = Smoothing {
        level: first,
        seasons: std::array::from_fn(|at| values[at] - first),
    };
    let mut squares = 0.0;
    for (at, value) in values.iter().enumerate().skip(SEASON) {
        let season = state.seasons[at % SEASON];
        let error = value - state.level - season;
        squares += error * error;
        state.level += level_weight * error;
        state.seasons[at % SEASON] = season + season_weight * (1.0 - level_weight) * error;
    }
    (squares, state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_that_repeats_is_forecast_without_error() {
        let month = |at: usize| 100.0 + (at % 12) as f64;
        let past: Vec<Option<f64>> = (0..36).map(|at| Some(month(at))).collect();
        let smoothed = smoothed(&past, 14).expect("three years are enough");
        for (ahead, found) in smoothed.iter().enumerate() {
            assert!((found - month(36 + ahead)).abs() < 1e-9, "{ahead}: {found}");
        }
        assert_eq!(last_year(&past, 14)[13], Some(month(36 + 13)));
    }

    #[test]
    fn a_level_that_rose_is_followed() {
        let past: Vec<Option<f64>> = (0..36)
            .map(|at| Some(if at < 24 { 100.0 } else { 150.0 }))
            .collect();
        let found = smoothed(&past, 1).expect("three years are enough");
        assert!((found[0] - 150.0).abs() < 5.0, "{found:?}");
    }

    #[test]
    fn what_is_not_published_is_not_made_up() {
        let mut past: Vec<Option<f64>> = vec![Some(1.0); 30];
        past[10] = None;
        assert_eq!(smoothed(&past, 1), None);
        past[20] = None;
        assert_eq!(last_year(&past, 4), [Some(1.0), Some(1.0), None, Some(1.0)]);
        assert_eq!(last_year(&[Some(1.0)], 1), [None]);
    }
}
