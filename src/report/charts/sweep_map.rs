//! A number over the levels of two parameters: a heat grid with the contour at the target, and what it takes to reach it.
//!
//! Colour follows the number in five steps, and the number stands in the cell where there is room. The answer to "what does it
//! take?" is marked level by level: the first level of the second parameter, from the end at which the target is missed.

use plotters::style::RGBColor;

use crate::experiment::design::{Bound, Design, Parameter};
use crate::experiment::results::Estimate;
use crate::report::format::{number, quantity, with_decimals};
use crate::report::sweep::short;
use crate::report::sweep::tried::{Drawn, Tried};

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{Chart, ChartTable, Drawing, frame, text};

const READ: &str = "each cell is the mean of a point of the grid; the darker, the higher. Where the experiment has a goal, the thick line is where it is just met, and \
                    a ring marks, for each level along the bottom, the first level up the side that meets it.";
const LEFT: f64 = 96.0;
const KEY: f64 = 24.0;
const UNDER: f64 = 44.0;
const MOST_HEIGHT: f64 = 420.0;
const N_STEPS: usize = 5;

/// A grid of two parameters; others, if there are more, stay where they are.
pub struct Map<'d> {
    pub drawn: &'d Drawn,
    pub tried: &'d Tried,
    x_levels: &'d [f64],
    y_levels: &'d [f64],
    /// Shape: `[levels of y][levels of x]`.
    cells: Vec<Vec<Option<Estimate>>>,
    /// `cubicles 22`, of the parameters that are neither.
    fixed: String,
}

/// What it takes at a level of the first parameter: position of the level of the second, if any will do.
type Answers = Vec<Option<usize>>;

impl<'d> Map<'d> {
    /// The first two parameters of a grid; none of other designs.
    pub fn new(drawn: &'d Drawn, tried: &'d Tried) -> Option<Self> {
        let Design::Grid(levels) = &drawn.design else {
            return None;
        };
        let [x_levels, y_levels, others @ ..] = &levels[..] else {
            return None;
        };
        let parameters = &drawn.parameters[2..];
        let base: Vec<usize> = parameters
            .iter()
            .zip(others)
            .map(|(parameter, levels)| nearest(levels, parameter.base()))
            .collect();
        let inner: usize = others.iter().map(Vec::len).product();
        let offset = others
            .iter()
            .zip(&base)
            .fold(0, |offset, (levels, at)| offset * levels.len() + at);
        let cell = |x: usize, y: usize| {
            let point = (x * y_levels.len() + y) * inner + offset;
            tried.estimates.get(point).copied().flatten()
        };
        let row = |y| (0..x_levels.len()).map(|x| cell(x, y)).collect();
        let fixed = parameters.iter().zip(others).zip(&base);
        let fixed = fixed.map(|((parameter, levels), at)| {
            format!("{} {}", parameter.title, parameter.shown(levels[*at]))
        });
        Some(Self {
            drawn,
            tried,
            x_levels,
            y_levels,
            cells: (0..y_levels.len()).map(row).collect(),
            fixed: fixed.collect::<Vec<_>>().join(", "),
        })
    }

    fn x(&self) -> &Parameter {
        &self.drawn.parameters[0]
    }

    fn y(&self) -> &Parameter {
        &self.drawn.parameters[1]
    }

    /// Lowest and highest number.
    fn range(&self) -> (f64, f64) {
        let all = || self.cells.iter().flatten().flatten().map(|cell| cell.mean);
        (
            all().fold(f64::INFINITY, f64::min),
            all().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    fn bound(&self) -> Option<Bound> {
        self.drawn.goal.as_ref().map(|goal| goal.bound)
    }

    fn is_met(&self, x: usize, y: usize) -> Option<bool> {
        let bound = self.bound()?;
        Some(bound.is_met(self.cells[y][x]?.mean))
    }

    /// Whether the target is met from the lower levels of the second parameter on, rather than from the higher ones.
    fn is_from_below(&self) -> bool {
        let middle = self.y_levels.len() as f64 / 2.0 - 0.5;
        let met = (0..self.y_levels.len()).flat_map(|y| {
            let columns = 0..self.x_levels.len();
            columns.filter_map(move |x| (self.is_met(x, y)?).then_some(y as f64 - middle))
        });
        met.sum::<f64>() < 0.0
    }

    /// For each level of the first parameter, the first of the second that meets the target, from the end where it is missed.
    pub fn answers(&self) -> Option<Answers> {
        self.bound()?;
        let n = self.y_levels.len();
        let from_below = self.is_from_below();
        let answer = |x: usize| {
            let mut order = (0..n).map(|step| if from_below { n - 1 - step } else { step });
            order.find(|&y| self.is_met(x, y) == Some(true))
        };
        Some((0..self.x_levels.len()).map(answer).collect())
    }

    /// `lowest` or `highest`, as to what the answers are.
    fn end(&self) -> &'static str {
        match self.is_from_below() {
            true => "highest",
            false => "lowest",
        }
    }

    /// The answers as a table: level, answer, the number there with its interval.
    pub fn answer_table(&self) -> Option<ChartTable> {
        let answers = self.answers()?;
        let columns = vec![
            heading(self.x()),
            format!(
                "{} {} that meets the goal",
                uppercased(self.end()),
                self.y().title
            ),
            format!("{} ({})", self.tried.number.words(), self.tried.number.unit),
            "95 % interval".to_owned(),
        ];
        let rows = answers.iter().enumerate().map(|(x, answer)| {
            let level = self.x().shown(self.x_levels[x]);
            let cell = answer.and_then(|y| Some((y, self.cells[y][x]?)));
            match cell {
                None => vec![
                    level,
                    "none of the levels".to_owned(),
                    String::new(),
                    String::new(),
                ],
                Some((y, cell)) => vec![
                    level,
                    self.y().shown(self.y_levels[y]),
                    number(cell.mean),
                    interval(cell),
                ],
            }
        });
        Some(ChartTable {
            columns,
            rows: rows.collect(),
        })
    }

    fn title(&self) -> String {
        let name = self.tried.number.words();
        let unit = &self.tried.number.unit;
        let all = || self.cells.iter().flatten().flatten().map(|cell| cell.mean);
        let Some(bound) = self.bound() else {
            let (low, high) = self.range();
            return format!(
                "{name}: from {} to {}",
                quantity(low, unit),
                quantity(high, unit)
            );
        };
        let n_met = all().filter(|mean| bound.is_met(*mean)).count();
        let target = format!("{} {}", bound.words(), quantity(bound.value(), unit));
        let n = all().count();
        match n_met {
            0 => format!("{name}: no point of the grid has {target}"),
            met if met == n => format!("{name}: every point of the grid has {target}"),
            _ => format!("{name}: {target} at {n_met} of {n} points"),
        }
    }
}

/// None if no point has a value.
pub fn draw(map: &Map<'_>, id: &str) -> Option<Chart> {
    map.cells.iter().flatten().flatten().next()?;
    let fixed = match map.fixed.is_empty() {
        true => String::new(),
        false => format!("; {} stay", map.fixed),
    };
    let subtitle = format!(
        "{} ({}) in {}, means of n = {} replications{fixed}.",
        map.tried.number.words(),
        map.tried.number.unit,
        map.tried.scenario,
        map.tried.n_replications()
    );
    let title = map.title();
    let alt = format!(
        "A grid of {} by {} with a number in each cell. {title}. The table has them all.",
        map.x().title,
        map.y().title
    );
    let rows = map.y_levels.len() as f64;
    let cell_height = (MOST_HEIGHT / rows).clamp(4.0, 34.0);
    let drawing = Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table: table(map),
        height: KEY + rows * cell_height + UNDER,
        paint: Box::new(move |canvas, top| paint(canvas, map, cell_height, top)),
    };
    Some(frame::compose(id, "", drawing))
}

fn table(map: &Map<'_>) -> ChartTable {
    let mut columns = vec![heading(map.y())];
    let x_name = &map.x().title;
    columns.extend(
        map.x_levels
            .iter()
            .map(|level| format!("{x_name} {}", short(map.x(), *level))),
    );
    let rows = map.y_levels.iter().zip(&map.cells).map(|(level, cells)| {
        let cells = cells.iter().map(|cell| {
            let words = |cell: Estimate| format!("{} ({})", number(cell.mean), interval(cell));
            cell.map_or_else(String::new, words)
        });
        std::iter::once(short(map.y(), *level))
            .chain(cells)
            .collect()
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

fn heading(parameter: &Parameter) -> String {
    match parameter.unit() {
        "" => parameter.title.clone(),
        unit => format!("{} ({unit})", parameter.title),
    }
}

fn uppercased(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn interval(cell: Estimate) -> String {
    match cell.low.is_finite() {
        true => format!("{} to {}", number(cell.low), number(cell.high)),
        false => "one replication".to_owned(),
    }
}

fn nearest(levels: &[f64], to: f64) -> usize {
    let off = |at: &usize| (levels[*at] - to).abs();
    let positions = 0..levels.len();
    positions
        .min_by(|a, b| off(a).total_cmp(&off(b)))
        .unwrap_or(0)
}

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

fn paint(canvas: &Canvas, map: &Map<'_>, cell_height: f64, top: f64) {
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
