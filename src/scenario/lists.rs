//! Lists that changes add to and take from: the services of a site, the pools of a service, the outcomes of a choice.
//!
//! So that several changes can add to one list, none of them says what else stands in it.

use super::codes;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::origins;
use super::tree::{Key, Node, Value};

/// What was to be taken out, with the items that were found and what stood in the lists.
#[derive(Default)]
pub struct Missing {
    found: Vec<usize>,
    known: Vec<String>,
}

impl Missing {
    /// Reports every one of `items` that stood in none of the lists that `target` reaches.
    pub fn report(&self, items: &[Node], target: &str, diagnostics: &Diagnostics) {
        for (index, item) in items.iter().enumerate() {
            if self.found.contains(&index) {
                continue;
            }
            let written = origins::written(item);
            let message = format!("\"{target}\" has no item \"{written}\"");
            let fault = Diagnostic::error(codes::NO_SUCH_TARGET, item.span, message);
            diagnostics.report(fault.suggest(&written, &self.known));
        }
    }
}

/// Puts `items` at the end of a list. A text that stands in it already is not put there twice: two changes may need one thing.
///
/// Errors: why it is no list.
pub fn append(node: &mut Node, items: &[Node]) -> Result<(), String> {
    let list = list(node)?;
    for item in items {
        let is_there = item.as_str().is_some() && list.iter().any(|other| same(other, item));
        if !is_there {
            list.push(item.clone());
        }
    }
    Ok(())
}

/// Takes `items` out of a list; notes in `missing` which of them it had.
///
/// Errors: why it is no list.
pub fn take_out(node: &mut Node, items: &[Node], missing: &mut Missing) -> Result<(), String> {
    let list = list(node)?;
    for item in list.iter() {
        missing.known.push(origins::written(item));
    }
    for (index, item) in items.iter().enumerate() {
        let before = list.len();
        list.retain(|other| !same(other, item));
        if list.len() < before {
            missing.found.push(index);
        }
    }
    Ok(())
}

fn list(node: &mut Node) -> Result<&mut Vec<Node>, String> {
    let reason = match &node.value {
        Value::Table(_) => "it is a table, whose entries are written under [add] and [remove]",
        _ => "it is a single value, which is written under [set]",
    };
    match &mut node.value {
        Value::Array(items) => Ok(items),
        _ => Err(reason.to_owned()),
    }
}

/// Two items say the same; where they stand does not count.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Table(a), Value::Table(b)) => {
            let is_in_b = |(key, child): (&Key, &Node)| {
                b.get(&key.name).is_some_and(|other| same(child, other))
            };
            a.own().count() == b.own().count() && a.own().all(is_in_b)
        }
        (a, b) => a == b,
    }
}
