//! `run`: simulates scenarios, each for itself, and writes a folder for each.

use clap::Args;

use super::options::{Common, Exit};
use super::writing::{self, Circumstances, Target};
use super::{json, loading, running, say};
use crate::report::subject::Outcome;

#[derive(Debug, Args)]
pub struct RunArguments {
    /// Scenario files, or names of shipped scenarios
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<String>,
    #[command(flatten)]
    common: Common,
}

pub fn run(arguments: &RunArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let models = loading::models(&arguments.scenarios, common)?;
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let targets = Target::for_runs(&names, common)?;
    let ran = running::run(models, common)?;
    let circumstances = Circumstances {
        command: common.command("run", &arguments.scenarios, ""),
        exit: ran.exit,
        took: ran.took,
        threads: common.threads(),
    };
    let mut folders = Vec::with_capacity(targets.len());
    for (results, target) in ran.results.iter().zip(targets) {
        folders.push(writing::write(
            Outcome::Run(results),
            &target,
            &circumstances,
        )?);
    }
    if common.json {
        println!("{}", json::of_runs(&ran.results, &folders));
    } else if !common.quiet {
        println!(
            "{}",
            say::work_done(&ran.results.iter().collect::<Vec<_>>(), ran.took)
        );
        for (results, folder) in ran.results.iter().zip(&folders) {
            say::finding(Outcome::Run(results), folder.as_deref());
        }
    }
    Ok(ran.exit)
}
