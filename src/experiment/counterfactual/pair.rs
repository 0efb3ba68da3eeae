//! One replication of two scenarios beside each other, a day at a time, so that a patient is compared and forgotten as soon
//! as both have left.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::accounts::Accounts;
use super::plan::Plan;
use crate::engine::simulation::Simulation;
use crate::engine::time::{DAY, SimTime};
use crate::experiment::control::Control;
use crate::uec::measures::{PatientReader, PatientRecord};

type Waiting = BTreeMap<(u32, u32), PatientRecord>;

/// Runs the replication at `run` of the plan; none if it was cancelled.
pub fn run(plan: &Plan<'_>, run: usize, control: &Control<'_>) -> Option<Accounts> {
    let plan_of_run = plan.models[0].run;
    let end = SimTime::ZERO + plan_of_run.warm_up + plan_of_run.length;
    let mut sides = [0, 1].map(|side| {
        let model = plan.models[side];
        let reader = PatientReader::new(&plan.tables[side]);
        // The seed is the baseline's for both, as the comparison had it.
        let seed = plan_of_run.seed;
        Simulation::new(&model.program, seed, plan.replications[run], reader)
    });
    let mut accounts = Accounts::new(plan, run == 0);
    let mut left: [Waiting; 2] = Default::default();
    while sides[0].now() < end {
        let until = (sides[0].now() + DAY).min(end);
        for side in 0..2 {
            if control.cancel.load(Ordering::Relaxed) {
                return None;
            }
            sides[side].run_until(until);
            (control.progress)(1);
            for record in sides[side].reader_mut().take_left() {
                match left[1 - side].remove(&record.id) {
                    Some(other) if side == 0 => accounts.add_pair(plan, &record, &other),
                    Some(other) => accounts.add_pair(plan, &other, &record),
                    None => {
                        left[side].insert(record.id, record);
                    }
                }
            }
        }
    }
    let inside = [0, 1].map(|side| {
        let records = sides[side].reader().inside();
        records.map(|record| (record.id, record)).collect()
    });
    close(plan, &mut accounts, &left, &inside);
    Some(accounts)
}

/// Those who have not been paired: inside at the end, or of one scenario only.
fn close(
    plan: &Plan<'_>,
    accounts: &mut Accounts,
    left: &[Waiting; 2],
    inside: &[BTreeMap<(u32, u32), &PatientRecord>; 2],
) {
    for side in 0..2 {
        let other = 1 - side;
        for (id, record) in &left[side] {
            if inside[other].contains_key(id) {
                accounts.add_inside(plan, side, record);
            } else {
                accounts.add_single(plan, side, record);
            }
        }
        for (id, record) in &inside[side] {
            if left[other].contains_key(id) {
                continue;
            }
            if !inside[other].contains_key(id) {
                accounts.add_single(plan, side, record);
            } else if side == 0 {
                accounts.add_inside(plan, side, record);
            }
        }
    }
}
