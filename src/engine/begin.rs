//! How patients come into a run: who they are, where they are, what is drawn when they begin.

use super::arrivals::Arrival;
use super::facts::Reader;
use super::program::{Arrivals, Place, StepId, StreamPlace};
use super::proven::Proven;
use super::simulation::Simulation;
use super::streams;
use super::time::{SimSpan, SimTime};

/// Purposes of the draws that make a patient.
pub struct ArrivalPurposes {
    point: u64,
    x: u64,
    y: u64,
}

impl ArrivalPurposes {
    pub fn new() -> Self {
        Self {
            point: streams::purpose_key("arrivals#point"),
            x: streams::purpose_key("arrivals#x"),
            y: streams::purpose_key("arrivals#y"),
        }
    }
}

impl<R: Reader> Simulation<'_, R> {
    /// A new patient, about to go on.
    #[inline(always)]
    pub(super) fn arrive<const PLAIN: bool>(&mut self, arrival: Arrival) -> (u32, StepId) {
        let start = self.starts.get(arrival.stream.index());
        let key = streams::patient_key(self.replication, start.key, u64::from(arrival.ordinal));
        // Looking for one of many points costs more than most patients' places are ever asked for.
        let place = match &start.place {
            StreamPlace::Points { .. } => None,
            StreamPlace::At(place) => Some(*place),
            place => Some(self.first_place(place, key)),
        };
        let (drawn, entry) = (start.drawn.clone(), start.entry);
        let patient = self.patients.add(key, &start.attributes, entry);
        let origin = self.patients.origin_mut(patient);
        // Field by field: a record put together elsewhere and copied waits for its parts.
        origin.stream = arrival.stream;
        origin.ordinal = arrival.ordinal;
        origin.is_task = false;
        origin.note = 0;
        origin.place = place;
        origin.deadline = SimTime::NEVER;
        origin.remaining = SimSpan::ZERO;
        if self.arrivals.is_recorded(arrival.stream) {
            self.set_recorded(arrival, patient);
        }
        for index in drawn {
            let (attribute, chance, purpose) = self.starts.drawn(index);
            let level = self.outcome::<PLAIN>(chance, patient, streams::draw(key, purpose, 0));
            self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = level as u8;
        }
        self.totals.arrived += 1;
        self.totals.events += 1;
        self.tell(patient, |reader, now, seen| reader.arrive(now, seen));
        (patient, entry)
    }

    /// What the list says of a recorded arrival.
    fn set_recorded(&mut self, arrival: Arrival, patient: u32) {
        if let Arrivals::Recorded(list) = &self.program.streams.at(arrival.stream.index()).arrivals
        {
            for (attribute, level) in &list[arrival.ordinal as usize].set {
                self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = *level;
            }
        }
    }

    /// Where a patient is: where it began, unless it has gone somewhere.
    pub(super) fn place_of(&self, patient: u32) -> Place {
        let origin = self.patients.origin(patient);
        origin.place.unwrap_or_else(|| {
            let start = self.starts.get(origin.stream.index());
            self.first_place(&start.place, self.patients.get(patient).key)
        })
    }

    fn first_place(&self, place: &StreamPlace, key: u64) -> Place {
        match place {
            StreamPlace::At(place) => *place,
            StreamPlace::Rectangle { low, high } => {
                let share = |purpose| streams::unit(streams::draw(key, purpose, 0)) as f32;
                let x = low.x + (high.x - low.x) * share(self.purposes.x);
                let y = low.y + (high.y - low.y) * share(self.purposes.y);
                Place {
                    x,
                    y,
                    slowness: low.slowness,
                }
            }
            StreamPlace::Points { first, n } => {
                let range = *first as usize..(*first + *n) as usize;
                let unit = streams::unit(streams::draw(key, self.purposes.point, 0));
                let weights = &self.program.point_weights[range.clone()];
                let index = weights.partition_point(|cumulative| *cumulative < unit);
                self.program.points[range.start + index.min(weights.len() - 1)]
            }
        }
    }
}
