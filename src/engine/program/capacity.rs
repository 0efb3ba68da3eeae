//! What patients use: pools, fleets, calendars, the sites of a route, and what switches more of them.

use super::{
    AttributeId, CalendarId, FleetId, HoldSlot, PoolId, SiteId, StepId, TriggerId, WindowId,
};
use crate::engine::time::{SimSpan, SimTime};

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
