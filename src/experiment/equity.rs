//! How far a measure differs between the most and the least deprived, and how a change moves that.
//!
//! A line through the levels of `deprivation` (the most deprived first, weighted by residents) is laid through each
//! replication; intervals are between replications, and paired in a comparison.

use super::groups::{ByGroup, by_group, is_counted, residents};
use super::results::{Estimate, Results};
use super::summarise::estimate;
use crate::stats::inequality::{Ends, ends};
use crate::uec::model::{Model, Statistic};

/// One statistic of a measure by deprivation, over all sites.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub statistic: Statistic,
    /// Counted per 1,000 residents of each level: groups differ in size.
    pub is_per_resident: bool,
    /// By replication of the results; none where a level has no value.
    pub ends: Vec<Option<Ends>>,
}

impl Gap {
    /// Slope index: how much higher among the most deprived; none without a value.
    pub fn slope_index(&self) -> Option<Estimate> {
        let slopes: Vec<f64> = self.known().map(Ends::slope_index).collect();
        estimate(&slopes)
    }

    /// How many times as high; none where it is not positive throughout.
    pub fn ratio(&self) -> Option<Estimate> {
        let ratios: Option<Vec<f64>> = self.known().map(Ends::ratio).collect();
        estimate(&ratios?)
    }

    fn known(&self) -> impl Iterator<Item = Ends> + '_ {
        self.ends.iter().flatten().copied()
    }
}

/// Every statistic that is kept by deprivation, in the order of measures; empty where no residents bring it.
pub fn gaps(results: &Results) -> Vec<Gap> {
    let Some((attribute, residents)) = deprivation(&results.model) else {
        return Vec::new();
    };
    let mut gaps = of_keys(results, attribute, residents);
    for row in by_group(results) {
        let is_same = |gap: &Gap| gap.measure == row.measure && gap.statistic == row.statistic;
        if row.attribute == attribute && !gaps.iter().any(is_same) {
            gaps.push(of_groups(&row, residents));
        }
    }
    gaps.sort_by_key(|gap| gap.measure);
    gaps
}

/// Of measures that keep whole distributions by deprivation.
fn of_keys(results: &Results, attribute: usize, residents: &[f64]) -> Vec<Gap> {
    let model = &results.model;
    let levels = &model.names.attributes[attribute].levels;
    let cohorts: Vec<String> = levels
        .iter()
        .map(|level| format!("deprivation={}", level.id))
        .collect();
    let mut gaps = Vec::new();
    // Keys of one measure and statistic lie side by side, levels in order.
    let mut positions: Vec<usize> = Vec::new();
    for (position, key) in results.keys.iter().enumerate() {
        let is_next = key.site == "all" && cohorts.get(positions.len()) == Some(&key.cohort);
        let is_same = positions.last().is_none_or(|last| {
            let last = &results.keys[*last];
            last.measure == key.measure && last.statistic == key.statistic
        });
        if !(is_next && is_same) {
            positions.clear();
            if key.site != "all" || cohorts[0] != key.cohort {
                continue;
            }
        }
        positions.push(position);
        if positions.len() == cohorts.len() {
            let key = &results.keys[positions[0]];
            let runs = results.values.iter();
            let runs = runs.map(|run| positions.iter().map(|at| run[*at]).collect());
            gaps.push(gap(key.measure, key.statistic, runs, residents));
            positions.clear();
        }
    }
    gaps
}

fn of_groups(row: &ByGroup, residents: &[f64]) -> Gap {
    let n_runs = row.levels.first().map_or(0, |level| level.values.len());
    let of_run = |run: usize| row.levels.iter().map(|level| level.values[run]).collect();
    let runs = (0..n_runs).map(of_run);
    gap(row.measure, row.statistic, runs, residents)
}

/// `runs` are values by level, of each replication.
fn gap(
    measure: usize,
    statistic: Statistic,
    runs: impl Iterator<Item = Vec<Option<f64>>>,
    residents: &[f64],
) -> Gap {
    let is_per_resident = is_counted(statistic);
    let lived_in = |residents: &f64| *residents > 0.0;
    let weights: Vec<f64> = residents.iter().copied().filter(lived_in).collect();
    let of_run = |run: Vec<Option<f64>>| {
        // A level without residents is no step of the gradient: people who live elsewhere.
        let levels = run.into_iter().zip(residents);
        let levels = levels.filter(|(_, residents)| lived_in(residents));
        let of_level = |(value, residents): (Option<f64>, &f64)| match is_per_resident {
            true => Some(value? / residents * 1000.0),
            false => value,
        };
        let values: Option<Vec<f64>> = levels.map(of_level).collect();
        ends(&values?, &weights)
    };
    Gap {
        measure,
        statistic,
        is_per_resident,
        ends: runs.map(of_run).collect(),
    }
}

/// The attribute's position and residents by level, the most deprived first.
fn deprivation(model: &Model) -> Option<(usize, &[f64])> {
    let mut attributes = model.names.attributes.iter();
    let position = attributes.position(|attribute| attribute.id == "deprivation")?;
    Some((position, residents(model, position)?))
}

/// Alternative minus baseline of the slope index, over the replications that both have; none without any.
pub fn change(baseline: (&Results, &Gap), alternative: (&Results, &Gap)) -> Option<Estimate> {
    let (before, after) = (baseline.0, alternative.0);
    let pairs = before.replications.iter().zip(&baseline.1.ends);
    let differences = pairs.filter_map(|(replication, from)| {
        let other = after.replications.binary_search(replication).ok()?;
        let to = alternative.1.ends[other]?;
        Some(to.slope_index() - (*from)?.slope_index())
    });
    estimate(&differences.collect::<Vec<_>>())
}
