//! What each change of a decomposition adds: a waterfall from the baseline to the alternative for the first measures.

use std::ops::Range;

use crate::experiment::results::Difference;
use crate::report::findings::{Finding, difference, interval, replications};
use crate::report::format::{Verdict, number, quantity, verdict};
use crate::report::headline::headline_findings;
use crate::report::subject::{ALL, Subject};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, AXIS, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis, text};

/// With hyphens, which no name of a scenario has.
pub const ID: &str = "changes-one-at-a-time";
const READ: &str = "each bar leads from the value before a change to the value after it. What a change adds depends on those before it: \
                    in another order the bars differ, the whole does not. Indicative.";
/// Measures shown; the report's tables have the others.
const MOST_PANELS: usize = 4;
const ROW: f64 = 20.0;
const BAR: f64 = 11.0;
const HEADING_ROOM: f64 = 24.0;
const PANEL_GAP: f64 = 18.0;
const NAMES_WIDTH: f64 = 190.0;
const VALUES_WIDTH: f64 = 236.0;
const VERDICT_WIDTH: f64 = 76.0;

/// One measure.
struct Waterfall<'a> {
    finding: Finding<'a>,
    steps: Vec<Step<'a>>,
}

struct Step<'a> {
    name: String,
    row: &'a Difference,
    verdict: Verdict,
}

/// None without a decomposition.
pub fn draw<'a>(subject: &'a Subject<'a>) -> Option<Drawing<'a>> {
    let waterfalls = headline_findings(subject)
        .into_iter()
        .filter_map(|finding| waterfall(subject, finding));
    let waterfalls: Vec<Waterfall<'a>> = waterfalls.take(MOST_PANELS).collect();
    let title = title(waterfalls.first()?);
    let subtitle = format!(
        "Changes added one at a time, in the order of the scenario; all sites, {}.",
        replications(subject)
    );
    let table = table(&waterfalls);
    let alt = format!(
        "Bars from one value to the next, one row per change. {title}. The table has the values."
    );
    let height = waterfalls.iter().map(height_of).sum::<f64>() - PANEL_GAP;
    let paint = move |canvas: &Canvas, top: f64| {
        let mut top = top;
        for waterfall in &waterfalls {
            paint_panel(canvas, waterfall, top);
            top += height_of(waterfall);
        }
    };
    Some(Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint: Box::new(paint),
    })
}

fn waterfall<'a>(subject: &'a Subject<'a>, finding: Finding<'a>) -> Option<Waterfall<'a>> {
    let mut steps = Vec::new();
    for step in &subject.steps {
        let measures = &step.results.model.measures;
        let row = step.differences.iter().find(|row| {
            let key = &row.key;
            let is_overall = key.site == ALL && key.cohort == ALL;
            is_overall
                && key.statistic == finding.statistic
                && measures[key.measure].id == finding.measure.id
        })?;
        let name = step
            .added_change
            .as_deref()
            .unwrap_or_default()
            .replace('-', " ");
        steps.push(Step {
            name,
            row,
            verdict: verdict(&measures[row.key.measure], row),
        });
    }
    (!steps.is_empty()).then_some(Waterfall { finding, steps })
}

/// The change that adds most to the first measure.
fn title(waterfall: &Waterfall<'_>) -> String {
    let name = waterfall.finding.name();
    let clear = waterfall
        .steps
        .iter()
        .filter(|step| step.verdict != Verdict::CannotTell);
    let most = clear.max_by(|a, b| {
        a.row
            .difference
            .mean
            .abs()
            .total_cmp(&b.row.difference.mean.abs())
    });
    match most {
        Some(step) => {
            let size = difference(step.row.difference.mean, &waterfall.finding.unit);
            format!("{name}: the most comes from {} ({size})", step.name)
        }
        None => format!("{name}: no single change makes a clear difference"),
    }
}

fn table(waterfalls: &[Waterfall<'_>]) -> ChartTable {
    let columns = [
        "Measure",
        "Change added",
        "Value before",
        "Value after",
        "It adds (95 % interval)",
        "Verdict",
    ];
    let mut table = ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    for waterfall in waterfalls {
        let unit = &waterfall.finding.unit;
        for step in &waterfall.steps {
            table.rows.push(vec![
                waterfall.finding.name(),
                step.name.clone(),
                quantity(step.row.baseline.mean, unit),
                quantity(step.row.alternative.mean, unit),
                format!(
                    "{} ({})",
                    difference(step.row.difference.mean, unit),
                    interval(&step.row.difference)
                ),
                step.verdict.words().to_owned(),
            ]);
        }
    }
    table
}

fn height_of(waterfall: &Waterfall<'_>) -> f64 {
    HEADING_ROOM + rows_height(waterfall) + axis::TICKS_ROOM + PANEL_GAP
}

/// With a row for the start and one for the end.
fn rows_height(waterfall: &Waterfall<'_>) -> f64 {
    (waterfall.steps.len() + 2) as f64 * ROW
}

fn paint_panel(canvas: &Canvas, waterfall: &Waterfall<'_>, top: f64) {
    let unit = &waterfall.finding.unit;
    axis::heading(canvas, MARGIN, top + 8.0, &waterfall.finding.name(), unit);
    let values = waterfall
        .steps
        .iter()
        .flat_map(|step| [step.row.baseline.mean, step.row.alternative.mean]);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let margin = ((high - low) * 0.1).max(high.abs() * 0.01).max(1e-9);
    let ticks = axis::ticks(low - margin, high + margin, 4.0);
    let x = MARGIN + NAMES_WIDTH..WIDTH - MARGIN - VALUES_WIDTH;
    let y = top + HEADING_ROOM..top + HEADING_ROOM + rows_height(waterfall);
    let panel = canvas.panel(x, y, ticks[0]..ticks[ticks.len() - 1], 0.0..1.0);
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let (first, last) = (
        &waterfall.steps[0],
        &waterfall.steps[waterfall.steps.len() - 1],
    );
    let row_at = |row: usize| panel.y.start + (row as f64 + 0.5) * ROW;
    paint_end(
        &panel,
        "Baseline",
        first.row.baseline.mean,
        unit,
        row_at(0),
        0,
    );
    for (position, step) in waterfall.steps.iter().enumerate() {
        paint_step(&panel, step, unit, row_at(position + 1));
    }
    paint_end(
        &panel,
        "All together",
        last.row.alternative.mean,
        unit,
        row_at(waterfall.steps.len() + 1),
        1,
    );
}

/// The value before the first change or after the last, in the style of that scenario.
fn paint_end(panel: &Panel<'_>, name: &str, value: f64, unit: &str, y: f64, scenario: usize) {
    let style = theme::series(scenario);
    panel
        .canvas
        .text(MARGIN, y, name, Lettering::plain(LABEL_SIZE, INK).bold());
    panel
        .canvas
        .marker(panel.x_at(value), y, style.marker, style.colour, true);
    panel.canvas.text(
        panel.x.end + 14.0,
        y,
        &quantity(value, unit),
        Lettering::plain(TICK_SIZE, INK).bold(),
    );
}

fn paint_step(panel: &Panel<'_>, step: &Step<'_>, unit: &str, y: f64) {
    let canvas = panel.canvas;
    let name = text::shorten(&step.name, LABEL_SIZE, false, NAMES_WIDTH - 10.0);
    canvas.text(MARGIN, y, &name, Lettering::plain(LABEL_SIZE, INK));
    let (before, after) = (
        panel.x_at(step.row.baseline.mean),
        panel.x_at(step.row.alternative.mean),
    );
    let (colour, lettering) = match step.verdict {
        Verdict::Better => (
            theme::BETTER,
            Lettering::plain(TICK_SIZE, theme::BETTER).bold(),
        ),
        Verdict::Worse => (
            theme::WORSE,
            Lettering::plain(TICK_SIZE, theme::WORSE_TEXT).bold(),
        ),
        Verdict::Higher | Verdict::Lower => (INK, Lettering::plain(TICK_SIZE, INK).bold()),
        Verdict::CannotTell => (QUIET, Lettering::plain(TICK_SIZE, QUIET)),
    };
    paint_bar(
        panel,
        before.min(after)..before.max(after),
        y,
        colour,
        step.verdict != Verdict::CannotTell,
    );
    // A thin line carries the value down to where the next change starts.
    canvas.line(&[(after, y), (after, y + ROW)], Stroke::solid(AXIS, 1.0));
    let size = difference(step.row.difference.mean, unit);
    let words = format!("{size} ({})", interval(&step.row.difference));
    let fits = text::width(&words, TICK_SIZE, false) <= VALUES_WIDTH - 14.0 - VERDICT_WIDTH;
    let words = if fits {
        words
    } else {
        number(step.row.difference.mean)
    };
    canvas.text(
        panel.x.end + 14.0,
        y,
        &words,
        Lettering::plain(TICK_SIZE, INK),
    );
    canvas.text(
        WIDTH - MARGIN,
        y,
        step.verdict.words(),
        lettering.align(Align::Right),
    );
}

/// Filled where the difference is clear, an outline where it is not.
fn paint_bar(
    panel: &Panel<'_>,
    x: Range<f64>,
    y: f64,
    colour: plotters::style::RGBColor,
    is_clear: bool,
) {
    let x = x.start..x.end.max(x.start + 1.5);
    let y = y - BAR / 2.0..y + BAR / 2.0;
    if is_clear {
        panel.canvas.rectangle(x, y, colour);
    } else {
        panel.canvas.rectangle(x.clone(), y.clone(), theme::PAPER);
        panel.canvas.outline(x, y, Stroke::solid(colour, 1.5));
    }
}
