//! Sobol indices: how the variance that uncertain parameters bring is shared among them, alone and with interactions.

use crate::stats::variance_based::{SampleRow, indices, noise_variance, terms};

use super::chance::{Chance, ranged};
use super::{Grid, Paired, Ranged};
use crate::experiment::response::{Fault, Job, Response};

/// A design of rows. Shape: `[rows][2 * parameters]`, values of the parameters: first those of sample A, then of B.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rows: Vec<Vec<f64>>,
    /// At every point: one for a function without noise, else two or more.
    pub replications: u32,
    pub seed: u64,
}

/// Of one parameter on one output: shares of the variance of the expected value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub first: Ranged,
    pub total: Ranged,
    pub paired: Paired,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    pub parameters: Vec<Share>,
    /// Of the expected value over the parameters.
    pub variance: Ranged,
    /// Between replications of one point; None with a single one.
    pub noise: Option<f64>,
    /// What first orders add up to: near 1, and parameters act by themselves.
    pub sum_of_first: Ranged,
    /// Neighbours in order of the total index that cannot be told apart.
    pub alike: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decomposed {
    /// By output; None for one that lacks a value in some run, or does not vary.
    pub outputs: Vec<Option<Shared>>,
    pub n_runs: usize,
}

/// Runs the rows and shares out the variance of every output.
///
/// Errors: those of the response.
pub fn decompose(response: &dyn Response, plan: &Plan) -> Result<Decomposed, Fault> {
    let k = plan.rows.first().map_or(0, |row| row.len() / 2);
    let points: Vec<Vec<f64>> = plan.rows.iter().flat_map(|row| points_of(row, k)).collect();
    let n = plan.replications;
    let jobs: Vec<Job> = (0..points.len())
        .flat_map(|point| {
            let first = (point / (k + 2)) as u32 * n + 1;
            (first..first + n).map(move |replication| Job { point, replication })
        })
        .collect();
    let grid = Grid::run(response, &points, &jobs)?;
    let shared = |values: &Option<Vec<f64>>| {
        let rows = rows_of(values.as_ref()?, k, n as usize);
        of_output(&rows, plan.seed)
    };
    Ok(Decomposed {
        outputs: grid.outputs.iter().map(shared).collect(),
        n_runs: jobs.len(),
    })
}

/// A, B, and A with one parameter after another from B.
fn points_of(row: &[f64], k: usize) -> Vec<Vec<f64>> {
    let (a, b) = row.split_at(k);
    let mut points = vec![a.to_vec(), b.to_vec()];
    points.extend((0..k).map(|at| {
        let mut mixed = a.to_vec();
        mixed[at] = b[at];
        mixed
    }));
    points
}

fn rows_of(values: &[f64], k: usize, n: usize) -> Vec<SampleRow> {
    let rows = values.chunks((k + 2) * n);
    rows.map(|row| {
        let mut points = row.chunks(n).map(<[f64]>::to_vec);
        SampleRow {
            a: points.next().unwrap_or_default(),
            b: points.next().unwrap_or_default(),
            mixed: points.collect(),
        }
    })
    .collect()
}

fn of_output(rows: &[SampleRow], seed: u64) -> Option<Shared> {
    let terms = terms(rows);
    let found = indices(&terms, 0..terms.len())?;
    let k = found.first.len();
    let mut by_size: Vec<usize> = (0..k).collect();
    by_size.sort_by(|&a, &b| found.total[b].total_cmp(&found.total[a]).then(a.cmp(&b)));
    let neighbours: Vec<(usize, usize)> =
        by_size.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let chance = Chance::new(seed, "sobol bootstrap");
    let intervals = chance.intervals(terms.len(), |chosen| {
        let drawn = indices(&terms, chosen.iter().copied())?;
        let sum = drawn.first.iter().sum::<f64>();
        let gaps = neighbours.iter();
        let gaps: Vec<f64> = gaps
            .map(|&(a, b)| drawn.total[a] - drawn.total[b])
            .collect();
        let parts = [drawn.first, drawn.total, vec![drawn.variance, sum], gaps];
        Some(parts.concat())
    });
    let share = |at: usize| {
        let mut paired = Paired::default();
        rows.iter()
            .for_each(|row| paired.add(&row.mixed[at], &row.a));
        Share {
            first: ranged(found.first[at], intervals.get(at)),
            total: ranged(found.total[at], intervals.get(k + at)),
            paired,
        }
    };
    let sum = found.first.iter().sum::<f64>();
    let gaps = intervals.get(2 * k + 2..).unwrap_or_default();
    let alike = neighbours.iter().zip(gaps);
    let alike = alike.filter(|(_, (low, _))| *low <= 0.0);
    Some(Shared {
        variance: ranged(found.variance, intervals.get(2 * k)),
        sum_of_first: ranged(sum, intervals.get(2 * k + 1)),
        noise: noise_variance(rows),
        alike: alike.map(|(pair, _)| *pair).collect(),
        parameters: (0..k).map(share).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::response::Formula;
    use crate::stats::sequences;
    use std::f64::consts::PI;

    fn rows(n: usize, k: usize) -> Vec<Vec<f64>> {
        let row = |at| (0..2 * k as u32).map(move |dimension| sequences::sobol(at, dimension, 3));
        (0..n as u32).map(|at| row(at).collect()).collect()
    }

    /// Every index lies in its interval and within `error` of the exact one.
    fn check(found: &Shared, exact: &[(f64, f64)], error: f64) {
        for (share, &(first, total)) in found.parameters.iter().zip(exact) {
            for (found, exact) in [(share.first, first), (share.total, total)] {
                assert!((found.value - exact).abs() <= error, "{found:?}, {exact}");
                let slack = 0.25 * (found.high - found.low) + 1e-9;
                let is_inside = (found.low - slack..=found.high + slack).contains(&exact);
                assert!(is_inside, "{found:?}, {exact}");
            }
        }
    }

    fn ishigami(x: &[f64]) -> f64 {
        let angle = |u: f64| PI * (2.0 * u - 1.0);
        let (x1, x2, x3) = (angle(x[0]), angle(x[1]), angle(x[2]));
        let sine = libm::sin(x2);
        libm::sin(x1) + 7.0 * sine * sine + 0.1 * libm::pow(x3, 4.0) * libm::sin(x1)
    }

    /// Exact indices of the Ishigami function with a = 7, b = 0.1: Ishigami & Homma (1990); Saltelli et al. (2008), Global
    /// Sensitivity Analysis, p. 179 f.: 0.3139, 0.4424, 0 and 0.5576, 0.4424, 0.2437.
    fn exact_ishigami() -> [(f64, f64); 3] {
        let (a, b) = (7.0, 0.1);
        let (p4, p8) = (libm::pow(PI, 4.0), libm::pow(PI, 8.0));
        let v1 = 0.5 * (1.0 + b * p4 / 5.0) * (1.0 + b * p4 / 5.0);
        let v2 = a * a / 8.0;
        let v13 = b * b * p8 * (1.0 / 18.0 - 1.0 / 50.0);
        let v = v1 + v2 + v13;
        [(v1 / v, (v1 + v13) / v), (v2 / v, v2 / v), (0.0, v13 / v)]
    }

    #[test]
    fn indices_of_the_ishigami_function_are_the_published_ones() {
        let exact = exact_ishigami();
        assert!((exact[0].0 - 0.3139).abs() < 1e-4 && (exact[0].1 - 0.5576).abs() < 1e-4);
        assert!((exact[1].0 - 0.4424).abs() < 1e-4 && (exact[2].1 - 0.2437).abs() < 1e-4);
        let function = Formula {
            n_outputs: 1,
            of: |x: &[f64], _, _| ishigami(x),
        };
        let plan = Plan {
            rows: rows(2048, 3),
            replications: 1,
            seed: 1,
        };
        let found = decompose(&function, &plan).expect("it can be evaluated");
        assert_eq!(found.n_runs, 2048 * 5);
        let found = found.outputs[0].as_ref().expect("it varies");
        // Variance 13.8446; SALib gives 95 % half-widths of 0.05 to 0.08 with 1,024 rows.
        check(found, &exact, 0.04);
        assert!((found.variance.value / 13.8446 - 1.0).abs() < 0.05);
        assert!(found.sum_of_first.high < 1.0, "x1 and x3 act together");
    }

    #[test]
    fn indices_of_the_g_function_are_the_published_ones() {
        // a = 0, 1, 4.5, 9, 99, 99, 99, 99: Saltelli & Sobol (1995); first orders 0.716, 0.179, 0.024, 0.007, 0.000.
        let a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
        let part = |a: f64| 1.0 / 3.0 / ((1.0 + a) * (1.0 + a));
        let whole: f64 = a.iter().map(|a| 1.0 + part(*a)).product::<f64>() - 1.0;
        let exact: Vec<(f64, f64)> = a
            .iter()
            .map(|own| {
                let others = (whole + 1.0) / (1.0 + part(*own));
                (part(*own) / whole, part(*own) * others / whole)
            })
            .collect();
        assert!((exact[0].0 - 0.716).abs() < 5e-4 && (exact[1].0 - 0.179).abs() < 5e-4);
        let function = Formula {
            n_outputs: 1,
            of: move |x: &[f64], _, _| {
                let parts = x.iter().zip(&a);
                let parts = parts.map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a));
                parts.product::<f64>()
            },
        };
        let plan = Plan {
            rows: rows(2048, 8),
            replications: 1,
            seed: 1,
        };
        let found = decompose(&function, &plan).expect("it can be evaluated");
        check(found.outputs[0].as_ref().expect("it varies"), &exact, 0.04);
    }

    #[test]
    fn noise_larger_than_the_function_moves_no_index() {
        let chance = Chance::new(9, "noise");
        let function = Formula {
            n_outputs: 1,
            // Noise of standard deviation 5 against 3.7, partly shared by the points of a row and partly each point's own.
            of: move |x: &[f64], replication: u32, _| {
                let own = (x[0] * 1e6) as usize ^ ((x[1] * 1e6) as usize) << 20;
                let shared = chance.unit(0, replication as usize);
                let single = chance.unit(1 + own, replication as usize);
                ishigami(x) + libm::sqrt(150.0) * (shared + single - 1.0)
            },
        };
        let plan = Plan {
            rows: rows(4096, 3),
            replications: 4,
            seed: 1,
        };
        let found = decompose(&function, &plan).expect("it can be evaluated");
        let found = found.outputs[0].as_ref().expect("it varies");
        check(found, &exact_ishigami(), 0.1);
        assert!((found.noise.expect("there are replications") - 25.0).abs() < 1.0);
        let saved = found.parameters[1].paired.saved().expect("it varies");
        assert!((saved - 0.5).abs() < 0.03, "{saved}");
    }
}
