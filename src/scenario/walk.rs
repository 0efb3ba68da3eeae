//! Following the path of a change's target through a tree, and doing there what the change asks for.
//!
//! `*` stands for any one key; items of lists are counted from 1; `….steps.ID` means the tables with `id = "ID"` in any list below,
//! however deep.

use super::files::Span;
use super::lists;
use super::scaling::{self, Adjustment};
use super::tree::{Key, Node, Table, Value};

/// One key of a target.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub name: String,
    pub span: Span,
}

/// A path as it is written.
pub(super) fn dotted(segments: &[Segment]) -> String {
    let names: Vec<&str> = segments
        .iter()
        .map(|segment| segment.name.as_str())
        .collect();
    names.join(".")
}

/// What is done where a path leads.
pub(super) enum Action<'n> {
    Replace(&'n Node),
    /// With the table that says so.
    Adjust(Adjustment<'n>, &'n Node),
    Remove,
    /// Items at the end of a list.
    Append(&'n [Node]),
    /// Items out of a list, wherever they stand in it.
    TakeOut(&'n [Node]),
    /// Items into a list, before the one that is named.
    InsertBefore(&'n [Node]),
}

/// Where a path ends without having reached anything.
pub(super) struct DeadEnd {
    /// How many segments were left.
    pub n_left: usize,
    /// Names that would have led on.
    pub known: Vec<String>,
}

/// Carries an action to every value that a path reaches.
pub(super) struct Walk<'a, 'n> {
    action: &'a Action<'n>,
    /// Whether what is reached is how many units a pool has.
    is_of_units: bool,
    /// Whether units that are scaled stay at least one.
    keep_someone: bool,
    pub n_reached: usize,
    /// The furthest one.
    pub dead_end: Option<DeadEnd>,
    /// Why the action cannot be carried out somewhere.
    pub refusal: Option<String>,
    /// What is to be taken out and was in none of the lists.
    pub items: lists::Missing,
}

impl<'a, 'n> Walk<'a, 'n> {
    /// Carries the action out in a tree. If `keep_someone`, a pool with units keeps at least one when they are scaled.
    pub fn along(
        tree: &mut Node,
        segments: &[Segment],
        action: &'a Action<'n>,
        keep_someone: bool,
    ) -> Self {
        let mut walk = Self {
            action,
            keep_someone,
            is_of_units: segments
                .iter()
                .any(|segment| matches!(segment.name.as_str(), "pools" | "surge")),
            n_reached: 0,
            dead_end: None,
            refusal: None,
            items: lists::Missing::default(),
        };
        walk.visit(tree, segments, false);
        walk
    }

    /// Follows `rest` from `node`. `is_step` is true for a table found by its id: its keys may be new, since nothing
    /// else can reach into a list.
    fn visit(&mut self, node: &mut Node, rest: &[Segment], is_step: bool) {
        let [segment, further @ ..] = rest else {
            return self.act(node);
        };
        let name = segment.name.as_str();
        let has_steps = node.get("steps").is_some();
        if name == "steps" && !has_steps && !further.is_empty() {
            return self.visit_by_id(node, further);
        }
        let is_removal = matches!(self.action, Action::Remove) && further.is_empty();
        match &mut node.value {
            Value::Table(table) if is_removal => self.remove_key(table, name, rest.len()),
            Value::Table(table) => {
                let children = table.iter_mut();
                for (key, child) in children {
                    if name == "*" || key.name == name {
                        self.visit(child, further, false);
                    }
                }
                if name != "*" && table.get(name).is_none() {
                    self.new_key(table, segment, further, is_step);
                }
            }
            Value::Array(items) if is_removal => self.remove_item(items, name, rest.len()),
            Value::Array(items) if further.is_empty() && self.inserted().is_some() => {
                self.insert_before(items, name, rest.len());
            }
            Value::Array(items) => {
                let index = name.parse::<usize>().ok();
                let n_items = items.len();
                for (at, item) in items.iter_mut().enumerate() {
                    if name == "*" || index == Some(at + 1) {
                        self.visit(item, further, false);
                    }
                }
                if name != "*" && index.is_none_or(|index| index == 0 || index > n_items) {
                    let known = (1..=n_items).map(|index| index.to_string());
                    self.dead_end(rest.len(), known.collect());
                }
            }
            _ => self.dead_end(rest.len(), Vec::new()),
        }
    }

    fn act(&mut self, node: &mut Node) {
        self.n_reached += 1;
        match self.action {
            Action::Replace(value) => *node = (*value).clone(),
            Action::Adjust(adjustment, by) => match scaling::adjusted(node, *adjustment, by) {
                Ok(result) if self.is_of_units => {
                    let mut result = scaling::in_whole_units(node, result);
                    let is_none = matches!(adjustment, Adjustment::Multiply(0.0));
                    if self.keep_someone && !is_none {
                        scaling::keep_one(node, &mut result);
                    }
                    *node = result;
                }
                Ok(result) => *node = result,
                Err(reason) => self.refusal = Some(reason),
            },
            Action::Append(items) => {
                self.refusal = lists::append(node, items).err().or(self.refusal.take());
            }
            Action::TakeOut(items) => {
                let taken = lists::take_out(node, items, &mut self.items);
                self.refusal = taken.err().or(self.refusal.take());
            }
            Action::Remove => {}
            Action::InsertBefore(_) => {
                self.n_reached -= 1;
                self.refusal = Some("only an item of a list has a place before it".to_owned());
            }
        }
    }

    fn inserted(&self) -> Option<&[Node]> {
        match self.action {
            Action::InsertBefore(items) => Some(items),
            _ => None,
        }
    }

    fn insert_before(&mut self, items: &mut Vec<Node>, name: &str, n_left: usize) {
        let index = name.parse::<usize>().unwrap_or(0);
        if (1..=items.len()).contains(&index) {
            let new = self.inserted().unwrap_or_default().to_vec();
            items.splice(index - 1..index - 1, new);
            self.n_reached += 1;
        } else {
            let known = (1..=items.len()).map(|index| index.to_string());
            self.dead_end(n_left, known.collect());
        }
    }

    fn new_key(
        &mut self,
        table: &mut Table,
        segment: &Segment,
        further: &[Segment],
        is_step: bool,
    ) {
        match self.action {
            Action::Replace(value) if is_step && further.is_empty() => {
                self.n_reached += 1;
                let key = Key {
                    name: segment.name.clone(),
                    span: segment.span,
                };
                table.insert(key, (*value).clone());
            }
            _ => {
                let known = table.own().map(|(key, _)| key.name.clone()).collect();
                self.dead_end(further.len() + 1, known);
            }
        }
    }

    fn remove_key(&mut self, table: &mut Table, name: &str, n_left: usize) {
        let names: Vec<String> = table.own().map(|(key, _)| key.name.clone()).collect();
        let (gone, kept): (Vec<String>, Vec<String>) = names
            .into_iter()
            .partition(|key| name == "*" || key == name);
        for key in &gone {
            table.remove(key);
        }
        self.n_reached += gone.len();
        if gone.is_empty() {
            self.dead_end(n_left, kept);
        }
    }

    fn remove_item(&mut self, items: &mut Vec<Node>, name: &str, n_left: usize) {
        let index = name.parse::<usize>().unwrap_or(0);
        if (1..=items.len()).contains(&index) {
            items.remove(index - 1);
            self.n_reached += 1;
        } else {
            let known = (1..=items.len()).map(|index| index.to_string());
            self.dead_end(n_left, known.collect());
        }
    }

    /// Follows `rest`, whose first segment is an id, into every table of that id in a list below `node`.
    fn visit_by_id(&mut self, node: &mut Node, rest: &[Segment]) {
        let before = self.n_reached;
        let mut ids = Vec::new();
        self.search(node, rest, &mut ids);
        let is_known = rest
            .first()
            .is_some_and(|id| id.name == "*" || ids.contains(&id.name));
        if self.n_reached == before && !is_known {
            self.dead_end(rest.len(), ids);
        }
    }

    fn search(&mut self, node: &mut Node, rest: &[Segment], ids: &mut Vec<String>) {
        match &mut node.value {
            Value::Table(table) => {
                for (_, child) in table.iter_mut() {
                    self.search(child, rest, ids);
                }
            }
            Value::Array(items) => {
                let is_removal = matches!(self.action, Action::Remove) && rest.len() == 1;
                let before = items.len();
                if is_removal {
                    items.retain(|item| !has_id(item, &rest[0].name));
                    self.n_reached += before - items.len();
                }
                let at = items.iter().position(|item| has_id(item, &rest[0].name));
                if let (Some(new), Some(at), 1) = (self.inserted(), at, rest.len()) {
                    let new = new.to_vec();
                    items.splice(at..at, new);
                    self.n_reached += 1;
                    return;
                }
                for item in items {
                    self.search(item, rest, ids);
                    let id = item.get("id").and_then(Node::as_str);
                    ids.extend(
                        id.filter(|id| !ids.iter().any(|known| known == id))
                            .map(str::to_owned),
                    );
                    if !is_removal && has_id(item, &rest[0].name) {
                        self.visit(item, &rest[1..], true);
                    }
                }
            }
            _ => {}
        }
    }

    fn dead_end(&mut self, n_left: usize, known: Vec<String>) {
        match &mut self.dead_end {
            Some(end) if end.n_left < n_left => {}
            Some(end) if end.n_left == n_left => {
                for name in known {
                    if !end.known.contains(&name) {
                        end.known.push(name);
                    }
                }
            }
            end => *end = Some(DeadEnd { n_left, known }),
        }
    }
}

fn has_id(item: &Node, name: &str) -> bool {
    let id = item.get("id").and_then(Node::as_str);
    id.is_some_and(|id| name == "*" || id == name)
}
