//! Instructions, and the tables that they look up: choices, durations, rules of waiting.

use super::{
    AttributeId, ChanceId, DispositionId, DurationId, FleetId, HazardId, HoldSlot, MarkId, PoolId,
    PoolListId, RouteId, SamplerId, SelectorId, SiteId, StepId, TriggerId, WaitId, WindowId,
};
use crate::engine::time::SimSpan;

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
