//! Waiting, being served, giving up, being interrupted.

use super::super::distributions::Shape;
use super::super::program::*;
use super::super::time::{DAY, MINUTE, SimSpan, SimTime};
use super::{Builder, held_service, run, wait_rule};

#[test]
fn the_mean_wait_is_erlang_c() {
    let mut builder = Builder::new();
    let pool = builder.pool(10);
    let service = builder.minutes(Shape::Exponential { mean: 1.0 });
    let entry = held_service(&mut builder, pool, wait_rule(), service);
    builder.poisson("customers", 8.0, entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, SimSpan(30 * DAY.0));
    let mean = log.waits.iter().sum::<f64>() / log.waits.len() as f64;
    // Erlang C for 8 erlangs on 10 servers.
    assert!(
        (mean - 0.20459).abs() < 0.01,
        "mean wait {mean} over {}",
        log.waits.len()
    );
}

#[test]
fn one_after_another_and_the_more_urgent_first() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 10.0 });
    let rule = WaitRule {
        rank: Some(AttributeId(0)),
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    builder.recorded(&[0, 1, 2], entry, [3; N_ATTRIBUTES]);
    builder.recorded(&[3], entry, [0; N_ATTRIBUTES]);
    let starts: Vec<(f64, u8)> = run(&builder, DAY)
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| (mark.0, mark.2))
        .collect();
    assert_eq!(starts, [(0.0, 3), (10.0, 0), (20.0, 3), (30.0, 3)]);
}

#[test]
fn a_wait_that_is_long_enough_outweighs_urgency() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 10.0 });
    let due_at = |builder: &mut Builder, minutes: f64| {
        let constant = builder.minutes(Shape::Constant { value: minutes });
        builder.program.durations[constant.index()].samplers[0]
    };
    // Level 0 is due at once, level 1 half an hour after it came.
    let samplers = vec![due_at(&mut builder, 0.0), due_at(&mut builder, 30.0)];
    builder.program.durations.push(DurationSpec {
        selector: Selector {
            dimensions: vec![(Dimension::Attribute(AttributeId(0)), vec![0, 1])],
            rows: vec![0, 1],
        },
        samplers,
    });
    let rule = WaitRule {
        rank: Some(AttributeId(0)),
        due: Some(DurationId(builder.program.durations.len() as u16 - 1)),
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    builder.recorded(&[0, 1], entry, [1; N_ATTRIBUTES]);
    builder.recorded(&[5, 12, 25, 35], entry, [0; N_ATTRIBUTES]);
    let starts: Vec<(f64, u8)> = run(&builder, DAY)
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| (mark.0, mark.2))
        .collect();
    // The less urgent one of minute 1 is due at minute 31: after the urgent ones of minutes 5, 12 and 25, before that of 35.
    let expected = [
        (0.0, 1),
        (10.0, 0),
        (20.0, 0),
        (30.0, 0),
        (40.0, 1),
        (50.0, 0),
    ];
    assert_eq!(starts, expected);
}

#[test]
fn who_runs_out_of_patience_leaves_at_that_moment() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 60.0 });
    let patience = builder.minutes(Shape::Constant { value: 15.0 });
    let rule = WaitRule {
        patience: Patience::Drawn(patience),
        otherwise: StepId(6),
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    let gone = builder.mark();
    builder.step(Step::Mark {
        mark: gone,
        site: SiteId(0),
    });
    builder.leave();
    builder.recorded(&[0, 5, 10], entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let gone: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == 2)
        .map(|mark| mark.0)
        .collect();
    assert_eq!(gone, [20.0, 25.0]);
}

#[test]
fn a_worsened_patient_overtakes() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 30.0 });
    let after = builder.minutes(Shape::Constant { value: 20.0 });
    let worsen = Some(Worsen {
        after,
        attribute: AttributeId(0),
        level: 0,
    });
    let rule = WaitRule {
        rank: Some(AttributeId(0)),
        worsen,
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    builder.recorded(&[0, 2], entry, [5; N_ATTRIBUTES]);
    builder.recorded(&[20], entry, [4; N_ATTRIBUTES]);
    let starts: Vec<(f64, u8)> = run(&builder, DAY)
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| (mark.0, mark.2))
        .collect();
    // The second patient grows worse at minute 22 and goes before the third, which was more urgent and grows worse at 40.
    assert_eq!(starts, [(0.0, 5), (30.0, 0), (60.0, 0)]);
}

#[test]
fn an_interrupted_service_goes_on_where_it_stopped() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    builder.program.pools[0].keeps_served = true;
    let service = builder.minutes(Shape::Constant { value: 30.0 });
    let rank = Some(AttributeId(0));
    let wait = builder.wait(WaitRule {
        rank,
        interrupts: true,
        interruptible: true,
        ..wait_rule()
    });
    let done = builder.mark();
    let entry = builder.step(Step::Use {
        pool,
        wait,
        duration: service,
    });
    builder.step(Step::Mark {
        mark: done,
        site: SiteId(0),
    });
    builder.leave();
    builder.recorded(&[0, 1], entry, [4; N_ATTRIBUTES]);
    builder.recorded(&[10], entry, [1; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let ends: Vec<(f64, u8)> = log.marks.iter().map(|mark| (mark.0, mark.2)).collect();
    assert_eq!(ends, [(40.0, 1), (60.0, 4), (90.0, 4)]);
}

#[test]
fn a_shift_that_ends_lets_staff_finish_and_starts_nobody() {
    let mut builder = Builder::new();
    let pool = builder.pool(2);
    builder.program.pools[0]
        .roster
        .changes
        .push((SimTime(30 * MINUTE.0), 1));
    let service = builder.minutes(Shape::Constant { value: 40.0 });
    let entry = held_service(&mut builder, pool, wait_rule(), service);
    builder.recorded(&[0, 20, 25], entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let starts: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| mark.0)
        .collect();
    // At minute 40 one is still busy with the only one on shift: the third starts at 60.
    assert_eq!(starts, [0.0, 20.0, 60.0]);
}

#[test]
fn the_first_free_of_several_and_all_at_once() {
    let mut builder = Builder::new();
    let (a, b) = (builder.pool(1), builder.pool(1));
    builder.program.pool_lists.push(vec![a, b]);
    let long = builder.minutes(Shape::Constant { value: 30.0 });
    let wait = builder.wait(wait_rule());
    let started = builder.mark();
    let any = builder.step(Step::HoldAny {
        slot: HoldSlot(0),
        pools: PoolListId(0),
        wait,
    });
    builder.step(Step::Mark {
        mark: started,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: long });
    builder.leave();
    let all = builder.step(Step::HoldAll {
        slot: HoldSlot(2),
        pools: PoolListId(0),
        wait,
    });
    builder.step(Step::Mark {
        mark: started,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: long });
    builder.leave();
    builder.recorded(&[0, 10, 50], any, [1; N_ATTRIBUTES]);
    builder.recorded(&[20], all, [2; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let starts: Vec<(f64, u8)> = log.marks.iter().map(|mark| (mark.0, mark.2)).collect();
    // Minute 30 frees one pool, minute 40 the other: then both are taken; the next gets one at 70.
    assert_eq!(starts, [(0.0, 1), (10.0, 1), (40.0, 2), (70.0, 1)]);
}

#[test]
fn a_draw_does_not_move_when_another_stream_is_added() {
    let build = |with_other: bool| {
        let mut builder = Builder::new();
        let pool = builder.pool(100);
        let service = builder.minutes(Shape::Exponential { mean: 5.0 });
        let entry = held_service(&mut builder, pool, wait_rule(), service);
        if with_other {
            builder.poisson("others", 1.0, entry, [9; N_ATTRIBUTES]);
        }
        builder.poisson("customers", 1.0, entry, [1; N_ATTRIBUTES]);
        run(&builder, DAY)
            .marks
            .into_iter()
            .filter(|mark| mark.2 == 1)
            .collect::<Vec<_>>()
    };
    assert_eq!(build(false), build(true));
}
