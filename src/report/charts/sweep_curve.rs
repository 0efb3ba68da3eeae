//! A number over the levels of the one parameter of a grid, with intervals and the goal.

use crate::experiment::design::Design;
use crate::experiment::results::Estimate;
use crate::report::format::{number, quantity};
use crate::report::sweep::tried::{Drawn, Tried};

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, INK, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "each point is the mean at a level of the parameter, with its 95 % interval; levels stand side by side in their order. The line across is the goal, if the \
                    experiment has one.";
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 52.0;
const KEY: f64 = 24.0;

/// None of other designs, or if no level has a value.
pub fn draw(drawn: &Drawn, tried: &Tried, id: &str) -> Option<Chart> {
    let (Design::Grid(_), [parameter]) = (&drawn.design, &drawn.parameters[..]) else {
        return None;
    };
    let shown: Vec<String> = drawn
        .points
        .iter()
        .map(|point| point.shown[0].clone())
        .collect();
    let known = tried.estimates.iter().enumerate();
    let known: Vec<(usize, Estimate)> = known.filter_map(|(at, e)| Some((at, (*e)?))).collect();
    let (first, last) = (known.first()?, known.last()?);
    let (name, unit) = (tried.number.words(), &tried.number.unit);
    let title = match &drawn.goal {
        Some(goal) => {
            let met = known
                .iter()
                .filter(|(_, estimate)| goal.bound.is_met(estimate.mean));
            let levels: Vec<&str> = met.map(|(at, _)| shown[*at].as_str()).collect();
            let bound = format!(
                "{} {}",
                goal.bound.words(),
                quantity(goal.bound.value(), unit)
            );
            match levels[..] {
                [] => format!("{name}: no level of {} has {bound}", parameter.title),
                [only] => format!("{name}: {bound} at {} {only}", parameter.title),
                [from, .., to] => format!(
                    "{name}: {bound} at {} levels of {}, {from} to {to}",
                    levels.len(),
                    parameter.title
                ),
            }
        }
        None => format!(
            "{name}: {} at {} {}, {} at {}",
            quantity(first.1.mean, unit),
            parameter.title,
            shown[first.0],
            quantity(last.1.mean, unit),
            shown[last.0]
        ),
    };
    let x_name = match parameter.unit() {
        "" => parameter.title.clone(),
        unit => format!("{} ({unit})", parameter.title),
    };
    let target = drawn.goal.as_ref().map(|goal| goal.bound.value());
    let drawing = Drawing {
        title,
        subtitle: format!(
            "{name} ({unit}) in {}; n = {} replications.",
            tried.scenario,
            tried.n_replications()
        ),
        read: READ,
        alt:
            "A point with its interval for every level of the parameter. The table has the values."
                .to_owned(),
        table: table(&x_name, &name, &shown, &known),
        height: KEY + HEIGHT + axis::TICKS_ROOM + axis::TITLE_ROOM,
        paint: Box::new(move |canvas, top| {
            paint(canvas, &known, &shown, &x_name, (unit, target), top)
        }),
    };
    Some(frame::compose(id, "", drawing))
}

fn table(x_name: &str, name: &str, shown: &[String], known: &[(usize, Estimate)]) -> ChartTable {
    let columns = [x_name, name, "95 % interval", "n"].map(str::to_owned);
    let rows = known.iter().map(|(at, estimate)| {
        let Estimate { mean, low, high, n } = *estimate;
        let interval = match low.is_finite() {
            true => format!("{} to {}", number(low), number(high)),
            false => "one replication".to_owned(),
        };
        vec![shown[*at].clone(), number(mean), interval, n.to_string()]
    });
    ChartTable {
        columns: columns.to_vec(),
        rows: rows.collect(),
    }
}

fn paint(
    canvas: &Canvas,
    known: &[(usize, Estimate)],
    shown: &[String],
    x_name: &str,
    (unit, target): (&str, Option<f64>),
    top: f64,
) {
    let bounds = known
        .iter()
        .flat_map(|(_, e)| [e.low, e.high, e.mean])
        .chain(target);
    let bounds: Vec<f64> = bounds.filter(|bound| bound.is_finite()).collect();
    let low = bounds.iter().copied().fold(f64::INFINITY, f64::min);
    let high = bounds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ticks = axis::ticks(low, high, 6.0);
    let (from, to) = (ticks[0], ticks[ticks.len() - 1]);
    let n = shown.len() as f64;
    let y = top + KEY..top + KEY + HEIGHT;
    let panel = canvas.panel(MARGIN + LEFT..WIDTH - MARGIN, y, -0.5..n - 0.5, from..to);
    canvas.text(
        MARGIN,
        top + KEY / 2.0 - 4.0,
        unit,
        Lettering::plain(TICK_SIZE, QUIET),
    );
    axis::y_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::x_title(&panel, x_name);
    let every = (n * 44.0 / (WIDTH - 2.0 * MARGIN - LEFT)).ceil().max(1.0) as usize;
    for (at, shown) in shown.iter().enumerate().step_by(every) {
        let label = text::shorten(shown, TICK_SIZE, false, 110.0);
        let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Centre);
        canvas.text(panel.x_at(at as f64), panel.y.end + 12.0, &label, lettering);
    }
    if let Some(target) = target {
        let y = panel.y_at(target);
        canvas.line(
            &[(panel.x.start, y), (panel.x.end, y)],
            Stroke::solid(STANDARD, theme::LINE_WIDTH),
        );
        let lettering = Lettering::plain(TICK_SIZE, STANDARD)
            .align(Align::Right)
            .halo();
        canvas.text(
            panel.x.end,
            y - 10.0,
            &format!("goal {}", quantity(target, unit)),
            lettering,
        );
    }
    let style = theme::series(0);
    let means: Vec<(f64, f64)> = known.iter().map(|(at, e)| (*at as f64, e.mean)).collect();
    panel.line(means, Stroke::solid(style.colour, theme::LINE_WIDTH));
    for (at, estimate) in known {
        let x = panel.x_at(*at as f64);
        if estimate.low.is_finite() {
            let ends = [
                (x, panel.y_at(estimate.low)),
                (x, panel.y_at(estimate.high)),
            ];
            canvas.line(&ends, Stroke::solid(INK, 1.5));
        }
        let words = format!("{}: {}", shown[*at], quantity(estimate.mean, unit));
        canvas.tip(&words, || {
            canvas.marker(
                x,
                panel.y_at(estimate.mean),
                style.marker,
                style.colour,
                true,
            )
        });
    }
}
