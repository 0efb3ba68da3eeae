//! How far every figure is from what was published, in parts of what it may differ by, on one axis.

use crate::experiment::reproduction::{Judged, Reproduction};
use crate::report::charts::canvas::{Canvas, Lettering, Stroke};
use crate::report::charts::theme::{self, LABEL_SIZE, MARGIN, Marker, QUIET, TICK_SIZE, WIDTH};
use crate::report::charts::{ChartTable, Drawing, axis, text};
use crate::report::format::{exact, exact_or_empty};

use super::words::sentence;

const READ: &str = "each point is a figure against a value given for it: the middle line is no difference, and between the \
     dashed lines the difference is one that chance explains. Points beyond the axis stand at its end.";
const ROW: f64 = 26.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 20.0;
const HEAD: f64 = 22.0;
/// End of the axis, in parts of what is allowed.
const MOST: f64 = 2.0;

/// None if nothing was judged.
pub fn draw(reproduction: &Reproduction) -> Option<Drawing<'_>> {
    let mut scenarios: Vec<(&str, Vec<f64>)> = Vec::new();
    for judged in &reproduction.judged {
        let parts = parts(judged);
        if parts.is_empty() {
            continue;
        }
        let scenario = judged.figure.scenario.as_str();
        match scenarios.iter_mut().find(|(known, _)| *known == scenario) {
            Some((_, all)) => all.extend(parts),
            None => scenarios.push((scenario, parts)),
        }
    }
    if scenarios.is_empty() {
        return None;
    }
    let title = sentence(reproduction);
    let n_points: usize = scenarios.iter().map(|(_, parts)| parts.len()).sum();
    let rows = reproduction.judged.iter().flat_map(table_rows);
    Some(Drawing {
        subtitle: format!(
            "{n_points} differences from given values, in parts of {} standard errors of the difference; by scenario.",
            exact(reproduction.description.limit)
        ),
        read: READ,
        alt: title.clone(),
        title,
        table: ChartTable {
            columns: ["Figure", "Scenario", "From", "Difference", "May differ by"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
        },
        height: HEAD + ROW * scenarios.len() as f64 + axis::TICKS_ROOM + axis::TITLE_ROOM,
        paint: Box::new(move |canvas, top| paint(canvas, &scenarios, top)),
    })
}

fn parts(judged: &Judged) -> Vec<f64> {
    let judged = judged.comparisons.iter().filter_map(|one| {
        let allowed = one.allowed?;
        // Without any spread there is only equal or not.
        Some(match allowed > 0.0 {
            true => one.difference / allowed,
            false if one.difference == 0.0 => 0.0,
            false => f64::INFINITY.copysign(one.difference),
        })
    });
    judged.collect()
}

fn table_rows(judged: &Judged) -> Vec<Vec<String>> {
    let references = judged.figure.references.iter().zip(&judged.comparisons);
    let rows = references.map(|(reference, comparison)| {
        vec![
            judged.figure.title.clone(),
            judged.figure.scenario.clone(),
            reference.source.clone(),
            exact(comparison.difference),
            exact_or_empty(comparison.allowed),
        ]
    });
    rows.collect()
}

fn paint(canvas: &Canvas, scenarios: &[(&str, Vec<f64>)], top: f64) {
    let bottom = top + HEAD + ROW * scenarios.len() as f64;
    let panel = canvas.panel(
        LEFT..WIDTH - RIGHT - MARGIN,
        top + HEAD..bottom,
        -MOST..MOST,
        0.0..1.0,
    );
    let ticks = [-2.0, -1.0, 0.0, 1.0, 2.0];
    axis::x_axis(&panel, &ticks, |tick| {
        crate::report::format::with_decimals(tick, 0)
    });
    axis::x_title(&panel, "Difference in parts of what chance explains");
    for bound in [-1.0, 1.0] {
        let x = panel.x_at(bound);
        let stroke = Stroke {
            colour: theme::STANDARD,
            width: 1.5,
            dash: "5 3",
        };
        canvas.line(&[(x, panel.y.start), (x, panel.y.end)], stroke);
    }
    let agrees = Lettering::plain(TICK_SIZE, theme::STANDARD)
        .align(crate::report::charts::canvas::Align::Centre);
    canvas.text(panel.x_at(0.0), top + 8.0, "agrees", agrees);
    for side in [-1.5, 1.5] {
        canvas.text(panel.x_at(side), top + 8.0, "falls out", agrees);
    }
    for (position, (scenario, parts)) in scenarios.iter().enumerate() {
        let y = top + HEAD + (position as f64 + 0.5) * ROW;
        let name = text::shorten(scenario, LABEL_SIZE, false, LEFT - MARGIN - 10.0);
        canvas.text(MARGIN, y, &name, Lettering::plain(LABEL_SIZE, QUIET));
        for part in parts {
            let falls_out = part.abs() > 1.0;
            let (marker, colour) = match falls_out {
                true => (Marker::Diamond, theme::WORSE),
                false => (Marker::Circle, theme::BETTER),
            };
            let x = panel.x_at(part.clamp(-MOST, MOST));
            canvas.marker(x, y, marker, colour, falls_out);
        }
    }
}
