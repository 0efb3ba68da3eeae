//! Reading an experiment file; every fault is reported at its place.

use std::collections::BTreeSet;

use super::codes::{DESIGN, PARAMETER};
use super::moved::{How, Moved, is_unit};
use super::parameter::{Over, Parameter};
use super::{Bound, Design, Experiment, Goal};
use crate::scenario::access::TableReader;
use crate::scenario::codes::{CSV_CELL, CSV_COLUMN, CSV_SHAPE};
use crate::scenario::diagnostic::{Diagnostic, listing, nearest};
use crate::scenario::files::Span;
use crate::scenario::source::stem;
use crate::scenario::tree::{self, Node, Value};
use crate::scenario::values;
use crate::scenario::workspace::Workspace;
use crate::stats::sequences::MOST_DIMENSIONS;
use crate::uec::forms::distributions::distribution_of_numbers;
use crate::uec::load::Overrides;

/// More would take longer than anyone waits, and their numbers more than 32 bits.
const MOST_POINTS: u64 = 100_000_000;

/// Designs by their names.
pub const KINDS: [&str; 5] = ["grid", "one-at-a-time", "latin-hypercube", "sobol", "rows"];

/// An experiment file. None if anything in it is wrong.
///
/// Errors (reported): `S101` to `S108`, `S111`, `S121` to `S125` of its rows, `S210`, `E121`, `E122`.
pub fn read(workspace: &Workspace<'_>, path: &str) -> Option<Experiment> {
    let before = workspace.diagnostics.n_errors();
    let file = workspace.open_root(path)?;
    let root = tree::parse(file, &workspace.files(), &workspace.diagnostics);
    let reader = TableReader::new(&root, "the experiment", &workspace.diagnostics);
    let title = reader.optional_string("title").map(str::to_owned);
    let scenarios = scenarios(&reader, workspace);
    let run = run(&reader, workspace);
    let varied = reader.table("vary", "{ … }").unwrap_or_default();
    if varied.is_empty() && reader.has("vary") {
        let fault = Diagnostic::error(PARAMETER, reader.span_of("vary"), "nothing is varied");
        let example = "[vary.cubicles] with paths, how and values";
        workspace.diagnostics.report(fault.try_this(example));
    }
    let is_rows = is_by_rows(&root);
    let parameters: Vec<Option<Parameter>> = varied
        .iter()
        .map(|(key, node)| parameter(&key.name, key.span, node, is_rows, workspace))
        .collect();
    let parameters: Option<Vec<Parameter>> = parameters.into_iter().collect();
    let goal = reader
        .optional("goal")
        .and_then(|node| goal(node, workspace));
    let measures = reader.names("measures").into_iter();
    let measures = measures.map(|name| (name.value.to_owned(), name.span));
    let by = reader.names("by");
    for name in by
        .iter()
        .filter(|name| !["site", "cohort"].contains(&name.value))
    {
        let message = format!("\"{}\" is not one of \"site\", \"cohort\"", name.value);
        let code = crate::scenario::codes::WRONG_WORD;
        let fault = Diagnostic::error(code, name.span, message);
        let known = ["site", "cohort"];
        workspace
            .diagnostics
            .report(fault.suggest(name.value, known));
    }
    let mut experiment = Experiment {
        name: stem(path).to_owned(),
        title: title.unwrap_or_else(|| stem(path).to_owned()),
        scenarios,
        run,
        parameters: parameters.unwrap_or_default(),
        design: None,
        goal,
        measures: measures.collect(),
        by_site: by.iter().any(|name| name.value == "site"),
        by_cohort: by.iter().any(|name| name.value == "cohort"),
    };
    if let Some(node) = reader.optional("design") {
        experiment.design = design(node, &mut experiment.parameters, workspace);
    }
    // What is asked of the experiment is read by those who answer it.
    reader.allow(&["optimise"]);
    reader.finish();
    (workspace.diagnostics.n_errors() == before).then_some(experiment)
}

fn scenarios(reader: &TableReader<'_>, workspace: &Workspace<'_>) -> Vec<(String, Span)> {
    let Some(node) = reader.required("scenarios", "[\"devon-2023\"]") else {
        return Vec::new();
    };
    let names = values::names(node, &workspace.diagnostics);
    if names.is_empty() && node.as_array().is_some_and(|items| items.is_empty()) {
        let fault = Diagnostic::error(DESIGN, node.span, "no scenario is named");
        workspace
            .diagnostics
            .report(fault.try_this("[\"devon-2023\"]"));
    }
    let mut known = BTreeSet::new();
    for name in names.iter().filter(|name| !known.insert(stem(name.value))) {
        let message = format!("two scenarios are called \"{}\"", stem(name.value));
        let fault = Diagnostic::error(DESIGN, name.span, message);
        let note = "tables tell scenarios apart by the names of their files";
        workspace.diagnostics.report(fault.note(note));
    }
    let names = names.into_iter();
    names
        .map(|name| (name.value.to_owned(), name.span))
        .collect()
}

fn run(reader: &TableReader<'_>, workspace: &Workspace<'_>) -> Overrides {
    let Some(run) = reader.optional_reader("run", "run") else {
        return Overrides::default();
    };
    let replications = run.optional_count("replications");
    if replications.is_some_and(|n| !(1..=100_000).contains(&n)) {
        let message = "replications lie between 1 and 100000";
        let code = crate::scenario::codes::OUT_OF_RANGE;
        let span = run.span_of("replications");
        workspace.diagnostics.error(code, span, message);
    }
    let overrides = Overrides {
        seed: run.optional_count("seed"),
        replications: replications.map(|n| n as u32),
        warm_up_milliseconds: run.optional_duration("warm_up").map(|time| time as u64),
        length_milliseconds: run.optional_duration("length").map(|time| time as u64),
    };
    run.finish();
    overrides
}

/// Whether the design takes its points from a table: then parameters need not say what they are varied over.
fn is_by_rows(root: &Node) -> bool {
    let kind = root.get("design").and_then(|design| design.get("kind"));
    kind.and_then(Node::as_str) == Some("rows")
}

fn parameter(
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

fn goal(node: &Node, workspace: &Workspace<'_>) -> Option<Goal> {
    let reader = TableReader::new(node, "the goal", &workspace.diagnostics);
    let measure = reader.string("measure");
    let statistic = reader.string("statistic");
    let site = reader.optional_string("site").unwrap_or("all");
    let cohort = reader.optional_string("cohort").unwrap_or("all");
    let least = reader.optional_number("at_least");
    let most = reader.optional_number("at_most");
    let bound = match (least, most) {
        (Some(least), None) => Some(Bound::AtLeast(least)),
        (None, Some(most)) => Some(Bound::AtMost(most)),
        _ => {
            let fault = Diagnostic::error(DESIGN, node.span, "the goal has no single bound");
            let advice = "at_least = 78, or at_most = 30, in the unit of the measure";
            workspace.diagnostics.report(fault.try_this(advice));
            None
        }
    };
    reader.finish();
    Some(Goal {
        measure: measure?.to_owned(),
        statistic: statistic?.to_owned(),
        site: site.to_owned(),
        cohort: cohort.to_owned(),
        bound: bound?,
        span: node.span,
    })
}

/// The design, for these parameters. Those that leave it to the rows what they are varied over are told.
fn design(node: &Node, parameters: &mut [Parameter], workspace: &Workspace<'_>) -> Option<Design> {
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
