//! Configurations beside the best one: what each gives, and whether it can be told from the best.

use super::Runs;
use crate::experiment::sensitivity::Ranged;
use crate::experiment::sensitivity::one_at_a_time::estimate;

/// A configuration as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// The measure, 95 % interval of the mean.
    pub value: Ranged,
    pub n: u32,
    /// By how much the best is better, over the replications that both had; zero of the best itself.
    pub behind: Ranged,
    pub is_best: bool,
}

impl Rival {
    pub fn is_told_from_best(&self) -> bool {
        self.is_best || self.behind.is_told_from_zero()
    }
}

/// All of these points, in their order; `best` is a position among them.
pub fn rivals(runs: &Runs<'_>, points: &[usize], best: usize) -> Vec<Rival> {
    let of_best = runs.values(points[best]);
    let rival = |(at, &point): (usize, &usize)| {
        let pairs = of_best.iter().zip(runs.values(point));
        let behind: Vec<f64> = pairs.map(|(best, own)| best - own).collect();
        Rival {
            value: estimate(&runs.as_measured(point)),
            n: runs.n(point),
            behind: estimate(&behind),
            is_best: at == best,
        }
    };
    points.iter().enumerate().map(rival).collect()
}
