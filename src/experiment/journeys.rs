//! One replication told event by event, and the journeys of single patients out of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::simulation::Simulation;
use crate::engine::time::{DAY, SimTime};
use crate::uec::events::{Event, EventReader, PatientId, What};
use crate::uec::model::Model;

/// Runs one replication (the first is 1) and hands every event to `take`, in order; false if it was cancelled.
///
/// The events are those of the same replication of any run of this model: whoever reads changes nothing.
pub fn tell<'m>(
    model: &'m Model,
    replication: u32,
    cancel: &AtomicBool,
    take: impl FnMut(&Event<'m>),
) -> bool {
    let end = SimTime::ZERO + model.run.warm_up + model.run.length;
    tell_until(model, replication, end, cancel, take)
}

fn tell_until<'m>(
    model: &'m Model,
    replication: u32,
    end: SimTime,
    cancel: &AtomicBool,
    take: impl FnMut(&Event<'m>),
) -> bool {
    let reader = EventReader::new(model, take);
    let mut simulation = Simulation::new(&model.program, model.run.seed, replication, reader);
    while simulation.now() < end {
        if cancel.load(Ordering::Relaxed) {
            return false;
        }
        simulation.run_until((simulation.now() + DAY).min(end));
    }
    true
}

/// Everything that happens to one patient; empty if there is no such patient.
pub fn journey<'m>(
    model: &'m Model,
    replication: u32,
    patient: PatientId<'_>,
    cancel: &AtomicBool,
) -> Vec<Event<'m>> {
    let told = journeys(model, replication, &[patient], cancel);
    told.and_then(|mut told| told.pop()).unwrap_or_default()
}

/// Everything that happens to each of some patients, in their order; none if it was cancelled.
pub fn journeys<'m>(
    model: &'m Model,
    replication: u32,
    patients: &[PatientId<'_>],
    cancel: &AtomicBool,
) -> Option<Vec<Vec<Event<'m>>>> {
    let mut events = vec![Vec::new(); patients.len()];
    let is_whole = tell(model, replication, cancel, |event| {
        let found = patients.iter().position(|patient| {
            event.patient.ordinal == patient.ordinal && event.patient.stream == patient.stream
        });
        if let Some(found) = found {
            events[found].push(*event);
        }
    });
    is_whole.then_some(events)
}

/// The patient with the most milestones among those who arrive on the first measured day in a stream that begins with
/// `stream`; of several, the first. Followed for a week, or to the end of a shorter run.
pub fn eventful_patient<'m>(
    model: &'m Model,
    replication: u32,
    stream: &str,
    cancel: &AtomicBool,
) -> Option<PatientId<'m>> {
    let start = SimTime::ZERO + model.run.warm_up;
    let end = start + model.run.length;
    let week = SimTime(start.0 + 8 * DAY.0).min(end);
    let mut milestones: BTreeMap<PatientId<'m>, (u32, i64)> = BTreeMap::new();
    tell_until(model, replication, week, cancel, |event| {
        let is_first_day = (0..DAY.0 as i64).contains(&event.milliseconds);
        match event.what {
            What::Arrives if is_first_day && event.patient.stream.starts_with(stream) => {
                milestones.insert(event.patient, (0, event.milliseconds));
            }
            What::Passes { .. } if !event.is_task => {
                if let Some((count, _)) = milestones.get_mut(&event.patient) {
                    *count += 1;
                }
            }
            _ => {}
        }
    });
    let most = milestones
        .into_iter()
        .max_by_key(|(_, (count, arrived))| (*count, -*arrived));
    most.map(|(patient, _)| patient)
}
