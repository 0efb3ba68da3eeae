//! Pure mathematics on numbers: special functions, summaries, intervals, tests. Knows nothing of simulations.

pub mod components;
pub mod control;
pub mod elementary_effects;
pub mod goodness_of_fit;
pub mod histogram;
pub mod inequality;
pub mod intervals;
pub mod ranking;
pub mod sequences;
pub mod sequential;
pub mod special;
pub mod steady_state;
pub mod summary;
pub mod symmetric;
pub mod variance_based;
