//! Where patients go: from the service they turn to first, from service to service, to how their journey ends.
//!
//! A patient stands at a node: which service of its journey this is (the first, the second, …) and which service. The
//! number of the node is the note that the engine keeps with the patient, so that no table of patients is needed. A service
//! that takes no staff, room, vehicle or slot is a crossroads, not a service: who passes it stands where it stood, as does
//! who is sent on within a service. Counted is what happens in the measured period; those who were inside at its beginning or still are at its end are told apart,
//! so that as many come to each node as go from it.

use std::collections::BTreeMap;

use crate::engine::facts::Seen;
use crate::engine::program::{DispositionId, Program, Step, StepId};
use crate::engine::time::SimTime;
use crate::uec::model::Names;

/// Services told apart by their order; from the last on a patient stays where it stands whatever follows.
pub const LAST_NTH: u8 = 5;

/// Where patients come from or go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowEnd {
    /// Not there before: the journey began in the measured period.
    Begins,
    /// Under way when the measured period began.
    Earlier,
    /// In no service yet, only at a crossroads.
    Nowhere,
    /// The `nth` service of the journey, 1 for the first; position in `Names::services`.
    Service { nth: u8, service: u16 },
    /// The journey ended.
    Left(DispositionId),
    /// Under way when the measured period ended.
    Inside,
}

/// Patients who went from one end to another in the measured period of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    pub from: FlowEnd,
    pub to: FlowEnd,
    pub patients: u64,
}

/// Compiled once for a model.
#[derive(Clone, Debug, Default)]
pub(super) struct FlowTables {
    n_services: usize,
    n_nodes: usize,
    n_dispositions: usize,
    /// By step: the service, if patients may be sent to this step and the service takes up capacity.
    service_of_step: Vec<Option<u16>>,
    /// By stream: the node where its patients begin.
    node_of_stream: Vec<u16>,
}

/// The node of those who are in no service yet; then by order, each with every service.
const NOWHERE: u16 = 0;

impl FlowTables {
    pub fn new(program: &Program, names: &Names) -> Self {
        let services: BTreeMap<&str, u16> = names
            .services
            .iter()
            .zip(0..)
            .map(|(service, position)| (service.id.as_str(), position))
            .collect();
        let of_name = |name: &String| {
            let service = name.split_once('.').map_or(name.as_str(), |(id, _)| id);
            services.get(service).copied()
        };
        let all: Vec<Option<u16>> = names.steps.iter().map(of_name).collect();
        let mut takes_up = vec![false; services.len()];
        for (service, step) in all.iter().zip(&program.steps) {
            if let Some(service) = service {
                takes_up[usize::from(*service)] |= takes_capacity(step);
            }
        }
        let service_of_step: Vec<Option<u16>> = all
            .into_iter()
            .map(|service| service.filter(|service| takes_up[usize::from(*service)]))
            .collect();
        let mut tables = Self {
            n_services: services.len(),
            n_nodes: 1 + usize::from(LAST_NTH) * services.len(),
            n_dispositions: usize::from(program.n_dispositions),
            service_of_step,
            node_of_stream: Vec::new(),
        };
        let entries = program.streams.iter().map(|stream| stream.entry);
        tables.node_of_stream = entries
            .map(|entry| tables.node_after(NOWHERE, entry).unwrap_or(NOWHERE))
            .collect();
        tables
    }

    #[inline]
    fn node(&self, patient: &Seen<'_>) -> u16 {
        match patient.note() {
            NOWHERE => self.node_of_stream[patient.stream().index()],
            note => note,
        }
    }

    /// Where a patient comes to stand who goes on at a step; none if it stays where it is.
    #[inline]
    fn node_after(&self, node: u16, to: StepId) -> Option<u16> {
        let service = self.service_of_step.get(to.index()).copied().flatten()?;
        let n_services = self.n_services as u16;
        let nth = match node {
            NOWHERE => 0,
            node if (node - 1) % n_services == service => return None,
            node => (node - 1) / n_services + 1,
        };
        (nth < u16::from(LAST_NTH)).then_some(1 + nth * n_services + service)
    }

    fn end(&self, node: usize) -> FlowEnd {
        match node.checked_sub(1) {
            None => FlowEnd::Nowhere,
            Some(index) => FlowEnd::Service {
                nth: (index / self.n_services) as u8 + 1,
                service: (index % self.n_services) as u16,
            },
        }
    }
}

fn takes_capacity(step: &Step) -> bool {
    matches!(
        step,
        Step::Use { .. }
            | Step::Hold { .. }
            | Step::HoldAny { .. }
            | Step::HoldAll { .. }
            | Step::Call { .. }
            | Step::Book { .. }
    )
}

/// The accounts of one replication, each for the time before, in and after the measured period.
#[derive(Clone, Debug)]
pub(super) struct Flows {
    start: SimTime,
    end: SimTime,
    /// By period and node.
    began: Vec<u64>,
    /// By period, node and service that follows.
    moved: Vec<u64>,
    /// By period, node and disposition.
    left: Vec<u64>,
}

/// Before, in and after the measured period.
const PERIODS: usize = 3;
const BEFORE: usize = 0;
const MEASURED: usize = 1;

impl Flows {
    pub fn new(tables: &FlowTables, start: SimTime, end: SimTime) -> Self {
        let n = PERIODS * tables.n_nodes;
        Self {
            start,
            end,
            began: vec![0; n],
            moved: vec![0; n * tables.n_services],
            left: vec![0; n * tables.n_dispositions],
        }
    }

    /// A node in the period that the time lies in.
    #[inline]
    fn row(&self, tables: &FlowTables, now: SimTime, node: u16) -> usize {
        let period = usize::from(now >= self.start) + usize::from(now >= self.end);
        period * tables.n_nodes + usize::from(node)
    }

    #[inline]
    pub fn begin(&mut self, tables: &FlowTables, now: SimTime, patient: &Seen<'_>) {
        let node = tables.node_of_stream[patient.stream().index()];
        let row = self.row(tables, now, node);
        self.began[row] += 1;
    }

    /// Gives the node where the patient stands now.
    #[inline]
    pub fn go_on(
        &mut self,
        tables: &FlowTables,
        now: SimTime,
        to: StepId,
        patient: &Seen<'_>,
    ) -> u16 {
        let from = tables.node(patient);
        let Some(next) = tables.node_after(from, to) else {
            return from;
        };
        let row = self.row(tables, now, from);
        self.moved[row * tables.n_services + usize::from(next - 1) % tables.n_services] += 1;
        next
    }

    #[inline]
    pub fn leave(
        &mut self,
        tables: &FlowTables,
        now: SimTime,
        disposition: DispositionId,
        patient: &Seen<'_>,
    ) {
        let row = self.row(tables, now, tables.node(patient));
        self.left[row * tables.n_dispositions + disposition.index()] += 1;
    }

    /// Adds the patients of another area with the same services.
    pub fn absorb(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.began, &other.began),
            (&mut self.moved, &other.moved),
            (&mut self.left, &other.left),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(sum, n)| *sum += n);
        }
    }

    /// By node: who came in a period and had not gone on when it ended.
    fn stayed(&self, tables: &FlowTables, period: usize) -> Vec<i64> {
        let (n, n_services) = (tables.n_nodes, tables.n_services);
        let first = period * n;
        let mut stayed: Vec<i64> = (0..n).map(|node| self.began[first + node] as i64).collect();
        for node in 0..n {
            let row = first + node;
            let nth = node
                .checked_sub(1)
                .map_or(0, |index| index / n_services + 1);
            for service in 0..n_services {
                let moved = self.moved[row * n_services + service] as i64;
                if moved > 0 {
                    stayed[node] -= moved;
                    stayed[1 + nth * n_services + service] += moved;
                }
            }
            let left = &self.left[row * tables.n_dispositions..(row + 1) * tables.n_dispositions];
            stayed[node] -= left.iter().sum::<u64>() as i64;
        }
        stayed
    }

    /// Every flow with patients, ordered by where they come from.
    pub fn finish(&self, tables: &FlowTables) -> Vec<Flow> {
        let mut flows = Vec::new();
        let mut push = |from, to, patients| {
            if patients > 0 {
                flows.push(Flow { from, to, patients });
            }
        };
        let n = tables.n_nodes;
        let (earlier, stayed) = (self.stayed(tables, BEFORE), self.stayed(tables, MEASURED));
        for node in 0..n {
            push(
                FlowEnd::Begins,
                tables.end(node),
                self.began[MEASURED * n + node],
            );
        }
        for (node, patients) in earlier.iter().enumerate() {
            push(FlowEnd::Earlier, tables.end(node), *patients as u64);
        }
        for node in 0..n {
            let row = MEASURED * n + node;
            let from = tables.end(node);
            let nth = match from {
                FlowEnd::Service { nth, .. } => nth + 1,
                _ => 1,
            };
            for service in 0..tables.n_services {
                let to = FlowEnd::Service {
                    nth,
                    service: service as u16,
                };
                push(from, to, self.moved[row * tables.n_services + service]);
            }
            for disposition in 0..tables.n_dispositions {
                let to = FlowEnd::Left(DispositionId(disposition as u16));
                push(
                    from,
                    to,
                    self.left[row * tables.n_dispositions + disposition],
                );
            }
            push(from, FlowEnd::Inside, (earlier[node] + stayed[node]) as u64);
        }
        flows
    }
}
