//! Tables, charts and the HTML report, from made-up results.

mod accessibility;
mod charts;
mod extremes;
mod files;
mod fixture;
mod numbers;
#[cfg(feature = "xlsx")]
mod workbook;
