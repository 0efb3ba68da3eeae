//! `optimise`: the inverse questions: the fewest units for a goal, what each further unit brings, the best configuration, the
//! best way to spend a budget.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::analysing;
use super::experiments::{Setup, find};
use super::options::{Common, Exit};
use super::sources::DiskOverEmbedded;
use super::writing::Target;
use crate::experiment::design::{Bound, Goal, Parameter};
use crate::experiment::optimise::codes::QUESTION;
use crate::experiment::optimise::question::{self, Find, Method, Question};
use crate::experiment::optimise::rivals::rivals;
use crate::experiment::optimise::task::{Task, task};
use crate::experiment::optimise::{Runs, curve, fewest, kim_nelson, ocba};
use crate::experiment::response::{Fault, Response};
use crate::experiment::results::ValueKey;
use crate::report::analysis::{Output, Setting};
use crate::report::optimise::{Aim, Answer, CurveOf, Race, Ranked, SearchOf, told};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree;
use crate::scenario::workspace::Workspace;

#[derive(Debug, Args)]
pub struct OptimiseArguments {
    /// Experiment file with [goal] and [optimise]
    experiment: String,
    /// What to find (default: as the experiment says)
    #[arg(long, value_enum)]
    find: Option<Word>,
    /// The scenario to look at, if the experiment names several
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Word {
    /// The fewest units that meet the goal, of each parameter alone
    Fewest,
    /// What each further unit brings, of each parameter alone
    Returns,
    /// The best of the configurations of the design
    Best,
    /// The best way to spend a budget
    Split,
}

impl Word {
    fn find(self) -> Find {
        match self {
            Self::Fewest => Find::Fewest,
            Self::Returns => Find::Returns,
            Self::Best => Find::Best,
            Self::Split => Find::Split,
        }
    }
}

pub fn optimise(arguments: &OptimiseArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let setup = Setup::load(&arguments.experiment, common)?;
    let (question, goal, task) = ask(arguments, &setup)?;
    let scenario = analysing::scenario(&setup, arguments.scenario.as_deref(), QUESTION)?;
    let model = setup.build_as_written(scenario).map_err(|faults| {
        eprintln!("{faults}");
        Exit::Input
    })?;
    let model = model.model;
    let word = question::FINDS
        .iter()
        .find(|(_, find)| *find == question.find);
    let word = word.map_or("", |(word, _)| *word);
    let target = Target::for_analysis(&format!("{}-{word}", setup.experiment.name), common)?;
    let output = analysing::goal_key(&model, &goal, &setup.files)?;
    setup.check_points()?;
    let is_least = matches!(goal.bound, Bound::AtLeast(_));
    let aim = Aim {
        output: Output::of(&model, &output),
        target: goal.bound.value(),
        is_least,
    };
    let asked = Asked {
        question: &question,
        aim: &aim,
        parameters: &setup.experiment.parameters,
        replications: model.run.replications.max(2),
    };
    let ((answer, n_runs), took) = find_it(&setup, scenario, &output, &asked, &task, common)?;
    let command = command(arguments);
    let provenance = analysing::provenance(&model, command);
    let told = told(
        &answer,
        &aim,
        question.confidence,
        question.indifference,
        n_runs,
    );
    let setting = Setting {
        title: setup.experiment.title.clone(),
        model: &model,
        parameters: &setup.experiment.parameters,
        left_out: &[],
        how: how(&asked),
        n_runs,
        provenance: &provenance,
        inputs: analysing::inputs(&setup, &model),
    };
    analysing::write(&setting, &told, &target, took, common)
}

fn command(arguments: &OptimiseArguments) -> String {
    let mut further = Vec::new();
    if let Some(find) = arguments.find.and_then(|find| find.to_possible_value()) {
        further.push(format!("--find {}", find.get_name()));
    }
    if let Some(scenario) = &arguments.scenario {
        further.push(format!("--scenario {scenario}"));
    }
    let experiment = std::slice::from_ref(&arguments.experiment);
    arguments
        .common
        .command("optimise", experiment, &further.join(" "))
}

/// The question, the goal and what is to be run; all faults of the file are shown.
fn ask(arguments: &OptimiseArguments, setup: &Setup) -> Result<(Question, Goal, Task), Exit> {
    let path = find(&arguments.experiment);
    let source = DiskOverEmbedded::for_file(&path);
    let workspace = Workspace::new(&source);
    let asked = workspace.open_root(&path).and_then(|file| {
        let root = tree::parse(file, &workspace.files(), &workspace.diagnostics);
        let experiment = &setup.experiment;
        let wanted = arguments.find.map(Word::find);
        let question = question::read(&root, wanted, &experiment.parameters, &workspace);
        if experiment.goal.is_none() {
            let message = "the experiment has no goal";
            let fault = Diagnostic::error(QUESTION, root.span, message);
            let advice = "[goal] with measure, statistic, and at_least or at_most";
            workspace.diagnostics.report(fault.try_this(advice));
        }
        let question = question?;
        let (parameters, design) = (&experiment.parameters, experiment.design.as_ref());
        let task = task(&question, parameters, design, &workspace)?;
        Some((question, experiment.goal.clone()?, task))
    });
    let shown = workspace.render();
    if !shown.is_empty() {
        eprintln!("{}", shown.trim_end());
    }
    asked
        .filter(|_| !workspace.diagnostics.has_errors())
        .ok_or(Exit::Input)
}

/// What is asked, for those who carry it out.
struct Asked<'a> {
    question: &'a Question,
    aim: &'a Aim,
    parameters: &'a [Parameter],
    /// At each number of units of a curve.
    replications: u32,
}

fn find_it(
    setup: &Setup,
    scenario: usize,
    output: &ValueKey,
    asked: &Asked<'_>,
    task: &Task,
    common: &Common,
) -> Result<((Answer, usize), Duration), Exit> {
    let about = match task {
        Task::Alone(units) => {
            let n: usize = units.iter().map(Vec::len).sum();
            match asked.question.find {
                Find::Returns => n as u64 * u64::from(asked.replications),
                // Some visits, of some tens of replications each.
                _ => units.len() as u64 * 6 * 30,
            }
        }
        Task::Choice { points, .. } => match asked.question.method {
            Method::KimNelson => points.len() as u64 * u64::from(asked.question.n_first) * 3,
            Method::Ocba => u64::from(asked.question.runs),
        },
    };
    let outputs = std::slice::from_ref(output);
    let procedure = |response: &dyn Response| match task {
        Task::Alone(units) => alone(response, asked, units),
        Task::Choice { points, costs } => choose(response, asked, points, costs.as_deref()),
    };
    analysing::run(setup, scenario, outputs, about, common, procedure)
}

/// Each parameter alone, the others as written.
fn alone(
    response: &dyn Response,
    asked: &Asked<'_>,
    units: &[Vec<f64>],
) -> Result<(Answer, usize), Fault> {
    let base: Vec<f64> = asked.parameters.iter().map(Parameter::base).collect();
    let (mut searches, mut curves, mut n_runs) = (Vec::new(), Vec::new(), 0);
    for (at, (parameter, units)) in asked.parameters.iter().zip(units).enumerate() {
        let with = |number: &f64| {
            let mut point = base.clone();
            point[at] = *number;
            point
        };
        let points: Vec<Vec<f64>> = units.iter().map(with).collect();
        let mut runs = Runs::new(response, &points, 0, asked.aim.is_least);
        let (name, title, units) = (
            parameter.name.clone(),
            parameter.title.clone(),
            units.clone(),
        );
        match asked.question.find {
            Find::Returns => curves.push(CurveOf {
                curve: curve::curve(&mut runs, points.len(), asked.replications)?,
                replications: asked.replications,
                name,
                title,
                units,
            }),
            _ => {
                let plan = asked.question.search(asked.aim.target);
                searches.push(SearchOf {
                    found: fewest::search(&mut runs, points.len(), &plan)?,
                    name,
                    title,
                    units,
                });
            }
        }
        n_runs += runs.n_runs();
    }
    let answer = match asked.question.find {
        Find::Returns => Answer::Returns(curves),
        _ => Answer::Fewest(searches),
    };
    Ok((answer, n_runs))
}

fn choose(
    response: &dyn Response,
    asked: &Asked<'_>,
    points: &[Vec<f64>],
    costs: Option<&[f64]>,
) -> Result<(Answer, usize), Fault> {
    let mut runs = Runs::new(response, points, 0, asked.aim.is_least);
    let all: Vec<usize> = (0..points.len()).collect();
    let question = asked.question;
    let (best, left_after, is_guaranteed, probability) = match question.method {
        Method::KimNelson => {
            let found = kim_nelson::select(&mut runs, &all, &question.race())?;
            (
                found.best,
                found.left_after,
                Some(found.is_guaranteed),
                None,
            )
        }
        Method::Ocba => {
            let found = ocba::allocate(&mut runs, &all, &question.allocation())?;
            (
                found.best,
                vec![None; all.len()],
                None,
                Some(found.probability),
            )
        }
    };
    let rivals = rivals(&runs, &all, best);
    let ranked = rivals.into_iter().enumerate().map(|(at, rival)| Ranked {
        words: label(asked.parameters, &points[at]),
        rival,
        left_after: left_after[at],
        cost: costs.map(|costs| costs[at]),
    });
    let race = Race {
        all: ranked.collect(),
        is_guaranteed,
        probability,
        budget: costs
            .and(question.budget.as_ref())
            .map(|(money, unit)| (money.amount, unit.clone())),
    };
    Ok((Answer::Best(race), runs.n_runs()))
}

/// `cubicles = 22, doctors = choice 3`: what is long to write is named by its place in the list.
fn label(parameters: &[Parameter], values: &[f64]) -> String {
    const LONGEST: usize = 24;
    let each = parameters.iter().zip(values);
    let words = each.map(|(parameter, value)| {
        let shown = parameter.shown(*value);
        let shown = match shown.len() > LONGEST {
            true => format!("choice {}", value + 1.0),
            false => format!("{shown} {}", parameter.unit()),
        };
        format!("{} = {}", parameter.name, shown.trim_end())
    });
    words.collect::<Vec<_>>().join(", ")
}

/// How it was done, for the report.
fn how(asked: &Asked<'_>) -> Vec<String> {
    let question = asked.question;
    let (n_first, n_most) = (question.n_first, question.n_most);
    let mut words = vec![match (question.find, question.method) {
        (Find::Fewest, _) => format!(
            "A search by halves over the numbers of units of each parameter alone, the others as written. At each number that is visited replications go on, from {n_first} to at most {n_most}, \
             until their sum leaves the continuation region of Kim & Nelson (2001, ACM Transactions on Modeling and Computer Simulation 11:251) against the goal as a standard. The error that the \
             confidence allows is shared among all numbers that a search by halves can visit. The answer holds if more units never make the measure worse, which is taken for granted; where visited numbers \
             go against that, it is said."
        ),
        (Find::Returns, _) => format!(
            "Every number of units of each parameter alone, the others as written, in the same {} replications; 95 % Student-t intervals, of steps from paired differences, each for itself.",
            asked.replications
        ),
        (_, Method::KimNelson) => format!(
            "The fully sequential procedure of Kim & Nelson (2001, ACM Transactions on Modeling and Computer Simulation 11:251) with common random numbers: {n_first} replications of every configuration, then one \
             at a time of those still in the race, at most {n_most}. If one configuration is better than all others by at least the smallest difference that matters, it is selected with at least the wanted confidence; for \
             means that are nearly normal, as means over many patients are."
        ),
        (_, Method::Ocba) => format!(
            "Optimal computing budget allocation (Chen et al. 2000, Discrete Event Dynamic Systems 10:251): {n_first} replications of every configuration, then ten at a time where they help most to tell the best from its rivals, \
             {} in all, or fewer if the estimated probability of a correct selection reaches the wanted confidence before.",
            question.runs
        ),
    }];
    if let Some((budget, unit)) = question
        .budget
        .as_ref()
        .filter(|_| question.find == Find::Split)
    {
        words.push(format!(
            "Budget: {} {unit} ({}).",
            budget.amount, budget.origin
        ));
        for (parameter, cost) in asked.parameters.iter().zip(&question.costs) {
            let (title, amount) = (&parameter.title, cost.amount);
            words.push(format!(
                "One unit of {title}: {amount} {unit} ({}).",
                cost.origin
            ));
        }
    }
    words
}
