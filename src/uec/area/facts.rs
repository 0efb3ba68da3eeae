//! What is published about a trust and its twelve months, gathered from the tables.

use std::collections::{BTreeMap, BTreeSet};

use super::Wanted;
use super::tables::{Sheet, Sheets};
use crate::scenario::dates::Date;

/// Everything known; counts are of the twelve months.
pub struct Facts {
    pub code: String,
    pub name: String,
    pub from: String,
    pub until: String,
    pub ohid_catchment: Option<f64>,
    /// Integrated care board.
    pub board: String,
    pub contract: String,
    pub ambulance_service: String,
    pub sites: Vec<AcuteSite>,
    pub districts: Vec<District>,
    /// In order of time, from the first month that is published to the end of the twelve and on.
    pub months: Vec<Month>,
    /// Means over the twelve months.
    pub adult_beds: f64,
    pub adult_beds_occupied: f64,
    pub childrens_beds: f64,
    pub discharges_per_day: Option<f64>,
    pub without_criteria: Option<f64>,
    pub calls: Option<Calls>,
    pub ambulance: Option<Ambulance>,
}

/// NHS 111 of the contract, sums of the twelve months.
pub struct Calls {
    pub received: f64,
    pub answered: f64,
    pub answered_in_60_s: f64,
    pub abandoned: f64,
}

/// The ambulance service, means over the twelve months.
pub struct Ambulance {
    /// Minutes, by category 1 to 3.
    pub response_minutes: [Option<f64>; 3],
    pub handover_minutes: Option<f64>,
}

/// One month of the trust's A&E; `None` is not published.
pub struct Month {
    pub month: String,
    /// In the order of the table: attendances of type 1 to 3, over 4 hours of type 1 to 3, admitted through type 1 to 3, admitted
    /// directly, waited over 4 and over 12 hours for a bed.
    pub counts: [Option<f64>; 12],
}

pub struct AcuteSite {
    pub id: String,
    pub title: String,
    pub lat: f64,
    pub lon: f64,
    /// Of the trust's attendances.
    pub share: f64,
    pub why: String,
}

/// The part of a district that the trust serves.
pub struct District {
    pub name: String,
    pub lat: f64,
    pub lon: f64,
    pub area_km2: f64,
    /// Everybody who lives there.
    pub population: f64,
    /// Share of its residents whom the trust serves.
    pub served: f64,
    /// Shape: `[quintiles][ages]`, with the ages of the library; everybody.
    pub residents: [[f64; 8]; 5],
}

impl District {
    pub fn served_residents(&self) -> f64 {
        self.population * self.served
    }
}

impl Facts {
    /// Months of the fitted year.
    pub fn year(&self) -> impl Iterator<Item = &Month> {
        let months = self.months.iter();
        months.filter(|month| self.from <= month.month && month.month <= self.until)
    }

    /// Days of the year.
    pub fn days(&self) -> f64 {
        let is_leap = |year: i32| Date::new(year, 2, 29).is_some();
        let months = self.year().filter_map(|month| month.month.split_once('-'));
        let mut february = months.filter(|(_, of_year)| *of_year == "02");
        let year = february.next().and_then(|(year, _)| year.parse().ok());
        if year.is_some_and(is_leap) {
            366.0
        } else {
            365.0
        }
    }

    /// Sum over the year; none if a month is missing.
    pub fn sum(&self, count: usize) -> Option<f64> {
        self.year().map(|month| month.counts[count]).sum()
    }

    /// Attendances of type 1, 2 or 3.
    pub fn attendances(&self, kind: usize) -> f64 {
        self.sum(kind - 1).unwrap_or(0.0)
    }

    /// Whether the trust reports type 3 attendances worth a centre: one for every hundred of type 1.
    pub fn has_centre(&self) -> bool {
        self.attendances(3) > 0.01 * self.attendances(1)
    }

    pub fn admitted_through_ae(&self) -> f64 {
        let kinds = (6..9).filter_map(|count| self.sum(count));
        kinds.sum()
    }

    pub fn admitted_directly(&self) -> f64 {
        self.sum(9).unwrap_or(0.0)
    }
}

/// Errors: no such trust, or none of its months, with what there is.
pub fn gather(wanted: &Wanted, sheets: &Sheets) -> Result<Facts, String> {
    let code = wanted.trust.to_uppercase();
    let months = months(&sheets.attendances, &code);
    let until = eleven_later(&wanted.from)
        .ok_or_else(|| format!("\"{}\" is no month\n  try: --from 2023-04", wanted.from))?;
    let name = trust_name(&sheets.names, &code);
    if months.is_empty() {
        return Err(unknown_trust(&code, sheets));
    }
    let name = name.unwrap_or_else(|| code.clone());
    let in_year = |month: &&Month| wanted.from <= month.month && month.month <= until;
    let n_months = months.iter().filter(in_year).count();
    if n_months != 12 {
        let (first, last) = (&months[0].month, &months[months.len() - 1].month);
        return Err(format!(
            "{n_months} of the twelve months from {} are published for {name} ({first} to {last})\n  try: --from 2023-04",
            wanted.from
        ));
    }
    let type1: f64 = months
        .iter()
        .filter(in_year)
        .filter_map(|month| month.counts[0])
        .sum();
    if type1 <= 0.0 {
        return Err(format!(
            "{name} has no type 1 attendances in these months: it runs no major emergency department"
        ));
    }
    let period = (wanted.from.as_str(), until.as_str());
    let (board, contract, ambulance_service, ohid_catchment) = board(sheets, &code)?;
    let districts = districts(sheets, &code, period, ohid_catchment)?;
    let beds = |column| mean(&sheets.beds, &code, period, column);
    let no_beds = || format!("no beds are published for {name} in these months");
    Ok(Facts {
        sites: sites(&sheets.sites, &code, &name, &districts),
        adult_beds: beds(2).ok_or_else(no_beds)?,
        adult_beds_occupied: beds(3).ok_or_else(no_beds)?,
        childrens_beds: beds(4).unwrap_or(0.0),
        discharges_per_day: mean(&sheets.discharges, &code, period, 2),
        without_criteria: mean(&sheets.discharges, &code, period, 3),
        calls: calls(&sheets.calls, &contract, period),
        ambulance: ambulance(&sheets.ambulance, &ambulance_service, period),
        code,
        name,
        from: wanted.from.clone(),
        until,
        ohid_catchment,
        board,
        contract,
        ambulance_service,
        districts,
        months,
    })
}

/// `2023-04` gives `2024-03`.
pub fn eleven_later(month: &str) -> Option<String> {
    let (year, month_of_year) = month.split_once('-')?;
    let (year, month_of_year): (i32, i32) = (year.parse().ok()?, month_of_year.parse().ok()?);
    if !(1..=12).contains(&month_of_year) || month.len() != 7 {
        return None;
    }
    let months = year * 12 + month_of_year - 1 + 11;
    Some(format!("{:04}-{:02}", months / 12, months % 12 + 1))
}

fn unknown_trust(code: &str, sheets: &Sheets) -> String {
    let with_type1: BTreeSet<String> = (sheets.attendances.rows())
        .filter(|&row| sheets.attendances.count(row, 2).unwrap_or(0.0) > 0.0)
        .map(|row| sheets.attendances.text(row, 1))
        .filter(|code| code != "ENG")
        .collect();
    let near = crate::scenario::diagnostic::nearest(code, with_type1.iter().map(String::as_str));
    let advice = match near {
        Some(near) => {
            let name = trust_name(&sheets.names, near).unwrap_or_default();
            format!("{near} ({name})")
        }
        None => "uecsim data ae_org_lookup lists the codes".to_owned(),
    };
    format!("no A&E attendances are published for \"{code}\"\n  try: {advice}")
}

fn trust_name(names: &Sheet, code: &str) -> Option<String> {
    let row = names.rows().find(|&row| names.is(row, 0, code))?;
    Some(names.text(row, 1).replace("Nhs", "NHS"))
}

fn months(table: &Sheet, code: &str) -> Vec<Month> {
    let mine = table.rows().filter(|&row| table.is(row, 1, code));
    let mut months: Vec<Month> = mine
        .map(|row| Month {
            month: table.text(row, 0),
            counts: std::array::from_fn(|count| table.count(row, count + 2)),
        })
        .collect();
    months.sort_by(|a, b| a.month.cmp(&b.month));
    months
}

fn mean(table: &Sheet, code: &str, (from, until): (&str, &str), column: usize) -> Option<f64> {
    let rows = table.rows().filter(|&row| table.is(row, 1, code));
    let rows = rows.filter(|&row| {
        let month = table.text(row, 0);
        from <= month.as_str() && month.as_str() <= until
    });
    let values: Vec<f64> = rows.filter_map(|row| table.count(row, column)).collect();
    crate::stats::summary::mean(&values)
}

fn calls(table: &Sheet, contract: &str, period: (&str, &str)) -> Option<Calls> {
    let total = |column| Some(mean(table, contract, period, column)? * 12.0);
    Some(Calls {
        received: total(2)?,
        answered: total(3)?,
        answered_in_60_s: total(4)?,
        abandoned: total(5)?,
    })
}

fn ambulance(table: &Sheet, service: &str, (from, until): (&str, &str)) -> Option<Ambulance> {
    let rows: Vec<usize> = (table.rows())
        .filter(|&row| {
            let month = table.text(row, 0);
            table.is(row, 1, service) && from <= month.as_str() && month.as_str() <= until
        })
        .collect();
    let minutes = |n: usize, seconds: usize| {
        let pairs = rows
            .iter()
            .filter_map(|&row| Some((table.count(row, n)?, table.count(row, seconds)?)));
        let (total, sum) = pairs.fold((0.0, 0.0), |(total, sum), (n, seconds)| {
            (total + n, sum + n * seconds)
        });
        (total > 0.0).then(|| sum / total / 60.0)
    };
    let incidents: f64 = rows.iter().filter_map(|&row| table.count(row, 2)).sum();
    (incidents > 0.0).then(|| Ambulance {
        response_minutes: [minutes(3, 4), minutes(5, 6), minutes(7, 8)],
        handover_minutes: minutes(9, 10),
    })
}

/// Board, contract, ambulance service and catchment population.
fn board(sheets: &Sheets, code: &str) -> Result<(String, String, String, Option<f64>), String> {
    let catchments = &sheets.catchments;
    let row = catchments.rows().find(|&row| catchments.is(row, 0, code));
    let board = row.map_or_else(String::new, |row| catchments.text(row, 1));
    let population = row.and_then(|row| catchments.count(row, 2));
    let boards = &sheets.boards;
    let own = boards.rows().find(|&row| boards.is(row, 3, code));
    let by_board = || {
        let mut rows = boards.rows();
        rows.find(|&row| boards.is(row, 0, &board) && boards.is(row, 3, ""))
    };
    let row = own.or_else(by_board).ok_or_else(|| {
        format!("nothing says which NHS 111 contract and ambulance service serve {code}\n  try: a row for it in urgent_care_areas.csv (column only_for_trust) and --data FOLDER")
    })?;
    let cell = |column| boards.text(row, column);
    Ok((cell(0), cell(1), cell(2), population))
}

/// Districts by how many of their residents the trust serves, most first.
///
/// The published catchment population is parted like the trust's patients. Of a trust without one, each district's residents are
/// parted among trusts by how many of its patients each has (its attendances and direct admissions times the share of its
/// patients who live there), which gives too many where a neighbour's activity is not published.
fn districts(
    sheets: &Sheets,
    code: &str,
    (from, until): (&str, &str),
    catchment: Option<f64>,
) -> Result<Vec<District>, String> {
    let mut activity: BTreeMap<String, f64> = BTreeMap::new();
    let table = &sheets.attendances;
    for row in table.rows() {
        let month = table.text(row, 0);
        if from <= month.as_str() && month.as_str() <= until && !table.is(row, 1, "ENG") {
            let parts = [2, 11].map(|column| table.count(row, column).unwrap_or(0.0));
            *activity.entry(table.text(row, 1)).or_default() += parts[0] + parts[1];
        }
    }
    let mut patients: BTreeMap<String, f64> = BTreeMap::new();
    let mut mine: BTreeMap<String, f64> = BTreeMap::new();
    let mut known = 0.0;
    let shares = &sheets.shares;
    for row in shares.rows() {
        let trust = shares.text(row, 0);
        let active = activity.get(&trust).copied().unwrap_or(0.0);
        let share = shares.count(row, 2).unwrap_or(0.0);
        let n = active * share;
        *patients.entry(shares.text(row, 1)).or_default() += n;
        if trust == code {
            *mine.entry(shares.text(row, 1)).or_default() += n;
            known += n;
        }
    }
    if mine.is_empty() {
        return Err(format!(
            "nothing says where the patients of {code} live\n  try: rows for it in trust_catchment_ltla_shares.csv and --data FOLDER"
        ));
    }
    let mut districts = Vec::new();
    for (district, n) in mine {
        let by_activity = n / patients[&district].max(f64::MIN_POSITIVE);
        let Some(mut found) = one_district(sheets, &district, by_activity) else {
            continue;
        };
        if let (Some(catchment), true) = (catchment, known > 0.0) {
            found.served = (catchment * n / known / found.population.max(1.0)).min(1.0);
        }
        districts.push(found);
    }
    districts.sort_by(|a, b| b.served_residents().total_cmp(&a.served_residents()));
    match districts.is_empty() {
        true => Err(format!(
            "none of the districts of {code}'s patients has residents and a place"
        )),
        false => Ok(districts),
    }
}

pub fn one_district(sheets: &Sheets, code: &str, served: f64) -> Option<District> {
    let places = &sheets.places;
    let place = places.rows().find(|&row| places.is(row, 0, code))?;
    let table = &sheets.residents;
    let rows: Vec<usize> = table.rows().filter(|&row| table.is(row, 0, code)).collect();
    let mut residents = [[0.0; 8]; 5];
    for &row in &rows {
        let quintile = table.count(row, 2)? as usize;
        let ages: [f64; 10] = std::array::from_fn(|age| table.count(row, age + 3).unwrap_or(0.0));
        let of_quintile = residents.get_mut(quintile.checked_sub(1)?)?;
        *of_quintile = [
            ages[0],
            ages[1],
            ages[2],
            ages[3] + ages[4],
            ages[5] + ages[6],
            ages[7],
            ages[8],
            ages[9],
        ];
    }
    Some(District {
        name: table.text(*rows.first()?, 1),
        lat: places.number(place, 1)?,
        lon: places.number(place, 2)?,
        area_km2: places.count(place, 3)?,
        population: residents.iter().flatten().sum(),
        served,
        residents,
    })
}

/// The trust's departments; without a known one, one in the middle of its largest district.
fn sites(table: &Sheet, code: &str, name: &str, districts: &[District]) -> Vec<AcuteSite> {
    let rows: Vec<usize> = table.rows().filter(|&row| table.is(row, 0, code)).collect();
    let sizes: Vec<Option<f64>> = rows.iter().map(|&row| table.count(row, 5)).collect();
    let known: f64 = sizes.iter().flatten().sum();
    // Hospitals without stroke patients still have a department: parts are alike unless all are known.
    let by_size = known > 0.0 && sizes.iter().all(|size| size.is_some_and(|size| size > 0.0));
    let mut sites = Vec::new();
    for (&row, size) in rows.iter().zip(&sizes) {
        let (Some(lat), Some(lon)) = (table.number(row, 3), table.number(row, 4)) else {
            continue;
        };
        let share = match (by_size, size) {
            (true, Some(size)) => size / known,
            _ => 1.0 / rows.len() as f64,
        };
        let title = table.text(row, 2);
        sites.push(AcuteSite {
            id: unique(slug(&title), &sites),
            title,
            lat,
            lon,
            share,
            why: table.text(row, 6),
        });
    }
    if sites.is_empty() {
        let largest = &districts[0];
        sites.push(AcuteSite {
            id: "emergency_department".to_owned(),
            title: name.to_owned(),
            lat: largest.lat,
            lon: largest.lon,
            share: 1.0,
            why: format!(
                "no list names the trust's hospitals: one is assumed in the middle of {}",
                largest.name
            ),
        });
    }
    let total: f64 = sites.iter().map(|site| site.share).sum();
    sites.iter_mut().for_each(|site| site.share /= total);
    sites
}

fn unique(id: String, known: &[AcuteSite]) -> String {
    match known.iter().any(|site| site.id == id) {
        true => format!("{id}_{}", known.len() + 1),
        false => id,
    }
}

/// `St Mary's Hospital (HQ)` as `st_marys_hospital_hq`.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            '\'' | '’' => {}
            _ if !slug.is_empty() && !slug.ends_with('_') => slug.push('_'),
            _ => {}
        }
    }
    let slug = slug.trim_matches('_');
    match slug.starts_with(|letter: char| letter.is_ascii_digit()) {
        true => format!("site_{slug}"),
        false => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_twelve_months() {
        assert_eq!(eleven_later("2023-04").as_deref(), Some("2024-03"));
        assert_eq!(eleven_later("2023-01").as_deref(), Some("2023-12"));
        for wrong in ["2023-13", "2023", "2023-4", "04-2023"] {
            assert_eq!(eleven_later(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn titles_become_ids() {
        assert_eq!(slug("St Mary's Hospital (HQ)"), "st_marys_hospital_hq");
        assert_eq!(slug("1st Place"), "site_1st_place");
    }
}
