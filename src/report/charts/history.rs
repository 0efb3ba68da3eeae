//! Published figures against simulated ones, month by month: points on a ribbon.

use crate::experiment::history::{Simulated, Traced};
use crate::report::format::number;

use super::canvas::{Canvas, Lettering, Stroke};
use super::months::{Frame, Grid};
use super::theme::{self, LINE_WIDTH, MARGIN, TICK_SIZE};
use super::{Chart, ChartTable, Drawing, frame};

const READ: &str = "points are what was published; the line is the mean of the replications, and a further replication would lie in the band with 95 %. \
                    A point outside the band is hollow: chance in the model does not explain it.";
const KEY: f64 = 26.0;

/// None if no simulated month is published.
pub fn draw(traced: &[Traced], n_replications: usize) -> Option<Chart> {
    let shown: Vec<&Traced> = traced
        .iter()
        .filter(|one| one.months.iter().any(|month| month.published.is_some()))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let grid = Grid {
        n_columns: 2,
        n_panels: shown.len(),
    };
    let drawing = Drawing {
        title: finding(&shown),
        subtitle: format!(
            "By month; mean of n = {n_replications} replications with the interval of a further one (95 %). Units stand below the names."
        ),
        read: READ,
        alt: format!(
            "{} small plots of simulated and published figures by month. The table has the values.",
            shown.len()
        ),
        table: table(&shown),
        height: KEY + grid.height(),
        paint: Box::new(move |canvas, top| {
            key(canvas, top);
            for (at, one) in shown.iter().enumerate() {
                panel(canvas, one, grid, at, top + KEY);
            }
        }),
    };
    Some(frame::compose("history", "", drawing))
}

/// How many published months could be of the simulated system.
fn finding(shown: &[&Traced]) -> String {
    let months = || shown.iter().flat_map(|one| &one.months);
    let judged = months().filter_map(Simulated::is_within).count();
    let within = months()
        .filter(|month| month.is_within() == Some(true))
        .count();
    match judged {
        0 => "Published and simulated figures by month; one replication says nothing of chance"
            .to_owned(),
        n => format!("{within} of {n} published months lie where a simulated one would"),
    }
}

fn table(shown: &[&Traced]) -> ChartTable {
    let columns = [
        "Series",
        "Unit",
        "Month",
        "Published",
        "Simulated",
        "95 % of replications",
    ];
    let rows = shown.iter().flat_map(|one| {
        one.months.iter().map(|month| {
            let interval = match month.low.is_finite() {
                true => format!("{} to {}", number(month.low), number(month.high)),
                false => String::new(),
            };
            vec![
                one.series.name.clone(),
                one.series.unit.clone(),
                month.month.written(),
                month.published.map_or_else(String::new, number),
                number(month.mean),
                interval,
            ]
        })
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn key(canvas: &Canvas, top: f64) {
    let (style, published) = (theme::series(0), theme::series(1));
    let y = top + 8.0;
    canvas.marker(MARGIN + 6.0, y, published.marker, published.colour, true);
    let words = Lettering::plain(TICK_SIZE, published.text);
    canvas.text(MARGIN + 16.0, y, "published", words);
    canvas.marker(MARGIN + 96.0, y, published.marker, published.colour, false);
    canvas.text(MARGIN + 106.0, y, "published, outside the band", words);
    let x = MARGIN + 290.0;
    canvas.line(
        &[(x, y), (x + 24.0, y)],
        Stroke::solid(style.colour, LINE_WIDTH),
    );
    let words = Lettering::plain(TICK_SIZE, style.text);
    canvas.text(
        x + 30.0,
        y,
        "simulated, with the interval of a further replication",
        words,
    );
}

fn panel(canvas: &Canvas, one: &Traced, grid: Grid, at: usize, top: f64) {
    let months = &one.months;
    let bounds = |month: &Simulated| {
        [
            month.low,
            month.high,
            month.mean,
            month.published.unwrap_or(month.mean),
        ]
    };
    let values = || {
        months
            .iter()
            .flat_map(bounds)
            .filter(|value| value.is_finite())
    };
    let first = months[0].month;
    let published = months
        .iter()
        .filter(|month| month.published.is_some())
        .count();
    let frame = Frame {
        title: &one.series.name,
        unit: format!("{} (n = {published})", one.series.unit),
        first,
        last: months[months.len() - 1].month,
        values: values().fold(f64::INFINITY, f64::min)..values().fold(f64::NEG_INFINITY, f64::max),
    };
    let drawn = grid.panel(canvas, at, top, &frame);
    let x = |month: &Simulated| f64::from(month.month.0 - first.0);
    let along = |of: fn(&Simulated) -> f64| -> Vec<(f64, f64)> {
        months.iter().map(|month| (x(month), of(month))).collect()
    };
    let style = theme::series(0);
    if months.iter().all(|month| month.low.is_finite()) {
        drawn.ribbon(
            &along(|month| month.low),
            &along(|month| month.high),
            style.colour,
        );
    }
    drawn.line(
        along(|month| month.mean),
        Stroke::solid(style.colour, LINE_WIDTH),
    );
    let style = theme::series(1);
    for month in months {
        let Some(published) = month.published else {
            continue;
        };
        let words = format!(
            "{}: {} published, {} simulated",
            month.month.written(),
            number(published),
            number(month.mean)
        );
        let (x, y) = (drawn.x_at(x(month)), drawn.y_at(published));
        let is_within = month.is_within() != Some(false);
        canvas.tip(&words, || {
            canvas.marker(x, y, style.marker, style.colour, is_within)
        });
    }
}
