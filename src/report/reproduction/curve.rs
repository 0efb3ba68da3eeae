//! Figures against the number in their names: a line of ours for each scenario, and points of what was published.

use crate::experiment::reproduction::{Chart, Judged, Reproduction};
use crate::report::charts::canvas::{Canvas, Stroke};
use crate::report::charts::labels::{EndLabel, draw_end_labels, end_label_room};
use crate::report::charts::theme::{self, LINE_WIDTH, MARGIN, Marker, WIDTH};
use crate::report::charts::{Drawing, axis};
use crate::report::format::number;

use super::rows::{Mark, marks, shown, subtitle, table, title};

const READ: &str = "each line is a scenario as simulated here, its shade the 95 % interval; hollow points are the values given \
     for it: diamonds published, triangles from the original program's own run, squares exact.";
const PANEL: f64 = 230.0;
const HEAD: f64 = 30.0;
const FOOT: f64 = axis::TICKS_ROOM + axis::TITLE_ROOM + 10.0;
const LEFT: f64 = 62.0;

struct Line<'a> {
    scenario: &'a str,
    /// By number: ours, then what is given.
    points: Vec<(f64, Vec<Mark>)>,
}

struct CurvePanel<'a> {
    title: String,
    unit: &'a str,
    lines: Vec<Line<'a>>,
}

/// None if no figure has a value.
pub fn draw<'a>(reproduction: &'a Reproduction, chart: &'a Chart) -> Option<Drawing<'a>> {
    let figures = shown(reproduction, chart);
    let panels = panels(chart, &figures);
    if panels.is_empty() {
        return None;
    }
    Some(Drawing {
        title: title(chart, &figures),
        subtitle: subtitle(reproduction),
        read: READ,
        alt: title(chart, &figures),
        table: table(&figures),
        height: panels.len() as f64 * (HEAD + PANEL + FOOT),
        paint: Box::new(move |canvas, top| {
            for (position, panel) in panels.iter().enumerate() {
                paint(
                    canvas,
                    panel,
                    &chart.x,
                    top + position as f64 * (HEAD + PANEL + FOOT),
                );
            }
        }),
    })
}

fn panels<'a>(chart: &'a Chart, figures: &[&'a Judged]) -> Vec<CurvePanel<'a>> {
    let mut panels: Vec<(usize, CurvePanel<'_>)> = Vec::new();
    for &judged in figures {
        let Some((metric, x)) = chart.shows(&judged.figure) else {
            continue;
        };
        if panels.last().is_none_or(|(known, _)| *known != metric) {
            let title = chart.labels.get(metric).unwrap_or(&chart.title);
            let panel = CurvePanel {
                title: title.clone(),
                unit: &judged.figure.unit,
                lines: Vec::new(),
            };
            panels.push((metric, panel));
        }
        let Some((_, panel)) = panels.last_mut() else {
            continue;
        };
        let scenario = judged.figure.scenario.as_str();
        let point = (x, marks(judged));
        match panel
            .lines
            .iter_mut()
            .find(|line| line.scenario == scenario)
        {
            Some(line) => line.points.push(point),
            None => panel.lines.push(Line {
                scenario,
                points: vec![point],
            }),
        }
    }
    let mut panels: Vec<CurvePanel<'_>> = panels.into_iter().map(|(_, panel)| panel).collect();
    for line in panels.iter_mut().flat_map(|panel| &mut panel.lines) {
        line.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    panels
}

fn paint(canvas: &Canvas, panel: &CurvePanel<'_>, x_title: &str, top: f64) {
    let lines = &panel.lines[..panel.lines.len().min(theme::MAX_SERIES)];
    let all = || lines.iter().flat_map(|line| &line.points);
    // Of what is given only the means are drawn.
    let ends = |pick: fn(&Mark) -> Option<f64>| {
        let marks = all().flat_map(|(_, marks)| marks);
        marks.map(move |mark| match mark.style {
            0 => pick(mark).unwrap_or(mark.mean),
            _ => mark.mean,
        })
    };
    let low = ends(|mark| mark.low).fold(0.0, f64::min);
    let high = ends(|mark| mark.high).fold(low + 1e-9, f64::max);
    let ticks = axis::ticks(low, high, 6.0);
    let first = all().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let last = all().map(|point| point.0).fold(first + 1.0, f64::max);
    let words: Vec<(String, String)> = lines
        .iter()
        .map(|line| (line.scenario.to_owned(), end_value(line)))
        .collect();
    let right = WIDTH - MARGIN - end_label_room(&words);
    axis::heading(canvas, MARGIN, top + 10.0, &panel.title, panel.unit);
    let area = canvas.panel(
        LEFT..right,
        top + HEAD..top + HEAD + PANEL,
        first - 0.3..last + 0.3,
        ticks[0]..ticks[ticks.len() - 1],
    );
    axis::y_axis(&area, &ticks, |tick| axis::tick_text(tick, &ticks));
    let step = ((last - first) / 12.0).ceil().max(1.0);
    let numbers: Vec<f64> = (0..)
        .map(|n| first + f64::from(n) * step)
        .take_while(|x| *x <= last)
        .collect();
    axis::x_axis(&area, &numbers, number_of);
    axis::x_title(&area, x_title);
    let mut labels = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        let style = theme::series(position);
        let ours = |pick: fn(&Mark) -> f64| -> Vec<(f64, f64)> {
            let points = line.points.iter();
            points
                .filter_map(|(x, marks)| Some((*x, pick(marks.first()?))))
                .collect()
        };
        area.ribbon(
            &ours(|mark| mark.low.unwrap_or(mark.mean)),
            &ours(|mark| mark.high.unwrap_or(mark.mean)),
            style.colour,
        );
        let means = ours(|mark| mark.mean);
        let stroke = Stroke {
            colour: style.colour,
            width: LINE_WIDTH,
            dash: style.dash,
        };
        area.line(means.clone(), stroke);
        for (x, marks) in &line.points {
            for mark in marks.iter().skip(1) {
                let shape = [
                    Marker::Circle,
                    Marker::Diamond,
                    Marker::Triangle,
                    Marker::Square,
                ][mark.style];
                canvas.marker(
                    area.x_at(*x),
                    area.y_at(mark.mean),
                    shape,
                    style.colour,
                    false,
                );
            }
        }
        if let Some(&(x, y)) = means.last() {
            labels.push(EndLabel {
                style,
                name: line.scenario.to_owned(),
                value: end_value(line),
                end: (area.x_at(x), area.y_at(y)),
            });
        }
    }
    draw_end_labels(canvas, &labels, right, top + HEAD, top + HEAD + PANEL);
}

/// Our value at the highest number.
fn end_value(line: &Line<'_>) -> String {
    let last = line.points.last().and_then(|(_, marks)| marks.first());
    last.map_or_else(String::new, |mark| number(mark.mean))
}

fn number_of(x: f64) -> String {
    crate::report::format::with_decimals(x, 0)
}
