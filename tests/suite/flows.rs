//! Where patients go: as many come to a service as go from it, all who arrive are counted once, and the ends of journeys
//! are those that a reader of every step sees.

use std::collections::{BTreeMap, BTreeSet};

use uecsim::engine::facts::{Reader, Seen};
use uecsim::engine::program::{DispositionId, SiteId, Step, StepId};
use uecsim::engine::simulation::Simulation;
use uecsim::engine::time::SimTime;
use uecsim::experiment::results::Results;
use uecsim::uec::measures::{FlowEnd, LAST_NTH};
use uecsim::uec::model::Model;

use crate::small::{self, Hospital, Length, shipped};

/// Patients of all replications from or to an end.
fn patients(results: &Results, wanted: impl Fn(FlowEnd, FlowEnd) -> bool) -> u64 {
    let days = results.model.run.length.minutes() / 1440.0;
    let flows = results
        .flows
        .iter()
        .filter(|flow| wanted(flow.from, flow.to));
    let patients: f64 = flows
        .map(|flow| flow.per_day.mean * flow.per_day.n as f64 * days)
        .sum();
    let whole = (patients + 0.5) as u64;
    assert!((patients - whole as f64).abs() < 1e-3, "{patients}");
    whole
}

fn check_balance(results: &Results) {
    let ends: BTreeSet<FlowEnd> = results.flows.iter().map(|flow| flow.to).collect();
    let mut n_services = 0;
    for end in ends {
        if matches!(end, FlowEnd::Service { .. } | FlowEnd::Nowhere) {
            n_services += 1;
            let came = patients(results, |_, to| to == end);
            assert_eq!(came, patients(results, |from, _| from == end), "{end:?}");
        }
    }
    assert!(n_services > 1);
}

#[test]
fn as_many_come_to_a_service_as_go_from_it() {
    let results = &small::run(vec![Hospital::default().model()])[0];
    assert!(patients(results, |from, _| from == FlowEnd::Earlier) > 0);
    check_balance(results);
    let length = Length {
        warm_up_days: 2,
        days: 3,
        replications: 2,
    };
    check_balance(&small::run(vec![shipped("networked", length)])[0]);
}

#[test]
fn without_a_warm_up_everybody_begins_and_ends_once() {
    let text = Hospital::default().text();
    let text = text.replace("warm_up = \"14 days\"", "warm_up = \"0 days\"");
    let results = &small::run(vec![small::model(&text)])[0];
    let sum = |of: fn(&uecsim::experiment::results::Conservation) -> u64| -> u64 {
        results.conservation.iter().map(of).sum()
    };
    assert_eq!(patients(results, |from, _| from == FlowEnd::Earlier), 0);
    assert_eq!(
        patients(results, |from, _| from == FlowEnd::Begins),
        sum(|run| run.arrived)
    );
    assert_eq!(
        patients(results, |_, to| to == FlowEnd::Inside),
        sum(|run| run.inside)
    );
    for disposition in 0..results.model.names.dispositions.len() {
        let left = FlowEnd::Left(DispositionId(disposition as u16));
        let expected: u64 = results
            .conservation
            .iter()
            .map(|run| run.left[disposition])
            .sum();
        assert_eq!(patients(results, |_, to| to == left), expected);
    }
}

/// Follows every patient step by step.
struct Witness<'m> {
    model: &'m Model,
    /// Services that take up capacity.
    services: BTreeMap<&'m str, u16>,
    /// By patient: how many services so far, and the last.
    journeys: BTreeMap<u64, (u8, u16)>,
    ends: BTreeMap<(FlowEnd, FlowEnd), u64>,
}

impl<'m> Witness<'m> {
    fn new(model: &'m Model) -> Self {
        let service = |name: &'m String| name.split_once('.').map_or(name.as_str(), |name| name.0);
        let steps = model.names.steps.iter().zip(&model.program.steps);
        let taking = steps.filter(|(_, step)| {
            matches!(
                step,
                Step::Use { .. }
                    | Step::Hold { .. }
                    | Step::HoldAny { .. }
                    | Step::HoldAll { .. }
                    | Step::Call { .. }
                    | Step::Book { .. }
            )
        });
        let taking: BTreeSet<&str> = taking.map(|(name, _)| service(name)).collect();
        let named = model.names.services.iter().zip(0..);
        let services = named.map(|(named, position)| (named.id.as_str(), position));
        Self {
            model,
            services: services.filter(|(id, _)| taking.contains(id)).collect(),
            journeys: BTreeMap::new(),
            ends: BTreeMap::new(),
        }
    }
}

impl Reader for Witness<'_> {
    const STEPS: bool = true;

    fn step(&mut self, _: SimTime, step: StepId, patient: &Seen<'_>) {
        let name = &self.model.names.steps[step.index()];
        let Some((service, _)) = name.split_once('.') else {
            return;
        };
        let Some(&service) = self.services.get(service).filter(|_| !patient.is_task()) else {
            return;
        };
        let journey = self.journeys.entry(patient.key()).or_insert((0, u16::MAX));
        if journey.1 != service && journey.0 < LAST_NTH {
            *journey = (journey.0 + 1, service);
        }
    }

    fn leave(&mut self, _: SimTime, disposition: DispositionId, _: SiteId, patient: &Seen<'_>) {
        let from = match self.journeys.remove(&patient.key()) {
            Some((nth, service)) => FlowEnd::Service { nth, service },
            None => FlowEnd::Nowhere,
        };
        *self
            .ends
            .entry((from, FlowEnd::Left(disposition)))
            .or_insert(0) += 1;
    }
}

#[test]
fn journeys_end_where_a_reader_of_every_step_sees_them_end() {
    let length = Length {
        warm_up_days: 0,
        days: 3,
        replications: 1,
    };
    let model = shipped("networked", length);
    let mut simulation = Simulation::new(&model.program, model.run.seed, 1, Witness::new(&model));
    simulation.run_until(SimTime(3 * 86_400_000 - 1));
    let witness = simulation.into_reader();
    let results = &small::run(vec![model.clone()])[0];
    let ends: BTreeMap<(FlowEnd, FlowEnd), u64> = results
        .flows
        .iter()
        .filter(|flow| matches!(flow.to, FlowEnd::Left(_)))
        .map(|flow| ((flow.from, flow.to), (flow.per_day.mean * 3.0 + 0.5) as u64))
        .collect();
    assert!(ends.len() > 40, "{}", ends.len());
    assert_eq!(ends, witness.ends);
}
