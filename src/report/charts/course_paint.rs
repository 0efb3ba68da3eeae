//! Draws courses: ribbons between replications, lines, guide lines and labels at their ends.

use crate::report::format::{exact, number};
use crate::report::subject::Subject;

use super::axis;
use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::course::{CoursePanel, Window};
use super::labels::{EndLabel, draw_end_labels, end_label_room};
use super::theme::{self, INK, LINE_WIDTH, MARGIN, STANDARD, TICK_SIZE, WIDTH};

const HEADING_ROOM: f64 = 24.0;
const PANEL_GAP: f64 = 16.0;
const LEFT: f64 = MARGIN + 44.0;

/// Of the plot with these panels.
pub fn height(n_panels: usize) -> f64 {
    n_panels as f64 * (panel_height(n_panels) + HEADING_ROOM + PANEL_GAP) - PANEL_GAP
        + axis::TICKS_ROOM
}

fn panel_height(n_panels: usize) -> f64 {
    match n_panels {
        1 => 240.0,
        2 => 170.0,
        3 => 140.0,
        _ => 110.0,
    }
}

pub fn paint(canvas: &Canvas, subject: &Subject<'_>, panels: &[CoursePanel<'_>], top: f64) {
    let words: Vec<Vec<(String, String)>> = panels
        .iter()
        .map(|panel| label_words(subject, panel))
        .collect();
    let room = words
        .iter()
        .map(|words| end_label_room(words))
        .fold(0.0, f64::max)
        .min(190.0);
    let panel_height = panel_height(panels.len());
    for (position, (panel, words)) in panels.iter().zip(words).enumerate() {
        let heading = top + position as f64 * (panel_height + HEADING_ROOM + PANEL_GAP);
        let y = heading + HEADING_ROOM..heading + HEADING_ROOM + panel_height;
        let ticks = panel.ticks(if panels.len() > 2 { 4.0 } else { 6.0 });
        let y_data = ticks[0]..ticks[ticks.len() - 1];
        let starts = if ticks[0] > 0.0 {
            format!(" (axis starts at {})", axis::tick_text(ticks[0], &ticks))
        } else {
            String::new()
        };
        let unit = format!("{}{starts}", panel.unit());
        axis::heading(canvas, MARGIN, heading + 7.0, &panel.measure.title, &unit);
        let x_data = 0.0..panel.n_bins() as f64;
        let drawn = canvas.panel(LEFT..WIDTH - MARGIN - room, y, x_data, y_data);
        axis::y_axis(&drawn, &ticks, |tick| axis::tick_text(tick, &ticks));
        let is_last = position + 1 == panels.len();
        match panel.window {
            Window::Week => axis::week_axis(&drawn, is_last),
            Window::Days { start } => axis::calendar_axis(&drawn, start, panel.n_bins(), is_last),
        }
        paint_shaded(&drawn, panel);
        paint_series(&drawn, panel);
        paint_guide_lines(&drawn, panel);
        paint_labels(&drawn, panel, words);
    }
}

/// Height of the strips of all scenarios together: what the heading leaves.
const STRIPS: f64 = 8.0;

/// A strip for each scenario above the plot; with one scenario, its shade falls over the whole plot.
fn paint_shaded(drawn: &Panel<'_>, panel: &CoursePanel<'_>) {
    let n_drawn = panel.shaded.len().min(theme::MAX_SERIES);
    let height = STRIPS / n_drawn.max(1) as f64;
    for (scenario, shares) in panel.shaded.iter().enumerate().take(n_drawn) {
        let Some(shares) = shares else { continue };
        let colour = theme::series(scenario).colour;
        let top = drawn.y.start - height * (n_drawn - scenario) as f64;
        let strip = top..top + height - 0.5;
        drawn
            .canvas
            .band(&corners(drawn.x.clone(), strip.clone()), colour, 0.08);
        for (bins, share) in stretches(shares) {
            let x = drawn.x_at(bins.start as f64)..drawn.x_at(bins.end as f64);
            let here = corners(x.clone(), strip.clone());
            drawn.canvas.band(&here, colour, 0.1 + 0.8 * share);
            if n_drawn == 1 {
                let below = corners(x, drawn.y.clone());
                drawn.canvas.band(&below, STANDARD, 0.22 * share);
            }
        }
    }
}

fn corners(x: std::ops::Range<f64>, y: std::ops::Range<f64>) -> [(f64, f64); 4] {
    [
        (x.start, y.start),
        (x.end, y.start),
        (x.end, y.end),
        (x.start, y.end),
    ]
}

/// Bins side by side with the same share, in steps of a tenth, that is not nothing.
fn stretches(shares: &[f64]) -> Vec<(std::ops::Range<usize>, f64)> {
    let mut found: Vec<(std::ops::Range<usize>, f64)> = Vec::new();
    for (bin, share) in shares.iter().enumerate() {
        let share = (share * 10.0).ceil() / 10.0;
        match found.last_mut() {
            Some((bins, same)) if bins.end == bin && *same == share => bins.end += 1,
            _ if share > 0.0 => found.push((bin..bin + 1, share)),
            _ => {}
        }
    }
    found
}

fn paint_series(drawn: &Panel<'_>, panel: &CoursePanel<'_>) {
    if panel.has_ribbons() {
        for (scenario, series) in panel.series.iter().enumerate() {
            let Some(series) = series else { continue };
            for run in runs(&series.low, &series.high) {
                let low: Vec<(f64, f64)> = run.iter().map(|&(x, low, _)| (x, low)).collect();
                let high: Vec<(f64, f64)> = run.iter().map(|&(x, _, high)| (x, high)).collect();
                drawn.ribbon(&low, &high, theme::series(scenario).colour);
            }
        }
    }
    for (scenario, series) in panel.series.iter().enumerate().take(theme::MAX_SERIES) {
        let Some(series) = series else { continue };
        let style = theme::series(scenario);
        for run in runs(&series.mean, &series.mean) {
            let points = run.into_iter().map(|(x, value, _)| (x, value)).collect();
            drawn.line(
                points,
                Stroke {
                    colour: style.colour,
                    width: LINE_WIDTH,
                    dash: style.dash,
                },
            );
        }
    }
}

/// Stretches without a missing value: middle of the bin and the two values.
fn runs(a: &[Option<f64>], b: &[Option<f64>]) -> Vec<Vec<(f64, f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (bin, (a, b)) in a.iter().zip(b).enumerate() {
        match (a, b) {
            (Some(a), Some(b)) => runs.last_mut().expect("there is one from the start").push((
                bin as f64 + 0.5,
                *a,
                *b,
            )),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

fn paint_guide_lines(drawn: &Panel<'_>, panel: &CoursePanel<'_>) {
    for &line in &panel.lines {
        let y = drawn.y_at(line);
        let stroke = Stroke {
            colour: STANDARD,
            width: 1.0,
            dash: "4 3",
        };
        drawn
            .canvas
            .line(&[(drawn.x.start, y), (drawn.x.end, y)], stroke);
        let (x, y) = free_place(drawn, panel, line);
        let lettering = Lettering::plain(TICK_SIZE, STANDARD)
            .align(Align::Centre)
            .halo();
        let words = format!("{}\u{a0}{}", exact(line), panel.unit());
        drawn.canvas.text(x, y, &words, lettering);
    }
}

/// Where along a guide line, above or below it, a label is furthest from what is drawn and from the other lines.
fn free_place(drawn: &Panel<'_>, panel: &CoursePanel<'_>, line: f64) -> (f64, f64) {
    const PLACES: usize = 12;
    const AWAY: f64 = 9.0;
    /// A label further away than this is no better off.
    const ENOUGH: f64 = 60.0;
    let n_bins = panel.n_bins();
    let mut best = (f64::NEG_INFINITY, (drawn.x.start, drawn.y_at(line)));
    for place in 0..PLACES {
        let bins = n_bins * place / PLACES..n_bins * (place + 1) / PLACES;
        let x = drawn.x_at((bins.start + bins.end) as f64 / 2.0);
        for y in [drawn.y_at(line) - AWAY, drawn.y_at(line) + AWAY] {
            let values = panel.series.iter().flatten().flat_map(|series| {
                [&series.low, &series.mean, &series.high]
                    .map(|values| values.get(bins.clone()).unwrap_or_default())
            });
            let others = panel.lines.iter().copied().filter(|&other| other != line);
            let obstacles = values
                .flatten()
                .flatten()
                .copied()
                .chain(others)
                .map(|value| drawn.y_at(value));
            let obstacles = obstacles.chain([drawn.y.start - ENOUGH / 2.0, drawn.y.end]);
            let nearest = obstacles
                .map(|obstacle| (obstacle - y).abs())
                .fold(ENOUGH, f64::min);
            if nearest > best.0 + 1e-9 {
                best = (nearest, (x, y));
            }
        }
    }
    best.1
}

fn label_words(subject: &Subject<'_>, panel: &CoursePanel<'_>) -> Vec<(String, String)> {
    let labels = panel
        .series
        .iter()
        .zip(&subject.scenarios)
        .take(theme::MAX_SERIES);
    let words = labels.filter_map(|(series, scenario)| {
        let value = series
            .as_ref()?
            .overall
            .map(|overall| format!("mean {}", number(overall)))?;
        let name = if subject.is_comparison() {
            scenario.label.clone()
        } else {
            String::new()
        };
        Some((name, value))
    });
    words.collect()
}

fn paint_labels(drawn: &Panel<'_>, panel: &CoursePanel<'_>, words: Vec<(String, String)>) {
    let labelled = panel.series.iter().enumerate().take(theme::MAX_SERIES);
    let labelled = labelled.filter_map(|(scenario, series)| {
        let series = series.as_ref().filter(|series| series.overall.is_some())?;
        let last = series.mean.iter().rposition(Option::is_some)?;
        let value = series.mean[last]?;
        Some((
            theme::series(scenario),
            (drawn.x_at(last as f64 + 0.5), drawn.y_at(value)),
        ))
    });
    let labels = labelled
        .zip(words)
        .map(|((style, end), (name, value))| EndLabel {
            style,
            name,
            value,
            end,
        });
    let labels: Vec<EndLabel> = labels.collect();
    draw_end_labels(
        drawn.canvas,
        &labels,
        drawn.x.end,
        drawn.y.start - 10.0,
        drawn.y.end + 10.0,
    );
    let note = Lettering::plain(TICK_SIZE, INK);
    if labels.is_empty() {
        drawn
            .canvas
            .text(drawn.x.start + 8.0, drawn.y.start + 16.0, "no values", note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_share_are_one_stretch() {
        let shares = [0.0, 0.01, 0.1, 0.5, 0.0, 0.05];
        assert_eq!(stretches(&shares), [(1..3, 0.1), (3..4, 0.5), (5..6, 0.1)]);
    }

    #[test]
    fn a_missing_value_breaks_the_line() {
        let values = [Some(1.0), Some(2.0), None, Some(4.0), Some(5.0)];
        assert_eq!(runs(&values, &values).len(), 2);
    }
}
