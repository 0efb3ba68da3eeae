//! How often each patient passes a mark: known distributions, and totals that are those of the marks.

use std::fmt::Write;

use uecsim::experiment::results::Results;
use uecsim::uec::model::{Model, Statistic};

use crate::small::{faults_of, model_of, run};

/// A quarter manage by themselves; the others are seen, and two in five of those seen are sent on and come back after two days.
/// Visitors are seen once and have no need that began. Ten days of patients, in twenty of which all have left.
const DESK: &str = r#"
title = "A desk"
assumed = "A test"
[run]
length = "60 days"
replications = 1
[attributes.kind]
levels = ["odd", "even"]
[arrivals.needs]
file = "needs.csv"
to = "desk.begin"
[arrivals.visitors]
rate = "10 per day"
to = "desk.visitor"
[services.desk]
[services.desk.paths]
begin = [ { mark = "came" }, { share = 0.25, id = "manages", steps = [{ leave = "home" }] }, { refer = "clinic", path = "see", id = "to_clinic" } ]
again = [ { wait = "2 days", id = "away" }, { refer = "clinic", path = "see", id = "to_clinic" } ]
visitor = [ { mark = "seen" }, { leave = "home" } ]
[services.clinic]
[services.clinic.paths]
see = [ { mark = "desk.seen" }, { share = 0.4, id = "returns", steps = [{ refer = "desk", path = "again", id = "back" }] }, { leave = "home" } ]
[measures.seen]
kind = "count"
mark = "desk.seen"
statistics = ["total"]
[measures.came]
kind = "count"
mark = "desk.came"
statistics = ["total"]
[measures.visits]
kind = "per_patient"
marks = ["desk.seen"]
among = "desk.came"
statistics = ["mean", "p50", "p90", "over 0", "over 1", "over 2", "count", "total"]
by = ["kind"]
[measures.visits_of_all]
kind = "per_patient"
marks = ["desk.seen"]
statistics = ["mean", "count", "total"]
[measures.marks]
kind = "per_patient"
marks = ["desk.seen", "desk.came"]
among = "desk.came"
statistics = ["total", "count"]
[measures.nothing]
kind = "per_patient"
marks = ["desk.seen"]
among = "desk.seen"
where = { kind = ["even"] }
statistics = ["mean", "over 1", "count"]
"#;

const N: u32 = 6000;

fn desk(replace: &[(&str, &str)]) -> Model {
    let mut text = DESK.to_owned();
    for (from, to) in replace {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let mut needs = "time,kind\n".to_owned();
    for patient in 0..N {
        let minutes = f64::from(patient) * 2.4;
        let _ = writeln!(needs, "{minutes} min,odd");
    }
    model_of(&[("test.toml", &text), ("needs.csv", &needs)])
}

fn number(results: &Results, measure: &str, statistic: Statistic, cohort: &str) -> Option<f64> {
    let key = results.keys.iter().position(|key| {
        results.model.measures[key.measure].id == measure
            && key.statistic == statistic
            && key.cohort == cohort
    });
    results.values[0][key.expect("the measure is kept so")]
}

fn total(results: &Results, measure: &str) -> f64 {
    number(results, measure, Statistic::Total, "all").expect("a total")
}

#[test]
fn numbers_of_visits_are_geometric_and_some_have_none() {
    let results = &run(vec![desk(&[])])[0];
    let visits = |statistic| number(results, "visits", statistic, "all").expect("a value");
    assert_eq!(visits(Statistic::Count), f64::from(N));
    // Three standard errors of N patients.
    let near = |value: f64, expected: f64, sd: f64| {
        let width = 3.0 * sd / f64::from(N).sqrt();
        assert!(
            (value - expected).abs() < width,
            "{value} is not {expected}"
        );
    };
    let share = |statistic, expected: f64| {
        let sd = (expected * (1.0 - expected)).sqrt();
        near(visits(statistic) / 100.0, expected, sd);
    };
    share(Statistic::MoreThan(0), 0.75);
    share(Statistic::MoreThan(1), 0.75 * 0.4);
    share(Statistic::MoreThan(2), 0.75 * 0.16);
    // A quarter nothing, the rest geometric with mean 1 / 0.6 and second moment 1.4 / 0.36.
    let (mean, second): (f64, f64) = (0.75 / 0.6, 0.75 * 1.4 / 0.36);
    near(visits(Statistic::Mean), mean, (second - mean * mean).sqrt());
    assert_eq!(visits(Statistic::Quantile(0.5)), 1.0);
    // 88 % have at most two visits and 95.2 % at most three.
    assert_eq!(visits(Statistic::Quantile(0.9)), 3.0);
}

#[test]
fn totals_are_those_of_the_marks() {
    let results = &run(vec![desk(&[])])[0];
    assert_eq!(total(results, "visits_of_all"), total(results, "seen"));
    assert_eq!(total(results, "came"), f64::from(N));
    let visitors = number(results, "visits_of_all", Statistic::Count, "all");
    let visitors = visitors.expect("a count") - f64::from(N);
    assert!(visitors > 400.0, "{visitors}");
    assert_eq!(total(results, "seen") - visitors, total(results, "visits"));
    // The mark from which a patient counts may itself be counted.
    assert_eq!(
        total(results, "marks"),
        total(results, "visits") + f64::from(N)
    );
}

#[test]
fn groups_and_conditions_hold_and_nobody_has_no_mean() {
    let results = &run(vec![desk(&[])])[0];
    for statistic in [Statistic::Mean, Statistic::Count, Statistic::Total] {
        let of = |cohort| number(results, "visits", statistic, cohort);
        assert_eq!(of("kind=odd"), of("all"));
    }
    assert_eq!(
        number(results, "visits", Statistic::Mean, "kind=even"),
        None
    );
    assert_eq!(
        number(results, "visits", Statistic::Count, "kind=even"),
        Some(0.0)
    );
    assert_eq!(number(results, "nothing", Statistic::Mean, "all"), None);
    assert_eq!(
        number(results, "nothing", Statistic::MoreThan(1), "all"),
        None
    );
    assert_eq!(
        number(results, "nothing", Statistic::Count, "all"),
        Some(0.0)
    );
}

#[test]
fn who_began_before_the_measured_period_counts_from_the_beginning() {
    let of = |warm_up: &str, length: &str| {
        let run_length = format!("warm_up = \"{warm_up}\"\nlength = \"{length}\"");
        let results = run(vec![desk(&[("length = \"60 days\"", &run_length)])]).remove(0);
        let count = number(&results, "visits", Statistic::Count, "all").expect("a count");
        (total(&results, "visits"), count)
    };
    let (first, whole) = (of("0 min", "5 days"), of("0 min", "15 days"));
    let rest = of("5 days", "10 days");
    assert_eq!((first.0 + rest.0, first.1 + rest.1), whole);
    assert!(first.1 > 1000.0 && rest.1 > 1000.0, "{first:?} {rest:?}");
}

#[test]
fn sites_courses_and_other_statistics_are_refused() {
    let wrong = |from: &str, to: &str| {
        faults_of(
            &DESK
                .replace(from, to)
                .replace("file = \"needs.csv\"", "rate = \"1 per day\""),
        )
    };
    let by = wrong("by = [\"kind\"]", "by = [\"site\"]");
    assert!(by.contains("has no site"), "{by}");
    let series = wrong("by = [\"kind\"]", "series = [\"day\"]");
    assert!(series.contains("keeps no course over time"), "{series}");
    for statistic in ["percent", "over 4 h", "over 63"] {
        let faults = wrong("\"over 2\"", &format!("\"{statistic}\""));
        assert!(
            faults.contains("does not have one of these statistics"),
            "{faults}"
        );
    }
    let mark = wrong(
        "marks = [\"desk.seen\", \"desk.came\"]",
        "marks = [\"desk.sen\"]",
    );
    assert!(
        mark.contains("no step makes the mark \"desk.sen\""),
        "{mark}"
    );
}
