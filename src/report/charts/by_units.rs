//! A measure against the number of units: what each number gives, and under it what each further step brings.

use crate::report::format::{exact, exact_or_empty, number, unit_of_difference};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, INK, LINE_WIDTH, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis};

const HEAD: f64 = 26.0;
const PLOT: f64 = 240.0;
const GAINS: f64 = 120.0;
const LEFT: f64 = 66.0;
const FOOT: f64 = axis::TICKS_ROOM + axis::TITLE_ROOM + 10.0;

/// A number of units that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitPoint {
    pub units: f64,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub n: u32,
    /// Position in the theme: 0 meets the target, 1 does not, 2 is undecided.
    pub series: usize,
    /// What was found, or nothing.
    pub words: String,
    /// What the step to this number brought, with its interval; more is better.
    pub gain: Option<(f64, f64, f64)>,
}

pub struct ByUnits {
    pub title: String,
    pub subtitle: String,
    pub read: &'static str,
    pub measure: String,
    pub unit: String,
    /// Title of the axis of units.
    pub units: String,
    pub points: Vec<UnitPoint>,
    /// With its words.
    pub target: Option<(f64, String)>,
    /// Words of the series that are used.
    pub key: Vec<(usize, String)>,
    /// A line through the points.
    pub is_joined: bool,
}

/// None without points.
pub fn draw(chart: &ByUnits) -> Option<Drawing<'_>> {
    if chart.points.is_empty() {
        return None;
    }
    let gains = match has_gains(chart) {
        true => HEAD + GAINS + FOOT,
        false => 0.0,
    };
    let key = if chart.key.is_empty() { 0.0 } else { 22.0 };
    Some(Drawing {
        title: chart.title.clone(),
        subtitle: chart.subtitle.clone(),
        read: chart.read,
        alt: format!("{} The table has the values.", chart.title),
        table: table(chart),
        height: key + HEAD + PLOT + FOOT + gains,
        paint: Box::new(move |canvas, top| {
            key_line(canvas, chart, top);
            values(canvas, chart, top + key);
            if has_gains(chart) {
                steps(canvas, chart, top + key + HEAD + PLOT + FOOT);
            }
        }),
    })
}

fn has_gains(chart: &ByUnits) -> bool {
    chart.points.iter().any(|point| point.gain.is_some())
}

fn table(chart: &ByUnits) -> ChartTable {
    let columns = [
        chart.units.as_str(),
        "Value",
        "Low",
        "High",
        "n",
        "Found",
        "Step brings",
        "Step low",
        "Step high",
    ];
    let finite = |value: f64| exact_or_empty(Some(value).filter(|value| value.is_finite()));
    let rows = chart.points.iter().map(|point| {
        vec![
            exact(point.units),
            exact(point.value),
            finite(point.low),
            finite(point.high),
            point.n.to_string(),
            point.words.clone(),
            exact_or_empty(point.gain.map(|gain| gain.0)),
            exact_or_empty(point.gain.map(|gain| gain.1)),
            exact_or_empty(point.gain.map(|gain| gain.2)),
        ]
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn key_line(canvas: &Canvas, chart: &ByUnits, top: f64) {
    let mut x = MARGIN + 6.0;
    for (series, words) in &chart.key {
        let style = theme::series(*series);
        canvas.marker(x, top + 8.0, style.marker, style.colour, true);
        canvas.text(
            x + 10.0,
            top + 8.0,
            words,
            Lettering::plain(TICK_SIZE, style.text),
        );
        x += 34.0 + super::text::width(words, TICK_SIZE, false);
    }
}

fn panel<'c>(
    canvas: &'c Canvas,
    chart: &ByUnits,
    top: f64,
    height: f64,
    ticks: &[f64],
) -> Panel<'c> {
    let units = chart.points.iter().map(|point| point.units);
    let first = units.clone().fold(f64::INFINITY, f64::min);
    let last = units.fold(f64::NEG_INFINITY, f64::max).max(first + 1e-9);
    let margin = 0.04 * (last - first).max(1.0);
    let panel = canvas.panel(
        LEFT..WIDTH - MARGIN - 24.0,
        top + HEAD..top + HEAD + height,
        first - margin..last + margin,
        ticks[0]..ticks[ticks.len() - 1],
    );
    axis::y_axis(&panel, ticks, |tick| axis::tick_text(tick, ticks));
    // Units come in whole numbers.
    let is_whole = chart.points.iter().all(|point| point.units.fract() == 0.0);
    let at_most = if is_whole {
        (last - first).clamp(1.0, 14.0)
    } else {
        14.0
    };
    let across: Vec<f64> = axis::ticks(first, last, at_most)
        .into_iter()
        .filter(|tick| *tick >= first - 1e-9 && *tick <= last + 1e-9)
        .collect();
    axis::x_axis(&panel, &across, |tick| axis::tick_text(tick, &across));
    axis::x_title(&panel, &chart.units);
    panel
}

fn values(canvas: &Canvas, chart: &ByUnits, top: f64) {
    axis::heading(
        canvas,
        MARGIN,
        top + 8.0,
        &format!("{} ", chart.measure),
        &chart.unit,
    );
    let ends = chart
        .points
        .iter()
        .flat_map(|point| [point.low, point.value, point.high]);
    let target = chart.target.iter().map(|(at, _)| *at);
    let (low, high) = ends
        .chain(target)
        .filter(|end| end.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| {
            (low.min(end), high.max(end))
        });
    let ticks = axis::ticks(low, high.max(low + 1e-9), 6.0);
    let panel = panel(canvas, chart, top, PLOT, &ticks);
    if let Some((at, words)) = &chart.target {
        let y = panel.y_at(*at);
        let stroke = Stroke {
            colour: STANDARD,
            width: 1.5,
            dash: "5 3",
        };
        canvas.line(&[(panel.x.start, y), (panel.x.end, y)], stroke);
        // Above the plot, where no point is in its way.
        let lettering = Lettering::plain(TICK_SIZE, STANDARD).align(Align::Right);
        canvas.text(panel.x.end, top + 8.0, words, lettering);
    }
    if chart.is_joined {
        let line = |pick: fn(&UnitPoint) -> f64| {
            let points = chart.points.iter().filter(|point| pick(point).is_finite());
            points
                .map(|point| (point.units, pick(point)))
                .collect::<Vec<_>>()
        };
        let colour = theme::series(0).colour;
        panel.ribbon(&line(|point| point.low), &line(|point| point.high), colour);
        panel.line(line(|point| point.value), Stroke::solid(colour, LINE_WIDTH));
    }
    for point in &chart.points {
        let style = theme::series(point.series);
        let x = panel.x_at(point.units);
        if point.low.is_finite() {
            let bar = [(x, panel.y_at(point.low)), (x, panel.y_at(point.high))];
            canvas.line(&bar, Stroke::solid(style.colour, 1.5));
        }
        let words = format!(
            "{}: {} {}, n = {}",
            number(point.units),
            number(point.value),
            chart.unit,
            point.n
        );
        canvas.tip(&words, || {
            canvas.marker(x, panel.y_at(point.value), style.marker, style.colour, true);
        });
    }
}

fn steps(canvas: &Canvas, chart: &ByUnits, top: f64) {
    axis::heading(
        canvas,
        MARGIN,
        top + 8.0,
        "What the step to this number brings ",
        &format!("{}, more is better", unit_of_difference(&chart.unit)),
    );
    let gains = || {
        chart
            .points
            .iter()
            .filter_map(|point| Some((point.units, point.gain?)))
    };
    let ends = gains().flat_map(|(_, (value, low, high))| [value, low, high]);
    let (low, high) = ends
        .filter(|end| end.is_finite())
        .fold((0.0, 1e-9), |(low, high): (f64, f64), end| {
            (low.min(end), high.max(end))
        });
    let ticks = axis::ticks(low, high, 4.0);
    let panel = panel(canvas, chart, top, GAINS, &ticks);
    let zero = panel.y_at(0.0);
    canvas.line(
        &[(panel.x.start, zero), (panel.x.end, zero)],
        Stroke::solid(INK, 1.0),
    );
    for (units, (value, low, high)) in gains() {
        let x = panel.x_at(units);
        let is_told = low > 0.0 || high < 0.0;
        let style = theme::series(if is_told { 0 } else { 3 });
        if low.is_finite() {
            let bar = [(x, panel.y_at(low)), (x, panel.y_at(high))];
            canvas.line(&bar, Stroke::solid(style.colour, 1.5));
        }
        canvas.marker(x, panel.y_at(value), style.marker, style.colour, is_told);
    }
    let words = "hollow: cannot be told from nothing";
    let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Right);
    canvas.text(panel.x.end, top + 8.0, words, lettering);
}
