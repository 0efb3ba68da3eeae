//! What a published model's folder says of it: its figures and how they follow from runs, and what to draw.
//!
//! A TOML file names the scenarios, the table of published figures, and for each figure a formula over measures.

use crate::scenario::access::TableReader;
use crate::scenario::csv_table::CsvTable;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::{Located, Span};
use crate::scenario::source;
use crate::scenario::tree::{self, Node};
use crate::scenario::values;
use crate::scenario::workspace::Workspace;

use super::formula::{self, Parsed};
use super::pattern::{Pattern, fill_in};
use super::{Chart, ChartKind, Cost, Figure, Given, How, Reference, Role, Scenario, codes};

/// A published model.
#[derive(Clone, Debug)]
pub struct Description {
    /// Of its folder.
    pub name: String,
    pub title: String,
    /// The publication.
    pub paper: String,
    /// Terms under which what is repeated here was published.
    pub licence: String,
    /// What to know of how the model was written down.
    pub notes: Vec<String>,
    /// Standard errors by which a figure may differ.
    pub limit: f64,
    pub cost: Option<Cost>,
    pub scenarios: Vec<Scenario>,
    /// In the order of the table of published figures.
    pub figures: Vec<Figure>,
    pub charts: Vec<Chart>,
}

/// A figure is within the limit by chance in all but one of two thousand cases.
const USUAL_LIMIT: f64 = 3.5;
/// What a table of figures may say of where a number comes from, as written.
const ROLES: [&str; 3] = ["published", "original", "exact"];

/// How a source of the table is shown, and why it is not judged if it is not.
struct SourceRule {
    name: String,
    role: Role,
    not_judged: Option<String>,
    span: Span,
}

struct FigureRule {
    pattern: Pattern,
    title: String,
    unit: String,
    within: Vec<String>,
    how: HowRule,
    tolerance: f64,
    note: String,
    span: Span,
}

enum HowRule {
    Formula {
        value: Located<String>,
        pooled: bool,
    },
    CannotBe(String),
}

/// Reads a description and the table it names.
///
/// Errors (reported): those of reading, `E201` and `E202`; none is then given.
pub fn read(workspace: &Workspace, path: &str) -> Option<Description> {
    let file = workspace.open_root(path)?;
    let faults = &workspace.diagnostics;
    let root = tree::parse(file, &workspace.files(), faults);
    let reader = TableReader::new(&root, "the description", faults);
    let title = reader.string("title");
    let paper = reader.string("paper");
    let licence = reader.string("licence");
    let notes = reader.names("notes");
    let limit = limit(&reader, faults);
    let cost = cost(&reader, faults);
    let path = workspace.path(file);
    let scenarios = scenarios(&reader, source::folder(&path), faults);
    let sources = sources(&reader, faults);
    let rules = figure_rules(&reader, faults);
    let charts = charts(&reader, faults);
    let table = reader.required("expected", "\"expected.csv\"");
    let table = table.and_then(|node| workspace.csv(node));
    reader.finish();
    let table = table?;
    let figures = figures(workspace, &table, &sources, &rules, &scenarios)?;
    if faults.has_errors() {
        return None;
    }
    check_charts(&charts, &figures, faults);
    Some(Description {
        name: source::stem(source::folder(&path)).to_owned(),
        title: title?.to_owned(),
        paper: paper?.to_owned(),
        licence: licence?.to_owned(),
        notes: notes.iter().map(|note| note.value.to_owned()).collect(),
        limit,
        cost,
        scenarios,
        figures,
        charts: charts.into_iter().map(|(chart, _)| chart).collect(),
    })
}

/// `limit`, which is above 0 and at most 8: more is no judgement.
fn limit(reader: &TableReader, faults: &Diagnostics) -> f64 {
    let limit = reader.optional_factor("limit").unwrap_or(USUAL_LIMIT);
    if limit > 0.0 && limit <= 8.0 {
        return limit;
    }
    let span = reader.span_of("limit");
    faults.error(
        codes::FIGURE,
        span,
        "the limit in standard errors lies between 0 and 8",
    );
    USUAL_LIMIT
}

fn cost(reader: &TableReader, faults: &Diagnostics) -> Option<Cost> {
    let reader = reader.optional_reader("original", "the original's cost")?;
    let seconds = reader.optional_factor("seconds_per_replication");
    if seconds.is_none() {
        reader.required("seconds_per_replication", "0.12");
    }
    let words = reader.optional_string("said").unwrap_or_default();
    let cost = Cost {
        seconds_per_replication: seconds.unwrap_or_default(),
        said: words.to_owned(),
    };
    reader.finish();
    (!faults.has_errors() || seconds.is_some()).then_some(cost)
}

fn scenarios(reader: &TableReader, folder: &str, faults: &Diagnostics) -> Vec<Scenario> {
    let entries = reader.table("scenarios", "{ base = \"base.toml\" }");
    let scenario = |(key, node): (&tree::Key, &Node)| {
        let file = values::text(node, faults)?;
        Some(Scenario {
            id: key.name.clone(),
            path: source::normalise(&format!("{folder}/{file}")),
        })
    };
    let entries = entries.unwrap_or_default().into_iter();
    entries.filter_map(scenario).collect()
}

fn sources(reader: &TableReader, faults: &Diagnostics) -> Vec<SourceRule> {
    let entries = reader.table("sources", "{ published = { is = \"published\" } }");
    let rule = |(key, node): (&tree::Key, &Node)| {
        let reader = TableReader::new(node, format!("source \"{}\"", key.name), faults);
        let role = reader.word("is", &ROLES);
        let not_judged = reader.optional_string("not_judged").map(str::to_owned);
        reader.finish();
        Some(SourceRule {
            name: key.name.clone(),
            role: [Role::Published, Role::Original, Role::Exact][role?],
            not_judged,
            span: key.span,
        })
    };
    let entries = entries.unwrap_or_default().into_iter();
    entries.filter_map(rule).collect()
}

fn figure_rules(reader: &TableReader, faults: &Diagnostics) -> Vec<FigureRule> {
    let nodes = reader.list("figures", "[ { metric = \"…\", value = \"…\" } ]");
    let nodes = nodes.unwrap_or_default();
    nodes
        .iter()
        .filter_map(|node| figure_rule(node, faults))
        .collect()
}

fn figure_rule(node: &Node, faults: &Diagnostics) -> Option<FigureRule> {
    let reader = TableReader::new(node, "the figure", faults);
    let metric = reader.name("metric");
    let title = reader.string("title");
    let unit = reader.optional_string("unit").unwrap_or_default();
    let within = reader.names("in");
    let pooled = reader.flag("pooled");
    let tolerance = reader.optional_share("tolerance").unwrap_or(0.0);
    let note = reader.optional_string("note").unwrap_or_default();
    let how = match (
        reader.optional_name("value"),
        reader.optional_string("cannot"),
    ) {
        (Some(value), None) => Some(HowRule::Formula {
            value: Located {
                value: value.value.to_owned(),
                span: value.span,
            },
            pooled,
        }),
        (None, Some(reason)) => Some(HowRule::CannotBe(reason.to_owned())),
        _ => {
            let message = "a figure has either a \"value\" or a reason why it \"cannot\" be had";
            let fault = Diagnostic::error(codes::FIGURE, node.span, message);
            faults.report(fault.try_this("value = \"{wait.mean}\""));
            None
        }
    };
    reader.finish();
    let metric = metric?;
    let Some(pattern) = Pattern::new(metric.value) else {
        let message = "an angle bracket encloses a name: <n>";
        faults.error(codes::FIGURE, metric.span, message);
        return None;
    };
    Some(FigureRule {
        pattern,
        title: title?.to_owned(),
        unit: unit.to_owned(),
        within: within.iter().map(|name| name.value.to_owned()).collect(),
        how: how?,
        tolerance,
        note: note.to_owned(),
        span: node.span,
    })
}

/// Kinds of chart as written.
const CHART_KINDS: [&str; 2] = ["rows", "curve"];

fn charts(reader: &TableReader, faults: &Diagnostics) -> Vec<(Chart, Span)> {
    let entries = reader.optional_table("charts").into_iter();
    let chart = |(key, node): (&tree::Key, &Node)| {
        let reader = TableReader::new(node, format!("chart \"{}\"", key.name), faults);
        let kind = reader.word("kind", &CHART_KINDS);
        let title = reader.string("title");
        let metrics = reader.names("metrics");
        let scenarios = reader.names("scenarios");
        let labels = reader.names("labels");
        let x = reader.optional_string("x").unwrap_or_default();
        let read = reader.optional_string("read").unwrap_or_default();
        reader.finish();
        let patterns = metrics.iter().map(|metric| Pattern::new(metric.value));
        let chart = Chart {
            id: key.name.clone(),
            kind: [ChartKind::Rows, ChartKind::Curve][kind?],
            title: title?.to_owned(),
            metrics: patterns.collect::<Option<_>>()?,
            scenarios: scenarios.iter().map(|name| name.value.to_owned()).collect(),
            labels: labels.iter().map(|label| label.value.to_owned()).collect(),
            x: x.to_owned(),
            read: read.to_owned(),
        };
        Some((chart, key.span))
    };
    entries.filter_map(chart).collect()
}

fn check_charts(charts: &[(Chart, Span)], figures: &[Figure], faults: &Diagnostics) {
    for (chart, span) in charts {
        if !figures.iter().any(|figure| chart.shows(figure).is_some()) {
            let message = format!("chart \"{}\" shows no figure of the table", chart.id);
            faults.error(codes::FIGURE, *span, message);
        }
    }
}

/// Columns of the table of published figures.
struct Columns {
    scenario: usize,
    metric: usize,
    mean: usize,
    low: usize,
    high: usize,
    replications: usize,
    source: usize,
}

/// Every figure of the table, in the order in which each comes first.
fn figures(
    workspace: &Workspace,
    table: &CsvTable,
    sources: &[SourceRule],
    rules: &[FigureRule],
    scenarios: &[Scenario],
) -> Option<Vec<Figure>> {
    let faults = &workspace.diagnostics;
    let column = |name: &str| table.column(name, table.column_span(0), faults);
    let columns = Columns {
        scenario: column("scenario")?,
        metric: column("metric")?,
        mean: column("expected_mean")?,
        low: column("ci_low")?,
        high: column("ci_high")?,
        replications: column("replications")?,
        source: column("source")?,
    };
    let mut figures: Vec<Figure> = Vec::new();
    let mut used = vec![false; rules.len()];
    let mut used_sources = vec![false; sources.len()];
    for row in 0..table.n_rows() {
        let scenario = table.text(row, columns.scenario).into_owned();
        let metric = table.text(row, columns.metric).into_owned();
        let Some(reference) = reference(table, row, &columns, sources, &mut used_sources, faults)
        else {
            continue;
        };
        let known = figures
            .iter_mut()
            .find(|figure| figure.scenario == scenario && figure.metric == metric);
        if let Some(figure) = known {
            figure.references.push(reference);
            continue;
        }
        let fits = |rule: &FigureRule| {
            let is_within = rule.within.is_empty() || rule.within.contains(&scenario);
            rule.pattern.matches(&metric).filter(|_| is_within)
        };
        let found = rules.iter().enumerate();
        let found = found
            .filter_map(|(index, rule)| Some((index, rule, fits(rule)?)))
            .next();
        let Some((index, rule, variables)) = found else {
            let message = format!("no figure of the description is \"{metric}\" in \"{scenario}\"");
            let fault = Diagnostic::error(codes::NO_RULE, table.span(row, columns.metric), message);
            faults.report(fault.try_this(format!("[[figures]] with metric = \"{metric}\"")));
            continue;
        };
        used[index] = true;
        let how = match &rule.how {
            HowRule::CannotBe(reason) => Some(How::CannotBe(reason.clone())),
            HowRule::Formula { value, pooled } => {
                let parsed = formula::parse(&value.value, &variables);
                let parsed = parsed.map_err(|fault| report_formula(workspace, value, fault));
                parsed.ok().map(|parsed| how(parsed, value.span, *pooled))
            }
        };
        let is_scenario = scenarios.iter().any(|known| known.id == scenario);
        let Some(how) = how.filter(|how| names_scenarios(how, is_scenario, &scenario, faults))
        else {
            continue;
        };
        figures.push(Figure {
            title: fill_in(&rule.title, &variables),
            unit: rule.unit.clone(),
            scenario,
            metric,
            how,
            tolerance: rule.tolerance,
            note: rule.note.clone(),
            references: vec![reference],
        });
    }
    for (rule, _) in rules.iter().zip(&used).filter(|(_, used)| !**used) {
        let message = format!(
            "the table has no figure \"{}\" that this is for",
            rule.pattern.text
        );
        faults.error(codes::NO_RULE, rule.span, message);
    }
    for (rule, _) in sources
        .iter()
        .zip(&used_sources)
        .filter(|(_, used)| !**used)
    {
        let message = format!("the table has no figure from \"{}\"", rule.name);
        faults.error(codes::NO_RULE, rule.span, message);
    }
    Some(figures)
}

fn how(parsed: Parsed, span: Span, pooled: bool) -> How {
    How::Formula {
        parsed,
        span,
        pooled,
    }
}

/// A figure that belongs to no scenario of the description must say whose numbers it is made of.
fn names_scenarios(how: &How, is_scenario: bool, scenario: &str, faults: &Diagnostics) -> bool {
    let How::Formula { parsed, span, .. } = how else {
        return true;
    };
    let are_named = is_scenario || parsed.references.iter().all(|one| one.scenario.is_some());
    if !are_named {
        let message = format!("\"{scenario}\" is no scenario of the description");
        let fault = Diagnostic::error(codes::FIGURE, *span, message);
        faults.report(fault.try_this("{base:wait.mean} says whose number it is"));
    }
    are_named
}

fn reference(
    table: &CsvTable,
    row: usize,
    columns: &Columns,
    sources: &[SourceRule],
    used: &mut [bool],
    faults: &Diagnostics,
) -> Option<Reference> {
    let number = |column: usize| table.number(row, column, faults);
    let optional = |column: usize| match table.is_empty(row, column) {
        true => None,
        false => number(column),
    };
    let source = table.text(row, columns.source);
    let Some(index) = sources.iter().position(|rule| rule.name == source) else {
        let message = format!("the description has no source \"{source}\"");
        let fault = Diagnostic::error(codes::NO_RULE, table.span(row, columns.source), message);
        faults.report(fault.suggest(&source, sources.iter().map(|rule| rule.name.as_str())));
        return None;
    };
    used[index] = true;
    Some(Reference {
        source: source.into_owned(),
        role: sources[index].role,
        not_judged: sources[index].not_judged.clone(),
        given: Given {
            mean: number(columns.mean)?,
            low: optional(columns.low),
            high: optional(columns.high),
            replications: match table.is_empty(row, columns.replications) {
                true => None,
                false => Some(table.count(row, columns.replications, faults)?),
            },
        },
    })
}

/// Shows the part of a formula that cannot be read, if the text stands there as it is.
fn report_formula(workspace: &Workspace, value: &Located<String>, fault: formula::Fault) {
    let written = workspace.text(value.span);
    let is_plain = written
        .strip_prefix('"')
        .is_some_and(|rest| rest.starts_with(&value.value));
    let span = match is_plain {
        true => Span {
            start: value.span.start + 1 + fault.at.start as u32,
            end: value.span.start + 1 + fault.at.end.max(fault.at.start + 1) as u32,
            ..value.span
        },
        false => value.span,
    };
    workspace
        .diagnostics
        .error(codes::FIGURE, span, fault.message);
}
