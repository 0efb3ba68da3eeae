//! Every measure of patients by group: its value in each level of each attribute of `[equity]`, and how far levels lie apart.

use super::results::{Estimate, Results};
use super::summarise::estimate;
use crate::uec::measures::GroupAttribute;
use crate::uec::model::{AttributeName, Model, Named, Statistic};

/// A statistic of a measure by the levels of an attribute, over all sites.
#[derive(Clone, Debug)]
pub struct ByGroup {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub statistic: Statistic,
    /// Position in the model's attributes.
    pub attribute: usize,
    /// In order.
    pub levels: Vec<Level>,
}

/// One group.
#[derive(Clone, Debug)]
pub struct Level {
    /// By replication of the results.
    pub values: Vec<Option<f64>>,
    /// Mean over replications of the patients that a value is made of; none of a sum of several things.
    pub patients: Option<f64>,
    /// Where residents bring the attribute.
    pub residents: Option<f64>,
}

impl Level {
    pub fn estimate(&self) -> Option<Estimate> {
        estimate(&self.values.iter().flatten().copied().collect::<Vec<f64>>())
    }
}

/// Whether a statistic grows with the number of people, so that groups are compared by residents.
pub fn is_counted(statistic: Statistic) -> bool {
    matches!(
        statistic,
        Statistic::Total
            | Statistic::Count
            | Statistic::PerDay
            | Statistic::LowEstimate
            | Statistic::HighEstimate
    )
}

/// In the order of measures, their statistics, and attributes; empty without `[equity]`.
pub fn by_group(results: &Results) -> Vec<ByGroup> {
    let Some(groups) = &results.groups else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (index, measure) in results.model.measures.iter().enumerate() {
        for statistic in groups.tables.statistics(measure) {
            for attribute in &groups.tables.attributes {
                all.push(of_attribute(results, index, statistic, *attribute));
            }
        }
    }
    all
}

fn of_attribute(
    results: &Results,
    measure: usize,
    statistic: Statistic,
    by: GroupAttribute,
) -> ByGroup {
    let residents = residents(&results.model, usize::from(by.attribute.0));
    let spec = (measure, &results.model.measures[measure]);
    let runs = results.groups.iter().flat_map(|groups| {
        let tables = &groups.tables;
        groups.runs.iter().map(move |cells| (tables, cells))
    });
    let level = |level: usize| {
        let group = by.first_group + level;
        let values = (runs.clone())
            .map(|(tables, cells)| tables.value(spec, statistic, group, cells))
            .collect();
        let patients: Option<Vec<u64>> = (runs.clone())
            .map(|(tables, cells)| tables.patients(spec, group, cells))
            .collect();
        let mean = |patients: Vec<u64>| {
            let n = patients.len();
            (n > 0).then(|| patients.iter().sum::<u64>() as f64 / n as f64)
        };
        Level {
            values,
            patients: patients.and_then(mean),
            // Nobody is a resident of elsewhere.
            residents: residents.map(|residents| residents.get(level).copied().unwrap_or(0.0)),
        }
    };
    ByGroup {
        measure,
        statistic,
        attribute: usize::from(by.attribute.0),
        levels: (0..by.n_levels).map(level).collect(),
    }
}

/// What a level of groups is called; the one after the last is of people who live elsewhere.
pub fn level_of(attribute: &AttributeName, level: usize) -> Named {
    let known = attribute.levels.get(level).cloned();
    known.unwrap_or_else(|| Named {
        id: "elsewhere".to_owned(),
        title: "Elsewhere or unknown".to_owned(),
    })
}

/// By level of an attribute; none where residents do not bring it.
pub fn residents(model: &Model, attribute: usize) -> Option<&[f64]> {
    let mut known = model.residents.iter();
    let found = known.find(|residents| usize::from(residents.attribute.0) == attribute)?;
    Some(&found.by_level)
}

/// The same of another scenario; measures and attributes are matched by id, since a change may add some.
pub fn same<'g>(
    (of, row): (&Results, &ByGroup),
    (among, rows): (&Results, &'g [ByGroup]),
) -> Option<&'g ByGroup> {
    rows.iter().find(|other| {
        let names = |results: &Results, row: &ByGroup| {
            let model = &results.model;
            let measure = model.measures[row.measure].id.clone();
            (measure, model.names.attributes[row.attribute].id.clone())
        };
        other.statistic == row.statistic
            && other.levels.len() == row.levels.len()
            && names(among, other) == names(of, row)
    })
}

/// `to` minus `from` of one level, over the replications that both finished; none without any.
pub fn change(
    (before, from): (&Results, &Level),
    (after, to): (&Results, &Level),
) -> Option<Estimate> {
    let numbered = before.replications.iter().zip(&from.values);
    let differences = numbered.filter_map(|(replication, from)| {
        let other = after.replications.binary_search(replication).ok()?;
        Some(to.values[other]? - (*from)?)
    });
    estimate(&differences.collect::<Vec<f64>>())
}
