//! The commands, end to end through the program.

use std::fs;

#[cfg(unix)]
use crate::folders::interrupted;
use crate::folders::{Scratch, bytes_of, uecsim, uecsim_in};
use crate::small::Hospital;

const SHORT: [&str; 6] = [
    "--length",
    "7 days",
    "--warm-up",
    "2 days",
    "--replications",
    "2",
];

fn with<'a>(first: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [first, rest].concat()
}

#[test]
fn run_writes_a_folder_with_everything() {
    let scratch = Scratch::new("run");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let out = scratch.path("out");
    let call = uecsim(&with(&["run", &scenario, "--out", &out], &SHORT));
    assert_eq!(call.exit, 0, "{}", call.err);
    assert!(call.out.contains("2 replications"), "{}", call.out);
    let files = bytes_of(&out);
    for name in [
        "summary.csv",
        "replications.csv",
        "hourly.csv",
        "report.html",
        "run.json",
        "timing.json",
    ] {
        assert!(
            files.contains_key(name),
            "{name} is missing of {:?}",
            files.keys()
        );
    }
    let summary = String::from_utf8_lossy(&files["summary.csv"]).into_owned();
    assert!(
        summary.contains("hospital,time_in_department,mean,min,all,all,"),
        "{summary}"
    );
    assert_eq!(scratch.names(), ["hospital.toml", "out"]);
}

#[test]
fn without_out_results_go_below_output_in_the_current_folder() {
    let scratch = Scratch::new("default");
    scratch.write("mine.toml", &Hospital::default().text());
    let call = uecsim_in(
        scratch.folder(),
        &with(&["run", "mine.toml", "--quiet"], &SHORT),
    );
    assert_eq!((call.exit, call.out.as_str()), (0, ""), "{}", call.err);
    assert!(scratch.folder().join("output/mine/summary.csv").is_file());
}

#[test]
fn compare_writes_paired_differences() {
    let scratch = Scratch::new("compare");
    let before = scratch.write("before.toml", &Hospital::default().text());
    let more_beds = Hospital {
        beds: 110,
        ..Hospital::default()
    };
    let after = scratch.write("after.toml", &more_beds.text());
    let arguments = with(&["compare", &before, &after, "--json"], &SHORT);
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    let folder = scratch.folder().join("output/before-vs-after");
    let table = fs::read_to_string(folder.join("comparison.csv")).expect("the table is written");
    assert!(
        table.contains("before,after,whole,,boarding,mean,min,all,all,"),
        "{table}"
    );
    let json: serde_json::Value = serde_json::from_str(&call.out).expect("valid JSON");
    assert_eq!(json["baseline"]["scenario"], "before");
    assert_eq!(
        json["alternatives"][0]["differences"][0]["difference"]["n"],
        2
    );
}

#[test]
fn a_wrong_scenario_is_refused_with_all_its_faults_and_nothing_is_overwritten() {
    let scratch = Scratch::new("wrong");
    let right = scratch.write("right.toml", &Hospital::default().text());
    let out = scratch.path("out");
    let arguments = with(&["run", &right, "--quiet", "--out", &out], &SHORT);
    assert_eq!(uecsim(&arguments).exit, 0);
    let before = bytes_of(&out);
    let text = Hospital::default().text();
    let wrong = text
        .replace("cubicles = 14", "cubicles = 14\nbedz = 3")
        .replace("\"45 min\"", "\"45 parsecs\"");
    let wrong = scratch.write("wrong.toml", &wrong);
    let call = uecsim(&["run", &right, &wrong, "--out", &out]);
    assert_eq!(call.exit, 2);
    assert!(call.err.contains("bedz"), "{}", call.err);
    assert!(call.err.contains("45 parsecs"), "{}", call.err);
    assert!(call.err.contains("wrong.toml:"), "{}", call.err);
    assert_eq!(call.out, "");
    assert!(bytes_of(&out) == before);
}

#[test]
fn a_folder_that_holds_something_else_is_not_overwritten() {
    let scratch = Scratch::new("precious");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    scratch.write("thesis/chapter.txt", "years of work");
    let call = uecsim(&["run", &scenario, "--out", &scratch.path("thesis")]);
    assert_eq!(call.exit, 2);
    assert!(call.err.contains("choose another folder"), "{}", call.err);
    assert!(scratch.folder().join("thesis/chapter.txt").is_file());
}

#[test]
fn a_place_that_cannot_be_written_is_the_machines_fault() {
    let scratch = Scratch::new("unwritable");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let below_a_file = format!("{scenario}/out");
    let call = uecsim(&with(&["run", &scenario, "--out", &below_a_file], &SHORT));
    assert_eq!(call.exit, 3, "{}", call.err);
}

#[test]
fn scenarios_that_cannot_be_paired_are_refused() {
    let scratch = Scratch::new("unpaired");
    let text = Hospital::default().text();
    let before = scratch.write("before.toml", &text);
    let after = scratch.write(
        "after.toml",
        &text.replace("length = \"28 days\"", "length = \"29 days\""),
    );
    let call = uecsim_in(scratch.folder(), &["compare", &before, &after]);
    assert_eq!(call.exit, 2);
    assert!(call.err.contains("E101"), "{}", call.err);
}

#[test]
fn check_says_what_would_be_simulated_and_writes_nothing() {
    let scratch = Scratch::new("check");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let call = uecsim_in(scratch.folder(), &["check", &scenario]);
    assert_eq!(call.exit, 0, "{}", call.err);
    for word in ["A small hospital", "cubicles", "90"] {
        assert!(call.out.contains(word), "{word} is missing:\n{}", call.out);
    }
    assert_eq!(scratch.names(), ["hospital.toml"]);
}

#[test]
fn a_scenarios_folder_beside_the_users_file_overrides_the_shipped_one() {
    let scratch = Scratch::new("override");
    let one_ed = include_str!("../../scenarios/examples/one-ed.toml");
    let retitled = one_ed.replace("\"One emergency department\"", "\"My own department\"");
    let user = scratch.write(
        "mine.toml",
        "title = \"Mine\"\nsystem = \"examples/one-ed.toml\"\n",
    );
    let shipped = uecsim_in(
        scratch.folder(),
        &["check", "scenarios/examples/one-ed.toml"],
    );
    assert_eq!(shipped.exit, 0, "{}", shipped.err);
    assert!(
        shipped.out.contains("One emergency department"),
        "{}",
        shipped.out
    );
    assert_eq!(uecsim_in(scratch.folder(), &["check", &user]).exit, 0);
    scratch.write("scenarios/examples/one-ed.toml", &retitled);
    let own = uecsim_in(
        scratch.folder(),
        &["check", "scenarios/examples/one-ed.toml"],
    );
    assert!(own.out.contains("My own department"), "{}", own.out);
}

#[test]
fn a_wrong_command_line_is_wrong_input() {
    assert_eq!(uecsim(&["run"]).exit, 2);
    assert_eq!(uecsim(&["simulate"]).exit, 2);
    assert_eq!(uecsim(&["--help"]).exit, 0);
    assert_eq!(uecsim(&["run", "scenarios/no-such-file.toml"]).exit, 2);
}

#[test]
fn codes_are_listed() {
    let call = uecsim(&["list", "codes"]);
    assert_eq!(call.exit, 0);
    assert!(
        call.out.contains("S101") && call.out.contains("E101"),
        "{}",
        call.out
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_finished_replications_beside_the_earlier_run() {
    let scratch = Scratch::new("interrupt");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let out = scratch.path("out");
    assert_eq!(
        uecsim(&with(&["run", &scenario, "--quiet", "--out", &out], &SHORT)).exit,
        0
    );
    let before = bytes_of(&out);
    let call = interrupted(&["run", &scenario, "--replications", "100000", "--out", &out]);
    assert_eq!(call.exit, 130, "{}", call.err);
    assert!(call.err.contains("stopping"), "{}", call.err);
    assert!(bytes_of(&out) == before);
    let record = fs::read_to_string(scratch.folder().join("out-partial/run.json"));
    let record: serde_json::Value =
        serde_json::from_str(&record.expect("the record is written")).expect("valid JSON");
    assert_eq!(record["scenarios"][0]["stopped_early"], true);
}

/// The engine's clock ends after 34 years: a run beyond would never come to its end.
#[test]
fn a_run_of_no_length_or_of_forty_years_is_refused() {
    let scratch = Scratch::new("lengths");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    for (length, words) in [("0 days", "no length"), ("2080 weeks", "at most 30 years")] {
        let out = scratch.path("out");
        let call = uecsim(&["run", &scenario, "--length", length, "--out", &out]);
        assert_eq!(call.exit, 2, "{length}: {}", call.err);
        assert!(call.err.contains(words), "{length}: {}", call.err);
        assert!(!std::path::Path::new(&out).exists());
    }
}
