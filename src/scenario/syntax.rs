//! Faults of TOML in a planner's words.
//!
//! One slip confuses a parser for a while: only the first fault of a line is reported, and nothing after a bracket
//! that is never closed.

use std::ops::Range;

use super::codes;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::files::{FileId, Files, Span};

/// Reports what the parser found wrong in a file, as `S101`.
pub fn report(faults: &[toml::de::Error], file: FileId, files: &Files, diagnostics: &Diagnostics) {
    let text = &files.get(file).text;
    let span = |start: usize, end: usize| Span {
        file,
        start: start as u32,
        end: end as u32,
    };
    let places = faults.iter().map(|fault| fault.span().unwrap_or(0..0));
    let mut found: Vec<(Range<usize>, &str)> = places
        .zip(faults.iter().map(toml::de::Error::message))
        .collect();
    found.sort_by_key(|(range, _)| range.start);
    let mut last_line = 0;
    for (range, message) in found {
        if let Some(bracket) = never_closed(text, range.start, message) {
            let (opening, closing) = match text.as_bytes()[bracket] {
                b'[' => ("list", "]"),
                _ => ("table", "}"),
            };
            let message = format!("not valid TOML: this {opening} is never closed");
            let fault = Diagnostic::error(codes::SYNTAX, span(bracket, bracket + 1), message);
            diagnostics.report(fault.try_this(format!("put \"{closing}\" after its last item")));
            return;
        }
        let line = files.position(span(range.start, range.end)).line;
        if line != last_line {
            let is_text = message.starts_with("invalid basic string");
            let quote = text[..range.start].rfind('"').filter(|_| is_text);
            let start = quote.unwrap_or(range.start);
            let message = match message {
                m if m.starts_with("string values must") && range.is_empty() => "missing value",
                m => m,
            };
            report_one(span(start, range.end), message, diagnostics);
        }
        last_line = line;
    }
}

/// Reports one fault at a place.
pub fn report_one(span: Span, message: &str, diagnostics: &Diagnostics) {
    let (sentence, advice) = in_plain_words(message);
    let message = format!("not valid TOML: {}", sentence.trim_end_matches('.'));
    let fault = Diagnostic::error(codes::SYNTAX, span, message);
    diagnostics.report(match advice {
        "" => fault,
        advice => fault.try_this(advice),
    });
}

/// What the parser says, and what to do about it; its own words where it needs no translation.
fn in_plain_words(message: &str) -> (&str, &str) {
    const WORDS: [(&str, &str, &str); 9] = [
        (
            "invalid basic string",
            "this text has no closing quotation mark",
            "end the text with \"",
        ),
        (
            "string values must be quoted",
            "a text must be in quotation marks",
            "write it like \"40 per day\"",
        ),
        (
            "duplicate key",
            "this name is given twice",
            "a table is opened once, and holds every key once",
        ),
        (
            "key with no value",
            "this key has no value",
            "write it like key = value",
        ),
        (
            "missing value",
            "a value is missing here",
            "write it like key = value",
        ),
        (
            "missing comma between",
            "a comma is missing before this",
            "separate the items with commas",
        ),
        (
            "extra comma",
            "there is a comma too many here",
            "take the comma out",
        ),
        (
            "missing assignment",
            "\"=\" is missing after a key",
            "write it like key = value",
        ),
        (
            "unexpected leading zero",
            "a number cannot begin with a zero",
            "without the zero, or as a text in quotation marks",
        ),
    ];
    let known = WORDS.iter().find(|(start, ..)| message.starts_with(start));
    known.map_or((message, ""), |(_, sentence, advice)| (*sentence, *advice))
}

/// The last bracket before `offset` that is still open there, if what stands there shows that it was meant to be closed.
fn never_closed(text: &str, offset: usize, message: &str) -> Option<usize> {
    if message.starts_with("unclosed array,") || message.starts_with("unclosed inline") {
        return open_brackets(text, offset).last().copied();
    }
    let line_start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let bracket = *open_brackets(text, line_start).last()?;
    let line = text[line_start..].lines().next().unwrap_or("").trim();
    let is_list = text.as_bytes()[bracket] == b'[';
    let is_key = line
        .split_once('=')
        .is_some_and(|(key, _)| is_bare(key.trim()));
    let inner = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let is_header = inner.is_some_and(|(name, _)| is_bare(name.trim_matches('[').trim()));
    let begins_item = !is_list && line.starts_with('{');
    (is_header || (is_list && is_key) || begins_item).then_some(bracket)
}

/// Whether this may be a dotted key or the name of a table.
fn is_bare(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-.\"".contains(c);
    !name.is_empty() && name.chars().all(is_part)
}

/// Places of the brackets opened and not closed before `offset`, outside texts and comments.
fn open_brackets(text: &str, offset: usize) -> Vec<usize> {
    let mut open = Vec::new();
    let mut quote: Option<char> = None;
    let mut is_comment = false;
    let mut is_escaped = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < offset) {
        match (c, quote) {
            // Neither comments nor the texts of a scenario go on in the next line.
            ('\n', _) => (quote, is_comment, is_escaped) = (None, false, false),
            _ if is_comment => {}
            (_, Some('"')) if is_escaped => is_escaped = false,
            ('\\', Some('"')) => is_escaped = true,
            (_, Some(mark)) if c == mark => quote = None,
            (_, Some(_)) => {}
            ('#', None) => is_comment = true,
            ('"' | '\'', None) => quote = Some(c),
            ('[' | '{', None) => open.push(at),
            (']' | '}', None) => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    /// The faults of `text` as `line:column sentence`.
    fn check(text: &str, expected: &[&str]) {
        let mut files = Files::default();
        let file = files.add("a.toml", text.to_owned());
        let diagnostics = Diagnostics::default();
        tree::parse(file, &files, &diagnostics);
        let said = |fault: Diagnostic| {
            let at = files.position(fault.span.expect("a place"));
            let message = fault.message.replace("not valid TOML: ", "");
            format!("{}:{} {message}", at.line, at.column)
        };
        let found: Vec<String> = diagnostics.sorted().into_iter().map(said).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn slips_are_named_in_plain_words() {
        check(
            "a = \"7 days\nb = 1\n",
            &["1:5 this text has no closing quotation mark"],
        );
        check("a = 8 min\n", &["1:5 a text must be in quotation marks"]);
        check("a = 1\na = 2\n", &["2:1 this name is given twice"]);
        check("a =\n", &["1:4 a value is missing here"]);
        check(
            "a = [true \"b\"]\n",
            &["1:11 a comma is missing before this"],
        );
        check(
            "a = { b = \"x\" c = 2 }\n",
            &["1:15 a comma is missing before this"],
        );
        check("a 1\n", &["1:3 this key has no value"]);
        check("a = 08\n", &["1:5 a number cannot begin with a zero"]);
    }

    #[test]
    fn a_bracket_that_is_never_closed_is_the_only_fault_after_it() {
        check(
            "a = 8 min\nb = [1, # ]\n\"]\",\n[c]\nd = 2\n",
            &[
                "1:5 a text must be in quotation marks",
                "2:5 this list is never closed",
            ],
        );
        check(
            "a = [\n  { b = 1 },\nc = 2\n",
            &["1:5 this list is never closed"],
        );
        check(
            "a = [\n  { b = 1,\n  { b = 2 },\n]\n",
            &["2:3 this table is never closed"],
        );
        check("a = [1,\n", &["1:5 this list is never closed"]);
    }
}
