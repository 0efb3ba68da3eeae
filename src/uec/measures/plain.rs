//! Marks at which only plain counts and times are booked: no filters, courses, months, groups or sites. They have a short way of
//! their own, a third of the instructions of the general one; in small models that is every mark.

use std::hint::select_unpredictable;

use super::reader::MeasureReader;
use super::tables::{Tap, What, Whole};
use crate::engine::program::N_ATTRIBUTES;
use crate::engine::time::{SimSpan, SimTime};

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
    clock: Option<u8>,
    attribute: u8,
    /// Levels from this on are counted in `row`, those below in rows of their own from `first_row` on.
    n_levels: u8,
    row: u32,
    first_row: u32,
}

impl PlainTap {
    /// The same as `tap` does, if it is plain.
    pub fn of(tap: &Tap) -> Option<Self> {
        let has_more = tap.unless != 0
            || !tap.filters.is_empty()
            || !tap.splits.is_empty()
            || tap.grid.has_courses()
            || tap.groups.is_some()
            || tap.monthly.is_some();
        let clock = match tap.what {
            What::Count => None,
            What::Since { clock } => Some(clock),
            _ => return None,
        };
        let row = tap.grid.first_row;
        let (attribute, n_levels, first_row) = match tap.whole {
            Whole::Itself => (0, 0, row),
            Whole::Cohorts(split) => (
                split.attribute,
                split.n_levels,
                row + u32::from(split.first_row),
            ),
            Whole::Sites(_) => return None,
        };
        (!has_more).then_some(Self {
            clock,
            attribute,
            n_levels,
            row,
            first_row,
        })
    }
}

impl MeasureReader<'_> {
    /// As [`MeasureReader::pass`], at a mark that has plain taps alone.
    #[inline(always)]
    pub(super) fn count_plainly(
        &mut self,
        now: SimTime,
        taps: &[PlainTap],
        attributes: &[u8; N_ATTRIBUTES],
        clock: impl Fn(u8) -> Option<SimTime>,
    ) {
        if !self.tables.period.contains(now) {
            return;
        }
        for tap in taps {
            let level = attributes[usize::from(tap.attribute)];
            let own_row = tap.first_row + u32::from(level);
            let row = select_unpredictable(level < tap.n_levels, own_row, tap.row) as usize;
            match tap.clock.map(&clock) {
                None => self.counts[row] += 1,
                Some(Some(from)) => {
                    let SimSpan(time) = now.since(from);
                    self.times[row].add(time);
                }
                Some(None) => {}
            }
        }
    }
}
