//! Changes taken apart: known effects come out alone, one after another, and together beyond their sum.

use crate::folders::{Call, Scratch, uecsim};
use crate::small::CLINIC;

/// A clinic with these changes, of which the last to speak of a time wins.
fn clinic(changes: &str) -> String {
    CLINIC.replacen("[run]", &format!("changes = [{changes}]\n[run]"), 1)
}

/// Rows of the mean visit as `part change: difference from baseline to alternative`.
fn decomposed(scratch: &Scratch, before: &str, after: &str) -> (Vec<String>, Call) {
    for (name, minutes) in [("short", 10), ("an-hour", 60), ("fifty", 50)] {
        let text = format!(
            "title = \"{name}\"\nassumed = \"A test\"\n[set]\n\"services.clinic.paths.arrive.2.wait\" = \"{minutes} min\"\n"
        );
        scratch.write(&format!("changes/{name}.toml"), &text);
    }
    let before = scratch.write("before.toml", before);
    let after = scratch.write("after.toml", after);
    let out = scratch.path("out");
    let call = uecsim(&["compare", &before, &after, "--decompose", "--out", &out]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let table = csv::Reader::from_path(format!("{out}/comparison.csv"));
    let mut table = table.expect("the table is written");
    let records = table.records().map(|row| row.expect("well formed"));
    let visits = records.filter(|row| &row[4] == "visit");
    let rows = visits.map(|row| {
        let [from, to, by] = [9, 10, 11].map(|column| row[column].to_owned());
        format!("{} {}: {by} from {from} to {to}", &row[2], &row[3])
    });
    (rows.collect(), call)
}

#[test]
fn what_changes_do_alone_and_their_interaction_come_to_the_whole() {
    let scratch = Scratch::new("decompose");
    let after = clinic("\"an-hour\", \"fifty\"");
    let (rows, call) = decomposed(&scratch, CLINIC, &after);
    let expected = [
        "whole : 20 from 30 to 50",
        "added an-hour: 30 from 30 to 60",
        "added fifty: -10 from 60 to 50",
        "alone an-hour: 30 from 30 to 60",
        "alone fifty: 20 from 30 to 50",
        "interaction : -30 from 80 to 50",
    ];
    assert_eq!(rows, expected);
    // The first and the last of those added are run already: as a change alone, and as the alternative.
    let n_runs = "note: --decompose runs 4 scenarios of 2 replications: ";
    assert!(call.err.contains(n_runs), "{}", call.err);
    assert!(call.out.starts_with("8 replications, "), "{}", call.out);
    let chart = scratch.path("out/charts/changes-alone-and-together.csv");
    let chart = std::fs::read_to_string(chart).expect("the chart is drawn");
    let row = "Together beyond the sum,80.0 min,50.0 min,-30.0 (-30.0 to -30.0),2,better";
    let row = row.replace('-', "\u{2212}");
    assert!(chart.replace('\u{a0}', " ").contains(&row), "{chart}");
}

#[test]
fn what_the_baseline_has_of_its_own_is_undone_first() {
    let scratch = Scratch::new("decompose-start");
    let (before, after) = (clinic("\"short\""), clinic("\"an-hour\", \"fifty\""));
    let (rows, _) = decomposed(&scratch, &before, &after);
    let expected = [
        "whole : 40 from 10 to 50",
        "start : 20 from 10 to 30",
        "added an-hour: 30 from 30 to 60",
        "added fifty: -10 from 60 to 50",
        "alone an-hour: 30 from 30 to 60",
        "alone fifty: 20 from 30 to 50",
        "interaction : -30 from 80 to 50",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn what_files_differ_in_beside_changes_is_a_part_of_its_own() {
    let scratch = Scratch::new("decompose-files");
    let after = clinic("\"fifty\"").replace("30 min", "40 min");
    let (rows, _) = decomposed(&scratch, CLINIC, &after);
    let expected = [
        "whole : 20 from 30 to 50",
        "start : 10 from 30 to 40",
        "added fifty: 10 from 40 to 50",
    ];
    assert_eq!(rows, expected);
}
