//! What a folder says of itself: `run.json` read back, and whether its inputs are still what they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::differences::{Difference, Kind, first_line};
use crate::cli::sources::embedded_text;
use crate::report::run_json::{Recipe, Written, sha256};
use crate::scenario::source::MemorySource;

/// The parts of `run.json` that verifying needs; the others are compared as text.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub command: String,
    recipe: Option<Recipe>,
    pub scenarios: Vec<ScenarioRecord>,
    pub outputs: Vec<Written>,
    #[serde(default)]
    texts: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
pub struct ScenarioRecord {
    pub name: String,
    pub role: String,
    replications_planned: usize,
    replications: Vec<u32>,
    stopped_early: bool,
    /// The first is the scenario itself.
    files: Vec<FileRecord>,
}

#[derive(Debug, Deserialize)]
struct FileRecord {
    path: String,
    sha256: String,
}

impl Record {
    /// The record of a folder and its text.
    ///
    /// Errors: why the folder cannot be verified, in words.
    pub fn read(folder: &Path) -> Result<(Self, String), String> {
        let path = folder.join("run.json");
        let text = fs::read_to_string(&path)
            .map_err(|fault| format!("{} cannot be read: {fault}", path.display()))?;
        let read: Result<Self, _> = serde_json::from_str(&text);
        let version = version_of(&text);
        let own = env!("CARGO_PKG_VERSION");
        if let Some(version) = version.filter(|version| version != own) {
            return Err(format!(
                "it was written by version {version} of the program, and this is version {own}: results are promised to be the \
                 same within a version only"
            ));
        }
        let record = read.map_err(|fault| {
            format!(
                "{} is not a record of a run (line {}: {fault})",
                path.display(),
                fault.line()
            )
        })?;
        record.refusal().map_or(Ok((record, text)), Err)
    }

    fn refusal(&self) -> Option<String> {
        let Some(recipe) = &self.recipe else {
            return Some(format!(
                "its record does not say how to repeat it; it came of: {}",
                self.command
            ));
        };
        let n_scenarios = self.scenarios.len();
        let is_whole = match recipe.command.as_str() {
            "run" => n_scenarios == 1,
            "compare" => n_scenarios > 1,
            other => return Some(format!("nothing is known of the command \"{other}\"")),
        };
        if !is_whole {
            return Some(format!(
                "its record lists {n_scenarios} scenarios, which is not what {} runs",
                recipe.command
            ));
        }
        for scenario in &self.scenarios {
            let n_done = scenario.replications.len();
            if scenario.stopped_early || n_done < scenario.replications_planned {
                return Some(format!(
                    "only {n_done} of {} replications of {} finished",
                    scenario.replications_planned, scenario.name
                ));
            }
            if scenario.files.is_empty() {
                return Some(format!("no input file of {} is recorded", scenario.name));
            }
        }
        self.missing_text()
    }

    /// Says of the first input whose text is neither in the record nor in the program.
    fn missing_text(&self) -> Option<String> {
        let missing = self.files().find(|file| self.text(file).is_none())?;
        Some(match embedded_text(&missing.path) {
            Some(_) => format!(
                "this build of the program carries another {} than the run used",
                missing.path
            ),
            None => format!("the text of {} is not in its record", missing.path),
        })
    }

    fn files(&self) -> impl Iterator<Item = &FileRecord> {
        self.scenarios.iter().flat_map(|scenario| &scenario.files)
    }

    fn text(&self, file: &FileRecord) -> Option<&str> {
        let kept = self.texts.get(&file.sha256).map(String::as_str);
        kept.or_else(|| {
            let carried = embedded_text(&file.path)?;
            (sha256(carried.as_bytes()) == file.sha256).then_some(carried)
        })
    }

    /// What was asked for beyond what the files say.
    pub fn recipe(&self) -> Recipe {
        self.recipe.clone().unwrap_or_default()
    }

    /// The path of a scenario and its files as they were read.
    pub fn source(&self, scenario: &ScenarioRecord) -> (String, MemorySource) {
        let texts = scenario
            .files
            .iter()
            .filter_map(|file| Some((&*file.path, self.text(file)?)));
        let path = scenario.files.first().map(|file| file.path.clone());
        (path.unwrap_or_default(), MemorySource::new(texts))
    }

    /// Inputs whose text in the record is not what was run.
    pub fn changed_inputs(&self) -> Vec<Difference> {
        let mut changed: Vec<Difference> = Vec::new();
        for file in self.files() {
            let is_same = self
                .texts
                .get(&file.sha256)
                .is_none_or(|text| sha256(text.as_bytes()) == file.sha256);
            let is_told = changed.iter().any(|told| told.path == file.path);
            if !is_same && !is_told {
                changed.push(Difference::of_file(&file.path, Kind::Input));
            }
        }
        changed
    }

    /// Inputs on the disk that are no longer what was run: no fault of the folder, but worth knowing.
    pub fn changed_on_disk(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for file in self.files() {
            let now = fs::read_to_string(&file.path);
            let (Ok(now), Some(then)) = (now, self.text(file)) else {
                continue;
            };
            if let Some(first) = first_line(then, &now) {
                let note = format!(
                    "{}:{} has changed since the run, which is verified with the text it used",
                    file.path, first.line
                );
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        notes
    }
}

/// The version alone, of a record that may be of another shape.
fn version_of(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("version")?.as_str().map(str::to_owned)
}
