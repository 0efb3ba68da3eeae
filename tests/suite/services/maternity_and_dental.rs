//! Maternity triage and urgent dental care.

use uecsim::engine::time::SimSpan;
use uecsim::uec::model::Statistic;

use super::{check_mean, example, mean};
use crate::small::values;

// ---- maternity triage ----

#[test]
fn with_ample_midwives_everybody_is_seen_at_once_and_a_transfer_is_two_drives_and_the_loading() {
    // The crew drives 15 km, loads for 12 min and rides 25 km, at 60 km/h on roads 1.4 times as long: 21 + 12 + 35 min.
    let results = example(
        "maternity-triage",
        &[
            (
                "triage_midwives = 2, maternity_rooms = 4",
                "triage_midwives = 500, maternity_rooms = 500",
            ),
            ("unit_midwives = 1", "unit_midwives = 500"),
            (
                "units = 1, shift = \"always\"",
                "units = 500, shift = \"always\"",
            ),
        ],
    );
    check_mean(
        &results,
        "maternity_first_assessment",
        Statistic::Mean,
        0.0,
        0.0,
    );
    let standard = Statistic::Within(SimSpan(15 * 60_000));
    check_mean(&results, "maternity_first_assessment", standard, 100.0, 0.0);
    check_mean(&results, "maternity_left", Statistic::Percent, 0.0, 0.0);
    check_mean(&results, "maternity_transfer", Statistic::Mean, 68.0, 1.5);
}

#[test]
fn midwives_with_more_work_than_hours_let_the_standard_slip() {
    let ample = example("maternity-triage", &[]);
    let short = example(
        "maternity-triage",
        &[("triage_midwives = 2", "triage_midwives = 1")],
    );
    let standard = Statistic::Within(SimSpan(15 * 60_000));
    let before = mean(&values(&ample, "maternity_first_assessment", standard));
    let after = mean(&values(&short, "maternity_first_assessment", standard));
    assert!(after < before - 20.0, "{before} to {after}");
}

// ---- urgent dental care ----

const DENTAL_SLOTS: &str = "per_hour = 4, hours = \"Mon-Fri 08:00-17:00\"";

#[test]
fn when_ten_times_as_many_ask_every_dental_slot_is_taken_and_no_more() {
    // 40 weeks of five days of nine hours of four slots.
    let results = example("urgent-dental", &[("40 per day", "400 per day")]);
    assert_eq!(
        values(&results, "dental_wait", Statistic::Count),
        [7200.0; 4]
    );
    let without = 100.0 * (1.0 - 7200.0 / (280.0 * 400.0));
    check_mean(&results, "dental_no_slot", Statistic::Percent, without, 0.3);
}

#[test]
fn with_ample_dental_slots_everybody_is_seen_an_hour_later() {
    let results = example(
        "urgent-dental",
        &[(DENTAL_SLOTS, "per_hour = 3600, hours = \"always\"")],
    );
    check_mean(&results, "dental_no_slot", Statistic::Percent, 0.0, 0.0);
    check_mean(&results, "dental_wait", Statistic::Mean, 1.0, 0.001);
}
