//! What is to be run for a question: numbers of units, points of a design, ways to spend a budget.

use super::codes::QUESTION;
use super::question::{Find, Method, Question, units as units_of};
use super::split::{Item, cost, splits};
use crate::experiment::design::{Design, Parameter};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::workspace::Workspace;

/// Configurations that a race may begin with.
const MOST_CONFIGURATIONS: usize = 500;

/// What is to be run: points, and what they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Of each parameter alone: its numbers of units.
    Alone(Vec<Vec<f64>>),
    /// Configurations to choose from, with what each costs of a budget.
    Choice {
        points: Vec<Vec<f64>>,
        costs: Option<Vec<f64>>,
    },
}

/// What is to be run for a question about these parameters.
///
/// Errors (reported): `E141`.
pub fn task(
    question: &Question,
    parameters: &[Parameter],
    design: Option<&Design>,
    workspace: &Workspace<'_>,
) -> Option<Task> {
    let units = || -> Option<Vec<Vec<f64>>> {
        let all: Vec<Option<Vec<f64>>> = parameters
            .iter()
            .map(|parameter| units_of(parameter, workspace))
            .collect();
        all.into_iter().collect()
    };
    let refuse = |span: Span, message: String, advice: &str| {
        let fault = Diagnostic::error(QUESTION, span, message);
        workspace.diagnostics.report(fault.try_this(advice));
        None
    };
    let found = match question.find {
        Find::Fewest | Find::Returns => units().map(Task::Alone),
        Find::Best => {
            let Some(design) = design else {
                let message = "to choose the best, [design] says among which points".to_owned();
                return refuse(question.span, message, "[design] with kind = \"grid\"");
            };
            let n = design.n_points();
            if n as usize > MOST_CONFIGURATIONS {
                let message = format!(
                    "the design has {n} points, more than the {MOST_CONFIGURATIONS} that a race may begin with"
                );
                return refuse(question.span, message, "fewer levels of each parameter");
            }
            Some(Task::Choice {
                points: (0..n)
                    .map(|index| design.point(index, parameters))
                    .collect(),
                costs: None,
            })
        }
        Find::Split => {
            let units = units()?;
            let (budget, _) = question.budget.as_ref()?;
            let items: Vec<Item> = question
                .costs
                .iter()
                .zip(units)
                .map(|(cost, units)| Item {
                    cost: cost.amount,
                    units,
                })
                .collect();
            let found = match splits(&items, budget.amount, MOST_CONFIGURATIONS) {
                Ok(found) => found,
                Err(n) => {
                    let message = format!(
                        "there are at least {n} ways to spend the budget, more than the {MOST_CONFIGURATIONS} that a race may begin with"
                    );
                    return refuse(
                        question.span,
                        message,
                        "fewer numbers of units: values = [4, 6, 8]",
                    );
                }
            };
            if found.is_empty() {
                let message = "the budget does not pay for the least of everything".to_owned();
                return refuse(
                    question.span,
                    message,
                    "a larger amount, or lower numbers of units",
                );
            }
            let values = |chosen: &Vec<usize>| {
                let each = items.iter().zip(chosen);
                each.map(|(item, at)| item.units[*at]).collect()
            };
            Some(Task::Choice {
                points: found.iter().map(values).collect(),
                costs: Some(found.iter().map(|chosen| cost(&items, chosen)).collect()),
            })
        }
    };
    if let (Some(Task::Choice { points, .. }), Method::Ocba) = (&found, question.method) {
        let least = points.len() as u64 * u64::from(question.n_first);
        if u64::from(question.runs) < least {
            let n = points.len();
            let message = format!(
                "{n} configurations with {} first replications each need more runs than are allowed",
                question.n_first
            );
            return refuse(question.span, message, &format!("runs = {}", 2 * least));
        }
    }
    found
}
