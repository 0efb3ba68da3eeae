//! Waits side by side: where the middle half of patients lie, the median, and how far the slowest twentieth begins.
//!
//! One row per measure and scenario on one axis of time, so that it shows at which stage patients wait.

use crate::report::findings::replications;
use crate::report::format::{number, span_words, uncapitalised, with_decimals};
use crate::report::subject::{ALL, Subject};
use crate::uec::model::{ChartSpec, MeasureSpec};

use super::canvas::{Canvas, Lettering, Panel, Stroke};
use super::labels::{key_room, paint_key};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, Words, axis, panels, survival, text};

const READ: &str = "the bar holds the middle half of patients, the mark in it the median, and the line reaches to the time within which 95 of \
                    100 are through. All replications together.";
const NAMES_WIDTH: f64 = 200.0;
const VALUES_WIDTH: f64 = 172.0;
const ROW: f64 = 20.0;
const BAR: f64 = 10.0;
const GAP: f64 = 14.0;
const HEADER_ROOM: f64 = 22.0;

/// Minutes within which these shares of patients are through.
struct Spread {
    quarter: f64,
    median: f64,
    three_quarters: f64,
    most: f64,
    n_patients: u64,
}

struct Stage<'a> {
    measure: &'a MeasureSpec,
    /// By scenario.
    spreads: Vec<Option<Spread>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let say = |stages: &[Stage<'_>]| {
        let title = title(subject, stages);
        Words {
            subtitle: format!(
                "Time in minutes by stage; all sites, {}.",
                replications(subject)
            ),
            read: READ,
            alt: format!(
                "Bars of waiting times, one row per stage. {title}. The table has the values."
            ),
            table: table(subject, stages),
            height: plot_top(subject)
                + stages.iter().map(height_of).sum::<f64>()
                + axis::TICKS_ROOM
                + axis::TITLE_ROOM,
            title,
        }
    };
    let read = |measure| stage(subject, measure);
    panels(spec, read, say, move |canvas, stages, top| {
        paint(canvas, subject, stages, top);
    })
}

/// None unless patients of the baseline waited.
fn stage<'a>(subject: &Subject<'a>, measure: usize) -> Option<Stage<'a>> {
    let measure = subject.model().measures.get(measure)?;
    let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
    let spreads: Vec<Option<Spread>> = shown
        .map(|scenario| spread(scenario.histogram(&measure.id, ALL)?))
        .collect();
    spreads[0].is_some().then_some(Stage { measure, spreads })
}

fn spread(histogram: &crate::experiment::results::MeasureHistogram) -> Option<Spread> {
    let points = survival::still_in(histogram)?;
    let within = |percent: f64| survival::when(&points, 100.0 - percent);
    Some(Spread {
        quarter: within(25.0),
        median: within(50.0),
        three_quarters: within(75.0),
        most: within(95.0),
        n_patients: histogram.counts.iter().sum(),
    })
}

/// The stage with the longest median, in the alternative if there is one.
fn title(subject: &Subject<'_>, stages: &[Stage<'_>]) -> String {
    let shown = usize::from(subject.is_comparison());
    let of = |stage: &Stage<'_>, scenario: usize| {
        let spread = stage.spreads.get(scenario).and_then(Option::as_ref)?;
        Some(spread.median)
    };
    let longest = stages.iter().max_by(|a, b| {
        of(a, shown)
            .unwrap_or(0.0)
            .total_cmp(&of(b, shown).unwrap_or(0.0))
    });
    let Some((stage, median)) = longest.and_then(|stage| Some((stage, of(stage, shown)?))) else {
        return stages[0].measure.title.clone();
    };
    let words = format!(
        "The longest wait is {}: half take more than {}",
        uncapitalised(&stage.measure.title),
        time(median)
    );
    match of(stage, 0) {
        Some(before) if shown > 0 => format!(
            "{words} under {}, {} under {}",
            subject.scenarios[shown].label,
            time(before),
            subject.baseline().label
        ),
        _ => words,
    }
}

/// Minutes in the unit people would say.
fn time(minutes: f64) -> String {
    if minutes < 1.0 {
        format!("{}\u{a0}s", with_decimals(minutes * 60.0, 0))
    } else if minutes < 180.0 {
        format!("{}\u{a0}min", number(minutes))
    } else if minutes < 2.0 * 1440.0 {
        format!("{}\u{a0}h", number(minutes / 60.0))
    } else {
        format!("{}\u{a0}days", number(minutes / 1440.0))
    }
}

fn table(subject: &Subject<'_>, stages: &[Stage<'_>]) -> ChartTable {
    let columns = [
        "Stage",
        "Scenario",
        "Within it, 25 of 100",
        "Median",
        "Within it, 75 of 100",
        "Within it, 95 of 100",
        "Patients",
    ];
    let mut rows = Vec::new();
    for stage in stages {
        for (spread, scenario) in stage.spreads.iter().zip(&subject.scenarios) {
            let Some(spread) = spread else { continue };
            let times = [
                spread.quarter,
                spread.median,
                spread.three_quarters,
                spread.most,
            ];
            let mut row = vec![stage.measure.title.clone(), scenario.label.clone()];
            row.extend(times.map(time));
            row.push(with_decimals(spread.n_patients as f64, 0));
            rows.push(row);
        }
    }
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}

fn plot_top(subject: &Subject<'_>) -> f64 {
    HEADER_ROOM + key_room(subject)
}

fn height_of(stage: &Stage<'_>) -> f64 {
    stage.spreads.len().max(2) as f64 * ROW + GAP
}

fn paint(canvas: &Canvas, subject: &Subject<'_>, stages: &[Stage<'_>], top: f64) {
    paint_key(canvas, subject, top);
    let rows_top = top + plot_top(subject);
    let bottom = rows_top + stages.iter().map(height_of).sum::<f64>();
    let spreads = stages
        .iter()
        .flat_map(|stage| stage.spreads.iter().flatten());
    let longest = spreads.map(|spread| spread.most).fold(1.0, f64::max);
    let ticks = axis::time_ticks(longest, 7.0);
    let until = ticks.last().copied().unwrap_or(longest);
    let x = MARGIN + NAMES_WIDTH..WIDTH - MARGIN - VALUES_WIDTH;
    let panel = canvas.panel(x, rows_top..bottom, 0.0..until, 0.0..1.0);
    axis::x_axis(&panel, &ticks, axis::time_label);
    axis::x_title(&panel, "Time");
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    let header = rows_top - HEADER_ROOM / 2.0;
    canvas.text(MARGIN, header, "Stage", quiet);
    canvas.text(
        panel.x.end + 14.0,
        header,
        "Median; 95 of 100 within",
        quiet,
    );
    let mut y = rows_top;
    for (position, stage) in stages.iter().enumerate() {
        if position > 0 {
            let rule = Stroke::solid(theme::GRID, 1.0);
            canvas.line(&[(MARGIN, y), (WIDTH - MARGIN, y)], rule);
        }
        let middle = y + height_of(stage) / 2.0;
        let name = text::wrap(&stage.measure.title, LABEL_SIZE, false, NAMES_WIDTH - 12.0);
        let first = middle - (name.len() as f64 - 1.0) * 8.0;
        for (line, words) in name.iter().enumerate() {
            let y = first + line as f64 * 16.0;
            canvas.text(MARGIN, y, words, Lettering::plain(LABEL_SIZE, INK));
        }
        let first = middle - (stage.spreads.len() as f64 - 1.0) / 2.0 * ROW;
        for (scenario, spread) in stage.spreads.iter().enumerate() {
            let y = first + scenario as f64 * ROW;
            if let Some(spread) = spread {
                let words = format!(
                    "{}, {}",
                    stage.measure.title, subject.scenarios[scenario].label
                );
                paint_spread(&panel, spread, scenario, &words, y);
            }
        }
        y += height_of(stage);
    }
}

fn paint_spread(panel: &Panel<'_>, spread: &Spread, scenario: usize, words: &str, y: f64) {
    let canvas = panel.canvas;
    let style = theme::series(scenario);
    let tip = format!(
        "{words}: half between {} and {}, median {}, 95 of 100 within {}",
        time(spread.quarter),
        time(spread.three_quarters),
        time(spread.median),
        span_words(spread.most.round())
    );
    canvas.tip(&tip, || {
        let (from, to) = (
            panel.x_at(spread.quarter),
            panel.x_at(spread.three_quarters),
        );
        let end = panel.x_at(spread.most);
        canvas.line(&[(from, y), (end, y)], Stroke::solid(style.colour, 1.5));
        canvas.line(
            &[(end, y - 4.0), (end, y + 4.0)],
            Stroke::solid(style.colour, 1.5),
        );
        let bar = y - BAR / 2.0..y + BAR / 2.0;
        canvas.rectangle(from..to.max(from + 1.0), bar.clone(), theme::PAPER);
        canvas.band(
            &[
                (from, bar.start),
                (to, bar.start),
                (to, bar.end),
                (from, bar.end),
            ],
            style.colour,
            0.45,
        );
        canvas.outline(
            from..to.max(from + 1.0),
            bar,
            Stroke::solid(style.colour, 1.0),
        );
        let median = panel.x_at(spread.median);
        canvas.marker(median, y, style.marker, style.colour, true);
    });
    let values = format!("{}; {}", time(spread.median), time(spread.most));
    let lettering = Lettering::plain(TICK_SIZE, style.text);
    canvas.text(panel.x.end + 14.0, y, &values, lettering);
}
