//! `run`: simulates scenarios, each for itself, and writes a folder for each.

use clap::Args;

use super::options::{Common, Exit, stretch};
use super::precision::{Asked, PrecisionFlags, Reached, goals_of_runs, seconds_each};
use super::running::Ran;
use super::writing::{self, Circumstances, Target};
use super::{batches, json, loading, running, say};
use crate::experiment::batches::LEAST;
use crate::experiment::results::Results;
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
    /// One long run, its length cut into so many batches that stand for replications; refused if they depend on each other
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with_all = ["replications", "asked", "log", "stop_when_unstable"],
        value_parser = clap::value_parser!(u32).range(i64::from(LEAST)..=1000)
    )]
    batches: Option<u32>,
    /// Stop a replication as soon as a line has only grown for so long (8 weeks if no DURATION is given; a multiple of 4 weeks)
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "8 weeks",
        value_parser = stretch
    )]
    stop_when_unstable: Option<u64>,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    common: Common,
}

pub fn run(arguments: &RunArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    if let Some(n) = arguments.batches {
        return batches::run(&arguments.scenarios, n, common);
    }
    let mut models = loading::models(&arguments.scenarios, common)?;
    if arguments.log.is_some() {
        loading::of_one_area(&models, "--log")?;
    }
    running::stop_when_unstable(&mut models, arguments.stop_when_unstable);
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let targets = Target::for_runs(&names, common)?;
    let asked = arguments.precision.asked();
    let goals = asked.as_ref().map(|asked| goals_of_runs(asked, &models));
    let goals = goals.transpose()?;
    let ran = match &goals {
        Some(goals) => running::run_to(models, goals, common)?,
        None => running::run(models, common)?,
    };
    let reached: Vec<Option<Reached<'_>>> = (ran.results.iter().enumerate())
        .map(|(position, results)| Some(Reached::new(goals.as_ref()?.get(position)?, &[results])))
        .collect();
    let mut folders = Vec::with_capacity(targets.len());
    for (position, (results, target)) in ran.results.iter().zip(targets).enumerate() {
        let precision = asked.as_ref().zip(reached[position].as_ref());
        let circumstances = circumstances(arguments, &ran, position, precision);
        let outcome = Outcome::Run(results);
        folders.push(writing::write(outcome, &target, &circumstances)?);
    }
    if common.json {
        let mut runs = json::of_runs(&ran.results, &folders);
        for (position, reached) in reached.iter().enumerate() {
            if let Some(reached) = reached {
                runs[position]["precision"] = reached.as_json();
            }
        }
        put_line!("{runs}");
    } else if !common.quiet {
        put_line!(
            "{}",
            say::work_done(&ran.results.iter().collect::<Vec<_>>(), ran.took)
        );
        for (results, folder) in ran.results.iter().zip(&folders) {
            say::finding(Outcome::Run(results), folder.as_deref());
        }
        let each = seconds_each(&ran.results.iter().collect::<Vec<_>>(), ran.took);
        for reached in reached.iter().flatten() {
            reached.say(each);
        }
    }
    Ok(Reached::exit(ran.exit, reached.iter().flatten()))
}

/// Of the folder of the scenario at `position`. With a precision, what gives the same bytes again is the number of
/// replications that it took.
fn circumstances(
    arguments: &RunArguments,
    ran: &Ran<Vec<Results>>,
    position: usize,
    precision: Option<(&Asked, &Reached<'_>)>,
) -> Circumstances {
    let common = &arguments.common;
    let further = further(arguments);
    let (command, recipe) = match precision {
        None => (
            common.command("run", &arguments.scenarios, &further),
            common.recipe("run"),
        ),
        Some((asked, reached)) => {
            let common = common.with_replications(reached.replications());
            let scenario = &arguments.scenarios[position..=position];
            let recipe = asked.laid_over(common.recipe("run"));
            (common.command("run", scenario, &further), recipe)
        }
    };
    Circumstances {
        command,
        exit: ran.exit,
        failures: ran
            .failures
            .iter()
            .filter(|failure| failure.scenario == ran.results[position].model.name)
            .cloned()
            .collect(),
        took: ran.took,
        threads: common.threads(),
        recipe: Recipe {
            log: arguments.log,
            ..recipe
        },
        precision: precision.map(|(_, reached)| reached.record()),
    }
}

fn further(arguments: &RunArguments) -> String {
    let log = arguments
        .log
        .map(|replication| format!("--log={replication}"));
    let stop = arguments.stop_when_unstable.map(running::stop_flag);
    let flags: Vec<String> = log.into_iter().chain(stop).collect();
    flags.join(" ")
}
