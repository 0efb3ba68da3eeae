//! Windows and profiles: when things are open, and how rates rise and fall.

use crate::engine::time::{DAY, HOUR, SimSpan, WEEK};
use crate::scenario::access::TableReader;
use crate::scenario::files::Located;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::scenario::windows::WeekWindow;
use crate::uec::calendar::months_with_mean_one;
use crate::uec::codes;

use super::Name;
use super::reading::{Reading, entries, span_of};

#[derive(Clone, Debug)]
pub struct NamedWindow {
    pub name: Name,
    pub window: Located<WeekWindow>,
}

/// Relative rates over a cycle that starts on Monday 00:00.
#[derive(Clone, Debug)]
pub struct ProfileForm {
    pub name: Name,
    pub bin: SimSpan,
    /// Mean 1.
    pub cycle: Vec<f64>,
    /// January first; mean 1 over the days of a year.
    pub months: Option<[f64; 12]>,
}

pub fn windows(root: &TableReader, reading: &Reading) -> Vec<NamedWindow> {
    entries(root, "windows", reading, |name, node, reading| {
        let value = values::window(node, reading.faults)?;
        let span = node.span;
        let window = Located { value, span };
        Some(NamedWindow { name, window })
    })
}

pub fn profiles(root: &TableReader, reading: &Reading) -> Vec<ProfileForm> {
    entries(root, "profiles", reading, profile)
}

fn profile(name: Name, node: &Node, reading: &Reading) -> Option<ProfileForm> {
    let what = format!("profile \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    reader.allow(&[
        "title", "week", "hours", "days", "cycle", "values", "months",
    ]);
    let cycle = cycle(&reader, reading);
    let months = reader.optional("months").map(|node| {
        let values = list_of(node, Some(12), reading)?;
        let values: [f64; 12] = values.try_into().ok()?;
        let scaled = months_with_mean_one(&values);
        if scaled.is_none() {
            values::out_of_range(node, "at least one month must be above 0", reading.faults);
        }
        scaled
    });
    reader.finish();
    let (bin, cycle) = cycle?;
    let months = match months {
        Some(read) => Some(read?),
        None => None,
    };
    Some(ProfileForm {
        name,
        bin,
        cycle,
        months,
    })
}

fn cycle(reader: &TableReader, reading: &Reading) -> Option<(SimSpan, Vec<f64>)> {
    let (bin, values) = if let Some(node) = reader.optional("week") {
        (HOUR, week(node, reading)?)
    } else if let Some(node) = reader.optional("values") {
        let length = span_of(reader.duration("cycle")?);
        let values = list_of(node, None, reading)?;
        let n = values.len() as u64;
        if n == 0 || length.0 == 0 || !length.0.is_multiple_of(n) {
            let message = "the cycle must be a whole number of milliseconds in every bin";
            values::out_of_range(node, message, reading.faults);
            return None;
        }
        if !WEEK.0.is_multiple_of(length.0) && !length.0.is_multiple_of(WEEK.0) {
            let message = "a cycle must fit a whole number of times into a week";
            values::out_of_range(node, message, reading.faults);
            return None;
        }
        (SimSpan(length.0 / n), values)
    } else if reader.has("hours") || reader.has("days") {
        hours_by_days(reader, reading)?
    } else if reader.has("months") {
        (DAY, vec![1.0])
    } else {
        reader.required("hours", "[24 numbers]");
        return None;
    };
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    if mean <= 0.0 {
        let message = "at least one value of a profile must be above 0";
        reading.faults.error(codes::RANGE, reader.span(), message);
        return None;
    }
    Some((bin, values.iter().map(|value| value / mean).collect()))
}

/// 168 values from a list or from a column of a CSV file.
fn week(node: &Node, reading: &Reading) -> Option<Vec<f64>> {
    if matches!(node.value, Value::Array(_)) {
        return list_of(node, Some(168), reading);
    }
    let reader = TableReader::new(node, "the week", reading.faults);
    let column = reader.name("column");
    let file = reader.required("file", "\"week.csv\"");
    reader.finish();
    let csv = reading.csv(file?)?;
    let values = csv.numbers(column?, reading)?;
    if values.len() != 168 {
        let message = format!("a week has 168 hours, this file has {} rows", values.len());
        values::out_of_range(node, &message, reading.faults);
        return None;
    }
    if values.iter().any(|value| *value < 0.0) {
        values::out_of_range(node, "a rate cannot be negative", reading.faults);
        return None;
    }
    Some(values)
}

fn hours_by_days(reader: &TableReader, reading: &Reading) -> Option<(SimSpan, Vec<f64>)> {
    let read = |key: &str, n: usize| match reader.optional(key) {
        Some(node) => list_of(node, Some(n), reading),
        None => Some(vec![1.0; n]),
    };
    let (hours, days) = (read("hours", 24), read("days", 7));
    let (hours, days) = (hours?, days?);
    let product = days
        .iter()
        .flat_map(|day| hours.iter().map(move |hour| day * hour));
    Some((HOUR, product.collect()))
}

/// Numbers that are not negative; `n` of them if that is given.
pub fn list_of(node: &Node, n: Option<usize>, reading: &Reading) -> Option<Vec<f64>> {
    let nodes = values::list(node, reading.faults)?;
    let read: Vec<Option<f64>> = nodes
        .iter()
        .map(|node| values::factor(node, reading.faults))
        .collect();
    let values: Vec<f64> = read.into_iter().collect::<Option<_>>()?;
    if let Some(n) = n
        && values.len() != n
    {
        let message = format!("expected {n} numbers, found {}", values.len());
        values::out_of_range(node, &message, reading.faults);
        return None;
    }
    Some(values)
}
