//! How many more replications would settle whether a difference is there.

use crate::experiment::results::Estimate;
use crate::stats::sequential::replications_to_tell;

/// More than anybody would run for one answer. Assumed: the most that `--replications` takes.
const BEYOND: f64 = 100_000.0;

/// What it would take to tell a difference from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// About so many more replications, at least one.
    After(u32),
    /// More than is practical: the difference is next to nothing beside how much it varies.
    OutOfReach,
}

/// What it would take to tell a paired difference from zero; none if it is told already, does not vary, or is that of one
/// replication.
pub fn further_replications(difference: &Estimate) -> Option<Told> {
    let is_told = difference.low > 0.0 || difference.high < 0.0;
    let half_width = difference.high - difference.mean;
    if is_told || half_width == 0.0 || difference.n < 2 || !half_width.is_finite() {
        return None;
    }
    let n = difference.n as f64;
    let needed = replications_to_tell(difference.n, difference.mean, half_width);
    Some(match needed {
        Some(needed) if needed <= BEYOND => Told::After((needed - n).max(1.0) as u32),
        _ => Told::OutOfReach,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::summarise::estimate;

    #[test]
    fn a_difference_that_varies_more_takes_more_replications() {
        let further = |values: &[f64]| further_replications(&estimate(values).expect("values"));
        // Mean 1, variance 3.02: (1.96 + 0.84)² · 3.02 = 23.7, a little more with t: 26, of which four are there.
        let values = [-1.0, 3.0, 0.268, 1.732];
        let Some(Told::After(more)) = further(&values) else {
            panic!("it cannot be told");
        };
        assert!((20..=24).contains(&more), "{more}");
        let wider: Vec<f64> = values
            .iter()
            .map(|value| 1.0 + 3.0 * (value - 1.0))
            .collect();
        let Some(Told::After(many)) = further(&wider) else {
            panic!("it cannot be told");
        };
        assert!(many > 7 * more, "{many}");
        assert_eq!(further(&[1.0, 1.1, 0.9]), None);
        assert_eq!(further(&[0.0, 0.0, 0.0]), None);
        assert_eq!(further(&[-1.0, 1.0, 0.001]), Some(Told::OutOfReach));
        assert_eq!(further(&[5.0]), None);
    }
}
