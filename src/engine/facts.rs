//! What a run tells its readers, and what they may ask about a patient.
//!
//! A reader is chosen at compile time: facts it does not take cost nothing. Facts come in the order of events, those of
//! the warm-up included.

use super::patients::{Patient, Patients};
use super::program::{
    AttributeId, DispositionId, FleetId, MarkId, N_ATTRIBUTES, PoolId, SiteId, StepId, StreamId,
    TriggerId,
};
use super::time::{SimSpan, SimTime};

/// A patient at the moment of a fact.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub(super) patients: &'a Patients,
    pub(super) slot: u32,
}

impl Seen<'_> {
    #[inline(always)]
    fn record(&self) -> &Patient {
        self.patients.get(self.slot)
    }

    /// Identity: the same in every scenario with this seed and replication.
    #[inline]
    pub fn key(&self) -> u64 {
        self.record().key
    }

    #[inline]
    pub fn stream(&self) -> StreamId {
        self.patients.origin(self.slot).stream
    }

    /// Number of the record: below the most ever inside at once, and another patient's once this one has left.
    #[inline]
    pub fn slot(&self) -> usize {
        self.slot as usize
    }

    /// Which candidate of its stream the patient is.
    #[inline]
    pub fn ordinal(&self) -> u32 {
        self.patients.origin(self.slot).ordinal
    }

    #[inline]
    pub fn attribute(&self, attribute: AttributeId) -> u8 {
        self.record().attributes[usize::from(attribute.0)]
    }

    #[inline]
    pub fn attributes(&self) -> &[u8; N_ATTRIBUTES] {
        &self.record().attributes
    }

    /// When the mark of this clock was last reached; `None` if not yet.
    #[inline]
    pub fn clock(&self, clock: u8) -> Option<SimTime> {
        self.record()
            .is_clock_set(clock)
            .then(|| self.patients.clock(self.slot, clock))
    }

    /// What the reader gave back when the patient last moved; 0 if it never did.
    #[inline]
    pub fn note(&self) -> u16 {
        self.patients.origin(self.slot).note
    }

    /// A side task (a crew's make-ready), not a person.
    #[inline]
    pub fn is_task(&self) -> bool {
        self.patients.origin(self.slot).is_task
    }
}

/// Time integrals of a pool or fleet since the start of the run, in unit-milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelAreas {
    pub busy: u64,
    pub waiting: u64,
    pub capacity: u64,
}

/// What a patient takes and lets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    Pool {
        pool: PoolId,
        units: u8,
    },
    /// Number of the unit over all fleets.
    Unit {
        fleet: FleetId,
        unit: u16,
    },
}

/// Takes facts. Every method has an empty default.
pub trait Reader {
    /// `level` and `fleet_level` are called only if true.
    const LEVELS: bool = false;
    /// `hour` is called only if true.
    const HOURS: bool = false;
    /// `step`, `waits`, `gives_up`, `takes` and `lets_go` are called only if true.
    const STEPS: bool = false;
    /// `moves` is called only if true.
    const MOVES: bool = false;
    /// `trigger` is called only if true.
    const TRIGGERS: bool = false;

    /// A patient comes into being (side tasks do not).
    #[inline]
    fn arrive(&mut self, _now: SimTime, _patient: &Seen<'_>) {}

    /// A milestone; the clock of `mark` still shows the time before.
    #[inline]
    fn milestone(&mut self, _now: SimTime, _mark: MarkId, _site: SiteId, _patient: &Seen<'_>) {}

    /// A pool's level after a change.
    #[inline]
    fn level(&mut self, _now: SimTime, _pool: PoolId, _busy: u32, _waiting: u32, _capacity: u32) {}

    #[inline]
    fn fleet_level(
        &mut self,
        _now: SimTime,
        _fleet: FleetId,
        _busy: u32,
        _waiting: u32,
        _on_shift: u32,
    ) {
    }

    /// Once an hour, on the hour (the first at time zero, the last at the end of the run), before the events of that
    /// instant: time integrals of every pool, then of every fleet, and how long every trigger was on (milliseconds).
    #[inline]
    fn hour(
        &mut self,
        _now: SimTime,
        _pools: &[LevelAreas],
        _fleets: &[LevelAreas],
        _triggers: &[u64],
    ) {
    }

    /// A trigger comes on or goes off. All are off at the start.
    #[inline]
    fn trigger(&mut self, _now: SimTime, _trigger: TriggerId, _is_on: bool) {}

    /// A patient (no side task) is referred or conveyed and will go on at step `to`. What is given back is kept with the
    /// patient as its note, so that a reader can follow journeys without a table of patients.
    #[inline]
    fn moves(&mut self, _now: SimTime, _to: StepId, patient: &Seen<'_>) -> u16 {
        patient.note()
    }

    /// A patient comes to a step.
    #[inline]
    fn step(&mut self, _now: SimTime, _step: StepId, _patient: &Seen<'_>) {}

    /// A patient joins the line for the step.
    #[inline]
    fn waits(&mut self, _now: SimTime, _step: StepId, _patient: &Seen<'_>) {}

    /// A patient gives up or is turned away after this wait.
    #[inline]
    fn gives_up(&mut self, _now: SimTime, _step: StepId, _waited: SimSpan, _patient: &Seen<'_>) {}

    /// Units become the patient's (a vehicle when it is sent); a service that was interrupted takes its unit again.
    #[inline]
    fn takes(&mut self, _now: SimTime, _resource: Resource, _patient: &Seen<'_>) {}

    /// Units are no longer the patient's, also because a service is interrupted or a vehicle stood down. A side task lets
    /// go what its patient handed over.
    #[inline]
    fn lets_go(&mut self, _now: SimTime, _resource: Resource, _patient: &Seen<'_>) {}

    /// A patient's journey ends.
    #[inline]
    fn leave(
        &mut self,
        _now: SimTime,
        _disposition: DispositionId,
        _site: SiteId,
        _patient: &Seen<'_>,
    ) {
    }
}

/// Reads nothing.
impl Reader for () {}
