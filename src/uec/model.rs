//! The resolved scenario: the compiled program with the names, measures and sources that belong to it.
//!
//! This is what experiments run and reports describe. It holds no text of the scenario except titles and sources,
//! and the files as they were read.

use std::ops::Range;
use std::sync::Arc;

use crate::engine::program::{AttributeId, FleetId, MarkId, PoolId, Program, SiteId, TriggerId};
use crate::engine::streams::purpose_key;
use crate::engine::time::{SimSpan, SimTime};

use super::history::Series;
use super::overview::Arriving;

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
pub struct MeasureSpec {
    pub id: String,
    pub title: String,
    /// Of the mean and quantiles: `min`, `patients`, `%`, …
    pub unit: String,
    pub kind: MeasureKind,
    pub filter: Vec<Condition>,
    pub statistics: Vec<Statistic>,
    pub by_site: bool,
    pub by: Vec<AttributeId>,
    pub by_day: bool,
    pub by_hour_of_week: bool,
    pub better: Better,
    pub nature: Nature,
    pub source: String,
    /// For charts: the standard to meet, in the measure's unit, with what it applies to (`mean`, `p90`, …).
    pub standards: Vec<Standard>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    pub statistic: Statistic,
    pub value: f64,
    /// For one cohort (`category=C2`) or for all.
    pub cohort: Option<(AttributeId, u8)>,
}

/// The patient has one of these levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub attribute: AttributeId,
    pub levels: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MeasureKind {
    Count {
        mark: MarkId,
    },
    /// From the clock of `from` to the mark `to`.
    Duration {
        from: MarkId,
        to: MarkId,
    },
    /// Occurrences of `of` over those of `among`, with further conditions.
    Share {
        of: MarkId,
        of_filter: Vec<Condition>,
        among: MarkId,
        among_filter: Vec<Condition>,
    },
    Level {
        pools: Vec<PoolId>,
        what: LevelOf,
    },
    /// As `Level`, of a fleet's units.
    FleetLevel {
        fleet: FleetId,
        what: LevelOf,
    },
    /// Whether a trigger is on.
    TriggerLevel {
        triggers: Vec<TriggerId>,
        /// `LevelOf::On`.
        what: LevelOf,
    },
    /// Time beyond a bound, summed.
    SumBeyond {
        from: MarkId,
        to: MarkId,
        beyond: SimSpan,
    },
    /// How often a patient passes any of the marks from its beginning to its end; with `among` from when it passes that mark on.
    PerPatient {
        marks: Vec<MarkId>,
        among: Option<MarkId>,
    },
    /// What is counted, timed or on duty, each by its weight: a cost, an expected harm.
    Sum {
        items: Vec<SumItem>,
    },
}

/// Marks by which the sums of a scenario may leave patients out.
pub const MOST_UNLESS: usize = 32;

#[derive(Clone, Debug, PartialEq)]
pub struct SumItem {
    pub of: SumOf,
    /// Besides those of the measure.
    pub filter: Vec<Condition>,
    /// Only patients who have not passed this mark.
    pub unless: Option<MarkId>,
    pub weight: Weight,
    /// Of a price: the year it is of, as written; empty if none is.
    pub price_year: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SumOf {
    Mark(MarkId),
    /// Those who took longer than `over` and at most `up_to`.
    Between {
        from: MarkId,
        to: MarkId,
        over: SimSpan,
        up_to: Option<SimSpan>,
    },
    /// Time beyond a bound, in units of `per`.
    Time {
        from: MarkId,
        to: MarkId,
        beyond: SimSpan,
        per: SimSpan,
    },
    /// By how much an outcome is likelier than it is after `at`, its odds being multiplied for every `per` of time.
    Chance {
        from: MarkId,
        to: MarkId,
        at: SimSpan,
        /// After `at`; 0 to 1.
        chance: f64,
        /// Of those who take longer than this; of all if absent.
        over: Option<SimSpan>,
        per: SimSpan,
        odds_ratio: Weight,
    },
    /// Units, in units of `per`: nobody's in particular, so of all patients only.
    Pools {
        pools: Vec<PoolId>,
        what: LevelOf,
        per: SimSpan,
    },
    Fleet {
        fleet: FleetId,
        what: LevelOf,
        per: SimSpan,
    },
}

/// What one of an item adds, with the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Weight {
    /// What a statistic weighs by.
    pub fn of(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::LowEstimate => self.low,
            Statistic::HighEstimate => self.high,
            _ => self.value,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelOf {
    Busy,
    Waiting,
    Capacity,
    /// Busy over capacity, in percent.
    Occupancy,
    /// Share of time that a trigger is on, in percent.
    On,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    Mean,
    /// 0 to 1.
    Quantile(f64),
    /// Percent at most / more than this long.
    Within(SimSpan),
    Over(SimSpan),
    /// Percent of patients with more than this number.
    MoreThan(u16),
    Count,
    /// Per day, over the measured days.
    PerDay,
    Total,
    /// Percent, for shares.
    Percent,
    /// Of sums: the total with the lowest and the highest weights.
    LowEstimate,
    HighEstimate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Lower,
    Higher,
    Neither,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    Imposed,
    Calibrated,
    Emergent,
}

impl MeasureSpec {
    /// Of pools, a fleet or a trigger, and kept by day.
    pub fn is_level_by_day(&self) -> bool {
        let is_level = matches!(
            self.kind,
            MeasureKind::Level { .. }
                | MeasureKind::FleetLevel { .. }
                | MeasureKind::TriggerLevel { .. }
        );
        is_level && self.by_day
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChartSpec {
    pub id: String,
    pub kind: ChartKind,
    /// Positions in `Model::measures`.
    pub measures: Vec<usize>,
    /// In the unit of the measures (durations: minutes), or percent for levels.
    pub lines: Vec<f64>,
    /// Of time charts: the measure of a trigger, whose time on is shaded.
    pub shaded: Option<usize>,
    pub read: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Course over the days.
    Daily,
    /// By hour of the week.
    Week,
    /// Share still in, against time.
    Survival,
    /// Mean and 90th centile by cohort against standards.
    Standards,
    /// Shares in bands.
    Bands,
    /// Level over the days, with guide lines.
    Level,
    /// Values with intervals, one row per measure.
    Interval,
    /// Where patients go, from their first contact to the end of their journey.
    Flow,
    /// Spread of several waits on one axis.
    Stages,
    /// Hour of the day against day of the week, with the numbers in the cells.
    Heat,
    /// Share of the time at each level.
    TimeAtLevel,
    /// Patients a day beyond a bound.
    LongWaits,
    /// The best and the worst site.
    Sites,
    /// Groups of patients beside each other: who gains, who loses.
    Groups,
    /// Every replication as a point, and the share of them up to each value.
    Runs,
    /// Levels over the days as areas one on the other.
    Stack,
}

impl ChartKind {
    /// Whether it shows a course over the days or the hours of the week as lines.
    pub fn is_over_time(self) -> bool {
        matches!(self, Self::Daily | Self::Week | Self::Level)
    }

    /// Areas of a stack that colours can tell apart.
    pub const MAX_AREAS: usize = 4;

    /// As written in a scenario, in the order of the variants.
    pub const WRITTEN: [(&'static str, Self); 16] = [
        ("daily", Self::Daily),
        ("week", Self::Week),
        ("survival", Self::Survival),
        ("standards", Self::Standards),
        ("bands", Self::Bands),
        ("level", Self::Level),
        ("interval", Self::Interval),
        ("flow", Self::Flow),
        ("stages", Self::Stages),
        ("heat", Self::Heat),
        ("time_at_level", Self::TimeAtLevel),
        ("long_waits", Self::LongWaits),
        ("sites", Self::Sites),
        ("groups", Self::Groups),
        ("runs", Self::Runs),
        ("stack", Self::Stack),
    ];

    /// Whether a chart of this kind shows measures; a flow shows patients.
    pub fn shows_measures(self) -> bool {
        self != Self::Flow
    }
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
