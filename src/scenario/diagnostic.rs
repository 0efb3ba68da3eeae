//! Faults of a scenario, collected and printed as a planner can act on them.
//!
//! Every fault is kept, none stops the reading; they are printed in the order of files and places.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write;

use super::files::{Files, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// One fault: what is wrong, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// As in [`super::codes`]: `S101`.
    pub code: &'static str,
    pub severity: Severity,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// Absent for faults of the whole scenario.
    pub span: Option<Span>,
    /// Further lines: `note: …`, then `try: …`, in the order added.
    pub lines: Vec<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, Some(span), message.into())
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, Some(span), message.into())
    }

    /// An error that belongs to no place in a file.
    pub fn placeless(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, None, message.into())
    }

    fn new(code: &'static str, severity: Severity, span: Option<Span>, message: String) -> Self {
        Self {
            code,
            severity,
            message,
            span,
            lines: Vec::new(),
        }
    }

    /// Adds what to write instead.
    pub fn try_this(mut self, advice: impl AsRef<str>) -> Self {
        self.lines.push(format!("try: {}", advice.as_ref()));
        self
    }

    /// Adds an explanation.
    pub fn note(mut self, note: impl AsRef<str>) -> Self {
        self.lines.push(format!("note: {}", note.as_ref()));
        self
    }

    /// Adds `try: "nearest"` if one of `known` is near to `written`, else the first few known names as a note.
    pub fn suggest<S: AsRef<str>>(self, written: &str, known: impl IntoIterator<Item = S>) -> Self {
        let known: Vec<S> = known.into_iter().collect();
        match nearest(written, known.iter().map(AsRef::as_ref)) {
            Some(name) => self.try_this(format!("\"{name}\"")),
            None if known.is_empty() => self,
            None => self.note(format!("known: {}", listing(&known))),
        }
    }
}

/// All faults found so far. Adding needs no exclusive access, so that readers of different tables may share it.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: RefCell<Vec<Diagnostic>>,
    /// Names of things that could not be read.
    spoilt: RefCell<BTreeSet<String>>,
}

impl Diagnostics {
    /// Keeps a fault; the same fault is kept once.
    pub fn report(&self, diagnostic: Diagnostic) {
        let mut list = self.list.borrow_mut();
        if !list.contains(&diagnostic) {
            list.push(diagnostic);
        }
    }

    pub fn error(&self, code: &'static str, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    /// How many faults were found so far.
    pub fn len(&self) -> usize {
        self.list.borrow().len()
    }

    /// Adds an explanation to every error but the first `n` faults.
    pub fn explain_from(&self, n: usize, note: &str) {
        let mut list = self.list.borrow_mut();
        let errors = list.iter_mut().skip(n);
        for fault in errors.filter(|fault| fault.severity == Severity::Error) {
            fault.lines.insert(0, format!("note: {note}"));
        }
    }

    /// Without faults, knowing the same names of things that could not be read.
    pub fn beside(&self) -> Self {
        Self {
            list: RefCell::default(),
            spoilt: self.spoilt.clone(),
        }
    }

    /// Adds faults found elsewhere that are not known here, with an explanation to every error.
    pub fn join(&self, others: Self, note: &str) {
        let known = self.list.borrow().clone();
        let n_before = self.len();
        for fault in others.list.into_inner() {
            if !known.contains(&fault) {
                self.report(fault);
            }
        }
        self.explain_from(n_before, note);
        self.spoilt.borrow_mut().extend(others.spoilt.into_inner());
    }

    /// Notes that the thing of this name could not be read: that the name is unknown only follows from that.
    pub fn spoil(&self, name: &str) {
        self.spoilt.borrow_mut().insert(name.to_owned());
    }

    /// Whether faults about this name follow from one that is reported already.
    pub fn is_spoilt(&self, name: &str) -> bool {
        self.spoilt.borrow().contains(name)
    }

    pub fn has_errors(&self) -> bool {
        self.n_errors() > 0
    }

    pub fn n_errors(&self) -> usize {
        let list = self.list.borrow();
        list.iter()
            .filter(|fault| fault.severity == Severity::Error)
            .count()
    }

    pub fn is_empty(&self) -> bool {
        self.list.borrow().is_empty()
    }

    /// Every fault, in the order of files and places; those without a place last.
    pub fn sorted(&self) -> Vec<Diagnostic> {
        let mut list = self.list.borrow().clone();
        list.sort_by_key(|fault| (fault.span.is_none(), fault.span));
        list
    }

    /// The printed form of every fault, a blank line between two.
    pub fn render(&self, files: &Files) -> String {
        let rendered: Vec<String> = self
            .sorted()
            .iter()
            .map(|fault| render(fault, files))
            .collect();
        rendered.join("\n")
    }
}

/// Longest source line printed whole, in characters.
const WIDEST: usize = 140;

/// The printed form of a fault, ending with a line break.
pub fn render(diagnostic: &Diagnostic, files: &Files) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{severity}[{}]: {}\n", diagnostic.code, diagnostic.message);
    if let Some(span) = diagnostic.span {
        render_place(&mut text, span, files);
    }
    for line in &diagnostic.lines {
        writeln!(text, "  {line}").expect("a string takes any text");
    }
    text
}

fn render_place(text: &mut String, span: Span, files: &Files) {
    let file = files.get(span.file);
    let at = file.position(span.start);
    let line = file.line(at.line);
    let n_before = at.column as usize - 1;
    let n_inside = files.text(span).split(['\n', '\r']).next();
    let n_inside = n_inside.map_or(0, |inside| inside.chars().count());
    let n_line = line.chars().count();
    let n_inside = n_inside.min(n_line.saturating_sub(n_before)).max(1);
    let (line, n_before, n_inside) = shortened(line, n_before, n_inside);
    let indent: String = line
        .chars()
        .chain(std::iter::repeat(' '))
        .take(n_before)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    let carets = "^".repeat(n_inside);
    writeln!(text, "  {}:{}:{}", file.path, at.line, at.column)
        .and_then(|()| writeln!(text, "  {number} | {}", line.trim_end()))
        .and_then(|()| writeln!(text, "  {margin} | {indent}{carets}"))
        .expect("a string takes any text");
}

/// A line cut to what surrounds the fault, with the places of the fault in it.
fn shortened(line: &str, n_before: usize, n_inside: usize) -> (String, usize, usize) {
    let n_line = line.chars().count();
    if n_line <= WIDEST {
        return (line.to_owned(), n_before, n_inside);
    }
    let n_inside = n_inside.min(WIDEST - 40);
    let spare = (WIDEST - n_inside) / 2;
    let first = n_before.saturating_sub(spare).min(n_line - WIDEST);
    let kept: String = line.chars().skip(first).take(WIDEST).collect();
    let before = if first > 0 { "…" } else { "" };
    let after = if first + WIDEST < n_line { "…" } else { "" };
    let moved = n_before - first + before.chars().count();
    (format!("{before}{kept}{after}"), moved, n_inside)
}

/// The known name nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(written);
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let other = fold(name);
        let likeness = strsim::normalized_damerau_levenshtein(&folded, &other);
        let edits = strsim::osa_distance(&folded, &other);
        let (a, b) = (folded.chars().count(), other.chars().count());
        let (shorter, longer) = (a.min(b), a.max(b));
        // Between names of one or two letters every other one would be near.
        let is_near = edits <= 1 + shorter / 4 && 2 * edits < longer;
        let begins = shorter >= 4 && (other.starts_with(&folded) || folded.starts_with(&other));
        let is_better = best.is_none_or(|(score, _)| likeness > score);
        if (is_near || begins) && is_better {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Names that differ only in case, hyphens or spaces are the same to a reader.
fn fold(name: &str) -> String {
    name.to_lowercase().replace(['-', ' '], "_")
}

/// Up to eight names as people list them: `"a", "b" and 3 more`.
pub fn listing<S: AsRef<str>>(names: &[S]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("\"{}\"", name.as_ref()))
        .collect();
    let more = names.len().saturating_sub(MOST);
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> (Files, Span) {
        let mut files = Files::default();
        let file = files.add("systems/northgate.toml", text.to_owned());
        let start = text.find("\"short_stey\"").expect("present") as u32;
        let end = start + 12;
        (files, Span { file, start, end })
    }

    #[test]
    fn a_fault_is_printed_with_its_line_and_a_caret() {
        let text =
            "\n".repeat(40) + "admits_to = [\"acute_medical\", \"short_stey\", \"surgical\"]\n";
        let (files, span) = files(&text);
        let fault = Diagnostic::error("S301", span, "no ward is called \"short_stey\"")
            .try_this("\"short_stay\" (line 96), or add [wards.short_stey]");
        let expected = "error[S301]: no ward is called \"short_stey\"
  systems/northgate.toml:41:31
  41 | admits_to = [\"acute_medical\", \"short_stey\", \"surgical\"]
     |                               ^^^^^^^^^^^^
  try: \"short_stay\" (line 96), or add [wards.short_stey]
";
        assert_eq!(render(&fault, &files), expected);
    }

    #[test]
    fn a_long_line_is_cut_around_the_fault() {
        let text = format!(
            "x = [{}\"short_stey\"{}]",
            "1, ".repeat(200),
            ", 2".repeat(200)
        );
        let (files, span) = files(&text);
        let printed = render(&Diagnostic::error("S301", span, "unknown"), &files);
        let lines: Vec<&str> = printed.lines().collect();
        assert!(lines[2].chars().count() < 160, "{}", lines[2]);
        let caret = lines[3].chars().position(|c| c == '^').expect("a caret");
        let quote = lines[2].chars().position(|c| c == '"').expect("the value");
        assert_eq!(caret, quote);
    }

    #[test]
    fn faults_are_kept_once_and_printed_in_file_order() {
        let (files, span) = files("a = \"short_stey\"");
        let later = Span {
            start: 9,
            end: 10,
            ..span
        };
        let diagnostics = Diagnostics::default();
        diagnostics.error("S102", later, "second");
        diagnostics.error("S101", span, "first");
        diagnostics.error("S101", span, "first");
        diagnostics.report(Diagnostic::placeless("S100", "last"));
        let messages: Vec<String> = diagnostics
            .sorted()
            .into_iter()
            .map(|d| d.message)
            .collect();
        assert_eq!(messages, ["first", "second", "last"]);
        assert!(diagnostics.render(&files).contains("\n\nerror[S102]"));
    }

    #[test]
    fn the_nearest_name_is_suggested_only_if_it_is_near() {
        let known = ["short_stay", "surgical", "acute_medical"];
        let check =
            |written: &str, expected: Option<&str>| assert_eq!(nearest(written, known), expected);
        check("short_stey", Some("short_stay"));
        check("Short-Stay", Some("short_stay"));
        check("surgcal", Some("surgical"));
        check("acute", Some("acute_medical"));
        check("maternity", None);
        assert_eq!(nearest("4", ["1", "2"]), None);
        assert_eq!(nearest("mn", ["ms", "min"]), Some("min"));
    }
}
