//! Triggers, which switch with hysteresis as something fills up or empties, and the extra units that they open.

use crate::engine::program::TriggerLevel;
use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::uec::codes;

use super::Name;
use super::reading::{
    Reading, entries, optional_owned_name, owned_name, owned_names, span_of, title,
};

#[derive(Clone, Debug)]
pub struct TriggerForm {
    pub name: Name,
    pub title: String,
    pub what: TriggerLevel,
    /// Pools and fleets, watched together.
    pub of: Vec<Name>,
    /// Only those who hold something under this name, for waits that are long.
    pub held: Option<Name>,
    pub on: LevelForm,
    pub off: LevelForm,
    pub at_least: SimSpan,
}

/// A number of patients or units, or a share of mean capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LevelForm {
    Number(u32),
    OfCapacity(f64),
}

/// Units of a pool beyond its roster while a trigger is on.
#[derive(Clone, Debug)]
pub struct SurgeForm {
    pub when: Name,
    pub units: u32,
    pub after: SimSpan,
}

pub fn triggers(root: &TableReader, reading: &Reading) -> Vec<TriggerForm> {
    entries(root, "triggers", reading, trigger)
}

fn trigger(name: Name, node: &Node, reading: &Reading) -> Option<TriggerForm> {
    let what = format!("trigger \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    let of = reader.required("of", "{ busy = \"cubicles\" }");
    let of = of.and_then(|node| watched(node, reading));
    let on = reader
        .required("on", "38")
        .and_then(|node| level(node, reading));
    let off = match reader.optional("off") {
        Some(node) => level(node, reading),
        None => on,
    };
    let at_least = reader.optional_duration("at_least").map(span_of);
    reader.finish();
    let (what, of, held) = of?;
    Some(TriggerForm {
        name,
        title,
        what,
        of,
        held,
        on: on?,
        off: off?,
        at_least: at_least.unwrap_or_default(),
    })
}

/// `{ busy = "cubicles" }`, `{ waiting = ["cubicles", "resus_bays"], longer_than = "30 min", held = "crew" }`.
fn watched(node: &Node, reading: &Reading) -> Option<(TriggerLevel, Vec<Name>, Option<Name>)> {
    let reader = TableReader::new(node, "what the trigger watches", reading.faults);
    let busy = owned_names(&reader, "busy");
    let waiting = owned_names(&reader, "waiting");
    let longer_than = reader.optional_duration("longer_than").map(span_of);
    let held = optional_owned_name(&reader, "held");
    reader.finish();
    let fault = |message: &str, advice: &str| {
        let fault = Diagnostic::error(codes::RANGE, node.span, message);
        reading.faults.report(fault.try_this(advice));
        None
    };
    if busy.is_empty() == waiting.is_empty() {
        let message = "a trigger watches either \"busy\" or \"waiting\" of a pool";
        return fault(message, "{ busy = \"cubicles\" }");
    }
    let advice = "{ waiting = \"cubicles\", longer_than = \"30 min\", held = \"crew\" }";
    match (longer_than, &held) {
        (None, Some(_)) => fault(
            "\"held\" tells those who have waited long from others: it needs \"longer_than\"",
            advice,
        ),
        (Some(_), _) if waiting.is_empty() => fault(
            "\"longer_than\" counts patients who wait, not units that are busy",
            advice,
        ),
        (Some(than), _) => {
            let holding = None;
            let what = TriggerLevel::WaitingLonger { than, holding };
            Some((what, waiting, held))
        }
        (None, None) if busy.is_empty() => Some((TriggerLevel::Waiting, waiting, None)),
        (None, None) => Some((TriggerLevel::Busy, busy, None)),
    }
}

fn level(node: &Node, reading: &Reading) -> Option<LevelForm> {
    match node.value {
        // A trigger may lie above capacity: 120 % busy cannot be, 120 % waiting can.
        Value::String(ref text) => match crate::scenario::units::parse_share(text) {
            Ok(share) if share >= 0.0 => Some(LevelForm::OfCapacity(share)),
            _ => {
                values::wrong_type(node, "a level", "38 or \"95 %\"", reading.faults);
                None
            }
        },
        _ => {
            let count = values::count(node, reading.faults)?;
            Some(LevelForm::Number(u32::try_from(count).unwrap_or(u32::MAX)))
        }
    }
}

/// `{ when = "beds_full", units = 12, after = "4 h" }`, or a list of such.
pub fn surges(node: &Node, reading: &Reading) -> Option<Vec<SurgeForm>> {
    match &node.value {
        Value::Array(nodes) => {
            let each: Vec<Option<SurgeForm>> =
                nodes.iter().map(|node| surge(node, reading)).collect();
            each.into_iter().collect()
        }
        _ => Some(vec![surge(node, reading)?]),
    }
}

fn surge(node: &Node, reading: &Reading) -> Option<SurgeForm> {
    let reader = TableReader::new(node, "the extra units", reading.faults);
    let when = owned_name(&reader, "when");
    let units = reader.required("units", "12");
    let units = units.and_then(|node| super::sites::units(node, reading));
    let after = match reader.optional("after") {
        Some(node) => values::duration(node, reading.faults).map(span_of),
        None => Some(SimSpan::ZERO),
    };
    reader.finish();
    Some(SurgeForm {
        when: when?,
        units: units?,
        after: after?,
    })
}
