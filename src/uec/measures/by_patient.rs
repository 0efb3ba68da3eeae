//! What each patient waited and took, one record for each, so that the same patient can be compared in two scenarios.
//!
//! Followed is who arrives from the beginning of the measured period on. A patient who takes a time twice (two calls) has
//! their sum; a time that ends twice after one beginning counts once, to its last end. Times are milliseconds.

use super::tables::Filter;
use crate::engine::facts::{Reader, Resource, Seen};
use crate::engine::program::{DispositionId, MarkId, N_ATTRIBUTES, SiteId, StepId};
use crate::engine::time::{SimSpan, SimTime};
use crate::uec::model::{MeasureKind, Model};

/// In lines for staff, rooms, beds and vehicles, until the first unit is given or the patient gives up.
pub const QUEUES: u16 = 0;
/// From when the need arises to the end of the journey.
pub const JOURNEY: u16 = 1;
/// The times of durations follow, in the order they are asked for.
pub const FIRST_DURATION: u16 = 2;

/// Which times are kept of the patients of one model.
#[derive(Clone, Debug)]
pub struct PatientTables {
    start: SimTime,
    /// By mark.
    taps: Vec<Box<[Tap]>>,
    /// By stream: what its patients are numbered by.
    streams: Vec<u32>,
}

/// A time ends at a mark.
#[derive(Clone, Debug)]
struct Tap {
    time: u16,
    clock: u8,
    filters: Box<[Filter]>,
}

/// One patient who has left, or who is inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientRecord {
    /// Number of the stream, then which of its candidates.
    pub id: (u32, u32),
    /// Level of each attribute on arrival.
    pub attributes: [u8; N_ATTRIBUTES],
    arrived: SimTime,
    waits_since: Option<SimTime>,
    times: Vec<Taken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    time: u16,
    /// When the latest began, and how much of the total it is.
    began: SimTime,
    latest: u64,
    total: u64,
}

impl PatientTables {
    /// `durations` are positions of duration measures in `model.measures`; others give no time. `streams` numbers the
    /// model's streams.
    pub fn new(model: &Model, durations: &[usize], streams: Vec<u32>) -> Self {
        let mut taps = vec![Vec::new(); model.program.mark_clocks.len()];
        for (&measure, time) in durations.iter().zip(FIRST_DURATION..) {
            let measure = &model.measures[measure];
            if let MeasureKind::Duration { from, to } = measure.kind {
                taps[to.index()].push(Tap {
                    time,
                    clock: model.program.mark_clocks[from.index()]
                        .expect("the mark that a duration starts from has a clock"),
                    filters: measure.filter.iter().map(Filter::new).collect(),
                });
            }
        }
        Self {
            start: SimTime::ZERO + model.run.warm_up,
            taps: taps.into_iter().map(Vec::into).collect(),
            streams,
        }
    }
}

impl PatientRecord {
    /// Milliseconds; none if the patient never came to its end.
    pub fn time(&self, time: u16) -> Option<u64> {
        let taken = self.times.iter().find(|taken| taken.time == time)?;
        Some(taken.total)
    }

    fn take(&mut self, time: u16, began: SimTime, span: SimSpan) {
        let found = self.times.iter_mut().find(|taken| taken.time == time);
        match found {
            Some(taken) => {
                if taken.began == began {
                    taken.total -= taken.latest;
                }
                taken.began = began;
                taken.latest = span.0;
                taken.total += span.0;
            }
            None => self.times.push(Taken {
                time,
                began,
                latest: span.0,
                total: span.0,
            }),
        }
    }

    fn end_wait(&mut self, now: SimTime) {
        if let Some(since) = self.waits_since.take() {
            self.take(QUEUES, since, now.since(since));
        }
    }
}

/// Keeps the records while a replication runs.
#[derive(Clone, Debug)]
pub struct PatientReader<'t> {
    tables: &'t PatientTables,
    /// By slot; none where nobody is followed.
    inside: Vec<Option<Box<PatientRecord>>>,
    left: Vec<PatientRecord>,
}

impl<'t> PatientReader<'t> {
    pub fn new(tables: &'t PatientTables) -> Self {
        Self {
            tables,
            inside: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Those who have left since this was last asked, in that order.
    pub fn take_left(&mut self) -> Vec<PatientRecord> {
        std::mem::take(&mut self.left)
    }

    /// Those followed who are inside.
    pub fn inside(&self) -> impl Iterator<Item = &PatientRecord> {
        self.inside.iter().flatten().map(Box::as_ref)
    }

    #[inline]
    fn record(&mut self, patient: &Seen<'_>) -> Option<&mut PatientRecord> {
        // A side task may stand in the record of a patient who has left: nobody is followed there.
        self.inside.get_mut(patient.slot())?.as_deref_mut()
    }
}

impl Reader for PatientReader<'_> {
    const STEPS: bool = true;

    fn arrive(&mut self, now: SimTime, patient: &Seen<'_>) {
        let slot = patient.slot();
        if slot >= self.inside.len() {
            self.inside.resize_with(slot + 1, || None);
        }
        self.inside[slot] = (now >= self.tables.start).then(|| {
            let mut record = PatientRecord {
                id: (
                    self.tables.streams[patient.stream().index()],
                    patient.ordinal(),
                ),
                attributes: *patient.attributes(),
                arrived: now,
                waits_since: None,
                times: Vec::with_capacity(4),
            };
            record.take(QUEUES, now, SimSpan::ZERO);
            Box::new(record)
        });
    }

    fn milestone(&mut self, now: SimTime, mark: MarkId, _site: SiteId, patient: &Seen<'_>) {
        let tables = self.tables;
        let taps = &tables.taps[mark.index()];
        if taps.is_empty() {
            return;
        }
        let Some(record) = self.record(patient) else {
            return;
        };
        let attributes = patient.attributes();
        for tap in taps {
            let admits = |filter: &Filter| filter.admits(attributes[usize::from(filter.attribute)]);
            if let Some(began) = patient.clock(tap.clock)
                && tap.filters.iter().all(admits)
            {
                record.take(tap.time, began, now.since(began));
            }
        }
    }

    fn waits(&mut self, now: SimTime, _step: StepId, patient: &Seen<'_>) {
        if let Some(record) = self.record(patient) {
            record.waits_since.get_or_insert(now);
        }
    }

    fn gives_up(&mut self, now: SimTime, _step: StepId, _waited: SimSpan, patient: &Seen<'_>) {
        if let Some(record) = self.record(patient) {
            record.end_wait(now);
        }
    }

    fn takes(&mut self, now: SimTime, _resource: Resource, patient: &Seen<'_>) {
        if let Some(record) = self.record(patient) {
            record.end_wait(now);
        }
    }

    fn leave(
        &mut self,
        now: SimTime,
        _disposition: DispositionId,
        _site: SiteId,
        patient: &Seen<'_>,
    ) {
        let kept = self.inside.get_mut(patient.slot());
        if let Some(mut record) = kept.and_then(Option::take) {
            record.end_wait(now);
            let arrived = record.arrived;
            record.take(JOURNEY, arrived, now.since(arrived));
            self.left.push(*record);
        }
    }
}
