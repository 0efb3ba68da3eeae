//! Hour of the day against day of the week: a strip of 24 × 7 cells with the number in each.
//!
//! Colour follows the number in five steps on one scale for all scenarios, so the cell can be read without it.

use crate::report::findings::replications;
use crate::report::format::{DAYS, number, quantity, with_decimals};
use crate::report::subject::Subject;
use crate::uec::model::ChartSpec;

use super::canvas::{Align, Canvas, Lettering};
use super::course::{CoursePanel, Window};
use super::theme::{self, INK, MARGIN, PANEL_TITLE_SIZE, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, Words, axis, panels};

const READ: &str = "each cell is the mean of that hour of that day of the week; the darker, the higher, on one scale for all strips of a measure.";
const HEADING_ROOM: f64 = 22.0;
const HOURS_ROOM: f64 = 16.0;
const CELL: f64 = 19.0;
const DAYS_WIDTH: f64 = 34.0;
const GAP: f64 = 16.0;
const NUMBER_SIZE: f64 = 10.0;
const N_STEPS: usize = 5;
const HOURS: usize = 24;

/// One measure in one scenario.
struct Strip {
    name: String,
    unit: String,
    scenario: usize,
    /// By hour of the week.
    values: Vec<Option<f64>>,
    /// Of the measure in all scenarios.
    low: f64,
    high: f64,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let room = HEADING_ROOM + HOURS_ROOM + 7.0 * CELL + GAP;
    let say = |strips: &[Strip]| {
        let (title, first) = (title(subject, strips), &strips[0]);
        Words {
            subtitle: format!(
                "{} ({}) by hour of the day and day of the week; all sites, {}, means.",
                first.name,
                first.unit,
                replications(subject)
            ),
            read: READ,
            alt: format!(
                "A strip of hours by days for each scenario, with numbers. {title}. The table has them all."
            ),
            table: table(subject, strips),
            height: strips.len() as f64 * room - GAP,
            title,
        }
    };
    let read = |measure| {
        let panel = CoursePanel::new(subject, measure, Window::Week);
        panel.map_or_else(Vec::new, |panel| strips(&panel))
    };
    panels(spec, read, say, move |canvas, strips, top| {
        for (position, strip) in strips.iter().enumerate() {
            paint_strip(canvas, subject, strip, top + position as f64 * room);
        }
    })
}

fn strips(panel: &CoursePanel<'_>) -> Vec<Strip> {
    let shown = panel.series.iter().enumerate().take(theme::MAX_SERIES);
    let shown: Vec<_> = shown
        .filter_map(|(scenario, series)| Some((scenario, series.as_ref()?)))
        .collect();
    let values = shown
        .iter()
        .flat_map(|(_, series)| series.by_bin.iter().flatten());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
        (low.min(value), high.max(value))
    });
    let strip = |(scenario, series): (usize, &super::course::Series)| Strip {
        name: panel.measure.title.clone(),
        unit: panel.unit(),
        scenario,
        values: series.by_bin.clone(),
        low,
        high,
    };
    shown.into_iter().map(strip).collect()
}

fn when(hour: usize) -> String {
    format!("{} {:02}:00", DAYS[hour / HOURS % 7], hour % HOURS)
}

/// Highest and lowest hour of the last strip of the first measure.
fn title(subject: &Subject<'_>, strips: &[Strip]) -> String {
    let name = &strips[0].name;
    let mut of_measure = strips.iter().filter(|strip| strip.name == *name);
    let Some(strip) = of_measure.next_back() else {
        return name.clone();
    };
    let known = || {
        strip
            .values
            .iter()
            .enumerate()
            .filter_map(|(hour, value)| Some((hour, (*value)?)))
    };
    let highest = known().max_by(|a, b| a.1.total_cmp(&b.1));
    let lowest = known().min_by(|a, b| a.1.total_cmp(&b.1));
    let (Some(highest), Some(lowest)) = (highest, lowest) else {
        return name.clone();
    };
    let under = match subject.is_comparison() {
        true => format!(" under {}", subject.scenarios[strip.scenario].label),
        false => String::new(),
    };
    format!(
        "{name}: highest {} ({}), lowest {} ({}){under}",
        when(highest.0),
        quantity(highest.1, &strip.unit),
        when(lowest.0),
        quantity(lowest.1, &strip.unit)
    )
}

fn table(subject: &Subject<'_>, strips: &[Strip]) -> ChartTable {
    let mut columns = vec!["Hour".to_owned()];
    for strip in strips {
        let of = match subject.is_comparison() {
            true => format!(", {}", subject.scenarios[strip.scenario].label),
            false => String::new(),
        };
        columns.push(format!("{}{of} ({})", strip.name, strip.unit));
    }
    let rows = (0..7 * HOURS).map(|hour| {
        let mut row = vec![when(hour)];
        row.extend(strips.iter().map(|strip| {
            let value = strip.values.get(hour).copied().flatten();
            value.map(number).unwrap_or_default()
        }));
        row
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

/// As short as a cell needs.
fn cell_text(strip: &Strip, value: f64) -> String {
    let decimals = usize::from(strip.high < 9.95);
    with_decimals(value, decimals)
}

fn paint_strip(canvas: &Canvas, subject: &Subject<'_>, strip: &Strip, top: f64) {
    let name = match subject.is_comparison() {
        true => format!(
            "{}, {}",
            strip.name, subject.scenarios[strip.scenario].label
        ),
        false => strip.name.clone(),
    };
    axis::heading(canvas, MARGIN, top + 8.0, &name, &strip.unit);
    let left = MARGIN + DAYS_WIDTH;
    let width = (WIDTH - MARGIN - left) / HOURS as f64;
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    let cells_top = top + HEADING_ROOM + HOURS_ROOM;
    for hour in (0..HOURS).step_by(2) {
        let x = left + (hour as f64 + 0.5) * width;
        let y = cells_top - HOURS_ROOM / 2.0;
        canvas.text(x, y, &format!("{hour:02}"), quiet.align(Align::Centre));
    }
    for (day, name) in DAYS.iter().enumerate() {
        let y = cells_top + day as f64 * CELL;
        let label = Lettering::plain(TICK_SIZE.max(PANEL_TITLE_SIZE - 1.0), INK);
        canvas.text(MARGIN, y + CELL / 2.0, &name[..3], label);
        for hour in 0..HOURS {
            let Some(value) = strip.values.get(day * HOURS + hour).copied().flatten() else {
                continue;
            };
            let x = left + hour as f64 * width;
            let (fill, ink) = theme::band(step(strip, value), N_STEPS);
            canvas.rectangle(x + 0.5..x + width - 0.5, y + 0.5..y + CELL - 0.5, fill);
            let lettering = Lettering::plain(NUMBER_SIZE, ink).align(Align::Centre);
            let words = cell_text(strip, value);
            canvas.text(x + width / 2.0, y + CELL / 2.0, &words, lettering);
        }
    }
}

fn step(strip: &Strip, value: f64) -> usize {
    let span = strip.high - strip.low;
    if span <= 0.0 {
        return 0;
    }
    let share = (value - strip.low) / span;
    ((share * N_STEPS as f64) as usize).min(N_STEPS - 1)
}
