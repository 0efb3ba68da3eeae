//! The resolved scenario: the compiled program with the names, measures and sources that belong to it.
//!
//! This is what experiments run and reports describe. It holds no text of the scenario except titles and sources,
//! and the files as they were read.

mod measures;

pub use measures::{
    Better, ChartKind, ChartSpec, Condition, LevelOf, MOST_UNLESS, MeasureKind, MeasureSpec,
    Nature, Standard, Statistic, SumItem, SumOf, Weight,
};

use std::ops::Range;
use std::sync::Arc;

use crate::engine::program::{AttributeId, Program, SiteId};
use crate::engine::streams::purpose_key;
use crate::engine::time::{SimSpan, SimTime};

use crate::uec::check::capacity::PoolLoad;
use crate::uec::check::load_by_hour::HourlyLoad;
use crate::uec::history::Series;
use crate::uec::overview::Arriving;

pub use crate::scenario::dates::Date;

/// A scenario, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Short name: the stem of the scenario file.
    pub name: String,
    pub title: String,
    pub description: String,
    pub run: RunPlan,
    pub program: Program,
    pub names: Names,
    /// Who lives there, by the attributes that residents bring; empty without residents.
    pub residents: Vec<Residents>,
    pub measures: Vec<MeasureSpec>,
    /// By which every measure of patients is told apart, beside its own `by`.
    pub equity: Vec<AttributeId>,
    /// Who is in no level of some of these.
    pub elsewhere: Option<Elsewhere>,
    pub charts: Vec<ChartSpec>,
    /// Every number of the scenario with its source, in file order.
    pub inputs: Vec<InputValue>,
    pub changes: Vec<ChangeNote>,
    /// Changes that are in force at some times, in some places or for some of the people.
    pub rollouts: Vec<Rollout>,
    /// Areas that do not exchange patients, each with a program of its own; empty of a single one. `program` and `names` are those
    /// of the first: all have the same sites, pools, marks, attributes and measures, only values differ.
    pub areas: Vec<AreaModel>,
    /// Published monthly figures of the system, to set beside simulated ones.
    pub history: Vec<Series>,
    /// Which monthly accounts a run keeps.
    pub accounts: MonthlyAccounts,
    /// What the model leaves out and what to beware of, in sentences.
    pub limits: Vec<String>,
    /// Every file that took part, in the order read.
    pub files: Vec<InputFile>,
}

/// One of several areas.
#[derive(Clone, Debug, Default)]
pub struct AreaModel {
    pub named: Named,
    pub program: Program,
    /// Who comes to it.
    pub arriving: Vec<Arriving>,
    /// Estimated load of every pool, in the order of the pools.
    pub loads: Vec<PoolLoad>,
    /// The same by hour of the week; empty unless asked for.
    pub hourly_loads: Vec<HourlyLoad>,
}

impl AreaModel {
    /// How much there is to do.
    pub fn arrivals_per_day(&self) -> f64 {
        self.arriving.iter().map(|kind| kind.per_day).sum()
    }
}

impl Model {
    /// What an area runs: this model with its program and with draws of its own. Nothing that only reports need.
    pub fn of_area(&self, area: &AreaModel) -> Self {
        Self {
            name: self.name.clone(),
            title: area.named.title.clone(),
            run: RunPlan {
                seed: self.run.seed ^ purpose_key(&format!("area {}", area.named.id)),
                ..self.run
            },
            program: area.program.clone(),
            names: self.names.clone(),
            measures: self.measures.clone(),
            equity: self.equity.clone(),
            elsewhere: self.elsewhere.clone(),
            ..Self::default()
        }
    }

    /// Where results are told apart: sites, then areas.
    pub fn places(&self) -> impl Iterator<Item = &Named> {
        let areas = self.areas.iter().map(|area| &area.named);
        self.names.sites.iter().chain(areas)
    }
}

/// What is kept by calendar month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MonthlyAccounts {
    /// With roll-outs and in long runs, by what the roll-outs go by or by zone.
    #[default]
    AsNeeded,
    /// Always, by site, with how many took longer than each bound that a measure's statistics name.
    BySite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPlan {
    /// First measured day.
    pub start: Date,
    pub warm_up: SimSpan,
    pub length: SimSpan,
    pub replications: u32,
    pub seed: u64,
    pub clock: Clock,
    /// A replication is stopped once a line has only grown for at least so long; none: never.
    pub stop_when_unstable: Option<SimSpan>,
}

impl RunPlan {
    /// Has a replication stopped once a line has only grown for so many milliseconds.
    pub fn stop_once_unstable_for(&mut self, milliseconds: Option<u64>) {
        self.stop_when_unstable = milliseconds.map(SimSpan);
    }
}

/// What clocks on the wall do through the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// They are never changed: every day has 24 hours.
    #[default]
    Fixed,
    /// An hour forward on the last Sunday of March and back on that of October.
    London,
}

impl Clock {
    /// As written in a scenario, in the order of the variants.
    pub const WRITTEN: [(&'static str, Self); 2] =
        [("fixed", Self::Fixed), ("Europe/London", Self::London)];
}

impl Default for RunPlan {
    fn default() -> Self {
        let start = Date {
            year: 2024,
            month: 1,
            day: 1,
        };
        Self {
            start,
            warm_up: SimSpan::ZERO,
            length: SimSpan::ZERO,
            replications: 10,
            seed: 1,
            stop_when_unstable: None,
            clock: Clock::Fixed,
        }
    }
}

/// Names by id, in the scenario's order.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub sites: Vec<Named>,
    pub services: Vec<Named>,
    pub pools: Vec<PoolName>,
    /// Appointment calendars.
    pub calendars: Vec<PoolName>,
    pub fleets: Vec<Named>,
    /// By trigger: one of several sites has one for each.
    pub triggers: Vec<TriggerName>,
    /// `service.mark`.
    pub marks: Vec<String>,
    pub attributes: Vec<AttributeName>,
    pub dispositions: Vec<String>,
    pub streams: Vec<String>,
    /// By step: `service.path.id`, for traces and faults.
    pub steps: Vec<String>,
}

/// Patients who are no residents, or of whom it is not known where they live: groups of these attributes have a level of their own
/// for them, after all others, so that rates by residents are of residents.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// All must hold.
    pub filter: Vec<Condition>,
    pub of: Vec<AttributeId>,
}

/// Residents by level of one attribute: `zone`, `age` or `deprivation`.
#[derive(Clone, Debug, PartialEq)]
pub struct Residents {
    pub attribute: AttributeId,
    pub by_level: Vec<f64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    pub id: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PoolName {
    /// As written in the service: `cubicles`.
    pub id: String,
    pub site: SiteId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TriggerName {
    pub id: String,
    pub title: String,
    /// Whose pools it watches; none: those of several sites, or a fleet.
    pub site: Option<SiteId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AttributeName {
    pub id: String,
    pub title: String,
    pub levels: Vec<Named>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InputValue {
    /// Dotted path in the scenario.
    pub path: String,
    /// As written.
    pub value: String,
    pub origin: Origin,
    pub file: String,
    pub line: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    Source(String),
    Assumed(String),
    Calibrated(String),
    /// Nothing said.
    Unsaid,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChangeNote {
    pub name: String,
    pub title: String,
    pub evidence: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    pub name: String,
    pub title: String,
    /// When and for whom, in words: `25 % of zones from 2023-07-01`.
    pub when: String,
    pub changes: Vec<ChangeNote>,
    /// `site` or the id of an attribute; none: everywhere at once.
    pub by: Option<String>,
    /// By stream of arrivals: whether its patients are covered.
    pub covers: Vec<bool>,
    /// By site, of a roll-out by site or everywhere: when it is in force there. Times of the run, warm-up included.
    pub at_sites: Vec<Vec<Range<SimTime>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct InputFile {
    pub path: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// All of it, so that a run can be repeated without the file.
    pub text: Arc<str>,
}
