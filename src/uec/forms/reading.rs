//! What readers of forms have at hand, and the values that many forms share: names, windows, places.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::areas::AREA;
use crate::scenario::csv_table::CsvTable;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::{Located, Span};
use crate::scenario::tree::{Key, Node};
use crate::scenario::units;
use crate::scenario::values;
use crate::scenario::workspace::Workspace;
use crate::uec::codes;

use super::tables_reading::own;
use super::{Name, PlaceForm, WindowForm};

pub struct Reading<'a> {
    pub workspace: &'a Workspace<'a>,
    pub faults: &'a Diagnostics,
    /// Of several areas the one being read: of tables with a column `area` it has its own rows.
    area: Option<&'a str>,
    /// Distributions are of plain numbers, not of lengths of time.
    pub is_of_numbers: bool,
    next_id: Cell<u32>,
    step_ids: RefCell<StepIds>,
}

/// Ids given to the steps of the path being read.
#[derive(Default)]
struct StepIds {
    /// Those that a patient who comes here may have met, and those of the branch being read.
    met: BTreeMap<String, Span>,
    /// Of each step being read, from the outermost: the ids of the branches it has had so far.
    in_branches: Vec<BTreeMap<String, Span>>,
}

impl<'a> Reading<'a> {
    pub fn new(workspace: &'a Workspace<'a>) -> Self {
        Self {
            workspace,
            faults: &workspace.diagnostics,
            area: None,
            is_of_numbers: false,
            next_id: Cell::new(0),
            step_ids: RefCell::default(),
        }
    }

    /// As [`Self::new`], for one of several areas.
    pub fn of_area(workspace: &'a Workspace<'a>, area: &'a str) -> Self {
        Self {
            area: Some(area),
            ..Self::new(workspace)
        }
    }

    /// For distributions of plain numbers.
    pub fn of_numbers(workspace: &'a Workspace<'a>) -> Self {
        Self {
            is_of_numbers: true,
            ..Self::new(workspace)
        }
    }

    /// A number no other written value has.
    pub fn next_id(&self) -> u32 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }

    /// Ids of steps are unique within a path: from here on it is another path.
    pub fn begin_path(&self) {
        *self.step_ids.borrow_mut() = StepIds::default();
    }

    /// Reads a step. What its branches say of ids holds for the steps behind it.
    pub fn with_branches<T>(&self, read: impl FnOnce() -> T) -> T {
        self.step_ids.borrow_mut().in_branches.push(BTreeMap::new());
        let step = read();
        let mut ids = self.step_ids.borrow_mut();
        let branches = ids.in_branches.pop().unwrap_or_default();
        ids.met.extend(branches);
        step
    }

    /// Reads one of a step's branches. Nobody takes two of them, so they may share ids, and with them draws.
    pub fn branch<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.step_ids.borrow().met.clone();
        let branch = read();
        let mut ids = self.step_ids.borrow_mut();
        let met = std::mem::replace(&mut ids.met, before);
        if let Some(branches) = ids.in_branches.last_mut() {
            branches.extend(met);
        }
        branch
    }

    /// Errors (reported): `S207` for an id that a step has which the same patient may have met before.
    pub fn note_id(&self, id: Located<&str>) {
        let mut ids = self.step_ids.borrow_mut();
        if let Some(first) = ids.met.insert(id.value.to_owned(), id.span) {
            let message = format!("two steps of this path have the id \"{}\"", id.value);
            let note = format!(
                "the other one is at {}; they would share their draws",
                self.workspace.place(first)
            );
            let fault = Diagnostic::error(codes::TWICE, id.span, message);
            self.faults.report(fault.note(note));
        }
    }

    /// The CSV file that a value names.
    pub fn csv(&self, name: &Node) -> Option<Csv> {
        let mut table = self.workspace.csv(name)?;
        let asked_at = name.span;
        if let (Some(area), Some(column)) = (self.area, table.optional_column(AREA)) {
            table = Arc::new(table.only(column, area));
        }
        Some(Csv { table, asked_at })
    }

    /// Milliseconds of a unit of time by its name.
    pub fn unit(&self, node: &Node) -> Option<f64> {
        let name = values::text(node, self.faults)?;
        let known = units::time_unit(name);
        if known.is_none() {
            let message = format!("\"{name}\" is not a unit of time");
            let fault = Diagnostic::error(codes::RANGE, node.span, message);
            let units = ["ms", "s", "min", "h", "days", "weeks"];
            self.faults.report(fault.suggest(name, units));
        }
        known
    }
}

/// A CSV file with the place of the value that named it.
pub struct Csv {
    pub table: Arc<CsvTable>,
    pub asked_at: Span,
}

impl Csv {
    /// Every number of the column that a value names.
    pub fn numbers(&self, column: Located<&str>, reading: &Reading) -> Option<Vec<f64>> {
        let column = self
            .table
            .column(column.value, column.span, reading.faults)?;
        self.table.numbers(column, reading.faults)
    }

    /// A column that must be there because of what the file is for.
    /// The position of the column that a value names.
    pub fn column_of(&self, column: Located<&str>, reading: &Reading) -> Option<usize> {
        self.table.column(column.value, column.span, reading.faults)
    }

    pub fn column(&self, name: &str, reading: &Reading) -> Option<usize> {
        self.table.column(name, self.asked_at, reading.faults)
    }

    /// A cell as a name; none if it is empty.
    pub fn name(&self, row: usize, column: usize) -> Option<Name> {
        let value = self.table.text(row, column).into_owned();
        let span = self.table.span(row, column);
        (!value.is_empty()).then_some(Located { value, span })
    }

    /// A cell as levels of a dimension, several joined by `|`; none (any level) if it is empty.
    pub fn levels(&self, row: usize, column: usize) -> Option<Vec<Name>> {
        let cell = self.name(row, column)?;
        let each = cell.value.split('|').map(|level| Located {
            value: level.trim().to_owned(),
            span: cell.span,
        });
        Some(each.collect())
    }

    /// A cell as a name that must be there.
    pub fn required_name(&self, row: usize, column: usize, reading: &Reading) -> Option<Name> {
        let name = self.name(row, column);
        if name.is_none() {
            let span = self.table.span(row, column);
            let message = "a name is missing in this row";
            reading.faults.error(codes::RANGE, span, message);
        }
        name
    }
}

/// The name a key gives to the table below it.
pub fn key_name(key: &Key) -> Name {
    Located {
        value: key.name.clone(),
        span: key.span,
    }
}

/// Milliseconds as a span of simulated time.
pub fn span_of(milliseconds: f64) -> SimSpan {
    SimSpan::from_milliseconds(milliseconds)
}

/// What `read` makes of every entry of a table of the scenario; empty if the table is absent.
///
/// Errors (reported): a name that is not lower case with underscores. The name of what cannot be read counts as spoilt.
pub fn entries<'n, T>(
    root: &TableReader<'n>,
    key: &str,
    reading: &Reading,
    read: impl Fn(Name, &'n Node, &Reading) -> Option<T>,
) -> Vec<T> {
    let entries = root.optional_table(key).into_iter();
    let read_one = |(key, node): (&Key, &'n Node)| {
        check_name(&key.name, key.span, reading);
        let form = read(key_name(key), node, reading);
        if form.is_none() {
            reading.faults.spoil(&key.name);
        }
        form
    };
    entries.filter_map(read_one).collect()
}

/// Names are lower case with underscores, so that `a.b`, `open:a` and `*` can have a meaning around them.
pub fn check_name(name: &str, span: Span, reading: &Reading) {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(is_plain) {
        let message = format!("\"{name}\" is not a name: names are lower case with underscores");
        let fault = Diagnostic::error(codes::NAME, span, message);
        let plain: String = name
            .to_lowercase()
            .chars()
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect();
        reading
            .faults
            .report(fault.try_this(format!("\"{plain}\"")));
    }
}

/// A window that is written out, or the name of one.
pub fn window(node: &Node, reading: &Reading) -> Option<WindowForm> {
    let text = values::text(node, reading.faults)?;
    if is_window_name(text) {
        let value = text.to_owned();
        let span = node.span;
        return Some(WindowForm::Named(Located { value, span }));
    }
    let value = values::window(node, reading.faults)?;
    let span = node.span;
    Some(WindowForm::Written(Located { value, span }))
}

/// A window by its name; `always` is known without being written.
pub fn window_by_name(name: Name) -> WindowForm {
    match name.value.as_str() {
        "always" => WindowForm::Written(Located {
            value: crate::scenario::windows::WeekWindow::always(),
            span: name.span,
        }),
        _ => WindowForm::Named(name),
    }
}

fn is_window_name(text: &str) -> bool {
    text != "always"
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `{ x, y }` in kilometres or `{ lat, lon }` in degrees.
pub fn place(node: &Node, reading: &Reading) -> Option<PlaceForm> {
    let reader = TableReader::new(node, "the place", reading.faults);
    let is_degrees = reader.has("lat") || reader.has("lon");
    let place = if is_degrees {
        let (lat, lon) = (reader.number("lat"), reader.number("lon"));
        degrees(lat?, lon?, node.span, reading)
    } else {
        let (x, y) = (reader.number("x"), reader.number("y"));
        x.zip(y).map(|(x, y)| PlaceForm::Kilometres { x, y })
    };
    reader.allow(&["x", "y"]);
    reader.finish();
    place
}

/// A place in degrees, if there is such a place.
pub fn degrees(lat: f64, lon: f64, span: Span, reading: &Reading) -> Option<PlaceForm> {
    if !(-89.0..=89.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        let message =
            "a latitude lies between -89 and 89 degrees, a longitude between -180 and 180";
        reading.faults.error(codes::RANGE, span, message);
        return None;
    }
    Some(PlaceForm::Degrees { lat, lon })
}

/// Values under a key as owned names.
pub fn owned_names(reader: &TableReader, key: &str) -> Vec<Name> {
    reader.names(key).into_iter().map(own).collect()
}

/// A name under a key that must be there.
pub fn owned_name(reader: &TableReader, key: &str) -> Option<Name> {
    reader.name(key).map(own)
}

pub fn optional_owned_name(reader: &TableReader, key: &str) -> Option<Name> {
    reader.optional_name(key).map(own)
}

/// A title, or the name with spaces for underscores.
pub fn title(reader: &TableReader, name: &str) -> String {
    let written = reader.optional_string("title").map(str::to_owned);
    written.unwrap_or_else(|| {
        let spaced = name.replace('_', " ");
        let mut letters = spaced.chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => spaced,
        }
    })
}
