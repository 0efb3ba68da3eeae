//! One row per measure: the paired difference from the baseline with its interval, or how precise a value is.
//!
//! Rows share an axis because each is drawn in percent of its own baseline (or mean); the text beside it has the values.

use crate::experiment::results::Estimate;
use crate::report::findings::{Finding, difference, interval, replications};
use crate::report::format::{Verdict, number, quantity, signed, with_decimals};
use crate::report::subject::Subject;
use crate::uec::model::{ChartSpec, Statistic};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::labels::scenario_key;
use super::theme::{self, AXIS, INK, LABEL_SIZE, MARGIN, Marker, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis, text};

const READ_DIFFERENCES: &str = "each point is the change from the baseline in percent of the baseline, and the bar its 95 % interval. \
     A bar that crosses zero cannot tell the two apart. Whether less is better depends on the measure, so the word says it.";
const READ_VALUES: &str = "each bar is the 95 % interval of the mean over replications, in percent of that mean: the shorter, the more precise.";
const HEADER_ROOM: f64 = 24.0;
const LINE: f64 = 16.0;
const ROW_GAP: f64 = 12.0;
const NAMES_WIDTH: f64 = 218.0;
const VALUES_WIDTH: f64 = 268.0;
/// The axis ends here at the latest; what lies beyond is marked with an arrow.
const MOST_PERCENT: f64 = 100.0;

struct Row<'a> {
    finding: Finding<'a>,
    name: Vec<String>,
    /// One for each alternative, or one for the single scenario.
    marks: Vec<Mark>,
}

struct Mark {
    scenario: usize,
    /// Percent of the baseline; none when the baseline is zero or a value is missing.
    percent: Option<Estimate>,
    values: String,
    /// For want of room.
    without_unit: String,
    verdict: Option<Verdict>,
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
    let height = plot_top(subject)
        + rows.iter().map(row_height).sum::<f64>()
        + axis::TICKS_ROOM
        + axis::TITLE_ROOM;
    let paint = move |canvas: &Canvas, top: f64| paint(canvas, subject, &rows, top);
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
            .map(|estimate| value_mark(&finding, estimate))
            .into_iter()
            .collect()
    };
    let name = text::wrap(&finding.name(), LABEL_SIZE, false, NAMES_WIDTH - 12.0);
    (!marks.is_empty()).then_some(Row {
        finding,
        name,
        marks,
    })
}

fn difference_mark(finding: &Finding<'_>, scenario: usize) -> Option<Mark> {
    let row = finding.differences[scenario]?;
    let base = row.baseline.mean.abs();
    let percent = (base > 0.0).then(|| scaled(row.difference, 100.0 / base));
    let from = number(row.baseline.mean);
    let size = difference(row.difference.mean, &finding.unit);
    let to = quantity(row.alternative.mean, short_unit(&finding.unit));
    Some(Mark {
        scenario,
        percent,
        values: format!("{from} to {to} ({size})"),
        without_unit: format!("{from} to {} ({size})", number(row.alternative.mean)),
        verdict: Some(finding.verdict(scenario)),
    })
}

/// Of things that are counted, the name of the measure says what: `a day` is enough.
fn short_unit(unit: &str) -> &str {
    if unit.ends_with("a day") {
        "a day"
    } else {
        unit
    }
}

fn value_mark(finding: &Finding<'_>, estimate: Estimate) -> Mark {
    let base = estimate.mean.abs();
    let about_zero = Estimate {
        mean: 0.0,
        low: estimate.low - estimate.mean,
        high: estimate.high - estimate.mean,
        ..estimate
    };
    let percent = (base > 0.0).then(|| scaled(about_zero, 100.0 / base));
    let interval = interval(&estimate);
    Mark {
        scenario: 0,
        percent,
        values: format!("{} ({interval})", quantity(estimate.mean, &finding.unit)),
        without_unit: format!("{} ({interval})", number(estimate.mean)),
        verdict: None,
    }
}

fn scaled(estimate: Estimate, factor: f64) -> Estimate {
    Estimate {
        mean: estimate.mean * factor,
        low: estimate.low * factor,
        high: estimate.high * factor,
        n: estimate.n,
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
            .filter_map(|row| row.marks[0].percent)
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
        for mark in &row.marks {
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

fn plot_top(subject: &Subject<'_>) -> f64 {
    HEADER_ROOM
        + if subject.scenarios.len() > 2 {
            24.0
        } else {
            0.0
        }
}

fn row_height(row: &Row<'_>) -> f64 {
    row.name.len().max(row.marks.len()) as f64 * LINE + ROW_GAP
}

/// Percent at the end of the axis: round, symmetric, and no more than `MOST_PERCENT`.
fn reach(rows: &[Row<'_>]) -> f64 {
    let percents = rows
        .iter()
        .flat_map(|row| &row.marks)
        .filter_map(|mark| mark.percent);
    let bounds = percents.flat_map(|percent| [percent.low, percent.high, percent.mean]);
    let widest = bounds
        .filter(|bound| bound.is_finite())
        .map(f64::abs)
        .fold(0.0, f64::max);
    let ticks = axis::ticks(0.0, widest.clamp(1.0, MOST_PERCENT), 3.0);
    ticks[ticks.len() - 1].min(MOST_PERCENT)
}

fn paint(canvas: &Canvas, subject: &Subject<'_>, rows: &[Row<'_>], top: f64) {
    let rows_top = top + plot_top(subject);
    let bottom = rows_top + rows.iter().map(row_height).sum::<f64>();
    let reach = reach(rows);
    let x = MARGIN + NAMES_WIDTH..WIDTH - MARGIN - VALUES_WIDTH;
    let panel = canvas.panel(x, rows_top..bottom, -reach..reach, 0.0..1.0);
    if subject.scenarios.len() > 2 {
        scenario_key(canvas, subject.alternatives(), 1, MARGIN, top + 9.0);
    }
    paint_header(canvas, subject, &panel, rows_top - HEADER_ROOM / 2.0 - 2.0);
    let step = axis::round_step(reach, 2.0);
    let n_ticks = (reach / step + 1e-9).floor() as i32;
    let ticks: Vec<f64> = (-n_ticks..=n_ticks)
        .map(|tick| f64::from(tick) * step)
        .collect();
    axis::x_axis(&panel, &ticks, |tick| {
        if tick == 0.0 {
            "0".to_owned()
        } else {
            format!("{}\u{a0}%", percent_tick(tick))
        }
    });
    let zero = panel.x_at(0.0);
    canvas.line(
        &[(zero, rows_top), (zero, bottom)],
        Stroke::solid(AXIS, 1.5),
    );
    axis::x_title(
        &panel,
        if subject.is_comparison() {
            "Change, % of baseline"
        } else {
            "From the mean, % of it"
        },
    );
    let mut y = rows_top;
    for (position, row) in rows.iter().enumerate() {
        if position > 0 {
            canvas.line(
                &[(MARGIN, y), (WIDTH - MARGIN, y)],
                Stroke::solid(theme::GRID, 1.0),
            );
        }
        paint_row(&panel, subject, row, y);
        y += row_height(row);
    }
}

fn percent_tick(tick: f64) -> String {
    let text = crate::report::format::exact(tick.abs());
    if tick > 0.0 {
        format!("+{text}")
    } else {
        format!("−{text}")
    }
}

fn paint_header(canvas: &Canvas, subject: &Subject<'_>, panel: &Panel<'_>, y: f64) {
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    canvas.text(MARGIN, y, "Measure", quiet);
    let values = match subject.scenarios.as_slice() {
        [_] => "Mean (95 % interval)".to_owned(),
        [baseline, only] => format!("{} to {}", baseline.label, only.label),
        _ => "Baseline to alternative".to_owned(),
    };
    let room = VALUES_WIDTH - 14.0 - if subject.is_comparison() { 76.0 } else { 0.0 };
    canvas.text(
        panel.x.end + 14.0,
        y,
        &text::shorten(&values, TICK_SIZE, false, room),
        quiet,
    );
    if subject.is_comparison() {
        canvas.text(WIDTH - MARGIN, y, "Verdict", quiet.align(Align::Right));
    }
}

fn paint_row(panel: &Panel<'_>, subject: &Subject<'_>, row: &Row<'_>, top: f64) {
    let canvas = panel.canvas;
    let middle = top + row_height(row) / 2.0;
    let first = middle - (row.name.len() as f64 - 1.0) / 2.0 * LINE;
    for (line, words) in row.name.iter().enumerate() {
        canvas.text(
            MARGIN,
            first + line as f64 * LINE,
            words,
            Lettering::plain(LABEL_SIZE, INK),
        );
    }
    let first = middle - (row.marks.len() as f64 - 1.0) / 2.0 * LINE;
    for (line, mark) in row.marks.iter().enumerate() {
        let y = first + line as f64 * LINE;
        let (mut colour, mut lettering) = colours(mark.verdict);
        let mut shape = Marker::Circle;
        if subject.scenarios.len() > 2 {
            // Colour tells the alternatives apart here, so the verdict is left to its word.
            let style = theme::series(mark.scenario);
            (shape, colour, lettering.colour) = (style.marker, style.colour, INK);
        }
        if let Some(percent) = mark.percent {
            paint_mark(panel, percent, y, shape, colour, mark.verdict);
        }
        let room = VALUES_WIDTH - 14.0 - if mark.verdict.is_some() { 76.0 } else { 0.0 };
        let fits = text::width(&mark.values, TICK_SIZE, false) <= room;
        let values = if fits {
            &mark.values
        } else {
            &mark.without_unit
        };
        let values = text::shorten(values, TICK_SIZE, false, room);
        canvas.text(
            panel.x.end + 14.0,
            y,
            &values,
            Lettering::plain(TICK_SIZE, INK),
        );
        if let Some(verdict) = mark.verdict {
            canvas.text(
                WIDTH - MARGIN,
                y,
                verdict.words(),
                lettering.align(Align::Right),
            );
        }
    }
}

/// Of the mark, and how the verdict is lettered.
fn colours(verdict: Option<Verdict>) -> (plotters::style::RGBColor, Lettering) {
    let plain = Lettering::plain(TICK_SIZE, QUIET);
    match verdict {
        Some(Verdict::Better) => (
            theme::BETTER,
            Lettering::plain(TICK_SIZE, theme::BETTER).bold(),
        ),
        Some(Verdict::Worse) => (
            theme::WORSE,
            Lettering::plain(TICK_SIZE, theme::WORSE_TEXT).bold(),
        ),
        Some(Verdict::Higher | Verdict::Lower) => (INK, Lettering::plain(TICK_SIZE, INK).bold()),
        Some(Verdict::CannotTell) | None => (QUIET, plain),
    }
}

fn paint_mark(
    panel: &Panel<'_>,
    percent: Estimate,
    y: f64,
    shape: Marker,
    colour: plotters::style::RGBColor,
    verdict: Option<Verdict>,
) {
    let canvas = panel.canvas;
    let within = |value: f64| panel.x_at(value.clamp(panel.x_data.start, panel.x_data.end));
    if percent.low.is_finite() && percent.high.is_finite() {
        let (from, to) = (within(percent.low), within(percent.high));
        canvas.line(&[(from, y), (to, y)], Stroke::solid(colour, 2.0));
        // Ends that the point would hide are left out.
        let ends = if to - from > 4.0 * theme::MARKER_RADIUS {
            vec![from, to]
        } else {
            Vec::new()
        };
        for end in ends {
            canvas.line(
                &[(end, y - 4.0), (end, y + 4.0)],
                Stroke::solid(colour, 1.5),
            );
        }
    }
    if percent.mean.abs() > panel.x_data.end {
        // Beyond the axis: an arrow at its end, the value is in the text.
        let (end, back) = if percent.mean > 0.0 {
            (panel.x.end, -7.0)
        } else {
            (panel.x.start, 7.0)
        };
        canvas.line(
            &[(end + back, y - 5.0), (end, y), (end + back, y + 5.0)],
            Stroke::solid(colour, 2.0),
        );
        return;
    }
    canvas.marker(
        within(percent.mean),
        y,
        shape,
        colour,
        verdict != Some(Verdict::CannotTell),
    );
}
