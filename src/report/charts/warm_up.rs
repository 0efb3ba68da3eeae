//! Whether a run has forgotten its start and whether there are enough of them: of each key level its course from the start with
//! the moving average, and its mean and interval by the number of replications.

use std::ops::Range;

use crate::experiment::summarise::estimate;
use crate::experiment::warm_up::{Level, WarmUp};
use crate::report::format::{number, with_decimals};
use crate::report::warm_up::{finding, means_after, share_of_mean, window_hours};
use crate::stats::steady_state::{batch_means, welch};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, LINE_WIDTH, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "on the left, the thin line is the mean over replications, the thick one its moving average (Welch); the start may be left out up to \
                    where it runs level, and the upright line is where MSER cuts. On the right, the mean of what is left by the number of replications, with its 95 % interval: \
                    enough have been run when it no longer moves and is as narrow as you need.";
const LEFT: f64 = 56.0;
const GAP: f64 = 64.0;
const PLOT: f64 = 110.0;
const HEADING: f64 = 24.0;
const ROW: f64 = HEADING + PLOT + 56.0;
/// Share of the room for courses.
const COURSE: f64 = 0.62;
/// Points that a thin line is drawn through at most: more would hide it.
const MOST_POINTS: usize = 700;

pub fn draw(found: &WarmUp) -> Chart {
    let height = found.levels.len() as f64 * ROW - 16.0;
    let drawing = Drawing {
        title: finding(found)[0].trim_end_matches('.').to_owned(),
        subtitle: format!(
            "{}: key levels over {} days from the start, mean of {} replications; and their means by the number of replications.",
            found.model.title,
            with_decimals(found.model.run.length.minutes() / 1440.0, 0),
            found.n_replications
        ),
        read: READ,
        alt: format!(
            "Courses of {} levels from the start of the run, and their means by the number of replications. The table has where MSER cuts and the means.",
            found.levels.len()
        ),
        table: table(found),
        height,
        paint: Box::new(move |canvas, top| {
            let room = WIDTH - 2.0 * MARGIN - LEFT - GAP;
            let course_x = MARGIN + LEFT..MARGIN + LEFT + COURSE * room;
            let runs_x = course_x.end + GAP..WIDTH - MARGIN;
            for (position, level) in found.levels.iter().enumerate() {
                let top = top + position as f64 * ROW;
                course(canvas, found, level, course_x.clone(), top);
                runs(canvas, found, level, runs_x.clone(), top);
            }
        }),
    };
    frame::compose("warm-up", "", drawing)
}

fn table(found: &WarmUp) -> ChartTable {
    let columns = [
        "Level",
        "Unit",
        "MSER cuts after, days",
        "Mean after the warm-up",
        "Half-width (95 %)",
        "Replications",
    ];
    let rows = found.levels.iter().map(|level| {
        let after = estimate(&means_after(found, level));
        let cut = level.cut.filter(|cut| cut.is_settled);
        vec![
            level.followed.title.clone(),
            level.followed.unit.clone(),
            cut.map_or_else(
                || "not settled".to_owned(),
                |cut| number(cut.leave_out as f64 / 24.0),
            ),
            after.map(|after| number(after.mean)).unwrap_or_default(),
            after
                .map(|after| share_of_mean(after.mean, after.high - after.mean))
                .unwrap_or_default(),
            found.n_replications.to_string(),
        ]
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn course(canvas: &Canvas, found: &WarmUp, level: &Level, x: Range<f64>, top: f64) {
    let title = text::shorten(
        &level.followed.title,
        theme::PANEL_TITLE_SIZE,
        true,
        x.end - x.start - 60.0,
    );
    axis::heading(
        canvas,
        x.start - LEFT + 8.0,
        top + 6.0,
        &title,
        &level.followed.unit,
    );
    let step = level.mean.len().div_ceil(MOST_POINTS).max(1);
    let thin = batch_means(&level.mean, step);
    let thick = welch(&level.mean, window_hours(found));
    let days = level.mean.len() as f64 / 24.0;
    let Some((y_data, ticks)) = scale(thin.iter().copied().chain(thick.iter().copied())) else {
        return;
    };
    let panel = canvas.panel(x, top + HEADING..top + HEADING + PLOT, 0.0..days, y_data);
    axis::y_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let days_ticks: Vec<f64> = axis::ticks(0.0, days, 7.0)
        .into_iter()
        .filter(|tick| *tick <= days)
        .collect();
    axis::x_axis(&panel, &days_ticks, |tick| {
        axis::tick_text(tick, &days_ticks)
    });
    axis::x_title(&panel, "Days from the start");
    let style = theme::series(0);
    let at = |position: usize, step: usize| (position as f64 + 0.5) * step as f64 / 24.0;
    let points = |values: &[f64], step: usize| -> Vec<(f64, f64)> {
        let values = values.iter().enumerate();
        values
            .map(|(position, value)| (at(position, step), *value))
            .collect()
    };
    panel.line(points(&thin, step), Stroke::solid(QUIET, 0.8));
    panel.line(points(&thick, 1), Stroke::solid(style.colour, LINE_WIDTH));
    if let Some(cut) = level.cut.filter(|cut| cut.is_settled) {
        mark_cut(&panel, cut.leave_out as f64 / 24.0);
    }
}

/// An upright line with its day beside it, on the side where there is room.
fn mark_cut(panel: &Panel<'_>, day: f64) {
    let x = panel.x_at(day);
    let stroke = Stroke {
        colour: STANDARD,
        width: 1.5,
        dash: "5 3",
    };
    panel
        .canvas
        .line(&[(x, panel.y.start), (x, panel.y.end)], stroke);
    let is_left = x < (panel.x.start + panel.x.end) / 2.0;
    let align = if is_left { Align::Left } else { Align::Right };
    let off = if is_left { 4.0 } else { -4.0 };
    let words = format!("MSER: day {}", number(day));
    let lettering = Lettering::plain(TICK_SIZE, STANDARD).align(align).halo();
    panel
        .canvas
        .text(x + off, panel.y.start + 8.0, &words, lettering);
}

/// Percent of the mean that is enough for most questions. Assumed: as the interval chart of every report counts it.
const ENOUGH: f64 = 5.0;

/// Whether there are enough replications, and if not, about how many would be.
fn enough_words(mean: f64, half_width: f64, n: f64) -> String {
    let ratio = 100.0 * half_width / mean.abs() / ENOUGH;
    if ratio <= 1.0 {
        return format!("enough for ± {ENOUGH} %");
    }
    format!(
        "± {ENOUGH} % takes about {}",
        with_decimals((n * ratio * ratio).ceil(), 0)
    )
}

/// Cumulative means with intervals, from two replications on.
fn runs(canvas: &Canvas, found: &WarmUp, level: &Level, x: Range<f64>, top: f64) {
    let values = means_after(found, level);
    let by_number: Vec<(f64, f64, f64, f64)> = (2..=values.len())
        .filter_map(|n| {
            let estimate = estimate(&values[..n])?;
            Some((n as f64, estimate.mean, estimate.low, estimate.high))
        })
        .collect();
    let Some(&(n, mean, _, high)) = by_number.last() else {
        return;
    };
    let lettering = Lettering::plain(TICK_SIZE, QUIET);
    let words = match share_of_mean(mean, high - mean) {
        share if share.is_empty() => format!("{} (n = {n})", number(mean)),
        share => {
            let share = share.trim_end_matches(" of the mean");
            format!("± {share}, n = {n}: {}", enough_words(mean, high - mean, n))
        }
    };
    canvas.text(x.start - 40.0, top + 6.0, &words, lettering);
    // The interval of two or three is so wide that it would flatten the rest.
    let shown = by_number
        .iter()
        .filter(|row| row.0 >= 4.0 || by_number.len() < 4);
    let Some((y_data, ticks)) = scale(shown.flat_map(|row| [row.2, row.3])) else {
        return;
    };
    let first = 2.0;
    let panel = canvas.panel(
        x,
        top + HEADING..top + HEADING + PLOT,
        first..n.max(3.0),
        y_data.clone(),
    );
    axis::y_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let numbers: Vec<f64> = axis::ticks(first, n, 5.0)
        .into_iter()
        .filter(|tick| (first..=n).contains(tick) && tick.fract() == 0.0)
        .collect();
    axis::x_axis(&panel, &numbers, |tick| with_decimals(tick, 0));
    axis::x_title(&panel, "Replications");
    let style = theme::series(0);
    let inside = |value: f64| value.clamp(y_data.start, y_data.end);
    let line = |of: fn(&(f64, f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
        by_number
            .iter()
            .map(|row| (row.0, inside(of(row))))
            .collect()
    };
    panel.ribbon(&line(|row| row.2), &line(|row| row.3), style.colour);
    panel.line(line(|row| row.1), Stroke::solid(style.colour, LINE_WIDTH));
}

/// Ticks around the values, and the range that they span; none without values.
fn scale(values: impl Iterator<Item = f64> + Clone) -> Option<(Range<f64>, Vec<f64>)> {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    if !low.is_finite() || !high.is_finite() {
        return None;
    }
    // A level that never leaves zero gets a scale of one; none is below zero.
    let margin = match high - low {
        0.0 if high == 0.0 => 1.0,
        span => (span * 0.05).max(high.abs() * 1e-3),
    };
    let ticks = axis::ticks((low - margin).max(0.0), high + margin, 4.0);
    Some((ticks[0]..ticks[ticks.len() - 1], ticks))
}
