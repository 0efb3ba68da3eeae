//! The log of events against the same replication told again: the first event that differs, and whose it is.
//!
//! Both are read side by side and neither is kept, since a log may be larger than memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Stop;
use super::differences::{Difference, Kind, excerpts};
use crate::cli::options::Exit;
use crate::cli::writing::{EVENTS, Hashing, tell_log};
use crate::cli::{interrupt, say};
use crate::report::run_json::Written;
use crate::uec::model::Model;

/// Events of a patient that are shown, the last before the difference.
const SHOWN: usize = 30;

pub struct Compared {
    /// What is written now, or what is recorded if that could not be told to the end.
    pub again: Written,
    pub difference: Option<Difference>,
}

/// Compares `events.csv` in `folder` with the events of a replication.
pub fn compare(
    folder: &Path,
    model: &Model,
    replication: u32,
    recorded: Option<&Written>,
) -> Result<Compared, Stop> {
    let path = folder.join(EVENTS);
    let failed = |fault: io::Error| {
        let message = format!("{} cannot be read: {fault}", path.display());
        Stop::Ended(say::fault(Exit::Machine, &message))
    };
    let is_there = path.is_file();
    let stop = AtomicBool::new(false);
    let against = match is_there {
        true => Against::new(
            Box::new(BufReader::new(File::open(&path).map_err(failed)?)),
            &stop,
        ),
        false => Against::new(Box::new(io::empty()), &stop),
    };
    let mut to = Hashing::new(against);
    // Without a file all is told, for the hash.
    to.inner().is_on = is_there;
    let is_whole = tell_log(model, replication, &stop, &mut to).map_err(failed)?;
    let first = to.inner().finish(is_whole).map_err(failed)?;
    if !is_whole && first.is_none() {
        return Err(Stop::Ended(Exit::Interrupted));
    }
    let told = to.written(EVENTS);
    let again = match (is_whole, recorded) {
        (false, Some(recorded)) => recorded.clone(),
        _ => told,
    };
    if !is_there {
        return Ok(Compared {
            again,
            difference: Some(Difference::of_file(EVENTS, Kind::Missing)),
        });
    }
    let Some(first) = first else {
        return Ok(Compared {
            again,
            difference: None,
        });
    };
    let on_disk = hash_of(&path).map_err(failed)?;
    let is_as_recorded = recorded.is_some_and(|recorded| recorded.sha256 == on_disk.sha256);
    let kind = match is_as_recorded {
        true => Kind::Otherwise,
        false => Kind::Changed,
    };
    let (written, again_line) = excerpts(first.written.as_deref(), first.again.as_deref());
    let difference = Difference {
        line: Some(first.line),
        written,
        again: again_line,
        more: histories(&path, &first, replication).map_err(failed)?,
        ..Difference::of_file(EVENTS, kind)
    };
    Ok(Compared {
        again,
        difference: Some(difference),
    })
}

fn hash_of(path: &Path) -> io::Result<Written> {
    let mut hash = Hashing::new(io::sink());
    io::copy(&mut BufReader::new(File::open(path)?), &mut hash)?;
    Ok(hash.written(EVENTS))
}

/// The first line that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct First {
    line: usize,
    written: Option<String>,
    again: Option<String>,
}

/// Takes what is told now and holds each line against the next one of the file.
struct Against<'s> {
    written: Box<dyn BufRead>,
    is_on: bool,
    /// Of the line that is not whole yet.
    told: Vec<u8>,
    line: usize,
    first: Option<First>,
    /// Raised at the first difference, and if the user wants to stop.
    stop: &'s AtomicBool,
}

impl<'s> Against<'s> {
    fn new(written: Box<dyn BufRead>, stop: &'s AtomicBool) -> Self {
        Self {
            written,
            is_on: true,
            told: Vec::new(),
            line: 0,
            first: None,
            stop,
        }
    }

    fn next_written(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let n = self.written.read_until(b'\n', &mut line)?;
        Ok((n > 0).then_some(line))
    }

    fn hold_against(&mut self, told: Option<Vec<u8>>) -> io::Result<()> {
        let written = self.next_written()?;
        self.line += 1;
        if written != told {
            let text = |line: Vec<u8>| {
                let text = String::from_utf8_lossy(&line).into_owned();
                text.trim_end_matches('\n').to_owned()
            };
            self.first = Some(First {
                line: self.line,
                written: written.map(text),
                again: told.map(text),
            });
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The difference, if any; the file may also go on where nothing more is told.
    fn finish(&mut self, is_whole: bool) -> io::Result<Option<First>> {
        if is_whole && self.is_on && self.first.is_none() {
            self.hold_against(None)?;
        }
        Ok(self.first.clone())
    }
}

impl Write for Against<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupt::has_happened() {
            self.stop.store(true, Ordering::Relaxed);
        }
        if !self.is_on {
            return Ok(bytes.len());
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.first.is_some() {
                break;
            }
            self.told.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let told = std::mem::take(&mut self.told);
                self.hold_against(Some(told))?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whose events differ, and all that happened to them before: up to the difference both logs say the same.
fn histories(path: &Path, first: &First, replication: u32) -> io::Result<Vec<String>> {
    let mut told = vec![format!(
        "it is event {} of replication {replication}, and the first that differs",
        first.line.saturating_sub(1)
    )];
    for (line, when) in [
        (&first.written, "as written"),
        (&first.again, "as it comes out now"),
    ] {
        let Some(line) = line else {
            told.push(format!("{when}, nothing more happens"));
            continue;
        };
        let patient = line.split(',').next().unwrap_or_default();
        told.push(format!("patient {patient}, {when}:"));
        let mut before = earlier(path, patient, first.line)?;
        before.push(line.clone());
        let n_left_out = before.len().saturating_sub(SHOWN);
        if n_left_out > 0 {
            told.push(format!("  ({n_left_out} earlier events)"));
        }
        told.extend(before[n_left_out..].iter().map(|row| event_words(row)));
    }
    Ok(told)
}

/// Rows of a patient before a line.
fn earlier(path: &Path, patient: &str, line: usize) -> io::Result<Vec<String>> {
    let begin = format!("{patient},");
    let mut rows = Vec::new();
    for row in BufReader::new(File::open(path)?)
        .lines()
        .take(line - 1)
        .skip(1)
    {
        let row = row?;
        if row.starts_with(&begin) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// `  minute 612.4000: hold cubicles at exeter (3)`.
fn event_words(row: &str) -> String {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(row.as_bytes());
    let Some(Ok(cells)) = reader.records().next() else {
        return format!("  {row}");
    };
    let cell = |index: usize| cells.get(index).unwrap_or("");
    let with = |before: &str, words: &str, after: &str| match words {
        "" => String::new(),
        words => format!("{before}{words}{after}"),
    };
    format!(
        "  minute {}: {} {}{}{}{}",
        cell(4),
        cell(2),
        cell(3),
        with(" at ", cell(7), ""),
        with(", unit ", cell(5), ""),
        with(" (", cell(8), ")")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        written: &'static str,
        told: &[&str],
        expected: Option<(usize, Option<&str>, Option<&str>)>,
    ) {
        let stop = AtomicBool::new(false);
        let mut against = Against::new(Box::new(written.as_bytes()), &stop);
        for piece in told {
            against
                .write_all(piece.as_bytes())
                .expect("memory can be written");
        }
        let first = against.finish(true).expect("memory can be read");
        let found = first
            .as_ref()
            .map(|first| (first.line, first.written.as_deref(), first.again.as_deref()));
        assert_eq!(found, expected);
        assert_eq!(stop.into_inner(), expected.is_some());
    }

    #[test]
    fn lines_are_held_against_each_other_however_they_are_cut() {
        check("a,1\nb,2\n", &["a,", "1\nb", ",2\n"], None);
        check(
            "a,1\nb,2\n",
            &["a,1\nb,3\nc,4\n"],
            Some((2, Some("b,2"), Some("b,3"))),
        );
        check("a,1\n", &["a,1\nb,2\n"], Some((2, None, Some("b,2"))));
        check("a,1\nb,2\n", &["a,1\n"], Some((2, Some("b,2"), None)));
    }

    #[test]
    fn an_event_is_told_in_words() {
        let row =
            "walk_ins:7,walk_ins,resource_use,cubicles,12.5000,3,2024-01-01T00:12:30,hospital,";
        assert_eq!(
            event_words(row),
            "  minute 12.5000: resource_use cubicles at hospital, unit 3"
        );
    }
}
