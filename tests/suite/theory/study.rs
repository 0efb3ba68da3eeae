//! A study: a program, how long it is watched, and metrics whose exact values are known.
//!
//! A replication gives each metric a numerator and a denominator. The estimate is the ratio of their sums over
//! replications; its interval comes from what each replication adds to it (the linearised ratio).

use rayon::prelude::*;

use uecsim::engine::program::Program;
use uecsim::engine::simulation::Simulation;
use uecsim::stats::intervals::Estimate;

use super::network::time;
use super::observer::{Gauge, Observer};

pub struct Metric {
    pub name: String,
    pub exact: f64,
    /// Half-widths are judged against this: the exact value, or a stated scale where that is near zero.
    pub scale: f64,
    pub of: Gauge,
    pub over: Gauge,
    /// What a replication's ratio says, where that is not the ratio itself.
    pub meaning: Option<fn(f64) -> f64>,
}

impl Metric {
    /// `of / over`; `least_scale` is the scale where the exact value is nearer to zero than that.
    pub fn ratio(row: &(String, f64), least_scale: f64, of: Gauge, over: Gauge) -> Self {
        Self {
            name: row.0.clone(),
            exact: row.1,
            scale: row.1.abs().max(least_scale),
            of,
            over,
            meaning: None,
        }
    }
}

pub struct Study {
    pub title: String,
    pub program: Program,
    pub warm_up: f64,
    pub length: f64,
    pub metrics: Vec<Metric>,
}

/// A metric's estimate.
pub struct Finding {
    pub title: String,
    pub exact: f64,
    pub scale: f64,
    pub estimate: Estimate,
}

impl Finding {
    /// Half-width in parts of the scale.
    pub fn relative_half_width(&self) -> f64 {
        self.estimate.half_width / self.scale
    }

    /// Whether the exact value lies in the interval. What is rarer than a hundredth of the scale may not have been seen at
    /// all: then within a hundredth of the scale. A metric without any scatter may miss by rounding.
    pub fn holds(&self) -> bool {
        let least = if self.exact.abs() < 0.01 * self.scale {
            0.01
        } else {
            1e-6
        };
        let off = (self.estimate.mean - self.exact).abs();
        off <= self.estimate.half_width.max(least * self.scale)
    }
}

impl Study {
    /// Runs replications and estimates every metric at `confidence`.
    pub fn run(&self, seed: u64, replications: u32, confidence: f64) -> Vec<Finding> {
        let runs: Vec<Vec<f64>> = (0..replications)
            .into_par_iter()
            .map(|replication| self.replicate(seed, replication))
            .collect();
        let finding = |i: usize, metric: &Metric| {
            let pairs: Vec<(f64, f64)> = runs
                .iter()
                .map(|sums| (sums[2 * i], sums[2 * i + 1]))
                .collect();
            let values = contributions(&pairs, metric);
            Finding {
                title: format!("{}: {}", self.title, metric.name),
                exact: metric.exact,
                scale: metric.scale,
                estimate: Estimate::of(&values, confidence).unwrap(),
            }
        };
        let metrics = self.metrics.iter().enumerate();
        metrics.map(|(i, metric)| finding(i, metric)).collect()
    }

    /// One replication: the sums of every metric's gauges, two by two.
    fn replicate(&self, seed: u64, replication: u32) -> Vec<f64> {
        let gauges = self.metrics.iter().flat_map(|one| [&one.of, &one.over]);
        let n_marks = self.program.mark_clocks.len();
        let observer = Observer::new(
            gauges.collect(),
            self.program.pools.len(),
            n_marks,
            time(self.warm_up),
        );
        let mut simulation = Simulation::new(&self.program, seed, replication, observer);
        let end = time(self.warm_up + self.length);
        simulation.run_until(end);
        simulation.into_reader().finish(end)
    }
}

/// One value per replication, whose mean is the ratio of the sums.
fn contributions(pairs: &[(f64, f64)], metric: &Metric) -> Vec<f64> {
    if let Some(meaning) = metric.meaning {
        let ratios = pairs.iter().map(|(of, over)| of / over);
        return ratios.map(meaning).collect();
    }
    let n = pairs.len() as f64;
    let of: f64 = pairs.iter().map(|pair| pair.0).sum::<f64>() / n;
    let over: f64 = pairs.iter().map(|pair| pair.1).sum::<f64>() / n;
    let ratio = of / over;
    let added = |pair: &(f64, f64)| ratio + (pair.0 - ratio * pair.1) / over;
    pairs.iter().map(added).collect()
}
