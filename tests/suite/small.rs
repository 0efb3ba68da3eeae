//! Scenarios for tests, small ones written as text and shipped ones for a short time, and running them.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use uecsim::experiment::control::Control;
use uecsim::experiment::results::Results;
use uecsim::scenario::layers::Changes;
use uecsim::scenario::source::{MemorySource, ReadFault, Source};
use uecsim::uec::model::{Model, Statistic};
use uecsim::uec::{Overrides, load, load_with};

/// A scenario written out in full.
///
/// Panics with all its faults if it has any.
pub fn model(text: &str) -> Model {
    let source = MemorySource::new([("test.toml", text)]);
    match load("test.toml", &source) {
        Ok(loaded) => loaded.model,
        Err(refused) => panic!("{}", refused.render()),
    }
}

/// A scenario of several files, the first of which is the scenario.
///
/// Panics with all its faults if it has any.
pub fn model_of(files: &[(&str, &str)]) -> Model {
    match load(files[0].0, &MemorySource::new(files.iter().copied())) {
        Ok(loaded) => loaded.model,
        Err(refused) => panic!("{}", refused.render()),
    }
}

/// The printed faults of a scenario that is refused.
pub fn faults_of(text: &str) -> String {
    let refused = load("test.toml", &MemorySource::new([("test.toml", text)]));
    refused.expect_err("the scenario has faults").render()
}

/// As [`faults_of`], of a scenario of several files.
pub fn faults_of_files(files: &[(&str, &str)]) -> String {
    let refused = load(files[0].0, &MemorySource::new(files.iter().copied()));
    refused.expect_err("the scenario has faults").render()
}

/// A scenario that may name files of the shipped tree.
///
/// Panics with all its faults if it has any.
pub fn model_over_shipped(text: &str, length: Length) -> Model {
    model_of_over_shipped(&[("scenarios/test.toml", text)], length)
}

/// As [`model_over_shipped`], of a scenario of several files, the first of which is the scenario.
pub fn model_of_over_shipped(files: &[(&str, &str)], length: Length) -> Model {
    let overrides = Overrides {
        warm_up_milliseconds: Some(length.warm_up_days * DAY),
        length_milliseconds: Some(length.days * DAY),
        replications: Some(length.replications),
        ..Overrides::default()
    };
    let source = OverShipped(MemorySource::new(files.iter().copied()));
    match load_with(files[0].0, &source, &Changes::AsWritten, &overrides) {
        Ok(loaded) => loaded.model,
        Err(refused) => panic!("{}", refused.render()),
    }
}

/// One of the shipped scenarios, by its name.
pub fn shipped(name: &str, length: Length) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    model_over_shipped(
        &fs::read_to_string(path).expect("the scenario is shipped"),
        length,
    )
}

/// How long a shipped scenario is run in a test.
#[derive(Clone, Copy)]
pub struct Length {
    pub warm_up_days: u64,
    pub days: u64,
    pub replications: u32,
}

const DAY: u64 = 86_400_000;

/// Files in memory over those of the project's folder.
struct OverShipped(MemorySource);

impl Source for OverShipped {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        self.0.read(path).or_else(|_| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            fs::read_to_string(path).map_err(|_| ReadFault::Missing)
        })
    }
}

/// Results of scenarios, each for itself; every replication must finish.
pub fn run(models: Vec<Model>) -> Vec<Results> {
    let control = Control {
        threads: 2,
        cancel: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let ended = uecsim::experiment::run(models, &control).expect("the machine has threads");
    assert_eq!(ended.failures, []);
    ended.results
}

/// One number by replication, over all sites and cohorts.
pub fn values(results: &Results, measure: &str, statistic: Statistic) -> Vec<f64> {
    let key = results.keys.iter().position(|key| {
        results.model.measures[key.measure].id == measure
            && key.statistic == statistic
            && key.site == "all"
            && key.cohort == "all"
    });
    let key = key.expect("the scenario has this measure");
    results.values.iter().filter_map(|run| run[key]).collect()
}

/// Everybody is 30 minutes in the clinic whatever happens to others; two nurses are on duty whom nobody needs.
pub const CLINIC: &str = r#"
title = "A clinic"
assumed = "A test"
[run]
warm_up = "1 day"
length = "20 days"
replications = 2
[attributes.acuity]
title = "Triage category"
levels = ["1", "2"]
[arrivals.walk_ins]
rate = "50 per day"
shares = { acuity = { "1" = 0.2, "2" = 0.8 } }
to = "clinic.arrive"
[services.clinic]
title = "Clinic"
pools = ["nurses"]
[services.clinic.paths]
arrive = [
  { mark = "arrived" },
  { wait = "30 min", id = "care" },
  { mark = "departed" },
  { leave = "home" },
]
[sites.clinic]
services = ["clinic"]
place = { x = 0, y = 0 }
[sites.clinic.pools]
nurses = 2
[measures.visit]
title = "Visit"
kind = "duration"
from = "clinic.arrived"
to = "clinic.departed"
unit = "min"
statistics = ["mean"]
better = "lower"
source = "Arrival to departure"
"#;

/// A department with beds behind it and crews in front of it: cubicles, doctors, beds and crews are short enough for waits.
pub struct Hospital {
    pub patients_per_day: f64,
    pub cubicles: u32,
    pub doctors: u32,
    pub beds: u32,
    pub crews: u32,
}

impl Default for Hospital {
    fn default() -> Self {
        Self {
            patients_per_day: 90.0,
            cubicles: 14,
            doctors: 4,
            beds: 105,
            crews: 2,
        }
    }
}

impl Hospital {
    pub fn model(&self) -> Model {
        model(&self.text())
    }

    pub fn text(&self) -> String {
        let Self {
            patients_per_day,
            cubicles,
            doctors,
            beds,
            crews,
        } = self;
        let calls_per_day = patients_per_day / 5.0;
        let walk_ins_per_day = patients_per_day - calls_per_day;
        format!(
            r#"
title = "A small hospital"
assumed = "Round numbers for tests"
[run]
warm_up = "14 days"
length = "28 days"
replications = 8
[attributes.acuity]
title = "Triage category"
levels = ["1", "2", "3"]
[arrivals.walk_ins]
rate = "{walk_ins_per_day} per day"
shares = {{ acuity = {{ "1" = 0.05, "2" = 0.45, "3" = 0.5 }} }}
place = {{ x = 0, y = 0 }}
to = "emergency_department.arrive"
[arrivals.calls]
rate = "{calls_per_day} per day"
shares = {{ acuity = {{ "1" = 0.1, "2" = 0.7, "3" = 0.2 }} }}
place = {{ rectangle = {{ x = [-10, 10], y = [-10, 10] }} }}
to = "ambulance.call"
[services.ambulance]
title = "Ambulances"
pools = []
[services.ambulance.paths]
call = [
  {{ mark = "called" }},
  {{ call = "ambulances", rank = "acuity", as = "crew" }},
  {{ mark = "on_scene" }},
  {{ wait = {{ lognormal = {{ mean = "30 min", sd = "15 min" }} }}, id = "on_scene" }},
  {{ convey = "hospital", path = "by_ambulance", with = "crew", id = "convey" }},
]
[services.emergency_department]
title = "Emergency department"
pools = ["cubicles", "doctors", "beds"]
[services.emergency_department.paths]
by_ambulance = [
  {{ mark = "arrived" }},
  {{ hold = "cubicles", rank = "acuity" }},
  {{ let_go = "crew" }},
  {{ go = "treat" }},
]
arrive = [{{ mark = "arrived" }}, {{ hold = "cubicles", rank = "acuity" }}, {{ go = "treat" }}]
treat = [
  {{ use = "doctors", for = {{ lognormal = {{ mean = "45 min", sd = "30 min" }} }}, rank = "acuity", id = "assessment" }},
  {{ mark = "test_begun" }},
  {{ wait = {{ gamma = {{ mean = "60 min", sd = "40 min" }} }}, id = "tests" }},
  {{ mark = "test_done" }},
  {{ share = 0.35, id = "admit", steps = [
    {{ mark = "decided_to_admit" }},
    {{ hold = "beds" }},
    {{ mark = "departed" }},
    {{ let_go = "cubicles" }},
    {{ wait = {{ gamma = {{ mean = "3 days", sd = "2 days" }} }}, id = "stay" }},
    {{ mark = "discharged" }},
    {{ leave = "admitted" }},
  ], else = [{{ mark = "departed" }}, {{ leave = "home" }}] }},
]
[sites.hospital]
title = "The hospital"
services = ["emergency_department", "ambulance"]
place = {{ x = 0, y = 0 }}
[sites.hospital.pools]
cubicles = {cubicles}
doctors = {doctors}
beds = {beds}
[routes.hospital]
service = "emergency_department"
rule = "nearest"
travel = {{ speed_kmh = 40, detour = 1.3 }}
[fleets.ambulances]
stations = {{ base = {{ place = {{ x = 0, y = 0 }}, units = {crews}, shift = "always" }} }}
speed_kmh = 50
detour = 1.3
rank = "acuity"
[measures.time_in_department]
title = "Time in A&E"
kind = "duration"
from = "emergency_department.arrived"
to = "emergency_department.departed"
unit = "min"
statistics = ["mean", "p90", "within 4 h", "count"]
by = ["acuity"]
series = ["day", "hour_of_week"]
better = "lower"
source = "Arrival to departure"
[measures.boarding]
title = "Boarding"
kind = "duration"
from = "emergency_department.decided_to_admit"
to = "emergency_department.departed"
unit = "min"
statistics = ["mean"]
better = "lower"
source = "Decision to admit to bed"
[measures.response]
title = "Response"
kind = "duration"
from = "ambulance.called"
to = "ambulance.on_scene"
unit = "min"
statistics = ["mean", "p90"]
better = "lower"
source = "Call to arrival of the crew"
[measures.beds_occupied]
title = "Beds occupied"
kind = "level"
pools = ["beds"]
what = "occupancy"
unit = "%"
statistics = ["mean"]
better = "lower"
source = "Occupied over open"
"#
        )
    }
}
