//! Control charts (XmR) of what was published before a run, with one simulated course after it.
//!
//! Limits come from the published months alone: replications differ by design, so limits on them would mean nothing.

use plotters::style::RGBColor;

use crate::experiment::history::Traced;
use crate::report::format::number;
use crate::stats::control::{Limits, Sign, Special};
use crate::uec::history::MonthNumber;
use crate::uec::model::Better;

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::months::{Frame, Grid};
use super::theme::{self, INK, LINE_WIDTH, MARGIN, Marker, QUIET, TICK_SIZE};
use super::{Chart, ChartTable, Drawing, frame};

const READ: &str = "points are published months, with their mean and the limits at 2.66 mean moving ranges: within these, chance explains a month. A triangle \
                    is a sign of a special cause (beyond a limit; seven on one side of the mean or all rising or falling; two of three near a limit), up \
                    for high and down for low. The shaded months are simulated: one replication, set against the limits of the past, which are not redrawn.";
const KEY: f64 = 26.0;
/// Fewer months give no limits worth drawing.
const LEAST_MONTHS: usize = 12;

/// A month with what it is a sign of.
struct Point {
    month: MonthNumber,
    value: f64,
    special: Option<Special>,
    is_simulated: bool,
}

/// A series with its limits.
struct Row<'t> {
    traced: &'t Traced,
    limits: Limits,
    points: Vec<Point>,
}

/// None without a series that has twelve published months before the run.
pub fn draw(traced: &[Traced]) -> Option<Chart> {
    let rows: Vec<Row> = traced.iter().filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    let grid = Grid {
        n_columns: 1,
        n_panels: rows.len(),
    };
    let drawing = Drawing {
        title: finding(&rows),
        subtitle: "By month; n is the number of published months before the run, of which the limits are. The simulated months are one replication. Units stand beside the names."
            .to_owned(),
        read: READ,
        alt: format!(
            "{} control charts of published months, followed by simulated ones. The table has the values.",
            rows.len()
        ),
        table: table(&rows),
        height: KEY + grid.height(),
        paint: Box::new(move |canvas, top| {
            key(canvas, top);
            for (at, row) in rows.iter().enumerate() {
                panel(canvas, row, grid, at, top + KEY);
            }
        }),
    };
    Some(frame::compose("control", "", drawing))
}

fn row(traced: &Traced) -> Option<Row<'_>> {
    let past = traced.past();
    if past.len() < LEAST_MONTHS {
        return None;
    }
    let values: Vec<f64> = past.iter().map(|(_, value)| *value).collect();
    let limits = Limits::of(&values)?;
    let path: Vec<f64> = traced.months.iter().map(|month| month.path).collect();
    // A course of its own: signs do not run on from what was published.
    let specials = limits
        .specials(&values)
        .into_iter()
        .chain(limits.specials(&path));
    let months = past.iter().map(|(month, _)| (*month, false));
    let months = months.chain(traced.months.iter().map(|month| (month.month, true)));
    let points = months.zip(values.iter().chain(&path)).zip(specials);
    let points = points.map(|(((month, is_simulated), value), special)| Point {
        month,
        value: *value,
        special,
        is_simulated,
    });
    Some(Row {
        traced,
        limits,
        points: points.collect(),
    })
}

fn finding(rows: &[Row<'_>]) -> String {
    let leaves = |row: &&Row<'_>| {
        let mut simulated = row.points.iter().filter(|point| point.is_simulated);
        simulated.any(|point| {
            point
                .special
                .is_some_and(|special| special.sign == Sign::Outside)
        })
    };
    let n = rows.iter().filter(leaves).count();
    let all = match rows.len() {
        1 => "the only series".to_owned(),
        n => format!("{n} series"),
    };
    match n {
        0 => format!("Simulated months stay within the limits of the past in {all}"),
        _ if rows.len() == 1 => "Simulated months leave the limits of the past".to_owned(),
        n => format!("Simulated months leave the limits of the past in {n} of {all}"),
    }
}

fn words(special: Special) -> String {
    let side = if special.is_high { "high" } else { "low" };
    match special.sign {
        Sign::Outside => format!("beyond the limit, {side}"),
        Sign::Shift => format!("seven on one side of the mean, {side}"),
        Sign::Trend if special.is_high => "seven rising".to_owned(),
        Sign::Trend => "seven falling".to_owned(),
        Sign::NearLimit => format!("two of three near the limit, {side}"),
    }
}

fn table(rows: &[Row<'_>]) -> ChartTable {
    let columns = [
        "Series",
        "Unit",
        "Month",
        "Kind",
        "Value",
        "Mean",
        "Lower limit",
        "Upper limit",
        "Sign",
    ];
    let cells = rows.iter().flat_map(|row| {
        row.points.iter().map(|point| {
            let kind = if point.is_simulated {
                "simulated"
            } else {
                "published"
            };
            vec![
                row.traced.series.name.clone(),
                row.traced.series.unit.clone(),
                point.month.written(),
                kind.to_owned(),
                number(point.value),
                number(row.limits.mean),
                number(row.limits.low),
                number(row.limits.high),
                point.special.map_or_else(String::new, words),
            ]
        })
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: cells.collect(),
    }
}

/// Shape and colour of a point; light colours have a dark edge.
fn look(special: Option<Special>, better: Better) -> (Marker, RGBColor) {
    let Some(special) = special else {
        return (Marker::Circle, theme::COMMON_CAUSE);
    };
    let marker = match special.is_high {
        true => Marker::Triangle,
        false => Marker::TriangleDown,
    };
    let colour = match (better, special.is_high) {
        (Better::Neither, _) => theme::NEUTRAL_SIGN,
        (Better::Higher, true) | (Better::Lower, false) => theme::IMPROVEMENT,
        (Better::Higher, false) | (Better::Lower, true) => theme::CONCERN,
    };
    (marker, colour)
}

fn mark(canvas: &Canvas, at: (f64, f64), (marker, colour): (Marker, RGBColor)) {
    let edge = match marker {
        Marker::Circle => Stroke::solid(theme::PAPER, 1.0),
        _ => Stroke::solid(INK, 1.2),
    };
    canvas.edged_marker(at, marker, colour, edge);
}

fn key(canvas: &Canvas, top: f64) {
    let y = top + 8.0;
    let plain = Lettering::plain(TICK_SIZE, QUIET);
    let mut x = MARGIN + 6.0;
    let high = |better| {
        look(
            Some(Special {
                sign: Sign::Outside,
                is_high: true,
            }),
            better,
        )
    };
    for (look, name, room) in [
        (look(None, Better::Neither), "common cause", 106.0),
        (high(Better::Higher), "for the better", 104.0),
        (high(Better::Lower), "for the worse", 104.0),
        (high(Better::Neither), "neither", 66.0),
    ] {
        mark(canvas, (x, y), look);
        canvas.text(x + 10.0, y, name, plain);
        x += room;
    }
    canvas.line(&[(x, y), (x + 20.0, y)], Stroke::solid(INK, 1.0));
    canvas.text(x + 26.0, y, "mean", plain);
    x += 74.0;
    canvas.line(&[(x, y), (x + 20.0, y)], limit_stroke());
    canvas.text(x + 26.0, y, "limits", plain);
    x += 76.0;
    canvas.rectangle(x..x + 20.0, y - 7.0..y + 7.0, theme::band(0, 5).0);
    canvas.text(x + 26.0, y, "simulated, one replication", plain);
}

fn limit_stroke() -> Stroke {
    Stroke {
        colour: theme::COMMON_CAUSE,
        width: 1.2,
        dash: "5 3",
    }
}

fn panel(canvas: &Canvas, row: &Row<'_>, grid: Grid, at: usize, top: f64) {
    let (limits, points) = (row.limits, &row.points);
    let values = || {
        points
            .iter()
            .map(|point| point.value)
            .chain([limits.low, limits.high])
    };
    let n = points.iter().filter(|point| !point.is_simulated).count();
    let (first, last) = (points[0].month, points[points.len() - 1].month);
    let frame = Frame {
        title: &row.traced.series.name,
        unit: format!("{} (n = {n})", row.traced.series.unit),
        first,
        last,
        values: values().fold(f64::INFINITY, f64::min)..values().fold(f64::NEG_INFINITY, f64::max),
    };
    let drawn = grid.panel(canvas, at, top, &frame);
    let x = |month: MonthNumber| f64::from(month.0 - first.0);
    let simulated_from = row.traced.months[0].month;
    shade(&drawn, x(simulated_from) - 0.5);
    for (value, stroke) in [
        (limits.mean, Stroke::solid(INK, 1.0)),
        (limits.low, limit_stroke()),
        (limits.high, limit_stroke()),
    ] {
        drawn.line(
            vec![(drawn.x_data.start, value), (drawn.x_data.end, value)],
            stroke,
        );
    }
    for is_simulated in [false, true] {
        let line = points
            .iter()
            .filter(|point| point.is_simulated == is_simulated);
        let line = line.map(|point| (x(point.month), point.value)).collect();
        let dash = if is_simulated { "3 3" } else { "" };
        drawn.line(
            line,
            Stroke {
                colour: theme::COMMON_CAUSE,
                width: LINE_WIDTH * 0.75,
                dash,
            },
        );
    }
    for point in points {
        let kind = if point.is_simulated {
            "simulated"
        } else {
            "published"
        };
        let sign = point
            .special
            .map_or_else(String::new, |special| format!(", {}", words(special)));
        let tip = format!(
            "{}: {} {kind}{sign}",
            point.month.written(),
            number(point.value)
        );
        let at = (drawn.x_at(x(point.month)), drawn.y_at(point.value));
        canvas.tip(&tip, || {
            mark(canvas, at, look(point.special, row.traced.better))
        });
    }
}

/// The simulated months, said in words on the shade.
fn shade(drawn: &Panel<'_>, from: f64) {
    let canvas = drawn.canvas;
    let x = drawn.x_at(from);
    let corners = [
        (x, drawn.y.start),
        (drawn.x.end, drawn.y.start),
        (drawn.x.end, drawn.y.end),
        (x, drawn.y.end),
    ];
    canvas.band(&corners, theme::band(0, 5).0, 0.6);
    let lettering = Lettering::plain(TICK_SIZE, INK).align(Align::Right).halo();
    canvas.text(
        drawn.x.end - 4.0,
        drawn.y.start - 7.0,
        "simulated",
        lettering,
    );
}
