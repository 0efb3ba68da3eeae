//! Charts as written.

use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::Node;
use crate::uec::codes;
use crate::uec::model::ChartKind;

use super::Name;
use super::measures::in_unit;
use super::reading::{Reading, entries, optional_owned_name, owned_names};

#[derive(Clone, Debug)]
pub struct ChartForm {
    pub name: Name,
    pub kind: ChartKind,
    pub measures: Vec<Name>,
    pub lines: Vec<f64>,
    /// Measure of a trigger.
    pub shaded: Option<Name>,
    pub read: String,
}

pub fn charts(root: &TableReader, reading: &Reading) -> Vec<ChartForm> {
    entries(root, "charts", reading, chart)
}

fn chart(name: Name, node: &Node, reading: &Reading) -> Option<ChartForm> {
    let what = format!("chart \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    reader.allow(&["title"]);
    let words = ChartKind::WRITTEN.map(|(word, _)| word);
    let kind = reader.word("kind", &words);
    let kind = kind.map(|position| ChartKind::WRITTEN[position].1);
    if kind.is_none_or(ChartKind::shows_measures) {
        reader.required("measures", "[\"time_in_department\"]");
    }
    let measures = owned_names(&reader, "measures");
    let shaded = optional_owned_name(&reader, "shaded");
    if let Some(shaded) = &shaded
        && kind.is_some_and(|kind| !kind.is_over_time())
    {
        let message = "only charts over the days or the hours of the week have times to shade";
        let fault = Diagnostic::error(codes::MEASURE, shaded.span, message);
        reading.faults.report(fault);
    }
    let lines = reader.optional_list("lines").unwrap_or_default();
    let lines: Vec<Option<f64>> = lines
        .iter()
        .map(|node| in_unit(node, None, reading))
        .collect();
    let read = reader
        .optional_string("read")
        .unwrap_or_default()
        .to_owned();
    reader.finish();
    Some(ChartForm {
        name,
        kind: kind?,
        measures,
        lines: lines.into_iter().collect::<Option<_>>()?,
        shaded,
        read,
    })
}
