//! What a number does as each parameter goes to its ends while the others stay: bars from the base, largest first.

use crate::experiment::design::{Design, Parameter};
use crate::experiment::results::Estimate;
use crate::report::format::{change, number, quantity, signed, unit_of_difference};
use crate::report::sweep::short;
use crate::report::sweep::tried::{Drawn, Tried};

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "each row is a parameter that goes to its lowest and highest value while the others stay at their base; a bar is how far the number moves, with the \
                    95 % interval of the paired difference. A bar whose interval includes 0 cannot be told from no effect.";
const ROW: f64 = 34.0;
const NAMES: f64 = 190.0;
const KEY: f64 = 24.0;
/// Room beside the bars for their values.
const SIDE: f64 = 96.0;

/// A parameter at one end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct End {
    value: f64,
    difference: Estimate,
}

/// A parameter with what its ends do.
struct Bar<'d> {
    parameter: &'d Parameter,
    low: Option<End>,
    high: Option<End>,
}

impl Bar<'_> {
    fn ends(&self) -> impl Iterator<Item = End> {
        [self.low, self.high].into_iter().flatten()
    }

    fn reach(&self) -> f64 {
        self.ends()
            .map(|end| end.difference.mean.abs())
            .fold(0.0, f64::max)
    }

    fn is_told(&self) -> bool {
        self.ends()
            .any(|end| end.difference.low > 0.0 || end.difference.high < 0.0)
    }
}

/// None of other designs, or if the base has no value.
pub fn draw(drawn: &Drawn, tried: &Tried, id: &str) -> Option<Chart> {
    let Design::OneAtATime { steps, .. } = &drawn.design else {
        return None;
    };
    let base = tried.estimates.first().copied().flatten()?;
    let mut bars: Vec<Bar<'_>> = drawn
        .parameters
        .iter()
        .enumerate()
        .map(|(at, parameter)| bar(at, parameter, steps, tried))
        .collect();
    bars.retain(|bar| bar.low.is_some() || bar.high.is_some());
    bars.sort_by(|a, b| b.reach().total_cmp(&a.reach()));
    let (first, unit) = (bars.first()?, &tried.number.unit);
    let name = tried.number.words();
    let title = match first.is_told() {
        false => format!("{name}: no parameter's effect can be told from none"),
        true => {
            let ends: Vec<String> = first
                .ends()
                .map(|end| {
                    let at = short(first.parameter, end.value);
                    format!("{} at {at}", change(end.difference.mean, unit))
                })
                .collect();
            format!(
                "{name} hangs most on {}: {}",
                first.parameter.title,
                ends.join(", ")
            )
        }
    };
    let drawing = Drawing {
        title,
        subtitle: format!(
            "Change of {name} ({unit}) in {} from {} at the base; n = {} paired replications.",
            tried.scenario,
            quantity(base.mean, unit),
            tried.n_replications()
        ),
        read: READ,
        alt: "Bars to both sides of the base for every parameter, the longest on top. The table has the values.".to_owned(),
        table: table(&bars, unit),
        height: KEY + bars.len() as f64 * ROW + axis::TICKS_ROOM + axis::TITLE_ROOM + 6.0,
        paint: Box::new(move |canvas, top| paint(canvas, &bars, unit, top)),
    };
    Some(frame::compose(id, "", drawing))
}

/// The lowest and the highest value that were tried.
fn bar<'d>(at: usize, parameter: &'d Parameter, steps: &[(usize, f64)], tried: &Tried) -> Bar<'d> {
    let base = parameter.base();
    let mut ends: Vec<End> = steps
        .iter()
        .enumerate()
        .filter(|(_, (of, _))| *of == at)
        .filter_map(|(step, (_, value))| {
            let difference = tried.difference(step + 1)?;
            Some(End {
                value: *value,
                difference,
            })
        })
        .collect();
    ends.sort_by(|a, b| a.value.total_cmp(&b.value));
    Bar {
        parameter,
        low: ends.first().copied().filter(|end| end.value < base),
        high: ends.last().copied().filter(|end| end.value > base),
    }
}

fn table(bars: &[Bar<'_>], unit: &str) -> ChartTable {
    let columns = ["Parameter", "Base", "At", "Change", "95 % interval", "n"];
    let rows = bars.iter().flat_map(|bar| {
        let parameter = bar.parameter;
        bar.ends().map(move |end| {
            let Estimate { mean, low, high, n } = end.difference;
            let interval = match low.is_finite() {
                true => format!("{} to {}", signed(low), signed(high)),
                false => "one replication".to_owned(),
            };
            vec![
                parameter.title.clone(),
                parameter.shown(parameter.base()),
                format!("{} {}", parameter.shown(end.value), parameter.unit())
                    .trim_end()
                    .to_owned(),
                change(mean, unit),
                interval,
                n.to_string(),
            ]
        })
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn paint(canvas: &Canvas, bars: &[Bar<'_>], unit: &str, top: f64) {
    let ends = || bars.iter().flat_map(Bar::ends);
    let reach = |end: End| {
        let bounds = [end.difference.low, end.difference.high, end.difference.mean];
        bounds
            .into_iter()
            .filter(|bound| bound.is_finite())
            .collect::<Vec<f64>>()
    };
    let low = ends().flat_map(reach).fold(0.0, f64::min);
    let high = ends().flat_map(reach).fold(0.0, f64::max);
    let (low, high) = if low == high {
        (-1.0, 1.0)
    } else {
        (low, high)
    };
    let plot = top + KEY..top + KEY + bars.len() as f64 * ROW;
    let x = MARGIN + NAMES + SIDE..WIDTH - MARGIN - SIDE;
    let panel = canvas.panel(x, plot.clone(), low..high, 0.0..1.0);
    let ticks: Vec<f64> = axis::ticks(low, high, 6.0)
        .into_iter()
        .filter(|tick| (low..=high).contains(tick))
        .collect();
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let unit = unit_of_difference(unit);
    axis::x_title(&panel, &format!("change from the base ({unit})"));
    for (row, bar) in bars.iter().enumerate() {
        let y = plot.start + (row as f64 + 0.5) * ROW;
        let name = text::shorten(&bar.parameter.title, LABEL_SIZE, false, NAMES - 8.0);
        canvas.text(MARGIN, y, &name, Lettering::plain(LABEL_SIZE, INK));
        // Both ends may lie to one side: then each has half of the row.
        let is_shared = bar
            .low
            .zip(bar.high)
            .is_some_and(|(low, high)| (low.difference.mean > 0.0) == (high.difference.mean > 0.0));
        for (end, style, half) in [
            (bar.low, theme::series(0), -1.0),
            (bar.high, theme::series(1), 1.0),
        ] {
            let Some(end) = end else { continue };
            let (from, thick) = match is_shared {
                true => (y + half * 7.0, 6.0),
                false => (y, 9.0),
            };
            let shown = format!(
                "{} {}",
                short(bar.parameter, end.value),
                bar.parameter.unit()
            );
            paint_end(&panel, end, style, shown.trim_end(), from, thick);
        }
    }
    let zero = panel.x_at(0.0);
    canvas.line(
        &[(zero, plot.start), (zero, plot.end)],
        Stroke::solid(theme::AXIS, 1.5),
    );
    paint_key(canvas, top);
}

fn paint_end(
    panel: &super::canvas::Panel<'_>,
    end: End,
    style: theme::SeriesStyle,
    shown: &str,
    y: f64,
    thick: f64,
) {
    let Estimate {
        mean, low, high, ..
    } = end.difference;
    let canvas = panel.canvas;
    let (zero, tip) = (panel.x_at(0.0), panel.x_at(mean));
    let words = format!("{shown}: {}", signed(mean));
    canvas.tip(&words, || {
        canvas.rectangle(
            zero.min(tip)..zero.max(tip),
            y - thick..y + thick,
            style.colour,
        );
    });
    let mut edges = (zero.min(tip), zero.max(tip));
    if low.is_finite() {
        let (from, to) = (panel.x_at(low), panel.x_at(high));
        canvas.line(&[(from, y), (to, y)], Stroke::solid(theme::PAPER, 4.0));
        canvas.line(&[(from, y), (to, y)], Stroke::solid(INK, 1.5));
        edges = (edges.0.min(from), edges.1.max(to));
    }
    let value = format!("{shown}: {}", number_of(mean));
    let lettering = Lettering::plain(TICK_SIZE, style.text);
    match mean < 0.0 {
        true => canvas.text(
            edges.0 - 5.0,
            y,
            &value,
            lettering.align(Align::Right).halo(),
        ),
        false => canvas.text(edges.1 + 5.0, y, &value, lettering.halo()),
    }
}

fn number_of(mean: f64) -> String {
    match mean {
        0.0 => number(mean),
        mean => signed(mean),
    }
}

fn paint_key(canvas: &Canvas, top: f64) {
    let y = top + KEY / 2.0 - 3.0;
    let keys = [
        (theme::series(0), "lowest value"),
        (theme::series(1), "highest value"),
    ];
    let mut x = MARGIN + NAMES;
    for (style, words) in keys {
        canvas.rectangle(x..x + 14.0, y - 5.0..y + 5.0, style.colour);
        canvas.text(x + 20.0, y, words, Lettering::plain(TICK_SIZE, QUIET));
        x += 34.0 + text::width(words, TICK_SIZE, false);
    }
}
