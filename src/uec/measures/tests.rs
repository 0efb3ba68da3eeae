//! Accounts fed by hand.

use super::plain::{self, At};
use super::{MeasureReader, MeasureTables, Outcome};
use crate::engine::facts::LevelAreas;
use crate::engine::facts::Reader;
use crate::engine::program::{
    AttributeId, Draw, MarkId, N_ATTRIBUTES, PoolId, PoolSpec, Program, Roster, ShiftEnd, SiteId,
    Step,
};
use crate::engine::time::{DAY, HOUR, MINUTE, SimSpan, SimTime};
use crate::uec::model::{
    AttributeName, Better, Clock, Condition, Date, LevelOf, MeasureKind, MeasureSpec, Model, Named,
    Names, Nature, PoolName, Statistic,
};

const ARRIVED: MarkId = MarkId(0);
const LEFT: MarkId = MarkId(1);
const ACUITY: AttributeId = AttributeId(0);

fn measure(kind: MeasureKind, unit: &str, statistics: &[Statistic]) -> MeasureSpec {
    MeasureSpec {
        id: "m".to_owned(),
        title: String::new(),
        unit: unit.to_owned(),
        kind,
        filter: Vec::new(),
        statistics: statistics.to_vec(),
        by_site: false,
        by: Vec::new(),
        by_day: false,
        by_hour_of_week: false,
        better: Better::Neither,
        nature: Nature::Emergent,
        source: String::new(),
        standards: Vec::new(),
    }
}

fn duration(statistics: &[Statistic]) -> MeasureSpec {
    let kind = MeasureKind::Duration {
        from: ARRIVED,
        to: LEFT,
    };
    measure(kind, "min", statistics)
}

/// Two sites with both marks and one pool each; acuity has three levels; starts on a Monday.
fn model(measures: Vec<MeasureSpec>) -> Model {
    let marks = [(ARRIVED, 0), (LEFT, 0), (ARRIVED, 1), (LEFT, 1)];
    let pool = PoolSpec {
        roster: Roster::default(),
        on_shift_end: ShiftEnd::Finish,
        keeps_served: false,
        surges: Vec::new(),
    };
    let level = |id: &str| Named {
        id: id.to_owned(),
        title: String::new(),
    };
    let acuity = AttributeName {
        id: "acuity".to_owned(),
        title: String::new(),
        levels: ["1", "2", "3"].map(level).to_vec(),
    };
    let pool_at = |site| PoolName {
        id: "beds".to_owned(),
        site: SiteId(site),
    };
    Model {
        program: Program {
            steps: marks
                .map(|(mark, site)| Step::Mark {
                    mark,
                    site: SiteId(site),
                })
                .to_vec(),
            draws: vec![Draw::default(); marks.len()],
            pools: vec![pool.clone(), pool],
            mark_clocks: vec![Some(0), None],
            n_clocks: 1,
            n_sites: 2,
            ..Program::default()
        },
        names: Names {
            attributes: vec![acuity],
            pools: vec![pool_at(0), pool_at(1)],
            ..Names::default()
        },
        measures,
        ..Model::default()
    }
}

/// Patients as (site, acuity, arrival, departure) in minutes, in order of departure.
fn outcome(model: &Model, warm_up: SimSpan, patients: &[(u16, u8, u64, u64)]) -> Outcome {
    let tables = MeasureTables::new(model, warm_up, DAY);
    let mut reader = MeasureReader::new(&tables);
    for &(site, acuity, arrived, left) in patients {
        let mut attributes = [0; N_ATTRIBUTES];
        attributes[0] = acuity;
        let from = SimTime(arrived * MINUTE.0);
        let now = SimTime(left * MINUTE.0);
        reader.pass(now, LEFT, SiteId(site), &attributes, |_| Some(from));
    }
    reader.outcome(model)
}

#[test]
fn a_duration_is_given_in_its_unit_and_by_site_and_cohort() {
    let spec = MeasureSpec {
        by_site: true,
        by: vec![ACUITY],
        ..duration(&[Statistic::Mean])
    };
    let patients = [(0, 0, 0, 10), (0, 2, 0, 20), (1, 2, 0, 60)];
    let outcome = outcome(&model(vec![spec]), SimSpan::ZERO, &patients);
    let expected = [
        Some(30.0),
        Some(15.0),
        Some(60.0),
        Some(10.0),
        None,
        Some(40.0),
    ];
    assert_eq!(outcome.values, expected);
}

#[test]
fn a_duration_counts_when_it_ends_in_the_measured_period() {
    let spec = duration(&[Statistic::Count, Statistic::Mean]);
    let end = (HOUR + DAY).minutes() as u64;
    let patients = [(0, 0, 30, 59), (0, 0, 30, 60), (0, 0, end - 10, end)];
    let outcome = outcome(&model(vec![spec]), HOUR, &patients);
    assert_eq!(outcome.values, [Some(1.0), Some(30.0)]);
}

#[test]
fn a_centile_by_month_weighs_the_centiles_of_months_by_their_patients() {
    let spec = MeasureSpec {
        by_site: true,
        by: vec![ACUITY],
        ..duration(&[Statistic::MonthlyQuantile(0.5), Statistic::Quantile(0.5)])
    };
    let mut model = model(vec![spec]);
    model.run.start = Date {
        year: 2023,
        month: 1,
        day: 30,
    };
    model.run.clock = Clock::Fixed;
    let tables = MeasureTables::new(&model, SimSpan::ZERO, SimSpan(62 * DAY.0));
    // One patient on the last of January, three in February of whom two at the other site, none in March, one on the last day.
    let patients = [
        (1, 0, 0, 10),
        (2, 1, 1, 40),
        (29, 1, 1, 40),
        (29, 0, 2, 40),
        (60, 0, 0, 90),
    ];
    let (first, second) = patients.split_at(3);
    let read = |patients: &[(u64, u16, u8, u64)]| {
        let mut reader = MeasureReader::new(&tables);
        for &(day, site, acuity, minutes) in patients {
            let mut attributes = [0; N_ATTRIBUTES];
            attributes[0] = acuity;
            let from = SimTime::ZERO + SimSpan(day * DAY.0);
            let now = from + SimSpan(minutes * MINUTE.0);
            reader.pass(now, LEFT, SiteId(site), &attributes, |_| Some(from));
        }
        reader
    };
    let values = read(&patients).outcome(&model).values;
    let by_month = [
        Some((10.0 + 3.0 * 40.0 + 90.0) / 5.0),
        Some((10.0 + 40.0 + 90.0) / 3.0),
        Some(40.0),
        Some(50.0),
        Some(40.0),
        Some(40.0),
    ];
    assert_eq!(values[..6], by_month);
    let middle = values[6].expect("there are patients");
    assert!((middle - 40.0).abs() < 1.0, "of all at once: {middle}");
    // Of two areas together: each month of each by its patients.
    let mut both = read(first);
    both.absorb(&read(second));
    assert_eq!(both.outcome(&model).values[..6], by_month);
}

#[test]
fn a_bound_itself_is_within() {
    let four_hours = SimSpan(4 * HOUR.0);
    let spec = duration(&[Statistic::Within(four_hours), Statistic::Over(four_hours)]);
    let patients = [
        (0, 0, 0, 240),
        (0, 0, 0, 241),
        (0, 0, 0, 300),
        (0, 0, 0, 500),
    ];
    let outcome = outcome(&model(vec![spec]), SimSpan::ZERO, &patients);
    assert_eq!(outcome.values, [Some(25.0), Some(75.0)]);
}

#[test]
fn a_quantile_lies_within_one_per_cent() {
    let spec = duration(&[Statistic::Quantile(0.9)]);
    let patients: Vec<_> = (1..=1000).map(|nth| (0, 0, 0, nth)).collect();
    let outcome = outcome(&model(vec![spec]), SimSpan::ZERO, &patients);
    let found = outcome.values[0].expect("there are durations");
    assert!((found - 900.0).abs() < 9.0, "{found}");
}

#[test]
fn only_patients_who_meet_the_conditions_count() {
    let condition = Condition {
        attribute: ACUITY,
        levels: vec![0, 2],
    };
    let spec = MeasureSpec {
        filter: vec![condition],
        ..duration(&[Statistic::Count])
    };
    let patients = [(0, 0, 0, 1), (0, 1, 0, 1), (0, 2, 0, 1)];
    let outcome = outcome(&model(vec![spec]), SimSpan::ZERO, &patients);
    assert_eq!(outcome.values, [Some(2.0)]);
}

#[test]
fn a_share_is_of_those_among_whom_it_is_counted() {
    let kind = MeasureKind::Share {
        of: LEFT,
        of_filter: vec![Condition {
            attribute: ACUITY,
            levels: vec![1],
        }],
        among: LEFT,
        among_filter: Vec::new(),
    };
    let spec = measure(kind, "%", &[Statistic::Percent]);
    let patients = [(0, 0, 0, 1), (0, 1, 0, 1), (0, 2, 0, 1), (0, 0, 0, 1)];
    let with = outcome(&model(vec![spec.clone()]), SimSpan::ZERO, &patients);
    assert_eq!(with.values, [Some(25.0)]);
    let without = outcome(&model(vec![spec]), SimSpan::ZERO, &[]);
    assert_eq!(without.values, [None]);
}

#[test]
fn time_beyond_a_bound_is_summed() {
    let kind = MeasureKind::SumBeyond {
        from: ARRIVED,
        to: LEFT,
        beyond: SimSpan(15 * MINUTE.0),
    };
    let statistics = [Statistic::Total, Statistic::Count, Statistic::Percent];
    let spec = measure(kind, "h", &statistics);
    let patients = [(0, 0, 0, 15), (0, 0, 0, 45), (0, 0, 0, 75), (0, 0, 0, 5)];
    let outcome = outcome(&model(vec![spec]), SimSpan::ZERO, &patients);
    assert_eq!(outcome.values, [Some(1.5), Some(2.0), Some(50.0)]);
}

#[test]
fn the_short_way_counts_as_the_long_one_does() {
    let by_acuity = |spec: MeasureSpec| MeasureSpec {
        by: vec![ACUITY],
        ..spec
    };
    let among = MeasureKind::Share {
        of: LEFT,
        among: ARRIVED,
        of_filter: Vec::new(),
        among_filter: Vec::new(),
    };
    let of_times = [
        Statistic::Mean,
        Statistic::Quantile(0.9),
        Statistic::Within(SimSpan(40 * MINUTE.0)),
    ];
    let counted = MeasureKind::Count { mark: LEFT };
    let model = model(vec![
        by_acuity(duration(&of_times)),
        duration(&of_times),
        measure(among, "%", &[Statistic::Percent]),
        by_acuity(measure(counted, "patients", &[Statistic::Count])),
    ]);
    let tables = MeasureTables::new(&model, HOUR, DAY);
    let [mut short, mut long] = [0, 1].map(|_| MeasureReader::new(&tables));
    for n in 0..200_u64 {
        let mut attributes = [0; N_ATTRIBUTES];
        // One level more than the measures know.
        attributes[0] = (n % 4) as u8;
        let from = SimTime(n * 8 * MINUTE.0);
        let now = from + SimSpan(n % 70 * MINUTE.0);
        let clock = |_| (n % 9 > 0).then_some(from);
        for mark in [ARRIVED, LEFT] {
            let At::Plain(taps) = &tables.at_marks[mark.index()] else {
                panic!("these marks have no other taps");
            };
            if tables.period.contains(now) {
                let rows = (&mut short.counts[..], &mut short.times[..]);
                plain::count(taps, rows, now, &attributes, clock);
            }
            long.pass(now, mark, SiteId(0), &attributes, clock);
        }
    }
    let [short, long] = [short, long].map(|reader| reader.outcome(&model).values);
    assert!(short.iter().flatten().all(|value| *value > 0.0));
    assert_eq!(short, long);
}

#[test]
fn courses_follow_the_calendar() {
    let kind = MeasureKind::Count { mark: LEFT };
    let spec = MeasureSpec {
        by_day: true,
        by_hour_of_week: true,
        ..measure(kind, "patients", &[Statistic::PerDay])
    };
    let model = model(vec![spec]);
    let tables = MeasureTables::new(&model, DAY, SimSpan(14 * DAY.0));
    let mut reader = MeasureReader::new(&tables);
    // The run starts on a Monday, the measured period on the Tuesday after.
    for hours in [24, 25, 25, 25 + 168] {
        let now = SimTime(hours * HOUR.0);
        reader.pass(now, LEFT, SiteId(0), &[0; N_ATTRIBUTES], |_| None);
    }
    let outcome = reader.outcome(&model);
    assert_eq!(outcome.daily[0][0], Some(3.0));
    assert_eq!(outcome.daily[0][7], Some(1.0));
    assert_eq!(outcome.daily[0].len(), 14);
    // Two Tuesdays: three patients in their second hour.
    assert_eq!(outcome.weekly[0][25], Some(1.5));
    assert_eq!(outcome.values, [Some(4.0 / 14.0)]);
}

#[test]
fn levels_are_means_over_the_measured_period() {
    let kind = |what| MeasureKind::Level {
        pools: vec![PoolId(0), PoolId(1)],
        what,
    };
    let busy = MeasureSpec {
        by_site: true,
        by_day: true,
        by_hour_of_week: true,
        ..measure(kind(LevelOf::Busy), "beds", &[Statistic::Mean])
    };
    let occupancy = measure(kind(LevelOf::Occupancy), "%", &[Statistic::Mean]);
    let model = model(vec![busy, occupancy]);
    let tables = MeasureTables::new(&model, HOUR, SimSpan(2 * HOUR.0));
    let mut reader = MeasureReader::new(&tables);
    // Site 0 has 1, 2, 3 busy in the three hours, site 1 always 4, each of 10.
    let areas = |busy: u64, hours: u64| LevelAreas {
        busy: busy * HOUR.0,
        waiting: 0,
        capacity: 10 * hours * HOUR.0,
    };
    for (hours, busy) in [(0, 0), (1, 1), (2, 3), (3, 6)] {
        let pools = [areas(busy, hours), areas(4 * hours, hours)];
        reader.hour(SimTime(hours * HOUR.0), &pools, &[], &[]);
    }
    let outcome = reader.outcome(&model);
    let expected = [Some(6.5), Some(2.5), Some(4.0), Some(32.5)];
    assert_eq!(outcome.values, expected);
    assert_eq!(outcome.daily[0], [Some(6.5)]);
    assert_eq!(outcome.weekly[1][..4], [None, Some(2.0), Some(3.0), None]);
}

#[test]
fn groups_add_up_to_the_whole_of_every_measure() {
    let bound = SimSpan(30 * MINUTE.0);
    let statistics = [
        Statistic::Mean,
        Statistic::Total,
        Statistic::Within(bound),
        Statistic::Over(SimSpan(60 * MINUTE.0)),
        Statistic::Count,
        Statistic::Quantile(0.5),
    ];
    let beyond = MeasureKind::SumBeyond {
        from: ARRIVED,
        to: LEFT,
        beyond: bound,
    };
    let share = MeasureKind::Share {
        of: LEFT,
        of_filter: vec![Condition {
            attribute: ACUITY,
            levels: vec![1],
        }],
        among: LEFT,
        among_filter: Vec::new(),
    };
    // The second duration shares the account of the first, and asks it for another bound.
    let measures = vec![
        duration(&statistics),
        duration(&[Statistic::Within(SimSpan(10 * MINUTE.0))]),
        measure(beyond, "min", &[Statistic::Total, Statistic::Count]),
        measure(share, "%", &[Statistic::Percent, Statistic::Count]),
        measure(
            MeasureKind::Count { mark: LEFT },
            "patients",
            &[Statistic::PerDay],
        ),
    ];
    let model = Model {
        equity: vec![ACUITY],
        ..model(measures)
    };
    let patients = [
        (0, 0, 0, 10),
        (0, 2, 0, 30),
        (1, 2, 0, 31),
        (0, 2, 0, 61),
        (0, 1, 0, 90),
    ];
    let outcome = outcome(&model, SimSpan::ZERO, &patients);
    let tables = MeasureTables::new(&model, SimSpan::ZERO, DAY);
    let groups = tables.groups();
    let values = |measure: usize, statistic| -> Vec<Option<f64>> {
        let spec = (measure, &model.measures[measure]);
        let cells = &outcome.groups;
        (0..3)
            .map(|group| groups.value(spec, statistic, group, cells))
            .collect()
    };
    let known = |values: [f64; 3]| values.map(Some).to_vec();
    assert_eq!(
        groups.statistics(&model.measures[0]),
        statistics[..5],
        "centiles have no groups"
    );
    assert_eq!(values(0, Statistic::Count), known([1.0, 1.0, 3.0]));
    assert_eq!(values(0, Statistic::Total), known([10.0, 90.0, 122.0]));
    assert_eq!(values(0, Statistic::Mean), known([10.0, 90.0, 122.0 / 3.0]));
    let third = 1.0 / 3.0 * 100.0;
    assert_eq!(values(0, statistics[2]), known([100.0, 0.0, third]));
    assert_eq!(values(0, statistics[3]), known([0.0, 100.0, third]));
    let ten = Statistic::Within(SimSpan(10 * MINUTE.0));
    assert_eq!(values(1, ten), known([100.0, 0.0, 0.0]));
    assert_eq!(values(2, Statistic::Total), known([0.0, 60.0, 32.0]));
    assert_eq!(values(2, Statistic::Count), known([0.0, 1.0, 2.0]));
    assert_eq!(values(3, Statistic::Percent), known([0.0, 100.0, 0.0]));
    assert_eq!(values(3, Statistic::Count), known([0.0, 1.0, 0.0]));
    assert_eq!(values(4, Statistic::PerDay), known([1.0, 1.0, 3.0]));
}
