//! `optimise`: answers about a small emergency department, the same bytes at any number of threads, and what it refuses.
//!
//! `tests/broken_experiments/optimise/NAME.toml` must give the text of `NAME.txt`, byte for byte. With `UECSIM_BLESS=1` in the
//! environment the texts are written instead: read the difference before keeping it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::folders::{Scratch, bytes_of, uecsim, uecsim_in};

type Row = BTreeMap<String, String>;

/// Runs an experiment of the small example, short enough for a test; what is said and a table.
fn run(experiment: &str, more: &[&str], out: &str, table: &str) -> (String, Vec<Row>) {
    let path = format!("scenarios/experiments/{experiment}.toml");
    let mut arguments = vec![
        "optimise",
        &path,
        "--length",
        "7 days",
        "--warm-up",
        "1 day",
    ];
    arguments.extend(["--out", out]);
    arguments.extend(more);
    let call = uecsim(&arguments);
    assert_eq!((call.exit, call.err.as_str()), (0, ""), "{}", call.out);
    let text = fs::read_to_string(Path::new(out).join(table)).expect("the table is there");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().map(|row| row.expect("rows are whole"));
    (call.out, rows.collect())
}

fn number(row: &Row, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn the_fewest_meets_the_goal_and_one_fewer_misses_it() {
    let folder = Scratch::new("fewest");
    let (said, visits) = run("one-ed-fewest", &[], &folder.path("a"), "visits.csv");
    assert!(
        said.contains("are the fewest for at least 95") && said.contains("runs were spent"),
        "{said}"
    );
    for parameter in ["night_doctors", "day_doctors", "evening_doctors"] {
        let of: Vec<&Row> = visits
            .iter()
            .filter(|row| row["parameter"] == parameter)
            .collect();
        let Some(at) = of.iter().position(|row| row["fewest"] == "yes") else {
            assert_eq!(of[of.len() - 1]["verdict"], "misses", "{parameter}");
            continue;
        };
        assert_eq!(of[at]["verdict"], "meets");
        if at > 0 {
            assert_eq!(of[at - 1]["verdict"], "misses");
            assert_eq!(number(of[at], "units") - number(of[at - 1], "units"), 1.0);
        }
        for row in of {
            let meets = number(row, "mean") >= 95.0;
            assert_eq!(row["verdict"] == "meets", meets, "{row:?}");
        }
    }
}

#[test]
fn the_curve_has_every_number_of_units_and_the_same_bytes_at_any_number_of_threads() {
    let folder = Scratch::new("returns");
    let more = |threads| {
        [
            "--find",
            "returns",
            "--replications",
            "4",
            "--threads",
            threads,
        ]
    };
    let one = folder.path("one");
    let (_, rows) = run("one-ed-fewest", &more("1"), &one, "returns.csv");
    assert_eq!(
        rows.iter()
            .filter(|row| row["parameter"] == "day_doctors")
            .count(),
        10
    );
    let three = folder.path("three");
    run("one-ed-fewest", &more("3"), &three, "returns.csv");
    let three = bytes_of(&three);
    for (path, bytes) in bytes_of(&one)
        .iter()
        .filter(|(path, _)| *path != "timing.json")
    {
        assert!(three.get(path) == Some(bytes), "{path} differs");
    }
}

#[test]
fn the_best_is_found_with_either_method() {
    let folder = Scratch::new("best");
    let (said, rows) = run("one-ed-best", &[], &folder.path("a"), "configurations.csv");
    assert_eq!(rows.len(), 24);
    assert!(said.contains("Kim & Nelson"), "{said}");
    let best = &rows[0];
    assert_eq!(best["best"], "yes");
    for row in &rows[1..] {
        assert!(number(row, "behind_best") >= 0.0, "{row:?}");
    }
    // With one triage nurse for 180 patients a day nothing is best.
    assert!(
        best["configuration"].contains("triage_nurses = 2"),
        "{best:?}"
    );
    let text = fs::read_to_string("scenarios/experiments/one-ed-best.toml").expect("it is there");
    let text = text.replace(
        "find = \"best\"",
        "find = \"best\"\nmethod = \"ocba\"\nruns = 300",
    );
    let text = text.replace(
        "../examples/",
        &format!("{}/scenarios/examples/", env!("CARGO_MANIFEST_DIR")),
    );
    let path = folder.write("ocba.toml", &text);
    let out = folder.path("b");
    let run = ["--length", "7 days", "--warm-up", "1 day", "--out", &out];
    let call = uecsim(&[&["optimise", &path][..], &run].concat());
    assert_eq!((call.exit, call.err.as_str()), (0, ""));
    assert!(call.out.contains("(OCBA)"), "{}", call.out);
}

#[test]
fn a_budget_is_split_among_the_ways_that_leave_no_room() {
    let folder = Scratch::new("split");
    let (said, rows) = run(
        "one-ed-budget",
        &[],
        &folder.path("a"),
        "configurations.csv",
    );
    assert!(said.contains("ways to spend 900"), "{said}");
    // 600 a doctor, 275 a nurse, 250 an imaging room, 900 in all: (1, 1, 0), (1, 0, 1), (0, 2, 1), (0, 1, 2).
    let mut costs: Vec<f64> = rows.iter().map(|row| number(row, "cost")).collect();
    costs.sort_by(f64::total_cmp);
    assert_eq!(costs, [775.0, 800.0, 850.0, 875.0]);
}

fn broken() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken_experiments/optimise")
}

#[test]
fn every_broken_question_is_told_what_is_wrong_with_it() {
    let entries = fs::read_dir(broken()).expect("the folder is there");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
    names.sort();
    let is_blessing = std::env::var_os("UECSIM_BLESS").is_some();
    let mut all = String::new();
    for name in names {
        let call = uecsim_in(&broken(), &["optimise", &name]);
        assert_eq!(
            (call.exit, call.out.as_str()),
            (2, ""),
            "{name}: {}",
            call.err
        );
        let text = broken().join(name.replace(".toml", ".txt"));
        if is_blessing {
            fs::write(&text, &call.err).expect("a writable folder");
        }
        let expected = fs::read_to_string(&text).unwrap_or_default();
        assert_eq!(call.err, expected, "{name}");
        all.push_str(&expected);
    }
    for code in ["E141", "E142", "E124"] {
        assert!(
            all.contains(&format!("error[{code}]")),
            "{code} is never said"
        );
    }
}
