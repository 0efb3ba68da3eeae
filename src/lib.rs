//! uecsim: urgent and emergency care simulated as one system.
//!
//! The layers, lowest first: `stats` and `scenario` know nothing of ours; `engine` runs compiled programs; `uec` turns
//! scenarios into programs; `experiment` runs them; `report` draws; `cli` is what the user types.

pub mod cli;
pub mod engine;
pub mod experiment;
pub mod report;
pub mod scenario;
pub mod stats;
pub mod uec;
