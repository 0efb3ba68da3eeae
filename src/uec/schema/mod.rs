//! The scenario language as a JSON Schema (draft 2020-12), by which editors complete and check scenario files.
//!
//! It describes one file, not the whole that the layers make: a key that may stand in a lower layer is not asked for here.
//! Names are not looked up. Tests hold it against the readers of `forms`, key by key; words come from them.

mod areas;
mod build;
mod changes;
mod distributions;
mod meaning;
mod measures;
mod people;
mod places;
mod rollouts;
mod steps;
mod tables;
mod values;

use serde_json::{Map, Value, json};

use build::{keys, said};
pub use meaning::meaning;

/// Where editors look for the language of a schema.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// By which a file is known to be such a schema.
pub const TITLE: &str = "uecsim scenario, system, library or change file";

/// The schema of scenario, system, library and change files.
///
/// Keys are sorted by name, so that the same version gives the same bytes.
pub fn schema() -> Value {
    let mut files = Map::new();
    for (key, value) in scenario_keys().into_iter().chain(changes::keys()) {
        files.insert(key, value);
    }
    let is_change = changes::MARKS.map(|key| json!({ "required": [key] }));
    json!({
        "$schema": DRAFT,
        "title": TITLE,
        "type": "object",
        "properties": files,
        "if": { "anyOf": is_change },
        "then": { "propertyNames": { "enum": names(changes::keys()) } },
        "else": { "propertyNames": { "enum": names(scenario_keys()) } },
        "$defs": definitions(),
    })
}

/// The schema as it is written to a file.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

fn names(keys: Vec<(String, Value)>) -> Vec<String> {
    keys.into_iter().map(|(key, _)| key).collect()
}

/// Top-level keys of a scenario, system or library file.
fn scenario_keys() -> Vec<(String, Value)> {
    let mut all = keys([
        (
            "title",
            values::text("What the scenario is, in a line; shown in every output."),
        ),
        (
            "description",
            values::text("What it is for, in a few sentences."),
        ),
        (
            "system",
            values::file("The area: a system file, laid below this one."),
        ),
        (
            "library",
            values::names("Library files, laid below the system, the first one lowest."),
        ),
        (
            "changes",
            values::names(
                "Changes laid over, in order: stems of files in the folder changes, or files ending in .toml.",
            ),
        ),
        (
            "history",
            values::file(
                "Published monthly figures, a row per series and month, to set beside simulated ones (uecsim fit).",
            ),
        ),
        (
            "limits",
            values::names("What the model leaves out, a sentence each; the report lists them."),
        ),
    ]);
    all.extend(tables());
    all.extend(said());
    all
}

/// The tables that files merge, in the order of the language's page.
fn tables() -> Vec<(String, Value)> {
    let mut all = people::tables();
    all.extend(places::tables());
    all.extend(measures::tables());
    all.extend(rollouts::tables());
    all.extend(areas::tables());
    all
}

fn definitions() -> Map<String, Value> {
    let mut all = Map::new();
    let each = [
        values::definitions(),
        distributions::definitions(),
        tables::definitions(),
        steps::definitions(),
        people::definitions(),
        places::definitions(),
        measures::definitions(),
        rollouts::definitions(),
        areas::definitions(),
        changes::definitions(),
    ];
    for (name, definition) in each.into_iter().flatten() {
        let earlier = all.insert(name, definition);
        debug_assert!(earlier.is_none(), "two definitions have one name");
    }
    all
}
