//! More of what is short helps: no 99 % paired interval lies wholly on the wrong side.

use uecsim::stats::intervals::paired_difference;
use uecsim::uec::model::Statistic;

use crate::small::{Hospital, run, values};

/// Checks that `measure` falls from the usual hospital to `better`, at 99 %: `by` is the least fall expected.
fn check(better: Hospital, measure: &str, least_fall: f64) {
    let results = run(vec![Hospital::default().model(), better.model()]);
    let before = values(&results[0], measure, Statistic::Mean);
    let after = values(&results[1], measure, Statistic::Mean);
    let difference = paired_difference(&before, &after, 0.99).expect("there are replications");
    let (low, high) = (difference.low(), difference.high());
    assert!(low < 0.0, "{measure} rises: {low} to {high}");
    assert!(
        difference.mean < -least_fall,
        "{measure} hardly moves: {low} to {high}"
    );
}

#[test]
fn more_beds_shorten_boarding() {
    check(
        Hospital {
            beds: 115,
            ..Hospital::default()
        },
        "boarding",
        10.0,
    );
}

#[test]
fn more_crews_shorten_response() {
    check(
        Hospital {
            crews: 3,
            ..Hospital::default()
        },
        "response",
        1.0,
    );
}

#[test]
fn more_doctors_shorten_time_in_the_department() {
    check(
        Hospital {
            doctors: 5,
            ..Hospital::default()
        },
        "time_in_department",
        5.0,
    );
}

#[test]
fn fewer_arrivals_shorten_time_in_the_department() {
    let quieter = Hospital {
        patients_per_day: 80.0,
        ..Hospital::default()
    };
    check(quieter, "time_in_department", 5.0);
}
