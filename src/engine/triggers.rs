//! Escalation: triggers that switch on and off with hysteresis as levels move.

use super::levels::Level;
use super::program::{Program, Step, TriggerId, TriggerLevel, WaitId};

pub struct Triggers {
    states: Vec<bool>,
    /// By line: triggers that watch it.
    watching: Vec<Vec<TriggerId>>,
    /// By trigger: lines where somebody may wait at another rank because of it.
    escalates: Vec<Vec<u16>>,
}

impl Triggers {
    pub fn new(program: &Program) -> Self {
        let n_lines = program.pools.len() + program.fleets.len();
        let mut watching = vec![Vec::new(); n_lines];
        for (id, spec) in program.triggers.iter().enumerate() {
            for pool in &spec.pools {
                watching[pool.index()].push(TriggerId(id as u16));
            }
        }
        let mut escalates = vec![Vec::new(); program.triggers.len()];
        for (wait, lines) in lines_by_wait(program) {
            if let Some(escalate) = program.waits[wait.index()].escalate {
                let listed: &mut Vec<u16> = &mut escalates[escalate.trigger.index()];
                listed.extend(lines);
                listed.sort_unstable();
                listed.dedup();
            }
        }
        Self {
            states: vec![false; program.triggers.len()],
            watching,
            escalates,
        }
    }

    #[inline]
    pub fn is_on(&self, trigger: TriggerId) -> bool {
        self.states[trigger.index()]
    }

    #[inline(always)]
    pub fn are_watching(&self, line: u16) -> bool {
        !self.watching[usize::from(line)].is_empty()
    }

    /// Moves the triggers that watch a line; returns those that changed.
    pub fn update(&mut self, program: &Program, line: u16, levels: &[Level]) -> Vec<TriggerId> {
        let mut changed = Vec::new();
        for id in &self.watching[usize::from(line)] {
            let spec = &program.triggers[id.index()];
            let value: u32 = spec
                .pools
                .iter()
                .map(|pool| level_of(&levels[pool.index()], spec.what))
                .sum();
            let state = &mut self.states[id.index()];
            let next = if *state {
                value > spec.off
            } else {
                value >= spec.on
            };
            if next != *state {
                *state = next;
                changed.push(*id);
            }
        }
        changed
    }

    /// Lines where ranks depend on the trigger.
    pub fn escalated_lines(&self, trigger: TriggerId) -> &[u16] {
        &self.escalates[trigger.index()]
    }
}

fn level_of(level: &Level, what: TriggerLevel) -> u32 {
    match what {
        TriggerLevel::Waiting => level.waiting,
        TriggerLevel::Busy => level.busy,
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
