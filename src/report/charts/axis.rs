//! Axes: round ticks, grid lines and their labels.

use crate::report::format::{add_days, exact, month_name, span_label, with_decimals};
use crate::uec::model::Date;

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{AXIS, GRID, GRID_WIDTH, INK, PANEL_TITLE_SIZE, QUIET, TICK_SIZE};

/// Room under a panel for tick labels, and for an axis title too.
pub const TICKS_ROOM: f64 = 20.0;
pub const TITLE_ROOM: f64 = 18.0;

/// Smallest step of 1, 2 or 5 times a power of ten with at most `at_most` steps over `span`.
pub fn round_step(span: f64, at_most: f64) -> f64 {
    if span <= 0.0 || !span.is_finite() {
        return 1.0;
    }
    let mut power = 1.0;
    while power * 10.0 < span / at_most {
        power *= 10.0;
    }
    while power > span / at_most && power > 1e-9 {
        power /= 10.0;
    }
    let fits = |factor: &f64| span / (power * factor) <= at_most * (1.0 + 1e-9);
    [1.0, 2.0, 5.0, 10.0].into_iter().find(fits).unwrap_or(10.0) * power
}

/// Round values from `low` to `high`, which are widened to round values themselves.
pub fn ticks(low: f64, high: f64, at_most: f64) -> Vec<f64> {
    let step = round_step(high - low, at_most);
    let first = (low / step + 1e-9).floor() as i64;
    let last = ((high / step - 1e-9).ceil() as i64).max(first + 1);
    (first..=last)
        .map(|position| position as f64 * step)
        .collect()
}

/// Round minutes, in steps people use for time.
pub fn time_ticks(high_minutes: f64, at_most: f64) -> Vec<f64> {
    const STEPS: [f64; 15] = [
        0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 180.0, 240.0, 360.0, 720.0, 1440.0,
    ];
    let step = STEPS
        .into_iter()
        .find(|step| high_minutes / step <= at_most + 1e-9);
    let step = step.unwrap_or_else(|| 1440.0 * round_step(high_minutes / 1440.0, at_most));
    let last = ((high_minutes / step - 1e-9).ceil() as i64).max(1);
    (0..=last).map(|position| position as f64 * step).collect()
}

/// Ticks with as many decimals as their step needs.
pub fn tick_text(value: f64, ticks: &[f64]) -> String {
    let step = if ticks.len() > 1 {
        ticks[1] - ticks[0]
    } else {
        1.0
    };
    let text = exact((step * 1e6 + 0.5).floor() / 1e6);
    let decimals = text.split_once('.').map_or(0, |(_, rest)| rest.len());
    with_decimals(value, decimals)
}

/// Horizontal grid lines with labels at the left; the lowest line is the axis.
pub fn y_axis(panel: &Panel<'_>, ticks: &[f64], label: impl Fn(f64) -> String) {
    for &tick in ticks {
        let y = panel.y_at(tick);
        let is_floor = tick == panel.y_data.start;
        let stroke = Stroke::solid(if is_floor { AXIS } else { GRID }, GRID_WIDTH);
        panel
            .canvas
            .line(&[(panel.x.start, y), (panel.x.end, y)], stroke);
        let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Right);
        panel
            .canvas
            .text(panel.x.start - 6.0, y, &label(tick), lettering);
    }
}

/// Vertical grid lines with labels below.
pub fn x_axis(panel: &Panel<'_>, ticks: &[f64], label: impl Fn(f64) -> String) {
    for &tick in ticks {
        let x = panel.x_at(tick);
        panel.canvas.line(
            &[(x, panel.y.start), (x, panel.y.end)],
            Stroke::solid(GRID, GRID_WIDTH),
        );
        tick_label(panel.canvas, x, panel.y.end, &label(tick));
    }
    let floor = panel.y.end;
    panel.canvas.line(
        &[(panel.x.start, floor), (panel.x.end, floor)],
        Stroke::solid(AXIS, GRID_WIDTH),
    );
}

fn tick_label(canvas: &Canvas, x: f64, floor: f64, text: &str) {
    let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Centre);
    canvas.text(x, floor + 12.0, text, lettering);
}

/// Title of the x axis, under its tick labels.
pub fn x_title(panel: &Panel<'_>, text: &str) {
    let middle = (panel.x.start + panel.x.end) / 2.0;
    let lettering = Lettering::plain(TICK_SIZE, INK).align(Align::Centre);
    panel
        .canvas
        .text(middle, panel.y.end + TICKS_ROOM + 8.0, text, lettering);
}

/// What a panel shows, with its unit, above its top left corner.
pub fn heading(canvas: &Canvas, x: f64, y: f64, title: &str, unit: &str) {
    let bold = Lettering::plain(PANEL_TITLE_SIZE, INK).bold();
    canvas.text_pair(
        x,
        y,
        (title, bold),
        (unit, Lettering::plain(PANEL_TITLE_SIZE, QUIET)),
    );
}

/// Hours of an axis in minutes: `4 h`; minutes below an hour.
pub fn time_label(minutes: f64) -> String {
    if minutes == 0.0 {
        "0".to_owned()
    } else {
        span_label(minutes)
    }
}

/// The days of the week under 168 hours, with lines at midnight.
pub fn week_axis(panel: &Panel<'_>, with_labels: bool) {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    for (position, day) in DAYS.iter().enumerate() {
        let midnight = position as f64 * 24.0;
        if position > 0 {
            let x = panel.x_at(midnight);
            panel.canvas.line(
                &[(x, panel.y.start), (x, panel.y.end)],
                Stroke::solid(GRID, GRID_WIDTH),
            );
        }
        if with_labels {
            let noon = panel.x_at(midnight + 12.0);
            panel.canvas.line(
                &[(noon, panel.y.end), (noon, panel.y.end + 4.0)],
                Stroke::solid(AXIS, GRID_WIDTH),
            );
            tick_label(panel.canvas, noon, panel.y.end + 2.0, day);
        }
    }
}

/// Months under a run of days from `start`, or dates where the run is short.
pub fn calendar_axis(panel: &Panel<'_>, start: Date, n_days: usize, with_labels: bool) {
    let is_short = n_days <= 62;
    let edges: Vec<usize> = if is_short {
        (0..=n_days)
            .step_by(if n_days <= 14 { 1 } else { 7 })
            .collect()
    } else {
        (0..=n_days)
            .filter(|&day| day == 0 || add_days(start, day).day == 1)
            .collect()
    };
    for (position, &edge) in edges.iter().enumerate() {
        let x = panel.x_at(edge as f64);
        if edge > 0 && edge < n_days {
            panel.canvas.line(
                &[(x, panel.y.start), (x, panel.y.end)],
                Stroke::solid(GRID, GRID_WIDTH),
            );
        }
        let end = edges.get(position + 1).copied().unwrap_or(n_days);
        let width = panel.x_at(end as f64) - x;
        let date = add_days(start, edge);
        let month = &month_name(date.month)[..3];
        if !with_labels {
            continue;
        }
        if is_short {
            // Of the day that begins here.
            tick_label(
                panel.canvas,
                x,
                panel.y.end,
                &format!("{}\u{a0}{month}", date.day),
            );
        } else if width >= 28.0 {
            let year = format!("{month}\u{a0}{:02}", date.year % 100);
            let text = if edge == 0 || date.month == 1 {
                &year
            } else {
                month
            };
            tick_label(panel.canvas, x + width / 2.0, panel.y.end, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        assert_eq!(
            ticks(0.0, 938.0, 5.0),
            [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
        );
        assert_eq!(ticks(84.0, 97.0, 4.0), [80.0, 85.0, 90.0, 95.0, 100.0]);
        assert_eq!(ticks(0.0, 0.03, 5.0).last(), Some(&0.03));
        assert_eq!(time_ticks(1440.0, 13.0).len(), 13);
    }

    #[test]
    fn tick_labels_have_the_decimals_of_their_step() {
        let at = ticks(0.0, 0.5, 5.0);
        assert_eq!(
            at.iter()
                .map(|&tick| tick_text(tick, &at))
                .collect::<Vec<_>>()[1],
            "0.1"
        );
    }
}
