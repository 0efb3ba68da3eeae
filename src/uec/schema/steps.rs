//! Steps: what each does, and the keys that may stand beside what it does.

use serde_json::{Map, Value, json};

use crate::uec::forms::steps_reading::ACTIONS;

use super::build::{Keys, about, closed_with, free, keys, of, of_for, only, said, with_cases};
use super::values::{count, duration, factor, flag, name, names, note};

/// How a patient waits in line: keys of `use`, `hold`, `hold_all` and `call`.
const WAITING: [&str; 11] = [
    "rank",
    "due",
    "leave_after",
    "leave_at",
    "otherwise",
    "limit",
    "worsen",
    "escalate",
    "interrupts",
    "interruptible",
    "fit",
];

/// Beside an action: keys that must stand there, and keys that may.
fn beside(action: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match action {
        "wait_rate" => (&["per_day"], &[]),
        "use" => (&["for"], &["at_start", "as"]),
        "hold" | "hold_all" => (&[], &["units", "as"]),
        "share" | "when" => (&["steps"], &["else"]),
        "choose" => (&["to"], &[]),
        "set" => (&[], &["by"]),
        "let_go" => (&[], &["units"]),
        "refer" => (&[], &["path", "otherwise"]),
        "travel" => (&[], &["otherwise"]),
        "call" => (&[], &["as", "at_dispatch"]),
        "convey" => (&["with"], &["path", "otherwise"]),
        "book" => (&["within"], &["earliest", "otherwise"]),
        "start" => (&[], &["with"]),
        _ => (&[], &[]),
    }
}

fn has_line(action: &str) -> bool {
    matches!(action, "use" | "hold" | "hold_all" | "call")
}

pub fn definitions() -> Keys {
    keys([
        ("step", step()),
        (
            "steps",
            json!({ "type": "array", "items": of("step"), "description": "Steps, one after the other." }),
        ),
    ])
}

fn step() -> Value {
    let all = actions().into_iter().chain(further()).chain(said());
    let properties: Map<String, Value> = all.collect();
    let one: Vec<Value> = ACTIONS
        .map(|action| json!({ "required": [action] }))
        .to_vec();
    let step = json!({
        "type": "object",
        "description": "What happens to the patient. The first key says what the step does.",
        "properties": properties,
        "anyOf": one,
        "not": { "required": ["leave_after", "leave_at"] }
    });
    with_cases(step, ACTIONS.map(case).to_vec())
}

/// What may stand in a step that does this.
fn case(action: &str) -> (Value, Value) {
    let (required, optional) = beside(action);
    let line = if has_line(action) { &WAITING[..] } else { &[] };
    let allowed = [action, "id", "title"].into_iter();
    let allowed = allowed.chain(required.iter().chain(optional).chain(line).copied());
    let mut holds = json!({ "required": required, "propertyNames": only(allowed) });
    match action {
        // One name of what is used or called; of several pools that are held, several.
        "use" | "call" => holds["properties"] = json!({ "as": { "type": "string" } }),
        "convey" => holds["properties"] = json!({ "with": { "type": "string" } }),
        // An attribute is drawn by a choice; attributes with levels are written.
        "set" => {
            holds["if"] = json!({ "properties": { "set": { "type": "string" } } });
            holds["then"] = json!({ "required": ["by"] });
            holds["else"] = json!({ "properties": { "by": false } });
        }
        _ => {}
    }
    (json!({ "required": [action] }), holds)
}

fn actions() -> Keys {
    let set = json!({ "anyOf": [{ "type": "string" }, of("settings")] });
    let patience = json!({ "anyOf": [{ "const": "none" }, of("durations")] });
    let pools = |words: &str| of_for("some_names", words);
    keys([
        (
            "mark",
            name(
                "A milestone of the service: sets its clock and is a fact for measures. Another service's is written service.mark.",
            ),
        ),
        ("wait", of_for("durations", "Time passes.")),
        (
            "wait_until",
            of_for("window", "Waits until the window is open."),
        ),
        (
            "wait_rate",
            name(
                "Waits for an event whose hourly hazard follows this profile, per_day times a day on average.",
            ),
        ),
        (
            "use",
            pools(
                "Takes one unit of the pool (of several: the first that is free), keeps it for a time, lets it go.",
            ),
        ),
        (
            "hold",
            pools(
                "Takes units and keeps them until they are let go; of several pools the first that is free.",
            ),
        ),
        (
            "hold_all",
            pools("Takes one unit of each pool at the same moment, none before."),
        ),
        (
            "let_go",
            pools(
                "Releases what is held under these names, in that order; nothing if it is not held.",
            ),
        ),
        (
            "patience",
            about(
                patience,
                "Sets the deadline at which waits with leave_at = \"deadline\" end; \"none\" clears it.",
            ),
        ),
        (
            "share",
            of_for(
                "shares",
                "By chance: this share takes `steps`, the others `else`.",
            ),
        ),
        (
            "choose",
            name("Draws an outcome of this table of [choices]; `to` says where each leads."),
        ),
        (
            "when",
            of_for(
                "conditions",
                "Certain, without a draw: if all conditions hold `steps`, else `else`.",
            ),
        ),
        (
            "set",
            about(
                set,
                "Writes attributes; a name with `by` draws its level from a choice.",
            ),
        ),
        (
            "go",
            name(
                "Continues with a path of the same service and site, or from a step of it on: path.id.",
            ),
        ),
        (
            "refer",
            name("Sends the patient to a site by a route, or to a service, and continues there."),
        ),
        (
            "travel",
            name("Travels to a site by a route and continues with the next step of this path."),
        ),
        (
            "call",
            name("Waits for the nearest unit of this fleet and for its arrival."),
        ),
        (
            "convey",
            name("Rides with a held unit to a site by a route and continues there."),
        ),
        (
            "book",
            name("Takes the first free appointment of this calendar and waits for it."),
        ),
        (
            "start",
            name("A side task runs this path, taking over the held units named in `with`."),
        ),
        (
            "leave",
            name("The journey ends with this disposition; all that is held is released."),
        ),
    ])
}

fn further() -> Keys {
    let to = free(json!({ "anyOf": [{ "type": "string" }, of("steps")] }));
    let worsen = closed_with(
        keys([
            ("after", of_for("durations", "How long into the wait.")),
            ("set", of_for("settings", "The one attribute that changes.")),
        ]),
        &["after", "set"],
    );
    let escalate = closed_with(
        keys([
            ("when", name("The trigger.")),
            (
                "to",
                count("The rank while it is on; 0 is the most urgent."),
            ),
        ]),
        &["when", "to"],
    );
    let units = json!({ "type": "integer", "minimum": 1, "maximum": 255, "description": "How many units of the pool." });
    keys([
        (
            "id",
            name("Names the step: the purpose of its draws, and what changes address."),
        ),
        ("title", note()),
        ("for", of_for("durations", "How long the unit is used.")),
        ("per_day", factor("Events a day on average, above 0.")),
        (
            "at_start",
            name("A milestone when the wait is over and the unit is taken."),
        ),
        ("as", names("The name under which it is let go.")),
        ("units", units),
        ("steps", of("steps")),
        ("else", of_for("steps", "For the others.")),
        (
            "otherwise",
            of_for(
                "steps",
                "If it does not come about: nobody open, nothing free in time, patience at its end.",
            ),
        ),
        (
            "to",
            about(to, "For each outcome a path of this service, or steps."),
        ),
        (
            "by",
            name("The choice whose outcomes are levels of the attribute."),
        ),
        (
            "path",
            name("The path to continue with; without it `arrive`, or the only one."),
        ),
        ("with", names("What is held and goes along.")),
        ("at_dispatch", name("A milestone when a unit is sent.")),
        (
            "within",
            duration("How far ahead is looked for an appointment."),
        ),
        ("earliest", duration("How soon at the earliest.")),
        (
            "rank",
            name("The attribute that ranks the line, its most urgent level first."),
        ),
        (
            "due",
            of_for(
                "durations",
                "The line stands in order of joining time plus this.",
            ),
        ),
        (
            "leave_after",
            of_for("durations", "Patience: the wait ends after this."),
        ),
        (
            "leave_at",
            json!({ "enum": ["deadline"], "description": "The wait ends at the deadline set by `patience`." }),
        ),
        (
            "limit",
            count("Turned away when so many wait already and no unit is free."),
        ),
        ("worsen", about(worsen, "Once, while waiting.")),
        (
            "escalate",
            about(escalate, "Ranks higher while a trigger is on."),
        ),
        (
            "interrupts",
            flag("May interrupt a less urgent use of the pool that is interruptible."),
        ),
        (
            "interruptible",
            flag("May be interrupted by the more urgent, and is resumed later."),
        ),
        (
            "fit",
            flag("A request for more units than are free does not hold up those behind it."),
        ),
    ])
}
