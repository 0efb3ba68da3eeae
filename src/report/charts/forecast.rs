//! Forecasts of a backtest against what was published: one panel per series, month by month.

use crate::experiment::backtest::{Forecast, Tested};
use crate::report::format::number;

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, LINE_WIDTH, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "points are what was published; the line is the forecast, which did not know them, and the band its 95 % prediction interval. \
                    A point outside the band is hollow.";
const LEFT: f64 = 56.0;
const GAP: f64 = 64.0;
const PLOT: f64 = 110.0;
const HEADING: f64 = 24.0;
const ROW: f64 = HEADING + PLOT + 44.0;
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
    let height = KEY + series.len().div_ceil(2) as f64 * ROW;
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
        height,
        paint: Box::new(move |canvas, top| {
            key(canvas, top);
            for (at, one) in series.iter().enumerate() {
                let column = (at % 2) as f64;
                let width = (WIDTH - 2.0 * MARGIN - 2.0 * LEFT - (GAP - LEFT)) / 2.0;
                let x = MARGIN + LEFT + column * (width + GAP);
                panel(canvas, one, x..x + width, top + KEY + (at / 2) as f64 * ROW);
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

fn panel(canvas: &Canvas, one: &Tested, x: std::ops::Range<f64>, top: f64) {
    let months = one.forecasts();
    let title = text::shorten(
        &one.series.name,
        theme::PANEL_TITLE_SIZE,
        true,
        x.end - x.start + LEFT - 116.0,
    );
    let unit = format!("{} (n = {})", one.series.unit, months.len());
    axis::heading(canvas, x.start - LEFT + 8.0, top + 6.0, &title, &unit);
    let values = |of: fn(&Forecast) -> f64| months.iter().map(of);
    let low = values(|month| month.low.min(month.published)).fold(f64::INFINITY, f64::min);
    let high = values(|month| month.high.max(month.published)).fold(f64::NEG_INFINITY, f64::max);
    let ticks = axis::ticks(low, high, 4.0);
    let (first, last) = (ticks[0].min(low), ticks[ticks.len() - 1].max(high));
    let margin = 0.4;
    let n = months.len() as f64;
    let y = top + HEADING..top + HEADING + PLOT;
    let drawn = canvas.panel(x, y, -margin..n - 1.0 + margin, first..last);
    let inside: Vec<f64> = ticks
        .iter()
        .copied()
        .filter(|tick| (first..=last).contains(tick))
        .collect();
    axis::y_axis(&drawn, &inside, |tick| axis::tick_text(tick, &inside));
    let at = |month: usize| month as f64;
    let band = |of: fn(&Forecast) -> f64| {
        months
            .iter()
            .enumerate()
            .map(|(month, value)| (at(month), of(value)))
            .collect::<Vec<_>>()
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
    for (month, value) in months.iter().enumerate() {
        let (x, y) = (drawn.x_at(at(month)), drawn.y_at(value.published));
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
    let floor = drawn.y.end;
    canvas.line(
        &[(drawn.x.start, floor), (drawn.x.end, floor)],
        Stroke::solid(theme::AXIS, theme::GRID_WIDTH),
    );
    for (month, value) in months.iter().enumerate().step_by(months.len().div_ceil(4)) {
        let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Centre);
        canvas.text(
            drawn.x_at(at(month)),
            floor + 12.0,
            &value.month.written(),
            lettering,
        );
    }
}
