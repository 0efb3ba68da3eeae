//! Every code that the program prints, with those that only commands find.

use crate::experiment::reproduction::codes::{FIGURE, NO_RULE, NO_SUCH_NUMBER};
use crate::scenario::codes::{Code, READING};
use crate::uec::codes::CHECKING;

/// All codes: S1 to S3, then E1 and R1.
pub fn all() -> impl Iterator<Item = &'static Code> {
    READING.iter().chain(CHECKING).chain(EXPERIMENT)
}

/// Codes of faults that lie in how scenarios are put together or in a run.
const EXPERIMENT: &[Code] = &[
    Code {
        code: "E101",
        title: "scenarios that cannot be paired",
        explanation: "A comparison simulates the same patients in every scenario, so start, warm-up and length must be the same. Give the scenarios the same [run] table, or use --length and --warm-up.",
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
    Code {
        code: "R101",
        title: "more patients inside than memory is meant to hold",
        explanation: "Patients arrive faster than they can be served, so that lines grow without end. Compare offered load with capacity: check says which pool is short.",
    },
    Code {
        code: "R102",
        title: "a line that keeps growing",
        explanation: "In each quarter of the run clearly more patients wait there than in the quarter before, so that waits depend on how long the run is. More units, shorter times or fewer patients sent there usually relieve it.",
    },
];
