//! Sweeps: every point of a design, in every scenario, replicated, on every core, in memory that does not grow with points.
//!
//! A *unit* is a scenario at a point. Its model is compiled when its turn comes and dropped when its replications are done. The
//! same replication has the same patients at every point. What comes in is kept in a journal at once, in whatever order it
//! comes, and handed on in the order of units: so results are the same bytes at any number of threads, and a journal that
//! breaks off at any byte says all that is needed to go on.

pub mod journal;
pub mod order;
pub mod work;

use super::control::FailureKind;

/// Which points of a design are run: every `n`th, from the `part`th (1 to `n`) on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    pub part: u32,
    pub n: u32,
}

impl Shard {
    pub const WHOLE: Self = Self { part: 1, n: 1 };

    /// How many points of a design fall to it.
    pub fn n_points(self, of: u32) -> u32 {
        (of + self.n - self.part) / self.n
    }

    /// The design's point that is its `nth`; both from 0.
    pub fn point(self, nth: u32) -> u32 {
        nth * self.n + self.part - 1
    }
}

/// What one replication gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Numbers that are kept, in their order.
    Values(Vec<Option<f64>>),
    Failed {
        kind: FailureKind,
        message: String,
    },
}

/// One thing that came in.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    Replication {
        unit: u64,
        replication: u32,
        given: Given,
    },
    /// The scenario cannot run at the point; why.
    Refused { unit: u64, faults: String },
}

/// All of a unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Whole {
    /// In the order of replications.
    Replications(Vec<Given>),
    Refused(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_the_points_out_evenly_and_leave_none() {
        for (of, n) in [(0, 3), (1, 3), (7, 3), (9, 3), (5, 1), (2, 5)] {
            let mut points: Vec<u32> = (1..=n)
                .map(|part| Shard { part, n })
                .flat_map(|shard| (0..shard.n_points(of)).map(move |nth| shard.point(nth)))
                .collect();
            points.sort_unstable();
            assert_eq!(points, (0..of).collect::<Vec<u32>>(), "{of} over {n}");
        }
    }
}
