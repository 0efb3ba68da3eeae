//! What an experiment asks to find: its `[optimise]` table.

use super::codes::{COST, QUESTION};
use super::{LEAST_FIRST, fewest, kim_nelson, ocba};
use crate::experiment::design::Parameter;
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::tree::Node;
use crate::scenario::workspace::Workspace;

/// What is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// The fewest units that meet the goal.
    Fewest,
    /// What each further unit brings.
    Returns,
    /// The best of the design's points.
    Best,
    /// The best way to spend a budget.
    Split,
}

/// As files and the command line write them.
pub const FINDS: [(&str, Find); 4] = [
    ("fewest", Find::Fewest),
    ("returns", Find::Returns),
    ("best", Find::Best),
    ("split", Find::Split),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// With a guarantee, however many runs it takes.
    KimNelson,
    /// Within so many runs.
    Ocba,
}

/// Money, with where the figure comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    pub amount: f64,
    pub origin: String,
}

#[derive(Clone, Debug)]
pub struct Question {
    pub find: Find,
    pub confidence: f64,
    pub indifference: f64,
    pub method: Method,
    pub n_first: u32,
    pub n_most: u32,
    /// All runs of a search by OCBA.
    pub runs: u32,
    /// With its unit.
    pub budget: Option<(Money, String)>,
    /// Of one unit of each parameter, in their order; empty unless a budget is split.
    pub costs: Vec<Money>,
    pub span: Span,
}

impl Question {
    pub fn race(&self) -> kim_nelson::Plan {
        kim_nelson::Plan {
            confidence: self.confidence,
            indifference: self.indifference,
            n_first: self.n_first,
            n_most: self.n_most,
        }
    }

    pub fn allocation(&self) -> ocba::Plan {
        ocba::Plan {
            n_first: self.n_first,
            budget: self.runs,
            increment: 10,
            confidence: self.confidence,
        }
    }

    pub fn search(&self, target: f64) -> fewest::Plan {
        fewest::Plan {
            confidence: self.confidence,
            target,
            indifference: self.indifference,
            n_first: self.n_first,
            n_most: self.n_most,
        }
    }
}

/// The question in the root of an experiment file; `find` wins over what it says.
///
/// Errors (reported): `E141`, `E142`, `S104` to `S108`, `S111`.
pub fn read(
    root: &Node,
    find: Option<Find>,
    parameters: &[Parameter],
    workspace: &Workspace<'_>,
) -> Option<Question> {
    let diagnostics = &workspace.diagnostics;
    let before = diagnostics.n_errors();
    let Some(node) = root.get("optimise") else {
        let fault = Diagnostic::error(
            QUESTION,
            root.span,
            "the experiment has no [optimise] table",
        );
        diagnostics
            .report(fault.try_this("[optimise] with find = \"fewest\" and indifference = 1"));
        return None;
    };
    let reader = TableReader::new(node, "what to find", diagnostics);
    let words = FINDS.map(|(word, _)| word);
    let own = reader.optional_word("find", &words).map(|at| FINDS[at].1);
    let refuse = |code: &'static str, span: Span, message: &str, advice: &str| {
        diagnostics.report(Diagnostic::error(code, span, message).try_this(advice));
    };
    let find = find.or(own);
    if find.is_none() && !reader.has("find") {
        refuse(
            QUESTION,
            node.span,
            "nothing says what to find",
            "find = \"fewest\"",
        );
    }
    let confidence = reader.optional_share("confidence").unwrap_or(0.9);
    if !(0.5..1.0).contains(&confidence) {
        let span = reader.span_of("confidence");
        refuse(
            QUESTION,
            span,
            "a confidence lies from 0.5 to below 1",
            "confidence = 0.9",
        );
    }
    let indifference = reader.optional_number("indifference");
    match indifference {
        None if !reader.has("indifference") && find != Some(Find::Returns) => {
            let advice = "indifference = 1, in the unit of the goal";
            refuse(
                QUESTION,
                node.span,
                "the smallest difference that matters is not said",
                advice,
            );
        }
        Some(size) if size <= 0.0 => {
            let span = reader.span_of("indifference");
            refuse(
                QUESTION,
                span,
                "a difference that matters is above zero",
                "indifference = 1",
            );
        }
        _ => {}
    }
    let method = match reader.optional_word("method", &["kn", "ocba"]) {
        Some(1) => Method::Ocba,
        _ => Method::KimNelson,
    };
    let number = |key: &str, otherwise: u64, least: u64| {
        let found = reader.optional_count(key).unwrap_or(otherwise);
        if !(least..=10_000_000).contains(&found) {
            let message = format!("\"{key}\" lies from {least} to 10000000");
            refuse(
                QUESTION,
                reader.span_of(key),
                &message,
                &format!("{key} = {otherwise}"),
            );
        }
        found.min(10_000_000) as u32
    };
    let n_first = number("first", 10, u64::from(LEAST_FIRST));
    let n_most = number("most", 1000, u64::from(LEAST_FIRST));
    let runs = number("runs", 1000, 1);
    if n_most < n_first {
        let message = "as many replications as are allowed are fewer than the first ones";
        refuse(
            QUESTION,
            reader.span_of("most"),
            message,
            &format!("most = {}", n_first.max(1000)),
        );
    }
    let budget = reader
        .optional_reader("budget", "the budget")
        .and_then(|budget| {
            let amount = budget.number("amount");
            let unit = budget.optional_string("unit").unwrap_or("£").to_owned();
            let origin = origin(node.get("budget"), "the budget", workspace);
            budget.finish();
            Some((
                Money {
                    amount: amount?,
                    origin: origin?,
                },
                unit,
            ))
        });
    let costs = costs(
        &reader,
        find,
        budget.is_some() || reader.has("budget"),
        parameters,
        workspace,
    );
    reader.finish();
    (diagnostics.n_errors() == before).then_some(())?;
    Some(Question {
        find: find?,
        confidence,
        indifference: indifference.unwrap_or(0.0),
        method,
        n_first,
        n_most,
        runs,
        budget,
        costs: costs?,
        span: node.span,
    })
}

/// Where a figure comes from; reported if nothing is said.
fn origin(node: Option<&Node>, what: &str, workspace: &Workspace<'_>) -> Option<String> {
    let node = node?;
    let said = |key: &str| Some(format!("{key}: {}", node.get(key)?.as_str()?));
    let found = said("source").or(said("assumed"));
    if found.is_none() {
        let message = format!("nothing is said of where {what} comes from");
        let fault = Diagnostic::error(COST, node.span, message);
        workspace
            .diagnostics
            .report(fault.try_this("source = \"…\", or assumed = \"why\""));
    }
    found
}

/// What one unit of each parameter costs, where a budget is to be split.
fn costs(
    reader: &TableReader<'_>,
    find: Option<Find>,
    has_budget: bool,
    parameters: &[Parameter],
    workspace: &Workspace<'_>,
) -> Option<Vec<Money>> {
    let diagnostics = &workspace.diagnostics;
    let written = reader.optional_table("costs");
    for (key, _) in &written {
        if !parameters
            .iter()
            .any(|parameter| parameter.name == key.name)
        {
            let message = format!("no parameter is called \"{}\"", key.name);
            let names = parameters.iter().map(|parameter| parameter.name.as_str());
            let fault = Diagnostic::error(COST, key.span, message);
            diagnostics.report(fault.suggest(&key.name, names.collect::<Vec<_>>()));
        }
    }
    if find != Some(Find::Split) {
        return Some(Vec::new());
    }
    if !has_budget {
        let fault = Diagnostic::error(COST, reader.span(), "there is no budget to split");
        diagnostics
            .report(fault.try_this("[optimise.budget] with amount, unit and source or assumed"));
    }
    let costs = parameters.iter().map(|parameter| {
        let name = &parameter.name;
        let Some((_, node)) = written.iter().find(|(key, _)| key.name == *name) else {
            let message = format!("nothing says what one unit of \"{name}\" costs");
            let fault = Diagnostic::error(COST, parameter.span, message);
            diagnostics.report(fault.try_this(format!(
                "{name} = {{ per_unit = 60000, source = \"…\" }} under [optimise.costs]"
            )));
            return None;
        };
        let cost = TableReader::new(node, format!("the cost of \"{name}\""), diagnostics);
        let amount = cost.number("per_unit");
        let origin = origin(Some(node), &format!("the cost of \"{name}\""), workspace);
        if amount.is_some_and(|amount| amount <= 0.0) {
            let span = cost.span_of("per_unit");
            let fault = Diagnostic::error(COST, span, "a unit costs more than nothing");
            diagnostics.report(fault.try_this("per_unit = 60000"));
        }
        cost.finish();
        Some(Money {
            amount: amount?,
            origin: origin?,
        })
    });
    let costs: Vec<Option<Money>> = costs.collect();
    costs.into_iter().collect()
}

/// The numbers of units of a parameter, going up: its list or levels, or every whole number of its range.
///
/// Errors (reported): `E141` if it has no such numbers.
pub fn units(parameter: &Parameter, workspace: &Workspace<'_>) -> Option<Vec<f64>> {
    use crate::experiment::design::Over;
    const MOST: f64 = 1000.0;
    let levels = match &parameter.over {
        Over::Written(_) => None,
        Over::Range {
            low,
            high,
            levels: None,
        } => {
            let is_whole = low.fract() == 0.0 && high.fract() == 0.0 && high - low <= MOST;
            let n = (high - low) as u32;
            is_whole.then(|| (0..=n).map(|step| low + f64::from(step)).collect())
        }
        _ => parameter.levels(),
    };
    let sorted = levels.map(|mut levels: Vec<f64>| {
        levels.sort_by(f64::total_cmp);
        levels
    });
    if sorted.is_none() {
        let message = format!("\"{}\" has no numbers of units to try", parameter.name);
        let fault = Diagnostic::error(QUESTION, parameter.span, message);
        let advice = "low and high as whole numbers, or values = [4, 5, 6]";
        workspace.diagnostics.report(fault.try_this(advice));
    }
    sorted
}
