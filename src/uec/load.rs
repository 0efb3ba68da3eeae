//! From a scenario's path to a model that is ready to run, or everything that is wrong with it.

use std::cell::RefCell;

use sha2::{Digest, Sha256};

use crate::engine::program::AttributeId;
use crate::engine::time::SimSpan;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::Files;
use crate::scenario::layers::{self, Change, Changes, Layered};
use crate::scenario::origins::{self, Input};
use crate::scenario::source::Source;
use crate::scenario::workspace::Workspace;

use super::check::capacity::{self, PoolLoad};
use super::check::load_by_hour::{HourlyLoad, hourly_loads};
use super::check::{places, reach};
use super::codes;
use super::compile::{self, Compiled};
use super::federation::{self, EachArea, InTurn};
use super::forms::needs::PeopleForm;
use super::forms::run::LONGEST_RUN;
use super::forms::{self, ScenarioForm, reading::Reading};
use super::model::{
    ChangeNote, InputFile, InputValue, Model, MonthlyAccounts, Names, Origin, Residents, Rollout,
    RunPlan,
};
use super::outline::{Outline, outline};
use super::rollout;

/// A scenario that can run.
#[derive(Debug)]
pub struct Loaded {
    pub model: Model,
    /// What should be looked at; none of it keeps the scenario from running.
    pub warnings: Diagnostics,
    pub files: Files,
    /// Estimated load of every pool, in the order of the pools.
    pub loads: Vec<PoolLoad>,
    /// The same by hour of the week, before any roll-out; empty unless asked for, and where areas have their own.
    pub hourly_loads: Vec<HourlyLoad>,
    /// Who lives in the area; none if the scenario has no `[people]`.
    pub residents: Option<f64>,
    /// Its services, where they run and whom they send patients to.
    pub outline: Outline,
}

/// A scenario that cannot run.
#[derive(Debug)]
pub struct Refused {
    pub faults: Diagnostics,
    pub files: Files,
}

/// What of a scenario's `[run]` is taken from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    pub seed: Option<u64>,
    pub replications: Option<u32>,
    pub warm_up_milliseconds: Option<u64>,
    pub length_milliseconds: Option<u64>,
}

impl Overrides {
    /// Errors (reported): a run of no length, or one that is too long.
    fn lay_over(&self, plan: &mut RunPlan, faults: &Diagnostics) {
        plan.seed = self.seed.unwrap_or(plan.seed);
        plan.replications = self.replications.unwrap_or(plan.replications);
        plan.warm_up = self.warm_up_milliseconds.map_or(plan.warm_up, SimSpan);
        plan.length = self.length_milliseconds.map_or(plan.length, SimSpan);
        plan.settle();
        if (self.length_milliseconds, self.warm_up_milliseconds) == (None, None) {
            return;
        }
        let whole = plan.length.0.saturating_add(plan.warm_up.0);
        let message = match (plan.length.0, whole > LONGEST_RUN.0) {
            (0, _) => "the run has no length",
            (_, true) => "warm-up and length together are at most 30 years",
            _ => return,
        };
        let fault = Diagnostic::placeless(codes::RANGE, message);
        faults.report(fault.try_this("--length \"28 days\""));
    }
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
    load_with(path, source, &Changes::AsWritten, &Overrides::default())
}

/// As [`load`], with these changes instead of those the scenario names, and with another plan.
///
/// Errors: as [`load`].
pub fn load_with(
    path: &str,
    source: &dyn Source,
    changes: &Changes,
    overrides: &Overrides,
) -> Result<Loaded, Box<Refused>> {
    load_each(path, source, (changes, overrides), &InTurn)
}

/// As [`load_with`]; of a system of areas these are gone through as `each` does.
///
/// Errors: as [`load`].
pub fn load_each(
    path: &str,
    source: &dyn Source,
    how: (&Changes, &Overrides),
    each: &impl EachArea,
) -> Result<Loaded, Box<Refused>> {
    load_for(path, source, how, false, each)
}

/// As [`load_each`], with the scenario's own changes, and with the load of every pool by hour of the week.
///
/// Errors: as [`load`].
pub fn load_by_hour(
    path: &str,
    source: &dyn Source,
    overrides: &Overrides,
    each: &impl EachArea,
) -> Result<Loaded, Box<Refused>> {
    load_for(path, source, (&Changes::AsWritten, overrides), true, each)
}

fn load_for(
    path: &str,
    source: &dyn Source,
    (changes, overrides): (&Changes, &Overrides),
    by_hour: bool,
    each: &impl EachArea,
) -> Result<Loaded, Box<Refused>> {
    let workspace = Workspace::new(source);
    let built = build(&workspace, path, (changes, overrides), by_hour, each);
    let files = workspace.files().clone();
    let diagnostics = workspace.diagnostics;
    match built {
        Some(built) if !diagnostics.has_errors() => Ok(Loaded {
            model: built.model,
            warnings: diagnostics,
            files,
            loads: built.loads,
            hourly_loads: built.hourly_loads,
            residents: built.residents,
            outline: built.outline,
        }),
        _ => Err(Box::new(Refused {
            faults: diagnostics,
            files,
        })),
    }
}

/// As in [`Loaded`].
struct Built {
    model: Model,
    loads: Vec<PoolLoad>,
    hourly_loads: Vec<HourlyLoad>,
    residents: Option<f64>,
    outline: Outline,
}

fn build(
    workspace: &Workspace,
    path: &str,
    (changes, overrides): (&Changes, &Overrides),
    by_hour: bool,
    each: &impl EachArea,
) -> Option<Built> {
    let layered = layers::load(workspace, path, changes)?;
    if layered.tree.get("areas").is_some() {
        return build_areas(workspace, layered, overrides, by_hour, each);
    }
    let reading = Reading::new(workspace);
    let mut form = forms::read(&layered.tree, &reading);
    overrides.lay_over(&mut form.run, &workspace.diagnostics);
    rollout::check(&form, &workspace.diagnostics);
    let compiled = compile::compile(&form, &workspace.diagnostics)?;
    reach::check(&form, &compiled, &workspace.diagnostics);
    places::check(&form, &compiled, &workspace.diagnostics);
    if workspace.diagnostics.has_errors() {
        return None;
    }
    let loads = capacity::check(&compiled, &workspace.diagnostics);
    let hourly_loads = match by_hour {
        true => hourly_loads(&compiled),
        false => Vec::new(),
    };
    let residents = form.people.as_ref().map(PeopleForm::total);
    let outline = outline(&form);
    let (compiled, rollouts) = match form.rollouts.is_empty() {
        true => (compiled, Vec::new()),
        false => rolled_out(workspace, path, (changes, overrides), &form, compiled)?,
    };
    debug_assert_eq!(compiled.program.faults(), Vec::<String>::new());
    let mut model = model(workspace, layered, form, compiled);
    model.rollouts = rollouts;
    Some(Built {
        model,
        loads,
        hourly_loads,
        residents,
        outline,
    })
}

/// A system of areas: the model of the first, with the program of each and what they have together.
fn build_areas(
    workspace: &Workspace,
    layered: Layered,
    overrides: &Overrides,
    by_hour: bool,
    each: &impl EachArea,
) -> Option<Built> {
    let finish =
        |form: &mut ScenarioForm, faults: &Diagnostics| overrides.lay_over(&mut form.run, faults);
    let joined = federation::compile(workspace, &layered.tree, finish, by_hour, each)?;
    let outline = outline(&joined.form);
    let mut model = model(workspace, layered, joined.form, joined.compiled);
    model.areas = joined.areas;
    model.residents = joined.residents_by;
    Some(Built {
        model,
        loads: joined.loads,
        hourly_loads: Vec::new(),
        residents: joined.residents,
        outline,
    })
}

/// The system with every version that its roll-outs bring beside it.
fn rolled_out(
    workspace: &Workspace,
    path: &str,
    (changes, overrides): (&Changes, &Overrides),
    form: &ScenarioForm,
    base: Compiled,
) -> Option<(Compiled, Vec<Rollout>)> {
    let people = form.people.as_ref();
    let residents = people.map_or_else(Vec::new, |people| residents(people, &base.names));
    let setting = rollout::Setting {
        form,
        residents: &residents,
        faults: &workspace.diagnostics,
    };
    let notes: RefCell<Vec<ChangeNote>> = RefCell::default();
    let rolled = rollout::roll_out(base, &setting, |more, slots| {
        let changes = match changes {
            Changes::AsWritten => Changes::Also(more.to_vec()),
            Changes::Only(names) => Changes::Only([names, more].concat()),
            Changes::Also(names) => Changes::Also([names, more].concat()),
        };
        let layered = layers::load(workspace, path, &changes)?;
        notes.borrow_mut().extend(layered.changes.iter().map(note));
        let mut form = forms::read(&layered.tree, &Reading::new(workspace));
        overrides.lay_over(&mut form.run, &workspace.diagnostics);
        let compiled = compile::compile_beside(&form, &workspace.diagnostics, slots)?;
        reach::check(&form, &compiled, &workspace.diagnostics);
        (!workspace.diagnostics.has_errors()).then_some(compiled)
    });
    let (compiled, mut rollouts) = rolled?;
    let notes = notes.into_inner();
    for change in rollouts.iter_mut().flat_map(|rollout| &mut rollout.changes) {
        if let Some(known) = notes.iter().find(|known| known.name == change.name) {
            change.clone_from(known);
        }
    }
    Some((compiled, rollouts))
}

fn note(change: &Change) -> ChangeNote {
    ChangeNote {
        name: change.name.clone(),
        title: change.title.clone(),
        evidence: change.evidence.clone(),
    }
}

fn model(workspace: &Workspace, layered: Layered, form: ScenarioForm, compiled: Compiled) -> Model {
    let files = workspace.files();
    let inputs = origins::inputs(&layered.tree, &files);
    let changes = layered.changes.iter().map(note);
    let history = form.history;
    let residents = form
        .people
        .as_ref()
        .map(|people| residents(people, &compiled.names));
    Model {
        residents: residents.unwrap_or_default(),
        title: form.title.unwrap_or_else(|| layered.name.clone()),
        name: layered.name,
        description: form.description,
        run: form.run,
        program: compiled.program,
        names: compiled.names,
        measures: compiled.measures,
        equity: compiled.equity,
        elsewhere: compiled.elsewhere,
        charts: compiled.charts,
        inputs: inputs.into_iter().map(input).collect(),
        changes: changes.collect(),
        rollouts: Vec::new(),
        areas: Vec::new(),
        history,
        accounts: MonthlyAccounts::default(),
        limits: layered.limits,
        files: files
            .iter()
            .map(|file| InputFile {
                path: file.path.clone(),
                sha256: hexadecimal(&Sha256::digest(file.text.as_bytes())),
                text: file.text.clone(),
            })
            .collect(),
    }
}

/// Residents by zone, by age and by deprivation, as far as the scenario knows these attributes.
pub(super) fn residents(people: &PeopleForm, names: &Names) -> Vec<Residents> {
    let mut all = Vec::new();
    for (index, attribute) in names.attributes.iter().enumerate() {
        let level = |name: &str| attribute.levels.iter().position(|level| level.id == name);
        let mut by_level = vec![0.0; attribute.levels.len()];
        let mut add = |name: &str, residents: f64| {
            if let Some(level) = level(name) {
                by_level[level] += residents;
            }
        };
        for cell in &people.cells {
            let of_cell: f64 = cell.residents.iter().sum();
            match (attribute.id.as_str(), &cell.deprivation) {
                ("zone", _) => add(&people.zones[cell.zone].name.value, of_cell),
                ("deprivation", Some(deprivation)) => add(&deprivation.value, of_cell),
                ("age", _) => {
                    let ages = people.ages.iter().zip(&cell.residents);
                    ages.for_each(|(age, residents)| add(&age.value, *residents));
                }
                _ => {}
            }
        }
        if by_level.iter().any(|residents| *residents > 0.0) {
            all.push(Residents {
                attribute: AttributeId(index as u8),
                by_level,
            });
        }
    }
    all
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
