//! How far the groups of an attribute lie apart in a measure: the level with the highest value against that with the lowest.
//!
//! Which levels these are is decided by means over replications, so that with many levels chance alone gives a spread, and the
//! interval between replications does not tell that. Levels with few patients are left out.

use super::groups::{ByGroup, Level, is_counted};
use super::results::{Estimate, Results};
use super::summarise::estimate;

/// Levels with fewer patients in a replication, on average, are not set against others. Assumption: of so many the standard
/// error of a share is at most 5 points, of a mean time a tenth of the standard deviation of times.
const FEWEST: f64 = 100.0;

/// The two ends of a measure by an attribute.
#[derive(Clone, Debug)]
pub struct Spread {
    /// Positions of levels.
    pub lowest: usize,
    pub highest: usize,
    /// Means; per 1,000 residents of the level if it is counted.
    pub low: f64,
    pub high: f64,
    /// Of the difference, paired by replication.
    pub difference: Estimate,
    /// How many times as high; none where the lowest is not above zero.
    pub ratio: Option<Estimate>,
    /// Per 1,000 residents.
    pub is_per_resident: bool,
}

impl Spread {
    /// How clear the difference is: in half-widths of its interval, and not at all without one.
    pub fn clearness(&self) -> f64 {
        let half_width = (self.difference.high - self.difference.low) / 2.0;
        match half_width.is_finite() && half_width > 0.0 {
            true => self.difference.mean.abs() / half_width,
            false => 0.0,
        }
    }

    /// The same two levels elsewhere; none where they have no value.
    pub fn of(&self, other: &ByGroup) -> Option<Self> {
        let ends = |level: usize| values(other.levels.get(level)?, self.is_per_resident);
        Self::between(
            (self.lowest, &ends(self.lowest)?),
            (self.highest, &ends(self.highest)?),
            self.is_per_resident,
        )
    }

    fn between(
        (lowest, low): (usize, &[Option<f64>]),
        (highest, high): (usize, &[Option<f64>]),
        is_per_resident: bool,
    ) -> Option<Self> {
        let both = || low.iter().zip(high);
        let pairs = || both().filter_map(|(low, high)| Some(((*low)?, (*high)?)));
        let differences: Vec<f64> = pairs().map(|(low, high)| high - low).collect();
        let ratios: Option<Vec<f64>> = pairs()
            .map(|(low, high)| (low > 0.0).then(|| high / low))
            .collect();
        Some(Self {
            lowest,
            highest,
            low: mean(low)?,
            high: mean(high)?,
            difference: estimate(&differences)?,
            ratio: ratios.and_then(|ratios| estimate(&ratios)),
            is_per_resident,
        })
    }
}

/// None with fewer than two levels to compare, or of numbers of patients where the size of groups is not known.
pub fn spread(of: &ByGroup) -> Option<Spread> {
    let is_per_resident = is_counted(of.statistic);
    let levels = of.levels.iter().enumerate();
    let known = levels.filter_map(|(position, level)| {
        let values = values(level, is_per_resident)?;
        Some((position, mean(&values)?, values))
    });
    let known: Vec<_> = known.collect();
    let lowest = known.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let highest = known.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if lowest.0 == highest.0 {
        return None;
    }
    Spread::between(
        (lowest.0, &lowest.2),
        (highest.0, &highest.2),
        is_per_resident,
    )
}

fn mean(values: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    Some(estimate(&known)?.mean)
}

/// By replication; none for a group too small to say.
fn values(level: &Level, is_per_resident: bool) -> Option<Vec<Option<f64>>> {
    if level.residents.is_some_and(|residents| residents <= 0.0) {
        // Who lives elsewhere is no group of the area's people.
        return None;
    }
    if is_per_resident {
        let residents = level.residents.filter(|residents| *residents > 0.0)?;
        let rate = |value: &Option<f64>| value.map(|value| value / residents * 1000.0);
        return Some(level.values.iter().map(rate).collect());
    }
    let is_enough = level.patients.is_some_and(|patients| patients >= FEWEST);
    is_enough.then(|| level.values.clone())
}

/// How far the same two levels lie apart in another scenario, minus how far they do in the first, paired; none without values.
pub fn change(
    (before, from, spread): (&Results, &ByGroup, &Spread),
    (after, to): (&Results, &ByGroup),
) -> Option<Estimate> {
    let apart = |of: &ByGroup| -> Option<Vec<Option<f64>>> {
        let low = values(&of.levels[spread.lowest], spread.is_per_resident)?;
        let high = values(&of.levels[spread.highest], spread.is_per_resident)?;
        let both = low.into_iter().zip(high);
        Some(both.map(|(low, high)| Some(high? - low?)).collect())
    };
    let (from, to) = (apart(from)?, apart(to)?);
    let numbered = before.replications.iter().zip(from);
    let differences = numbered.filter_map(|(replication, from)| {
        let other = after.replications.binary_search(replication).ok()?;
        Some(to[other]? - from?)
    });
    estimate(&differences.collect::<Vec<f64>>())
}
