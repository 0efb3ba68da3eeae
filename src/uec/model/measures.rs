//! What is measured and drawn: measures, their statistics and charts, compiled.

use crate::engine::program::{AttributeId, FleetId, MarkId, PoolId, TriggerId};
use crate::engine::time::SimSpan;

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
    /// The same of each calendar month, and their mean weighted by observations.
    MonthlyQuantile(f64),
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
