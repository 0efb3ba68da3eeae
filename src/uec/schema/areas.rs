//! Areas that do not exchange patients.

use serde_json::json;

use super::build::{Keys, about, closed_with, keys, of};
use super::values::file;

pub fn tables() -> Keys {
    let table = closed_with(
        keys([
            (
                "file",
                file(
                    "A CSV file with a row for each area: area, title, and the columns that set names.",
                ),
            ),
            (
                "set",
                json!({
                    "type": "object",
                    "additionalProperties": of("area_value"),
                    "description": "What an area's row sets, by dotted path as in [set] of a change; { column = \"…\" } stands for the cell of the row."
                }),
            ),
        ]),
        &["file"],
    );
    keys([(
        "areas",
        about(
            table,
            "Areas that do not exchange patients: the system once for each row of a table, with values of its own. Of every table with a column area, an area has its own rows.",
        ),
    )])
}

pub fn definitions() -> Keys {
    keys([(
        "area_value",
        json!({
            "description": "A value, { column = \"…\" }, or { multiply = … } or { add = … } of either, with source or assumed.",
            "if": { "type": "object" },
            "then": { "additionalProperties": of("area_value") }
        }),
    )])
}
