//! The report: one HTML file that opens offline, in plain words.
//!
//! It reads in full with scripts off; its own small script adds words at the pointer and one button for all tables.
//!
//! Order: what was found, verdicts, charts with the tables behind them, what the scenarios are, sources, limits, how to
//! reproduce it. Charts are inline SVG whose words stand beside them as text.

mod about;
mod costs;
mod counterfactuals;
pub mod elements;
mod equity;
mod groups;
mod inputs;
mod steps;
mod values;

use super::charts::Chart;
use super::charts::svg::escape;
use super::findings::replications;
use super::fonts::font_faces;
use super::format::{date_words, exact};
use super::run_json::Provenance;
use super::subject::Subject;
use super::{headline, overload};
use elements::{Cell, details, paragraph, section, table};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("report.js");

/// The whole page.
pub fn page(subject: &Subject<'_>, charts: &[Chart], provenance: &Provenance) -> String {
    let title = title(subject);
    let values = if subject.is_comparison() {
        "Verdicts"
    } else {
        "Results"
    };
    let mut sections = vec![
        ("findings", "What was found", findings(subject)),
        ("verdicts", values, values::verdicts(subject)),
        ("charts", "Charts", figures(charts)),
        ("costs", "What it costs", costs::section(subject)),
        ("steps", "What each change does", steps::section(subject)),
        ("equity", "Who gains, who loses", equity::section(subject)),
        (
            "patients",
            "Who waits longer, who less",
            counterfactuals::section(subject),
        ),
        ("by-site", "By site", values::by_site(subject)),
        ("scenarios", "The scenarios", about::scenarios(subject)),
        (
            "sources",
            "Assumptions and sources",
            inputs::sources(subject),
        ),
        ("limits", "Limits", about::limits(subject)),
        (
            "reproduce",
            "How to reproduce this",
            about::reproduce(subject, provenance),
        ),
    ];
    sections.retain(|(_, _, body)| !body.is_empty());
    let sections: Vec<(&str, &str, String)> = sections
        .into_iter()
        .map(|(id, heading, body)| (id, heading, section(id, heading, &body)))
        .collect();
    document(&title, &setting(subject), &sections, provenance)
}

/// A page of sections (id, heading, HTML); `title` and `header` are HTML.
pub fn document(
    title: &str,
    header: &str,
    sections: &[(&str, &str, String)],
    provenance: &Provenance,
) -> String {
    let link = |(id, heading, _): &(&str, &str, String)| {
        format!("<li><a href=\"#{id}\">{heading}</a></li>\n")
    };
    let links: String = sections.iter().skip(1).map(link).collect();
    let body: String = sections.iter().map(|(_, _, body)| body.as_str()).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{}{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n\
         <header>\n<p class=\"kicker\">Urgent and emergency care, simulated</p>\n<h1>{title}</h1>\n{header}</header>\n\
         <main id=\"main\" tabindex=\"-1\">\n<nav aria-label=\"Contents\">\n<ul>\n{links}</ul>\n</nav>\n{body}</main>\n\
         <footer>\n<p>Written by uecsim {}. A simulation: not an official statistic, and not a publication of the NHS.</p>\n\
         </footer>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        font_faces(),
        escape(&provenance.version),
    )
}

fn title(subject: &Subject<'_>) -> String {
    let baseline = &subject.baseline().label;
    let alternatives: Vec<&str> = subject
        .alternatives()
        .iter()
        .map(|scenario| scenario.label.as_str())
        .collect();
    let title = match alternatives.split_last() {
        None => baseline.clone(),
        Some((last, [])) => format!("{last} against {baseline}"),
        Some((last, others)) => format!("{} and {last} against {baseline}", others.join(", ")),
    };
    escape(&title)
}

fn setting(subject: &Subject<'_>) -> String {
    let run = subject.model().run;
    let days = exact(run.length.minutes() / 1440.0);
    let mut words = format!(
        "{days} days from {}, {}",
        date_words(run.start),
        replications(subject)
    );
    if run.warm_up.minutes() > 0.0 {
        words.push_str(&format!(
            ", after {} days of warm-up",
            exact(run.warm_up.minutes() / 1440.0)
        ));
    }
    let mut html = paragraph("subtitle", &format!("{words}."));
    if subject.is_partial() {
        html.push_str("<p><strong>Stopped early: only the replications that had finished are reported.</strong></p>\n");
    }
    html
}

fn findings(subject: &Subject<'_>) -> String {
    let sentences: String = headline::of_subject(subject)
        .iter()
        .chain(&overload::sentences(subject))
        .map(|sentence| paragraph("", sentence))
        .collect();
    let described = subject.scenarios.iter().filter_map(|scenario| {
        let description = &scenario.results.model.description;
        let (label, description) = (escape(&scenario.label), escape(description));
        (!description.is_empty())
            .then(|| format!("<p><strong>{label}:</strong> {description}</p>\n"))
    });
    let described: String = described.collect();
    format!("<div class=\"findings\">\n{sentences}</div>\n{described}")
}

/// A list of the findings that leads to the charts, then the charts.
pub fn figures(charts: &[Chart]) -> String {
    let link = |chart: &Chart| {
        let (id, title) = (escape(&chart.id), escape(&chart.title));
        format!("<li><a href=\"#chart-{id}\">{title}</a></li>\n")
    };
    let links: String = charts.iter().map(link).collect();
    if links.is_empty() {
        return links;
    }
    let figures: String = charts.iter().map(figure).collect();
    format!("<nav aria-label=\"Charts\">\n<ol>\n{links}</ol>\n</nav>\n{figures}")
}

fn figure(chart: &Chart) -> String {
    let id = escape(&chart.id);
    let read = match chart.read.split_once(": ") {
        Some((how, rest)) => format!("<strong>{}:</strong> {}", escape(how), escape(rest)),
        None => escape(&chart.read),
    };
    let link = |kind: &str| {
        let name = kind.to_uppercase();
        format!("<a href=\"charts/{id}.{kind}\" aria-label=\"{name} of the chart {id}\">{name}</a>")
    };
    let png = if cfg!(feature = "png") {
        link("png")
    } else {
        String::new()
    };
    let rows = chart
        .table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| Cell::words(cell)).collect());
    format!(
        "<figure id=\"chart-{id}\">\n<h3>{}</h3>\n{}<div class=\"wide\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Chart: {id}\">\n{}</div>\n<figcaption>{read}</figcaption>\n\
         <p class=\"downloads\">{}{png}{}</p>\n{}</figure>\n",
        escape(&chart.title),
        paragraph("subtitle", &chart.subtitle),
        chart.inline,
        link("svg"),
        link("csv"),
        details(
            "Table behind this chart",
            &table(&chart.title, &chart.table.columns, rows)
        ),
    )
}
