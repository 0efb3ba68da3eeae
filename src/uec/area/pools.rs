//! Rooms, staff and crews of an area, scaled from the shipped fitted system of Devon.
//!
//! None of these is published. Devon's are fitted (docs/devon-fit.md); an area has as many per patient, resident or bed.

use super::departments::AcuteSite;
use super::facts::Facts;
use super::zones::{Shipped, Zones};

/// Devon, April 2023 to March 2024 (scenarios/systems/devon/published.csv and zones.csv).
pub const DEVON_TYPE1: f64 = 334_468.0;
pub const DEVON_TYPE3: f64 = 126_662.0;
pub const DEVON_ADMISSIONS: f64 = 154_149.0;
const DEVON_RESIDENTS: f64 = 1_209_773.0;
/// Attenders put in at its border (arrivals.beyond_border_*).
const DEVON_BEYOND_BORDER: f64 = 31_700.0;
/// General and acute beds for adults of its four hospitals.
pub const DEVON_ADULT_BEDS: f64 = 2_445.0;
/// Planned admissions a year of its four hospitals, and those from clinics among the 51,833 not through A&E.
pub const DEVON_PLANNED: f64 = 24_800.0;
pub const FROM_CLINICS: f64 = 20_200.0 / 51_833.0;
/// Adult beds occupied over discharges a day of Devon's three trusts together (2,313.5 over 302.1), and their ward stays over the
/// library's (those of Exeter, the middle one).
const DEVON_BED_DAYS: f64 = 7.66;
const DEVON_STAY: f64 = 1.12;
/// Mean share, by day, of Devon's walk-in patients who choose a centre, with type 3 being this part of attendances.
const DEVON_TO_CENTRE: f64 = 0.71;

/// A roster: from when, units, weekdays only if a text.
pub type Rows = &'static [(&'static str, f64, &'static str)];

/// Pools that go with type 1 attendances: Devon's four departments together.
pub const BY_ATTENDANCES: [(&str, Rows); 10] = [
    (
        "triage_nurses",
        &[("00:00", 6.0, ""), ("09:00", 11.0, ""), ("23:00", 7.0, "")],
    ),
    ("resus_bays", &[("", 22.0, "")]),
    ("cubicles", &[("", 144.0, "")]),
    ("minors_rooms", &[("", 32.0, "")]),
    ("childrens_rooms", &[("", 33.0, "")]),
    (
        "doctors",
        &[
            ("00:00", 14.0, ""),
            ("08:00", 22.0, ""),
            ("11:00", 26.0, ""),
            ("17:00", 28.0, ""),
            ("22:00", 15.0, ""),
        ],
    ),
    (
        "practitioners",
        &[
            ("00:00", 4.0, ""),
            ("08:00", 9.0, ""),
            ("12:00", 11.0, ""),
            ("22:00", 4.0, ""),
        ],
    ),
    ("nurses", &[("", 15.0, "")]),
    ("imaging", &[("", 11.0, "")]),
    (
        "same_day_spaces",
        &[
            ("00:00", 30.0, ""),
            ("08:00", 101.0, ""),
            ("21:00", 30.0, ""),
        ],
    ),
];

/// Pools that go with emergency admissions.
pub const BY_ADMISSIONS: [(&str, Rows); 3] = [
    ("home_support", &[("", 460.0, "")]),
    ("rehabilitation_beds", &[("", 208.0, "")]),
    ("care_home_beds", &[("", 116.0, "")]),
];

/// Parts of the adult beds by kind, those of Devon rounded.
pub const BEDS: [(&str, f64); 3] = [
    ("acute_beds", 0.10),
    ("medical_beds", 0.57),
    ("surgical_beds", 0.33),
];

pub const CALL_HANDLERS: Rows = &[
    ("00:00", 4.0, ""),
    ("07:00", 7.0, ""),
    ("17:00", 10.0, ""),
    ("22:00", 6.0, ""),
    ("00:00", 4.0, "Sat-Sun"),
    ("07:00", 8.0, "Sat-Sun"),
    ("08:00", 15.0, "Sat-Sun"),
    ("14:00", 11.0, "Sat-Sun"),
    ("18:00", 8.0, "Sat-Sun"),
    ("22:00", 5.0, "Sat-Sun"),
];
pub const CLINICIANS: Rows = &[
    ("00:00", 2.0, ""),
    ("07:00", 4.0, ""),
    ("17:00", 6.0, ""),
    ("23:00", 3.0, ""),
    ("00:00", 3.0, "Sat-Sun"),
    ("08:00", 6.0, "Sat-Sun"),
    ("19:00", 5.0, "Sat-Sun"),
    ("23:00", 2.0, "Sat-Sun"),
];
pub const TELEPHONE_CLINICIANS: Rows = &[
    ("00:00", 3.0, ""),
    ("08:00", 2.0, ""),
    ("18:00", 5.0, ""),
    ("23:00", 3.0, ""),
    ("00:00", 3.0, "Sat-Sun"),
    ("08:00", 9.0, "Sat-Sun"),
    ("20:00", 6.0, "Sat-Sun"),
    ("23:00", 3.0, "Sat-Sun"),
];
pub const CALL_TAKERS: Rows = &[("00:00", 2.0, ""), ("07:00", 4.0, ""), ("23:00", 3.0, "")];
pub const CLINICAL_DESK: Rows = &[("00:00", 2.0, ""), ("08:00", 4.0, ""), ("23:00", 2.0, "")];
pub const BASE_CLINICIANS: Rows = &[
    ("00:00", 6.0, ""),
    ("08:00", 9.0, ""),
    ("08:00", 14.0, "Sat-Sun"),
    ("23:00", 6.0, ""),
];
/// When units of a fleet are on duty, and how many.
pub type Shift = (&'static str, f64);

/// Crews on duty and first responders.
pub const CREWS: [Shift; 3] = [
    ("Mon-Sun 07:00-19:00", 45.0),
    ("Mon-Sun 11:00-23:00", 20.0),
    ("Mon-Sun 19:00-07:00", 31.0),
];
pub const RESPONDERS: [Shift; 1] = [("always", 18.0)];
pub const VISITING: [Shift; 2] = [
    ("Mon-Fri 18:30-08:00, Sat-Sun 00:00-24:00", 4.0),
    ("Sat-Sun 08:00-20:00", 4.0),
];
/// Same-day appointments an hour in general practice, all of Devon.
const SLOTS_PER_HOUR: f64 = 1_259.0;
/// Clinicians of Devon's urgent treatment centres and minor injury units by day, and their slots an hour.
pub const CENTRE_CLINICIANS: f64 = 34.0;
const CENTRE_SLOTS: f64 = 40.0;

/// How an area compares with Devon.
pub struct Scale {
    /// Contacts: residents times what they ask for beside Devon's.
    pub contacts: f64,
    /// By which all needs are multiplied.
    pub needs: f64,
    /// Of ward stays over the library's.
    pub stay: f64,
    /// Of walk-in patients, by day.
    pub to_centre: f64,
    /// Type 3 attendances that the centre is sized for.
    pub type3: f64,
    /// Whether the trust itself reports type 3 attendances.
    pub has_centre: bool,
    pub planned_per_year: f64,
    pub from_clinics_per_year: f64,
    type1: f64,
    admissions: f64,
    adult_beds: f64,
    childrens_beds: f64,
}

impl Scale {
    pub fn new(facts: &Facts, zones: &Zones, shipped: &Shipped) -> Self {
        let (type1, own_type3) = (facts.attendances(1), facts.attendances(3));
        let has_centre = facts.has_centre();
        // Without centres of its own the trust's people use those of others: a fifth of type 1, assumed.
        let type3 = if has_centre { own_type3 } else { type1 * 0.2 };
        let per_contact = (type1 + own_type3) / shipped.contacts(zones).max(1.0);
        let in_devon = (DEVON_TYPE1 + DEVON_TYPE3 - DEVON_BEYOND_BORDER) / shipped.devon_contacts;
        let needs = (per_contact / in_devon).clamp(0.3, 3.0);
        let bed_days = facts.discharges_per_day.filter(|n| *n > 0.0);
        let bed_days = bed_days.map_or(DEVON_BED_DAYS, |n| facts.adult_beds_occupied / n);
        let stay = (DEVON_STAY * bed_days / DEVON_BED_DAYS).clamp(0.4, 2.0);
        let part3 = type3 / (type1 + type3);
        let devon_part3 = DEVON_TYPE3 / (DEVON_TYPE1 + DEVON_TYPE3);
        Self {
            contacts: zones.residents() / DEVON_RESIDENTS * needs,
            needs,
            stay,
            to_centre: (DEVON_TO_CENTRE * part3 / devon_part3).min(0.9),
            type3,
            has_centre,
            planned_per_year: DEVON_PLANNED * facts.adult_beds / DEVON_ADULT_BEDS / stay,
            from_clinics_per_year: FROM_CLINICS * facts.admitted_directly(),
            type1: type1 / DEVON_TYPE1,
            admissions: (facts.admitted_through_ae() + facts.admitted_directly())
                / DEVON_ADMISSIONS,
            adult_beds: facts.adult_beds,
            childrens_beds: facts.childrens_beds,
        }
    }

    /// With ward stays times this: planned admissions stay as they are.
    pub fn with_stay(&mut self, factor: f64) {
        self.stay = (self.stay * factor).clamp(0.2, 3.0);
    }

    /// Same-day slots an hour of a practice group.
    pub fn slots(&self, residents: f64) -> f64 {
        (SLOTS_PER_HOUR * residents * self.needs / DEVON_RESIDENTS)
            .round()
            .max(1.0)
    }

    pub fn centre_clinicians(&self) -> f64 {
        (CENTRE_CLINICIANS * self.type3 / DEVON_TYPE3)
            .round()
            .max(1.0)
    }

    pub fn centre_slots(&self) -> f64 {
        (CENTRE_SLOTS * self.type3 / DEVON_TYPE3).round().max(1.0)
    }

    /// Beds of a site by kind.
    pub fn beds(&self, site: &AcuteSite) -> Vec<(&'static str, f64)> {
        let adult = BEDS.map(|(kind, part)| (kind, part * self.adult_beds));
        let all = adult
            .into_iter()
            .chain([("childrens_beds", self.childrens_beds)]);
        all.map(|(kind, beds)| (kind, (beds * site.share).round().max(1.0)))
            .collect()
    }

    /// The lines of `[sites.X.pools]` of a hospital.
    pub fn hospital(&self, site: &AcuteSite) -> String {
        let mut text = String::new();
        for (pool, rows) in BY_ATTENDANCES {
            text.push_str(&format!(
                "{pool} = {}\n",
                roster(rows, self.type1 * site.share)
            ));
        }
        for (kind, beds) in self.beds(site) {
            text.push_str(&format!("{kind} = {beds}\n"));
        }
        for (pool, rows) in BY_ADMISSIONS {
            text.push_str(&format!(
                "{pool} = {}\n",
                roster(rows, self.admissions * site.share)
            ));
        }
        text
    }
}

/// A pool's size or roster at a scale, at least one everywhere.
pub fn roster(rows: Rows, scale: f64) -> String {
    let units = |devon: f64| (devon * scale).round().max(1.0);
    if let [("", devon, _)] = rows {
        return units(*devon).to_string();
    }
    let row = |(from, devon, days): &(&str, f64, &str)| {
        let days = match days.is_empty() {
            true => String::new(),
            false => format!(", days = \"{days}\""),
        };
        format!("{{ from = \"{from}\", units = {}{days} }}", units(*devon))
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    format!("[{}]", rows.join(", "))
}

/// `total` units parted in proportion to `weights`: whole numbers, the largest remainders rounded up.
pub fn part(total: f64, weights: &[f64]) -> Vec<u32> {
    let total = total.round().max(1.0);
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut parts: Vec<u32> = exact.iter().map(|part| *part as u32).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let rest = |at: &usize| exact[*at] - exact[*at].floor();
    order.sort_by(|a, b| rest(b).total_cmp(&rest(a)).then(a.cmp(b)));
    let missing = total as u32 - parts.iter().sum::<u32>().min(total as u32);
    for at in order.into_iter().cycle().take(missing as usize) {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_parted_whole_and_none_is_lost() {
        assert_eq!(part(10.0, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(part(1.0, &[0.2, 0.8]), [0, 1]);
        assert_eq!(part(45.0, &[0.5, 0.25, 0.25]).iter().sum::<u32>(), 45);
    }

    #[test]
    fn rosters_never_stand_empty() {
        let rows = roster(CALL_TAKERS, 0.01);
        assert_eq!(rows.matches("units = 1 ").count(), 3, "{rows}");
        assert_eq!(roster(&[("", 22.0, "")], 0.5), "11");
    }
}
