//! The quantile function of a smooth shape as a table of cubics, for sampling by inversion.
//!
//! The 64 random bits are read as a distance from the nearer end of (0, 1). Each side is divided into octaves (halvings
//! of that distance) and each octave into equal cells, so that the cells shrink towards both ends as the quantile
//! function steepens. A cell where a cubic does not do (the mode of a triangular shape, a very long tail) is divided once more.

use crate::engine::proven::Proven;

/// A cubic in the position within the cell: its coefficients of powers 0, 2, 1 and 3, so that two and two are worked on side by
/// side. A divided cell has a NaN last and, first, the bits of the position of its parts in the table.
type Cell = [f32; 4];

/// Halvings of the distance from an end; the last octave reaches the end itself.
const OCTAVES: u32 = 32;
/// Cells of an octave, as a power of two: 16.
const CELL_BITS: u32 = 4;
const CELLS: usize = 1 << CELL_BITS;
/// The last octave counts twice: it has no leading one.
const CELLS_A_SIDE: usize = (OCTAVES as usize + 1) * CELLS;
/// Distances below this lie in the octave that reaches the end.
const LAST_OCTAVE: u64 = 1 << (63 - OCTAVES);
/// The largest distance that does not become the next power of two as a floating number.
const LARGEST: u64 = (1 << 63) - 1_024;
/// Bits of a floating number after its exponent, and those of them left for the position within a cell.
const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;
const POSITION_BITS: u32 = MANTISSA_BITS - CELL_BITS;
/// Exponent bits of the last octave's floating numbers, for which cells begin at the first.
const FIRST_EXPONENT: usize = 1_023 + (63 - OCTAVES as usize) - 1;
/// Parts of a divided cell.
const PARTS: usize = 16;

/// Largest relative error of a cubic before its cell is divided.
const TOLERANCE: f64 = 2e-6;
/// Only cells that are met are worth dividing: those farther than this from the ends.
const RARE: f64 = 5e-9;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    cells: Box<[Cell]>,
}

impl Table {
    /// Tabulates a quantile function, given as `quantile(tail, upper, near)`: the value with probability `tail` below or
    /// above it, where `near` is the value at a neighbouring probability.
    pub fn new(quantile: impl Fn(f64, bool, Option<f64>) -> f64) -> Self {
        let mut cells = vec![[0.0; 4]; 2 * CELLS_A_SIDE];
        for upper in [false, true] {
            let mut near = None;
            // From the middle outwards: neighbours help shapes without a closed form.
            for index in (0..CELLS_A_SIDE).rev() {
                let (start, width) = span(index);
                let mut at = |tail: f64| {
                    let value = quantile(tail, upper, near);
                    near = Some(value);
                    value
                };
                let place = index + if upper { CELLS_A_SIDE } else { 0 };
                if start == 0.0 {
                    cells[place] = [mean_at_end(width, at) as f32, 0.0, 0.0, 0.0];
                    continue;
                }
                let (cell, error) = fit(start, width, &mut at);
                if error <= TOLERANCE || start < RARE {
                    cells[place] = cell;
                    continue;
                }
                cells[place] = [f32::from_bits(cells.len() as u32), 0.0, 0.0, f32::NAN];
                let part = width / PARTS as f64;
                for i in 0..PARTS {
                    cells.push(fit(start + i as f64 * part, part, &mut at).0);
                }
            }
        }
        Self {
            cells: cells.into_boxed_slice(),
        }
    }

    /// The value at these random bits.
    #[inline(always)]
    pub fn at(&self, bits: u64) -> f64 {
        let upper = bits >> 63;
        // The distance from the nearer end, as a fraction of 2^64.
        let distance = (bits ^ upper.wrapping_neg()) & (u64::MAX >> 1);
        let side = upper as usize * CELLS_A_SIDE;
        if distance.wrapping_sub(LAST_OCTAVE) > LARGEST - LAST_OCTAVE {
            return self.at_limit(side, distance);
        }
        // As a floating number the distance has its octave in the exponent, the cell in the first bits after it and the
        // position within the cell in the rest: cheaper than looking for the leading one.
        self.at_float(side, distance as i64 as f64)
    }

    /// Not in the last octave, nor so far from the end that its floating number is in no octave.
    #[inline(always)]
    fn at_float(&self, side: usize, distance: f64) -> f64 {
        let float = distance.to_bits();
        let index = (float >> POSITION_BITS) as usize - FIRST_EXPONENT * CELLS + side;
        let position = f64::from_bits((float << CELL_BITS) & MANTISSA | 1.0_f64.to_bits()) - 1.0;
        let cell = self.cells.at(index);
        let value = cubic(cell, position);
        // The NaN of a divided cell shows in the result: one test serves both.
        if value.is_nan() {
            return self.at_part(cell, position);
        }
        value
    }

    /// At the end itself or in the very middle.
    #[cold]
    fn at_limit(&self, side: usize, distance: u64) -> f64 {
        match distance > LARGEST {
            true => self.at_float(side, LARGEST as f64),
            false => self.at_end(side, distance),
        }
    }

    /// In the octave that reaches the end itself, whose cells are equal parts of the distance.
    #[cold]
    fn at_end(&self, side: usize, distance: u64) -> f64 {
        let place = distance as f64 * (CELLS as f64 / LAST_OCTAVE as f64);
        let index = place as usize;
        let cell = self.cells.at(side + index);
        let value = cubic(cell, place - index as f64);
        match value.is_nan() {
            true => self.at_part(cell, place - index as f64),
            false => value,
        }
    }

    #[cold]
    fn at_part(&self, cell: &Cell, position: f64) -> f64 {
        let place = position * PARTS as f64;
        let index = place as usize;
        let part = cell[0].to_bits() as usize + index;
        cubic(self.cells.at(part), place - index as f64)
    }
}

#[inline(always)]
fn cubic(cell: &Cell, t: f64) -> f64 {
    let [a, c, b, d] = cell.map(f64::from);
    // Two independent halves: half the latency of Horner's rule.
    (a + b * t) + (t * t) * (c + d * t)
}

/// Where a cell of a side begins, as a distance from the end, and how wide it is.
fn span(index: usize) -> (f64, f64) {
    // Distances are doubled in the bits: the side's whole width is one half.
    let last_width = 0.5 / (1_u64 << (OCTAVES - 1)) as f64 / (2 * CELLS) as f64;
    if index < 2 * CELLS {
        return (index as f64 * last_width, last_width);
    }
    let octave_from_end = index / CELLS - 1;
    let width = last_width * (1_u64 << octave_from_end) as f64;
    (((index % CELLS) + CELLS) as f64 * width, width)
}

/// The cubic through four points of a cell, and its largest relative error halfway between them.
fn fit(start: f64, width: f64, at: &mut impl FnMut(f64) -> f64) -> (Cell, f64) {
    let y: [f64; 4] = [3, 2, 1, 0].map(|i| at(start + width * f64::from(i) / 3.0));
    let [y3, y2, y1, y0] = y;
    let (d1, d2) = (y1 - y0, y2 - 2.0 * y1 + y0);
    let d3 = y3 - 3.0 * y2 + 3.0 * y1 - y0;
    let cell = [y0, 4.5 * (d2 - d3), 3.0 * d1 - 1.5 * d2 + d3, 4.5 * d3]
        .map(|coefficient| coefficient as f32);
    if cell.iter().any(|coefficient| !coefficient.is_finite()) {
        // A tail beyond all numbers: the largest there is, and nothing that could pass for a divided cell.
        return ([f32::MAX, 0.0, 0.0, 0.0], 0.0);
    }
    // A smooth function is worst near the ends, one with a kink in the middle part.
    let mut error = 0.0_f64;
    for t in [0.5, 0.125] {
        let value = at(start + width * t);
        let off = (cubic(&cell, t) - value).abs();
        if off > 0.0 {
            error = error.max(off / value.abs());
        }
    }
    (cell, error)
}

/// Mean of the quantile function over the cell that touches the end, where it may be unbounded.
///
/// Halvings down to the smallest distance that 64 bits can express.
fn mean_at_end(width: f64, mut at: impl FnMut(f64) -> f64) -> f64 {
    let (mut sum, mut share) = (0.0, 1.0);
    for _ in 0..64 - OCTAVES {
        share *= 0.5;
        sum += share * at(1.5 * share * width);
    }
    sum + share * at(share * width)
}
