//! Painting the map: cells, axes, the contour, the answers and the key.

use plotters::style::RGBColor;

use crate::experiment::design::Bound;
use crate::report::format::{quantity, with_decimals};
use crate::report::sweep::short;

use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::text;
use super::super::theme::{self, INK, LABEL_SIZE, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{KEY, Map, heading};

const LEFT: f64 = 96.0;
const N_STEPS: usize = 5;

/// Places of cells on the page.
struct Grid {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    rows: usize,
}

impl Grid {
    /// Centre of a cell; rows count from the bottom. Between cells, shares of them.
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let row = self.rows as f64 - 1.0 - y;
        (
            self.left + (x + 0.5) * self.width,
            self.top + (row + 0.5) * self.height,
        )
    }
}

pub(super) fn paint(canvas: &Canvas, map: &Map<'_>, cell_height: f64, top: f64) {
    let columns = map.x_levels.len();
    let grid = Grid {
        left: MARGIN + LEFT,
        top: top + KEY,
        width: (WIDTH - 2.0 * MARGIN - LEFT) / columns as f64,
        height: cell_height,
        rows: map.y_levels.len(),
    };
    paint_cells(canvas, map, &grid);
    paint_axes(canvas, map, &grid);
    if let Some(bound) = map.bound() {
        paint_contour(canvas, map, &grid, bound.value());
        paint_key(canvas, map, bound, top);
    }
    paint_numbers(canvas, map, &grid);
    paint_answers(canvas, map, &grid);
}

fn paint_cells(canvas: &Canvas, map: &Map<'_>, grid: &Grid) {
    let (low, high) = map.range();
    for (y, cells) in map.cells.iter().enumerate() {
        for (x, cell) in cells.iter().enumerate() {
            let Some(cell) = cell else { continue };
            let (fill, _) = fill_of(cell.mean, low, high);
            let (cx, cy) = grid.at(x as f64, y as f64);
            let (dx, dy) = (grid.width / 2.0 - 0.5, grid.height / 2.0 - 0.5);
            let words = format!(
                "{} {}, {} {}: {}",
                map.x().title,
                short(map.x(), map.x_levels[x]),
                map.y().title,
                short(map.y(), map.y_levels[y]),
                quantity(cell.mean, &map.tried.number.unit)
            );
            canvas.tip(&words, || {
                canvas.rectangle(cx - dx..cx + dx, cy - dy..cy + dy, fill);
            });
        }
    }
}

/// Numbers below the middles of cells, over any line that runs there.
fn paint_numbers(canvas: &Canvas, map: &Map<'_>, grid: &Grid) {
    const SIZE: f64 = TICK_SIZE - 1.0;
    if grid.width < 34.0 || grid.height < 14.0 {
        return;
    }
    let (low, high) = map.range();
    let decimals = usize::from(high - low < 20.0);
    for (y, cells) in map.cells.iter().enumerate() {
        for (x, cell) in cells.iter().enumerate() {
            let Some(cell) = cell else { continue };
            let (fill, ink) = fill_of(cell.mean, low, high);
            let (x, middle) = grid.at(x as f64, y as f64);
            let y = middle + grid.height / 2.0 - 8.5;
            let words = with_decimals(cell.mean, decimals);
            let half = text::width(&words, SIZE, false) / 2.0 + 2.0;
            canvas.rectangle(x - half..x + half, y - 5.5..y + 5.5, fill);
            let lettering = Lettering::plain(SIZE, ink).align(Align::Centre);
            canvas.text(x, y, &words, lettering);
        }
    }
}

/// Colours of a cell and of what is written in it.
fn fill_of(mean: f64, low: f64, high: f64) -> (RGBColor, RGBColor) {
    let share = (mean - low) / (high - low).max(1e-300);
    let step = ((share * N_STEPS as f64) as usize).min(N_STEPS - 1);
    theme::band(step, N_STEPS)
}

fn paint_axes(canvas: &Canvas, map: &Map<'_>, grid: &Grid) {
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    let floor = grid.top + grid.rows as f64 * grid.height;
    let every =
        |n: usize, room: f64, wanted: f64| (wanted * n as f64 / room).ceil().max(1.0) as usize;
    let n = map.x_levels.len();
    for (x, level) in map
        .x_levels
        .iter()
        .enumerate()
        .step_by(every(n, grid.width * n as f64, 40.0))
    {
        let (cx, _) = grid.at(x as f64, 0.0);
        let shown = text::shorten(
            &short(map.x(), *level),
            TICK_SIZE,
            false,
            grid.width.max(40.0) - 4.0,
        );
        canvas.text(cx, floor + 11.0, &shown, quiet.align(Align::Centre));
    }
    let n = map.y_levels.len();
    for (y, level) in
        map.y_levels
            .iter()
            .enumerate()
            .step_by(every(n, grid.height * n as f64, 14.0))
    {
        let (_, cy) = grid.at(0.0, y as f64);
        let shown = text::shorten(&short(map.y(), *level), TICK_SIZE, false, LEFT - 12.0);
        canvas.text(grid.left - 6.0, cy, &shown, quiet.align(Align::Right));
    }
    let label = Lettering::plain(TICK_SIZE, INK);
    let middle = (grid.left + WIDTH - MARGIN) / 2.0;
    let room = WIDTH - MARGIN - grid.left;
    let x_name = text::shorten(&heading(map.x()), TICK_SIZE, false, room);
    canvas.text(middle, floor + 30.0, &x_name, label.align(Align::Centre));
    let y_name = text::shorten(
        &format!("\u{2191} {}", heading(map.y())),
        LABEL_SIZE,
        true,
        330.0,
    );
    canvas.text(
        MARGIN,
        grid.top - KEY / 2.0,
        &y_name,
        Lettering::plain(LABEL_SIZE, INK).bold(),
    );
}

/// The line along which the number is the target: linear between the middles of cells.
fn paint_contour(canvas: &Canvas, map: &Map<'_>, grid: &Grid, target: f64) {
    let (columns, rows) = (map.x_levels.len(), map.y_levels.len());
    for y in 0..rows.saturating_sub(1) {
        for x in 0..columns.saturating_sub(1) {
            let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
            let values = corners.map(|(x, y)| map.cells[y][x].map(|cell| cell.mean));
            for (from, to) in contour_of_square(values, target) {
                let place = |(dx, dy): (f64, f64)| grid.at(x as f64 + dx, y as f64 + dy);
                let line = [place(from), place(to)];
                canvas.line(&line, Stroke::solid(theme::PAPER, 6.0));
                canvas.line(&line, Stroke::solid(STANDARD, 3.0));
            }
        }
    }
}

/// A line from one place of a square to another, in shares of its sides.
type Piece = ((f64, f64), (f64, f64));

/// Lines in a square whose corners, round from the lower left, have these values.
fn contour_of_square(values: [Option<f64>; 4], target: f64) -> Vec<Piece> {
    let [Some(a), Some(b), Some(c), Some(d)] = values else {
        return Vec::new();
    };
    let crossing = |from: f64, to: f64| {
        let crosses = (from < target) != (to < target);
        crosses.then(|| (target - from) / (to - from))
    };
    let sides = [
        crossing(a, b).map(|share| (share, 0.0)),
        crossing(b, c).map(|share| (1.0, share)),
        crossing(d, c).map(|share| (share, 1.0)),
        crossing(a, d).map(|share| (0.0, share)),
    ];
    match sides {
        // A saddle: the middle says which corners belong together.
        [Some(low), Some(right), Some(high), Some(left)] => {
            let middle_is_below = (a + b + c + d) / 4.0 < target;
            match (a < target) == middle_is_below {
                true => vec![(low, right), (high, left)],
                false => vec![(low, left), (right, high)],
            }
        }
        _ => {
            let crossed: Vec<(f64, f64)> = sides.into_iter().flatten().collect();
            match crossed[..] {
                [from, to] => vec![(from, to)],
                _ => Vec::new(),
            }
        }
    }
}

fn paint_answers(canvas: &Canvas, map: &Map<'_>, grid: &Grid) {
    let answers = map.answers().unwrap_or_default();
    let places: Vec<Option<(f64, f64)>> = answers
        .iter()
        .enumerate()
        .map(|(x, answer)| answer.map(|y| grid.at(x as f64, y as f64)))
        .collect();
    for pair in places.windows(2) {
        if let [Some(from), Some(to)] = pair {
            let dashed = Stroke {
                colour: INK,
                width: 1.5,
                dash: "4 3",
            };
            canvas.line(&[*from, *to], Stroke::solid(theme::PAPER, 3.5));
            canvas.line(&[*from, *to], dashed);
        }
    }
    for (x, y) in places.into_iter().flatten() {
        canvas.marker(x, y, theme::Marker::Circle, INK, false);
    }
}

fn paint_key(canvas: &Canvas, map: &Map<'_>, bound: Bound, top: f64) {
    let y = top + KEY / 2.0;
    let words = format!(
        "{} {}",
        bound.words(),
        quantity(bound.value(), &map.tried.number.unit)
    );
    let answer = format!("{} that meets it", map.end());
    let lettering = |colour| Lettering::plain(TICK_SIZE, colour).align(Align::Right);
    let right = WIDTH - MARGIN;
    canvas.text(right, y, &answer, lettering(INK));
    let left = right - text::width(&answer, TICK_SIZE, false) - 12.0;
    canvas.marker(left, y, theme::Marker::Circle, INK, false);
    let right = left - 20.0;
    canvas.text(right, y, &words, lettering(STANDARD));
    let left = right - text::width(&words, TICK_SIZE, false) - 6.0;
    canvas.line(&[(left - 22.0, y), (left, y)], Stroke::solid(STANDARD, 3.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contour_runs_where_the_values_cross_the_target() {
        let square = |values: [f64; 4]| contour_of_square(values.map(Some), 1.0);
        assert_eq!(square([0.0, 0.0, 2.0, 2.0]), [((1.0, 0.5), (0.0, 0.5))]);
        assert_eq!(square([0.0, 4.0, 4.0, 0.0]), [((0.25, 0.0), (0.25, 1.0))]);
        assert_eq!(square([0.0, 0.0, 0.0, 0.0]), []);
        assert_eq!(square([0.0, 2.0, 0.0, 2.0]).len(), 2);
        assert_eq!(
            contour_of_square([None, Some(0.0), Some(2.0), Some(2.0)], 1.0),
            []
        );
    }
}
