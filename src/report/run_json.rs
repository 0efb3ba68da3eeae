//! `run.json`, what it takes to repeat a run and to check that nothing was changed since, and `timing.json`, the only file
//! that differs between two runs of the same thing.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::experiment::results::{Comparison, Results};
use crate::uec::model::{Model, Origin};

use super::OutputFile;
use super::format::date_iso;
use super::subject::Outcome;

/// How the run was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// As one would type it.
    pub command: String,
    /// Of the program.
    pub version: String,
}

#[derive(Debug, Serialize)]
struct RunRecord<'a> {
    program: &'static str,
    version: &'a str,
    command: &'a str,
    scenarios: Vec<ScenarioRecord<'a>>,
    outputs: Vec<OutputRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct ScenarioRecord<'a> {
    name: &'a str,
    title: &'a str,
    /// `run`, `baseline`, `alternative` or `step`.
    role: &'static str,
    added_change: Option<&'a str>,
    seed: u64,
    start: String,
    warm_up_days: f64,
    length_days: f64,
    replications_planned: u32,
    replications: &'a [u32],
    stopped_early: bool,
    files: Vec<FileRecord<'a>>,
    changes: Vec<&'a str>,
    /// Left out of the steps of a decomposition, which have nothing that the alternative has not.
    inputs: Vec<InputRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct FileRecord<'a> {
    path: &'a str,
    sha256: &'a str,
}

#[derive(Debug, Serialize)]
struct InputRecord<'a> {
    path: &'a str,
    value: &'a str,
    /// `source`, `assumed`, `calibrated` or `unsaid`.
    origin: &'static str,
    because: &'a str,
    file: &'a str,
    line: u32,
}

#[derive(Debug, Serialize)]
struct OutputRecord<'a> {
    path: &'a str,
    bytes: usize,
    sha256: String,
}

/// As [`run_json`], of scenarios each of which was run for itself.
pub fn run_json_of(results: &[Results], provenance: &Provenance, outputs: &[OutputFile]) -> String {
    let scenarios = results.iter().map(|results| scenario(results, "run", None));
    to_json(&RunRecord {
        program: "uecsim",
        version: &provenance.version,
        command: &provenance.command,
        scenarios: scenarios.collect(),
        outputs: outputs.iter().map(output).collect(),
    })
}

/// The record of a run as JSON; `outputs` are all files written but this one and `timing.json`.
pub fn run_json(outcome: Outcome<'_>, provenance: &Provenance, outputs: &[OutputFile]) -> String {
    let record = RunRecord {
        program: "uecsim",
        version: &provenance.version,
        command: &provenance.command,
        scenarios: match outcome {
            Outcome::Run(results) => vec![scenario(results, "run", None)],
            Outcome::Comparison(comparison) => scenarios(comparison),
        },
        outputs: outputs.iter().map(output).collect(),
    };
    to_json(&record)
}

fn scenarios(comparison: &Comparison) -> Vec<ScenarioRecord<'_>> {
    let alternatives = comparison.alternatives.iter().map(|alternative| {
        let added = alternative.added_change.as_deref();
        scenario(
            &alternative.results,
            if added.is_some() {
                "step"
            } else {
                "alternative"
            },
            added,
        )
    });
    std::iter::once(scenario(&comparison.baseline, "baseline", None))
        .chain(alternatives)
        .collect()
}

fn scenario<'a>(
    results: &'a Results,
    role: &'static str,
    added_change: Option<&'a str>,
) -> ScenarioRecord<'a> {
    const MINUTES_PER_DAY: f64 = 1440.0;
    let model: &Model = &results.model;
    let inputs = if added_change.is_some() {
        &[][..]
    } else {
        &model.inputs
    };
    ScenarioRecord {
        name: &model.name,
        title: &model.title,
        role,
        added_change,
        seed: model.run.seed,
        start: date_iso(model.run.start),
        warm_up_days: model.run.warm_up.minutes() / MINUTES_PER_DAY,
        length_days: model.run.length.minutes() / MINUTES_PER_DAY,
        replications_planned: model.run.replications,
        replications: &results.replications,
        stopped_early: results.partial,
        files: model
            .files
            .iter()
            .map(|file| FileRecord {
                path: &file.path,
                sha256: &file.sha256,
            })
            .collect(),
        changes: model
            .changes
            .iter()
            .map(|change| change.name.as_str())
            .collect(),
        inputs: inputs.iter().map(input).collect(),
    }
}

fn input(input: &crate::uec::model::InputValue) -> InputRecord<'_> {
    let (origin, because) = match &input.origin {
        Origin::Source(because) => ("source", because.as_str()),
        Origin::Assumed(because) => ("assumed", because.as_str()),
        Origin::Calibrated(because) => ("calibrated", because.as_str()),
        Origin::Unsaid => ("unsaid", ""),
    };
    InputRecord {
        path: &input.path,
        value: &input.value,
        origin,
        because,
        file: &input.file,
        line: input.line,
    }
}

fn output(file: &OutputFile) -> OutputRecord<'_> {
    OutputRecord {
        path: &file.path,
        bytes: file.bytes.len(),
        sha256: sha256(&file.bytes),
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What it took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timing {
    /// When it ended, ISO 8601 in UTC.
    pub finished: String,
    pub threads: usize,
    pub wall_seconds: f64,
    /// Timed state changes of all replications of all scenarios.
    pub events: u64,
    pub events_per_second: f64,
}

pub fn timing_json(timing: &Timing) -> String {
    to_json(timing)
}

fn to_json(value: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(value).expect("records have text keys and finite numbers");
    text.push('\n');
    text
}
