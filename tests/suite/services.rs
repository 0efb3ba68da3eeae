//! Services of the library, each by itself where the answer is known without simulating, and each in use where its change lays it
//! over Devon.

use std::fs;
use std::path::Path;

use uecsim::engine::time::SimSpan;
use uecsim::experiment::results::Results;
use uecsim::uec::model::{Model, Statistic};

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

// ---- urgent community response ---------------------------------------------------------------------------------------------

const TWO_TEAMS: &str = "units = 2, shift = \"Mon-Sun 08:00-20:00\"";
const VILLAGES: &str = "{ rectangle = { x = [-15, 15], y = [-15, 15] } }";

#[test]
fn with_ample_teams_everybody_is_reached_after_the_referral_and_the_drive() {
    // 20 km as the crow flies, 28 km by road, 35 min at 48 km/h; the referral takes 10 min on average. So few come that hardly
    // any team is met on its way home, from where the drive is shorter.
    let results = example(
        "urgent-community-response",
        &[
            (TWO_TEAMS, "units = 400, shift = \"always\""),
            (VILLAGES, "{ x = 20, y = 0 }"),
            ("11 per day", "0.5 per day"),
            ("ucr_coordinators = 1", "ucr_coordinators = 400"),
        ],
    );
    check_mean(&results, "ucr_reached", Statistic::Percent, 100.0, 0.0);
    check_mean(&results, "ucr_two_hours", Statistic::Mean, 45.0, 1.2);
    let two_hours = Statistic::Within(SimSpan(7_200_000));
    check_mean(&results, "ucr_two_hours", two_hours, 100.0, 0.0);
}

#[test]
fn without_a_team_everybody_is_handed_back() {
    let tables = r#"
[durations.ucr_patience]
rows = [{ is = "2 h" }]
"#;
    let at_night = [(TWO_TEAMS, "units = 1, shift = \"Mon-Sun 04:00-05:00\"")];
    let results = example_with("urgent-community-response", &at_night, tables);
    check_mean(&results, "ucr_reached", Statistic::Percent, 0.0, 0.0);
    assert!(total(&results, "ucr_two_hours") == 0.0);
}

// ---- virtual ward ----------------------------------------------------------------------------------------------------------

#[test]
fn referrals_without_a_virtual_place_are_those_that_erlang_lost() {
    // 5 a day; a place is held for 8 days by those who go home, for 2.5 by those who come back (one in ten of those of 75 or
    // more, who are half, are 12 %, of the others 8 %), and for the 50 min of the set-up.
    let load = 5.0 * (0.9 * 8.0 + 0.1 * 2.5 + 50.0 / 1440.0);
    let results = example("virtual-ward", &[]);
    let expected = 100.0 * lost(load, 40);
    let found = values(&results, "virtual_ward_no_place", Statistic::Percent);
    assert!((3.0..30.0).contains(&expected), "{expected}");
    check_mean(
        &results,
        "virtual_ward_no_place",
        Statistic::Percent,
        expected,
        1.5,
    );
    let occupied = 100.0 * load * (1.0 - lost(load, 40)) / 40.0;
    check_mean(
        &results,
        "virtual_ward_occupancy",
        Statistic::Mean,
        occupied,
        1.5,
    );
    assert_eq!(found.len(), 4);
}

#[test]
fn with_endless_virtual_places_nobody_stays_in_hospital() {
    let results = example(
        "virtual-ward",
        &[("virtual_places = 40", "virtual_places = 4000")],
    );
    check_mean(
        &results,
        "virtual_ward_no_place",
        Statistic::Percent,
        0.0,
        0.0,
    );
    check_mean(
        &results,
        "virtual_ward_escalated",
        Statistic::Percent,
        10.0,
        1.5,
    );
}

// ---- mental-health crisis ----------------------------------------------------------------------------------------------------

#[test]
fn callers_of_the_crisis_line_wait_as_erlang_says() {
    // 96 calls a day of 20 min each for three people: one and a third busy.
    let tables = r#"
[durations.crisis_call]
rows = [{ is = { exponential = { mean = "20 min" } } }]
[durations.crisis_caller_patience]
rows = [{ is = "3000 days" }]
"#;
    let results = example_with("crisis-line", &[], tables);
    let load = 96.0 * 20.0 / 1440.0;
    let within = 100.0 * (1.0 - waits_longer(load, 3, 1.0 / 20.0));
    let minute = Statistic::Within(SimSpan(60_000));
    assert!((80.0..90.0).contains(&within), "{within}");
    check_mean(&results, "crisis_line_answer", minute, within, 1.0);
    let seconds = 60.0 * 20.0 * waits_longer(load, 3, 0.0) / (3.0 - load);
    check_mean(
        &results,
        "crisis_line_answer",
        Statistic::Mean,
        seconds,
        12.0,
    );
    check_mean(
        &results,
        "crisis_line_abandoned",
        Statistic::Percent,
        0.0,
        0.0,
    );
}

#[test]
fn with_ample_call_takers_no_crisis_call_waits() {
    let results = example(
        "crisis-line",
        &[
            ("crisis_call_takers = 3", "crisis_call_takers = 500"),
            ("units = 2, shift", "units = 500, shift"),
        ],
    );
    check_mean(&results, "crisis_line_answer", Statistic::Mean, 0.0, 0.0);
    let four_hours = Statistic::Within(SimSpan(4 * 3_600_000));
    check_mean(&results, "crisis_team_response", four_hours, 100.0, 0.0);
}

// ---- psychiatric liaison -----------------------------------------------------------------------------------------------------

const LIAISON_BY_DAY: &str = "[{ from = \"00:00\", units = 0 }, { from = \"08:00\", units = 2 }, { from = \"22:00\", units = 0 }]";
const UNTIL_SEEN: &str = r#"
[durations.liaison_patience]
rows = [{ is = "30 h" }]
"#;

#[test]
fn with_ample_liaison_by_day_only_the_night_waits() {
    // Referrals come at any time of the day alike: from 7 h to 22 h they are seen within the hour, the others at 8 h.
    let replace = [
        ("cubicles = 20", "cubicles = 2000"),
        (
            LIAISON_BY_DAY,
            "[{ from = \"00:00\", units = 0 }, { from = \"08:00\", units = 500 }, { from = \"22:00\", units = 0 }]",
        ),
    ];
    let results = example_with("psychiatric-liaison", &replace, UNTIL_SEEN);
    let hour = Statistic::Within(SimSpan(3_600_000));
    check_mean(&results, "liaison_wait", hour, 100.0 * 15.0 / 24.0, 1.5);
    check_mean(
        &results,
        "liaison_wait",
        Statistic::Mean,
        60.0 * 50.0 / 24.0,
        6.0,
    );
}

#[test]
fn with_ample_liaison_day_and_night_nobody_waits() {
    let replace = [
        ("cubicles = 20", "cubicles = 2000"),
        (LIAISON_BY_DAY, "500"),
    ];
    let results = example("psychiatric-liaison", &replace);
    check_mean(&results, "liaison_wait", Statistic::Mean, 0.0, 0.0);
    check_mean(&results, "liaison_not_seen", Statistic::Percent, 0.0, 0.0);
}

// ---- care homes --------------------------------------------------------------------------------------------------------------

#[test]
fn what_the_care_home_line_settles_is_the_published_share_of_what_it_answers() {
    let results = example(
        "care-home-support",
        &[("care_home_nurses = 2", "care_home_nurses = 500")],
    );
    check_mean(&results, "care_home_answer", Statistic::Mean, 0.0, 0.0);
    check_mean(
        &results,
        "care_home_not_answered",
        Statistic::Percent,
        0.0,
        0.0,
    );
    check_mean(&results, "care_home_settled", Statistic::Percent, 29.0, 1.0);
}

#[test]
fn without_nurses_every_call_of_a_care_home_goes_where_it_went() {
    let results = example(
        "care-home-support",
        &[("care_home_nurses = 2", "care_home_nurses = 0")],
    );
    check_mean(&results, "care_home_settled", Statistic::Percent, 0.0, 0.0);
    check_mean(
        &results,
        "care_home_not_answered",
        Statistic::Percent,
        100.0,
        0.1,
    );
}

// ---- maternity triage --------------------------------------------------------------------------------------------------------

#[test]
fn with_ample_midwives_everybody_is_seen_at_once_and_a_transfer_is_two_drives_and_the_loading() {
    // The crew drives 15 km, loads for 12 min and rides 25 km, at 60 km/h on roads 1.4 times as long: 21 + 12 + 35 min.
    let results = example(
        "maternity-triage",
        &[
            (
                "triage_midwives = 2, maternity_rooms = 4",
                "triage_midwives = 500, maternity_rooms = 500",
            ),
            ("unit_midwives = 1", "unit_midwives = 500"),
            (
                "units = 1, shift = \"always\"",
                "units = 500, shift = \"always\"",
            ),
        ],
    );
    check_mean(
        &results,
        "maternity_first_assessment",
        Statistic::Mean,
        0.0,
        0.0,
    );
    let standard = Statistic::Within(SimSpan(15 * 60_000));
    check_mean(&results, "maternity_first_assessment", standard, 100.0, 0.0);
    check_mean(&results, "maternity_left", Statistic::Percent, 0.0, 0.0);
    check_mean(&results, "maternity_transfer", Statistic::Mean, 68.0, 1.5);
}

#[test]
fn midwives_with_more_work_than_hours_let_the_standard_slip() {
    let ample = example("maternity-triage", &[]);
    let short = example(
        "maternity-triage",
        &[("triage_midwives = 2", "triage_midwives = 1")],
    );
    let standard = Statistic::Within(SimSpan(15 * 60_000));
    let before = mean(&values(&ample, "maternity_first_assessment", standard));
    let after = mean(&values(&short, "maternity_first_assessment", standard));
    assert!(after < before - 20.0, "{before} to {after}");
}

// ---- urgent dental care ------------------------------------------------------------------------------------------------------

const DENTAL_SLOTS: &str = "per_hour = 4, hours = \"Mon-Fri 08:00-17:00\"";

#[test]
fn when_ten_times_as_many_ask_every_dental_slot_is_taken_and_no_more() {
    // 40 weeks of five days of nine hours of four slots.
    let results = example("urgent-dental", &[("40 per day", "400 per day")]);
    assert_eq!(
        values(&results, "dental_wait", Statistic::Count),
        [7200.0; 4]
    );
    let without = 100.0 * (1.0 - 7200.0 / (280.0 * 400.0));
    check_mean(&results, "dental_no_slot", Statistic::Percent, without, 0.3);
}

#[test]
fn with_ample_dental_slots_everybody_is_seen_an_hour_later() {
    let results = example(
        "urgent-dental",
        &[(DENTAL_SLOTS, "per_hour = 3600, hours = \"always\"")],
    );
    check_mean(&results, "dental_no_slot", Statistic::Percent, 0.0, 0.0);
    check_mean(&results, "dental_wait", Statistic::Mean, 1.0, 0.001);
}

// ---- high-intensity users ----------------------------------------------------------------------------------------------------

#[test]
fn with_ample_coordinators_the_calls_of_their_hours_are_taken_and_the_published_share_settled() {
    // Needs come at any time alike, and 50 of the week's 168 hours are covered; of nine in ten of those, 14.4 % are settled.
    let results = example(
        "high-intensity-users",
        &[("coordinators = 2", "coordinators = 500")],
    );
    let covered = 100.0 * 50.0 / 168.0;
    check_mean(
        &results,
        "coordinator_answered",
        Statistic::Percent,
        covered,
        0.8,
    );
    check_mean(
        &results,
        "coordinator_settled",
        Statistic::Percent,
        covered * 0.9 * 0.144,
        0.4,
    );
}

#[test]
fn without_coordinators_everybody_goes_on_as_before() {
    let results = example(
        "high-intensity-users",
        &[("coordinators = 2", "coordinators = 0")],
    );
    check_mean(
        &results,
        "coordinator_settled",
        Statistic::Percent,
        0.0,
        0.0,
    );
    check_mean(
        &results,
        "coordinator_answered",
        Statistic::Percent,
        0.0,
        0.0,
    );
}

// ---- social-care assessment --------------------------------------------------------------------------------------------------

#[test]
fn patients_wait_for_an_assessor_as_erlang_says() {
    // Twelve a day, 3 h each, two assessors: the request takes 4 h, the line what the formula says, the assessment 3 h.
    let tables = r#"
[durations.social_care_assessment]
rows = [{ is = { exponential = { mean = "3 h" } } }]
"#;
    let results = example_with("social-care-assessment", &[], tables);
    let load = 12.0 * 3.0 / 24.0;
    let hours = 4.0 + 3.0 * waits_longer(load, 2, 0.0) / (2.0 - load) + 3.0;
    assert!((10.8..10.9).contains(&hours), "{hours}");
    check_mean(&results, "social_care_wait", Statistic::Mean, hours, 0.6);
    check_mean(
        &results,
        "social_care_assessors",
        Statistic::Mean,
        load,
        0.05,
    );
}

#[test]
fn with_ample_assessors_only_the_request_and_the_assessment_take_time() {
    let results = example(
        "social-care-assessment",
        &[("assessors = 2", "assessors = 500")],
    );
    check_mean(&results, "social_care_wait", Statistic::Mean, 7.0, 0.1);
}
