//! Values by cohort: dimensions, rows, and the first row that matches.

use serde_json::{Map, Value, json};

use crate::uec::forms::tables_reading::{DIMENSION_KINDS, SHORT_CONDITIONS};

use super::build::{Keys, about, closed, closed_with, free, keys, of, of_for, said};
use super::values::{file, list, name};

const ROWS: &str = "Rows with a level for each dimension that matters and the value under `is`; the first that matches counts. With one dimension also { level = value, else = value }.";

pub fn definitions() -> Keys {
    let mut all = keys([
        ("dimension", dimension()),
        (
            "dimensions",
            json!({
                "anyOf": [of("dimension"), { "type": "array", "items": of("dimension") }],
                "description": "What the table is looked up by."
            }),
        ),
        ("conditions", conditions()),
        (
            "settings",
            about(
                at_least_one(free(json!({ "type": ["string", "integer"] }))),
                "Attributes and the level each is set to.",
            ),
        ),
        (
            "filter",
            about(
                free(of("levels")),
                "Only patients with one of these levels of each attribute.",
            ),
        ),
    ]);
    // Each with its own value at the foot of a row.
    for (kind, value, words) in [
        (
            "durations",
            "distribution",
            "A length of time: a distribution, or a table of them.",
        ),
        ("shares", "share", "A share, or a table of them."),
        (
            "factors",
            "factor",
            "A number that is not negative, or a table of them.",
        ),
    ] {
        all.push((
            format!("{kind}_table"),
            closed_with(table_keys(value), &["by", "rows"]),
        ));
        all.push((
            kind.to_owned(),
            json!({
                "anyOf": [of(value), of(&format!("{kind}_table")), of("table_of")],
                "description": words
            }),
        ));
    }
    all.push((
        "table_of".to_owned(),
        closed_with(
            keys([(
                "choice_of",
                name("The name of a table of [durations] or [choices]."),
            )]),
            &["choice_of"],
        ),
    ));
    all
}

/// `by` and `rows` of a table of such values.
pub fn table_keys(value: &str) -> Keys {
    let by_level = free(of(value));
    let rows =
        json!({ "anyOf": [list(row("is", of(value)), ROWS), by_level], "description": ROWS });
    keys([("by", of("dimensions")), ("rows", rows)])
}

/// A row: its value, and levels under the names of dimensions.
pub fn row(key: &str, value: Value) -> Value {
    let mut properties: Map<String, Value> = said().into_iter().collect();
    properties.insert(key.to_owned(), about(value, "The value of this row."));
    json!({
        "type": "object",
        "properties": properties,
        "required": [key],
        "additionalProperties": of("levels")
    })
}

fn at_least_one(mut table: Value) -> Value {
    let said: Vec<String> = said().into_iter().map(|(key, _)| key).collect();
    table["not"] = json!({ "propertyNames": { "enum": said } });
    table
}

fn dimension() -> Value {
    let kinds = DIMENSION_KINDS.join("|");
    let bands = list(
        json!({ "type": "integer", "minimum": 1 }),
        "Numbers that increase, at which a new level begins.",
    );
    let mut counted = closed_with(
        keys([
            (
                "waiting",
                name("The pool whose waiting patients are counted."),
            ),
            ("busy", name("The pool whose units in use are counted.")),
            ("bands", bands),
        ]),
        &["bands"],
    );
    counted["oneOf"] = json!([{ "required": ["waiting"] }, { "required": ["busy"] }]);
    let times = list(
        of("duration"),
        "Times that increase, at which a new level begins.",
    );
    let since = closed_with(
        keys([
            (
                "since",
                name("A mark from which time is counted, or start_of_run."),
            ),
            ("bands", times),
        ]),
        &["since", "bands"],
    );
    json!({
        "anyOf": [
            { "type": "string", "pattern": format!("^([^:]*|({kinds}):.*)$") },
            counted,
            since
        ],
        "description": "An attribute; hour, day or month; site; open:WINDOW, held:NAME, trigger:NAME; the patients waiting for a pool (or its units in use) in bands; or the time since a mark in bands.",
        "examples": ["age", "hour", "open:in_hours", { "waiting": "cubicles", "bands": [1, 5, 10] }]
    })
}

/// Of `when`: all must hold.
fn conditions() -> Value {
    let mut value = free(of("levels"));
    for (short, kind, level) in SHORT_CONDITIONS {
        let words = format!("Short for \"{kind}:NAME\" = \"{level}\".");
        value["properties"][short] = name(&words);
    }
    let mut bound = closed(keys([
        (
            "at_least",
            about(
                json!({ "type": "integer", "minimum": 1 }),
                "So many or more.",
            ),
        ),
        (
            "below",
            about(
                json!({ "type": "integer", "minimum": 1 }),
                "Fewer than so many.",
            ),
        ),
    ]));
    bound["oneOf"] = json!([{ "required": ["at_least"] }, { "required": ["below"] }]);
    let mut time = closed(keys([
        ("at_least", of_for("duration", "So long or longer.")),
        ("below", of_for("duration", "Shorter than that.")),
    ]));
    time["oneOf"] = json!([{ "required": ["at_least"] }, { "required": ["below"] }]);
    value["patternProperties"] = json!({ "^(waiting|busy):": bound, "^since:": time });
    let value = at_least_one(value);
    about(
        value,
        "Conditions, all of which must hold: a dimension and its levels.",
    )
}

/// Units through the week.
pub fn roster() -> Keys {
    let row = closed_with(
        keys([
            (
                "from",
                of_for("clock", "It holds from this time until the next row."),
            ),
            ("units", of_for("number_of_units", "How many units.")),
            ("days", of("days")),
        ]),
        &["from", "units"],
    );
    let slots = closed(keys([
        (
            "per_hour",
            json!({ "type": "number", "minimum": 0, "description": "Appointments in an hour." }),
        ),
        ("hours", of_for("window", "When there are any.")),
    ]));
    let course = closed_with(
        keys([
            (
                "file",
                file(
                    "A CSV file with a row for each stretch of time from the start of the run, warm-up included.",
                ),
            ),
            ("column", name("The column of units.")),
            (
                "every",
                of_for(
                    "duration",
                    "How long each row holds; the last holds for ever.",
                ),
            ),
        ]),
        &["file", "column", "every"],
    );
    let rows = json!({ "type": "array", "items": row, "minItems": 1 });
    keys([
        (
            "roster",
            json!({
                "anyOf": [of("number_of_units"), rows, course],
                "description": "How many units: a number, rows { from, units, days } through the week, later rows winning, or { file, column, every } over the run.",
                "examples": [4, [{ "from": "08:00", "units": 10, "days": "Mon-Fri" }]]
            }),
        ),
        (
            "slots",
            about(
                slots,
                "Appointments, as { per_hour = 12, hours = \"Mon-Fri 08:00-18:00\" }.",
            ),
        ),
    ])
}
