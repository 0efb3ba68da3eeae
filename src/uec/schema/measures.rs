//! Measures and charts.

use serde_json::{Value, json};

use crate::uec::forms::measures::{BETTER, KINDS, SERIES};
use crate::uec::forms::sums::LEVELS_OF_UNITS;
use crate::uec::model::ChartKind;

use super::build::{
    Keys, about, closed, closed_with, keys, named, of, of_for, only, way, with_cases,
};
use super::values::{
    duration, duration_pattern, file, list, name, names, note, number, text, word,
};

pub fn tables() -> Keys {
    keys([
        (
            "measures",
            about(named(of("measure")), "What is measured, by name."),
        ),
        (
            "equity",
            about(
                closed_with(
                    keys([
                        (
                            "by",
                            names(
                                "Attributes: every measure of patients is counted by the levels of each, as groups.csv has it.",
                            ),
                        ),
                        ("elsewhere", elsewhere()),
                    ]),
                    &["by"],
                ),
                "By which groups of patients every measure is told apart; centiles only where a measure's own by asks.",
            ),
        ),
        ("prices", of("prices")),
        (
            "charts",
            about(named(of("chart")), "Charts of the report, by name."),
        ),
    ])
}

fn elsewhere() -> Value {
    about(
        closed_with(
            keys([
                ("where", of("filter")),
                ("of", names("Attributes among those of `by`.")),
            ]),
            &["where", "of"],
        ),
        "Patients who are in no level of some attributes, since they do not live in the area: groups of these have a level `elsewhere`.",
    )
}

pub fn definitions() -> Keys {
    let any = statistics(&[
        "mean|median",
        "count",
        "per day",
        "total",
        "percent",
        "(low|high) estimate",
        CENTILE,
        MONTHLY,
        BOUND,
        MORE_THAN,
    ]);
    keys([
        ("measure", measure()),
        ("chart", chart()),
        ("sum_item", sum_item()),
        (
            "prices",
            about(
                closed_with(
                    keys([
                        (
                            "year",
                            text(
                                "The price year to which all costs are brought, as price_year is written.",
                            ),
                        ),
                        ("file", file("A table with the columns year and index.")),
                    ]),
                    &["year", "file"],
                ),
                "An index by which prices of several years are brought to one.",
            ),
        ),
        (
            "statistic",
            json!({
                "type": "string",
                "pattern": any,
                "description": "A statistic.",
                "examples": ["mean", "p50", "p90", "within 4 h", "over 12 h", "count", "per day", "total", "percent"]
            }),
        ),
        (
            "standard",
            closed_with(
                keys([
                    ("statistic", of("statistic")),
                    ("value", of_for("in_unit", "What is asked for.")),
                    ("where", of("filter")),
                ]),
                &["statistic", "value"],
            ),
        ),
    ])
}

const CENTILE: &str = r"p(\d{1,2}(\.\d*)?|\.\d+)";
/// Stands for `p90 by month`.
const MONTHLY: &str = r"p(\d{1,2}(\.\d*)?|\.\d+) by month";
/// Stands for `within 4 h` and `over 12 h`.
const BOUND: &str = "within|over";

const MORE_THAN: &str = r"over \s*\d+\s*";

/// A pattern of statistics as written.
fn statistics(words: &[&str]) -> String {
    let bound = format!(r"(within|over) \s*{}\s*", duration_pattern());
    let each = words.iter().map(|word| match *word {
        BOUND => bound.as_str(),
        other => other,
    });
    format!("^({})$", each.collect::<Vec<_>>().join("|"))
}

/// Of a kind of measure: its own keys, and the statistics it has.
fn of_kind(kind: &str) -> (&'static [&'static str], String) {
    match kind {
        "count" => (&["mark"], statistics(&["total", "per day", "count"])),
        "duration" => (
            &["from", "to"],
            statistics(&["mean|median", CENTILE, MONTHLY, BOUND, "count", "per day"]),
        ),
        "share" => (
            &["of", "among", "of_where", "among_where"],
            statistics(&["percent", "count"]),
        ),
        "level" => (
            &["what", "pools", "fleet", "trigger"],
            statistics(&["mean|median", CENTILE]),
        ),
        "per_patient" => (
            &["marks", "among"],
            statistics(&["mean|median", CENTILE, MORE_THAN, "count", "total"]),
        ),
        "sum" => (
            &["items", "sum_of"],
            statistics(&["total", "per day", "(low|high) estimate"]),
        ),
        _ => (&["from", "to", "beyond"], statistics(&["total", "per day"])),
    }
}

const SHARED: [&str; 9] = [
    "title",
    "kind",
    "unit",
    "where",
    "statistics",
    "by",
    "series",
    "better",
    "standards",
];

fn measure() -> Value {
    let statistics = json!({
        "anyOf": [of("statistic"), { "type": "array", "items": of("statistic") }],
        "description": "What is said of it."
    });
    let mut value = closed(keys([
        ("title", text("As shown in outputs.")),
        (
            "kind",
            word(
                &KINDS,
                "A count of marks, a time between two marks, a share of marks, a level over time, marks counted per patient, time beyond a limit added up, or a sum of such by weights.",
            ),
        ),
        (
            "unit",
            text("Unit of its values: a unit of time for durations."),
        ),
        ("where", of("filter")),
        ("statistics", statistics),
        (
            "by",
            names("Also by these attributes; \"site\" for each site."),
        ),
        (
            "series",
            list(
                json!({ "enum": SERIES }),
                "Its course over the days or the hours of the week, for charts.",
            ),
        ),
        (
            "better",
            word(&BETTER, "Which direction is better, for verdicts."),
        ),
        (
            "standards",
            list(of("standard"), "What is asked for, drawn in charts."),
        ),
        ("mark", name("The milestone that is counted.")),
        ("from", name("The milestone at which it begins.")),
        ("to", name("The milestone at which it ends.")),
        ("of", name("The milestone whose count is divided.")),
        (
            "among",
            name(
                "The milestone whose count it is divided by; of what is counted per patient, where counting begins.",
            ),
        ),
        (
            "marks",
            names("The milestones that are counted per patient."),
        ),
        ("of_where", of("filter")),
        ("among_where", of("filter")),
        ("what", of("level_of")),
        (
            "pools",
            names("The pools: of all sites by name, or site.pool."),
        ),
        ("fleet", name("A fleet, in place of pools.")),
        (
            "trigger",
            name("A trigger, in place of pools, with what = \"on\"."),
        ),
        ("beyond", duration("Time beyond this is added up.")),
        (
            "items",
            list(of("sum_item"), "What is added up, each by its weight."),
        ),
        (
            "sum_of",
            names("In place of items: other sums, whose items are added up."),
        ),
    ]));
    value["not"] = json!({ "anyOf": [
        { "required": ["fleet", "pools"] },
        { "required": ["trigger", "pools"] },
        { "required": ["trigger", "fleet"] },
        { "required": ["items", "sum_of"] }
    ] });
    let value = with_cases(value, KINDS.map(case).to_vec());
    about(
        value,
        "A measure, with its definition, statistics and groups.",
    )
}

/// What a sum adds up: marks, patients or time between two marks, or units over time.
fn sum_item() -> Value {
    let mut value = closed(keys([
        ("mark", name("The milestone that is counted.")),
        ("from", name("The milestone at which a time begins.")),
        ("to", name("The milestone at which it ends.")),
        ("over", duration("Patients who take longer than this.")),
        ("up_to", duration("Patients who take at most this.")),
        ("beyond", duration("Only time beyond this.")),
        ("per", duration("For how much time `each` is.")),
        (
            "pools",
            names("Units of pools: of all sites by name, or site.pool."),
        ),
        ("fleet", name("Units of a fleet.")),
        (
            "what",
            word(
                &LEVELS_OF_UNITS,
                "Units in use, patients in line, or units on duty.",
            ),
        ),
        (
            "odds_ratio",
            number(
                "By what the odds of an outcome are multiplied for every `per` of time: `each` is for the chance beyond `chance`.",
            ),
        ),
        (
            "odds_ratio_low",
            number("The lower end of the odds ratio's interval."),
        ),
        (
            "odds_ratio_high",
            number("The upper end of the odds ratio's interval."),
        ),
        (
            "chance",
            number("The chance of the outcome after `at`, between 0 and 1."),
        ),
        (
            "at",
            duration("The time after which `chance` is the chance."),
        ),
        ("where", of("filter")),
        (
            "unless",
            name("Only patients who have not passed this milestone."),
        ),
        ("each", number("What one of it adds.")),
        ("low", number("The lower end of what one adds.")),
        ("high", number("The upper end of what one adds.")),
        ("price_year", text("Of a price: the year it is of.")),
    ]));
    const ALWAYS: [&str; 3] = ["low", "high", "price_year"];
    let with = |required: &[&str], optional: &[&str]| {
        way(
            &[required, &["each"]].concat(),
            &[optional, &ALWAYS].concat(),
        )
    };
    value["anyOf"] = json!([
        with(&["mark"], &["where", "unless"]),
        with(&["from", "to", "over"], &["up_to", "where", "unless"]),
        with(&["from", "to", "up_to"], &["where", "unless"]),
        with(&["from", "to", "per"], &["beyond", "where", "unless"]),
        with(
            &["from", "to", "odds_ratio", "per", "chance", "at"],
            &[
                "odds_ratio_low",
                "odds_ratio_high",
                "over",
                "where",
                "unless"
            ]
        ),
        with(&["pools", "what", "per"], &[]),
        with(&["fleet", "what", "per"], &[]),
    ]);
    about(value, "Part of a sum, with its weight.")
}

/// Keys and statistics that go with a kind; a file that leaves the kind to a lower layer may have any.
fn case(kind: &str) -> (Value, Value) {
    let (own, statistics) = of_kind(kind);
    let allowed = SHARED.into_iter().chain(own.iter().copied());
    let fits = json!({ "type": "string", "pattern": statistics });
    let is_kind = json!({ "required": ["kind"], "properties": { "kind": { "const": kind } } });
    let holds = json!({
        "propertyNames": only(allowed),
        "properties": { "statistics": { "anyOf": [fits, { "type": "array", "items": fits }] } }
    });
    (is_kind, holds)
}

fn chart() -> Value {
    about(
        closed(keys([
            ("title", note()),
            (
                "kind",
                word(
                    &ChartKind::WRITTEN.map(|(word, _)| word),
                    "How it is drawn.",
                ),
            ),
            ("measures", names("The measures it shows.")),
            (
                "lines",
                list(of_for("in_unit", "A guide line."), "Guide lines."),
            ),
            (
                "shaded",
                name(
                    "The measure of a trigger whose time on is shaded, in charts over days and over the week.",
                ),
            ),
            ("read", text("How to read it, shown below the chart.")),
        ])),
        "A chart of the report.",
    )
}
