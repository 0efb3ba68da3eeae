//! Scenario files to models, with the user's flags laid over; faults go to standard error, all of them.

use std::path::Path;

use super::Exit;
use super::options::Common;
use super::say;
use super::sources::DiskOverEmbedded;
use crate::experiment::areas::load_on;
use crate::scenario::layers::Changes;
use crate::scenario::source::SHIPPED;
use crate::uec::load::{Loaded, Overrides};
use crate::uec::model::Model;

/// The scenario that measures and services are looked up in if none is named.
pub const USUAL: &str = "scenarios/devon-2023.toml";

/// Loads scenarios to run them; if any is wrong, all faults of all of them are shown and nothing is given.
pub fn models(paths: &[String], common: &Common) -> Result<Vec<Model>, Exit> {
    let loaded = load_all(paths, common)?;
    for (path, loaded) in paths.iter().zip(&loaded) {
        let n_warnings = loaded.warnings.sorted().len();
        if n_warnings > 0 && !common.quiet {
            let warnings = if n_warnings == 1 {
                "warning"
            } else {
                "warnings"
            };
            eprintln!("note: {n_warnings} {warnings} about {path}, shown by: uecsim check {path}");
        }
    }
    Ok(loaded.into_iter().map(|loaded| loaded.model).collect())
}

/// Refuses systems of areas for what follows one system's patients or events.
pub fn of_one_area<'m>(
    models: impl IntoIterator<Item = &'m Model>,
    what: &str,
) -> Result<(), Exit> {
    match models.into_iter().find(|model| !model.areas.is_empty()) {
        None => Ok(()),
        Some(model) => {
            let message = format!(
                "{what} follows one system at a time, and {} is {} areas\n  try: a system of one of them, as: uecsim area new NAME --trust CODE",
                model.name,
                model.areas.len()
            );
            Err(say::fault(Exit::Input, &message))
        }
    }
}

/// Loads every scenario; if any is wrong, all faults of all of them are shown and nothing is given.
pub fn load_all(paths: &[String], common: &Common) -> Result<Vec<Loaded>, Exit> {
    let loaded: Vec<Option<Loaded>> = paths
        .iter()
        .map(|path| load_one(path, &Changes::AsWritten, common))
        .collect();
    loaded.into_iter().collect::<Option<_>>().ok_or(Exit::Input)
}

/// Loads a scenario, with these changes instead of its own if so wanted, and shows its faults.
pub fn load_one(path: &str, changes: &Changes, common: &Common) -> Option<Loaded> {
    let path = find(path);
    let source = DiskOverEmbedded::for_file(&path);
    let how = (changes, &overrides(common));
    let loaded = load_on(&path, &source, how, common.threads());
    match loaded {
        Ok(loaded) => Some(loaded),
        Err(refused) => {
            eprintln!("{}", refused.render().trim_end());
            None
        }
    }
}

/// As [`load_one`], for what only looks at a scenario as it is written.
pub fn load_as_written(path: &str) -> Option<Loaded> {
    load_one(path, &Changes::AsWritten, &Common::default())
}

/// The path of a scenario: as written, or of the shipped scenario of that name (`networked`).
pub fn find(written: &str) -> String {
    let is_bare = !written.contains(['/', '\\', '.']);
    if is_bare && !Path::new(written).exists() {
        format!("{SHIPPED}/{written}.toml")
    } else {
        written.to_owned()
    }
}

/// What of `[run]` the flags replace.
pub fn overrides(common: &Common) -> Overrides {
    Overrides {
        seed: common.seed,
        replications: common.replications,
        warm_up_milliseconds: common.warm_up,
        length_milliseconds: common.length,
    }
}
