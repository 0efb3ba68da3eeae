//! Steps other than waiting in line, and the order of things at one instant.

use super::super::distributions::Shape;
use super::super::facts::{LevelAreas, Reader};
use super::super::program::*;
use super::super::simulation::Simulation;
use super::super::time::{DAY, HOUR, MINUTE, SimSpan, SimTime};
use super::{Builder, Log, held_service, run, wait_rule};

#[test]
fn staff_freed_before_a_cubicle_call_the_next_before_it_is_filled() {
    let mut builder = Builder::new();
    let (cubicles, staff) = (builder.pool(2), builder.pool(1));
    let rank = Some(AttributeId(0));
    let wait = builder.wait(WaitRule {
        rank,
        ..wait_rule()
    });
    let consultation = builder.minutes(Shape::Constant { value: 10.0 });
    let seen = builder.mark();
    let entry = builder.step(Step::Hold {
        slot: HoldSlot(0),
        units: 1,
        pool: cubicles,
        wait,
    });
    builder.step(Step::Hold {
        slot: HoldSlot(1),
        units: 1,
        pool: staff,
        wait,
    });
    builder.step(Step::Mark {
        mark: seen,
        site: SiteId(0),
    });
    builder.step(Step::Wait {
        duration: consultation,
    });
    builder.step(Step::LetGo { slot: HoldSlot(1) });
    builder.step(Step::LetGo { slot: HoldSlot(0) });
    builder.leave();
    builder.recorded(&[0, 1], entry, [5; N_ATTRIBUTES]);
    builder.recorded(&[2], entry, [0; N_ATTRIBUTES]);
    let seen: Vec<(f64, u8)> = run(&builder, DAY)
        .marks
        .iter()
        .map(|mark| (mark.0, mark.2))
        .collect();
    // At minute 10 the staff take the patient already in the other cubicle, although the more urgent one gets the
    // cubicle freed at the same instant.
    assert_eq!(seen, [(0.0, 5), (10.0, 5), (20.0, 0)]);
}

#[test]
fn a_full_system_turns_away() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 60.0 });
    let rule = WaitRule {
        limit: Some(1),
        otherwise: StepId(6),
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    let lost = builder.mark();
    builder.step(Step::Mark {
        mark: lost,
        site: SiteId(0),
    });
    builder.leave();
    builder.recorded(&[0, 1, 2, 70], entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let lost: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == lost.0)
        .map(|mark| mark.0)
        .collect();
    assert_eq!(lost, [2.0]);
}

#[test]
fn a_large_request_holds_up_those_behind_unless_it_may_be_passed() {
    let starts = |may_be_passed: bool| {
        let mut builder = Builder::new();
        let pool = builder.pool(2);
        let service = builder.minutes(Shape::Constant { value: 30.0 });
        let wait = builder.wait(WaitRule {
            may_be_passed,
            ..wait_rule()
        });
        let started = builder.mark();
        let mut entry = |units: u8| {
            let entry = builder.step(Step::Hold {
                slot: HoldSlot(0),
                units,
                pool,
                wait,
            });
            builder.step(Step::Mark {
                mark: started,
                site: SiteId(0),
            });
            builder.step(Step::Wait { duration: service });
            builder.leave();
            entry
        };
        let (small, large) = (entry(1), entry(2));
        builder.recorded(&[0, 12], small, [1; N_ATTRIBUTES]);
        builder.recorded(&[11], large, [2; N_ATTRIBUTES]);
        run(&builder, DAY)
            .marks
            .iter()
            .map(|mark| (mark.0, mark.2))
            .collect::<Vec<_>>()
    };
    assert_eq!(starts(false), [(0.0, 1), (30.0, 2), (60.0, 1)]);
    assert_eq!(starts(true), [(0.0, 1), (12.0, 1), (42.0, 2)]);
}

#[test]
fn escalation_pulls_those_under_its_rule_forward() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 60.0 });
    builder.program.triggers.push(TriggerSpec {
        pools: vec![pool],
        fleets: Vec::new(),
        what: TriggerLevel::Waiting,
        on: 3,
        off: 1,
        at_least: SimSpan::ZERO,
    });
    let escalate = Some(Escalate {
        trigger: TriggerId(0),
        rank: 0,
    });
    let rank = Some(AttributeId(0));
    let ordinary = held_service(
        &mut builder,
        pool,
        WaitRule {
            rank,
            ..wait_rule()
        },
        service,
    );
    let escalated = held_service(
        &mut builder,
        pool,
        WaitRule {
            rank,
            escalate,
            ..wait_rule()
        },
        service,
    );
    builder.recorded(&[0, 1, 3], ordinary, [2; N_ATTRIBUTES]);
    builder.recorded(&[2], escalated, [6; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let starts: Vec<(f64, u8)> = log
        .marks
        .iter()
        .filter(|mark| mark.1 % 2 == 1)
        .map(|mark| (mark.0, mark.2))
        .collect();
    // With three waiting from minute 3 the trigger is on: the escalated one goes next.
    assert_eq!(starts, [(0.0, 2), (60.0, 6), (120.0, 2), (180.0, 2)]);
}

#[test]
fn a_side_task_keeps_what_it_takes_over() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 10.0 });
    let cleaning = builder.minutes(Shape::Constant { value: 15.0 });
    let entry = held_service(&mut builder, pool, wait_rule(), service);
    let task = builder.step(Step::Wait { duration: cleaning });
    builder.step(Step::LetGo { slot: HoldSlot(0) });
    builder.leave();
    builder.program.steps[entry.index() + 4] = Step::Start { with: 1, task };
    builder.recorded(&[0, 1], entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let starts: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| mark.0)
        .collect();
    assert_eq!(starts, [0.0, 25.0]);
}

/// Keeps the last hour's integrals of pool 0.
#[derive(Default)]
struct Hours(Vec<LevelAreas>);

impl Reader for Hours {
    const HOURS: bool = true;
    fn hour(&mut self, _: SimTime, pools: &[LevelAreas], _: &[LevelAreas], _: &[u64]) {
        self.0.push(pools[0]);
    }
}

#[test]
fn hourly_integrals_are_exact() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 50.0 });
    let entry = held_service(&mut builder, pool, wait_rule(), service);
    builder.recorded(&[30, 40], entry, [0; N_ATTRIBUTES]);
    let mut simulation = Simulation::new(&builder.program, 1, 0, Hours::default());
    simulation.run_until(SimTime(3 * HOUR.0));
    let hours: Vec<(u64, u64)> = simulation
        .into_reader()
        .0
        .iter()
        .map(|a| (a.busy / MINUTE.0, a.waiting / MINUTE.0))
        .collect();
    assert_eq!(hours, [(0, 0), (30, 20), (90, 40), (100, 40)]);
}

#[test]
fn a_second_visit_draws_anew_and_the_first_is_not_moved() {
    let build = |visits: u32| {
        let mut builder = Builder::new();
        let service = builder.minutes(Shape::Exponential { mean: 30.0 });
        let done = builder.mark();
        let entry = builder.step(Step::Wait { duration: service });
        builder.step(Step::Mark {
            mark: done,
            site: SiteId(0),
        });
        if visits == 2 {
            // Comes again once: attribute 0 says whether it has.
            let first = builder.program.branches.len() as u32;
            builder.program.branches.extend([StepId(3), StepId(6)]);
            let dimensions = vec![(Dimension::Attribute(AttributeId(0)), vec![0, 1])];
            builder.program.selectors.push(Selector {
                dimensions,
                rows: vec![0, 1],
            });
            builder.step(Step::When {
                selector: SelectorId(0),
                first,
            });
            builder.step(Step::Set {
                attribute: AttributeId(0),
                level: 1,
            });
            builder.step(Step::Enter { group: 0 });
            builder.step(Step::Jump { to: entry });
        }
        builder.leave();
        builder.recorded(&[0], entry, [0; N_ATTRIBUTES]);
        run(&builder, SimSpan(2 * DAY.0))
            .marks
            .iter()
            .map(|mark| mark.0)
            .collect::<Vec<_>>()
    };
    let (once, twice) = (build(1), build(2));
    assert_eq!(once[0], twice[0]);
    assert_ne!(twice[1] - twice[0], twice[0]);
}

/// One patient who comes again `times` times, an hour after each visit; minutes at which it is seen.
fn visits(times: u8) -> Vec<f64> {
    let mut builder = Builder::new();
    let gap = builder.minutes(Shape::Constant { value: 60.0 });
    let seen = builder.mark();
    let mut entry = None;
    for visit in 0..=times {
        let enter = builder.step(Step::Enter { group: 0 });
        entry.get_or_insert(enter);
        builder.step(Step::Mark {
            mark: seen,
            site: SiteId(0),
        });
        if visit < times {
            builder.step(Step::Wait { duration: gap });
        }
    }
    builder.leave();
    builder.recorded(
        &[0],
        entry.expect("there is a first visit"),
        [0; N_ATTRIBUTES],
    );
    let log = run(&builder, SimSpan(3 * DAY.0));
    log.marks.iter().map(|mark| mark.0).collect()
}

#[test]
fn who_tries_again_is_seen_every_time() {
    assert_eq!(visits(0), [0.0]);
    assert_eq!(visits(2), [0.0, 60.0, 120.0]);
    // More often than the counter of visits holds.
    let expected: Vec<f64> = (0..=40).map(|visit| f64::from(visit) * 60.0).collect();
    assert_eq!(visits(40), expected);
}

/// Arrivals in 200 days of a stream of one a minute of which `accept` are kept, on days with these factors.
fn arrivals(accept: f64, day_factors: &[f64]) -> u64 {
    let mut builder = Builder::new();
    let entry = builder.leave();
    builder.program.profiles.push(Profile {
        bin: DAY,
        cycle: vec![1.0; 7],
        day_factors: day_factors.to_vec(),
    });
    builder.poisson("walk-ins", 1.0, entry, [0; N_ATTRIBUTES]);
    builder.program.streams[0].arrivals = Arrivals::Poisson {
        per_millisecond: 1.0 / MINUTE.0 as f64,
        profile: Some(ProfileId(0)),
        accept,
    };
    let mut simulation = Simulation::new(&builder.program, 1, 0, Log::default());
    simulation.run_until(SimTime(200 * DAY.0));
    simulation.totals().arrived
}

#[test]
fn as_many_candidates_come_as_the_rate_says() {
    let check = |accept: f64, day_factors: &[f64], expected_a_day: f64| {
        let expected = expected_a_day * 200.0;
        let found = arrivals(accept, day_factors) as f64;
        // Four standard deviations of a Poisson number: a bias of two per cent is seen.
        assert!(
            (found - expected).abs() < 4.0 * expected.sqrt(),
            "{accept} {day_factors:?}: {found} is not {expected}"
        );
    };
    check(1.0, &[], 1_440.0);
    check(0.5, &[], 720.0);
    check(0.25, &[], 360.0);
    // Half of the days have a quarter of the patients.
    let halves: Vec<f64> = (0..200)
        .map(|day| if day < 100 { 1.0 } else { 0.25 })
        .collect();
    check(1.0, &halves, 1_440.0 * 0.625);
    check(0.5, &halves, 720.0 * 0.625);
}
