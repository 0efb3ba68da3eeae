//! A number over the levels of two parameters: a heat grid with the contour at the target, and what it takes to reach it.
//!
//! Colour follows the number in five steps, and the number stands in the cell where there is room. The answer to "what does it
//! take?" is marked level by level: the first level of the second parameter, from the end at which the target is missed.

mod painting;

use crate::experiment::design::{Bound, Design, Parameter};
use crate::experiment::results::Estimate;
use crate::report::format::{number, quantity};
use crate::report::sweep::short;
use crate::report::sweep::tried::{Drawn, Tried};

use super::{Chart, ChartTable, Drawing, frame};

const READ: &str = "each cell is the mean of a point of the grid; the darker, the higher. Where the experiment has a goal, the thick line is where it is just met, and \
                    a ring marks, for each level along the bottom, the first level up the side that meets it.";
const KEY: f64 = 24.0;
const UNDER: f64 = 44.0;
const MOST_HEIGHT: f64 = 420.0;

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
        paint: Box::new(move |canvas, top| painting::paint(canvas, map, cell_height, top)),
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
