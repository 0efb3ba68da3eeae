//! Offered load as a line against rostered capacity as a step, by hour of the week: one small plot per pool or fleet.

use crate::report::format::number;
use crate::report::offered_load::{PoolWeek, finding, when};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, INK, LINE_WIDTH, MARGIN, Marker, QUIET, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "the line is the number of units that would be busy if nobody waited, the step what is rostered. Where the line lies above the step the gap is \
                    filled, and a bar with a triangle stands below: work is put off there, and lines grow until the step is above again. An estimate before any \
                    run: every service lasts its mean time, nobody queues or gives up, and a fleet's units come \
                    from the nearest station.";
const LEFT: f64 = 44.0;
const GAP: f64 = 58.0;
const PLOT: f64 = 84.0;
const HEADING: f64 = 40.0;
/// For the bars of short hours, between the plot and the names of the days.
const BARS: f64 = 14.0;
const ROW: f64 = HEADING + PLOT + BARS + axis::TICKS_ROOM + 12.0;
const KEY: f64 = 26.0;
/// More would be a page that nobody reads: the others are in the table.
pub const MOST_PLOTS: usize = 24;

/// None if nobody comes to any pool. `weeks` come in the order in which they are drawn.
pub fn draw(weeks: &[PoolWeek<'_>], scenario: &str) -> Option<Chart> {
    if weeks.is_empty() {
        return None;
    }
    let shown = &weeks[..weeks.len().min(MOST_PLOTS)];
    let which = match weeks.len() > shown.len() {
        true => format!(
            "the {} of {} with most short hours, then the highest load",
            shown.len(),
            weeks.len()
        ),
        false => "all that patients come to or call".to_owned(),
    };
    let drawing = Drawing {
        title: finding(weeks),
        subtitle: format!("{scenario}: units wanted and rostered by hour of the week; {which}."),
        read: READ,
        alt: format!(
            "{} small plots of offered load and capacity over the week. {}. The table has the values.",
            shown.len(),
            finding(weeks)
        ),
        table: table(weeks),
        height: KEY + shown.len().div_ceil(2) as f64 * ROW - 12.0,
        paint: Box::new(move |canvas, top| {
            key(canvas, top);
            let width = (WIDTH - 2.0 * MARGIN - LEFT - GAP) / 2.0;
            for (at, week) in shown.iter().enumerate() {
                let x = MARGIN + LEFT + (at % 2) as f64 * (width + GAP);
                paint_week(
                    canvas,
                    week,
                    x..x + width,
                    top + KEY + (at / 2) as f64 * ROW,
                );
            }
        }),
    };
    Some(frame::compose("load", "", drawing))
}

fn table(weeks: &[PoolWeek<'_>]) -> ChartTable {
    let columns = [
        "Pool or fleet",
        "Units wanted, mean",
        "Units rostered, mean",
        "Load",
        "Hours short",
        "Worst hour",
    ];
    let rows = weeks.iter().map(|week| {
        let percent = week.percent();
        vec![
            week.name.clone(),
            number(week.load.mean_offered()),
            number(week.load.mean_capacity()),
            percent.map_or_else(String::new, |percent| format!("{} %", number(percent))),
            week.load.hours_short().to_string(),
            week.worst().unwrap_or_default(),
        ]
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn key(canvas: &Canvas, top: f64) {
    let y = top + 8.0;
    let mut x = MARGIN;
    let mut name = |words: &str, draw: &dyn Fn(f64)| {
        draw(x);
        canvas.text(x + 30.0, y, words, Lettering::plain(TICK_SIZE, INK));
        x += 30.0 + text::width(words, TICK_SIZE, false) + 24.0;
    };
    name("units wanted", &|x| {
        canvas.line(&[(x, y), (x + 24.0, y)], offered());
    });
    name("units rostered", &|x| {
        let up = [
            (x, y + 4.0),
            (x + 12.0, y + 4.0),
            (x + 12.0, y - 4.0),
            (x + 24.0, y - 4.0),
        ];
        canvas.line(&up, rostered());
    });
    name("more wanted than rostered", &|x| {
        canvas.rectangle(x..x + 24.0, y + 2.0..y + 6.0, theme::WORSE);
        canvas.marker(x + 12.0, y - 2.0, Marker::Triangle, theme::WORSE, true);
    });
}

fn offered() -> Stroke {
    Stroke::solid(theme::series(0).colour, LINE_WIDTH)
}

fn rostered() -> Stroke {
    Stroke::solid(theme::series(3).colour, 1.5)
}

fn paint_week(canvas: &Canvas, week: &PoolWeek<'_>, x: std::ops::Range<f64>, top: f64) {
    let load = week.load;
    let said = match load.hours_short() {
        0 => "never short".to_owned(),
        1 => "short in 1 hour".to_owned(),
        n => format!("short in {n} hours"),
    };
    let left = x.start - LEFT + 6.0;
    axis::heading(canvas, left, top + 8.0, &week.title, &said);
    let site = text::shorten(&week.site_title, TICK_SIZE, false, x.end - left);
    canvas.text(left, top + 24.0, &site, Lettering::plain(TICK_SIZE, QUIET));
    let both = load.offered.iter().chain(&load.capacity);
    let highest = both.copied().fold(0.1, f64::max);
    let ticks = axis::ticks(0.0, highest, 3.0);
    let until = ticks[ticks.len() - 1];
    let n_hours = load.offered.len() as f64;
    let y = top + HEADING..top + HEADING + PLOT;
    let panel = canvas.panel(x, y, 0.0..n_hours, 0.0..until);
    axis::y_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::week_axis(&panel, false);
    paint_gaps(&panel, week);
    let steps = load.capacity.iter().enumerate();
    let steps = steps.flat_map(|(hour, &units)| [(hour as f64, units), (hour as f64 + 1.0, units)]);
    panel.line(steps.collect(), rostered());
    let middles = load.offered.iter().enumerate();
    let middles = middles.map(|(hour, &units)| (hour as f64 + 0.5, units));
    panel.line(middles.collect(), offered());
    let under = canvas.panel(
        panel.x.clone(),
        panel.y.start..panel.y.end + BARS,
        0.0..n_hours,
        0.0..1.0,
    );
    day_names(&under);
}

/// Names of the days below the bars of short hours.
fn day_names(panel: &Panel<'_>) {
    for (day, name) in crate::report::format::DAYS.iter().enumerate() {
        let noon = panel.x_at(day as f64 * 24.0 + 12.0);
        let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Centre);
        panel
            .canvas
            .text(noon, panel.y.end + 10.0, &name[..3], lettering);
    }
}

/// Hours of the week that follow on one another and are all short.
fn short_hours(week: &PoolWeek<'_>) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for hour in (0..week.load.offered.len()).filter(|hour| week.load.is_short(*hour)) {
        match runs.last_mut() {
            Some(run) if run.end == hour => run.end += 1,
            _ => runs.push(hour..hour + 1),
        }
    }
    runs
}

/// The gaps between line and step, and what marks these hours below; triangles so close that they would cover one another are
/// left out, the bars say all.
fn paint_gaps(panel: &Panel<'_>, week: &PoolWeek<'_>) {
    let canvas = panel.canvas;
    let floor = panel.y.end;
    let mut last = f64::NEG_INFINITY;
    for hours in short_hours(week) {
        let words = format!(
            "{}: more wanted than rostered for {} h",
            when(hours.start),
            hours.len()
        );
        canvas.tip(&words, || {
            canvas.band(&gap(panel, week, hours.clone()), theme::WORSE, 0.55);
            let x = panel.x_at(hours.start as f64)..panel.x_at(hours.end as f64);
            let middle = (x.start + x.end) / 2.0;
            canvas.rectangle(x, floor + 9.0..floor + 12.0, theme::WORSE);
            if middle - last >= 2.5 * theme::MARKER_RADIUS {
                canvas.marker(middle, floor + 5.0, Marker::Triangle, theme::WORSE, true);
                last = middle;
            }
        });
    }
}

/// Along the step there and along the line back.
fn gap(panel: &Panel<'_>, week: &PoolWeek<'_>, hours: std::ops::Range<usize>) -> Vec<(f64, f64)> {
    let load = week.load;
    let step = hours.clone().flat_map(|hour| {
        let y = panel.y_at(load.capacity[hour]);
        [
            (panel.x_at(hour as f64), y),
            (panel.x_at(hour as f64 + 1.0), y),
        ]
    });
    let line = hours.rev().map(|hour| {
        let (x, y) = (hour as f64 + 0.5, load.offered[hour]);
        (panel.x_at(x), panel.y_at(y))
    });
    step.chain(line).collect()
}
