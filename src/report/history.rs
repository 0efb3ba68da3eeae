//! Published monthly figures beside simulated ones: a section of a page, and a table.

use std::fmt::Write;

use crate::experiment::history::{Simulated, Traced};

use super::charts::ChartTable;
use super::format::number;
use super::tables::Sheet;

/// The section: the charts by title and file, how each series fares, and what is not shown.
pub fn section(
    traced: &[Traced],
    refused: &[(String, String)],
    charts: &[(String, String)],
    table: &str,
) -> String {
    let mut text = "\n## Month by month\n".to_owned();
    for (title, file) in charts {
        let _ = write!(text, "\n![{title}]({file})\n");
    }
    if !traced.is_empty() {
        let _ = write!(
            text,
            "\nEvery number of the charts is in [{table}]({table}). Within: published months that lie where a further replication would, with 95 %.\n\n\
             | series | unit | months | within | mean published | mean simulated |\n|---|---|---|---|---|---|\n"
        );
    }
    for one in traced {
        let both: Vec<(f64, &Simulated)> = one
            .months
            .iter()
            .filter_map(|month| Some((month.published?, month)))
            .collect();
        let n = both.len();
        let mean = |sum: f64| match n {
            0 => String::new(),
            n => number(sum / n as f64),
        };
        let judged = both.iter().filter_map(|(_, month)| month.is_within());
        let within = judged.filter(|is_within| *is_within).count();
        let _ = writeln!(
            text,
            "| {} | {} | {n} | {within} | {} | {} |",
            one.series.name,
            one.series.unit,
            mean(both.iter().map(|(published, _)| published).sum()),
            mean(both.iter().map(|(_, month)| month.mean).sum()),
        );
    }
    if !refused.is_empty() {
        text.push_str("\nNot shown:\n\n");
    }
    for (name, why) in refused {
        let _ = writeln!(text, "- {name}: {why}.");
    }
    let mut sources: Vec<&str> = Vec::new();
    for one in traced {
        if !sources.contains(&one.series.source.as_str()) {
            sources.push(&one.series.source);
        }
    }
    if !sources.is_empty() {
        let _ = writeln!(text, "\nMonthly figures: {}.", sources.join("; "));
    }
    text
}

/// The tables of the charts as one, a column first that says which chart.
pub fn table(charts: &[(&str, &ChartTable)]) -> String {
    let mut columns = vec!["chart"];
    for (_, table) in charts {
        for column in &table.columns {
            if !columns.contains(&column.as_str()) {
                columns.push(column);
            }
        }
    }
    let mut sheet = Sheet::new(&columns);
    for (chart, table) in charts {
        for row in &table.rows {
            let cell = |column: &&str| match table.columns.iter().position(|name| name == column) {
                Some(at) => row[at].clone(),
                None => String::new(),
            };
            let mut cells = vec![(*chart).to_owned()];
            cells.extend(columns[1..].iter().map(cell));
            sheet.push(&cells);
        }
    }
    sheet.finish()
}
