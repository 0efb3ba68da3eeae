//! Where the numbers of a scenario come from: statements of source, and the list of all numbers with theirs.
//!
//! A statement (`source`, `assumed`, `nature`) holds for the numbers of its table and below in the same file, unless a
//! nearer one stands. It is fixed to the values before layers merge, so that an override never borrows the source of
//! what it replaces.

use std::sync::Arc;

use super::diagnostic::Diagnostics;
use super::files::{Files, Position};
use super::tree::{Node, Said, Table, Value};
use super::units;
use super::values::{text, word};

/// Words for how a number or a measure came about.
pub const NATURES: [&str; 3] = ["imposed", "calibrated", "emergent"];

/// A number (or distribution, or list of numbers) of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Dotted path: `services.emergency_department.paths.arrive.triage.for`.
    pub path: String,
    /// As written, on one line.
    pub written: String,
    /// None where nothing is said.
    pub said: Option<Arc<Said>>,
    pub file: String,
    pub line: u32,
}

/// Fixes to every value below `node` the statement that holds for it; `otherwise` where the file states nothing.
///
/// Errors (reported): `S106` if a statement is not a text, `S111` for an unknown nature.
pub fn mark(node: &mut Node, otherwise: Option<Said>, diagnostics: &Diagnostics) {
    mark_below(node, otherwise.map(Arc::new).as_ref(), diagnostics);
}

fn mark_below(node: &mut Node, outer: Option<&Arc<Said>>, diagnostics: &Diagnostics) {
    let own = node
        .as_table()
        .and_then(|table| said_by(table, outer, diagnostics));
    let said = own.or(outer.cloned());
    match &mut node.value {
        Value::Table(table) => {
            for (_, child) in table.iter_mut() {
                mark_below(child, said.as_ref(), diagnostics);
            }
        }
        Value::Array(nodes) => {
            for child in nodes {
                mark_below(child, said.as_ref(), diagnostics);
            }
        }
        _ => {}
    }
    node.said = said;
}

/// What a table states itself; an unstated nature is that of the statement around it.
fn said_by(
    table: &Table,
    outer: Option<&Arc<Said>>,
    diagnostics: &Diagnostics,
) -> Option<Arc<Said>> {
    let stated = |key: &str| text(table.get(key)?, diagnostics).map(str::to_owned);
    let nature = table.get("nature");
    let nature = nature.and_then(|node| word(node, &NATURES, diagnostics));
    let nature = nature.map(|position| NATURES[position].to_owned());
    let (source, assumed) = (stated("source"), stated("assumed"));
    if source.is_none() && assumed.is_none() && nature.is_none() {
        return None;
    }
    let outer = outer.map(|said| said.as_ref().clone()).unwrap_or_default();
    let is_only_nature = source.is_none() && assumed.is_none();
    Some(Arc::new(Said {
        source: source.or(outer.source.filter(|_| is_only_nature)),
        assumed: assumed.or(outer.assumed.filter(|_| is_only_nature)),
        nature: nature.or(outer.nature),
    }))
}

/// Every number of a merged tree with its source, in the order of the tree.
///
/// A distribution, a list of numbers and a CSV file are one input each. Texts that are no quantities are left out.
pub fn inputs(tree: &Node, files: &Files) -> Vec<Input> {
    walk(tree, files, false)
}

/// As [`inputs`], with every other value of the scenario: names, titles, dates, what steps do.
///
/// A list is one value unless there are tables in it that have names (`id`) or say more than single values.
pub fn values(tree: &Node, files: &Files) -> Vec<Input> {
    walk(tree, files, true)
}

fn walk(tree: &Node, files: &Files, with_words: bool) -> Vec<Input> {
    let mut walk = Walk {
        files,
        with_words,
        path: Vec::new(),
        found: Vec::new(),
    };
    walk.visit(tree);
    walk.found
}

struct Walk<'f> {
    files: &'f Files,
    /// Whether values that are no numbers count, too.
    with_words: bool,
    path: Vec<String>,
    found: Vec<Input>,
}

impl Walk<'_> {
    fn visit(&mut self, node: &Node) {
        if is_input(node) {
            return self.add(node);
        }
        if self.with_words && is_plain(node) {
            return self.add_here(node);
        }
        match &node.value {
            Value::Table(table) => {
                for (key, child) in table.own() {
                    self.below(key.name.clone(), child);
                }
            }
            Value::Array(nodes) => {
                for (index, child) in nodes.iter().enumerate() {
                    let id = child.get("id").and_then(Node::as_str);
                    let name = id.map_or_else(|| (index + 1).to_string(), str::to_owned);
                    self.below(name, child);
                }
            }
            _ => {}
        }
    }

    fn below(&mut self, name: String, child: &Node) {
        self.path.push(name);
        self.visit(child);
        self.path.pop();
    }

    fn add(&mut self, node: &Node) {
        self.add_here(node);
        self.add_parts(node, node);
    }

    /// Parts of a distribution that another file or statement has put in.
    fn add_parts(&mut self, part: &Node, whole: &Node) {
        for (key, child) in part.as_table().into_iter().flat_map(Table::own) {
            self.path.push(key.name.clone());
            if child.said != whole.said || child.span.file != whole.span.file {
                self.add_here(child);
            } else {
                self.add_parts(child, whole);
            }
            self.path.pop();
        }
    }

    fn add_here(&mut self, node: &Node) {
        let Position { line, .. } = self.files.position(node.span);
        self.found.push(Input {
            path: self.path.join("."),
            written: written(node),
            said: node.said.clone(),
            file: self.files.get(node.span.file).path.clone(),
            line,
        });
    }
}

fn is_input(node: &Node) -> bool {
    match &node.value {
        Value::Integer(_) | Value::Float(_) => true,
        Value::String(text) => is_quantity(text),
        Value::Array(nodes) => !nodes.is_empty() && nodes.iter().all(is_input),
        Value::Table(table) => super::scaling::is_distribution(table),
        Value::Boolean(_) | Value::Moment(_) => false,
    }
}

/// One value to a reader: a single one, a list of such, or a list of simple rows (a roster).
fn is_plain(node: &Node) -> bool {
    match &node.value {
        Value::Table(_) => false,
        Value::Array(nodes) => nodes.iter().all(|item| is_plain(item) || is_row(item)),
        _ => true,
    }
}

/// A table without a name of its own that has only single values.
fn is_row(node: &Node) -> bool {
    let is_single = |node: &Node| !matches!(node.value, Value::Table(_) | Value::Array(_));
    let table = node.as_table();
    table.is_some_and(|table| {
        table.get("id").is_none() && table.iter().all(|(_, node)| is_single(node))
    })
}

fn is_quantity(text: &str) -> bool {
    let is_bare_number = text.parse::<f64>().is_ok();
    let is_unit = units::parse_duration(text).is_ok()
        || units::parse_rate(text).is_ok()
        || units::parse_share(text).is_ok();
    (is_unit && !is_bare_number) || text.ends_with(".csv")
}

/// Longest list written out, in items.
const MOST_ITEMS: usize = 24;

/// A value on one line, as a scenario would write it; long lists are cut.
pub fn written(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Moment(moment) => moment
            .date
            .map_or_else(String::new, |date| date.to_string()),
        Value::Array(nodes) => {
            let mut items: Vec<String> = nodes.iter().take(MOST_ITEMS).map(written).collect();
            if nodes.len() > MOST_ITEMS {
                items.push(format!("… ({} values)", nodes.len()));
            }
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => {
            let entries = table.own();
            let items: Vec<String> = entries
                .map(|(key, node)| format!("{} = {}", key.name, written(node)))
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layers::{Changes, load};
    use super::super::source::MemorySource;
    use super::super::workspace::Workspace;
    use super::*;

    const LIBRARY: &str = "title = \"Library\"
source = \"lib\"
[services.ed]
title = \"ED\"
[services.ed.paths]
arrive = [
  { use = \"nurses\", for = \"8 min\", id = \"triage\" },
  { share = 0.5, id = \"test\", steps = [ { use = \"imaging\", for = { lognormal = { mean = \"30 min\", sd = \"10 min\" } }, id = \"image\" } ] },
]
[sites.a.pools]
nurses = 4
cubicles = 10
";

    #[test]
    fn every_number_keeps_the_source_of_the_file_that_won() {
        let memory = MemorySource::new([
            (
                "a.toml",
                "system = \"l.toml\"\nchanges = [\"c\"]\n[sites.a.pools]\nassumed = \"guess\"\ncubicles = 12\n",
            ),
            ("l.toml", LIBRARY),
            (
                "changes/c.toml",
                "title = \"C\"\nevidence = [\"E1\"]\n[set]\n\"services.ed.steps.image.for\" = { multiply = 2, assumed = \"why\" }\n\"sites.a.pools.nurses\" = 6\n",
            ),
        ]);
        let workspace = Workspace::new(&memory);
        let layered = load(&workspace, "a.toml", &Changes::AsWritten).expect("no faults");
        let inputs = inputs(&layered.tree, &workspace.files());
        let said = |input: &Input| {
            let said = input.said.clone().unwrap_or_default();
            let words = said.source.clone().or(said.assumed.clone());
            format!(
                "{} = {} ({}) {}:{}",
                input.path,
                input.written,
                words.unwrap_or_default(),
                input.file,
                input.line
            )
        };
        let words: Vec<String> = values(&layered.tree, &workspace.files())
            .into_iter()
            .filter(|value| !inputs.contains(value))
            .map(|value| format!("{} = {}", value.path, value.written))
            .collect();
        let expected = [
            "services.ed.title = ED",
            "services.ed.paths.arrive.triage.use = nurses",
            "services.ed.paths.arrive.triage.id = triage",
            "services.ed.paths.arrive.test.id = test",
            "services.ed.paths.arrive.test.steps.image.use = imaging",
            "services.ed.paths.arrive.test.steps.image.id = image",
        ];
        assert_eq!(words, expected);
        let found: Vec<String> = inputs.iter().map(said).collect();
        let expected = [
            "services.ed.paths.arrive.triage.for = 8 min (lib) l.toml:7",
            "services.ed.paths.arrive.test.share = 0.5 (lib) l.toml:8",
            "services.ed.paths.arrive.test.steps.image.for = { lognormal = { mean = 30 min, sd = 10 min }, scale = 2 } (lib) l.toml:8",
            "services.ed.paths.arrive.test.steps.image.for.scale = 2 (why) changes/c.toml:4",
            "sites.a.pools.nurses = 6 (evidence of change \"c\") changes/c.toml:5",
            "sites.a.pools.cubicles = 12 (guess) a.toml:5",
        ];
        assert_eq!(found, expected);
    }
}
