//! What there is by name in the folders that scenarios are read from: changes, scenarios, and services of the library.
//!
//! The shipped tree is always there; a `scenarios` folder of the user's, and `changes` beside a scenario, lie over it.

use std::collections::BTreeMap;

use super::sources::DiskOverEmbedded;
use crate::scenario::origins;
use crate::scenario::source::{SHIPPED, Source, folder, normalise, stem};
use crate::scenario::tree::{self, Node, Table};
use crate::scenario::workspace::Workspace;

/// What was found, and the faults of files that cannot be read as TOML.
pub struct Found<T> {
    pub things: Vec<T>,
    pub faults: String,
}

pub struct ChangeFile {
    pub name: String,
    pub title: String,
    pub evidence: Vec<String>,
    pub limits: Vec<String>,
    /// Dotted paths with the new value: what it sets.
    pub sets: Vec<(String, String)>,
    /// Library files it lays below the system.
    pub brings: Vec<String>,
    /// Dotted paths of lists with the items it takes out of them.
    pub takes_out: Vec<(String, String)>,
    /// Dotted paths of lists with the items it puts at their ends.
    pub appends: Vec<(String, String)>,
    /// Dotted paths of items with what it puts before them.
    pub inserts: Vec<(String, String)>,
    /// Dotted paths of the tables it adds.
    pub adds: Vec<String>,
    pub removes: Vec<String>,
    pub path: String,
}

pub struct ScenarioFile {
    /// As it is called on the command line.
    pub name: String,
    pub title: String,
    pub description: String,
    pub changes: Vec<String>,
}

pub struct ServiceFile {
    pub id: String,
    pub title: String,
    pub pools: Vec<String>,
    pub paths: Vec<String>,
    pub path: String,
}

/// Changes by name, in the order of names, as a scenario at `path` would find them.
pub fn changes(path: &str) -> Found<ChangeFile> {
    let beside = match folder(path) {
        "" => "changes".to_owned(),
        folder => normalise(&format!("{folder}/changes")),
    };
    // The later folder wins, as when a scenario names a change.
    let folders = [format!("{SHIPPED}/changes"), beside];
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let source = DiskOverEmbedded::for_file(path);
    for folder in &folders {
        for name in toml_files(&source, folder) {
            files.insert(stem(&name).to_owned(), format!("{folder}/{name}"));
        }
    }
    let paths = files.into_values().collect();
    read(&source, paths, |path, root| vec![change(path, root)])
}

/// Scenarios in the order of their folders and names.
pub fn scenarios() -> Found<ScenarioFile> {
    let source = DiskOverEmbedded::for_file("");
    let folders = [
        SHIPPED.to_owned(),
        format!("{SHIPPED}/examples"),
        format!("{SHIPPED}/published"),
    ];
    let within = |folder: &String| {
        let names = toml_files(&source, folder).into_iter();
        names
            .map(|name| format!("{folder}/{name}"))
            .collect::<Vec<_>>()
    };
    let paths = folders.iter().flat_map(within).collect();
    read(&source, paths, |path, root| {
        let is_bare = folder(path) == SHIPPED;
        let name = if is_bare { stem(path) } else { path };
        vec![ScenarioFile {
            name: name.to_owned(),
            title: text(root, "title"),
            description: text(root, "description"),
            changes: texts(root, "changes"),
        }]
    })
}

/// Services of the library in the order of their files.
pub fn services() -> Found<ServiceFile> {
    let source = DiskOverEmbedded::for_file("");
    let folder = format!("{SHIPPED}/library/services");
    let names = toml_files(&source, &folder).into_iter();
    let paths = names.map(|name| format!("{folder}/{name}")).collect();
    read(&source, paths, |path, root| {
        let services = root.get("services").and_then(Node::as_table);
        let services = services.into_iter().flat_map(Table::own);
        services
            .map(|(key, node)| ServiceFile {
                id: key.name.clone(),
                title: text(node, "title"),
                pools: match node.get("pools").and_then(Node::as_table) {
                    Some(table) => table.own().map(|(key, _)| key.name.clone()).collect(),
                    None => texts(node, "pools"),
                },
                paths: node
                    .get("paths")
                    .and_then(Node::as_table)
                    .map(|table| table.own().map(|(key, _)| key.name.clone()).collect())
                    .unwrap_or_default(),
                path: path.to_owned(),
            })
            .collect()
    })
}

fn change(path: &str, root: &Node) -> ChangeFile {
    let said_under = |key: &str| {
        let mut said = Vec::new();
        if let Some(node) = root.get(key) {
            gather_sets(node, "", &mut said);
        }
        said
    };
    let mut adds = Vec::new();
    // Two levels down are the things a planner knows: `services.clinical_hub`.
    for (kind, node) in root
        .get("add")
        .and_then(Node::as_table)
        .into_iter()
        .flat_map(Table::own)
    {
        match node.as_table() {
            Some(table) => adds.extend(
                table
                    .own()
                    .map(|(name, _)| format!("{}.{}", kind.name, name.name)),
            ),
            None => adds.push(kind.name.clone()),
        }
    }
    ChangeFile {
        name: stem(path).to_owned(),
        title: text(root, "title"),
        evidence: texts(root, "evidence"),
        limits: texts(root, "limits"),
        brings: texts(root, "library"),
        sets: said_under("set"),
        takes_out: said_under("take_out"),
        appends: said_under("append"),
        inserts: said_under("insert_before"),
        adds,
        removes: root
            .get("remove")
            .map(|node| texts(node, "paths"))
            .unwrap_or_default(),
        path: path.to_owned(),
    }
}

/// Tables under headers and dotted keys are part of the path; inline tables are values.
fn gather_sets(node: &Node, prefix: &str, sets: &mut Vec<(String, String)>) {
    for (key, child) in node.as_table().into_iter().flat_map(Table::own) {
        let path = if prefix.is_empty() {
            key.name.clone()
        } else {
            format!("{prefix}.{}", key.name)
        };
        if child.as_table().is_some_and(|table| !table.is_inline) {
            gather_sets(child, &path, sets);
        } else {
            let why = match text(child, "assumed") {
                why if why.is_empty() => String::new(),
                why => format!(" (assumed: {why})"),
            };
            sets.push((path, origins::written(child) + &why));
        }
    }
}

fn toml_files(source: &dyn Source, folder: &str) -> Vec<String> {
    let mut names = source.names(folder);
    names.retain(|name| name.ends_with(".toml"));
    names
}

fn read<T>(
    source: &dyn Source,
    paths: Vec<String>,
    things: impl Fn(&str, &Node) -> Vec<T>,
) -> Found<T> {
    let workspace = Workspace::new(source);
    let mut found = Vec::new();
    for path in &paths {
        // A file with faults of syntax gives what of it can be read; the faults are told.
        let Some(file) = workspace.open_root(path) else {
            continue;
        };
        let root = tree::parse(file, &workspace.files(), &workspace.diagnostics);
        found.extend(things(path, &root));
    }
    Found {
        things: found,
        faults: workspace.render(),
    }
}

/// A text under a key; empty if there is none.
fn text(node: &Node, key: &str) -> String {
    let text = node.get(key).and_then(Node::as_str);
    text.unwrap_or_default().to_owned()
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let list = node.get(key).and_then(Node::as_array).unwrap_or_default();
    let texts = list.iter().filter_map(Node::as_str);
    texts.map(str::to_owned).collect()
}
