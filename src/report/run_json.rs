//! `run.json`, what it takes to repeat a run and to check that nothing was changed since, and `timing.json`, the only file
//! that differs between two runs of the same thing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::experiment::results::{Comparison, Part, Results};
use crate::experiment::soundness::{Soundness, soundness};
use crate::uec::model::{Model, Origin};

use super::OutputFile;
use super::format::date_iso;
use super::overload;
use super::precision::PrecisionRecord;
use super::subject::Outcome;

/// How the run was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// As one would type it.
    pub command: String,
    /// Of the program.
    pub version: String,
    /// What was asked for, as far as results depend on it; none of a command that a record alone cannot repeat.
    pub recipe: Option<Recipe>,
    /// Input files that the program carries, by path and SHA-256: their text is not kept in the record.
    pub carried: BTreeSet<(String, String)>,
    /// Files that are written beside those of the report.
    pub further: Vec<Written>,
    /// What a precision that was asked for came to.
    pub precision: Option<PrecisionRecord>,
}

/// What a run was asked to do beyond what its files say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// `run` or `compare`.
    pub command: String,
    pub seed: Option<u64>,
    pub replications: Option<u32>,
    pub warm_up_milliseconds: Option<u64>,
    pub length_milliseconds: Option<u64>,
    /// Of a comparison: the changes of its alternative one at a time.
    pub decompose: bool,
    /// Of a comparison: in how many replications its patients are followed.
    pub patients: Option<u32>,
    /// Of a run: the replication whose events are written.
    pub log: Option<u32>,
    /// As asked for, with the most replications allowed: `replications` are then those that it took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precision: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_replications: Option<u32>,
    /// Of one long run: into how many its time was cut; they stand for replications in every table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batches: Option<u32>,
}

/// What identifies a file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Within the folder of the run, with `/`.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Written {
    pub fn of(file: &OutputFile) -> Self {
        Self {
            path: file.path.clone(),
            bytes: file.bytes.len() as u64,
            sha256: sha256(&file.bytes),
        }
    }
}

#[derive(Debug, Serialize)]
struct RunRecord<'a> {
    program: &'static str,
    version: &'a str,
    command: &'a str,
    recipe: Option<&'a Recipe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<&'a PrecisionRecord>,
    scenarios: Vec<ScenarioRecord<'a>>,
    outputs: Vec<Written>,
    /// Texts of the input files that the program does not carry, by SHA-256.
    texts: BTreeMap<&'a str, &'a str>,
}

#[derive(Debug, Serialize)]
struct ScenarioRecord<'a> {
    name: &'a str,
    title: &'a str,
    /// `run`, `baseline`, `alternative`, or of a decomposition `start`, `added` or `alone`.
    role: &'static str,
    change: Option<&'a str>,
    seed: u64,
    start: String,
    warm_up_days: f64,
    length_days: f64,
    replications_planned: u32,
    replications: &'a [u32],
    stopped_early: bool,
    checks: Value,
    /// Left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines_that_only_grew: Vec<Value>,
    files: Vec<FileRecord<'a>>,
    changes: Vec<&'a str>,
    /// Left out of the parts of a decomposition, which have nothing that the alternative has not.
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

/// As [`run_json`], of scenarios each of which was run for itself.
pub fn run_json_of(results: &[Results], provenance: &Provenance, outputs: &[OutputFile]) -> String {
    let scenarios = results
        .iter()
        .map(|results| scenario(results, "run", &Part::Whole));
    record(
        scenarios.collect(),
        results.iter().collect(),
        provenance,
        outputs,
    )
}

/// The record of a run as JSON; `outputs` are all files written but this one, `timing.json` and those that `provenance` names.
pub fn run_json(outcome: Outcome<'_>, provenance: &Provenance, outputs: &[OutputFile]) -> String {
    let (scenarios, results) = match outcome {
        Outcome::Run(results) => (vec![scenario(results, "run", &Part::Whole)], vec![results]),
        Outcome::Comparison(comparison) => {
            let alternatives = comparison.alternatives.iter();
            let results = alternatives.map(|alternative| &alternative.results);
            let all = std::iter::once(&comparison.baseline).chain(results);
            (scenarios(comparison), all.collect())
        }
    };
    record(scenarios, results, provenance, outputs)
}

fn record(
    scenarios: Vec<ScenarioRecord<'_>>,
    results: Vec<&Results>,
    provenance: &Provenance,
    outputs: &[OutputFile],
) -> String {
    let written = outputs.iter().map(Written::of);
    let mut texts = BTreeMap::new();
    for file in results.iter().flat_map(|results| &results.model.files) {
        let is_carried = provenance
            .carried
            .contains(&(file.path.clone(), file.sha256.clone()));
        if !is_carried {
            texts.insert(&*file.sha256, &*file.text);
        }
    }
    to_json(&RunRecord {
        program: "uecsim",
        version: &provenance.version,
        command: &provenance.command,
        recipe: provenance.recipe.as_ref(),
        precision: provenance.precision.as_ref(),
        scenarios,
        outputs: written.chain(provenance.further.iter().cloned()).collect(),
        texts,
    })
}

fn scenarios(comparison: &Comparison) -> Vec<ScenarioRecord<'_>> {
    let alternatives = comparison.alternatives.iter().map(|alternative| {
        let role = match &alternative.part {
            Part::Whole => "alternative",
            part => part.key(),
        };
        scenario(&alternative.results, role, &alternative.part)
    });
    std::iter::once(scenario(&comparison.baseline, "baseline", &Part::Whole))
        .chain(alternatives)
        .collect()
}

fn scenario<'a>(results: &'a Results, role: &'static str, part: &'a Part) -> ScenarioRecord<'a> {
    const MINUTES_PER_DAY: f64 = 1440.0;
    let model: &Model = &results.model;
    let inputs = if *part != Part::Whole {
        &[][..]
    } else {
        &model.inputs
    };
    ScenarioRecord {
        name: &model.name,
        title: &model.title,
        role,
        change: part.change(),
        seed: model.run.seed,
        start: date_iso(model.run.start),
        warm_up_days: model.run.warm_up.minutes() / MINUTES_PER_DAY,
        length_days: model.run.length.minutes() / MINUTES_PER_DAY,
        replications_planned: model.run.replications,
        replications: &results.replications,
        stopped_early: results.partial,
        checks: checks(&soundness(results)),
        lines_that_only_grew: overload::record(results),
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

/// What was checked while the run was under way. A breach ends a replication, so that those that finished had none; the
/// errors of Little's law are worked out again here from both of its sides.
fn checks(found: &Soundness) -> Value {
    let error = |share: f64| match share {
        0.0 => json!("exact"),
        share => json!({ "relative": share }),
    };
    let lines = found.lines.iter().map(|line| {
        json!({
            "line": line.name,
            "hours_waited": line.waited_hours,
            "error": error(line.worst_relative_error),
        })
    });
    let imbalance = found.arrived.abs_diff(found.left + found.inside);
    json!({
        "times_checked": found.n_checks,
        "patients": {
            "arrived": found.arrived,
            "left": found.left,
            "inside": found.inside,
            "error": error(imbalance as f64 / found.arrived.max(1) as f64),
        },
        "littles_law": lines.collect::<Vec<_>>(),
    })
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
