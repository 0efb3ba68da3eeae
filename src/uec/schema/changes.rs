//! Change files: what is set, added, appended, taken out and removed.

use serde_json::{Map, Value, json};

use super::build::{Keys, about, closed, keys as list, of, said};
use super::values::{names, text};

/// Keys by one of which a file is known to be a change.
pub const MARKS: [&str; 7] = [
    "evidence",
    "set",
    "add",
    "append",
    "take_out",
    "insert_before",
    "remove",
];

pub fn keys() -> Keys {
    let mut all = list([
        ("title", text("What it is, in a line.")),
        ("description", text("What it is for.")),
        (
            "evidence",
            names("What is known of its effect, a sentence each."),
        ),
        (
            "limits",
            names("What the model leaves out, a sentence each."),
        ),
        (
            "library",
            names(
                "Library files that the change brings, laid below the system; each is laid once.",
            ),
        ),
        ("set", of("set")),
        (
            "append",
            about(
                of("lists"),
                "Items put at the end of a list, by its dotted path; a text that it has already is not put there twice.",
            ),
        ),
        (
            "take_out",
            about(
                of("lists"),
                "Items taken out of a list, by its dotted path.",
            ),
        ),
        (
            "insert_before",
            about(
                of("lists"),
                "Items put into a list before one of it: a step by its id (services.S.paths.P.steps.ID), or an item by its number.",
            ),
        ),
        ("add", of("add")),
        ("remove", of("remove")),
    ]);
    all.extend(said());
    all
}

pub fn definitions() -> Keys {
    let tables: Map<String, Value> = super::tables().into_iter().chain(said()).collect();
    list([
        (
            "set",
            json!({
                "type": "object",
                "additionalProperties": of("set_value"),
                "description": "New values by dotted path; * stands for any one key, services.S.steps.ID.KEY for a step by its id. A value may be { multiply = … }, { add = … } or { value = … } with its source."
            }),
        ),
        (
            "set_value",
            json!({
                "description": "A value, or { multiply = 0.95 }, { add = \"2 min\" }, { value = 52 } with source or assumed.",
                "if": { "type": "object" },
                "then": { "additionalProperties": of("set_value"), "properties": { "multiply": {
                    "anyOf": [of("share"), { "type": "number", "minimum": 0 }]
                } } }
            }),
        ),
        (
            "lists",
            json!({ "type": "object", "additionalProperties": {
                "if": { "type": "object" },
                "then": of("lists"),
                "else": { "type": "array" }
            } }),
        ),
        (
            "add",
            json!({
                "type": "object",
                "properties": tables,
                "additionalProperties": false,
                "description": "Tables merged as they stand; a name that exists already is an error."
            }),
        ),
        (
            "remove",
            about(
                closed(list([(
                    "paths",
                    names("Dotted paths of what is taken out."),
                )])),
                "Carried out first, then [set], [take_out], [append], [insert_before] and [add].",
            ),
        ),
    ])
}
