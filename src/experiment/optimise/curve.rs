//! Diminishing returns: the measure at every number of units, and what each further step brings.

use crate::experiment::sensitivity::one_at_a_time::estimate;
use crate::experiment::sensitivity::{Paired, Ranged};

use super::Runs;
use crate::experiment::response::Fault;

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The measure at each point, 95 % interval of the mean.
    pub values: Vec<Ranged>,
    /// From each point to the next: the paired difference, so that better is positive, with its 95 % interval.
    pub gains: Vec<Ranged>,
    pub paired: Paired,
}

impl Curve {
    /// Steps that are told to be for the worse.
    pub fn n_worse(&self) -> usize {
        self.gains.iter().filter(|gain| gain.high < 0.0).count()
    }

    /// The first step from which on no step is told to be for the better; None if the last one still is.
    pub fn exhausted_from(&self) -> Option<usize> {
        let last = self.gains.iter().rposition(|gain| gain.low > 0.0);
        let from = last.map_or(0, |last| last + 1);
        (from < self.gains.len()).then_some(from)
    }
}

/// Runs all points with as many replications each, the same ones.
///
/// Errors: those of the response.
pub fn curve(runs: &mut Runs<'_>, n_points: usize, replications: u32) -> Result<Curve, Fault> {
    let wanted: Vec<(usize, u32)> = (0..n_points).map(|point| (point, replications)).collect();
    runs.reach(&wanted)?;
    let n = replications as usize;
    let mut paired = Paired::default();
    let gains = (1..n_points).map(|at| {
        let (before, after) = (&runs.values(at - 1)[..n], &runs.values(at)[..n]);
        paired.add(after, before);
        let gains: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        estimate(&gains)
    });
    let gains = gains.collect();
    let values = (0..n_points).map(|at| estimate(&runs.as_measured(at)));
    Ok(Curve {
        values: values.collect(),
        gains,
        paired,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::response::Formula;

    #[test]
    fn steps_shrink_until_they_are_nothing() {
        let points: Vec<Vec<f64>> = (0..5).map(|units| vec![f64::from(units)]).collect();
        let function = Formula {
            n_outputs: 1,
            // Minutes, of which fewer are better: 100, 60, 50, 50, 50.
            of: |x: &[f64], replication: u32, _| {
                let noise = f64::from(replication % 5);
                [100.0, 60.0, 50.0, 50.0, 50.0][x[0] as usize] + noise
            },
        };
        let mut runs = Runs::new(&function, &points, 0, false);
        let curve = curve(&mut runs, 5, 6).expect("it can be evaluated");
        let gains: Vec<f64> = curve.gains.iter().map(|gain| gain.value).collect();
        assert_eq!(gains, [40.0, 10.0, 0.0, 0.0]);
        assert_eq!(curve.exhausted_from(), Some(2));
        assert!(curve.values[1].value > 60.0 && curve.values[1].low < 62.0);
        assert_eq!(curve.paired.saved(), Some(1.0));
    }
}
