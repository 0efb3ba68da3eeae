//! Tables, charts and the HTML report, from made-up results.

mod charts;
mod files;
mod fixture;
