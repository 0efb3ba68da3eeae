//! One patient's journey in words, alone or beside the same patient's journey in another scenario.

use std::fmt::Write;

use crate::uec::events::Event;
use crate::uec::model::Model;
use crate::uec::telling::{known, lines, side_by_side, since};

use super::event_log::timestamp;

/// Width of a column when two journeys stand side by side.
const COLUMN: usize = 58;

/// A journey as lines of time of day, time since it began, and what happened.
///
/// `events` are those of one patient, in order.
pub fn one(model: &Model, events: &[Event<'_>]) -> String {
    let Some(first) = events.first() else {
        return String::new();
    };
    let mut text = heading(model, first);
    for line in lines(events) {
        let since = since(line.milliseconds - first.milliseconds);
        let of_day = moment(model, line.milliseconds);
        put(
            &mut text,
            &format!("  {of_day}  {since:>9}  {}", line.words),
        );
    }
    text
}

/// Two journeys of the same patient, in one order of time since each began.
pub fn both(models: [&Model; 2], events: [&[Event<'_>]; 2]) -> String {
    let [Some(first), Some(second)] = events.map(<[Event<'_>]>::first) else {
        return String::new();
    };
    let mut text = heading(models[0], first);
    if second.levels != first.levels {
        let title = &models[1].title;
        put(
            &mut text,
            &format!("  under {title}: {}", known(models[1], second)),
        );
    }
    let [left, right] = models.map(|model| shortened(&model.title));
    put(
        &mut text,
        &format!("\n  {:>9}  {left:COLUMN$}  {right}", ""),
    );
    for moment in side_by_side(events) {
        let [left, right] = moment.words;
        for row in 0..left.len().max(right.len()) {
            let since = if row == 0 {
                since(moment.after)
            } else {
                String::new()
            };
            let words = |side: &Vec<String>| {
                side.get(row)
                    .map(|words| shortened(words))
                    .unwrap_or_default()
            };
            let (left, right) = (words(&left), words(&right));
            put(
                &mut text,
                format!("  {since:>9}  {left:COLUMN$}  {right}").trim_end(),
            );
        }
    }
    text
}

fn put(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

fn heading(model: &Model, first: &Event<'_>) -> String {
    let who = first.patient;
    format!(
        "Patient {}:{} of {}\n  {}\n",
        who.stream,
        who.ordinal,
        model.title,
        known(model, first)
    )
}

/// Day and time to the second.
fn moment(model: &Model, milliseconds: i64) -> String {
    let stamp = timestamp(&model.run, milliseconds);
    stamp[..19].replace('T', " ")
}

fn shortened(words: &str) -> String {
    if words.chars().count() <= COLUMN {
        return words.to_owned();
    }
    let kept: String = words.chars().take(COLUMN - 1).collect();
    format!("{}…", kept.trim_end())
}
