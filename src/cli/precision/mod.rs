//! `--precision`: from what is asked for in words to a goal for a run or a comparison, and what is said of it at the end.

mod width;

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::options::Exit;
use crate::experiment::precision::{Check, Course, Goal, Of, Told, course, further_replications};
use crate::experiment::results::Results;
use crate::report::findings::name;
use crate::report::format::statistic_key;
use crate::report::headline::{headline_findings, headline_measures};
use crate::report::precision::{self as words, PrecisionRecord};
use crate::report::run_json::Recipe;
use crate::report::subject::Subject;
use crate::scenario::diagnostic::nearest;
use crate::uec::model::{MeasureSpec, Model, Statistic};

/// Code of a precision that cannot be asked for.
pub const CODE: &str = "E110";

/// Replications that may be run if nothing else is said. Assumed: ten times the first look, so that a half-width that comes out
/// three times as wide as wanted is still reached.
const MOST: u32 = 200;

#[derive(Clone, Debug, Default, Args)]
pub struct PrecisionFlags {
    /// As many replications as a half-width takes: "5 %" for every headline measure, or for one, as
    /// "time_in_department:mean=3 min"; may be given more than once
    #[arg(
        long = "precision",
        value_name = "[MEASURE[:STATISTIC]=]HALF-WIDTH",
        conflicts_with = "replications"
    )]
    asked: Vec<String>,
    /// Replications at which to stop even so (default: 200)
    #[arg(
        long,
        value_name = "REPLICATIONS",
        requires = "asked",
        value_parser = clap::value_parser!(u32).range(2..=100_000)
    )]
    most_replications: Option<u32>,
}

/// What was asked for, as a record keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub precision: Vec<String>,
    pub most: u32,
}

impl Asked {
    /// What a record keeps of it.
    pub fn of(recipe: &Recipe) -> Option<Self> {
        (!recipe.precision.is_empty()).then(|| Self {
            precision: recipe.precision.clone(),
            most: recipe.most_replications.unwrap_or(MOST),
        })
    }

    pub fn laid_over(&self, recipe: Recipe) -> Recipe {
        Recipe {
            precision: self.precision.clone(),
            most_replications: Some(self.most),
            ..recipe
        }
    }
}

impl PrecisionFlags {
    /// None if a number of replications was asked for instead.
    pub fn asked(&self) -> Option<Asked> {
        (!self.asked.is_empty()).then(|| Asked {
            precision: self.asked.clone(),
            most: self.most_replications.unwrap_or(MOST),
        })
    }
}

/// A part of what was asked for that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    asked: String,
    /// Where in it, in bytes.
    at: std::ops::Range<usize>,
    message: String,
    advice: String,
}

impl Fault {
    /// With the part marked by carets.
    fn render(&self) -> String {
        let before = self.asked[..self.at.start].chars().count();
        let marked = self.asked[self.at.clone()].chars().count().max(1);
        let start = "  --precision \"";
        format!(
            "[{CODE}]: {}\n{start}{}\"\n{}{}\n  try: {}",
            self.message,
            self.asked,
            " ".repeat(start.chars().count() + before),
            "^".repeat(marked),
            self.advice
        )
    }
}

/// The goal of each scenario, for itself.
///
/// Errors: all that cannot be asked for, which have been said.
pub fn goals_of_runs(asked: &Asked, models: &[Model]) -> Result<Vec<Goal>, Exit> {
    let goals = models.iter().map(|model| goal(asked, &[model]));
    all_or_faults(goals.collect())
}

/// The goal of scenarios that are compared, baseline first.
///
/// Errors: all that cannot be asked for, which have been said.
pub fn goal_of_comparison(asked: &Asked, models: &[&Model]) -> Result<Goal, Exit> {
    let mut goals = all_or_faults(vec![goal(asked, models)])?;
    goals.pop().ok_or(Exit::Internal)
}

fn all_or_faults(goals: Vec<Result<Goal, Vec<Fault>>>) -> Result<Vec<Goal>, Exit> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut all = Vec::new();
    for goal in goals {
        match goal {
            Ok(goal) => all.push(goal),
            Err(found) => faults.extend(found),
        }
    }
    // Scenarios that lack the same measure would say the same.
    let mut said: Vec<String> = Vec::new();
    for fault in &faults {
        let text = fault.render();
        if !said.contains(&text) {
            eprintln!("error{text}");
            said.push(text);
        }
    }
    if said.is_empty() {
        Ok(all)
    } else {
        Err(Exit::Input)
    }
}

/// What is wanted of scenarios that run the same number of replications.
pub fn goal(asked: &Asked, models: &[&Model]) -> Result<Goal, Vec<Fault>> {
    let mut checks: Vec<Check> = Vec::new();
    let mut faults = Vec::new();
    for one in &asked.precision {
        match checks_of(one, models) {
            Ok(found) => {
                for check in found {
                    // Of two widths for one thing the later one counts, so that one measure can differ from all others.
                    checks.retain(|known| !same_thing(known, &check));
                    checks.push(check);
                }
            }
            Err(found) => faults.push(found),
        }
    }
    if faults.is_empty() {
        Ok(Goal {
            checks,
            most: asked.most,
        })
    } else {
        Err(faults)
    }
}

fn same_thing(a: &Check, b: &Check) -> bool {
    (a.of, &a.measure, a.statistic) == (b.of, &b.measure, b.statistic)
}

/// In a comparison the paired difference is meant, unless `value:` stands before the measure.
const VALUE: &str = "value:";

fn checks_of(asked: &str, models: &[&Model]) -> Result<Vec<Check>, Fault> {
    let is_comparison = models.len() > 1;
    let (of_value, body) = match asked.strip_prefix(VALUE) {
        Some(rest) => (true, rest),
        None => (!is_comparison, asked),
    };
    let begin = asked.len() - body.len();
    let what: Vec<Of> = match of_value {
        true => (0..models.len()).map(Of::Value).collect(),
        false => (1..models.len()).map(Of::Difference).collect(),
    };
    let (named, width) = match body.rsplit_once('=') {
        Some((named, width)) => (Some(named), width),
        None => (None, body),
    };
    let width_at = asked.len() - width.len()..asked.len();
    let measured: Vec<(&MeasureSpec, Statistic)> = match named {
        Some(named) => vec![named_measure(asked, begin, named, models)?],
        None => headline_measures(models[0])
            .into_iter()
            .filter(|(measure, _)| {
                models
                    .iter()
                    .all(|model| measure_of(model, &measure.id).is_some())
            })
            .collect(),
    };
    if measured.is_empty() {
        return Err(Fault {
            asked: asked.to_owned(),
            at: 0..asked.len(),
            message: "the scenario has no headline measures".to_owned(),
            advice: "name a measure: \"MEASURE=5 %\" (uecsim list measures)".to_owned(),
        });
    }
    let mut checks = Vec::new();
    for (measure, statistic) in measured {
        let width = width::read(width, measure, statistic, named.is_some()).map_err(
            |(message, advice)| Fault {
                asked: asked.to_owned(),
                at: width_at.clone(),
                message,
                advice,
            },
        )?;
        checks.extend(what.iter().map(|of| Check {
            of: *of,
            measure: measure.id.clone(),
            statistic,
            width,
        }));
    }
    Ok(checks)
}

fn measure_of<'m>(model: &'m Model, id: &str) -> Option<&'m MeasureSpec> {
    model.measures.iter().find(|measure| measure.id == id)
}

/// `MEASURE` or `MEASURE:STATISTIC`, which all scenarios must have.
fn named_measure<'m>(
    asked: &str,
    begin: usize,
    named: &str,
    models: &[&'m Model],
) -> Result<(&'m MeasureSpec, Statistic), Fault> {
    let (id, written) = match named.split_once(':') {
        Some((id, statistic)) => (id, Some(statistic)),
        None => (named, None),
    };
    let fault = |at: std::ops::Range<usize>, message: String, advice: String| Fault {
        asked: asked.to_owned(),
        at,
        message,
        advice,
    };
    let id_at = begin..begin + id.len();
    let id = id.trim();
    for model in models {
        if measure_of(model, id).is_none() {
            let message = match models.len() {
                1 => format!("no measure is called \"{id}\""),
                _ => format!("{} has no measure that is called \"{id}\"", model.name),
            };
            let known = model.measures.iter().map(|measure| measure.id.as_str());
            let advice = match nearest(id, known) {
                Some(near) => format!("\"{near}\""),
                None => "a measure of the scenario (uecsim list measures SCENARIO)".to_owned(),
            };
            return Err(fault(id_at, message, advice));
        }
    }
    let measure = measure_of(models[0], id).ok_or_else(|| {
        fault(
            id_at.clone(),
            format!("no measure is called \"{id}\""),
            String::new(),
        )
    })?;
    let statistic = match written {
        None => main_statistic(measure),
        Some(written) => {
            let mut known = measure.statistics.iter();
            known
                .find(|statistic| statistic_key(**statistic) == written.trim())
                .copied()
        }
    };
    statistic
        .map(|statistic| (measure, statistic))
        .ok_or_else(|| {
            let at = match written {
                Some(written) => begin + named.len() - written.len()..begin + named.len(),
                None => id_at,
            };
            let kept = measure.statistics.iter();
            let kept: Vec<String> = kept
                .map(|statistic| format!("\"{id}:{}\"", statistic_key(*statistic)))
                .collect();
            fault(at, format!("{id} has no such statistic"), kept.join(", "))
        })
}

fn main_statistic(measure: &MeasureSpec) -> Option<Statistic> {
    let mut statistics = measure.statistics.iter().copied();
    statistics.find(|statistic| *statistic != Statistic::Count)
}

/// What became of a goal.
pub struct Reached<'r> {
    goal: &'r Goal,
    models: Vec<&'r Model>,
    course: Course,
}

impl<'r> Reached<'r> {
    /// Of these scenarios, baseline first.
    pub fn new(goal: &'r Goal, results: &[&'r Results]) -> Self {
        Self {
            goal,
            models: results.iter().map(|one| &one.model).collect(),
            course: course(goal, results),
        }
    }

    /// Those that were planned last.
    pub fn replications(&self) -> u32 {
        self.models[0].run.replications
    }

    pub fn record(&self) -> PrecisionRecord {
        words::record(self.goal, &self.models, &self.course)
    }

    pub fn as_json(&self) -> Value {
        json!(self.record())
    }

    /// Says what is known as precisely as was asked, and what the rest would take.
    pub fn say(&self, seconds_each: f64) {
        for line in words::lines(self.goal, &self.models, &self.course, seconds_each) {
            put_line!("{line}");
        }
    }

    /// How a command ends that was asked for these: what was not reached is a check that did not hold.
    pub fn exit<'a>(exit: Exit, mut all: impl Iterator<Item = &'a Self>) -> Exit
    where
        'r: 'a,
    {
        match exit {
            Exit::Done if !all.all(|one| one.course.is_reached()) => Exit::DoesNotHold,
            other => other,
        }
    }
}

/// Wall time of one replication of scenarios that took so long.
pub fn seconds_each(results: &[&Results], took: Duration) -> f64 {
    let n: usize = results.iter().map(|one| one.replications.len()).sum();
    took.as_secs_f64() / n.max(1) as f64
}

/// Headline differences of which sentences are said.
const MOST_SAID: usize = 5;

/// Says of headline measures that cannot be told from the baseline's what would settle it.
pub fn say_what_would_settle(subject: &Subject<'_>, seconds_each: f64) {
    let findings = headline_findings(subject);
    let mut unclear = Vec::new();
    for finding in &findings {
        for (scenario, difference) in finding.differences.iter().enumerate() {
            let told = difference.and_then(|row| further_replications(&row.difference));
            if let Some(told) = told {
                let name = name(finding.measure, finding.statistic);
                let of = match subject.scenarios.len() {
                    2 => String::new(),
                    _ => format!(" under {}", subject.scenarios[scenario].label),
                };
                unclear.push((format!("{name}{of}"), told));
            }
        }
    }
    // What is settled soonest comes first.
    unclear.sort_by_key(|(_, told)| match told {
        Told::After(more) => *more,
        Told::OutOfReach => u32::MAX,
    });
    for (name, told) in unclear.iter().take(MOST_SAID) {
        put_line!("{}", words::cannot_tell(name, *told, Some(seconds_each)));
    }
    if unclear.len() > MOST_SAID {
        let others = unclear.len() - MOST_SAID;
        put_line!("Nor can {others} others be told; comparison.csv says what each would take.");
    }
}
