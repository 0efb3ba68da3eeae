//! Rows of values with intervals on one axis, as points or as bars from a base: rankings, shares, swings, uncertainty.
//!
//! Knows nothing of what the rows are; whoever asks for the chart gives all words.

use crate::report::format::{exact, number};

use super::canvas::{Canvas, Lettering, Panel, Stroke};
use super::theme::{self, AXIS, INK, LABEL_SIZE, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis, text};

/// Room for names: as the longest needs, within these.
const NAMES: (f64, f64) = (160.0, 330.0);
const NOTES: f64 = 150.0;
const MARK: f64 = 16.0;
const ROW_GAP: f64 = 10.0;
const KEY: f64 = 26.0;
const BAR: f64 = 10.0;

/// A value with its interval; ends that are not finite are not drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Position in the key.
    pub series: usize,
    pub is_hollow: bool,
    /// For the pointer and the table.
    pub words: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub name: String,
    pub marks: Vec<Mark>,
    /// Small dots on the row, for single values.
    pub dots: Vec<f64>,
    /// At the right.
    pub note: String,
}

/// A vertical line with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Guide {
    pub at: f64,
    pub words: String,
}

pub struct Ranges {
    pub title: String,
    pub subtitle: String,
    pub read: &'static str,
    pub axis: String,
    /// What the rows are, for the table.
    pub rows_are: &'static str,
    pub key: Vec<String>,
    pub rows: Vec<Row>,
    /// Bars from here to the value instead of points.
    pub bars_from: Option<f64>,
    pub guides: Vec<Guide>,
    /// Rows beyond these are in the table only.
    pub most_rows: usize,
}

/// None without rows.
pub fn draw(ranges: &Ranges) -> Option<Drawing<'_>> {
    let shown = &ranges.rows[..ranges.rows.len().min(ranges.most_rows)];
    if shown.is_empty() {
        return None;
    }
    let rows: f64 = shown.iter().map(height).sum();
    let subtitle = match ranges.rows.len() - shown.len() {
        0 => ranges.subtitle.clone(),
        more => format!("{} The table has {more} more rows.", ranges.subtitle),
    };
    let guides = if ranges.guides.is_empty() { 0.0 } else { 16.0 };
    Some(Drawing {
        title: ranges.title.clone(),
        subtitle,
        read: ranges.read,
        alt: format!("{} The table has the values.", ranges.title),
        table: table(ranges),
        height: KEY + guides + rows + axis::TICKS_ROOM + axis::TITLE_ROOM + 10.0,
        paint: Box::new(move |canvas, top| paint(canvas, ranges, shown, top, guides)),
    })
}

fn height(row: &Row) -> f64 {
    row.marks.len().max(1) as f64 * MARK + ROW_GAP
}

fn table(ranges: &Ranges) -> ChartTable {
    let columns = [ranges.rows_are, "What", "Value", "Low", "High", "Note"];
    let finite = |value: f64| match value.is_finite() {
        true => exact(value),
        false => String::new(),
    };
    let rows = ranges.rows.iter().flat_map(|row| {
        row.marks.iter().map(|mark| {
            vec![
                row.name.clone(),
                ranges.key[mark.series].clone(),
                exact(mark.value),
                finite(mark.low),
                finite(mark.high),
                row.note.clone(),
            ]
        })
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// Ends of the axis: all that is drawn, without dots far out.
fn reach(ranges: &Ranges, shown: &[Row]) -> (f64, f64) {
    let marks = shown.iter().flat_map(|row| &row.marks);
    let ends = marks.flat_map(|mark| [mark.low, mark.value, mark.high]);
    let dots = shown.iter().flat_map(|row| row.dots.iter().copied());
    let guides = ranges.guides.iter().map(|guide| guide.at);
    let all = ends.chain(dots).chain(guides).chain(ranges.bars_from);
    let (low, high) = all
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    match low < high {
        true => (low, high),
        false => (low - 1.0, low + 1.0),
    }
}

fn paint(canvas: &Canvas, ranges: &Ranges, shown: &[Row], top: f64, guides: f64) {
    key(canvas, ranges, top);
    let (low, high) = reach(ranges, shown);
    let ticks = axis::ticks(low, high, 7.0);
    let first = top + KEY + guides;
    let rows: f64 = shown.iter().map(height).sum();
    let right = match shown.iter().all(|row| row.note.is_empty()) {
        true => WIDTH - MARGIN - 12.0,
        false => WIDTH - MARGIN - NOTES,
    };
    let longest = shown
        .iter()
        .map(|row| text::width(&row.name, LABEL_SIZE, false));
    let names = (longest.fold(0.0, f64::max) + 14.0).clamp(NAMES.0, NAMES.1);
    let panel = canvas.panel(
        MARGIN + names..right,
        first..first + rows,
        ticks[0]..ticks[ticks.len() - 1],
        0.0..1.0,
    );
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::x_title(&panel, &ranges.axis);
    for guide in &ranges.guides {
        guide_line(&panel, guide);
    }
    if let Some(base) = ranges.bars_from {
        let x = panel.x_at(base);
        let stroke = Stroke::solid(AXIS, theme::GRID_WIDTH);
        canvas.line(&[(x, panel.y.start), (x, panel.y.end)], stroke);
    }
    let mut y = first;
    for row in shown {
        let height = height(row);
        let middle = y + height / 2.0;
        let name = text::shorten(&row.name, LABEL_SIZE, false, names - 10.0);
        canvas.text(MARGIN, middle, &name, Lettering::plain(LABEL_SIZE, INK));
        let note = text::shorten(&row.note, TICK_SIZE, false, NOTES - 14.0);
        let lettering = Lettering::plain(TICK_SIZE, QUIET);
        canvas.text(panel.x.end + 14.0, middle, &note, lettering);
        for &dot in &row.dots {
            let x = panel.x_at(dot);
            let stroke = Stroke::solid(theme::series(2).colour, 1.0);
            canvas.line(&[(x, middle - 5.0), (x, middle + 5.0)], stroke);
        }
        for (nth, mark) in row.marks.iter().enumerate() {
            let at = y + ROW_GAP / 2.0 + (nth as f64 + 0.5) * MARK;
            paint_mark(&panel, ranges, &row.name, mark, at);
        }
        y += height;
    }
}

fn key(canvas: &Canvas, ranges: &Ranges, top: f64) {
    let mut x = MARGIN + 6.0;
    let y = top + 9.0;
    for (series, words) in ranges.key.iter().enumerate() {
        let style = theme::series(series);
        match ranges.bars_from {
            Some(_) => canvas.rectangle(x - 5.0..x + 7.0, y - 5.0..y + 5.0, style.colour),
            None => canvas.marker(x, y, style.marker, style.colour, true),
        }
        let lettering = Lettering::plain(TICK_SIZE, style.text);
        canvas.text(x + 12.0, y, words, lettering);
        x += 36.0 + text::width(words, TICK_SIZE, false);
    }
}

fn guide_line(panel: &Panel<'_>, guide: &Guide) {
    let x = panel.x_at(guide.at);
    let stroke = Stroke {
        colour: STANDARD,
        width: 1.5,
        dash: "5 3",
    };
    let ends = [(x, panel.y.start - 4.0), (x, panel.y.end)];
    panel.canvas.line(&ends, stroke);
    let width = text::width(&guide.words, TICK_SIZE, false);
    let at = (x - width / 2.0).clamp(MARGIN, WIDTH - MARGIN - width);
    let lettering = Lettering::plain(TICK_SIZE, STANDARD);
    panel
        .canvas
        .text(at, panel.y.start - 12.0, &guide.words, lettering);
}

fn paint_mark(panel: &Panel<'_>, ranges: &Ranges, name: &str, mark: &Mark, y: f64) {
    let canvas = panel.canvas;
    let style = theme::series(mark.series);
    let words = match mark.words.is_empty() {
        true => format!(
            "{name}, {}: {}",
            ranges.key[mark.series],
            number(mark.value)
        ),
        false => format!("{name}, {}: {}", ranges.key[mark.series], mark.words),
    };
    canvas.tip(&words, || {
        let x = panel.x_at(mark.value);
        if let Some(base) = ranges.bars_from {
            let from = panel.x_at(base);
            let half = BAR / 2.0;
            canvas.rectangle(from.min(x)..from.max(x), y - half..y + half, style.colour);
        }
        if mark.low.is_finite() && mark.high.is_finite() {
            let (low, high) = (panel.x_at(mark.low), panel.x_at(mark.high));
            let colour = if ranges.bars_from.is_some() {
                INK
            } else {
                style.colour
            };
            let width = if ranges.bars_from.is_some() {
                1.2
            } else {
                theme::LINE_WIDTH
            };
            let stroke = Stroke::solid(colour, width);
            canvas.line(&[(low, y), (high, y)], stroke);
            for end in [low, high] {
                canvas.line(&[(end, y - 3.5), (end, y + 3.5)], stroke);
            }
        }
        if ranges.bars_from.is_none() {
            canvas.marker(x, y, style.marker, style.colour, !mark.is_hollow);
        }
    });
}
