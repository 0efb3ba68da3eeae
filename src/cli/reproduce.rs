//! `reproduce`: runs published models again and says, figure by figure, whether what was published comes out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::options::{Common, Exit};
use super::sources::{DiskOverEmbedded, shipped_folders};
use super::writing::carried;
use super::writing::{self, Target};
use super::{folder, loading, running, say};
use crate::experiment::reproduction::{
    Description, Plan, Reproduction, Scenario, judge, plan, read,
};
use crate::report::reproduction::{Took, duration, files, lines, markdown, original, sentence};
use crate::report::run_json::Provenance;
use crate::scenario::diagnostic::nearest;
use crate::scenario::source::SHIPPED;
use crate::scenario::workspace::Workspace;
use crate::uec::model::Model;

/// Folder of the shipped tree with the published models.
const PUBLISHED: &str = "published";
/// The description in a model's folder.
const DESCRIPTION: &str = "reproduction.toml";

#[derive(Debug, Args)]
pub struct ReproduceArguments {
    /// Published models of scenarios/published by name, or folders with a reproduction.toml
    #[arg(
        required_unless_present = "all",
        conflicts_with = "all",
        value_name = "MODEL"
    )]
    models: Vec<String>,
    /// Every published model that is shipped
    #[arg(long)]
    all: bool,
    /// Also write one page about all of them, in Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// A published model that can run.
struct Ready {
    plan: Plan,
    models: Vec<Model>,
}

/// Exit code 1 if a figure falls out.
pub fn reproduce(arguments: &ReproduceArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    if common.length.is_some() || common.warm_up.is_some() {
        let message = "a published model runs as long as its scenarios say: --length and --warm-up do not go with reproduce";
        return Err(say::fault(Exit::Input, message));
    }
    let names = match arguments.all {
        true => shipped_folders(PUBLISHED),
        false => arguments.models.clone(),
    };
    let ready: Vec<Option<Ready>> = names.iter().map(|name| prepare(name, common)).collect();
    let ready: Vec<Ready> = ready
        .into_iter()
        .collect::<Option<_>>()
        .ok_or(Exit::Input)?;
    let folders = ready
        .iter()
        .map(|ready| ready.plan.description.name.clone());
    let targets = Target::for_reproductions(&folders.collect::<Vec<_>>(), common)?;
    let mut worst = Exit::Done;
    let mut done = Vec::new();
    for ((ready, target), name) in ready.into_iter().zip(&targets).zip(&names) {
        let (reproduction, took, exit) = run(ready, name, target, common)?;
        worst = worst.max(exit);
        done.push((reproduction, took));
        if exit == Exit::Interrupted {
            break;
        }
    }
    let is_whole = worst <= Exit::DoesNotHold;
    if let Some(page) = arguments.markdown.as_ref().filter(|_| is_whole) {
        write_page(page, &done, arguments)?;
    }
    if common.json {
        put_line!(
            "{}",
            super::json::of_reproductions(done.iter().map(|(one, _)| one))
        );
    }
    Ok(worst)
}

/// Reads a model's description and all its scenarios; shows everything that is wrong with them.
fn prepare(name: &str, common: &Common) -> Option<Ready> {
    let path = description_path(name)?;
    let source = DiskOverEmbedded::for_file(&path);
    let workspace = Workspace::new(&source);
    let description = read(&workspace, &path);
    let ready = description.and_then(|description| {
        let models = models(&description, common)?;
        let plan = plan(description, &models, &workspace.diagnostics)?;
        Some(Ready { plan, models })
    });
    let said = workspace.render();
    if !said.is_empty() {
        eprintln!("{}", said.trim_end());
    }
    ready
}

fn models(description: &Description, common: &Common) -> Option<Vec<Model>> {
    let paths = description
        .scenarios
        .iter()
        .map(|Scenario { path, .. }| path.clone());
    let loaded = loading::load_all(&paths.collect::<Vec<_>>(), common).ok()?;
    Some(loaded.into_iter().map(|loaded| loaded.model).collect())
}

/// The description of a model: in a folder, or of the shipped model of that name.
fn description_path(name: &str) -> Option<String> {
    if Path::new(name).is_dir() {
        return Some(format!("{}/{DESCRIPTION}", name.trim_end_matches('/')));
    }
    if name.ends_with(".toml") {
        return Some(name.to_owned());
    }
    let known = shipped_folders(PUBLISHED);
    if known.iter().any(|one| one == name) {
        return Some(format!("{SHIPPED}/{PUBLISHED}/{name}/{DESCRIPTION}"));
    }
    say::fault(
        Exit::Input,
        &format!("there is no published model \"{name}\""),
    );
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => eprintln!("  try: {near}"),
        None => eprintln!("  note: known: {}", known.join(", ")),
    }
    None
}

fn run(
    ready: Ready,
    name: &str,
    target: &Target,
    common: &Common,
) -> Result<(Reproduction, Took, Exit), Exit> {
    let begun = Instant::now();
    let ran = running::run_as_published(ready.models, common)?;
    let took = Took {
        seconds: begun.elapsed().as_secs_f64(),
        threads: common.threads(),
    };
    let reproduction = judge(ready.plan, &ran.results);
    let results: Vec<_> = ran.results.iter().collect();
    let provenance = Provenance {
        command: common.command("reproduce", &[name.to_owned()], ""),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        carried: carried(&results),
        ..Provenance::default()
    };
    let timing = writing::timing_of(&results, ran.took, took.threads);
    let written = files(&reproduction, &ran.results, &provenance);
    let folder = writing::write_files(&written, &timing, target, ran.exit)?;
    if !common.quiet && !common.json {
        put_line!("{}\n", reproduction.description.title);
        lines(&reproduction)
            .iter()
            .for_each(|line| put_line!("{line}"));
        put_line!("\n{}.", sentence(&reproduction));
        let done = format!(
            "{} replications in {}",
            reproduction.n_replications(),
            duration(took.seconds)
        );
        match original(&reproduction) {
            Some(original) => put_line!(
                "{done}; the original program takes {original} for as many, one after another."
            ),
            None => put_line!("{done}."),
        }
        put_line!("The report is {}.\n", folder.join("report.html").display());
    }
    let falls_out = reproduction.tally()[1] > 0;
    let exit = match falls_out {
        true => ran.exit.max(Exit::DoesNotHold),
        false => ran.exit,
    };
    Ok((reproduction, took, exit))
}

fn write_page(
    path: &Path,
    done: &[(Reproduction, Took)],
    arguments: &ReproduceArguments,
) -> Result<(), Exit> {
    let what: Vec<String> = match arguments.all {
        true => vec!["--all".to_owned()],
        false => arguments.models.clone(),
    };
    let further = format!("--markdown {}", path.display());
    let command = arguments.common.command("reproduce", &what, &further);
    let page = markdown(done, &command);
    folder::write_file(path, page.as_bytes()).map_err(|fault| {
        let message = format!("{} cannot be written: {fault}", path.display());
        say::fault(Exit::Machine, &message)
    })?;
    if !arguments.common.quiet {
        put_line!("{}", say::written(path));
    }
    Ok(())
}
