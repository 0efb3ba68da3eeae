//! One run of a program: the loop over events and the state it works on.
//!
//! The order of things is fixed. Events come by time, then phase (rosters, then ends of services, then patience), then
//! order of scheduling; arrivals come after all of them. A step that releases units gives them to those waiting at that
//! moment, in the order of the releases; those served go on after the patient that released has come to its next stop, in
//! the order in which they were served.

use std::collections::VecDeque;

use super::agenda::{Agenda, Phase};
use super::appointments::Appointments;
use super::arrivals::{Arrival, ArrivalBook};
use super::calendar::WallClock;
use super::facts::{LevelAreas, Reader, Resource, Seen};
use super::fleets::{Unit, UnitSet};
use super::levels::Level;
use super::lines::Lines;
use super::lookups::Lookups;
use super::patients::Patients;
use super::prefetch::prefetch;
use super::program::{
    Arrivals, FleetId, Place, PoolId, Program, Roster, StepId, StreamPlace, TriggerId, WaitRule,
};
use super::proven::Proven;
use super::reach::Reach;
use super::rows::{StepRow, step_rows};
use super::served::Served;
use super::starts::Starts;
use super::streams;
use super::time::{SimSpan, SimTime};

/// Pending events from which on patients are no longer expected to be in the nearest cache.
const MANY_PENDING: usize = 1_024;

/// Purposes of the draws that make a patient.
pub(super) struct ArrivalPurposes {
    point: u64,
    x: u64,
    y: u64,
}

/// What an event in the agenda is about: 8 bits of kind, 16 of token, 32 of slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A patient goes on, if the token is still its.
    Resume {
        patient: u32,
        token: u16,
    },
    /// Somebody in a line may be due.
    LineTimer {
        line: u16,
    },
    PoolRoster {
        pool: u16,
        change: u32,
    },
    UnitRoster {
        unit: u16,
        change: u32,
    },
    /// What a trigger switches is to be looked at: extra units of a pool, the reserve of a fleet.
    Resized {
        line: u16,
    },
    /// Somebody may have waited long enough to count for a trigger.
    TriggerTimer {
        trigger: u16,
    },
}

impl Event {
    #[inline]
    pub(super) fn pack(self) -> u64 {
        match self {
            Self::Resume { patient, token } => u64::from(patient) | (u64::from(token) << 32),
            Self::LineTimer { line } => u64::from(line) | (1 << 56),
            Self::PoolRoster { pool, change } => {
                u64::from(pool) | (u64::from(change) << 16) | (2 << 56)
            }
            Self::UnitRoster { unit, change } => {
                u64::from(unit) | (u64::from(change) << 16) | (3 << 56)
            }
            Self::Resized { line } => u64::from(line) | (4 << 56),
            Self::TriggerTimer { trigger } => u64::from(trigger) | (5 << 56),
        }
    }

    #[inline]
    pub(super) fn unpack(payload: u64) -> Self {
        match payload >> 56 {
            0 => Self::Resume {
                patient: payload as u32,
                token: (payload >> 32) as u16,
            },
            1 => Self::LineTimer {
                line: payload as u16,
            },
            2 => Self::PoolRoster {
                pool: payload as u16,
                change: (payload >> 16) as u32,
            },
            3 => Self::UnitRoster {
                unit: payload as u16,
                change: (payload >> 16) as u32,
            },
            4 => Self::Resized {
                line: payload as u16,
            },
            _ => Self::TriggerTimer {
                trigger: payload as u16,
            },
        }
    }
}

/// What has happened so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub arrived: u64,
    /// By disposition.
    pub left: Vec<u64>,
    /// Patients inside, side tasks not counted.
    pub inside: u64,
    /// Timed state changes: arrivals, ends of services, waits and travel, patients giving up, changes of shift.
    pub events: u64,
}

/// A run.
pub struct Simulation<'p, R: Reader> {
    pub(super) program: &'p Program,
    pub(super) replication: u64,
    /// The program's steps, gathered for speed.
    pub(super) rows: Vec<StepRow<'p>>,
    pub(super) lookups: Lookups<'p>,
    /// By wait: whether its rule is plain.
    pub(super) plain_waits: Vec<bool>,
    pub(super) now: SimTime,
    pub(super) wall: WallClock,
    pub(super) agenda: Agenda,
    pub(super) arrivals: ArrivalBook,
    starts: Starts,
    pub(super) patients: Patients,
    /// Pools' lines first, then fleets'.
    pub(super) lines: Lines,
    /// As the lines.
    pub(super) levels: Vec<Level>,
    pub(super) served: Vec<Served>,
    pub(super) units: Vec<Unit>,
    pub(super) free_units: UnitSet,
    pub(super) responding_units: UnitSet,
    /// Where each fleet's units begin; one more at the end.
    pub(super) first_units: Vec<usize>,
    pub(super) unit_rosters: Vec<&'p Roster>,
    pub(super) appointments: Appointments,
    pub(super) reach: Reach,
    pub(super) triggers: super::triggers::Triggers,
    /// By pool: units open beyond the roster.
    pub(super) surged: Vec<u32>,
    /// Patients that have been served or turned away and go on next.
    pub(super) ready: VecDeque<u32>,
    pub(super) totals: Totals,
    purposes: ArrivalPurposes,
    reader: R,
    areas: Vec<LevelAreas>,
    on_areas: Vec<u64>,
}

impl<'p, R: Reader> Simulation<'p, R> {
    /// A run at time zero, empty. `seed` and `replication` are the root of all its draws.
    ///
    /// Panics if the program has faults: nothing looks again at what it refers to.
    pub fn new(program: &'p Program, seed: u64, replication: u32, reader: R) -> Self {
        let faults = program.faults();
        assert!(
            faults.is_empty(),
            "the program refers to what is not there: {faults:?}"
        );
        let replication = streams::replication_key(seed, replication);
        let n_lines = program.pools.len() + program.fleets.len();
        let mut units = Vec::new();
        let mut unit_rosters = Vec::new();
        let mut first_units = vec![0];
        for (fleet, spec) in program.fleets.iter().enumerate() {
            units.extend(
                spec.units
                    .iter()
                    .map(|unit| Unit::new(fleet as u8, unit.station)),
            );
            unit_rosters.extend(spec.units.iter().map(|unit| &unit.roster));
            first_units.push(units.len());
        }
        let purposes = ArrivalPurposes {
            point: streams::purpose_key("arrivals#point"),
            x: streams::purpose_key("arrivals#x"),
            y: streams::purpose_key("arrivals#y"),
        };
        let mut simulation = Self {
            program,
            replication,
            rows: step_rows(program),
            lookups: Lookups::new(program),
            plain_waits: program.waits.iter().map(WaitRule::is_plain).collect(),
            now: SimTime::ZERO,
            wall: WallClock::new(&program.clock, &program.months),
            agenda: Agenda::new(),
            arrivals: ArrivalBook::new(program, replication),
            starts: Starts::new(program),
            patients: Patients::new(program.n_clocks),
            lines: Lines::new(n_lines),
            levels: vec![Level::default(); n_lines],
            served: program.pools.iter().map(|_| Served::default()).collect(),
            free_units: UnitSet::new(units.len()),
            responding_units: UnitSet::new(units.len()),
            units,
            first_units,
            unit_rosters,
            appointments: Appointments::new(program.calendars.len()),
            reach: Reach::new(&program.routes),
            triggers: super::triggers::Triggers::new(program),
            surged: vec![0; program.pools.len()],
            ready: VecDeque::new(),
            totals: Totals {
                left: vec![0; usize::from(program.n_dispositions)],
                ..Totals::default()
            },
            purposes,
            reader,
            areas: vec![LevelAreas::default(); n_lines],
            on_areas: Vec::new(),
        };
        for (line, level) in simulation.levels.iter_mut().enumerate() {
            level.is_watched = simulation.triggers.are_watching(line as u16);
            let pool = program.pools.get(line);
            level.keeps_served = pool.is_some_and(|pool| pool.keeps_served);
        }
        simulation.start_rosters();
        if R::HOURS {
            simulation.wall.next_hour = SimTime::ZERO;
        }
        simulation
    }

    pub fn now(&self) -> SimTime {
        self.now
    }

    pub fn reader(&self) -> &R {
        &self.reader
    }

    /// To take out what the reader has gathered so far.
    pub fn reader_mut(&mut self) -> &mut R {
        &mut self.reader
    }

    pub fn into_reader(self) -> R {
        self.reader
    }

    pub fn totals(&self) -> Totals {
        let inside = self.totals.arrived - self.totals.left.iter().sum::<u64>();
        Totals {
            inside,
            ..self.totals.clone()
        }
    }

    /// Appointments booked so far, by calendar.
    pub fn booked(&self) -> &[u64] {
        self.appointments.booked()
    }

    /// Runs all events before `end`; time then is `end`.
    pub fn run_until(&mut self, end: SimTime) {
        loop {
            let planned = self.agenda.next_time();
            let arriving = self.arrivals.next_time(self.program, end);
            let time = planned.min(arriving);
            if time >= end {
                break;
            }
            if time >= self.wall.next_hour {
                self.pass_hours(time);
            }
            self.now = time;
            if planned <= arriving {
                let (_, payload) = self.agenda.pop();
                self.look_ahead();
                self.happen(Event::unpack(payload));
            } else {
                let arrival = self.arrivals.pop();
                if let Some(next) = self.arrivals.likely_next() {
                    prefetch(self.starts.get(next.stream.index()));
                }
                self.arrive(arrival);
            }
            while let Some(patient) = self.ready.pop_front() {
                self.go_on(patient);
            }
        }
        if end >= self.wall.next_hour {
            self.pass_hours(end);
        }
        self.now = end;
        for level in &mut self.levels {
            level.touch(end);
        }
    }

    /// Begins to load the patient of the next event while this one is handled.
    #[inline]
    fn look_ahead(&self) {
        // A small state is in the cache anyway.
        if self.agenda.len() < MANY_PENDING {
            return;
        }
        if let Some(Event::Resume { patient, .. }) = self.agenda.likely_next().map(Event::unpack) {
            self.patients.prefetch(patient);
        }
    }

    #[inline]
    fn happen(&mut self, event: Event) {
        match event {
            Event::Resume { patient, token } => {
                if self.patients.get(patient).token == token {
                    self.totals.events += 1;
                    self.resume(patient);
                }
            }
            Event::LineTimer { line } => self.line_timer(line),
            Event::PoolRoster { pool, change } => {
                self.totals.events += 1;
                self.pool_roster(pool, change);
            }
            Event::UnitRoster { unit, change } => self.unit_roster(unit, change),
            Event::Resized { line } => self.resized(line),
            Event::TriggerTimer { trigger } => self.trigger_timer(trigger),
        }
    }

    /// Crosses the hour boundaries up to and including `time`.
    #[cold]
    fn pass_hours(&mut self, time: SimTime) {
        while self.wall.next_hour <= time {
            let boundary = self.wall.next_hour;
            self.wall
                .set(boundary, &self.program.clock, &self.program.months);
            if R::HOURS {
                self.tell_hour(boundary);
            } else {
                // Nobody counts hours: go straight to the last one.
                self.wall
                    .set(time, &self.program.clock, &self.program.months);
            }
        }
    }

    fn tell_hour(&mut self, boundary: SimTime) {
        for (level, areas) in self.levels.iter_mut().zip(&mut self.areas) {
            *areas = level.areas(boundary);
        }
        let (pools, fleets) = self.areas.split_at(self.program.pools.len());
        self.on_areas.clear();
        self.on_areas.extend(self.triggers.on_areas(boundary));
        self.reader.hour(boundary, pools, fleets, &self.on_areas);
    }

    pub(super) fn tell_trigger(&mut self, trigger: TriggerId, is_on: bool) {
        self.reader.trigger(self.now, trigger, is_on);
    }

    fn arrive(&mut self, arrival: Arrival) {
        let start = self.starts.get(arrival.stream.index());
        let key = streams::patient_key(self.replication, start.key, u64::from(arrival.ordinal));
        // Looking for one of many points costs more than most patients' places are ever asked for.
        let place = match &start.place {
            StreamPlace::Points { .. } => None,
            place => Some(self.first_place(place, key)),
        };
        let drawn = start.drawn.clone();
        let patient = self.patients.add(key, start.attributes, start.entry);
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
            let level = self.outcome(chance, patient, streams::draw(key, purpose, 0));
            self.patients.get_mut(patient).attributes[usize::from(attribute.0)] = level as u8;
        }
        self.totals.arrived += 1;
        self.totals.events += 1;
        self.tell(patient, |reader, now, seen| reader.arrive(now, seen));
        self.go_on(patient);
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

    /// Tells the reader something about a patient.
    #[inline(always)]
    pub(super) fn tell(&mut self, patient: u32, fact: impl FnOnce(&mut R, SimTime, &Seen<'_>)) {
        let seen = Seen {
            patients: &self.patients,
            slot: patient,
        };
        fact(&mut self.reader, self.now, &seen);
    }

    /// Tells a reader of steps what a patient takes.
    #[inline(always)]
    pub(super) fn tell_taken(&mut self, patient: u32, resource: Resource) {
        if R::STEPS {
            self.tell(patient, |reader, now, seen| {
                reader.takes(now, resource, seen)
            });
        }
    }

    /// Tells a reader of steps what a patient lets go.
    #[inline(always)]
    pub(super) fn tell_let_go(&mut self, patient: u32, resource: Resource) {
        if R::STEPS {
            self.tell(patient, |reader, now, seen| {
                reader.lets_go(now, resource, seen)
            });
        }
    }

    pub(super) fn unit_resource(&self, unit: usize) -> Resource {
        Resource::Unit {
            fleet: FleetId(self.units[unit].fleet),
            unit: unit as u16,
        }
    }

    /// After a change of a pool's or fleet's level: tells the reader and moves the triggers that watch it.
    #[inline(always)]
    pub(super) fn level_changed(&mut self, line: u16) {
        if R::LEVELS {
            self.tell_level(line);
        }
        if self.levels.at(usize::from(line)).is_watched {
            self.move_triggers(line);
        }
    }

    fn tell_level(&mut self, line: u16) {
        let level = self.levels.at(usize::from(line));
        let (busy, waiting, capacity) = (level.busy, level.waiting, level.capacity());
        let n_pools = self.program.pools.len();
        match usize::from(line).checked_sub(n_pools) {
            None => self
                .reader
                .level(self.now, PoolId(line), busy, waiting, capacity),
            Some(fleet) => {
                self.reader
                    .fleet_level(self.now, FleetId(fleet as u8), busy, waiting, capacity)
            }
        }
    }

    /// Schedules the patient to go on at its step.
    #[inline]
    pub(super) fn schedule(&mut self, patient: u32, at: SimTime) {
        let token = self.patients.get(patient).token;
        let at = SimTime(at.0.min(SimTime::NEVER.0 - 1));
        self.agenda
            .push(at, Phase::Resume, Event::Resume { patient, token }.pack());
    }

    fn start_rosters(&mut self) {
        for pool in 0..self.program.pools.len() {
            let roster = &self.program.pools[pool].roster;
            let capacity = roster.changes.first().map_or(0, |change| change.1);
            self.levels
                .at_mut(pool)
                .set_capacity(SimTime::ZERO, capacity);
            self.plan_roster(roster, 0, |change| Event::PoolRoster {
                pool: pool as u16,
                change,
            });
            self.plan_surges(pool as u16);
        }
        for unit in 0..self.units.len() {
            let roster = self.unit_rosters[unit];
            let is_on_shift = roster.changes.first().is_some_and(|change| change.1 > 0);
            self.set_on_shift(unit, is_on_shift);
            self.plan_roster(roster, 0, |change| Event::UnitRoster {
                unit: unit as u16,
                change,
            });
        }
    }

    /// Plans the change after number `change` (counted over all repeats).
    pub(super) fn plan_roster(
        &mut self,
        roster: &Roster,
        change: u32,
        event: impl FnOnce(u32) -> Event,
    ) {
        if let Some((time, _)) = roster.change(change + 1) {
            self.agenda
                .push(time, Phase::Roster, event(change + 1).pack());
        }
    }

    #[inline]
    pub(super) fn step_of(&self, patient: u32) -> StepId {
        self.patients.get(patient).step
    }
}

impl Roster {
    /// When change number `number` happens and what capacity it brings; repeats count on.
    pub fn change(&self, number: u32) -> Option<(SimTime, u32)> {
        let n = self.changes.len() as u32;
        if n == 0 || (self.repeat == SimSpan::ZERO && number >= n) || (n == 1 && number > 0) {
            return None;
        }
        let (time, capacity) = self.changes[(number % n) as usize];
        let time = SimTime(time.0 + u64::from(number / n) * self.repeat.0);
        (time < SimTime::NEVER).then_some((time, capacity))
    }
}
