//! What is published about a trust and its twelve months, gathered from the tables.

use std::collections::BTreeSet;

use super::Wanted;
use super::departments::{self, AcuteSite};
use super::districts::{self, District};
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
    let districts = districts::of_trust(sheets, &code, period, ohid_catchment)?;
    let beds = |column| mean(&sheets.beds, &code, period, column);
    let no_beds = || format!("no beds are published for {name} in these months");
    Ok(Facts {
        sites: departments::of_trust(&sheets.sites, &code, &name, &districts),
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
}
