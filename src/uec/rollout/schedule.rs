//! Which roll-outs are in force, for whom, where and when.
//!
//! A set of roll-outs is a bit mask in their order. What goes by an attribute belongs to the patient, who keeps it for the
//! whole journey; what goes by site, or holds everywhere, is looked at wherever the patient comes to.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::engine::program::{AttributeId, SiteId};
use crate::engine::streams::{draw, purpose_key};
use crate::engine::time::{DAY, SimTime};
use crate::scenario::dates::Date;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::uec::calendar::TimeZero;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::rollouts::{RolloutForm, WhenForm};
use crate::uec::model::Names;

/// Which roll-outs are in force: bit by bit, in their order.
pub type Mask = u16;

/// Versions of one system in one run, the one without any roll-out included.
pub const MOST_VERSIONS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Everywhere,
    Site,
    Attribute,
}

/// Where somebody belongs. Who belongs nowhere is covered once all units are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Number(usize),
    Unknown,
}

struct Covering {
    by: By,
    /// By unit (one if everywhere): when it is covered.
    cover: Vec<Vec<Range<SimTime>>>,
}

impl Covering {
    fn covers(&self, unit: Unit, time: SimTime) -> bool {
        let is_covered =
            |cover: &Vec<Range<SimTime>>| cover.iter().any(|span| span.contains(&time));
        match unit {
            Unit::Number(unit) => self.cover.get(unit).is_some_and(is_covered),
            Unit::Unknown => self.cover.iter().all(is_covered),
        }
    }
}

pub struct Schedule {
    rollouts: Vec<Covering>,
    /// The attribute that roll-outs go by, with the number of its levels; one for all of them.
    pub attribute: Option<(AttributeId, usize)>,
    /// Sites of the system without roll-outs.
    n_sites: usize,
    /// Time zero and every time at which something changes before the end of the run, in order.
    pub breaks: Vec<SimTime>,
}

impl Schedule {
    /// `names` are those of the system without any roll-out; `end` is that of the run.
    ///
    /// Errors (reported): `S301` for names of units, `S312` for roll-outs that cannot be.
    pub fn new(
        forms: &[RolloutForm],
        names: &Names,
        zero: TimeZero,
        end: SimTime,
        faults: &Diagnostics,
    ) -> Self {
        let mut schedule = Self {
            rollouts: Vec::new(),
            attribute: None,
            n_sites: names.sites.len(),
            breaks: vec![SimTime::ZERO],
        };
        for form in forms {
            let Some((by, units)) = schedule.units(form, names, faults) else {
                continue;
            };
            let order = order(form, &units, faults);
            let cover = order
                .iter()
                .map(|place| place.map_or_else(Vec::new, |place| spans(form, place, &order, zero)))
                .collect();
            schedule.rollouts.push(Covering { by, cover });
        }
        let spans = schedule
            .rollouts
            .iter()
            .flat_map(|rollout| rollout.cover.iter().flatten());
        let times: BTreeSet<SimTime> = spans
            .flat_map(|span| [span.start, span.end])
            .filter(|time| SimTime::ZERO < *time && *time < end)
            .collect();
        schedule.breaks.extend(times);
        schedule
    }

    /// The names of the units of a roll-out.
    fn units(
        &mut self,
        form: &RolloutForm,
        names: &Names,
        faults: &Diagnostics,
    ) -> Option<(By, Vec<String>)> {
        let Some(by) = &form.by else {
            return Some((By::Everywhere, vec![form.name.value.clone()]));
        };
        if by.value == "site" {
            let sites = names.sites.iter().map(|site| site.id.clone());
            return Some((By::Site, sites.collect()));
        }
        let known = names.attributes.iter();
        let Some(index) = known.clone().position(|one| one.id == by.value) else {
            let known = known.map(|one| one.id.as_str()).chain(["site"]);
            crate::uec::compile::index::report_unknown("kind of unit", by, known, faults);
            return None;
        };
        let attribute = AttributeId(index as u8);
        let levels = &names.attributes[index].levels;
        if self.attribute.is_some_and(|(other, _)| other != attribute) {
            let message = "all roll-outs that go by an attribute go by the same one";
            faults.report(Diagnostic::error(codes::ROLLOUT, by.span, message));
            return None;
        }
        self.attribute = Some((attribute, levels.len()));
        let levels = levels.iter().map(|level| level.id.clone());
        Some((By::Attribute, levels.collect()))
    }

    /// What is in force for somebody with a level of the attribute at a time, wherever.
    pub fn of_person(&self, level: Unit, time: SimTime) -> Mask {
        self.mask(time, |rollout| {
            (rollout.by == By::Attribute).then_some(level)
        })
    }

    /// What is in force at a site at a time, for whomever; none for a site that only some versions have: those who come
    /// there stay in theirs.
    pub fn of_site(&self, site: SiteId, time: SimTime) -> Option<Mask> {
        (site.index() < self.n_sites).then(|| {
            self.mask(time, |rollout| match rollout.by {
                By::Everywhere => Some(Unit::Number(0)),
                By::Site => Some(Unit::Number(site.index())),
                By::Attribute => None,
            })
        })
    }

    /// The roll-outs that go by an attribute.
    pub fn personal(&self) -> Mask {
        let bits = self.rollouts.iter().enumerate();
        let personal = bits.filter(|(_, rollout)| rollout.by == By::Attribute);
        personal.fold(0, |mask, (bit, _)| mask | 1 << bit)
    }

    fn mask(&self, time: SimTime, unit: impl Fn(&Covering) -> Option<Unit>) -> Mask {
        let bits = self.rollouts.iter().enumerate();
        let on = bits.filter(|(_, one)| unit(one).is_some_and(|unit| one.covers(unit, time)));
        on.fold(0, |mask, (bit, _)| mask | 1 << bit)
    }

    /// Every set of roll-outs that is ever in force for somebody, that of none first. A single roll-out is there even if it
    /// never comes into force, so that it is checked all the same.
    pub fn masks(&self) -> Vec<Mask> {
        let mut masks = BTreeSet::from([0]);
        if self.rollouts.len() == 1 {
            masks.insert(1);
        }
        let n_levels = self.attribute.map_or(1, |(_, n)| n);
        for time in &self.breaks {
            let levels = (0..n_levels).map(Unit::Number).chain([Unit::Unknown]);
            let people: BTreeSet<Mask> = levels.map(|level| self.of_person(level, *time)).collect();
            let sites = (0..self.n_sites).map(|site| SiteId(site as u16));
            let places: BTreeSet<Mask> =
                sites.filter_map(|site| self.of_site(site, *time)).collect();
            for person in people {
                masks.extend(places.iter().map(|place| person | place));
            }
        }
        masks.into_iter().collect()
    }
}

/// By unit: its place in the order in which units are covered; none for those that never are.
fn order(form: &RolloutForm, units: &[String], faults: &Diagnostics) -> Vec<Option<usize>> {
    let find = |name: &Name| {
        let found = units.iter().position(|unit| *unit == name.value);
        if found.is_none() {
            let what = form.by.as_ref().map_or("unit", |by| by.value.as_str());
            crate::uec::compile::index::report_unknown(what, name, units, faults);
        }
        found
    };
    let only: BTreeSet<usize> = form.only.iter().filter_map(find).collect();
    let takes_part = |unit: &usize| form.only.is_empty() || only.contains(unit);
    let mut first: Vec<usize> = Vec::new();
    for unit in form.order.iter().filter_map(find) {
        if takes_part(&unit) && !first.contains(&unit) {
            first.push(unit);
        }
    }
    let ticket = |unit: &usize| {
        let key = purpose_key(&format!("{}#{}", form.name.value, units[*unit]));
        draw(key, purpose_key("rollout#order"), form.lottery)
    };
    let mut rest: Vec<usize> = (0..units.len())
        .filter(|unit| takes_part(unit) && !first.contains(unit))
        .collect();
    rest.sort_by_key(|unit| (ticket(unit), *unit));
    let mut places = vec![None; units.len()];
    for (place, unit) in first.into_iter().chain(rest).enumerate() {
        places[unit] = Some(place);
    }
    places
}

/// When the unit at a place of the order is covered.
fn spans(
    form: &RolloutForm,
    place: usize,
    order: &[Option<usize>],
    zero: TimeZero,
) -> Vec<Range<SimTime>> {
    let at = |date: Date| {
        let midnight = date.to_days() * DAY.0 as i64;
        SimTime::ZERO + zero.until(midnight).unwrap_or_default()
    };
    let n_units = order.iter().flatten().count();
    match &form.when {
        WhenForm::Days(days) => days
            .iter()
            .map(|day| at(*day)..at(day.plus_days(1)))
            .filter(|span| !span.is_empty())
            .collect(),
        WhenForm::Waves { waves, until } => {
            let end = until.map_or(SimTime::NEVER, at);
            let mut spans: Vec<Range<SimTime>> = Vec::new();
            for (index, wave) in waves.iter().enumerate() {
                let from = wave.from.map_or(SimTime::ZERO, at);
                let next = waves.get(index + 1).and_then(|next| next.from);
                let to = next.map_or(end, at).min(end);
                let n_covered = (wave.share * n_units as f64).round() as usize;
                if place >= n_covered || from >= to {
                    continue;
                }
                match spans.last_mut() {
                    Some(last) if last.end == from => last.end = to,
                    _ => spans.push(from..to),
                }
            }
            spans
        }
    }
}
