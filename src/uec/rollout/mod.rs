//! Roll-outs: changes that are in force at some times, in some places or for some of the people, in one run.
//!
//! Every set of roll-outs that is ever in force is a version of the system, compiled by itself and joined with the others:
//! sites, pools and fleets are shared, paths are not. A patient is the same person in all versions; its stream comes in the
//! version that is in force for it then. So a roll-out that covers nobody gives the system as it is, and one that covers
//! everybody the changed system, patient by patient.

mod capacity;
mod entries;
mod in_force;
mod join;
mod maps;
mod measures;
mod schedule;
mod shared;

use std::collections::BTreeMap;

use crate::engine::program::{RouteSite, StepId};
use crate::engine::time::SimTime;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::source::stem;

use super::calendar::TimeZero;
use super::codes;
use super::compile::Compiled;
use super::forms::ScenarioForm;
use super::model::{ChangeNote, Residents, Rollout};
use capacity::Coverage;
use join::Joined;
pub use schedule::check;
use schedule::{MOST_VERSIONS, Schedule, Unit};

/// What the versions need to know of the scenario.
pub struct Setting<'s> {
    /// The system without any roll-out.
    pub form: &'s ScenarioForm,
    /// Its residents.
    pub residents: &'s [Residents],
    pub faults: &'s Diagnostics,
}

/// The system without any roll-out with every version beside it, and what the roll-outs are.
///
/// `version` compiles the system with these changes laid over those it has, holding things under these slots.
///
/// Errors (reported): `S301`, `S312` and those of the versions.
pub fn roll_out(
    base: Compiled,
    setting: &Setting<'_>,
    version: impl Fn(&[String], &BTreeMap<String, u8>) -> Option<Compiled>,
) -> Option<(Compiled, Vec<Rollout>)> {
    let (forms, faults) = (&setting.form.rollouts, setting.faults);
    let run = &setting.form.run;
    let end = SimTime::ZERO + run.warm_up + run.length;
    let zero = TimeZero::of(run);
    let schedule = Schedule::new(forms, &base.names, zero, end);
    let masks = schedule.masks();
    let span = forms.first().map(|form| form.span).unwrap_or_default();
    if masks.len() > MOST_VERSIONS {
        let message = format!(
            "these roll-outs overlap in {} ways; {MOST_VERSIONS} at most",
            masks.len()
        );
        let fault = Diagnostic::error(codes::ROLLOUT, span, message);
        faults.report(fault.try_this("fewer roll-outs, or some that come into force together"));
    }
    if faults.has_errors() {
        return None;
    }
    let slots = base.slots.clone();
    // One that is in force at no time of this run is checked all the same.
    for (bit, form) in forms.iter().enumerate() {
        if masks.iter().all(|mask| mask >> bit & 1 == 0) {
            let changes = form.changes.iter().map(|name| name.value.clone());
            version(&changes.collect::<Vec<_>>(), &slots)?;
        }
    }
    let mut versions = vec![base];
    for mask in &masks[1..] {
        let in_force = forms.iter().enumerate();
        let changes = in_force
            .filter(|(bit, _)| mask >> bit & 1 == 1)
            .flat_map(|(_, form)| form.changes.iter().map(|name| name.value.clone()));
        versions.push(version(&changes.collect::<Vec<_>>(), &slots)?);
    }
    check_slots(&versions, span, faults);
    let mut joined = join::join(&versions, span, faults)?;
    let weights = residents_by_level(&schedule, setting.residents);
    let coverage = Coverage {
        schedule: &schedule,
        masks: &masks,
        n_sites: versions[0].names.sites.len(),
    };
    streams(&mut joined, &versions, &coverage, end);
    routes(&mut joined, &versions, &coverage);
    in_force::fill_in(&mut joined, &coverage, &weights, end);
    let rollouts = forms.iter().enumerate().map(|(bit, form)| Rollout {
        name: form.name.value.clone(),
        title: form.title.clone(),
        when: form.in_words(),
        // Their titles and evidence are known to who read them.
        changes: (form.changes.iter())
            .map(|name| ChangeNote {
                name: stem(&name.value).to_owned(),
                title: String::new(),
                evidence: Vec::new(),
            })
            .collect(),
        by: form.by.as_ref().map(|by| by.value.clone()),
        at_sites: (0..joined.names.sites.len())
            .map(|site| schedule.at_site(bit, site))
            .collect(),
        covers: (joined.stream_versions.iter())
            .map(|(version, _)| masks[*version] >> bit & 1 == 1)
            .collect(),
    });
    let rollouts = rollouts.collect();
    Some((finish(versions, joined), rollouts))
}

/// Who comes from one version to another must find what it holds under the slot where it put it.
fn check_slots(versions: &[Compiled], span: crate::scenario::files::Span, faults: &Diagnostics) {
    for version in &versions[1..] {
        for (name, slot) in &version.slots {
            let there = versions[0].slots.get(name);
            if there.is_some_and(|there| there != slot) {
                let message = format!(
                    "what is held under \"{name}\" cannot be kept apart from what a roll-out adds: more than 6 things at one time"
                );
                faults.error(codes::ROLLOUT, span, message);
            }
        }
    }
}

/// Residents by level of the attribute that roll-outs go by; alike where nobody lives.
fn residents_by_level(schedule: &Schedule, residents: &[Residents]) -> Vec<f64> {
    let Some((attribute, n_levels)) = schedule.attribute else {
        return vec![1.0];
    };
    let found = residents.iter().find(|one| one.attribute == attribute);
    found.map_or_else(|| vec![1.0; n_levels], |one| one.by_level.clone())
}

/// Each stream comes while its version is in force for its patients.
fn streams(joined: &mut Joined, versions: &[Compiled], coverage: &Coverage<'_>, end: SimTime) {
    let schedule = coverage.schedule;
    for (index, (version, number)) in joined.stream_versions.iter().enumerate() {
        let stream = &mut joined.program.streams[index];
        let site = joined.program.draws[stream.entry.index()].site;
        let brings = |id: u8| {
            let maps = joined.maps[*version].attributes.iter();
            let own = maps.enumerate().find(|(_, whole)| whole.0 == id);
            own.is_some_and(|(own, _)| versions[*version].brings[*number] >> own & 1 == 1)
        };
        let level = match schedule.attribute {
            Some((id, _)) if brings(id.0) => {
                Unit::Number(usize::from(stream.attributes[usize::from(id.0)]))
            }
            _ => Unit::Unknown,
        };
        let own = coverage.masks[*version];
        let in_force = |time: SimTime| {
            let person = schedule.of_person(level, time);
            let place = schedule.of_site(site, time);
            place.map_or(own, |place| person | place) == own
        };
        let mut active: Vec<(SimTime, SimTime)> = Vec::new();
        for (index, from) in schedule.breaks.iter().enumerate() {
            let until = schedule.breaks.get(index + 1).copied();
            let until = until.unwrap_or(SimTime::NEVER);
            match active.last_mut() {
                _ if !in_force(*from) => {}
                Some(last) if last.1 == *from => last.1 = until,
                _ => active.push((*from, until)),
            }
        }
        let is_always = matches!(active[..], [(SimTime::ZERO, until)] if until >= end);
        stream.active = (!is_always).then_some(active);
    }
}

/// Who is sent to a site begins there in the version that is in force for them then.
fn routes(joined: &mut Joined, versions: &[Compiled], coverage: &Coverage<'_>) {
    let mut next = 0;
    for (version, compiled) in versions.iter().enumerate() {
        for own in &compiled.program.routes {
            let mut route = std::mem::take(&mut joined.program.routes[next].sites);
            for (site, own) in route.iter_mut().zip(&own.sites) {
                site.later = later(joined, compiled, version, site, own, coverage);
            }
            joined.program.routes[next].sites = route;
            next += 1;
        }
    }
}

fn later(
    joined: &Joined,
    compiled: &Compiled,
    version: usize,
    site: &RouteSite,
    own: &RouteSite,
    coverage: &Coverage<'_>,
) -> Vec<(SimTime, Vec<StepId>)> {
    let schedule = coverage.schedule;
    let person = coverage.masks[version] & schedule.personal();
    let entries_at = |time: SimTime| {
        let Some(place) = schedule.of_site(site.site, time) else {
            return site.entries.clone();
        };
        let there = coverage
            .masks
            .iter()
            .position(|mask| *mask == person | place);
        // No version: nobody of this one is on the way at that time.
        let there = &joined.entries[there.unwrap_or(version)];
        let path = |entry: &StepId| &compiled.names.steps[entry.index()];
        if own
            .entries
            .iter()
            .any(|entry| !there.runs(site.site, path(entry)))
        {
            return Vec::new();
        }
        let same = own.entries.iter().zip(&site.entries);
        same.map(|(own, here)| there.step(site.site, path(own)).unwrap_or(*here))
            .collect()
    };
    let breaks = schedule.breaks.iter();
    let mut later: Vec<_> = breaks.map(|time| (*time, entries_at(*time))).collect();
    later.dedup_by(|second, first| second.1 == first.1);
    if later.len() == 1 && later[0].1 == site.entries {
        later.clear();
    }
    later
}

/// The joined tables in the place of the first version's.
fn finish(mut versions: Vec<Compiled>, joined: Joined) -> Compiled {
    let base = versions.remove(0);
    Compiled {
        program: joined.program,
        names: joined.names,
        measures: joined.measures,
        charts: joined.charts,
        ..base
    }
}
