//! Expected flows through the compiled steps: how many patients come to each, and what they keep busy on the way.
//!
//! An estimate in closed form, before any run. What is known of patients of one need is kept as shares of levels attribute
//! by attribute, as if attributes were independent among them; tables that look at time are averaged over the hours of the week by
//! arrivals; queues are taken to be empty, triggers off, and nobody gives up.

use std::collections::BTreeMap;

use crate::engine::arrivals::mean_rate_of_gaps;
use crate::engine::program::{
    Arrivals, Program, RouteId, RouteRule, SiteId, Step, StepId, StreamSpec,
};
use crate::engine::time::DAY;
use crate::uec::compile::Compiled;

use super::mix::{Flow, Mix, parts_of, scaled};
use super::near::Near;

/// What the estimate gives.
#[derive(Clone, Debug)]
pub struct Expected {
    /// By pool: units that would be busy on average if nobody waited.
    pub busy: Vec<f64>,
    /// By pool: patients per millisecond that come to it.
    pub arrivals: Vec<f64>,
}

/// Passes over the steps before circles are taken to have settled.
const MOST_PASSES: usize = 400;

/// Share of all patients below which a flow is not followed any further.
const NEXT_TO_NOTHING: f64 = 1e-6;

/// Follows all streams through the steps, those of one need or kind of arrival together.
pub fn expected(compiled: &Compiled) -> Expected {
    let mut walk = Walk::new(compiled);
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

struct Walk<'c> {
    program: &'c Program,
    mix: Mix<'c>,
    near: Near,
    /// By step: flow that has come but not gone on.
    pending: Vec<Flow>,
    busy: Vec<f64>,
    arrivals: Vec<f64>,
}

impl<'c> Walk<'c> {
    fn new(compiled: &'c Compiled) -> Self {
        let program = &compiled.program;
        Self {
            program,
            mix: Mix::new(compiled),
            near: Near::new(compiled),
            pending: vec![Flow::default(); program.steps.len()],
            busy: vec![0.0; program.pools.len()],
            arrivals: vec![0.0; program.pools.len()],
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
        let mut flow = Flow {
            per_millisecond: rate,
            levels: vec![0.0; self.mix.n_levels],
            held: BTreeMap::new(),
        };
        for (attribute, offset) in self.mix.offsets.iter().enumerate() {
            flow.levels[offset + usize::from(stream.attributes[attribute])] = rate;
        }
        for (attribute, chance, _) in &stream.drawn {
            let outcomes = self.mix.outcomes(chance.index(), &flow);
            self.mix.set_levels(&mut flow, *attribute, &outcomes.shares);
        }
        flow
    }

    fn send(&mut self, to: StepId, flow: Flow) {
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
            Step::Refer { route, entry, here } => self.refer(route, entry, here, flow),
            Step::Convey { route, entry, .. } => {
                let here = self.program.draws[index].site;
                self.refer(route, entry, here, flow);
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
                self.busy[pool.index()] += flow.per_millisecond * mean;
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
            Step::Call { fleet, slot, .. } => {
                let key = (slot.0, n_pools + fleet.index());
                *flow.held.entry(key).or_insert(0.0) += flow.per_millisecond;
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
                let mean = self
                    .mix
                    .mean_until_open(&self.program.windows[window.index()]);
                self.time_passes(mean, flow);
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

    /// Whatever is held is busy while time passes.
    fn time_passes(&mut self, milliseconds: f64, flow: &Flow) {
        for ((_, line), held) in &flow.held {
            if let Some(busy) = self.busy.get_mut(*line) {
                *busy += held * milliseconds;
            }
        }
    }

    fn refer(&mut self, route: RouteId, entry: u8, here: SiteId, flow: Flow) {
        let shares = self.site_shares(route, here, &flow);
        for (site, share) in shares
            .into_iter()
            .enumerate()
            .filter(|(_, share)| *share > 0.0)
        {
            let to = self.program.routes[route.index()].sites[site].entries[usize::from(entry)];
            self.send(to, scaled(&flow, share));
        }
    }

    /// Shares of the sites of a route, as if all were open.
    fn site_shares(&self, route: RouteId, here: SiteId, flow: &Flow) -> Vec<f64> {
        let spec = &self.program.routes[route.index()];
        let n = spec.sites.len();
        let own = spec.sites.iter().position(|site| site.site == here);
        if let (RouteRule::SameSite, Some(own)) = (spec.rule, own) {
            return (0..n)
                .map(|site| f64::from(u8::from(site == own)))
                .collect();
        }
        let Some(zone) = spec.row else {
            return self.near.shares(route, flow, &self.mix.offsets);
        };
        let offset = self.mix.offsets[usize::from(zone.0)];
        let n_rows = spec.travel.len().max(spec.weights.len()) / n.max(1);
        let mut shares = vec![0.0; n];
        for row in 0..n_rows {
            let weight = flow.levels[offset + row] / flow.per_millisecond;
            let of_row = row * n..(row + 1) * n;
            if let Some(weights) = spec.weights.get(of_row.clone()) {
                let total: f32 = weights.iter().sum();
                for (share, own) in shares.iter_mut().zip(weights) {
                    *share += weight * f64::from(own / total.max(f32::MIN_POSITIVE));
                }
            } else if let Some(travel) = spec.travel.get(of_row) {
                let nearest = (0..n).min_by_key(|site| travel[*site]);
                shares[nearest.unwrap_or(0)] += weight;
            }
        }
        shares
    }
}
