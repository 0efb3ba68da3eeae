//! What a model would simulate, in plain numbers for people to check before it runs.

use crate::engine::arrivals::mean_rate_of_gaps;
use crate::engine::program::{Arrivals, Program, Roster};
use crate::engine::time::{DAY, SimSpan};

use super::model::{Model, RunPlan};

/// Patients who come from outside, gathered under the first part of their streams' names: a need or a kind of arrival.
#[derive(Clone, Debug, PartialEq)]
pub struct Arriving {
    pub name: String,
    pub n_streams: usize,
    /// Mean over the year of its profile.
    pub per_day: f64,
}

/// Units on duty over the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    pub fewest: u32,
    pub most: u32,
}

/// Who arrives, in the order of the scenario; of several areas, in all of them together.
pub fn arriving(model: &Model) -> Vec<Arriving> {
    if model.areas.is_empty() {
        return arriving_at(&model.names.streams, &model.program, &model.run);
    }
    let mut kinds = Vec::new();
    for kind in model.areas.iter().flat_map(|area| &area.arriving) {
        add(&mut kinds, kind.clone());
    }
    kinds
}

/// Who arrives in a program whose streams have these names.
pub fn arriving_at(streams: &[String], program: &Program, run: &RunPlan) -> Vec<Arriving> {
    let mut kinds: Vec<Arriving> = Vec::new();
    for (name, stream) in streams.iter().zip(&program.streams) {
        let kind = name.split(['.', '+']).next().unwrap_or(name);
        let arriving = Arriving {
            name: kind.to_owned(),
            n_streams: 1,
            per_day: per_day(program, run, &stream.arrivals),
        };
        add(&mut kinds, arriving);
    }
    kinds
}

fn add(kinds: &mut Vec<Arriving>, more: Arriving) {
    match kinds.iter_mut().find(|known| known.name == more.name) {
        Some(known) => {
            known.n_streams += more.n_streams;
            known.per_day += more.per_day;
        }
        None => kinds.push(more),
    }
}

fn per_day(program: &Program, run: &RunPlan, arrivals: &Arrivals) -> f64 {
    let day = DAY.0 as f64;
    match arrivals {
        Arrivals::Poisson {
            per_millisecond,
            accept,
            ..
        } => per_millisecond * accept * day,
        Arrivals::Renewal { gap } => {
            // The mean of a table's draws at evenly spread probabilities: near enough for an overview.
            const DRAWS: u64 = 4096;
            let rows = program.durations[gap.index()].samplers.iter();
            let means = rows.map(|row| {
                let sampler = &program.samplers[row.index()];
                let draws =
                    (0..DRAWS).map(|nth| sampler.sample((2 * nth + 1) * (u64::MAX / (2 * DRAWS))));
                draws.sum::<f64>() / DRAWS as f64
            });
            day * mean_rate_of_gaps(program, *gap, &means.collect::<Vec<_>>())
        }
        Arrivals::Recorded(list) => {
            let run = (run.warm_up + run.length).0.max(1);
            list.len() as f64 / (run as f64 / day)
        }
    }
}

/// Units of the pool at a position, fewest and most over its roster.
pub fn units(program: &Program, pool: usize) -> Units {
    range(&program.pools[pool].roster)
}

/// Units of the fleet at a position on shift, fewest and most over the day, by hours of the first week.
pub fn fleet_units(program: &Program, fleet: usize) -> Units {
    let units = &program.fleets[fleet].units;
    let on_shift = |hour: u64| {
        let time = SimSpan(hour * DAY.0 / 24);
        let counts = units.iter().map(|unit| at(&unit.roster, time));
        counts.sum::<u32>()
    };
    let hours: Vec<u32> = (0..168).map(on_shift).collect();
    Units {
        fewest: hours.iter().copied().min().unwrap_or(0),
        most: hours.iter().copied().max().unwrap_or(0),
    }
}

/// Of a model, in all its areas together.
pub fn in_all(model: &Model, units: impl Fn(&Program) -> Units) -> Units {
    if model.areas.is_empty() {
        return units(&model.program);
    }
    let each = model.areas.iter().map(|area| units(&area.program));
    let none = Units { fewest: 0, most: 0 };
    each.fold(none, |sum, of| Units {
        fewest: sum.fewest + of.fewest,
        most: sum.most + of.most,
    })
}

fn range(roster: &Roster) -> Units {
    let units = roster.changes.iter().map(|change| change.1);
    Units {
        fewest: units.clone().min().unwrap_or(0),
        most: units.max().unwrap_or(0),
    }
}

/// Capacity at a time of the first week.
fn at(roster: &Roster, time: SimSpan) -> u32 {
    let begun = roster
        .changes
        .partition_point(|change| change.0.0 <= time.0);
    begun
        .checked_sub(1)
        .map_or(0, |last| roster.changes[last].1)
}
