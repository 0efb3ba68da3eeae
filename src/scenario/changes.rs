//! Laying a change file over a tree: `[remove]`, then `[set]`, `[take_out]`, `[append]`, `[insert_before]` and `[add]`.
//!
//! Targets are dotted paths. `*` stands for any one key; items of lists are counted from 1; `….steps.ID` means the
//! tables with `id = "ID"` in any list below, however deep.

use super::access;
use super::codes;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::files::Span;
use super::lists;
use super::scaling::{self, Adjustment};
use super::tree::{Key, Node, Table, Value};
use super::values;
use super::workspace::Workspace;

/// Lays a change over `tree`.
///
/// Errors (reported in the change file): `S106` for items that are no list, `S113` for a target that is not there, `S114`
/// for an addition that is, `S115` for a value that cannot be scaled, `S116` for a target that is no list.
pub fn apply(tree: &mut Node, change: &Node, workspace: &Workspace) {
    let diagnostics = &workspace.diagnostics;
    if let Some(node) = change.get("remove") {
        let reader = access::TableReader::new(node, "[remove]", diagnostics);
        for path in reader.names("paths") {
            let segments = split(path.value, path.span, workspace);
            lay(tree, &segments, &Action::Remove, diagnostics);
        }
        reader.finish();
    }
    if let Some(node) = change.get("set") {
        set(tree, node, false, workspace);
    }
    lay_items(tree, change, "take_out", Action::TakeOut, workspace);
    lay_items(tree, change, "append", Action::Append, workspace);
    lay_items(
        tree,
        change,
        "insert_before",
        Action::InsertBefore,
        workspace,
    );
    if let Some(node) = change.get("add")
        && values::entries(node, diagnostics).is_some()
    {
        add(tree, node, "", workspace);
    }
}

/// Lays the values under `[set]`. If `keep_someone`, a pool with units keeps at least one when they are scaled.
///
/// Errors (reported): as those of [`apply`].
pub(super) fn set(tree: &mut Node, node: &Node, keep_someone: bool, workspace: &Workspace) {
    let diagnostics = &workspace.diagnostics;
    let entries = values::entries(node, diagnostics).unwrap_or_default();
    for (segments, value) in targets(entries, &[], workspace) {
        if let Some(action) = action(value, diagnostics) {
            lay_with(tree, &segments, &action, keep_someone, diagnostics);
        }
    }
}

/// Lays what stands under `[take_out]`, `[append]` or `[insert_before]`: lists of items by target.
fn lay_items<'n>(
    tree: &mut Node,
    change: &'n Node,
    key: &str,
    action: fn(&'n [Node]) -> Action<'n>,
    workspace: &Workspace,
) {
    let diagnostics = &workspace.diagnostics;
    let entries = change.get(key);
    let entries = entries.and_then(|node| values::entries(node, diagnostics));
    for (segments, value) in targets(entries.unwrap_or_default(), &[], workspace) {
        match &value.value {
            Value::Array(items) => lay(tree, &segments, &action(items), diagnostics),
            _ => values::wrong_type(value, "a list of items", "[\"…\"]", diagnostics),
        }
    }
}

/// One key of a target.
#[derive(Clone, Debug)]
struct Segment {
    name: String,
    span: Span,
}

/// Splits a dotted path that stands at `span`, with or without quotation marks.
fn split(path: &str, span: Span, workspace: &Workspace) -> Vec<Segment> {
    let is_quoted = workspace.text(span).starts_with(['"', '\'']);
    let mut start = span.start + u32::from(is_quoted);
    let mut segments = Vec::new();
    for name in path.split('.') {
        let end = (start + name.len() as u32).min(span.end);
        segments.push(Segment {
            name: name.to_owned(),
            span: Span { start, end, ..span },
        });
        start = end + 1;
    }
    segments
}

/// The targets of `[set]`: quoted paths, or dotted keys and headers, which TOML has made tables of.
fn targets<'n>(
    entries: Vec<(&'n Key, &'n Node)>,
    above: &[Segment],
    workspace: &Workspace,
) -> Vec<(Vec<Segment>, &'n Node)> {
    let mut found = Vec::new();
    for (key, node) in entries {
        let mut segments = above.to_vec();
        segments.extend(split(&key.name, key.span, workspace));
        match node.as_table() {
            Some(table) if !table.is_inline => {
                found.extend(targets(table.own().collect(), &segments, workspace));
            }
            _ => found.push((segments, node)),
        }
    }
    found
}

enum Action<'n> {
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

/// What the value of a target asks for: `{ multiply = … }`, `{ add = … }`, `{ value = … }` or a plain value.
fn action<'n>(node: &'n Node, diagnostics: &Diagnostics) -> Option<Action<'n>> {
    let own: Vec<(&Key, &Node)> = node.as_table().into_iter().flat_map(Table::own).collect();
    let [(key, amount)] = own[..] else {
        return Some(Action::Replace(node));
    };
    match key.name.as_str() {
        "multiply" => {
            let factor = match amount.value {
                Value::String(_) => values::share(amount, diagnostics),
                _ => values::factor(amount, diagnostics),
            };
            Some(Action::Adjust(Adjustment::Multiply(factor?), node))
        }
        "add" => Some(Action::Adjust(Adjustment::Add(&amount.value), node)),
        "value" => Some(Action::Replace(amount)),
        _ => Some(Action::Replace(node)),
    }
}

/// Carries out an action on every value that a path reaches; reports if it reaches none.
fn lay(tree: &mut Node, segments: &[Segment], action: &Action, diagnostics: &Diagnostics) {
    lay_with(tree, segments, action, false, diagnostics);
}

fn lay_with(
    tree: &mut Node,
    segments: &[Segment],
    action: &Action,
    keep_someone: bool,
    diagnostics: &Diagnostics,
) {
    let mut walk = Walk {
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
    let whole = segments.first().zip(segments.last());
    let whole = whole.map(|(first, last)| match first.span.file == last.span.file {
        true if first.span.start <= last.span.start => first.span.to(last.span),
        _ => last.span,
    });
    if let (Some(reason), Some(span)) = (walk.refusal, whole) {
        let (code, message) = match action {
            Action::Append(_) | Action::TakeOut(_) => (codes::NOT_A_LIST, "is no list"),
            Action::InsertBefore(_) => (codes::NOT_A_LIST, "is in no list"),
            _ => (codes::CANNOT_SCALE, "cannot be scaled or shifted"),
        };
        let message = format!("\"{}\" {message}: {reason}", dotted(segments));
        diagnostics.error(code, span, message);
    } else if let (Action::TakeOut(items), true) = (action, walk.n_reached > 0) {
        walk.items.report(items, &dotted(segments), diagnostics);
    } else if walk.n_reached == 0 {
        report_dead_end(walk.dead_end, segments, action, diagnostics);
    }
}

fn dotted(segments: &[Segment]) -> String {
    let names: Vec<&str> = segments
        .iter()
        .map(|segment| segment.name.as_str())
        .collect();
    names.join(".")
}

/// Where a path ends without having reached anything.
struct DeadEnd {
    /// How many segments were left.
    n_left: usize,
    /// Names that would have led on.
    known: Vec<String>,
}

fn report_dead_end(
    end: Option<DeadEnd>,
    segments: &[Segment],
    action: &Action,
    diagnostics: &Diagnostics,
) {
    let Some(end) = end else { return };
    let index = segments.len() - end.n_left;
    let segment = &segments[index];
    let below = match index {
        0 => "the scenario".to_owned(),
        _ => format!("\"{}\"", dotted(&segments[..index])),
    };
    let message = format!("{below} has nothing called \"{}\"", segment.name);
    let fault = Diagnostic::error(codes::NO_SUCH_TARGET, segment.span, message);
    let fault = fault.suggest(&segment.name, &end.known);
    let is_near = fault.lines.iter().any(|line| line.starts_with("try"));
    let fault = match action {
        Action::Replace(_) if !is_near => fault.try_this("write a new thing under [add]"),
        _ => fault,
    };
    diagnostics.report(fault);
}

struct Walk<'a, 'n> {
    action: &'a Action<'n>,
    /// Whether what is reached is how many units a pool has.
    is_of_units: bool,
    /// Whether units that are scaled stay at least one.
    keep_someone: bool,
    n_reached: usize,
    /// The furthest one.
    dead_end: Option<DeadEnd>,
    refusal: Option<String>,
    /// What is to be taken out and was in none of the lists.
    items: lists::Missing,
}

impl Walk<'_, '_> {
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

/// Merges what `[add]` holds; whatever is not a table on both sides must be new.
fn add(below: &mut Node, over: &Node, path: &str, workspace: &Workspace) {
    let Some(upper) = over.as_table() else { return };
    for (key, node) in upper.iter() {
        let path = match path {
            "" => key.name.clone(),
            above => format!("{above}.{}", key.name),
        };
        let Some(table) = below.as_table_mut() else {
            return;
        };
        let is_header = node.as_table().is_some_and(|table| !table.is_inline);
        match table.get_mut(&key.name) {
            None => table.insert(key.clone(), node.clone()),
            Some(existing) if is_header && existing.as_table().is_some() => {
                add(existing, node, &path, workspace);
            }
            Some(_) if super::tree::is_said(&key.name) => {}
            Some(existing) => {
                let message = format!("\"{path}\" exists already");
                let fault = Diagnostic::error(codes::EXISTS_ALREADY, key.span, message);
                let fault = fault.note(format!("it stands at {}", workspace.place(existing.span)));
                let advice = format!("another name, or \"{path}\" under [set]");
                workspace.diagnostics.report(fault.try_this(advice));
            }
        }
    }
}
