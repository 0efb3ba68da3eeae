//! Streams of arrivals that are not residents' needs: rates, gaps, and recorded lists.

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::csv_table::CsvTable;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::tree::{Node, Value};
use crate::scenario::units;
use crate::scenario::values;
use crate::uec::codes;

use super::choices::check_sum;
use super::reading::{Reading, entries, key_name, optional_owned_name, owned_name, place};
use super::steps::DurationForm;
use super::steps_reading::{duration, settings};
use super::tables_reading::own;
use super::{Name, PlaceForm};

#[derive(Clone, Debug)]
pub struct ArrivalForm {
    pub name: Name,
    pub kind: ArrivalKind,
    pub entry: EntryForm,
    pub place: Option<StreamPlaceForm>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ArrivalKind {
    Rate {
        per_millisecond: f64,
        profile: Option<Name>,
        multiply: f64,
        /// Share by which the rate grows in a year.
        growth: f64,
    },
    Gap(DurationForm),
    Recorded(Vec<RecordedForm>),
}

/// What a stream's patients bring with them and where they begin.
#[derive(Clone, Debug)]
pub struct EntryForm {
    /// `service.path`.
    pub to: Name,
    pub site: Option<Name>,
    pub set: Vec<(Name, Name)>,
    pub shares: Vec<(Name, SharesForm)>,
}

/// Levels drawn on arrival.
#[derive(Clone, Debug)]
pub enum SharesForm {
    Written(Vec<(Name, f64)>),
    /// By a table of `[choices]` whose outcomes are levels.
    Choice(Name),
}

#[derive(Clone, Debug)]
pub struct RecordedForm {
    pub time: RecordedTime,
    pub set: Vec<(Name, Name)>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RecordedTime {
    /// Since the start of the run, warm-up included.
    Since(SimSpan),
    /// Milliseconds since 1970-01-01 00:00.
    Calendar(i64),
}

#[derive(Clone, Debug)]
pub enum StreamPlaceForm {
    At(PlaceForm),
    /// Low and high corner, in kilometres.
    Rectangle([f64; 2], [f64; 2]),
    Zone(Name),
}

pub fn arrivals(root: &TableReader, reading: &Reading) -> Vec<ArrivalForm> {
    entries(root, "arrivals", reading, arrival)
}

fn arrival(name: Name, node: &Node, reading: &Reading) -> Option<ArrivalForm> {
    let what = format!("arrivals \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    reader.allow(&["title"]);
    let given: Vec<&str> = ["rate", "gap", "file"]
        .into_iter()
        .filter(|key| reader.has(key))
        .collect();
    let kind = match given[..] {
        ["rate"] => rate(&reader, reading),
        ["gap"] => {
            let node = reader.optional("gap")?;
            duration(node, reading).map(ArrivalKind::Gap)
        }
        ["file"] => {
            let node = reader.optional("file")?;
            recorded(node, reading).map(ArrivalKind::Recorded)
        }
        _ => {
            let message = format!(
                "{} needs exactly one of \"rate\", \"gap\" and \"file\"",
                reader.what()
            );
            let fault = Diagnostic::error(codes::ARRIVALS, node.span, message);
            reading
                .faults
                .report(fault.try_this("rate = \"250 per day\""));
            None
        }
    };
    reader.allow(&["profile", "multiply", "growth"]);
    let entry = entry(&reader, reading);
    let place = match reader.optional("place") {
        Some(node) => stream_place(node, reading).map(Some),
        None => Some(None),
    };
    reader.finish();
    Some(ArrivalForm {
        name,
        kind: kind?,
        entry: entry?,
        place: place?,
        span: node.span,
    })
}

fn rate(reader: &TableReader, reading: &Reading) -> Option<ArrivalKind> {
    let node = reader.optional("rate")?;
    let per_millisecond = values::rate(node, reading.faults);
    let profile = optional_owned_name(reader, "profile");
    let multiply = reader.optional_factor("multiply").unwrap_or(1.0);
    let growth = growth(reader, reading);
    Some(ArrivalKind::Rate {
        per_millisecond: per_millisecond?,
        profile,
        multiply,
        growth,
    })
}

/// `growth`: a share (`"2 %"`), or a number that may be negative; none if absent.
pub fn growth(reader: &TableReader, reading: &Reading) -> f64 {
    let Some(node) = reader.optional("growth") else {
        return 0.0;
    };
    let growth = match node.value {
        Value::Integer(_) | Value::Float(_) => values::number(node, reading.faults),
        _ => values::share(node, reading.faults),
    };
    let growth = growth.unwrap_or(0.0);
    if !(-0.5..=1.0).contains(&growth) {
        let message = "growth in a year lies between -0.5 and 1 (100 %)";
        values::out_of_range(node, message, reading.faults);
        return 0.0;
    }
    growth
}

/// `to`, `site`, `set` and `shares`, which arrivals and needs have in common.
pub fn entry(reader: &TableReader, reading: &Reading) -> Option<EntryForm> {
    let to = owned_name(reader, "to");
    let site = optional_owned_name(reader, "site");
    let set = match reader.optional("set") {
        Some(node) => settings(node, reading)?,
        None => Vec::new(),
    };
    let shares = reader.optional_table("shares").into_iter();
    let shares: Vec<Option<(Name, SharesForm)>> = shares
        .map(|(key, node)| Some((key_name(key), shares_form(node, reading)?)))
        .collect();
    let shares = shares.into_iter().collect::<Option<Vec<_>>>();
    Some(EntryForm {
        to: to?,
        site,
        set,
        shares: shares?,
    })
}

fn shares_form(node: &Node, reading: &Reading) -> Option<SharesForm> {
    if let Value::String(_) = node.value {
        return values::name(node, reading.faults).map(|name| SharesForm::Choice(own(name)));
    }
    let entries = values::entries(node, reading.faults)?;
    let shares: Vec<Option<(Name, f64)>> = entries
        .into_iter()
        .map(|(key, node)| Some((key_name(key), values::share(node, reading.faults)?)))
        .collect();
    let shares: Vec<(Name, f64)> = shares.into_iter().collect::<Option<_>>()?;
    let values: Vec<f64> = shares.iter().map(|(_, share)| *share).collect();
    check_sum(&values, node.span, reading)?;
    Some(SharesForm::Written(shares))
}

fn stream_place(node: &Node, reading: &Reading) -> Option<StreamPlaceForm> {
    let reader = TableReader::new(node, "the place", reading.faults);
    if let Some(zone) = optional_owned_name(&reader, "zone") {
        reader.finish();
        return Some(StreamPlaceForm::Zone(zone));
    }
    let Some(rectangle) = reader.optional_reader("rectangle", "the rectangle") else {
        return place(node, reading).map(StreamPlaceForm::At);
    };
    reader.finish();
    let (x, y) = (
        side(&rectangle, "x", reading),
        side(&rectangle, "y", reading),
    );
    rectangle.finish();
    let ([x0, x1], [y0, y1]) = (x?, y?);
    Some(StreamPlaceForm::Rectangle([x0, y0], [x1, y1]))
}

fn side(reader: &TableReader, key: &str, reading: &Reading) -> Option<[f64; 2]> {
    let node = reader.required(key, "[0, 30]")?;
    let nodes = values::list(node, reading.faults)?;
    let ends: Vec<Option<f64>> = nodes
        .iter()
        .map(|node| values::number(node, reading.faults))
        .collect();
    match ends[..] {
        [Some(low), Some(high)] if low <= high => Some([low, high]),
        [None, _] | [_, None] => None,
        _ => {
            values::out_of_range(node, "a side has a low end and a high end", reading.faults);
            None
        }
    }
}

/// Rows of a CSV file: `time`, and a column for each attribute that is known.
fn recorded(file: &Node, reading: &Reading) -> Option<Vec<RecordedForm>> {
    let csv = reading.csv(file)?;
    let time = csv.column("time", reading)?;
    let row = |row: usize| {
        let others = csv.table.columns().enumerate();
        let others = others.filter(|(column, _)| *column != time);
        let set = others.filter_map(|(column, heading)| {
            let attribute = Name {
                value: heading.to_owned(),
                span: csv.table.column_span(column),
            };
            Some((attribute, csv.name(row, column)?))
        });
        Some(RecordedForm {
            time: recorded_time(&csv.table, row, time, reading)?,
            set: set.collect(),
            span: csv.table.row_span(row),
        })
    };
    let rows: Vec<Option<RecordedForm>> = (0..csv.table.n_rows()).map(row).collect();
    rows.into_iter().collect()
}

fn recorded_time(
    table: &CsvTable,
    row: usize,
    column: usize,
    reading: &Reading,
) -> Option<RecordedTime> {
    let text = table.text(row, column);
    match units::parse_duration(&text) {
        Ok(since) if since >= 0.0 => Some(RecordedTime::Since(super::reading::span_of(since))),
        _ => table
            .date_time(row, column, reading.faults)
            .map(RecordedTime::Calendar),
    }
}
