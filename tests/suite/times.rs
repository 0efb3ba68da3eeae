//! Time as the language tells it apart: since a mark, since the start of the run, gaps by the hour, rosters over the run; and units
//! let go one by one. Nothing is random here, so the answers are known.

use uecsim::experiment::results::Results;
use uecsim::uec::model::Statistic;

use crate::small::{model_of, run, values};

/// A desk of `units` with visitors at gaps, for so long.
fn desk(length: &str, gap: &str, units: &str, path: &str, measures: &str) -> Results {
    let text = format!(
        r#"
title = "A desk"
assumed = "Round numbers for tests"
[run]
start = 2024-01-01
length = "{length}"
replications = 1
[arrivals.visitors]
gap = {gap}
to = "desk.arrive"
[services.desk]
pools = ["clerks"]
[services.desk.paths]
arrive = [{path}, {{ leave = "done" }}]
[sites.desk]
services = ["desk"]
place = {{ x = 0, y = 0 }}
pools = {{ clerks = {units} }}
{measures}"#
    );
    let schedule = "hour,clerks\n0,3\n1,3\n2,1\n3,5\n";
    let model = model_of(&[("scenario.toml", &text), ("schedule.csv", schedule)]);
    run(vec![model]).remove(0)
}

fn count(name: &str) -> String {
    format!(
        "[measures.{name}]\nkind = \"count\"\nmark = \"desk.{name}\"\nstatistics = [\"total\"]\n"
    )
}

#[test]
fn units_let_go_one_by_one_serve_those_who_ask_for_several() {
    // Everybody asks for both clerks, sends one back after ten minutes and the other after twenty: at 10, 30, 50, … the next
    // is served, while one comes every ten minutes. Up to 59 minutes three are served, after waits of 0, 10 and 20.
    let path = r#"{ mark = "came" }, { hold = "clerks", units = 2 }, { mark = "served" }, { wait = "10 min" },
        { let_go = "clerks", units = 1 }, { wait = "10 min" }, { let_go = "clerks" }"#;
    let wait = "[measures.wait]\nkind = \"duration\"\nfrom = \"desk.came\"\nto = \"desk.served\"\nunit = \"min\"\nstatistics = [\"mean\", \"count\"]\n";
    let results = desk("59 min", "\"10 min\"", "2", path, wait);
    assert_eq!(values(&results, "wait", Statistic::Count), [3.0]);
    assert_eq!(values(&results, "wait", Statistic::Mean), [10.0]);
}

#[test]
fn time_is_counted_from_a_mark_and_from_the_start_of_the_run() {
    let path = r#"{ mark = "came" },
        { when = { "since:start_of_run" = { below = "5 h" } }, steps = [{ mark = "at_first" }] },
        { wait = "30 min" },
        { when = { "since:came" = { at_least = "30 min" } }, steps = [{ mark = "half_an_hour" }] },
        { when = { "since:came" = { at_least = "31 min" } }, steps = [{ mark = "longer" }] },
        { wait = { by = [{ since = "came", bands = ["20 min", "2 h"] }], rows = [
            { "since:came" = "20 min", is = "45 min" }, { is = "10 h" } ] } },
        { mark = "went" }"#;
    let measures = ["at_first", "half_an_hour", "longer"].map(count).concat()
        + "[measures.stay]\nkind = \"duration\"\nfrom = \"desk.came\"\nto = \"desk.went\"\nunit = \"min\"\nstatistics = [\"mean\"]\n";
    let results = desk("10 h", "\"1 h\"", "1", path, &measures);
    let total = |measure: &str| values(&results, measure, Statistic::Total);
    // Visitors come at 1 h to 9 h; at 5 h it is no longer below five hours.
    assert_eq!(total("at_first"), [4.0]);
    assert_eq!(total("half_an_hour"), [9.0]);
    assert_eq!(total("longer"), [0.0]);
    assert_eq!(values(&results, "stay", Statistic::Mean), [75.0]);
}

#[test]
fn a_gap_is_that_of_the_hour_of_the_arrival_before() {
    // From 0:00 on every half hour, from 1:00 on every hour: 0:30, 1:00, 2:00, …, 23:00.
    let gap = r#"{ by = ["hour"], rows = { "0" = "30 min", else = "1 h" } }"#;
    let path = r#"{ mark = "came" }"#;
    let results = desk("1 day", gap, "1", path, &count("came"));
    assert_eq!(values(&results, "came", Statistic::Total), [24.0]);
}

#[test]
fn a_roster_over_the_run_holds_hour_by_hour_and_its_last_row_for_ever() {
    let roster = r#"{ file = "schedule.csv", column = "clerks", every = "1 h" }"#;
    let measure = "[measures.on_duty]\nkind = \"level\"\npools = [\"clerks\"]\nwhat = \"capacity\"\nstatistics = [\"mean\"]\n";
    let path = r#"{ use = "clerks", for = "1 min" }"#;
    let results = desk("6 h", "\"1 h\"", roster, path, measure);
    // 3, 3, 1, 5, 5, 5.
    assert_eq!(values(&results, "on_duty", Statistic::Mean), [22.0 / 6.0]);
}

/// Visitors come every hour from the first on and are seen from eight to nine in the morning by the clock on the wall.
fn mornings(start: &str, clock: &str) -> Results {
    let text = format!(
        r#"
title = "Mornings"
assumed = "Round numbers for tests"
[run]
start = {start}
length = "2 days"
replications = 1
clock = "{clock}"
[arrivals.visitors]
gap = "1 h"
to = "desk.arrive"
[services.desk]
pools = []
[services.desk.paths]
arrive = [{{ mark = "came" }}, {{ wait_until = "08:00-09:00" }}, {{ mark = "seen" }}, {{ leave = "done" }}]
[sites.desk]
services = ["desk"]
place = {{ x = 0, y = 0 }}
[measures.wait]
kind = "duration"
from = "desk.came"
to = "desk.seen"
unit = "h"
statistics = ["mean", "count"]
[measures.came]
kind = "count"
mark = "desk.came"
statistics = ["total"]
series = ["day"]
"#
    );
    run(vec![model_of(&[("scenario.toml", &text)])]).remove(0)
}

#[test]
fn days_on_which_clocks_change_have_23_and_25_hours() {
    let check = |start: &str, clock: &str, hours_until_eight: u32, by_day: [f64; 2]| {
        let results = mornings(start, clock);
        // Those of the first eight hours wait for the first morning, the others for the second.
        let first: u32 = (0..8).sum();
        let second: u32 = (0..=hours_until_eight - 9).sum();
        let n = f64::from(hours_until_eight);
        assert_eq!(
            values(&results, "wait", Statistic::Count),
            [n],
            "{start} {clock}"
        );
        let mean = values(&results, "wait", Statistic::Mean)[0];
        assert!(
            (mean - f64::from(first + second) / n).abs() < 1e-9,
            "{start} {clock}: {mean}"
        );
        let course = &results.daily[0].mean;
        assert_eq!(course[..], by_day.map(Some), "{start} {clock}");
    };
    // The first day has the hours from 1 to 23, a day of 23 hours the 24 to 46.
    check("2024-03-30", "fixed", 32, [23.0, 24.0]);
    check("2024-03-30", "Europe/London", 31, [23.0, 23.0]);
    check("2024-10-26", "Europe/London", 33, [23.0, 25.0]);
    check("2024-06-01", "Europe/London", 32, [23.0, 24.0]);
}
