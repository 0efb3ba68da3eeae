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
use crate::uec::compile::EVERYWHERE;
use crate::uec::compile::index::report_unknown;
use crate::uec::forms::rollouts::{RolloutForm, WhenForm};
use crate::uec::forms::{Name, ScenarioForm};
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
    /// `names` are those of the system without any roll-out; `end` is that of the run. What [`check`] finds fault with is
    /// passed over.
    pub fn new(forms: &[RolloutForm], names: &Names, zero: TimeZero, end: SimTime) -> Self {
        let mut schedule = Self {
            rollouts: Vec::new(),
            attribute: None,
            n_sites: names.sites.len(),
            breaks: vec![SimTime::ZERO],
        };
        for form in forms {
            let Some((by, units)) = schedule.units(form, names) else {
                continue;
            };
            let order = order(form, &units);
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
    fn units(&mut self, form: &RolloutForm, names: &Names) -> Option<(By, Vec<String>)> {
        let Some(by) = &form.by else {
            return Some((By::Everywhere, vec![form.name.value.clone()]));
        };
        if by.value == SITE {
            let sites = names.sites.iter().map(|site| site.id.clone());
            return Some((By::Site, sites.collect()));
        }
        let mut attributes = names.attributes.iter();
        let index = attributes.position(|one| one.id == by.value)?;
        let levels = &names.attributes[index].levels;
        self.attribute = Some((AttributeId(index as u8), levels.len()));
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

    /// When a roll-out is in force at a site, whomever it covers there; never for one that goes by an attribute.
    pub fn at_site(&self, rollout: usize, site: usize) -> Vec<Range<SimTime>> {
        let rollout = &self.rollouts[rollout];
        let unit = match rollout.by {
            By::Everywhere => 0,
            By::Site => site,
            By::Attribute => return Vec::new(),
        };
        rollout.cover.get(unit).cloned().unwrap_or_default()
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

/// What a roll-out by site goes by.
const SITE: &str = "site";

/// Errors (reported): `S301` for units that do not exist, `S312` for roll-outs by several attributes.
pub fn check(form: &ScenarioForm, faults: &Diagnostics) {
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    let sites = form.sites.iter().map(|site| site.name.value.as_str());
    kinds.push((SITE, sites.chain([EVERYWHERE]).collect()));
    if let Some(people) = &form.people {
        let zones = people.zones.iter().map(|zone| zone.name.value.as_str());
        let ages = people.ages.iter().map(|age| age.value.as_str());
        let levels = people.cells.iter();
        let levels = levels.filter_map(|cell| cell.deprivation.as_ref());
        kinds.push(("zone", zones.collect()));
        kinds.push(("age", ages.collect()));
        kinds.push((
            "deprivation",
            levels.map(|level| level.value.as_str()).collect(),
        ));
    }
    for attribute in &form.attributes {
        let levels = attribute.levels.iter().map(|level| level.id.as_str());
        kinds.retain(|(kind, _)| *kind != attribute.name.value);
        kinds.push((&attribute.name.value, levels.collect()));
    }
    let mut attribute: Option<&str> = None;
    for rollout in &form.rollouts {
        let Some(by) = &rollout.by else { continue };
        let Some((_, units)) = kinds.iter().find(|(kind, _)| *kind == by.value) else {
            let known = kinds.iter().map(|(kind, _)| *kind);
            report_unknown("kind of unit", by, known, faults);
            continue;
        };
        for unit in rollout.only.iter().chain(&rollout.order) {
            if !units.contains(&unit.value.as_str()) {
                report_unknown(&by.value, unit, units, faults);
            }
        }
        if by.value != SITE && attribute.is_some_and(|other| other != by.value) {
            let message = "all roll-outs that go by an attribute go by the same one";
            faults.report(Diagnostic::error(codes::ROLLOUT, by.span, message));
        } else if by.value != SITE {
            attribute = Some(&by.value);
        }
    }
}

/// By unit: its place in the order in which units are covered; none for those that never are.
fn order(form: &RolloutForm, units: &[String]) -> Vec<Option<usize>> {
    let find = |name: &Name| units.iter().position(|unit| *unit == name.value);
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
