//! Measures as written.

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::tree::Node;
use crate::scenario::units;
use crate::scenario::values;
use crate::uec::codes;
use crate::uec::measures::is_told_apart;
use crate::uec::model::{Better, LevelOf, Nature, Statistic};

use super::Name;
use super::reading::{
    Reading, entries, key_name, optional_owned_name, owned_name, owned_names, span_of, title,
};
use super::sums::{self, SumItemForm};
use super::tables_reading::levels;

#[derive(Clone, Debug)]
pub struct MeasureForm {
    pub name: Name,
    pub title: String,
    pub kind: MeasureKindForm,
    pub unit: Option<String>,
    pub filter: Vec<FilterForm>,
    pub statistics: Vec<Statistic>,
    pub by_site: bool,
    pub by: Vec<Name>,
    pub by_day: bool,
    pub by_hour_of_week: bool,
    pub better: Better,
    pub nature: Nature,
    pub source: String,
    pub standards: Vec<StandardForm>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum MeasureKindForm {
    Count {
        mark: Name,
    },
    Duration {
        from: Name,
        to: Name,
    },
    Share {
        of: Name,
        of_filter: Vec<FilterForm>,
        among: Name,
        among_filter: Vec<FilterForm>,
    },
    Level {
        pools: Vec<Name>,
        what: LevelOf,
    },
    FleetLevel {
        fleet: Name,
        what: LevelOf,
    },
    TriggerLevel {
        trigger: Name,
    },
    SumBeyond {
        from: Name,
        to: Name,
        beyond: SimSpan,
    },
    PerPatient {
        marks: Vec<Name>,
        among: Option<Name>,
    },
    Sum {
        items: Vec<SumItemForm>,
        /// Measures of this kind whose items are added, too.
        of: Vec<Name>,
    },
}

impl MeasureForm {
    /// What it adds up itself.
    pub fn sum_items(&mut self) -> &mut [SumItemForm] {
        match &mut self.kind {
            MeasureKindForm::Sum { items, .. } => items,
            _ => &mut [],
        }
    }
}

/// The patient has one of these levels of the attribute.
#[derive(Clone, Debug)]
pub struct FilterForm {
    pub attribute: Name,
    pub levels: Vec<Name>,
}

#[derive(Clone, Debug)]
pub struct StandardForm {
    pub statistic: Statistic,
    /// In the measure's unit.
    pub value: f64,
    pub cohort: Option<(Name, Name)>,
}

/// Kinds of measure as written.
pub const KINDS: [&str; 7] = [
    "count",
    "duration",
    "share",
    "level",
    "per_patient",
    "sum",
    "sum_beyond",
];
/// What a level is of, as written.
pub const LEVELS: [&str; 5] = ["busy", "waiting", "capacity", "occupancy", "on"];
/// Which direction is better, as written.
pub const BETTER: [&str; 3] = ["lower", "higher", "neither"];
/// Courses over time, as written.
pub const SERIES: [&str; 2] = ["day", "hour_of_week"];

pub fn measures(root: &TableReader, reading: &Reading) -> Vec<MeasureForm> {
    entries(root, "measures", reading, measure)
}

fn measure(name: Name, node: &Node, reading: &Reading) -> Option<MeasureForm> {
    let what = format!("measure \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    let kind_word = reader.word("kind", &KINDS);
    let kind = kind_word.and_then(|kind| kind_of(KINDS[kind], &reader, reading));
    let unit = reader.optional_string("unit").map(str::to_owned);
    let filter = filter(&reader, "where", reading);
    let statistics = match reader.optional("statistics") {
        Some(_) => statistics(&reader, reading),
        None => Some(kind_word.map_or_else(Vec::new, |kind| vec![default_statistic(KINDS[kind])])),
    };
    if let (Some(kind), Some(statistics)) = (kind_word, &statistics) {
        check_statistics(KINDS[kind], statistics, &reader, reading);
    }
    let mut by = owned_names(&reader, "by");
    let by_site = by.iter().any(|name| name.value == "site");
    by.retain(|name| name.value != "site");
    let (by_day, by_hour_of_week) = series(&reader, reading);
    let courseless = match kind_word.map(|kind| KINDS[kind]) {
        Some("sum") => Some("a sum keeps no course over time"),
        Some("per_patient") => Some("what is counted per patient keeps no course over time"),
        _ => None,
    };
    if let Some(message) = courseless.filter(|_| by_day || by_hour_of_week) {
        let span = reader.span_of("series");
        reading.faults.error(codes::MEASURE, span, message);
    }
    if by_site && kind_word.is_some_and(|kind| KINDS[kind] == "per_patient") {
        let message = "a patient's marks may be of several sites, so that what is counted per patient has no site";
        let fault = Diagnostic::error(codes::MEASURE, reader.span_of("by"), message);
        reading
            .faults
            .report(fault.try_this("attributes only, as in by = [\"age\"]"));
    }
    let better = reader.optional_word("better", &BETTER);
    let better = [Better::Lower, Better::Higher, Better::Neither][better.unwrap_or(2)];
    let unit_length = unit.as_deref().and_then(units::time_unit);
    let standards = standards(&reader, unit_length, reading);
    let said = |key: &str| node.get(key).and_then(Node::as_str);
    let nature = match said("nature") {
        Some("imposed") => Nature::Imposed,
        Some("calibrated") => Nature::Calibrated,
        _ => Nature::Emergent,
    };
    let source = said("source")
        .or(said("assumed"))
        .unwrap_or_default()
        .to_owned();
    if kind.is_some() {
        reader.finish();
    }
    Some(MeasureForm {
        name,
        title,
        kind: kind?,
        unit,
        filter: filter?,
        statistics: statistics?,
        by_site,
        by,
        by_day,
        by_hour_of_week,
        better,
        nature,
        source,
        standards: standards?,
        span: node.span,
    })
}

fn kind_of(kind: &str, reader: &TableReader, reading: &Reading) -> Option<MeasureKindForm> {
    let name = |key: &str| owned_name(reader, key);
    Some(match kind {
        "count" => MeasureKindForm::Count {
            mark: name("mark")?,
        },
        "duration" => {
            let (from, to) = (name("from"), name("to"));
            MeasureKindForm::Duration {
                from: from?,
                to: to?,
            }
        }
        "share" => {
            let (of, among) = (name("of"), name("among"));
            let of_filter = filter(reader, "of_where", reading);
            let among_filter = filter(reader, "among_where", reading);
            MeasureKindForm::Share {
                of: of?,
                of_filter: of_filter?,
                among: among?,
                among_filter: among_filter?,
            }
        }
        "level" => {
            let what = reader.word("what", &LEVELS);
            let kinds = [
                LevelOf::Busy,
                LevelOf::Waiting,
                LevelOf::Capacity,
                LevelOf::Occupancy,
                LevelOf::On,
            ];
            if what.is_some_and(|what| kinds[what] == LevelOf::On) {
                let trigger = name("trigger")?;
                return Some(MeasureKindForm::TriggerLevel { trigger });
            }
            if let Some(fleet) = optional_owned_name(reader, "fleet") {
                let what = kinds[what?];
                return Some(MeasureKindForm::FleetLevel { fleet, what });
            }
            reader.required("pools", "[\"cubicles\"]")?;
            let pools = owned_names(reader, "pools");
            let what = kinds[what?];
            MeasureKindForm::Level { pools, what }
        }
        "per_patient" => {
            reader.required("marks", "[\"nhs111.called\", \"clinic.arrived\"]")?;
            MeasureKindForm::PerPatient {
                marks: owned_names(reader, "marks"),
                among: optional_owned_name(reader, "among"),
            }
        }
        "sum" if reader.has("sum_of") => MeasureKindForm::Sum {
            items: Vec::new(),
            of: owned_names(reader, "sum_of"),
        },
        "sum" => MeasureKindForm::Sum {
            items: sums::items(reader, reading)?,
            of: Vec::new(),
        },
        _ => {
            let (from, to) = (name("from"), name("to"));
            let beyond = reader.duration("beyond");
            MeasureKindForm::SumBeyond {
                from: from?,
                to: to?,
                beyond: span_of(beyond?),
            }
        }
    })
}

/// `{ acuity = ["1", "2"] }`; empty if absent.
pub(super) fn filter(
    reader: &TableReader,
    key: &str,
    reading: &Reading,
) -> Option<Vec<FilterForm>> {
    let entries = reader.optional_table(key).into_iter();
    let conditions = entries.map(|(key, node)| FilterForm {
        attribute: key_name(key),
        levels: levels(node, reading),
    });
    Some(conditions.collect())
}

fn default_statistic(kind: &str) -> Statistic {
    match kind {
        "share" => Statistic::Percent,
        "count" | "sum_beyond" | "sum" => Statistic::Total,
        _ => Statistic::Mean,
    }
}

fn statistics(reader: &TableReader, reading: &Reading) -> Option<Vec<Statistic>> {
    let names = reader.names("statistics").into_iter();
    let read: Vec<Option<Statistic>> = names
        .map(|name| {
            let parsed = statistic(name.value);
            if parsed.is_none() {
                let message = format!("\"{}\" is not a statistic", name.value);
                let fault = Diagnostic::error(codes::MEASURE, name.span, message);
                let known = ["mean", "p50", "p90", "count", "per day", "total", "percent"];
                let fault = fault.suggest(name.value, known);
                reading
                    .faults
                    .report(fault.note("bounds are written \"within 4 h\" and \"over 12 h\", numbers per patient \"over 1\""));
            }
            parsed
        })
        .collect();
    read.into_iter().collect()
}

/// A statistic as written: `mean`, `p90`, `p99.5`, `within 4 h`, …
pub fn statistic(text: &str) -> Option<Statistic> {
    let bound = |rest: &str| {
        let milliseconds = units::parse_duration(rest).ok()?;
        (milliseconds >= 0.0).then(|| span_of(milliseconds))
    };
    Some(match text {
        "mean" => Statistic::Mean,
        "median" => Statistic::Quantile(0.5),
        "count" => Statistic::Count,
        "per day" => Statistic::PerDay,
        "total" => Statistic::Total,
        "percent" => Statistic::Percent,
        "low estimate" => Statistic::LowEstimate,
        "high estimate" => Statistic::HighEstimate,
        _ => {
            if let Some(rest) = text.strip_prefix("within ") {
                Statistic::Within(bound(rest)?)
            } else if let Some(rest) = text.strip_prefix("over ") {
                match rest.trim().parse::<u16>() {
                    Ok(number) => Statistic::MoreThan(number),
                    Err(_) => Statistic::Over(bound(rest)?),
                }
            } else {
                let by_month = text.strip_suffix(" by month");
                let percent: f64 = by_month.unwrap_or(text).strip_prefix('p')?.parse().ok()?;
                let is_centile = percent > 0.0 && percent < 100.0;
                is_centile.then_some(match by_month {
                    Some(_) => Statistic::MonthlyQuantile(percent / 100.0),
                    None => Statistic::Quantile(percent / 100.0),
                })?
            }
        }
    })
}

/// Reports statistics that the kind of measure does not have.
fn check_statistics(kind: &str, statistics: &[Statistic], reader: &TableReader, reading: &Reading) {
    for statistic in statistics {
        let fits = match (kind, statistic) {
            ("duration", Statistic::Percent | Statistic::Total | Statistic::MoreThan(_)) => false,
            ("duration", _) => true,
            ("share", Statistic::Percent | Statistic::Count) => true,
            ("count", Statistic::Total | Statistic::PerDay | Statistic::Count) => true,
            ("sum", Statistic::LowEstimate | Statistic::HighEstimate) => true,
            ("sum_beyond" | "sum", Statistic::Total | Statistic::PerDay) => true,
            ("level" | "per_patient", Statistic::Mean | Statistic::Quantile(_)) => true,
            ("per_patient", Statistic::MoreThan(number)) => is_told_apart(*number),
            ("per_patient", Statistic::Count | Statistic::Total) => true,
            _ => false,
        };
        if !fits {
            let has = match kind {
                "duration" => {
                    "\"mean\", \"p90\", \"within 4 h\", \"over 12 h\", \"count\" and \"per day\""
                }
                "share" => "\"percent\" and \"count\"",
                "level" => "\"mean\" and \"p90\"",
                "per_patient" => {
                    "\"mean\", \"p90\", \"over 1\" to \"over 62\", \"count\" of patients and \"total\""
                }
                "sum" => "\"total\", \"per day\", \"low estimate\" and \"high estimate\"",
                _ => "\"total\" and \"per day\"",
            };
            let message =
                format!("a measure of kind \"{kind}\" does not have one of these statistics");
            let span = reader.span_of("statistics");
            let fault = Diagnostic::error(codes::MEASURE, span, message);
            reading.faults.report(fault.note(format!("it has {has}")));
        }
    }
}

fn series(reader: &TableReader, reading: &Reading) -> (bool, bool) {
    let (mut by_day, mut by_hour_of_week) = (false, false);
    let nodes = reader.optional("series").map_or(&[][..], |node| {
        values::list(node, reading.faults).unwrap_or_default()
    });
    for node in nodes {
        match values::word(node, &SERIES, reading.faults) {
            Some(0) => by_day = true,
            Some(_) => by_hour_of_week = true,
            None => {}
        }
    }
    (by_day, by_hour_of_week)
}

/// `[ { statistic = "p90", value = "40 min", where = { category = "C2" } } ]`.
fn standards(
    reader: &TableReader,
    unit: Option<f64>,
    reading: &Reading,
) -> Option<Vec<StandardForm>> {
    let nodes = reader.optional_list("standards").unwrap_or_default();
    let read = nodes.iter().map(|node| {
        let reader = TableReader::new(node, "the standard", reading.faults);
        let statistic = reader.name("statistic").and_then(|name| {
            let parsed = statistic(name.value);
            if parsed.is_none() {
                let message = format!("\"{}\" is not a statistic", name.value);
                reading.faults.error(codes::MEASURE, name.span, message);
            }
            parsed
        });
        let value = reader.required("value", "\"18 min\"");
        let value = value.and_then(|node| in_unit(node, unit, reading));
        let mut cohort = filter(&reader, "where", reading).unwrap_or_default();
        reader.finish();
        let cohort = match cohort.pop() {
            Some(mut one) => Some((one.attribute, one.levels.pop()?)),
            None => None,
        };
        Some(StandardForm {
            statistic: statistic?,
            value: value?,
            cohort,
        })
    });
    let read: Vec<Option<StandardForm>> = read.collect();
    read.into_iter().collect()
}

/// A number, a share in percent, or a duration in `unit` (minutes if none).
pub(super) fn in_unit(node: &Node, unit: Option<f64>, reading: &Reading) -> Option<f64> {
    let Some(text) = node.as_str() else {
        return values::number(node, reading.faults);
    };
    if text.trim_end().ends_with('%') {
        return Some(values::share(node, reading.faults)? * 100.0);
    }
    let milliseconds = values::duration(node, reading.faults)?;
    Some(milliseconds / unit.unwrap_or(units::MINUTE))
}
