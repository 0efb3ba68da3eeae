//! Reading tables by cohort: dimensions, and rows from the scenario or from a CSV file.

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::dates::WEEKDAYS;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::{Located, Span};
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::uec::codes;

use super::Name;
use super::reading::{Reading, span_of, window_by_name};
use super::tables::{
    ByCohort, ByCohortKind, ConditionForm, DimensionForm, DimensionKind, RowForm, TableForm,
    TimeBand,
};

/// Reads one value of a table; reports what is wrong with it.
pub type ReadValue<'f, T> = &'f dyn Fn(&Node, &Reading) -> Option<T>;

/// A value alone, `{ by = …, rows = … }`, or `{ choice_of = "name" }`.
///
/// `is_one` tells a value from a table, where values can be tables too.
pub fn by_cohort<T>(
    node: &Node,
    is_one: impl Fn(&Node) -> bool,
    read: ReadValue<T>,
    reading: &Reading,
) -> Option<ByCohort<T>> {
    let is_table = |key: &str| node.get(key).is_some();
    let kind = if is_table("choice_of") {
        let reader = TableReader::new(node, "the reference to a table", reading.faults);
        let named = reader.name("choice_of").map(own);
        reader.finish();
        ByCohortKind::Named(named?)
    } else if is_table("by") || is_table("rows") {
        let reader = TableReader::new(node, "the table", reading.faults);
        let table = table(&reader, read, reading);
        reader.finish();
        ByCohortKind::Table(table?)
    } else if is_one(node) {
        ByCohortKind::One(read(node, reading)?)
    } else {
        // Neither: what a single value lacks is the best that can be said.
        read(node, reading);
        return None;
    };
    Some(ByCohort {
        id: reading.next_id(),
        kind,
        span: node.span,
    })
}

/// Owns a located text.
pub fn own(name: Located<&str>) -> Name {
    Located {
        value: name.value.to_owned(),
        span: name.span,
    }
}

/// `by` and `rows` of a table whose rows carry their value under `is`; does not finish the reader.
pub fn table<T>(
    reader: &TableReader,
    read: ReadValue<T>,
    reading: &Reading,
) -> Option<TableForm<T>> {
    let by = dimensions(reader, reading);
    let node = reader.required("rows", "[ { …, is = … }, { is = … } ]");
    let (by, node) = (by?, node?);
    let rows = match &node.value {
        Value::Array(nodes) => rows(nodes, &by, "is", read, reading),
        Value::Table(_) => rows_by_level(node, &by, read, reading),
        _ => {
            values::wrong_type(
                node,
                "rows",
                "[ { …, is = … }, { is = … } ]",
                reading.faults,
            );
            None
        }
    };
    Some(TableForm {
        by,
        rows: rows?,
        span: node.span,
    })
}

/// The dimensions under `by`.
pub fn dimensions(reader: &TableReader, reading: &Reading) -> Option<Vec<DimensionForm>> {
    let node = reader.required("by", "[\"age\"]")?;
    let read: Vec<Option<DimensionForm>> = match &node.value {
        Value::Array(nodes) => nodes.iter().map(|node| dimension(node, reading)).collect(),
        _ => vec![dimension(node, reading)],
    };
    read.into_iter().collect()
}

/// Dimensions that are written with a name after a colon.
pub const DIMENSION_KINDS: [&str; 6] = ["open", "held", "waiting", "busy", "trigger", "since"];

/// What time is counted from if not from a mark: `since:start_of_run`.
pub const START_OF_RUN: &str = "start_of_run";

/// Conditions in short: as written, the dimension they stand for, and the level they ask for.
pub const SHORT_CONDITIONS: [(&str, &str, &str); 5] = [
    ("open", "open", "yes"),
    ("closed", "open", "no"),
    ("held", "held", "yes"),
    ("not_held", "held", "no"),
    ("trigger", "trigger", "on"),
];

/// One dimension: a name, `open:NAME` and its like, or `{ waiting = POOL, bands = […] }`.
fn dimension(node: &Node, reading: &Reading) -> Option<DimensionForm> {
    if let Value::String(text) = &node.value {
        return named_dimension(text, node, None, reading);
    }
    let reader = TableReader::new(node, "the dimension", reading.faults);
    if reader.has("since") {
        return since_in_bands(reader, reading);
    }
    let bands = reader.list("bands", "[1, 5, 10]");
    let key = ["waiting", "busy"].into_iter().find(|key| reader.has(key));
    let pool = reader.optional_name(key.unwrap_or("waiting"));
    reader.finish();
    let bands: Vec<Option<u64>> = bands?
        .iter()
        .map(|node| values::count(node, reading.faults))
        .collect();
    let bands: Option<Vec<u64>> = bands.into_iter().collect();
    let bands: Vec<u32> = bands?.iter().map(|band| *band as u32).collect();
    if bands.is_empty() || bands[0] == 0 || bands.windows(2).any(|pair| pair[0] >= pair[1]) {
        let message =
            "bands are numbers above 0 that increase; below the first lies the band \"0\"";
        reading.faults.error(codes::RANGE, node.span, message);
        return None;
    }
    let Some((key, pool)) = key.zip(pool) else {
        let message = "a dimension with bands counts the patients or units of a pool";
        let fault = Diagnostic::error(codes::RANGE, node.span, message);
        reading
            .faults
            .report(fault.try_this("{ waiting = \"cubicles\", bands = [1, 5, 10] }"));
        return None;
    };
    let text = format!("{key}:{}", pool.value);
    named_dimension(&text, node, Some(bands), reading)
}

/// `{ since = "arrived", bands = ["4 h", "12 h"] }`.
fn since_in_bands(reader: TableReader, reading: &Reading) -> Option<DimensionForm> {
    let mark = reader.name("since").map(own);
    let nodes = reader.list("bands", "[\"4 h\", \"12 h\"]");
    let span = reader.span();
    reader.finish();
    let bands: Vec<Option<TimeBand>> = nodes?.iter().map(|node| time_band(node, reading)).collect();
    let bands: Vec<TimeBand> = bands.into_iter().collect::<Option<_>>()?;
    if bands.is_empty() || bands.windows(2).any(|pair| pair[0].from >= pair[1].from) {
        let message = "bands are times that increase; below the first lies the band \"0\"";
        reading.faults.error(codes::RANGE, span, message);
        return None;
    }
    Some(since(mark?, bands, span))
}

fn since(mark: Name, bands: Vec<TimeBand>, span: Span) -> DimensionForm {
    DimensionForm {
        column: format!("since:{}", mark.value),
        kind: DimensionKind::Since { mark, bands },
        span,
    }
}

fn time_band(node: &Node, reading: &Reading) -> Option<TimeBand> {
    let from = span_of(values::duration(node, reading.faults)?);
    if from == SimSpan::ZERO {
        values::out_of_range(node, "the time must be above 0", reading.faults);
        return None;
    }
    let written = values::text(node, reading.faults)?.to_owned();
    Some(TimeBand { from, written })
}

/// `"since:arrived" = { at_least = "4 h" }` or `{ below = "4 h" }`.
fn since_condition(mark: &str, node: &Node, reading: &Reading) -> Option<ConditionForm> {
    let reader = TableReader::new(node, "the condition", reading.faults);
    node.as_table()?;
    let (at_least, below) = (reader.optional("at_least"), reader.optional("below"));
    reader.finish();
    let (bound, is_level_of_bound) = match (at_least, below) {
        (Some(bound), None) => (bound, true),
        (None, Some(bound)) => (bound, false),
        _ => {
            let message = "a condition on time has either \"at_least\" or \"below\"";
            let fault = Diagnostic::error(codes::RANGE, node.span, message);
            reading
                .faults
                .report(fault.try_this("{ at_least = \"4 h\" }"));
            return None;
        }
    };
    let band = time_band(bound, reading)?;
    let level = if is_level_of_bound {
        &band.written
    } else {
        "0"
    };
    let level = Located {
        value: level.to_owned(),
        span: node.span,
    };
    let mark = Located {
        value: mark.to_owned(),
        span: node.span,
    };
    Some(ConditionForm {
        dimension: since(mark, vec![band], node.span),
        levels: vec![level],
    })
}

fn named_dimension(
    text: &str,
    node: &Node,
    bands: Option<Vec<u32>>,
    reading: &Reading,
) -> Option<DimensionForm> {
    let span = node.span;
    let name = |value: &str| Located {
        value: value.to_owned(),
        span,
    };
    let kind = match text.split_once(':') {
        None if text == "hour" => DimensionKind::Hour,
        None if text == "day" => DimensionKind::Day,
        None if text == "month" => DimensionKind::Month,
        None if text == "site" => DimensionKind::Site,
        None => DimensionKind::Attribute(name(text)),
        Some(("open", window)) => DimensionKind::Open(window_by_name(name(window))),
        Some(("held", slot)) => DimensionKind::Held(name(slot)),
        Some(("trigger", trigger)) => DimensionKind::Trigger(name(trigger)),
        Some(("waiting", pool)) => DimensionKind::Waiting {
            pool: name(pool),
            bands: bands.unwrap_or_else(|| vec![1]),
        },
        Some(("busy", pool)) => DimensionKind::Busy {
            pool: name(pool),
            bands: bands.unwrap_or_else(|| vec![1]),
        },
        Some(("since", _)) => {
            let message = "a time since something is told apart in bands";
            let fault = Diagnostic::error(codes::RANGE, span, message);
            let advice = "{ since = \"arrived\", bands = [\"4 h\", \"12 h\"] }";
            reading.faults.report(fault.try_this(advice));
            return None;
        }
        Some((kind, _)) => {
            let message = format!("\"{kind}:\" is not a kind of dimension");
            let fault = Diagnostic::error(codes::UNKNOWN_NAME, span, message);
            reading.faults.report(fault.suggest(kind, DIMENSION_KINDS));
            return None;
        }
    };
    Some(DimensionForm {
        kind,
        column: text.to_owned(),
        span,
    })
}

/// Rows as tables: a key for each dimension that matters, and the value under `value_key`.
pub fn rows<T>(
    nodes: &[Node],
    by: &[DimensionForm],
    value_key: &str,
    read: ReadValue<T>,
    reading: &Reading,
) -> Option<Vec<RowForm<T>>> {
    let row = |node: &Node| {
        let reader = TableReader::new(node, "the row", reading.faults);
        let levels = by
            .iter()
            .map(|dimension| {
                let node = reader.optional(&dimension.column)?;
                Some(levels(node, reading))
            })
            .collect();
        let value = reader.required(value_key, "…");
        reader.finish();
        Some(RowForm {
            levels,
            value: read(value?, reading)?,
            span: node.span,
        })
    };
    let rows: Vec<Option<RowForm<T>>> = nodes.iter().map(row).collect();
    rows.into_iter().collect()
}

/// Levels as text, whether written as text, number or list of either.
pub fn levels(node: &Node, reading: &Reading) -> Vec<Name> {
    let one = |node: &Node| {
        let value = match &node.value {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(true) => "yes".to_owned(),
            Value::Boolean(false) => "no".to_owned(),
            _ => {
                values::wrong_type(node, "a level", "\"…\" or a list of them", reading.faults);
                return None;
            }
        };
        let span = node.span;
        Some(Located { value, span })
    };
    match &node.value {
        Value::Array(nodes) => nodes.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}

/// Rows of a table with one dimension, by level: `{ "0-4" = …, else = … }`.
fn rows_by_level<T>(
    node: &Node,
    by: &[DimensionForm],
    read: ReadValue<T>,
    reading: &Reading,
) -> Option<Vec<RowForm<T>>> {
    if by.len() != 1 {
        let message = "rows by level need exactly one dimension";
        let fault = Diagnostic::error(codes::TABLE, node.span, message);
        reading
            .faults
            .report(fault.try_this("rows = [ { …, is = … }, { is = … } ]"));
        return None;
    }
    let row = |(key, node): (&crate::scenario::tree::Key, &Node)| {
        let level = Located {
            value: key.name.clone(),
            span: key.span,
        };
        let levels = (key.name != "else").then(|| vec![level]);
        Some(RowForm {
            levels: vec![levels],
            value: read(node, reading)?,
            span: key.span,
        })
    };
    let entries = values::entries(node, reading.faults)?;
    let rows: Vec<Option<RowForm<T>>> = entries.into_iter().map(row).collect();
    let mut rows: Vec<RowForm<T>> = rows.into_iter().collect::<Option<_>>()?;
    // Levels of one dimension exclude each other, so `else` may stand anywhere; it is looked at last.
    rows.sort_by_key(|row| row.levels[0].is_none());
    Some(rows)
}

/// The conditions of a `when`.
pub fn conditions(node: &Node, reading: &Reading) -> Option<Vec<ConditionForm>> {
    let entries = values::entries(node, reading.faults)?;
    if entries.is_empty() {
        let message = "\"when\" needs at least one condition";
        reading.faults.error(codes::RANGE, node.span, message);
        return None;
    }
    let read: Vec<Option<ConditionForm>> = entries
        .into_iter()
        .map(|(key, node)| condition(&key.name, node, reading))
        .collect();
    read.into_iter().collect()
}

/// `open = "in_hours"` is short for `"open:in_hours" = "yes"`; `"waiting:cubicles"` takes `{ at_least = 5 }` or `{ below = 5 }`.
fn condition(key: &str, node: &Node, reading: &Reading) -> Option<ConditionForm> {
    let level = |value: &str| Located {
        value: value.to_owned(),
        span: node.span,
    };
    if let Some((_, kind, yes)) = SHORT_CONDITIONS.iter().find(|(short, _, _)| *short == key) {
        let name = values::text(node, reading.faults)?;
        let dimension = named_dimension(&format!("{kind}:{name}"), node, None, reading)?;
        let levels = vec![level(yes)];
        return Some(ConditionForm { dimension, levels });
    }
    if let Some(mark) = key.strip_prefix("since:") {
        return since_condition(mark, node, reading);
    }
    let is_queue = key.starts_with("waiting:") || key.starts_with("busy:");
    if !is_queue {
        let dimension = named_dimension(key, node, None, reading)?;
        let levels = levels(node, reading);
        return Some(ConditionForm { dimension, levels });
    }
    let reader = TableReader::new(node, "the condition", reading.faults);
    let at_least = reader.optional("at_least");
    let below = reader.optional("below");
    reader.finish();
    let count = |node: &Node| values::count(node, reading.faults);
    let (bound, levels) = match (at_least, below) {
        (Some(bound), None) => {
            let bound = count(bound)?;
            (bound, vec![level(&bound.to_string())])
        }
        (None, Some(bound)) => (count(bound)?, vec![level("0")]),
        _ => {
            let message = "a condition on a queue has either \"at_least\" or \"below\"";
            let fault = Diagnostic::error(codes::RANGE, node.span, message);
            reading.faults.report(fault.try_this("{ at_least = 5 }"));
            return None;
        }
    };
    if bound == 0 {
        values::out_of_range(node, "the number must be at least 1", reading.faults);
        return None;
    }
    let dimension = named_dimension(key, node, Some(vec![bound as u32]), reading)?;
    Some(ConditionForm { dimension, levels })
}

/// The levels a dimension of time has, in order.
pub fn levels_of_time(kind: &DimensionKind) -> Option<Vec<String>> {
    match kind {
        DimensionKind::Hour => Some((0..24).map(|hour: u8| hour.to_string()).collect()),
        DimensionKind::Day => Some(WEEKDAYS.map(str::to_owned).to_vec()),
        DimensionKind::Month => Some((1..=12).map(|month: u8| month.to_string()).collect()),
        _ => None,
    }
}
