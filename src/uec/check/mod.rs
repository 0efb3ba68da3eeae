//! Cross-checks before anything runs: what no single table shows.

pub mod capacity;
mod driving;
pub mod flow;
pub mod graph;
pub mod hours;
pub mod load_by_hour;
mod mix;
mod near;
pub mod paths;
pub mod places;
pub mod reach;
mod routing;
