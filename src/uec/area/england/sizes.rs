//! How large each area's parts are: contacts from published volumes, teams and beds by stated rules.

use std::collections::BTreeMap;

use super::super::pools::{
    BEDS, DEVON_ADMISSIONS, DEVON_ADULT_BEDS, DEVON_PLANNED, DEVON_TYPE1, DEVON_TYPE3,
};
use super::super::zones::{AGES, Zone, Zones, rows};
use super::areas::{Area, Found, Volumes};
use crate::scenario::source::Source;

/// Places of first contact, as the names of needs in the library's urgent_contacts.toml begin.
pub const PLACES: [&str; 4] = ["calls", "emergency_calls", "walk_in", "centre"];

/// National numbers that stand in the library, because they were read off runs of the model they make.
pub struct Rules(BTreeMap<String, f64>);

impl Rules {
    /// Errors: a row that is missing or no number.
    pub fn read(source: &dyn Source) -> Result<Self, String> {
        let path = "scenarios/library/england_rules.csv";
        let text = source
            .read(path)
            .map_err(|_| format!("{path} cannot be read"))?;
        let mut rules = BTreeMap::new();
        for row in rows(&text) {
            let cell = |column: &str| row.get(column).map_or("", String::as_str);
            let value: Option<f64> = cell("value").parse().ok().filter(|value| *value >= 0.0);
            let value = value.ok_or_else(|| {
                format!("{path}: \"{}\" has no value that is a number", cell("name"))
            })?;
            rules.insert(cell("name").to_owned(), value);
        }
        let missing = NAMES.iter().find(|name| !rules.contains_key(**name));
        match missing {
            Some(name) => Err(format!("{path} has no row \"{name}\"")),
            None => Ok(Self(rules)),
        }
    }

    pub fn get(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(0.0)
    }

    /// What follows from first contacts at the four places: `calls`, `incidents`, `type1`, `type3`, `through` or `direct`. Nearly
    /// linear; calls that are made again and patients who come back are in it.
    fn follow(&self, first: &[f64; 4], what: &str) -> f64 {
        let each = first.iter().zip(PLACES);
        each.map(|(n, place)| n * self.get(&format!("{place}.{what}")))
            .sum()
    }
}

/// Rules without which nothing can be sized; others count as nothing where they are missing.
const NAMES: [&str; 19] = [
    "clinics.direct",
    "calls.calls",
    "emergency_calls.incidents",
    "walk_in.type1",
    "centre.type3",
    "teams.nhs111",
    "teams.control",
    "teams.crews",
    "teams.departments",
    "teams.centres",
    "teams.support",
    "beds.acute",
    "beds.surgical",
    "beds.childrens",
    "beds.fullest",
    "beds.busy",
    "spare.departments",
    "spare.telephone",
    "teams.responders",
];

/// Calls and incidents of Devon that its fitted teams answer (scenarios/systems/devon/published.csv).
const DEVON_CALLS: f64 = 336_700.0;
const DEVON_INCIDENTS: f64 = 195_000.0;

/// Of one area.
pub struct Size {
    /// By place: first contacts a year over those of the library's rates.
    pub contacts: [f64; 4],
    pub type2: f64,
    pub from_clinics: f64,
    pub planned: f64,
    /// Teams and rooms over Devon's.
    pub departments: f64,
    /// Home support, rehabilitation, care homes.
    pub support: [f64; 3],
    pub same_day: f64,
    pub calls: f64,
    pub control: f64,
    pub centre: f64,
    /// Vehicles over Devon's.
    pub crews: f64,
    pub responders: f64,
    pub visiting: f64,
    /// Ward stays over the library's.
    pub stay: f64,
    /// Chance of admission over the library's.
    pub admitted: f64,
    /// Beds by kind: acute, medical, surgical, children's.
    pub beds: [f64; 4],
}

/// First contacts a year per 1,000 residents.
pub struct Rates {
    /// By place, age and deprivation.
    rates: BTreeMap<(&'static str, String, String), f64>,
}

impl Rates {
    pub fn read(source: &dyn Source) -> Option<Self> {
        let path = "scenarios/library/urgent_contacts_rates.csv";
        let mut rates = BTreeMap::new();
        for row in rows(&source.read(path).ok()?) {
            let (age, deprivation) = (row.get("age")?.clone(), row.get("deprivation")?.clone());
            for (column, value) in &row {
                // The longer name first: emergency_calls is no kind of calls.
                let place = PLACES.iter().rev().find(|place| {
                    let rest = column.strip_prefix(**place);
                    rest.is_some_and(|rest| rest.starts_with('_'))
                });
                if let (Some(place), Ok(rate)) = (place, value.parse::<f64>()) {
                    let key = (*place, age.clone(), deprivation.clone());
                    *rates.entry(key).or_default() += rate;
                }
            }
        }
        Some(Self { rates })
    }

    fn contacts(&self, place: &'static str, zones: &Zones) -> f64 {
        let of_zone = |zone: &Zone| {
            let ages = AGES.iter().zip(zone.residents);
            let rate = |age: &str| {
                let key = (place, age.to_owned(), zone.quintile.to_string());
                self.rates.get(&key).copied().unwrap_or(0.0)
            };
            ages.map(|(age, residents)| residents * rate(age) / 1000.0)
                .sum::<f64>()
        };
        zones.list.iter().map(of_zone).sum()
    }
}

/// Sizes of all areas, in their order. What comes to centres of trusts that report none is taken from the rest; what the rest's calls and
/// centres bring beyond its own incidents and attendances of type 1 is taken from the trusts, in proportion.
pub fn of(found: &Found, rates: &Rates, rules: &Rules) -> Vec<Size> {
    let n_trusts = found.areas.len() - 1;
    let (trusts, rest) = found.areas.split_at(n_trusts);
    let of_trusts =
        |of: fn(&Volumes) -> f64| -> f64 { trusts.iter().map(|area| of(&area.volumes)).sum() };
    let firsts = trusts
        .iter()
        .map(|area| first_contacts(&area.volumes, rules));
    let at_centres: f64 = firsts.map(|first| rules.follow(&first, "type3")).sum();
    let mut of_rest = rest[0].volumes;
    of_rest.type3 = (of_rest.type3 - (at_centres - of_trusts(|volumes| volumes.type3))).max(0.0);
    let first = first_contacts(&of_rest, rules);
    let beyond = |what: &str, volume: f64| (rules.follow(&first, what) - volume).max(0.0);
    let incidents = beyond("incidents", of_rest.incidents) / of_trusts(|volumes| volumes.incidents);
    let type1 = beyond("type1", of_rest.type1) / of_trusts(|volumes| volumes.type1);
    let mut sizes = Vec::with_capacity(found.areas.len());
    for area in trusts {
        let volumes = Volumes {
            incidents: area.volumes.incidents * (1.0 - incidents),
            type1: area.volumes.type1 * (1.0 - type1),
            ..area.volumes
        };
        sizes.push(one(area, &volumes, rates, rules));
    }
    sizes.push(one(&rest[0], &of_rest, rates, rules));
    sizes
}

/// First contacts at each place: each kind of volume less what the places before bring, over what one contact brings.
fn first_contacts(volumes: &Volumes, rules: &Rules) -> [f64; 4] {
    let [mut calls, mut emergencies] = [volumes.calls, volumes.incidents];
    // Calls and incidents bring some of each other: this settles at once.
    for _ in 0..8 {
        let others = rules.follow(&[calls, 0.0, 0.0, 0.0], "incidents");
        let left = (volumes.incidents - others).max(0.1 * volumes.incidents);
        emergencies = left / rules.get("emergency_calls.incidents");
        let others = rules.follow(&[0.0, emergencies, 0.0, 0.0], "calls");
        calls = (volumes.calls - others).max(0.0) / rules.get("calls.calls");
    }
    let mut first = [calls, emergencies, 0.0, 0.0];
    let centres = volumes.type3 - rules.follow(&first, "type3");
    first[3] = centres.max(0.0) / rules.get("centre.type3");
    let walk_ins = volumes.type1 - rules.follow(&first, "type1");
    first[2] = walk_ins.max(0.05 * volumes.type1) / rules.get("walk_in.type1");
    first
}

fn one(area: &Area, volumes: &Volumes, rates: &Rates, rules: &Rules) -> Size {
    let first = first_contacts(volumes, rules);
    let contacts = std::array::from_fn(|at| first[at] / rates.contacts(PLACES[at], &area.zones));
    let planned = DEVON_PLANNED * volumes.adult_beds / DEVON_ADULT_BEDS;
    let admissions = volumes.through + volumes.direct;
    // Teams are sized for what comes, which is more than is published where other places bring it.
    let [type1, type3, incidents] =
        ["type1", "type3", "incidents"].map(|what| rules.follow(&first, what));
    let telephone = rules.get("spare.telephone");
    let department = rules.get("spare.departments");
    // Devon's four departments are a quarter of its patients each, its fifteen centres a fifteenth.
    let departments =
        rules.get("teams.departments") * with_spare(type1 / DEVON_TYPE1, 0.25, department);
    Size {
        contacts,
        type2: volumes.type2,
        from_clinics: ((volumes.direct - rules.follow(&first, "direct"))
            / rules.get("clinics.direct"))
        .max(1.0),
        planned: planned.max(1.0),
        departments,
        support: [rules.get("teams.support") * admissions / DEVON_ADMISSIONS; 3],
        same_day: departments,
        calls: rules.get("teams.nhs111") * with_spare(volumes.calls / DEVON_CALLS, 1.0, telephone),
        control: rules.get("teams.control")
            * with_spare(incidents / DEVON_INCIDENTS, 1.0, telephone),
        centre: rules.get("teams.centres")
            * with_spare(type3 / DEVON_TYPE3, 1.0 / 15.0, department),
        crews: rules.get("teams.crews") * incidents / DEVON_INCIDENTS,
        responders: rules.get("teams.responders") * incidents / DEVON_INCIDENTS,
        visiting: incidents / DEVON_INCIDENTS,
        stay: 1.0,
        beds: beds(volumes),
        admitted: (volumes.through / rules.follow(&first, "through").max(1.0)).clamp(0.5, 1.8),
    }
}

/// All beds by Devon's parts, before the work of the area is known; children have what one bed in fifteen is.
fn beds(volumes: &Volumes) -> [f64; 4] {
    let all = volumes.adult_beds + volumes.childrens_beds;
    let children = all / 15.0;
    let adult = |kind: usize| (all - children) * BEDS[kind].1;
    [adult(0), adult(1), adult(2), children].map(|beds| beds.round().max(1.0))
}

/// Staff over Devon's for work over Devon's, if Devon's teams have this part of its work each.
fn with_spare(work: f64, of_team: f64, spare: f64) -> f64 {
    let needed = |work: f64| work + spare * work.sqrt();
    needed(work) * of_team / needed(of_team)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_of_devons_size_is_devons_and_small_ones_have_more_for_each_patient() {
        assert!((with_spare(0.25, 0.25, 0.1) - 0.25).abs() < 1e-12);
        assert!(with_spare(0.05, 0.25, 0.1) > 0.05);
        assert!(with_spare(1.0, 0.25, 0.1) < 1.0);
    }
}
