//! Which districts a trust serves, and who lives there.

use std::collections::BTreeMap;

use super::tables::Sheets;

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

/// Districts by how many of their residents the trust serves, most first.
///
/// The published catchment population is parted like the trust's patients. Of a trust without one, each district's residents are
/// parted among trusts by how many of its patients each has (its attendances and direct admissions times the share of its
/// patients who live there), which gives too many where a neighbour's activity is not published.
pub fn of_trust(
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
