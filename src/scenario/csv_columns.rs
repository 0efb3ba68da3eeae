//! Tables that must have exactly certain columns, in any order; cells by the position of their column among those.

use std::sync::Arc;

use super::codes::{CSV_CELL, CSV_COLUMN};
use super::csv_table::CsvTable;
use super::diagnostic::{Diagnostic, listing, nearest};
use super::tree::Node;
use super::workspace::Workspace;

/// A table with exactly these columns, in any order; cells by their position in `wanted`.
pub struct Columns<'w, 's> {
    pub table: Arc<CsvTable>,
    at: Vec<usize>,
    workspace: &'w Workspace<'s>,
}

impl<'w, 's> Columns<'w, 's> {
    /// Errors (reported): as [`CsvTable::parse`]; `S102` without the file; `S121` for a column too few or too many.
    pub fn open(workspace: &'w Workspace<'s>, path: &str, wanted: &[&str]) -> Option<Self> {
        let file = workspace.open_root(path)?;
        let table = CsvTable::parse(file, &workspace.files(), &workspace.diagnostics)?;
        Self::of(workspace, Arc::new(table), wanted)
    }

    /// As [`Self::open`], of the file that a value names.
    pub fn named(workspace: &'w Workspace<'s>, name: &Node, wanted: &[&str]) -> Option<Self> {
        Self::of(workspace, workspace.csv(name)?, wanted)
    }

    fn of(workspace: &'w Workspace<'s>, table: Arc<CsvTable>, wanted: &[&str]) -> Option<Self> {
        let mut at = Vec::new();
        for name in wanted {
            match table.optional_column(name) {
                Some(column) => at.push(column),
                None => {
                    let message = format!("there is no column \"{name}\"");
                    let fault = Diagnostic::error(CSV_COLUMN, table.column_span(0), message);
                    workspace
                        .diagnostics
                        .report(fault.note(format!("the columns are {}", listing(wanted))));
                }
            }
        }
        for (column, name) in table.columns().enumerate() {
            if !wanted.contains(&name) {
                let message = format!("the column \"{name}\" means nothing here");
                let fault = Diagnostic::error(CSV_COLUMN, table.column_span(column), message);
                workspace
                    .diagnostics
                    .report(match nearest(name, wanted.iter().copied()) {
                        Some(near) => fault.try_this(format!("\"{near}\"")),
                        None => fault.note(format!("the columns are {}", listing(wanted))),
                    });
            }
        }
        (at.len() == wanted.len()).then_some(Self {
            table,
            at,
            workspace,
        })
    }

    pub fn text(&self, row: usize, column: usize) -> String {
        self.table.text(row, self.at[column]).into_owned()
    }

    /// A text that may not be empty.
    pub fn name(&self, row: usize, column: usize) -> Option<String> {
        let text = self.text(row, column);
        if text.is_empty() {
            self.refuse(row, column, "this cell must not be empty", "");
            return None;
        }
        Some(text)
    }

    pub fn number(&self, row: usize, column: usize) -> Option<f64> {
        self.table
            .number(row, self.at[column], &self.workspace.diagnostics)
    }

    /// None of an empty cell, and reported if it is no number.
    pub fn optional_number(&self, row: usize, column: usize) -> Option<f64> {
        match self.table.is_empty(row, self.at[column]) {
            true => None,
            false => self.number(row, column),
        }
    }

    pub fn refuse(&self, row: usize, column: usize, message: &str, advice: &str) {
        self.report(row, column, CSV_CELL, message, advice);
    }

    /// A fault at a cell; `advice` may be empty.
    pub fn report(
        &self,
        row: usize,
        column: usize,
        code: &'static str,
        message: &str,
        advice: &str,
    ) {
        let span = self.table.span(row, self.at[column]);
        let fault = Diagnostic::error(code, span, message);
        let diagnostics = &self.workspace.diagnostics;
        diagnostics.report(match advice.is_empty() {
            true => fault,
            false => fault.try_this(advice),
        });
    }
}
