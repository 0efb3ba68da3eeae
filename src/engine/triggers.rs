//! Escalation: triggers that switch on and off with hysteresis as levels move, and what they switch.
//!
//! A trigger is looked at whenever a line that it watches changes. One that counts long waits also needs to be looked at when
//! a wait becomes long, and one with a minimum time on when that is over: [`Triggers::update`] says when that is.

use super::levels::Level;
use super::lines::Lines;
use super::patients::Patients;
use super::program::{HoldSlot, Program, Step, TriggerId, TriggerLevel, TriggerSpec, WaitId};
use super::time::{SimSpan, SimTime};

pub struct Triggers {
    states: Vec<State>,
    /// By line: triggers that watch it.
    watching: Vec<Vec<TriggerId>>,
    /// By trigger: lines where somebody may wait at another rank because of it.
    escalates: Vec<Vec<u16>>,
    /// By trigger: lines whose capacity depends on it, with how long after it comes on.
    resizes: Vec<Vec<(u16, SimSpan)>>,
    long_waits: LongWaits,
}

#[derive(Clone, Copy, Default)]
struct State {
    is_on: bool,
    /// Since when it is as it is.
    since: SimTime,
    /// How long it was on before that, milliseconds.
    on_before: u64,
    /// When it is to be looked at again though no line changes; at zero: never.
    looks_at: SimTime,
}

/// What came of a look at the triggers that watch a line.
#[derive(Default)]
pub struct Moved {
    pub changed: Vec<TriggerId>,
    /// Triggers to look at again at a time.
    pub timers: Vec<(TriggerId, SimTime)>,
}

impl Triggers {
    pub fn new(program: &Program) -> Self {
        let n_pools = program.pools.len();
        let n_lines = n_pools + program.fleets.len();
        let n_triggers = program.triggers.len();
        let mut watching = vec![Vec::new(); n_lines];
        for (id, spec) in program.triggers.iter().enumerate() {
            for line in lines_of(spec, n_pools) {
                watching[usize::from(line)].push(TriggerId(id as u16));
            }
        }
        let mut escalates = vec![Vec::new(); n_triggers];
        for (wait, lines) in lines_by_wait(program) {
            if let Some(escalate) = program.waits[wait.index()].escalate {
                let listed: &mut Vec<u16> = &mut escalates[escalate.trigger.index()];
                listed.extend(lines);
                listed.sort_unstable();
                listed.dedup();
            }
        }
        let mut resizes = vec![Vec::new(); n_triggers];
        for (line, pool) in program.pools.iter().enumerate() {
            for surge in &pool.surges {
                resizes[surge.trigger.index()].push((line as u16, surge.after));
            }
        }
        for (fleet, spec) in program.fleets.iter().enumerate() {
            let reserves = spec.ways.iter().filter_map(|way| way.reserve);
            for when in reserves.filter_map(|reserve| reserve.when) {
                resizes[when.index()].push(((n_pools + fleet) as u16, SimSpan::ZERO));
            }
        }
        Self {
            states: vec![State::default(); n_triggers],
            watching,
            escalates,
            resizes,
            long_waits: LongWaits::default(),
        }
    }

    #[inline]
    pub fn is_on(&self, trigger: TriggerId) -> bool {
        self.states[trigger.index()].is_on
    }

    /// Whether it is on, and has been for this long.
    pub fn is_on_since(&self, trigger: TriggerId, after: SimSpan, now: SimTime) -> bool {
        let state = &self.states[trigger.index()];
        state.is_on && state.since + after <= now
    }

    /// How long each was on since the start of the run, milliseconds.
    pub fn on_areas(&self, now: SimTime) -> impl Iterator<Item = u64> + '_ {
        self.states.iter().map(move |state| {
            let running = if state.is_on {
                now.since(state.since).0
            } else {
                0
            };
            state.on_before + running
        })
    }

    #[inline(always)]
    pub fn are_watching(&self, line: u16) -> bool {
        !self.watching[usize::from(line)].is_empty()
    }

    /// Looks at the triggers that watch a line.
    pub fn update(
        &mut self,
        program: &Program,
        line: u16,
        now: SimTime,
        levels: &[Level],
        (lines, patients): (&Lines, &Patients),
    ) -> Moved {
        let mut moved = Moved::default();
        for index in 0..self.watching[usize::from(line)].len() {
            let id = self.watching[usize::from(line)][index];
            self.look_at(program, id, now, levels, (lines, patients), &mut moved);
        }
        moved
    }

    /// As [`Self::update`] for a trigger whose time has come.
    pub fn on_timer(
        &mut self,
        program: &Program,
        id: TriggerId,
        now: SimTime,
        levels: &[Level],
        (lines, patients): (&Lines, &Patients),
    ) -> Moved {
        let mut moved = Moved::default();
        if self.states[id.index()].looks_at == now {
            self.look_at(program, id, now, levels, (lines, patients), &mut moved);
        }
        moved
    }

    fn look_at(
        &mut self,
        program: &Program,
        id: TriggerId,
        now: SimTime,
        levels: &[Level],
        (lines, patients): (&Lines, &Patients),
        moved: &mut Moved,
    ) {
        let spec = &program.triggers[id.index()];
        let watched = || lines_of(spec, program.pools.len()).map(usize::from);
        let mut next_look = None;
        let value = match spec.what {
            TriggerLevel::Waiting => watched().map(|line| levels[line].waiting).sum(),
            TriggerLevel::Busy => watched().map(|line| levels[line].busy).sum(),
            TriggerLevel::WaitingLonger { than, holding } => {
                let lines_watched = || lines_of(spec, program.pools.len());
                let waiting: u32 = lines_watched().map(|line| lines.waiting(line)).sum();
                let waits = Waits {
                    than,
                    holding,
                    lines,
                    patients,
                };
                let is_on = self.states[id.index()].is_on;
                // It stays on as long as there are more than that: nobody needs to know how many more.
                let enough = spec.off as usize + 1;
                let is_quick = is_on && enough <= FEW;
                if is_quick && self.long_waits.are(lines_watched(), &waits, now, enough) {
                    spec.off + 1
                } else if waiting < spec.on && !is_on {
                    // Even if all of them waited long it would not come on.
                    0
                } else {
                    let long_from = self.long_waits.begin(lines_watched(), &waits);
                    next_look = long_from.get(spec.on.max(1) as usize - 1).copied();
                    long_from.partition_point(|time| *time <= now) as u32
                }
            }
        };
        let state = &mut self.states[id.index()];
        let stays_until = state.since + spec.at_least;
        let next = if state.is_on {
            // Where both numbers are one it stays on at it: it would switch at every look otherwise.
            value > spec.off || value >= spec.on || now < stays_until
        } else {
            value >= spec.on
        };
        if next != state.is_on {
            if state.is_on {
                state.on_before += now.since(state.since).0;
            }
            (state.is_on, state.since) = (next, now);
            moved.changed.push(id);
            if next && spec.at_least > SimSpan::ZERO {
                // Nothing may happen in its lines at the moment from which it may go off.
                state.looks_at = now + spec.at_least;
                moved.timers.push((id, state.looks_at));
            }
        }
        // Leaving the line is what ends a long wait, so only one that is off has something to look out for.
        if let Some(time) = next_look.filter(|time| !next && *time > now)
            && state.looks_at != time
        {
            state.looks_at = time;
            moved.timers.push((id, time));
        }
    }

    /// Lines where ranks depend on the trigger.
    pub fn escalated_lines(&self, trigger: TriggerId) -> &[u16] {
        &self.escalates[trigger.index()]
    }

    /// Lines whose capacity depends on the trigger, with how long after it comes on.
    pub fn resized_lines(&self, trigger: TriggerId) -> &[(u16, SimSpan)] {
        &self.resizes[trigger.index()]
    }
}

/// Lines that a trigger watches: pools' come first.
fn lines_of(spec: &TriggerSpec, n_pools: usize) -> impl Iterator<Item = u16> + '_ {
    let pools = spec.pools.iter().map(|pool| pool.0);
    let fleets = spec.fleets.iter();
    pools.chain(fleets.map(move |fleet| (n_pools + fleet.index()) as u16))
}

/// What a trigger counts of those who wait.
struct Waits<'a> {
    /// Longer than this.
    than: SimSpan,
    holding: Option<HoldSlot>,
    lines: &'a Lines,
    patients: &'a Patients,
}

impl Waits<'_> {
    /// Patients that are counted, some twice, with when the wait of each becomes a long one.
    fn of(&self, watched: impl Iterator<Item = u16>) -> impl Iterator<Item = (u32, SimTime)> {
        let members = watched.flat_map(|line| self.lines.members(line));
        let requests = members.map(|id| self.lines.get(id));
        let counted = requests.filter(|request| {
            let record = || self.patients.get(request.patient);
            self.holding.is_none_or(|slot| record().is_holding(slot))
        });
        counted.map(|request| (request.patient, request.joined + self.than))
    }
}

/// So many are found one by one sooner than by sorting all who wait.
const FEW: usize = 16;

/// Room to find out who waits long; a trigger looks thousands of times a day.
#[derive(Default)]
struct LongWaits {
    by_patient: Vec<(u32, SimTime)>,
    times: Vec<SimTime>,
}

impl LongWaits {
    /// Whether enough wait long now.
    fn are(
        &mut self,
        watched: impl Iterator<Item = u16>,
        waits: &Waits<'_>,
        now: SimTime,
        enough: usize,
    ) -> bool {
        self.by_patient.clear();
        for (patient, from) in waits.of(watched).filter(|(_, from)| *from <= now) {
            // Who stands in several lines is one patient.
            if self.by_patient.iter().all(|(known, _)| *known != patient) {
                self.by_patient.push((patient, from));
                if self.by_patient.len() >= enough {
                    return true;
                }
            }
        }
        false
    }

    /// When the wait of each patient in these lines becomes a long one, in order of time.
    fn begin(&mut self, watched: impl Iterator<Item = u16>, waits: &Waits<'_>) -> &[SimTime] {
        self.by_patient.clear();
        self.by_patient.extend(waits.of(watched));
        self.by_patient.sort_unstable();
        self.by_patient.dedup_by_key(|(patient, _)| *patient);
        self.times.clear();
        let times = self.by_patient.iter().map(|(_, time)| *time);
        self.times.extend(times);
        self.times.sort_unstable();
        &self.times
    }
}

/// The lines that requests under each wait rule stand in.
fn lines_by_wait(program: &Program) -> Vec<(WaitId, Vec<u16>)> {
    let lines = |step: &Step| match *step {
        Step::Hold { pool, wait, .. } | Step::Use { pool, wait, .. } => Some((wait, vec![pool.0])),
        Step::HoldAny { pools, wait, .. } | Step::HoldAll { pools, wait, .. } => {
            let listed = &program.pool_lists[pools.index()];
            Some((wait, listed.iter().map(|pool| pool.0).collect()))
        }
        Step::Call { fleet, wait, .. } => {
            Some((wait, vec![(program.pools.len() + fleet.index()) as u16]))
        }
        _ => None,
    };
    program.steps.iter().filter_map(lines).collect()
}
