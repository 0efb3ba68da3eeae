//! Expected flows through the compiled steps: how many patients come to each, and what they keep busy on the way.
//!
//! An estimate in closed form, before any run. What is known of patients of one need is kept as shares of levels attribute
//! by attribute, as if attributes were independent among them; tables that look at time are averaged over the hours of the week by
//! arrivals; queues are taken to be empty, triggers off, and nobody gives up.

use std::collections::BTreeMap;

use crate::engine::program::{
    Arrivals, AttributeId, Dimension, Program, RouteId, RouteRule, Selector, SiteId, Step, StepId,
    StreamSpec, Window,
};
use crate::engine::time::{DAY, HOUR, SimSpan, WEEK};
use crate::uec::compile::Compiled;

use super::near::Near;

/// Patients per millisecond at one step, with what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub per_millisecond: f64,
    /// By attribute and level, one attribute after the other, as flows.
    pub levels: Vec<f64>,
    /// Units held, as flows, by slot and line (pools, then fleets).
    pub held: BTreeMap<(u8, usize), f64>,
}

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
            let rate = mean_rate(&compiled.program, stream, &compiled.mean_gaps);
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
fn mean_rate(program: &Program, stream: &StreamSpec, mean_gaps: &BTreeMap<u16, f64>) -> f64 {
    match &stream.arrivals {
        Arrivals::Poisson {
            per_millisecond,
            accept,
            ..
        } => per_millisecond * accept,
        Arrivals::Renewal { gap } => mean_gaps
            .get(&gap.0)
            .map_or(0.0, |mean| 1.0 / mean.max(1.0)),
        Arrivals::Recorded(list) => {
            let days = program.months.len().max(1) as f64;
            list.len() as f64 / (days * DAY.0 as f64)
        }
    }
}

struct Walk<'c> {
    compiled: &'c Compiled,
    program: &'c Program,
    /// By attribute: where its levels begin in `Flow::levels`.
    offsets: Vec<usize>,
    n_levels: usize,
    /// By hour of the week: share of arrivals.
    hours: Vec<f64>,
    near: Near,
    /// By step: flow that has come but not gone on.
    pending: Vec<Flow>,
    busy: Vec<f64>,
    arrivals: Vec<f64>,
}

impl<'c> Walk<'c> {
    fn new(compiled: &'c Compiled) -> Self {
        let program = &compiled.program;
        let mut n_levels = 0;
        let offsets = compiled.names.attributes.iter().map(|attribute| {
            n_levels += attribute.levels.len();
            n_levels - attribute.levels.len()
        });
        Self {
            compiled,
            program,
            offsets: offsets.collect(),
            n_levels,
            hours: arrivals_by_hour(program),
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
            levels: vec![0.0; self.n_levels],
            held: BTreeMap::new(),
        };
        for (attribute, offset) in self.offsets.iter().enumerate() {
            flow.levels[offset + usize::from(stream.attributes[attribute])] = rate;
        }
        for (attribute, chance, _) in &stream.drawn {
            let outcomes = self.outcomes(chance.index(), &flow);
            self.set_levels(&mut flow, *attribute, &outcomes.shares);
        }
        flow
    }

    /// Replaces what is known of an attribute by shares of its levels.
    fn set_levels(&self, flow: &mut Flow, attribute: AttributeId, shares: &[f64]) {
        let offset = self.offsets[usize::from(attribute.0)];
        let end = self.offsets.get(usize::from(attribute.0) + 1);
        let end = end.copied().unwrap_or(self.n_levels);
        for (level, slot) in flow.levels[offset..end].iter_mut().enumerate() {
            *slot = flow.per_millisecond * shares.get(level).copied().unwrap_or(0.0);
        }
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
                let mut parts = self.split(chance.index(), &flow).into_iter();
                if let (Some(within), Some(other)) = (parts.next(), parts.next()) {
                    self.send(next, within);
                    self.send(otherwise, other);
                }
            }
            Step::Choose { chance, first } => {
                let parts = self.split(chance.index(), &flow);
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
                let parts = parts_of(&self.outcomes_by(selector, n, &shares, &flow), &flow);
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
                let mean = self.mean_duration(duration.index(), flow);
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
                let mean = self.mean_duration(duration.index(), flow);
                self.time_passes(mean, flow);
            }
            Step::WaitRate { hazard } => {
                let rate = self.program.hazards[hazard.index()].per_millisecond;
                self.time_passes(1.0 / rate.max(f64::MIN_POSITIVE), flow);
            }
            Step::WaitUntil { window } => {
                let mean = self.mean_until_open(&self.program.windows[window.index()]);
                self.time_passes(mean, flow);
            }
            Step::Set { attribute, level } => {
                let mut shares = vec![0.0; usize::from(level) + 1];
                shares[usize::from(level)] = 1.0;
                self.set_levels(flow, attribute, &shares);
            }
            Step::SetBy { attribute, chance } => {
                let outcomes = self.outcomes(chance.index(), flow);
                self.set_levels(flow, attribute, &outcomes.shares);
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
            return self.near.shares(route, flow, &self.offsets);
        };
        let offset = self.offsets[usize::from(zone.0)];
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

    fn mean_duration(&self, duration: usize, flow: &Flow) -> f64 {
        let selector = &self.program.durations[duration].selector;
        let means = &self.compiled.mean_milliseconds[duration];
        let value = |row: usize| vec![means[row]];
        self.outcomes_by(selector, 1, &value, flow).shares[0]
    }

    /// Mean time from an arrival until the window is open, milliseconds.
    fn mean_until_open(&self, window: &Window) -> f64 {
        let mut mean = 0.0;
        for (hour, share) in self.hours.iter().enumerate() {
            let at = hour as u64 * HOUR.0 + HOUR.0 / 2;
            let until = |from: &u64| (from + WEEK.0 - at) % WEEK.0;
            let next = window.open.iter().map(|(from, _)| until(&from.0)).min();
            if !is_open(window, at) {
                mean += share * next.unwrap_or(0) as f64;
            }
        }
        mean
    }

    fn split(&self, chance: usize, flow: &Flow) -> Vec<Flow> {
        parts_of(&self.outcomes(chance, flow), flow)
    }

    fn outcomes(&self, chance: usize, flow: &Flow) -> Outcomes {
        let chance = &self.program.chances[chance];
        let n = chance.n_outcomes as usize;
        let shares = |row: usize| {
            let row = &chance.cumulative[row * n..(row + 1) * n];
            let before = std::iter::once(&0.0).chain(row);
            row.iter()
                .zip(before)
                .map(|(sum, before)| sum - before)
                .collect()
        };
        self.outcomes_by(&chance.selector, n, &shares, flow)
    }

    /// Mean over the rows of a table of `n` values a row, for the mix of a flow.
    fn outcomes_by(
        &self,
        selector: &Selector,
        n: usize,
        values: &dyn Fn(usize) -> Vec<f64>,
        flow: &Flow,
    ) -> Outcomes {
        let classes: Vec<Vec<Class>> = selector
            .dimensions
            .iter()
            .map(|(dimension, map)| self.classes(dimension, map, flow))
            .collect();
        let mut outcomes = Outcomes {
            shares: vec![0.0; n],
            by_level: Vec::new(),
        };
        // By dimension and class: the values summed over all cases with that class.
        let mut sums: Vec<Vec<Vec<f64>>> = classes
            .iter()
            .map(|of| vec![vec![0.0; n]; of.len()])
            .collect();
        let n_cases: usize = classes.iter().map(Vec::len).product();
        for case in 0..n_cases {
            let mut rest = case;
            let chosen: Vec<usize> = classes
                .iter()
                .map(|of| {
                    let class = rest % of.len();
                    rest /= of.len();
                    class
                })
                .collect();
            let each = classes.iter().zip(&chosen);
            let (weight, sum) = each.fold((1.0, 0), |(weight, sum), (of, class)| {
                (weight * of[*class].weight, sum + of[*class].adds)
            });
            if weight == 0.0 {
                continue;
            }
            let row = selector
                .rows
                .get(sum as usize)
                .map_or(0, |row| *row as usize);
            for (outcome, value) in values(row).into_iter().enumerate() {
                outcomes.shares[outcome] += weight * value;
                for (sums, class) in sums.iter_mut().zip(&chosen) {
                    sums[*class][outcome] += weight * value;
                }
            }
        }
        for (at, (dimension, _)) in selector.dimensions.iter().enumerate() {
            if let Dimension::Attribute(attribute) = dimension {
                let offset = self.offsets[usize::from(attribute.0)];
                for (class, sums) in classes[at].iter().zip(&sums[at]) {
                    let given: Vec<f64> = sums.iter().map(|sum| sum / class.weight).collect();
                    let levels = class.levels.iter().map(|level| offset + level);
                    outcomes
                        .by_level
                        .extend(levels.map(|level| (level, given.clone())));
                }
            }
        }
        outcomes
    }

    /// The values of a dimension that a table tells apart, each with its share; those that cannot be are left out.
    fn classes(&self, dimension: &Dimension, map: &[u32], flow: &Flow) -> Vec<Class> {
        let weights: Vec<f64> = match dimension {
            Dimension::Attribute(attribute) => {
                let offset = self.offsets[usize::from(attribute.0)];
                let levels = flow.levels[offset..offset + map.len()].iter();
                levels.map(|level| level / flow.per_millisecond).collect()
            }
            Dimension::Hour => (0..24)
                .map(|hour| self.hours.iter().skip(hour).step_by(24).sum())
                .collect(),
            Dimension::Weekday => self.hours.chunks(24).map(|day| day.iter().sum()).collect(),
            Dimension::Month => {
                let days = self.program.months.len() as f64;
                let count = |month: u8| self.program.months.iter().filter(move |m| **m == month);
                (0..12)
                    .map(|month| count(month).count() as f64 / days)
                    .collect()
            }
            Dimension::Open(window) => {
                let window = &self.program.windows[window.index()];
                let hours = self.hours.iter().enumerate();
                let middle = |hour: usize| hour as u64 * HOUR.0 + HOUR.0 / 2;
                let open = hours.filter(|(hour, _)| is_open(window, middle(*hour)));
                let open: f64 = open.map(|(_, share)| share).sum();
                vec![1.0 - open, open]
            }
            Dimension::Held(slot) => {
                let held = flow.held.iter().filter(|((held, _), _)| *held == slot.0);
                let held: f64 = held.map(|(_, held)| held).sum();
                let share = (held / flow.per_millisecond).min(1.0);
                vec![1.0 - share, share]
            }
            Dimension::Waiting { .. } | Dimension::Busy { .. } | Dimension::Trigger(_) => vec![1.0],
        };
        let mut classes: Vec<Class> = Vec::new();
        for (level, weight) in weights.into_iter().enumerate().filter(|(_, w)| *w > 0.0) {
            let adds = map.get(level).copied().unwrap_or(0);
            match classes.iter_mut().find(|class| class.adds == adds) {
                Some(class) => {
                    class.weight += weight;
                    class.levels.push(level);
                }
                None => classes.push(Class {
                    adds,
                    weight,
                    levels: vec![level],
                }),
            }
        }
        classes
    }
}

/// Levels of a dimension that a table treats alike.
struct Class {
    adds: u32,
    weight: f64,
    levels: Vec<usize>,
}

struct Outcomes {
    shares: Vec<f64>,
    /// For levels that the table looks at (as positions in `Flow::levels`): the shares given that level.
    by_level: Vec<(usize, Vec<f64>)>,
}

fn parts_of(outcomes: &Outcomes, flow: &Flow) -> Vec<Flow> {
    let mut parts: Vec<Flow> = outcomes
        .shares
        .iter()
        .map(|share| scaled(flow, *share))
        .collect();
    for (level, shares) in &outcomes.by_level {
        for (part, share) in parts.iter_mut().zip(shares) {
            part.levels[*level] = flow.levels[*level] * share;
        }
    }
    parts
}

fn scaled(flow: &Flow, share: f64) -> Flow {
    Flow {
        per_millisecond: flow.per_millisecond * share,
        levels: flow.levels.iter().map(|level| level * share).collect(),
        held: flow
            .held
            .iter()
            .map(|(key, held)| (*key, held * share))
            .collect(),
    }
}

fn is_open(window: &Window, at: u64) -> bool {
    let at = SimSpan(at);
    window
        .open
        .iter()
        .any(|(from, to)| (*from..*to).contains(&at))
}

/// Shares of arrivals by hour of the week, Monday first.
fn arrivals_by_hour(program: &Program) -> Vec<f64> {
    let n_hours = (WEEK.0 / HOUR.0) as usize;
    let mut hours = vec![0.0; n_hours];
    for stream in &program.streams {
        let (rate, profile) = match &stream.arrivals {
            Arrivals::Poisson {
                per_millisecond,
                profile,
                accept,
            } => (per_millisecond * accept, *profile),
            _ => (1e-12, None),
        };
        for (hour, sum) in hours.iter_mut().enumerate() {
            let relative = profile.map_or(1.0, |profile| {
                let profile = &program.profiles[profile.index()];
                let bin = (hour as u64 * HOUR.0 + HOUR.0 / 2) / profile.bin.0.max(1);
                profile.cycle[bin as usize % profile.cycle.len()]
            });
            *sum += rate * relative;
        }
    }
    let total: f64 = hours.iter().sum();
    if total <= 0.0 {
        return vec![1.0 / n_hours as f64; n_hours];
    }
    hours.iter().map(|rate| rate / total).collect()
}
