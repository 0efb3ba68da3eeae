//! Small panels of one series each, month by month, in one or two columns.

use std::ops::Range;

use crate::uec::history::MonthNumber;

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{axis, text};

const LEFT: f64 = 56.0;
const GAP: f64 = 64.0;
const PLOT: f64 = 110.0;
const HEADING: f64 = 24.0;
/// A line for the unit, where columns are too narrow for it beside the title.
const UNIT_LINE: f64 = 15.0;
const BELOW: f64 = 44.0;
/// Room beyond the first and the last month, in months.
const BESIDE: f64 = 0.4;
/// A label of a month needs about this much room.
const LABEL: f64 = 80.0;

/// Panels in so many columns.
#[derive(Clone, Copy)]
pub struct Grid {
    pub n_columns: usize,
    pub n_panels: usize,
}

/// What a panel has room for.
pub struct Frame<'t> {
    pub title: &'t str,
    pub unit: String,
    pub first: MonthNumber,
    pub last: MonthNumber,
    /// Values that must lie inside.
    pub values: Range<f64>,
}

impl Grid {
    pub fn height(self) -> f64 {
        self.n_panels.div_ceil(self.n_columns) as f64 * self.row()
    }

    fn row(self) -> f64 {
        self.heading() + PLOT + BELOW
    }

    fn heading(self) -> f64 {
        match self.n_columns {
            1 => HEADING,
            _ => HEADING + UNIT_LINE,
        }
    }

    /// The panel at a position with its heading and axes; the grid begins at `top`. Its x axis counts months from the first.
    pub fn panel<'c>(self, canvas: &'c Canvas, at: usize, top: f64, frame: &Frame) -> Panel<'c> {
        let n = self.n_columns as f64;
        let width = (WIDTH - 2.0 * MARGIN - LEFT - 8.0 - (n - 1.0) * GAP) / n;
        let left = MARGIN + LEFT + (at % self.n_columns) as f64 * (width + GAP);
        let top = top + (at / self.n_columns) as f64 * self.row();
        let beside = if self.n_columns == 1 { 116.0 } else { 0.0 };
        let room = width + LEFT - beside;
        let title = text::shorten(frame.title, theme::PANEL_TITLE_SIZE, true, room);
        let x = left - LEFT + 8.0;
        if self.n_columns == 1 {
            axis::heading(canvas, x, top + 6.0, &title, &frame.unit);
        } else {
            let bold = Lettering::plain(theme::PANEL_TITLE_SIZE, theme::INK).bold();
            canvas.text(x, top + 6.0, &title, bold);
            let lettering = Lettering::plain(TICK_SIZE, QUIET);
            canvas.text(x, top + 6.0 + UNIT_LINE, &frame.unit, lettering);
        }
        let ticks = axis::ticks(frame.values.start, frame.values.end, 4.0);
        let low = ticks[0].min(frame.values.start);
        let high = ticks[ticks.len() - 1].max(frame.values.end);
        let n_months = (frame.last.0 - frame.first.0) as usize + 1;
        let y = top + self.heading()..top + self.heading() + PLOT;
        let months = -BESIDE..n_months as f64 - 1.0 + BESIDE;
        let panel = canvas.panel(left..left + width, y, months, low..high);
        let inside: Vec<f64> = ticks
            .into_iter()
            .filter(|tick| (low..=high).contains(tick))
            .collect();
        axis::y_axis(&panel, &inside, |tick| axis::tick_text(tick, &inside));
        months_below(&panel, frame.first, n_months, width);
        panel
    }
}

fn months_below(panel: &Panel, first: MonthNumber, n_months: usize, width: f64) {
    let floor = panel.y.end;
    let line = [(panel.x.start, floor), (panel.x.end, floor)];
    panel
        .canvas
        .line(&line, Stroke::solid(theme::AXIS, theme::GRID_WIDTH));
    let step = (n_months as f64 * LABEL / width).ceil().max(1.0) as usize;
    // Years are easier to follow from the same month of each.
    let step = if step > 6 {
        step.div_ceil(12) * 12
    } else {
        step
    };
    for month in (0..n_months).step_by(step) {
        let x = panel.x_at(month as f64);
        panel.canvas.line(
            &[(x, floor), (x, floor + 4.0)],
            Stroke::solid(theme::AXIS, theme::GRID_WIDTH),
        );
        let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Centre);
        let words = MonthNumber(first.0 + month as i32).written();
        panel.canvas.text(x, floor + 13.0, &words, lettering);
    }
}
