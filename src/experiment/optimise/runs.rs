//! Runs made so far, by point: no run is made twice, and all points share the random numbers of a replication.

use std::collections::BTreeMap;

use crate::experiment::response::{Fault, Job, Response};
use crate::stats::summary::{mean, variance};

pub struct Runs<'r> {
    response: &'r dyn Response,
    points: &'r [Vec<f64>],
    output: usize,
    /// 1 where more is better, -1 where less is; values are kept so that more is better.
    sign: f64,
    /// In the order of replications from 1 on.
    values: BTreeMap<usize, Vec<f64>>,
}

impl<'r> Runs<'r> {
    pub fn new(
        response: &'r dyn Response,
        points: &'r [Vec<f64>],
        output: usize,
        more_is_better: bool,
    ) -> Self {
        Self {
            response,
            points,
            output,
            sign: if more_is_better { 1.0 } else { -1.0 },
            values: BTreeMap::new(),
        }
    }

    /// Makes runs until each of these points has at least as many replications as is said with it.
    ///
    /// Errors: those of the response; a run without a value.
    pub fn reach(&mut self, wanted: &[(usize, u32)]) -> Result<(), Fault> {
        let missing = |&(point, n): &(usize, u32)| {
            let done = self.n(point);
            (done + 1..=n).map(move |replication| Job { point, replication })
        };
        let mut jobs: Vec<Job> = wanted.iter().flat_map(missing).collect();
        jobs.sort_by_key(|job| (job.replication, job.point));
        if jobs.is_empty() {
            return Ok(());
        }
        let answers = self.response.run(self.points, &jobs)?;
        for (job, answer) in jobs.iter().zip(answers) {
            let value = answer[self.output].ok_or_else(|| {
                Fault::NoValue(format!(
                    "replication {} has no value of the measure that is asked about: nobody was measured in it",
                    job.replication
                ))
            })?;
            let values = self.values.entry(job.point).or_default();
            values.push(self.sign * value);
        }
        Ok(())
    }

    /// Replications of a point.
    pub fn n(&self, point: usize) -> u32 {
        self.values
            .get(&point)
            .map_or(0, |values| values.len() as u32)
    }

    /// Values of a point so that more is better; empty if it was not run.
    pub fn values(&self, point: usize) -> &[f64] {
        self.values.get(&point).map_or(&[], Vec::as_slice)
    }

    /// As the response gave them.
    pub fn as_measured(&self, point: usize) -> Vec<f64> {
        let values = self.values(point).iter();
        values.map(|value| self.sign * value).collect()
    }

    pub fn sign(&self) -> f64 {
        self.sign
    }

    pub fn mean(&self, point: usize) -> f64 {
        mean(self.values(point)).unwrap_or(f64::NEG_INFINITY)
    }

    pub fn variance(&self, point: usize) -> f64 {
        variance(self.values(point)).unwrap_or(0.0)
    }

    /// Of the first `n` replications of the difference of two points.
    pub fn variance_of_difference(&self, one: usize, other: usize, n: usize) -> f64 {
        let pairs = self.values(one)[..n].iter().zip(&self.values(other)[..n]);
        let each: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
        variance(&each).unwrap_or(0.0)
    }

    pub fn n_runs(&self) -> usize {
        self.values.values().map(Vec::len).sum()
    }

    /// Points that were run, in order.
    pub fn seen(&self) -> impl Iterator<Item = usize> + '_ {
        self.values.keys().copied()
    }
}
