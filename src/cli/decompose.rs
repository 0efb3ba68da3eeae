//! The scenarios of `compare --decompose`: which there are, each run once, and how many that makes.

use super::loading;
use super::options::{Common, Exit};
use super::sources::DiskOverEmbedded;
use crate::experiment::decompose::{Decomposition, PlannedPart, plan, shared};
use crate::experiment::results::Part;
use crate::scenario::layers::{self, Changes};
use crate::scenario::origins;
use crate::scenario::workspace::Workspace;
use crate::uec::load::Loaded;
use crate::uec::model::Model;

/// What takes the alternative apart. `differ` says whether the two differ in more than these changes, which they share; `load`
/// gives the alternative with such changes in place of its own, under this name.
pub fn decomposition(
    (baseline, alternative): (&Model, &Model),
    differ: impl FnOnce(&[String]) -> bool,
    load: impl Fn(&str, &Changes) -> Option<Loaded>,
) -> Result<Decomposition, Exit> {
    let names = |model: &Model| -> Vec<String> {
        let changes = model.changes.iter();
        changes.map(|change| change.name.clone()).collect()
    };
    let (before, after) = (names(baseline), names(alternative));
    let same = shared(&before, &after);
    let differs = before.len() == same.len() && differ(same);
    let mut decomposition = Decomposition::default();
    let mut known = vec![(after.clone(), None)];
    for (part, changes) in plan(&before, &after, differs) {
        let name = name(&alternative.name, &part);
        let found = known.iter().find(|(own, _)| *own == changes);
        let run = match found {
            Some((_, run)) => *run,
            None => {
                let only = Changes::Only(changes.clone());
                let mut model = load(&name, &only).ok_or(Exit::Input)?.model;
                model.run = baseline.run;
                model.name.clone_from(&name);
                let run = Some(decomposition.models.len());
                decomposition.models.push(model);
                known.push((changes, run));
                run
            }
        };
        let planned = PlannedPart { part, name, run };
        decomposition.parts.push(planned);
    }
    Ok(decomposition)
}

/// Says how many scenarios are to be run.
pub fn announce(decomposition: &Decomposition, n_replications: u32, common: &Common) {
    if !common.quiet {
        let n_models = decomposition.models.len();
        let n_all = n_models + 2;
        eprintln!(
            "note: --decompose runs {n_all} scenarios of {n_replications} replications: the two, and {n_models} with some of \
             the changes, added one at a time or alone"
        );
    }
}

fn name(alternative: &str, part: &Part) -> String {
    match part {
        Part::Whole => alternative.to_owned(),
        Part::Start => format!("{alternative} before its changes"),
        Part::Added(change) => format!("{alternative} up to {change}"),
        Part::Alone(change) => format!("{alternative} with {change} alone"),
    }
}

/// Whether two scenarios with the same changes differ, but for their words and run plans.
pub fn differ_otherwise(paths: [&str; 2], changes: &[String]) -> bool {
    let [a, b] = paths.map(|path| {
        let path = loading::find(path);
        let source = DiskOverEmbedded::for_file(&path);
        let workspace = Workspace::new(&source);
        let layered = layers::load(&workspace, &path, &Changes::Only(changes.to_vec()))?;
        let values = origins::values(&layered.tree, &workspace.files());
        let values = values.into_iter().map(|value| (value.path, value.written));
        let matters = |path: &str| {
            !path.starts_with("run.") && !["title", "description", "assumed"].contains(&path)
        };
        Some(values.filter(|(path, _)| matters(path)).collect::<Vec<_>>())
    });
    a != b
}
