//! How many patients a day wait longer than a bound: a bar with its interval per measure and scenario.
//!
//! Measures that begin at different moments (arrival, decision to admit) stand in rows of their own and are never summed.

use crate::experiment::results::Estimate;
use crate::experiment::summarise::estimate;
use crate::report::findings::{interval, name, replications};
use crate::report::format::{number, quantity, with_decimals};
use crate::report::subject::{ALL, Scenario, Subject};
use crate::uec::model::{ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Canvas, Lettering, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, Words, axis, panels, text};

const READ: &str = "each bar is patients a day over the bound, the thin line its 95 % interval. The clocks of the rows begin at different \
                    moments, so rows must not be added up.";
const BAR: f64 = 18.0;
const BAR_GAP: f64 = 5.0;
const HEADING_ROOM: f64 = 24.0;
const ROW_GAP: f64 = 12.0;
const VALUES_WIDTH: f64 = 170.0;

/// One measure and bound.
struct Row<'a> {
    measure: &'a MeasureSpec,
    bound: Statistic,
    /// By scenario: patients a day over the bound, and percent of all.
    values: Vec<Option<(Estimate, Estimate)>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let say = |rows: &[Row<'_>]| {
        let title = title(subject, &rows[0]);
        Words {
            subtitle: format!(
                "Patients a day; all sites, {}, 95 % intervals.",
                replications(subject)
            ),
            read: READ,
            alt: format!(
                "Bars of patients a day who wait longer. {title}. The table has the values."
            ),
            table: table(subject, rows),
            height: rows.iter().map(height_of).sum::<f64>() + axis::TICKS_ROOM + axis::TITLE_ROOM,
            title,
        }
    };
    let read = |measure| rows(subject, measure, &spec.lines);
    panels(spec, read, say, move |canvas, rows, top| {
        paint(canvas, subject, rows, top);
    })
}

/// One for each bound of a measure, or for those among `lines`.
fn rows<'a>(subject: &Subject<'a>, measure: usize, lines: &[f64]) -> Vec<Row<'a>> {
    let Some(measure) = subject.model().measures.get(measure) else {
        return Vec::new();
    };
    let wanted = |statistic: &Statistic| {
        matches!(statistic, Statistic::Over(span)
            if lines.is_empty() || lines.contains(&span.minutes()))
    };
    let row = |bound| {
        let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
        let values: Vec<_> = shown
            .map(|scenario| over(scenario, &measure.id, bound))
            .collect();
        values[0].is_some().then_some(Row {
            measure,
            bound,
            values,
        })
    };
    let bounds = measure.statistics.iter().copied().filter(wanted);
    bounds.filter_map(row).collect()
}

/// Percent over the bound times the number of patients, replication by replication.
fn over(scenario: &Scenario<'_>, id: &str, bound: Statistic) -> Option<(Estimate, Estimate)> {
    let days = scenario.results.model.run.length.minutes() / 1440.0;
    let percents = scenario.values(id, bound)?;
    let counts = scenario.values(id, Statistic::Count)?;
    // Without a patient there is no percentage and nobody over the bound.
    let per_day = percents.iter().zip(&counts).filter_map(|(percent, count)| {
        let count = (*count)?;
        let percent = percent.unwrap_or(0.0);
        Some(count * percent / 100.0 / days)
    });
    let per_day = estimate(&per_day.collect::<Vec<f64>>())?;
    Some((per_day, scenario.estimate(id, bound, ALL, ALL)?))
}

fn title(subject: &Subject<'_>, row: &Row<'_>) -> String {
    let shown = row.values.iter().enumerate().rev();
    let words = shown.filter_map(|(scenario, value)| {
        let under = match subject.is_comparison() {
            true => format!(" under {}", subject.scenarios[scenario].label),
            false => String::new(),
        };
        let (per_day, _) = (*value)?;
        Some(format!("{} a day{under}", number(per_day.mean)))
    });
    format!(
        "{}: {}",
        name(row.measure, row.bound),
        words.collect::<Vec<_>>().join(", ")
    )
}

fn table(subject: &Subject<'_>, rows: &[Row<'_>]) -> ChartTable {
    let columns = [
        "Wait",
        "Scenario",
        "Patients a day (95 % interval)",
        "% of patients",
    ];
    let mut table = ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: Vec::new(),
    };
    for row in rows {
        for (value, scenario) in row.values.iter().zip(&subject.scenarios) {
            let Some((per_day, percent)) = value else {
                continue;
            };
            table.rows.push(vec![
                name(row.measure, row.bound),
                scenario.label.clone(),
                format!("{} ({})", number(per_day.mean), interval(per_day)),
                with_decimals(percent.mean, 2),
            ]);
        }
    }
    table
}

fn height_of(row: &Row<'_>) -> f64 {
    HEADING_ROOM + row.values.len() as f64 * (BAR + BAR_GAP) + ROW_GAP
}

fn paint(canvas: &Canvas, subject: &Subject<'_>, rows: &[Row<'_>], top: f64) {
    let names = subject.scenarios.iter();
    let widest = names
        .map(|scenario| text::width(&scenario.label, TICK_SIZE, true))
        .fold(0.0, f64::max);
    let left = match subject.is_comparison() {
        true => widest.min(140.0) + 12.0,
        false => 0.0,
    };
    let bound = |(per_day, _): &(Estimate, Estimate)| match per_day.high.is_finite() {
        true => per_day.high,
        false => per_day.mean,
    };
    let values = rows.iter().flat_map(|row| row.values.iter().flatten());
    let highest = values.map(bound).fold(1e-9, f64::max);
    let ticks = axis::ticks(0.0, highest, 6.0);
    let bottom = top + rows.iter().map(height_of).sum::<f64>();
    let x = MARGIN + left..WIDTH - MARGIN - VALUES_WIDTH;
    let panel = canvas.panel(x, top..bottom, 0.0..ticks[ticks.len() - 1], 0.0..1.0);
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::x_title(&panel, "Patients a day");
    let mut y = top;
    for row in rows {
        let bold = Lettering::plain(LABEL_SIZE, INK).bold().halo();
        canvas.text(
            MARGIN,
            y + HEADING_ROOM / 2.0,
            &name(row.measure, row.bound),
            bold,
        );
        let mut bar_top = y + HEADING_ROOM;
        for (scenario, value) in row.values.iter().enumerate() {
            let style = theme::series(scenario);
            let label = &subject.scenarios[scenario].label;
            let middle = bar_top + BAR / 2.0;
            if subject.is_comparison() {
                let bold = Lettering::plain(TICK_SIZE, style.text).bold();
                let words = text::shorten(label, TICK_SIZE, true, left - 8.0);
                canvas.text(MARGIN, middle, &words, bold);
            }
            if let Some((per_day, percent)) = value {
                let words = format!(
                    "{} a day, {} of patients",
                    number(per_day.mean),
                    quantity(percent.mean, "%")
                );
                canvas.tip(
                    &format!("{}, {label}: {words}", name(row.measure, row.bound)),
                    || {
                        let end = panel.x_at(per_day.mean);
                        canvas.rectangle(panel.x.start..end, bar_top..bar_top + BAR, style.colour);
                        if per_day.low.is_finite() && per_day.high.is_finite() {
                            let ends = [per_day.low.max(0.0), per_day.high]
                                .map(|value| (panel.x_at(value), middle));
                            canvas.line(&ends, Stroke::solid(theme::PAPER, 4.0));
                            canvas.line(&ends, Stroke::solid(INK, 1.5));
                        }
                    },
                );
                let lettering = Lettering::plain(TICK_SIZE, INK);
                canvas.text(panel.x.end + 14.0, middle, &words, lettering);
            }
            bar_top += BAR + BAR_GAP;
        }
        y += height_of(row);
    }
}
