//! Where patients go: a Sankey from the first service of their journey to how it ends, one panel per scenario.
//!
//! Widths are patients a day and share one scale. What is too thin to be seen is drawn together; the table has it all.

use crate::experiment::results::PatientFlow;
use crate::report::findings::{interval, replications};
use crate::report::format::{number, with_decimals};
use crate::report::subject::{Scenario, Subject};
use crate::uec::measures::{FlowEnd, LAST_NTH};
use crate::uec::model::Model;

use super::canvas::Canvas;
use super::flow_layout::{self, Link, Node, Sankey};
use super::{ChartTable, Drawing};

const READ: &str = "from left to right the first, second, … service of a journey and at the right how it ended; the width is patients a \
                    day. Thin streams are drawn together as “others”; the table has them all.";
/// Panels drawn: the baseline and the first alternative.
const MOST_PANELS: usize = 2;
/// What is thinner than this share of all journeys is drawn together with its like.
const LEAST_SHARE: f64 = 0.006;

/// None without flows.
pub fn draw<'a>(subject: &'a Subject<'a>) -> Option<Drawing<'a>> {
    let shown: Vec<&Scenario<'a>> = subject.scenarios.iter().take(MOST_PANELS).collect();
    let sankeys: Vec<Sankey> = shown
        .iter()
        .filter_map(|scenario| sankey(scenario))
        .collect();
    if sankeys.len() < shown.len() {
        return None;
    }
    let title = title(subject, &shown);
    let subtitle = format!(
        "Patients a day by service and order of services; {}.",
        replications(subject)
    );
    let table = table(subject);
    let alt = alt(&title, shown.last()?);
    let height = flow_layout::height(&sankeys);
    let labels: Vec<String> = shown
        .iter()
        .map(|scenario| scenario.label.clone())
        .collect();
    let is_named = subject.is_comparison();
    let paint = move |canvas: &Canvas, top: f64| {
        let labels: Vec<&str> = match is_named {
            true => labels.iter().map(String::as_str).collect(),
            false => vec![""],
        };
        flow_layout::paint(canvas, &sankeys, &labels, top);
    };
    Some(Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint: Box::new(paint),
    })
}

/// Patients a day from one kind of end to another.
fn per_day(flows: &[PatientFlow], wanted: impl Fn(&PatientFlow) -> bool) -> f64 {
    let wanted = flows.iter().filter(|flow| wanted(flow));
    wanted.map(|flow| flow.per_day.mean).sum()
}

/// Of 100 journeys that began, how many came to a second service.
fn second_services(flows: &[PatientFlow]) -> Option<f64> {
    let began = per_day(flows, |flow| flow.from == FlowEnd::Begins);
    let came = per_day(flows, |flow| {
        matches!(flow.to, FlowEnd::Service { nth: 2, .. })
    });
    (began > 0.0).then(|| 100.0 * came / began)
}

fn title(subject: &Subject<'_>, shown: &[&Scenario<'_>]) -> String {
    let mut counts = Vec::new();
    for scenario in shown.iter().rev() {
        let Some(count) = second_services(&scenario.results.flows) else {
            continue;
        };
        let under = match subject.is_comparison() {
            true => format!(" under {}", scenario.label),
            false => String::new(),
        };
        counts.push(format!("{}{under}", with_decimals(count, 1)));
    }
    format!(
        "Of 100 journeys, {} go on to a second service",
        counts.join(" and ")
    )
}

/// The largest flows into the first service and out of all.
fn alt(title: &str, scenario: &Scenario<'_>) -> String {
    let model = &scenario.results.model;
    let mut flows: Vec<&PatientFlow> = scenario.results.flows.iter().collect();
    flows.sort_by(|a, b| b.per_day.mean.total_cmp(&a.per_day.mean));
    let largest = flows.iter().take(8).map(|flow| {
        format!(
            "{} to {} {}",
            end_words(model, flow.from),
            end_words(model, flow.to),
            number(flow.per_day.mean)
        )
    });
    format!(
        "Streams of patients from service to service. {title}. The largest, in patients a day: {}.",
        largest.collect::<Vec<_>>().join("; ")
    )
}

fn end_words(model: &Model, end: FlowEnd) -> String {
    match end {
        FlowEnd::Begins => "(journey begins)".to_owned(),
        FlowEnd::Earlier => "(under way at the start)".to_owned(),
        FlowEnd::Nowhere => "no service yet".to_owned(),
        FlowEnd::Inside => "still under way".to_owned(),
        FlowEnd::Left(disposition) => disposition_words(model, disposition.index()),
        FlowEnd::Service { nth, service } => {
            let words = ["first", "second", "third", "fourth"];
            let nth = usize::from(nth);
            let order = words.get(nth - 1).map_or_else(
                || format!("from the {}th on", LAST_NTH),
                |word| format!("{word} service"),
            );
            format!("{} ({order})", service_title(model, service))
        }
    }
}

fn service_title(model: &Model, service: u16) -> String {
    let named = model.names.services.get(usize::from(service));
    named.map_or_else(String::new, |named| match named.title.is_empty() {
        true => named.id.clone(),
        false => named.title.clone(),
    })
}

/// Without what a title explains after a comma or in brackets.
fn short(title: &str) -> &str {
    let end = title.find([',', '(']).unwrap_or(title.len());
    match title[..end].trim() {
        "" => title,
        short => short,
    }
}

fn disposition_words(model: &Model, disposition: usize) -> String {
    let name = model.names.dispositions.get(disposition);
    name.map(|name| name.replace('_', " ")).unwrap_or_default()
}

/// Every flow of any scenario, named as in the scenario that has it.
fn table(subject: &Subject<'_>) -> ChartTable {
    let mut columns = vec!["From".to_owned(), "To".to_owned()];
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (position, scenario) in subject.scenarios.iter().enumerate() {
        columns.push(format!(
            "{}, patients a day (95 % interval)",
            scenario.label
        ));
        for flow in &scenario.results.flows {
            let model = &scenario.results.model;
            let names = [end_words(model, flow.from), end_words(model, flow.to)];
            let known = rows.iter().position(|row| row[..2] == names);
            let row = known.unwrap_or_else(|| {
                rows.push(names.to_vec());
                rows.len() - 1
            });
            rows[row].resize(2 + position, String::new());
            rows[row].push(format!(
                "{} ({})",
                number(flow.per_day.mean),
                interval(&flow.per_day)
            ));
        }
    }
    for row in &mut rows {
        row.resize(columns.len(), String::new());
    }
    ChartTable { columns, rows }
}

/// Nodes by column (services by order, then endings) and the links between them; none without flows.
fn sankey(scenario: &Scenario<'_>) -> Option<Sankey> {
    let (model, flows) = (&scenario.results.model, &scenario.results.flows);
    let began = per_day(flows, |flow| flow.from == FlowEnd::Begins);
    let least = began * LEAST_SHARE;
    // Columns in which hardly anybody stands are left out, with the links to them.
    let column_size = |nth: u8| {
        per_day(flows, |flow| {
            flow.from != FlowEnd::Earlier
                && matches!(flow.to, FlowEnd::Service { nth: n, .. } if n == nth)
        })
    };
    let n_columns = (1..=LAST_NTH)
        .filter(|&nth| column_size(nth) > least)
        .count();
    if n_columns == 0 {
        return None;
    }
    let mut sankey = Sankey::new(n_columns + 1);
    let size_of = |end: FlowEnd| {
        per_day(flows, |flow| {
            flow.to == end && flow.from != FlowEnd::Earlier
        })
    };
    let mut place = |end: FlowEnd| -> Option<usize> {
        let (column, name) = match end {
            FlowEnd::Service { nth, service } if usize::from(nth) <= n_columns => (
                usize::from(nth) - 1,
                short(&service_title(model, service)).to_owned(),
            ),
            FlowEnd::Nowhere => (0, "No service".to_owned()),
            FlowEnd::Left(disposition) => {
                (n_columns, disposition_words(model, disposition.index()))
            }
            FlowEnd::Inside => (n_columns, "still under way".to_owned()),
            _ => return None,
        };
        // Nobody stays at a crossroads who goes on to a service: what is drawn is who ends there.
        let size = match end {
            FlowEnd::Nowhere => per_day(flows, |flow| {
                flow.from == end && !matches!(flow.to, FlowEnd::Service { .. })
            }),
            _ => size_of(end),
        };
        let (name, is_others) = match size < 2.0 * least {
            true => ("others".to_owned(), true),
            false => (name, false),
        };
        Some(sankey.node(Node {
            column,
            name,
            is_others,
            size: 0.0,
        }))
    };
    let mut links = Vec::new();
    for flow in flows {
        let starts = matches!(flow.from, FlowEnd::Service { .. } | FlowEnd::Nowhere);
        let comes_to_first =
            flow.from == FlowEnd::Nowhere && matches!(flow.to, FlowEnd::Service { .. });
        if !starts || comes_to_first {
            continue;
        }
        // Who goes on to a column that is not drawn stays in the last one that is.
        if let (Some(from), Some(to)) = (place(flow.from), place(flow.to)) {
            links.push(Link {
                from,
                to,
                per_day: flow.per_day.mean,
            });
        }
    }
    sankey.link(links);
    Some(sankey)
}
