//! What each change of an alternative does, as tables: alone, and added to those before it.

use crate::experiment::results::{Alternative, Difference};
use crate::report::findings::{Finding, difference, interval};
use crate::report::format::{number, quantity, statistic_words, verdict};
use crate::report::headline::headline_findings;
use crate::report::subject::{Subject, overall};

use super::elements::{Cell, details, paragraph, table};

/// Two tables for each headline measure. Empty without a decomposition.
pub fn section(subject: &Subject<'_>) -> String {
    if subject.steps.is_empty() {
        return String::new();
    }
    let findings = headline_findings(subject);
    let mut html = String::new();
    if !subject.alone.is_empty() {
        html.push_str(&paragraph(
            "",
            "Each change alone, laid over the same start. What they do together beyond the sum of that is their interaction: the \
             interval says how far these runs can tell it from nothing.",
        ));
        html.extend(
            findings
                .iter()
                .filter_map(|finding| alone(subject, finding)),
        );
    }
    html.push_str(&paragraph(
        "",
        "Changes are added one at a time in the order of the scenario, each compared with the step before it. What a change adds \
         depends on those before it: in another order the parts differ, their sum does not.",
    ));
    for finding in &findings {
        let columns = [
            "Change added",
            "Value after it",
            "It adds (95 % interval)",
            "Verdict",
        ];
        let rows = subject
            .steps
            .iter()
            .filter_map(|step| part_row(subject, finding, step));
        let caption = caption(finding, "added one at a time");
        let columns = columns.map(str::to_owned);
        html.push_str(&details(&caption, &table(&caption, &columns, rows)));
    }
    html
}

/// None where the measure has no interaction.
fn alone(subject: &Subject<'_>, finding: &Finding<'_>) -> Option<String> {
    let columns = [
        "Change",
        "Value with it alone",
        "It does alone (95 % interval)",
        "Verdict",
    ];
    let whole = subject.alternatives().first()?.results;
    let row = overall(whole, subject.interaction, finding)?;
    let mut rows: Vec<Vec<Cell>> = subject
        .alone
        .iter()
        .filter_map(|part| part_row(subject, finding, part))
        .collect();
    let together = format!("Together beyond the sum (n = {})", row.difference.n);
    rows.push(cells(&together, row, finding));
    let caption = caption(finding, "each alone");
    let columns = columns.map(str::to_owned);
    Some(details(
        &caption,
        &table(&caption, &columns, rows.into_iter()),
    ))
}

fn caption(finding: &Finding<'_>, how: &str) -> String {
    let start = finding.estimates[0]
        .map(|estimate| number(estimate.mean))
        .unwrap_or_default();
    format!(
        "{}, {}, {how}: from {start}",
        finding.measure.title,
        statistic_words(finding.statistic)
    )
}

fn part_row(subject: &Subject<'_>, finding: &Finding<'_>, part: &Alternative) -> Option<Vec<Cell>> {
    let row = overall(&part.results, &part.differences, finding)?;
    Some(cells(&subject.part_name(part), row, finding))
}

fn cells(name: &str, row: &Difference, finding: &Finding<'_>) -> Vec<Cell> {
    let difference = format!(
        "{} ({})",
        difference(row.difference.mean, &finding.unit),
        interval(&row.difference)
    );
    vec![
        Cell::words(name),
        Cell::words(&quantity(row.alternative.mean, &finding.unit)),
        Cell::words(&difference),
        Cell::verdict(verdict(finding.measure, row).words()),
    ]
}
