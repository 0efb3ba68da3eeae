//! Which pool is the bottleneck: the paired effect of one more unit in each pool and fleet in turn.
//!
//! All runs see the same patients as the scenario itself. One unit more of a pool is there whenever any is rostered, so that
//! what is closed stays closed; one unit more of a fleet copies the unit that is on for most of the week, at its station. Of
//! several areas each that has any has one more.

use super::control::{Control, Failure};
use super::results::{Estimate, Results};
use super::soundness::line_name;
use super::summarise::estimate;
use crate::engine::program::{Program, Roster};
use crate::engine::time::HOUR;
use crate::stats::intervals::{bonferroni, half_width};
use crate::stats::summary::mean;
use crate::uec::compile::mean_capacity;
use crate::uec::measures::Line;
use crate::uec::model::{Better, Model};

const CONFIDENCE: f64 = 0.95;

/// A number to look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Position in `Results::keys`.
    pub key: usize,
    /// Which direction is better.
    pub better: Better,
}

/// A pool or fleet that patients wait for.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub line: Line,
    /// `beds at exeter`, or a fleet.
    pub name: String,
    /// Mean number waiting over the run, warm-up included, in the scenario as it is.
    pub waiting: f64,
}

/// A pool or fleet that is not tried, and why, as a clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Skipped {
    pub name: String,
    pub why: String,
}

/// What one more unit does to one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    pub baseline: Estimate,
    /// With one more unit less without, paired: the interval holds together with those of all other pools.
    pub difference: Estimate,
}

/// A pool that was given one more unit.
#[derive(Clone, Debug)]
pub struct Tried {
    pub candidate: Candidate,
    /// In the order of the numbers asked for; none where replications lack the number.
    pub effects: Vec<Option<Effect>>,
    /// Of the first number: the differences by replication.
    first: Vec<(u32, f64)>,
}

/// What came of trying.
#[derive(Debug)]
pub struct Bottleneck {
    /// The best first: by what one more unit does for the better to the first number.
    pub tried: Vec<Tried>,
    /// Confidence of each interval, so that all of a number hold together at 95 %.
    pub confidence: f64,
    /// By how much the second is worse than the best in the first number, with its 95 % interval; none with fewer than two.
    pub second_less_first: Option<Estimate>,
    pub failures: Vec<Failure>,
    /// Stopped before all were tried: those that were are given.
    pub is_partial: bool,
}

/// Pools and fleets that patients waited for, those with most waiting first, and those that are not worth a run.
///
/// `least_waiting` is the mean number waiting below which a line is left out.
pub fn candidates(baseline: &Results, least_waiting: f64) -> (Vec<Candidate>, Vec<Skipped>) {
    let model = &baseline.model;
    let runs = &baseline.conservation;
    let span = (model.run.warm_up + model.run.length).0 as f64 * runs.len().max(1) as f64;
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for line in lines(model) {
        let name = line_name(model, line);
        let index = match line {
            Line::Pool(pool) => pool.index(),
            Line::Fleet(fleet) => model.program.pools.len() + fleet.index(),
        };
        let areas = runs.iter().filter_map(|run| run.lines.get(index));
        let area: u64 = areas.map(|balance| balance.area).sum();
        let waiting = area as f64 / span.max(1.0);
        let skip = match () {
            () if !has_units(model, line) => Some("it never has a unit".to_owned()),
            () if area == 0 => Some("nobody waited for it".to_owned()),
            () if waiting < least_waiting => {
                let hours = area as f64 / HOUR.0 as f64 / runs.len().max(1) as f64;
                Some(format!(
                    "{waiting:.4} patients waited on average ({hours:.1} hours in a replication), fewer than {least_waiting}"
                ))
            }
            () => None,
        };
        match skip {
            Some(why) => skipped.push(Skipped { name, why }),
            None => found.push(Candidate {
                line,
                name,
                waiting,
            }),
        }
    }
    found.sort_by(|a: &Candidate, b| b.waiting.total_cmp(&a.waiting));
    (found, skipped)
}

/// Pools, then fleets.
fn lines(model: &Model) -> impl Iterator<Item = Line> {
    use crate::engine::program::{FleetId, PoolId};
    let pools = (0..model.program.pools.len()).map(|pool| Line::Pool(PoolId(pool as u16)));
    let fleets = (0..model.program.fleets.len()).map(|fleet| Line::Fleet(FleetId(fleet as u8)));
    pools.chain(fleets)
}

/// In any area.
fn has_units(model: &Model, line: Line) -> bool {
    let is_on = |roster: &Roster| roster.changes.iter().any(|(_, units)| *units > 0);
    let areas = model.areas.iter().map(|area| &area.program);
    let mut programs = areas.chain([&model.program]);
    programs.any(|program| match line {
        Line::Pool(pool) => is_on(&program.pools[pool.index()].roster),
        Line::Fleet(fleet) => {
            let mut units = program.fleets[fleet.index()].units.iter();
            units.any(|unit| is_on(&unit.roster))
        }
    })
}

/// The scenario with one unit more in one pool or fleet, in each of its areas.
pub fn one_more(model: &Model, line: Line) -> Model {
    let mut model = model.clone();
    let areas = model.areas.iter_mut().map(|area| &mut area.program);
    for program in areas.chain([&mut model.program]) {
        add_unit(program, line);
    }
    model.name = format!(
        "{} with one more of {}",
        model.name,
        line_name(&model, line)
    );
    model
}

fn add_unit(program: &mut Program, line: Line) {
    match line {
        Line::Pool(pool) => {
            let roster = &mut program.pools[pool.index()].roster;
            for (_, units) in roster.changes.iter_mut().filter(|(_, units)| *units > 0) {
                *units += 1;
            }
        }
        Line::Fleet(fleet) => {
            let units = &mut program.fleets[fleet.index()].units;
            // The first of several that are on for equally long.
            let longest = units
                .iter()
                .rev()
                .max_by(|a, b| mean_capacity(&a.roster).total_cmp(&mean_capacity(&b.roster)));
            units.extend(longest.cloned());
        }
    }
}

/// Gives each candidate one more unit in turn and compares with the baseline; the first of `wanted` ranks.
///
/// Runs a few candidates at a time, so that no more results are held than these need.
/// Errors: the machine refuses threads.
pub fn find(
    baseline: &Results,
    candidates: Vec<Candidate>,
    wanted: &[Wanted],
    control: &Control<'_>,
) -> Result<Bottleneck, String> {
    let confidence = bonferroni(CONFIDENCE, candidates.len());
    let (mut tried, mut failures, mut is_partial) = (Vec::new(), Vec::new(), false);
    // As many at a time as keep all threads busy to nearly the end; areas do by themselves, and are much to hold.
    let at_a_time = match baseline.model.areas.is_empty() {
        true => (4 * control.threads).max(4),
        false => 1,
    };
    for some in candidates.chunks(at_a_time) {
        let models = some.iter().map(|one| one_more(&baseline.model, one.line));
        let ended = super::run(models.collect(), control)?;
        failures.extend(ended.failures);
        for (candidate, results) in some.iter().zip(&ended.results) {
            is_partial |= results.partial;
            tried.extend(effects(baseline, results, candidate, (wanted, confidence)));
        }
        if is_partial {
            break;
        }
    }
    if let Some(first) = wanted.first() {
        rank(&mut tried, first.better);
    }
    Ok(Bottleneck {
        second_less_first: second_less_first(&tried),
        tried,
        confidence,
        failures,
        is_partial,
    })
}

/// None if no replication can be paired.
fn effects(
    baseline: &Results,
    results: &Results,
    candidate: &Candidate,
    (wanted, confidence): (&[Wanted], f64),
) -> Option<Tried> {
    let pairs: Vec<(usize, usize)> = baseline
        .replications
        .iter()
        .enumerate()
        .filter_map(|(position, number)| {
            Some((position, results.replications.binary_search(number).ok()?))
        })
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let differences = |key: usize| -> Vec<(u32, f64, f64)> {
        let values = pairs.iter().filter_map(|&(before, after)| {
            let was = baseline.values[before][key]?;
            let is = results.values[after][key]?;
            Some((baseline.replications[before], was, is - was))
        });
        values.collect()
    };
    let effect = |wanted: &Wanted| {
        let rows = differences(wanted.key);
        let of = |of: fn(&(u32, f64, f64)) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
        Some(Effect {
            baseline: estimate(&of(|row| row.1))?,
            difference: at_confidence(&of(|row| row.2), confidence)?,
        })
    };
    let first = wanted.first().map(|wanted| differences(wanted.key));
    let first = first.unwrap_or_default().into_iter();
    Some(Tried {
        candidate: candidate.clone(),
        effects: wanted.iter().map(effect).collect(),
        first: first
            .map(|(number, _, difference)| (number, difference))
            .collect(),
    })
}

fn at_confidence(values: &[f64], confidence: f64) -> Option<Estimate> {
    let half_width = half_width(values, confidence).unwrap_or(f64::INFINITY);
    let mean = mean(values)?;
    Some(Estimate {
        mean,
        low: mean - half_width,
        high: mean + half_width,
        n: values.len(),
    })
}

/// By what is for the better in the first number; of one of which neither direction is better, by the size of the effect.
fn rank(tried: &mut [Tried], better: Better) {
    let gain = |one: &Tried| {
        let effect = one.effects.first().copied().flatten();
        let difference = effect.map(|effect| effect.difference.mean);
        match better {
            Better::Lower => difference.map(|difference| -difference),
            Better::Higher => difference,
            Better::Neither => difference.map(f64::abs),
        }
        .unwrap_or(f64::NEG_INFINITY)
    };
    tried.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
}

fn second_less_first(tried: &[Tried]) -> Option<Estimate> {
    let [first, second, ..] = tried else {
        return None;
    };
    let less = second.first.iter().filter_map(|(number, of_second)| {
        let own = first.first.iter().find(|(other, _)| other == number)?;
        Some(of_second - own.1)
    });
    estimate(&less.collect::<Vec<_>>())
}

/// Simulated days that trying so many candidates takes, for progress.
pub fn days_to_try(model: &Model, n_candidates: usize) -> u64 {
    let one = super::replicate::days_to_run(std::slice::from_ref(model));
    one * n_candidates as u64
}
