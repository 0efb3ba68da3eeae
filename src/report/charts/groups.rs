//! Groups of patients beside each other: in a comparison what changes for each, in a run how far each is from all.

use crate::report::findings::{Finding, replications};
use crate::report::format::{Verdict, signed, uncapitalised};
use crate::report::subject::{ALL, Subject, cohort_title};
use crate::uec::model::{AttributeName, ChartSpec, MeasureSpec, Statistic};

use super::canvas::Canvas;
use super::interval::verdict_counts;
use super::mark_rows::{self, Mark, MarkRow, Words, difference_mark, value_mark};
use super::{ChartTable, Drawing, theme};

const READ_DIFFERENCES: &str = "each row is a group of patients; the point is its own change from the baseline in percent of the baseline, \
     the bar its 95 % interval. Groups whose bars overlap may have changed alike.";
const READ_VALUES: &str = "each row is a group of patients; the point says how far its value is from that of all patients, in percent of it, \
     and the bar is the 95 % interval of the group's value.";
/// Attributes with more levels (zones) are left to the tables.
const MOST_GROUPS: usize = 10;

struct Row {
    measure: String,
    group: String,
    shown: MarkRow,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let model = subject.model();
    let measures = spec
        .measures
        .iter()
        .filter_map(|&measure| model.measures.get(measure));
    let mut rows = Vec::new();
    for measure in measures {
        for by in &measure.by {
            let attribute = model.names.attributes.get(usize::from(by.0));
            let attribute = attribute.filter(|attribute| attribute.levels.len() <= MOST_GROUPS);
            rows.extend(
                attribute
                    .map(|attribute| of_attribute(subject, measure, attribute))
                    .unwrap_or_default(),
            );
        }
    }
    if rows.is_empty() {
        return None;
    }
    let title = title(subject, &rows)?;
    let is_comparison = subject.is_comparison();
    let subtitle = match is_comparison {
        true => format!(
            "Change from {} in percent of it, by group of patients; {}, 95 % intervals of the paired differences.",
            subject.baseline().label,
            replications(subject)
        ),
        false => format!(
            "Difference from all patients in percent, by group of patients; {}, 95 % intervals.",
            replications(subject)
        ),
    };
    let table = table(subject, &rows);
    let alt = format!(
        "Points with intervals, one row per group of patients. {title}. The table has the values."
    );
    let shown: Vec<&MarkRow> = rows.iter().map(|row| &row.shown).collect();
    let height = mark_rows::height(subject, &shown);
    let words = words(subject);
    let paint = move |canvas: &Canvas, top: f64| {
        let shown: Vec<&MarkRow> = rows.iter().map(|row| &row.shown).collect();
        mark_rows::paint(canvas, subject, &words, &shown, top);
    };
    Some(Drawing {
        title,
        subtitle,
        read: if is_comparison {
            READ_DIFFERENCES
        } else {
            READ_VALUES
        },
        alt,
        table,
        height,
        paint: Box::new(paint),
    })
}

/// One row per level, with a heading above the first.
fn of_attribute(
    subject: &Subject<'_>,
    measure: &MeasureSpec,
    attribute: &AttributeName,
) -> Vec<Row> {
    let statistic = measure
        .statistics
        .iter()
        .copied()
        .find(|statistic| *statistic != Statistic::Count);
    let Some(statistic) = statistic else {
        return Vec::new();
    };
    // A number of patients says how large a group is, not how it fares, unless two scenarios are compared.
    let is_number = matches!(statistic, Statistic::Total | Statistic::PerDay);
    let all = match subject.is_comparison() || is_number {
        true => None,
        false => subject
            .baseline()
            .estimate(&measure.id, statistic, ALL, ALL),
    };
    let mut rows: Vec<Row> = Vec::new();
    for level in &attribute.levels {
        let cohort = format!("{}={}", attribute.id, level.id);
        let Some(finding) = Finding::new(subject, &measure.id, statistic, ALL, &cohort) else {
            continue;
        };
        let marks: Vec<Mark> = match subject.is_comparison() {
            true => (1..subject.scenarios.len().min(theme::MAX_SERIES))
                .filter_map(|scenario| difference_mark(&finding, scenario))
                .collect(),
            false => {
                let mark = finding.estimates[0].zip(all);
                mark.map(|(estimate, all)| value_mark(&finding, estimate, all.mean))
                    .into_iter()
                    .collect()
            }
        };
        if marks.is_empty() {
            continue;
        }
        let mut shown = MarkRow::new(words_or_id(&level.title, &level.id), marks);
        if rows.is_empty() {
            let by = words_or_id(&attribute.title, &attribute.id);
            shown.heading = Some(format!("{}, by {}", finding.name(), uncapitalised(by)));
        }
        let group = cohort_title(subject.model(), &cohort);
        rows.push(Row {
            measure: finding.name(),
            group,
            shown,
        });
    }
    rows
}

fn words_or_id<'a>(title: &'a str, id: &'a str) -> &'a str {
    if title.is_empty() { id } else { title }
}

fn words(subject: &Subject<'_>) -> Words {
    let (axis, values) = match subject.scenarios.as_slice() {
        [_] => (
            "From all patients, % of it",
            "Value (95 % interval)".to_owned(),
        ),
        [baseline, only] => (
            "Change, % of baseline",
            format!("{} to {}", baseline.label, only.label),
        ),
        _ => (
            "Change, % of baseline",
            "Baseline to alternative".to_owned(),
        ),
    };
    Words {
        rows: "Group",
        axis,
        values,
    }
}

/// Who wins and who loses, or which group is furthest from all.
fn title(subject: &Subject<'_>, rows: &[Row]) -> Option<String> {
    if subject.is_comparison() {
        let n = rows
            .iter()
            .filter(|row| row.shown.marks[0].verdict.is_some())
            .count();
        let verdicts = rows.iter().filter_map(|row| row.shown.marks[0].verdict);
        let verdicts: Vec<Verdict> = verdicts.collect();
        let loses = rows
            .iter()
            .filter(|row| row.shown.marks[0].verdict == Some(Verdict::Worse))
            .max_by(|a, b| size(a).total_cmp(&size(b)));
        let who = loses.map_or_else(String::new, |row| {
            format!("; worst for {} ({})", row.group, row.measure)
        });
        let label = &subject.scenarios[1].label;
        return Some(format!(
            "{label}: {} of {n} groups{who}",
            verdict_counts(verdicts.into_iter())
        ));
    }
    let furthest = rows.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let percent = furthest.shown.marks[0].percent?;
    Some(format!(
        "{}: furthest from all patients are {} ({}\u{a0}%)",
        furthest.measure,
        furthest.group,
        signed(percent.mean)
    ))
}

fn size(row: &Row) -> f64 {
    let percent = row.shown.marks[0].percent;
    percent.map_or(0.0, |percent| percent.mean.abs())
}

fn table(subject: &Subject<'_>, rows: &[Row]) -> ChartTable {
    let mut columns = vec!["Group", "Measure"];
    match subject.is_comparison() {
        true => columns.extend([
            "Alternative",
            "Values",
            "Change in %",
            "95 % interval in %",
            "Verdict",
        ]),
        false => columns.extend(["Value (95 % interval)", "From all patients in %"]),
    }
    let mut table = ChartTable {
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: Vec::new(),
    };
    for row in rows {
        for mark in &row.shown.marks {
            let percent = mark
                .percent
                .map(|percent| signed(percent.mean))
                .unwrap_or_default();
            let mut cells = vec![row.group.clone(), row.measure.clone()];
            if subject.is_comparison() {
                let interval = mark
                    .percent
                    .map(|percent| crate::report::findings::interval(&percent));
                cells.push(subject.scenarios[mark.scenario].label.clone());
                cells.push(mark.values.clone());
                cells.push(percent);
                cells.push(interval.unwrap_or_default());
                cells.push(
                    mark.verdict
                        .map(Verdict::words)
                        .unwrap_or_default()
                        .to_owned(),
                );
            } else {
                cells.push(mark.values.clone());
                cells.push(percent);
            }
            table.rows.push(cells);
        }
    }
    table
}
