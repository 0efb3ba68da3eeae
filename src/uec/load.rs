//! From a scenario's path to a model that is ready to run, or everything that is wrong with it.

use sha2::{Digest, Sha256};

use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::files::Files;
use crate::scenario::layers::{self, Changes, Layered};
use crate::scenario::origins::{self, Input};
use crate::scenario::source::Source;
use crate::scenario::workspace::Workspace;

use super::check::capacity::{self, PoolLoad};
use super::check::reach;
use super::compile::{self, Compiled};
use super::forms::{self, ScenarioForm, reading::Reading};
use super::model::{ChangeNote, InputFile, InputValue, Model, Origin};

/// A scenario that can run.
#[derive(Debug)]
pub struct Loaded {
    pub model: Model,
    /// What should be looked at; none of it keeps the scenario from running.
    pub warnings: Diagnostics,
    pub files: Files,
    /// Estimated load of every pool, in the order of the pools.
    pub loads: Vec<PoolLoad>,
}

/// A scenario that cannot run.
#[derive(Debug)]
pub struct Refused {
    pub faults: Diagnostics,
    pub files: Files,
}

impl Loaded {
    /// The printed form of every warning.
    pub fn render(&self) -> String {
        self.warnings.render(&self.files)
    }
}

impl Refused {
    /// The printed form of every fault.
    pub fn render(&self) -> String {
        self.faults.render(&self.files)
    }
}

/// Reads, checks and compiles a scenario with the changes it names.
///
/// Errors: every fault found in any of its files.
pub fn load(path: &str, source: &dyn Source) -> Result<Loaded, Box<Refused>> {
    load_with_changes(path, source, &Changes::AsWritten)
}

/// As [`load`], with these changes instead of those the scenario names.
///
/// Errors: as [`load`].
pub fn load_with_changes(
    path: &str,
    source: &dyn Source,
    changes: &Changes,
) -> Result<Loaded, Box<Refused>> {
    let workspace = Workspace::new(source);
    let built = build(&workspace, path, changes);
    let files = workspace.files().clone();
    let diagnostics = workspace.diagnostics;
    match built {
        Some((model, loads)) if !diagnostics.has_errors() => Ok(Loaded {
            model,
            warnings: diagnostics,
            files,
            loads,
        }),
        _ => Err(Box::new(Refused {
            faults: diagnostics,
            files,
        })),
    }
}

fn build(workspace: &Workspace, path: &str, changes: &Changes) -> Option<(Model, Vec<PoolLoad>)> {
    let layered = layers::load(workspace, path, changes)?;
    let reading = Reading::new(workspace);
    let form = forms::read(&layered.tree, &reading);
    let compiled = compile::compile(&form, &workspace.diagnostics)?;
    reach::check(&form, &compiled, &workspace.diagnostics);
    if workspace.diagnostics.has_errors() {
        return None;
    }
    debug_assert_eq!(compiled.program.faults(), Vec::<String>::new());
    let loads = capacity::check(&compiled, &workspace.diagnostics);
    let model = model(workspace, layered, form, compiled);
    Some((model, loads))
}

fn model(workspace: &Workspace, layered: Layered, form: ScenarioForm, compiled: Compiled) -> Model {
    let files = workspace.files();
    let inputs = origins::inputs(&layered.tree, &files);
    let changes = layered.changes.into_iter().map(|change| ChangeNote {
        name: change.name,
        title: change.title,
        evidence: change.evidence,
    });
    Model {
        title: form.title.unwrap_or_else(|| layered.name.clone()),
        name: layered.name,
        description: form.description,
        run: form.run,
        program: compiled.program,
        names: compiled.names,
        measures: compiled.measures,
        charts: compiled.charts,
        inputs: inputs.into_iter().map(input).collect(),
        changes: changes.collect(),
        limits: layered.limits,
        files: files
            .iter()
            .map(|file| InputFile {
                path: file.path.clone(),
                sha256: hexadecimal(&Sha256::digest(file.text.as_bytes())),
            })
            .collect(),
    }
}

fn input(input: Input) -> InputValue {
    let said = input.said.as_deref();
    let is_calibrated = said.is_some_and(|said| said.nature.as_deref() == Some("calibrated"));
    let source = said.and_then(|said| said.source.clone());
    let assumed = said.and_then(|said| said.assumed.clone());
    let origin = match (source, assumed) {
        (Some(text), _) | (None, Some(text)) if is_calibrated => Origin::Calibrated(text),
        (Some(text), _) => Origin::Source(text),
        (None, Some(text)) => Origin::Assumed(text),
        (None, None) => Origin::Unsaid,
    };
    InputValue {
        path: input.path,
        value: input.written,
        origin,
        file: input.file,
        line: input.line,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
