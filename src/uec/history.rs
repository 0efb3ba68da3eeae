//! Published monthly figures: a table with one row per series and month. Every fault is reported at its cell.

use crate::scenario::codes::CSV_DUPLICATE;
use crate::scenario::csv_columns::Columns;
use crate::scenario::tree::Node;
use crate::scenario::workspace::Workspace;

const COLUMNS: [&str; 10] = [
    "series",
    "measure",
    "statistic",
    "site",
    "cohort",
    "unit",
    "month",
    "published",
    "source",
    "note",
];

/// A month as a number: twelve times the year and the month from 0, so that months can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthNumber(pub i32);

impl MonthNumber {
    /// `2023-04`.
    pub fn parse(written: &str) -> Option<Self> {
        let (year, month) = written.split_once('-')?;
        let is_digits = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
        if (year.len(), month.len()) != (4, 2) || !is_digits(year) || !is_digits(month) {
            return None;
        }
        let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12)
            .contains(&month)
            .then(|| Self(year * 12 + month - 1))
    }

    pub fn of(year: i32, month: u8) -> Self {
        Self(year * 12 + i32::from(month) - 1)
    }

    pub fn written(self) -> String {
        format!(
            "{:04}-{:02}",
            self.0.div_euclid(12),
            self.0.rem_euclid(12) + 1
        )
    }
}

/// One figure over the months.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub measure: String,
    /// As written in targets.
    pub statistic: String,
    /// `all`, a site, or several joined by `+`.
    pub site: String,
    pub cohort: String,
    pub unit: String,
    pub source: String,
    /// In order of time; `None` is not published.
    pub months: Vec<(MonthNumber, Option<f64>)>,
    /// What the rows say, each sentence once. One that begins with `input` makes the series an input: it is not scored.
    pub notes: Vec<String>,
}

impl Series {
    pub fn at(&self, month: MonthNumber) -> Option<f64> {
        let found = self.months.iter().find(|(other, _)| *other == month);
        found.and_then(|(_, value)| *value)
    }

    pub fn is_input(&self) -> bool {
        self.notes.iter().any(|note| note.starts_with("input"))
    }
}

/// Errors (reported): `S102`, `S121` to `S125`. None is given if any row is wrong.
pub fn series(workspace: &Workspace<'_>, path: &str) -> Option<Vec<Series>> {
    read(workspace, &Columns::open(workspace, path, &COLUMNS)?)
}

/// As [`series`], of the file that a value names.
pub fn named(workspace: &Workspace<'_>, name: &Node) -> Option<Vec<Series>> {
    read(workspace, &Columns::named(workspace, name, &COLUMNS)?)
}

fn read(workspace: &Workspace<'_>, columns: &Columns<'_, '_>) -> Option<Vec<Series>> {
    let mut all: Vec<Series> = Vec::new();
    for row in 0..columns.table.n_rows() {
        let text = |column| columns.text(row, column);
        let month = MonthNumber::parse(&text(6));
        if month.is_none() {
            let message = format!("\"{}\" is no month", text(6));
            columns.refuse(row, 6, &message, "2023-04");
        }
        let value = columns.optional_number(row, 7);
        let names = [0, 1, 2].map(|column| columns.name(row, column));
        let (Some(month), [Some(name), Some(measure), Some(statistic)]) = (month, names) else {
            continue;
        };
        let key = (&name, &text(3), &text(4), &measure, &statistic);
        let found = all.iter_mut().find(|one| {
            (
                &one.name,
                &one.site,
                &one.cohort,
                &one.measure,
                &one.statistic,
            ) == key
        });
        let series = match found {
            Some(series) => series,
            None => {
                all.push(Series {
                    name,
                    measure,
                    statistic,
                    site: text(3),
                    cohort: text(4),
                    unit: text(5),
                    source: text(8),
                    months: Vec::new(),
                    notes: Vec::new(),
                });
                let last = all.len() - 1;
                &mut all[last]
            }
        };
        if series.months.iter().any(|(known, _)| *known == month) {
            let message = format!("{} stands twice in \"{}\"", month.written(), series.name);
            columns.report(
                row,
                6,
                CSV_DUPLICATE,
                &message,
                "one row per series and month",
            );
        }
        series.months.push((month, value));
        let note = text(9);
        if !note.is_empty() && !series.notes.contains(&note) {
            series.notes.push(note);
        }
    }
    all.iter_mut()
        .for_each(|series| series.months.sort_by_key(|(month, _)| *month));
    (!workspace.diagnostics.has_errors()).then_some(all)
}
