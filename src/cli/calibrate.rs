//! `calibrate`: fits free parameters of a scenario to published figures; writes a change file and a report.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::folder::{self, Draft};
use super::options::{Common, Exit};
use super::sources::DiskOverEmbedded;
use super::{interrupt, overlay, say};
use crate::experiment::calibrate::{self, Calibrated, Free, Problem, Round, change_text, read};
use crate::experiment::control::Control;
use crate::experiment::fit::Target;
use crate::report::calibration;
use crate::report::charts::misfit;
use crate::report::format::{number, statistic_key};
use crate::scenario::source::stem;
use crate::scenario::workspace::Workspace;

const ROUNDS: u32 = 6;

#[derive(Debug, Args)]
pub struct CalibrateArguments {
    /// The scenario to fit; it is not changed
    scenario: String,
    /// Published figures, as `uecsim fit` reads them
    #[arg(long, value_name = "FILE")]
    to: String,
    /// Parameters that may be moved: name, path, how, low, high, step, note
    #[arg(long, value_name = "FILE")]
    free: String,
    /// Rounds at most; each runs the scenario once for every parameter and three times more
    #[arg(long, default_value_t = ROUNDS)]
    rounds: u32,
    /// Markdown page to write besides the report folder
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// What a fit starts from.
pub struct Start {
    pub targets: Vec<Target>,
    pub free: Vec<Free>,
}

/// Exit code 1 if a target is not met.
pub fn calibrate(arguments: &CalibrateArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let out = common.out.clone().unwrap_or_else(|| {
        let name = stem(&arguments.scenario);
        PathBuf::from("output").join(format!("{name}-calibrated"))
    });
    if let Some(refusal) = folder::refusal(&out) {
        return Err(say::fault(Exit::Input, &refusal));
    }
    let start = start(&arguments.to, &arguments.free)?;
    let is_total = |target: &&Target| ["total", "count"].contains(&target.statistic.as_str());
    let n_totals = start.targets.iter().filter(is_total).count();
    if common.length.is_some() && n_totals > 0 && !common.quiet {
        eprintln!(
            "note: {n_totals} targets are totals, which grow with --length: give figures per day, or those of a run this long"
        );
    }
    let calibrated = fit(&arguments.scenario, &start, arguments.rounds, common)?;
    let mut further = format!("--to {} --free {}", arguments.to, arguments.free);
    if arguments.rounds != ROUNDS {
        further.push_str(&format!(" --rounds {}", arguments.rounds));
    }
    if let Some(page) = &arguments.page {
        further.push_str(&format!(" --page {}", page.display()));
    }
    let command = common.command(
        "calibrate",
        std::slice::from_ref(&arguments.scenario),
        &further,
    );
    write(&out, &calibrated, &start.free, &arguments.to, &command)?;
    if let Some(path) = &arguments.page {
        write_page(path, &calibrated, &start.free, &command)?;
    }
    if common.json {
        say::show(&format!("{:#}\n", as_json(&calibrated, &start.free)))?;
    } else if !common.quiet {
        put_line!("{}", calibration::finding(&calibrated));
        put_line!("{}", say::written(&out));
        put_line!(
            "To use it: changes = [\"{}\"] in a scenario",
            out.join("fitted.toml").display()
        );
    }
    let all_met = calibrated.targets.iter().all(|row| {
        let after = row
            .after
            .map(|after| (after.mean - row.target.published).abs());
        after.is_some_and(|off| off <= row.allowed)
    });
    Ok(match (interrupt::has_happened(), all_met) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::DoesNotHold,
    })
}

/// Reads targets and parameters; all faults of both are shown.
pub fn start(targets: &str, free: &str) -> Result<Start, Exit> {
    let source = DiskOverEmbedded::for_file(targets);
    let workspace = Workspace::new(&source);
    let targets = read::targets(&workspace, targets);
    let free = read::free(&workspace, free);
    if let (Some(targets), Some(free), false) = (targets, free, workspace.diagnostics.has_errors())
    {
        return Ok(Start { targets, free });
    }
    eprintln!("{}", workspace.render().trim_end());
    Err(Exit::Input)
}

/// Runs the search, telling of every round on standard error.
pub fn fit(
    scenario: &str,
    start: &Start,
    rounds: u32,
    common: &Common,
) -> Result<Calibrated, Exit> {
    let build = |values: &[f64]| {
        let change = change_text(&start.free, values, "Values under trial", "calibration");
        overlay::load_with_change(scenario, &change, common).map(|loaded| loaded.model)
    };
    // Faults of the scenario and of the paths are shown before anything is run.
    let as_written: Vec<f64> = start.free.iter().map(Free::start).collect();
    build(&as_written).map_err(|faults| {
        eprintln!("{faults}\n  note: lines of uecsim-fitted-values.toml stand for the free parameters, in their order");
        Exit::Input
    })?;
    let told = |round: &Round| {
        if !common.quiet {
            let (misfit, met) = (number(round.misfit), round.n_met);
            eprintln!("misfit {misfit}, {met} figures within tolerance");
        }
    };
    let problem = Problem {
        free: start.free.clone(),
        targets: start.targets.clone(),
        words: statistic_key,
        build: &build,
        most_rounds: rounds,
        told: &told,
    };
    let control = Control {
        threads: common.threads(),
        cancel: interrupt::flag(),
        progress: &|_| {},
    };
    let calibrated = calibrate::calibrate(&problem, &control);
    let calibrated = calibrated.map_err(|fault| {
        let exit = if interrupt::has_happened() {
            Exit::Interrupted
        } else {
            Exit::Input
        };
        say::fault(exit, &fault)
    })?;
    calibrated.failures.iter().for_each(say::failed);
    Ok(calibrated)
}

fn write(
    out: &std::path::Path,
    calibrated: &Calibrated,
    free: &[Free],
    targets: &str,
    command: &str,
) -> Result<(), Exit> {
    let refused = |fault: std::io::Error| {
        let message = format!("{} cannot be written: {fault}", out.display());
        say::fault(Exit::Machine, &message)
    };
    let draft = Draft::new(out).map_err(refused)?;
    let evidence = format!(
        "fitted to {} by uecsim calibrate",
        targets.replace('"', "'").replace('\\', "/")
    );
    let change = change_text(free, &calibrated.values, "Fitted values", &evidence);
    let run = run_json(calibrated, free, command);
    let chart = misfit::draw(calibrated, &calibration::finding(calibrated));
    let picture = chart.as_ref().map(|_| "targets.svg");
    let mut files = calibration::files(calibrated, free, command, picture);
    files.extend(chart.map(|chart| ("targets.svg", chart.svg)));
    files.push(("fitted.toml", change));
    files.push(("run.json", format!("{run:#}\n")));
    for (name, text) in files {
        folder::write_file(&draft.path().join(name), text.as_bytes()).map_err(refused)?;
    }
    draft.finish().map_err(refused)
}

/// The page beside which its picture lies under the same name.
fn write_page(
    path: &std::path::Path,
    calibrated: &Calibrated,
    free: &[Free],
    command: &str,
) -> Result<(), Exit> {
    let refused = |fault: std::io::Error| {
        let message = format!("{} cannot be written: {fault}", path.display());
        say::fault(Exit::Machine, &message)
    };
    let chart = misfit::draw(calibrated, &calibration::finding(calibrated));
    let picture = path.with_extension("svg");
    let name = picture
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = chart.as_ref().and(name);
    if let Some(chart) = &chart {
        folder::write_file(&picture, chart.svg.as_bytes()).map_err(refused)?;
    }
    let text = calibration::page(calibrated, free, command, name.as_deref());
    folder::write_file(path, text.as_bytes()).map_err(refused)
}

/// What the run was, without anything that differs from machine to machine.
pub fn run_json(calibrated: &Calibrated, free: &[Free], command: &str) -> serde_json::Value {
    let model = &calibrated.results.model;
    let files: Vec<_> = model
        .files
        .iter()
        .map(|file| json!({ "path": file.path, "sha256": file.sha256 }))
        .collect();
    json!({
        "program": format!("uecsim {}", env!("CARGO_PKG_VERSION")),
        "command": command,
        "seed": model.run.seed,
        "replications": calibrated.results.replications.len(),
        "runs": calibrated.n_runs,
        "inputs": files,
        "fitted": as_json(calibrated, free),
    })
}

fn as_json(calibrated: &Calibrated, free: &[Free]) -> serde_json::Value {
    let parameters =
        free.iter()
            .zip(&calibrated.values)
            .enumerate()
            .map(|(at, (parameter, value))| {
                let finite = |value: f64| Some(value).filter(|value| value.is_finite());
                json!({
                    "parameter": parameter.name,
                    "fitted": value,
                    "half_width_by_chance": finite(calibrated.quality.by_chance[at]),
                    "half_width_by_tolerance": finite(calibrated.quality.by_tolerance[at]),
                })
            });
    let misfits: Vec<f64> = calibrated.rounds.iter().map(|round| round.misfit).collect();
    json!({ "parameters": parameters.collect::<Vec<_>>(), "misfits": misfits, "stopped": format!("{:?}", calibrated.stopped) })
}
