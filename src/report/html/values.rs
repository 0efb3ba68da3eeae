//! Tables of values: verdicts over all sites, and values by site.

use crate::experiment::precision::further_replications;
use crate::report::findings::{Finding, difference, interval, name};
use crate::report::format::quantity;
use crate::report::precision::would_settle;
use crate::report::subject::{ALL, Subject, site_title};
use crate::uec::model::{MeasureSpec, Nature, Statistic};

use super::elements::{Cell, details, paragraph, table};

/// Every measure over all sites: values with intervals, and in a comparison differences with verdicts.
pub fn verdicts(subject: &Subject<'_>) -> String {
    let findings = all_findings(subject);
    if findings.is_empty() {
        return String::new();
    }
    if !subject.is_comparison() {
        return results(subject, &findings) + &natures(subject);
    }
    let mut html = paragraph(
        "note",
        "Differences are paired: the same patients come in every scenario. “Cannot tell” means that the 95 % interval includes no \
         difference; a clear difference of a measure of which neither direction is better is called higher or lower. A verdict rests on pairs \
         of replications: how many of them went which way stands beside it, and how many more would probably (80 %) settle what cannot be \
         told, if the difference is what it seems to be.",
    );
    for scenario in 1..subject.scenarios.len() {
        html.push_str(&differences(subject, &findings, scenario));
    }
    html + &natures(subject)
}

fn differences(subject: &Subject<'_>, findings: &[Finding<'_>], scenario: usize) -> String {
    let (baseline, alternative) = (
        &subject.baseline().label,
        &subject.scenarios[scenario].label,
    );
    let columns = [
        "Measure",
        baseline,
        alternative,
        "Difference (95 % interval)",
        "Verdict",
        "Rests on",
    ]
    .map(str::to_owned);
    let rows = findings.iter().filter_map(|finding| {
        let row = finding.differences[scenario]?;
        let difference = format!(
            "{} ({})",
            difference(row.difference.mean, &finding.unit),
            interval(&row.difference)
        );
        Some(vec![
            Cell::words(&finding.name()),
            Cell::words(&quantity(row.baseline.mean, &finding.unit)),
            Cell::words(&quantity(row.alternative.mean, &finding.unit)),
            Cell::words(&difference),
            Cell::verdict(finding.verdict(scenario).words()),
            Cell::words(&rests_on(subject, finding, scenario)),
        ])
    });
    table(
        &format!("{alternative} against {baseline}, all sites"),
        &columns,
        rows,
    )
}

/// The pairs that a verdict rests on, and how many more would settle what these cannot tell.
fn rests_on(subject: &Subject<'_>, finding: &Finding<'_>, scenario: usize) -> String {
    let pairs = finding.rests_on(subject, scenario);
    let row = finding.differences[scenario];
    match row.and_then(|row| further_replications(&row.difference)) {
        Some(told) => format!("{pairs}; {}", would_settle(told)),
        None => pairs,
    }
}

fn results(subject: &Subject<'_>, findings: &[Finding<'_>]) -> String {
    let columns = ["Measure", "Mean", "95 % interval"].map(str::to_owned);
    let rows = findings.iter().filter_map(|finding| {
        let estimate = finding.estimates[0]?;
        let value = quantity(estimate.mean, &finding.unit);
        Some(vec![
            Cell::words(&finding.name()),
            Cell::words(&value),
            Cell::words(&interval(&estimate)),
        ])
    });
    table(
        &format!("{}, all sites", subject.baseline().label),
        &columns,
        rows,
    )
}

/// Every statistic over all sites and cohorts; how many patients a duration is of is left to `summary.csv`.
fn all_findings<'a>(subject: &Subject<'a>) -> Vec<Finding<'a>> {
    let mut findings = Vec::new();
    for measure in &subject.model().measures {
        let statistics = measure
            .statistics
            .iter()
            .filter(|statistic| **statistic != Statistic::Count);
        findings.extend(
            statistics.filter_map(|&statistic| Finding::overall(subject, &measure.id, statistic)),
        );
    }
    findings.retain(|finding: &Finding<'_>| finding.estimates[0].is_some());
    findings
}

/// What was put in, what was fitted and where definitions come from.
fn natures(subject: &Subject<'_>) -> String {
    let rows = subject.model().measures.iter().map(|measure| {
        let nature = match measure.nature {
            Nature::Imposed => "imposed: it was put in",
            Nature::Calibrated => "calibrated: it was fitted",
            Nature::Emergent => "emergent: it comes out by itself",
        };
        vec![
            Cell::words(&measure.title),
            Cell::words(nature),
            Cell::words(&measure.source),
        ]
    });
    let columns = ["Measure", "Nature", "Definition and source"].map(str::to_owned);
    details("What each measure is", &table("Measures", &columns, rows))
}

/// The first statistic of every measure that is kept by site.
pub fn by_site(subject: &Subject<'_>) -> String {
    let model = subject.model();
    let mut rows = Vec::new();
    for measure in model.measures.iter().filter(|measure| measure.by_site) {
        rows.extend(
            model
                .names
                .sites
                .iter()
                .filter_map(|site| site_row(subject, measure, &site.id)),
        );
    }
    if rows.is_empty() {
        return String::new();
    }
    let mut columns = vec!["Measure".to_owned(), "Site".to_owned()];
    for (scenario, shown) in subject.scenarios.iter().enumerate() {
        columns.push(shown.label.clone());
        if scenario > 0 {
            columns.push("Verdict".to_owned());
        }
    }
    let summary = format!("{} values by site", rows.len());
    let note = "The file summary.csv has every statistic, by site and by cohort, with intervals.";
    paragraph("", note) + &details(&summary, &table("By site", &columns, rows.into_iter()))
}

/// None without a value at the site.
fn site_row(subject: &Subject<'_>, measure: &MeasureSpec, site: &str) -> Option<Vec<Cell>> {
    let statistic = measure
        .statistics
        .iter()
        .copied()
        .find(|statistic| *statistic != Statistic::Count)?;
    let finding = Finding::new(subject, &measure.id, statistic, site, ALL)?;
    finding.estimates[0]?;
    let mut row = vec![
        Cell::words(&name(measure, statistic)),
        Cell::words(&site_title(subject.model(), site)),
    ];
    for (scenario, estimate) in finding.estimates.iter().enumerate() {
        let value = estimate.map(|estimate| quantity(estimate.mean, &finding.unit));
        row.push(Cell::words(&value.unwrap_or_default()));
        if scenario > 0 {
            row.push(Cell::verdict(finding.verdict(scenario).words()));
        }
    }
    Some(row)
}
