//! Roll-outs.

use serde_json::Value;

use super::build::{Keys, about, closed, closed_with, keys, named, of, of_for};
use super::values::{count, list, name, names, text};

pub fn tables() -> Keys {
    keys([(
        "rollouts",
        about(
            named(of("rollout")),
            "Changes that are in force at some times, in some places or for some of the people, by name.",
        ),
    )])
}

pub fn definitions() -> Keys {
    keys([("rollout", rollout())])
}

fn rollout() -> Value {
    let share = of_for("share", "The part of the units that is covered.");
    let wave = closed_with(
        keys([
            ("from", of_for("date", "From this day on.")),
            ("share", share.clone()),
        ]),
        &["from", "share"],
    );
    let dates = list(of("date"), "On these days only.");
    let value = closed(keys([
        ("title", text("As shown in outputs.")),
        (
            "changes",
            names("The changes that come into force together."),
        ),
        (
            "by",
            name(
                "What is covered one by one: site, or an attribute that patients bring, as zone. Absent: everywhere at once.",
            ),
        ),
        (
            "from",
            of_for("date", "The first day; absent: from the beginning."),
        ),
        (
            "until",
            of_for("date", "The first day on which it is over; absent: never."),
        ),
        ("share", share),
        (
            "shares",
            list(wave, "Shares that rise (or fall) on dates, in order."),
        ),
        ("dates", dates),
        ("only", names("The only units that are ever covered.")),
        (
            "order",
            names(
                "Units that come first, in this order; the others follow in an order drawn once and for all.",
            ),
        ),
        ("lottery", count("Another number draws another order.")),
    ]));
    about(
        value,
        "Changes that come into force together: when, and for whom.",
    )
}
