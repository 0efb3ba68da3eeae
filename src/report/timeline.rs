//! One patient's journey in words, alone or beside the same patient's journey in another scenario.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::uec::events::{Event, ResourceName, What};
use crate::uec::model::Model;

use super::event_log::timestamp;

/// What happened at one moment, in words.
struct Line {
    milliseconds: i64,
    words: String,
}

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
    // By time since each began: what happened then on either side, in order.
    let mut moments: BTreeMap<i64, [Vec<String>; 2]> = BTreeMap::new();
    for (side, events) in events.into_iter().enumerate() {
        let began = events[0].milliseconds;
        for line in lines(events) {
            let moment = moments.entry(line.milliseconds - began).or_default();
            moment[side].push(shortened(&line.words));
        }
    }
    for (after, [left, right]) in &moments {
        for row in 0..left.len().max(right.len()) {
            let since = if row == 0 {
                since(*after)
            } else {
                String::new()
            };
            let words = |side: &Vec<String>| side.get(row).cloned().unwrap_or_default();
            let (left, right) = (words(left), words(right));
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

/// Titles of what is known of the patient.
fn known(model: &Model, event: &Event<'_>) -> String {
    let attributes = model.names.attributes.iter().zip(event.levels);
    let known = attributes.filter_map(|(attribute, level)| {
        let level = attribute.levels.get(usize::from(level))?;
        let name = |id: &str, title: &str| if title.is_empty() { id } else { title }.to_owned();
        let attribute = name(&attribute.id, &attribute.title);
        Some(format!("{attribute}: {}", name(&level.id, &level.title)))
    });
    known.collect::<Vec<_>>().join("; ")
}

/// Milestones, waits and what is held; a wait that ends with what was waited for is told once, with its length.
fn lines(events: &[Event<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut waiting: Option<(i64, ResourceName<'_>)> = None;
    for event in events {
        let aside = if event.is_task { "(afterwards) " } else { "" };
        let words = match event.what {
            What::Comes { .. } => continue,
            What::Arrives => "the need arises".to_owned(),
            What::Passes { mark, site } => format!("{}{}", plain(mark), at(site)),
            What::Waits { line, .. } => {
                waiting = Some((event.milliseconds, line));
                format!("waits for {}{}", plain(line.id), at(line.site))
            }
            What::GivesUp { waited, line, .. } => {
                waiting = None;
                let waited = since(waited.0 as i64);
                format!("gives up waiting for {} after {waited}", plain(line.id))
            }
            What::Takes(resource) => {
                let after = match waiting.take() {
                    Some((began, _)) => format!(", after {}", since(event.milliseconds - began)),
                    None => String::new(),
                };
                format!("gets {}{}{after}", plain(resource.id), at(resource.site))
            }
            What::LetsGo(resource) => {
                format!("lets {} go{}", plain(resource.id), at(resource.site))
            }
            What::Leaves { .. } if event.is_task => continue,
            What::Leaves { disposition, site } => {
                format!("ends: {}{}", plain(disposition), at(site))
            }
        };
        lines.push(Line {
            milliseconds: event.milliseconds,
            words: format!("{aside}{words}"),
        });
    }
    lines
}

/// A name of a scenario as words: `emergency_department.seen` is `seen (emergency department)`.
fn plain(name: &str) -> String {
    let words = |part: &str| part.replace('_', " ");
    match name.split_once('.') {
        Some((service, mark)) => format!("{} ({})", words(mark), words(service)),
        None => words(name),
    }
}

fn at(site: &str) -> String {
    match site {
        "" | "everywhere" => String::new(),
        site => format!(" at {}", site.replace('_', " ")),
    }
}

/// `1 h 05 min`, `12 min`, `8 s`, `3 d 2 h`.
fn since(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02}"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Day and time to the second.
fn moment(model: &Model, milliseconds: i64) -> String {
    let stamp = timestamp(model.run.start, milliseconds);
    stamp[..19].replace('T', " ")
}

fn shortened(words: &str) -> String {
    if words.chars().count() <= COLUMN {
        return words.to_owned();
    }
    let kept: String = words.chars().take(COLUMN - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_say_them() {
        let spans = [8_000, 720_000, 3_900_000, 266_400_000].map(since);
        assert_eq!(spans, ["8 s", "12 min", "1 h 05", "3 d 2 h"]);
    }

    #[test]
    fn names_become_words() {
        assert_eq!(
            plain("emergency_department.left_unseen"),
            "left unseen (emergency department)"
        );
        assert_eq!(plain("home_support"), "home support");
    }
}
