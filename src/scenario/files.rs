//! The files that took part in a scenario, and places in them.

use std::sync::Arc;

/// Position in [`Files`], in the order of reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of a file, in bytes; `end` is the first byte after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

/// A value with the place it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located<T> {
    pub value: T,
    pub span: Span,
}

/// The text of one file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As the source knows it, with forward slashes.
    pub path: String,
    pub text: Arc<str>,
    /// Byte offset of the first character of every line.
    line_starts: Vec<u32>,
}

/// Every file read so far.
#[derive(Clone, Debug, Default)]
pub struct Files {
    list: Vec<SourceFile>,
}

/// A place as people count: the first line and the first column are 1, columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Files {
    /// Keeps `text` under `path`; the same path is kept once.
    pub fn add(&mut self, path: &str, text: String) -> FileId {
        if let Some(id) = self.find(path) {
            return id;
        }
        self.list.push(SourceFile::new(path, text));
        FileId(self.list.len() as u32 - 1)
    }

    pub fn find(&self, path: &str) -> Option<FileId> {
        let index = self.list.iter().position(|file| file.path == path)?;
        Some(FileId(index as u32))
    }

    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.list[id.0 as usize]
    }

    /// In the order of reading.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SourceFile> {
        self.list.iter()
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        let text = &self.get(span.file).text;
        text.get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    pub fn position(&self, span: Span) -> Position {
        self.get(span.file).position(span.start)
    }
}

impl SourceFile {
    fn new(path: &str, text: String) -> Self {
        let mut line_starts = vec![0];
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        line_starts.extend(ends.map(|(at, _)| at as u32 + 1));
        Self {
            path: path.to_owned(),
            text: text.into(),
            line_starts,
        }
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1] as usize;
        let before = self.text.get(start..offset as usize).unwrap_or("");
        Position {
            line: line as u32,
            column: without_mark(before).chars().count() as u32 + 1,
        }
    }

    /// The text of a line (counted from 1) without its end.
    pub fn line(&self, line: u32) -> &str {
        let start = self.line_starts[line as usize - 1] as usize;
        let end = self.line_starts.get(line as usize);
        let end = end.map_or(self.text.len(), |next| *next as usize);
        without_mark(self.text[start..end].trim_end_matches(['\n', '\r']))
    }
}

/// Text without the byte-order mark that spreadsheets put before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

impl Span {
    /// From the start of `self` to the end of `other`, which is in the same file.
    pub fn to(self, other: Self) -> Self {
        Self {
            end: other.end.max(self.end),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut files = Files::default();
        let id = files.add("a.toml", "één = 1\r\nb = 2\n".to_owned());
        let file = files.get(id);
        assert_eq!(file.position(6), Position { line: 1, column: 5 });
        let second = file.text.find('b').expect("present") as u32;
        assert_eq!(file.position(second), Position { line: 2, column: 1 });
        assert_eq!(file.line(1), "één = 1");
        assert_eq!(file.line(3), "");
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let mut files = Files::default();
        let id = files.add("a.csv", "\u{feff}zone,weight".to_owned());
        assert_eq!(files.get(id).position(3).column, 1);
        assert_eq!(files.get(id).line(1), "zone,weight");
    }
}
