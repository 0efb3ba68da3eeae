//! How runs are carried out and stopped, and how they fail.

use std::sync::atomic::AtomicBool;

/// How replications are carried out; changes no result.
pub struct Control<'c> {
    /// Threads to use, at least one.
    pub threads: usize,
    /// Once true, no replication begins or goes on; those finished are kept.
    pub cancel: &'c AtomicBool,
    /// Told the simulated days done since the last call; called from any thread.
    pub progress: &'c (dyn Fn(u64) + Sync),
}

/// A replication that did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub scenario: String,
    pub replication: u32,
    pub kind: FailureKind,
    /// What went wrong, and when in simulated time.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A fault of the program: something that can never be was found.
    Internal,
    /// More patients inside than memory is meant to hold.
    Memory,
    /// A line only grew, and it was asked to stop then.
    Unstable,
}

impl FailureKind {
    /// As tables have it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Memory => "memory",
            Self::Unstable => "unstable",
        }
    }
}
