//! As many replications as a precision takes: intervals cover as often as they say, the number does not depend on threads, and
//! the results are those of a run that was asked for this number.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use uecsim::experiment::control::Control;
use uecsim::experiment::precision::{Check, Course, Goal, Group, Of, Width, course, run};
use uecsim::uec::model::{Model, Statistic};

use crate::folders::{Call, Scratch, bytes_of, uecsim};
use crate::small::{Hospital, model};

/// M/M/2 at a load of 0.6: 172.8 patients a day, services of 10 minutes on average.
pub const QUEUE: &str = r#"
title = "M/M/2"
assumed = "A queue with exact values"
[run]
warm_up = "1 day"
length = "10 days"
replications = 2
[arrivals.patients]
rate = "172.8 per day"
to = "desk.arrive"
[services.desk]
title = "Desk"
pools = ["clerks"]
[services.desk.paths]
arrive = [
  { mark = "arrived" },
  { hold = "clerks" },
  { mark = "begun" },
  { wait = { exponential = { mean = "10 min" } }, id = "service" },
  { mark = "done" },
  { leave = "home" },
]
[sites.desk]
services = ["desk"]
place = { x = 0, y = 0 }
[sites.desk.pools]
clerks = 2
[measures.wait]
title = "Wait"
kind = "duration"
from = "desk.arrived"
to = "desk.begun"
unit = "min"
statistics = ["mean", "p90"]
better = "lower"
source = "Arrival to a clerk"
[measures.time]
title = "Time"
kind = "duration"
from = "desk.arrived"
to = "desk.done"
unit = "min"
statistics = ["mean"]
better = "lower"
source = "Arrival to the end"
[measures.busy]
title = "Clerks busy"
kind = "level"
pools = ["clerks"]
what = "occupancy"
unit = "%"
statistics = ["mean"]
better = "lower"
source = "Busy over on duty"
"#;

/// Exact values: the mean wait of M/M/2 is ρ² / (1 − ρ²) services, and a wait is longer than t with the probability
/// 2 ρ² / (1 + ρ) · exp(−2 (1 − ρ) t / service). Source: Gross, Shortle, Thompson & Harris (2008), Fundamentals of Queueing
/// Theory, sec. 2.4.
fn exact(check: &Check) -> f64 {
    let (load, service) = (0.6_f64, 10.0);
    let wait = service * load * load / (1.0 - load * load);
    match (&*check.measure, check.statistic) {
        ("wait", Statistic::Mean) => wait,
        ("wait", Statistic::Quantile(share)) => {
            let must_wait = 2.0 * load * load / (1.0 + load);
            (must_wait / (1.0 - share)).ln() * service / (2.0 * (1.0 - load))
        }
        ("time", Statistic::Mean) => wait + service,
        ("busy", Statistic::Mean) => 100.0 * load,
        _ => panic!("no exact value of {check:?}"),
    }
}

const MEAN: Statistic = Statistic::Mean;
const P90: Statistic = Statistic::Quantile(0.9);

fn goal(checks: &[(&str, Statistic, f64)]) -> Goal {
    let checks = checks.iter().map(|(measure, statistic, share)| Check {
        of: Of::Value(0),
        measure: (*measure).to_owned(),
        statistic: *statistic,
        width: Width::Share(*share),
    });
    Goal {
        checks: checks.collect(),
        most: 2_000,
    }
}

/// What sequential experiments came to, each with a seed of its own.
fn experiments(n: u64, goal: &Goal) -> Vec<Course> {
    let original = model(QUEUE);
    let mut courses = Vec::new();
    // A few at a time, so that few results are in memory.
    let seeds: Vec<u64> = (1..=n).collect();
    for some in seeds.chunks(50) {
        let with_seed = |seed: &u64| {
            let mut model: Model = original.clone();
            model.run.seed = *seed;
            model
        };
        let models: Vec<Model> = some.iter().map(with_seed).collect();
        let groups: Vec<Group<'_>> = (0..models.len())
            .map(|position| Group {
                scenarios: position..position + 1,
                goal,
            })
            .collect();
        let control = Control {
            threads: 2,
            cancel: &AtomicBool::new(false),
            progress: &|_| {},
        };
        let ended = run(models, &groups, &control, &|_| {}).expect("the machine has threads");
        assert_eq!(ended.failures, []);
        let results = ended.results.iter();
        courses.extend(results.map(|results| course(goal, &[results])));
    }
    courses
}

/// Percent of experiments whose intervals all hold the exact values: as computed, and of the width that was asked for.
fn coverage(goal: &Goal, courses: &[Course]) -> (f64, f64) {
    let mut held = [0.0, 0.0];
    for course in courses {
        assert!(course.is_reached(), "{course:?}");
        let off = |position: usize| {
            let mean = course.judged[position].mean.expect("it has values");
            (mean - exact(&goal.checks[position])).abs()
        };
        let holds = |width: &dyn Fn(usize) -> f64| {
            (0..goal.checks.len()).all(|position| off(position) <= width(position))
        };
        held[0] += f64::from(u8::from(holds(&|at| course.judged[at].half_width)));
        held[1] += f64::from(u8::from(holds(&|at| course.judged[at].wanted)));
    }
    let percent = |held: f64| 100.0 * held / courses.len() as f64;
    let mean =
        |of: &dyn Fn(&Course) -> f64| courses.iter().map(of).sum::<f64>() / courses.len() as f64;
    println!(
        "{} experiments: intervals hold the truth in {:.1} %, the widths asked for in {:.1} %; {:.1} replications, {:.1} looks",
        courses.len(),
        percent(held[0]),
        percent(held[1]),
        mean(&|course| f64::from(course.replications())),
        mean(&|course| course.looks.len() as f64),
    );
    (percent(held[0]), percent(held[1]))
}

#[test]
fn intervals_of_200_sequential_experiments_hold_the_truth_as_often_as_they_say() {
    let goal = goal(&[("wait", MEAN, 0.07)]);
    let courses = experiments(200, &goal);
    let (held, _) = coverage(&goal, &courses);
    // Of 200 at 95 %, one in a thousand such tests would find fewer than 89.5 or more than 99.5 %.
    assert!((89.5..=99.5).contains(&held), "{held}");
    // The rule did decide: experiments stop at different numbers, not all of them at the first look.
    let stops: BTreeMap<u32, usize> = courses.iter().fold(BTreeMap::new(), |mut stops, course| {
        *stops.entry(course.replications()).or_default() += 1;
        stops
    });
    assert!(stops.len() > 5, "{stops:?}");
}

/// `cargo test --release -- --ignored --nocapture sequential_stopping` prints the coverage that docs/precision.md gives.
#[test]
#[ignore = "takes minutes"]
fn sequential_stopping_covers_in_1000_experiments() {
    for goal in [
        goal(&[("wait", MEAN, 0.10)]),
        goal(&[("wait", MEAN, 0.05)]),
        goal(&[("time", MEAN, 0.02)]),
        goal(&[
            ("wait", MEAN, 0.08),
            ("time", MEAN, 0.03),
            ("busy", MEAN, 0.01),
        ]),
        goal(&[("wait", P90, 0.05)]),
    ] {
        for check in &goal.checks {
            println!(
                "{} {:?} to {:?}",
                check.measure, check.statistic, check.width
            );
        }
        let courses = experiments(1_000, &goal);
        let (held, held_as_asked) = coverage(&goal, &courses);
        let most = if goal.checks.len() == 1 { 97.0 } else { 100.0 };
        assert!((93.0..=most).contains(&held), "{held}");
        assert!(held_as_asked >= 93.0, "{held_as_asked}");
    }
}

const SHORT: [&str; 5] = ["--quiet", "--length", "7 days", "--warm-up", "2 days"];

fn run_to(scratch: &Scratch, name: &str, further: &[&str]) -> (Call, String) {
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let out = scratch.path(name);
    let call = uecsim(&[&["run", &scenario, "--out", &out], &SHORT[..], further].concat());
    (call, out)
}

fn record(folder: &str) -> Value {
    let text = fs::read_to_string(Path::new(folder).join("run.json")).expect("it is written");
    serde_json::from_str(&text).expect("valid JSON")
}

fn bytes_but(folder: &str, left_out: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let mut files = bytes_of(folder);
    for name in left_out {
        assert!(files.remove(*name).is_some(), "{name} is missing");
    }
    files
}

const PRECISION: [&str; 4] = [
    "--precision",
    "time_in_department:mean=5 %",
    "--precision",
    "response:mean=6 min",
];

#[test]
fn a_precision_gives_the_bytes_of_the_replications_that_it_took_on_any_number_of_threads() {
    let scratch = Scratch::new("precision-bytes");
    let (one, first) = run_to(
        &scratch,
        "one",
        &[&PRECISION[..], &["--threads", "1"]].concat(),
    );
    assert_eq!(one.exit, 0, "{}", one.err);
    let (two, second) = run_to(
        &scratch,
        "two",
        &[&PRECISION[..], &["--threads", "2"]].concat(),
    );
    assert_eq!(two.exit, 0, "{}", two.err);
    assert!(bytes_but(&first, &["timing.json"]) == bytes_but(&second, &["timing.json"]));
    let mut kept = record(&first);
    let n = kept["recipe"]["replications"].as_u64().expect("a number");
    assert!(n >= 20, "{n}");
    assert_eq!(kept["precision"]["reached"], true);
    let looks = kept["precision"]["looks"].as_array().expect("a list");
    assert_eq!(
        (looks[0].as_u64(), looks.last().and_then(Value::as_u64)),
        (Some(20), Some(n))
    );
    let (plain, third) = run_to(&scratch, "plain", &["--replications", &n.to_string()]);
    assert_eq!(plain.exit, 0, "{}", plain.err);
    let apart = ["timing.json", "run.json"];
    assert!(bytes_but(&first, &apart) == bytes_but(&third, &apart));
    // The records differ in what was asked for, and in nothing else.
    let members = kept.as_object_mut().expect("an object");
    members.remove("precision");
    let recipe = kept["recipe"].as_object_mut().expect("an object");
    assert!(recipe.remove("precision").is_some() && recipe.remove("most_replications").is_some());
    assert_eq!(kept, record(&third));
}

#[test]
fn a_run_and_a_comparison_to_a_precision_are_verified_with_what_it_came_to() {
    let scratch = Scratch::new("precision-verify");
    let (call, out) = run_to(&scratch, "run", &PRECISION);
    assert_eq!(call.exit, 0, "{}", call.err);
    let call = uecsim(&["verify", &out, "--quiet"]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    let path = Path::new(&out).join("run.json");
    let text = fs::read_to_string(&path).expect("it is written");
    let changed = text.replacen("\"reached\": true", "\"reached\": false", 1);
    fs::write(&path, changed).expect("it can be written");
    let call = uecsim(&["verify", &out, "--quiet"]);
    assert!(
        call.exit == 1 && call.out.contains("\"reached\""),
        "{}",
        call.out
    );

    let before = scratch.write("before.toml", &Hospital::default().text());
    let more = Hospital {
        cubicles: 15,
        ..Hospital::default()
    };
    let after = scratch.write("after.toml", &more.text());
    let out = scratch.path("compared");
    let arguments = [
        "compare",
        &before,
        &after,
        "--out",
        &out,
        "--precision",
        "time_in_department:mean=4 %",
    ];
    let call = uecsim(&[&arguments[..], &SHORT[..]].concat());
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    let kept = record(&out);
    assert_eq!(kept["precision"]["of"][0]["difference_from"], "before");
    let call = uecsim(&["verify", &out, "--quiet"]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
}

#[test]
fn what_was_not_reached_is_said_with_what_it_would_take() {
    let scratch = Scratch::new("precision-not");
    let scenario = scratch.write("queue.toml", QUEUE);
    let out = scratch.path("out");
    let arguments = [
        "run",
        &scenario,
        "--out",
        &out,
        "--precision",
        "20 %",
        "--precision",
        "wait=0.1 %",
    ];
    let call = uecsim(&[&arguments[..], &["--most-replications", "25"]].concat());
    assert_eq!(call.exit, 1, "{}", call.err);
    for words in [
        "After 25 replications, the most allowed, 2 of 3 are as precise as was asked for (95 % confidence, all of them together):",
        "  reached      Time, mean: ",
        "  not reached  Wait, mean: ",
        "0.10 % of it); about ",
        " more replications (",
    ] {
        assert!(
            call.out.contains(words),
            "{words} is missing:\n{}",
            call.out
        );
    }
    let kept = record(&out);
    assert_eq!(kept["precision"]["looks"], serde_json::json!([20, 25]));
    assert_eq!(kept["precision"]["reached"], false);
}

#[test]
fn a_difference_that_cannot_be_told_is_said_with_what_would_settle_it() {
    let scratch = Scratch::new("precision-tell");
    let before = scratch.write("before.toml", QUEUE);
    // Services of the same mean and spread from another distribution: waits differ, and how busy clerks are does not.
    let other = QUEUE.replace(
        "{ exponential = { mean = \"10 min\" } }",
        "{ lognormal = { mean = \"10 min\", sd = \"10 min\" } }",
    );
    let after = scratch.write("after.toml", &other);
    let out = scratch.path("out");
    let arguments = [
        "compare",
        &before,
        &after,
        "--out",
        &out,
        "--replications",
        "5",
    ];
    let call = uecsim(&arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    let sentence = "The difference in Clerks busy cannot be told from zero; about ";
    let (_, rest) = call.out.split_once(sentence).expect("it is said");
    let line = rest.lines().next().expect("it goes on");
    assert!(
        line.contains(" more replications would settle it ("),
        "{line}"
    );
    let mut table =
        csv::Reader::from_path(Path::new(&out).join("comparison.csv")).expect("it is written");
    let rows: Vec<BTreeMap<String, String>> = table
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("it is a table");
    for row in &rows {
        let is_told = row["verdict"] != "cannot tell";
        assert!(
            !is_told || row["further_replications"].is_empty(),
            "{row:?}"
        );
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_all_at_once() {
    let scratch = Scratch::new("precision-refused");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
    let asked = [
        "time_in_departmen:mean=5 %",
        "time_in_department:median=5 %",
        "time_in_department:mean=soon",
        "3 min",
        "beds_occupied:mean=−1 points",
    ];
    let mut arguments = vec!["run", &scenario];
    for one in asked {
        arguments.extend(["--precision", one]);
    }
    let call = uecsim(&arguments);
    assert_eq!((call.exit, call.out.as_str()), (2, ""));
    let expected = r#"error[E110]: no measure is called "time_in_departmen"
  --precision "time_in_departmen:mean=5 %"
               ^^^^^^^^^^^^^^^^^
  try: "time_in_department"
error[E110]: time_in_department has no such statistic
  --precision "time_in_department:median=5 %"
                                  ^^^^^^
  try: "time_in_department:mean", "time_in_department:p90", "time_in_department:within 4 h", "time_in_department:count"
error[E110]: "soon" is no half-width in min
  --precision "time_in_department:mean=soon"
                                       ^^^^
  try: "5 %" of the mean, or for one measure "time_in_department:mean=2 min"
error[E110]: a half-width of all headline measures is in percent: their units differ
  --precision "3 min"
               ^^^^^
  try: "5 %" of the mean, or for one measure "time_in_department:mean=2 min"
error[E110]: "−1 points" is no half-width in %
  --precision "beds_occupied:mean=−1 points"
                                  ^^^^^^^^^
  try: "5 %" of the mean, or for one measure "beds_occupied:mean=0.5 points"
"#;
    assert_eq!(call.err, expected);
    let call = uecsim(&[
        "run",
        &scenario,
        "--precision",
        "5 %",
        "--replications",
        "3",
    ]);
    assert_eq!(call.exit, 2);
    let call = uecsim(&["run", &scenario, "--most-replications", "30"]);
    assert_eq!(call.exit, 2);
}
