//! Tables, charts, the HTML report and the record of a run, as text and bytes.
//!
//! It reads results and never simulates; only `write` touches a disk. Same results, same bytes.

pub mod charts;
pub mod findings;
pub mod format;
#[cfg(feature = "png")]
pub mod png;
pub mod subject;
pub mod tables;
