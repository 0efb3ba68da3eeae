//! Every arrival ends in exactly one disposition or is inside at the end; no pool has more busy than it has units, except
//! patients kept when a roster falls; Little's law holds for every pool.

use std::collections::BTreeSet;

use uecsim::engine::facts::{Reader, Seen};
use uecsim::engine::program::{DispositionId, PoolId, SiteId};
use uecsim::engine::simulation::Simulation;
use uecsim::engine::time::SimTime;
use uecsim::uec::model::Model;

use crate::small::{Hospital, Length, shipped};

/// Keeps who is inside and the level of every pool.
#[derive(Default)]
struct Witness {
    inside: BTreeSet<u64>,
    arrived: u64,
    left: Vec<u64>,
    busy: Vec<u32>,
}

impl Reader for Witness {
    const LEVELS: bool = true;

    fn arrive(&mut self, _: SimTime, patient: &Seen<'_>) {
        assert!(self.inside.insert(patient.key()), "a patient arrives once");
        self.arrived += 1;
    }

    fn leave(&mut self, _: SimTime, disposition: DispositionId, _: SiteId, patient: &Seen<'_>) {
        if !patient.is_task() {
            assert!(self.inside.remove(&patient.key()), "a patient leaves once");
            self.left[disposition.index()] += 1;
        }
    }

    fn level(&mut self, now: SimTime, pool: PoolId, busy: u32, _: u32, capacity: u32) {
        let before = std::mem::replace(&mut self.busy[pool.index()], busy);
        let is_kept = busy <= before;
        assert!(
            busy <= capacity || is_kept,
            "pool {} at {now:?}: {busy} of {capacity}",
            pool.0
        );
    }
}

/// Runs a replication of the first `days` and checks all that must hold.
fn check(model: &Model, days: u64) {
    let witness = Witness {
        left: vec![0; model.names.dispositions.len()],
        busy: vec![0; model.names.pools.len()],
        ..Witness::default()
    };
    let mut simulation = Simulation::new(&model.program, model.run.seed, 1, witness);
    for day in 1..=days {
        simulation.run_until(SimTime(day * 86_400_000));
        assert_eq!(simulation.check(), Ok(()), "on day {day}");
    }
    let totals = simulation.totals();
    let witness = simulation.into_reader();
    assert!(witness.arrived > 0);
    assert_eq!(witness.arrived, totals.arrived);
    assert_eq!(witness.left, totals.left);
    assert_eq!(witness.inside.len() as u64, totals.inside);
    assert_eq!(
        totals.arrived,
        totals.left.iter().sum::<u64>() + totals.inside
    );
}

#[test]
fn nobody_is_lost_in_a_small_hospital() {
    check(&Hospital::default().model(), 28);
}

#[test]
fn nobody_is_lost_in_devon() {
    let length = Length {
        warm_up_days: 0,
        days: 4,
        replications: 1,
    };
    for name in ["traditional", "networked"] {
        check(&shipped(name, length), length.days);
    }
}
