//! Distributions of lengths of time: every shape with its parameters.

use serde_json::{Map, Value, json};

use crate::uec::forms::distributions::{MIXTURE, SHAPES};
use crate::uec::shapes;

use super::build::{Keys, closed, closed_with, keys, of, of_for, way};
use super::values::{count, duration, factor, file, list, name, number};

const UNIT: &str = "unit";

pub fn definitions() -> Keys {
    keys([
        ("distribution", distribution()),
        (
            "quantity",
            json!({
                "anyOf": [{ "type": "number" }, of("duration")],
                "description": "A length of time; a plain number is in `unit`."
            }),
        ),
    ])
}

/// `"9 min"` alone, or a table with one shape.
fn distribution() -> Value {
    let mut own: Keys = SHAPES
        .into_iter()
        .chain([MIXTURE])
        .map(|name| (name.to_owned(), explained(name)))
        .collect();
    own.extend(keys([
        (
            "shift",
            of_for("signed_duration", "Added to what is drawn and scaled."),
        ),
        (
            "scale",
            factor("What is drawn is multiplied by it, before the shift."),
        ),
        ("minimum", duration("Shorter draws are this long.")),
        ("maximum", duration("Longer draws are this long.")),
    ]));
    let mut value = closed(own);
    let shapes = SHAPES.into_iter().chain([MIXTURE]);
    let one: Vec<Value> = shapes.map(|shape| json!({ "required": [shape] })).collect();
    value["type"] = json!(["string", "object"]);
    value["if"] = json!({ "type": "string" });
    value["then"] = of("duration");
    value["else"] = json!({ "oneOf": one });
    value["description"] =
        json!("A length of time, or how it varies: one shape, with shift, scale and bounds.");
    value["examples"] = json!(["9 min", { "lognormal": { "mean": "9 min", "sd": "4 min" } }]);
    value
}

/// A shape with what it is for and how it is written.
fn explained(shape: &str) -> Value {
    let mut value = parameters(shape);
    if let Some(note) = shapes::SHAPES.iter().find(|note| note.name == shape) {
        value["description"] = json!(format!("{}: {}.", note.written, note.title));
    }
    value
}

fn parameters(shape: &str) -> Value {
    let quantity = |about: &str| of_for("quantity", about);
    let low = || ("low", quantity("The shortest."));
    let high = || ("high", quantity("The longest."));
    let mean = || ("mean", quantity("The mean."));
    let sd = || ("sd", quantity("The standard deviation."));
    let scale = || ("scale", quantity("The scale."));
    let form = || ("shape", number("The shape, above 0."));
    match shape {
        "constant" => of("duration"),
        "uniform" => table(keys([low(), high()]), &[way(&["low", "high"], &[UNIT])]),
        "triangular" => table(
            keys([low(), ("mode", quantity("The most likely.")), high()]),
            &[way(&["low", "mode", "high"], &[UNIT])],
        ),
        "exponential" => table(
            keys([mean(), ("rate", of_for("rate", "One over the mean."))]),
            &[way(&["mean"], &[UNIT]), way(&["rate"], &[UNIT])],
        ),
        "gamma" => table(
            keys([mean(), sd(), form(), scale()]),
            &[
                way(&["mean", "sd"], &[UNIT]),
                way(&["shape", "scale"], &[UNIT]),
            ],
        ),
        "erlang" => table(
            keys([("k", count("How many phases.")), mean()]),
            &[way(&["k", "mean"], &[UNIT])],
        ),
        "weibull" | "pearson5" => table(
            keys([form(), scale()]),
            &[way(&["shape", "scale"], &[UNIT])],
        ),
        "lognormal" => table(
            keys([
                mean(),
                sd(),
                ("median", quantity("The median.")),
                ("p90", quantity("The 90th centile.")),
                (
                    "mu",
                    number("Mean of the logarithm of the number of units."),
                ),
                ("sigma", number("Standard deviation of the logarithm.")),
            ]),
            &[
                way(&["mean", "sd"], &[UNIT]),
                way(&["median", "p90"], &[UNIT]),
                way(&["mu", "sigma", UNIT], &[]),
            ],
        ),
        "normal" => table(keys([mean(), sd()]), &[way(&["mean", "sd"], &[UNIT])]),
        "pearson6" => table(
            keys([
                ("shape1", number("The first shape.")),
                ("shape2", number("The second shape.")),
                scale(),
            ]),
            &[way(&["shape1", "shape2", "scale"], &[UNIT])],
        ),
        "beta" => table(
            keys([
                ("a", number("The first shape.")),
                ("b", number("The second shape.")),
                low(),
                high(),
            ]),
            &[way(&["a", "b", "low", "high"], &[UNIT])],
        ),
        "discrete" => table(
            keys([
                ("values", list(of("quantity"), "The lengths.")),
                ("shares", shares()),
            ]),
            &[way(&["values", "shares"], &[UNIT])],
        ),
        "poisson" => table(
            keys([("mean", number("Mean of the number of units."))]),
            &[way(&["mean", UNIT], &[])],
        ),
        "empirical" => table(
            keys([
                (
                    "values",
                    list(of("quantity"), "Observed lengths, all equally likely."),
                ),
                (
                    "file",
                    file("A CSV file of observed lengths or of quantiles."),
                ),
                ("column", name("The column of lengths.")),
                (
                    "quantile",
                    name("The column of probabilities, if the lengths are quantiles."),
                ),
            ]),
            &[
                way(&["values"], &[UNIT]),
                way(&["file", "column", UNIT], &["quantile"]),
            ],
        ),
        _ => closed_with(
            keys([
                ("shares", shares()),
                ("of", list(of("distribution"), "The distributions.")),
            ]),
            &["shares", "of"],
        ),
    }
}

fn shares() -> Value {
    list(of("share"), "The share of each, summing to 1.")
}

/// Parameters in one of several ways; `unit` is for plain numbers, and without it lengths have units of their own.
fn table(own: Keys, ways: &[Value]) -> Value {
    let quantity = of("quantity")["$ref"].clone();
    let mut with_units = Map::new();
    for (key, value) in &own {
        if value["$ref"] == quantity {
            with_units.insert(key.clone(), json!({ "type": "string" }));
        } else if value["items"]["$ref"] == quantity {
            with_units.insert(key.clone(), json!({ "items": { "type": "string" } }));
        }
    }
    let mut all = own;
    all.push((UNIT.to_owned(), of("unit_of_time")));
    let mut value = closed(all);
    value["anyOf"] = json!(ways);
    value["if"] = json!({ "not": { "required": [UNIT] } });
    value["then"] = json!({ "properties": with_units });
    value
}
