//! A scenario file as a tree of values, each with the place it was written and what is said of its source.
//!
//! Tables keep the order of the file: for a step the first key says what it does.

use std::num::{IntErrorKind, ParseIntError};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::dates::{Date, Moment};
use super::diagnostic::Diagnostics;
use super::files::{FileId, Files, Span};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    /// Of the value; for a table under a `[header]`, the header.
    pub span: Span,
    /// The nearest enclosing statement of a source in the same file; set by [`super::origins::mark`].
    pub said: Option<Arc<Said>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Moment(Moment),
    Array(Vec<Node>),
    Table(Table),
}

/// What a table says of where its numbers come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `source = "…"`.
    pub source: Option<String>,
    /// `assumed = "…"`.
    pub assumed: Option<String>,
    /// `nature = "imposed" | "calibrated" | …`.
    pub nature: Option<String>,
}

/// Keys that any table may carry beside its own.
pub const SAID_KEYS: [&str; 3] = ["source", "assumed", "nature"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub span: Span,
}

/// Keys and values in file order, every key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    entries: Vec<(Key, Node)>,
    /// Written `{ … }`: a value of its own, which a higher layer replaces as a whole.
    pub is_inline: bool,
}

impl Node {
    pub fn new(value: Value, span: Span) -> Self {
        let said = None;
        Self { value, span, said }
    }

    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn as_table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(nodes) => Some(nodes),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value below a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_table()?.get(key)
    }

    /// What kind of value this is, as a planner would say it.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::String(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Moment(_) => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, node)| node)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let found = self.entries.iter_mut().find(|(name, _)| name.name == key);
        found.map(|(_, node)| node)
    }

    pub fn entry(&self, key: &str) -> Option<(&Key, &Node)> {
        let found = self.entries.iter().find(|(name, _)| name.name == key);
        found.map(|(name, node)| (name, node))
    }

    /// All keys and values, statements of source included.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Node)> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Node)> {
        self.entries.iter_mut().map(|(key, node)| (&*key, node))
    }

    /// Keys and values without `source`, `assumed` and `nature`.
    pub fn own(&self) -> impl Iterator<Item = (&Key, &Node)> {
        self.iter().filter(|(key, _)| !is_said(&key.name))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.name.as_str())
    }

    pub fn into_entries(self) -> impl Iterator<Item = (Key, Node)> {
        self.entries.into_iter()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry, or replaces the value (and the place of the key) where it stands.
    pub fn insert(&mut self, key: Key, node: Node) {
        match self
            .entries
            .iter()
            .position(|(old, _)| old.name == key.name)
        {
            Some(index) => self.entries[index] = (key, node),
            None => self.entries.push((key, node)),
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let index = self.entries.iter().position(|(old, _)| old.name == key)?;
        Some(self.entries.remove(index).1)
    }
}

/// Whether a key states a source rather than a value.
pub fn is_said(key: &str) -> bool {
    SAID_KEYS.contains(&key)
}

/// The tree of a file's text.
///
/// Errors (reported): `S101` for every fault of syntax; what could be read is returned nevertheless.
pub fn parse(file: FileId, files: &Files, diagnostics: &Diagnostics) -> Node {
    let text = files.get(file).text.clone();
    let (document, faults) = DeTable::parse_recoverable(&text);
    super::syntax::report(&faults, file, files, diagnostics);
    let reader = Reader {
        file,
        text: &text,
        diagnostics,
    };
    let span = reader.span(0..0);
    let table = reader.table(document.get_ref(), false);
    Node::new(Value::Table(table), span)
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a Diagnostics,
}

impl Reader<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span {
            file: self.file,
            start: range.start as u32,
            end: range.end as u32,
        }
    }

    fn table(&self, table: &DeTable<'_>, is_inline: bool) -> Table {
        let mut entries: Vec<(Key, Node)> = table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().to_string();
                let span = self.span(key.span());
                let node = self.node(value.get_ref(), self.span(value.span()));
                (Key { name, span }, node)
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        Table { entries, is_inline }
    }

    fn node(&self, value: &DeValue<'_>, span: Span) -> Node {
        let value = match value {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                Value::Integer(parsed.unwrap_or_else(|fault| self.unreadable(span, &fault)))
            }
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(value) => Value::Moment(moment(value)),
            DeValue::Array(values) => {
                let nodes = values.iter();
                let nodes = nodes.map(|node| self.node(node.get_ref(), self.span(node.span())));
                Value::Array(nodes.collect())
            }
            DeValue::Table(table) => {
                let is_inline = self.text[span.start as usize..].starts_with('{');
                Value::Table(self.table(table, is_inline))
            }
        };
        Node::new(value, span)
    }

    /// Stands for a whole number that cannot be read; the parser has reported every fault but its size.
    fn unreadable(&self, span: Span, fault: &ParseIntError) -> i64 {
        use IntErrorKind::{NegOverflow, PosOverflow};
        if matches!(fault.kind(), NegOverflow | PosOverflow) {
            let message = "this whole number is too large";
            super::syntax::report_one(span, message, self.diagnostics);
        }
        0
    }
}

fn moment(written: &toml::value::Datetime) -> Moment {
    let date = written.date.map(|date| Date {
        year: i32::from(date.year),
        month: date.month,
        day: date.day,
    });
    let time = written.time.map(|time| {
        let seconds = u64::from(time.hour) * 3600
            + u64::from(time.minute) * 60
            + u64::from(time.second.unwrap_or(0));
        seconds * 1000 + u64::from(time.nanosecond.unwrap_or(0)) / 1_000_000
    });
    Moment {
        date,
        time_milliseconds: time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Node, Files, Diagnostics) {
        let mut files = Files::default();
        let file = files.add("a.toml", text.to_owned());
        let diagnostics = Diagnostics::default();
        let node = parse(file, &files, &diagnostics);
        (node, files, diagnostics)
    }

    #[test]
    fn keys_keep_the_order_of_the_file() {
        let (node, _, faults) =
            parsed("[b]\nz = 1\na = { use = \"x\", for = \"8 min\", id = \"t\" }\n[a]\n[b.c]\n");
        assert!(faults.is_empty());
        let root = node.as_table().expect("a table");
        assert_eq!(root.keys().collect::<Vec<_>>(), ["b", "a"]);
        let step = node
            .get("b")
            .and_then(|b| b.get("a"))
            .and_then(Node::as_table);
        let keys: Vec<&str> = step.expect("a table").keys().collect();
        assert_eq!(keys, ["use", "for", "id"]);
    }

    #[test]
    fn values_know_their_place() {
        let (node, files, _) = parsed("[sites.exeter]\npools = { cubicles = 40 }\n");
        let site = node
            .get("sites")
            .and_then(|s| s.get("exeter"))
            .expect("present");
        assert_eq!(files.text(site.span), "[sites.exeter]");
        let count = site
            .get("pools")
            .and_then(|p| p.get("cubicles"))
            .expect("present");
        assert_eq!(files.text(count.span), "40");
        assert_eq!(files.position(count.span).line, 2);
    }

    #[test]
    fn every_line_with_a_fault_of_syntax_is_reported() {
        let (_, files, faults) = parsed("a = 8 min\nb = 2\nc = \nd = 1\nd = 2\n");
        let printed = faults.render(&files);
        assert_eq!(faults.n_errors(), 3, "{printed}");
        assert!(printed.contains("a.toml:1:"), "{printed}");
        assert!(printed.contains("a.toml:3:"), "{printed}");
        assert!(printed.contains("given twice"), "{printed}");
    }

    #[test]
    fn dates_and_times_are_moments() {
        let (node, _, _) = parsed("start = 2023-04-01\nat = 2023-04-01T08:30:00\n");
        let date = Date {
            year: 2023,
            month: 4,
            day: 1,
        };
        let check = |key: &str, time_milliseconds| {
            let expected = Moment {
                date: Some(date),
                time_milliseconds,
            };
            assert_eq!(
                node.get(key).map(|n| &n.value),
                Some(&Value::Moment(expected))
            );
        };
        check("start", None);
        check("at", Some(8 * 3_600_000 + 30 * 60_000));
    }
}
