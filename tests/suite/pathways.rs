//! Pathways with clocks (stroke, heart attack, major trauma), falls, and the streams of older people and of children: each by itself
//! where the answer is known without simulating.

use uecsim::engine::time::SimSpan;
use uecsim::experiment::results::Results;
use uecsim::uec::model::Statistic;

use crate::services::{check_mean, example, example_with, lost, mean, waits_longer};
use crate::small::values;

const HOUR: u64 = 3_600_000;

fn minutes(results: &Results, measure: &str, expected: f64, within: f64) {
    check_mean(results, measure, Statistic::Mean, expected, within);
}

const CREWS: &str = "units = 4, shift = \"always\"";
const MANY_CREWS: &str = "units = 4000, shift = \"always\"";

// ---- stroke ------------------------------------------------------------------------------------------------------------------

#[test]
fn with_ample_staff_the_stroke_clocks_are_the_sums_of_their_parts() {
    // The crew is there at once, half an hour on scene, 60 km by road at 60 km/h; 8 min of handover, then the scan of 15 min
    // and 22 min until the needle.
    let ample = "stroke_bays = 4000, stroke_team = 500, imaging = 500";
    let results = example(
        "hyperacute-stroke",
        &[
            (CREWS, MANY_CREWS),
            ("stroke_bays = 8, stroke_team = 1, imaging = 1", ample),
        ],
    );
    minutes(&results, "stroke_call_to_door", 90.0, 0.001);
    minutes(&results, "stroke_door_to_scan", 8.0, 0.2);
    minutes(&results, "stroke_door_to_needle", 45.0, 1.2);
    minutes(&results, "stroke_need_to_needle", 135.0, 1.2);
    check_mean(
        &results,
        "stroke_window_passed",
        Statistic::Percent,
        0.0,
        0.0,
    );
}

#[test]
fn a_stroke_team_that_is_there_for_an_hour_a_day_misses_whose_window_closes_meanwhile() {
    let tables = "
[durations.stroke_window]
rows = [{ is = \"30 min\" }]
[durations.stroke_handover]
rows = [{ is = \"8 min\" }]
[durations.stroke_scan]
rows = [{ is = \"15 min\" }]
";
    // Ready for the team 15 min into a window of 30: treated by those who come to it in that hour or up to 15 min before.
    let roster = "stroke_bays = 4000, imaging = 500, stroke_team = [{ from = \"00:00\", units = 0 }, { from = \"04:00\", units = 500 }, { from = \"05:00\", units = 0 }]";
    let replace = [
        (CREWS, MANY_CREWS),
        ("stroke_bays = 8, stroke_team = 1, imaging = 1", roster),
    ];
    let results = example_with("hyperacute-stroke", &replace, tables);
    let missed = 100.0 * (1.0 - 1.25 / 24.0);
    check_mean(
        &results,
        "stroke_window_passed",
        Statistic::Percent,
        missed,
        1.5,
    );
}

// ---- heart attack ------------------------------------------------------------------------------------------------------------

#[test]
fn patients_wait_for_one_laboratory_as_erlang_says() {
    let tables = "
[durations.heart_attack_handover]
rows = [{ is = \"0 min\" }]
[durations.laboratory_called_in]
rows = [{ is = \"0 min\" }]
[durations.angioplasty_preparation]
rows = [{ is = \"0 min\" }]
[durations.angioplasty_rest]
rows = [{ is = { exponential = { mean = \"60 min\" } } }]
";
    let replace = [
        (CREWS, MANY_CREWS),
        ("cardiac_bays = 6", "cardiac_bays = 4000"),
    ];
    let results = example_with("heart-attack-centre", &replace, tables);
    let load = 8.0 / 24.0;
    let measure = "heart_attack_door_to_balloon";
    minutes(&results, measure, 60.0 * load / (1.0 - load), 2.0);
    let within = 100.0 * (1.0 - waits_longer(load, 1, 1.0));
    check_mean(
        &results,
        measure,
        Statistic::Within(SimSpan(HOUR)),
        within,
        1.2,
    );
}

#[test]
fn with_ample_laboratories_the_artery_is_open_after_the_ride_and_the_preparation() {
    let results = example(
        "heart-attack-centre",
        &[
            (CREWS, MANY_CREWS),
            (
                "cardiac_bays = 6, catheter_laboratories = 1",
                "cardiac_bays = 4000, catheter_laboratories = 500",
            ),
        ],
    );
    // 6 min of handover, 22 of preparation, and where the team is on call (118 of the 168 hours) 35 thirds more.
    let door = 6.0 + 22.0 + 35.0 / 3.0 * 118.0 / 168.0;
    minutes(&results, "heart_attack_door_to_balloon", door, 0.5);
    minutes(&results, "heart_attack_call_to_balloon", 90.0 + door, 0.5);
}

// ---- major trauma ------------------------------------------------------------------------------------------------------------

#[test]
fn by_way_of_a_trauma_unit_the_centre_is_two_rides_and_what_lies_between_away() {
    let results = example(
        "major-trauma",
        &[
            (
                "village = { place = { x = 0, y = 0 }, units = 2,",
                "village = { place = { x = 0, y = 0 }, units = 4000,",
            ),
            (
                "town = { place = { x = 20, y = 0 }, units = 2,",
                "town = { place = { x = 20, y = 0 }, units = 4000,",
            ),
            (
                "pools = { resus_bays = 3 }",
                "pools = { resus_bays = 4000 }",
            ),
            (
                "trauma_teams = 1, resus_bays = 3, imaging = 1",
                "trauma_teams = 500, resus_bays = 4000, imaging = 500",
            ),
        ],
    );
    // 30 min on scene and 30 of ride; 6 of handover and 80 until safe; a crew of the town at once, 15 of loading, 90 of ride.
    minutes(&results, "trauma_transfer", 6.0 + 80.0 + 15.0 + 90.0, 2.5);
    minutes(&results, "trauma_call_to_centre", 60.0 + 191.0, 2.5);
    // At the centre: 6 min of handover and 20 of the first survey.
    minutes(&results, "trauma_door_to_scan", 26.0, 0.6);
}

// ---- falls -------------------------------------------------------------------------------------------------------------------

#[test]
fn with_ample_cars_a_fall_is_reached_after_the_drive() {
    let results = example(
        "falls-response",
        &[
            ("units = 2, shift", "units = 400, shift"),
            ("20 per day", "0.5 per day"),
        ],
    );
    // 24 km by road at 48 km/h; so few fall that hardly any car is met on its way home, from where the drive is shorter.
    minutes(&results, "falls_time_on_the_floor", 30.0, 0.8);
    check_mean(&results, "falls_handed_back", Statistic::Percent, 0.0, 0.0);
}

#[test]
fn calls_wait_for_two_cars_as_erlang_says_and_the_published_share_stays_at_home() {
    let tables = "
[durations.falls_visit]
rows = [{ is = { exponential = { mean = \"60 min\" } } }]
[durations.falls_patience]
rows = [{ is = \"3000 days\" }]
";
    let at_the_station = [("place = { x = 16, y = 0 }", "place = { x = 0, y = 0 }")];
    let results = example_with("falls-response", &at_the_station, tables);
    let load = 20.0 / 24.0;
    let wait = 60.0 * waits_longer(load, 2, 0.0) / (2.0 - load);
    minutes(&results, "falls_time_on_the_floor", wait, 1.0);
    // 95 % of the urgent, who are four in five, and 65 % of the emergencies.
    check_mean(
        &results,
        "falls_kept_at_home",
        Statistic::Percent,
        89.0,
        1.0,
    );
}

#[test]
fn without_cars_every_fall_is_handed_back_to_the_ambulances() {
    let results = example(
        "falls-response",
        &[(
            "units = 2, shift = \"always\"",
            "units = 1, shift = \"Mon 04:00-04:01\"",
        )],
    );
    let handed_back = mean(&values(&results, "falls_handed_back", Statistic::Percent));
    assert!(handed_back > 97.0, "{handed_back}");
}

// ---- older people and children in the department ---------------------------------------------------------------------------------

#[test]
fn older_people_who_find_no_space_in_the_unit_are_those_that_erlang_lost() {
    // A space is held for 75 min of assessment and 150 of arrangements, and for 10 of handover by those whom crews bring, who
    // are one in three; the team is as many as the spaces.
    let results = example("frailty-unit", &[]);
    let load = (20.0 * 225.0 + 10.0 * 235.0) / 1440.0;
    let expected = 100.0 * lost(load, 6);
    assert!((10.0..25.0).contains(&expected), "{expected}");
    check_mean(&results, "frailty_full", Statistic::Percent, expected, 1.2);
    // 0.88 times the department's 71.5 and 22 %, half of each.
    check_mean(&results, "frailty_admitted", Statistic::Percent, 41.15, 1.2);
}

#[test]
fn children_wait_for_their_two_doctors_as_erlang_says() {
    let tables = "
[durations.childrens_assessment]
rows = [{ is = { exponential = { mean = \"25 min\" } } }]
[choices.childrens_tests]
rows = [{ shares = [1, 0, 0, 0] }]
";
    let replace = [
        (
            "{ lognormal = { median = \"8 h\", p90 = \"20 h\" } }",
            "\"3000 days\"",
        ),
        (
            "childrens_rooms = 12, childrens_nurses = 2",
            "childrens_rooms = 4000, childrens_nurses = 500",
        ),
    ];
    let results = example_with("childrens-emergency", &replace, tables);
    let load = 72.0 * 25.0 / 1440.0;
    let wait = 25.0 * waits_longer(load, 2, 0.0) / (2.0 - load);
    minutes(&results, "childrens_wait_for_doctor", wait, 0.6);
    check_mean(&results, "childrens_left", Statistic::Percent, 0.0, 0.0);
}
