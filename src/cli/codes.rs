//! Every code that the program prints, with those that only commands find.

use super::{batches, precision};
use crate::experiment::backtest::entered::ENTERED;
use crate::experiment::design::codes::DESIGNING;
use crate::experiment::optimise::codes::ASKING;
use crate::experiment::reproduction::codes::{FIGURE, NO_RULE, NO_SUCH_NUMBER};
use crate::scenario::codes::{Code, READING};
use crate::uec::codes::CHECKING;

/// All codes: S1 to S3, then E1 and R1.
pub fn all() -> impl Iterator<Item = &'static Code> {
    let experiments = EXPERIMENT
        .iter()
        .chain(DESIGNING)
        .chain(ASKING)
        .chain(RUNNING);
    READING.iter().chain(CHECKING).chain(experiments)
}

/// Codes of faults that lie in how scenarios are put together.
const EXPERIMENT: &[Code] = &[
    Code {
        code: "E101",
        title: "scenarios that cannot be paired",
        explanation: "A comparison simulates the same patients in every scenario, so start, warm-up and length must be the same. Give the scenarios the same [run] table, or use --length and --warm-up.",
    },
    Code {
        code: precision::CODE,
        title: "a precision that cannot be asked for",
        explanation: "--precision takes a half-width, in percent of the mean for all headline measures (\"5 %\"), or for one statistic of one measure, in percent or in its unit (\"time_in_department:mean=3 min\"; percentages: \"0.5 points\"). In a comparison it is that of the paired difference, or with \"value:\" before the measure that of the value of each scenario.",
    },
    Code {
        code: batches::CODE,
        title: "batches that cannot stand for replications",
        explanation: "Batches of one long run must be alike (whole weeks where anything changes with the hour or the day, no season, no change that comes into force) and long enough not to depend on each other; else intervals from them would be too narrow. Take a longer run, fewer batches, or replications.",
    },
    Code {
        code: FIGURE,
        title: "a figure of a published model that cannot be understood",
        explanation: "Each [[figures]] of a reproduction.toml has a metric and either a formula over measures or the reason why it cannot be had. docs/published-models.md tells what formulas may say.",
    },
    Code {
        code: NO_RULE,
        title: "a published figure that nothing is said of",
        explanation: "Every row of the table of published figures needs a [[figures]] and a [sources] entry, and every entry a row, so that no figure is dropped in silence.",
    },
    Code {
        code: NO_SUCH_NUMBER,
        title: "a number that the scenario does not give",
        explanation: "A formula names a scenario, measure, statistic or group that runs of that scenario do not have. Add the statistic to the measure, or the attribute under its \"by\".",
    },
];

/// Codes of faults that lie in a run.
const RUNNING: &[Code] = &[
    Code {
        code: ENTERED,
        title: "a number fitted elsewhere would enter a forecast",
        explanation: "A number marked calibrated may have been fitted to the months that a backtest forecasts. Let the fit move it (--free), let the scenario replace it with one that has a source, or name it in the table of --kept with the reason why it gives nothing away.",
    },
    Code {
        code: "R101",
        title: "more patients inside than memory is meant to hold",
        explanation: "Patients arrive faster than they can be served, so that lines grow without end. Compare offered load with capacity: check says which pool is short.",
    },
    Code {
        code: "R102",
        title: "a line that only grows",
        explanation: "In each quarter of the run, or of its last weeks, clearly more patients wait there than in the quarter before, so that waits depend on how long the run is. The message says when it began. More units, shorter times or fewer patients sent there usually relieve it; docs/overload.md says how it is judged, and bottleneck where one more unit helps most.",
    },
    Code {
        code: "R103",
        title: "a replication that was stopped since a line only grows",
        explanation: "With --stop-when-unstable a replication ends once a line has only grown for eight weeks, or for as long as the flag says. It has no results; those that ran to their end are written beside, to a folder whose name ends in -partial, with stopped.csv. docs/overload.md tells more.",
    },
];
