//! Services and their paths.

use crate::scenario::access::TableReader;
use crate::scenario::files::Span;
use crate::scenario::tree::Node;
use crate::scenario::values;
use crate::uec::codes;

use super::Name;
use super::reading::{Reading, check_name, entries, key_name, title};
use super::sites::{RosterForm, SlotsForm, roster, slots};
use super::steps::StepForm;
use super::steps_reading::path_steps;
use super::tables_reading::own;

#[derive(Clone, Debug)]
pub struct ServiceForm {
    pub name: Name,
    pub title: String,
    /// With the size at every site that gives none of its own, if one is written here.
    pub pools: Vec<(Name, Option<RosterForm>)>,
    pub calendars: Vec<(Name, Option<SlotsForm>)>,
    pub paths: Vec<PathForm>,
}

#[derive(Clone, Debug)]
pub struct PathForm {
    pub name: Name,
    pub steps: Vec<StepForm>,
    pub span: Span,
}

impl ServiceForm {
    pub fn path(&self, name: &str) -> Option<usize> {
        self.paths.iter().position(|path| path.name.value == name)
    }

    /// A path by its name, or a step of it and all that follow: `path.id`.
    pub fn place(&self, name: &str) -> Option<(usize, Option<usize>)> {
        if let Some(path) = self.path(name) {
            return Some((path, None));
        }
        let (path, id) = name.split_once('.')?;
        let path = self.path(path)?;
        let mut steps = self.paths[path].steps.iter();
        let step = steps.position(|step| step.id == id && !is_position(id))?;
        Some((path, Some(step)))
    }

    /// Ids by which one may go to a step of a path.
    pub fn step_ids(&self, path: usize) -> impl Iterator<Item = &str> {
        let steps = self.paths[path].steps.iter();
        let ids = steps.map(|step| step.id.as_str());
        ids.filter(|id| !is_position(id))
    }

    /// The path that patients take who are sent to the service without one being named.
    pub fn default_path(&self) -> Option<usize> {
        let only = (self.paths.len() == 1).then_some(0);
        self.path("arrive").or(only)
    }
}

/// Whether an id is the place of a step in its path, for want of one that is written.
fn is_position(id: &str) -> bool {
    id.chars().all(|c| c.is_ascii_digit())
}

pub fn services(root: &TableReader, reading: &Reading) -> Vec<ServiceForm> {
    entries(root, "services", reading, |name, node, reading| {
        Some(service(name, node, reading))
    })
}

fn service(name: Name, node: &Node, reading: &Reading) -> ServiceForm {
    let what = format!("service \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    let pools = sized(&name.value, &reader, "pools", &roster, reading);
    let calendars = sized(&name.value, &reader, "calendars", &slots, reading);
    let written = reader
        .table("paths", "{ arrive = [ … ] }")
        .unwrap_or_default();
    let paths = written.into_iter().map(|(key, node)| {
        check_name(&key.name, key.span, reading);
        PathForm {
            name: key_name(key),
            steps: path_steps(node, reading),
            span: node.span,
        }
    });
    let paths = paths.collect();
    reader.finish();
    ServiceForm {
        name,
        title,
        pools,
        calendars,
        paths,
    }
}

type ReadSize<'f, T> = &'f dyn Fn(&Node, &Reading) -> Option<T>;

/// A list of names, or a table of names with the size that holds where a site gives none; such tables may stand in the list.
fn sized<T>(
    service: &str,
    reader: &TableReader,
    key: &str,
    read: ReadSize<T>,
    reading: &Reading,
) -> Vec<(Name, Option<T>)> {
    let Some(node) = reader.optional(key) else {
        return Vec::new();
    };
    if node.as_table().is_none() && node.as_array().is_none() && node.as_str().is_none() {
        reading.faults.spoil(&format!("{service}.{key}"));
        values::names(node, reading.faults);
        return Vec::new();
    }
    let mut found: Vec<(Name, Option<T>)> = Vec::new();
    for node in node.as_array().unwrap_or(std::slice::from_ref(node)) {
        match node.as_table() {
            Some(table) => {
                let each = table.own();
                found.extend(each.map(|(key, node)| (key_name(key), read(node, reading))));
            }
            None => {
                let name = values::name(node, reading.faults).map(own);
                found.extend(name.map(|name| (name, None)));
            }
        }
    }
    for (index, (name, _)) in found.iter().enumerate() {
        check_name(&name.value, name.span, reading);
        let is_repeated = found[..index]
            .iter()
            .any(|(other, _)| other.value == name.value);
        if is_repeated {
            let message = format!("\"{}\" is listed twice", name.value);
            reading.faults.error(codes::TWICE, name.span, message);
        }
    }
    found
}
