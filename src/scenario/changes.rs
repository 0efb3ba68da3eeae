//! Laying a change file over a tree: `[remove]`, then `[set]`, `[take_out]`, `[append]`, `[insert_before]` and `[add]`.
//!
//! Targets are dotted paths; what their parts mean stands in `walk`.

use super::access;
use super::codes;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::files::Span;
use super::scaling::Adjustment;
use super::tree::{Key, Node, Table, Value};
use super::values;
use super::walk::{Action, DeadEnd, Segment, Walk, dotted};
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
    let walk = Walk::along(tree, segments, action, keep_someone);
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
