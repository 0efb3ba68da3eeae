//! What `sensitivity` and `optimise` share: which scenario and which numbers, running points, writing what came of it.

use std::time::Instant;

use super::experiments::Setup;
use super::options::{Common, Exit};
use super::progress::Progress;
use super::writing::{self, Target};
use super::{interrupt, say};
use crate::experiment::control::{Control, FailureKind};
use crate::experiment::design::codes::NOT_MEASURED;
use crate::experiment::design::{Experiment, Goal};
use crate::experiment::response::{Fault, Response, Simulated};
use crate::experiment::results::ValueKey;
use crate::experiment::summarise::keys_of;
use crate::report::analysis::{self, Setting, Told};
use crate::report::format::statistic_key;
use crate::report::run_json::Provenance;
use crate::scenario::diagnostic::{Diagnostic, render};
use crate::scenario::files::Files;
use crate::uec::model::{Model, Statistic};

/// Shows a fault of the experiment that only became clear beside its scenario.
pub fn refuse(fault: Diagnostic, files: &Files) -> Exit {
    eprintln!("{}", render(&fault, files).trim_end());
    Exit::Input
}

/// The scenario to look at: the one that is named, or the only one.
pub fn scenario(setup: &Setup, wanted: Option<&str>, code: &'static str) -> Result<usize, Exit> {
    let names: Vec<&str> = (0..setup.n_scenarios())
        .map(|at| setup.scenario(at))
        .collect();
    let span = setup.experiment.scenarios.get(1).map(|(_, span)| *span);
    match wanted {
        None if names.len() == 1 => Ok(0),
        None => {
            let message = "the experiment names several scenarios, and one is looked at";
            let fault = match span {
                Some(span) => Diagnostic::error(code, span, message),
                None => Diagnostic::placeless(code, message),
            };
            let advice = format!("--scenario {}", names[0]);
            Err(refuse(fault.try_this(advice), &setup.files))
        }
        Some(wanted) => names
            .iter()
            .position(|name| *name == wanted)
            .ok_or_else(|| {
                let message = format!("the experiment has no scenario \"{wanted}\"");
                let fault = Diagnostic::placeless(code, message);
                refuse(fault.suggest(wanted, names), &setup.files)
            }),
    }
}

/// The number that the goal is about.
pub fn goal_key(model: &Model, goal: &Goal, files: &Files) -> Result<ValueKey, Exit> {
    let keys = keys_of(model);
    let is_meant = |key: &&ValueKey| {
        model.measures[key.measure].id == goal.measure
            && statistic_key(key.statistic) == goal.statistic
            && key.site == goal.site
            && key.cohort == goal.cohort
    };
    if let Some(key) = keys.iter().find(is_meant) {
        return Ok(key.clone());
    }
    let of_measure: Vec<&ValueKey> = keys
        .iter()
        .filter(|key| model.measures[key.measure].id == goal.measure)
        .collect();
    let (goal_words, site, cohort) = (&goal.statistic, &goal.site, &goal.cohort);
    let fault = if of_measure.is_empty() {
        let ids: Vec<&str> = model
            .measures
            .iter()
            .map(|measure| measure.id.as_str())
            .collect();
        let message = format!("the scenario has no measure \"{}\"", goal.measure);
        Diagnostic::error(NOT_MEASURED, goal.span, message).suggest(&goal.measure, ids)
    } else {
        let message = format!(
            "\"{}\" has no \"{goal_words}\" of site \"{site}\" and cohort \"{cohort}\"",
            goal.measure
        );
        let all = |key: &&&ValueKey| key.site == "all" && key.cohort == "all";
        let known = of_measure
            .iter()
            .filter(all)
            .map(|key| statistic_key(key.statistic));
        let known: Vec<String> = known.collect();
        Diagnostic::error(NOT_MEASURED, goal.span, message).suggest(goal_words, known)
    };
    Err(refuse(fault, files))
}

/// The numbers that an experiment is about: those of the measures it names, else its goal, else the first of every measure.
pub fn outputs(
    model: &Model,
    experiment: &Experiment,
    files: &Files,
) -> Result<Vec<ValueKey>, Exit> {
    let keys = keys_of(model);
    let id = |key: &ValueKey| model.measures[key.measure].id.as_str();
    let is_whole = |key: &ValueKey| key.site == "all" && key.cohort == "all";
    if experiment.measures.is_empty() {
        if let Some(goal) = &experiment.goal {
            return Ok(vec![goal_key(model, goal, files)?]);
        }
        let mut first: Vec<ValueKey> = Vec::new();
        for key in keys.into_iter().filter(is_whole) {
            let is_new = first.iter().all(|known| known.measure != key.measure);
            if is_new && key.statistic != Statistic::Count {
                first.push(key);
            }
        }
        return Ok(first);
    }
    for (measure, span) in &experiment.measures {
        if !model.measures.iter().any(|known| known.id == *measure) {
            let message = format!("the scenario has no measure \"{measure}\"");
            let ids: Vec<&str> = model
                .measures
                .iter()
                .map(|known| known.id.as_str())
                .collect();
            let fault = Diagnostic::error(NOT_MEASURED, *span, message).suggest(measure, ids);
            return Err(refuse(fault, files));
        }
    }
    let is_wanted = |key: &ValueKey| {
        experiment
            .measures
            .iter()
            .any(|(measure, _)| measure == id(key))
            && (key.site == "all" || experiment.by_site)
            && (key.cohort == "all" || experiment.by_cohort)
            && key.statistic != Statistic::Count
    };
    Ok(keys.into_iter().filter(is_wanted).collect())
}

/// Runs a procedure on the scenario's points, with progress over about so many runs.
pub fn run<T>(
    setup: &Setup,
    scenario: usize,
    outputs: &[ValueKey],
    about_runs: u64,
    common: &Common,
    procedure: impl FnOnce(&dyn Response) -> Result<T, Fault>,
) -> Result<(T, std::time::Duration), Exit> {
    let begun = Instant::now();
    let build = |values: &[f64]| {
        let built = setup.build(scenario, values, "a point of the analysis");
        built.map(|loaded| loaded.model)
    };
    let as_written = setup.build_as_written(scenario);
    let run = as_written.map_err(|faults| {
        eprintln!("{faults}");
        Exit::Input
    })?;
    let run = run.model.run;
    let days = (run.warm_up + run.length).minutes() / 1440.0;
    let progress = Progress::new((days.ceil() as u64) * about_runs, common.quiet);
    let control = Control {
        threads: common.threads(),
        cancel: interrupt::flag(),
        progress: &|days| progress.add(days),
    };
    let simulated = Simulated {
        build: &build,
        outputs,
        control: &control,
    };
    let found = procedure(&simulated);
    progress.finish();
    match found {
        Ok(found) => Ok((found, begun.elapsed())),
        Err(Fault::Cancelled) => Err(Exit::Interrupted),
        Err(Fault::Point(faults)) => {
            eprintln!("{faults}");
            Err(Exit::Input)
        }
        Err(Fault::Failed(failure)) => {
            say::failed(&failure);
            Err(match failure.kind {
                FailureKind::Internal => Exit::Internal,
                FailureKind::Memory | FailureKind::Unstable => Exit::Machine,
            })
        }
        Err(Fault::NoValue(words)) => Err(say::fault(Exit::Input, &words)),
        Err(Fault::Machine(words)) => Err(say::fault(Exit::Machine, &words)),
    }
}

/// Writes all files, and says what was found.
pub fn write(
    setting: &Setting<'_>,
    told: &Told,
    target: &Target,
    took: std::time::Duration,
    common: &Common,
) -> Result<Exit, Exit> {
    let files = analysis::files(setting, told);
    let timing = writing::timing_of(&[], took, common.threads());
    let folder = writing::write_files(&files, &timing, target, Exit::Done)?;
    if common.json {
        return say::show(&analysis::as_json(setting, told));
    }
    if !common.quiet {
        told.findings.iter().for_each(|words| put_line!("{words}"));
        put_line!("The report is {}.", folder.join("report.html").display());
    }
    Ok(Exit::Done)
}

/// How the analysis was asked for.
pub fn provenance(model: &Model, command: String) -> Provenance {
    let carried = model
        .files
        .iter()
        .filter(|file| super::sources::embedded_text(&file.path) == Some(&*file.text));
    Provenance {
        command,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        carried: carried
            .map(|file| (file.path.clone(), file.sha256.clone()))
            .collect(),
        ..Provenance::default()
    }
}

/// Path and text of the experiment file and its tables.
pub fn inputs(setup: &Setup, model: &Model) -> Vec<(String, String)> {
    let is_own = |path: &str| !model.files.iter().any(|file| file.path == path);
    let files = setup.files.iter().filter(|file| is_own(&file.path));
    files
        .map(|file| (file.path.clone(), file.text.to_string()))
        .collect()
}
