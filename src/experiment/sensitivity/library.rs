//! Library values with a low and a high estimate, as parameters of a scenario that uses them.
//!
//! A scenario uses a library value if the source of one of its numbers names its id. The number is multiplied by what the low and
//! the high estimate are of the value, so that a number derived from it (half of it, a time with a spread) moves in step.

use std::collections::BTreeMap;

use crate::experiment::design::moved::{How, Moved};
use crate::experiment::design::{Over, Parameter};
use crate::scenario::files::Span;
use crate::uec::model::{InputValue, Origin};

/// A row of the table of evidence that has a low and a high estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryValue {
    pub id: String,
    pub title: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub source: String,
}

/// Rows with a positive value and estimates on both sides of it or at it, not both the same.
///
/// Errors: a row that is no row, with its line.
pub fn library_values(text: &str) -> Result<Vec<LibraryValue>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|fault| fault.to_string())?.clone();
    let column = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.ok_or_else(|| format!("the table of evidence has no column \"{name}\""))
    };
    let (id, title, value) = (column("id")?, column("parameter")?, column("value")?);
    let (low, high, source) = (column("low")?, column("high")?, column("source")?);
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|fault| fault.to_string())?;
        let number = |at: usize| record[at].trim().parse::<f64>().ok();
        if let (Some(value), Some(low), Some(high)) = (number(value), number(low), number(high)) {
            let is_range = value > 0.0 && low >= 0.0 && low <= value && value <= high && low < high;
            if is_range {
                found.push(LibraryValue {
                    id: record[id].to_owned(),
                    title: record[title].to_owned(),
                    value,
                    low,
                    high,
                    source: record[source].to_owned(),
                });
            }
        }
    }
    Ok(found)
}

/// A library value with the numbers of a scenario that follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Used<'l> {
    pub library: &'l LibraryValue,
    /// Dotted paths as lists of inputs have them.
    pub paths: Vec<String>,
}

/// The library values that inputs name, in the order of the library, and inputs that cannot be taken, with the reason.
pub fn used<'l>(
    inputs: &[InputValue],
    library: &'l [LibraryValue],
) -> (Vec<Used<'l>>, Vec<(String, String)>) {
    let mut by_value: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for input in inputs {
        let said = match &input.origin {
            Origin::Source(said) | Origin::Assumed(said) => said,
            Origin::Calibrated(_) | Origin::Unsaid => continue,
        };
        match &named(said, library)[..] {
            [] => {}
            [one] => by_value.entry(*one).or_default().push(input.path.clone()),
            several => {
                let ids: Vec<&str> = several.iter().map(|&at| library[at].id.as_str()).collect();
                let why = format!(
                    "its source names several library values ({}), and which one it follows is not said",
                    ids.join(", ")
                );
                left_out.push((input.path.clone(), why));
            }
        }
    }
    let used = by_value.into_iter().map(|(at, paths)| Used {
        library: &library[at],
        paths,
    });
    (used.collect(), left_out)
}

/// Positions of the library values whose ids stand in a text, each once.
fn named(said: &str, library: &[LibraryValue]) -> Vec<usize> {
    let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let words = said.split(|c: char| !is_of_id(c));
    let mut found: Vec<usize> = words
        .map(|word| word.trim_matches('.'))
        .filter_map(|word| library.iter().position(|value| value.id == word))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The parameter that moves these paths with a library value.
pub fn parameter(library: &LibraryValue, paths: Vec<String>) -> Parameter {
    let n = paths.len();
    let moved = paths.into_iter().map(|path| Moved {
        path,
        how: How::Multiply,
    });
    Parameter {
        name: library.id.clone(),
        title: library.title.clone(),
        moved: moved.collect(),
        over: Over::Range {
            low: library.low / library.value,
            high: library.high / library.value,
            levels: None,
        },
        written_base: None,
        origin: format!(
            "source: {} ({} to {} around {})",
            library.source, library.low, library.high, library.value
        ),
        span: Span::default(),
        path_spans: vec![Span::default(); n],
    }
}

/// Ways to write the path of an input so that a change reaches it: as it is, or by the id of a step wherever it stands.
pub fn reaching(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('.').collect();
    let mut ways = vec![path.to_owned()];
    let Some(at) = segments.iter().position(|segment| *segment == "paths") else {
        return ways;
    };
    let head = segments[..at].join(".");
    // The nearest id first; the last segment is a key.
    for id in (at + 2..segments.len().saturating_sub(1)).rev() {
        if segments[id].parse::<usize>().is_err() && segments[id] != "steps" {
            ways.push(format!("{head}.steps.{}", segments[id..].join(".")));
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVIDENCE: &str = "id,parameter,value,low,high,source
ae.triage_min,Triage,8,4,12,A
ae.imaging,Imaging share,0.4,,,B
ae.scan_min,Scan,20,20,30,C
ae.none,Nothing,0,0,1,D
";

    fn input(path: &str, said: &str) -> InputValue {
        InputValue {
            path: path.to_owned(),
            value: "1".to_owned(),
            origin: Origin::Source(said.to_owned()),
            file: "a.toml".to_owned(),
            line: 1,
        }
    }

    #[test]
    fn values_with_estimates_are_matched_by_their_ids() {
        let library = library_values(EVIDENCE).expect("the table is right");
        assert_eq!(library.len(), 2);
        let inputs = [
            input("a", "ae.triage_min (lognormal)."),
            input("b", "half of ae.triage_min."),
            input("c", "ae.triage_min and ae.scan_min"),
            input("d", "ae.imaging"),
            input("e", "ae.scan_minutes"),
        ];
        let (used, left_out) = used(&inputs, &library);
        assert_eq!(used.len(), 1);
        assert_eq!(used[0].paths, ["a", "b"]);
        assert_eq!(left_out.len(), 1);
        assert!(left_out[0].1.contains("ae.triage_min, ae.scan_min"));
        let parameter = parameter(used[0].library, used[0].paths.clone());
        assert_eq!(
            (parameter.low(), parameter.base(), parameter.high()),
            (0.5, 1.0, 1.5)
        );
    }

    #[test]
    fn steps_are_reached_by_their_ids() {
        assert_eq!(reaching("sites.a.pools.b"), ["sites.a.pools.b"]);
        assert_eq!(
            reaching("services.ed.paths.arrive.3.steps.image.for"),
            [
                "services.ed.paths.arrive.3.steps.image.for",
                "services.ed.steps.image.for"
            ]
        );
    }
}
