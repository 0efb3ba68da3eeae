//! The checks find what they are for: each state here is broken on purpose, in one place.

use super::super::checks::{Balance, Breach};
use super::super::patients::Held;
use super::*;

/// A busy clinic at the end of its first day, with somebody in line and somebody served.
fn busy_clinic(builder: &mut Builder) {
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 30.0 });
    let entry = held_service(builder, pool, wait_rule(), service);
    builder.recorded(&[10, 20, 25, 1430, 1431, 1432], entry, [0; N_ATTRIBUTES]);
}

/// What the check finds after `damage` is done to the state.
fn found(damage: impl FnOnce(&mut Simulation<'_, Log>)) -> Result<(), Breach> {
    let mut builder = Builder::new();
    busy_clinic(&mut builder);
    let mut simulation = Simulation::new(&builder.program, 1, 0, Log::default());
    simulation.run_until(SimTime(24 * HOUR.0));
    assert_eq!(simulation.check(), Ok(()));
    damage(&mut simulation);
    simulation.check()
}

#[test]
fn a_unit_freed_while_a_patient_still_holds_it_is_found() {
    let breach = found(|simulation| simulation.levels[0].busy -= 1);
    let expected = Breach::UnitsHeld {
        line: 0,
        busy: 0,
        held: 1,
    };
    assert_eq!(breach, Err(expected));
}

#[test]
fn a_unit_that_nobody_holds_any_more_is_found() {
    let breach = found(|simulation| {
        let holder = simulation
            .patients
            .inside()
            .find(|slot| simulation.patients.get(*slot).held(HoldSlot(0)) != Held::Nothing);
        let holder = holder.expect("somebody is served at midnight");
        simulation
            .patients
            .get_mut(holder)
            .hold(HoldSlot(0), Held::Nothing);
    });
    assert_eq!(breach.expect_err("a unit is lost").line(), Some(0));
}

#[test]
fn somebody_counted_in_line_who_does_not_stand_there_breaks_littles_law() {
    let mut builder = Builder::new();
    busy_clinic(&mut builder);
    let mut simulation = Simulation::new(&builder.program, 1, 0, Log::default());
    simulation.run_until(SimTime(24 * HOUR.0));
    let right = simulation.balances();
    // Two wait 10 and 35 minutes in the morning; at midnight two have waited 9 and 8 minutes.
    let waited = (20 + 45 + 9 + 8) * MINUTE.0;
    assert_eq!(
        right,
        [Balance {
            area: waited,
            waited
        }]
    );
    assert_eq!(right[0].relative_error(), 0.0);
    simulation.levels[0].join(simulation.now);
    simulation.run_until(SimTime(24 * HOUR.0 + MINUTE.0));
    let area = waited + 3 * MINUTE.0;
    let waited = waited + 2 * MINUTE.0;
    let expected = Breach::LittlesLaw {
        line: 0,
        area,
        waited,
    };
    assert_eq!(simulation.check(), Err(expected));
    let error = simulation.balances()[0].relative_error();
    assert!((error - 1.0 / (area as f64 / MINUTE.0 as f64)).abs() < 1e-12);
}

#[test]
fn a_patient_who_is_said_to_have_left_and_is_still_inside_is_found() {
    let breach = found(|simulation| simulation.totals.left[0] += 1);
    let expected = Breach::Patients {
        expected: 2,
        found: 3,
    };
    assert_eq!(breach, Err(expected));
    assert_eq!(breach.expect_err("as above").line(), None);
}
