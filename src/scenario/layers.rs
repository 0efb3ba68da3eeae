//! One tree from the files of a scenario: libraries lowest, then the system, the scenario itself, and its changes.
//!
//! Libraries that a change names lie with the others, so that the system, the scenario and the change itself can set over them.
//! Tables written under headers merge key by key; lists, inline tables and single values replace. Every value keeps the
//! place that won and the source stated for it there.

use super::access::TableReader;
use super::changes;
use super::codes;
use super::diagnostic::Diagnostic;
use super::files::{FileId, Located, Span};
use super::origins;
use super::source;
use super::tree::{self, Node, Said, Table, Value};
use super::workspace::Workspace;

/// Which changes are laid over the scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Changes {
    /// Those that the scenario file names.
    #[default]
    AsWritten,
    /// These instead, by name, in this order; looked up as if the scenario file named them.
    Only(Vec<String>),
    /// Those that the scenario file names, then these.
    Also(Vec<String>),
}

/// A scenario as one tree.
#[derive(Clone, Debug)]
pub struct Layered {
    /// Stem of the scenario file.
    pub name: String,
    pub file: FileId,
    /// Without the keys `system`, `library`, `changes` and `limits`; `title` and `description` are the scenario file's own.
    pub tree: Node,
    pub changes: Vec<Change>,
    /// What the files say that the model leaves out, bottom to top, each sentence once.
    pub limits: Vec<String>,
}

/// A change that was laid over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Stem of its file.
    pub name: String,
    pub title: String,
    pub evidence: Vec<String>,
    pub file: FileId,
}

/// Reads a scenario file and everything it names into one tree.
///
/// Errors (reported): `S101` to `S103`, `S104` to `S106`, `S112` to `S115`. None is given if a file could not be found
/// or is not valid TOML; a change that does not fit is left out and the rest is given.
pub fn load(workspace: &Workspace, path: &str, changes: &Changes) -> Option<Layered> {
    let file = workspace.open_root(path)?;
    let mut collector = Collector {
        workspace,
        layers: Vec::new(),
        open: Vec::new(),
        limits: Vec::new(),
    };
    collector.collect(file, changes, None, false);
    if workspace.diagnostics.has_errors() {
        return None;
    }
    let limits = collector.limits;
    let mut tree: Option<Node> = None;
    let mut notes = Vec::new();
    for layer in collector.layers {
        match (&mut tree, layer) {
            (None, Layer::Base { node, .. }) => tree = Some(node),
            (Some(below), Layer::Base { node, .. }) => merge(below, node),
            (Some(below), Layer::Change(change, node)) => {
                changes::apply(below, &node, workspace);
                notes.push(change);
            }
            (None, Layer::Change(..)) => {}
        }
    }
    Some(Layered {
        name: source::stem(path).to_owned(),
        file,
        tree: tree?,
        changes: notes,
        limits,
    })
}

enum Layer {
    Base { node: Node, is_library: bool },
    Change(Change, Node),
}

struct Collector<'w, 's> {
    workspace: &'w Workspace<'s>,
    /// Bottom to top.
    layers: Vec<Layer>,
    /// Files being collected or collected, with whether they still are.
    open: Vec<(FileId, bool)>,
    limits: Vec<String>,
}

impl Collector<'_, '_> {
    /// Adds what `file` names, then the file, then its changes. `named` is where it is named; none for the scenario.
    fn collect(&mut self, file: FileId, changes: &Changes, named: Option<Span>, is_library: bool) {
        match self.open.iter().find(|(other, _)| *other == file) {
            Some((_, true)) => return self.report_cycle(file, named),
            Some((_, false)) => return,
            None => self.open.push((file, true)),
        }
        let workspace = self.workspace;
        let mut node = tree::parse(file, &workspace.files(), &workspace.diagnostics);
        origins::mark(&mut node, None, &workspace.diagnostics);
        for (below, is_below_library) in included(&node, workspace) {
            if let Some(id) = workspace.open_named(below.value, below.span) {
                let is_library = is_library || is_below_library;
                self.collect(id, &Changes::AsWritten, Some(below.span), is_library);
            }
        }
        let changes = self.change_files(&node, changes);
        self.add_limits(&node);
        if let Some(table) = node.as_table_mut() {
            for key in ["system", "library", "changes", "limits"] {
                table.remove(key);
            }
            for key in ["title", "description"] {
                if named.is_some() {
                    table.remove(key);
                }
            }
        }
        self.layers.push(Layer::Base { node, is_library });
        for change in changes {
            self.add_change(change);
        }
        for (id, is_open) in &mut self.open {
            *is_open &= *id != file;
        }
    }

    fn report_cycle(&self, file: FileId, named: Option<Span>) {
        let Some(span) = named else { return };
        let path = self.workspace.path(file);
        let message = format!("{path} lies below itself");
        let fault = Diagnostic::error(codes::INCLUDE_CYCLE, span, message);
        let fault =
            fault.try_this("take this name out here, or out of the file that leads back to it");
        self.workspace.diagnostics.report(fault);
    }

    fn add_limits(&mut self, node: &Node) {
        let reader = TableReader::new(node, "the scenario", &self.workspace.diagnostics);
        for limit in reader.names("limits") {
            if !self.limits.iter().any(|known| known == limit.value) {
                self.limits.push(limit.value.to_owned());
            }
        }
    }

    /// The change files that a file asks for, in order.
    fn change_files(&self, node: &Node, changes: &Changes) -> Vec<FileId> {
        let reader = TableReader::new(node, "the scenario", &self.workspace.diagnostics);
        let (written, more) = match changes {
            Changes::AsWritten => (reader.names("changes"), &[][..]),
            Changes::Only(names) => (Vec::new(), &names[..]),
            Changes::Also(names) => (reader.names("changes"), &names[..]),
        };
        let written = written.iter();
        let written = written.filter_map(|name| self.change_file(name.value, name.span));
        let more = more.iter();
        let more = more.filter_map(|name| self.change_file(name, reader.span_of("changes")));
        written.chain(more).collect()
    }

    /// A change is a file of the folder `changes`, named by its stem, or any file named with its ending.
    fn change_file(&self, name: &str, span: Span) -> Option<FileId> {
        let path = match name.ends_with(".toml") {
            true => name.to_owned(),
            false => format!("changes/{name}.toml"),
        };
        self.workspace.open_named(&path, span)
    }

    /// Lays a library that a change names on top of the other libraries, below all else.
    fn add_library(&mut self, name: Located<&str>) {
        let Some(file) = self.workspace.open_named(name.value, name.span) else {
            return;
        };
        let is_above = |layer: &Layer| {
            matches!(
                layer,
                Layer::Base {
                    is_library: false,
                    ..
                }
            )
        };
        let above = self.layers.iter().position(is_above);
        let above = self.layers.split_off(above.unwrap_or(self.layers.len()));
        self.collect(file, &Changes::AsWritten, Some(name.span), true);
        self.layers.extend(above);
    }

    fn add_change(&mut self, file: FileId) {
        let workspace = self.workspace;
        let mut node = tree::parse(file, &workspace.files(), &workspace.diagnostics);
        let path = workspace.path(file);
        let name = source::stem(&path).to_owned();
        let evidence = node.get("evidence").map(|_| Said {
            source: Some(format!("evidence of change \"{name}\"")),
            ..Said::default()
        });
        origins::mark(&mut node, evidence, &workspace.diagnostics);
        let reader = TableReader::new(&node, format!("change \"{name}\""), &workspace.diagnostics);
        let evidence = reader.names("evidence");
        let title = reader.string("title").unwrap_or_default().to_owned();
        let libraries = reader.names("library");
        reader.allow(&[
            "description",
            "limits",
            "remove",
            "set",
            "take_out",
            "append",
            "insert_before",
            "add",
        ]);
        reader.finish();
        for library in libraries {
            self.add_library(library);
        }
        self.add_limits(&node);
        let change = Change {
            name,
            title,
            evidence: evidence.iter().map(|text| text.value.to_owned()).collect(),
            file,
        };
        self.layers.push(Layer::Change(change, node));
    }
}

/// The names of the files below this one, lowest first, with whether they are libraries: those, then the system.
fn included<'n>(node: &'n Node, workspace: &'n Workspace) -> Vec<(Located<&'n str>, bool)> {
    let reader = TableReader::new(node, "the scenario", &workspace.diagnostics);
    let libraries = reader.names("library").into_iter();
    let mut names: Vec<_> = libraries.map(|name| (name, true)).collect();
    names.extend(reader.optional_name("system").map(|name| (name, false)));
    names
}

/// Lays `over` over `below`.
pub fn merge(below: &mut Node, over: Node) {
    match (&mut below.value, over.value) {
        (Value::Table(table), Value::Table(upper)) if !upper.is_inline => {
            merge_tables(table, upper);
            below.span = over.span;
        }
        (_, value) => {
            *below = Node { value, ..over };
        }
    }
}

fn merge_tables(below: &mut Table, over: Table) {
    for (key, node) in over.into_entries() {
        match below.get_mut(&key.name) {
            Some(existing) => merge(existing, node),
            None => below.insert(key, node),
        }
    }
}

#[cfg(test)]
mod tests;
