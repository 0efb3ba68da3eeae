//! A folder is verified by simulating again what it records; whatever was changed in it is named.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::folders::{Call, Scratch, uecsim, uecsim_in};
use crate::small::Hospital;

const SHORT: [&str; 7] = [
    "--quiet",
    "--length",
    "7 days",
    "--warm-up",
    "2 days",
    "--replications",
    "2",
];

/// A small run in the folder `out` of a test's own folder, with the further flags.
fn ran(scratch: &Scratch, further: &[&str]) -> String {
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let out = scratch.path("out");
    let call = uecsim(&[&["run", &scenario, "--out", &out], &SHORT[..], further].concat());
    assert_eq!(call.exit, 0, "{}", call.err);
    out
}

fn change(folder: &str, file: &str, from: &str, to: &str) {
    let path = Path::new(folder).join(file);
    let text = fs::read_to_string(&path).expect("the file is there");
    assert!(text.contains(from), "{from} is not in {file}");
    fs::write(path, text.replacen(from, to, 1)).expect("the file can be written");
}

fn check_named(call: &Call, words: &[&str]) {
    assert_eq!(call.exit, 1, "{}{}", call.out, call.err);
    for word in words {
        assert!(call.out.contains(word), "{word} is missing:\n{}", call.out);
    }
}

#[test]
fn a_fresh_run_is_verified_from_its_folder_alone() {
    let scratch = Scratch::new("verify-run");
    let out = ran(&scratch, &["--log", "--seed", "7"]);
    // Neither the scenario nor the folder it was called from is needed.
    fs::remove_file(scratch.folder().join("hospital.toml")).expect("the file can be removed");
    let call = uecsim_in(scratch.folder(), &["verify", &out]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    assert!(
        call.out.contains("2 replications") && call.out.contains("byte for byte"),
        "{}",
        call.out
    );
}

#[test]
fn a_comparison_with_all_that_belongs_to_it_is_verified() {
    let scratch = Scratch::new("verify-compare");
    let before = scratch.write("before.toml", &Hospital::default().text());
    scratch.write(
        "changes/more-beds.toml",
        "title = \"More beds\"\nevidence = [\"assumed\"]\n[set]\n\"sites.hospital.pools.beds\" = 110\n",
    );
    scratch.write(
        "changes/more-cubicles.toml",
        "title = \"More cubicles\"\nevidence = [\"assumed\"]\n[set]\n\"sites.hospital.pools.cubicles\" = 16\n",
    );
    let after = scratch.write(
        "after.toml",
        "title = \"After\"\nsystem = \"before.toml\"\nchanges = [\"more-beds\", \"more-cubicles\"]\n",
    );
    let out = scratch.path("out");
    let arguments = ["compare", &before, &after, "--decompose", "--patients=1"];
    let call = uecsim(&[&arguments[..], &["--out", &out], &SHORT[..]].concat());
    assert_eq!(call.exit, 0, "{}", call.err);
    let call = uecsim(&["verify", &out, "--json"]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    let told: Value = serde_json::from_str(&call.out).expect("valid JSON");
    assert_eq!(told[0]["same"], true);
    // The baseline, the alternative, and each of its two changes alone: two replications each.
    assert_eq!(told[0]["replications"], 8);
}

#[test]
fn one_byte_changed_in_a_table_is_named_by_file_and_line() {
    let scratch = Scratch::new("verify-byte");
    let out = ran(&scratch, &[]);
    let path = Path::new(&out).join("summary.csv");
    let text = fs::read_to_string(&path).expect("the table is written");
    let third = text.lines().nth(2).expect("it has rows").to_owned();
    let at = text.find(&third).expect("just found") + third.len() - 1;
    let mut bytes = text.into_bytes();
    bytes[at] = if bytes[at] == b'9' { b'8' } else { b'9' };
    fs::write(&path, bytes).expect("the table can be written");
    let call = uecsim(&["verify", &out]);
    check_named(
        &call,
        &["summary.csv:3: the file was changed after the run", &third],
    );
    assert!(call.out.contains("1 difference."), "{}", call.out);
}

#[test]
fn an_event_that_was_changed_is_told_with_the_journeys_around_it() {
    let scratch = Scratch::new("verify-event");
    let out = ran(&scratch, &["--log=2"]);
    let path = Path::new(&out).join("events.csv");
    let text = fs::read_to_string(&path).expect("the log is written");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_treated = |line: &String| line.contains("test_begun,");
    let at = lines
        .iter()
        .rposition(is_treated)
        .expect("somebody is treated");
    let patient = lines[at]
        .split(',')
        .next()
        .expect("a first cell")
        .to_owned();
    lines[at] = lines[at].replace("test_begun", "test_skipped");
    fs::write(&path, lines.join("\n") + "\n").expect("the log can be written");
    let call = uecsim(&["verify", &out]);
    let line = format!("events.csv:{}: ", at + 1);
    let written = format!("patient {patient}, as written:");
    let again = format!("patient {patient}, as it comes out now:");
    check_named(
        &call,
        &[
            &line,
            &written,
            &again,
            "arrival_departure arrival",
            "test_skipped",
            "of replication 2",
        ],
    );
}

#[test]
fn a_changed_input_is_named() {
    let scratch = Scratch::new("verify-input");
    let out = ran(&scratch, &[]);
    let scenario = scratch.path("hospital.toml");
    // On the disk it is worth a note: the run itself is still what it was.
    change(
        &scratch.path(""),
        "hospital.toml",
        "cubicles = 14",
        "cubicles = 15",
    );
    let call = uecsim(&["verify", &out]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    let note = format!("{scenario}:");
    assert!(
        call.err.contains(&note) && call.err.contains("has changed since the run"),
        "{}",
        call.err
    );
    // In the record it is a difference.
    change(&out, "run.json", "cubicles = 14", "cubicles = 15");
    let named =
        format!("{scenario}: the text of this input in run.json is not the one that was run");
    check_named(&uecsim(&["verify", &out]), &[&named]);
}

#[test]
fn another_seed_in_the_record_is_found_in_the_first_value_that_differs() {
    let scratch = Scratch::new("verify-seed");
    let out = ran(&scratch, &["--seed", "7"]);
    change(&out, "run.json", "\"seed\": 7", "\"seed\": 8");
    let call = uecsim(&["verify", &out]);
    check_named(
        &call,
        &[
            "replications.csv:2: it comes out otherwise now",
            "first in replication 1 of hospital",
            "--log=REPLICATION",
        ],
    );
}

#[test]
fn a_file_that_is_gone_is_a_difference_and_a_stranger_is_not() {
    let scratch = Scratch::new("verify-gone");
    let out = ran(&scratch, &[]);
    scratch.write("out/notes.txt", "mine");
    fs::remove_file(Path::new(&out).join("daily.csv")).expect("the table is written");
    let call = uecsim(&["verify", &out]);
    check_named(
        &call,
        &["daily.csv: the run wrote this file, and it is gone"],
    );
    assert!(call.err.contains("notes.txt"), "{}", call.err);
}

#[test]
fn what_cannot_be_verified_says_why() {
    let scratch = Scratch::new("verify-cannot");
    let check = |folder: &str, words: &str| {
        let call = uecsim(&["verify", folder]);
        assert_eq!(call.exit, 2, "{}{}", call.out, call.err);
        assert!(call.err.contains(words), "{}", call.err);
    };
    check(&scratch.path("nothing"), "run.json cannot be read");
    scratch.write("odd/run.json", "{\n  \"scenarios\": 3\n}\n");
    check(&scratch.path("odd"), "is not a record of a run (line 2");
    let out = ran(&scratch, &[]);
    let own = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    change(&out, "run.json", &own, "\"version\": \"0.0.9\"");
    check(&out, "written by version 0.0.9");
    change(&out, "run.json", "\"version\": \"0.0.9\"", &own);
    change(
        &out,
        "run.json",
        "\"stopped_early\": false",
        "\"stopped_early\": true",
    );
    check(&out, "2 of 2 replications of hospital finished");
}

#[test]
fn the_record_of_a_run_tells_what_was_checked() {
    let scratch = Scratch::new("verify-checks");
    let out = ran(&scratch, &["--log"]);
    let text = fs::read_to_string(Path::new(&out).join("run.json")).expect("it is written");
    let record: Value = serde_json::from_str(&text).expect("valid JSON");
    let checks = &record["scenarios"][0]["checks"];
    // Nine days: once after a week and once at the end, in two replications.
    assert_eq!(checks["times_checked"], 4);
    assert_eq!(checks["patients"]["error"], "exact");
    let lines = checks["littles_law"].as_array().expect("a list of lines");
    let names: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["line"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "cubicles at hospital",
            "doctors at hospital",
            "beds at hospital",
            "ambulances"
        ]
    );
    assert!(lines.iter().all(|line| line["error"] == "exact"));
    for line in lines {
        // In nine days beds do not fill up.
        let has_waited = line["hours_waited"].as_f64() > Some(0.0);
        assert_eq!(has_waited, line["line"] != "beds at hospital", "{line}");
    }
    let outputs = record["outputs"].as_array().expect("a list of files");
    assert!(outputs.iter().any(|file| file["path"] == "events.csv"));
}
