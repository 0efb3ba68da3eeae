//! What each parameter does alone: at its low and its high end, the others as written (a tornado).

use crate::stats::intervals::Estimate;
use crate::stats::summary::mean;

use super::{Grid, Paired, Ranged};
use crate::experiment::response::{Fault, Response, jobs};

const CONFIDENCE: f64 = 0.95;

/// Of one parameter on one output: paired differences from the system as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swing {
    pub at_low: Ranged,
    pub at_high: Ranged,
    pub paired: Paired,
}

impl Swing {
    /// The further of both ends from the system as written.
    pub fn reach(&self) -> f64 {
        self.at_low.value.abs().max(self.at_high.value.abs())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Swings {
    /// As written, by output; None for one that lacks a value in some run.
    pub outputs: Vec<Option<(Ranged, Vec<Swing>)>>,
    pub n_runs: usize,
}

/// Runs the system as written and with each parameter at its ends, all in the same replications (at least two).
///
/// `ends` are the low and the high value of each parameter. Errors: those of the response.
pub fn swings(
    response: &dyn Response,
    as_written: &[f64],
    ends: &[(f64, f64)],
    replications: u32,
) -> Result<Swings, Fault> {
    let mut points = vec![as_written.to_vec()];
    for (at, &(low, high)) in ends.iter().enumerate() {
        for end in [low, high] {
            let mut point = as_written.to_vec();
            point[at] = end;
            points.push(point);
        }
    }
    let jobs = jobs(0..points.len(), 1, replications);
    let grid = Grid::run(response, &points, &jobs)?;
    let outputs = grid.outputs.iter().map(|values| {
        let runs: Vec<&[f64]> = values.as_ref()?.chunks(replications as usize).collect();
        let swing = |at: usize| {
            let (low, high) = (runs[1 + 2 * at], runs[2 + 2 * at]);
            let mut paired = Paired::default();
            paired.add(low, runs[0]);
            paired.add(high, runs[0]);
            Swing {
                at_low: difference(low, runs[0]),
                at_high: difference(high, runs[0]),
                paired,
            }
        };
        let swings = (0..as_written.len()).map(swing).collect();
        Some((estimate(runs[0]), swings))
    });
    Ok(Swings {
        outputs: outputs.collect(),
        n_runs: jobs.len(),
    })
}

fn difference(values: &[f64], baseline: &[f64]) -> Ranged {
    let pairs = values.iter().zip(baseline);
    let each: Vec<f64> = pairs.map(|(there, here)| there - here).collect();
    estimate(&each)
}

/// Mean with its Student-t interval, the whole line for a single value.
pub fn estimate(values: &[f64]) -> Ranged {
    let value = mean(values).unwrap_or(f64::NAN);
    let half_width = Estimate::of(values, CONFIDENCE).map_or(f64::INFINITY, |of| of.half_width);
    Ranged {
        value,
        low: value - half_width,
        high: value + half_width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::response::Formula;

    #[test]
    fn ends_are_measured_from_the_system_as_written() {
        let function = Formula {
            n_outputs: 1,
            // The noise is shared, so that differences have none.
            of: |x: &[f64], replication: u32, _| {
                x[0] * x[0] - x[1] + f64::from(replication * replication)
            },
        };
        let found =
            swings(&function, &[0.5, 0.25], &[(0.0, 1.0); 2], 5).expect("it can be evaluated");
        let (base, swings) = found.outputs[0].as_ref().expect("it has values");
        assert!((base.value - 11.0).abs() < 1e-12 && base.high > 15.0);
        assert!((swings[0].at_low.value + 0.25).abs() < 1e-12);
        assert!((swings[0].at_high.high - 0.75).abs() < 1e-9);
        assert!((swings[1].reach() - 0.75).abs() < 1e-12);
        assert!((swings[1].paired.saved().expect("it varies") - 1.0).abs() < 1e-12);
        assert_eq!(found.n_runs, 25);
    }
}
