//! Who gains and who loses: groups add up to all, and a scenario against itself changes nobody's gap.

use uecsim::experiment::equity::{change, gaps};
use uecsim::experiment::groups::{self, ByGroup, by_group, level_of};
use uecsim::experiment::results::Results;
use uecsim::experiment::spread::spread;
use uecsim::report::subject::Outcome;
use uecsim::report::tables;
use uecsim::uec::model::{MeasureKind, Statistic};

use crate::small::{CLINIC, Length, faults_of, model, run, shipped};

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
        // One replication alone has no interval.
        let is_unmoved = moved.is_none_or(|moved| {
            moved.mean == 0.0 && (moved.n == 1 || (moved.low == 0.0 && moved.high == 0.0))
        });
        assert!(is_unmoved, "{gap:?}");
    }
    let contacts = gaps
        .iter()
        .find(|gap| results.model.measures[gap.measure].id == "contacts_per_episode");
    assert!(contacts.is_some_and(|gap| gap.slope_index().is_some()));
}

/// Sum over groups, or the mean of groups weighted by their patients.
fn whole_of(row: &ByGroup, patients: &ByGroup, run: usize) -> f64 {
    let levels = row.levels.iter().zip(&patients.levels);
    let values = levels.map(|(level, patients)| {
        let value = level.values[run].unwrap_or(0.0);
        match row.statistic {
            Statistic::Mean => value * patients.values[run].unwrap_or(0.0),
            _ => value,
        }
    });
    values.sum()
}

#[test]
fn who_is_not_known_to_live_there_is_in_no_zone() {
    let results = devon();
    let attributes = &results.model.names.attributes;
    let admissions = |attribute: &str| {
        let rows = by_group(&results);
        let found = rows.into_iter().find(|row| {
            let measure = &results.model.measures[row.measure];
            measure.id == "emergency_admissions"
                && row.statistic == Statistic::Total
                && attributes[row.attribute].id == attribute
        });
        found.expect("admissions are counted by every attribute")
    };
    let (zones, quintiles) = (admissions("zone"), admissions("deprivation"));
    let n_zones = attributes[zones.attribute].levels.len();
    assert_eq!(zones.levels.len(), n_zones + 1);
    assert_eq!(
        level_of(&attributes[zones.attribute], n_zones).id,
        "elsewhere"
    );
    let (elsewhere, unknown) = (&zones.levels[n_zones], &quintiles.levels[5]);
    assert_eq!(elsewhere.residents, Some(0.0));
    // The same patients, by zone and by quintile; clinics alone send dozens in three days.
    assert_eq!(elsewhere.values, unknown.values);
    assert!(elsewhere.values.iter().all(|n| n.is_some_and(|n| n > 50.0)));
    let ends = spread(&zones).expect("zones differ");
    assert!(ends.lowest < n_zones && ends.highest < n_zones);
}

#[test]
fn all_measures_by_all_attributes_add_up_to_the_whole() {
    let results = devon();
    let rows = by_group(&results);
    let attributes = &results.model.names.attributes;
    let by: Vec<&str> = results
        .model
        .equity
        .iter()
        .map(|by| attributes[usize::from(by.0)].id.as_str())
        .collect();
    let expected = [
        "deprivation",
        "age",
        "zone",
        "condition",
        "level",
        "residence",
    ];
    assert_eq!(by, expected);
    let (mut n_counts, mut n_means) = (0, 0);
    for row in &rows {
        let measure = &results.model.measures[row.measure];
        let same = |statistic| {
            rows.iter().find(|other| {
                (other.measure, other.attribute) == (row.measure, row.attribute)
                    && other.statistic == statistic
            })
        };
        let whole = results.keys.iter().position(|key| {
            key.measure == row.measure
                && key.statistic == row.statistic
                && (key.site.as_str(), key.cohort.as_str()) == ("all", "all")
        });
        let whole = whole.expect("what has groups has a whole");
        let is_number = matches!(
            measure.kind,
            MeasureKind::Count { .. } | MeasureKind::Duration { .. } | MeasureKind::Share { .. }
        ) && matches!(row.statistic, Statistic::Count | Statistic::Total)
            && !matches!(
                (&measure.kind, row.statistic),
                (MeasureKind::Duration { .. }, Statistic::Total)
            );
        for (run, values) in results.values.iter().enumerate() {
            if is_number {
                // Whole numbers: exact.
                assert_eq!(Some(whole_of(row, row, run)), values[whole], "{row:?}");
                n_counts += 1;
            } else if row.statistic == Statistic::Mean
                && let Some(patients) = same(Statistic::Count)
                && let Some(mean) = values[whole]
            {
                let n: f64 = patients.levels.iter().filter_map(|l| l.values[run]).sum();
                let found = whole_of(row, patients, run) / n;
                assert!((found - mean).abs() < 1e-9 * mean.abs().max(1.0), "{row:?}");
                n_means += 1;
            }
        }
    }
    assert!(n_counts > 100 && n_means > 50, "{n_counts}, {n_means}");
}

#[test]
fn care_home_residents_are_old_and_make_as_many_needs_as_was_published() {
    let results = devon();
    let rows = by_group(&results);
    let of = |attribute: &str| {
        let found = rows.iter().find(|row| {
            results.model.measures[row.measure].id == "episodes"
                && row.statistic == Statistic::Total
                && results.model.names.attributes[row.attribute].id == attribute
        });
        let found = found.expect("needs are told apart");
        let mean = |level: &groups::Level| level.estimate().map_or(0.0, |estimate| estimate.mean);
        found.levels.iter().map(mean).collect::<Vec<f64>>()
    };
    let (residence, age) = (of("residence"), of("age"));
    assert!(residence.iter().all(|needs| *needs > 0.0), "{residence:?}");
    let share = (residence[1] + residence[2]) / age[5..].iter().sum::<f64>();
    // E038 has 7.9 % of emergency admissions; of all needs it is assumed to be about as many.
    assert!((0.05..0.10).contains(&share), "{share}");
}

/// The clinic's patients by acuity, twice the care for the less urgent.
fn by_acuity(equity: &str) -> String {
    let clinic = CLINIC.replace(
        "{ wait = \"30 min\", id = \"care\" }",
        "{ wait = { by = [\"acuity\"], rows = { \"1\" = \"30 min\", else = \"60 min\" } }, id = \"care\" }",
    );
    format!(
        "{clinic}{equity}\n[measures.stay]\nkind = \"duration\"\nfrom = \"clinic.arrived\"\nto = \"clinic.departed\"\nunit = \"min\"\nstatistics = [\"mean\", \"p90\", \"count\", \"within 45 min\"]\n"
    )
}

#[test]
fn groups_lie_apart_by_what_they_are_given() {
    let results = run(vec![model(&by_acuity("[equity]\nby = [\"acuity\"]"))]).remove(0);
    let rows = by_group(&results);
    let ends = rows.iter().filter(|row| row.statistic == Statistic::Mean);
    let ends: Vec<_> = ends.filter_map(spread).collect();
    assert_eq!(ends.len(), 2, "two measures have a mean");
    for ends in &ends {
        assert_eq!((ends.lowest, ends.highest), (0, 1));
        assert_eq!((ends.low, ends.high), (30.0, 60.0));
        assert_eq!(ends.difference.mean, 30.0);
        assert_eq!(ends.ratio.map(|ratio| ratio.mean), Some(2.0));
    }
    let found = tables::all(Outcome::Run(&results));
    let of = |name: &str| found.iter().find(|table| table.name == name);
    let groups = of("groups.csv").expect("there are groups");
    assert!(groups.text.contains("test,stay,mean,min,acuity,2,,"));
    assert!(
        !groups.text.contains(",p90,"),
        "centiles need the whole distribution"
    );
    let spreads = of("spreads.csv").expect("there are groups");
    assert!(
        spreads
            .text
            .contains("test,stay,mean,min,acuity,1,30,2,60,30,")
    );
}

#[test]
fn without_equity_there_is_no_file_of_groups() {
    for equity in ["", "[equity]\nby = []"] {
        let results = run(vec![model(&by_acuity(equity))]).remove(0);
        assert!(results.groups.is_none());
        let found = tables::all(Outcome::Run(&results));
        assert!(found.iter().all(|table| table.name != "groups.csv"));
    }
}

#[test]
fn groups_are_by_attributes_that_there_are_each_once() {
    let faults = faults_of(&by_acuity(
        "[equity]\nby = [\"acuty\", \"acuity\", \"acuity\"]",
    ));
    assert!(
        faults.contains("no attribute is called \"acuty\""),
        "{faults}"
    );
    assert!(faults.contains("\"acuity\" stands twice"), "{faults}");
    let elsewhere = "elsewhere = { where = { acuity = \"9\" }, of = [\"arrival\"] }";
    let faults = faults_of(&by_acuity(&format!(
        "[equity]\nby = [\"acuity\"]\n{elsewhere}"
    )));
    assert!(
        faults.contains("no attribute is called \"arrival\""),
        "{faults}"
    );
    assert!(faults.contains("\"9\""), "{faults}");
}
