//! Units with places.

use super::super::distributions::Shape;
use super::super::program::*;
use super::super::time::{DAY, MINUTE, SimSpan, SimTime};
use super::{Builder, Log, run, wait_rule};

/// One fleet with units at x = 0 and x = 10 km, one minute a kilometre.
fn fleet(builder: &mut Builder, reassign: Option<SimSpan>) -> StepId {
    let unit = |x: f32| UnitSpec {
        station: Place {
            x,
            y: 0.0,
            slowness: 1.0,
        },
        roster: Roster {
            changes: vec![(SimTime::ZERO, 1)],
            repeat: SimSpan::ZERO,
        },
    };
    builder.program.fleets.push(FleetSpec {
        units: vec![unit(0.0), unit(10.0)],
        ways: vec![FleetWay {
            detour: 1.0,
            by_hour: [1.0; 24],
            responding: 1.0,
            conveying: 1.0,
            returning: 1.0,
            reassign,
            reserve: None,
        }],
    });
    let scene = builder.minutes(Shape::Constant { value: 20.0 });
    let wait = builder.wait(WaitRule {
        rank: Some(AttributeId(0)),
        ..wait_rule()
    });
    let arrived = builder.mark();
    let at_dispatch = OptionalMark::NONE;
    let entry = builder.step(Step::Call {
        fleet: FleetId(0),
        slot: HoldSlot(0),
        way: 0,
        wait,
        at_dispatch,
    });
    builder.step(Step::Mark {
        mark: arrived,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: scene });
    builder.step(Step::LetGo { slot: HoldSlot(0) });
    builder.leave();
    entry
}

fn calls_at(builder: &mut Builder, entry: StepId, minutes: &[u64], rank: u8, x: f32) {
    builder.recorded(minutes, entry, [rank; N_ATTRIBUTES]);
    let last = builder.program.streams.last_mut().expect("just added");
    last.place = StreamPlace::At(Place {
        x,
        y: 0.0,
        slowness: 1.0,
    });
}

/// When units came to patients (mark 0), to a tenth of a minute, and the patients' ranks.
fn times(log: &Log) -> Vec<(f64, u8)> {
    let marks = log.marks.iter().filter(|mark| mark.1 == 0);
    marks
        .map(|mark| ((mark.0 * 10.0).round() / 10.0, mark.2))
        .collect()
}

#[test]
fn the_nearest_unit_goes_and_a_waiting_call_gets_the_next_free_one() {
    let mut builder = Builder::new();
    let entry = fleet(&mut builder, None);
    calls_at(&mut builder, entry, &[0], 2, 8.0);
    calls_at(&mut builder, entry, &[1], 2, 9.0);
    calls_at(&mut builder, entry, &[2], 2, 8.0);
    let log = run(&builder, DAY);
    let arrivals: Vec<f64> = log
        .marks
        .iter()
        .map(|mark| (mark.0 * 10.0).round() / 10.0)
        .collect();
    // From 10 to 8 in 2 minutes; from 0 to 9 in 9; the third gets the first unit, free on the spot at 22.
    assert_eq!(arrivals, [2.0, 10.0, 22.0]);
}

#[test]
fn a_unit_is_stood_down_for_a_more_urgent_call() {
    let mut builder = Builder::new();
    let entry = fleet(&mut builder, Some(SimSpan(3 * MINUTE.0)));
    calls_at(&mut builder, entry, &[0], 3, 3.0);
    calls_at(&mut builder, entry, &[0], 3, 12.0);
    calls_at(&mut builder, entry, &[1], 0, 12.5);
    let log = run(&builder, DAY);
    let arrivals: Vec<(f64, u8)> = log
        .marks
        .iter()
        .map(|mark| ((mark.0 * 10.0).round() / 10.0, mark.2))
        .collect();
    // The unit on its way to 12 is sent on to 12.5 (arrives at 2.5); the call at 12 gets the other one, free at 3 at minute 23.
    // The urgent one's unit is free at 22.5 and nearer in time: it goes back the half kilometre.
    assert_eq!(arrivals, [(2.5, 0), (3.0, 3), (23.0, 3)]);
}

#[test]
fn a_call_that_grows_worse_takes_the_unit_of_a_lesser_one() {
    let mut builder = Builder::new();
    let entry = fleet(&mut builder, Some(SimSpan(MINUTE.0)));
    let after = builder.minutes(Shape::Constant { value: 3.0 });
    builder.program.waits[0].worsen = Some(Worsen {
        after,
        attribute: AttributeId(0),
        level: 0,
    });
    // Both units are sent far away; the third call waits and grows worse at minute 5.
    calls_at(&mut builder, entry, &[0], 2, 100.0);
    calls_at(&mut builder, entry, &[1], 2, 101.0);
    calls_at(&mut builder, entry, &[2], 3, 0.0);
    let arrivals = times(&run(&builder, DAY));
    // The unit from 0 left at minute 1 and stands at 4 km at minute 5: it is back at 0 at minute 9.
    assert_eq!(arrivals[0], (9.0, 0));
}

#[test]
fn a_crew_is_held_until_the_patient_is_taken_over() {
    let mut builder = Builder::new();
    let cubicle = builder.pool(1);
    let entry = fleet(&mut builder, None);
    let wait = builder.wait(wait_rule());
    let stay = builder.minutes(Shape::Constant { value: 100.0 });
    let handed_over = builder.mark();
    // Hospital at 0: hold a cubicle, then let the crew go.
    let ward = builder.step(Step::Hold {
        slot: HoldSlot(1),
        units: 1,
        pool: cubicle,
        wait,
    });
    builder.step(Step::LetGo { slot: HoldSlot(0) });
    builder.step(Step::Mark {
        mark: handed_over,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: stay });
    builder.leave();
    builder.program.routes.push(RouteSpec {
        sites: vec![RouteSite {
            site: SiteId(0),
            place: Place {
                x: 0.0,
                y: 0.0,
                slowness: 1.0,
            },
            entries: vec![ward],
            later: Vec::new(),
            hours: None,
            load: Vec::new(),
            except: None,
        }],
        rule: RouteRule::Nearest,
        row: None,
        travel: Vec::new(),
        weights: Vec::new(),
        detour: 0.0,
        slowness: 1.0,
        by_hour: [1.0; 24],
        load_each: SimSpan::ZERO,
        otherwise: StepId(0),
    });
    // The scene's last steps become the ride to hospital.
    let ride = entry.index() + 3;
    builder.program.steps[ride] = Step::Convey {
        slot: HoldSlot(0),
        route: RouteId(0),
        entry: 0,
    };
    calls_at(&mut builder, entry, &[0], 1, 5.0);
    calls_at(&mut builder, entry, &[0], 1, 6.0);
    calls_at(&mut builder, entry, &[1, 60], 1, 0.0);
    let log = run(&builder, DAY);
    // Both crews are at the hospital at minute 60, with patients who wait for the cubicle: the last call gets the one that
    // hands over at 130.
    assert_eq!(times(&log).last(), Some(&(130.0, 1)));
    let over: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == handed_over.0)
        .map(|mark| mark.0.round())
        .collect();
    // Units reach 5 km and 6 km at minutes 5 and 4 (from 0 and 10), leave at 25 and 24, and are at hospital at 30. The
    // second hands over when the cubicle is free at 130, and only then takes the third call, at 0 km.
    assert_eq!(over, [30.0, 130.0, 230.0, 330.0]);
    let arrivals = times(&log);
    assert_eq!(
        arrivals[2].0, 30.0,
        "the first crew is free at 30 and stands where the third call is"
    );
}
