//! Forecasts of a backtest against what was published: one panel per series, month by month.

use crate::experiment::backtest::{Forecast, Tested};
use crate::report::format::number;

use super::canvas::{Canvas, Lettering, Stroke};
use super::months::{Frame, Grid};
use super::theme::{self, LINE_WIDTH, MARGIN, TICK_SIZE};
use super::{Chart, ChartTable, Drawing, frame};

const READ: &str = "points are what was published; the line is the forecast, which did not know them, and the band its 95 % prediction interval. \
                    A point outside the band is hollow.";
const KEY: f64 = 26.0;

/// None without a forecast. `finding` is the title.
pub fn draw(tested: &[Tested], finding: &str, n_replications: usize) -> Option<Chart> {
    let series: Vec<&Tested> = tested
        .iter()
        .filter(|one| one.forecasts().len() > 1)
        .collect();
    if series.is_empty() {
        return None;
    }
    let grid = Grid {
        n_columns: 2,
        n_panels: series.len(),
    };
    let drawing = Drawing {
        title: finding.to_owned(),
        subtitle: format!(
            "Mean of {n_replications} replications with its 95 % prediction interval, by month; n is the number of months."
        ),
        read: READ,
        alt: format!(
            "{} small plots of forecast and published figures by month. The table has the values.",
            series.len()
        ),
        table: table(&series),
        height: KEY + grid.height(),
        paint: Box::new(move |canvas, top| {
            key(canvas, top);
            for (at, one) in series.iter().enumerate() {
                panel(canvas, one, grid, at, top + KEY);
            }
        }),
    };
    Some(frame::compose("forecast", "", drawing))
}

fn table(series: &[&Tested]) -> ChartTable {
    let columns = [
        "Series",
        "Month",
        "Published",
        "Forecast",
        "95 % prediction interval",
    ];
    let rows = series.iter().flat_map(|one| {
        one.forecasts().iter().map(|month| {
            vec![
                one.series.name.clone(),
                month.month.written(),
                number(month.published),
                number(month.forecast),
                format!("{} to {}", number(month.low), number(month.high)),
            ]
        })
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn key(canvas: &Canvas, top: f64) {
    let style = theme::series(0);
    let published = theme::series(1);
    let y = top + 8.0;
    canvas.marker(MARGIN + 6.0, y, published.marker, published.colour, true);
    canvas.text(
        MARGIN + 16.0,
        y,
        "published",
        Lettering::plain(TICK_SIZE, published.text),
    );
    let x = MARGIN + 96.0;
    canvas.line(
        &[(x, y), (x + 24.0, y)],
        Stroke::solid(style.colour, LINE_WIDTH),
    );
    canvas.text(
        x + 30.0,
        y,
        "forecast with 95 % prediction interval",
        Lettering::plain(TICK_SIZE, style.text),
    );
}

fn panel(canvas: &Canvas, one: &Tested, grid: Grid, at: usize, top: f64) {
    let months = one.forecasts();
    let values = |of: fn(&Forecast) -> f64| months.iter().map(of);
    let low = values(|month| month.low.min(month.published)).fold(f64::INFINITY, f64::min);
    let high = values(|month| month.high.max(month.published)).fold(f64::NEG_INFINITY, f64::max);
    let first = months[0].month;
    let frame = Frame {
        title: &one.series.name,
        unit: format!("{} (n = {})", one.series.unit, months.len()),
        first,
        last: months[months.len() - 1].month,
        values: low..high,
    };
    let drawn = grid.panel(canvas, at, top, &frame);
    let band = |of: fn(&Forecast) -> f64| {
        let points = months
            .iter()
            .map(|month| (f64::from(month.month.0 - first.0), of(month)));
        points.collect::<Vec<_>>()
    };
    let style = theme::series(0);
    drawn.ribbon(
        &band(|month| month.low),
        &band(|month| month.high),
        style.colour,
    );
    drawn.line(
        band(|month| month.forecast),
        Stroke::solid(style.colour, LINE_WIDTH),
    );
    let published = theme::series(1);
    for value in months {
        let x = drawn.x_at(f64::from(value.month.0 - first.0));
        let y = drawn.y_at(value.published);
        let words = format!(
            "{}: {} published, {} forecast",
            value.month.written(),
            number(value.published),
            number(value.forecast)
        );
        canvas.tip(&words, || {
            canvas.marker(x, y, published.marker, published.colour, value.is_covered())
        });
    }
}
