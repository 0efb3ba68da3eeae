//! Marks at which only plain counts and times are booked: no filters, courses, months, groups or sites. They have a short way of
//! their own, a third of the instructions of the general one; in small models that is every mark.

use std::hint::select_unpredictable;

use crate::engine::program::N_ATTRIBUTES;
use crate::engine::time::{SimSpan, SimTime};
use crate::stats::histogram::Histogram;

/// What is counted at a mark.
#[derive(Clone, Debug)]
pub(super) enum At {
    /// Most marks only set clocks.
    Nothing,
    /// Plain taps alone.
    Plain(Box<[PlainTap]>),
    Anything,
}

/// Counts one, or the time since a clock, in the row of the patient's level of an attribute or in the only row.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainTap {
    /// Counts without one.
    pub clock: Option<u8>,
    pub attribute: u8,
    /// Levels from this on are counted in `row`, those below in rows of their own from `first_row` on.
    pub n_levels: u8,
    pub row: u32,
    pub first_row: u32,
}

/// A patient with `attributes` passes a mark with these taps; rows of counts and of times are those of the reader.
#[inline(always)]
pub(super) fn count(
    taps: &[PlainTap],
    (counts, times): (&mut [u64], &mut [Histogram]),
    now: SimTime,
    attributes: &[u8; N_ATTRIBUTES],
    clock: impl Fn(u8) -> Option<SimTime>,
) {
    for tap in taps {
        let level = attributes[usize::from(tap.attribute)];
        let own_row = tap.first_row + u32::from(level);
        let row = select_unpredictable(level < tap.n_levels, own_row, tap.row) as usize;
        match tap.clock.map(&clock) {
            None => counts[row] += 1,
            Some(Some(from)) => {
                let SimSpan(time) = now.since(from);
                times[row].add(time);
            }
            Some(None) => {}
        }
    }
}
