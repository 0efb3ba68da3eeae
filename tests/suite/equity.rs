//! Who gains and who loses: groups add up to all, and a scenario against itself changes nobody's gap.

use uecsim::experiment::equity::{change, gaps};
use uecsim::experiment::results::Results;
use uecsim::uec::model::{MeasureKind, Statistic};

use crate::small::{Length, run, shipped};

fn devon() -> Results {
    let length = Length {
        warm_up_days: 1,
        days: 3,
        replications: 3,
    };
    run(vec![shipped("devon-2023", length)]).remove(0)
}

#[test]
fn groups_add_up_to_all() {
    let results = devon();
    let mut n_sums = 0;
    for (position, key) in results.keys.iter().enumerate() {
        let measure = &results.model.measures[key.measure];
        let is_count = matches!(measure.kind, MeasureKind::Count { .. });
        let is_whole = key.site == "all" && key.cohort == "all";
        if !(is_count && is_whole && key.statistic == Statistic::Total) {
            continue;
        }
        for attribute in &measure.by {
            let prefix = format!(
                "{}=",
                results.model.names.attributes[usize::from(attribute.0)].id
            );
            let of_group = |(other, known): (usize, &uecsim::experiment::results::ValueKey)| {
                let is_part = known.measure == key.measure
                    && known.statistic == key.statistic
                    && known.site == "all"
                    && known.cohort.starts_with(&prefix);
                is_part.then_some(other)
            };
            let parts: Vec<usize> = results
                .keys
                .iter()
                .enumerate()
                .filter_map(of_group)
                .collect();
            for values in &results.values {
                let sum: f64 = parts.iter().map(|part| values[*part].unwrap_or(0.0)).sum();
                assert_eq!(Some(sum), values[position], "{} by {prefix}", measure.id);
                n_sums += 1;
            }
        }
    }
    assert!(n_sums > 10, "{n_sums} sums were looked at");
}

#[test]
fn a_scenario_against_itself_moves_no_gap() {
    let results = devon();
    let residents: Vec<f64> = results
        .model
        .residents
        .iter()
        .map(|residents| residents.by_level.iter().sum())
        .collect();
    assert_eq!(residents, [1_209_773.0; 3], "by zone, age and deprivation");
    let gaps = gaps(&results);
    assert!(gaps.len() > 10, "{} gaps", gaps.len());
    for gap in &gaps {
        let moved = change((&results, gap), (&results, gap));
        let is_unmoved = moved.is_none_or(|moved| moved.low == 0.0 && moved.high == 0.0);
        assert!(is_unmoved, "{gap:?}");
    }
    let contacts = gaps
        .iter()
        .find(|gap| results.model.measures[gap.measure].id == "contacts_per_episode");
    assert!(contacts.is_some_and(|gap| gap.slope_index().is_some()));
}
