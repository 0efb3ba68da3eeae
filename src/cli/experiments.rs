//! Experiment files as commands use them: read, and turned point by point into models.
//!
//! Texts are read once and kept, so that every point is laid over the same scenario whatever happens to its files meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use super::loading;
use super::options::{Common, Exit};
use super::overlay::{self, load_over};
use super::sources::DiskOverEmbedded;
use crate::experiment::design::codes::{NOT_MEASURED, POINT};
use crate::experiment::design::{Experiment, Goal, Parameter, change_text, place_of_line, read};
use crate::experiment::results::ValueKey;
use crate::report::format::statistic_key;
use crate::scenario::codes::NO_SUCH_FILE;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Severity, render};
use crate::scenario::files::Files;
use crate::scenario::source::{self, ReadFault, SHIPPED, Source};
use crate::scenario::tree::{self, Node};
use crate::scenario::workspace::Workspace;
use crate::uec::load::{Loaded, Overrides, load_with};
use crate::uec::model::Model;

/// An experiment that is ready to be turned into models.
pub struct Setup {
    pub experiment: Experiment,
    /// The experiment file and its table of rows.
    pub files: Files,
    /// Scenarios in the order of the experiment.
    scenarios: Vec<Below>,
    overrides: Overrides,
}

struct Below {
    path: String,
    source: Remembered,
}

/// Points that are checked before anything is run: all of a design with so few, else the base and the ends of every parameter.
const FEW_POINTS: u32 = 40;

/// Points with faults of which all is shown.
const MOST_SHOWN: usize = 3;

impl Setup {
    /// Reads an experiment; flags win over what it says of `[run]`.
    ///
    /// Errors: all its faults, shown.
    pub fn load(path: &str, common: &Common) -> Result<Self, Exit> {
        let path = find(path);
        let source = DiskOverEmbedded::for_file(&path);
        let workspace = Workspace::new(&source);
        let experiment = read::read(&workspace, &path);
        let scenarios = experiment.as_ref().map_or_else(Vec::new, |experiment| {
            let named = experiment.scenarios.iter();
            named
                .filter_map(|(written, span)| {
                    let below = Below::find(&path, written);
                    if below.is_none() {
                        let message = format!("there is no scenario \"{written}\"");
                        let fault = Diagnostic::error(NO_SUCH_FILE, *span, message);
                        let note =
                            "a name means a shipped scenario, a path is looked up beside this file";
                        workspace.diagnostics.report(fault.note(note));
                    }
                    below
                })
                .collect()
        });
        let shown = workspace.render();
        if !shown.is_empty() {
            eprintln!("{}", shown.trim_end());
        }
        if workspace.diagnostics.has_errors() {
            return Err(Exit::Input);
        }
        let experiment = experiment.ok_or(Exit::Input)?;
        let flags = loading::overrides(common);
        let own = experiment.run;
        let overrides = Overrides {
            seed: flags.seed.or(own.seed),
            replications: flags.replications.or(own.replications),
            warm_up_milliseconds: flags.warm_up_milliseconds.or(own.warm_up_milliseconds),
            length_milliseconds: flags.length_milliseconds.or(own.length_milliseconds),
        };
        let files = workspace.files().clone();
        Ok(Self {
            experiment,
            files,
            scenarios,
            overrides,
        })
    }

    /// A scenario by itself, as an experiment in which nothing is varied.
    ///
    /// Errors: all its faults, shown.
    pub fn of_scenario(written: &str, common: &Common) -> Result<Self, Exit> {
        let path = loading::find(written);
        let source = Remembered::for_file(&path);
        let experiment = Experiment {
            name: source::stem(&path).to_owned(),
            title: source::stem(&path).to_owned(),
            scenarios: vec![(written.to_owned(), Default::default())],
            run: Overrides::default(),
            parameters: Vec::new(),
            design: None,
            goal: None,
            measures: Vec::new(),
            by_site: false,
            by_cohort: false,
        };
        // Faults of what is varied have no place of their own: they are shown at the head of the scenario.
        let mut files = Files::default();
        files.add(&path, source.read(&path).unwrap_or_default());
        let setup = Self {
            experiment,
            files,
            scenarios: vec![Below { path, source }],
            overrides: loading::overrides(common),
        };
        setup.build_as_written(0).map_err(|faults| {
            eprintln!("{faults}");
            Exit::Input
        })?;
        Ok(setup)
    }

    pub fn n_scenarios(&self) -> usize {
        self.scenarios.len()
    }

    /// Name of a scenario: the stem of its file.
    pub fn scenario(&self, scenario: usize) -> &str {
        source::stem(&self.scenarios[scenario].path)
    }

    /// The scenario as it stands.
    ///
    /// Errors: all its faults, printed.
    pub fn build_as_written(&self, scenario: usize) -> Result<Loaded, String> {
        let Below { path, source } = &self.scenarios[scenario];
        let loaded = load_with(path, source, &Default::default(), &self.overrides);
        loaded.map_err(|refused| refused.render().trim_end().to_owned())
    }

    /// The scenario with the values of a point, in the order of the parameters; `at` names the point.
    ///
    /// Errors: all faults, printed; those of the values at their place in the experiment file.
    pub fn build(&self, scenario: usize, values: &[f64], at: &str) -> Result<Loaded, String> {
        let Below { path, source } = &self.scenarios[scenario];
        let parameters = &self.experiment.parameters;
        let change = change_text(parameters, values, at);
        let loaded = load_over(path, source, &change, &self.overrides);
        let without_groups = |mut loaded: Loaded| {
            // Of a point only its measures are looked at.
            loaded.model.equity.clear();
            loaded
        };
        loaded.map(without_groups).map_err(|refused| {
            let known = |fault: &Diagnostic| fault.severity == Severity::Error;
            let faults = refused.faults.sorted().into_iter().filter(known);
            let shown: Vec<String> = faults
                .map(|fault| self.render(fault, &refused.files))
                .collect();
            let name = self.scenario(scenario);
            let values = point_words(parameters, values);
            let message = format!("{name} cannot run at {at} ({values})");
            let head = render(&Diagnostic::placeless(POINT, message), &self.files);
            let all: Vec<String> = std::iter::once(head).chain(shown).collect();
            all.join("\n").trim_end().to_owned()
        })
    }

    /// A fault as printed; one in the text of the change at the path that it is about.
    fn render(&self, mut fault: Diagnostic, files: &Files) -> String {
        let own = fault.span.and_then(|span| {
            let file = files.get(span.file);
            let is_own = file.path.rsplit('/').next() == Some(overlay::NAME);
            let line = is_own.then(|| file.position(span.start).line)?;
            place_of_line(&self.experiment.parameters, line)
        });
        match own {
            Some(span) => {
                fault.span = Some(span);
                // An experiment moves what is there; it adds nothing.
                fault.lines.retain(|line| !line.contains("under [add]"));
                render(&fault, &self.files)
            }
            None => render(&fault, files),
        }
    }

    /// Compiles scenarios at points where faults are most likely, or at all if they are few.
    ///
    /// Errors: all faults of the first points that have any, shown.
    pub fn check_points(&self) -> Result<(), Exit> {
        let points = self.points_to_check();
        let mut n_faulty = 0;
        for scenario in 0..self.n_scenarios() {
            for (at, values) in &points {
                let Err(faults) = self.build(scenario, values, at) else {
                    continue;
                };
                n_faulty += 1;
                if n_faulty <= MOST_SHOWN {
                    eprintln!("{faults}\n");
                }
            }
        }
        if n_faulty > MOST_SHOWN {
            let more = n_faulty - MOST_SHOWN;
            eprintln!("note: {more} more of the points that were checked cannot run");
        }
        match n_faulty {
            0 => Ok(()),
            _ => Err(Exit::Input),
        }
    }

    /// Every scenario at a point, to see what its runs give.
    ///
    /// Errors: all faults of those that cannot run, shown.
    pub fn reference_models(&self) -> Result<Vec<Model>, Exit> {
        let points = self.points_to_check();
        let (at, values) = points.first().ok_or(Exit::Input)?;
        let models = (0..self.n_scenarios()).map(|scenario| {
            let loaded = self.build(scenario, values, at);
            loaded.map(|loaded| loaded.model).map_err(|faults| {
                eprintln!("{faults}");
                Exit::Input
            })
        });
        models.collect()
    }

    /// Positions of the numbers that the experiment asks for among all of each scenario.
    ///
    /// Errors: a measure or a goal that a scenario does not give, shown.
    pub fn kept(&self, models: &[Model], keys: &[Vec<ValueKey>]) -> Result<Vec<Vec<usize>>, Exit> {
        let experiment = &self.experiment;
        let faults = Diagnostics::default();
        for (name, span) in &experiment.measures {
            let of_all = models.iter().flat_map(|model| &model.measures);
            let known: Vec<&str> = of_all.map(|measure| measure.id.as_str()).collect();
            if !known.contains(&name.as_str()) {
                let message = format!("no scenario has a measure \"{name}\"");
                let fault = Diagnostic::error(NOT_MEASURED, *span, message);
                faults.report(fault.suggest(name, known));
            }
        }
        for (model, keys) in models.iter().zip(keys) {
            self.check_goal(model, keys, &faults);
        }
        if faults.has_errors() {
            eprintln!("{}", faults.render(&self.files).trim_end());
            return Err(Exit::Input);
        }
        let is_wanted = |model: &Model, key: &ValueKey| {
            let id = &model.measures[key.measure].id;
            let is_named = experiment.measures.iter().any(|(name, _)| name == id);
            let is_goal = experiment
                .goal
                .as_ref()
                .is_some_and(|goal| is_of(goal, model, key));
            is_goal
                || (experiment.measures.is_empty() || is_named)
                    && (experiment.by_site || key.site == "all")
                    && (experiment.by_cohort || key.cohort == "all")
        };
        let kept = models.iter().zip(keys).map(|(model, keys)| {
            let wanted = keys.iter().enumerate();
            let wanted = wanted.filter(|(_, key)| is_wanted(model, key));
            wanted.map(|(at, _)| at).collect()
        });
        Ok(kept.collect())
    }

    fn check_goal(&self, model: &Model, keys: &[ValueKey], faults: &Diagnostics) {
        let Some(goal) = &self.experiment.goal else {
            return;
        };
        if keys.iter().any(|key| is_of(goal, model, key)) {
            return;
        }
        let name = &model.name;
        let of_measure = keys
            .iter()
            .filter(|key| model.measures[key.measure].id == goal.measure);
        let statistics: BTreeSet<String> =
            of_measure.map(|key| statistic_key(key.statistic)).collect();
        let fault = |message: String| Diagnostic::error(NOT_MEASURED, goal.span, message);
        faults.report(match statistics.contains(&goal.statistic) {
            true => {
                let (site, cohort) = (&goal.site, &goal.cohort);
                let message = format!(
                    "{name} does not give {} for site \"{site}\" and cohort \"{cohort}\"",
                    goal.measure
                );
                fault(message).note("sites and cohorts are not crossed: one of the two is \"all\"")
            }
            false if statistics.is_empty() => {
                let known = model.measures.iter().map(|measure| &measure.id);
                fault(format!("{name} has no measure \"{}\"", goal.measure))
                    .suggest(&goal.measure, known)
            }
            false => {
                let message = format!("{name} gives no \"{}\" of {}", goal.statistic, goal.measure);
                fault(message).suggest(&goal.statistic, statistics)
            }
        });
    }

    /// What would be run, for a reader.
    pub fn words(&self) -> String {
        let mut lines = vec![self.experiment.title.clone()];
        if let Some(design) = &self.experiment.design {
            let (kind, n_points) = (design.kind(), design.n_points());
            let scenarios: Vec<&str> = (0..self.n_scenarios())
                .map(|scenario| self.scenario(scenario))
                .collect();
            lines.push(format!(
                "  {kind}: {n_points} points of {}",
                scenarios.join(", ")
            ));
        }
        for parameter in &self.experiment.parameters {
            let (low, high) = (parameter.low(), parameter.high());
            let paths = parameter.moved.iter().map(|moved| moved.path.as_str());
            lines.push(format!(
                "  {}: {} to {} {}, {} {}",
                parameter.title,
                parameter.shown(low),
                parameter.shown(high),
                parameter.unit(),
                parameter.how().word(),
                paths.collect::<Vec<_>>().join(", ")
            ));
        }
        lines.join("\n")
    }

    fn points_to_check(&self) -> Vec<(String, Vec<f64>)> {
        let parameters = &self.experiment.parameters;
        let design = self.experiment.design.as_ref();
        if let Some(design) = design.filter(|design| design.n_points() <= FEW_POINTS) {
            let named = (0..design.n_points()).map(|index| {
                let name = format!("point {}", index + 1);
                (name, design.point(index, parameters))
            });
            return named.collect();
        }
        let base: Vec<f64> = parameters.iter().map(Parameter::base).collect();
        let mut points = vec![("the base".to_owned(), base.clone())];
        for (at, parameter) in parameters.iter().enumerate() {
            for (end, value) in [("lowest", parameter.low()), ("highest", parameter.high())] {
                let mut values = base.clone();
                values[at] = value;
                points.push((format!("the {end} {}", parameter.name), values));
            }
        }
        points
    }
}

/// Whether a number is what a goal is about.
fn is_of(goal: &Goal, model: &Model, key: &ValueKey) -> bool {
    model.measures[key.measure].id == goal.measure
        && statistic_key(key.statistic) == goal.statistic
        && key.site == goal.site
        && key.cohort == goal.cohort
}

/// `cubicles = 0.9, crews = 12`.
pub fn point_words(parameters: &[Parameter], values: &[f64]) -> String {
    let each = parameters.iter().zip(values);
    let words = each.map(|(parameter, value)| {
        let (name, shown) = (&parameter.name, parameter.shown(*value));
        format!("{name} = {shown} {}", parameter.unit())
            .trim_end()
            .to_owned()
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The path of an experiment: as written, or of the shipped experiment of that name.
pub fn find(written: &str) -> String {
    match is_name(written) {
        true => format!("{SHIPPED}/experiments/{written}.toml"),
        false => written.to_owned(),
    }
}

/// Whether a file is an experiment rather than a scenario: it names scenarios.
pub fn is_experiment(written: &str) -> bool {
    let path = find(written);
    let source = DiskOverEmbedded::for_file(&path);
    let workspace = Workspace::new(&source);
    let Some(file) = workspace.open_root(&path) else {
        return false;
    };
    let root = tree::parse(file, &workspace.files(), &workspace.diagnostics);
    root.get("scenarios").and_then(Node::as_array).is_some()
}

fn is_name(written: &str) -> bool {
    !written.contains(['/', '\\', '.']) && !Path::new(written).exists()
}

impl Below {
    /// A scenario that the experiment at `path` names: beside it, else as written, else shipped.
    fn find(path: &str, written: &str) -> Option<Self> {
        let candidates = match is_name(written) {
            true => vec![format!("{SHIPPED}/{written}.toml")],
            false => source::candidates(path, written)
                .into_iter()
                .chain([written.to_owned()])
                .collect(),
        };
        candidates.into_iter().find_map(|path| {
            let source = Remembered::for_file(&path);
            let is_there = source.read(&path) != Err(ReadFault::Missing);
            is_there.then_some(Self { path, source })
        })
    }
}

/// A source that reads every file once.
struct Remembered {
    below: DiskOverEmbedded,
    texts: Mutex<BTreeMap<String, Result<String, ReadFault>>>,
}

impl Remembered {
    fn for_file(path: &str) -> Self {
        Self {
            below: DiskOverEmbedded::for_file(path),
            texts: Mutex::default(),
        }
    }
}

impl Source for Remembered {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        let mut texts = self.texts.lock().expect("reading does not panic");
        let text = texts.entry(path.to_owned());
        text.or_insert_with(|| self.below.read(path)).clone()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        self.below.names(folder)
    }
}
