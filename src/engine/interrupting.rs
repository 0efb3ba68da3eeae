//! Interrupting services: for more urgent patients, and when a shift ends; and the shifts themselves.

use super::events::Event;
use super::facts::{Reader, Resource};
use super::lines::{Kind, Request};
use super::program::{HoldSlot, PoolId, ShiftEnd, WaitId};
use super::served::Service;
use super::simulation::Simulation;
use super::time::SimTime;

impl<R: Reader> Simulation<'_, R> {
    pub(super) fn list_service(&mut self, patient: u32, pool: PoolId, wait: WaitId, ends: SimTime) {
        let rank = self.rank(patient, wait);
        let is_interruptible = self.program.waits[wait.index()].interruptible;
        let order = self.lines.new_order(self.now);
        self.served[pool.index()].start(Service {
            patient,
            rank,
            wait,
            order,
            is_interruptible,
            ends,
        });
    }

    /// Frees a unit for a patient of this rank by interrupting a less urgent service; the unit then is the patient's.
    pub(super) fn interrupt_for(&mut self, pool: PoolId, rank: u8) -> bool {
        let level = &self.levels[pool.index()];
        // Fewer on shift than busy: interrupting one would still leave none for the newcomer.
        if level.free() > 0 || level.busy > level.capacity() {
            return false;
        }
        let Some(service) = self.served[pool.index()].least_urgent_below(rank) else {
            return false;
        };
        // The unit passes from one to the other: the number busy stays.
        self.send_back(pool, service);
        true
    }

    /// Interrupts a service: the patient stands in line again, before those of its rank that came later.
    fn send_back(&mut self, pool: PoolId, service: Service) {
        let Service {
            patient,
            rank,
            wait,
            order,
            ends,
            ..
        } = service;
        self.served[pool.index()].end(patient);
        self.tell_let_go(patient, Resource::Pool { pool, units: 1 });
        self.patients.origin_mut(patient).remaining = ends.since(self.now);
        let record = self.patients.get_mut(patient);
        record.token = record.token.wrapping_add(1);
        record.interrupt();
        let mut request = Request::new(
            (patient, self.step_of(patient)),
            pool.0,
            wait,
            Kind::Single,
            rank,
            1,
            HoldSlot(0),
            order,
            self.now,
        );
        request.by_due = self.program.waits[wait.index()].due.is_some();
        let id = self.join_line::<false>(request);
        self.patients.get_mut(patient).request = id;
    }

    /// A shift begins or ends.
    pub(super) fn pool_roster(&mut self, pool: u16, change: u32) {
        let program = self.program;
        let spec = &program.pools[usize::from(pool)];
        let (_, capacity) = spec.roster.change(change).expect("a planned change exists");
        self.resize(PoolId(pool), capacity + self.surged[usize::from(pool)]);
        self.plan_roster(&spec.roster, change, |change| Event::PoolRoster {
            pool,
            change,
        });
    }

    /// Another number of units from now on.
    pub(super) fn resize(&mut self, pool: PoolId, capacity: u32) {
        self.levels[pool.index()].set_capacity(self.now, capacity);
        if self.program.pools[pool.index()].on_shift_end == ShiftEnd::Interrupt {
            self.send_back_excess(pool.0);
        }
        self.level_changed::<false>(pool.0);
        self.serve::<false>(pool);
    }

    fn send_back_excess(&mut self, pool: u16) {
        let index = usize::from(pool);
        while self.levels[index].busy > self.levels[index].capacity() {
            let Some(service) = self.served[index].last() else {
                return;
            };
            self.levels[index].give_back(self.now, 1);
            self.send_back(PoolId(pool), service);
        }
    }
}
