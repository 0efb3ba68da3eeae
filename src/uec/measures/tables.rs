//! Measures compiled into flat tables: for each mark the accounts it touches, for each pool and fleet its level.
//!
//! A measure's accounts are a [`Grid`]: one row for all patients, one per site, one per level of each attribute of `by`.

use std::ops::Range;

use super::builder::Builder;
use super::flow::FlowTables;
use super::groups::GroupTables;
use super::keys::{MeasureKey, Row};
use super::levels::LevelTables;
use super::monthly::MonthlyTables;
use super::odds::Odds;
use super::panel::PanelTables;
use super::passed::PassedTables;
use super::per_patient::PerPatientTables;
use super::plain::{At, PlainTap};
use crate::engine::clock::LocalClock;
use crate::engine::program::N_ATTRIBUTES;
use crate::engine::time::{DAY, SimSpan, SimTime};
use crate::uec::model::{Condition, Model};

/// Compiled measures of one model; the same for all its replications.
#[derive(Clone, Debug)]
pub struct MeasureTables {
    pub(super) period: Period,
    /// By mark.
    pub(super) taps: Vec<Box<[Tap]>>,
    /// By mark.
    pub(super) at_marks: Vec<At>,
    pub(super) sizes: Sizes,
    pub(super) levels: LevelTables,
    /// Of the items of sums that take chances.
    pub(super) odds: Vec<Odds>,
    pub(super) per_patient: PerPatientTables,
    pub(super) passed: PassedTables,
    pub(super) flow: FlowTables,
    /// By measure.
    pub(super) blocks: Vec<Block>,
    /// Of a long run, or one with roll-outs.
    pub(super) panel: Option<PanelTables>,
    pub(super) groups: GroupTables,
    pub(super) monthly: MonthlyTables,
    pub(super) keys: Vec<MeasureKey>,
}

/// The measured period and its calendar.
#[derive(Clone, Debug)]
pub(super) struct Period {
    pub start: SimTime,
    pub end: SimTime,
    /// Days begun; the last may be short.
    pub n_days: usize,
    pub clock: LocalClock,
}

/// What happens to one grid when a patient passes a mark.
#[derive(Clone, Debug)]
pub(super) struct Tap {
    pub what: What,
    /// Bits of marks of which the patient must have passed none.
    pub unless: u32,
    pub filters: Box<[Filter]>,
    /// The whole is not among these.
    pub splits: Box<[Split]>,
    /// Row of each site, 0 where it has none; empty unless the whole is made of sites.
    pub site_rows: Box<[u16]>,
    pub whole: Whole,
    pub grid: Grid,
    /// Account by group, unless another tap of the mark books it.
    pub groups: Option<u16>,
    /// Under what its rows are kept by month, if they are.
    pub monthly: Option<u16>,
}

impl Tap {
    /// The same as a tap for the short way, if it is plain.
    pub fn as_plain(&self) -> Option<PlainTap> {
        let has_more = self.unless != 0
            || !self.filters.is_empty()
            || !self.splits.is_empty()
            || self.grid.has_courses()
            || self.groups.is_some()
            || self.monthly.is_some();
        let clock = match self.what {
            What::Count => None,
            What::Since { clock } => Some(clock),
            _ => return None,
        };
        let row = self.grid.first_row;
        let (attribute, n_levels, first_row) = match self.whole {
            Whole::Itself => (0, 0, row),
            Whole::Cohorts(split) => {
                let first_row = row + u32::from(split.first_row);
                (split.attribute, split.n_levels, first_row)
            }
            Whole::Sites(_) => return None,
        };
        (!has_more).then_some(PlainTap {
            clock,
            attribute,
            n_levels,
            row,
            first_row,
        })
    }
}

/// Where a patient is counted that counts for all: row 0 is the sum of these rows and of what it got itself, made when
/// the accounts are closed. It spares counting everybody twice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Whole {
    /// In row 0.
    Itself,
    /// In the row of the site; sites are rows 1 to this.
    Sites(u16),
    /// In the row of the patient's level of an attribute.
    Cohorts(Split),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Count,
    /// Time since the clock.
    Since {
        clock: u8,
    },
    /// Counts if the time since the clock is longer than one bound and at most the other.
    Between {
        clock: u8,
        over: SimSpan,
        up_to: SimSpan,
    },
    /// Time since the clock, as far as it goes beyond a bound.
    Beyond {
        clock: u8,
        bound: SimSpan,
    },
    /// Chance of an outcome after the time since the clock, in parts of certainty, by these of the odds.
    Chance {
        clock: u8,
        odds: u16,
    },
}

impl What {
    /// Added up in `counts`, not kept as times.
    #[inline]
    pub fn is_counted(self) -> bool {
        matches!(
            self,
            Self::Count | Self::Between { .. } | Self::Chance { .. }
        )
    }
}

/// The patient's level must be in the mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Filter {
    pub attribute: u8,
    pub mask: [u64; 4],
}

impl Filter {
    pub fn new(condition: &Condition) -> Self {
        let mut mask = [0; 4];
        for &level in &condition.levels {
            mask[usize::from(level >> 6)] |= 1 << (level & 63);
        }
        let attribute = condition.attribute.0;
        Self { attribute, mask }
    }

    #[inline]
    pub fn admits(&self, level: u8) -> bool {
        self.mask[usize::from(level >> 6)] >> (level & 63) & 1 == 1
    }
}

/// Level `l` of the attribute is counted in row `first_row + l`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    pub attribute: u8,
    pub n_levels: u8,
    pub first_row: u16,
}

impl Split {
    /// The row of a patient; none if its level is unknown to the measure.
    #[inline]
    pub fn row(&self, attributes: &[u8; N_ATTRIBUTES]) -> Option<u16> {
        let level = attributes[usize::from(self.attribute)];
        (level < self.n_levels).then(|| self.first_row + u16::from(level))
    }

    pub fn rows(&self) -> Range<u16> {
        self.first_row..self.first_row + u16::from(self.n_levels)
    }
}

/// Where the accounts of a measure (of a share: of one side) lie in the reader's arrays: row 0 is all patients, then the
/// sites, then the cohorts. Rows of all and of the sites keep courses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Grid {
    /// Of `counts`, or of `times` where a measure takes times; of the tallies where it counts by patient.
    pub first_row: u32,
    pub by_day: Option<u32>,
    pub by_hour: Option<u32>,
}

impl Grid {
    #[inline]
    pub fn has_courses(&self) -> bool {
        self.by_day.is_some() || self.by_hour.is_some()
    }
}

/// Lengths of the reader's arrays.
#[derive(Clone, Debug, Default)]
pub(super) struct Sizes {
    pub counts: usize,
    /// By histogram of times: the bounds (milliseconds) below which it counts exactly.
    pub times: Vec<Vec<u64>>,
    pub days: usize,
    pub hours: usize,
}

/// What belongs to one measure.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub rows: Vec<Row>,
    pub n_site_rows: usize,
    /// Counts and durations; of a share, `of`.
    pub grid: Grid,
    /// Of a share, `among`.
    pub among: Grid,
    /// Of a level, by row.
    pub tracks: Vec<Vec<u16>>,
    /// Of a sum, by item.
    pub items: Vec<Item>,
    /// Of a duration with centiles by month.
    pub monthly: Option<u16>,
}

/// Where an item of a sum is counted.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// Patients.
    Counts(Grid),
    /// Milliseconds.
    Times(Grid),
    /// Chances by the odds ratio, by the low and the high end of its interval, and as if time did nothing.
    Chances([Grid; 4]),
    /// Of pools and fleets.
    Tracks(Vec<u16>),
}

impl MeasureTables {
    /// Compiles `model.measures` for the measured period of `length` after `warm_up`.
    ///
    /// Panics if a duration starts at a mark without a clock, which only a fault of the compiler of scenarios can bring.
    pub fn new(model: &Model, warm_up: SimSpan, length: SimSpan) -> Self {
        let start = SimTime::ZERO + warm_up;
        let (end, clock) = (start + length, model.program.clock.clone());
        let n_days = (clock.local(end) - clock.local(start)).div_ceil(DAY.0);
        let period = Period {
            start,
            end,
            n_days: usize::try_from(n_days).expect("a run has few days"),
            clock,
        };
        let mut builder = Builder::new(model, period.clone());
        for measure in &model.measures {
            builder.measure(measure);
        }
        builder.finish(model, period)
    }

    /// How the panel is laid out, if there is one.
    pub fn panel(&self) -> Option<&PanelTables> {
        self.panel.as_ref()
    }

    /// What is counted by group of patients; without attributes if nothing is.
    pub fn groups(&self) -> &GroupTables {
        &self.groups
    }

    /// Every number of an [`super::Outcome`], in order.
    pub fn keys(&self) -> &[MeasureKey] {
        &self.keys
    }
}

pub(super) const HOURS_OF_WEEK: usize = 168;
