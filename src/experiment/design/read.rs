//! Reading an experiment file; every fault is reported at its place.

use std::collections::BTreeSet;

use super::codes::{DESIGN, PARAMETER};
use super::parameter::Parameter;
use super::read_design::design;
use super::read_parameter::parameter;
use super::{Bound, Experiment, Goal};
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::source::stem;
use crate::scenario::tree;
use crate::scenario::tree::Node;
use crate::scenario::values;
use crate::scenario::workspace::Workspace;
use crate::uec::load::Overrides;

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
