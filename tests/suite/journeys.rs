//! Event logs and traces: what is told of single patients agrees with itself and with the run.

use std::collections::BTreeMap;

use crate::folders::{Scratch, bytes_of, uecsim};
use crate::small::Hospital;

/// Runs the small hospital for a week with a log; gives the log and the other files.
fn logged(scratch: &Scratch, flag: &str) -> (Vec<Vec<String>>, BTreeMap<String, Vec<u8>>) {
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let out = scratch.path("out");
    let call = uecsim(&[
        "run",
        &scenario,
        "--out",
        &out,
        "--length",
        "7 days",
        "--warm-up",
        "1 day",
        "--replications",
        "2",
        flag,
    ]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let files = bytes_of(&out);
    let mut reader = csv::Reader::from_reader(&files["events.csv"][..]);
    let rows = reader.records().map(|row| {
        row.expect("well formed")
            .iter()
            .map(str::to_owned)
            .collect()
    });
    (rows.collect(), files)
}

fn of_kind<'r>(rows: &'r [Vec<String>], kind: &str, event: &str) -> Vec<&'r Vec<String>> {
    let is_it = |row: &&Vec<String>| row[2] == kind && (event.is_empty() || row[3] == event);
    rows.iter().filter(is_it).collect()
}

#[test]
fn a_log_has_every_patient_once_in_and_at_most_once_out() {
    let scratch = Scratch::new("log");
    let (rows, files) = logged(&scratch, "--log");
    let arrived = of_kind(&rows, "arrival_departure", "arrival");
    let left = of_kind(&rows, "arrival_departure", "depart");
    let record: serde_json::Value =
        serde_json::from_slice(&files["run.json"]).expect("run.json is JSON");
    let text = record.to_string();
    assert!(
        text.contains("--log=1"),
        "the command repeats the log: {text}"
    );
    let mut by_patient = BTreeMap::<&str, [usize; 2]>::new();
    arrived
        .iter()
        .for_each(|row| by_patient.entry(&row[0]).or_default()[0] += 1);
    left.iter()
        .for_each(|row| by_patient.entry(&row[0]).or_default()[1] += 1);
    assert!(by_patient.len() > 100, "{} patients", by_patient.len());
    for (patient, [came, went]) in by_patient {
        assert_eq!(came, 1, "{patient}");
        assert!(went <= 1, "{patient}");
    }
    let times: Vec<f64> = rows
        .iter()
        .map(|row| row[4].parse().expect("minutes"))
        .collect();
    assert!(times.is_sorted());
    assert!(times[0] < 0.0 && times[times.len() - 1] > 6.0 * 1440.0);
}

/// What is taken is let go once, no number is given out twice at one time, and no pool gives out more than it has.
#[test]
fn units_of_a_log_are_taken_and_let_go_by_number() {
    let scratch = Scratch::new("log-units");
    let (rows, _) = logged(&scratch, "--log=2");
    let mut busy = BTreeMap::<(String, String), Vec<String>>::new();
    let mut most = BTreeMap::<String, usize>::new();
    for row in &rows {
        let pool = |end: &str| (row[3].trim_end_matches(end).to_owned(), row[7].clone());
        match row[2].as_str() {
            "resource_use" => {
                let pool = pool("_begins");
                let numbers = busy.entry(pool.clone()).or_default();
                for number in row[5].split(';') {
                    assert!(!numbers.contains(&number.to_owned()), "{row:?}");
                    numbers.push(number.to_owned());
                }
                let most = most.entry(pool.0).or_default();
                *most = (*most).max(numbers.len());
            }
            "resource_use_end" => {
                let numbers = busy.entry(pool("_complete")).or_default();
                for number in row[5].split(';') {
                    let place = numbers.iter().position(|known| known == number);
                    numbers.remove(place.expect("what is let go was taken"));
                }
            }
            _ => {}
        }
    }
    let hospital = Hospital::default();
    assert_eq!(
        most.get("cubicles").copied(),
        Some(hospital.cubicles as usize),
        "{most:?}"
    );
}

#[test]
fn a_trace_tells_the_same_journey_as_the_log() {
    let scratch = Scratch::new("trace");
    let (rows, _) = logged(&scratch, "--log");
    let departed = of_kind(&rows, "arrival_departure", "depart");
    let patient = &departed[departed.len() / 2][0];
    let own: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == *patient).collect();
    let scenario = scratch.path("hospital.toml");
    let trace = |more: &[&str]| {
        let arguments = [
            &["trace"],
            more,
            &["--length", "7 days", "--warm-up", "1 day"],
        ]
        .concat();
        uecsim(&arguments)
    };
    let call = trace(&[&scenario, "--patient", patient]);
    assert_eq!(call.exit, 0, "{}", call.err);
    assert!(
        call.out.contains(&format!("Patient {patient} ")),
        "{}",
        call.out
    );
    // Who it is and what is known stand above.
    assert_eq!(
        call.out.lines().count() - 2,
        own.len(),
        "{}\n{own:?}",
        call.out
    );
    let ended = format!("ends: {}", own[own.len() - 1][8].replace('_', " "));
    assert!(call.out.contains(&ended), "{ended} in {}", call.out);

    let beside = trace(&["--both", &scenario, &scenario, "--patient", patient]);
    assert_eq!(beside.exit, 0, "{}", beside.err);
    // The same scenario twice: each moment stands on both sides.
    assert_eq!(beside.out.matches(&ended).count(), 2, "{}", beside.out);
}

#[test]
fn a_patient_who_does_not_come_is_a_fault_of_the_user() {
    let scratch = Scratch::new("trace-nobody");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    for patient in ["nonsense", "nobody:3", "walk_ins:999999999", "walk_ins:x"] {
        let call = uecsim(&[
            "trace",
            &scenario,
            "--length",
            "1 day",
            "--patient",
            patient,
        ]);
        assert_eq!(call.exit, 2, "{patient}: {}", call.err);
        assert!(call.err.contains("error: "), "{}", call.err);
    }
}
