//! `calibrate` finds the parameters that a scenario's own output was made with, and says what it cannot know.

use std::fs;

use uecsim::scenario::layers::Changes;
use uecsim::scenario::source::MemorySource;
use uecsim::uec::{Overrides, load_with};

use crate::folders::{Call, Scratch, uecsim_in};

/// A clinic with a waiting line: nurses see everybody, and some go on to a doctor.
const CLINIC: &str = r#"
title = "A clinic"
[run]
start = 2021-01-01
warm_up = "5 days"
length = "60 days"
replications = 6
seed = 3
[services.clinic]
title = "Clinic"
pools = { nurses = 3, doctors = 2 }
[services.clinic.paths]
arrive = [
  { mark = "arrived" },
  { use = "nurses", for = { exponential = { mean = "20 min" } }, id = "nurse" },
  { mark = "seen" },
  { share = 0.4, id = "on", steps = [ { use = "doctors", for = { exponential = { mean = "25 min" } }, id = "doctor" } ] },
  { mark = "left" },
  { leave = "home" },
]
[arrivals.people]
rate = "120 per day"
to = "clinic.arrive"
[arrivals.more]
rate = "10 per day"
to = "clinic.arrive"
[measures.attendances]
title = "Attendances"
kind = "count"
mark = "clinic.arrived"
unit = "patients"
statistics = ["total", "per day"]
by = ["site"]
better = "lower"
nature = "emergent"
source = "a test"
[measures.to_nurse]
title = "Time to be seen"
kind = "duration"
from = "clinic.arrived"
to = "clinic.seen"
unit = "min"
statistics = ["mean", "within 30 min", "count"]
better = "lower"
nature = "emergent"
source = "a test"
[measures.in_clinic]
title = "Time in the clinic"
kind = "duration"
from = "clinic.arrived"
to = "clinic.left"
unit = "min"
statistics = ["mean", "within 30 min", "count"]
better = "lower"
nature = "emergent"
source = "a test"
"#;

const FREE: &str = "name,path,how,low,high,step,note\n\
    demand,arrivals.people.rate,multiply,0.6,1.5,0.05,\n\
    nursing,services.clinic.steps.nurse.for,multiply,0.6,1.4,0.05,\n\
    doctoring,services.clinic.steps.doctor.for,multiply,0.6,1.6,0.1,\n";

const TARGETS: &str =
    "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note\n";

/// Runs the clinic with parameters changed and gives some of its figures as targets.
fn truth(scratch: &Scratch, change: &str, seed: &str) -> String {
    scratch.write(
        "truth.toml",
        &CLINIC.replace(
            "title = \"A clinic\"\n",
            "title = \"Truth\"\nchanges = [\"true.toml\"]\n",
        ),
    );
    scratch.write("true.toml", change);
    let ran = uecsim_in(
        scratch.folder(),
        &[
            "run",
            "truth.toml",
            "--quiet",
            "--out",
            "truth",
            "--seed",
            seed,
            "--replications",
            "30",
        ],
    );
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let summary = fs::read_to_string(scratch.path("truth/summary.csv")).expect("the run wrote it");
    let mut targets = TARGETS.to_owned();
    for (measure, statistic, unit, tolerance) in [
        ("attendances", "total", "patients", "1 %"),
        ("to_nurse", "mean", "min", "3 %"),
        ("in_clinic", "mean", "min", "3 %"),
    ] {
        let start = format!("truth,{measure},{statistic},{unit},all,all,");
        let row = summary
            .lines()
            .find(|row| row.starts_with(&start))
            .expect("it is measured");
        let mean = row[start.len()..].split(',').next().expect("a mean");
        targets.push_str(&format!(
            "g,{measure},{measure},{statistic},all,all,{mean},{unit},{tolerance},own output,\n"
        ));
    }
    targets
}

/// Value, and half-widths of the interval by chance, of a parameter in `fitted.csv`.
fn fitted(scratch: &Scratch, parameter: &str) -> (f64, Option<f64>) {
    let table = fs::read_to_string(scratch.path("out/fitted.csv")).expect("the fit wrote it");
    let row = table
        .lines()
        .find(|row| row.starts_with(&format!("{parameter},")))
        .expect("it is a parameter");
    let cells: Vec<&str> = row.split(',').collect();
    (cells[3].parse().expect("a number"), cells[4].parse().ok())
}

fn calibrate(scratch: &Scratch, further: &[&str]) -> Call {
    let arguments = [
        "calibrate",
        "clinic.toml",
        "--to",
        "targets.csv",
        "--free",
        "free.csv",
        "--quiet",
        "--out",
        "out",
    ];
    uecsim_in(scratch.folder(), &[&arguments, further].concat())
}

#[test]
fn known_parameters_are_recovered_from_the_scenarios_own_output() {
    let scratch = Scratch::new("calibrate");
    let change = "title = \"Truth\"\nevidence = [\"a test\"]\n[set]\n\
        \"arrivals.people.rate\" = { multiply = 1.2 }\n\
        \"services.clinic.steps.nurse.for\" = { multiply = 1.1 }\n\
        \"services.clinic.steps.doctor.for\" = { multiply = 0.8 }\n";
    // Other patients than those of the fit: recovered are parameters, not random numbers.
    scratch.write("targets.csv", &truth(&scratch, change, "77"));
    scratch.write("clinic.toml", CLINIC);
    scratch.write("free.csv", FREE);
    let call = calibrate(&scratch, &["--replications", "12"]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    for (parameter, true_value) in [("demand", 1.2), ("nursing", 1.1), ("doctoring", 0.8)] {
        let (value, half_width) = fitted(&scratch, parameter);
        let half_width = half_width.expect("it is determined");
        assert!(
            (value - true_value).abs() < half_width.max(0.02),
            "{parameter}: {value} ± {half_width}"
        );
        assert!((value - true_value).abs() < 0.08, "{parameter}: {value}");
    }
    let kept = fs::read_to_string(scratch.path("clinic.toml")).expect("it is there");
    assert_eq!(kept, CLINIC, "the user's file stays as it is");
    let report = fs::read_to_string(scratch.path("out/report.md")).expect("the fit wrote it");
    assert!(report.contains("3 of 3 targets are met"), "{report}");
    // The change file can be used, and gives what the report says.
    scratch.write(
        "used.toml",
        &CLINIC.replace(
            "title = \"A clinic\"\n",
            "title = \"Used\"\nchanges = [\"out/fitted.toml\"]\n",
        ),
    );
    let used = uecsim_in(scratch.folder(), &["check", "used.toml"]);
    assert_eq!(used.exit, 0, "{}", used.err);
    let again = calibrate(&scratch, &["--replications", "12", "--threads", "1"]);
    assert_eq!(again.exit, 0);
    let repeated = fs::read_to_string(scratch.path("out/report.md")).expect("the fit wrote it");
    assert_eq!(repeated, report, "one thread gives the same bytes");
}

#[test]
fn parameters_that_do_the_same_are_said_to() {
    let scratch = Scratch::new("calibrate-alike");
    scratch.write(
        "clinic.toml",
        &CLINIC
            .replace("rate = \"10 per day\"", "rate = \"120 per day\"")
            .replace("nurses = 3", "nurses = 6"),
    );
    scratch.write("free.csv", "name,path,how,low,high,step,note\n\
        one,arrivals.people.rate,multiply,0.5,1.5,0.1,\nother,arrivals.more.rate,multiply,0.5,1.5,0.1,\n");
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,total,all,all,15000,patients,1 %,s,\n"),
    );
    let call = calibrate(&scratch, &["--replications", "3"]);
    assert!(call.exit <= 1, "{}", call.err);
    let report = fs::read_to_string(scratch.path("out/report.md")).expect("the fit wrote it");
    assert!(report.contains("Hardly determined: "), "{report}");
    assert!(report.contains("not determined"), "{report}");
}

#[test]
fn pools_are_scaled_to_whole_units() {
    let change = "title = \"More\"\nevidence = [\"a test\"]\n[set]\n\"services.clinic.pools.*\" = { multiply = 1.4 }\n";
    let files = [("clinic.toml", CLINIC), ("more.toml", change)];
    let changes = Changes::Also(vec!["more.toml".to_owned()]);
    let loaded = load_with(
        "clinic.toml",
        &MemorySource::new(files),
        &changes,
        &Overrides::default(),
    );
    let loaded = loaded.unwrap_or_else(|refused| panic!("{}", refused.render()));
    let mut units: Vec<f64> = loaded.loads.iter().map(|load| load.capacity).collect();
    units.sort_by(f64::total_cmp);
    // 2 times 1.4 is 2.8, 3 times 1.4 is 4.2.
    assert_eq!(units, [3.0, 4.0]);
}

#[test]
fn faults_of_the_tables_and_of_the_paths_are_told_before_anything_runs() {
    let scratch = Scratch::new("calibrate-faults");
    scratch.write("clinic.toml", CLINIC);
    scratch.write("targets.csv", &format!("{TARGETS}g,n,attendances,total,all,all,many,patients,1 %,s,\ng,n,attendances,total,all,all,1,patients,a lot,s,\n"));
    scratch.write(
        "free.csv",
        "name,path,how,low,high,step,note\na,x.y,twice,0.5,1.5,,\n",
    );
    let call = calibrate(&scratch, &[]);
    assert_eq!((call.exit, call.out.as_str()), (2, ""));
    for place in ["targets.csv:2:", "targets.csv:3:", "free.csv:2:7"] {
        assert!(call.err.contains(place), "{place}:\n{}", call.err);
    }
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,total,all,all,1,patients,1 %,s,\n"),
    );
    scratch.write(
        "free.csv",
        "name,path,how,low,high,step,note\na,arrivals.peopel.rate,multiply,0.5,1.5,,\n",
    );
    let call = calibrate(&scratch, &[]);
    assert_eq!(call.exit, 2);
    assert!(
        call.err.contains("S113") && call.err.contains("peopel"),
        "{}",
        call.err
    );
    assert!(!scratch.folder().join("out").exists());
}
