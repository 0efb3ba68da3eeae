//! The page about one published model: what agrees, charts, every figure, and how to run it again.

use crate::experiment::reproduction::{Reproduction, Verdict};
use crate::report::charts::Chart;
use crate::report::charts::svg::escape;
use crate::report::html::elements::{Cell, paragraph, section, table};
use crate::report::html::{document, figures};
use crate::report::run_json::Provenance;

use super::markdown::original;
use super::words::{COLUMNS, reason, row, sentence};

pub fn page(reproduction: &Reproduction, charts: &[Chart], provenance: &Provenance) -> String {
    let description = &reproduction.description;
    let mut sections = vec![
        ("findings", "What was found", findings(reproduction)),
        ("charts", "Charts", figures(charts)),
        ("figures", "Every figure", every_figure(reproduction)),
        (
            "exceptions",
            "What does not simply agree, and why",
            exceptions(reproduction),
        ),
        ("reproduce", "How to run this again", again(provenance)),
    ];
    sections.retain(|(_, _, body)| !body.is_empty());
    let sections: Vec<(&str, &str, String)> = sections
        .into_iter()
        .map(|(id, heading, body)| (id, heading, section(id, heading, &body)))
        .collect();
    let header =
        paragraph("subtitle", &description.paper) + &paragraph("note", &description.licence);
    document(&escape(&description.title), &header, &sections, provenance)
}

fn findings(reproduction: &Reproduction) -> String {
    let description = &reproduction.description;
    let mut html = format!(
        "<div class=\"findings\">\n{}",
        paragraph("", &format!("{}.", sentence(reproduction)))
    );
    let n = reproduction.n_replications();
    let cost = match (original(reproduction), &description.cost) {
        (Some(original), Some(cost)) => format!(
            "{n} replications; the original program takes {original} for as many, one after another ({}). What they took here is in timing.json.",
            cost.said
        ),
        _ => format!("{n} replications. What they took is in timing.json."),
    };
    html.push_str(&paragraph("", &cost));
    html.push_str("</div>\n");
    html.extend(description.notes.iter().map(|note| paragraph("", note)));
    html
}

fn every_figure(reproduction: &Reproduction) -> String {
    let columns = COLUMNS.map(str::to_owned);
    let rows = reproduction.judged.iter().map(|judged| {
        let cells = row(judged);
        let verdict = cells[6].clone();
        let mut cells: Vec<Cell> = cells[..6].iter().map(|cell| Cell::words(cell)).collect();
        cells.push(match judged.verdict {
            Verdict::FallsOut => Cell::coloured(&verdict, "worse"),
            Verdict::Agrees => Cell::coloured(&verdict, "better"),
            _ => Cell::words(&verdict),
        });
        cells
    });
    table("Figures beside what was published", &columns, rows)
}

fn exceptions(reproduction: &Reproduction) -> String {
    let others = reproduction
        .judged
        .iter()
        .filter(|judged| judged.verdict != Verdict::Agrees);
    let rows: Vec<Vec<Cell>> = others
        .map(|judged| {
            let why = match reason(judged) {
                why if why.is_empty() => "no reason is known".to_owned(),
                why => why,
            };
            vec![
                Cell::words(&judged.figure.title),
                Cell::words(&judged.figure.scenario),
                Cell::words(judged.verdict.words()),
                Cell::words(&why),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = ["Figure", "Scenario", "Verdict", "Why"].map(str::to_owned);
    table(
        "Figures that do not simply agree",
        &columns,
        rows.into_iter(),
    )
}

fn again(provenance: &Provenance) -> String {
    format!(
        "<pre><code>{}</code></pre>\n{}",
        escape(&provenance.command),
        paragraph(
            "",
            "figures.csv has every figure with every value given for it, replications.csv the values of every replication."
        )
    )
}
