//! Share of patients still in, against time since they came: one panel per duration measure.

use crate::experiment::results::MeasureHistogram;
use crate::report::findings::{Finding, replications};
use crate::report::format::{span_words, with_decimals};
use crate::report::subject::{ALL, Subject};
use crate::uec::model::{ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, INK, LABEL_SIZE, LINE_WIDTH, MARGIN, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis};

const PANEL_HEIGHT: f64 = 250.0;
const HEADING_ROOM: f64 = 40.0;
const READ: &str = "each line starts at 100 % on arrival and falls as patients leave; the lower the line, the sooner they left.";

/// The curves of one measure.
struct Curves<'a> {
    measure: &'a MeasureSpec,
    /// By scenario: minutes and percent still in, from (0, 100).
    curves: Vec<Option<Vec<(f64, f64)>>>,
    n_patients: u64,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let panels: Vec<Curves<'a>> = spec
        .measures
        .iter()
        .filter_map(|&measure| curves(subject, measure))
        .collect();
    let first = panels.first()?;
    let until = panels
        .iter()
        .map(|panel| shown_until(panel, &spec.lines))
        .fold(0.0, f64::max);
    let subtitle = format!(
        "Share of patients still in, by time; all sites, {} with {} patients in all.",
        replications(subject),
        with_decimals(first.n_patients as f64, 0)
    );
    let table = table(subject, &panels, &spec.lines);
    let title = title(subject, first, &spec.lines);
    let height =
        panels.len() as f64 * (PANEL_HEIGHT + HEADING_ROOM + axis::TICKS_ROOM) + axis::TITLE_ROOM;
    let alt = alt(&table, &title);
    let lines = &spec.lines;
    let paint = move |canvas: &Canvas, top: f64| {
        for (position, curves) in panels.iter().enumerate() {
            let top = top + position as f64 * (PANEL_HEIGHT + HEADING_ROOM + axis::TICKS_ROOM);
            paint_panel(
                canvas,
                subject,
                curves,
                lines,
                until,
                top,
                position + 1 == panels.len(),
            );
        }
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

fn curves<'a>(subject: &'a Subject<'a>, measure: usize) -> Option<Curves<'a>> {
    let measure = subject.model().measures.get(measure)?;
    let histograms: Vec<Option<&MeasureHistogram>> = subject
        .scenarios
        .iter()
        .map(|scenario| scenario.histogram(&measure.id, ALL))
        .collect();
    let n_patients = histograms[0]?.counts.iter().sum();
    let curves = histograms
        .into_iter()
        .map(|histogram| still_in(histogram?))
        .collect();
    Some(Curves {
        measure,
        curves,
        n_patients,
    })
}

/// Percent still in at the upper bound of each bin; none without patients.
pub fn still_in(histogram: &MeasureHistogram) -> Option<Vec<(f64, f64)>> {
    let total: u64 = histogram.counts.iter().sum();
    if total == 0 {
        return None;
    }
    let mut left = 0;
    let mut points = vec![(0.0, 100.0)];
    for (&upper, &count) in histogram.upper_minutes.iter().zip(&histogram.counts) {
        left += count;
        if upper.is_finite() {
            points.push((upper, 100.0 * (total - left) as f64 / total as f64));
        }
    }
    Some(points)
}

/// Minutes after which this percentage is still in, linear within a bin; the last known time if more are then.
pub fn when(points: &[(f64, f64)], percent: f64) -> f64 {
    let after = points.partition_point(|point| point.1 > percent);
    match (
        after.checked_sub(1).map(|before| points[before]),
        points.get(after),
    ) {
        (Some((x0, y0)), Some(&(x1, y1))) => x0 + (x1 - x0) * (y0 - percent) / (y0 - y1),
        (Some((x, _)), None) => x,
        (None, first) => first.map_or(0.0, |point| point.0),
    }
}

/// Percent still in at `minutes`, linear within a bin.
pub fn at(points: &[(f64, f64)], minutes: f64) -> f64 {
    let after = points.partition_point(|point| point.0 < minutes);
    match (
        after.checked_sub(1).map(|before| points[before]),
        points.get(after),
    ) {
        (Some((x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (minutes - x0) / (x1 - x0),
        (None, Some(&(_, y))) | (Some((_, y)), None) => y,
        (None, None) => 100.0,
    }
}

/// Where under 1 % are left in every scenario, past the last line but within a day of it.
fn shown_until(curves: &Curves<'_>, lines: &[f64]) -> f64 {
    let last_line = lines.iter().copied().fold(0.0, f64::max);
    let gone = curves.curves.iter().flatten().map(|points| {
        points
            .iter()
            .find(|point| point.1 < 1.0)
            .or(points.last())
            .map_or(0.0, |point| point.0)
    });
    let gone = gone.fold(0.0, f64::max);
    gone.max(last_line * 1.15)
        .min((last_line * 2.0).max(1440.0))
}

fn title(subject: &Subject<'_>, curves: &Curves<'_>, lines: &[f64]) -> String {
    let measure = curves.measure;
    let bound = lines.first().copied();
    let within = measure.statistics.iter().copied().find(|statistic| {
        matches!(statistic, Statistic::Within(span) if bound.is_none_or(|bound| span.minutes() == bound))
    });
    let statistic = within.or(measure.statistics.first().copied());
    let finding = statistic.and_then(|statistic| Finding::overall(subject, &measure.id, statistic));
    let sentence =
        finding.and_then(|finding| Some((finding.statistic, finding.sentence(subject)?)));
    match (sentence, bound) {
        (Some((Statistic::Within(span), sentence)), _) => {
            let (value, rest) = sentence.split_once(" under ").unwrap_or((&sentence, ""));
            let rest = if rest.is_empty() {
                String::new()
            } else {
                format!(" under {rest}")
            };
            format!(
                "{}: {value} within {}{rest}",
                measure.title,
                span_words(span.minutes())
            )
        }
        (Some((_, sentence)), _) => format!("{}: {sentence}", measure.title),
        (None, _) => measure.title.clone(),
    }
}

fn table(subject: &Subject<'_>, panels: &[Curves<'_>], lines: &[f64]) -> ChartTable {
    let mut bounds: Vec<f64> = [60.0, 120.0, 240.0, 360.0, 480.0, 720.0, 1440.0].to_vec();
    bounds.extend(lines);
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let mut columns = vec!["Still in after".to_owned()];
    for panel in panels {
        for scenario in &subject.scenarios {
            let title = &panel.measure.title;
            let comma = if subject.is_comparison() {
                format!(", {}", scenario.label)
            } else {
                String::new()
            };
            columns.push(format!("{title}{comma} (%)"));
        }
    }
    let rows = bounds.into_iter().map(|bound| {
        let mut row = vec![span_words(bound)];
        for curve in panels.iter().flat_map(|panel| &panel.curves) {
            row.push(
                curve
                    .as_ref()
                    .map(|points| with_decimals(at(points, bound), 1))
                    .unwrap_or_default(),
            );
        }
        row
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

fn alt(table: &ChartTable, title: &str) -> String {
    let mut alt = format!("Lines falling from 100 % with time. {title}.");
    for row in table
        .rows
        .iter()
        .filter(|row| row[0].starts_with('4') || row[0].starts_with("12"))
    {
        let values: Vec<String> = table.columns[1..]
            .iter()
            .zip(&row[1..])
            .map(|(column, value)| format!("{column}: {value}"))
            .collect();
        alt.push_str(&format!(
            " Still in after {}: {}.",
            row[0],
            values.join("; ")
        ));
    }
    alt
}

fn paint_panel(
    canvas: &Canvas,
    subject: &Subject<'_>,
    curves: &Curves<'_>,
    lines: &[f64],
    until: f64,
    top: f64,
    is_last: bool,
) {
    let ticks = axis::time_ticks(until, 13.0);
    let until = ticks.last().copied().unwrap_or(until);
    let y = top + HEADING_ROOM..top + HEADING_ROOM + PANEL_HEIGHT;
    let panel = canvas.panel(
        MARGIN + 40.0..WIDTH - MARGIN - 16.0,
        y,
        0.0..until,
        0.0..100.0,
    );
    axis::heading(
        canvas,
        MARGIN,
        top + 9.0,
        &curves.measure.title,
        "% of patients still in",
    );
    axis::y_axis(&panel, &[0.0, 25.0, 50.0, 75.0, 100.0], |tick| {
        with_decimals(tick, 0)
    });
    axis::x_axis(&panel, &ticks, axis::time_label);
    if is_last {
        axis::x_title(&panel, &curves.measure.title);
    }
    for &line in lines {
        let x = panel.x_at(line);
        let stroke = Stroke {
            colour: STANDARD,
            width: 1.0,
            dash: "4 3",
        };
        canvas.line(&[(x, panel.y.start), (x, panel.y.end)], stroke);
        let lettering = Lettering::plain(TICK_SIZE, STANDARD).align(Align::Centre);
        canvas.text(x, panel.y.start - 9.0, &span_words(line), lettering);
    }
    for (scenario, points) in curves.curves.iter().enumerate().take(theme::MAX_SERIES) {
        let Some(points) = points else { continue };
        let style = theme::series(scenario);
        let mut shown: Vec<(f64, f64)> = points
            .iter()
            .copied()
            .filter(|point| point.0 <= until)
            .collect();
        if points.last().is_some_and(|point| point.0 > until) {
            shown.push((until, at(points, until)));
        }
        panel.line(
            shown,
            Stroke {
                colour: style.colour,
                width: LINE_WIDTH,
                dash: style.dash,
            },
        );
    }
    label_crossings(&panel, subject, curves, lines);
}

/// Values where the curves cross each line: the names of the scenarios at the first, numbers alone at the others.
fn label_crossings(panel: &Panel<'_>, subject: &Subject<'_>, curves: &Curves<'_>, lines: &[f64]) {
    let bounds = if lines.is_empty() { &[60.0][..] } else { lines };
    for (position, &line) in bounds.iter().enumerate() {
        let mut crossings: Vec<(usize, f64)> = Vec::new();
        for (scenario, points) in curves.curves.iter().enumerate().take(theme::MAX_SERIES) {
            crossings.extend(points.as_ref().map(|points| (scenario, at(points, line))));
        }
        // Curves fall, so the space above and right of a crossing is free: labels stack upwards from the highest one.
        crossings.sort_by(|a, b| b.1.total_cmp(&a.1));
        let x = panel.x_at(line);
        let Some(highest) = crossings.first().map(|crossing| panel.y_at(crossing.1)) else {
            continue;
        };
        let bottom = highest - 14.0;
        for (row, &(scenario, value)) in crossings.iter().rev().enumerate() {
            let style = theme::series(scenario);
            panel
                .canvas
                .marker(x, panel.y_at(value), style.marker, style.colour, true);
            let y = bottom - row as f64 * 17.0;
            let value = format!("{}\u{a0}%", with_decimals(value, 1));
            let is_named = position == 0 && subject.is_comparison();
            let value = if position == 0 {
                format!("{value} still in")
            } else {
                value
            };
            let lettering = Lettering::plain(LABEL_SIZE, INK).halo();
            panel
                .canvas
                .marker(x + 16.0, y, style.marker, style.colour, true);
            if is_named {
                let name = Lettering::plain(LABEL_SIZE, style.text).bold().halo();
                let label = &subject.scenarios[scenario].label;
                panel
                    .canvas
                    .text_pair(x + 26.0, y, (label, name), (&value, lettering));
            } else {
                panel.canvas.text(x + 26.0, y, &value, lettering);
            }
        }
    }
}
