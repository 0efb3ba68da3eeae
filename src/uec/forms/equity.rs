//! By which attributes every measure of patients is told apart: `[equity]`.

use crate::scenario::access::TableReader;
use crate::uec::codes;

use super::Name;
use super::reading::{Reading, owned_names};

/// Attributes in the order written; none without the table.
pub fn equity(root: &TableReader, reading: &Reading) -> Vec<Name> {
    let Some(node) = root.optional("equity") else {
        return Vec::new();
    };
    let reader = TableReader::new(node, "equity", reading.faults);
    reader.required("by", "[\"deprivation\", \"age\"]");
    let by = owned_names(&reader, "by");
    reader.finish();
    for (position, name) in by.iter().enumerate() {
        if by[..position].iter().any(|known| known.value == name.value) {
            let message = format!("\"{}\" stands twice", name.value);
            reading.faults.error(codes::TWICE, name.span, message);
        }
    }
    by
}
