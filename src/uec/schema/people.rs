//! When a scenario runs, what is known of patients, when things are open, and who comes.

use serde_json::{Value, json};

use crate::uec::model::Clock;

use super::build::{Keys, about, closed, free, keys, named, of, of_for};
use super::tables::{row, table_keys};
use super::values::{count, duration, factor, factors, file, list, name, names, note, text, word};

pub fn tables() -> Keys {
    let table = |name: &str, words: &str| about(named(of(name)), words);
    keys([
        ("run", of("run")),
        (
            "attributes",
            table("attribute", "What is known of a patient, by name."),
        ),
        (
            "windows",
            table("written_window", "Opening hours, by name."),
        ),
        (
            "profiles",
            table(
                "profile",
                "How rates rise and fall over the week and the year, by name.",
            ),
        ),
        (
            "durations",
            table(
                "named_durations",
                "Tables of lengths of time by cohort, by name.",
            ),
        ),
        (
            "choices",
            table("choice", "Tables of shares of outcomes, by name."),
        ),
        (
            "arrivals",
            table(
                "arrival",
                "Streams of patients that are no residents' needs, by name.",
            ),
        ),
        ("people", of("people")),
        (
            "needs",
            table("need", "Needs that arise among residents, by name."),
        ),
    ])
}

pub fn definitions() -> Keys {
    let start = of_for("date", "The first measured day.");
    let replications = json!({
        "type": "integer", "minimum": 1, "maximum": 1_000_000,
        "description": "Independent runs; 10 if absent."
    });
    keys([
        (
            "run",
            about(
                closed(keys([
                    ("start", start),
                    (
                        "warm_up",
                        duration("Simulated before the start and not measured."),
                    ),
                    ("length", duration("How long is measured.")),
                    ("replications", replications),
                    ("seed", count("Root of all random draws; 1 if absent.")),
                    (
                        "clock",
                        word(
                            &Clock::WRITTEN.map(|(word, _)| word),
                            "Whether clocks change for summer time; fixed if absent: every day has 24 hours.",
                        ),
                    ),
                ])),
                "When the scenario begins, how long it runs and how often.",
            ),
        ),
        (
            "attribute",
            about(
                closed(keys([
                    ("title", text("As shown in outputs.")),
                    (
                        "levels",
                        names("Its levels; one that ranks lines has its most urgent first."),
                    ),
                    ("titles", names("A title for each level.")),
                    (
                        "default",
                        name("The level at which patients start; the first if absent."),
                    ),
                ])),
                "Something known of every patient, with at most 250 levels.",
            ),
        ),
        ("profile", profile()),
        ("named_durations", {
            let mut own = table_keys("distribution");
            own.extend(keys([("title", note())]));
            about(closed(own), "Lengths of time by cohort.")
        }),
        ("choice", choice()),
        ("arrival", arrival()),
        (
            "people",
            about(
                closed(keys([
                    ("title", note()),
                    (
                        "zones",
                        file(
                            "Residents by zone and age: columns zone, title, lat, lon, rural, deprivation, then one column for each level of age.",
                        ),
                    ),
                    (
                        "points",
                        file(
                            "Where in a zone patients are: columns zone, lat, lon, weight, slowness.",
                        ),
                    ),
                ])),
                "Residents of the area.",
            ),
        ),
        ("need", need()),
        ("stream_place", stream_place()),
        (
            "shares_by_level",
            json!({
                "anyOf": [{ "type": "string" }, free(of("share"))],
                "description": "The share of each level, or a choice whose outcomes are levels."
            }),
        ),
    ])
}

fn profile() -> Value {
    let column = closed(keys([
        (
            "file",
            file("A CSV file with 168 rows, Monday 00:00 first."),
        ),
        ("column", name("The column of relative rates.")),
    ]));
    let week = json!({ "anyOf": [factors(Some(168), "Monday 00:00 first."), column] });
    about(
        closed(keys([
            ("title", note()),
            (
                "week",
                about(
                    week,
                    "Relative rates of the 168 hours of the week: a list, or a column of a file.",
                ),
            ),
            (
                "hours",
                factors(Some(24), "Relative rates of the hours of the day."),
            ),
            (
                "days",
                factors(Some(7), "Relative rates of the days, Monday first."),
            ),
            (
                "cycle",
                duration("Length of a cycle that fits a whole number of times into a week."),
            ),
            (
                "values",
                factors(None, "Relative rates in equal parts of the cycle."),
            ),
            (
                "months",
                factors(Some(12), "Relative rates of the months, January first."),
            ),
        ])),
        "Relative rates, on any scale.",
    )
}

fn choice() -> Value {
    let shares = list(
        of("share"),
        "A share for each outcome, in their order, summing to 1.",
    );
    let rows = list(
        row("shares", shares.clone()),
        "Rows with a level for each dimension that matters, and shares; the first that matches counts.",
    );
    about(
        closed(keys([
            ("title", note()),
            ("by", of("dimensions")),
            ("outcomes", names("The outcomes.")),
            ("shares", shares),
            ("rows", rows),
            (
                "weights",
                about(
                    free(factor("Weight of the outcome, 1 unless it is named.")),
                    "What the shares of outcomes are multiplied by before they are brought back to a sum of 1, in every row.",
                ),
            ),
            (
                "file",
                file("The rows as a CSV file: a column for each dimension and each outcome."),
            ),
        ])),
        "Shares of outcomes, by what is known of the patient and the moment.",
    )
}

/// What arrivals and needs have in common: where their patients begin and what they bring.
fn entry() -> Keys {
    keys([
        ("profile", name("The profile that the rate follows.")),
        (
            "multiply",
            factor(
                "Factor on the rate; below 1 the same patients are thinned, above 1 others come on top.",
            ),
        ),
        (
            "growth",
            json!({
                "anyOf": [of("share"), { "type": "number", "minimum": -0.5, "maximum": 1 }],
                "description": "How much the rate grows in a year, compounded from the first measured day on; below 0 it falls.",
                "examples": ["2 %", -0.01]
            }),
        ),
        ("to", name("Where they begin: service.path.")),
        ("site", name("The site, where several run the service.")),
        ("set", of("settings")),
        (
            "shares",
            about(free(of("shares_by_level")), "Attributes drawn on arrival."),
        ),
    ])
}

fn arrival() -> Value {
    let mut own = keys([
        ("title", note()),
        (
            "rate",
            of_for(
                "rate",
                "Mean rate, over a year of the profile if there is one.",
            ),
        ),
        (
            "gap",
            of_for(
                "durations",
                "Time between arrivals; it may differ by hour, day, month, open:WINDOW and since:start_of_run.",
            ),
        ),
        (
            "file",
            file("Recorded arrivals as CSV: a column time, other columns name attributes."),
        ),
        ("place", of("stream_place")),
    ]);
    own.extend(entry());
    let mut value = closed(own);
    let pairs = [["rate", "gap"], ["rate", "file"], ["gap", "file"]];
    let pairs = pairs.map(|pair| json!({ "required": pair }));
    value["not"] = json!({ "anyOf": pairs });
    about(
        value,
        "Patients who come by a rate, at gaps, or as recorded.",
    )
}

fn need() -> Value {
    let by_file = closed(keys([
        ("by", of("dimensions")),
        (
            "file",
            file("A CSV file of rates, with a column for each dimension."),
        ),
        ("column", name("The column of rates.")),
    ]));
    let mut by_file = by_file;
    by_file["required"] = json!(["by", "file", "column"]);
    let rate = json!({ "anyOf": [of("factors"), by_file] });
    let mut own = keys([
        ("title", text("As shown in outputs.")),
        (
            "rate_per_1000",
            about(
                rate,
                "How often it arises in a year among 1,000 residents: a number, a table, or a column of a file.",
            ),
        ),
    ]);
    own.extend(entry());
    about(
        closed(own),
        "A need, which makes a stream of patients in every zone, age and deprivation level.",
    )
}

fn stream_place() -> Value {
    let side =
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
    let rectangle =
        super::build::closed_with(keys([("x", side.clone()), ("y", side)]), &["x", "y"]);
    json!({
        "anyOf": [
            super::build::closed_with(keys([("zone", name("Spread over the points of a zone."))]), &["zone"]),
            super::build::closed_with(
                keys([("rectangle", about(rectangle, "Spread evenly over it, in kilometres."))]),
                &["rectangle"],
            ),
            of("place")
        ],
        "description": "Where these patients are."
    })
}
