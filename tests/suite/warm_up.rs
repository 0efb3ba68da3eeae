//! How long a scenario takes to forget its start: known cases, refusals with their reasons, and whole weeks where the week has a
//! cycle.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::folders::{Scratch, bytes_of, uecsim};

/// Patients come at random and each stays for a while in a bed of which there are `beds`.
fn ward(per_day: f64, stay: &str, beds: u32, further: &str) -> String {
    format!(
        r#"
title = "A ward"
assumed = "A test"
[run]
warm_up = "2 days"
length = "60 days"
replications = 2
[arrivals.patients]
rate = "{per_day} per day"
{further}
to = "ward.arrive"
[services.ward]
title = "Ward"
pools = ["beds"]
[services.ward.paths]
arrive = [
  {{ mark = "arrived" }},
  {{ hold = "beds" }},
  {{ wait = {{ exponential = {{ mean = "{stay}" }} }}, id = "stay" }},
  {{ leave = "home" }},
]
[sites.ward]
services = ["ward"]
place = {{ x = 0, y = 0 }}
[sites.ward.pools]
beds = {beds}
[measures.beds_occupied]
title = "Beds occupied"
kind = "level"
pools = ["beds"]
what = "busy"
unit = "beds"
statistics = ["mean"]
better = "lower"
source = "Patients in beds"
"#
    )
}

fn found(scratch: &Scratch, text: &str, further: &[&str]) -> (i32, Value) {
    let scenario = scratch.write("ward.toml", text);
    let out = scratch.path("out");
    let call = uecsim(&[&["warm-up", &scenario, "--out", &out, "--json"], further].concat());
    let found = serde_json::from_str(&call.out);
    (
        call.exit,
        found.unwrap_or_else(|_| panic!("{}{}", call.out, call.err)),
    )
}

fn sentences(found: &Value) -> String {
    let all = found["found"].as_array().expect("a list");
    all.iter()
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_ward_with_stays_of_six_days_takes_weeks_to_fill_and_two_days_are_too_short() {
    let scratch = Scratch::new("warm-up-ward");
    // With beds for everybody the mean number in beds after t days is 120 (1 - exp(-t / 6)): 98 % after 24 days.
    let (exit, found) = found(
        &scratch,
        &ward(20.0, "6 days", 300, ""),
        &["--length", "120 days"],
    );
    assert_eq!(exit, 0, "{found}");
    let days = found["recommended_days"].as_f64().expect("a number");
    assert!((12.0..=45.0).contains(&days), "{days}");
    assert_eq!(
        (found["present_days"].as_f64(), &found["weekly"]),
        (Some(2.0), &Value::Bool(false))
    );
    assert!(
        sentences(&found).contains("The scenario has 2 days, which is too short."),
        "{found}"
    );
    let (_, found) = self::found(
        &scratch,
        &ward(20.0, "6 days", 300, ""),
        &["--length", "120 days", "--warm-up", "60 days"],
    );
    assert!(
        sentences(&found).contains("The scenario has 60 days, which is enough."),
        "{found}"
    );
}

#[test]
fn a_line_that_grows_is_named_and_nothing_is_recommended() {
    let scratch = Scratch::new("warm-up-grows");
    // Eleven patients a day for stays of one day in ten beds.
    let (exit, found) = found(
        &scratch,
        &ward(11.0, "1 day", 10, ""),
        &["--length", "120 days"],
    );
    assert_eq!(
        (exit, &found["recommended_days"]),
        (1, &Value::Null),
        "{found}"
    );
    let said = sentences(&found);
    assert!(
        said.contains("No warm-up is recommended")
            && said.contains("The line for beds at ward keeps growing: "),
        "{said}"
    );
}

#[test]
fn a_week_with_a_cycle_is_taken_as_a_whole() {
    let scratch = Scratch::new("warm-up-week");
    // Most come by day, and few at weekends.
    let profile = format!(
        "[profiles.office]\nhours = {:?}\ndays = [1.2, 1.1, 1.0, 1.0, 1.0, 0.5, 0.5]\n",
        [vec![0.3; 8], vec![2.0; 9], vec![0.5; 7]].concat()
    );
    let text = ward(20.0, "2 days", 100, "profile = \"office\"") + &profile;
    let (exit, found) = found(&scratch, &text, &[]);
    assert_eq!(exit, 0, "{found}");
    assert_eq!(found["weekly"], true);
    let days = found["recommended_days"].as_f64().expect("a number");
    assert!(days % 7.0 == 0.0 && days <= 21.0, "{days}");
    let page = fs::read_to_string(Path::new(&scratch.path("out")).join("report.md"))
        .expect("it is written");
    assert!(
        page.contains("means over whole weeks")
            && page.contains("![Courses of key levels](charts/warm-up.svg)"),
        "{page}"
    );
    // Half of twelve weeks leaves too few to judge by.
    let (exit, found) = self::found(&scratch, &text, &["--length", "63 days"]);
    assert_eq!(exit, 1);
    assert!(
        sentences(&found).contains("The run is too short to tell: follow it for 12 weeks at least"),
        "{found}"
    );
}

#[test]
fn inputs_that_change_over_the_run_are_refused_before_anything_is_run() {
    let scratch = Scratch::new("warm-up-recorded");
    scratch.write("arrivals.csv", "time\n0 min\n12 h\n36 h\n60 h\n");
    let text =
        ward(1.0, "1 day", 10, "").replace("rate = \"1 per day\"", "file = \"arrivals.csv\"");
    let scenario = scratch.write("ward.toml", &text);
    let out = scratch.path("out");
    let call = uecsim(&["warm-up", &scenario, "--out", &out]);
    assert_eq!((call.exit, call.out.as_str()), (1, ""), "{}", call.err);
    assert!(
        call.err.contains("ward has no steady state that a warm-up could wait for: the arrivals of patients are recorded ones"),
        "{}",
        call.err
    );
    assert!(!Path::new(&out).exists());
}

#[test]
fn patients_who_are_in_at_the_start_are_no_change() {
    let scratch = Scratch::new("warm-up-start");
    scratch.write("in.csv", &format!("time\n{}", "0 min\n".repeat(120)));
    let start = "\n[arrivals.in_at_start]\nfile = \"in.csv\"\nto = \"ward.arrive\"\n";
    let text = ward(20.0, "6 days", 300, "") + start;
    let empty = ward(20.0, "6 days", 300, "");
    // A ward that begins as full as it will be has less to forget than an empty one.
    let [full, empty] = [text, empty].map(|text| {
        let (exit, found) = found(&scratch, &text, &["--length", "120 days"]);
        assert_eq!(exit, 0, "{found}");
        found["recommended_days"].as_f64().expect("a number")
    });
    assert!(full < empty, "{full} {empty}");
}

#[test]
fn two_replications_cannot_tell_a_trend() {
    let call = uecsim(&[
        "warm-up",
        "scenarios/examples/one-ed.toml",
        "--replications",
        "2",
    ]);
    assert_eq!(call.exit, 2);
    assert!(call.err.contains("three are needed"), "{}", call.err);
}

#[test]
fn a_warm_up_is_the_same_bytes_on_one_thread_and_on_two() {
    let scratch = Scratch::new("warm-up-threads");
    let scenario = scratch.write("ward.toml", &ward(20.0, "6 days", 300, ""));
    let written = ["1", "2"].map(|threads| {
        let out = scratch.path(threads);
        let call = uecsim(&[
            "warm-up",
            &scenario,
            "--out",
            &out,
            "--threads",
            threads,
            "--quiet",
        ]);
        assert_eq!(call.exit, 0, "{}", call.err);
        let mut files = bytes_of(&out);
        assert!(files.remove("timing.json").is_some());
        files
    });
    assert!(written[0] == written[1]);
    for file in ["warm-up.csv", "courses.csv"] {
        let text = String::from_utf8(written[0][file].clone()).expect("tables are text");
        let header = text.lines().next().expect("a header").replace(',', ", ");
        let documented = include_str!("../../output/README.md").replace('\n', " ");
        assert!(documented.contains(&header), "{file}: {header}");
    }
}
