//! What readers and schema accept, against each other.
//!
//! In every table of every piece each known word is tried as a key, each key is taken out, and each value is replaced by others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uecsim::scenario::codes as reading_codes;
use uecsim::uec::codes;
use uecsim::uec::forms::steps_reading::ACTIONS;
use uecsim::uec::schema;

use super::pieces::{
    gather_properties, gather_values, language, pieces, places, said, table_at,
    words_of_the_readers,
};
use super::validator;

#[test]
fn the_language_file_is_accepted_by_the_readers_and_by_the_schema() {
    let validator = validator();
    assert_eq!(said(&language()), []);
    for piece in pieces() {
        assert!(validator.is_valid(&piece), "{piece}");
        assert_eq!(said(&piece), [], "{piece}");
    }
}

#[test]
fn the_language_file_has_every_key_of_the_schema() {
    let mut whole = BTreeSet::new();
    let schema = schema::schema();
    gather_properties(&schema, &mut whole);
    let mut used = BTreeMap::new();
    gather_values(&language(), &mut used);
    // Of change files, which `changes_are_checked` tries, and of files below a scenario.
    let elsewhere = [
        "evidence",
        "set",
        "append",
        "take_out",
        "insert_before",
        "add",
        "remove",
        "paths",
        "multiply",
        "system",
        "source",
        "assumed",
        "nature",
        "table",
    ];
    let missing: Vec<&String> = whole
        .iter()
        .filter(|key| !used.contains_key(*key) && !elsewhere.contains(&key.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Faults by which a reader refuses a key that it knows, because of another one beside it.
const ONE_OF_TWO: [&str; 6] = [
    codes::ROLLOUT,
    codes::STEP,
    codes::DISTRIBUTION,
    codes::RANGE,
    codes::ARRIVALS,
    reading_codes::MISSING_KEY,
];

#[test]
fn readers_and_schema_know_the_same_keys_in_every_table() {
    let validator = validator();
    let mut words = words_of_the_readers();
    gather_properties(&schema::schema(), &mut words);
    let mut known = BTreeMap::new();
    gather_values(&language(), &mut known);
    let unknown = json!("zzz");
    let any = [
        unknown.clone(),
        json!("1 day"),
        json!("always"),
        json!("finish"),
        json!(0.0),
        json!([]),
        json!({}),
    ];
    let (mut faults, mut n_tried, mut n_open) = (Vec::new(), 0, 0);
    for (piece, places) in places() {
        for at in places {
            let with = |key: &str, value: &Value| {
                let mut changed = piece.clone();
                table_at(&mut changed, &at).insert(key.to_owned(), value.clone());
                changed
            };
            // A table whose names are the writer's: any will do, as far as one file shows.
            let is_open = any
                .iter()
                .any(|value| validator.is_valid(&with("zzz", value)));
            n_open += usize::from(is_open);
            let present = piece
                .pointer(&at)
                .and_then(Value::as_object)
                .expect("a table");
            // The reader takes either for what the step does, and looks no further if it lacks something.
            let acts = present.keys().any(|key| ACTIONS.contains(&key.as_str()));
            let is_second_action = |word: &str| acts && ACTIONS.contains(&word);
            for word in words.iter().filter(|word| !present.contains_key(*word)) {
                n_tried += 1;
                let candidates = known.get(word).map_or(&[][..], Vec::as_slice);
                let first = with(word, candidates.first().unwrap_or(&unknown));
                let heard = said(&first);
                let asks = !heard
                    .iter()
                    .any(|(code, _)| *code == reading_codes::UNKNOWN_KEY);
                let accepted = candidates
                    .iter()
                    .find(|value| validator.is_valid(&with(word, value)));
                let place = format!("{at} of {piece}");
                if let Some(value) = accepted {
                    let heard = said(&with(word, value));
                    if !is_open
                        && heard
                            .iter()
                            .any(|(code, _)| *code == reading_codes::UNKNOWN_KEY)
                    {
                        faults.push(format!("no reader knows \"{word}\" at {place}: {heard:?}"));
                    }
                } else if asks && !is_open && !is_second_action(word) {
                    let excused = |value: &Value| {
                        let heard = said(&with(word, value));
                        heard.iter().any(|(code, _)| ONE_OF_TWO.contains(code))
                    };
                    let is_excused = match candidates {
                        [] => excused(&unknown),
                        _ => candidates.iter().all(excused),
                    };
                    if !is_excused {
                        faults.push(format!("the schema lacks \"{word}\" at {place}: {heard:?}"));
                    }
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(
        n_tried > 20_000 && n_open > 20,
        "{n_tried} tried, {n_open} open tables"
    );
}

#[test]
fn what_the_readers_accept_the_schema_accepts_and_wrong_types_are_refused_by_both() {
    let validator = validator();
    let others = [
        json!(true),
        json!(3),
        json!(-1),
        json!(0.5),
        json!("x"),
        json!("8 min"),
        json!("50 %"),
        json!("3 per h"),
        json!([]),
        json!(["x"]),
        json!([1]),
        json!({}),
        json!({ "x": 1 }),
        json!({ "x": 1, "y": 2 }),
        json!([{ "leave": "home" }]),
    ];
    let mut faults = Vec::new();
    let mut check = |changed: &Value, what: &str| {
        let heard = said(changed);
        let is_valid = validator.is_valid(changed);
        if heard.is_empty() && !is_valid {
            faults.push(format!("only the schema refuses {what} in {changed}"));
        }
        let is_wrong_type = heard
            .iter()
            .any(|(code, _)| *code == reading_codes::WRONG_TYPE);
        if is_wrong_type && is_valid {
            faults.push(format!(
                "only the readers refuse {what} in {changed}: {heard:?}"
            ));
        }
    };
    for (piece, places) in places() {
        for at in places {
            let keys = piece
                .pointer(&at)
                .and_then(Value::as_object)
                .expect("a table")
                .keys();
            for key in keys {
                for other in &others {
                    let mut changed = piece.clone();
                    table_at(&mut changed, &at).insert(key.clone(), other.clone());
                    check(&changed, &format!("{at}/{key} = {other}"));
                }
                let mut changed = piece.clone();
                table_at(&mut changed, &at).remove(key);
                check(&changed, &format!("{at} without {key}"));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
