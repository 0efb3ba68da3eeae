//! Reading a parameter of an experiment file: what it moves, how, and over which values.

use super::codes::PARAMETER;
use super::moved::{How, Moved, is_unit};
use super::parameter::{Over, Parameter};
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::scenario::workspace::Workspace;
use crate::uec::forms::distributions::distribution_of_numbers;

pub(super) fn parameter(
    name: &str,
    name_span: Span,
    node: &Node,
    is_by_rows: bool,
    workspace: &Workspace<'_>,
) -> Option<Parameter> {
    let before = workspace.diagnostics.n_errors();
    let reader = TableReader::new(
        node,
        format!("parameter \"{name}\""),
        &workspace.diagnostics,
    );
    let refuse = |span: Span, message: String, advice: &str| {
        let fault = Diagnostic::error(PARAMETER, span, message);
        workspace.diagnostics.report(fault.try_this(advice));
    };
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.chars().all(is_plain) || COLUMNS.contains(&name) {
        let message = format!("\"{name}\" cannot be the name of a parameter");
        let advice =
            "lower case with underscores, and not the name of another column of the results";
        refuse(name_span, message, advice);
    }
    reader.required("paths", "[\"sites.exeter.pools.cubicles\"]");
    let paths = reader.names("paths");
    if paths.is_empty() && reader.has("paths") && workspace.diagnostics.n_errors() == before {
        let span = reader.span_of("paths");
        let advice = "paths = [\"sites.exeter.pools.cubicles\"]";
        refuse(span, format!("parameter \"{name}\" moves nothing"), advice);
    }
    let how = how(&reader, &refuse);
    let over = over(&reader, how.as_ref(), is_by_rows, workspace);
    let base = base(&reader, over.as_ref(), workspace);
    let title = reader.optional_string("title");
    let said = |key: &str| {
        let text = node.as_table().and_then(|table| table.get(key))?;
        Some(format!("{key}: {}", text.as_str()?))
    };
    let origin = said("source").or(said("assumed")).unwrap_or_default();
    reader.finish();
    let (how, over) = (how?, over?);
    if how == How::Multiply && (over_low(&over) < 0.0 || base.is_some_and(|base| base < 0.0)) {
        let advice = "factors of at least 0";
        refuse(
            node.span,
            "nothing is multiplied by a negative number".to_owned(),
            advice,
        );
    }
    let moved = paths.iter().map(|path| Moved {
        path: path.value.to_owned(),
        how: how.clone(),
    });
    (workspace.diagnostics.n_errors() == before).then(|| Parameter {
        name: name.to_owned(),
        title: title.map_or_else(|| name.replace('_', " "), str::to_owned),
        moved: moved.collect(),
        over,
        written_base: base,
        origin,
        span: node.span,
        path_spans: paths.iter().map(|path| path.span).collect(),
    })
}

/// Columns that tables of results have beside those of the parameters.
pub const COLUMNS: [&str; 13] = [
    "point",
    "scenario",
    "replication",
    "measure",
    "unit",
    "site",
    "cohort",
    "value",
    "statistic",
    "mean",
    "ci_low",
    "ci_high",
    "n",
];

fn how(reader: &TableReader<'_>, refuse: &impl Fn(Span, String, &str)) -> Option<How> {
    reader.required("how", "\"multiply\"")?;
    let how = reader.word("how", &["multiply", "add", "set"]);
    let unit = reader
        .optional_string("unit")
        .unwrap_or_default()
        .to_owned();
    let span = reader.span_of("unit");
    if !unit.is_empty() && how == Some(0) {
        let message = "a factor has no unit".to_owned();
        refuse(span, message, "leave \"unit\" out, or how = \"add\"");
    } else if !unit.is_empty() && !is_unit(&unit) {
        let message = format!("\"{unit}\" is not a unit that scenarios know");
        refuse(
            span,
            message,
            "\"min\", \"h\", \"days\", \"per day\" or \"%\"",
        );
    }
    Some(match how? {
        0 => How::Multiply,
        1 => How::Add { unit },
        _ => How::Set { unit },
    })
}

/// What the parameter is while others are varied; one of its things, if it goes through written ones.
fn base(reader: &TableReader<'_>, over: Option<&Over>, workspace: &Workspace<'_>) -> Option<f64> {
    let Some(Over::Written(things)) = over else {
        return reader.optional_number("base");
    };
    let node = reader.optional("base")?;
    let written = workspace.text(node.span);
    let at = things.iter().position(|thing| thing == written.trim());
    if at.is_none() {
        let message = format!("{} is not in the list of values", written.trim());
        let fault = Diagnostic::error(PARAMETER, node.span, message);
        let advice = things.first().cloned().unwrap_or_default();
        workspace.diagnostics.report(fault.try_this(advice));
    }
    at.map(|at| at as f64)
}

/// The lowest value, for checking what may not be negative.
fn over_low(over: &Over) -> f64 {
    match over {
        Over::Listed(values) => values.iter().copied().fold(f64::INFINITY, f64::min),
        Over::Written(_) => 0.0,
        Over::Range { low, .. } => *low,
        Over::Distribution { distribution, .. } => distribution.lowest(),
    }
}

/// What a parameter is varied over: exactly one of a list, a range and a distribution.
fn over(
    reader: &TableReader<'_>,
    how: Option<&How>,
    is_by_rows: bool,
    workspace: &Workspace<'_>,
) -> Option<Over> {
    let refuse = |span: Span, message: &str, advice: &str| {
        let fault = Diagnostic::error(PARAMETER, span, message);
        workspace.diagnostics.report(fault.try_this(advice));
    };
    let has_range = reader.has("low") || reader.has("high");
    let given = [reader.has("values"), has_range, reader.has("distribution")];
    let n_given = given.iter().filter(|given| **given).count();
    let levels = levels(reader, given[0], &refuse);
    if n_given == 0 && is_by_rows {
        // The rows say.
        return Some(Over::Listed(Vec::new()));
    }
    if n_given != 1 {
        let message = match n_given {
            0 => format!("{} does not say over what it is varied", reader.what()),
            _ => format!(
                "{} says more than once over what it is varied",
                reader.what()
            ),
        };
        let advice = "values = [0.9, 1.0, 1.1], or low and high, or distribution = { … }";
        refuse(reader.span(), &message, advice);
        reader.allow(&["values", "low", "high", "distribution"]);
        return None;
    }
    if let Some(node) = reader.optional("values") {
        return listed(node, how, workspace);
    }
    if let Some(node) = reader.optional("distribution") {
        let distribution = distribution_of_numbers(node, workspace)?;
        return Some(Over::Distribution {
            distribution,
            levels: levels?,
        });
    }
    let (low, high) = (reader.number("low"), reader.number("high"));
    let (low, high) = (low?, high?);
    if low >= high {
        let message = "the range does not go up: high is not above low";
        refuse(reader.span_of("high"), message, "low = 0.9 and high = 1.1");
        return None;
    }
    Some(Over::Range {
        low,
        high,
        levels: levels?,
    })
}

/// How many single values a range has; the outer none stands for a fault.
fn levels(
    reader: &TableReader<'_>,
    is_list: bool,
    refuse: &impl Fn(Span, &str, &str),
) -> Option<Option<u32>> {
    let Some(node) = reader.optional("levels") else {
        return Some(None);
    };
    let levels = reader.optional_count("levels")?;
    if is_list {
        refuse(
            node.span,
            "a list of values has no further levels",
            "leave \"levels\" out",
        );
        return None;
    }
    if !(2..=10_000).contains(&levels) {
        refuse(node.span, "levels lie between 2 and 10000", "levels = 5");
        return None;
    }
    Some(Some(levels as u32))
}

/// A list of numbers, or, to be set, of anything that a scenario may write there.
fn listed(node: &Node, how: Option<&How>, workspace: &Workspace<'_>) -> Option<Over> {
    let items = values::list(node, &workspace.diagnostics)?;
    let refuse = |span: Span, message: &str, advice: &str| {
        let fault = Diagnostic::error(PARAMETER, span, message);
        workspace.diagnostics.report(fault.try_this(advice));
    };
    if items.is_empty() {
        refuse(node.span, "the list of values is empty", "[0.9, 1.0, 1.1]");
        return None;
    }
    let written = |item: &Node| workspace.text(item.span).trim().to_owned();
    for (at, item) in items.iter().enumerate() {
        if items[..at].iter().any(|other| other.value == item.value) {
            let message = format!("{} stands twice in the list", written(item));
            refuse(item.span, &message, "each value once");
            return None;
        }
    }
    let is_number = |item: &Node| matches!(item.value, Value::Integer(_) | Value::Float(_));
    let can_be_anything = matches!(how, Some(How::Set { .. }) | None);
    if can_be_anything && !items.iter().any(is_number) {
        return Some(Over::Written(items.iter().map(written).collect()));
    }
    let numbers: Vec<Option<f64>> = items
        .iter()
        .map(|item| values::number(item, &workspace.diagnostics))
        .collect();
    numbers.into_iter().collect::<Option<_>>().map(Over::Listed)
}
