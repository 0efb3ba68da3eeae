//! The same patients in two scenarios: nobody differs from themselves, groups add up, and known differences come out.

use std::collections::BTreeMap;
use std::fs;

use crate::folders::{Scratch, bytes_of, uecsim};
use crate::small::{CLINIC, Hospital};

/// `counterfactuals.csv` by time, cohort and quantity.
struct Table(BTreeMap<[String; 3], Option<f64>>);

impl Table {
    fn read(folder: &str) -> Self {
        let path = format!("{folder}/counterfactuals.csv");
        let mut reader = csv::Reader::from_path(path).expect("the table is written");
        let rows = reader.records().map(|row| {
            let row = row.expect("the table is well formed");
            let key = [&row[2], &row[4], &row[5]].map(str::to_owned);
            (key, row[6].parse().ok())
        });
        Self(rows.collect())
    }

    fn get(&self, time: &str, cohort: &str, quantity: &str) -> f64 {
        let key = [time, cohort, quantity].map(str::to_owned);
        let found = self.0.get(&key);
        found
            .copied()
            .flatten()
            .unwrap_or_else(|| panic!("no {time}, {cohort}, {quantity}"))
    }

    fn of_quantity(&self, quantity: &str) -> Vec<f64> {
        let rows = self.0.iter().filter(|(key, _)| key[2] == quantity);
        rows.filter_map(|(_, value)| *value).collect()
    }
}

/// Compares two texts with `--patients` and reads the table.
fn compared(name: &str, before: &str, after: &str) -> (Table, String) {
    let scratch = Scratch::new(name);
    let before = scratch.write("before.toml", before);
    let after = scratch.write("after.toml", after);
    let out = scratch.path("out");
    let call = uecsim(&[
        "compare",
        &before,
        &after,
        "--patients=2",
        "--quiet",
        "--out",
        &out,
    ]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let report = fs::read_to_string(format!("{out}/report.html")).expect("there is a report");
    (Table::read(&out), report)
}

fn more_beds() -> String {
    let more = Hospital {
        beds: 112,
        ..Hospital::default()
    };
    more.text()
}

#[test]
fn nobody_differs_between_a_scenario_and_itself() {
    let text = Hospital::default().text();
    let (table, report) = compared("itself", &text, &text);
    assert!(table.get("queues", "all", "patients") > 1000.0);
    assert!(table.get("patients", "all", "still_inside") > 0.0);
    for quantity in [
        "differ",
        "only_in_baseline",
        "only_in_alternative",
        "mean_difference",
        "shorter",
        "longer",
    ] {
        let values = table.of_quantity(quantity);
        assert!(values.len() > 3, "{quantity}");
        assert!(values.iter().all(|value| *value == 0.0), "{quantity}");
    }
    assert!(report.contains("Who waits longer, who less"));
    assert!(!report.contains("A patient who"), "no journey differs");
}

#[test]
fn groups_and_bands_sum_to_all_patients() {
    let (table, report) = compared("groups", &Hospital::default().text(), &more_beds());
    let acuities = ["acuity=1", "acuity=2", "acuity=3"];
    for time in ["queues", "journey", "time_in_department"] {
        let quantities: Vec<&String> = table
            .0
            .keys()
            .filter(|key| key[0] == time && key[1] == "all")
            .map(|key| &key[2])
            .collect();
        let bands: Vec<&&String> = quantities
            .iter()
            .filter(|quantity| quantity.contains(" by ") || quantity.starts_with("same"))
            .collect();
        assert_eq!(bands.len(), 9, "{bands:?}");
        let counts = bands.iter().map(|band| **band).cloned();
        let counts = counts.chain(["patients".to_owned(), "differ".to_owned()]);
        for quantity in counts {
            let all = table.get(time, "all", &quantity);
            let parts = acuities.map(|acuity| table.get(time, acuity, &quantity));
            let sum: f64 = parts.iter().sum();
            assert!((sum - all).abs() < 1e-6, "{time} {quantity}: {sum}, {all}");
        }
        let in_bands: f64 = bands.iter().map(|band| table.get(time, "all", band)).sum();
        let patients = table.get(time, "all", "patients");
        assert!((in_bands - patients).abs() < 1e-6);
        assert!(table.get(time, "all", "differ") > 100.0);
    }
    // More beds shorten the waits of more people than they lengthen.
    assert!(table.get("queues", "all", "shorter") > table.get("queues", "all", "longer"));
    assert!(report.contains("A patient who gains most"));
}

#[test]
fn a_known_difference_comes_out_exactly_and_only_for_whom_it_is() {
    let slower = CLINIC.replace(
        "{ wait = \"30 min\", id = \"care\" },",
        "{ wait = \"30 min\", id = \"care\" },\n  { when = { acuity = [\"1\"] }, steps = [{ wait = \"20 min\", id = \"more\" }] },",
    );
    let (table, _) = compared("known", CLINIC, &slower);
    let urgent = table.get("visit", "acuity=1", "patients");
    assert!(urgent > 100.0);
    assert_eq!(table.get("visit", "acuity=1", "mean_difference"), 20.0);
    assert_eq!(
        table.get("visit", "acuity=1", "longer by 15 to 60 min"),
        urgent
    );
    assert_eq!(table.get("visit", "acuity=2", "differ"), 0.0);
    assert_eq!(table.get("visit", "all", "differ"), urgent);
    assert_eq!(table.get("queues", "all", "differ"), 0.0);
    let hours = table.get("journey", "acuity=1", "mean_difference");
    assert!((hours - 1.0 / 3.0).abs() < 1e-9, "{hours}");
}

#[test]
fn patients_of_one_scenario_only_are_told_apart() {
    let more = format!(
        "{CLINIC}\n[arrivals.induced]\nrate = \"10 per day\"\nshares = {{ acuity = {{ \"1\" = 0, \"2\" = 1 }} }}\nto = \"clinic.arrive\"\n"
    );
    let (table, _) = compared("induced", CLINIC, &more);
    let induced = table.get("patients", "all", "only_in_alternative");
    assert!((150.0..250.0).contains(&induced), "{induced}");
    assert_eq!(table.get("patients", "all", "only_in_baseline"), 0.0);
    assert_eq!(
        table.get("patients", "acuity=2", "only_in_alternative"),
        induced
    );
    assert_eq!(table.get("visit", "all", "differ"), 0.0);
}

#[test]
fn following_patients_writes_the_same_bytes_at_any_number_of_threads() {
    let scratch = Scratch::new("counterfactual-threads");
    let before = scratch.write("before.toml", &Hospital::default().text());
    let after = scratch.write("after.toml", &more_beds());
    let written = ["1", "2", "5"].map(|threads| {
        let out = scratch.path(threads);
        let arguments = [
            "compare",
            &before,
            &after,
            "--patients=3",
            "--replications",
            "3",
            "--quiet",
            "--threads",
            threads,
            "--out",
            &out,
        ];
        assert_eq!(uecsim(&arguments).exit, 0);
        let mut files = bytes_of(&out);
        assert!(files.remove("timing.json").is_some());
        assert!(files.contains_key("counterfactuals.csv"));
        files
    });
    assert!(written[0] == written[1] && written[1] == written[2]);
}
