//! What one more unit of each pool does, the best first: a point with its interval for each.

use crate::experiment::bottleneck::{Bottleneck, Effect, Tried};
use crate::report::bottleneck::{Number, finding, line_parts, line_words};
use crate::report::format::{number, signed};
use crate::uec::model::{Better, Model};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, Marker, QUIET, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, axis, frame, text};

const READ: &str = "each point is the change from the scenario as it is with one more unit of that pool alone, with the same patients, and the bar its interval. The \
                    intervals hold all together, and a hollow point cannot be told from no change.";
const ROW: f64 = 34.0;
const NAMES: f64 = 250.0;
const VALUES: f64 = 180.0;
const HEADER: f64 = 26.0;
/// Further ones are in the table.
const MOST_ROWS: usize = 24;

/// None if no pool was tried.
pub fn draw(model: &Model, of: &Number<'_>, found: &Bottleneck) -> Option<Chart> {
    let rows: Vec<(&Tried, Effect)> = found
        .tried
        .iter()
        .filter_map(|one| Some((one, one.effects.first().copied().flatten()?)))
        .collect();
    let n = rows.first()?.1.difference.n;
    let shown = &rows[..rows.len().min(MOST_ROWS)];
    let best = match of.better {
        Better::Lower => ", less is better",
        Better::Higher => ", more is better",
        Better::Neither => "",
    };
    let drawing = Drawing {
        title: finding(model, of, found),
        subtitle: format!(
            "{}: change of {} ({}{best}) by one more unit; {n} paired replications, {:.2}\u{a0}% intervals, which for {} pools hold together at 95 %.",
            model.title,
            of.name(),
            of.unit,
            found.confidence * 100.0,
            found.tried.len()
        ),
        read: READ,
        alt: format!(
            "Points with intervals, one row per pool. {}. The table has the values.",
            finding(model, of, found)
        ),
        table: table(model, of, &rows),
        height: HEADER + shown.len() as f64 * ROW + axis::TICKS_ROOM + axis::TITLE_ROOM + 4.0,
        paint: Box::new(move |canvas, top| paint(canvas, model, of, shown, top)),
    };
    Some(frame::compose("bottleneck", "", drawing))
}

fn table(model: &Model, of: &Number<'_>, rows: &[(&Tried, Effect)]) -> ChartTable {
    let columns = [
        "One more unit of",
        "Waiting, mean",
        "As it is",
        "Change",
        "Interval",
        "Verdict",
    ];
    let rows = rows.iter().map(|(one, effect)| {
        let difference = effect.difference;
        vec![
            line_words(model, one.candidate.line),
            number(one.candidate.waiting),
            number(effect.baseline.mean),
            signed(difference.mean),
            crate::report::findings::interval(&difference),
            of.verdict(&difference).to_owned(),
        ]
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn paint(canvas: &Canvas, model: &Model, of: &Number<'_>, rows: &[(&Tried, Effect)], top: f64) {
    let bounds = rows.iter().flat_map(|(_, effect)| {
        let difference = effect.difference;
        [difference.low, difference.high, difference.mean]
    });
    let bounds = bounds.filter(|bound| bound.is_finite());
    let (low, high) = bounds.fold((0.0_f64, 0.0_f64), |(low, high), bound| {
        (low.min(bound), high.max(bound))
    });
    let ticks = axis::ticks(low, high.max(low + 1e-9), 5.0);
    let (first, last) = (ticks[0], ticks[ticks.len() - 1]);
    let plot = top + HEADER..top + HEADER + rows.len() as f64 * ROW;
    let x = MARGIN + NAMES..WIDTH - MARGIN - VALUES;
    let panel = canvas.panel(x, plot.clone(), first..last, 0.0..1.0);
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::x_title(&panel, &format!("change by one more unit ({})", of.unit));
    let zero = panel.x_at(0.0);
    canvas.line(
        &[(zero, plot.start), (zero, plot.end)],
        Stroke::solid(theme::AXIS, 1.5),
    );
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    let header = top + HEADER / 2.0 - 2.0;
    canvas.text(MARGIN, header, "One more unit of", quiet);
    canvas.text(panel.x.end + 14.0, header, "Change and its interval", quiet);
    for (at, (one, effect)) in rows.iter().enumerate() {
        let y = plot.start + (at as f64 + 0.5) * ROW;
        let (name, site) = line_parts(model, one.candidate.line);
        let name = text::shorten(&name, LABEL_SIZE, false, NAMES - 12.0);
        let up = if site.is_empty() { 0.0 } else { 7.0 };
        canvas.text(MARGIN, y - up, &name, Lettering::plain(LABEL_SIZE, INK));
        let site = text::shorten(&site, TICK_SIZE, false, NAMES - 12.0);
        canvas.text(MARGIN, y + 8.0, &site, quiet);
        paint_effect(&panel, of, effect, y);
    }
}

fn paint_effect(panel: &Panel<'_>, of: &Number<'_>, effect: &Effect, y: f64) {
    let canvas = panel.canvas;
    let difference = effect.difference;
    let verdict = of.verdict(&difference);
    let colour = match verdict {
        "better" => theme::BETTER,
        "worse" => theme::WORSE,
        "cannot tell" => QUIET,
        _ => INK,
    };
    if difference.low.is_finite() && difference.high.is_finite() {
        let (from, to) = (panel.x_at(difference.low), panel.x_at(difference.high));
        canvas.line(&[(from, y), (to, y)], Stroke::solid(colour, 2.0));
    }
    canvas.marker(
        panel.x_at(difference.mean),
        y,
        Marker::Circle,
        colour,
        verdict != "cannot tell",
    );
    let interval = crate::report::findings::interval(&difference);
    let words = format!("{} ({interval})", signed(difference.mean));
    let words = text::shorten(&words, TICK_SIZE, false, VALUES - 14.0);
    let lettering = Lettering::plain(TICK_SIZE, INK).align(Align::Left);
    canvas.text(panel.x.end + 14.0, y, &words, lettering);
}
