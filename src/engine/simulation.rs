//! One run of a program: the loop over events and the state it works on.
//!
//! The order of things is fixed. Events come by time, then phase (rosters, then ends of services, then patience), then
//! order of scheduling; arrivals come after all of them. A step that releases units gives them to those waiting at that
//! moment, in the order of the releases; those served go on after the patient that released has come to its next stop, in
//! the order in which they were served.

use super::agenda::{Agenda, Phase};
use super::appointments::Appointments;
use super::arrivals::ArrivalBook;
use super::begin::ArrivalPurposes;
use super::calendar::{OpenHour, WallClock};
use super::events::{Event, GoesOn};
use super::facts::{LevelAreas, Reader};
use super::fleets::{Unit, UnitSet};
use super::levels::Level;
use super::lines::Lines;
use super::lookups::Lookups;
use super::patients::Patients;
use super::prefetch::prefetch;
use super::program::{Program, Roster, StepId, WaitRule};
use super::reach::Reach;
use super::ready::Ready;
use super::rows::{StepRow, step_rows};
use super::served::Served;
use super::starts::Starts;
use super::streams;
use super::time::SimTime;

/// Patients inside from which on they are no longer expected to be in the nearest cache.
const MANY_INSIDE: usize = 1_024;

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
    /// The program is plain: it has a run of its own.
    pub(super) is_plain: bool,
    /// By wait: whether its rule is plain.
    pub(super) plain_waits: Vec<bool>,
    pub(super) now: SimTime,
    pub(super) wall: WallClock,
    pub(super) open_hour: OpenHour,
    pub(super) agenda: Agenda,
    pub(super) arrivals: ArrivalBook,
    pub(super) starts: Starts,
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
    pub(super) ready: Ready,
    pub(super) totals: Totals,
    pub(super) purposes: ArrivalPurposes,
    pub(super) reader: R,
    pub(super) areas: Vec<LevelAreas>,
    pub(super) on_areas: Vec<u64>,
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
        let mut simulation = Self {
            program,
            replication,
            rows: step_rows(program),
            lookups: Lookups::new(program),
            is_plain: program.is_plain(),
            plain_waits: program.waits.iter().map(WaitRule::is_plain).collect(),
            now: SimTime::ZERO,
            wall: WallClock::new(&program.clock, &program.months),
            open_hour: OpenHour::default(),
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
            ready: Ready::default(),
            totals: Totals {
                left: vec![0; usize::from(program.n_dispositions)],
                ..Totals::default()
            },
            purposes: ArrivalPurposes::new(),
            reader,
            areas: vec![LevelAreas::default(); n_lines],
            on_areas: Vec::new(),
        };
        for (line, level) in simulation.levels.iter_mut().enumerate() {
            level.is_watched = simulation.triggers.are_watching(line as u16);
            let pool = program.pools.get(line);
            level.keeps_served = pool.is_some_and(|pool| pool.keeps_served);
        }
        simulation.open_hour.set(&program.windows, &simulation.wall);
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
        match self.is_plain {
            true => self.run_events::<true>(end),
            false => self.run_events::<false>(end),
        }
    }

    /// `PLAIN`: the program is, so that the run need not look for what there is not.
    #[inline(never)]
    fn run_events<const PLAIN: bool>(&mut self, end: SimTime) {
        let mut until = end.min(self.wall.next_hour);
        loop {
            let planned = self.agenda.next_time();
            let arriving = self.arrivals.next_time(self.program, end);
            let is_planned = planned <= arriving;
            let time = if is_planned { planned } else { arriving };
            if time >= until {
                if time >= end {
                    break;
                }
                self.pass_hours(time);
                until = end.min(self.wall.next_hour);
            }
            self.now = time;
            let first = if is_planned {
                let payload = self.agenda.pop();
                self.look_ahead();
                match GoesOn::of(payload) {
                    Some(event) => self.resume::<PLAIN>(event),
                    None => {
                        self.happen(Event::unpack(payload));
                        None
                    }
                }
            } else {
                let arrival = self.arrivals.pop();
                if let Some(next) = self.arrivals.likely_next() {
                    prefetch(self.starts.get(next.stream.index()));
                }
                Some(self.arrive::<PLAIN>(arrival))
            };
            // The only place where patients go on: the whole of their steps is part of this loop.
            let mut going = first.or_else(|| self.next_ready());
            while let Some((patient, step)) = going {
                self.go_on::<PLAIN>(patient, step);
                going = self.next_ready();
            }
        }
        if end >= self.wall.next_hour {
            self.pass_hours(end);
        }
        self.now = end;
    }

    /// Begins to load the patient of the next event while this one is handled.
    #[inline]
    fn look_ahead(&self) {
        // A small state is in the cache anyway.
        if self.patients.most_inside() < MANY_INSIDE {
            return;
        }
        let next = self.agenda.likely_next().and_then(GoesOn::of);
        if let Some(event) = next {
            self.patients.prefetch(event.patient());
        }
    }

    /// A patient that has been served or turned away, and the step at which it goes on.
    #[inline(always)]
    fn next_ready(&mut self) -> Option<(u32, StepId)> {
        let next = self.ready.pop();
        debug_assert!(next.is_none_or(|(patient, step)| self.step_of(patient) == step));
        next
    }

    /// What happens other than that a patient goes on; it may make some ready to.
    #[inline(never)]
    fn happen(&mut self, event: Event) {
        match event {
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

    /// Schedules a patient to go on.
    #[inline(always)]
    pub(super) fn schedule(&mut self, event: GoesOn, at: SimTime) {
        let at = SimTime(at.0.min(SimTime::NEVER.0 - 1));
        self.agenda.push(at, Phase::Resume, event.0);
    }

    #[inline]
    pub(super) fn step_of(&self, patient: u32) -> StepId {
        self.patients.get(patient).step
    }
}
