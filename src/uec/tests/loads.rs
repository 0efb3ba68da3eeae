//! Offered load, as estimated before a run.

use super::{around, faults_of, loaded};
use crate::scenario::source::MemorySource;
use crate::uec::check::load_by_hour::HourlyLoad;
use crate::uec::federation::InTurn;
use crate::uec::load::{Overrides, load_by_hour};

#[test]
fn work_through_shares_circles_and_holds_adds_up() {
    // 10 an hour; 8 minutes each, again with a quarter: 10 / 60 * 8 / 0.75 busy on average.
    let text = around(
        "{ hold = \"tills\" },
        { use = \"servers\", for = \"8 min\" },
        { let_go = \"tills\" },
        { share = 0.25, steps = [{ go = \"arrive\" }] },
        { leave = \"done\" }",
        "",
    );
    let found = loaded(&text);
    let expected = 80.0 / 60.0 / 0.75;
    for load in &found.loads {
        assert!((load.offered - expected).abs() < 1e-4, "{load:?}");
    }
    assert_eq!(found.loads[0].capacity, 3.0);
    assert!(found.warnings.is_empty(), "{}", found.render());
}

#[test]
fn shares_by_cohort_are_weighted_by_who_comes() {
    let text = around(
        "{ share = { by = [\"acuity\"], rows = { \"1\" = 1, \"2\" = 0.5, else = 0 } }, steps = [{ use = \"servers\", for = { by = [\"acuity\"], rows = { \"1\" = \"10 min\", else = \"1 min\" } } }] },
        { leave = \"done\" }",
        "",
    )
    .replace("[attributes.acuity]", "shares = { acuity = { \"1\" = 0.2, \"2\" = 0.4, \"3\" = 0.4 } }\n[attributes.acuity]");
    let found = loaded(&text);
    // 2 an hour for 10 minutes and 2 an hour for 1 minute.
    assert!(
        (found.loads[0].offered - 22.0 / 60.0).abs() < 1e-9,
        "{:?}",
        found.loads
    );
}

#[test]
fn overload_is_a_warning_with_pool_load_and_capacity() {
    let text = around(
        "{ use = \"servers\", for = \"30 min\" }, { leave = \"done\" }",
        "",
    );
    let printed = loaded(&text).render();
    let message = "warning[S306]: pool \"servers\" of site \"everywhere\" has 3.0 units on average, and work for 5.0 comes to it (167 %)";
    assert!(printed.starts_with(message), "{printed}");
    assert!(
        printed.contains("nobody in this line gives up"),
        "{printed}"
    );
}

#[test]
fn hours_with_nobody_on_are_a_warning_and_a_pool_without_units_is_an_error() {
    let steps = "{ use = \"servers\", for = \"3 min\" }, { leave = \"done\" }";
    let text = around(steps, "").replace(
        "servers = 3",
        "servers = [{ from = \"08:00\", units = 3 }, { from = \"20:00\", units = 0 }]",
    );
    let printed = loaded(&text).render();
    assert!(printed.contains("warning[S305]"), "{printed}");
    assert!(printed.contains("for 84 hours of the week"), "{printed}");
    assert!(printed.contains("first Mon 00:00"), "{printed}");
    let printed = faults_of(&around(steps, "").replace("servers = 3", "servers = 0"));
    assert!(printed.contains("error[S305]"), "{printed}");
}

/// The offered load of the first pool by hour of the week, of 24 patients who all come between eight and nine.
fn by_hour(steps: &str, more: &str) -> Vec<f64> {
    let text = around(steps, more).replace(
        "rate = \"10 per h\"",
        "rate = \"24 per day\"\nprofile = \"morning\"",
    );
    let profile = "[profiles.morning]
hours = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]";
    let source = MemorySource::new([("a.toml", &*format!("{text}\n{profile}"))]);
    let loaded = load_by_hour("a.toml", &source, &Overrides::default(), &InTurn);
    let loaded = loaded.unwrap_or_else(|refused| panic!("{}", refused.render()));
    let load = &loaded.hourly_loads[0];
    // The mean over the week is the load that the check without hours finds, where nothing looks at the time.
    if !more.contains("windows") {
        assert!((load.mean_offered() - loaded.loads[0].offered).abs() < 1e-9);
    }
    assert!(load.capacity.iter().all(|units| *units == 3.0));
    load.offered.clone()
}

fn check_hours(found: &[f64], expected: &[(usize, f64)]) {
    for (hour, found) in found.iter().enumerate() {
        let expected = expected.iter().find(|(at, _)| *at == hour % 24);
        let expected = expected.map_or(0.0, |(_, units)| *units);
        assert!(
            (found - expected).abs() < 1e-6,
            "hour {hour}: {found} for {expected}"
        );
    }
}

#[test]
fn load_comes_when_patients_come_and_later_by_what_takes_time_before() {
    let service = "{ use = \"servers\", for = \"30 min\" }, { leave = \"done\" }";
    check_hours(&by_hour(service, ""), &[(8, 9.0), (9, 3.0)]);
    let later = format!("{{ wait = \"15 h\" }}, {service}");
    check_hours(&by_hour(&later, ""), &[(23, 9.0), (0, 3.0)]);
}

#[test]
fn load_follows_windows_hour_by_hour() {
    let windows = "[windows]\nafternoon = \"13:00-18:00\"\nearly = \"00:00-09:00\"";
    let service = "{ use = \"servers\", for = \"1 h\" }, { leave = \"done\" }";
    // Everybody waits for the afternoon, which begins at one.
    let waits = format!("{{ wait_until = \"afternoon\" }}, {service}");
    check_hours(&by_hour(&waits, windows), &[(13, 12.0), (14, 12.0)]);
    // Who comes early is served at once, and who comes later, nobody, after two hours.
    let early =
        format!("{{ when = {{ closed = \"early\" }}, steps = [{{ wait = \"2 h\" }}] }}, {service}");
    check_hours(&by_hour(&early, windows), &[(8, 12.0), (9, 12.0)]);
    // An hour on, the early ones are late.
    let late = format!("{{ wait = \"1 h\" }}, {early}");
    check_hours(&by_hour(&late, windows), &[(11, 12.0), (12, 12.0)]);
}

/// Two patients an hour 6 km from the nearest station and from the hospital, at 40 km/h by roads of 1.5 times the distance.
const FLEET: &str = r#"
title = "A fleet"
assumed = "A test"
[run]
length = "28 days"
[arrivals.calls]
rate = "2 per h"
place = { x = 6, y = 0 }
to = "ambulance.call"
[services.ambulance.paths]
call = [STEPS]
[services.hospital]
pools = ["bays"]
[services.hospital.paths]
waits = [{ call = "crews", as = "crew" }, { go = "handover" }]
handover = [{ use = "bays", for = "20 min" }, { leave = "handed_over" }]
[sites.control]
services = ["ambulance"]
place = { x = 0, y = 0 }
[sites.west]
services = ["hospital"]
place = { x = 12, y = 0 }
pools = { bays = 2 }
[routes.hospital]
service = "hospital"
rule = "nearest"
travel = { speed_kmh = 40, detour = 1.5 }
[fleets.crews]
speed_kmh = 40
detour = 1.5
[fleets.crews.stations]
near = { place = { x = 0, y = 0 }, units = 3, shift = "always" }
far = { place = { x = -40, y = 0 }, units = 1, shift = "08:00-20:00" }
"#;

/// Of the bays and the crews, for patients who take these steps.
fn fleet_loads(steps: &str) -> [HourlyLoad; 2] {
    let text = FLEET.replace("STEPS", steps);
    let source = MemorySource::new([("a.toml", &*text)]);
    let loaded = load_by_hour("a.toml", &source, &Overrides::default(), &InTurn);
    let loaded = loaded.unwrap_or_else(|refused| panic!("{}", refused.render()));
    loaded
        .hourly_loads
        .try_into()
        .expect("one pool and one fleet")
}

#[test]
fn a_fleet_is_wanted_while_it_drives_and_while_its_patients_keep_it() {
    let [bays, crews] = fleet_loads(
        "{ call = \"crews\", as = \"crew\" }, { wait = \"30 min\" }, { convey = \"hospital\", path = \"handover\", with = \"crew\" }",
    );
    // There and on to the hospital 13.5 minutes each, 30 between, 20 until the crew is clear.
    let expected = 2.0 * (13.5 + 30.0 + 13.5 + 20.0) / 60.0;
    assert!((crews.mean_offered() - expected).abs() < 1e-6, "{crews:?}");
    assert!((bays.mean_offered() - 2.0 * 20.0 / 60.0).abs() < 1e-6);
    assert_eq!((crews.capacity[7], crews.capacity[8]), (3.0, 4.0));
}

#[test]
fn a_fleet_is_driven_to_where_its_patients_have_gone() {
    // They make their own way to the hospital and call from there, 12 km from the station.
    let [_, crews] = fleet_loads("{ refer = \"hospital\", path = \"waits\" }");
    let expected = 2.0 * (27.0 + 20.0) / 60.0;
    assert!((crews.mean_offered() - expected).abs() < 1e-6, "{crews:?}");
}
