//! Who a flow of patients is made of, and the mean over them of what tables say.
//!
//! If hours are followed, a flow also knows at which hours of the week its patients come by: tables that look at time then see
//! the hours of the flow in place of those of all arrivals, and what they tell apart stays apart.

use std::collections::BTreeMap;

use crate::engine::program::{
    Arrivals, AttributeId, Dimension, Program, Selector, Since, SiteId, Window,
};
use crate::engine::time::{HOUR, SimSpan, WEEK};
use crate::uec::compile::Compiled;

use super::hours::{N_HOURS, hours_of};

/// Patients per millisecond at one step, with what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub per_millisecond: f64,
    /// By attribute and level, one attribute after the other, as flows; then, if hours are followed, by hour of the week.
    pub levels: Vec<f64>,
    /// Units held, as flows, by slot and line (pools, then fleets).
    pub held: BTreeMap<(u8, usize), f64>,
    /// By site: those who have gone there; the others are where they arose.
    pub moved: BTreeMap<SiteId, f64>,
}

/// Averages tables over flows.
pub struct Mix<'c> {
    compiled: &'c Compiled,
    program: &'c Program,
    /// By attribute: where its levels begin in `Flow::levels`.
    pub offsets: Vec<usize>,
    n_levels: usize,
    /// Whether flows know their hours, after the levels of attributes.
    has_hours: bool,
    /// By hour of the week: share of arrivals.
    hours: Vec<f64>,
}

impl<'c> Mix<'c> {
    pub fn new(compiled: &'c Compiled, has_hours: bool) -> Self {
        let mut n_levels = 0;
        let offsets = compiled.names.attributes.iter().map(|attribute| {
            n_levels += attribute.levels.len();
            n_levels - attribute.levels.len()
        });
        Self {
            compiled,
            program: &compiled.program,
            offsets: offsets.collect(),
            n_levels,
            has_hours,
            hours: arrivals_by_hour(&compiled.program),
        }
    }

    /// A flow of which nothing is known.
    pub fn empty_flow(&self, per_millisecond: f64) -> Flow {
        let n_hours = if self.has_hours { N_HOURS } else { 0 };
        Flow {
            per_millisecond,
            levels: vec![0.0; self.n_levels + n_hours],
            held: BTreeMap::new(),
            moved: BTreeMap::new(),
        }
    }

    /// By hour of the week: how much of a flow comes by then; none unless hours are followed.
    pub fn hours_of_flow<'f>(&self, flow: &'f Flow) -> Option<&'f [f64]> {
        self.has_hours.then(|| &flow.levels[self.n_levels..])
    }

    pub fn set_hours(&self, flow: &mut Flow, hours: &[f64]) {
        if self.has_hours {
            flow.levels[self.n_levels..].copy_from_slice(hours);
        }
    }

    /// By hour of the week: share of a flow, or of all arrivals unless hours are followed.
    fn hour_shares(&self, flow: &Flow) -> Vec<f64> {
        match self.hours_of_flow(flow) {
            Some(hours) => hours
                .iter()
                .map(|hour| hour / flow.per_millisecond)
                .collect(),
            None => self.hours.clone(),
        }
    }

    /// By hour of the day: share of a flow.
    pub fn day_shares(&self, flow: &Flow) -> [f64; 24] {
        let mut day = [0.0; 24];
        for (hour, share) in self.hour_shares(flow).into_iter().enumerate() {
            day[hour % 24] += share;
        }
        day
    }

    /// Replaces what is known of an attribute by shares of its levels.
    pub fn set_levels(&self, flow: &mut Flow, attribute: AttributeId, shares: &[f64]) {
        let offset = self.offsets[usize::from(attribute.0)];
        let end = self.offsets.get(usize::from(attribute.0) + 1);
        let end = end.copied().unwrap_or(self.n_levels);
        for (level, slot) in flow.levels[offset..end].iter_mut().enumerate() {
            *slot = flow.per_millisecond * shares.get(level).copied().unwrap_or(0.0);
        }
    }

    pub fn mean_duration(&self, duration: usize, flow: &Flow) -> f64 {
        let selector = &self.program.durations[duration].selector;
        let means = &self.compiled.mean_milliseconds[duration];
        let value = |row: usize| vec![means[row]];
        self.outcomes_by(selector, 1, &value, flow).shares[0]
    }

    /// Mean time until the window is open, milliseconds.
    pub fn mean_until_open(&self, window: &Window, flow: &Flow) -> f64 {
        let hours = self.hour_shares(flow).into_iter().enumerate();
        hours
            .map(|(hour, share)| share * until_open(window, hour) as f64)
            .sum()
    }

    pub fn split(&self, chance: usize, flow: &Flow) -> Vec<Flow> {
        parts_of(&self.outcomes(chance, flow), flow)
    }

    pub fn outcomes(&self, chance: usize, flow: &Flow) -> Outcomes {
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
    pub fn outcomes_by(
        &self,
        selector: &Selector,
        n: usize,
        values: &dyn Fn(usize) -> Vec<f64>,
        flow: &Flow,
    ) -> Outcomes {
        let (classes, offsets): (Vec<Vec<Class>>, Vec<Option<usize>>) =
            self.dimensions(selector, flow).into_iter().unzip();
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
        for (at, offset) in offsets.into_iter().enumerate() {
            if let Some(offset) = offset {
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

    /// What a table looks at, each with where its values begin in `Flow::levels`, if a flow knows them.
    fn dimensions(&self, selector: &Selector, flow: &Flow) -> Vec<(Vec<Class>, Option<usize>)> {
        let follows_time = |dimension: &Dimension| {
            self.has_hours && level_of_hour(self.program, dimension, 0).is_some()
        };
        let all = selector.dimensions.iter();
        let apart = all.filter(|(dimension, _)| !follows_time(dimension));
        let mut found: Vec<_> = apart
            .map(|(dimension, map)| {
                let offset = match dimension {
                    Dimension::Attribute(attribute) => Some(self.offsets[usize::from(attribute.0)]),
                    _ => None,
                };
                (self.classes(dimension, map, flow), offset)
            })
            .collect();
        // All that looks at the time of the week is one thing: an hour is of one day, and open or not.
        let of_time: Vec<_> = selector
            .dimensions
            .iter()
            .filter(|(dimension, _)| follows_time(dimension))
            .collect();
        if !of_time.is_empty() {
            let adds = |hour: usize| {
                let adds = of_time.iter().filter_map(|(dimension, map)| {
                    let level = level_of_hour(self.program, dimension, hour)?;
                    map.get(level).copied()
                });
                adds.sum::<u32>()
            };
            let shares = self.hour_shares(flow);
            found.push((classes_of(&shares, adds), Some(self.n_levels)));
        }
        found
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
                let open = hours.filter(|(hour, _)| is_open(window, *hour));
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
            // In the long run the start lies far back, while nobody is long past a mark.
            Dimension::Since { what, bounds } => match what {
                Since::Start => (0..=bounds.len())
                    .map(|level| f64::from(u8::from(level == bounds.len())))
                    .collect(),
                Since::Mark(_) => vec![1.0],
            },
        };
        classes_of(&weights, |level| map.get(level).copied().unwrap_or(0))
    }
}

/// Levels that are there, gathered by what they add to the row of a table.
fn classes_of(weights: &[f64], adds: impl Fn(usize) -> u32) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    let present = weights.iter().copied().enumerate();
    for (level, weight) in present.filter(|(_, weight)| *weight > 0.0) {
        let adds = adds(level);
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

/// Which level of a dimension an hour of the week has; none if the dimension does not look at that.
fn level_of_hour(program: &Program, dimension: &Dimension, hour: usize) -> Option<usize> {
    match *dimension {
        Dimension::Hour => Some(hour % 24),
        Dimension::Weekday => Some(hour / 24),
        Dimension::Open(window) => {
            let window = &program.windows[window.index()];
            Some(usize::from(is_open(window, hour)))
        }
        _ => None,
    }
}

/// Levels of a dimension that a table treats alike.
struct Class {
    adds: u32,
    weight: f64,
    levels: Vec<usize>,
}

pub struct Outcomes {
    pub shares: Vec<f64>,
    /// For levels that the table looks at (as positions in `Flow::levels`): the shares given that level.
    by_level: Vec<(usize, Vec<f64>)>,
}

pub fn parts_of(outcomes: &Outcomes, flow: &Flow) -> Vec<Flow> {
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

pub fn scaled(flow: &Flow, share: f64) -> Flow {
    Flow {
        per_millisecond: flow.per_millisecond * share,
        levels: flow.levels.iter().map(|level| level * share).collect(),
        held: flow
            .held
            .iter()
            .map(|(key, held)| (*key, held * share))
            .collect(),
        moved: flow
            .moved
            .iter()
            .map(|(site, moved)| (*site, moved * share))
            .collect(),
    }
}

/// In the middle of an hour of the week.
pub fn is_open(window: &Window, hour: usize) -> bool {
    let at = SimSpan(hour as u64 * HOUR.0 + HOUR.0 / 2);
    window
        .open
        .iter()
        .any(|(from, to)| (*from..*to).contains(&at))
}

/// Milliseconds from the middle of an hour of the week until the window is open.
pub fn until_open(window: &Window, hour: usize) -> u64 {
    let at = hour as u64 * HOUR.0 + HOUR.0 / 2;
    let until = |from: u64| (from + WEEK.0 - at) % WEEK.0;
    let next = window.open.iter().map(|(from, _)| until(from.0)).min();
    match is_open(window, hour) {
        true => 0,
        false => next.unwrap_or(0),
    }
}

/// Shares of arrivals by hour of the week, Monday first.
fn arrivals_by_hour(program: &Program) -> Vec<f64> {
    let mut hours = vec![0.0; N_HOURS];
    for stream in &program.streams {
        let rate = match &stream.arrivals {
            Arrivals::Poisson {
                per_millisecond,
                accept,
                ..
            } => per_millisecond * accept,
            // So little that they count only where nobody else comes.
            _ => 1e-12,
        };
        let relative = match &stream.arrivals {
            Arrivals::Recorded(_) => vec![1.0; N_HOURS],
            arrivals => hours_of(program, arrivals),
        };
        for (sum, relative) in hours.iter_mut().zip(relative) {
            *sum += rate * relative;
        }
    }
    let total: f64 = hours.iter().sum();
    if total <= 0.0 {
        return vec![1.0 / N_HOURS as f64; N_HOURS];
    }
    hours.iter().map(|rate| rate / total).collect()
}
