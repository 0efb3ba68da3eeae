//! Cross-checks before anything runs: what no single table shows.

pub mod capacity;
pub mod graph;
pub mod paths;
pub mod reach;
