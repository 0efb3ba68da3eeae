//! Expected flows through the compiled steps: how many patients come to each, and what they keep busy on the way.
//!
//! An estimate in closed form, before any run. What is known of patients of one need is kept as shares of levels attribute
//! by attribute, as if attributes were independent among them; tables that look at time are averaged over the hours of the week by
//! arrivals, or, if hours are followed, by when the patients of a flow come by; queues are taken to be empty, triggers off, and
//! nobody gives up.

use std::collections::BTreeMap;

use crate::engine::arrivals::mean_rate_of_gaps;
use crate::engine::program::{Arrivals, Program, Step, StepId, StreamSpec, Window};
use crate::engine::time::{DAY, HOUR};
use crate::uec::compile::Compiled;

use super::driving::Driving;
use super::hours::{N_HOURS, hours_of, later, occupied};
use super::mix::{Flow, Mix, parts_of, scaled, until_open};
use super::near::Near;

/// What the estimate gives.
#[derive(Clone, Debug)]
pub struct Expected {
    /// By line, pools first, then fleets: units that would be busy on average if nobody waited.
    pub busy: Vec<f64>,
    /// By line: patients per millisecond that come to it.
    pub arrivals: Vec<f64>,
    /// By line: as `busy` for each hour of the week, Monday 00:00 first; empty unless hours are followed.
    pub busy_by_hour: Vec<Vec<f64>>,
}

/// Passes over the steps before circles are taken to have settled.
const MOST_PASSES: usize = 400;

/// Share of all patients below which a flow is not followed any further.
const NEXT_TO_NOTHING: f64 = 1e-6;

/// Follows all streams through the steps, those of one need or kind of arrival together.
pub fn expected(compiled: &Compiled) -> Expected {
    walked(compiled, false)
}

/// As [`expected`], hour by hour of the week: a flow goes on later by what it takes on the way, on average.
pub fn expected_by_hour(compiled: &Compiled) -> Expected {
    walked(compiled, true)
}

fn walked(compiled: &Compiled, by_hour: bool) -> Expected {
    let mut walk = Walk::new(compiled, by_hour);
    let streams = compiled.program.streams.iter().zip(&compiled.stream_groups);
    let mut streams = streams.peekable();
    while let Some((_, group)) = streams.peek().copied() {
        let mut total = 0.0;
        while let Some((stream, _)) = streams.next_if(|(_, other)| *other == group) {
            let rate = mean_rate(&compiled.program, stream, &compiled.mean_milliseconds);
            total += rate;
            let flow = walk.arriving(stream, rate);
            walk.send(stream.entry, flow);
        }
        walk.settle(total);
    }
    Expected {
        busy: walk.busy,
        arrivals: walk.arrivals,
        busy_by_hour: walk.busy_by_hour,
    }
}

/// Mean arrivals per millisecond of a stream.
fn mean_rate(program: &Program, stream: &StreamSpec, mean_milliseconds: &[Vec<f64>]) -> f64 {
    match &stream.arrivals {
        Arrivals::Poisson {
            per_millisecond,
            accept,
            profile,
        } => {
            let over_days = profile.map_or(1.0, |id| program.profiles[id.index()].mean_of_days());
            per_millisecond * accept * over_days
        }
        Arrivals::Renewal { gap } => {
            mean_rate_of_gaps(program, *gap, &mean_milliseconds[gap.index()])
        }
        Arrivals::Recorded(list) => {
            let days = program.months.len().max(1) as f64;
            list.len() as f64 / (days * DAY.0 as f64)
        }
    }
}

pub(super) struct Walk<'c> {
    pub(super) program: &'c Program,
    pub(super) mix: Mix<'c>,
    pub(super) near: Near,
    pub(super) driving: Driving<'c>,
    /// By slot and line: the way by which the fleet's latest call under the slot is driven.
    pub(super) ways: BTreeMap<(u8, usize), u8>,
    /// By step: flow that has come but not gone on.
    pending: Vec<Flow>,
    busy: Vec<f64>,
    arrivals: Vec<f64>,
    /// Empty unless hours are followed.
    busy_by_hour: Vec<Vec<f64>>,
}

impl<'c> Walk<'c> {
    fn new(compiled: &'c Compiled, by_hour: bool) -> Self {
        let program = &compiled.program;
        let n_lines = program.pools.len() + program.fleets.len();
        let n_followed = if by_hour { n_lines } else { 0 };
        let near = Near::new(compiled);
        Self {
            program,
            mix: Mix::new(compiled, by_hour),
            driving: Driving::new(program, near.zone, near.places.clone()),
            near,
            ways: BTreeMap::new(),
            pending: vec![Flow::default(); program.steps.len()],
            busy: vec![0.0; n_lines],
            arrivals: vec![0.0; n_lines],
            busy_by_hour: vec![vec![0.0; N_HOURS]; n_followed],
        }
    }

    /// Moves everything on until next to nothing is left of a total flow.
    fn settle(&mut self, total: f64) {
        for _ in 0..MOST_PASSES {
            let mut is_settled = true;
            for index in 0..self.program.steps.len() {
                if self.pending[index].per_millisecond > total * NEXT_TO_NOTHING {
                    is_settled = false;
                    let flow = std::mem::take(&mut self.pending[index]);
                    self.pass(index, flow);
                }
            }
            if is_settled {
                break;
            }
        }
        self.pending.fill(Flow::default());
    }

    fn arriving(&self, stream: &StreamSpec, rate: f64) -> Flow {
        let mut flow = self.mix.empty_flow(rate);
        let hours = hours_of(self.program, &stream.arrivals);
        let hours: Vec<f64> = hours.iter().map(|share| share * rate).collect();
        self.mix.set_hours(&mut flow, &hours);
        for (attribute, offset) in self.mix.offsets.iter().enumerate() {
            flow.levels[offset + usize::from(stream.attributes[attribute])] = rate;
        }
        for (attribute, chance, _) in &stream.drawn {
            let outcomes = self.mix.outcomes(chance.index(), &flow);
            self.mix.set_levels(&mut flow, *attribute, &outcomes.shares);
        }
        flow
    }

    pub(super) fn send(&mut self, to: StepId, flow: Flow) {
        let there = &mut self.pending[to.index()];
        if there.levels.is_empty() {
            *there = flow;
            return;
        }
        there.per_millisecond += flow.per_millisecond;
        for (sum, more) in there.levels.iter_mut().zip(&flow.levels) {
            *sum += more;
        }
        for (key, more) in flow.held {
            *there.held.entry(key).or_insert(0.0) += more;
        }
        for (site, more) in flow.moved {
            *there.moved.entry(site).or_insert(0.0) += more;
        }
    }

    /// Moves the flow at a step on.
    fn pass(&mut self, index: usize, mut flow: Flow) {
        let next = StepId(index as u32 + 1);
        match self.program.steps[index] {
            Step::Leave { .. } => {}
            Step::Jump { to } => self.send(to, flow),
            Step::Share { chance, otherwise } => {
                let mut parts = self.mix.split(chance.index(), &flow).into_iter();
                if let (Some(within), Some(other)) = (parts.next(), parts.next()) {
                    self.send(next, within);
                    self.send(otherwise, other);
                }
            }
            Step::Choose { chance, first } => {
                let parts = self.mix.split(chance.index(), &flow);
                for (outcome, part) in parts.into_iter().enumerate() {
                    let to = self.program.branches[first as usize + outcome];
                    self.send_if_any(to, part);
                }
            }
            Step::When { selector, first } => {
                let selector = &self.program.selectors[selector.index()];
                let n = selector
                    .rows
                    .iter()
                    .max()
                    .map_or(1, |row| *row as usize + 1);
                let shares =
                    |row: usize| (0..n).map(|one| f64::from(u8::from(one == row))).collect();
                let parts = parts_of(&self.mix.outcomes_by(selector, n, &shares, &flow), &flow);
                for (row, part) in parts.into_iter().enumerate() {
                    let to = self.program.branches[first as usize + row];
                    self.send_if_any(to, part);
                }
            }
            Step::Refer { route, entry, here } => self.refer(route, entry, here, None, flow),
            Step::Convey { slot, route, entry } => {
                let here = self.program.draws[index].site;
                self.refer(route, entry, here, Some(slot), flow);
            }
            Step::Start { with, task } => {
                let mut task_flow = Flow {
                    held: BTreeMap::new(),
                    ..flow.clone()
                };
                let slots = flow.held.keys().copied().collect::<Vec<_>>();
                for key in slots.into_iter().filter(|(slot, _)| with >> slot & 1 == 1) {
                    let held = flow.held.remove(&key).unwrap_or(0.0);
                    task_flow.held.insert(key, held);
                }
                self.send(task, task_flow);
                self.send(next, flow);
            }
            step => {
                self.take(step, &mut flow);
                self.send(next, flow);
            }
        }
    }

    fn send_if_any(&mut self, to: StepId, flow: Flow) {
        if flow.per_millisecond > 0.0 {
            self.send(to, flow);
        }
    }

    /// What a step that leads on to the next does to the flow, and what it keeps busy.
    fn take(&mut self, step: Step, flow: &mut Flow) {
        let n_pools = self.program.pools.len();
        match step {
            Step::Use { pool, duration, .. } => {
                let mean = self.mix.mean_duration(duration.index(), flow);
                self.arrivals[pool.index()] += flow.per_millisecond;
                self.keep_busy(pool.index(), flow.per_millisecond, mean, flow);
                self.time_passes(mean, flow);
            }
            Step::Hold {
                slot, units, pool, ..
            } => {
                self.arrivals[pool.index()] += flow.per_millisecond;
                let held = flow.per_millisecond * f64::from(units);
                *flow.held.entry((slot.0, pool.index())).or_insert(0.0) += held;
            }
            Step::HoldAny { slot, pools, .. } => {
                // Shared out evenly: which pool is free first is not known before a run.
                let pools = &self.program.pool_lists[pools.index()];
                let part = flow.per_millisecond / pools.len() as f64;
                for pool in pools {
                    self.arrivals[pool.index()] += part;
                    *flow.held.entry((slot.0, pool.index())).or_insert(0.0) += part;
                }
            }
            Step::HoldAll { slot, pools, .. } => {
                let pools = self.program.pool_lists[pools.index()].iter().enumerate();
                for (offset, pool) in pools {
                    self.arrivals[pool.index()] += flow.per_millisecond;
                    let key = (slot.0 + offset as u8, pool.index());
                    *flow.held.entry(key).or_insert(0.0) += flow.per_millisecond;
                }
            }
            Step::Call {
                fleet, slot, way, ..
            } => {
                let key = (slot.0, n_pools + fleet.index());
                self.arrivals[key.1] += flow.per_millisecond;
                self.ways.insert(key, way);
                *flow.held.entry(key).or_insert(0.0) += flow.per_millisecond;
                let day = self.mix.day_shares(flow);
                let drive = self.driving.to(fleet, way, flow, &self.mix.offsets, &day);
                self.time_passes(drive, flow);
            }
            Step::LetGo { slot } => flow.held.retain(|(held, _), _| *held != slot.0),
            Step::Wait { duration } => {
                let mean = self.mix.mean_duration(duration.index(), flow);
                self.time_passes(mean, flow);
            }
            Step::WaitRate { hazard } => {
                let rate = self.program.hazards[hazard.index()].per_millisecond;
                self.time_passes(1.0 / rate.max(f64::MIN_POSITIVE), flow);
            }
            Step::WaitUntil { window } => {
                self.wait_until(&self.program.windows[window.index()], flow);
            }
            Step::Set { attribute, level } => {
                let mut shares = vec![0.0; usize::from(level) + 1];
                shares[usize::from(level)] = 1.0;
                self.mix.set_levels(flow, attribute, &shares);
            }
            Step::SetBy { attribute, chance } => {
                let outcomes = self.mix.outcomes(chance.index(), flow);
                self.mix.set_levels(flow, attribute, &outcomes.shares);
            }
            _ => {}
        }
    }

    /// Whatever is held is busy while time passes; the flow goes on later by so much.
    pub(super) fn time_passes(&mut self, milliseconds: f64, flow: &mut Flow) {
        for ((_, line), held) in &flow.held {
            self.keep_busy(*line, *held, milliseconds, flow);
        }
        if let Some(hours) = self.mix.hours_of_flow(flow) {
            let hours = later(hours, milliseconds);
            self.mix.set_hours(flow, &hours);
        }
    }

    /// So many units per millisecond of a line are taken by the patients of a flow, for so long.
    fn keep_busy(&mut self, line: usize, per_millisecond: f64, milliseconds: f64, flow: &Flow) {
        self.busy[line] += per_millisecond * milliseconds;
        if let Some(hours) = self.mix.hours_of_flow(flow) {
            let each = per_millisecond / flow.per_millisecond;
            for (sum, busy) in self.busy_by_hour[line]
                .iter_mut()
                .zip(occupied(hours, milliseconds))
            {
                *sum += busy * each;
            }
        }
    }

    /// Everybody waits until a window opens: all for the mean time, or, if hours are followed, each hour for its own.
    fn wait_until(&mut self, window: &Window, flow: &mut Flow) {
        let Some(hours) = self.mix.hours_of_flow(flow) else {
            let mean = self.mix.mean_until_open(window, flow);
            return self.time_passes(mean, flow);
        };
        let mut after = vec![0.0; N_HOURS];
        let hours = hours.to_vec();
        for (hour, &of_hour) in hours.iter().enumerate() {
            let wait = until_open(window, hour);
            if wait == 0 || of_hour <= 0.0 {
                after[hour] += of_hour;
                continue;
            }
            let mut part = scaled(flow, of_hour / flow.per_millisecond);
            let mut only = vec![0.0; N_HOURS];
            only[hour] = of_hour;
            self.mix.set_hours(&mut part, &only);
            self.time_passes(wait as f64, &mut part);
            // All of them go on when it opens.
            let opens = hour as u64 * HOUR.0 + HOUR.0 / 2 + wait;
            after[(opens / HOUR.0) as usize % N_HOURS] += of_hour;
        }
        self.mix.set_hours(flow, &after);
    }
}
