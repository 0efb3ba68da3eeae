//! Where the cells of a CSV text begin and end; blank lines and a byte-order mark are skipped.

/// The records of a text as the places of their cells; blank lines are skipped.
pub struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where a quotation mark opens that is never closed.
    pub unclosed: Option<u32>,
}

impl<'a> Records<'a> {
    pub fn new(text: &'a str) -> Self {
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            bytes: text.as_bytes(),
            at: mark,
            unclosed: None,
        }
    }

    /// The end of the cell that starts at `self.at`.
    fn cell_end(&mut self) -> usize {
        let rest = &self.bytes[self.at..];
        if rest.first() != Some(&b'"') {
            let end = rest
                .iter()
                .position(|byte| matches!(byte, b',' | b'\n' | b'\r'));
            return self.at + end.unwrap_or(rest.len());
        }
        let mut quotes = rest
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, byte)| **byte == b'"');
        while let Some((quote, _)) = quotes.next() {
            if rest.get(quote + 1) == Some(&b'"') {
                quotes.next();
            } else {
                return self.at + quote + 1;
            }
        }
        self.unclosed = Some(self.at as u32);
        self.bytes.len()
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<(u32, u32)>;

    fn next(&mut self) -> Option<Self::Item> {
        while matches!(self.bytes.get(self.at), Some(b'\n' | b'\r')) {
            self.at += 1;
        }
        if self.at >= self.bytes.len() {
            return None;
        }
        let mut cells = Vec::new();
        loop {
            let start = self.at;
            self.at = self.cell_end();
            cells.push((start as u32, self.at as u32));
            // Anything between a closing quotation mark and the next separator belongs to no cell.
            while !matches!(self.bytes.get(self.at), None | Some(b',' | b'\n' | b'\r')) {
                self.at += 1;
            }
            match self.bytes.get(self.at) {
                Some(b',') => self.at += 1,
                _ => return Some(cells),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_end_at_commas_and_line_ends_outside_quotation_marks() {
        let check = |text: &str, expected: &[&[&str]]| {
            let cell = |(start, end): &(u32, u32)| text[*start as usize..*end as usize].to_owned();
            let records = Records::new(text).map(|record| record.iter().map(cell).collect());
            assert_eq!(records.collect::<Vec<Vec<String>>>(), expected, "{text:?}");
        };
        check("a,b\n\n1,2", &[&["a", "b"], &["1", "2"]]);
        check("\"a,b\",c\r\n", &[&["\"a,b\"", "c"]]);
        check("\"a\"\"b\",\n", &[&["\"a\"\"b\"", ""]]);
        check("\"a\nb\" x,c\n", &[&["\"a\nb\"", "c"]]);
        check(",\n", &[&["", ""]]);
    }
}
