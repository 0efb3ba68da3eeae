//! `list`: what a scenario may use, and what the codes of diagnostics mean.

use clap::{Args, ValueEnum};

use super::loading;
use super::options::{Common, Exit};
use crate::report::format::statistic_key;
use crate::scenario::codes::{Code, READING};
use crate::uec::codes::CHECKING;

#[derive(Debug, Args)]
pub struct ListArguments {
    what: What,
    /// Scenario whose measures are listed
    #[arg(default_value = "scenarios/devon-2023.toml")]
    scenario: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Codes of diagnostics
    Codes,
    /// Measures of a scenario
    Measures,
}

/// Codes of faults that lie in how scenarios are put together or in a run.
const EXPERIMENT: &[Code] = &[
    Code {
        code: "E101",
        title: "scenarios that cannot be paired",
        explanation: "A comparison simulates the same patients in every scenario, so start, warm-up and length must be the same. Give the scenarios the same [run] table, or use --length and --warm-up.",
    },
    Code {
        code: "R101",
        title: "more patients inside than memory is meant to hold",
        explanation: "Patients arrive faster than they can be served, so that lines grow without end. Compare offered load with capacity: check says which pool is short.",
    },
    Code {
        code: "R102",
        title: "a line that keeps growing",
        explanation: "In each quarter of the run clearly more patients wait there than in the quarter before, so that waits depend on how long the run is. More units, shorter times or fewer patients sent there usually relieve it.",
    },
];

pub fn list(arguments: &ListArguments) -> Result<Exit, Exit> {
    match arguments.what {
        What::Codes => {
            for code in READING.iter().chain(CHECKING).chain(EXPERIMENT) {
                println!(
                    "{}  {}\n      {}\n",
                    code.code, code.title, code.explanation
                );
            }
        }
        What::Measures => measures(arguments)?,
    }
    Ok(Exit::Done)
}

fn measures(arguments: &ListArguments) -> Result<(), Exit> {
    let paths = std::slice::from_ref(&arguments.scenario);
    for measure in &loading::models(paths, &arguments.common)?[0].measures {
        let statistics = measure
            .statistics
            .iter()
            .map(|statistic| statistic_key(*statistic));
        let statistics: Vec<String> = statistics.collect();
        println!("{}  {} ({})", measure.id, measure.title, measure.unit);
        println!(
            "      {}\n      {}\n",
            statistics.join(", "),
            measure.source
        );
    }
    Ok(())
}
