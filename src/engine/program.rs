//! The compiled model: flat tables that a run interprets without looking up a single name.
//!
//! Whoever builds a [`Program`] sees to it that every id is in range ([`Program::faults`] checks that);
//! a run then cannot fail on account of it. Times are milliseconds, distances kilometres.

use super::clock::LocalClock;
use super::distributions::Sampler;
use super::time::{SimSpan, SimTime};

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

/// One instruction. A patient stays at a step until it is over, then goes to the next one unless the step says otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// The patient comes to a path that it may visit again: counts the visit, so that its draws there are new ones.
    Enter {
        group: u8,
    },
    /// Emits a milestone and sets its clock, if it has one.
    Mark {
        mark: MarkId,
        site: SiteId,
    },
    Wait {
        duration: DurationId,
    },
    WaitUntil {
        window: WindowId,
    },
    WaitRate {
        hazard: HazardId,
    },
    /// Sets the deadline clock to now + a draw.
    Patience {
        duration: DurationId,
    },
    ClearPatience,
    /// Takes `units` of a pool, waiting in its line if need be.
    Hold {
        slot: HoldSlot,
        units: u8,
        pool: PoolId,
        wait: WaitId,
    },
    /// Takes one unit of the first pool of the list that has one.
    HoldAny {
        slot: HoldSlot,
        pools: PoolListId,
        wait: WaitId,
    },
    /// Takes one unit of every pool of the list at one moment, under consecutive slots from `slot`.
    HoldAll {
        slot: HoldSlot,
        pools: PoolListId,
        wait: WaitId,
    },
    /// Hold one unit, pass the milestone `Draw::at_start`, let `duration` pass, let the unit go: the commonest sequence in
    /// one step.
    Use {
        pool: PoolId,
        wait: WaitId,
        duration: DurationId,
    },
    LetGo {
        slot: HoldSlot,
    },
    /// Lets some of the units held go; all of them if it holds no more.
    LetGoSome {
        slot: HoldSlot,
        units: u8,
    },
    Jump {
        to: StepId,
    },
    /// Goes to `to` unless the draw falls within the chance (a chance table with two outcomes: 0 goes on, 1 jumps).
    Share {
        chance: ChanceId,
        otherwise: StepId,
    },
    /// Draws an outcome and goes to `branches[first + outcome]`.
    Choose {
        chance: ChanceId,
        first: u32,
    },
    /// No draw: the selector's row gives the branch.
    When {
        selector: SelectorId,
        first: u32,
    },
    Set {
        attribute: AttributeId,
        level: u8,
    },
    /// Draws a level.
    SetBy {
        attribute: AttributeId,
        chance: ChanceId,
    },
    /// Chooses a site; the patient travels there and continues at the site's step (`RouteSpec::entries[entry]`).
    /// `here` is the site the step stands in.
    Refer {
        route: RouteId,
        entry: u8,
        here: SiteId,
    },
    /// As `Refer`, but continues with the next step on arrival.
    Travel {
        route: RouteId,
        here: SiteId,
    },
    /// Waits for a unit of a fleet to be sent and to arrive where the patient is.
    Call {
        fleet: FleetId,
        slot: HoldSlot,
        /// Position in [`FleetSpec::ways`]: how the unit is chosen and drives.
        way: u8,
        wait: WaitId,
        at_dispatch: OptionalMark,
    },
    /// Rides with the held unit to a site chosen by a route.
    Convey {
        slot: HoldSlot,
        route: RouteId,
        entry: u8,
    },
    /// Takes the first free appointment and waits for it.
    Book {
        booking: u16,
        otherwise: StepId,
    },
    /// A side task starts at `task`, taking over the slots in `with` (bit mask).
    Start {
        with: u8,
        task: StepId,
    },
    /// The journey ends; whatever is held is released.
    Leave {
        disposition: DispositionId,
        site: SiteId,
    },
}

/// A mark or none, in two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionalMark(pub u16);

impl Default for OptionalMark {
    fn default() -> Self {
        Self::NONE
    }
}

impl OptionalMark {
    pub const NONE: Self = Self(u16::MAX);
    #[inline]
    pub fn get(self) -> Option<MarkId> {
        (self.0 != u16::MAX).then_some(MarkId(self.0))
    }
}

/// What belongs to a step beside its instruction: what its draws are keyed by, and where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draw {
    /// `streams::purpose_key` of the step's name.
    pub purpose: u64,
    /// Group its visits are counted in.
    pub group: u8,
    /// Site whose path the step belongs to.
    pub site: SiteId,
    /// Of a `Use`: the milestone at which the service begins.
    pub at_start: OptionalMark,
}

/// Something a table can be looked up by.
#[derive(Clone, Debug, PartialEq)]
pub enum Dimension {
    Attribute(AttributeId),
    /// 0 to 23.
    Hour,
    /// 0 is Monday.
    Weekday,
    /// 0 is January.
    Month,
    /// 0 closed, 1 open.
    Open(WindowId),
    /// 0 not held, 1 held.
    Held(HoldSlot),
    /// Number of `bounds` reached by the number waiting (for any of the pools, summed).
    Waiting {
        pools: Vec<PoolId>,
        bounds: Vec<u32>,
    },
    /// Number of `bounds` reached by the units in use.
    Busy {
        pools: Vec<PoolId>,
        bounds: Vec<u32>,
    },
    /// 0 off, 1 on.
    Trigger(TriggerId),
    /// Number of `bounds` reached by the time since something.
    Since {
        what: Since,
        bounds: Vec<SimSpan>,
    },
}

/// What time is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Time zero of the run.
    Start,
    /// The patient's latest passing of a mark; for one that has not passed it no time has gone by.
    Mark(MarkId),
}

impl Dimension {
    /// Whether the moment alone decides, whoever the patient is and whatever goes on elsewhere.
    pub fn is_of_time(&self) -> bool {
        matches!(
            self,
            Self::Hour
                | Self::Weekday
                | Self::Month
                | Self::Open(_)
                | Self::Since {
                    what: Since::Start,
                    ..
                }
        )
    }
}

/// Maps a patient and the state of the world to a row: the sum over dimensions of `map[value]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Selector {
    /// Each dimension with what each of its values adds to the row. A value outside the map adds 0.
    pub dimensions: Vec<(Dimension, Vec<u32>)>,
    /// Rows by the sum: `rows[sum]` is the row of the table (many sums may share one).
    pub rows: Vec<u32>,
}

/// Outcome shares by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    pub selector: Selector,
    pub n_outcomes: u32,
    /// Shape: `[rows][n_outcomes]`, cumulative shares; the last of a row is 1.
    pub cumulative: Vec<f64>,
}

/// A length of time drawn by row.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationSpec {
    pub selector: Selector,
    /// By row.
    pub samplers: Vec<SamplerId>,
}

/// How a patient waits.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitRule {
    /// Rank in line: this attribute's level (capped at `N_RANKS - 1`); none is first come, first served at rank 0.
    pub rank: Option<AttributeId>,
    /// The line stands in order of joining time plus this, whatever the rank: rank then only decides who may interrupt
    /// whom or have a unit of a fleet stood down.
    pub due: Option<DurationId>,
    pub patience: Patience,
    /// Where a patient goes that gives up or is turned away.
    pub otherwise: StepId,
    /// Turned away when this many wait already.
    pub limit: Option<u32>,
    pub worsen: Option<Worsen>,
    pub escalate: Option<Escalate>,
    pub interrupts: bool,
    pub interruptible: bool,
    /// May be passed by requests that fit when it does not.
    pub may_be_passed: bool,
    /// Purposes of the draws of waiting, apart from the service's: when due, patience, worsening.
    pub due_purpose: u64,
    pub patience_purpose: u64,
    pub worsen_purpose: u64,
}

impl WaitRule {
    /// Whether it is only about a rank and patience: a run has a shorter way for the commonest wait.
    pub fn is_plain(&self) -> bool {
        let changes = self.due.is_some() || self.worsen.is_some() || self.escalate.is_some();
        !changes && !self.interrupts && self.limit.is_none()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Patience {
    Endless,
    Drawn(DurationId),
    /// Until the deadline set by `Step::Patience`.
    Deadline,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worsen {
    pub after: DurationId,
    pub attribute: AttributeId,
    pub level: u8,
}

/// While the trigger is on, patients wait at this rank (if it is better than their own).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Escalate {
    pub trigger: TriggerId,
    pub rank: u8,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PoolSpec {
    pub roster: Roster,
    pub on_shift_end: ShiftEnd,
    /// True if any step interrupts here: the pool then keeps a list of whom it serves.
    pub keeps_served: bool,
    pub surges: Vec<Surge>,
}

/// What happens to those in service when capacity falls below the number busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftEnd {
    /// Staff finish whom they serve; nobody new starts until fewer are busy than the shift has.
    Finish,
    /// The latest started return to the head of their rank and are resumed later.
    Interrupt,
}

/// Capacity over time: it holds from its time until the next. The first entry is at time zero; times increase.
/// A roster that repeats weekly is unrolled by whoever builds it, as `repeat`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Roster {
    pub changes: Vec<(SimTime, u32)>,
    /// If not zero, `changes` repeat with this period.
    pub repeat: SimSpan,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub x: f32,
    pub y: f32,
    /// Minutes per kilometre of road here, before factors.
    pub slowness: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FleetSpec {
    pub units: Vec<UnitSpec>,
    /// A call says which of them holds for it.
    pub ways: Vec<FleetWay>,
}

/// How a fleet's units are sent and drive.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetWay {
    /// Road distance over straight-line distance.
    pub detour: f32,
    /// Factor on driving time by hour of day.
    pub by_hour: [f32; 24],
    pub responding: f32,
    pub conveying: f32,
    pub returning: f32,
    /// Stand-down: a unit on its way to a less urgent call may be sent to a more urgent one if that saves at least this.
    pub reassign: Option<SimSpan>,
    pub reserve: Option<Reserve>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct UnitSpec {
    pub station: Place,
    /// Capacity 1 while on shift, 0 while off.
    pub roster: Roster,
}

/// Appointments: each weekly bin offers a number of slots, spread evenly over the bin.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarSpec {
    pub bin: SimSpan,
    /// Slots by bin of the week, Monday 00:00 first.
    pub week: Vec<u16>,
    /// Slots that take their place from a time on, in order of time.
    pub later: Vec<(SimTime, Vec<u16>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct BookingSpec {
    pub calendar: CalendarId,
    pub earliest: SimSpan,
    pub within: SimSpan,
}

/// Where patients go: candidate sites, and what decides between them.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteSpec {
    pub sites: Vec<RouteSite>,
    pub rule: RouteRule,
    /// Attribute whose level is the row of the travel and weight tables (the zone); none has one row.
    pub row: Option<AttributeId>,
    /// Shape `[rows][sites]`, milliseconds; empty: by the patient's place, with the factors below.
    pub travel: Vec<u32>,
    /// Shape `[rows][sites]`, for `RouteRule::Shares`.
    pub weights: Vec<f32>,
    /// Minutes per kilometre factor and detour for travel by place; 0 detour: no time passes.
    pub detour: f32,
    pub slowness: f32,
    pub by_hour: [f32; 24],
    /// Time added to a site's travel for each patient waiting there, when sites are compared.
    pub load_each: SimSpan,
    /// Where patients go when no site is open.
    pub otherwise: StepId,
}

impl RouteSpec {
    /// Whether a patient who is referred goes there: a call by telephone, without travel, leaves people where they are.
    #[inline]
    pub fn moves_patient(&self) -> bool {
        self.detour != 0.0 || !self.travel.is_empty()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct RouteSite {
    pub site: SiteId,
    pub place: Place,
    /// Entry steps by `entry` number.
    pub entries: Vec<StepId>,
    /// Entries that take their place from a time on, in order of time; none at all: the site takes nobody from then on.
    pub later: Vec<(SimTime, Vec<StepId>)>,
    /// None: always open.
    pub hours: Option<WindowId>,
    /// Lines whose length counts as load.
    pub load: Vec<PoolId>,
    /// Site is passed over while this is on, if another is open.
    pub except: Option<TriggerId>,
}

impl RouteSite {
    /// Entry steps in force at a time.
    #[inline]
    pub fn entries_at(&self, time: SimTime) -> &[StepId] {
        if self.later.is_empty() {
            return &self.entries;
        }
        let latest = self.later.iter().rev().find(|(from, _)| *from <= time);
        latest.map_or(&self.entries, |(_, entries)| entries)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteRule {
    /// Least travel (plus load).
    Nearest,
    /// The site the step stands in, else nearest.
    SameSite,
    /// Drawn by weight among the open ones.
    Shares,
}

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
pub struct TriggerSpec {
    /// What it watches: these together.
    pub pools: Vec<PoolId>,
    pub fleets: Vec<FleetId>,
    pub what: TriggerLevel,
    pub on: u32,
    pub off: u32,
    /// Once on, it stays on at least for this long.
    pub at_least: SimSpan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerLevel {
    /// Everybody in line; who waits for the first free of several stands in each of their lines.
    Waiting,
    Busy,
    /// Patients who have stood in one of the lines for at least `than`, each once; those alone who hold something, if it is said.
    WaitingLonger {
        than: SimSpan,
        holding: Option<HoldSlot>,
    },
}

/// Units that a pool has beyond its roster while a trigger is on.
#[derive(Clone, Debug, PartialEq)]
pub struct Surge {
    pub trigger: TriggerId,
    pub units: u32,
    /// How long the trigger must have been on before they open. They close as soon as it is off.
    pub after: SimSpan,
    /// From a time on: the share of them that counts, in order of time; none: all of them. A pool's shares of units are
    /// added up before they are rounded.
    pub shares: Vec<(SimTime, f64)>,
}

impl Surge {
    /// Units that count at a time.
    pub fn units_at(&self, time: SimTime) -> f64 {
        let latest = self.shares.iter().rev().find(|(from, _)| *from <= time);
        let share = match latest {
            Some((_, share)) => *share,
            None if self.shares.is_empty() => 1.0,
            None => 0.0,
        };
        f64::from(self.units) * share
    }
}

/// Units of a fleet that are kept for the more urgent calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// This many free ones.
    pub units: u32,
    /// The last rank that they are sent to.
    pub rank: u8,
    /// Only while this is on; none: always.
    pub when: Option<TriggerId>,
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
