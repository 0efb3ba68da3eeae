//! Rates of need of one cell of residents: the first row of a table that matches what is known of them.

use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::forms::needs::NeedForm;
use crate::uec::forms::tables::{ByCohortKind, DimensionKind, RowForm, TableForm};

use super::Compiler;
use super::index::report_unknown;

/// What is known of residents before any draw: attribute names and levels.
pub type Known<'k> = Vec<(&'k str, &'k str)>;

impl Compiler<'_> {
    /// Checks that a need's table looks only at what is known of residents, and that its levels exist.
    pub fn check_rates(&self, need: &NeedForm, known: &[&str]) -> bool {
        let ByCohortKind::Table(table) = &need.rate.kind else {
            if let ByCohortKind::Named(name) = &need.rate.kind {
                report_unknown("table of rates", name, [""; 0], self.faults);
                return false;
            }
            return true;
        };
        let mut is_good = true;
        for (at, dimension) in table.by.iter().enumerate() {
            let DimensionKind::Attribute(name) = &dimension.kind else {
                let message = "rates go by what is known of residents: zone, age, deprivation";
                self.faults.error(codes::TABLE, dimension.span, message);
                is_good = false;
                continue;
            };
            if !known.contains(&name.value.as_str()) {
                report_unknown("attribute of residents", name, known, self.faults);
                is_good = false;
                continue;
            }
            let Some(attribute) = self.attribute(name) else {
                is_good = false;
                continue;
            };
            for row in &table.rows {
                for level in row.levels[at].iter().flatten() {
                    is_good &= self.level(attribute, level).is_some();
                }
            }
        }
        is_good
    }

    /// Contacts a year per 1,000 residents of a cell.
    pub fn rate_of(&self, need: &NeedForm, known: &Known) -> Option<f64> {
        let table = match &need.rate.kind {
            ByCohortKind::One(rate) => return Some(*rate),
            ByCohortKind::Table(table) => table,
            ByCohortKind::Named(_) => return None,
        };
        let found = table.rows.iter().find(|row| matches(table, row, known));
        if found.is_none() {
            let cell: Vec<String> = known
                .iter()
                .filter(|(name, _)| table.by.iter().any(|dimension| dimension.column == *name))
                .map(|(name, level)| format!("{name} \"{level}\""))
                .collect();
            let message = format!("no row matches {}", cell.join(", "));
            let fault = Diagnostic::error(codes::TABLE, need.rate.span, message);
            self.faults
                .report(fault.try_this("a last row without conditions, or \"else\""));
        }
        found.map(|row| row.value)
    }
}

fn matches(table: &TableForm<f64>, row: &RowForm<f64>, known: &Known) -> bool {
    table.by.iter().zip(&row.levels).all(|(dimension, levels)| {
        let Some(levels) = levels else { return true };
        let mine = known.iter().find(|(name, _)| *name == dimension.column);
        mine.is_some_and(|(_, mine)| levels.iter().any(|level| level.value == *mine))
    })
}
