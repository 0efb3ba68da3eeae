//! Changes that are in force at some times, in some places or for some of the people.

use crate::scenario::access::TableReader;
use crate::scenario::dates::Date;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Located;
use crate::scenario::files::Span;
use crate::scenario::tree::Node;
use crate::scenario::values;
use crate::uec::codes;

use super::Name;
use super::reading::{Reading, entries, optional_owned_name, owned_names, title};

/// Changes that come into force together.
#[derive(Clone, Debug)]
pub struct RolloutForm {
    pub name: Name,
    pub title: String,
    pub changes: Vec<Name>,
    /// `site`, or an attribute that patients bring; none: everywhere at once.
    pub by: Option<Name>,
    pub when: WhenForm,
    /// The only units that are ever covered; empty: all.
    pub only: Vec<Name>,
    /// Units that come first, in this order; the others follow in an order drawn once and for all.
    pub order: Vec<Name>,
    /// Another number draws another order.
    pub lottery: u64,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum WhenForm {
    /// Shares of the units covered from dates on, in order of date, until the last date.
    Waves {
        waves: Vec<Wave>,
        until: Option<Date>,
    },
    /// On these days only.
    Days(Vec<Date>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// None: from the beginning of the run.
    pub from: Option<Date>,
    /// 0 to 1.
    pub share: f64,
}

impl RolloutForm {
    /// When and for whom, in words.
    pub fn in_words(&self) -> String {
        let of = match &self.by {
            None => "everywhere".to_owned(),
            Some(by) if self.only.is_empty() => format!("by {}", by.value),
            Some(by) => {
                let only: Vec<&str> = self.only.iter().map(|name| name.value.as_str()).collect();
                format!("by {}, only {}", by.value, only.join(", "))
            }
        };
        let when = match &self.when {
            WhenForm::Days(days) => {
                let days: Vec<String> = days.iter().map(Date::to_string).collect();
                format!("on {}", days.join(", "))
            }
            WhenForm::Waves { waves, until } => {
                let wave = |wave: &Wave| {
                    let from = wave.from.map_or_else(
                        || "from the beginning".to_owned(),
                        |date| format!("from {date}"),
                    );
                    match self.by {
                        None => from,
                        Some(_) => format!("{} % {from}", (wave.share * 1000.0).round() / 10.0),
                    }
                };
                let waves: Vec<String> = waves.iter().map(wave).collect();
                let until = until.map_or_else(String::new, |date| format!(" until {date}"));
                format!("{}{until}", waves.join(", "))
            }
        };
        format!("{of}: {when}")
    }
}

pub fn rollouts(root: &TableReader, reading: &Reading) -> Vec<RolloutForm> {
    entries(root, "rollouts", reading, rollout)
}

fn rollout(name: Name, node: &Node, reading: &Reading) -> Option<RolloutForm> {
    let what = format!("roll-out \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    reader.required("changes", "[\"clinical-hub\"]")?;
    let form = RolloutForm {
        title: title(&reader, &name.value),
        changes: owned_names(&reader, "changes"),
        by: optional_owned_name(&reader, "by"),
        only: owned_names(&reader, "only"),
        order: owned_names(&reader, "order"),
        lottery: reader.optional_count("lottery").unwrap_or(1),
        when: when(&reader, reading)?,
        span: name.span,
        name,
    };
    if form.by.is_none() {
        for key in ["only", "order", "lottery", "share", "shares"] {
            if reader.has(key) {
                let message = format!("\"{key}\" says which units are covered; units of what?");
                let fault = Diagnostic::error(codes::ROLLOUT, reader.span_of(key), message);
                reading.faults.report(fault.try_this("by = \"zone\""));
            }
        }
    }
    reader.finish();
    Some(form)
}

fn when(reader: &TableReader, reading: &Reading) -> Option<WhenForm> {
    if reader.has("dates") {
        for key in ["from", "until", "share", "shares"] {
            if reader.has(key) {
                let message = format!("either \"dates\" or \"{key}\", not both");
                let span = reader.span_of(key);
                reading.faults.error(codes::ROLLOUT, span, message);
            }
        }
        let nodes = reader.list("dates", "[2024-01-01]")?;
        let dates = nodes.iter().map(|node| values::date(node, reading.faults));
        let mut dates: Vec<Date> = dates.collect::<Option<_>>()?;
        dates.sort_unstable();
        return Some(WhenForm::Days(dates));
    }
    let until = reader.optional_date("until");
    let waves = if reader.has("shares") {
        for key in ["from", "share"] {
            if reader.has(key) {
                let message = format!("either \"shares\" or \"{key}\", not both");
                let span = reader.span_of(key);
                reading.faults.error(codes::ROLLOUT, span, message);
            }
        }
        shares(reader, reading)?
    } else {
        vec![Wave {
            from: reader.optional_date("from"),
            share: reader.optional_share("share").unwrap_or(1.0),
        }]
    };
    if let (Some(until), Some(last)) = (until, waves.last().and_then(|wave| wave.from))
        && until <= last
    {
        let message = "it is over before it begins";
        let span = reader.span_of("until");
        reading.faults.error(codes::ROLLOUT, span, message);
    }
    Some(WhenForm::Waves { waves, until })
}

/// `[{ from = 2023-07-01, share = "25 %" }, …]`
fn shares(reader: &TableReader, reading: &Reading) -> Option<Vec<Wave>> {
    let nodes = reader.list("shares", "[{ from = 2023-07-01, share = \"25 %\" }]")?;
    let wave = |node: &Node| {
        let reader = TableReader::new(node, "the share", reading.faults);
        reader.required("from", "2023-07-01")?;
        let from = reader.optional_date("from");
        let share = reader.share("share");
        reader.finish();
        Some(Located {
            value: Wave {
                from: Some(from?),
                share: share?,
            },
            span: node.span,
        })
    };
    let waves: Option<Vec<Located<Wave>>> = nodes.iter().map(wave).collect();
    let waves = waves?;
    for pair in waves.windows(2) {
        if pair[1].value.from <= pair[0].value.from {
            let message = "shares stand in order of their dates, each date once";
            reading.faults.error(codes::ROLLOUT, pair[1].span, message);
        }
    }
    Some(waves.into_iter().map(|wave| wave.value).collect())
}
