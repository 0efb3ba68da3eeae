//! The compiled model: flat tables that a run interprets without looking up a single name.
//!
//! Whoever builds a [`Program`] sees to it that every id is in range ([`Program::faults`] checks that);
//! a run then cannot fail on account of it. Times are milliseconds, distances kilometres.

mod capacity;
mod plain;
mod steps;

use crate::engine::clock::LocalClock;
use crate::engine::distributions::Sampler;
use crate::engine::time::{SimSpan, SimTime};

pub use capacity::{
    BookingSpec, CalendarSpec, FleetSpec, FleetWay, Place, PoolSpec, Reserve, Roster, RouteRule,
    RouteSite, RouteSpec, ShiftEnd, Surge, TriggerLevel, TriggerSpec, UnitSpec,
};
pub use steps::{
    Chance, Dimension, Draw, DurationSpec, Escalate, OptionalMark, Patience, Selector, Since, Step,
    WaitRule, Worsen,
};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty)),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);
        impl $name {
            #[inline]
            pub fn index(self) -> usize { self.0 as usize }
        }
    )*};
}

ids! {
    /// Position in [`Program::steps`].
    StepId(u32),
    PoolId(u16),
    FleetId(u8),
    CalendarId(u16),
    /// A milestone's kind.
    MarkId(u16),
    /// Place where something happens, for facts: the site whose path a step belongs to.
    SiteId(u16),
    DurationId(u16),
    ChanceId(u16),
    WaitId(u16),
    RouteId(u16),
    WindowId(u16),
    ProfileId(u16),
    HazardId(u16),
    TriggerId(u16),
    SelectorId(u16),
    SamplerId(u16),
    /// Position in [`Program::pool_lists`].
    PoolListId(u16),
    DispositionId(u16),
    StreamId(u32),
}

/// One of a patient's small enumerations (age band, acuity, …): a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(pub u8);

/// A name under which a patient holds units until they are let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HoldSlot(pub u8);

pub const N_ATTRIBUTES: usize = 13;
/// Clocks a patient can have: a bit of its record says whether each is set.
pub const N_CLOCKS: usize = 32;
/// Slots under which a patient can hold units at one time.
pub const N_HOLD_SLOTS: usize = 6;
/// Ranks of a waiting line: 0 is served first.
pub const N_RANKS: usize = 8;
/// Groups in which visits are counted, so that a second visit draws anew.
pub const N_VISIT_GROUPS: usize = 16;

/// Open hours within the week: sorted, not overlapping, from Monday 00:00.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Window {
    pub open: Vec<(SimSpan, SimSpan)>,
}

/// A rate over time: `cycle[bin] * day_factor[day]`, repeating; mean 1 over the cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub bin: SimSpan,
    /// Starts at Monday 00:00 (aligned by `Program::clock`).
    pub cycle: Vec<f64>,
    /// By day of the run; the last one holds after the end; empty: 1.
    pub day_factors: Vec<f64>,
}

/// Time to an event with an hourly hazard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HazardSpec {
    pub profile: ProfileId,
    /// Mean events per millisecond.
    pub per_millisecond: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StreamSpec {
    /// `streams::purpose_key` of the stream's name: who its patients are.
    pub key: u64,
    pub arrivals: Arrivals,
    pub entry: StepId,
    pub attributes: [u8; N_ATTRIBUTES],
    /// Attributes drawn on arrival, with the purpose of the draw.
    pub drawn: Vec<(AttributeId, ChanceId, u64)>,
    pub place: StreamPlace,
    /// Candidates outside these times do not come: from, and up to but not at; in order. None: all come.
    pub active: Option<Vec<(SimTime, SimTime)>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Thinned candidates of a Poisson process whose rate follows the profile's week at its greatest day;
    /// `accept` (at most 1) thins further without renumbering anybody.
    Poisson {
        per_millisecond: f64,
        profile: Option<ProfileId>,
        accept: f64,
    },
    /// Gaps by a row that the time of the arrival before selects; its dimensions are those of time.
    Renewal {
        gap: DurationId,
    },
    Recorded(Vec<RecordedArrival>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct RecordedArrival {
    pub time: SimTime,
    pub set: Vec<(AttributeId, u8)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StreamPlace {
    At(Place),
    /// Uniform in a rectangle: `low` and `high` corners, slowness of `low`.
    Rectangle {
        low: Place,
        high: Place,
    },
    /// One of `Program::points[first..first + n]`, by the cumulative weights `Program::point_weights`.
    Points {
        first: u32,
        n: u32,
    },
}

/// Everything a run needs.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub steps: Vec<Step>,
    /// By step.
    pub draws: Vec<Draw>,
    pub branches: Vec<StepId>,
    pub selectors: Vec<Selector>,
    pub chances: Vec<Chance>,
    pub samplers: Vec<Sampler>,
    pub durations: Vec<DurationSpec>,
    pub waits: Vec<WaitRule>,
    pub pools: Vec<PoolSpec>,
    pub pool_lists: Vec<Vec<PoolId>>,
    pub fleets: Vec<FleetSpec>,
    pub calendars: Vec<CalendarSpec>,
    pub bookings: Vec<BookingSpec>,
    pub routes: Vec<RouteSpec>,
    pub windows: Vec<Window>,
    pub profiles: Vec<Profile>,
    pub hazards: Vec<HazardSpec>,
    pub triggers: Vec<TriggerSpec>,
    pub streams: Vec<StreamSpec>,
    pub points: Vec<Place>,
    /// Cumulative within a stream's range; the last of a range is 1.
    pub point_weights: Vec<f64>,
    /// Clock set by each mark, if any measure or step reads it.
    pub mark_clocks: Vec<Option<u8>>,
    pub n_clocks: u8,
    pub n_sites: u16,
    pub n_dispositions: u16,
    /// Where in the week time zero lies, and when clocks change.
    pub clock: LocalClock,
    /// Month (0 is January) of each day of the run; the last holds after the end.
    pub months: Vec<u8>,
}
