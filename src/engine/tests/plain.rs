//! Which programs are plain.

use super::super::program::*;
use super::super::time::SimSpan;
use super::{Builder, Shape, held_service, wait_rule};

/// Customers wait for a pool, are served and leave; those who give up go to the step after.
fn plain_program(rule: WaitRule) -> Builder {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 10.0 });
    let entry = held_service(&mut builder, pool, rule, service);
    builder.poisson("customers", 0.1, entry, [0; N_ATTRIBUTES]);
    builder
}

#[test]
fn a_program_is_plain_until_it_needs_more() {
    let is_plain = |change: fn(&mut Program)| {
        let mut builder = plain_program(wait_rule());
        change(&mut builder.program);
        builder.program.is_plain()
    };
    assert!(is_plain(|_| {}));
    assert!(is_plain(
        |program| program.waits[0].rank = Some(AttributeId(0))
    ));
    assert!(!is_plain(|program| program.waits[0].limit = Some(3)));
    assert!(!is_plain(|program| program.waits[0].interrupts = true));
    assert!(!is_plain(|program| program.pools[0].keeps_served = true));
    assert!(!is_plain(|program| {
        let by_hour = (Dimension::Hour, vec![0; 24]);
        program.durations[0].selector.dimensions.push(by_hour);
    }));
    // More than an event of a plain run can name.
    assert!(!is_plain(|program| {
        program.pools.resize(255, program.pools[0].clone());
    }));
    assert!(!is_plain(|program| {
        program.steps.resize(65_537, program.steps[0]);
    }));
    assert!(!is_plain(|program| program.triggers.push(TriggerSpec {
        pools: vec![PoolId(0)],
        fleets: Vec::new(),
        what: TriggerLevel::Waiting,
        on: 2,
        off: 1,
        at_least: SimSpan::ZERO,
    })));
}

#[test]
fn whoever_calls_a_unit_needs_more() {
    let mut builder = plain_program(wait_rule());
    let call = builder.step(Step::Call {
        fleet: FleetId(0),
        slot: HoldSlot(0),
        way: 0,
        wait: WaitId(0),
        at_dispatch: OptionalMark::NONE,
    });
    builder.leave();
    assert!(builder.program.is_plain());
    builder.program.streams[0].entry = call;
    assert!(!builder.program.is_plain());
}

#[test]
fn only_visits_that_can_be_made_count() {
    let mut builder = plain_program(wait_rule());
    let visit = builder.step(Step::Enter { group: 0 });
    builder.leave();
    // Nobody comes there: nobody gives up, wherever the rule points.
    builder.program.waits[0].otherwise = visit;
    assert!(builder.program.is_plain());
    builder.program.waits[0].patience = Patience::Drawn(DurationId(0));
    assert!(!builder.program.is_plain());
    builder.program.waits[0].patience = Patience::Endless;
    let branch = builder.step(Step::Jump { to: visit });
    builder.program.streams[0].entry = branch;
    assert!(!builder.program.is_plain());
}
