//! How a file differs from what it should be: which line, and what stands there.

use serde_json::{Value, json};

/// Characters of a line that are shown.
const SHOWN: usize = 120;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An input in the record is not the one its hash belongs to.
    Input,
    /// What the run wrote comes out again; the file on the disk is another.
    Changed,
    /// Neither the file nor what the record says of it comes out again.
    Otherwise,
    /// The record lists a file that is not there.
    Missing,
    /// A file comes out that the record does not list.
    Unlisted,
}

/// One file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub path: String,
    pub kind: Kind,
    /// Counted from 1; none of a file without lines.
    pub line: Option<usize>,
    /// What stands there, and what comes out now.
    pub written: String,
    pub again: String,
    /// Further sentences: which replication and measure, whose journeys.
    pub more: Vec<String>,
}

impl Difference {
    /// Of a file as a whole.
    pub fn of_file(path: &str, kind: Kind) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            line: None,
            written: String::new(),
            again: String::new(),
            more: Vec::new(),
        }
    }

    pub fn words(&self) -> String {
        let place = match self.line {
            Some(line) => format!("{}:{line}", self.path),
            None => self.path.clone(),
        };
        let what = match self.kind {
            Kind::Input => "the text of this input in run.json is not the one that was run",
            Kind::Changed => "the file was changed after the run",
            Kind::Otherwise => "it comes out otherwise now",
            Kind::Missing => "the run wrote this file, and it is gone",
            Kind::Unlisted => "the run should have written this file",
        };
        let mut words = format!("differs: {place}: {what}");
        if !(self.written.is_empty() && self.again.is_empty()) {
            words.push_str(&format!(
                "\n  written  {}\n  again    {}",
                self.written, self.again
            ));
        }
        for more in &self.more {
            words.push_str("\n  ");
            words.push_str(more);
        }
        words
    }

    pub fn as_json(&self) -> Value {
        let kind = match self.kind {
            Kind::Input => "input",
            Kind::Changed => "changed",
            Kind::Otherwise => "otherwise",
            Kind::Missing => "missing",
            Kind::Unlisted => "unlisted",
        };
        json!({
            "file": self.path,
            "kind": kind,
            "line": self.line,
            "written": self.written,
            "again": self.again,
            "more": self.more,
        })
    }
}

/// The first line in which two texts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstLine {
    /// Counted from 1.
    pub line: usize,
    pub written: String,
    pub again: String,
}

/// None if the texts are the same.
pub fn first_line(written: &str, again: &str) -> Option<FirstLine> {
    if written == again {
        return None;
    }
    let (mut left, mut right) = (written.split('\n'), again.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        let pair = (left.next(), right.next());
        if pair.0 != pair.1 {
            let (written, again) = excerpts(pair.0, pair.1);
            return Some(FirstLine {
                line,
                written,
                again,
            });
        }
    }
}

/// The first difference of two files: by line of text, else by byte.
pub fn compare(path: &str, kind: Kind, written: &[u8], again: &[u8]) -> Difference {
    let mut difference = Difference::of_file(path, kind);
    let texts = (std::str::from_utf8(written), std::str::from_utf8(again));
    if let (Ok(before), Ok(after)) = texts {
        if let Some(first) = first_line(before, after) {
            difference.line = Some(first.line);
            (difference.written, difference.again) = (first.written, first.again);
        }
        return difference;
    }
    let same = written.iter().zip(again).take_while(|(a, b)| a == b);
    difference.more.push(format!(
        "the first byte that differs is number {}, of {} written and {} now",
        same.count() + 1,
        written.len(),
        again.len()
    ));
    difference
}

/// Both lines, cut to a stretch around the first character that differs.
pub fn excerpts(written: Option<&str>, again: Option<&str>) -> (String, String) {
    let characters = |line: Option<&str>| line.unwrap_or("").chars().collect::<Vec<_>>();
    let (before, after) = (characters(written), characters(again));
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b);
    // Long lines are shown from a little before the place.
    let from = same.count().saturating_sub(SHOWN / 2);
    let longest = before.len().max(after.len());
    let from = if longest <= SHOWN { 0 } else { from };
    let cut = |line: Option<&str>, characters: &[char]| match line {
        None => "(no such line)".to_owned(),
        Some(_) => {
            let shown: String = characters.iter().skip(from).take(SHOWN).collect();
            let begins = if from > 0 { "…" } else { "" };
            let ends = if characters.len() > from + SHOWN {
                "…"
            } else {
                ""
            };
            format!("{begins}{shown}{ends}")
        }
    };
    (cut(written, &before), cut(again, &after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named_with_both_sides() {
        let check = |written: &str, again: &str, expected: Option<(usize, &str, &str)>| {
            let found = first_line(written, again);
            let found = found
                .as_ref()
                .map(|first| (first.line, &*first.written, &*first.again));
            assert_eq!(found, expected);
        };
        check("a\nb\n", "a\nb\n", None);
        check("a\nb\n", "a\nc\n", Some((2, "b", "c")));
        check("a\nb", "a\nb\n", Some((3, "(no such line)", "")));
        check("", "a", Some((1, "", "a")));
    }

    #[test]
    fn a_long_line_is_cut_around_the_difference() {
        let long = "x".repeat(1000);
        let (written, again) = excerpts(
            Some(&format!("{long}1{long}")),
            Some(&format!("{long}2{long}")),
        );
        assert!(written.starts_with('…') && written.ends_with('…'));
        assert!(written.contains("x1x") && again.contains("x2x"));
        assert_eq!(written.chars().count(), SHOWN + 2);
    }

    #[test]
    fn of_bytes_that_are_no_text_the_place_is_told() {
        let found = compare("a.png", Kind::Changed, &[1, 255, 3], &[1, 255, 4, 5]);
        assert_eq!(found.line, None);
        assert_eq!(
            found.more,
            ["the first byte that differs is number 3, of 3 written and 4 now"]
        );
    }
}
