//! Experiment files as a JSON Schema (draft 2020-12), by which editors complete and check them.
//!
//! It says which keys stand where and of what type; what values mean together, the reader says.

use serde_json::{Map, Value, json};

use super::read_design::KINDS;
use crate::experiment::optimise::question::FINDS;

/// The schema as it is written to a file.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

pub fn schema() -> Value {
    let mut schema = table(
        "A uecsim experiment file: scenarios, what is varied in them, and at which points.",
        &["scenarios", "vary"],
        [
            ("title", text_of("What the experiment is, in a line.")),
            (
                "scenarios",
                names("Paths beside this file, or names of shipped scenarios."),
            ),
            (
                "measures",
                names("Measures that are kept; all if left out."),
            ),
            (
                "by",
                json!({
                    "enum": ["site", "cohort", ["site"], ["cohort"], ["site", "cohort"], ["cohort", "site"]],
                    "description": "Numbers by site and by cohort are kept, too."
                }),
            ),
            ("run", run()),
            (
                "vary",
                json!({
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": { "pattern": "^[a-z0-9_]+$" },
                    "additionalProperties": parameter(),
                    "description": "A table for each parameter."
                }),
            ),
            ("design", design()),
            ("goal", goal()),
            ("optimise", optimise()),
        ],
    );
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("uecsim experiment file");
    schema
}

/// A table with these keys, statements of source, and no others.
fn table<const N: usize>(about: &str, required: &[&str], own: [(&str, Value); N]) -> Value {
    let said = ["source", "assumed", "nature"].map(|key| (key, json!({ "type": "string" })));
    let properties: Map<String, Value> = own
        .into_iter()
        .chain(said)
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    json!({
        "type": "object",
        "description": about,
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}

fn text_of(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn names(about: &str) -> Value {
    json!({
        "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1 }
        ],
        "description": about
    })
}

fn number(about: &str) -> Value {
    json!({ "type": "number", "description": about })
}

fn count(least: u64, about: &str) -> Value {
    json!({ "type": "integer", "minimum": least, "description": about })
}

fn run() -> Value {
    table(
        "What of the scenarios' [run] is replaced.",
        &[],
        [
            (
                "replications",
                count(1, "Independent runs of each scenario at each point."),
            ),
            ("seed", count(0, "Root of all random draws.")),
            ("length", text_of("Measured time, as \"28 days\".")),
            ("warm_up", text_of("Time before it that is not measured.")),
        ],
    )
}

fn parameter() -> Value {
    table(
        "What is moved together, how, and over what: values, low and high, or a distribution.",
        &["paths", "how"],
        [
            ("title", text_of("For charts and tables.")),
            ("paths", names("Dotted paths, as in [set] of a change.")),
            ("how", json!({ "enum": ["multiply", "add", "set"] })),
            (
                "unit",
                text_of("Of what is added or set: \"min\", \"per day\", \"%\", …"),
            ),
            (
                "values",
                json!({ "type": "array", "minItems": 1, "description": "Numbers, or anything that a scenario may write there." }),
            ),
            ("low", number("Lower end of a range.")),
            ("high", number("Upper end of a range.")),
            (
                "levels",
                count(2, "Single values of a range or distribution, for a grid."),
            ),
            (
                "distribution",
                json!({ "type": "object", "description": "As scenarios write distributions, of plain numbers." }),
            ),
            (
                "base",
                json!({ "description": "What it is while others are varied; for multiply and add, 1 and 0 if left out." }),
            ),
        ],
    )
}

fn design() -> Value {
    table(
        "At which points.",
        &["kind"],
        [
            ("kind", json!({ "enum": KINDS })),
            (
                "points",
                count(1, "Of a Latin hypercube or Sobol sequence."),
            ),
            ("seed", count(0, "Of a Latin hypercube or Sobol sequence.")),
            (
                "file",
                text_of("Of rows: a CSV file with a column for each parameter."),
            ),
        ],
    )
}

fn goal() -> Value {
    let mut goal = table(
        "What a number should come to.",
        &["measure", "statistic"],
        [
            ("measure", text_of("Id of a measure.")),
            (
                "statistic",
                text_of("As tables name it: \"mean\", \"within 4 h\", …"),
            ),
            ("site", text_of("A site's id; all sites if left out.")),
            (
                "cohort",
                text_of("attribute=level; all patients if left out."),
            ),
            ("at_least", number("In the unit of the measure.")),
            ("at_most", number("In the unit of the measure.")),
        ],
    );
    goal["oneOf"] = json!([{ "required": ["at_least"] }, { "required": ["at_most"] }]);
    goal
}

fn optimise() -> Value {
    let finds: Vec<&str> = FINDS.iter().map(|(word, _)| *word).collect();
    let whole = |about: &str| json!({ "type": "integer", "minimum": 1, "description": about });
    let unit = table(
        "What one unit costs.",
        &["per_unit"],
        [("per_unit", number("In the unit of the budget."))],
    );
    table(
        "What `uecsim optimise` is to find.",
        &[],
        [
            (
                "find",
                json!({ "enum": finds, "description": "The question." }),
            ),
            ("confidence", number("0.9 if left out.")),
            (
                "indifference",
                number("The smallest difference that matters, in the unit of the goal."),
            ),
            (
                "method",
                json!({ "enum": ["kn", "ocba"], "description": "With a guarantee, or within so many runs." }),
            ),
            ("first", whole("Replications at first; 10 if left out.")),
            ("most", whole("Replications at most; 1000 if left out.")),
            ("runs", whole("All runs of \"ocba\"; 1000 if left out.")),
            (
                "budget",
                table(
                    "Money to split.",
                    &["amount"],
                    [
                        ("amount", number("How much.")),
                        ("unit", text_of("Of the money; £ if left out.")),
                    ],
                ),
            ),
            (
                "costs",
                json!({ "type": "object", "additionalProperties": unit, "description": "Of one unit of each parameter." }),
            ),
        ],
    )
}
