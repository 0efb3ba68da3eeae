//! What shared things are while versions come into force: pools, the units of fleets, what is held back of them, slots of
//! appointments, and whose triggers a measure follows.

use std::collections::BTreeMap;

use crate::engine::program::{CalendarSpec, PoolSpec, Roster, RouteRule, ShiftEnd, SiteId};
use crate::engine::time::SimTime;
use crate::uec::model::MeasureKind;

use super::capacity::{self, Coverage, Shares};
use super::join::Joined;
use super::schedule::Schedule;

/// `residents` by level of the attribute that roll-outs go by; `end` is that of the run.
pub fn fill_in(joined: &mut Joined, coverage: &Coverage<'_>, residents: &[f64], end: SimTime) {
    let mut known: BTreeMap<Option<usize>, Shares> = BTreeMap::new();
    let catchments: Vec<Vec<f64>> = (0..joined.names.sites.len())
        .map(|site| catchment(joined, coverage.schedule, site, residents))
        .collect();
    let mut shares = |site: Option<usize>| {
        let of_site = || {
            let id = site.map(|site| SiteId(site as u16));
            coverage.shares(id, site.map_or(residents, |site| &catchments[site]))
        };
        known.entry(site).or_insert_with(of_site).clone()
    };
    for (index, versions) in joined.pool_versions.iter().enumerate() {
        let site = joined.names.pools[index].site;
        let pool = &mut joined.program.pools[index];
        fill_in_pool(pool, versions, &shares(Some(site.index())), end);
        let mut present = versions.iter().enumerate();
        let interrupts = |(version, spec): (usize, &Option<PoolSpec>)| {
            let ends = spec.as_ref().map(|spec| spec.on_shift_end);
            ends == Some(ShiftEnd::Interrupt) && coverage.is_ever_in_force(version, Some(site))
        };
        if present.any(interrupts) {
            pool.on_shift_end = ShiftEnd::Interrupt;
        }
    }
    fleets(joined, coverage, &shares(None), end);
    triggers(joined, coverage);
    for (calendar, (site, users)) in joined.calendar_users.iter().enumerate() {
        let spec = &mut joined.program.calendars[calendar];
        spec.later = slots(&shares(Some(site.index())), users, spec);
        if let [(SimTime::ZERO, week)] = &mut spec.later[..] {
            spec.week = std::mem::take(week);
            spec.later.clear();
        }
    }
}

/// Units by roster, and those that open beyond it: each version's as far as it is in force.
fn fill_in_pool(pool: &mut PoolSpec, versions: &[Option<PoolSpec>], shares: &Shares, end: SimTime) {
    let rosters = versions.iter().map(|spec| Some(&spec.as_ref()?.roster));
    let rosters: Vec<Option<&Roster>> = rosters.collect();
    pool.roster = capacity::roster(shares, &rosters, end);
    for (version, spec) in versions.iter().enumerate() {
        let surges = spec.iter().flat_map(|spec| &spec.surges);
        let surges = surges.filter_map(|surge| capacity::surge(shares, version, surge));
        pool.surges.extend(surges);
    }
}

/// Units by their rosters; what is held back of them by versions that come into force.
fn fleets(joined: &mut Joined, coverage: &Coverage<'_>, of_all: &Shares, end: SimTime) {
    for (fleet, rosters) in joined.unit_rosters.iter().enumerate() {
        let is_shared = |rosters: &Vec<_>| rosters.iter().all(Option::is_some);
        let n_others = rosters.iter().filter(|one| !is_shared(one)).count();
        let mut place = 0;
        for (unit, rosters) in rosters.iter().enumerate() {
            let spec = &mut joined.program.fleets[fleet].units[unit];
            let each: Vec<Option<&Roster>> = rosters.iter().map(Option::as_ref).collect();
            if is_shared(rosters) {
                spec.roster = capacity::roster(of_all, &each, end);
            } else {
                spec.roster = capacity::unit_roster(of_all, &each, (place, n_others), end);
                place += 1;
            }
        }
    }
    for (spec, users) in joined.program.fleets.iter_mut().zip(&joined.way_users) {
        for (way, users) in spec.ways.iter_mut().zip(users) {
            let mut users = users.iter();
            if !users.any(|version| coverage.is_ever_in_force(*version, None)) {
                way.reserve = None;
            }
        }
    }
}

/// A measure follows the triggers of versions that come into force where they are; all, if none does.
fn triggers(joined: &mut Joined, coverage: &Coverage<'_>) {
    let (names, versions) = (&joined.names.triggers, &joined.trigger_versions);
    for measure in &mut joined.measures {
        let MeasureKind::TriggerLevel { triggers, .. } = &mut measure.kind else {
            continue;
        };
        let mut in_force = triggers.clone();
        in_force.retain(|trigger| {
            let site = names[trigger.index()].site;
            coverage.is_ever_in_force(versions[trigger.index()], site)
        });
        if !in_force.is_empty() {
            *triggers = in_force;
        }
    }
}

/// A version's slots, as far as it is in force.
fn slots(shares: &Shares, users: &[usize], spec: &CalendarSpec) -> Vec<(SimTime, Vec<u16>)> {
    let part = |shares: &Vec<f64>| -> f64 { users.iter().map(|user| shares[*user]).sum() };
    let week = |share: f64| {
        let each = spec.week.iter();
        each.map(|slots| (f64::from(*slots) * share + 1e-9).round() as u16)
            .collect()
    };
    let mut later: Vec<(SimTime, Vec<u16>)> = shares
        .iter()
        .map(|(time, shares)| (*time, week(part(shares))))
        .collect();
    later.dedup_by(|second, first| second.1 == first.1);
    later
}

/// Weights of the levels of the attribute among those who come to a site: as routes by shares send them, else all
/// residents.
fn catchment(joined: &Joined, schedule: &Schedule, site: usize, residents: &[f64]) -> Vec<f64> {
    let Some((attribute, n_levels)) = schedule.attribute else {
        return residents.to_vec();
    };
    for route in &joined.program.routes {
        let n = route.sites.len();
        let place = route.sites.iter().position(|one| one.site.index() == site);
        let goes_by = route.row == Some(attribute) && route.rule == RouteRule::Shares;
        let Some(place) = place.filter(|_| goes_by) else {
            continue;
        };
        let weight = |level: usize| residents[level] * f64::from(route.weights[level * n + place]);
        let weights: Vec<f64> = (0..n_levels).map(weight).collect();
        if weights.iter().sum::<f64>() > 0.0 {
            return weights;
        }
    }
    residents.to_vec()
}
