//! What of two scenarios can be compared patient by patient: times, groups, streams, replications.

use std::collections::BTreeMap;

use super::accounts::N_BOUNDS;
use crate::engine::program::N_ATTRIBUTES;
use crate::engine::time::{DAY, HOUR, MINUTE, SECOND};
use crate::experiment::results::Results;
use crate::uec::measures::{FIRST_DURATION, JOURNEY, PatientTables, QUEUES, unit_milliseconds};
use crate::uec::model::{MeasureKind, Model};

/// A time that patients have under both scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedTime {
    /// `queues`, `journey`, or a measure's id.
    pub id: String,
    pub title: String,
    pub unit: String,
    pub unit_milliseconds: u64,
    /// In the unit, increasing: a difference below the first counts as the same.
    pub bounds: [f64; N_BOUNDS],
}

/// Patients by a level of one attribute, or all.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `all` or `attribute=level`.
    pub cohort: String,
    /// Position in the baseline's `Names::attributes`.
    pub attribute: Option<usize>,
}

/// Two scenarios made comparable.
pub struct Plan<'r> {
    pub models: [&'r Model; 2],
    pub tables: [PatientTables; 2],
    pub replications: Vec<u32>,
    pub times: Vec<ComparedTime>,
    pub groups: Vec<Group>,
    /// By stream number, of both scenarios.
    pub stream_names: Vec<String>,
    /// By attribute that both have: its positions, its levels, and the group of its first level.
    shared: Vec<Shared>,
}

struct Shared {
    positions: [usize; 2],
    n_levels: usize,
    first_group: usize,
}

impl<'r> Plan<'r> {
    pub fn new(baseline: &'r Results, alternative: &'r Results, most: usize) -> Self {
        let models = [&baseline.model, &alternative.model];
        let (times, measures) = times(models);
        let (stream_names, streams) = streams(models);
        let [of_baseline, of_alternative] = streams;
        let (groups, shared) = groups(models);
        Self {
            models,
            tables: [
                PatientTables::new(models[0], &measures[0], of_baseline),
                PatientTables::new(models[1], &measures[1], of_alternative),
            ],
            replications: common_replications(baseline, alternative, most),
            times,
            groups,
            stream_names,
            shared,
        }
    }

    /// Groups of a patient of one side (0 the baseline), all patients first.
    pub fn groups_of(
        &self,
        side: usize,
        attributes: &[u8; N_ATTRIBUTES],
    ) -> impl Iterator<Item = usize> {
        let shared = self.shared.iter().filter_map(move |shared| {
            let level = usize::from(attributes[shared.positions[side]]);
            (level < shared.n_levels).then_some(shared.first_group + level)
        });
        std::iter::once(0).chain(shared)
    }
}

/// The first `most` that both finished.
pub fn common_replications(baseline: &Results, alternative: &Results, most: usize) -> Vec<u32> {
    let finished = baseline.replications.iter().copied();
    finished
        .filter(|replication| alternative.replications.binary_search(replication).is_ok())
        .take(most)
        .collect()
}

/// The times, and where the measures among them stand in each model.
fn times(models: [&Model; 2]) -> (Vec<ComparedTime>, [Vec<usize>; 2]) {
    let mut times = vec![
        time("queues", "Time in queues", "min"),
        time("journey", "Time from need to the end of care", "h"),
    ];
    debug_assert_eq!((QUEUES, JOURNEY, FIRST_DURATION), (0, 1, 2));
    let mut positions = [Vec::new(), Vec::new()];
    let is_duration = |kind: &MeasureKind| matches!(kind, MeasureKind::Duration { .. });
    for (position, measure) in models[0].measures.iter().enumerate() {
        let mut others = models[1].measures.iter();
        let other = others.position(|other| {
            other.id == measure.id && other.unit == measure.unit && is_duration(&other.kind)
        });
        let has_unit = unit_milliseconds(&measure.unit).is_some();
        if let Some(other) = other.filter(|_| is_duration(&measure.kind) && has_unit) {
            times.push(time(&measure.id, &measure.title, &measure.unit));
            positions[0].push(position);
            positions[1].push(other);
        }
    }
    (times, positions)
}

/// `unit` is one of time.
fn time(id: &str, title: &str, unit: &str) -> ComparedTime {
    let unit_milliseconds = unit_milliseconds(unit).unwrap_or(MINUTE.0);
    // Bands that people tell apart, at the scale on which such times are given.
    let bounds = match unit_milliseconds {
        length if length <= SECOND.0 => [10, 60, 300, 1200].map(|bound| bound * SECOND.0),
        length if length <= MINUTE.0 => [1, 15, 60, 240].map(|bound| bound * MINUTE.0),
        length if length <= HOUR.0 => [15 * MINUTE.0, HOUR.0, 4 * HOUR.0, DAY.0],
        _ => [HOUR.0, 6 * HOUR.0, DAY.0, 3 * DAY.0],
    };
    ComparedTime {
        id: id.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        unit_milliseconds,
        bounds: bounds.map(|bound| bound as f64 / unit_milliseconds as f64),
    }
}

/// Names of all streams, and for each model the number of each of its streams.
fn streams(models: [&Model; 2]) -> (Vec<String>, [Vec<u32>; 2]) {
    let mut names: Vec<String> = Vec::new();
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let of_models = models.map(|model| {
        let streams = model.names.streams.iter();
        streams
            .map(|stream| {
                *numbers.entry(stream).or_insert_with(|| {
                    names.push(stream.clone());
                    names.len() as u32 - 1
                })
            })
            .collect()
    });
    (names, of_models)
}

/// Attributes with the same levels in both models.
fn groups(models: [&Model; 2]) -> (Vec<Group>, Vec<Shared>) {
    let mut groups = vec![Group {
        cohort: "all".to_owned(),
        attribute: None,
    }];
    let mut shared = Vec::new();
    for (position, attribute) in models[0].names.attributes.iter().enumerate() {
        let mut others = models[1].names.attributes.iter();
        let ids = |levels: &[crate::uec::model::Named]| -> Vec<String> {
            levels.iter().map(|level| level.id.clone()).collect()
        };
        let other = others.position(|other| {
            other.id == attribute.id && ids(&other.levels) == ids(&attribute.levels)
        });
        let Some(other) = other else { continue };
        shared.push(Shared {
            positions: [position, other],
            n_levels: attribute.levels.len(),
            first_group: groups.len(),
        });
        groups.extend(attribute.levels.iter().map(|level| Group {
            cohort: format!("{}={}", attribute.id, level.id),
            attribute: Some(position),
        }));
    }
    (groups, shared)
}
