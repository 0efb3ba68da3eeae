//! Sites that differ: stated by site, they come out by site and in the spread between them.

use std::fs;

use crate::folders::{Scratch, uecsim};
use crate::small::faults_of;

/// Two clinics that differ in nothing but what the table says.
const CLINICS: &str = r#"
title = "Two clinics"
assumed = "A test"
[run]
warm_up = "1 day"
length = "20 days"
replications = 3
[arrivals.north]
rate = "20 per day"
place = { x = 0, y = 10 }
to = "begin.start"
[arrivals.south]
rate = "20 per day"
place = { x = 0, y = -10 }
to = "begin.start"
[services.begin]
pools = []
[services.begin.paths]
start = [{ refer = "clinic", path = "arrive", id = "to_clinic" }]
[services.clinic]
title = "Clinic"
pools = []
[services.clinic.paths]
arrive = [
  { mark = "arrived" },
  { wait = { choice_of = "care" }, id = "care" },
  { mark = "departed" },
  { leave = "home" },
]
[durations.care]
by = ["site"]
rows = [{ site = "north", is = "45 min" }, { is = "30 min" }]
[routes.clinic]
service = "clinic"
rule = "nearest"
travel = { speed_kmh = 40, detour = 1.3 }
[sites.home]
services = ["begin"]
place = { x = 0, y = 0 }
[sites.north]
services = ["clinic"]
place = { x = 0, y = 10 }
[sites.south]
services = ["clinic"]
place = { x = 0, y = -10 }
[measures.visit]
title = "Visit"
kind = "duration"
from = "clinic.arrived"
to = "clinic.departed"
unit = "min"
statistics = ["mean", "count"]
by = ["site"]
source = "Arrival to departure"
"#;

#[test]
fn what_is_said_of_a_site_holds_there_alone_and_is_the_spread() {
    let scratch = Scratch::new("variation");
    let differ = scratch.write("differ.toml", CLINICS);
    let alike = CLINICS.replace("is = \"45 min\"", "is = \"30 min\"");
    let alike = scratch.write("alike.toml", &alike);
    let out = scratch.path("out");
    let call = uecsim(&["compare", &differ, &alike, "--quiet", "--out", &out]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let table = fs::read_to_string(format!("{out}/variation.csv")).expect("the table is written");
    let expected = "differ,visit,mean,min,2,south,30,north,45,15,15,15,3,,,";
    assert!(table.contains(expected), "{table}");
    let row = table.lines().find(|line| line.starts_with("alike,visit"));
    let row = row.expect("the alternative has the measure");
    assert!(row.ends_with(",0,0,0,3,-15,-15,-15"), "{row}");
    // How many come says how large a site is, not how it fares.
    assert!(!table.contains("count"));
}

#[test]
fn a_site_that_is_not_there_is_a_fault() {
    let faults = faults_of(&CLINICS.replace("site = \"north\"", "site = \"nroth\""));
    assert!(
        faults.contains("nroth") && faults.contains("north"),
        "{faults}"
    );
}
