//! Services of the library, each by itself where the answer is known without simulating, and each in use where its change lays it
//! over Devon.

use std::fs;
use std::path::Path;

use uecsim::experiment::results::Results;
use uecsim::uec::model::{Model, Statistic};

mod at_home;
mod maternity_and_dental;
mod mental_health;

use crate::small::{Length, model_over_shipped, run, values};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(path).expect("the file is shipped")
}

/// Results of a shipped example for 40 weeks, with some of its text replaced.
pub fn example(name: &str, replace: &[(&str, &str)]) -> Results {
    example_with(name, replace, "")
}

/// As `example`, with tables laid over those of the library.
pub fn example_with(name: &str, replace: &[(&str, &str)], tables: &str) -> Results {
    let mut text = read(&format!("scenarios/examples/{name}.toml"));
    for (from, to) in replace {
        assert_eq!(text.matches(from).count(), 1, "{name}: {from}");
        text = text.replace(from, to);
    }
    text.push_str(tables);
    let length = Length {
        warm_up_days: 28,
        days: 280,
        replications: 4,
    };
    run(vec![model_over_shipped(&text, length)]).remove(0)
}

pub fn mean(values: &[f64]) -> f64 {
    assert!(!values.is_empty());
    values.iter().sum::<f64>() / values.len() as f64
}

fn total(results: &Results, measure: &str) -> f64 {
    mean(&values(results, measure, Statistic::Count))
}

pub fn check_mean(
    results: &Results,
    measure: &str,
    statistic: Statistic,
    expected: f64,
    within: f64,
) {
    let found = mean(&values(results, measure, statistic));
    assert!(
        (found - expected).abs() <= within,
        "{measure}: {found}, not {expected}"
    );
}

/// Share of Poisson arrivals lost where `units` servers have no queue: Erlang's formula for loss.
pub fn lost(load: f64, units: u32) -> f64 {
    (1..=units).fold(1.0, |lost, n| load * lost / (f64::from(n) + load * lost))
}

/// Share of arrivals at a queue of Poisson arrivals, exponential services and `units` servers that wait longer than
/// `wait`, in units of the mean service: Erlang's formula for delay.
pub fn waits_longer(load: f64, units: u32, wait: f64) -> f64 {
    let blocked = lost(load, units);
    let units = f64::from(units);
    let waits = units * blocked / (units - load * (1.0 - blocked));
    waits * (-(units - load) * wait).exp()
}

/// Devon for five days with some of the shipped changes.
fn devon_with(changes: &[&str]) -> Model {
    let names: Vec<String> = changes.iter().map(|name| format!("\"{name}\"")).collect();
    let text = format!(
        "title = \"Devon\"\nsystem = \"systems/devon.toml\"\nchanges = [{}]\n[run]\nstart = 2023-04-03\nlength = \"5 days\"\n",
        names.join(", ")
    );
    let length = Length {
        warm_up_days: 0,
        days: 5,
        replications: 1,
    };
    model_over_shipped(&text, length)
}

/// A service's own numbers stand in the library alone; a change adds what is particular to Devon.
#[test]
fn a_change_brings_its_service_from_the_library() {
    for (change, service, ..) in CHANGES {
        let library = format!("scenarios/library/services/{service}.toml");
        let model = devon_with(&[change]);
        let from_library = model.inputs.iter().filter(|input| input.file == library);
        let paths: Vec<&str> = from_library.map(|input| input.path.as_str()).collect();
        assert!(paths.len() >= 2, "{change}: {paths:?}");
        let text = read(&library);
        let tables = text.lines().filter(|line| line.starts_with('['));
        let written = read(&format!("scenarios/changes/{change}.toml"));
        for table in tables.filter(|table| !table.starts_with("[windows]")) {
            let again = table.replace('[', "[add.");
            assert!(!written.contains(&again), "{change} repeats {table}");
        }
    }
}

/// Changes, the services they bring, and a measure that is above nothing when the service is in use.
const CHANGES: [(&str, &str, &str, Statistic); 15] = [
    (
        "urgent-community-response",
        "urgent_community_response",
        "ucr_two_hours",
        Statistic::Count,
    ),
    (
        "virtual-ward",
        "virtual_ward",
        "virtual_ward_first_seen",
        Statistic::Count,
    ),
    (
        "mental-health-crisis",
        "mental_health_crisis",
        "crisis_line_answer",
        Statistic::Count,
    ),
    (
        "psychiatric-liaison",
        "psychiatric_liaison",
        "liaison_wait",
        Statistic::Count,
    ),
    (
        "care-home-support",
        "care_home_support",
        "care_home_answer",
        Statistic::Count,
    ),
    (
        "maternity-triage",
        "maternity_triage",
        "maternity_first_assessment",
        Statistic::Count,
    ),
    (
        "urgent-dental",
        "urgent_dental",
        "dental_wait",
        Statistic::Count,
    ),
    (
        "high-intensity-users",
        "high_intensity_support",
        "coordinator_answered",
        Statistic::Percent,
    ),
    (
        "social-care-assessment",
        "social_care_assessment",
        "social_care_wait",
        Statistic::Count,
    ),
    (
        "hyperacute-stroke",
        "stroke_unit",
        "stroke_door_to_scan",
        Statistic::Count,
    ),
    (
        "heart-attack-centres",
        "heart_attack_centre",
        "heart_attack_door_to_balloon",
        Statistic::Count,
    ),
    (
        "major-trauma-network",
        "major_trauma",
        "trauma_call_to_centre",
        Statistic::Count,
    ),
    (
        "falls-response",
        "falls_response",
        "falls_time_on_the_floor",
        Statistic::Count,
    ),
    (
        "frailty-units",
        "frailty_unit",
        "frailty_wait",
        Statistic::Count,
    ),
    (
        "childrens-emergency",
        "childrens_emergency",
        "childrens_wait_for_doctor",
        Statistic::Count,
    ),
];

#[test]
fn every_change_sends_patients_to_its_service_in_devon() {
    for (change, _, measure, statistic) in CHANGES {
        let results = run(vec![devon_with(&[change])]).remove(0);
        let found = mean(&values(&results, measure, statistic));
        assert!(found > 5.0, "{change}: {measure} {found}");
    }
}

/// Most give the same hospitals a service, several stand in the way of the same crews, as does the front door of the networked system.
#[test]
fn all_changes_that_bring_a_service_combine() {
    let networked = [
        "clinical-hub",
        "direct-booking",
        "shared-record",
        "front-door-streaming",
        "ambulance-alternatives",
        "mutual-aid",
    ];
    let changes = CHANGES.map(|(change, ..)| change);
    let results = run(vec![devon_with(&[&networked[..], &changes].concat())]).remove(0);
    for (change, _, measure, statistic) in CHANGES {
        let found = mean(&values(&results, measure, statistic));
        assert!(found > 5.0, "{change} with the others: {measure} {found}");
    }
}
