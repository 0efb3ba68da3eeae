//! Turning one keyed draw into a value.
//!
//! Always by inversion of a single 64-bit number, also for the rarer shapes: rejection would take a varying number of
//! draws and lose the step between scenarios that share them.

use libm::{exp, floor, log};

use super::table::Table;
use super::tails::sorted_atoms;
use super::{Distribution, Shape};
use crate::engine::streams::unit;
use crate::engine::time::SimSpan;
use crate::stats::special::ln_gamma;

/// A distribution made ready for drawing: at most a few tens of kilobytes, none for a constant.
///
/// What the common shapes need lies in one cache line.
#[derive(Clone, Debug, PartialEq)]
#[repr(align(64))]
pub struct Sampler {
    form: Form,
    /// Bounds of the values; they also take off a table's overshoot by rounding.
    low: f64,
    high: f64,
    /// Bounds of the values as lengths of time: from zero on, and below 2^51 ms, 71,000 years.
    shortest: f64,
    longest: f64,
}

/// Added to 2^52, a number has its nearest whole number in its last 52 bits: half the price of a conversion.
const LIFT: f64 = 4_503_599_627_370_496.0;

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Constant,
    Smooth(Table),
    Rarer(Box<Rarer>),
}

#[derive(Clone, Debug, PartialEq)]
enum Rarer {
    /// Linear between quantiles.
    Pieces(Guided<Piece>),
    /// Single values.
    Atoms(Guided<f64>),
    /// Values in increasing order, each equally likely.
    Ranks(Box<[f64]>),
    Mixture(Guided<Sampler>),
}

/// Items by cumulative share, found by the draw's first eight bits and a short search from there.
#[derive(Clone, Debug, PartialEq)]
struct Guided<T> {
    /// By first eight bits: the first item that such a draw can meet.
    guide: Box<[u32]>,
    /// Largest draw that belongs to each item.
    last: Box<[u64]>,
    items: Box<[T]>,
}

/// Values from `low` to `high` over the draws of one item.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    low: f64,
    high: f64,
}

impl Sampler {
    pub fn new(distribution: &Distribution) -> Self {
        let (low, high) = (distribution.lowest(), distribution.highest());
        let form = if low == high {
            Form::Constant
        } else {
            form(distribution)
        };
        let longest = 0.5 * LIFT;
        Self {
            form,
            low,
            high,
            shortest: low.clamp(0.0, longest),
            longest: high.clamp(0.0, longest),
        }
    }

    /// The value that `bits` stand for: the quantile at `bits / 2^64` (of a mixture: the part's).
    #[inline(always)]
    pub fn sample(&self, bits: u64) -> f64 {
        within(self.low, self.high, self.unbounded(bits))
    }

    #[inline(always)]
    fn unbounded(&self, bits: u64) -> f64 {
        match &self.form {
            Form::Smooth(table) => table.at(bits),
            Form::Constant => self.low,
            Form::Rarer(rarer) => rarer.sample(bits),
        }
    }

    /// The value as a length of time, where values are milliseconds; negative ones become zero.
    #[inline(always)]
    pub fn sample_span(&self, bits: u64) -> SimSpan {
        let value = within(self.shortest, self.longest, self.unbounded(bits));
        SimSpan((value + LIFT).to_bits() - LIFT.to_bits())
    }
}

/// Comparisons, not `max` and `min`: those look for NaN, which costs a nanosecond.
#[inline(always)]
fn within(low: f64, high: f64, value: f64) -> f64 {
    let value = if value > low { value } else { low };
    if value < high { value } else { high }
}

impl Rarer {
    #[inline(never)]
    fn sample(&self, bits: u64) -> f64 {
        match self {
            Self::Atoms(atoms) => atoms.items[atoms.find(bits)],
            Self::Ranks(values) => {
                values[((u128::from(bits) * values.len() as u128) >> 64) as usize]
            }
            Self::Pieces(pieces) => {
                let i = pieces.find(bits);
                let Piece { low, high } = pieces.items[i];
                low + (high - low) * unit(pieces.within(i, bits))
            }
            Self::Mixture(parts) => {
                let i = parts.find(bits);
                parts.items[i].sample(parts.within(i, bits))
            }
        }
    }
}

fn form(distribution: &Distribution) -> Form {
    let place = |natural: f64| distribution.place(natural);
    let rarer = match distribution.shape() {
        Shape::Constant { .. } => return Form::Constant,
        Shape::Discrete { values, shares } => Rarer::Atoms(Guided::new(
            sorted_atoms(values, shares)
                .into_iter()
                .map(|(value, share)| (share, place(value))),
        )),
        Shape::Poisson { mean } => Rarer::Atoms(Guided::new(
            poisson_shares(*mean).map(|(count, share)| (share, place(count))),
        )),
        Shape::EmpiricalValues { values } => {
            let mut values: Box<[f64]> = values.iter().map(|value| place(*value)).collect();
            values.sort_by(f64::total_cmp);
            Rarer::Ranks(values)
        }
        Shape::EmpiricalQuantiles {
            probabilities,
            values,
        } => Rarer::Pieces(Guided::new(pieces(probabilities, values).map(
            |(share, low, high)| {
                let placed = |value: f64| distribution.shift + distribution.scale * value;
                let piece = Piece {
                    low: placed(low),
                    high: placed(high),
                };
                (share, piece)
            },
        ))),
        Shape::Mixture { shares, of } => Rarer::Mixture(Guided::new(
            shares
                .iter()
                .zip(of)
                .filter(|(share, _)| **share > 0.0)
                .map(|(share, one)| {
                    let placed = Sampler::new(&one.within(distribution));
                    (*share, placed)
                }),
        )),
        // The table holds the unbounded quantity: bounds are applied to what is drawn, so that no cubic meets their kink.
        shape => {
            return Form::Smooth(Table::new(|tail, upper, near| {
                let natural = near.map(|value| (value - distribution.shift) / distribution.scale);
                distribution.shift + distribution.scale * shape.quantile_near(tail, upper, natural)
            }));
        }
    };
    Form::Rarer(Box::new(rarer))
}

impl<T> Guided<T> {
    /// Items with their shares, which are divided by their sum.
    fn new(items: impl Iterator<Item = (f64, T)>) -> Self {
        let (shares, items): (Vec<f64>, Vec<T>) = items.unzip();
        let total: f64 = shares.iter().sum();
        let mut sum = 0.0;
        let mut last: Box<[u64]> = shares
            .iter()
            .map(|share| {
                sum += share;
                // Saturates at the largest draw.
                (sum / total * 18_446_744_073_709_551_616.0) as u64
            })
            .map(|end| end.saturating_sub(1))
            .collect();
        if let Some(end) = last.last_mut() {
            *end = u64::MAX;
        }
        let guide = (0..256_u64)
            .map(|first| last.partition_point(|end| *end < first << 56) as u32)
            .collect();
        Self {
            guide,
            last,
            items: items.into_boxed_slice(),
        }
    }

    #[inline]
    fn find(&self, bits: u64) -> usize {
        let mut i = self.guide[(bits >> 56) as usize] as usize;
        while self.last[i] < bits {
            i += 1;
        }
        i
    }

    /// Where in the range of item `i` the draw lies, as a full draw of its own.
    fn within(&self, i: usize, bits: u64) -> u64 {
        let start = if i == 0 { 0 } else { self.last[i - 1] + 1 };
        let width = u128::from(self.last[i] - start) + 1;
        ((u128::from(bits - start) << 64) / width) as u64
    }
}

/// Pieces of a quantile function with their shares: flat before the first and after the last probability.
fn pieces<'a>(
    probabilities: &'a [f64],
    values: &'a [f64],
) -> impl Iterator<Item = (f64, f64, f64)> + 'a {
    let last = values.len() - 1;
    let first_piece = (probabilities[0], values[0], values[0]);
    let last_piece = (1.0 - probabilities[last], values[last], values[last]);
    let inner = (0..last).map(|i| {
        let share = probabilities[i + 1] - probabilities[i];
        (share, values[i], values[i + 1])
    });
    std::iter::once(first_piece)
        .chain(inner)
        .chain(std::iter::once(last_piece))
        .filter(|(share, ..)| *share > 0.0)
}

/// Counts with their shares, over the range in which 64 bits can tell them from nothing.
fn poisson_shares(mean: f64) -> impl Iterator<Item = (f64, f64)> {
    const NOTHING: f64 = 1e-20;
    let mode = floor(mean);
    let ln_mean = log(mean);
    let share_at = move |count: f64| exp(count * ln_mean - mean - ln_gamma(count + 1.0));
    let mut first = mode;
    while first > 0.0 && share_at(first - 1.0) > NOTHING {
        first -= 1.0;
    }
    let mut end = mode;
    while share_at(end + 1.0) > NOTHING {
        end += 1.0;
    }
    (first as u64..=end as u64).map(move |count| (count as f64, share_at(count as f64)))
}
