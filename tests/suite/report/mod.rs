//! Tables, charts and the HTML report, from made-up results.

mod charts;
mod extremes;
mod files;
mod fixture;
#[cfg(feature = "xlsx")]
mod workbook;
