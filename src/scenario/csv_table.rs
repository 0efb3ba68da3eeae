//! Tables in CSV files, every cell with its place.
//!
//! Comma-separated, first line names the columns, texts with commas in quotation marks (doubled inside), as
//! spreadsheets write them; a byte-order mark and either kind of line end are accepted, blank lines are skipped.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::repeat;
use std::sync::Arc;

use super::codes;
use super::csv_records::Records;
use super::dates;
use super::diagnostic::{Diagnostic, Diagnostics, listing};
use super::files::{FileId, Files, Span};
use super::units;

/// A parsed CSV file.
#[derive(Clone, Debug)]
pub struct CsvTable {
    file: FileId,
    path: String,
    text: Arc<str>,
    columns: Vec<(String, Span)>,
    /// Start and end of every cell in the text, quotation marks included. Shape: [rows][columns].
    cells: Vec<(u32, u32)>,
    /// Rows that were of another length; what is wrong in them follows from that.
    ragged: BTreeSet<usize>,
}

impl CsvTable {
    /// Reads a CSV file.
    ///
    /// Errors (reported): `S122` for rows of another length (cut or filled with empty cells), `S124` for columns of one name, `S125` if the
    /// file is no table (none is given).
    pub fn parse(file: FileId, files: &Files, diagnostics: &Diagnostics) -> Option<Self> {
        let source = files.get(file);
        let mut records = Records::new(&source.text);
        let mut table = Self {
            file,
            path: source.path.clone(),
            text: source.text.clone(),
            columns: Vec::new(),
            cells: Vec::new(),
            ragged: BTreeSet::new(),
        };
        let header = records.next().unwrap_or_default();
        for &cell in &header {
            let name = table.unquoted(cell).trim().to_owned();
            table.columns.push((name, table.span_at(cell)));
        }
        table.check_header(diagnostics)?;
        while let Some(record) = records.next() {
            if let Some(start) = records.unclosed {
                let span = table.span_at((start, start + 1));
                let message = "this quotation mark is never closed";
                diagnostics.error(codes::CSV_SHAPE, span, message);
                return None;
            }
            if record.len() != header.len() {
                table.report_ragged(&record, diagnostics);
                table.ragged.insert(table.n_rows());
            }
            let end = record.last().map_or(0, |cell| cell.1);
            let filled = record.into_iter().chain(repeat((end, end)));
            table.cells.extend(filled.take(header.len()));
        }
        Some(table)
    }

    fn check_header(&self, diagnostics: &Diagnostics) -> Option<()> {
        let Some((first, span)) = self.columns.first() else {
            let span = self.span_at((0, 0));
            diagnostics.error(codes::CSV_SHAPE, span, format!("{} is empty", self.path));
            return None;
        };
        if self.columns.len() == 1 && first.contains([';', '\t']) {
            let message = "the columns are separated by something other than commas";
            let fault = Diagnostic::error(codes::CSV_SHAPE, *span, message);
            diagnostics.report(fault.try_this("save the table as comma-separated values"));
            return None;
        }
        for (index, (name, span)) in self.columns.iter().enumerate() {
            let earlier = &self.columns[..index];
            if !name.is_empty() && earlier.iter().any(|(other, _)| other == name) {
                let message = format!("there are two columns \"{name}\"");
                diagnostics.error(codes::CSV_DUPLICATE, *span, message);
            }
        }
        Some(())
    }

    fn report_ragged(&self, record: &[(u32, u32)], diagnostics: &Diagnostics) {
        let first = record.first().copied().unwrap_or_default();
        let last = record.last().copied().unwrap_or_default();
        let cells = match record.len() {
            1 => "1 cell".to_owned(),
            n => format!("{n} cells"),
        };
        let message = format!(
            "this row has {cells}, the header has {}",
            self.columns.len()
        );
        let fault = Diagnostic::error(codes::CSV_RAGGED, self.span_at((first.0, last.1)), message);
        diagnostics.report(match record.len() > self.columns.len() {
            true => fault.try_this("put a text that contains a comma in quotation marks"),
            false => fault.try_this("leave a cell empty rather than out"),
        });
    }

    /// The rows that have this text in a column, without that column.
    pub fn only(&self, column: usize, wanted: &str) -> Self {
        let width = self.columns.len();
        let is_kept = |at: &usize| at % width != column;
        let mut part = Self {
            columns: self.columns.clone(),
            cells: Vec::new(),
            ragged: BTreeSet::new(),
            path: self.path.clone(),
            text: self.text.clone(),
            file: self.file,
        };
        part.columns.remove(column);
        for row in (0..self.n_rows()).filter(|row| self.text(*row, column) == wanted) {
            if self.ragged.contains(&row) {
                part.ragged.insert(part.n_rows());
            }
            let cells = (row * width..(row + 1) * width).filter(is_kept);
            part.cells.extend(cells.map(|at| self.cells[at]));
        }
        part
    }

    pub fn file(&self) -> FileId {
        self.file
    }

    /// Names of the columns, in file order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    pub fn n_rows(&self) -> usize {
        self.cells.len() / self.columns.len().max(1)
    }

    /// Where a column's name stands.
    pub fn column_span(&self, column: usize) -> Span {
        self.columns[column].1
    }

    pub fn optional_column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column == name)
    }

    /// The position of a column that must be there; `asked_at` is the value of the scenario that wants it.
    ///
    /// Errors (reported at `asked_at`): `S121`, with the nearest column.
    pub fn column(&self, name: &str, asked_at: Span, diagnostics: &Diagnostics) -> Option<usize> {
        let found = self.optional_column(name);
        if found.is_none() {
            let message = format!("{} has no column \"{name}\"", self.path);
            let known: Vec<&str> = self.columns().collect();
            let fault = Diagnostic::error(codes::CSV_COLUMN, asked_at, message)
                .note(format!("its columns are {}", listing(&known)));
            diagnostics.report(match super::diagnostic::nearest(name, known) {
                Some(near) => fault.try_this(format!("\"{near}\"")),
                None => fault,
            });
        }
        found
    }

    /// The text of a cell, without quotation marks and surrounding space.
    pub fn text(&self, row: usize, column: usize) -> Cow<'_, str> {
        match self.unquoted(self.cell(row, column)) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    pub fn is_empty(&self, row: usize, column: usize) -> bool {
        self.text(row, column).is_empty()
    }

    /// Where a cell stands.
    pub fn span(&self, row: usize, column: usize) -> Span {
        self.span_at(self.cell(row, column))
    }

    /// Where a whole row stands.
    pub fn row_span(&self, row: usize) -> Span {
        let first = self.cell(row, 0);
        let last = self.cell(row, self.columns.len() - 1);
        self.span_at((first.0, last.1))
    }

    /// A finite number.
    ///
    /// Errors (reported): `S123`.
    pub fn number(&self, row: usize, column: usize, diagnostics: &Diagnostics) -> Option<f64> {
        let text = self.text(row, column);
        let parsed = text.parse::<f64>().ok().filter(|value| value.is_finite());
        self.checked(parsed, row, column, "a number", "1234.5", diagnostics)
    }

    /// A finite number that is not negative.
    ///
    /// Errors (reported): `S123`.
    pub fn factor(&self, row: usize, column: usize, diagnostics: &Diagnostics) -> Option<f64> {
        let value = self.number(row, column, diagnostics)?;
        let parsed = (value >= 0.0).then_some(value);
        self.checked(
            parsed,
            row,
            column,
            "a number that is not negative",
            "1.5",
            diagnostics,
        )
    }

    /// A whole number that is not negative.
    ///
    /// Errors (reported): `S123`.
    pub fn count(&self, row: usize, column: usize, diagnostics: &Diagnostics) -> Option<u64> {
        let value = self.number(row, column, diagnostics)?;
        let is_whole = value >= 0.0 && value.fract() == 0.0 && value < 1e15;
        let parsed = is_whole.then_some(value as u64);
        self.checked(parsed, row, column, "a whole number", "12", diagnostics)
    }

    /// A share, `0.55` or `55 %`.
    ///
    /// Errors (reported): `S123`.
    pub fn share(&self, row: usize, column: usize, diagnostics: &Diagnostics) -> Option<f64> {
        let parsed = units::parse_share(&self.text(row, column)).ok();
        let parsed = parsed.filter(|value| (0.0..=1.0).contains(value));
        self.checked(
            parsed,
            row,
            column,
            "a share",
            units::SHARE_EXAMPLE,
            diagnostics,
        )
    }

    /// Milliseconds of a duration that is not negative: with its own unit, or a bare number in `unit` milliseconds.
    ///
    /// Errors (reported): `S123`.
    pub fn duration(
        &self,
        row: usize,
        column: usize,
        unit: Option<f64>,
        diagnostics: &Diagnostics,
    ) -> Option<f64> {
        let text = self.text(row, column);
        let bare = text.parse::<f64>().ok();
        let parsed = match (bare, unit) {
            (Some(number), Some(unit)) => Some(number * unit),
            _ => units::parse_duration(&text).ok(),
        };
        let parsed = parsed.filter(|value| value.is_finite() && *value >= 0.0);
        let example = units::DURATION_EXAMPLE;
        self.checked(parsed, row, column, "a duration", example, diagnostics)
    }

    /// Milliseconds since 1970-01-01 00:00 of an ISO date or date-time.
    ///
    /// Errors (reported): `S123`.
    pub fn date_time(&self, row: usize, column: usize, diagnostics: &Diagnostics) -> Option<i64> {
        let parsed = dates::parse_date_time(&self.text(row, column));
        let example = "2023-04-01T08:30:00";
        self.checked(parsed, row, column, "a date and time", example, diagnostics)
    }

    /// Every number of a column, or none if one of them is wrong.
    ///
    /// Errors (reported): `S123` for every wrong cell.
    pub fn numbers(&self, column: usize, diagnostics: &Diagnostics) -> Option<Vec<f64>> {
        let each = (0..self.n_rows()).map(|row| self.number(row, column, diagnostics));
        let read: Vec<Option<f64>> = each.collect();
        read.into_iter().collect()
    }

    /// The row of every text of a column that should be without repetition.
    ///
    /// Errors (reported): `S124` for every repetition; the first row stands.
    pub fn rows_by(&self, column: usize, diagnostics: &Diagnostics) -> BTreeMap<String, usize> {
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for row in 0..self.n_rows() {
            match rows.entry(self.text(row, column).into_owned()) {
                Entry::Vacant(free) => {
                    free.insert(row);
                }
                Entry::Occupied(first) => {
                    let (name, text) = (&self.columns[column].0, first.key());
                    let message = format!("there are two rows with {name} \"{text}\"");
                    diagnostics.error(codes::CSV_DUPLICATE, self.span(row, column), message);
                }
            }
        }
        rows
    }

    fn checked<T>(
        &self,
        parsed: Option<T>,
        row: usize,
        column: usize,
        expected: &str,
        example: &str,
        diagnostics: &Diagnostics,
    ) -> Option<T> {
        if parsed.is_none() && !self.ragged.contains(&row) {
            let text = self.text(row, column);
            let name = &self.columns[column].0;
            let message = match text.as_ref() {
                "" => format!("column \"{name}\" is empty here, expected {expected}"),
                text => format!("\"{text}\" in column \"{name}\" is not {expected}"),
            };
            let fault = Diagnostic::error(codes::CSV_CELL, self.span(row, column), message);
            diagnostics.report(fault.try_this(format!("write it like {example}")));
        }
        parsed
    }

    fn cell(&self, row: usize, column: usize) -> (u32, u32) {
        self.cells[row * self.columns.len() + column]
    }

    fn span_at(&self, (start, end): (u32, u32)) -> Span {
        let file = self.file;
        Span { file, start, end }
    }

    fn unquoted(&self, (start, end): (u32, u32)) -> Cow<'_, str> {
        let cell = &self.text[start as usize..end as usize];
        let inner = cell
            .strip_prefix('"')
            .map(|rest| rest.strip_suffix('"').unwrap_or(rest));
        match inner {
            Some(inner) if inner.contains("\"\"") => Cow::Owned(inner.replace("\"\"", "\"")),
            Some(inner) => Cow::Borrowed(inner),
            None => Cow::Borrowed(cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Option<CsvTable>, Files, Diagnostics) {
        let mut files = Files::default();
        let file = files.add("z.csv", text.to_owned());
        let diagnostics = Diagnostics::default();
        let table = CsvTable::parse(file, &files, &diagnostics);
        (table, files, diagnostics)
    }

    #[test]
    fn cells_are_read_as_spreadsheets_write_them() {
        let text = "\u{feff}zone,title,n\r\na,\"Exeter, \"\"east\"\"\",3\r\n\r\nb,,4";
        let (table, files, faults) = parsed(text);
        let table = table.expect("a table");
        assert!(faults.is_empty());
        assert_eq!(table.columns().collect::<Vec<_>>(), ["zone", "title", "n"]);
        assert_eq!(table.n_rows(), 2);
        assert_eq!(table.text(0, 1), "Exeter, \"east\"");
        assert!(table.is_empty(1, 1));
        assert_eq!(table.numbers(2, &faults), Some(vec![3.0, 4.0]));
        let at = files.position(table.span(1, 2));
        assert_eq!((at.line, at.column), (4, 4));
    }

    #[test]
    fn a_wrong_cell_is_shown_where_it_stands() {
        let (table, files, faults) = parsed("zone,weight\na,1.5\nb,1 200\nc,\n");
        let table = table.expect("a table");
        assert_eq!(table.numbers(1, &faults), None);
        let expected = "error[S123]: \"1 200\" in column \"weight\" is not a number
  z.csv:3:3
  3 | b,1 200
    |   ^^^^^
  try: write it like 1234.5

error[S123]: column \"weight\" is empty here, expected a number
  z.csv:4:3
  4 | c,
    |   ^
  try: write it like 1234.5
";
        assert_eq!(faults.render(&files), expected);
    }

    #[test]
    fn misshapen_tables_are_reported() {
        let check = |text: &str, code: &str, message: &str| {
            let (_, files, faults) = parsed(text);
            let printed = faults.render(&files);
            assert!(
                printed.starts_with(&format!("error[{code}]: {message}")),
                "{printed}"
            );
        };
        check("", "S125", "z.csv is empty");
        check("a;b\n1;2\n", "S125", "the columns are separated");
        check(
            "a,b\n\"1,2\n",
            "S125",
            "this quotation mark is never closed",
        );
        check("a,b\n1\n", "S122", "this row has 1 cell, the header has 2");
        check(
            "a,b\n1,2,3\n",
            "S122",
            "this row has 3 cells, the header has 2",
        );
        check("a,a\n1,2\n", "S124", "there are two columns \"a\"");
    }

    #[test]
    fn missing_columns_and_repeated_rows_are_reported() {
        let (table, files, faults) = parsed("zone,weight\na,1\na,2\n");
        let table = table.expect("a table");
        assert_eq!(table.column("wieght", table.column_span(0), &faults), None);
        assert_eq!(table.rows_by(0, &faults).len(), 1);
        let printed = faults.render(&files);
        assert!(
            printed.contains("z.csv has no column \"wieght\""),
            "{printed}"
        );
        assert!(printed.contains("try: \"weight\""), "{printed}");
        assert!(
            printed.contains("there are two rows with zone \"a\""),
            "{printed}"
        );
    }
}
