//! What each change of a decomposition does alone, and what all do together beyond that: a waterfall from the baseline to
//! the alternative for the first measures. With a single change: that change.

use std::ops::Range;

use crate::experiment::results::Estimate;
use crate::report::findings::{Finding, difference, interval, replications};
use crate::report::format::{Verdict, number, quantity, signed, verdict};
use crate::report::headline::headline_findings;
use crate::report::subject::{Subject, overall};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, AXIS, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis, text};

/// With hyphens, which no name of a scenario has.
pub const ID: &str = "changes-alone-and-together";
const READ: &str = "each bar shows what one change does alone, set on the end of the bar above it; the last bar, what all do together beyond \
                    the sum of that. Thin lines: 95 % intervals of each bar's end. Outlined: cannot tell from nothing.";
/// Measures shown; the report's tables have the others.
const MOST_PANELS: usize = 4;
const ROW: f64 = 20.0;
const BAR: f64 = 11.0;
const HEADING_ROOM: f64 = 24.0;
const PANEL_GAP: f64 = 18.0;
const NAMES_WIDTH: f64 = 190.0;
const VALUES_WIDTH: f64 = 236.0;
const VERDICT_WIDTH: f64 = 76.0;
/// Half the height of the ends of an interval.
const WHISKER: f64 = 3.0;
const TOGETHER: &str = "Together beyond the sum";

/// One measure.
struct Waterfall<'a> {
    finding: Finding<'a>,
    baseline: f64,
    bars: Vec<Bar>,
    alternative: f64,
}

struct Bar {
    name: String,
    /// Where it begins: the values of the baseline and of the bars above it.
    from: f64,
    size: Estimate,
    verdict: Verdict,
    is_interaction: bool,
}

impl Bar {
    fn to(&self) -> f64 {
        self.from + self.size.mean
    }

    /// The ends of its interval, where it has one, around the end of the bar.
    fn whisker(&self) -> Option<(f64, f64)> {
        let ends = (self.from + self.size.low, self.from + self.size.high);
        (ends.0.is_finite() && ends.1.is_finite()).then_some(ends)
    }
}

/// None without a decomposition.
pub fn draw<'a>(subject: &'a Subject<'a>) -> Option<Drawing<'a>> {
    let waterfalls = headline_findings(subject)
        .into_iter()
        .filter_map(|finding| waterfall(subject, finding));
    let waterfalls: Vec<Waterfall<'a>> = waterfalls.take(MOST_PANELS).collect();
    let title = title(waterfalls.first()?);
    let subtitle = format!(
        "Each change alone, and all together; all sites, {}, 95 % intervals.",
        replications(subject)
    );
    let table = table(&waterfalls);
    let alt = format!(
        "Bars from one value to the next, one row per change and one for what they do together beyond the sum. {title}. The \
         table has the values."
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
    let parts = match subject.alone.is_empty() {
        true => &subject.steps,
        false => &subject.alone,
    };
    let baseline = finding.estimates[0]?.mean;
    let alternative = finding.estimates.get(1).copied().flatten()?.mean;
    let mut from = baseline;
    let mut bars = Vec::new();
    let mut push = |name: String, row: &crate::experiment::results::Difference| {
        let bar = Bar {
            name,
            from,
            size: row.difference,
            verdict: verdict(finding.measure, row),
            is_interaction: false,
        };
        from = bar.to();
        bars.push(bar);
    };
    for part in parts {
        let row = overall(&part.results, &part.differences, &finding)?;
        push(subject.part_name(part), row);
    }
    let whole = subject.alternatives().first()?.results;
    if let Some(row) = overall(whole, subject.interaction, &finding) {
        push(TOGETHER.to_owned(), row);
        bars.last_mut()?.is_interaction = true;
    }
    (!bars.is_empty()).then_some(Waterfall {
        finding,
        baseline,
        bars,
        alternative,
    })
}

/// The change that does most to the first measure alone, and whether all together do more or less than the sum.
fn title(waterfall: &Waterfall<'_>) -> String {
    let name = waterfall.finding.name();
    let unit = &waterfall.finding.unit;
    let clear = waterfall
        .bars
        .iter()
        .filter(|bar| bar.verdict != Verdict::CannotTell && !bar.is_interaction);
    let most = clear.max_by(|a, b| a.size.mean.abs().total_cmp(&b.size.mean.abs()));
    let most = match most {
        Some(bar) => {
            let size = difference(bar.size.mean, unit);
            format!("{name}: the most comes from {} ({size})", bar.name)
        }
        None => format!("{name}: no single change makes a clear difference"),
    };
    let Some(bar) = waterfall.bars.iter().find(|bar| bar.is_interaction) else {
        return most;
    };
    let sum = bar.from - waterfall.baseline;
    let size = match unit.as_str() {
        "%" => format!("{} points", number(bar.size.mean.abs())),
        unit => quantity(bar.size.mean.abs(), unit),
    };
    let together = match (bar.verdict, sum * bar.size.mean > 0.0) {
        (Verdict::CannotTell, _) => {
            "together they do no clearly more or less than their sum".to_owned()
        }
        (_, true) => format!("together they do {size} more than their sum"),
        (_, false) => format!("together they do {size} less than their sum"),
    };
    format!("{most}; {together}")
}

fn table(waterfalls: &[Waterfall<'_>]) -> ChartTable {
    let columns = [
        "Measure",
        "Change alone",
        "Bar from",
        "Bar to",
        "It does (95 % interval)",
        "n",
        "Verdict",
    ];
    let mut table = ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    for waterfall in waterfalls {
        let unit = &waterfall.finding.unit;
        for bar in &waterfall.bars {
            table.rows.push(vec![
                waterfall.finding.name(),
                bar.name.clone(),
                quantity(bar.from, unit),
                quantity(bar.to(), unit),
                format!(
                    "{} ({})",
                    difference(bar.size.mean, unit),
                    interval(&bar.size)
                ),
                bar.size.n.to_string(),
                bar.verdict.words().to_owned(),
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
    (waterfall.bars.len() + 2) as f64 * ROW
}

fn paint_panel(canvas: &Canvas, waterfall: &Waterfall<'_>, top: f64) {
    let unit = &waterfall.finding.unit;
    axis::heading(canvas, MARGIN, top + 8.0, &waterfall.finding.name(), unit);
    let ends = waterfall.bars.iter().flat_map(|bar| {
        let (low, high) = bar.whisker().unwrap_or((bar.from, bar.to()));
        [bar.from, bar.to(), low, high]
    });
    let values = ends.chain([waterfall.baseline, waterfall.alternative]);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let margin = ((high - low) * 0.1).max(high.abs() * 0.01).max(1e-9);
    let ticks = axis::ticks(low - margin, high + margin, 4.0);
    let x = MARGIN + NAMES_WIDTH..WIDTH - MARGIN - VALUES_WIDTH;
    let y = top + HEADING_ROOM..top + HEADING_ROOM + rows_height(waterfall);
    let panel = canvas.panel(x, y, ticks[0]..ticks[ticks.len() - 1], 0.0..1.0);
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let row_at = |row: usize| panel.y.start + (row as f64 + 0.5) * ROW;
    paint_end(&panel, "Baseline", waterfall.baseline, unit, row_at(0), 0);
    for (position, bar) in waterfall.bars.iter().enumerate() {
        paint_bar(&panel, bar, row_at(position + 1));
    }
    paint_end(
        &panel,
        "All together",
        waterfall.alternative,
        unit,
        row_at(waterfall.bars.len() + 1),
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

fn paint_bar(panel: &Panel<'_>, bar: &Bar, y: f64) {
    let canvas = panel.canvas;
    let named = match bar.is_interaction {
        true => Lettering::plain(LABEL_SIZE, INK).bold(),
        false => Lettering::plain(LABEL_SIZE, INK),
    };
    let name = text::shorten(
        &bar.name,
        LABEL_SIZE,
        bar.is_interaction,
        NAMES_WIDTH - 10.0,
    );
    canvas.text(MARGIN, y, &name, named);
    let (before, after) = (panel.x_at(bar.from), panel.x_at(bar.to()));
    let (colour, lettering) = match bar.verdict {
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
    paint_span(
        panel,
        before.min(after)..before.max(after),
        y,
        colour,
        bar.verdict != Verdict::CannotTell,
    );
    if let Some((low, high)) = bar.whisker() {
        let is_filled = bar.verdict != Verdict::CannotTell;
        paint_whisker(canvas, panel.x_at(low)..panel.x_at(high), y, is_filled);
    }
    // A thin line carries the value down to where the next change starts.
    canvas.line(&[(after, y), (after, y + ROW)], Stroke::solid(AXIS, 1.0));
    // The panel's heading has the unit.
    let size = signed(bar.size.mean);
    let words = format!("{size} ({})", interval(&bar.size));
    let fits = text::width(&words, TICK_SIZE, false) <= VALUES_WIDTH - 14.0 - VERDICT_WIDTH;
    let words = if fits { words } else { size };
    canvas.text(
        panel.x.end + 14.0,
        y,
        &words,
        Lettering::plain(TICK_SIZE, INK),
    );
    canvas.text(
        WIDTH - MARGIN,
        y,
        bar.verdict.words(),
        lettering.align(Align::Right),
    );
}

/// A thin line with ends, edged with white where it lies on a filled bar.
fn paint_whisker(canvas: &Canvas, x: Range<f64>, y: f64, is_on_filled: bool) {
    let edge = (theme::PAPER, 3.0);
    let strokes = [edge, (INK, 1.0)];
    for (colour, width) in strokes.into_iter().skip(usize::from(!is_on_filled)) {
        let stroke = Stroke::solid(colour, width);
        canvas.line(&[(x.start, y), (x.end, y)], stroke);
        for end in [x.start, x.end] {
            canvas.line(&[(end, y - WHISKER), (end, y + WHISKER)], stroke);
        }
    }
}

/// Filled where the difference is clear, an outline where it is not.
fn paint_span(
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
