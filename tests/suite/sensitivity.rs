//! `sensitivity`: what it finds about a small emergency department, the same bytes at any number of threads, and what it refuses.

use std::fs;

use crate::folders::{Scratch, bytes_of, uecsim};

const EXPERIMENT: &str = "scenarios/experiments/one-ed-uncertain.toml";

/// Runs a method on the small example, short enough for a test.
fn run(method: &str, samples: &str, more: &[&str], folder: &Scratch, name: &str) -> String {
    let out = folder.path(name);
    let mut arguments = vec![
        "sensitivity",
        EXPERIMENT,
        "--method",
        method,
        "--samples",
        samples,
    ];
    arguments.extend(["--length", "4 days", "--warm-up", "1 day", "--out", &out]);
    arguments.extend(more);
    let call = uecsim(&arguments);
    assert_eq!((call.exit, call.err.as_str()), (0, ""), "{}", call.out);
    call.out
}

/// A table by its rows, each by its columns.
fn rows(folder: &Scratch, file: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = fs::read_to_string(folder.path(file)).expect("the table is there");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().map(|row| row.expect("rows are whole"));
    rows.collect()
}

fn number(row: &std::collections::BTreeMap<String, String>, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn screening_finds_what_matters_and_what_cannot() {
    let folder = Scratch::new("morris");
    let said = run("morris", "12", &[], &folder, "a");
    assert!(said.contains("runs were spent"), "{said}");
    let rows = rows(&folder, "a/effects.csv");
    let of = |parameter: &str| {
        let is_meant = |row: &&std::collections::BTreeMap<String, String>| {
            row["parameter"] == parameter && row["statistic"] == "mean"
        };
        rows.iter().find(is_meant).expect("a row of the mean")
    };
    // Nothing waits for a bed in this example: admissions change nothing at all, not even by chance.
    assert_eq!(number(of("admitted_share"), "mu_star"), 0.0);
    assert_eq!(of("admitted_share")["told_from_noise"], "no");
    let assessment = of("assessment_time");
    assert_eq!(assessment["told_from_noise"], "yes");
    assert!(
        number(assessment, "mu_low") > 0.0,
        "longer assessments mean longer waits"
    );
    assert!(number(assessment, "variance_saved") > 0.2, "{assessment:?}");
    for file in [
        "report.html",
        "run.json",
        "parameters.csv",
        "charts/effects-1.svg",
    ] {
        assert!(folder.folder().join("a").join(file).is_file(), "{file}");
    }
}

#[test]
fn every_method_gives_the_same_bytes_at_any_number_of_threads() {
    let folder = Scratch::new("threads");
    for (method, samples) in [("sobol", "6"), ("tornado", "2"), ("psa", "5")] {
        let more = |threads| ["--threads", threads, "--replications", "2", "--quiet"];
        let names = [format!("{method}-1"), format!("{method}-3")];
        run(method, samples, &more("1"), &folder, &names[0]);
        run(method, samples, &more("3"), &folder, &names[1]);
        let [one, three] = names.map(|name| bytes_of(&folder.path(&name)));
        assert!(one.len() > 6, "{method}");
        for (path, bytes) in one.iter().filter(|(path, _)| *path != "timing.json") {
            assert!(three.get(path) == Some(bytes), "{method}: {path} differs");
        }
    }
}

#[test]
fn parameter_error_widens_the_interval() {
    let folder = Scratch::new("psa");
    run("psa", "30", &["--replications", "3"], &folder, "a");
    let rows = rows(&folder, "a/uncertainty.csv");
    let mean = rows
        .iter()
        .find(|row| row["statistic"] == "mean")
        .expect("a row of the mean");
    let width = |low, high| number(mean, high) - number(mean, low);
    let (sampling, both) = (
        width("sampling_low", "sampling_high"),
        width("both_low", "both_high"),
    );
    assert!(both > sampling && sampling > 0.0, "{mean:?}");
    assert!(number(mean, "variance_of_parameters") > 0.0);
}

#[test]
fn library_values_are_taken_from_the_sources_of_a_scenario() {
    let folder = Scratch::new("library");
    let text = fs::read_to_string("scenarios/examples/one-ed.toml").expect("the example is there");
    let said = "for = { lognormal = { mean = \"6 min\", sd = \"3 min\" } }";
    let sourced = format!("{said}, source = \"ae.service.triage_min (less a little)\"");
    // A second step of the same id, which a change reaches together with the first.
    let (leaving, again) = (
        "left_unseen = [",
        "left_unseen = [{ use = \"triage_nurses\", for = \"1 min\", id = \"triage\", source = \"ae.service.triage_min\" }, ",
    );
    assert!(text.contains(said) && text.contains(leaving));
    let text = text.replace(said, &sourced).replace(leaving, again);
    let scenario = folder.write("one.toml", &text);
    let out = folder.path("out");
    let call = uecsim(&[
        "sensitivity",
        &scenario,
        "--library",
        "--method",
        "tornado",
        "--length",
        "2 days",
        "--warm-up",
        "0 days",
        "--replications",
        "2",
        "--out",
        &out,
    ]);
    assert_eq!((call.exit, call.err.as_str()), (0, ""), "{}", call.out);
    let rows = rows(&folder, "out/parameters.csv");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["parameter"], "ae.service.triage_min");
    assert_eq!(
        rows[0]["path"],
        "services.emergency_department.steps.triage.for"
    );
    // 3.809 and 10.6189 of 6.8895.
    assert!((number(&rows[0], "low") - 0.55287).abs() < 1e-4);
    assert!((number(&rows[0], "high") - 1.54132).abs() < 1e-4);
}

#[test]
fn a_scenario_without_parameters_is_refused() {
    let call = uecsim(&["sensitivity", "scenarios/examples/one-ed.toml"]);
    assert_eq!(call.exit, 2);
    let expected = "error[E143]: scenarios/examples/one-ed.toml is a scenario, and says nothing of what is uncertain\n  \
                    try: an experiment file with [vary], or --library\n";
    assert_eq!(call.err, expected);
    let call = uecsim(&["sensitivity", "scenarios/examples/one-ed.toml", "--library"]);
    let expected = "error[E143]: there is no parameter whose uncertainty could matter\n  \
                    try: tables under [vary] with low and high, or --library\n";
    assert_eq!((call.exit, call.err.as_str()), (2, expected));
}
