//! A study: a program, how long it is watched, and metrics whose exact values are known.
//!
//! A replication gives each metric a numerator and a denominator. The estimate is the ratio of their sums over
//! replications; its interval comes from what each replication adds to it (the linearised ratio), less what controls with
//! known means explain: how many came, and how long they were served, are known before a run and say much of how it went.

use std::ops::Range;

use rayon::prelude::*;

use uecsim::engine::program::Program;
use uecsim::engine::simulation::Simulation;
use uecsim::stats::intervals::{Estimate, student_t_quantile};
use uecsim::stats::symmetric::solve;

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
    pub controls: Vec<Control>,
}

/// A sum over the measured time whose mean over replications is known.
pub struct Control {
    pub of: Gauge,
    pub exact: f64,
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
    /// all: then within a hundredth of the scale. Where controls leave hardly any scatter, times in whole milliseconds and an
    /// empty start that is forgotten to a part in e^12 show: a metric may miss by a hundred-thousandth.
    pub fn holds(&self) -> bool {
        let least = if self.exact.abs() < 0.01 * self.scale {
            0.01
        } else {
            1e-5
        };
        let off = (self.estimate.mean - self.exact).abs();
        off <= self.estimate.half_width.max(least * self.scale)
    }
}

impl Study {
    /// Runs replications and estimates every metric at `confidence`.
    pub fn run(&self, seed: u64, replications: u32, confidence: f64) -> Vec<Finding> {
        self.findings(&self.replications(seed, 0..replications), confidence)
    }

    /// By replication, the sums of every metric's gauges, two by two, then of the controls.
    pub fn replications(&self, seed: u64, which: Range<u32>) -> Vec<Vec<f64>> {
        which
            .into_par_iter()
            .map(|replication| self.replicate(seed, replication))
            .collect()
    }

    pub fn findings(&self, runs: &[Vec<f64>], confidence: f64) -> Vec<Finding> {
        let finding = |i: usize, metric: &Metric| {
            let pairs: Vec<(f64, f64)> = runs
                .iter()
                .map(|sums| (sums[2 * i], sums[2 * i + 1]))
                .collect();
            let values = contributions(&pairs, metric);
            let controlled = match metric.meaning {
                None => controlled(&values, &self.off_exact(runs), confidence),
                Some(_) => None,
            };
            let estimate = controlled.or_else(|| Estimate::of(&values, confidence).ok());
            Finding {
                title: format!("{}: {}", self.title, metric.name),
                exact: metric.exact,
                scale: metric.scale,
                estimate: estimate.unwrap(),
            }
        };
        let metrics = self.metrics.iter().enumerate();
        metrics.map(|(i, metric)| finding(i, metric)).collect()
    }

    /// By replication, how far each control is from its mean.
    fn off_exact(&self, runs: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let of_run = |sums: &Vec<f64>| {
            let sums = &sums[2 * self.metrics.len()..];
            let pairs = sums.iter().zip(&self.controls);
            pairs.map(|(sum, control)| sum - control.exact).collect()
        };
        runs.iter().map(of_run).collect()
    }

    fn replicate(&self, seed: u64, replication: u32) -> Vec<f64> {
        let gauges = self.metrics.iter().flat_map(|one| [&one.of, &one.over]);
        let gauges = gauges.chain(self.controls.iter().map(|one| &one.of));
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

/// The mean of `values` where all controls are at their means, by regression on how far they are off, by replication; none where
/// they do not determine it.
///
/// Source: Lavenberg and Welch (1981), Management Science 27(3):322-335.
fn controlled(values: &[f64], off: &[Vec<f64>], confidence: f64) -> Option<Estimate> {
    let (n, k) = (values.len(), off.first()?.len());
    if k == 0 || n < 2 * k + 4 {
        return None;
    }
    let over = |of: &dyn Fn(usize) -> f64| (0..n).map(of).sum::<f64>() / n as f64;
    let mean = over(&|run| values[run]);
    let means: Vec<f64> = (0..k).map(|i| over(&|run| off[run][i])).collect();
    // Each control is measured in its own standard deviations.
    let sds: Vec<f64> = (0..k)
        .map(|i| over(&|run| (off[run][i] - means[i]).powi(2)).sqrt())
        .collect();
    let x = |run: usize, i: usize| (off[run][i] - means[i]) / sds[i];
    let row = |i: usize| (0..k).map(|j| over(&|run| x(run, i) * x(run, j))).collect();
    let matrix: Vec<Vec<f64>> = (0..k).map(row).collect();
    let right: Vec<f64> = (0..k)
        .map(|i| over(&|run| x(run, i) * (values[run] - mean)))
        .collect();
    let slopes = solve(&matrix, &right)?;
    let aside: Vec<f64> = (0..k).map(|i| means[i] / sds[i]).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let fitted = |run: usize| (0..k).map(|i| slopes[i] * x(run, i)).sum::<f64>();
    let rest: f64 = (0..n)
        .map(|run| (values[run] - mean - fitted(run)).powi(2))
        .sum();
    let freedom = (n - 1 - k) as f64;
    let leverage = 1.0 + dot(&aside, &solve(&matrix, &aside)?);
    let t = student_t_quantile(0.5 + 0.5 * confidence, freedom);
    Some(Estimate {
        mean: mean - dot(&slopes, &aside),
        half_width: t * (rest / freedom * leverage / n as f64).sqrt(),
        n,
    })
}
