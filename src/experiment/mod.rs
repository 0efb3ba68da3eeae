//! Replications, comparisons and their statistics: the only layer that knows threads.

pub mod results;
