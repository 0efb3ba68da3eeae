//! `warm-up`: how long a scenario takes to forget its start, with plots, or why it has no steady state.
//!
//! Exit codes: 0 a warm-up is recommended, 1 there is no steady state.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use super::options::{Common, Exit};
use super::writing::{self, Target};
use super::{loading, running, say};
use crate::experiment::warm_up::{WarmUp, changing, is_weekly};
use crate::report::OutputFile;
use crate::report::chart_files;
use crate::report::charts;
use crate::report::warm_up::{changing_words, courses, finding, page, table};
use crate::scenario::layers::Changes;
use crate::scenario::units::{DAY, WEEK};
use crate::uec::model::Model;

#[derive(Debug, Args)]
pub struct WarmUpArguments {
    /// Scenario file, or name of a shipped scenario; --warm-up is the one to be judged (default: the scenario's)
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    #[command(flatten)]
    common: Common,
}

/// Replications of which the mean is looked at. Assumed: twice the five of Hoad, Robinson & Davies (2010), so that a trend that
/// all share is told from chance.
const REPLICATIONS: u32 = 10;
/// A trend needs an interval.
const LEAST_REPLICATIONS: u32 = 3;
/// Time that is followed at least if nothing is said: weeks for MSER over weeks, days for MSER-5 over hours.
const LEAST_WEEKLY: f64 = 26.0 * WEEK;
const LEAST_PLAIN: f64 = 28.0 * DAY;

pub fn warm_up(arguments: &WarmUpArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let model = load(arguments, common)?;
    loading::of_one_area([&model], "warm-up")?;
    let replications = common.replications.unwrap_or(REPLICATIONS);
    if replications < LEAST_REPLICATIONS {
        let message = "whether a level drifts is told by replications that agree: three are needed\n  try: --replications 10";
        return Err(say::fault(Exit::Input, message));
    }
    let target = Target::for_warm_up(&model.name, common)?;
    let changes = changing(&model);
    if !changes.is_empty() {
        let reasons: Vec<String> = changes.iter().map(changing_words).collect();
        let message = format!(
            "{} has no steady state that a warm-up could wait for: {}\n  try: judge the warm-up of the same scenario without that, and start this one with it",
            model.name,
            reasons.join("; ")
        );
        return Err(say::fault(Exit::DoesNotHold, &message));
    }
    let present = model.run.warm_up;
    let followed = Common {
        warm_up: Some(0),
        length: Some(common.length.unwrap_or_else(|| length(&model))),
        replications: Some(replications),
        ..common.clone()
    };
    let model = load(arguments, &followed)?;
    let ran = running::follow_levels(model, present, common)?;
    let Some(found) = ran.results else {
        return Err(ran.exit.max(Exit::Machine));
    };
    let command = Common {
        replications: Some(replications),
        ..common.clone()
    };
    let command = command.command("warm-up", std::slice::from_ref(&arguments.scenario), "");
    let timing = writing::timing_with(found.events, ran.took, common.threads());
    let folder = writing::write_files(&files(&found, &command), &timing, &target, ran.exit)?;
    if common.json {
        put_line!("{}", as_json(&found, &folder));
    } else if !common.quiet {
        finding(&found)
            .iter()
            .for_each(|sentence| put_line!("{sentence}"));
        put_line!("The page is {}.", folder.join("report.md").display());
    }
    Ok(match found.recommended() {
        None => ran.exit.max(Exit::DoesNotHold),
        Some(_) => ran.exit,
    })
}

fn load(arguments: &WarmUpArguments, common: &Common) -> Result<Model, Exit> {
    let loaded = loading::load_one(&arguments.scenario, &Changes::AsWritten, common);
    loaded.map(|loaded| loaded.model).ok_or(Exit::Input)
}

/// As long as the scenario runs, warm-up included, or longer if that is too short to tell.
fn length(model: &Model) -> u64 {
    let least = if is_weekly(model) {
        LEAST_WEEKLY
    } else {
        LEAST_PLAIN
    };
    (model.run.warm_up + model.run.length).0.max(least as u64)
}

fn files(found: &WarmUp, command: &str) -> Vec<OutputFile> {
    let chart = charts::warm_up::draw(found);
    let record = json!({
        "program": "uecsim",
        "version": env!("CARGO_PKG_VERSION"),
        "command": command,
        "seed": found.model.run.seed,
        "replications": found.n_replications,
        "inputs": found.model.files.iter().map(|file| json!({ "path": file.path, "sha256": file.sha256 })).collect::<Vec<_>>(),
        "found": finding(found),
    });
    let texts = [
        ("report.md", page(found, command, "charts/warm-up.svg")),
        ("warm-up.csv", table(found)),
        ("courses.csv", courses(found)),
        ("run.json", format!("{record:#}\n")),
    ];
    let texts = texts.into_iter().map(|(path, text)| OutputFile {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    });
    chart_files(&[chart]).into_iter().chain(texts).collect()
}

fn as_json(found: &WarmUp, folder: &Path) -> Value {
    let days = |milliseconds: u64| milliseconds as f64 / DAY;
    let levels = found.levels.iter().map(|level| {
        json!({
            "level": level.followed.title,
            "unit": level.followed.unit,
            "mser_days": level.cut.map(|cut| cut.leave_out as f64 / 24.0),
            "settled": level.cut.is_some_and(|cut| cut.is_settled),
        })
    });
    json!({
        "scenario": found.model.name,
        "recommended_days": found.recommended().map(|span| days(span.0)),
        "present_days": days(found.present.0),
        "weekly": found.is_weekly,
        "found": finding(found),
        "levels": levels.collect::<Vec<_>>(),
        "folder": folder,
    })
}
