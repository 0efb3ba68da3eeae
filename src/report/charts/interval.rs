//! One row per measure: the paired difference from the baseline with its interval, or how precise a value is.
//!
//! Rows share an axis because each is drawn in percent of its own baseline (or mean); the text beside it has the values.

use crate::report::findings::{Finding, interval, replications};
use crate::report::format::{Verdict, signed, with_decimals};
use crate::report::subject::Subject;
use crate::uec::model::{ChartSpec, Statistic};

use super::canvas::Canvas;
use super::mark_rows::{self, Mark, MarkRow, Words, difference_mark, value_mark};
use super::{ChartTable, Drawing, theme};

const READ_DIFFERENCES: &str = "each point is the change from the baseline in percent of the baseline, and the bar its 95 % interval. \
     A bar that crosses zero cannot tell the two apart. Whether less is better depends on the measure, so the word says it.";
const READ_VALUES: &str = "each bar is the 95 % interval of the mean over replications, in percent of that mean: the shorter, the more precise.";
struct Row<'a> {
    finding: Finding<'a>,
    shown: MarkRow,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let rows: Vec<Row<'a>> = spec
        .measures
        .iter()
        .filter_map(|&measure| row(subject, measure))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let title = title(subject, &rows);
    let is_comparison = subject.is_comparison();
    let subtitle = if is_comparison {
        format!(
            "Change from {} in percent of it; {}, 95 % intervals of the paired differences.",
            subject.baseline().label,
            replications(subject)
        )
    } else {
        format!(
            "95 % interval of each mean, in percent of it; all sites, {}.",
            replications(subject)
        )
    };
    let table = table(subject, &rows);
    let alt =
        format!("Points with intervals, one row per measure. {title}. The table has the values.");
    let shown: Vec<&MarkRow> = rows.iter().map(|row| &row.shown).collect();
    let height = mark_rows::height(subject, &shown);
    let words = words(subject);
    let paint = move |canvas: &Canvas, top: f64| {
        let shown: Vec<&MarkRow> = rows.iter().map(|row| &row.shown).collect();
        mark_rows::paint(canvas, subject, &words, &shown, top);
    };
    let read = if is_comparison {
        READ_DIFFERENCES
    } else {
        READ_VALUES
    };
    Some(Drawing {
        title,
        subtitle,
        read,
        alt,
        table,
        height,
        paint: Box::new(paint),
    })
}

/// The first statistic that is listed stands for its measure.
fn row<'a>(subject: &Subject<'a>, measure: usize) -> Option<Row<'a>> {
    let measure = subject.model().measures.get(measure)?;
    let statistic = measure
        .statistics
        .iter()
        .copied()
        .find(|statistic| *statistic != Statistic::Count)?;
    let finding = Finding::overall(subject, &measure.id, statistic)?;
    let marks: Vec<Mark> = if subject.is_comparison() {
        (1..subject.scenarios.len().min(theme::MAX_SERIES))
            .filter_map(|scenario| difference_mark(&finding, scenario))
            .collect()
    } else {
        finding.estimates[0]
            .map(|estimate| value_mark(&finding, estimate, estimate.mean))
            .into_iter()
            .collect()
    };
    let shown = MarkRow::new(&finding.name(), marks);
    (!shown.marks.is_empty()).then_some(Row { finding, shown })
}

fn words(subject: &Subject<'_>) -> Words {
    let (axis, values) = match subject.scenarios.as_slice() {
        [_] => ("From the mean, % of it", "Mean (95 % interval)".to_owned()),
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
        rows: "Measure",
        axis,
        values,
    }
}

fn title(subject: &Subject<'_>, rows: &[Row<'_>]) -> String {
    if !subject.is_comparison() {
        if subject.n_replications() < 2 {
            return "One replication has no interval: run more to know how precise it is"
                .to_owned();
        }
        let halves = rows
            .iter()
            .filter_map(|row| row.shown.marks[0].percent)
            .map(|percent| (percent.high - percent.low) / 2.0);
        let precise = halves.filter(|half| *half <= 5.0).count();
        return format!(
            "{precise} of {} measures are known to within 5 % of their mean",
            rows.len()
        );
    }
    let verdicts = |scenario: usize| rows.iter().map(move |row| row.finding.verdict(scenario));
    if let [_, only] = subject.scenarios.as_slice() {
        return format!(
            "{}: {} of {} measures",
            only.label,
            verdict_counts(verdicts(1)),
            rows.len()
        );
    }
    let alternatives = subject
        .scenarios
        .iter()
        .enumerate()
        .skip(1)
        .take(theme::MAX_SERIES - 1);
    let better = alternatives.map(|(scenario, alternative)| {
        let n = verdicts(scenario)
            .filter(|verdict| *verdict == Verdict::Better)
            .count();
        format!("{} on {n}", alternative.label)
    });
    format!(
        "Of {} measures, better: {}",
        rows.len(),
        better.collect::<Vec<_>>().join(", ")
    )
}

/// `better on 7, worse on 2, cannot tell on 3`.
pub fn verdict_counts(verdicts: impl Iterator<Item = Verdict>) -> String {
    let mut counts = [0_usize; 4];
    for verdict in verdicts {
        counts[match verdict {
            Verdict::Better => 0,
            Verdict::Worse => 1,
            Verdict::Higher | Verdict::Lower => 2,
            Verdict::CannotTell => 3,
        }] += 1;
    }
    let words = ["better on", "worse on", "different on", "cannot tell on"];
    let parts = words
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{word} {count}"));
    parts.collect::<Vec<_>>().join(", ")
}

fn table(subject: &Subject<'_>, rows: &[Row<'_>]) -> ChartTable {
    let columns: &[&str] = if subject.is_comparison() {
        &[
            "Measure",
            "Alternative",
            "Values",
            "Change in %",
            "95 % interval in %",
            "Verdict",
        ]
    } else {
        &["Measure", "Value (95 % interval)", "Half-width in %"]
    };
    let mut table = ChartTable {
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows: Vec::new(),
    };
    for row in rows {
        for mark in &row.shown.marks {
            let mut cells = vec![row.finding.name()];
            if subject.is_comparison() {
                cells.push(subject.scenarios[mark.scenario].label.clone());
                cells.push(mark.values.clone());
                cells.push(
                    mark.percent
                        .map(|percent| signed(percent.mean))
                        .unwrap_or_default(),
                );
                cells.push(
                    mark.percent
                        .map(|percent| interval(&percent))
                        .unwrap_or_default(),
                );
                cells.push(
                    mark.verdict
                        .map(Verdict::words)
                        .unwrap_or_default()
                        .to_owned(),
                );
            } else {
                cells.push(mark.values.clone());
                let half = mark
                    .percent
                    .map(|percent| (percent.high - percent.low) / 2.0)
                    .filter(|half| half.is_finite());
                cells.push(half.map(|half| with_decimals(half, 2)).unwrap_or_default());
            }
            table.rows.push(cells);
        }
    }
    table
}
