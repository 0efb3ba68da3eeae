//! The layers import downwards only, and the lower ones touch neither threads nor clock nor disk nor the platform's maths.

use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may import of ours.
const MAY_IMPORT: [(&str, &[&str]); 7] = [
    ("stats", &[]),
    ("scenario", &[]),
    ("engine", &["stats"]),
    ("uec", &["engine", "stats", "scenario"]),
    ("experiment", &["engine", "stats", "scenario", "uec"]),
    ("report", &["stats", "uec", "experiment"]),
    ("cli", &["experiment", "report", "uec", "scenario"]),
];

/// Layers that also run where there is no operating system, with the same bytes everywhere.
const PURE: [&str; 4] = ["stats", "scenario", "engine", "uec"];

const NOT_PURE: [&str; 7] = [
    "std::thread",
    "std::fs",
    "std::env",
    "std::net",
    "std::time::Instant",
    "std::time::SystemTime",
    "rayon",
];

/// Functions whose last bit depends on the platform; `libm` has them all.
const PLATFORM_MATHS: [&str; 16] = [
    "ln", "log2", "log10", "exp", "exp2", "exp_m1", "ln_1p", "powf", "powi", "sin", "cos", "tan",
    "atan", "atan2", "tanh", "cbrt",
];

struct Source {
    layer: String,
    path: PathBuf,
    /// Without comments and without the tests at the foot.
    code: String,
}

#[test]
fn every_folder_of_the_source_is_a_known_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).expect("the source is there") {
        let entry = entry.expect("the source can be listed");
        if entry.path().is_dir() {
            let name = entry.file_name();
            let is_known = MAY_IMPORT.iter().any(|(layer, _)| *layer == name);
            assert!(is_known, "{name:?} is no layer of the table");
        }
    }
}

#[test]
fn layers_import_downwards_only() {
    let mut faults = Vec::new();
    for source in sources() {
        let allowed = MAY_IMPORT
            .iter()
            .find(|(layer, _)| *layer == source.layer)
            .map_or(&[][..], |(_, allowed)| allowed);
        for imported in imports(&source.code) {
            if imported != source.layer && !allowed.contains(&imported) {
                faults.push(format!("{}: {imported}", source.path.display()));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "upward or sideways imports:\n{}",
        faults.join("\n")
    );
}

#[test]
fn lower_layers_touch_no_operating_system() {
    let mut faults = Vec::new();
    for source in pure_sources() {
        for forbidden in NOT_PURE {
            if source.code.contains(forbidden) {
                faults.push(format!("{}: {forbidden}", source.path.display()));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "not for these layers:\n{}",
        faults.join("\n")
    );
}

#[test]
fn lower_layers_do_not_use_the_platforms_maths() {
    let mut faults = Vec::new();
    for source in pure_sources() {
        for function in PLATFORM_MATHS {
            let as_method = source.code.contains(&format!(".{function}("));
            let as_function = source.code.contains(&format!("f64::{function}"));
            if as_method || as_function {
                faults.push(format!("{}: {function}", source.path.display()));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "use libm for these:\n{}",
        faults.join("\n")
    );
}

fn pure_sources() -> impl Iterator<Item = Source> {
    let is_pure = |source: &Source| PURE.contains(&source.layer.as_str());
    sources().into_iter().filter(is_pure)
}

/// Names after `crate::`, also in a list of them.
fn imports(code: &str) -> Vec<&str> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        if let Some(list) = after.strip_prefix('{') {
            // The first name of each item at the top level of the braces.
            let mut depth = 0;
            let mut starts = true;
            for (at, letter) in list.char_indices() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => starts = true,
                    _ if starts && is_name(letter) => {
                        starts = false;
                        names.push(list[at..].split(|l| !is_name(l)).next().unwrap_or_default());
                    }
                    _ => {}
                }
            }
        } else {
            names.push(
                after
                    .split(|letter| !is_name(letter))
                    .next()
                    .unwrap_or_default(),
            );
        }
    }
    names
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for (layer, _) in MAY_IMPORT {
        gather(&root.join(layer), layer, &mut found);
    }
    assert!(found.len() > 20, "the source is there");
    found
}

fn gather(folder: &Path, layer: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a layer has a folder") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            gather(&path, layer, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is_for_tests(&path) {
            let text = fs::read_to_string(&path).expect("source is text");
            let layer = layer.to_owned();
            let code = code_of(&text);
            found.push(Source { layer, path, code });
        }
    }
}

fn is_for_tests(path: &Path) -> bool {
    path.components().any(|part| {
        let part = part.as_os_str();
        part == "tests.rs" || part == "tests"
    })
}

fn code_of(text: &str) -> String {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let without_comment = |line: &str| match line.find("//") {
        Some(at) => line[..at].to_owned(),
        None => line.to_owned(),
    };
    code.lines()
        .map(without_comment)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn imports_are_found_in_every_form() {
    let check = |code: &str, expected: &[&str]| assert_eq!(imports(code), expected);
    check("use crate::engine::time::DAY;", &["engine"]);
    check("use crate::{engine::{a, b}, stats};", &["engine", "stats"]);
    check("let x = crate::uec::model::Model::default();", &["uec"]);
    check("use super::time;", &[]);
}
