//! The commands that tell of scenarios and do not run them, end to end through the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::folders::{Call, Scratch, uecsim, uecsim_in};
use crate::small::Hospital;

/// The call went well and said all of these.
fn check(call: &Call, expected: &[&str]) {
    assert_eq!(call.exit, 0, "{}", call.err);
    for words in expected {
        assert!(
            call.out.contains(words),
            "{words} is missing:\n{}",
            call.out
        );
    }
}

/// The call was the user's fault, said why, and printed no result.
fn check_refused(call: &Call, expected: &str) {
    assert_eq!((call.exit, call.out.as_str()), (2, ""), "{}", call.err);
    assert!(
        call.err.contains(expected),
        "{expected} is missing:\n{}",
        call.err
    );
}

#[test]
fn explain_knows_codes_changes_and_distributions() {
    check(
        &uecsim(&["explain", "s306"]),
        &["S306: offered load at or above capacity\n\nAn estimate"],
    );
    check(&uecsim(&["explain", "R102"]), &["a line that only grows"]);
    check(
        &uecsim(&["explain", "clinical-hub"]),
        &[
            "Clinical hub behind 111 and 999",
            "Evidence:\n  E067: ",
            "  choices.ambulance_looked_at.rows = ",
            "(assumed: Induced demand when clinical advice is a call away)",
            "File: scenarios/changes/clinical-hub.toml",
        ],
    );
    check(
        &uecsim(&["explain", "lognormal"]),
        &["{ lognormal = { mean = "],
    );
}

#[test]
fn explain_knows_measures_and_services_of_a_scenario() {
    let scratch = Scratch::new("explain");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let explain = |word: &str| uecsim(&["explain", word, "--scenario", &scenario]);
    check(
        &explain("boarding"),
        &[
            "Measured:      time from the mark emergency_department.decided_to_admit to the mark emergency_department.departed, at the site of the second\n",
            "Unit:          min\n",
            "Better:        lower\n",
            "Nature:        emergent",
            "Source:        Decision to admit to bed\n",
        ],
    );
    check(
        &explain("beds_occupied"),
        &["units in use over units on duty, in percent, averaged over time: beds\n"],
    );
    check(
        &explain("ambulance"),
        &[
            "Ambulances\n",
            "Paths:\n  call (5 steps)\n",
            "Runs at:\n  The hospital (hospital)\n",
            "Sends patients to:\n  emergency_department\n",
            "assumed: Round numbers for tests\n",
        ],
    );
    check(
        &explain("hospital"),
        &["hospital: a service of the library"],
    );
}

#[test]
fn explain_finds_a_change_beside_the_scenario_before_the_shipped_one() {
    let scratch = Scratch::new("explain-change");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    scratch.write(
        "changes/clinical-hub.toml",
        "title = \"My hub\"\nevidence = [\"a wish\"]\n",
    );
    let call = uecsim(&["explain", "clinical-hub", "--scenario", &scenario]);
    check(&call, &["My hub", "  a wish\n"]);
}

#[test]
fn explain_suggests_the_nearest_word() {
    check_refused(
        &uecsim(&["explain", "tim_in_department"]),
        "called \"tim_in_department\"\n  note: measures and services are those of devon-2023\n  try: uecsim explain time_in_department",
    );
    check_refused(&uecsim(&["explain", "S906"]), "try: uecsim explain S106");
    check_refused(&uecsim(&["explain", "zzzzzz"]), "try: uecsim list measures");
    check_refused(
        &uecsim(&["explain", "boarding", "--scenario", "nowhere.toml"]),
        "S102",
    );
}

#[test]
fn list_gives_a_title_and_a_line_more_of_everything() {
    let check_list = |what: &str, expected: &str| check(&uecsim(&["list", what]), &[expected]);
    check_list(
        "measures",
        "nhs111_calls  Calls to NHS 111 (calls)\n      total, per day\n",
    );
    check_list(
        "services",
        "nhs111  NHS 111\n      pools: call_handlers, clinicians\n",
    );
    check_list(
        "changes",
        "clinical-hub  Clinical hub behind 111 and 999\n      E067: ",
    );
    check_list(
        "scenarios",
        "devon-2023  Devon, April 2023 to March 2024\n      The system",
    );
    check_list(
        "scenarios",
        "scenarios/examples/one-ed.toml  One emergency department\n",
    );
    check_list("distributions", "erlang  several exponential phases");
    check_list("codes", "E101  scenarios that cannot be paired\n");
    check_refused(
        &uecsim(&["list", "codes", "networked"]),
        "try: leave out \"networked\"",
    );
    check_refused(
        &uecsim(&["list", "wards"]),
        "possible values: measures, services, changes",
    );
}

#[test]
fn list_lays_the_users_scenarios_over_the_shipped_ones() {
    let scratch = Scratch::new("list-own");
    scratch.write("hospital.toml", &Hospital::default().text());
    scratch.write(
        "scenarios/changes/clinical-hub.toml",
        "title = \"My hub\"\n",
    );
    let list = |words: &[&str]| uecsim_in(scratch.folder(), &[&["list"], words].concat());
    check(
        &list(&["changes"]),
        &[
            "clinical-hub  My hub\n      no evidence is stated\n",
            "mutual-aid  ",
        ],
    );
    check(
        &list(&["services", "hospital.toml"]),
        &["ambulance  Ambulances\n      no pools of its own\n"],
    );
    check(
        &list(&["measures", "hospital.toml"]),
        &["boarding  Boarding (min)\n      mean\n"],
    );
    scratch.write("scenarios/changes/broken.toml", "title = \"Half\n");
    let call = list(&["changes"]);
    assert_eq!(call.exit, 2);
    assert!(call.out.contains("mutual-aid  "), "{}", call.out);
    assert!(
        call.err.contains("scenarios/changes/broken.toml:1:"),
        "{}",
        call.err
    );
}

#[test]
fn describe_writes_a_document_with_every_number() {
    let scratch = Scratch::new("describe");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let call = uecsim(&["describe", &scenario]);
    check(
        &call,
        &[
            "# A small hospital\n",
            "28 days from 1 January 2024, after a warm-up of 14 days; 8 replications; seed 1.",
            "| Emergency department | `emergency_department` | The hospital | cubicles, doctors, beds |",
            "| The hospital | `cubicles` | 14 | ",
            "| Ambulances (fleet) | `ambulances` | 2 | |",
            "No change is laid over the system.",
            "```mermaid\nflowchart LR\n",
            "  service_ambulance ==> service_emergency_department\n",
            "| `sites.hospital.pools.beds` | 105 | units | assumed: Round numbers for tests | imposed (assumption) | ",
            "| `services.ambulance.paths.call.on_scene.wait` | { lognormal = { mean = 30 min, sd = 15 min } } | ",
        ],
    );
    let table = call
        .out
        .split("## Parameters")
        .nth(1)
        .expect("the table is there");
    assert!(
        table
            .lines()
            .filter(|line| line.starts_with("| "))
            .all(|line| line.matches(" | ").count() == 5),
        "{table}"
    );
    let out = scratch.path("pages/hospital.md");
    check(
        &uecsim(&["describe", &scenario, "--out", &out]),
        &["written to "],
    );
    assert_eq!(
        fs::read_to_string(&out).expect("the page is written"),
        call.out
    );
    check_refused(
        &uecsim(&["describe", &scenario, "--out", &scenario]),
        "is a file of the scenario, which would be lost\n  try: --out hospital.md",
    );
    check_refused(
        &uecsim(&["describe", &scenario, "--out", &scratch.path("pages")]),
        "is a folder",
    );
    check_refused(
        &uecsim(&["describe", "networkd"]),
        "try: \"scenarios/networked.toml\"",
    );
}

#[test]
fn describe_shows_changes_with_their_evidence_and_limits() {
    check(
        &uecsim(&["describe", "networked"]),
        &[
            "1,209,773 residents.",
            "### Clinical hub behind 111 and 999 (`clinical-hub`)\n\n- E067: ",
            "- Rosters, crews and most staff numbers are not public.",
            "  service_nhs111 --> service_gp_out_of_hours\n",
            "| calibrated | ",
        ],
    );
}

#[test]
fn diff_shows_every_value_that_differs() {
    let scratch = Scratch::new("diff");
    let text = Hospital::default().text();
    let a = scratch.write("a.toml", &text);
    let other = text
        .replace("replications = 8", "replications = 9")
        .replace("beds = 105", "beds = 110")
        .replace("[measures.response]", "[measures.reply]")
        .replace("title = \"Boarding\"", "title = \"Waiting for a bed\"");
    let b = scratch.write("b.toml", &other);
    let call = uecsim_in(scratch.folder(), &["diff", "a.toml", "b.toml"]);
    let expected = "A  a: A small hospital
B  b: A small hospital

Run plan
  run.replications
      A  8
      B  9

Values that differ (2)
  sites.hospital.pools.beds
      A  105
      B  110
      assumed: Round numbers for tests (b.toml:65)
  measures.boarding.title
      A  Boarding
      B  Waiting for a bed
      Decision to admit to bed (b.toml:87)

Only in A
  measures.response (7 values)

Only in B
  measures.reply (7 values)
";
    assert_eq!(
        (call.exit, call.out.as_str()),
        (0, expected),
        "{}",
        call.err
    );
    check(&uecsim(&["diff", &a, &a]), &["\nNothing differs.\n"]);
    let wrong = scratch.write("wrong.toml", &other.replace("beds = 110", "bedz = 110"));
    let call = uecsim(&["diff", &wrong, &scratch.path("absent.toml")]);
    check_refused(&call, "bedz");
    check_refused(&call, "absent.toml");
    assert!(Path::new(&b).is_file());
}

#[test]
fn diff_names_changes_and_their_sources() {
    check(
        &uecsim(&["diff", "devon-2023", "networked"]),
        &[
            "  change only in B: mutual-aid: ",
            "  choices.primary_care_looked_at.rows.1.shares\n      A  [0.61, 0.39]\n      B  [0.7, 0.3]\n      evidence of change \"clinical-hub\" (scenarios/changes/clinical-hub.toml:15)\n",
        ],
    );
}

#[test]
fn diff_tells_of_tables_of_one_name_that_do_not_hold_the_same() {
    let scratch = Scratch::new("diff-tables");
    let text = Hospital::default().text().replace(
        "for = { lognormal = { mean = \"45 min\", sd = \"30 min\" } }",
        "for = { empirical = { file = \"times.csv\", column = \"minutes\", unit = \"min\" } }",
    );
    for (folder, times) in [("one", "minutes\n30\n50\n"), ("two", "minutes\n30\n60\n")] {
        scratch.write(&format!("{folder}/times.csv"), times);
        scratch.write(&format!("{folder}/hospital.toml"), &text);
    }
    let call = uecsim_in(
        scratch.folder(),
        &["diff", "one/hospital.toml", "two/hospital.toml"],
    );
    check(
        &call,
        &["do not hold the same\n  times.csv\n      A  one/times.csv\n      B  two/times.csv\n"],
    );
}

#[test]
fn a_new_scenario_has_no_faults_and_runs_at_once() {
    let scratch = Scratch::new("new");
    let call = |words: &[&str]| uecsim_in(scratch.folder(), words);
    check(
        &call(&["new", "my-first"]),
        &["written to my-first.toml\n", "uecsim run my-first.toml"],
    );
    check(
        &call(&["new", "my-devon.toml", "--like", "devon"]),
        &["written to my-devon.toml\n"],
    );
    let checked = call(&["check", "my-first.toml"]);
    check(&checked, &["My first\n"]);
    assert_eq!(checked.err, "");
    check(
        &call(&["check", "my-devon.toml"]),
        &["My devon\n", "change clinical-hub"],
    );
    let short = [
        "--length",
        "1 day",
        "--warm-up",
        "1 day",
        "--replications",
        "1",
    ];
    for file in ["my-first.toml", "my-devon.toml"] {
        check(
            &call(&[&["run", file], &short[..]].concat()),
            &["1 replications"],
        );
    }
    let text = fs::read_to_string(scratch.path("my-first.toml")).expect("the file is written");
    assert!(
        !text.contains("{file}") && text.contains("uecsim run my-first.toml"),
        "{text}"
    );
}

#[test]
fn new_overwrites_nothing() {
    let scratch = Scratch::new("new-again");
    scratch.write("mine.toml", "years of work");
    let again = uecsim_in(scratch.folder(), &["new", "mine"]);
    check_refused(
        &again,
        "mine.toml is there already and is left as it is\n  try: another name",
    );
    assert_eq!(
        fs::read_to_string(scratch.path("mine.toml")).expect("it is still there"),
        "years of work"
    );
    check_refused(
        &uecsim_in(scratch.folder(), &["new", "a b"]),
        "try: uecsim new my-scenario",
    );
    assert_eq!(scratch.names(), ["mine.toml"]);
    let hour = |n: i32| format!("2024-01-{:02}T{:02}:00,3\n", 1 + n / 24, n % 24);
    let hours: String = (0..14 * 24).map(hour).collect();
    scratch.write("came.csv", &format!("time,count\n{hours}"));
    let again = uecsim_in(scratch.folder(), &["new", "mine", "--arrivals", "came.csv"]);
    check_refused(&again, "mine.toml is there already and is left as it is");
    // No table either, which nothing would name.
    assert_eq!(scratch.names(), ["came.csv", "mine.toml"]);
    let ours = uecsim_in(scratch.folder(), &["new", "ours", "--arrivals", "came.csv"]);
    check(
        &ours,
        &["1008 arrivals", "72.0 a day", "written to ours.toml\n"],
    );
    let checked = uecsim_in(scratch.folder(), &["check", "ours.toml"]);
    check(&checked, &["Ours\n"]);
}

#[test]
fn the_schema_is_written_and_a_new_scenario_names_the_one_beside_it() {
    let scratch = Scratch::new("schema");
    let call = |words: &[&str]| uecsim_in(scratch.folder(), words);
    let printed = call(&["schema"]);
    check(&printed, &["https://json-schema.org/draft/2020-12/schema"]);
    check(
        &call(&["schema", "--out", "s.json"]),
        &["written to s.json\n"],
    );
    let read = |name: &str| fs::read_to_string(scratch.path(name)).expect("the file is there");
    assert_eq!(read("s.json"), printed.out);
    check_refused(&call(&["schema", "--out", "."]), "is a folder");

    // Of an earlier version, and a file that is none.
    scratch.write(
        "uecsim.schema.json",
        &printed.out.replace("2020-12", "2019-09"),
    );
    check(
        &call(&["new", "mine"]),
        &["uecsim.schema.json beside it lets editors complete and check it\n"],
    );
    assert_eq!(read("uecsim.schema.json"), printed.out);
    assert!(read("mine.toml").starts_with("#:schema ./uecsim.schema.json\n"));
    scratch.write("uecsim.schema.json", "{}");
    let second = call(&["new", "second"]);
    check(&second, &["written to second.toml\n"]);
    assert!(!second.out.contains("editors"), "{}", second.out);
    assert_eq!(read("uecsim.schema.json"), "{}");
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        check(
            &uecsim(&["completions", shell]),
            &["compare", "describe", "completions"],
        );
    }
    check_refused(&uecsim(&["completions", "fsh"]), "'fish'");
}

#[test]
fn a_reader_who_has_read_enough_is_no_fault() {
    for words in [
        &["describe", "devon-2023"][..],
        &["list", "codes"],
        &["explain", "clinical-hub"],
        &["diff", "devon-2023", "networked"],
        &["completions", "bash"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_uecsim"))
            .args(words)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("the program ends");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), &*said), (Some(0), ""), "{words:?}");
    }
}
