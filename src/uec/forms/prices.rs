//! The year to whose prices all costs are brought, and the index that does it.

use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::{Diagnostic, listing};
use crate::uec::codes;

use super::Name;
use super::reading::{Reading, owned_name};

/// `[prices]`: an index by year, each as written.
#[derive(Clone, Debug)]
pub struct PricesForm {
    pub year: Name,
    /// Of `year`.
    index: f64,
    by_year: Vec<(String, f64)>,
}

impl PricesForm {
    /// What brings a price of a year to the year asked for.
    ///
    /// Errors (reported at the year): `S214` for a year that the index does not have.
    pub fn factor(&self, year: &Name, reading: &Reading) -> Option<f64> {
        let found = self.by_year.iter().find(|(known, _)| *known == year.value);
        if found.is_none() {
            let message = format!("the index of [prices] has no year \"{}\"", year.value);
            let known: Vec<&str> = self.by_year.iter().map(|(year, _)| year.as_str()).collect();
            let fault = Diagnostic::error(codes::MEASURE, year.span, message);
            let advice = format!("add a row for it; there are {}", listing(&known));
            reading.faults.report(fault.note(advice));
        }
        found.map(|(_, index)| self.index / index)
    }
}

/// None without the table, or if it is wrong.
pub fn prices(root: &TableReader, reading: &Reading) -> Option<PricesForm> {
    let node = root.optional("prices")?;
    let reader = TableReader::new(node, "prices", reading.faults);
    let year = owned_name(&reader, "year");
    let file = reader.required("file", "\"prices.csv\"");
    let csv = file.and_then(|name| reading.csv(name));
    reader.finish();
    let (year, csv) = (year?, csv?);
    let columns = (csv.column("year", reading), csv.column("index", reading));
    let (years, indices) = (columns.0?, columns.1?);
    let mut by_year: Vec<(String, f64)> = Vec::new();
    let mut is_good = true;
    for row in 0..csv.table.n_rows() {
        let name = csv.required_name(row, years, reading);
        let index = csv.table.number(row, indices, reading.faults);
        let (Some(name), Some(index)) = (name, index) else {
            is_good = false;
            continue;
        };
        if index <= 0.0 {
            let span = csv.table.span(row, indices);
            let message = "an index of prices is above zero";
            reading.faults.error(codes::RANGE, span, message);
            is_good = false;
        }
        if by_year.iter().any(|(known, _)| *known == name.value) {
            let message = format!("\"{}\" stands twice", name.value);
            reading.faults.error(codes::TWICE, name.span, message);
        }
        by_year.push((name.value, index));
    }
    let index = by_year.iter().find(|(known, _)| *known == year.value);
    if index.is_none() && is_good {
        let message = format!("the index has no year \"{}\"", year.value);
        let fault = Diagnostic::error(codes::MEASURE, year.span, message);
        let known = by_year.iter().map(|(year, _)| year.as_str());
        reading.faults.report(fault.suggest(&year.value, known));
    }
    let index = index.map(|(_, index)| *index)?;
    is_good.then_some(PricesForm {
        year,
        index,
        by_year,
    })
}
