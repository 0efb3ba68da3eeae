//! `run`: simulates scenarios, each for itself, and writes a folder for each.

use clap::Args;

use super::options::{Common, Exit};
use super::writing::{self, Circumstances, Target};
use super::{json, loading, running, say};
use crate::report::run_json::Recipe;
use crate::report::subject::Outcome;

#[derive(Debug, Args)]
pub struct RunArguments {
    /// Scenario files, or names of shipped scenarios
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// Also write events.csv, every event of one replication (of the first, or --log=REPLICATION)
    #[arg(
        long,
        value_name = "REPLICATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    log: Option<u32>,
    #[command(flatten)]
    common: Common,
}

pub fn run(arguments: &RunArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let models = loading::models(&arguments.scenarios, common)?;
    if arguments.log.is_some() {
        loading::of_one_area(&models, "--log")?;
    }
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let targets = Target::for_runs(&names, common)?;
    let ran = running::run(models, common)?;
    let circumstances = Circumstances {
        command: common.command("run", &arguments.scenarios, &log_flag(arguments)),
        exit: ran.exit,
        took: ran.took,
        threads: common.threads(),
        recipe: Recipe {
            log: arguments.log,
            ..common.recipe("run")
        },
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
        put_line!("{}", json::of_runs(&ran.results, &folders));
    } else if !common.quiet {
        put_line!(
            "{}",
            say::work_done(&ran.results.iter().collect::<Vec<_>>(), ran.took)
        );
        for (results, folder) in ran.results.iter().zip(&folders) {
            say::finding(Outcome::Run(results), folder.as_deref());
        }
    }
    Ok(ran.exit)
}

fn log_flag(arguments: &RunArguments) -> String {
    let flag = arguments
        .log
        .map(|replication| format!("--log={replication}"));
    flag.unwrap_or_default()
}
