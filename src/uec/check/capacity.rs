//! Offered load against capacity, pool by pool, before any run.

use crate::engine::program::{Patience, PoolId, Program, Step};
use crate::engine::time::{HOUR, WEEK};
use crate::scenario::dates::WEEKDAYS;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::uec::codes;
use crate::uec::compile::{Compiled, mean_capacity};

use super::flow::{Expected, expected};

/// Estimated load of a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolLoad {
    /// Units that would be busy on average if nobody had to wait.
    pub offered: f64,
    /// Mean number rostered.
    pub capacity: f64,
}

/// Estimates the load of every pool, in the order of the pools.
///
/// Warns (`S306`) of load at or above capacity and (`S305`) of hours with nobody on; error (`S305`) for a pool that nobody
/// ever serves and where patients wait without end.
pub fn check(compiled: &Compiled, faults: &Diagnostics) -> Vec<PoolLoad> {
    let expected = expected(compiled);
    let pools = compiled.program.pools.iter().enumerate();
    let loads = pools.map(|(index, pool)| PoolLoad {
        offered: expected.busy[index],
        capacity: mean_capacity(&pool.roster),
    });
    let loads: Vec<PoolLoad> = loads.collect();
    for (index, load) in loads.iter().enumerate() {
        if expected.arrivals[index] <= 0.0 {
            continue;
        }
        // Where a trigger opens more, hours without a unit may be meant.
        let has_more = !compiled.program.pools[index].surges.is_empty();
        if load.capacity <= 0.0 {
            if !has_more {
                report_empty(compiled, index, faults);
            }
        } else if load.offered >= load.capacity * (1.0 - 1e-9) {
            report_overload(compiled, index, load, faults);
        } else if !has_more {
            report_gaps(compiled, index, &expected, faults);
        }
    }
    loads
}

/// Warns (`S306`) of pools to which in some of several areas comes more work than they have units for; by area, its name and
/// the loads of its pools.
pub fn check_areas(compiled: &Compiled, areas: &[(&str, &[PoolLoad])], faults: &Diagnostics) {
    let ratio = |load: &PoolLoad| load.offered / load.capacity;
    for pool in 0..compiled.program.pools.len() {
        let of_pool = areas.iter().map(|(area, loads)| (*area, &loads[pool]));
        let over = of_pool.filter(|(_, load)| load.capacity > 0.0 && ratio(load) >= 1.0);
        let mut over: Vec<(&str, f64)> = over.map(|(area, load)| (area, ratio(load))).collect();
        over.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let Some((most, ratio)) = over.first() else {
            continue;
        };
        let message = format!(
            "{} has more work than units in {} of {} areas, most in {most} ({:.0} %)",
            name_of(compiled, pool),
            over.len(),
            areas.len(),
            100.0 * ratio
        );
        let span = compiled.pool_spans[pool];
        let fault = Diagnostic::warning(codes::OVERLOAD, span, message);
        faults.report(fault.note(
            "an estimate from mean rates and durations, without time spent waiting for something else",
        ));
    }
}

fn name_of(compiled: &Compiled, pool: usize) -> String {
    let pool = &compiled.names.pools[pool];
    let site = &compiled.names.sites[pool.site.index()];
    format!("pool \"{}\" of site \"{}\"", pool.id, site.id)
}

fn report_overload(compiled: &Compiled, pool: usize, load: &PoolLoad, faults: &Diagnostics) {
    let message = format!(
        "{} has {:.1} units on average, and work for {:.1} comes to it ({:.0} %)",
        name_of(compiled, pool),
        load.capacity,
        load.offered,
        100.0 * load.offered / load.capacity
    );
    let fault = Diagnostic::warning(codes::OVERLOAD, compiled.pool_spans[pool], message);
    let fault = fault.note(
        "an estimate from mean rates and durations, without time spent waiting for something else",
    );
    faults.report(match has_a_way_out(&compiled.program, pool) {
        true => {
            fault.note("patients give up or are turned away here, so that the line stays finite")
        }
        false => fault.note("nobody in this line gives up: unless fewer come to it than estimated, it grows for as long as the run lasts"),
    });
}

fn report_empty(compiled: &Compiled, pool: usize, faults: &Diagnostics) {
    let span = compiled.pool_spans[pool];
    let name = name_of(compiled, pool);
    if has_a_way_out(&compiled.program, pool) {
        let message =
            format!("{name} never has a unit; patients who come to it give up or are turned away");
        faults.report(Diagnostic::warning(codes::NOBODY_ON, span, message));
    } else {
        let message = format!("{name} never has a unit, and patients who come to it wait for ever");
        let fault = Diagnostic::error(codes::NOBODY_ON, span, message);
        faults.report(
            fault.try_this(
                "at least one unit, or leave_after, leave_at or limit where patients wait",
            ),
        );
    }
}

/// Warns of hours of the week without a unit at which the site is open to new patients.
fn report_gaps(compiled: &Compiled, pool: usize, expected: &Expected, faults: &Diagnostics) {
    let program = &compiled.program;
    let roster = &program.pools[pool].roster;
    if expected.arrivals[pool] <= 0.0 || roster.changes.iter().all(|(_, units)| *units > 0) {
        return;
    }
    let site = compiled.names.pools[pool].site;
    let hours = compiled.site_hours[site.index()];
    let units_at = |hour: u64| {
        let since = (hour * HOUR.0 + HOUR.0 / 2 + WEEK.0 - program.clock.week_offset.0) % WEEK.0;
        let mut before = roster.changes.iter().rev();
        let found = before.find(|(at, _)| at.0 <= since);
        found.map_or(0, |(_, units)| *units)
    };
    let is_open = |hour: u64| {
        let at = crate::engine::time::SimSpan(hour * HOUR.0 + HOUR.0 / 2);
        hours.is_none_or(|window| {
            let mut open = program.windows[window.index()].open.iter();
            open.any(|(from, to)| (*from..*to).contains(&at))
        })
    };
    let mut gaps = (0..WEEK.0 / HOUR.0).filter(|hour| units_at(*hour) == 0 && is_open(*hour));
    let Some(first) = gaps.next() else {
        return;
    };
    let message = format!(
        "{} has nobody on for {} hours of the week in which patients can come, first {} {:02}:00",
        name_of(compiled, pool),
        gaps.count() + 1,
        WEEKDAYS[(first / 24) as usize % 7],
        first % 24
    );
    let span = compiled.pool_spans[pool];
    let fault = Diagnostic::warning(codes::NOBODY_ON, span, message);
    faults.report(
        fault.note("they wait until somebody is on; site hours say when new patients may come"),
    );
}

/// Whether every wait for the pool can end without a unit.
fn has_a_way_out(program: &Program, pool: usize) -> bool {
    let pool = PoolId(pool as u16);
    let listed =
        |list: crate::engine::program::PoolListId| program.pool_lists[list.index()].contains(&pool);
    let waits = program.steps.iter().filter_map(|step| match step {
        Step::Hold { pool: of, wait, .. } | Step::Use { pool: of, wait, .. } if *of == pool => {
            Some(*wait)
        }
        Step::HoldAny { pools, wait, .. } | Step::HoldAll { pools, wait, .. } if listed(*pools) => {
            Some(*wait)
        }
        _ => None,
    });
    let mut rules = waits.map(|wait| &program.waits[wait.index()]);
    rules.all(|rule| rule.patience != Patience::Endless || rule.limit == Some(0))
}
