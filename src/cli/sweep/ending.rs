//! How a sweep ends: the page, the charts and the record beside the tables, and what is said of it.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::identity::Identity;
use super::output::{Ended, Tally};
use super::record::{Record, Said};
use crate::cli::options::{Common, Exit};
use crate::cli::say;
use crate::cli::writing::now;
use crate::experiment::design::Experiment;
use crate::experiment::sweep::work::Busy;
use crate::report::run_json::{Provenance, Written};
use crate::report::sweep::page::{self, Account};
use crate::report::sweep::{Heading, Number};
use crate::scenario::units::write_duration;

/// What took how long; the only file that differs between two runs of the same thing.
#[derive(Debug, Serialize)]
struct Timing {
    finished: String,
    wall_seconds: f64,
    replications: u64,
    /// Those that were read back from an earlier stop are in none.
    threads: Vec<ThreadTiming>,
}

#[derive(Debug, Serialize)]
struct ThreadTiming {
    replications: u64,
    busy_seconds: f64,
    finished_after_seconds: f64,
}

/// Writes what stands beside the tables into their folder; the titles of the charts.
///
/// Errors: the disk refuses.
pub fn write(
    folder: &Path,
    experiment: &Experiment,
    heading: &Heading,
    ended: &Ended,
    said: Said,
    (took, threads): (Duration, &[Busy]),
) -> io::Result<Vec<String>> {
    let account = account(&ended.tally, &said);
    let provenance = Provenance {
        command: said.command.clone(),
        version: said.sweep.identity.version.clone(),
        ..Provenance::default()
    };
    let files = page::files(experiment, &account, ended.drawn.as_ref(), &provenance);
    let mut written = ended.written.clone();
    for file in &files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &file.bytes)?;
        written.push(Written::of(file));
    }
    let numbers: Vec<Vec<Number>> = heading
        .scenarios
        .iter()
        .map(|scenario| scenario.numbers.clone())
        .collect();
    let record = Record::new(said, &numbers, written).to_json();
    fs::write(folder.join("run.json"), record.map_err(io::Error::other)?)?;
    let seconds = |time: Duration| time.as_secs_f64();
    let timing = Timing {
        finished: now(),
        wall_seconds: seconds(took),
        replications: account.n_replications,
        threads: threads
            .iter()
            .map(|thread| ThreadTiming {
                replications: thread.n_replications,
                busy_seconds: seconds(thread.busy),
                finished_after_seconds: seconds(thread.finished_after),
            })
            .collect(),
    };
    let timing = serde_json::to_string_pretty(&timing).map_err(io::Error::other)? + "\n";
    fs::write(folder.join("timing.json"), timing)?;
    Ok(ended.drawn.as_ref().map_or_else(Vec::new, page::titles))
}

/// What the columns of the Parquet file mean, as JSON.
pub fn about(experiment: &Experiment, identity: &Identity) -> String {
    let parameters = experiment.parameters.iter().map(|parameter| {
        let paths = parameter.moved.iter().map(|moved| moved.path.as_str());
        serde_json::json!({
            "name": parameter.name,
            "title": parameter.title,
            "unit": parameter.unit(),
            "how": parameter.how().word(),
            "paths": paths.collect::<Vec<_>>(),
        })
    });
    serde_json::json!({
        "program": "uecsim",
        "title": experiment.title,
        "sweep": identity,
        "parameters": parameters.collect::<Vec<_>>(),
        "columns": {
            "point": "number of the point in the design, from 1",
            "replication": "number of the replication; the same one has the same patients at every point",
            "unit": "of the value",
            "value": "of the statistic of the measure, for a site and a cohort; missing where nothing happened that could be averaged",
        },
    })
    .to_string()
}

fn account(tally: &Tally, said: &Said) -> Account {
    let begun = &said.sweep;
    let scenarios = begun.identity.scenarios.iter().map(|plan| {
        let days = write_duration(plan.length_milliseconds as f64);
        [
            plan.name.clone(),
            plan.seed.to_string(),
            plan.replications.to_string(),
            days,
        ]
    });
    Account {
        n_points: tally.n_points,
        n_replications: tally.n_replications,
        n_refused: tally.n_refused,
        n_failed: tally.n_failed,
        part: match begun.of {
            1 => String::new(),
            of => format!("part {} of {of}", begun.part),
        },
        scenarios: scenarios.collect(),
    }
}

/// Says what was done and how the command ends.
pub fn tell(ended: &Ended, target: &Path, titles: &[String], said: &Said, common: &Common) -> Exit {
    let tally = &ended.tally;
    for words in &tally.told {
        eprintln!("{words}\n");
    }
    let n_faults = tally.n_refused + tally.n_failed;
    if n_faults > 0 {
        let failures = target.join("failures.csv");
        eprintln!(
            "note: {n_faults} faults in all, listed in {}",
            failures.display()
        );
    }
    let account = account(tally, said);
    if common.json {
        let shown = serde_json::json!({
            "folder": target,
            "points": account.n_points,
            "replications": account.n_replications,
            "refused": account.n_refused,
            "failed": account.n_failed,
            "findings": titles,
        });
        put_line!("{shown:#}");
    } else if !common.quiet {
        put_line!("{}", page::sentence(&account, titles));
        put_line!("{}", say::written(target));
    }
    tally.worst.unwrap_or(Exit::Done)
}
