//! Steps as written: what each does, with the place of every name for diagnostics.

use crate::engine::distributions::Distribution;
use crate::engine::time::SimSpan;
use crate::scenario::files::Span;

use super::tables::{ByCohort, ConditionForm};
use super::{Name, WindowForm};

/// A length of time: one distribution or a table of them by cohort.
pub type DurationForm = ByCohort<Distribution>;
/// A chance between 0 and 1, or a table of them by cohort.
pub type ShareForm = ByCohort<f64>;

#[derive(Clone, Debug)]
pub struct StepForm {
    pub action: Action,
    /// The written `id`, else the position in the path (`3`, nested `3.1`, in an `else` `3.else.1`).
    pub id: String,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Action {
    /// Reported already; nothing follows from it.
    Unreadable,
    Mark(Name),
    Wait(DurationForm),
    WaitUntil(WindowForm),
    WaitRate {
        profile: Name,
        per_day: f64,
    },
    Use {
        pools: Vec<Name>,
        duration: DurationForm,
        at_start: Option<Name>,
        held_as: Option<Name>,
        wait: Box<WaitForm>,
    },
    Hold {
        pools: Vec<Name>,
        how: HoldHow,
        units: u8,
        /// One name, or one for each pool of `hold_all`.
        held_as: Vec<Name>,
        wait: Box<WaitForm>,
    },
    LetGo {
        names: Vec<Name>,
        /// None: all that is held.
        units: Option<u8>,
    },
    Patience(DurationForm),
    ClearPatience,
    Share {
        share: ShareForm,
        steps: Vec<StepForm>,
        otherwise: Vec<StepForm>,
    },
    Choose {
        choice: Name,
        to: Vec<(Name, Branch)>,
    },
    When {
        conditions: Vec<ConditionForm>,
        steps: Vec<StepForm>,
        otherwise: Vec<StepForm>,
    },
    Set(Vec<(Name, Name)>),
    SetBy {
        attribute: Name,
        choice: Name,
    },
    Go(Name),
    Refer {
        route: Name,
        path: Option<Name>,
        otherwise: Option<Vec<StepForm>>,
    },
    Travel {
        route: Name,
        otherwise: Option<Vec<StepForm>>,
    },
    Call {
        fleet: Name,
        held_as: Option<Name>,
        at_dispatch: Option<Name>,
        wait: Box<WaitForm>,
    },
    Convey {
        route: Name,
        path: Option<Name>,
        with: Name,
        otherwise: Option<Vec<StepForm>>,
    },
    Book {
        calendar: Name,
        within: SimSpan,
        earliest: SimSpan,
        otherwise: Option<Vec<StepForm>>,
    },
    Start {
        path: Name,
        with: Vec<Name>,
    },
    Leave(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldHow {
    /// Units of one pool.
    One,
    /// One unit of the first pool that has one.
    Any,
    /// One unit of each pool at the same moment.
    All,
}

/// Where an outcome of a choice leads.
#[derive(Clone, Debug)]
pub enum Branch {
    Path(Name),
    Steps(Vec<StepForm>),
}

/// How a patient waits in line.
#[derive(Clone, Debug)]
pub struct WaitForm {
    pub rank: Option<Name>,
    pub due: Option<DurationForm>,
    pub patience: PatienceForm,
    pub otherwise: Option<Vec<StepForm>>,
    pub limit: Option<u32>,
    pub worsen: Option<WorsenForm>,
    pub escalate: Option<EscalateForm>,
    pub interrupts: bool,
    pub interruptible: bool,
    pub fit: bool,
}

#[derive(Clone, Debug)]
pub enum PatienceForm {
    Endless,
    Drawn(DurationForm),
    Deadline,
}

#[derive(Clone, Debug)]
pub struct WorsenForm {
    pub after: DurationForm,
    pub attribute: Name,
    pub level: Name,
}

#[derive(Clone, Debug)]
pub struct EscalateForm {
    pub trigger: Name,
    pub to: u8,
}
