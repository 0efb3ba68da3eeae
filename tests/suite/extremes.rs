//! Extreme scenarios, whose answers are known without simulating.

use uecsim::uec::model::Statistic;

use crate::small::{Hospital, model, run, values};

/// One desk: arrivals a fixed time apart, a fixed service time, for ten days.
fn desk(arrivals: &str, service: &str, units: u32) -> String {
    format!(
        r#"
title = "One desk"
assumed = "Round numbers for tests"
[run]
length = "10 days"
replications = 2
[arrivals.visitors]
{arrivals}
to = "desk.arrive"
[services.desk]
title = "Desk"
pools = ["clerks"]
[services.desk.paths]
arrive = [
  {{ mark = "arrived" }},
  {{ use = "clerks", for = "{service}", id = "service" }},
  {{ mark = "departed" }},
  {{ leave = "done" }},
]
[sites.desk]
title = "The desk"
services = ["desk"]
place = {{ x = 0, y = 0 }}
pools = {{ clerks = {units} }}
[measures.time]
title = "Time"
kind = "duration"
from = "desk.arrived"
to = "desk.departed"
unit = "min"
statistics = ["mean", "p50", "within 10 min", "count"]
better = "lower"
source = "Arrival to departure"
[measures.busy]
title = "Busy clerks"
kind = "level"
pools = ["clerks"]
what = "busy"
unit = "clerks"
statistics = ["mean"]
better = "lower"
source = "Level"
"#
    )
}

#[test]
fn without_arrivals_nothing_happens() {
    let results = run(vec![model(&desk("rate = \"0 per day\"", "5 min", 1))]).remove(0);
    assert_eq!(values(&results, "time", Statistic::Count), [0.0, 0.0]);
    assert!(values(&results, "time", Statistic::Mean).is_empty());
    assert_eq!(values(&results, "busy", Statistic::Mean), [0.0, 0.0]);
    assert!(
        results
            .conservation
            .iter()
            .all(|run| run.arrived == 0 && run.inside == 0)
    );
}

#[test]
fn with_enough_clerks_nobody_waits() {
    let results = run(vec![model(&desk("rate = \"500 per day\"", "10 min", 1000))]).remove(0);
    assert_eq!(values(&results, "time", Statistic::Mean), [10.0, 10.0]);
    assert_eq!(
        values(&results, "time", Statistic::Quantile(0.5)),
        [10.0, 10.0]
    );
}

#[test]
fn regular_arrivals_that_can_be_served_never_wait() {
    let arrivals = "gap = \"10 min\"";
    let results = run(vec![model(&desk(arrivals, "9 min", 1))]).remove(0);
    assert_eq!(values(&results, "time", Statistic::Mean), [9.0, 9.0]);
    for busy in values(&results, "busy", Statistic::Mean) {
        assert!((busy - 0.9).abs() < 0.001, "{busy}");
    }
}

#[test]
fn a_blocked_service_keeps_everybody_inside() {
    let results = run(vec![model(&desk("gap = \"1 h\"", "1000 days", 1))]).remove(0);
    for run in &results.conservation {
        assert_eq!(run.left.iter().sum::<u64>(), 0);
        assert_eq!(run.inside, run.arrived);
        assert!((239..=240).contains(&run.arrived), "{}", run.arrived);
    }
    // The first visitor is served all the time from the first hour on.
    for busy in values(&results, "busy", Statistic::Mean) {
        assert!((busy - 239.0 / 240.0).abs() < 1e-9, "{busy}");
    }
}

#[test]
fn with_endless_beds_nobody_boards() {
    let hospital = Hospital {
        beds: 10_000,
        ..Hospital::default()
    };
    let results = run(vec![hospital.model()]).remove(0);
    assert!(
        values(&results, "boarding", Statistic::Mean)
            .iter()
            .all(|mean| *mean == 0.0)
    );
}
