//! Paired comparison of scenarios: replication by replication, with the same patients.

use std::collections::BTreeMap;

use super::results::{Alternative, Comparison, Difference, Part, Results, ValueKey};
use super::summarise::estimate;
use crate::stats::intervals::pairing_gain;
use crate::uec::model::Statistic;

/// Every alternative against the baseline.
pub fn compare(baseline: Results, alternatives: Vec<Results>) -> Comparison {
    let alternatives = alternatives
        .into_iter()
        .map(|results| Alternative {
            differences: differences(&baseline, &results),
            results,
            part: Part::Whole,
            patients: None,
        })
        .collect();
    Comparison {
        baseline,
        alternatives,
        interaction: Vec::new(),
    }
}

/// Differences of every number that both scenarios have, in the alternative's order.
///
/// Measures are matched by id, since a change may add one; replications by number, so that unfinished ones drop out of both.
pub fn differences(baseline: &Results, alternative: &Results) -> Vec<Difference> {
    let pairs = pairs(baseline, alternative);
    let known = KeyIndex::new(baseline);
    let mut differences = Vec::new();
    for (position, key) in alternative.keys.iter().enumerate() {
        let Some(before) = known.position(alternative, key) else {
            continue;
        };
        let values: Vec<(f64, f64)> = pairs
            .iter()
            .filter_map(|&(of_baseline, of_alternative)| {
                let before = baseline.values[of_baseline][before]?;
                Some((before, alternative.values[of_alternative][position]?))
            })
            .collect();
        differences.extend(difference(key, &values));
    }
    differences
}

/// Positions, in both, of the replications that both finished.
fn pairs(baseline: &Results, alternative: &Results) -> Vec<(usize, usize)> {
    let numbered = baseline.replications.iter().enumerate();
    numbered
        .filter_map(|(position, replication)| {
            let other = alternative.replications.binary_search(replication).ok()?;
            Some((position, other))
        })
        .collect()
}

fn difference(key: &ValueKey, pairs: &[(f64, f64)]) -> Option<Difference> {
    let baseline: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
    let alternative: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    let paired: Vec<f64> = pairs.iter().map(|pair| pair.1 - pair.0).collect();
    Some(Difference {
        key: key.clone(),
        baseline: estimate(&baseline)?,
        alternative: estimate(&alternative)?,
        difference: estimate(&paired)?,
        pairing_gain: pairing_gain(&baseline, &alternative),
    })
}

/// Positions of a scenario's numbers by what they are.
struct KeyIndex<'r> {
    positions: BTreeMap<KeyName<'r>, Vec<(Statistic, usize)>>,
}

/// Measure, site and cohort.
type KeyName<'r> = (&'r str, &'r str, &'r str);

impl<'r> KeyIndex<'r> {
    fn new(results: &'r Results) -> Self {
        let mut positions: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (position, key) in results.keys.iter().enumerate() {
            let entry = positions.entry(name(results, key)).or_default();
            entry.push((key.statistic, position));
        }
        Self { positions }
    }

    fn position(&self, of: &'r Results, key: &'r ValueKey) -> Option<usize> {
        let candidates = self.positions.get(&name(of, key))?;
        let found = candidates
            .iter()
            .find(|(statistic, _)| *statistic == key.statistic);
        found.map(|(_, position)| *position)
    }
}

fn name<'r>(results: &'r Results, key: &'r ValueKey) -> KeyName<'r> {
    let measure = &results.model.measures[key.measure];
    (&measure.id, &key.site, &key.cohort)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::program::MarkId;
    use crate::uec::model::{Better, MeasureKind, MeasureSpec, Model, Nature};

    fn waiting_time() -> MeasureSpec {
        MeasureSpec {
            id: "waiting_time".to_owned(),
            title: String::new(),
            unit: "min".to_owned(),
            kind: MeasureKind::Count { mark: MarkId(0) },
            filter: Vec::new(),
            statistics: vec![Statistic::Mean],
            by_site: false,
            by: Vec::new(),
            by_day: false,
            by_hour_of_week: false,
            better: Better::Lower,
            nature: Nature::Emergent,
            source: String::new(),
            standards: Vec::new(),
        }
    }

    fn results(replications: &[u32], values: &[Option<f64>]) -> Results {
        let key = ValueKey {
            measure: 0,
            statistic: Statistic::Mean,
            site: "all".to_owned(),
            cohort: "all".to_owned(),
        };
        Results {
            model: Model {
                measures: vec![waiting_time()],
                ..Model::default()
            },
            replications: replications.to_vec(),
            keys: vec![key],
            values: values.iter().map(|value| vec![*value]).collect(),
            estimates: vec![None],
            daily: Vec::new(),
            weekly: Vec::new(),
            histograms: Vec::new(),
            level_times: Vec::new(),
            flows: Vec::new(),
            conservation: Vec::new(),
            panel: None,
            groups: None,
            partial: false,
            batches: false,
        }
    }

    #[test]
    fn replications_are_paired_by_number_and_only_where_both_have_a_value() {
        let baseline = results(&[1, 2, 3, 4], &[Some(1.0), Some(2.0), None, Some(4.0)]);
        let alternative = results(&[1, 3, 4], &[Some(2.0), Some(9.0), Some(7.0)]);
        let found = &differences(&baseline, &alternative)[0];
        assert_eq!(found.difference.n, 2);
        assert_eq!(found.difference.mean, 2.0);
        assert_eq!(found.baseline.mean, 2.5);
    }

    #[test]
    fn the_pairing_gain_is_the_variance_saved() {
        let baseline = results(&[1, 2, 3], &[Some(1.0), Some(2.0), Some(3.0)]);
        let alternative = results(&[1, 2, 3], &[Some(2.0), Some(3.0), Some(4.5)]);
        let found = &differences(&baseline, &alternative)[0];
        let expected = (1.0 + 19.0 / 12.0) / (1.0 / 12.0);
        let gain = found.pairing_gain.expect("the differences vary");
        assert!((gain - expected).abs() < 1e-9, "{gain}");
        let same = &differences(&baseline, &baseline)[0];
        assert_eq!(same.pairing_gain, None);
    }
}
