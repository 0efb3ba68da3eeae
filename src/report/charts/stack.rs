//! Levels over the days as areas one on the other: together they are a whole, and the title says what the whole comes to.
//!
//! Means over replications add up as levels do, so the upper edge is the mean of the whole. How sure the means are is in the
//! table: bands around stacked edges would hide each other.

use crate::experiment::results::Estimate;
use crate::experiment::summarise::estimate;
use crate::report::findings::{Finding, interval, replications};
use crate::report::format::{date_words, exact, number, quantity};
use crate::report::subject::{Scenario, Subject};
use crate::uec::model::{ChartKind, ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Canvas, Panel, Stroke};
use super::course::{self, CoursePanel, Window};
use super::labels::{EndLabel, draw_end_labels, end_label_room};
use super::theme::{self, AXIS, INK, MARGIN, PANEL_TITLE_SIZE, PAPER, WIDTH};
use super::{ChartTable, Drawing, axis, text};

const READ: &str =
    "each area is a part and the upper edge is the whole, in means over the replications.";
const LEFT: f64 = MARGIN + 44.0;
const HEADING_ROOM: f64 = 24.0;
const PANEL_GAP: f64 = 16.0;
const PLOT: f64 = 200.0;
const ROW: f64 = HEADING_ROOM + PLOT + axis::TICKS_ROOM + PANEL_GAP;

/// One scenario.
struct Stack<'a> {
    label: &'a str,
    /// By area from the bottom, by day.
    heights: Vec<Vec<f64>>,
    /// By area, over the whole run.
    means: Vec<Option<Estimate>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let start = subject.model().run.start;
    let is_area = |&&measure: &&usize| subject.model().measures[measure].is_level_by_day();
    let areas = spec.measures.iter().filter(is_area);
    let panel = |&measure| CoursePanel::new(subject, measure, Window::Days { start });
    let areas: Vec<CoursePanel<'a>> = areas.take(ChartKind::MAX_AREAS).filter_map(panel).collect();
    let first = areas.first()?;
    let shown = subject.scenarios.iter().enumerate().take(theme::MAX_SERIES);
    let stacks = shown.filter_map(|(at, scenario)| stack(at, scenario, &areas));
    let stacks: Vec<Stack<'a>> = stacks.collect();
    if stacks.is_empty() {
        return None;
    }
    let days = exact(subject.model().run.length.minutes() / 1440.0);
    let title = title(subject, spec, &days)?;
    let subtitle = format!(
        "{} by day, with the mean of each area; all sites, {days} days from {}, {}, 95\u{a0}% intervals; {}.",
        uppercase_first(&first.unit()),
        date_words(start),
        replications(subject),
        course::means_drawn(first)
    );
    let table = table(subject, spec, &areas, &stacks);
    let alt = format!("Stacked areas over the days. {title}. The table has the mean of each area.");
    let height = stacks.len() as f64 * ROW - PANEL_GAP;
    Some(Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint: Box::new(move |canvas, top| paint(canvas, subject, &areas, &stacks, top)),
    })
}

/// None if the scenario lacks an area or a day.
fn stack<'a>(
    at: usize,
    scenario: &'a Scenario<'a>,
    areas: &[CoursePanel<'_>],
) -> Option<Stack<'a>> {
    let of_days = |area: &CoursePanel<'_>| {
        let days = area.series[at].as_ref()?.mean.iter().copied();
        days.collect::<Option<Vec<f64>>>()
    };
    let mean = |area: &CoursePanel<'_>| {
        let runs = scenario.values(&area.measure.id, Statistic::Mean)?;
        estimate(&runs.into_iter().collect::<Option<Vec<f64>>>()?)
    };
    Some(Stack {
        label: &scenario.label,
        heights: areas.iter().map(of_days).collect::<Option<_>>()?,
        means: areas.iter().map(mean).collect(),
    })
}

/// `Bed days lost …: 23,942 bed days in 91 days (95 % interval 22,871 to 25,013)`; of a comparison the change with its interval.
fn title(subject: &Subject<'_>, spec: &ChartSpec, days: &str) -> Option<String> {
    let measure = subject.model().measures.get(*spec.measures.first()?)?;
    let finding = headline(subject, measure)?;
    let over = match finding.statistic {
        Statistic::Total => format!(" in {days}\u{a0}days"),
        _ => String::new(),
    };
    if let [_, _] = finding.estimates[..]
        && let Some(change) = finding.change_in_numbers(1)
    {
        let (from, to) = (&subject.scenarios[0].label, &subject.scenarios[1].label);
        return Some(format!(
            "{}{over}: from {change}, {from} to {to}",
            measure.title
        ));
    }
    let said = finding.estimates.iter().zip(&subject.scenarios);
    let said = said.filter_map(|(estimate, scenario)| {
        let estimate = (*estimate)?;
        let under = match subject.is_comparison() {
            true => format!(" under {}", scenario.label),
            false => String::new(),
        };
        let value = quantity(estimate.mean, &finding.unit);
        let width = interval(&estimate);
        Some(format!("{value}{under} (95\u{a0}% interval {width})"))
    });
    let said: Vec<String> = said.collect();
    Some(format!("{}{over}: {}", measure.title, said.join(", ")))
}

fn headline<'a>(subject: &Subject<'a>, measure: &MeasureSpec) -> Option<Finding<'a>> {
    let statistic = measure.statistics.first().copied()?;
    Finding::overall(subject, &measure.id, statistic)
}

fn table(
    subject: &Subject<'_>,
    spec: &ChartSpec,
    areas: &[CoursePanel<'_>],
    stacks: &[Stack<'_>],
) -> ChartTable {
    let with_interval =
        |estimate: &Estimate| format!("{} ({})", number(estimate.mean), interval(estimate));
    let mut rows = Vec::new();
    for stack in stacks {
        let whole: f64 = stack.means.iter().flatten().map(|mean| mean.mean).sum();
        for (area, mean) in areas.iter().zip(&stack.means) {
            let Some(mean) = mean else { continue };
            let share = (whole > 0.0).then(|| number(mean.mean / whole * 100.0));
            rows.push(vec![
                stack.label.to_owned(),
                format!("{} (mean, {})", area.measure.title, area.unit()),
                with_interval(mean),
                share.unwrap_or_default(),
            ]);
        }
    }
    let first = spec.measures.first();
    let measure = first.and_then(|&first| subject.model().measures.get(first));
    if let Some(measure) = measure.filter(|measure| !measure.is_level_by_day())
        && let Some(finding) = headline(subject, measure)
    {
        for (estimate, scenario) in finding.estimates.iter().zip(&subject.scenarios) {
            let Some(estimate) = estimate else { continue };
            rows.push(vec![
                scenario.label.clone(),
                format!("{} ({})", finding.name(), finding.unit),
                with_interval(estimate),
                String::new(),
            ]);
        }
    }
    let columns = [
        "Scenario",
        "What",
        "Value (95 % interval)",
        "Share of all, %",
    ];
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}

fn paint(
    canvas: &Canvas,
    subject: &Subject<'_>,
    areas: &[CoursePanel<'_>],
    stacks: &[Stack<'_>],
    top: f64,
) {
    let heights = stacks.iter().flat_map(|stack| {
        let days = 0..stack.heights[0].len();
        days.map(|day| stack.heights.iter().map(|area| area[day]).sum())
    });
    let ticks = axis::ticks(0.0, heights.fold(1e-9, f64::max), 5.0);
    let words = stacks.iter().flat_map(|stack| labels(areas, stack));
    let right = WIDTH - MARGIN - end_label_room(&words.collect::<Vec<_>>());
    let start = subject.model().run.start;
    for (row, stack) in stacks.iter().enumerate() {
        let top = top + row as f64 * ROW;
        let label = text::shorten(stack.label, PANEL_TITLE_SIZE, true, 400.0);
        axis::heading(canvas, MARGIN, top + 8.0, &label, &areas[0].unit());
        let y = top + HEADING_ROOM..top + HEADING_ROOM + PLOT;
        let n_days = stack.heights[0].len();
        let panel = canvas.panel(
            LEFT..right,
            y,
            0.0..n_days as f64,
            0.0..ticks[ticks.len() - 1],
        );
        axis::y_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
        axis::calendar_axis(&panel, start, n_days, true);
        let ends = paint_areas(&panel, &stack.heights);
        let floor = [(panel.x.start, panel.y.end), (panel.x.end, panel.y.end)];
        canvas.line(&floor, Stroke::solid(AXIS, 1.0));
        let words = labels(areas, stack).into_iter().zip(ends).enumerate();
        let labels: Vec<EndLabel> = words
            .map(|(area, ((name, value), end))| EndLabel {
                style: theme::series(area),
                name,
                value,
                end: (panel.x.end, panel.y_at(end)),
            })
            .collect();
        draw_end_labels(canvas, &labels, right, panel.y.start, panel.y.end);
    }
}

/// Returns the middle of each area at the right edge.
fn paint_areas(panel: &Panel<'_>, heights: &[Vec<f64>]) -> Vec<f64> {
    let n_days = heights[0].len();
    // From edge to edge, as each day is as wide as it is long.
    let edge = |values: &[f64]| -> Vec<(f64, f64)> {
        let inner = values.iter().enumerate();
        let inner = inner.map(|(day, value)| (day as f64 + 0.5, *value));
        let first = values.first().map(|value| (0.0, *value));
        let last = values.last().map(|value| (n_days as f64, *value));
        first.into_iter().chain(inner).chain(last).collect()
    };
    let mut below = vec![0.0; n_days];
    let mut ends = Vec::new();
    for (area, heights) in heights.iter().enumerate() {
        let above: Vec<f64> = below
            .iter()
            .zip(heights)
            .map(|(low, more)| low + more)
            .collect();
        let (low, high) = (edge(&below), edge(&above));
        let around = high.iter().chain(low.iter().rev());
        let corners: Vec<(f64, f64)> = around
            .map(|&(day, value)| (panel.x_at(day), panel.y_at(value)))
            .collect();
        panel.canvas.band(&corners, theme::series(area).colour, 1.0);
        // A light line keeps areas apart for who does not tell their colours.
        panel.line(low, Stroke::solid(PAPER, 1.5));
        ends.push((below[n_days - 1] + above[n_days - 1]) / 2.0);
        below = above;
    }
    panel.line(edge(&below), Stroke::solid(INK, 1.0));
    ends
}

/// By area: its title up to a colon, and its mean.
fn labels(areas: &[CoursePanel<'_>], stack: &Stack<'_>) -> Vec<(String, String)> {
    let each = areas.iter().zip(&stack.means);
    each.map(|(area, mean)| {
        let name = area.measure.title.split(':').next().unwrap_or_default();
        let name = text::shorten(name, theme::LABEL_SIZE, true, 160.0);
        let value = mean.map_or_else(String::new, |mean| quantity(mean.mean, &area.unit()));
        (name, value)
    })
    .collect()
}

fn uppercase_first(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
