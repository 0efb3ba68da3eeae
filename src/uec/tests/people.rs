//! Residents, needs and recorded arrivals.

use crate::engine::program::{Arrivals, StreamPlace};
use crate::engine::streams::purpose_key;
use crate::engine::time::{HOUR, SimTime};

use super::loaded_with;

const SCENARIO: &str = r#"
[run]
start = 2023-04-01
warm_up = "2 days"
length = "366 days"
[people]
zones = "zones.csv"
points = "points.csv"
[attributes.level]
levels = ["urgent", "routine"]
[profiles.days]
hours = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
months = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
[needs.cough]
rate_per_1000 = { by = ["age", "deprivation"], file = "rates.csv", column = "cough" }
profile = "days"
multiply = 1.25
shares = { level = "level_of_cough" }
to = "gp.arrive"
[choices.level_of_cough]
by = ["age"]
outcomes = ["routine", "urgent"]
rows = [{ age = "old", shares = [0.5, 0.5] }, { shares = [0.9, 0.1] }]
[services.gp.paths]
arrive = [{ leave = "seen" }]
"#;
const ZONES: &str = "zone,title,lat,lon,rural,deprivation,young,old
a,North,50.8,-3.5,0,2,3000,1000
b,South,50.6,-3.5,1,4,1000,0
";
const POINTS: &str = "zone,lat,lon,weight,slowness
a,50.8,-3.5,3,1
a,50.9,-3.5,1,3
b,50.6,-3.5,4,2
";
const RATES: &str = "age,deprivation,cough
young,2,100
young,,50
old,,400
";

fn files(scenario: &str) -> Vec<(&str, &str)> {
    vec![
        ("a.toml", scenario),
        ("zones.csv", ZONES),
        ("points.csv", POINTS),
        ("rates.csv", RATES),
    ]
}

#[test]
fn a_need_makes_a_stream_for_every_zone_and_age_with_residents() {
    let model = loaded_with(&files(SCENARIO)).model;
    let names = [
        "cough.a.young.2",
        "cough.a.young.2+",
        "cough.a.old.2",
        "cough.a.old.2+",
        "cough.b.young.4",
        "cough.b.young.4+",
    ];
    assert_eq!(model.names.streams, names);
    let per_year = |index: usize| match &model.program.streams[index].arrivals {
        Arrivals::Poisson {
            per_millisecond,
            accept,
            ..
        } => {
            assert_eq!(*accept, 1.0);
            per_millisecond * crate::scenario::units::YEAR
        }
        other => panic!("{other:?}"),
    };
    // 3,000 residents at 100 a year per 1,000, and a quarter more beside them.
    let expected = [300.0, 75.0, 400.0, 100.0, 50.0, 12.5];
    for (index, expected) in expected.into_iter().enumerate() {
        assert!((per_year(index) - expected).abs() < 1e-9, "{index}");
    }
    let stream = &model.program.streams[2];
    assert_eq!(stream.key, purpose_key("cough.a.old.2"));
    let ids: Vec<&str> = model
        .names
        .attributes
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(ids, ["level", "zone", "age", "deprivation"]);
    assert_eq!(stream.attributes[..4], [0, 0, 1, 0]);
    assert_eq!(model.program.streams[4].attributes[..4], [0, 1, 0, 1]);
    // The level is drawn by age; levels in the order of the attribute, not of the choice.
    let (_, chance, purpose) = stream.drawn[0];
    assert_eq!(purpose, purpose_key("cough#level"));
    let chance = &model.program.chances[chance.index()];
    assert_eq!(chance.selector.dimensions[0].1, [0, 1]);
    assert_eq!(chance.selector.rows, [1, 0]);
    assert_eq!(chance.cumulative, [0.5, 1.0, 0.1, 1.0]);
}

#[test]
fn points_have_weights_and_a_relative_slowness() {
    let program = loaded_with(&files(SCENARIO)).model.program;
    assert_eq!(
        program.streams[0].place,
        StreamPlace::Points { first: 0, n: 2 }
    );
    assert_eq!(program.point_weights, [0.75, 1.0, 1.0]);
    // Weighted mean (3 + 3 + 8) / 8 = 1.75 minutes a kilometre.
    assert!((program.points[1].slowness - 3.0 / 1.75).abs() < 1e-6);
    let km = program.points[1].y - program.points[0].y;
    assert!((km - 11.12).abs() < 0.01, "{km}");
}

#[test]
fn profiles_have_mean_one_and_follow_the_calendar() {
    let program = loaded_with(&files(SCENARIO)).model.program;
    let profile = &program.profiles[0];
    assert_eq!(profile.cycle.len(), 168);
    assert!((profile.cycle.iter().sum::<f64>() / 168.0 - 1.0).abs() < 1e-12);
    assert_eq!(profile.bin, HOUR);
    assert_eq!(profile.day_factors.len(), 368);
    // 62 of 365 days count twice; the run begins in March.
    let usual = 365.0 / 427.0;
    assert!((profile.day_factors[0] - usual).abs() < 1e-12);
    assert!((profile.day_factors[280] - 2.0 * usual).abs() < 1e-12);
    // 30 March 2023 was a Thursday.
    assert_eq!(program.clock.week_offset.0, 3 * 24 * HOUR.0);
    assert_eq!(program.months[..3], [2, 2, 3]);
}

#[test]
fn recorded_arrivals_come_in_order_of_time() {
    let scenario = "[run]
start = 2023-04-01
warm_up = \"1 day\"
length = \"7 days\"
[attributes.acuity]
levels = [\"1\", \"2\"]
[arrivals.list]
file = \"list.csv\"
to = \"ed.arrive\"
[services.ed.paths]
arrive = [{ leave = \"seen\" }]
";
    let list = "time,acuity\n2023-04-01T01:00:00,2\n30 min,1\n2023-03-01,1\n2 h,\n";
    let program = loaded_with(&[("a.toml", scenario), ("list.csv", list)])
        .model
        .program;
    let Arrivals::Recorded(list) = &program.streams[0].arrivals else {
        panic!("{:?}", program.streams[0].arrivals)
    };
    let times: Vec<SimTime> = list.iter().map(|arrival| arrival.time).collect();
    assert_eq!(
        times,
        [
            SimTime(HOUR.0 / 2),
            SimTime(2 * HOUR.0),
            SimTime(25 * HOUR.0)
        ]
    );
    assert_eq!(list[2].set[0].1, 1);
    assert!(list[1].set.is_empty());
}
