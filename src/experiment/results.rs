//! What comes out of an experiment: values by replication, their summaries, and the courses charts are drawn from.

use super::counterfactual::Counterfactual;
use crate::engine::checks::Balance;
use crate::uec::measures::{FlowEnd, GroupTables, Growth, Panel, PanelTables};
use crate::uec::model::{Model, Statistic};

/// Monthly panels of all replications.
#[derive(Clone, Debug)]
pub struct Panels {
    pub tables: PanelTables,
    /// In the order of replications.
    pub runs: Vec<Panel>,
}

/// What was counted by group of patients.
#[derive(Clone, Debug)]
pub struct Groups {
    pub tables: GroupTables,
    /// Cells, in the order of replications.
    pub runs: Vec<Vec<u64>>,
}

/// Identifies one number of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueKey {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub statistic: Statistic,
    /// `all` or a site's id.
    pub site: String,
    /// `all` or `attribute=level`.
    pub cohort: String,
}

/// Mean over replications with its 95 % Student-t interval, which is infinite for a single one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
    /// Replications that have a value.
    pub n: usize,
}

impl Estimate {
    /// In another unit, of which `factor` is the size of one of this; above zero.
    pub fn times(self, factor: f64) -> Self {
        Self {
            mean: self.mean * factor,
            low: self.low * factor,
            high: self.high * factor,
            n: self.n,
        }
    }
}

/// Results of one scenario.
#[derive(Clone, Debug)]
pub struct Results {
    pub model: Model,
    /// Replications that finished.
    pub replications: Vec<u32>,
    pub keys: Vec<ValueKey>,
    /// Shape: `[replications][keys]`.
    pub values: Vec<Vec<Option<f64>>>,
    /// By key; `None` when no replication has a value.
    pub estimates: Vec<Option<Estimate>>,
    /// Courses over the measured days and over the week, by measure (those that keep them) and site (`all` first).
    pub daily: Vec<Course>,
    pub weekly: Vec<Course>,
    /// Distributions of duration measures, all replications together, by measure and site (`all` first).
    pub histograms: Vec<MeasureHistogram>,
    /// How long each level lasted, by measure of a level.
    pub level_times: Vec<LevelTimes>,
    /// Where patients went, ordered by where they come from.
    pub flows: Vec<PatientFlow>,
    pub conservation: Vec<Conservation>,
    /// Of a long run, or one with roll-outs: by month, unit and roll-outs in force.
    pub panel: Option<Panels>,
    /// Where all measures are told apart by group.
    pub groups: Option<Groups>,
    /// Stopped before all replications were done.
    pub partial: bool,
    /// `replications` are batches of one run.
    pub batches: bool,
}

/// A measure over the measured days (bins are days) or over the week (bins are the 168 hours, Monday first).
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub measure: usize,
    pub site: String,
    /// Mean over replications by bin: patients per day or hour for counts, percent for shares, mean duration for durations
    /// (unit of the measure), time per day or hour for times beyond a bound, mean level for levels.
    pub mean: Vec<Option<f64>>,
    /// Between replications, 5th and 95th centile.
    pub low: Vec<Option<f64>>,
    pub high: Vec<Option<f64>>,
}

/// Counts in bins of time.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureHistogram {
    pub measure: usize,
    pub site: String,
    /// Upper bounds of the bins, minutes, increasing; the last is infinite.
    pub upper_minutes: Vec<f64>,
    pub counts: Vec<u64>,
}

/// Hours at each level of a measure, all sites together.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelTimes {
    pub measure: usize,
    /// Shape: `[replications][levels]`; an hour counts at level `k` if its mean was at least `k` and below `k + 1`.
    pub hours: Vec<Vec<u32>>,
}

/// Patients who go from one place of their journey to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatientFlow {
    pub from: FlowEnd,
    pub to: FlowEnd,
    /// Patients a day of the measured period.
    pub per_day: Estimate,
}

/// How many of one replication's patients arrived and left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conservation {
    pub replication: u32,
    pub arrived: u64,
    /// By disposition id.
    pub left: Vec<u64>,
    pub inside: u64,
    /// Timed state changes executed.
    pub events: u64,
    /// How often patients, units and lines were checked, the last time at the end; none was ever wrong.
    pub n_checks: u32,
    /// Both sides of Little's law at the end, by pool, then by fleet.
    pub lines: Vec<Balance>,
    /// Lines that only grew.
    pub growing: Vec<Growth>,
}

/// An alternative against the baseline, paired by replication.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub baseline: Results,
    pub alternatives: Vec<Alternative>,
    /// With `--decompose`: what the changes of the alternative do together beyond the sum of what each does alone, which is
    /// the `baseline` of these differences. Measures are those of the alternative. Empty with fewer than two changes.
    pub interaction: Vec<Difference>,
}

/// What a scenario of a comparison is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// An alternative in full; its differences are against the baseline.
    Whole,
    /// The alternative without changes of its own; against the baseline.
    Start,
    /// One change added to the part before it, against which its differences are, so that they add up.
    Added(String),
    /// One change alone; against the start, or the baseline if there is no start.
    Alone(String),
}

impl Part {
    /// The change that it is about; none of a whole or a start.
    pub fn change(&self) -> Option<&str> {
        match self {
            Self::Whole | Self::Start => None,
            Self::Added(change) | Self::Alone(change) => Some(change),
        }
    }

    /// As tables have it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Start => "start",
            Self::Added(_) => "added",
            Self::Alone(_) => "alone",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Alternative {
    pub results: Results,
    pub differences: Vec<Difference>,
    /// Other than whole only with `--decompose`.
    pub part: Part,
    /// Patient by patient, where that was asked for.
    pub patients: Option<Counterfactual>,
}

/// Alternative minus baseline for one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub key: ValueKey,
    pub baseline: Estimate,
    pub alternative: Estimate,
    /// Of the paired differences, 95 % Student-t.
    pub difference: Estimate,
    /// Variance of the unpaired over the paired difference: what common random numbers saved.
    pub pairing_gain: Option<f64>,
}
