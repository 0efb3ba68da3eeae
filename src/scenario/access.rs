//! Typed reading of tables: every fault is reported with what was expected, and none stops the reading.
//!
//! A reader gives `None` for what is missing or wrong, after reporting it. Units: durations in milliseconds, rates
//! per millisecond, shares from 0 to 1.

use std::cell::RefCell;

use super::codes;
use super::dates::Date;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::files::{Located, Span};
use super::tree::{Key, Node, Table, is_said};
use super::values;

/// Reads the keys of one table and remembers which were asked for; [`Self::finish`] reports the others.
///
/// `source`, `assumed` and `nature` are allowed in every table.
pub struct TableReader<'a> {
    pub node: &'a Node,
    table: Option<&'a Table>,
    /// What the table is, for messages: `service "nhs111"`.
    what: String,
    diagnostics: &'a Diagnostics,
    asked: RefCell<Vec<String>>,
}

impl<'a> TableReader<'a> {
    /// Errors (reported): `S106` if `node` is not a table; it then reads as one about which nothing more is said.
    pub fn new(node: &'a Node, what: impl Into<String>, diagnostics: &'a Diagnostics) -> Self {
        let what = what.into();
        let table = node.as_table();
        if table.is_none() {
            values::wrong_type(node, "a table", "{ … }", diagnostics);
        }
        let asked = RefCell::default();
        Self {
            node,
            table,
            what,
            diagnostics,
            asked,
        }
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Where a key's value stands, or the table if the key is absent.
    pub fn span_of(&self, key: &str) -> Span {
        let node = self.table.and_then(|table| table.get(key));
        node.map_or(self.node.span, |node| node.span)
    }

    pub fn has(&self, key: &str) -> bool {
        self.ask(key);
        self.table.is_some_and(|table| table.get(key).is_some())
    }

    /// The value below an optional key.
    pub fn optional(&self, key: &str) -> Option<&'a Node> {
        self.ask(key);
        self.table?.get(key)
    }

    /// The value below a key that must be there; `example` is how the value may be written.
    pub fn required(&self, key: &str, example: &str) -> Option<&'a Node> {
        let found = self.optional(key);
        if found.is_none() && self.table.is_some() {
            let message = format!("{} needs \"{key}\"", self.what);
            let fault = Diagnostic::error(codes::MISSING_KEY, self.node.span, message)
                .try_this(format!("{key} = {example}"));
            self.diagnostics.report(fault);
        }
        found
    }

    pub fn string(&self, key: &str) -> Option<&'a str> {
        values::text(self.required(key, "\"…\"")?, self.diagnostics)
    }

    pub fn optional_string(&self, key: &str) -> Option<&'a str> {
        values::text(self.optional(key)?, self.diagnostics)
    }

    /// A text with its place, for names that are looked up later.
    pub fn name(&self, key: &str) -> Option<Located<&'a str>> {
        values::name(self.required(key, "\"…\"")?, self.diagnostics)
    }

    pub fn optional_name(&self, key: &str) -> Option<Located<&'a str>> {
        values::name(self.optional(key)?, self.diagnostics)
    }

    /// The texts of a list, or one text alone; empty if the key is absent.
    pub fn names(&self, key: &str) -> Vec<Located<&'a str>> {
        let node = self.optional(key);
        node.map_or_else(Vec::new, |node| values::names(node, self.diagnostics))
    }

    /// One of `words`, as its position in them.
    pub fn word(&self, key: &str, words: &[&str]) -> Option<usize> {
        let example = format!("\"{}\"", words.first().unwrap_or(&"…"));
        values::word(self.required(key, &example)?, words, self.diagnostics)
    }

    pub fn optional_word(&self, key: &str, words: &[&str]) -> Option<usize> {
        values::word(self.optional(key)?, words, self.diagnostics)
    }

    /// Not negative; milliseconds.
    pub fn duration(&self, key: &str) -> Option<f64> {
        values::duration(self.required(key, "\"8 min\"")?, self.diagnostics)
    }

    pub fn optional_duration(&self, key: &str) -> Option<f64> {
        values::duration(self.optional(key)?, self.diagnostics)
    }

    pub fn rate(&self, key: &str) -> Option<f64> {
        values::rate(self.required(key, "\"40 per day\"")?, self.diagnostics)
    }

    pub fn optional_rate(&self, key: &str) -> Option<f64> {
        values::rate(self.optional(key)?, self.diagnostics)
    }

    pub fn share(&self, key: &str) -> Option<f64> {
        values::share(self.required(key, "0.55")?, self.diagnostics)
    }

    pub fn optional_share(&self, key: &str) -> Option<f64> {
        values::share(self.optional(key)?, self.diagnostics)
    }

    /// Any finite number.
    pub fn number(&self, key: &str) -> Option<f64> {
        values::number(self.required(key, "1.0")?, self.diagnostics)
    }

    pub fn optional_number(&self, key: &str) -> Option<f64> {
        values::number(self.optional(key)?, self.diagnostics)
    }

    /// A finite number that is not negative.
    pub fn optional_factor(&self, key: &str) -> Option<f64> {
        values::factor(self.optional(key)?, self.diagnostics)
    }

    /// A whole number that is not negative.
    pub fn count(&self, key: &str) -> Option<u64> {
        values::count(self.required(key, "1")?, self.diagnostics)
    }

    pub fn optional_count(&self, key: &str) -> Option<u64> {
        values::count(self.optional(key)?, self.diagnostics)
    }

    /// False if absent.
    pub fn flag(&self, key: &str) -> bool {
        let node = self.optional(key);
        node.and_then(|node| values::boolean(node, self.diagnostics))
            .unwrap_or(false)
    }

    pub fn optional_date(&self, key: &str) -> Option<Date> {
        values::date(self.optional(key)?, self.diagnostics)
    }

    /// The items of a list that must be there.
    pub fn list(&self, key: &str, example: &str) -> Option<&'a [Node]> {
        values::list(self.required(key, example)?, self.diagnostics)
    }

    pub fn optional_list(&self, key: &str) -> Option<&'a [Node]> {
        values::list(self.optional(key)?, self.diagnostics)
    }

    /// The keys and values of a table below `key` that must be there, statements of source left out.
    pub fn table(&self, key: &str, example: &str) -> Option<Vec<(&'a Key, &'a Node)>> {
        values::entries(self.required(key, example)?, self.diagnostics)
    }

    /// Empty if absent.
    pub fn optional_table(&self, key: &str) -> Vec<(&'a Key, &'a Node)> {
        let node = self.optional(key);
        node.and_then(|node| values::entries(node, self.diagnostics))
            .unwrap_or_default()
    }

    /// A reader of a table below `key`, if there is one.
    pub fn optional_reader(&self, key: &str, what: impl Into<String>) -> Option<TableReader<'a>> {
        let node = self.optional(key)?;
        Some(TableReader::new(node, what, self.diagnostics))
    }

    /// Keys and values of the table itself that nobody has asked for yet, for tables with free names.
    pub fn rest(&self) -> Vec<(&'a Key, &'a Node)> {
        let asked = self.asked.borrow().clone();
        let Some(table) = self.table else {
            return Vec::new();
        };
        let rest = table.own().filter(|(key, _)| !asked.contains(&key.name));
        rest.inspect(|(key, _)| self.ask(&key.name)).collect()
    }

    /// Makes keys known that someone else reads, so that they are suggested and not reported.
    pub fn allow(&self, keys: &[&str]) {
        for key in keys {
            self.ask(key);
        }
    }

    /// Reports every key that nobody asked for.
    ///
    /// Errors (reported): `S104`, with the nearest key that was asked for.
    pub fn finish(self) {
        let asked = self.asked.into_inner();
        let entries = self.table.into_iter().flat_map(Table::own);
        for (key, _) in entries.filter(|(key, _)| !asked.contains(&key.name)) {
            let message = format!("{} has no key \"{}\"", self.what, key.name);
            let fault = Diagnostic::error(codes::UNKNOWN_KEY, key.span, message);
            self.diagnostics.report(fault.suggest(&key.name, &asked));
        }
    }

    fn ask(&self, key: &str) {
        let mut asked = self.asked.borrow_mut();
        if !asked.iter().any(|known| known == key) && !is_said(key) {
            asked.push(key.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::Files;
    use super::super::tree;
    use super::*;

    /// Reads `text` with `read` and gives the messages and advice, in file order.
    fn faults(text: &str, read: impl Fn(&TableReader)) -> Vec<String> {
        let mut files = Files::default();
        let file = files.add("a.toml", text.to_owned());
        let diagnostics = Diagnostics::default();
        let node = tree::parse(file, &files, &diagnostics);
        let reader = TableReader::new(&node, "service \"a\"", &diagnostics);
        read(&reader);
        reader.finish();
        let said = |d: Diagnostic| format!("{} {} | {}", d.code, d.message, d.lines.join(" | "));
        diagnostics.sorted().into_iter().map(said).collect()
    }

    #[test]
    fn every_fault_of_a_table_is_reported() {
        let text = "title = 3\nfor = 8\nshare = 55\nlength = \"8 mn\"\npols = []\n";
        let found = faults(text, |reader| {
            assert_eq!(reader.string("title"), None);
            assert_eq!(reader.duration("for"), None);
            assert_eq!(reader.share("share"), None);
            assert_eq!(reader.duration("length"), None);
            assert!(reader.names("pools").is_empty());
            assert_eq!(reader.string("to"), None);
        });
        let expected = [
            "S105 service \"a\" needs \"to\" | try: to = \"…\"",
            "S106 expected a text, found a whole number | try: write it like \"…\", in quotation marks",
            "S106 expected a duration, found a whole number without a unit | try: \"8 min\", or another unit (ms, s, min, h, days, weeks)",
            "S108 a share lies between 0 and 1 (0 % and 100 %) | try: \"55 %\"",
            "S107 \"8 mn\" is not a duration: \"mn\" is not a known unit | try: the unit \"min\"",
            "S104 service \"a\" has no key \"pols\" | try: \"pools\"",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn good_values_are_read_in_their_units() {
        let text = "for = \"8 min\"\nshare = \"55 %\"\nn = 3\nhours = \"Mon 08:00-09:00\"\nstart = 2023-04-01\nsource = \"here\"\n";
        let found = faults(text, |reader| {
            let none = Diagnostics::default();
            assert_eq!(reader.duration("for"), Some(480_000.0));
            assert_eq!(reader.optional_share("share"), Some(0.55));
            assert_eq!(reader.count("n"), Some(3));
            assert_eq!(reader.optional_date("start"), Date::new(2023, 4, 1));
            let hours = reader
                .optional("hours")
                .and_then(|node| values::window(node, &none));
            assert_eq!(hours.map(|h| h.open_milliseconds()), Some(3_600_000));
            assert_eq!(reader.optional_number("absent"), None);
        });
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn what_is_not_a_table_is_reported_once() {
        let found = faults("site = 3\n", |reader| {
            let site = reader.optional_reader("site", "site").expect("present");
            assert_eq!(site.string("title"), None);
            site.finish();
        });
        assert_eq!(found.len(), 1);
    }
}
