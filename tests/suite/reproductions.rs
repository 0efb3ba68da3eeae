//! Published models run again: on a small budget here, with the published number of replications in the ignored test.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::folders::{Scratch, bytes_of, uecsim, uecsim_in};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names of the shipped models.
fn models() -> Vec<String> {
    let folders = fs::read_dir(root().join("scenarios/published")).expect("the folder is there");
    let names = folders.map(|entry| entry.expect("a folder").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A model's figures agree, and there are as many as its table has, each by scenario and metric.
fn check(model: &str, replications: &str) {
    let scratch = Scratch::new(model);
    let out = scratch.path("out");
    let arguments = [
        "reproduce",
        model,
        "--out",
        &out,
        "--replications",
        replications,
    ];
    let call = uecsim_in(root(), &arguments);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    let expected = root()
        .join("scenarios/published")
        .join(model)
        .join("expected.csv");
    let expected = fs::read_to_string(expected).expect("a table");
    let files = bytes_of(&out);
    let figures = String::from_utf8_lossy(&files["figures.csv"]).into_owned();
    assert_eq!(
        figures.lines().count(),
        expected.lines().count(),
        "a figure was dropped"
    );
    assert!(files.contains_key("report.html") && files.contains_key("charts/agreement.svg"));
}

#[test]
fn an_urgent_care_centre_comes_out_as_published() {
    check("treat_sim", "150");
}

#[test]
fn a_call_centre_comes_out_as_published() {
    check("callcentre_111", "40");
}

#[test]
fn journeys_after_a_call_come_out_as_published() {
    check("moood_111", "5");
}

#[test]
fn ambulances_held_up_come_out_as_published() {
    check("ambulance_handover", "20");
}

#[test]
fn a_stroke_unit_comes_out_as_published() {
    check("stroke_monks2016", "20");
}

#[test]
fn a_model_under_another_licence_lies_beside_the_program_not_in_it() {
    let scratch = Scratch::new("not-packed");
    let call = uecsim_in(scratch.folder(), &["reproduce", "moood_111"]);
    assert_eq!(call.exit, 2);
    assert!(
        call.err
            .contains("there is no published model \"moood_111\""),
        "{}",
        call.err
    );
    // Others are packed: they are known in an empty folder.
    let packed = ["reproduce", "treat_sim", "--replications", "2", "--quiet"];
    let call = uecsim_in(scratch.folder(), &packed);
    assert!(call.exit <= 1, "{}", call.err);
}

#[test]
#[ignore = "every published model with its published number of replications"]
fn all_published_figures_come_out() {
    for model in models() {
        let scratch = Scratch::new(&format!("all-{model}"));
        let out = scratch.path("out");
        let call = uecsim_in(root(), &["reproduce", &model, "--out", &out]);
        let figures = fs::read_to_string(Path::new(&out).join("figures.csv")).expect("a table");
        let out_of_line: Vec<&str> = figures
            .lines()
            .filter(|line| line.contains(",falls out,"))
            .collect();
        assert!(out_of_line.is_empty(), "{model}: {out_of_line:?}");
        assert_eq!(call.exit, 0, "{}", call.err);
    }
}

#[test]
fn no_source_names_a_published_model() {
    fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).expect("the source is there") {
            let path = entry.expect("the source can be listed").path();
            match path.is_dir() {
                true => sources(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        for model in models() {
            assert!(!text.contains(&model), "{} names {model}", file.display());
        }
    }
}

/// A small model with the table and description of its figures.
fn clinic(figures: &str, table: &str) -> Scratch {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let scratch = Scratch::new(&format!("clinic-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    scratch.write(
        "clinic.toml",
        r#"title = "Clinic"
[run]
length = "10 days"
replications = 5
[arrivals.patients]
rate = "6 per h"
to = "clinic.arrive"
[services.clinic]
pools = ["rooms"]
[services.clinic.paths]
arrive = [{ mark = "arrived" }, { use = "rooms", for = { exponential = { mean = "5 min" } }, at_start = "seen", id = "room" }, { leave = "home" }]
[sites.town]
services = ["clinic"]
place = { x = 0, y = 0 }
[sites.town.pools]
rooms = 1
[measures.wait]
kind = "duration"
from = "clinic.arrived"
to = "clinic.seen"
unit = "min"
statistics = ["mean"]
"#,
    );
    scratch.write("expected.csv", table);
    let description = format!(
        r#"title = "A clinic"
paper = "Known by theory"
licence = "None"
expected = "expected.csv"
[scenarios]
base = "clinic.toml"
[sources]
theory = {{ is = "exact" }}
{figures}"#
    );
    scratch.write("reproduction.toml", &description);
    scratch
}

const HEADER: &str = "scenario,metric,expected_mean,ci_low,ci_high,replications,source\n";
const WAIT: &str =
    "[[figures]]\nmetric = \"wait\"\ntitle = \"Mean wait\"\nvalue = \"{wait.mean}\"\n";

/// What the command says of a clinic: exit code, standard output and error.
fn said(figures: &str, table: &str) -> (i32, String, String) {
    let scratch = clinic(figures, &format!("{HEADER}{table}"));
    let out = scratch.path("out");
    let description = scratch.path("reproduction.toml");
    let call = uecsim(&["reproduce", &description, "--out", &out]);
    (call.exit, call.out, call.err.replace(&scratch.path(""), ""))
}

#[test]
fn a_figure_that_falls_out_is_told_and_ends_with_one() {
    // M/M/1 at a load of one half: the mean wait is 5 minutes.
    let (exit, out, err) = said(WAIT, "base,wait,5,,,,theory\n");
    assert_eq!(exit, 0, "{out}{err}");
    let (exit, out, _) = said(WAIT, "base,wait,25,,,,theory\n");
    assert_eq!(exit, 1, "{out}");
    assert!(out.contains("falls out"), "{out}");
}

#[test]
fn a_figure_that_cannot_be_had_is_listed_with_its_reason() {
    let figures = "[[figures]]\nmetric = \"cost\"\ntitle = \"Cost\"\ncannot = \"prices were not published\"\n";
    let (exit, out, err) = said(figures, "base,cost,5,,,,theory\n");
    assert_eq!(exit, 0, "{err}");
    assert!(
        out.contains("not reproduced") && out.contains("1 cannot be reproduced"),
        "{out}"
    );
}

#[test]
fn every_fault_of_a_description_is_told_where_it_stands() {
    let figures = "[[figures]]\nmetric = \"wait\"\ntitle = \"Wait\"\nvalue = \"{wait.mean} + \"\n\
        [[figures]]\nmetric = \"other\"\ntitle = \"Other\"\nvalue = \"1\"\n";
    let table = "base,wait,5,,,,theory\nbase,cost,5,,,,thoery\nbase,price,1,,,,theory\n";
    let (exit, _, err) = said(figures, table);
    assert_eq!(exit, 2);
    let expected = "error[E201]: a number, {measure.statistic} or bracket is missing here
  reproduction.toml:12:24
  12 | value = \"{wait.mean} + \"
     |                        ^

error[E202]: the table has no figure \"other\" that this is for
  reproduction.toml:13:1
  13 | [[figures]]
     | ^^^^^^^^^^^

error[E202]: the description has no source \"thoery\"
  expected.csv:3:16
  3 | base,cost,5,,,,thoery
    |                ^^^^^^
  try: \"theory\"

error[E202]: no figure of the description is \"price\" in \"base\"
  expected.csv:4:6
  4 | base,price,1,,,,theory
    |      ^^^^^
  try: [[figures]] with metric = \"price\"
";
    assert_eq!(err, expected);
}

#[test]
fn a_number_that_the_scenario_does_not_give_is_told_before_anything_runs() {
    let figures =
        "[[figures]]\nmetric = \"wait\"\ntitle = \"Wait\"\nvalue = \"{wait.p90} - {wiat.mean}\"\n";
    let (exit, out, err) = said(figures, "base,wait,5,,,,theory\n");
    assert_eq!((exit, out.as_str()), (2, ""));
    assert!(
        err.contains("error[E203]: measure \"wait\" of clinic does not give \"p90\""),
        "{err}"
    );
    assert!(
        err.contains("clinic has no measure \"wiat\"") && err.contains("try: \"wait\""),
        "{err}"
    );
}

#[test]
fn the_same_figures_come_out_at_any_number_of_threads() {
    let scratch = clinic(WAIT, &format!("{HEADER}base,wait,5,,,,theory\n"));
    let description = scratch.path("reproduction.toml");
    let files = ["1", "3"].map(|threads| {
        let out = scratch.path(threads);
        let call = uecsim(&[
            "reproduce",
            &description,
            "--out",
            &out,
            "--threads",
            threads,
        ]);
        assert_eq!(call.exit, 0, "{}", call.err);
        let mut files = bytes_of(&out);
        files.remove("timing.json");
        files
    });
    assert_eq!(files[0], files[1]);
}
