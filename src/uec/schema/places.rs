//! Services and their paths, the sites that run them, who goes where, fleets and triggers.

use serde_json::{Value, json};

use crate::uec::forms::routes::RULES;
use crate::uec::forms::sites::SHIFT_ENDS;

use super::build::{Keys, about, closed, closed_with, free, keys, named, of, of_for};
use super::tables::roster;
use super::values::{duration, factor, factors, file, flag, name, names, note, number, text, word};

pub fn tables() -> Keys {
    let table = |name: &str, words: &str| about(named(of(name)), words);
    keys([
        (
            "services",
            table("service", "Services, by name: pools, calendars and paths."),
        ),
        ("sites", table("site", "Where services run, by name.")),
        (
            "sites_from",
            table("sites_from", "Many sites from a CSV file."),
        ),
        ("routes", table("route", "Who goes to which site, by name.")),
        (
            "fleets",
            table("fleet", "Units with places and shifts, by name."),
        ),
        (
            "triggers",
            table(
                "trigger",
                "Switches that go on when something fills up or people wait long, by name.",
            ),
        ),
    ])
}

pub fn definitions() -> Keys {
    let mut all = roster();
    all.extend(keys([
        ("service", service()),
        ("site", about(closed(site_keys()), "A place at which services run.")),
        ("sites_from", sites_from()),
        ("route", route()),
        ("travel", travel()),
        ("speed", speed()),
        ("fleet", fleet()),
        ("station", station()),
        ("trigger", trigger()),
        ("surge", surge()),
        ("surges", json!({
            "anyOf": [of("surge"), { "type": "array", "items": of("surge") }],
            "description": "Extra units while a trigger is on, or a list of such."
        })),
        ("trigger_level", json!({
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": r"^\s*(\d+\.?\d*|\.\d+)\s*%?\s*$" }
            ],
            "description": "A number of patients or units, or a share of mean capacity, rounded up.",
            "examples": [38, "95 %"]
        })),
    ]));
    all
}

fn service() -> Value {
    // Names, or the size that holds where a site gives none.
    let name = json!({ "type": "string" });
    let sized = |size: &str| {
        let mixed =
            json!({ "type": "array", "items": { "anyOf": [name.clone(), named(of(size))] } });
        json!({ "anyOf": [name.clone(), mixed, named(of(size))] })
    };
    about(
        closed(keys([
            ("title", text("As shown in outputs.")),
            (
                "pools",
                about(
                    sized("roster"),
                    "Its pools of staff, rooms and beds: names, or tables with the size where a site gives none.",
                ),
            ),
            (
                "calendars",
                about(
                    sized("slots"),
                    "Its calendars of appointments: names, or tables with the slots where a site gives none.",
                ),
            ),
            (
                "paths",
                about(
                    named(of("steps")),
                    "The paths of its patients, by name. Those sent here without a path named take `arrive`, or the only one.",
                ),
            ),
        ])),
        "A service: what it needs, and what happens to patients step by step.",
    )
}

/// What sites written out and sites of a table have in common.
fn shared_keys() -> Keys {
    keys([
        ("services", names("The services that run here.")),
        (
            "hours",
            of_for("window", "When new patients may come; always if absent."),
        ),
        (
            "pools",
            about(free(of("roster")), "How many units of each pool."),
        ),
        (
            "slots",
            about(free(of("slots")), "The appointments of each calendar."),
        ),
        (
            "surge",
            about(
                free(of("surges")),
                "Units that pools have beyond their rosters while a trigger is on.",
            ),
        ),
        (
            "on_shift_end",
            about(
                free(json!({ "enum": SHIFT_ENDS })),
                "Pools whose staff finish whom they serve, or send them back to the line.",
            ),
        ),
    ])
}

fn site_keys() -> Keys {
    let mut own = keys([
        ("title", text("As shown in outputs.")),
        ("place", of("place")),
        (
            "zone",
            name("The zone it lies in, for routes by same_zone."),
        ),
    ]);
    own.extend(shared_keys());
    own
}

fn sites_from() -> Value {
    let mut own = keys([(
        "file",
        file(
            "A CSV file: columns id, title, lat, lon (or x, y), zone, then pools.NAME or slots.NAME.per_hour.",
        ),
    )]);
    own.extend(shared_keys());
    about(
        closed(own),
        "One site for each row of a file; what stands here holds for all of them.",
    )
}

fn route() -> Value {
    let load = closed(keys([
        ("waiting", name("The pool whose line counts.")),
        (
            "minutes_each",
            number("Minutes that every patient waiting there adds."),
        ),
    ]));
    let except = closed(keys([(
        "trigger",
        name("A site where this is on is passed over."),
    )]));
    about(
        closed(keys([
            ("title", note()),
            ("service", name("The service whose sites are chosen from.")),
            (
                "rule",
                word(&RULES, "How a site is chosen; nearest if absent."),
            ),
            (
                "file",
                file("For rule = \"shares\": a CSV file with columns zone, site, weight."),
            ),
            ("travel", of("travel")),
            (
                "load",
                about(load, "A site with a line seems further away."),
            ),
            ("except", about(except, "Sites that divert.")),
            (
                "any_time",
                flag("Sites count whether they are open or not."),
            ),
            ("otherwise", of_for("steps", "When no site is open.")),
        ])),
        "Who goes to which site, and how long that takes.",
    )
}

fn travel() -> Value {
    let table = closed(keys([
        ("file", file("A CSV file with columns zone, site, minutes.")),
        ("speed_kmh", of("speed")),
        ("detour", factor("Road distance over straight distance.")),
    ]));
    json!({
        "anyOf": [{ "const": "none" }, table],
        "description": "How long the way takes; \"none\" where patients stay where they are, as on the telephone."
    })
}

fn speed() -> Value {
    let hourly = {
        let mut values = factors(Some(24), "By hour of the day.");
        values["items"] = json!({ "type": "number", "exclusiveMinimum": 0 });
        closed_with(keys([("profile", values)]), &["profile"])
    };
    json!({
        "anyOf": [{ "type": "number", "exclusiveMinimum": 0 }, hourly],
        "description": "Kilometres an hour, or { profile = [24 speeds] } by hour of the day."
    })
}

fn fleet() -> Value {
    let kept = json!({ "type": "integer", "minimum": 0, "maximum": 10_000, "description": "How many free units are kept." });
    let reserve = closed_with(
        keys([
            ("units", kept),
            (
                "up_to",
                name("The least urgent level of `rank` that they are sent to."),
            ),
            (
                "when",
                name("The trigger during which they are kept; always if absent."),
            ),
        ]),
        &["units", "up_to"],
    );
    let reassign = closed(keys([(
        "saves",
        duration("The least time that it must save."),
    )]));
    about(
        closed(keys([
            ("title", text("As shown in outputs.")),
            (
                "stations",
                about(free(of("station")), "Where units stand, by name."),
            ),
            (
                "units_from",
                file("Stations as a CSV file: columns station, lat, lon (or x, y), units, shift."),
            ),
            ("speed_kmh", of("speed")),
            ("detour", factor("Road distance over straight distance.")),
            (
                "responding",
                factor("Factor on driving time on the way to patients."),
            ),
            ("conveying", factor("Factor on driving time with patients.")),
            (
                "returning",
                factor("Factor on driving time on the way back."),
            ),
            (
                "reassign",
                about(
                    reassign,
                    "Units on their way are sent to a more urgent call instead; never if absent.",
                ),
            ),
            (
                "rank",
                name("The attribute that ranks calls, its most urgent level first."),
            ),
            (
                "reserve",
                about(
                    reserve,
                    "Free units that are kept for the more urgent calls.",
                ),
            ),
        ])),
        "Units with places, as ambulance crews; the nearest free one is sent.",
    )
}

fn surge() -> Value {
    let units = json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "How many more units." });
    closed_with(
        keys([
            ("when", name("The trigger.")),
            ("units", units),
            (
                "after",
                duration(
                    "How long the trigger must have been on before they open; at once if absent.",
                ),
            ),
        ]),
        &["when", "units"],
    )
}

fn station() -> Value {
    let units = json!({ "type": "integer", "minimum": 0, "maximum": 10_000, "description": "How many units." });
    closed(keys([
        ("place", of("place")),
        ("units", units),
        (
            "shift",
            of_for("window", "When they are on duty; always if absent."),
        ),
    ]))
}

fn trigger() -> Value {
    let mut watched = closed(keys([
        (
            "busy",
            names("The pools or fleets whose units in use are counted, together."),
        ),
        (
            "waiting",
            names("The pools or fleets whose waiting patients are counted, together."),
        ),
        (
            "longer_than",
            duration("Only patients who have waited this long count, each once."),
        ),
        (
            "held",
            name("Only those who hold something under this name while they wait."),
        ),
    ]));
    watched["not"] = json!({ "required": ["busy", "waiting"] });
    watched["dependentRequired"] = json!({ "held": ["longer_than"], "longer_than": ["waiting"] });
    about(
        closed(keys([
            ("title", text("As shown in outputs.")),
            (
                "of",
                about(
                    watched,
                    "What it watches, at each site of the pool's service.",
                ),
            ),
            ("on", of_for("trigger_level", "It comes on here.")),
            (
                "off",
                of_for(
                    "trigger_level",
                    "It goes off here, at a lower level or the same; as `on` if absent.",
                ),
            ),
            (
                "at_least",
                duration("Once on, it stays on at least for this long."),
            ),
        ])),
        "A switch with hysteresis.",
    )
}
