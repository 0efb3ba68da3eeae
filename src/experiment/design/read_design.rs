//! Reading the design of an experiment file: at which points it is run.

use super::Design;
use super::codes::DESIGN;
use super::moved::How;
use super::parameter::{Over, Parameter};
use crate::scenario::access::TableReader;
use crate::scenario::codes::{CSV_CELL, CSV_COLUMN, CSV_SHAPE};
use crate::scenario::diagnostic::{Diagnostic, listing, nearest};
use crate::scenario::files::Span;
use crate::scenario::tree::Node;
use crate::scenario::workspace::Workspace;
use crate::stats::sequences::MOST_DIMENSIONS;

/// More would take longer than anyone waits, and their numbers more than 32 bits.
const MOST_POINTS: u64 = 100_000_000;

/// Designs by their names.
pub const KINDS: [&str; 5] = ["grid", "one-at-a-time", "latin-hypercube", "sobol", "rows"];

/// The design, for these parameters. Those that leave it to the rows what they are varied over are told.
pub(super) fn design(
    node: &Node,
    parameters: &mut [Parameter],
    workspace: &Workspace<'_>,
) -> Option<Design> {
    let reader = TableReader::new(node, "the design", &workspace.diagnostics);
    let kind = reader.word("kind", &KINDS);
    let points = reader.optional_count("points");
    let seed = reader.optional_count("seed");
    let file = reader.optional("file");
    reader.finish();
    let refuse = |span: Span, message: &str, advice: &str| {
        let fault = Diagnostic::error(DESIGN, span, message);
        workspace.diagnostics.report(fault.try_this(advice));
    };
    let kind = kind?;
    let is_sampled = kind == 2 || kind == 3;
    let needless = [
        ("points", points.is_some() && !is_sampled),
        ("seed", seed.is_some() && !is_sampled),
        ("file", file.is_some() && kind != 4),
    ];
    for (key, _) in needless.iter().filter(|(_, is_so)| *is_so) {
        let span = node.get(key).map_or(node.span, |node| node.span);
        let message = format!("a design \"{}\" has no \"{key}\"", KINDS[kind]);
        refuse(span, &message, &format!("leave \"{key}\" out"));
    }
    if parameters.is_empty() {
        // Why there are none has been said.
        return None;
    }
    match kind {
        0 => grid(node, parameters, workspace),
        1 => one_at_a_time(parameters, workspace),
        4 => rows(node, file, parameters, workspace),
        _ => {
            let Some(points) = points else {
                let message = format!("a design \"{}\" needs \"points\"", KINDS[kind]);
                refuse(node.span, &message, "points = 64");
                return None;
            };
            if !(1..=MOST_POINTS).contains(&points) {
                let message = format!("points lie between 1 and {MOST_POINTS}");
                let span = node.get("points").map_or(node.span, |node| node.span);
                refuse(span, &message, "points = 64");
                return None;
            }
            let (points, seed) = (points as u32, seed.unwrap_or(1));
            if kind == 2 {
                return Some(Design::LatinHypercube { points, seed });
            }
            if parameters.len() > MOST_DIMENSIONS as usize {
                let message = format!("a Sobol sequence has at most {MOST_DIMENSIONS} parameters");
                refuse(node.span, &message, "kind = \"latin-hypercube\"");
                return None;
            }
            Some(Design::Sobol { points, seed })
        }
    }
}

fn grid(node: &Node, parameters: &[Parameter], workspace: &Workspace<'_>) -> Option<Design> {
    let mut all = Vec::new();
    for parameter in parameters {
        let levels = parameter.levels();
        if levels.is_none() {
            let message = format!(
                "a grid needs single values of \"{}\", not only its range",
                parameter.name
            );
            let fault = Diagnostic::error(DESIGN, parameter.span, message);
            workspace.diagnostics.report(fault.try_this("levels = 5"));
        }
        all.push(levels);
    }
    let levels: Vec<Vec<f64>> = all.into_iter().collect::<Option<_>>()?;
    let n_points = levels
        .iter()
        .map(|levels| levels.len() as u64)
        .fold(1, u64::saturating_mul);
    if n_points > MOST_POINTS {
        let message = format!("the grid has {n_points} points, more than {MOST_POINTS}");
        let fault = Diagnostic::error(DESIGN, node.span, message);
        let advice = "fewer levels, or kind = \"sobol\" with as many points as there is time for";
        workspace.diagnostics.report(fault.try_this(advice));
        return None;
    }
    Some(Design::Grid(levels))
}

fn one_at_a_time(parameters: &[Parameter], workspace: &Workspace<'_>) -> Option<Design> {
    let mut is_good = true;
    for parameter in parameters.iter().filter(|parameter| !parameter.has_base()) {
        let message = format!(
            "\"{}\" does not say what it is while others are varied",
            parameter.name
        );
        let fault = Diagnostic::error(DESIGN, parameter.span, message);
        let advice = match &parameter.over {
            Over::Written(things) => format!("base = {}", things[0]),
            _ => format!("base = {}", parameter.base()),
        };
        workspace.diagnostics.report(fault.try_this(advice));
        is_good = false;
    }
    let base: Vec<f64> = parameters.iter().map(Parameter::base).collect();
    let steps = parameters.iter().enumerate().flat_map(|(at, parameter)| {
        let values = parameter.levels_or_ends().into_iter();
        values
            .filter(|value| *value != parameter.base())
            .map(move |value| (at, value))
            .collect::<Vec<_>>()
    });
    let steps = steps.collect();
    is_good.then_some(Design::OneAtATime { base, steps })
}

/// Points from a table with a column for every parameter.
fn rows(
    node: &Node,
    file: Option<&Node>,
    parameters: &mut [Parameter],
    workspace: &Workspace<'_>,
) -> Option<Design> {
    let diagnostics = &workspace.diagnostics;
    let Some(file) = file else {
        let fault = Diagnostic::error(DESIGN, node.span, "a design \"rows\" needs \"file\"");
        diagnostics.report(fault.try_this("file = \"rows.csv\""));
        return None;
    };
    let table = workspace.csv(file)?;
    let before = diagnostics.n_errors();
    let names: Vec<&str> = parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    for (column, name) in table
        .columns()
        .enumerate()
        .filter(|(_, name)| !names.contains(name))
    {
        let message = format!("no parameter is called \"{name}\"");
        let fault = Diagnostic::error(CSV_COLUMN, table.column_span(column), message);
        diagnostics.report(match nearest(name, names.iter().copied()) {
            Some(near) => fault.try_this(format!("\"{near}\"")),
            None => fault.note(format!("parameters are {}", listing(&names))),
        });
    }
    let columns: Vec<Option<usize>> = names
        .iter()
        .map(|name| table.column(name, file.span, diagnostics))
        .collect();
    let columns: Vec<usize> = columns.into_iter().collect::<Option<_>>()?;
    if table.n_rows() == 0 {
        let message = "the table has no rows";
        diagnostics.error(CSV_SHAPE, table.column_span(0), message);
    }
    let mut points = Vec::with_capacity(table.n_rows());
    for row in 0..table.n_rows() {
        let cell = |(parameter, column): (&Parameter, &usize)| {
            let shown = table.text(row, *column);
            let value = parameter.read(&shown);
            let is_negative =
                *parameter.how() == How::Multiply && value.is_some_and(|value| value < 0.0);
            if value.is_none() || is_negative {
                let message = format!("\"{shown}\" is no value of \"{}\"", parameter.name);
                let fault = Diagnostic::error(CSV_CELL, table.span(row, *column), message);
                diagnostics.report(match &parameter.over {
                    Over::Written(things) => {
                        fault.note(format!("its values are {}", things.join(", ")))
                    }
                    _ if is_negative => fault.note("nothing is multiplied by a negative number"),
                    _ => fault.try_this("a number without a unit, such as 1.1"),
                });
            }
            value
        };
        let values: Vec<Option<f64>> = parameters.iter().zip(&columns).map(cell).collect();
        points.extend(values.into_iter().collect::<Option<Vec<f64>>>());
    }
    if diagnostics.n_errors() > before {
        return None;
    }
    for (at, parameter) in parameters.iter_mut().enumerate() {
        if parameter.over == Over::Listed(Vec::new()) {
            let mut values: Vec<f64> = points.iter().map(|point| point[at]).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            parameter.over = Over::Listed(values);
        }
    }
    Some(Design::Rows(points))
}
