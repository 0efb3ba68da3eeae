//! Which numbers a measure yields, and the units of time they are given in.

use crate::engine::program::{AttributeId, SiteId};
use crate::engine::time::{DAY, HOUR, MINUTE, SECOND};
use crate::uec::model::{MeasureKind, MeasureSpec, Statistic};

/// One number of a replication: a statistic of a measure, for all patients, for one site or for one cohort.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureKey {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub statistic: Statistic,
    pub row: Row,
}

/// A breakdown's row. Sites and cohorts are not crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    All,
    Site(SiteId),
    Cohort(AttributeId, u8),
}

/// Milliseconds in one unit of a measure of time.
///
/// `None` for units that are no time (`patients`, `%`): such a measure cannot give a mean duration.
pub fn unit_milliseconds(unit: &str) -> Option<u64> {
    match unit {
        "ms" => Some(1),
        "s" | "seconds" => Some(SECOND.0),
        "min" | "minutes" => Some(MINUTE.0),
        "h" | "hours" => Some(HOUR.0),
        "d" | "day" | "days" => Some(DAY.0),
        _ => None,
    }
}

/// Whether a measure of this kind has such a statistic.
pub fn has_statistic(measure: &MeasureSpec, statistic: Statistic) -> bool {
    use Statistic::{
        Count, HighEstimate, LowEstimate, Mean, MonthlyQuantile, MoreThan, Over, PerDay, Percent,
        Quantile, Total, Within,
    };
    match measure.kind {
        MeasureKind::Count { .. } => matches!(statistic, Count | PerDay | Total),
        MeasureKind::Duration { .. } => match statistic {
            Mean | Quantile(_) | MonthlyQuantile(_) | Total => {
                unit_milliseconds(&measure.unit).is_some()
            }
            Within(_) | Over(_) | Count | PerDay => true,
            Percent | LowEstimate | HighEstimate | MoreThan(_) => false,
        },
        MeasureKind::Share { .. } => matches!(statistic, Percent | Mean | Count | PerDay | Total),
        MeasureKind::Level { .. }
        | MeasureKind::FleetLevel { .. }
        | MeasureKind::TriggerLevel { .. } => statistic == Mean,
        MeasureKind::PerPatient { .. } => {
            matches!(
                statistic,
                Mean | Quantile(_) | MoreThan(_) | Count | Total | PerDay
            )
        }
        MeasureKind::Sum { .. } => matches!(statistic, Total | PerDay | LowEstimate | HighEstimate),
        MeasureKind::SumBeyond { .. } => match statistic {
            Mean | Total | PerDay => unit_milliseconds(&measure.unit).is_some(),
            Count | Percent => true,
            _ => false,
        },
    }
}
