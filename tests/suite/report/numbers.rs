//! The table behind a chart has the numbers of the run, and they add up.

use uecsim::experiment::results::{Comparison, Difference};
use uecsim::report::charts::{self, Chart};
use uecsim::report::subject::{Outcome, Subject};
use uecsim::uec::model::Statistic;

use super::fixture;

fn chart(comparison: &Comparison, id: &str) -> Chart {
    let charts = charts::all(&Subject::new(Outcome::Comparison(comparison)));
    let found = charts.into_iter().find(|chart| chart.id == id);
    found.unwrap_or_else(|| panic!("there is a chart {id}"))
}

/// The number a cell begins with.
fn value(cell: &str) -> f64 {
    let number = cell.split([' ', '\u{a0}']).next().unwrap_or_default();
    let number = number.replace(',', "").replace('−', "-");
    number
        .parse()
        .unwrap_or_else(|_| panic!("{cell} begins with a number"))
}

#[test]
fn journeys_list_every_flow_and_as_many_come_as_go() {
    let comparison = fixture::comparison(1);
    let table = chart(&comparison, "journeys").table;
    assert_eq!(table.rows.len(), comparison.baseline.flows.len());
    let sum = |column: usize, name: &str, scenario: usize| -> f64 {
        let rows = table.rows.iter().filter(|row| row[column] == name);
        rows.map(|row| value(&row[2 + scenario])).sum()
    };
    for service in [
        "NHS 111 (first service)",
        "Emergency department (type 1) (second service)",
        "Hospital (third service)",
        "no service yet",
    ] {
        for scenario in [0, 1] {
            let (came, went) = (sum(1, service, scenario), sum(0, service, scenario));
            assert!(
                came > 0.0 && (came - went).abs() < 0.11,
                "{service}: {came} and {went}"
            );
        }
    }
}

#[test]
fn a_waterfall_leads_from_the_baseline_to_the_alternative() {
    let comparison = fixture::comparison(1);
    let table = chart(&comparison, "changes-alone-and-together").table;
    assert!(!table.rows.is_empty());
    let of = |differences: &[Difference], key: &Difference| -> f64 {
        let found = differences.iter().find(|row| row.key == key.key);
        found.expect("every step has the number").difference.mean
    };
    let whole = &comparison.alternatives[0].differences;
    for difference in whole.iter().filter(|row| row.key.site == "all") {
        let size = difference.difference.mean;
        let check = |sum: f64| {
            let error = (sum - size).abs();
            assert!(error <= 1e-9 * (1.0 + size.abs()), "{sum} and {size}");
        };
        let sum = |wanted: &str| -> f64 {
            let parts = comparison.alternatives.iter();
            let parts = parts.filter(|part| part.part.key() == wanted);
            parts.map(|part| of(&part.differences, difference)).sum()
        };
        check(sum("added"));
        check(sum("alone") + of(&comparison.interaction, difference));
    }
    // Within a measure every bar begins where the one before it ends.
    for pair in table.rows.windows(2) {
        if pair[0][0] == pair[1][0] {
            assert_eq!(pair[0][3], pair[1][2]);
        }
    }
}

#[test]
fn the_time_at_all_levels_is_the_whole_time() {
    let table = chart(&fixture::comparison(1), "beds_over").table;
    for scenario in [1, 2] {
        let bars = table.rows.iter();
        let bars = bars.filter(|row| row[0].starts_with("Bed") && !row[0].contains("at "));
        let sum: f64 = bars.map(|row| value(&row[scenario])).sum();
        assert!((sum - 100.0).abs() < 0.6, "{sum}");
        // Above a line is what the bars above it say.
        let above = |row: &&Vec<String>| {
            let level = row[0].trim_start_matches("Bed occupancy, ");
            level.starts_with(|c: char| c.is_ascii_digit()) && value(level) >= 95.0
        };
        let sum: f64 = table
            .rows
            .iter()
            .filter(above)
            .map(|row| value(&row[scenario]))
            .sum();
        let line = table.rows.iter().find(|row| row[0].contains("at 95"));
        let line = value(&line.expect("the line is in the table")[scenario]);
        assert!((sum - line).abs() < 0.3, "{sum} and {line}");
    }
}

#[test]
fn long_waits_are_the_share_of_the_patients() {
    let comparison = fixture::comparison(0);
    let table = chart(&comparison, "long_waits").table;
    let results = &comparison.baseline;
    let mean = |wanted: fn(Statistic) -> bool| {
        let key = results.keys.iter().position(|key| {
            key.measure == 2 && wanted(key.statistic) && key.site == "all" && key.cohort == "all"
        });
        let key = key.expect("the measure has the statistic");
        results.estimates[key].expect("there are values").mean
    };
    let percent = mean(|statistic| matches!(statistic, Statistic::Over(_)));
    let count = mean(|statistic| statistic == Statistic::Count);
    let expected = percent / 100.0 * count / 366.0;
    let shown = value(&table.rows[0][2]);
    assert!(
        (shown / expected - 1.0).abs() < 0.02,
        "{shown} and {expected}"
    );
}

#[test]
fn stages_show_the_quartiles_of_the_histogram() {
    let table = chart(&fixture::comparison(0), "stages").table;
    // The made-up handover times have a median of 22 minutes and a shape of 1.7 (log-logistic).
    let at = |share: f64| 22.0 * (share / (1.0 - share)).powf(1.0 / 1.7);
    for (column, share) in [(2, 0.25), (3, 0.5), (4, 0.75)] {
        let shown = value(&table.rows[0][column]);
        assert!(
            (shown / at(share) - 1.0).abs() < 0.06,
            "{shown} and {}",
            at(share)
        );
    }
}

#[test]
fn sites_differ_by_highest_minus_lowest() {
    let table = chart(&fixture::comparison(1), "sites").table;
    let rows: Vec<_> = table
        .rows
        .iter()
        .filter(|row| row[0].starts_with("Time in A&E"))
        .collect();
    let (spread, sites) = rows.split_last().expect("there are rows");
    assert_eq!(spread[1], "highest minus lowest");
    for scenario in [2, 3] {
        let values = || sites.iter().map(|row| value(&row[scenario]));
        let width = values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min);
        assert!((width - value(&spread[scenario])).abs() < 0.11);
    }
}

#[test]
fn a_heat_strip_has_every_hour_of_the_week() {
    let comparison = fixture::comparison(0);
    let table = chart(&comparison, "crews").table;
    let course = comparison
        .baseline
        .weekly
        .iter()
        .find(|course| course.measure == 12);
    let course = course.expect("the measure has a course");
    assert_eq!(table.rows.len(), 168);
    for (row, hour) in table.rows.iter().zip(&course.mean) {
        let hour = hour.expect("every hour has a value");
        assert!((value(&row[1]) - hour).abs() <= 0.5, "{row:?} and {hour}");
    }
    assert_eq!(table.rows[25][0], "Tuesday 01:00");
}

#[test]
fn groups_show_every_level_with_its_own_change() {
    let comparison = fixture::comparison(1);
    let table = chart(&comparison, "groups").table;
    assert_eq!(table.rows.len(), 4);
    for (row, category) in table.rows.iter().zip(["C1", "C2", "C3", "C4"]) {
        let key = format!("category={category}");
        let mut differences = comparison.alternatives[0].differences.iter();
        let difference = differences.find(|row| row.key.measure == 5 && row.key.cohort == key);
        let difference = difference.expect("the category has a difference");
        let percent = 100.0 * difference.difference.mean / difference.baseline.mean;
        assert!(
            (value(&row[4]) - percent).abs() < 0.06,
            "{row:?} and {percent}"
        );
    }
}

#[test]
fn runs_tell_lowest_mean_and_highest_of_all_replications() {
    let comparison = fixture::comparison(1);
    let table = chart(&comparison, "runs").table;
    for row in &table.rows {
        assert_eq!(value(&row[2]), fixture::N_REPLICATIONS as f64);
        let (low, mean, high) = (value(&row[3]), value(&row[4]), value(&row[5]));
        assert!(low < mean && mean < high, "{row:?}");
    }
}

#[test]
fn a_verdict_says_how_many_pairs_it_rests_on() {
    use uecsim::report::findings::Finding;
    let comparison = fixture::comparison(1);
    let subject = Subject::new(Outcome::Comparison(&comparison));
    let finding = Finding::overall(&subject, "handover", Statistic::Mean);
    let finding = finding.expect("the measure is there");
    assert_eq!(finding.rests_on(&subject, 1), "20 pairs: 20 lower");
}

#[test]
fn a_stack_shares_out_the_whole_and_its_title_says_the_first_measure() {
    let of = |n| chart(&fixture::comparison(n), "inside");
    let stack = of(1);
    let rows: Vec<&Vec<String>> = stack.table.rows.iter().collect();
    // Two areas and the measure of the title, of two scenarios.
    assert_eq!(rows.len(), 6, "{rows:?}");
    for label in [&rows[0][0], &rows[2][0]] {
        let shares = rows.iter().filter(|row| row[0] == **label);
        let shares: Vec<f64> = shares.filter_map(|row| row[3].parse().ok()).collect();
        assert_eq!(shares.len(), 2, "{rows:?}");
        assert!(
            (shares.iter().sum::<f64>() - 100.0).abs() < 0.2,
            "{shares:?}"
        );
    }
    for words in [
        "Ambulance hours lost at handover: from",
        "95\u{a0}% interval",
    ] {
        assert!(stack.title.contains(words), "{}", stack.title);
    }
    let alone = of(0);
    assert!(
        alone.title.contains("h a day (95\u{a0}% interval"),
        "{}",
        alone.title
    );
}
