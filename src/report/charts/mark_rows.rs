//! Rows that share an axis in percent: a name, a point with its interval for each scenario, the values in words.
//!
//! It knows neither what a row is of nor what the percentages are of: whoever uses it says so in the words of the axis.

use crate::experiment::results::Estimate;
use crate::report::findings::Finding;
use crate::report::findings::{difference, interval};
use crate::report::format::{Verdict, number, quantity};
use crate::report::subject::Subject;

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::labels::scenario_key;
use super::theme::{
    self, AXIS, INK, LABEL_SIZE, MARGIN, Marker, PANEL_TITLE_SIZE, QUIET, TICK_SIZE, WIDTH,
};
use super::{axis, text};

const HEADER_ROOM: f64 = 24.0;
const HEADING_ROOM: f64 = 28.0;
const LINE: f64 = 16.0;
const ROW_GAP: f64 = 12.0;
const NAMES_WIDTH: f64 = 218.0;
const VALUES_WIDTH: f64 = 268.0;
/// The axis ends here at the latest; what lies beyond is marked with an arrow.
const MOST_PERCENT: f64 = 100.0;

pub struct MarkRow {
    /// Above the row, where a group of rows begins.
    pub heading: Option<String>,
    /// Lines that fit.
    name: Vec<String>,
    /// One for each alternative, or one for the single scenario.
    pub marks: Vec<Mark>,
}

pub struct Mark {
    pub scenario: usize,
    /// None where there is nothing to take percent of.
    pub percent: Option<Estimate>,
    pub values: String,
    /// For want of room.
    pub without_unit: String,
    pub verdict: Option<Verdict>,
}

/// Titles of the columns.
pub struct Words {
    pub rows: &'static str,
    pub axis: &'static str,
    pub values: String,
}

impl MarkRow {
    pub fn new(name: &str, marks: Vec<Mark>) -> Self {
        Self {
            heading: None,
            name: text::wrap(name, LABEL_SIZE, false, NAMES_WIDTH - 12.0),
            marks,
        }
    }
}

/// The paired difference of an alternative from the baseline, in percent of the baseline.
pub fn difference_mark(finding: &Finding<'_>, scenario: usize) -> Option<Mark> {
    let row = finding.differences[scenario]?;
    let base = row.baseline.mean.abs();
    let percent = (base > 0.0).then(|| row.difference.times(100.0 / base));
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

/// A value of the only scenario with its interval, in percent of `base` from it.
pub fn value_mark(finding: &Finding<'_>, estimate: Estimate, base: f64) -> Mark {
    let from_base = Estimate {
        mean: estimate.mean - base,
        low: estimate.low - base,
        high: estimate.high - base,
        ..estimate
    };
    let percent = (base.abs() > 0.0).then(|| from_base.times(100.0 / base.abs()));
    let interval = interval(&estimate);
    Mark {
        scenario: 0,
        percent,
        values: format!("{} ({interval})", quantity(estimate.mean, &finding.unit)),
        without_unit: format!("{} ({interval})", number(estimate.mean)),
        verdict: None,
    }
}

/// Of the whole plot.
pub fn height(subject: &Subject<'_>, rows: &[&MarkRow]) -> f64 {
    plot_top(subject)
        + rows.iter().map(|row| row_height(row)).sum::<f64>()
        + axis::TICKS_ROOM
        + axis::TITLE_ROOM
}

fn plot_top(subject: &Subject<'_>) -> f64 {
    HEADER_ROOM
        + if subject.scenarios.len() > 2 {
            24.0
        } else {
            0.0
        }
}

/// With its heading.
fn row_height(row: &MarkRow) -> f64 {
    let heading = if row.heading.is_some() {
        HEADING_ROOM
    } else {
        0.0
    };
    heading + row.name.len().max(row.marks.len()) as f64 * LINE + ROW_GAP
}

/// Percent at the end of the axis: round, symmetric, and no more than `MOST_PERCENT`.
fn reach(rows: &[&MarkRow]) -> f64 {
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

pub fn paint(canvas: &Canvas, subject: &Subject<'_>, words: &Words, rows: &[&MarkRow], top: f64) {
    let rows_top = top + plot_top(subject);
    let bottom = rows_top + rows.iter().map(|row| row_height(row)).sum::<f64>();
    let reach = reach(rows);
    let x = MARGIN + NAMES_WIDTH..WIDTH - MARGIN - VALUES_WIDTH;
    let panel = canvas.panel(x, rows_top..bottom, -reach..reach, 0.0..1.0);
    if subject.scenarios.len() > 2 {
        scenario_key(canvas, subject.alternatives(), 1, MARGIN, top + 9.0);
    }
    paint_header(
        canvas,
        subject,
        words,
        &panel,
        rows_top - HEADER_ROOM / 2.0 - 2.0,
    );
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
    axis::x_title(&panel, words.axis);
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

fn paint_header(canvas: &Canvas, subject: &Subject<'_>, words: &Words, panel: &Panel<'_>, y: f64) {
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    canvas.text(MARGIN, y, words.rows, quiet);
    let room = VALUES_WIDTH - 14.0 - if subject.is_comparison() { 76.0 } else { 0.0 };
    canvas.text(
        panel.x.end + 14.0,
        y,
        &text::shorten(&words.values, TICK_SIZE, false, room),
        quiet,
    );
    if subject.is_comparison() {
        canvas.text(WIDTH - MARGIN, y, "Verdict", quiet.align(Align::Right));
    }
}

fn paint_row(panel: &Panel<'_>, subject: &Subject<'_>, row: &MarkRow, top: f64) {
    let canvas = panel.canvas;
    let heading = row.heading.as_ref().map_or(0.0, |heading| {
        let y = top + HEADING_ROOM - 9.0;
        // The axis lines end for a heading to stand alone.
        canvas.rectangle(MARGIN..WIDTH - MARGIN, y - 10.0..y + 10.0, theme::PAPER);
        let bold = Lettering::plain(PANEL_TITLE_SIZE, INK).bold();
        canvas.text(MARGIN, y, heading, bold);
        HEADING_ROOM
    });
    let middle = top + heading + (row_height(row) - heading) / 2.0;
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
