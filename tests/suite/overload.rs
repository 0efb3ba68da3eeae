//! Overload: seen before a run, found and dated during one, stopped in time, and which pool relieves it.

use std::fs;
use std::process::{Command, Stdio};

use uecsim::experiment::overload::growing_lines;
use uecsim::uec::model::Model;

use crate::folders::{Scratch, uecsim_in};
use crate::small::{model, model_of, run};

/// A clinic with one or more nurses for 50 patients a day, 40 minutes each: one nurse has work for 1.4.
fn clinic(nurses: &str, per_day: u32, length: &str, more: &str) -> String {
    format!(
        r#"
title = "A clinic"
assumed = "Round numbers for tests"
[run]
start = 2023-01-02
warm_up = "14 days"
length = "{length}"
replications = 3
[arrivals.walk_ins]
rate = "{per_day} per day"
to = "clinic.arrive"
[services.clinic]
title = "Clinic"
pools = ["nurses", "desks", "scanners"]
[services.clinic.paths]
arrive = [
  {{ mark = "arrived" }},
  {{ use = "desks", for = {{ exponential = {{ mean = "5 min" }} }}, id = "desk" }},
  {{ use = "nurses", for = {{ exponential = {{ mean = "40 min" }} }}, id = "care" }},
  {{ mark = "departed" }},
  {{ share = 0.1, id = "scanned", steps = [{{ use = "scanners", for = {{ exponential = {{ mean = "20 min" }} }}, id = "scan" }}] }},
  {{ leave = "home" }},
]
[sites.clinic]
title = "Northgate"
services = ["clinic"]
place = {{ x = 0, y = 0 }}
[sites.clinic.pools]
nurses = {nurses}
desks = 1
scanners = 40
[measures.visit]
title = "Visit"
kind = "duration"
from = "clinic.arrived"
to = "clinic.departed"
unit = "min"
statistics = ["mean", "p90", "within 4 h"]
better = "lower"
source = "Arrival to departure"
[measures.seen]
title = "Seen"
kind = "count"
mark = "clinic.departed"
unit = "patients"
statistics = ["per day"]
better = "higher"
source = "Departures"
{more}
"#
    )
}

/// Two nurses, of whom one leaves for good on 22 May, the first day of the 21st measured week.
fn cut_in_may() -> Model {
    let scenario = clinic(
        "2",
        50,
        "280 days",
        "[rollouts.cut]\nchanges = [\"cut\"]\nfrom = 2023-05-22",
    );
    let change = "title = \"One nurse fewer\"\nevidence = [\"a test\"]\n[set]\n\"sites.clinic.pools.nurses\" = 1\n";
    model_of(&[("test.toml", &scenario), ("changes/cut.toml", change)])
}

#[test]
fn a_roster_cut_at_a_known_date_is_found_with_its_week() {
    let results = &run(vec![cut_in_may()])[0];
    let found = growing_lines(results);
    assert_eq!(found.len(), 1, "{found:?}");
    let line = &found[0];
    assert_eq!(line.line, "nurses at clinic");
    assert_eq!((line.n_grew, line.n_replications), (3, 3));
    for began in line.began {
        assert!((began - 140.0).abs() <= 7.0, "day {began} for 140");
    }
    // 50 come and 36 are seen a day: some 14 more each day for the 20 weeks that are left.
    assert!(line.first < 10.0, "{line:?}");
    assert!((line.last - 14.0 * 136.0).abs() < 250.0, "{line:?}");
}

#[test]
fn a_line_in_balance_is_not_told() {
    let results = &run(vec![model(&clinic("2", 50, "280 days", ""))])[0];
    assert_eq!(growing_lines(results), []);
}

#[test]
fn the_report_and_the_record_say_since_when_a_line_grew() {
    let scratch = Scratch::new("overload-told");
    let scenario = scratch.write("over.toml", &clinic("1", 50, "84 days", ""));
    let out = scratch.path("out");
    let call = uecsim_in(scratch.folder(), &["run", &scenario, "--out", &out]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let told =
        "warning[R102]: in over the line for nurses at clinic only grew from the beginning on";
    assert!(call.err.contains(told), "{}", call.err);
    let record = fs::read_to_string(scratch.path("out/run.json")).expect("it was written");
    assert!(record.contains("\"lines_that_only_grew\""), "{record}");
    assert!(record.contains("\"line\": \"nurses at clinic\""));
    assert!(record.contains("\"began\": \"2023-01-02\""));
    let report = fs::read_to_string(scratch.path("out/report.html")).expect("it was written");
    assert!(report.contains("the line for nurses at clinic only grew from the beginning on"));
}

#[test]
fn an_unstable_replication_is_stopped_at_any_number_of_threads() {
    let scratch = Scratch::new("overload-stop");
    let scenario = scratch.write("over.toml", &clinic("1", 50, "280 days", ""));
    let said = |threads: &str, flag: &str| {
        let arguments = ["run", &scenario, "--threads", threads, "--out", "out", flag];
        let call = uecsim_in(scratch.folder(), &arguments);
        assert_eq!(call.exit, 3, "{}", call.err);
        let lines = call.err.lines().filter(|line| line.starts_with("error"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let one = said("1", "--stop-when-unstable");
    assert_eq!(one, said("4", "--stop-when-unstable"));
    assert_eq!(one.len(), 3);
    for (position, line) in one.iter().enumerate() {
        let begins = format!(
            "error[R103]: replication {} of over was stopped: the line for nurses at clinic only grows: ",
            position + 1
        );
        assert!(line.starts_with(&begins), "{line}");
        // Judged at the end of the eighth measured week.
        assert!(line.contains("(day 0 of the measured period)"), "{line}");
        assert!(line.ends_with("on day 70.000 of the run"), "{line}");
    }
    assert!(!scratch.folder().join("out").exists());
    assert!(!scratch.folder().join("out-partial").exists());
    // Half the time is enough where that was asked for.
    let sooner = said("2", "--stop-when-unstable=4 weeks");
    assert!(
        sooner[0].ends_with("on day 42.000 of the run"),
        "{sooner:?}"
    );
}

#[test]
fn a_comparison_keeps_what_ran_to_its_end() {
    let scratch = Scratch::new("overload-partial");
    let stable = scratch.write("stable.toml", &clinic("2", 50, "84 days", ""));
    let over = scratch.write("over.toml", &clinic("1", 50, "84 days", ""));
    let flag = "--stop-when-unstable=4 weeks";
    let arguments = ["compare", &stable, &over, "--out", "out", flag];
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 3, "{}", call.err);
    let read = |name: &str| {
        let path = scratch.path(&format!("out-partial/{name}"));
        fs::read_to_string(path).expect("it was written")
    };
    let stopped = read("stopped.csv");
    assert!(stopped.starts_with("scenario,replication,why,message\nover,1,unstable,"));
    assert_eq!(stopped.lines().count(), 4);
    let replications = read("replications.csv");
    assert!(replications.contains("stable,3,visit,mean"));
    assert!(!replications.contains("over,"));
    let record = read("run.json");
    assert!(record.contains("\"path\": \"stopped.csv\""));
    assert!(
        record.contains("--stop-when-unstable=\\\"28 days\\\""),
        "{record}"
    );
    // What is stable is not touched by the flag.
    let arguments = ["run", &stable, "--out", "plain"];
    assert_eq!(uecsim_in(scratch.folder(), &arguments).exit, 0);
    let arguments = ["run", &stable, "--out", "watched", flag];
    assert_eq!(uecsim_in(scratch.folder(), &arguments).exit, 0);
    let table = |folder: &str| fs::read(scratch.path(&format!("{folder}/replications.csv"))).ok();
    assert_eq!(table("plain"), table("watched"));
}

#[test]
fn a_stretch_of_other_than_whole_quarters_is_refused() {
    let scratch = Scratch::new("overload-stretch");
    for wrong in ["10 days", "0 days", "soon"] {
        let flag = format!("--stop-when-unstable={wrong}");
        let call = uecsim_in(scratch.folder(), &["run", "one-ed", &flag]);
        assert_eq!((call.exit, call.out.as_str()), (2, ""), "{}", call.err);
    }
    let call = uecsim_in(
        scratch.folder(),
        &["run", "one-ed", "--stop-when-unstable=10 days"],
    );
    assert!(
        call.err.contains("4 weeks, or a multiple of that"),
        "{}",
        call.err
    );
}

/// Two million patients a day come to one nurse. 2.5 GB of addresses are all that the program may have.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_bounded_and_the_run_stops_with_the_reason() {
    let scratch = Scratch::new("overload-memory");
    let scenario = scratch.write("flood.toml", &clinic("1", 2_000_000, "280 days", ""));
    let script = format!(
        "ulimit -v 2500000; exec \"$0\" run \"{scenario}\" --replications 1 --threads 1 --out out"
    );
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_uecsim")])
        .current_dir(scratch.folder())
        .stdin(Stdio::null())
        .output()
        .expect("a shell can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("error[R101]: replication 1 of flood failed: "),
        "{said}"
    );
    assert!(said.contains(" patients are inside at once, "), "{said}");
    assert!(
        said.contains(" of them in line for desks at clinic"),
        "{said}"
    );
    assert!(
        said.contains("no replication finished: nothing is written"),
        "{said}"
    );
    assert!(!scratch.folder().join("out").exists());
}

#[test]
fn check_shows_offered_load_by_hour_of_the_week() {
    let scratch = Scratch::new("overload-load");
    let roster = "[{ from = \"00:00\", units = 1 }, { from = \"08:00\", units = 2 }, { from = \"20:00\", units = 1 }]";
    let scenario = scratch.write("over.toml", &clinic(roster, 50, "84 days", ""));
    let call = uecsim_in(scratch.folder(), &["check", &scenario, "--load"]);
    assert_eq!(call.exit, 0, "{}", call.err);
    // 1.39 wanted at all hours, one rostered from 20:00 to 08:00.
    let found =
        "A clinic: Nurses at Northgate are short in 84 hours of the week; no other pool is.";
    assert!(call.out.starts_with(found), "{}", call.out);
    assert!(
        call.out.contains("Monday 00:00: 1.4 wanted, 1.0 rostered"),
        "{}",
        call.out
    );
    let call = uecsim_in(
        scratch.folder(),
        &["check", &scenario, "--load", "--out", "out"],
    );
    assert_eq!(call.exit, 0, "{}", call.err);
    let table = fs::read_to_string(scratch.path("out/load.csv")).expect("it was written");
    assert_eq!(table.lines().count(), 1 + 3 * 168);
    assert!(
        table.contains("\nclinic,nurses,8,Monday,8,1.388888889,2,69.44444444,0\n"),
        "{table}"
    );
    assert!(table.contains("\nclinic,nurses,20,Monday,20,1.388888889,1,138.8888889,1\n"));
    let chart = fs::read_to_string(scratch.path("out/charts/load.svg")).expect("it was written");
    assert!(chart.contains("Nurses at Northgate are short in 84 hours of the week"));
    // A folder of something else is not overwritten, and a broken scenario shows its faults.
    scratch.write("thesis/thesis.doc", "years of work");
    let call = uecsim_in(
        scratch.folder(),
        &["check", &scenario, "--load", "--out", "thesis"],
    );
    assert_eq!(call.exit, 2, "{}", call.err);
    let broken = scratch.write("broken.toml", &clinic("two", 50, "84 days", ""));
    let call = uecsim_in(scratch.folder(), &["check", &broken, "--load"]);
    assert_eq!((call.exit, call.out.as_str()), (2, ""));
    assert!(call.err.contains("broken.toml:"), "{}", call.err);
}

/// Rates by area, of a table beside the scenario.
const AREAS: &str = "[areas]\nfile = \"areas.csv\"\n[areas.set]\n\"arrivals.walk_ins.rate\" = { column = \"rate\" }\n";

#[test]
fn areas_have_their_offered_load_each() {
    let scratch = Scratch::new("overload-load-areas");
    let scenario = scratch.write("over.toml", &clinic("2", 50, "84 days", AREAS));
    scratch.write(
        "areas.csv",
        "area,title,rate\nn,North,50 per day\ns,South,90 per day\n",
    );
    let arguments = ["check", &scenario, "--load", "--out", "out"];
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    let found = "A clinic: Nurses at Northgate, South are short in 168 hours of the week; no other pool is.";
    assert!(call.out.starts_with(found), "{}", call.out);
    let table = fs::read_to_string(scratch.path("out/load.csv")).expect("it was written");
    assert_eq!(table.lines().count(), 1 + 2 * 3 * 168);
    assert!(table.starts_with("area,site,pool,"), "{table}");
    for row in [
        "\nn,clinic,nurses,8,Monday,8,1.388888889,2,69.44444444,0\n",
        "\ns,clinic,nurses,8,Monday,8,2.5,2,125,1\n",
    ] {
        assert!(table.contains(row), "{table}");
    }
}

#[test]
fn the_bottleneck_is_the_pool_where_one_more_unit_helps_most() {
    let scratch = Scratch::new("bottleneck");
    // The desk is busy for 0.21 of the time, the nurses for 0.83: both have waiting, and nobody ever waits for a scanner.
    let scenario = scratch.write("tight.toml", &clinic("2", 60, "364 days", ""));
    let arguments = [
        "bottleneck",
        &scenario,
        "--replications",
        "4",
        "--out",
        "out",
    ];
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    assert!(
        call.err.contains("note: 4 replications of the scenario as it is show where patients wait; then 4 for each pool and fleet with waiting, of 3: at most 16 in all"),
        "{}",
        call.err
    );
    assert!(
        call.err
            .contains("note: 2 pools and fleets are tried, 8 more replications; 1 are left out"),
        "{}",
        call.err
    );
    let finding = "A clinic: One more of Nurses at Northgate helps most: Visit, mean from ";
    assert!(call.out.starts_with(finding), "{}", call.out);
    assert!(
        call.out
            .contains("not tried: scanners at clinic, since nobody waited for it"),
        "{}",
        call.out
    );
    let table = fs::read_to_string(scratch.path("out/bottleneck.csv")).expect("it was written");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    // Two pools, two headline measures each; intervals of two hold together at 97.5 % each.
    assert_eq!(rows.len(), 5, "{table}");
    assert_eq!(
        (rows[1][0], rows[1][1], rows[1][3]),
        ("1", "nurses at clinic", "visit")
    );
    assert_eq!(
        (rows[1][10], rows[1][11], rows[1][12]),
        ("0.975", "4", "better")
    );
    assert_eq!((rows[3][0], rows[3][1]), ("2", "desks at clinic"));
    let difference: f64 = rows[1][7].parse().expect("a number");
    // M/M/2 at 5/6 waits 40 * (5/6)^2 / (1 - (5/6)^2) = 90.9 minutes, and M/M/3 at 5/9, by Erlang's formula, 9.0.
    assert!((difference / -81.9 - 1.0).abs() < 0.15, "{difference}");
    assert!(
        fs::read_to_string(scratch.path("out/skipped.csv"))
            .is_ok_and(|text| text.contains("scanners at clinic,nobody waited for it"))
    );
    assert!(scratch.folder().join("out/charts/bottleneck.svg").is_file());
    // The same at another number of threads.
    let arguments = [
        "bottleneck",
        &scenario,
        "--replications",
        "4",
        "--out",
        "again",
        "--threads",
        "1",
    ];
    assert_eq!(uecsim_in(scratch.folder(), &arguments).exit, 0);
    for file in [
        "bottleneck.csv",
        "skipped.csv",
        "charts/bottleneck.svg",
        "run.json",
    ] {
        let read = |folder: &str| fs::read(scratch.path(&format!("{folder}/{file}"))).ok();
        assert_eq!(read("out"), read("again"), "{file}");
    }
}

#[test]
fn of_areas_each_has_one_more_unit() {
    let scratch = Scratch::new("bottleneck-areas");
    let scenario = scratch.write("tight.toml", &clinic("2", 60, "364 days", AREAS));
    scratch.write(
        "areas.csv",
        "area,title,rate\nn,North,60 per day\ns,South,60 per day\n",
    );
    let arguments = [
        "bottleneck",
        &scenario,
        "--replications",
        "2",
        "--out",
        "out",
    ];
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    let finding =
        "A clinic: One more of Nurses at Northgate in every area helps most: Visit, mean from ";
    assert!(call.out.starts_with(finding), "{}", call.out);
    let words = "Change of Visit, mean (min) by one more unit in each of 2 areas";
    assert!(call.out.contains(words), "{}", call.out);
    let table = fs::read_to_string(scratch.path("out/bottleneck.csv")).expect("it was written");
    let first: Vec<&str> = table.lines().nth(1).expect("a row").split(',').collect();
    let difference: f64 = first[7].parse().expect("a number");
    // Both areas are like the clinic above: -81.9 minutes by Erlang's formula.
    assert!((difference / -81.9 - 1.0).abs() < 0.15, "{difference}");
}

#[test]
fn bottleneck_ranks_by_the_measure_asked_for_and_refuses_others() {
    let scratch = Scratch::new("bottleneck-measure");
    let scenario = scratch.write("tight.toml", &clinic("2", 60, "28 days", ""));
    let ask = |measure: &str| {
        let arguments = [
            "bottleneck",
            &scenario,
            "--replications",
            "2",
            "--out",
            "out",
            "--measure",
            measure,
        ];
        uecsim_in(scratch.folder(), &arguments)
    };
    let call = ask("visit:within 4 h");
    assert_eq!(call.exit, 0, "{}", call.err);
    assert!(
        call.out
            .contains("Change of Visit, within 4\u{a0}hours (%)"),
        "{}",
        call.out
    );
    let call = ask("visits");
    assert_eq!((call.exit, call.out.as_str()), (2, ""));
    assert!(
        call.err
            .contains("has no measure \"visits\"\n  try: \"visit\""),
        "{}",
        call.err
    );
    let call = ask("visit:p95");
    assert_eq!((call.exit, call.out.as_str()), (2, ""));
    assert!(
        call.err
            .contains("try: \"visit:mean\", \"visit:p90\", \"visit:within 4 h\""),
        "{}",
        call.err
    );
}

#[test]
fn one_more_unit_comes_only_when_some_are_rostered() {
    use uecsim::engine::program::PoolId;
    use uecsim::experiment::bottleneck::one_more;
    use uecsim::uec::measures::Line;
    let roster = "[{ from = \"08:00\", units = 2 }, { from = \"20:00\", units = 0 }]";
    let before = model(&clinic(roster, 50, "28 days", ""));
    let nurses = before
        .names
        .pools
        .iter()
        .position(|pool| pool.id == "nurses");
    let nurses = nurses.expect("the clinic has nurses");
    let after = one_more(&before, Line::Pool(PoolId(nurses as u16)));
    let units = |model: &Model| {
        let changes = &model.program.pools[nurses].roster.changes;
        changes.iter().map(|(_, units)| *units).collect::<Vec<_>>()
    };
    let expected: Vec<u32> = units(&before)
        .iter()
        .map(|&units| if units > 0 { units + 1 } else { 0 })
        .collect();
    assert_eq!(units(&after), expected);
    assert!(expected.contains(&3) && expected.contains(&0));
}
