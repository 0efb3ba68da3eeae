//! Does again what a record says was done and compares what comes out with what lies in the folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::differences::{self, Difference, Kind, first_line};
use super::events;
use super::record::{Record, ScenarioRecord};
use super::{Found, Stop};
use crate::cli::decompose::decomposition;
use crate::cli::options::{Common, Exit};
use crate::cli::precision::{Asked, Reached, goal};
use crate::cli::writing::{self, EVENTS};
use crate::cli::{batches, compare, running, say};
use crate::experiment::results::{Comparison, Part};
use crate::report::OutputFile;
use crate::report::precision::PrecisionRecord;
use crate::report::run_json::{Provenance, Recipe, Written, sha256};
use crate::report::subject::Outcome;
use crate::scenario::layers::Changes;
use crate::uec::load::{Loaded, Overrides, load_with};
use crate::uec::model::Model;

/// The file whose rows are single replications.
const REPLICATIONS: &str = "replications.csv";

/// Simulates again, compares all files and adds what differs to `found`.
pub fn compare(
    folder: &Path,
    record: &Record,
    text: &str,
    common: &Common,
    found: &mut Found,
) -> Result<(), Stop> {
    can_make(record)?;
    if record.recipe().command == "run" {
        let mut model = load(record, &record.scenarios[0], &Changes::AsWritten)?.model;
        let ran = match record.recipe().batches {
            Some(n) => {
                batches::cut(&mut model, n)?;
                running::run_batches(model, n, common)?
            }
            None => running::run(vec![model], common)?,
        };
        whole(ran.exit)?;
        let results = ran.results.first().ok_or(Exit::Internal)?;
        let outcome = Outcome::Run(results);
        return compare_files(outcome, folder, record, text, common, found);
    }
    let comparison = compare_again(record, common)?;
    let outcome = Outcome::Comparison(&comparison);
    compare_files(outcome, folder, record, text, common, found)
}

fn compare_again(record: &Record, common: &Common) -> Result<Comparison, Stop> {
    let recipe = record.recipe();
    let of_role = |role: &'static str| {
        let scenarios = record.scenarios.iter();
        scenarios.filter(move |scenario| scenario.role == role)
    };
    let mut models: Vec<Model> = Vec::new();
    for scenario in of_role("baseline").chain(of_role("alternative")) {
        models.push(load(record, scenario, &Changes::AsWritten)?.model);
    }
    let quiet = Common {
        quiet: true,
        ..common.clone()
    };
    compare::same_plan(&mut models, &quiet)?;
    let parts = match recipe.decompose {
        true => Some(decomposition(
            (&models[0], &models[1]),
            |_| of_role(Part::Start.key()).next().is_some(),
            |name, changes| {
                let scenario = record.scenarios.iter().find(|one| one.name == name)?;
                load(record, scenario, changes).ok()
            },
        )?),
        false => None,
    };
    let baseline = models.remove(0);
    let mut ran = running::compare(baseline, models, parts, None, common)?;
    whole(ran.exit)?;
    if let Some(most) = recipe.patients {
        whole(running::follow_patients(&mut ran.results, most, common)?)?;
    }
    Ok(ran.results)
}

fn whole(exit: Exit) -> Result<(), Stop> {
    match exit {
        Exit::Done => Ok(()),
        other => Err(Stop::Ended(other)),
    }
}

fn load(record: &Record, scenario: &ScenarioRecord, changes: &Changes) -> Result<Loaded, Stop> {
    let recipe = record.recipe();
    let overrides = Overrides {
        seed: recipe.seed,
        replications: recipe.replications,
        warm_up_milliseconds: recipe.warm_up_milliseconds,
        length_milliseconds: recipe.length_milliseconds,
    };
    let (path, source) = record.source(scenario);
    load_with(&path, &source, changes, &overrides).map_err(|refused| {
        Stop::Cannot(format!(
            "the inputs in its record are refused\n{}",
            refused.render().trim_end()
        ))
    })
}

/// Kinds of file that a build may be unable to make.
fn can_make(record: &Record) -> Result<(), Stop> {
    let kinds = [
        (".png", cfg!(feature = "png")),
        (".xlsx", cfg!(feature = "xlsx")),
    ];
    for (ending, is_made) in kinds {
        let is_written = record
            .outputs
            .iter()
            .any(|file| file.path.ends_with(ending));
        if is_written && !is_made {
            let why = format!("it has {ending} files, and this build of the program makes none");
            return Err(Stop::Cannot(why));
        }
    }
    Ok(())
}

fn compare_files(
    outcome: Outcome<'_>,
    folder: &Path,
    record: &Record,
    text: &str,
    common: &Common,
    found: &mut Found,
) -> Result<(), Stop> {
    let recipe = record.recipe();
    let mut further = Vec::new();
    if let (Outcome::Run(results), Some(replication)) = (outcome, recipe.log) {
        let recorded = recorded(record, EVENTS);
        let compared = events::compare(folder, &results.model, replication, recorded)?;
        further.push(compared.again);
        found.differences.extend(compared.difference);
    }
    let results = writing::all_results(outcome);
    found.n_replications = results.iter().map(|one| one.replications.len()).sum();
    let precision = precision_again(outcome, &recipe)?;
    let provenance = Provenance {
        command: record.command.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        recipe: Some(recipe),
        carried: writing::carried(&results),
        further,
        precision,
    };
    let mut files = writing::report_files(outcome, &provenance, common.threads())
        .map_err(|fault| say::fault(Exit::Machine, &fault.to_string()))?;
    // Single replications say most about what differs, and the record comes last: it differs wherever a file does.
    files.sort_by_key(|file| (file.path == "run.json", file.path != REPLICATIONS));
    for file in &files {
        if file.path == "run.json" {
            compare_record(file, text, found);
        } else {
            let difference = compare_file(file, folder, record)?;
            found.differences.extend(difference);
        }
    }
    if !record.outputs.iter().any(|file| file.path == EVENTS) {
        say_how_to_see_events(found);
    }
    found.n_files = files.len() + provenance.further.len();
    found.n_bytes = files
        .iter()
        .map(|file| file.bytes.len() as u64)
        .sum::<u64>()
        + provenance
            .further
            .iter()
            .map(|file| file.bytes)
            .sum::<u64>();
    let made: BTreeSet<&str> = files
        .iter()
        .map(|file| &*file.path)
        .chain(provenance.further.iter().map(|file| &*file.path))
        .collect();
    compare_names(&made, folder, record, found);
    Ok(())
}

/// What a precision that was asked for comes to with these results: the rule sees the same values and looks at them after
/// the same replications.
fn precision_again(outcome: Outcome<'_>, recipe: &Recipe) -> Result<Option<PrecisionRecord>, Stop> {
    let Some(asked) = Asked::of(recipe) else {
        return Ok(None);
    };
    let whole = match outcome {
        Outcome::Run(results) => vec![results],
        Outcome::Comparison(comparison) => compare::whole_results(comparison),
    };
    let models: Vec<&Model> = whole.iter().map(|one| &one.model).collect();
    let goal = goal(&asked, &models).map_err(|_| {
        Stop::Cannot("its record asks for a precision that cannot be had".to_owned())
    })?;
    Ok(Some(Reached::new(&goal, &whole).record()))
}

fn recorded<'r>(record: &'r Record, path: &str) -> Option<&'r Written> {
    record.outputs.iter().find(|file| file.path == path)
}

fn compare_file(
    file: &OutputFile,
    folder: &Path,
    record: &Record,
) -> Result<Option<Difference>, Stop> {
    let recorded = recorded(record, &file.path);
    let path = folder.join(&file.path);
    if !path.is_file() {
        let kind = match recorded {
            Some(_) => Kind::Missing,
            None => Kind::Unlisted,
        };
        return Ok(Some(Difference::of_file(&file.path, kind)));
    }
    let written = fs::read(&path).map_err(|fault| {
        let message = format!("{} cannot be read: {fault}", path.display());
        say::fault(Exit::Machine, &message)
    })?;
    if written == file.bytes {
        return Ok(None);
    }
    let is_as_recorded = recorded.is_some_and(|recorded| recorded.sha256 == sha256(&file.bytes));
    let kind = match is_as_recorded {
        true => Kind::Changed,
        false => Kind::Otherwise,
    };
    let mut difference = differences::compare(&file.path, kind, &written, &file.bytes);
    if file.path == REPLICATIONS {
        let texts = (
            String::from_utf8_lossy(&written),
            String::from_utf8_lossy(&file.bytes),
        );
        let more = difference
            .line
            .and_then(|line| which_value(&texts.0, &texts.1, line));
        difference.more.extend(more);
    }
    Ok(Some(difference))
}

/// Scenario, replication and measure of a row of `replications.csv`.
fn which_value(written: &str, again: &str, line: usize) -> Option<String> {
    let row = |text: &str| -> Option<Vec<String>> {
        let line = text.split('\n').nth(line - 1)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes());
        let record = reader.records().next()?.ok()?;
        Some(record.iter().map(str::to_owned).collect())
    };
    let (before, after) = (row(written)?, row(again)?);
    let is_same_value = before.len() == 8 && after.len() == 8 && before[..7] == after[..7];
    is_same_value.then(|| {
        let [scenario, replication, measure, statistic, unit, site, cohort, _] = &before[..] else {
            return String::new();
        };
        format!(
            "first in replication {replication} of {scenario}: {statistic} of {measure} in {unit}, site {site}, cohort \
             {cohort}: {} written, {} now",
            before[7], after[7]
        )
    })
}

/// The record differs wherever a file comes out otherwise; it is told only if it differs by itself.
fn compare_record(file: &OutputFile, text: &str, found: &mut Found) {
    let is_explained = found
        .differences
        .iter()
        .any(|difference| matches!(difference.kind, Kind::Otherwise | Kind::Unlisted));
    let again = String::from_utf8_lossy(&file.bytes);
    if is_explained {
        return;
    }
    if let Some(first) = first_line(text, &again) {
        found.differences.push(Difference {
            line: Some(first.line),
            written: first.written,
            again: first.again,
            ..Difference::of_file(&file.path, Kind::Changed)
        });
    }
}

fn say_how_to_see_events(found: &mut Found) {
    let values = found
        .differences
        .iter_mut()
        .find(|difference| difference.path == REPLICATIONS && difference.kind == Kind::Otherwise);
    if let Some(difference) = values {
        difference.more.push(
            "which event is the first to differ cannot be told, since the folder has no events.csv: `uecsim run … \
             --log=REPLICATION` writes one"
                .to_owned(),
        );
    }
}

/// Files that are listed and not made any more, and files that nobody listed.
fn compare_names(made: &BTreeSet<&str>, folder: &Path, record: &Record, found: &mut Found) {
    for file in &record.outputs {
        if !made.contains(&*file.path) {
            let mut difference = Difference::of_file(&file.path, Kind::Otherwise);
            difference.more.push("no such file is made now".to_owned());
            found.differences.push(difference);
        }
    }
    let mut others = Vec::new();
    gather(folder, "", &mut others);
    others.retain(|path| !made.contains(&**path) && path != "timing.json");
    others.sort();
    if !others.is_empty() {
        found.notes.push(format!(
            "{} holds what the run did not write, which is not looked at: {}",
            folder.display(),
            others.join(", ")
        ));
    }
}

/// Files below a folder, by their path there. What cannot be listed is no file of the run: those are read by name.
fn gather(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => gather(&entry.path(), &format!("{name}/"), paths),
            _ => paths.push(name),
        }
    }
}
