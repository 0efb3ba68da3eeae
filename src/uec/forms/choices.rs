//! Attributes, and the named tables that steps draw from: choices and durations.

use crate::engine::distributions::Distribution;
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Located;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::uec::codes;
use crate::uec::model::Named;

use super::Name;
use super::distributions::distribution;
use super::reading::{Reading, check_name, entries, owned_names, title};
use super::tables::{DimensionForm, RowForm, TableForm};
use super::tables_reading::{dimensions, rows, table};

/// Levels an attribute may have.
pub const MOST_LEVELS: usize = 250;

#[derive(Clone, Debug)]
pub struct AttributeForm {
    pub name: Name,
    pub title: String,
    pub levels: Vec<Named>,
    /// Position of the level a patient starts at.
    pub default: u8,
}

/// `[choices.NAME]`: shares of outcomes by row.
#[derive(Clone, Debug)]
pub struct ChoiceForm {
    pub name: Name,
    pub outcomes: Vec<Name>,
    /// The value of a row is one share per outcome.
    pub table: TableForm<Vec<f64>>,
}

/// `[durations.NAME]`.
#[derive(Clone, Debug)]
pub struct NamedDurations {
    pub name: Name,
    pub table: TableForm<Distribution>,
}

pub fn attributes(root: &TableReader, reading: &Reading) -> Vec<AttributeForm> {
    entries(root, "attributes", reading, attribute)
}

fn attribute(name: Name, node: &Node, reading: &Reading) -> Option<AttributeForm> {
    let what = format!("attribute \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    reader.required("levels", "[\"1\", \"2\", \"3\"]");
    let levels = owned_names(&reader, "levels");
    let titles = owned_names(&reader, "titles");
    let default = reader.optional_name("default");
    reader.finish();
    if levels.is_empty() {
        return None;
    }
    if levels.len() > MOST_LEVELS {
        let message = format!(
            "an attribute has at most {MOST_LEVELS} levels, not {}",
            levels.len()
        );
        reading.faults.error(codes::LIMIT, node.span, message);
        return None;
    }
    for (index, level) in levels.iter().enumerate() {
        if levels[..index]
            .iter()
            .any(|other| other.value == level.value)
        {
            let message = format!("level \"{}\" is given twice", level.value);
            reading.faults.error(codes::TWICE, level.span, message);
        }
    }
    if !titles.is_empty() && titles.len() != levels.len() {
        let message = format!("{} titles for {} levels", titles.len(), levels.len());
        reading.faults.error(codes::RANGE, titles[0].span, message);
    }
    let position = match default {
        None => Some(0),
        Some(default) => level_position(default, &levels, reading),
    };
    let named = levels.iter().enumerate().map(|(index, level)| Named {
        id: level.value.clone(),
        title: titles.get(index).unwrap_or(level).value.clone(),
    });
    Some(AttributeForm {
        title,
        levels: named.collect(),
        default: position? as u8,
        name,
    })
}

fn level_position(wanted: Located<&str>, levels: &[Name], reading: &Reading) -> Option<usize> {
    let found = levels.iter().position(|level| level.value == wanted.value);
    if found.is_none() {
        let message = format!("\"{}\" is not one of the levels", wanted.value);
        let fault = Diagnostic::error(codes::UNKNOWN_NAME, wanted.span, message);
        let known = levels.iter().map(|level| level.value.as_str());
        reading.faults.report(fault.suggest(wanted.value, known));
    }
    found
}

pub fn durations(root: &TableReader, reading: &Reading) -> Vec<NamedDurations> {
    entries(root, "durations", reading, |name, node, reading| {
        let what = format!("table of durations \"{}\"", name.value);
        let reader = TableReader::new(node, what, reading.faults);
        reader.allow(&["title"]);
        let table = table(&reader, &distribution, reading);
        reader.finish();
        let table = table?;
        Some(NamedDurations { name, table })
    })
}

pub fn choices(root: &TableReader, reading: &Reading) -> Vec<ChoiceForm> {
    entries(root, "choices", reading, choice)
}

fn choice(name: Name, node: &Node, reading: &Reading) -> Option<ChoiceForm> {
    let what = format!("choice \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    reader.allow(&["title"]);
    let by = match reader.has("by") {
        true => dimensions(&reader, reading),
        false => Some(Vec::new()),
    };
    reader.required("outcomes", "[\"home\", \"admit\"]");
    let outcomes = owned_names(&reader, "outcomes");
    for outcome in &outcomes {
        if outcome.value.is_empty() {
            check_name(&outcome.value, outcome.span, reading);
        }
    }
    let weights = weights(&reader, &outcomes, reading);
    let rows = by.as_ref().and_then(|by| match reader.optional("file") {
        Some(file) => rows_of_file(file, by, &outcomes, reading),
        None if reader.has("shares") => {
            let node = reader.optional("shares")?;
            let value = shares(node, outcomes.len(), reading)?;
            let levels = vec![None; by.len()];
            let span = node.span;
            Some(vec![RowForm {
                levels,
                value,
                span,
            }])
        }
        None => {
            let nodes = reader.list("rows", "[ { …, shares = [0.4, 0.6] } ]")?;
            let read = |node: &Node, reading: &Reading| shares(node, outcomes.len(), reading);
            rows(nodes, by, "shares", &read, reading)
        }
    });
    reader.allow(&["shares", "file", "rows", "by"]);
    reader.finish();
    let (by, mut rows, weights) = (by?, rows?, weights?);
    let weighed: Vec<Option<()>> = rows
        .iter_mut()
        .map(|row| weigh(row, &weights, reading))
        .collect();
    weighed.into_iter().collect::<Option<Vec<()>>>()?;
    let table = TableForm {
        by,
        rows,
        span: name.span,
    };
    Some(ChoiceForm {
        name,
        outcomes,
        table,
    })
}

/// The weights of the outcomes in their order: those under `weights`, 1 for the others.
fn weights(reader: &TableReader, outcomes: &[Name], reading: &Reading) -> Option<Vec<f64>> {
    let mut weights = vec![1.0; outcomes.len()];
    let Some(node) = reader.optional("weights") else {
        return Some(weights);
    };
    let mut is_right = true;
    for (key, node) in values::entries(node, reading.faults)? {
        let found = outcomes
            .iter()
            .position(|outcome| outcome.value == key.name);
        let weight = values::factor(node, reading.faults);
        match (found, weight) {
            (Some(index), Some(weight)) => weights[index] = weight,
            (None, _) => {
                let message = format!("\"{}\" is not one of the outcomes", key.name);
                let fault = Diagnostic::error(codes::UNKNOWN_NAME, key.span, message);
                let known = outcomes.iter().map(|outcome| outcome.value.as_str());
                reading.faults.report(fault.suggest(&key.name, known));
                is_right = false;
            }
            (Some(_), None) => is_right = false,
        }
    }
    is_right.then_some(weights)
}

/// Shares times weights, as shares again. Of two outcomes, a weight multiplies the odds.
fn weigh(row: &mut RowForm<Vec<f64>>, weights: &[f64], reading: &Reading) -> Option<()> {
    // Not even rounding may move shares that nobody weighs.
    if weights.iter().all(|weight| *weight == 1.0) {
        return Some(());
    }
    let sum: f64 = row.value.iter().zip(weights).map(|(s, w)| s * w).sum();
    if sum <= 0.0 {
        let message = "every outcome that this row has is weighed by 0";
        reading.faults.error(codes::SHARES, row.span, message);
        return None;
    }
    for (share, weight) in row.value.iter_mut().zip(weights) {
        *share *= weight / sum;
    }
    Some(())
}

/// Shares in the order of the outcomes.
fn shares(node: &Node, n_outcomes: usize, reading: &Reading) -> Option<Vec<f64>> {
    let Value::Array(nodes) = &node.value else {
        values::wrong_type(node, "a list of shares", "[0.4, 0.6]", reading.faults);
        return None;
    };
    let read: Vec<Option<f64>> = nodes
        .iter()
        .map(|node| values::share(node, reading.faults))
        .collect();
    let shares: Vec<f64> = read.into_iter().collect::<Option<_>>()?;
    if shares.len() != n_outcomes {
        let message = format!("{} shares for {n_outcomes} outcomes", shares.len());
        reading.faults.error(codes::SHARES, node.span, message);
        return None;
    }
    check_sum(&shares, node.span, reading)?;
    Some(shares)
}

/// Shares that should sum to one, and do within a millionth.
pub fn check_sum(
    shares: &[f64],
    span: crate::scenario::files::Span,
    reading: &Reading,
) -> Option<()> {
    let sum: f64 = shares.iter().sum();
    if (sum - 1.0).abs() <= 1e-6 {
        return Some(());
    }
    let message = format!("these shares sum to {}, not to 1", short(sum));
    reading.faults.error(codes::SHARES, span, message);
    None
}

/// A number with at most six decimals.
fn short(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Rows from a CSV file: one column per dimension (an empty cell matches any level), one per outcome.
fn rows_of_file(
    file: &Node,
    by: &[DimensionForm],
    outcomes: &[Name],
    reading: &Reading,
) -> Option<Vec<RowForm<Vec<f64>>>> {
    let csv = reading.csv(file)?;
    let column = |name: &str| csv.column(name, reading);
    let dimensions: Vec<Option<usize>> = by.iter().map(|d| column(&d.column)).collect();
    let columns: Vec<Option<usize>> = outcomes.iter().map(|o| column(&o.value)).collect();
    let dimensions: Vec<usize> = dimensions.into_iter().collect::<Option<_>>()?;
    let columns: Vec<usize> = columns.into_iter().collect::<Option<_>>()?;
    let row = |row: usize| {
        let levels = dimensions.iter().map(|column| csv.levels(row, *column));
        let shares: Vec<Option<f64>> = columns
            .iter()
            .map(|column| csv.table.share(row, *column, reading.faults))
            .collect();
        let value: Vec<f64> = shares.into_iter().collect::<Option<_>>()?;
        let span = csv.table.row_span(row);
        check_sum(&value, span, reading)?;
        Some(RowForm {
            levels: levels.collect(),
            value,
            span,
        })
    };
    let rows: Vec<Option<RowForm<Vec<f64>>>> = (0..csv.table.n_rows()).map(row).collect();
    rows.into_iter().collect()
}
