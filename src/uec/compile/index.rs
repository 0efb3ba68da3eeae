//! Names to numbers, with the nearest known name when there is none.

use std::collections::BTreeMap;

use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::uec::codes;
use crate::uec::forms::Name;

/// Everything of one kind by name.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// `pool`, `service`, …
    what: &'static str,
    ids: BTreeMap<String, usize>,
}

impl Lookup {
    pub fn new<'n>(what: &'static str, names: impl IntoIterator<Item = &'n str>) -> Self {
        let each = names.into_iter().enumerate();
        let ids = each.map(|(id, name)| (name.to_owned(), id)).collect();
        Self { what, ids }
    }

    pub fn get(&self, name: &str) -> Option<usize> {
        self.ids.get(name).copied()
    }

    /// Errors (reported): `S301` with the nearest known name.
    pub fn find(&self, name: &Name, faults: &Diagnostics) -> Option<usize> {
        let found = self.get(&name.value);
        if found.is_none() {
            report_unknown(self.what, name, self.ids.keys(), faults);
        }
        found
    }
}

/// Reports that no `what` has this name.
pub fn report_unknown<S: AsRef<str>>(
    what: &str,
    name: &Name,
    known: impl IntoIterator<Item = S>,
    faults: &Diagnostics,
) {
    if faults.is_spoilt(&name.value) {
        return;
    }
    let message = format!("no {what} is called \"{}\"", name.value);
    let fault = Diagnostic::error(codes::UNKNOWN_NAME, name.span, message);
    faults.report(fault.suggest(&name.value, known));
}

/// Numbers given to names as they come up.
#[derive(Clone, Debug, Default)]
pub struct Interned {
    pub names: Vec<String>,
    ids: BTreeMap<String, usize>,
}

impl Interned {
    pub fn id(&mut self, name: &str) -> usize {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.names.len();
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    pub fn get(&self, name: &str) -> Option<usize> {
        self.ids.get(name).copied()
    }
}
