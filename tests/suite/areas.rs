//! Areas that do not exchange patients: run side by side with the same bytes as one after another, and added up exactly.

use std::sync::atomic::AtomicBool;

use uecsim::experiment::control::Control;
use uecsim::experiment::results::Results;
use uecsim::uec::model::{Model, Statistic};

use crate::small::{model_of, values};

/// Two departments of different size; each has rows of its own in the table of arrivals.
const SYSTEM: &str = r#"
title = "Two towns"
assumed = "A test"
[run]
warm_up = "2 days"
length = "21 days"
replications = 3
[attributes.acuity]
title = "Acuity"
levels = ["1", "2"]
[arrivals.walk_in]
rate = "100 per day"
shares = { acuity = { "1" = 0.3, "2" = 0.7 } }
to = "department.arrive"
[arrivals.listed]
file = "listed.csv"
to = "department.arrive"
set = { acuity = "1" }
[services.department]
title = "Department"
pools = ["doctors"]
[services.department.paths]
arrive = [
  { mark = "arrived" },
  { use = "doctors", for = { lognormal = { mean = "20 min", sd = "10 min" } }, rank = "acuity", id = "care", leave_after = "2 h", otherwise = [{ mark = "left" }, { leave = "unseen" }] },
  { mark = "departed" },
  { leave = "home" },
]
[sites.department]
services = ["department"]
place = { x = 0, y = 0 }
[sites.department.pools]
doctors = [{ from = "00:00", units = 1 }, { from = "08:00", units = 3 }]
[measures.time]
title = "Time in the department"
kind = "duration"
from = "department.arrived"
to = "department.departed"
unit = "min"
by = ["acuity"]
statistics = ["mean", "p90", "within 1 h", "count"]
series = ["day", "hour_of_week"]
better = "lower"
source = "a test"
[measures.left]
title = "Left"
kind = "share"
of = "department.left"
among = "department.arrived"
unit = "%"
statistics = ["percent"]
better = "lower"
source = "a test"
[measures.arrivals]
title = "Arrivals"
kind = "count"
mark = "department.arrived"
unit = "patients"
statistics = ["total"]
better = "neither"
source = "a test"
[measures.busy]
title = "Doctors busy"
kind = "level"
pools = "department.doctors"
what = "occupancy"
unit = "%"
statistics = ["mean"]
series = ["day"]
better = "lower"
source = "a test"
"#;

const AREAS: &str = r#"
[areas]
file = "areas.csv"
[areas.set]
"arrivals.walk_in.rate" = { column = "rate" }
"sites.department.pools.doctors" = { multiply = { column = "size" }, assumed = "as many as patients" }
"#;

const TABLE: &str = "area,title,rate,size\nleeds,Leeds,200 per day,2\nripon,Ripon,60 per day,0.4\n";
const LISTED: &str = "area,time\nleeds,3 days\nleeds,4 days\nripon,5 days\n";

fn federation() -> Model {
    let system = format!("{SYSTEM}{AREAS}");
    model_of(&[
        ("test.toml", &system),
        ("areas.csv", TABLE),
        ("listed.csv", LISTED),
    ])
}

fn results(models: Vec<Model>, threads: usize) -> Vec<Results> {
    let control = Control {
        threads,
        cancel: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let ended = uecsim::experiment::run(models, &control).expect("the machine has threads");
    assert_eq!(ended.failures, []);
    ended.results
}

/// Everything that comes out, as text: the same bytes.
fn told(results: &Results) -> String {
    format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        results.keys,
        results.values,
        results.daily,
        results.weekly,
        results.histograms,
        results.level_times,
        results.flows,
        results.conservation
    )
}

fn of_area(results: &Results, area: &str, measure: &str, statistic: Statistic) -> Vec<f64> {
    let key = results.keys.iter().position(|key| {
        results.model.measures[key.measure].id == measure
            && key.statistic == statistic
            && key.site == area
            && key.cohort == "all"
    });
    let key = key.expect("areas have every measure");
    results.values.iter().filter_map(|run| run[key]).collect()
}

#[test]
fn areas_give_the_same_bytes_side_by_side_and_one_after_another() {
    let one = told(&results(vec![federation()], 1)[0]);
    for threads in [2, 5] {
        let more = told(&results(vec![federation()], threads)[0]);
        assert!(one == more, "{threads} threads");
    }
}

/// What an area gives among others is what it gives by itself, and the whole is their sum.
#[test]
fn an_area_alone_gives_what_it_gives_among_others() {
    let model = federation();
    let alone: Vec<Model> = model.areas.iter().map(|area| model.of_area(area)).collect();
    let alone = results(alone, 1);
    let together = results(vec![model], 2).remove(0);
    for (area, alone) in ["leeds", "ripon"].iter().zip(&alone) {
        for (measure, statistic) in [
            ("time", Statistic::Mean),
            ("time", Statistic::Quantile(0.9)),
            ("left", Statistic::Percent),
            ("arrivals", Statistic::Total),
            ("busy", Statistic::Mean),
        ] {
            let among = of_area(&together, area, measure, statistic);
            assert_eq!(among, values(alone, measure, statistic), "{area} {measure}");
        }
    }
    let sums = |of: &dyn Fn(&Results) -> Vec<f64>| -> Vec<f64> {
        let (a, b) = (of(&alone[0]), of(&alone[1]));
        a.iter().zip(b).map(|(a, b)| a + b).collect()
    };
    let total = |results: &Results| values(results, "arrivals", Statistic::Total);
    assert_eq!(total(&together), sums(&total));
    // A mean is that of all patients, not of areas.
    let counts = |results: &Results| values(results, "time", Statistic::Count);
    let minutes = |results: &Results| -> Vec<f64> {
        let means = values(results, "time", Statistic::Mean);
        means
            .iter()
            .zip(counts(results))
            .map(|(mean, n)| mean * n)
            .collect()
    };
    let expected = sums(&minutes);
    for ((mean, n), sum) in minutes(&together)
        .iter()
        .zip(counts(&together))
        .zip(expected)
    {
        assert!((mean - sum).abs() < 1e-6 * sum, "{mean} of {n}, {sum}");
    }
    let events =
        |results: &Results| -> u64 { results.conservation.iter().map(|run| run.events).sum() };
    assert_eq!(events(&together), alone.iter().map(events).sum::<u64>());
}

/// The same patients come to neither: streams of one name are other people in another area.
#[test]
fn areas_have_patients_of_their_own() {
    let same = "area,title,rate,size\nleeds,Leeds,60 per day,1\nripon,Ripon,60 per day,1\n";
    let system = format!("{SYSTEM}{AREAS}");
    let model = model_of(&[
        ("test.toml", &system),
        ("areas.csv", same),
        ("listed.csv", LISTED),
    ]);
    let results = results(vec![model], 2).remove(0);
    let leeds = of_area(&results, "leeds", "time", Statistic::Mean);
    assert_ne!(leeds, of_area(&results, "ripon", "time", Statistic::Mean));
}

#[test]
fn the_longest_area_is_begun_first() {
    let model = federation();
    let work: Vec<f64> = model
        .areas
        .iter()
        .map(|area| area.arrivals_per_day())
        .collect();
    assert!(
        (work[0] - 200.0).abs() < 1.0 && (work[1] - 60.0).abs() < 1.0,
        "{work:?}"
    );
}
