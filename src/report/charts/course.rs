//! Courses over days or the hours of the week: panels one above the other on a shared time axis.
//!
//! `daily`, `week` and `level` choose the words; the drawing is the same.

use crate::experiment::results::Course;
use crate::report::format::{add_days, exact, month_name, number};
use crate::report::subject::{Scenario, Subject};
use crate::uec::model::{Date, MeasureKind, MeasureSpec, Statistic};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::labels::{EndLabel, draw_end_labels, end_label_room};
use super::theme::{self, INK, LINE_WIDTH, MARGIN, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, axis};

/// Days a run must have for its course to be smoothed over a week.
const SMOOTHED_FROM_DAYS: usize = 60;
const HEADING_ROOM: f64 = 24.0;
const PANEL_GAP: f64 = 16.0;
const LEFT: f64 = MARGIN + 44.0;
/// Ribbons of more scenarios than this would hide each other.
const MAX_RIBBONS: usize = 2;

/// What the bins of a course are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    Days { start: Date },
    Week,
}

/// One measure in every scenario.
pub struct CoursePanel<'a> {
    pub measure: &'a MeasureSpec,
    pub window: Window,
    /// By scenario.
    pub series: Vec<Option<Series>>,
    /// In the unit of the course.
    pub lines: Vec<f64>,
    /// The axis may start above zero, as suits a percentage near 100.
    pub is_zoomed: bool,
}

/// Values by bin: mean over replications, and 5th and 95th centile between them.
pub struct Series {
    pub mean: Vec<Option<f64>>,
    pub low: Vec<Option<f64>>,
    pub high: Vec<Option<f64>>,
    /// As `mean`, not smoothed.
    pub by_bin: Vec<Option<f64>>,
    /// Of the whole course, for labels.
    pub overall: Option<f64>,
}

impl<'a> CoursePanel<'a> {
    /// None when the baseline keeps no such course.
    pub fn new(subject: &Subject<'a>, measure: usize, window: Window) -> Option<Self> {
        let measure = subject.model().measures.get(measure)?;
        let series = subject.scenarios.iter().map(|scenario| {
            let course = match window {
                Window::Days { .. } => scenario.daily(&measure.id),
                Window::Week => scenario.weekly(&measure.id),
            };
            Some(series(scenario, measure, course?, window))
        });
        let series: Vec<Option<Series>> = series.collect();
        series[0].as_ref()?;
        Some(Self {
            measure,
            window,
            series,
            lines: Vec::new(),
            is_zoomed: false,
        })
    }

    /// Unit of the values: `patients a day`, `mean, min`, `%`.
    pub fn unit(&self) -> String {
        let per = if self.window == Window::Week {
            "an hour"
        } else {
            "a day"
        };
        match self.measure.kind {
            MeasureKind::Count { .. } | MeasureKind::SumBeyond { .. } => {
                format!("{} {per}", self.measure.unit)
            }
            MeasureKind::Share { .. } => "%".to_owned(),
            MeasureKind::Duration { .. }
            | MeasureKind::Level { .. }
            | MeasureKind::FleetLevel { .. } => self.measure.unit.clone(),
        }
    }

    fn n_bins(&self) -> usize {
        self.series
            .iter()
            .flatten()
            .map(|series| series.mean.len())
            .max()
            .unwrap_or(0)
    }

    /// Lowest and highest value drawn.
    fn extremes(&self) -> (f64, f64) {
        let drawn = self.series.iter().flatten().take(theme::MAX_SERIES);
        let has_ribbons = self.has_ribbons();
        let values = drawn.flat_map(|series| {
            let edges = series
                .low
                .iter()
                .chain(&series.high)
                .filter(move |_| has_ribbons);
            series.mean.iter().chain(edges).flatten().copied()
        });
        values
            .chain(self.lines.iter().copied())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    }

    fn has_ribbons(&self) -> bool {
        self.series.len() <= MAX_RIBBONS
    }

    fn ticks(&self, at_most: f64) -> Vec<f64> {
        let (low, high) = self.extremes();
        if !high.is_finite() {
            return vec![0.0, 1.0];
        }
        let is_zoomed = self.is_zoomed && low > high / 2.0;
        // A little beyond the lowest and the highest, so that no line lies on the edge.
        let margin = if is_zoomed { (high - low) * 0.05 } else { 0.0 };
        let top = if self.unit() == "%" && high <= 100.0 {
            (high + margin).min(100.0)
        } else {
            high + margin
        };
        axis::ticks(
            if is_zoomed { low - margin } else { 0.0 },
            top.max(1e-9),
            at_most,
        )
    }
}

fn series(
    scenario: &Scenario<'_>,
    measure: &MeasureSpec,
    course: &Course,
    window: Window,
) -> Series {
    let is_smoothed =
        matches!(window, Window::Days { .. }) && course.mean.len() >= SMOOTHED_FROM_DAYS;
    let drawn = |values: &[Option<f64>]| {
        if is_smoothed {
            over_a_week(values)
        } else {
            values.to_vec()
        }
    };
    let statistic = match measure.kind {
        MeasureKind::Count { .. } | MeasureKind::SumBeyond { .. } => None,
        MeasureKind::Share { .. } => Some(Statistic::Percent),
        _ => Some(Statistic::Mean),
    };
    let all = crate::report::subject::ALL;
    let overall =
        statistic.and_then(|statistic| scenario.estimate(&measure.id, statistic, all, all));
    let overall = overall
        .map(|estimate| estimate.mean)
        .or_else(|| mean(course.mean.iter().copied().flatten()));
    Series {
        by_bin: course.mean.clone(),
        mean: drawn(&course.mean),
        low: drawn(&course.low),
        high: drawn(&course.high),
        overall,
    }
}

/// Means over the seven bins around each, of those that have a value; at the ends, over the first and the last seven, so
/// that every mean is of whole weeks.
fn over_a_week(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let last_start = values.len().saturating_sub(7);
    let window = |bin: usize| {
        let start = bin.saturating_sub(3).min(last_start);
        &values[start..(start + 7).min(values.len())]
    };
    (0..values.len())
        .map(|bin| mean(window(bin).iter().copied().flatten()))
        .collect()
}

pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

/// `7-day means of …`, what is shaded: for subtitles.
pub fn how_drawn(panels: &[CoursePanel<'_>]) -> String {
    let Some(first) = panels.first() else {
        return String::new();
    };
    let is_smoothed =
        matches!(first.window, Window::Days { .. }) && first.n_bins() >= SMOOTHED_FROM_DAYS;
    let what = match (is_smoothed, first.window) {
        (true, _) => "7-day means",
        (false, Window::Week) => "mean for each hour of the week",
        (false, Window::Days { .. }) => "daily means",
    };
    let shade = if first.has_ribbons() {
        "; shaded: 5th to 95th centile between replications"
    } else {
        ""
    };
    format!("{what}{shade}")
}

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
        paint_series(&drawn, panel);
        paint_guide_lines(&drawn, panel);
        paint_labels(&drawn, panel, words);
    }
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

/// Means by month or by day of the week, for the table behind the chart; all values are in `daily.csv` and `hourly.csv`.
pub fn table(subject: &Subject<'_>, panels: &[CoursePanel<'_>]) -> ChartTable {
    let Some(first) = panels.first() else {
        return ChartTable::default();
    };
    let periods = periods(first);
    let by = if first.window == Window::Week {
        "Day"
    } else {
        "Period"
    };
    let mut columns = vec![by.to_owned()];
    for panel in panels {
        for scenario in &subject.scenarios {
            let of = if subject.is_comparison() {
                format!(", {}", scenario.label)
            } else {
                String::new()
            };
            columns.push(format!("{}{of} ({})", panel.measure.title, panel.unit()));
        }
    }
    let rows = periods.into_iter().map(|(name, bins)| {
        let mut row = vec![name];
        for series in panels.iter().flat_map(|panel| &panel.series) {
            row.push(
                series
                    .as_ref()
                    .map(|series| cell(series, bins.clone(), first.window))
                    .unwrap_or_default(),
            );
        }
        row
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

/// Names and bins of the rows of the table.
fn periods(panel: &CoursePanel<'_>) -> Vec<(String, std::ops::Range<usize>)> {
    let n_bins = panel.n_bins();
    match panel.window {
        Window::Week => (0..7)
            .map(|day| {
                (
                    crate::report::format::DAYS[day].to_owned(),
                    day * 24..day * 24 + 24,
                )
            })
            .collect(),
        Window::Days { start } => {
            let firsts: Vec<usize> = (0..n_bins)
                .filter(|&day| day == 0 || add_days(start, day).day == 1)
                .collect();
            let ends = firsts.iter().skip(1).copied().chain([n_bins]);
            let name = |day: usize| {
                let date = add_days(start, day);
                format!("{} {}", month_name(date.month), date.year)
            };
            firsts
                .iter()
                .zip(ends)
                .map(|(&first, end)| (name(first), first..end))
                .collect()
        }
    }
}

/// The mean, and for a day of the week its highest hour.
fn cell(series: &Series, bins: std::ops::Range<usize>, window: Window) -> String {
    let within = || {
        bins.clone()
            .filter_map(|bin| Some((bin, series.by_bin.get(bin).copied().flatten()?)))
    };
    let Some(mean) = mean(within().map(|(_, value)| value)) else {
        return String::new();
    };
    let highest = within().max_by(|a, b| a.1.total_cmp(&b.1));
    match (window, highest) {
        (Window::Week, Some((bin, value))) => {
            format!(
                "{} (highest {} at {:02}:00)",
                number(mean),
                number(value),
                bin % 24
            )
        }
        _ => number(mean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_averaged_where_there_are_values() {
        let days: Vec<Option<f64>> = (0..9)
            .map(|day| if day == 4 { None } else { Some(f64::from(day)) })
            .collect();
        let smooth = over_a_week(&days);
        assert_eq!(smooth[0], Some((0.0 + 1.0 + 2.0 + 3.0 + 5.0 + 6.0) / 6.0));
        assert_eq!(smooth[1], smooth[0]);
        assert_eq!(smooth[4], Some((1.0 + 2.0 + 3.0 + 5.0 + 6.0 + 7.0) / 6.0));
    }

    #[test]
    fn a_missing_value_breaks_the_line() {
        let values = [Some(1.0), Some(2.0), None, Some(4.0), Some(5.0)];
        assert_eq!(runs(&values, &values).len(), 2);
    }
}
