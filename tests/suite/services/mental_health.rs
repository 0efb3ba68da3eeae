//! The crisis line and psychiatric liaison.

use uecsim::engine::time::SimSpan;
use uecsim::uec::model::Statistic;

use super::{check_mean, example, example_with, waits_longer};

// ---- mental-health crisis ----

#[test]
fn callers_of_the_crisis_line_wait_as_erlang_says() {
    // 96 calls a day of 20 min each for three people: one and a third busy.
    let tables = r#"
[durations.crisis_call]
rows = [{ is = { exponential = { mean = "20 min" } } }]
[durations.crisis_caller_patience]
rows = [{ is = "3000 days" }]
"#;
    let results = example_with("crisis-line", &[], tables);
    let load = 96.0 * 20.0 / 1440.0;
    let within = 100.0 * (1.0 - waits_longer(load, 3, 1.0 / 20.0));
    let minute = Statistic::Within(SimSpan(60_000));
    assert!((80.0..90.0).contains(&within), "{within}");
    check_mean(&results, "crisis_line_answer", minute, within, 1.0);
    let seconds = 60.0 * 20.0 * waits_longer(load, 3, 0.0) / (3.0 - load);
    check_mean(
        &results,
        "crisis_line_answer",
        Statistic::Mean,
        seconds,
        12.0,
    );
    check_mean(
        &results,
        "crisis_line_abandoned",
        Statistic::Percent,
        0.0,
        0.0,
    );
}

#[test]
fn with_ample_call_takers_no_crisis_call_waits() {
    let results = example(
        "crisis-line",
        &[
            ("crisis_call_takers = 3", "crisis_call_takers = 500"),
            ("units = 2, shift", "units = 500, shift"),
        ],
    );
    check_mean(&results, "crisis_line_answer", Statistic::Mean, 0.0, 0.0);
    let four_hours = Statistic::Within(SimSpan(4 * 3_600_000));
    check_mean(&results, "crisis_team_response", four_hours, 100.0, 0.0);
}

// ---- psychiatric liaison ----

const LIAISON_BY_DAY: &str = "[{ from = \"00:00\", units = 0 }, { from = \"08:00\", units = 2 }, { from = \"22:00\", units = 0 }]";
const UNTIL_SEEN: &str = r#"
[durations.liaison_patience]
rows = [{ is = "30 h" }]
"#;

#[test]
fn with_ample_liaison_by_day_only_the_night_waits() {
    // Referrals come at any time of the day alike: from 7 h to 22 h they are seen within the hour, the others at 8 h.
    let replace = [
        ("cubicles = 20", "cubicles = 2000"),
        (
            LIAISON_BY_DAY,
            "[{ from = \"00:00\", units = 0 }, { from = \"08:00\", units = 500 }, { from = \"22:00\", units = 0 }]",
        ),
    ];
    let results = example_with("psychiatric-liaison", &replace, UNTIL_SEEN);
    let hour = Statistic::Within(SimSpan(3_600_000));
    check_mean(&results, "liaison_wait", hour, 100.0 * 15.0 / 24.0, 1.5);
    check_mean(
        &results,
        "liaison_wait",
        Statistic::Mean,
        60.0 * 50.0 / 24.0,
        6.0,
    );
}

#[test]
fn with_ample_liaison_day_and_night_nobody_waits() {
    let replace = [
        ("cubicles = 20", "cubicles = 2000"),
        (LIAISON_BY_DAY, "500"),
    ];
    let results = example("psychiatric-liaison", &replace);
    check_mean(&results, "liaison_wait", Statistic::Mean, 0.0, 0.0);
    check_mean(&results, "liaison_not_seen", Statistic::Percent, 0.0, 0.0);
}
