//! How far each target of a calibration is off, before and after, counted in its tolerance.

use crate::experiment::calibrate::{Calibrated, Fitted};
use crate::experiment::results::Estimate;
use crate::report::format::number;

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "each row is a published figure; 0 is met exactly, and within the shaded band it is met within its tolerance. The hollow point is the scenario \
                    as written, the full one after the fit, with the 95 % interval of its mean.";
const ROW: f64 = 24.0;
const NAMES: f64 = 300.0;
const KEY: f64 = 26.0;
/// What lies further off is drawn at the edge, with its number.
const MOST: f64 = 6.0;

/// None if nothing was simulated.
pub fn draw(calibrated: &Calibrated, finding: &str) -> Option<Chart> {
    let rows: Vec<&Fitted> = calibrated
        .fitted
        .iter()
        .map(|&at| &calibrated.targets[at])
        .collect();
    let off = |row: &Fitted, of: Option<Estimate>| {
        of.map(|of| (of.mean - row.target.published) / row.allowed)
    };
    let all = rows
        .iter()
        .flat_map(|row| [off(row, row.before), off(row, row.after)])
        .flatten();
    let reach = all.map(f64::abs).fold(2.0, f64::max).min(MOST);
    if rows.is_empty() {
        return None;
    }
    let drawing = Drawing {
        // Why the search ended is for the page.
        title: finding.split("; ").next().unwrap_or(finding).to_owned(),
        subtitle: format!("Simulated less published, in tolerances; n = {} replications.", calibrated.results.replications.len()),
        read: READ,
        alt: "One row per published figure with a point before and one after the fit. The table has the values.".to_owned(),
        table: table(&rows),
        height: KEY + rows.len() as f64 * ROW + axis::TICKS_ROOM + axis::TITLE_ROOM + 8.0,
        paint: Box::new(move |canvas, top| paint(canvas, &rows, reach, top)),
    };
    Some(frame::compose("targets", "", drawing))
}

fn table(rows: &[&Fitted]) -> ChartTable {
    let columns = ["Figure", "Published", "Before", "After", "Tolerance"];
    let shown = |of: Option<Estimate>| of.map_or_else(String::new, |of| number(of.mean));
    let rows = rows.iter().map(|row| {
        let target = &row.target;
        vec![
            target.label.clone(),
            format!("{} {}", number(target.published), target.unit),
            shown(row.before),
            shown(row.after),
            target.tolerance.clone(),
        ]
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn paint(canvas: &Canvas, rows: &[&Fitted], reach: f64, top: f64) {
    let (before, after) = (theme::series(1), theme::series(0));
    let y = top + 8.0;
    canvas.marker(MARGIN + 6.0, y, before.marker, before.colour, false);
    canvas.text(
        MARGIN + 16.0,
        y,
        "as written",
        Lettering::plain(TICK_SIZE, before.text),
    );
    canvas.marker(MARGIN + 106.0, y, after.marker, after.colour, true);
    canvas.text(
        MARGIN + 116.0,
        y,
        "fitted, with 95 % interval",
        Lettering::plain(TICK_SIZE, after.text),
    );
    let plot = top + KEY..top + KEY + rows.len() as f64 * ROW;
    let panel = canvas.panel(
        MARGIN + NAMES..WIDTH - MARGIN - 40.0,
        plot.clone(),
        -reach..reach,
        0.0..1.0,
    );
    let met = [
        (panel.x_at(-1.0), plot.start),
        (panel.x_at(1.0), plot.start),
        (panel.x_at(1.0), plot.end),
        (panel.x_at(-1.0), plot.end),
    ];
    canvas.band(&met, theme::series(2).colour, theme::RIBBON_OPACITY);
    let ticks = axis::ticks(-reach, reach, 7.0);
    let ticks: Vec<f64> = ticks
        .into_iter()
        .filter(|tick| tick.abs() <= reach)
        .collect();
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::x_title(&panel, "simulated less published (tolerances)");
    let zero = panel.x_at(0.0);
    canvas.line(
        &[(zero, plot.start), (zero, plot.end)],
        Stroke::solid(theme::AXIS, theme::GRID_WIDTH),
    );
    for (at, row) in rows.iter().enumerate() {
        let y = plot.start + (at as f64 + 0.5) * ROW;
        let label = format!("{} ({})", row.target.label, row.target.unit);
        let label = text::shorten(&label, LABEL_SIZE, false, NAMES - 12.0);
        canvas.text(MARGIN, y, &label, Lettering::plain(LABEL_SIZE, INK));
        let off = |value: f64| (value - row.target.published) / row.allowed;
        let place = |value: f64| panel.x_at(off(value).clamp(-reach, reach));
        if let (Some(from), Some(to)) = (row.before, row.after) {
            canvas.line(
                &[(place(from.mean), y), (place(to.mean), y)],
                Stroke::solid(theme::GRID, theme::LINE_WIDTH),
            );
        }
        let points = [(row.before, before, false), (row.after, after, true)];
        for (estimate, style, is_after) in points {
            let Some(estimate) = estimate else { continue };
            if is_after && estimate.low.is_finite() {
                canvas.line(
                    &[(place(estimate.low), y), (place(estimate.high), y)],
                    Stroke::solid(style.colour, theme::LINE_WIDTH),
                );
            }
            let words = format!(
                "{}: {}",
                if is_after { "fitted" } else { "as written" },
                number(estimate.mean)
            );
            canvas.tip(&words, || {
                canvas.marker(
                    place(estimate.mean),
                    y,
                    style.marker,
                    style.colour,
                    is_after,
                )
            });
            // Beyond the edge the number says how far.
            if off(estimate.mean).abs() > reach && !is_after {
                let far = format!("{:+.0}", off(estimate.mean));
                let (x, align) = match off(estimate.mean) > 0.0 {
                    true => (panel.x.end + 8.0, Align::Left),
                    false => (panel.x.start + 10.0, Align::Left),
                };
                canvas.text(x, y, &far, Lettering::plain(TICK_SIZE, QUIET).align(align));
            }
        }
    }
}
