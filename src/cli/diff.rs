//! `diff`: what two scenarios say differently, value by value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use clap::Args;

use super::options::Exit;
use super::sources::DiskOverEmbedded;
use super::{loading, say};
use crate::report::format::date_iso;
use crate::scenario::layers::{self, Changes};
use crate::scenario::origins::{self, Input};
use crate::scenario::tree::Said;
use crate::scenario::units::write_duration;
use crate::scenario::workspace::Workspace;
use crate::uec::load::Loaded;
use crate::uec::model::Model;

#[derive(Debug, Args)]
pub struct DiffArguments {
    /// Scenario file, or name of a shipped scenario
    #[arg(value_name = "A")]
    first: String,
    /// Scenario to set beside it
    #[arg(value_name = "B")]
    second: String,
}

/// A scenario with everything it says.
struct Side {
    loaded: Loaded,
    values: Vec<Input>,
}

pub fn diff(arguments: &DiffArguments) -> Result<Exit, Exit> {
    // Both are read before either is refused: the faults of both are shown.
    let sides = [side(&arguments.first), side(&arguments.second)];
    let [Some(a), Some(b)] = sides else {
        return Err(Exit::Input);
    };
    let sections = [
        plan(&a.loaded.model, &b.loaded.model),
        layers_and_changes(&a.loaded, &b.loaded),
        values(&a, &b),
        tables(&a.loaded, &b.loaded),
    ];
    let mut text = format!(
        "A  {}: {}\nB  {}: {}\n",
        a.loaded.model.name, a.loaded.model.title, b.loaded.model.name, b.loaded.model.title
    );
    if sections.iter().all(String::is_empty) {
        text.push_str("\nNothing differs.\n");
    }
    text.push_str(&sections.concat());
    say::show(&text)
}

fn side(path: &str) -> Option<Side> {
    let loaded = loading::load_as_written(path)?;
    let path = loading::find(path);
    let source = DiskOverEmbedded::for_file(&path);
    let workspace = Workspace::new(&source);
    let layered = layers::load(&workspace, &path, &Changes::AsWritten)?;
    let values = origins::values(&layered.tree, &workspace.files());
    Some(Side { loaded, values })
}

fn plan(a: &Model, b: &Model) -> String {
    let of = |model: &Model| {
        let run = model.run;
        [
            ("start", date_iso(run.start)),
            ("warm_up", write_duration(run.warm_up.0 as f64)),
            ("length", write_duration(run.length.0 as f64)),
            ("replications", run.replications.to_string()),
            ("seed", run.seed.to_string()),
        ]
    };
    let mut lines = String::new();
    for ((name, in_a), (_, in_b)) in of(a).into_iter().zip(of(b)) {
        if in_a != in_b {
            let _ = write!(lines, "  run.{name}\n      A  {in_a}\n      B  {in_b}\n");
        }
    }
    section("Run plan", &lines)
}

/// Files below the scenarios, and changes over them, that only one has; and changes in another order.
fn layers_and_changes(a: &Loaded, b: &Loaded) -> String {
    let names = |loaded: &Loaded| -> Vec<String> {
        let changes = loaded.model.changes.iter();
        changes
            .map(|change| format!("{}: {}", change.name, change.title))
            .collect()
    };
    let changes = (names(a), names(b));
    let layers = (layer_files(a), layer_files(b));
    let mut lines =
        only_in("layer", &layers.0, &layers.1) + &only_in("change", &changes.0, &changes.1);
    let common = |own: &[String], other: &[String]| -> Vec<String> {
        own.iter()
            .filter(|name| other.contains(name))
            .cloned()
            .collect()
    };
    let is_reordered = common(&changes.0, &changes.1) != common(&changes.1, &changes.0);
    if is_reordered {
        lines.push_str("  the changes of both are laid over in another order\n");
    }
    section("Layers and changes", &lines)
}

/// Libraries and systems, lowest first: TOML files that are neither the scenario nor a change.
fn layer_files(loaded: &Loaded) -> Vec<String> {
    let is_change = |path: &str| {
        let changes = loaded.model.changes.iter();
        changes
            .map(|change| format!("/{}.toml", change.name))
            .any(|end| path.ends_with(&format!("changes{end}")))
    };
    let files = loaded.model.files.iter().map(|file| &file.path);
    // The scenario file is read first.
    let layers = files
        .skip(1)
        .filter(|path| path.ends_with(".toml") && !is_change(path));
    layers.cloned().collect()
}

fn only_in(what: &str, a: &[String], b: &[String]) -> String {
    let mut lines = String::new();
    for (own, other, letter) in [(a, b, 'A'), (b, a, 'B')] {
        for name in own.iter().filter(|name| !other.contains(name)) {
            let _ = writeln!(lines, "  {what} only in {letter}: {name}");
        }
    }
    lines
}

/// In the order of A, then what only B has in its own order.
fn values(a: &Side, b: &Side) -> String {
    let (in_a, in_b) = (by_path(&a.values), by_path(&b.values));
    let (things_a, things_b) = (things(&a.values), things(&b.values));
    let mut differ = String::new();
    let mut n_differ = 0;
    let pairs_a = a
        .values
        .iter()
        .map(|value| (Some(value), in_b.get(value.path.as_str()).copied()));
    let only_b = b
        .values
        .iter()
        .filter(|value| !in_a.contains_key(value.path.as_str()));
    let pairs = pairs_a.chain(only_b.map(|value| (None, Some(value))));
    for (first, second) in pairs {
        let Some(either) = second.or(first) else {
            continue;
        };
        let is_plan = either.path.starts_with("run.");
        let is_same = first.map(|value| &value.written) == second.map(|value| &value.written);
        let thing = thing(&either.path);
        // A whole thing that only one has is told below, in one line.
        if is_plan || is_same || !things_a.contains(thing) || !things_b.contains(thing) {
            continue;
        }
        n_differ += 1;
        let written =
            |value: Option<&Input>| value.map_or("not there", |value| &value.written).to_owned();
        let _ = write!(
            differ,
            "  {}\n      A  {}\n      B  {}\n",
            either.path,
            written(first),
            written(second)
        );
        let source = either.said.as_deref().map(said_words).unwrap_or_default();
        let source = if source.is_empty() {
            "no source stated"
        } else {
            &source
        };
        let _ = writeln!(differ, "      {source} ({}:{})", either.file, either.line);
    }
    section(&format!("Values that differ ({n_differ})"), &differ)
        + &section("Only in A", &whole(&a.values, &things_b))
        + &section("Only in B", &whole(&b.values, &things_a))
}

/// Things of which the other has nothing at all, with how many values each has.
fn whole(own: &[Input], other: &BTreeSet<&str>) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for value in own.iter().filter(|value| !value.path.starts_with("run.")) {
        let thing = thing(&value.path);
        if other.contains(thing) {
            continue;
        }
        match counts.iter_mut().find(|(name, _)| *name == thing) {
            Some((_, count)) => *count += 1,
            None => counts.push((thing, 1)),
        }
    }
    let mut lines = String::new();
    for (thing, count) in counts {
        let values = if count == 1 { "value" } else { "values" };
        let _ = writeln!(lines, "  {thing} ({count} {values})");
    }
    lines
}

fn by_path(values: &[Input]) -> BTreeMap<&str, &Input> {
    values
        .iter()
        .map(|value| (value.path.as_str(), value))
        .collect()
}

fn things(values: &[Input]) -> BTreeSet<&str> {
    values.iter().map(|value| thing(&value.path)).collect()
}

/// The named thing that a value belongs to: `services.emergency_department`.
fn thing(path: &str) -> &str {
    let dots = path.match_indices('.').nth(1);
    dots.map_or(path, |(at, _)| &path[..at])
}

/// CSV files of one name that do not hold the same, though no value tells.
fn tables(a: &Loaded, b: &Loaded) -> String {
    let tables = |loaded: &Loaded| -> Vec<(String, String)> {
        let files = loaded.model.files.iter();
        let tables = files.filter(|file| file.path.ends_with(".csv"));
        tables
            .map(|file| (file.path.clone(), file.sha256.clone()))
            .collect()
    };
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let (in_a, in_b) = (tables(a), tables(b));
    let mut lines = String::new();
    for (path, sha256) in &in_a {
        let has_same = in_b.iter().any(|(_, other)| other == sha256);
        let namesake = in_b.iter().find(|(other, _)| name(other) == name(path));
        if let (false, Some((other, _))) = (has_same, namesake) {
            let _ = write!(
                lines,
                "  {}\n      A  {path}\n      B  {other}\n",
                name(path)
            );
        }
    }
    section("Tables that do not hold the same", &lines)
}

fn section(heading: &str, lines: &str) -> String {
    if lines.is_empty() {
        String::new()
    } else {
        format!("\n{heading}\n{lines}")
    }
}

/// What a file says of where a value comes from: `E067`, `assumed: round number`; empty if nothing is said.
fn said_words(said: &Said) -> String {
    let kind = if said.nature.as_deref() == Some("calibrated") {
        "calibrated: "
    } else if said.source.is_none() {
        "assumed: "
    } else {
        ""
    };
    let words = said.source.as_ref().or(said.assumed.as_ref());
    words.map_or_else(String::new, |words| format!("{kind}{words}"))
}
