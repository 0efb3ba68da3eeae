//! By which attributes every measure of patients is told apart: `[equity]`.

use crate::scenario::access::TableReader;
use crate::uec::codes;

use super::Name;
use super::measures::{FilterForm, filter};
use super::reading::{Reading, owned_names};

/// As written; empty without the table.
#[derive(Clone, Debug, Default)]
pub struct EquityForm {
    /// Attributes in the order written.
    pub by: Vec<Name>,
    pub elsewhere: Option<ElsewhereForm>,
}

/// Who counts in no level of some attributes.
#[derive(Clone, Debug)]
pub struct ElsewhereForm {
    pub filter: Vec<FilterForm>,
    pub of: Vec<Name>,
}

/// Errors (reported): `S207` for a name that stands twice.
pub fn equity(root: &TableReader, reading: &Reading) -> EquityForm {
    let Some(node) = root.optional("equity") else {
        return EquityForm::default();
    };
    let reader = TableReader::new(node, "equity", reading.faults);
    reader.required("by", "[\"deprivation\", \"age\"]");
    let by = owned_names(&reader, "by");
    let elsewhere = reader.optional_reader("elsewhere", "who lives elsewhere");
    let elsewhere = elsewhere.and_then(|reader| elsewhere_form(reader, reading));
    reader.finish();
    report_twice(&by, reading);
    EquityForm { by, elsewhere }
}

fn elsewhere_form(reader: TableReader, reading: &Reading) -> Option<ElsewhereForm> {
    reader.required("where", "{ deprivation = \"elsewhere\" }");
    reader.required("of", "[\"zone\"]");
    let filter = filter(&reader, "where", reading);
    let of = owned_names(&reader, "of");
    reader.finish();
    report_twice(&of, reading);
    Some(ElsewhereForm {
        filter: filter?,
        of,
    })
}

fn report_twice(names: &[Name], reading: &Reading) {
    for (position, name) in names.iter().enumerate() {
        let mut before = names[..position].iter();
        if before.any(|known| known.value == name.value) {
            let message = format!("\"{}\" stands twice", name.value);
            reading.faults.error(codes::TWICE, name.span, message);
        }
    }
}
