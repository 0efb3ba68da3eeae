//! Means and centiles by cohort against the standards set for them: one panel per cohort, each with its own scale.

use crate::experiment::results::Estimate;
use crate::report::findings::{interval, listed, replications};
use crate::report::format::{exact, number, statistic_words};
use crate::report::subject::{ALL, Subject};
use crate::uec::model::{Better, ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis, text};

const READ: &str = "each point is the average over replications and the bar through it its 95 % interval; the dashed line \
                    is the standard. Every panel has its own scale.";
const COLUMN_GAP: f64 = 28.0;
const ROW: f64 = 18.0;
const HEADING_ROOM: f64 = 26.0;
const ROW_GAP: f64 = 6.0;

/// One cohort of one measure.
struct Cohort<'a> {
    measure: &'a MeasureSpec,
    title: String,
    rows: Vec<Row>,
}

struct Row {
    statistic: Statistic,
    standard: Option<f64>,
    /// By scenario.
    estimates: Vec<Option<Estimate>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let model = subject.model();
    let measures = spec
        .measures
        .iter()
        .filter_map(|&measure| model.measures.get(measure));
    let cohorts: Vec<Cohort<'a>> = measures
        .flat_map(|measure| cohorts(subject, measure))
        .collect();
    let first = cohorts.first()?;
    let title = title(subject, &cohorts);
    let statistics: Vec<String> = first
        .rows
        .iter()
        .map(|row| statistic_words(row.statistic))
        .collect();
    let unit = if first.measure.unit == "min" {
        "minutes"
    } else {
        &first.measure.unit
    };
    let subtitle = format!(
        "{} in {unit}; all sites, {}, 95 % intervals.",
        capitalised(&listed(&statistics)),
        replications(subject)
    );
    let table = table(subject, &cohorts);
    let alt = alt(&title, &table);
    let heights: Vec<f64> = cohorts
        .chunks(2)
        .map(|pair| {
            pair.iter()
                .map(|cohort| panel_height(subject, cohort))
                .fold(0.0, f64::max)
        })
        .collect();
    let height = heights.iter().sum();
    let paint = move |canvas: &Canvas, top: f64| {
        let width = (WIDTH - 2.0 * MARGIN - COLUMN_GAP) / 2.0;
        let mut top = top;
        for (pair, height) in cohorts.chunks(2).zip(&heights) {
            for (column, cohort) in pair.iter().enumerate() {
                let left = MARGIN + column as f64 * (width + COLUMN_GAP);
                // A lone panel takes the whole width.
                let right = if cohorts.len() == 1 {
                    WIDTH - MARGIN
                } else {
                    left + width
                };
                paint_cohort(canvas, subject, cohort, left..right, top);
            }
            top += height;
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

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The levels of the attribute that the standards name, or of the first by which the measure is split, or all patients.
fn cohorts<'a>(subject: &Subject<'a>, measure: &'a MeasureSpec) -> Vec<Cohort<'a>> {
    let by = measure
        .standards
        .iter()
        .find_map(|standard| standard.cohort.map(|cohort| cohort.0));
    let by = by.or(measure.by.first().copied());
    let attribute = by.and_then(|by| subject.model().names.attributes.get(usize::from(by.0)));
    let levels: Vec<(Option<u8>, String, String)> = match attribute {
        Some(attribute) => {
            let name = |(level, named): (usize, &crate::uec::model::Named)| {
                let cohort = format!("{}={}", attribute.id, named.id);
                let title = crate::report::subject::cohort_title(subject.model(), &cohort);
                (Some(level as u8), cohort, title)
            };
            attribute.levels.iter().enumerate().map(name).collect()
        }
        None => vec![(None, ALL.to_owned(), measure.title.clone())],
    };
    let cohort = |(level, id, title): (Option<u8>, String, String)| {
        let rows: Vec<Row> = shown_statistics(measure)
            .filter_map(|statistic| row(subject, measure, statistic, level, &id))
            .collect();
        (!rows.is_empty()).then_some(Cohort {
            measure,
            title,
            rows,
        })
    };
    levels.into_iter().filter_map(cohort).collect()
}

fn shown_statistics(measure: &MeasureSpec) -> impl Iterator<Item = Statistic> {
    let shown = |statistic: &Statistic| !matches!(statistic, Statistic::Count | Statistic::Total);
    let is_duration = crate::report::format::is_duration(measure);
    let in_unit = move |statistic: &Statistic| {
        !is_duration
            || matches!(
                statistic,
                Statistic::Mean | Statistic::Quantile(_) | Statistic::MonthlyQuantile(_)
            )
    };
    measure
        .statistics
        .iter()
        .copied()
        .filter(shown)
        .filter(in_unit)
        .take(3)
}

fn row(
    subject: &Subject<'_>,
    measure: &MeasureSpec,
    statistic: Statistic,
    level: Option<u8>,
    cohort: &str,
) -> Option<Row> {
    let estimates: Vec<Option<Estimate>> = subject
        .scenarios
        .iter()
        .map(|scenario| scenario.estimate(&measure.id, statistic, ALL, cohort))
        .collect();
    estimates.iter().flatten().next()?;
    let standard = measure.standards.iter().find(|standard| {
        standard.statistic == statistic && standard.cohort.map(|cohort| cohort.1) == level
    });
    Some(Row {
        statistic,
        standard: standard.map(|standard| standard.value),
        estimates,
    })
}

/// How many standards each scenario meets, or that there are none.
fn title(subject: &Subject<'_>, cohorts: &[Cohort<'_>]) -> String {
    let measure = cohorts[0].measure;
    let mut n_standards = 0;
    let mut met = vec![0; subject.scenarios.len()];
    for (cohort, row) in cohorts
        .iter()
        .flat_map(|cohort| cohort.rows.iter().map(move |row| (cohort, row)))
    {
        let Some(standard) = row.standard else {
            continue;
        };
        n_standards += 1;
        for (met, estimate) in met.iter_mut().zip(&row.estimates) {
            let Some(estimate) = estimate else { continue };
            let higher = cohort.measure.better == Better::Higher;
            *met += usize::from(if higher {
                estimate.mean >= standard
            } else {
                estimate.mean <= standard
            });
        }
    }
    if n_standards == 0 {
        return format!("{} by cohort", measure.title);
    }
    let count = |n: usize| {
        if n == 0 {
            "none".to_owned()
        } else {
            n.to_string()
        }
    };
    let plural = if n_standards == 1 { "" } else { "s" };
    match met.len() {
        1 => format!(
            "{}: {} of {n_standards} standard{plural} met",
            measure.title,
            count(met[0])
        ),
        n if n > 1 && met.iter().all(|&met| met == 0) => {
            let whom = if n == 2 { "either" } else { "any" };
            format!(
                "{}: none of {n_standards} standard{plural} met under {whom}",
                measure.title
            )
        }
        2 => format!(
            "{}: {} of {n_standards} standard{plural} met under {}, {} under {}",
            measure.title,
            count(met[1]),
            subject.scenarios[1].label,
            count(met[0]),
            subject.scenarios[0].label
        ),
        _ => {
            let each: Vec<String> = met
                .iter()
                .zip(&subject.scenarios)
                .map(|(met, scenario)| format!("{} under {}", count(*met), scenario.label))
                .collect();
            format!(
                "{}: of {n_standards} standard{plural}, {} met",
                measure.title,
                each.join(", ")
            )
        }
    }
}

fn table(subject: &Subject<'_>, cohorts: &[Cohort<'_>]) -> ChartTable {
    let mut columns = vec![
        "Of".to_owned(),
        "Statistic".to_owned(),
        "Standard".to_owned(),
    ];
    let unit = &cohorts[0].measure.unit;
    columns.extend(
        subject
            .scenarios
            .iter()
            .map(|scenario| format!("{}, {unit} (95 % interval)", scenario.label)),
    );
    let mut rows = Vec::new();
    for (cohort, row) in cohorts
        .iter()
        .flat_map(|cohort| cohort.rows.iter().map(move |row| (cohort, row)))
    {
        let mut cells = vec![
            cohort.title.clone(),
            statistic_words(row.statistic),
            row.standard.map(exact).unwrap_or_default(),
        ];
        let values = row.estimates.iter().map(|estimate| {
            estimate.map(|estimate| format!("{} ({})", number(estimate.mean), interval(&estimate)))
        });
        cells.extend(values.map(Option::unwrap_or_default));
        rows.push(cells);
    }
    ChartTable { columns, rows }
}

fn alt(title: &str, table: &ChartTable) -> String {
    let mut alt = format!("Points with intervals against standards. {title}.");
    for row in &table.rows {
        let standard = if row[2].is_empty() {
            String::new()
        } else {
            format!(", standard {}", row[2])
        };
        let values = table.columns[3..]
            .iter()
            .zip(&row[3..])
            .map(|(column, value)| format!("{column} {value}"));
        alt.push_str(&format!(
            " {}, {}{standard}: {}.",
            row[0],
            row[1],
            values.collect::<Vec<_>>().join("; ")
        ));
    }
    alt
}

fn n_drawn(subject: &Subject<'_>) -> usize {
    subject.scenarios.len().min(theme::MAX_SERIES)
}

fn panel_height(subject: &Subject<'_>, cohort: &Cohort<'_>) -> f64 {
    let rows = cohort.rows.len() as f64;
    HEADING_ROOM + rows * (ROW + n_drawn(subject) as f64 * ROW + ROW_GAP) + axis::TICKS_ROOM + 14.0
}

fn paint_cohort(
    canvas: &Canvas,
    subject: &Subject<'_>,
    cohort: &Cohort<'_>,
    x: std::ops::Range<f64>,
    top: f64,
) {
    let names = subject
        .scenarios
        .iter()
        .map(|scenario| text::width(&scenario.label, TICK_SIZE, true));
    let left = if subject.is_comparison() {
        names.fold(0.0, f64::max).min(130.0) + 10.0
    } else {
        0.0
    };
    let bottom = top + panel_height(subject, cohort) - axis::TICKS_ROOM - 14.0;
    let values = cohort.rows.iter().flat_map(|row| {
        let bounds = row.estimates.iter().flatten().map(|estimate| {
            if estimate.high.is_finite() {
                estimate.high
            } else {
                estimate.mean
            }
        });
        bounds.chain(row.standard)
    });
    let highest = values.fold(0.0, f64::max);
    let ticks = axis::ticks(0.0, highest.max(1e-9), 5.0);
    let y = top + HEADING_ROOM..bottom;
    let panel = canvas.panel(
        x.start + left..x.end - 10.0,
        y,
        0.0..ticks[ticks.len() - 1],
        0.0..1.0,
    );
    axis::heading(
        canvas,
        x.start,
        top + 9.0,
        &cohort.title,
        &cohort.measure.unit,
    );
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let mut top = panel.y.start;
    for row in &cohort.rows {
        paint_row(&panel, subject, row, &cohort.measure.unit, x.start, top);
        top += ROW + n_drawn(subject) as f64 * ROW + ROW_GAP;
    }
}

fn paint_row(panel: &Panel<'_>, subject: &Subject<'_>, row: &Row, unit: &str, left: f64, top: f64) {
    let canvas = panel.canvas;
    let words = capitalised(&statistic_words(row.statistic));
    let heading = Lettering::plain(TICK_SIZE, INK).halo();
    let rows_top = top + ROW;
    let (x, y) = (panel.x.start + 4.0, top + ROW / 2.0 + 1.0);
    match row.standard {
        Some(standard) => {
            let standard = format!("standard {}\u{a0}{unit}", exact(standard));
            let lettering = Lettering::plain(TICK_SIZE, STANDARD);
            canvas.text_pair(x, y, (&words, heading), (&standard, lettering));
        }
        None => canvas.text(x, y, &words, heading),
    }
    if let Some(standard) = row.standard {
        let line = Stroke {
            colour: STANDARD,
            width: 1.5,
            dash: "4 3",
        };
        let x = panel.x_at(standard);
        canvas.line(
            &[(x, rows_top), (x, rows_top + n_drawn(subject) as f64 * ROW)],
            line,
        );
    }
    for (scenario, estimate) in row.estimates.iter().enumerate().take(theme::MAX_SERIES) {
        let y = rows_top + (scenario as f64 + 0.5) * ROW;
        let style = theme::series(scenario);
        if subject.is_comparison() {
            let name = text::shorten(
                &subject.scenarios[scenario].label,
                TICK_SIZE,
                true,
                panel.x.start - left - 8.0,
            );
            canvas.text(
                left,
                y,
                &name,
                Lettering::plain(TICK_SIZE, style.text).bold(),
            );
        }
        let Some(estimate) = estimate else {
            let quiet = Lettering::plain(TICK_SIZE, QUIET).halo();
            canvas.text(panel.x.start + 6.0, y, "no patients", quiet);
            continue;
        };
        let at = panel.x_at(estimate.mean);
        let mut ends = (at, at);
        if estimate.low.is_finite() && estimate.high.is_finite() {
            ends = (panel.x_at(estimate.low.max(0.0)), panel.x_at(estimate.high));
            canvas.line(
                &[(ends.0, y), (ends.1, y)],
                Stroke::solid(style.colour, 2.0),
            );
        }
        canvas.marker(at, y, style.marker, style.colour, true);
        let value = number(estimate.mean);
        let room = text::width(&value, LABEL_SIZE, false) + 10.0;
        let (x, align) = if ends.1.max(at) + room > panel.x.end + 8.0 {
            (ends.0.min(at - 4.0) - 6.0, Align::Right)
        } else {
            (ends.1.max(at + 4.0) + 6.0, Align::Left)
        };
        canvas.text(
            x,
            y,
            &value,
            Lettering::plain(LABEL_SIZE, INK).align(align).halo(),
        );
    }
}
