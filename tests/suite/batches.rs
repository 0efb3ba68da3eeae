//! One long run in batches: its intervals are those of independent batches, or it is refused.

use std::collections::BTreeMap;
use std::path::Path;

use crate::folders::{Scratch, uecsim};
use crate::precision::QUEUE;

#[test]
fn batches_of_a_long_run_hold_the_exact_values_and_are_verified() {
    let scratch = Scratch::new("batches-long");
    let scenario = scratch.write("queue.toml", QUEUE);
    let out = scratch.path("out");
    let arguments = [
        "run",
        &scenario,
        "--out",
        &out,
        "--length",
        "200 days",
        "--batches",
        "20",
    ];
    let call = uecsim(&arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    assert!(
        call.out
            .contains("20 batches of queue pass for independent")
            && call.out.contains("20 batches of one run"),
        "{}",
        call.out
    );
    let mut table =
        csv::Reader::from_path(Path::new(&out).join("summary.csv")).expect("it is written");
    let rows = table.deserialize::<BTreeMap<String, String>>();
    let rows: Vec<_> = rows.collect::<Result<_, _>>().expect("it is a table");
    // As in the tests of precision: the mean wait of M/M/2 at 0.6 is 5.625 min, and 60 % of the clerks are busy. Intervals at
    // 95 % are stretched by two thirds, to some 99.8 %.
    for (measure, exact) in [("wait", 5.625), ("time", 15.625), ("busy", 60.0)] {
        let row = rows
            .iter()
            .find(|row| row["measure"] == measure && row["statistic"] == "mean");
        let row = row.expect("the measure is in the table");
        assert_eq!(row["n"], "20");
        let number = |column: &str| -> f64 { row[column].parse().expect("a number") };
        let half = (number("ci_high") - number("ci_low")) / 2.0;
        assert!(
            (number("mean") - exact).abs() < 1.67 * half && half < 0.1 * exact,
            "{row:?}"
        );
    }
    let call = uecsim(&["verify", &out, "--quiet"]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
}

#[test]
fn batches_that_depend_on_each_other_are_refused_and_nothing_is_written() {
    let scratch = Scratch::new("batches-dependent");
    // At a load of 0.9 the queue remembers for hours what it was an hour ago.
    let scenario = scratch.write(
        "queue.toml",
        &QUEUE.replace("mean = \"10 min\"", "mean = \"15 min\""),
    );
    let out = scratch.path("out");
    let arguments = [
        "run",
        &scenario,
        "--out",
        &out,
        "--length",
        "40 hours",
        "--batches",
        "40",
    ];
    let call = uecsim(&arguments);
    assert_eq!((call.exit, call.out.as_str()), (1, ""), "{}", call.err);
    for words in [
        "error[E111]: batches of queue depend on the ones before",
        "Wait, mean (0.",
        "nothing was written",
    ] {
        assert!(
            call.err.contains(words),
            "{words} is missing:\n{}",
            call.err
        );
    }
    assert!(!Path::new(&out).exists());
}

#[test]
fn batches_that_cannot_be_alike_are_refused_before_anything_is_run() {
    let scratch = Scratch::new("batches-alike");
    let scenario = scratch.write("queue.toml", QUEUE);
    let call = uecsim(&["run", &scenario, "--length", "7 days", "--batches", "9"]);
    assert_eq!(call.exit, 2, "{}", call.err);
    let words = "error[E111]: the run of queue cannot be cut into 9 batches of whole hours\n  try: --length \"171 hours\", or another number of batches\n";
    assert_eq!(call.err, words);
    let weekly = QUEUE.replace(
        "to = \"desk.arrive\"",
        "profile = \"day\"\nto = \"desk.arrive\"",
    ) + "[profiles.day]\ncycle = \"24 h\"\nvalues = [1, 2]\n";
    let scenario = scratch.write("weekly.toml", &weekly);
    let call = uecsim(&["run", &scenario, "--length", "20 days", "--batches", "10"]);
    assert!(
        call.exit == 2
            && call
                .err
                .contains("10 batches of whole weeks\n  try: --length \"10 weeks\""),
        "{}",
        call.err
    );
    let seasons = weekly + "months = [1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1]\n";
    let scenario = scratch.write("seasons.toml", &seasons);
    let call = uecsim(&["run", &scenario, "--length", "40 weeks", "--batches", "10"]);
    assert!(
        call.exit == 2 && call.err.contains("its arrivals change with the season"),
        "{}",
        call.err
    );
    let call = uecsim(&["run", &scenario, "--batches", "10", "--replications", "3"]);
    assert_eq!(call.exit, 2);
}
