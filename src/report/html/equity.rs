//! Who gains, who loses: measures by group of patients, and how far the most and the least deprived are apart.

use crate::experiment::equity::{Gap, change, gaps};
use crate::experiment::results::Results;
use crate::report::findings::{Finding, difference, interval, name};
use crate::report::format::{number, quantity, unit_of};
use crate::report::subject::Subject;
use crate::uec::model::{AttributeName, MeasureSpec, Statistic};

use super::elements::{Cell, details, paragraph, table};
use super::groups as by_group;

/// Groups that a table has room for.
const MOST_GROUPS: usize = 10;

/// Empty where no measure is kept by group.
pub fn section(subject: &Subject<'_>) -> String {
    let gaps = gap_table(subject);
    let groups: String = subject
        .model()
        .names
        .attributes
        .iter()
        .enumerate()
        .filter(|(_, attribute)| attribute.levels.len() <= MOST_GROUPS)
        .map(|(position, attribute)| groups(subject, position, attribute))
        .collect();
    gaps + &groups + &by_group::section(subject)
}

/// One row for each measure whose own `by` names deprivation; those of all measures are in `equity.csv`.
fn gap_table(subject: &Subject<'_>) -> String {
    let baseline = subject.baseline().results;
    let before = gaps(baseline);
    let mut attributes = baseline.model.names.attributes.iter();
    let deprivation = attributes.position(|attribute| attribute.id == "deprivation");
    let after: Vec<(&Results, Vec<Gap>)> = subject
        .alternatives()
        .iter()
        .map(|scenario| (scenario.results, gaps(scenario.results)))
        .collect();
    let wanted = |gap: &&Gap| {
        let measure = &baseline.model.measures[gap.measure];
        let is_own = measure
            .by
            .iter()
            .any(|by| Some(usize::from(by.0)) == deprivation);
        is_own && first_statistic(measure) == Some(gap.statistic)
    };
    let mut columns = vec!["Measure".to_owned(), gap_column(&subject.baseline().label)];
    for scenario in subject.alternatives() {
        columns.push(gap_column(&scenario.label));
        columns.push("Change (95 % interval)".to_owned());
        columns.push("Gap".to_owned());
    }
    let mut rows = Vec::new();
    for gap in before.iter().filter(wanted) {
        let measure = &baseline.model.measures[gap.measure];
        let Some(slope) = gap.slope_index() else {
            continue;
        };
        let unit = unit_of(measure, gap.statistic);
        let mut row = vec![
            Cell::words(&name(measure, gap.statistic)),
            Cell::words(&with_ratio(gap, slope.mean, &unit)),
        ];
        for (results, gaps) in &after {
            row.extend(moved((baseline, gap), (results, gaps), measure, &unit));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return String::new();
    }
    let note = "The gap is the slope index of inequality: how much higher a value is among the most deprived than among the least, on a \
                line through the quintiles weighted by residents; in brackets how many times as high. Counts are per 1,000 residents of the quintile over the measured time (or a day). Intervals are \
                between replications.";
    paragraph("note", note)
        + &table(
            "Gap between the most and the least deprived",
            &columns,
            rows.into_iter(),
        )
}

fn gap_column(label: &str) -> String {
    format!("Gap under {label}")
}

/// Gap of an alternative, its change and what that is called.
fn moved(
    (baseline, before): (&Results, &Gap),
    (results, gaps): (&Results, &[Gap]),
    measure: &MeasureSpec,
    unit: &str,
) -> [Cell; 3] {
    let of_same = |gap: &&Gap| {
        results.model.measures[gap.measure].id == measure.id && gap.statistic == before.statistic
    };
    let found = gaps.iter().find(of_same).and_then(|gap| {
        let slope = gap.slope_index()?;
        let change = change((baseline, before), (results, gap))?;
        let from = before.slope_index()?.mean;
        let words = if change.low <= 0.0 && change.high >= 0.0 {
            "cannot tell"
        } else if from * slope.mean < 0.0 {
            "turns round"
        } else if slope.mean.abs() < from.abs() {
            "narrows"
        } else {
            "widens"
        };
        let moved = format!("{} ({})", difference(change.mean, unit), interval(&change));
        Some([
            Cell::words(&with_ratio(gap, slope.mean, unit)),
            Cell::words(&moved),
            Cell::verdict(words),
        ])
    });
    found.unwrap_or_else(|| [Cell::words(""), Cell::words(""), Cell::words("")])
}

fn with_ratio(gap: &Gap, slope: f64, unit: &str) -> String {
    let mut slope = difference(slope, unit);
    if gap.is_per_resident {
        slope.push_str(" per 1,000");
    }
    match gap.ratio() {
        Some(ratio) => format!("{slope} ({} times)", number(ratio.mean)),
        None => slope,
    }
}

/// Measures kept by one attribute: values by level, or in a comparison differences with verdicts.
fn groups(subject: &Subject<'_>, position: usize, attribute: &AttributeName) -> String {
    let kept = |measure: &&MeasureSpec| measure.by.iter().any(|by| usize::from(by.0) == position);
    let measures: Vec<&MeasureSpec> = subject.model().measures.iter().filter(kept).collect();
    if measures.is_empty() {
        return String::new();
    }
    let scenarios = match subject.is_comparison() {
        true => 1..subject.scenarios.len(),
        false => 0..1,
    };
    let mut html = String::new();
    for scenario in scenarios {
        let mut columns = vec!["Measure".to_owned()];
        columns.extend(attribute.levels.iter().map(|level| {
            if level.title.is_empty() {
                level.id.clone()
            } else {
                level.title.clone()
            }
        }));
        let rows = measures
            .iter()
            .filter_map(|measure| group_row(subject, measure, attribute, scenario));
        let what = if attribute.title.is_empty() {
            &attribute.id
        } else {
            &attribute.title
        };
        let summary = match subject.is_comparison() {
            true => format!(
                "{what}: {} against {}",
                subject.scenarios[scenario].label,
                subject.baseline().label
            ),
            false => what.clone(),
        };
        html.push_str(&details(&summary, &table(&summary, &columns, rows)));
    }
    html
}

fn group_row(
    subject: &Subject<'_>,
    measure: &MeasureSpec,
    attribute: &AttributeName,
    scenario: usize,
) -> Option<Vec<Cell>> {
    let statistic = first_statistic(measure)?;
    let mut row = vec![Cell::words(&name(measure, statistic))];
    for level in &attribute.levels {
        let cohort = format!("{}={}", attribute.id, level.id);
        let finding = Finding::new(subject, &measure.id, statistic, "all", &cohort)?;
        let words = match finding.differences.get(scenario).copied().flatten() {
            Some(moved) => format!(
                "{} ({})",
                difference(moved.difference.mean, &finding.unit),
                finding.verdict(scenario).words()
            ),
            None => finding.estimates[scenario]
                .map(|estimate| quantity(estimate.mean, &finding.unit))
                .unwrap_or_default(),
        };
        row.push(Cell::words(&words));
    }
    Some(row)
}

/// The one that a table shows.
fn first_statistic(measure: &MeasureSpec) -> Option<Statistic> {
    let mut statistics = measure.statistics.iter().copied();
    statistics.find(|statistic| *statistic != Statistic::Count)
}
