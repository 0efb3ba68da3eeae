//! What happens to a patient, in words: one journey as lines, or the same patient's two journeys side by side.
//!
//! Knows neither files nor formats. Times are whole milliseconds.

use std::collections::BTreeMap;

use super::events::{Event, ResourceName, What};
use super::model::Model;

/// What happened at one moment, in words.
pub struct Line {
    pub milliseconds: i64,
    pub words: String,
}

/// What happened at one time since each of two journeys began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds.
    pub after: i64,
    /// In order, on either side.
    pub words: [Vec<String>; 2],
}

/// Two journeys of the same patient in one order of time since each began; empty if either is.
pub fn side_by_side(events: [&[Event<'_>]; 2]) -> Vec<Moment> {
    let [Some(first), Some(second)] = events.map(<[Event<'_>]>::first) else {
        return Vec::new();
    };
    let began = [first.milliseconds, second.milliseconds];
    let mut moments: BTreeMap<i64, [Vec<String>; 2]> = BTreeMap::new();
    for (side, events) in events.into_iter().enumerate() {
        for line in lines(events) {
            let words = moments.entry(line.milliseconds - began[side]).or_default();
            words[side].push(line.words);
        }
    }
    let moments = moments.into_iter();
    moments
        .map(|(after, words)| Moment { after, words })
        .collect()
}

/// Titles of what is known of the patient.
pub fn known(model: &Model, event: &Event<'_>) -> String {
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
pub fn lines(events: &[Event<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut waiting: Option<(i64, ResourceName<'_>)> = None;
    for event in events {
        let aside = if event.is_task { "(afterwards) " } else { "" };
        let words = match event.what {
            What::Comes { .. } | What::Switches { .. } => continue,
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
pub fn since(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02}"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
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
