//! Offered load against capacity, pool by pool, before any run.

use crate::scenario::diagnostic::Diagnostics;
use crate::uec::compile::Compiled;

/// Estimated load of a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolLoad {
    /// Units that would be busy on average if nobody had to wait.
    pub offered: f64,
    /// Mean number rostered.
    pub capacity: f64,
}

/// Estimates the load of every pool.
pub fn check(_compiled: &Compiled, _faults: &Diagnostics) -> Vec<PoolLoad> {
    Vec::new()
}
