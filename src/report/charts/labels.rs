//! Labels that stand beside what they name: moved apart so that none covers another.

use crate::report::subject::{Scenario, Subject};

use super::canvas::{Canvas, Lettering, Stroke};
use super::theme::{self, LABEL_SIZE, SeriesStyle, TICK_SIZE};

/// `wanted` positions moved as little as it takes for neighbours to be `gap` apart within `from..to`; order is kept.
pub fn spread(wanted: &[f64], gap: f64, from: f64, to: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]).then(a.cmp(&b)));
    let mut placed: Vec<f64> = order
        .iter()
        .map(|&label| wanted[label].clamp(from, to.max(from)))
        .collect();
    for position in 1..placed.len() {
        placed[position] = placed[position].max(placed[position - 1] + gap);
    }
    let mut limit = to;
    for position in placed.iter_mut().rev() {
        *position = position.min(limit);
        limit = *position - gap;
    }
    // Balance: a group that was only pushed down moves back up by half of how far its first label could go.
    let pushed: f64 = order
        .iter()
        .zip(&placed)
        .map(|(&label, at)| at - wanted[label])
        .sum::<f64>();
    let room = placed.first().map_or(0.0, |first| first - from).max(0.0);
    let touching = placed
        .windows(2)
        .all(|pair| pair[1] - pair[0] <= gap + 1e-9);
    if touching && placed.len() > 1 {
        let shift = (pushed / placed.len() as f64).clamp(0.0, room);
        placed.iter_mut().for_each(|at| *at -= shift);
    }
    let mut result = vec![0.0; wanted.len()];
    for (&label, at) in order.iter().zip(placed) {
        result[label] = at;
    }
    result
}

/// Words beside the end of a line: a name and a value below it.
pub struct EndLabel {
    pub style: SeriesStyle,
    pub name: String,
    pub value: String,
    /// Where the line ends on the page.
    pub end: (f64, f64),
}

const ROW: f64 = 15.0;

/// Room the labels need to the right of the lines.
pub fn end_label_room(labels: &[(String, String)]) -> f64 {
    let widths = labels.iter().map(|(name, value)| {
        let name = super::text::width(name, LABEL_SIZE, true);
        name.max(super::text::width(value, TICK_SIZE, false))
    });
    widths.fold(0.0, f64::max) + 22.0
}

/// Draws the labels from `x` on, between `top` and `bottom`, each tied to its line.
pub fn draw_end_labels(canvas: &Canvas, labels: &[EndLabel], x: f64, top: f64, bottom: f64) {
    let height = if labels.iter().any(|label| !label.name.is_empty()) {
        2.0 * ROW
    } else {
        ROW
    };
    let wanted: Vec<f64> = labels.iter().map(|label| label.end.1).collect();
    let half = height / 2.0;
    let placed = spread(&wanted, height + 4.0, top + half, bottom - half);
    for (label, &y) in labels.iter().zip(&placed) {
        let tie = Stroke::solid(label.style.colour, 1.0);
        canvas.line(&[label.end, (x + 14.0, y)], tie);
        canvas.marker(
            label.end.0,
            label.end.1,
            label.style.marker,
            label.style.colour,
            true,
        );
        let named = !label.name.is_empty();
        if named {
            canvas.text(
                x + 18.0,
                y - ROW / 2.0,
                &label.name,
                Lettering::plain(LABEL_SIZE, label.style.text).bold().halo(),
            );
        }
        let y = if named { y + ROW / 2.0 } else { y };
        canvas.text(
            x + 18.0,
            y,
            &label.value,
            Lettering::plain(TICK_SIZE, theme::INK).halo(),
        );
    }
}

/// Room for [`paint_key`], which a single scenario does not need.
pub fn key_room(subject: &Subject<'_>) -> f64 {
    match subject.is_comparison() {
        true => 26.0,
        false => 0.0,
    }
}

/// Names the scenarios of a comparison above a plot.
pub fn paint_key(canvas: &Canvas, subject: &Subject<'_>, top: f64) {
    if subject.is_comparison() {
        scenario_key(canvas, &subject.scenarios, 0, theme::MARGIN, top + 9.0);
    }
}

/// One line that names scenarios, the first of them at position `first`, for charts whose rows leave no room for names.
pub fn scenario_key(canvas: &Canvas, scenarios: &[Scenario<'_>], first: usize, x: f64, y: f64) {
    let mut x = x;
    for (position, scenario) in scenarios.iter().enumerate().take(theme::MAX_SERIES - first) {
        let style = theme::series(first + position);
        canvas.marker(x + 5.0, y, style.marker, style.colour, true);
        canvas.text(
            x + 15.0,
            y,
            &scenario.label,
            Lettering::plain(LABEL_SIZE, style.text).bold(),
        );
        x += 15.0 + super::text::width(&scenario.label, LABEL_SIZE, true) + 22.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_distance_and_their_order() {
        let placed = spread(&[100.0, 98.0, 20.0], 15.0, 0.0, 110.0);
        assert!(placed[0] - placed[1] >= 15.0 - 1e-9 && placed[0] <= 110.0);
        assert_eq!(placed[2], 20.0);
    }

    #[test]
    fn labels_far_enough_apart_stay_where_they_are() {
        assert_eq!(spread(&[10.0, 60.0], 15.0, 0.0, 100.0), [10.0, 60.0]);
    }
}
