//! Services that care for people at home or send them there.

use uecsim::engine::time::SimSpan;
use uecsim::uec::model::Statistic;

use super::{check_mean, example, example_with, lost, total, waits_longer};
use crate::small::values;

// ---- urgent community response ----

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

// ---- virtual ward ----

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

// ---- care homes ----

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

// ---- high-intensity users ----

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

// ---- social-care assessment ----

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
