//! Tables looked up by what is known of a patient and of the moment: dimensions, rows, and the first row that matches.

use crate::engine::time::SimSpan;
use crate::scenario::files::Span;

use super::{Name, WindowForm};

/// Something a table can be looked up by, as written.
#[derive(Clone, Debug)]
pub struct DimensionForm {
    pub kind: DimensionKind,
    /// What rows and columns call it: `acuity`, `open:in_hours`, `waiting:cubicles`.
    pub column: String,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum DimensionKind {
    Attribute(Name),
    Hour,
    Day,
    Month,
    Open(WindowForm),
    Held(Name),
    /// Number waiting or busy, in bands that begin at these numbers (and one below the first).
    Waiting {
        pool: Name,
        bands: Vec<u32>,
    },
    Busy {
        pool: Name,
        bands: Vec<u32>,
    },
    Trigger(Name),
    /// Time since a mark of the patient's, or since the start of the run, in bands that begin at these times.
    Since {
        mark: Name,
        bands: Vec<TimeBand>,
    },
    /// The site where a step is done: settled when the scenario is read, so it costs a run nothing.
    Site,
}

/// Where a band of time begins.
#[derive(Clone, Debug)]
pub struct TimeBand {
    pub from: SimSpan,
    /// As rows name it.
    pub written: String,
}

/// Rows in the order written; the first that matches counts.
#[derive(Clone, Debug)]
pub struct TableForm<T> {
    pub by: Vec<DimensionForm>,
    pub rows: Vec<RowForm<T>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct RowForm<T> {
    /// By dimension: the levels that match, or none for any.
    pub levels: Vec<Option<Vec<Name>>>,
    pub value: T,
    pub span: Span,
}

/// One condition of a `when`.
#[derive(Clone, Debug)]
pub struct ConditionForm {
    pub dimension: DimensionForm,
    pub levels: Vec<Name>,
}

/// A value, or values by cohort; `id` tells one written value from every other.
#[derive(Clone, Debug)]
pub struct ByCohort<T> {
    pub id: u32,
    pub kind: ByCohortKind<T>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ByCohortKind<T> {
    One(T),
    Table(TableForm<T>),
    /// `{ choice_of = "name" }`: a table of `[durations]` or `[choices]`.
    Named(Name),
}
