//! What reading a scenario needs at hand: the source of texts, the files read so far and the faults found so far.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::csv_table::CsvTable;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::files::{FileId, Files, Position, Span};
use super::source::{self, ReadFault, Source};
use super::tree::Node;
use super::values;

pub struct Workspace<'s> {
    source: &'s dyn Source,
    files: RefCell<Files>,
    tables: RefCell<BTreeMap<FileId, Option<Arc<CsvTable>>>>,
    pub diagnostics: Diagnostics,
}

impl<'s> Workspace<'s> {
    pub fn new(source: &'s dyn Source) -> Self {
        Self {
            source,
            files: RefCell::default(),
            tables: RefCell::default(),
            diagnostics: Diagnostics::default(),
        }
    }

    /// One that has read the same files and tables, and in which nothing is wrong yet: what is read of them has the same places in both.
    pub fn beside(&self) -> Self {
        Self {
            source: self.source,
            files: self.files.clone(),
            tables: self.tables.clone(),
            diagnostics: self.diagnostics.beside(),
        }
    }

    /// Files read so far.
    pub fn n_files(&self) -> usize {
        self.files().iter().len()
    }

    pub fn files(&self) -> Ref<'_, Files> {
        self.files.borrow()
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> String {
        self.files().text(span).to_owned()
    }

    pub fn path(&self, file: FileId) -> String {
        self.files().get(file).path.clone()
    }

    pub fn position(&self, span: Span) -> Position {
        self.files().position(span)
    }

    /// `file:line`, for messages that point at a second place.
    pub fn place(&self, span: Span) -> String {
        format!("{}:{}", self.path(span.file), self.position(span).line)
    }

    /// The printed form of every fault found so far, in file order.
    pub fn render(&self) -> String {
        self.diagnostics.render(&self.files())
    }

    /// Reads the file at a path as it stands.
    ///
    /// Errors (reported): `S102`, `S103`.
    pub fn open_root(&self, path: &str) -> Option<FileId> {
        let candidates = [
            source::normalise(path),
            source::normalise(&format!("{}/{path}", source::SHIPPED)),
        ];
        self.open_first(&candidates, path, None)
    }

    /// Reads a file that a value names: looked up from the folder of the naming file, then from the shipped tree.
    ///
    /// Errors (reported at the value): `S102`, `S103`, `S106`.
    pub fn open(&self, name: &Node) -> Option<FileId> {
        let written = values::text(name, &self.diagnostics)?;
        self.open_named(written, name.span)
    }

    /// As [`Self::open`], for a file name that is made up from a value at `span`.
    pub fn open_named(&self, name: &str, span: Span) -> Option<FileId> {
        let by = self.path(span.file);
        self.open_first(&source::candidates(&by, name), name, Some(span))
    }

    /// The table in the CSV file that a value names; read once however often it is named.
    ///
    /// Errors (reported): `S102`, `S103`, `S106`, and those of [`CsvTable::parse`].
    pub fn csv(&self, name: &Node) -> Option<Arc<CsvTable>> {
        let file = self.open(name)?;
        if let Some(table) = self.tables.borrow().get(&file) {
            return table.clone();
        }
        let table = CsvTable::parse(file, &self.files(), &self.diagnostics).map(Arc::new);
        self.tables.borrow_mut().insert(file, table.clone());
        table
    }

    fn open_first(&self, candidates: &[String], name: &str, at: Option<Span>) -> Option<FileId> {
        for path in candidates {
            if let Some(id) = self.files().find(path) {
                return Some(id);
            }
            match self.source.read(path) {
                Ok(text) => return Some(self.files.borrow_mut().add(path, text)),
                Err(ReadFault::Missing) => {}
                Err(ReadFault::Unreadable(reason)) => {
                    let message = format!("{path} cannot be read: {reason}");
                    self.report(codes::UNREADABLE_FILE, at, message, |fault| fault);
                    return None;
                }
            }
        }
        self.report_missing(candidates, name, at);
        None
    }

    fn report_missing(&self, candidates: &[String], name: &str, at: Option<Span>) {
        let message = format!("there is no file \"{name}\"");
        let mut known = Vec::new();
        for path in candidates {
            let folder = source::folder(path);
            let prefix = source::folder(name);
            for file in self.source.names(folder) {
                known.push(if prefix.is_empty() {
                    file
                } else {
                    format!("{prefix}/{file}")
                });
            }
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        known.retain(|file| file.ends_with(ending));
        let near = super::diagnostic::nearest(name, known.iter().map(String::as_str));
        self.report(codes::NO_SUCH_FILE, at, message, |fault| {
            let fault = fault.note(format!("looked for {}", candidates.join(" and ")));
            match near {
                Some(near) => fault.try_this(format!("\"{near}\"")),
                None => fault,
            }
        });
    }

    fn report(
        &self,
        code: &'static str,
        at: Option<Span>,
        message: String,
        finish: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let fault = match at {
            Some(span) => Diagnostic::error(code, span, message),
            None => Diagnostic::placeless(code, message),
        };
        self.diagnostics.report(finish(fault));
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::MemorySource;
    use super::super::tree;
    use super::*;

    #[test]
    fn a_named_file_is_found_beside_the_naming_file_or_in_the_shipped_tree() {
        let memory = MemorySource::new([
            (
                "mine/a.toml",
                "one = \"b.csv\"\ntwo = \"c.csv\"\nthree = \"bb.csv\"\n",
            ),
            ("mine/b.csv", "x\n1\n"),
            ("scenarios/c.csv", "x\n1\n"),
        ]);
        let workspace = Workspace::new(&memory);
        let file = workspace.open_root("mine/a.toml").expect("present");
        let root = tree::parse(file, &workspace.files(), &workspace.diagnostics);
        let check = |key: &str, expected: Option<&str>| {
            let opened = workspace.open(root.get(key).expect("present"));
            assert_eq!(opened.map(|id| workspace.path(id)).as_deref(), expected);
        };
        check("one", Some("mine/b.csv"));
        check("two", Some("scenarios/c.csv"));
        check("three", None);
        let expected = "error[S102]: there is no file \"bb.csv\"
  mine/a.toml:3:9
  3 | three = \"bb.csv\"
    |         ^^^^^^^^
  note: looked for mine/bb.csv and scenarios/bb.csv
  try: \"b.csv\"
";
        assert_eq!(workspace.render(), expected);
    }
}
