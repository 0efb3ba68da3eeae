//! Single values: texts, names, numbers, and quantities with their units.

use serde_json::{Value, json};

use crate::scenario::units::TIME_UNITS;
use crate::uec::forms::measures::LEVELS;

use super::build::{Keys, closed, keys, of, of_for};

/// A number within a quantity.
const NUMBER: &str = r"(\d+\.?\d*|\.\d+)";
const CLOCK: &str = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?";
const WEEKDAY: &str =
    "([Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])";

pub fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

pub fn file(about: &str) -> Value {
    let about =
        format!("{about} Looked up from the folder of this file, then among the shipped ones.");
    json!({ "type": "string", "minLength": 1, "description": about })
}

pub fn name(about: &str) -> Value {
    text(about)
}

pub fn names(about: &str) -> Value {
    of_for("names", about)
}

pub fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

pub fn word(words: &[&str], about: &str) -> Value {
    json!({ "enum": words, "description": about })
}

pub fn number(about: &str) -> Value {
    json!({ "type": "number", "description": about })
}

/// Not negative.
pub fn factor(about: &str) -> Value {
    json!({ "type": "number", "minimum": 0, "description": about })
}

pub fn count(about: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": about })
}

pub fn duration(about: &str) -> Value {
    of_for("duration", about)
}

pub fn list(items: Value, about: &str) -> Value {
    json!({ "type": "array", "items": items, "description": about })
}

/// A list of so many numbers that are not negative.
pub fn factors(n: Option<usize>, about: &str) -> Value {
    let mut value = list(json!({ "type": "number", "minimum": 0 }), about);
    if let Some(n) = n {
        value["minItems"] = json!(n);
        value["maxItems"] = json!(n);
    }
    value
}

/// A key that is allowed and read by nobody but the reader of the file.
pub fn note() -> Value {
    json!({ "description": "For the reader of the file." })
}

/// Every spelling of a unit of time, as alternatives of a pattern.
fn units() -> String {
    let spellings = TIME_UNITS.iter().flat_map(|(spellings, _)| *spellings);
    spellings.copied().collect::<Vec<_>>().join("|")
}

/// A written duration, without sign and anchors.
pub fn duration_pattern() -> String {
    let units = units();
    // A unit ends at a space or at the next number: "1 h 30 min", "1h30min".
    format!(r"{NUMBER}\s*({units})(\s+{NUMBER}\s*({units})|{NUMBER}\s*({units}))*")
}

fn window_pattern() -> String {
    let days = format!("{WEEKDAY}([-–]{WEEKDAY})?");
    let hours = format!(r"{CLOCK}\s*[-–]\s*{CLOCK}");
    let part = format!(r"({days}(\s+{hours})?|{hours})");
    format!(r"{part}(\s*,\s*{part})*")
}

pub fn definitions() -> Keys {
    let quantity = duration_pattern();
    let units = units();
    let window = window_pattern();
    let days = format!("{WEEKDAY}([-–]{WEEKDAY})?");
    let level = json!({ "type": ["string", "integer", "boolean"] });
    let place = closed(keys([
        ("x", number("Kilometres east of any one point.")),
        ("y", number("Kilometres north of the same point.")),
        (
            "lat",
            json!({ "type": "number", "minimum": -89, "maximum": 89, "description": "Degrees north." }),
        ),
        (
            "lon",
            json!({ "type": "number", "minimum": -180, "maximum": 180, "description": "Degrees east." }),
        ),
    ]));
    let units_of_time: Vec<&str> = TIME_UNITS
        .iter()
        .flat_map(|(spellings, _)| *spellings)
        .copied()
        .collect();
    keys([
        (
            "names",
            json!({
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
                "description": "A list of names, or one name alone."
            }),
        ),
        (
            "some_names",
            json!({
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }],
                "description": "A list of at least one name, or one name alone."
            }),
        ),
        (
            "duration",
            json!({
                "type": "string",
                "pattern": format!(r"^\s*{quantity}\s*$"),
                "description": "A length of time.",
                "examples": ["8 min", "90 s", "1 h 30 min", "28 days", "2 weeks", "250 ms"]
            }),
        ),
        (
            "signed_duration",
            json!({
                "type": "string",
                "pattern": format!(r"^\s*[-−]?\s*{quantity}\s*$"),
                "description": "A length of time, which may be negative.",
                "examples": ["5 min", "-5 min"]
            }),
        ),
        (
            "unit_of_time",
            json!({ "enum": units_of_time, "description": "The unit of plain numbers here." }),
        ),
        (
            "rate",
            json!({
                "type": "string",
                "pattern": format!(r"^\s*{NUMBER}\s*(per |/)\s*({units})\s*$"),
                "description": "Events in a time; a year has 365.25 days.",
                "examples": ["40 per day", "9 per min", "120 per week", "400000 per year"]
            }),
        ),
        (
            "share",
            json!({
                "anyOf": [
                    { "type": "number", "minimum": 0, "maximum": 1 },
                    { "type": "string", "pattern": format!(r"^\s*{NUMBER}\s*%?\s*$") }
                ],
                "description": "A share of one.",
                "examples": [0.55, "55 %"]
            }),
        ),
        ("factor", json!({ "type": "number", "minimum": 0 })),
        (
            "window",
            json!({
                "type": "string",
                "pattern": format!(r"^([a-z][a-z0-9_]*|\s*(always|{window})\s*)$"),
                "description": "When it is open: written out, \"always\", or a name of [windows]. Days alone are whole days; a window that ends before it begins runs into the next day.",
                "examples": ["Mon-Fri 08:00-20:00, Sat 09:00-13:00", "always", "in_hours"]
            }),
        ),
        (
            "written_window",
            json!({
                "type": "string",
                "pattern": format!(r"^\s*(always|{window})\s*$"),
                "description": "When it is open.",
                "examples": ["Mon-Fri 08:00-20:00, Sat 09:00-13:00", "always"]
            }),
        ),
        (
            "days",
            json!({
                "type": "string",
                "pattern": format!(r"^\s*{days}(\s*,\s*{days})*\s*$"),
                "description": "Days of the week; absent: every day.",
                "examples": ["Mon-Fri", "Sat,Sun"]
            }),
        ),
        (
            "date",
            json!({
                "type": "string",
                "pattern": r"^\s*\d{4}-\d{2}-\d{2}\s*$",
                "description": "A date, with or without quotation marks.",
                "examples": ["2023-04-01"]
            }),
        ),
        (
            "clock",
            json!({
                "type": "string",
                "pattern": format!(r"^\s*{CLOCK}\s*$"),
                "description": "A time of day.",
                "examples": ["08:30"]
            }),
        ),
        (
            "levels",
            json!({
                "anyOf": [level, { "type": "array", "items": level }],
                "description": "A level, or a list of levels of which any one matches; ranges of hours, days and months as \"8-17\" or \"Sat-Sun\"."
            }),
        ),
        ("place", {
            let mut place = place;
            place["anyOf"] = json!([{ "required": ["x", "y"] }, { "required": ["lat", "lon"] }]);
            place["description"] =
                json!("Where it is: kilometres { x, y } or degrees { lat, lon }.");
            place
        }),
        (
            "number_of_units",
            json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 }),
        ),
        (
            "in_unit",
            json!({
                "anyOf": [{ "type": "number" }, of("duration"), of("share")],
                "description": "A number in the measure's unit, a duration or a share in percent."
            }),
        ),
        (
            "level_of",
            json!({ "enum": LEVELS, "description": "Units in use, patients waiting, units on duty, or units in use over units on duty." }),
        ),
    ])
}
