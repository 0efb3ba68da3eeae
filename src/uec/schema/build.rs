//! Pieces that schemas are put together from: closed tables, tables with free names, references.

use serde_json::{Map, Value, json};

use crate::scenario::origins::NATURES;
use crate::scenario::tree::SAID_KEYS;

/// Keys with what may stand there.
pub type Keys = Vec<(String, Value)>;

pub fn keys<const N: usize>(written: [(&str, Value); N]) -> Keys {
    let each = written.into_iter();
    each.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// `source`, `assumed` and `nature`, which every table may carry.
pub fn said() -> Keys {
    let [source, assumed, nature] = SAID_KEYS;
    keys([
        (
            source,
            json!({
                "type": "string",
                "description": "Where the numbers here and below come from: an id of the evidence table, or a citation."
            }),
        ),
        (
            assumed,
            json!({ "type": "string", "description": "Why these numbers are assumed, where no source gives them." }),
        ),
        (
            nature,
            json!({
                "enum": NATURES,
                "description": "Whether the numbers were put in, were fitted so that results match what is published, or come out by themselves."
            }),
        ),
    ])
}

/// A reference to a definition.
pub fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A reference to a definition, with what the value is for.
pub fn of_for(name: &str, about: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}"), "description": about })
}

/// The same with a description.
pub fn about(mut value: Value, words: &str) -> Value {
    value["description"] = json!(words);
    value
}

/// A table that has these keys and no others.
pub fn closed(own: Keys) -> Value {
    let properties: Map<String, Value> = own.into_iter().chain(said()).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// As [`closed`], with keys that must be there.
pub fn closed_with(own: Keys, required: &[&str]) -> Value {
    let mut table = closed(own);
    table["required"] = json!(required);
    table
}

/// A table with names of the writer's choice; values as given.
pub fn free(value: Value) -> Value {
    let properties: Map<String, Value> = said().into_iter().collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": value })
}

/// As [`free`], whose names are lower case with underscores.
pub fn named(value: Value) -> Value {
    let mut table = free(value);
    table["propertyNames"] = json!({ "pattern": "^[a-z0-9_-]+$" });
    table
}

/// Keys that may stand beside each other: these, and statements of source.
pub fn only<'a>(allowed: impl IntoIterator<Item = &'a str>) -> Value {
    let each = allowed.into_iter().chain(SAID_KEYS);
    json!({ "enum": each.collect::<Vec<_>>() })
}

/// Exactly these keys of several ways to write something.
pub fn way(required: &[&str], optional: &[&str]) -> Value {
    let allowed = required.iter().chain(optional).copied();
    json!({ "required": required, "propertyNames": only(allowed) })
}

/// The first of several cases that applies: its condition, and what then holds.
///
/// Nested, for editors look for keys in no table that has `allOf`.
pub fn first_of(cases: Vec<(Value, Value)>) -> Option<Value> {
    let nest = |rest: Option<Value>, (condition, holds): (Value, Value)| {
        let mut case = json!({ "if": condition, "then": holds });
        if let Some(rest) = rest {
            case["else"] = rest;
        }
        Some(case)
    };
    cases.into_iter().rev().fold(None, nest)
}

/// Adds the cases of [`first_of`] to a table.
pub fn with_cases(mut table: Value, cases: Vec<(Value, Value)>) -> Value {
    if let Some(Value::Object(nested)) = first_of(cases) {
        for (key, value) in nested {
            table[key] = value;
        }
    }
    table
}
