//! Variance-based sensitivity (Sobol indices) of a function that may be noisy.
//!
//! Rows of two samples A and B of the parameters, and for each parameter the row of A with that parameter taken from B. Every row
//! is run in the same replications throughout, so differences within a row are paired; another row has replications of its own.
//! Products are taken across *different* replications, so that noise adds nothing to them on average: the indices are those of the
//! expected value, not of single runs.
//! Source: Saltelli et al. (2010), Computer Physics Communications 181:259, Table 2 (b: first order, f: total, after Jansen 1999).

use super::summary::{mean, variance};

/// One row: values by replication of the same number.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleRow {
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    /// A with one parameter from B. Shape: `[parameters][replications]`.
    pub mixed: Vec<Vec<f64>>,
}

/// Of one output.
#[derive(Clone, Debug, PartialEq)]
pub struct Indices {
    /// Shares of the variance of the expected value, by parameter.
    pub first: Vec<f64>,
    pub total: Vec<f64>,
    /// Of the expected value over the parameters, in the output's unit squared.
    pub variance: f64,
}

/// What a row contributes to the sums that the indices are made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// Mean of A and of B, from the centre.
    level: f64,
    /// Mean of the squares of A and of B, without noise.
    square: f64,
    first: Vec<f64>,
    total: Vec<f64>,
}

/// Terms of all rows, centred on the mean of all A and B.
pub fn terms(rows: &[SampleRow]) -> Vec<Terms> {
    let all: Vec<f64> = rows
        .iter()
        .flat_map(|row| row.a.iter().chain(&row.b).copied())
        .collect();
    let centre = mean(&all).unwrap_or(0.0);
    rows.iter().map(|row| terms_of(row, centre)).collect()
}

fn terms_of(row: &SampleRow, centre: f64) -> Terms {
    let from_centre = |values: &[f64]| values.iter().map(|value| value - centre).collect();
    let (a, b): (Vec<f64>, Vec<f64>) = (from_centre(&row.a), from_centre(&row.b));
    let level = 0.5 * (mean(&a).unwrap_or(0.0) + mean(&b).unwrap_or(0.0));
    let square = 0.5 * (across(&a, &a) + across(&b, &b));
    let differences = row.mixed.iter().map(|mixed| {
        let pairs = mixed.iter().zip(&row.a);
        pairs.map(|(mixed, a)| mixed - a).collect::<Vec<f64>>()
    });
    let of_parameters = differences.map(|difference| {
        (
            across(&b, &difference),
            0.5 * across(&difference, &difference),
        )
    });
    let (first, total) = of_parameters.unzip();
    Terms {
        level,
        square,
        first,
        total,
    }
}

/// Mean of the products of a replication of one with another replication of the other; of a single one, that of the plain product.
fn across(left: &[f64], right: &[f64]) -> f64 {
    let same: f64 = left.iter().zip(right).map(|(x, y)| x * y).sum();
    let n = left.len() as f64;
    if left.len() < 2 {
        return same;
    }
    let all = left.iter().sum::<f64>() * right.iter().sum::<f64>();
    (all - same) / (n * (n - 1.0))
}

/// The indices from the terms at these positions (all of them, or drawn again); None where the output does not vary.
pub fn indices(terms: &[Terms], chosen: impl Iterator<Item = usize> + Clone) -> Option<Indices> {
    let n = chosen.clone().count() as f64;
    let mean_of =
        |of: &dyn Fn(&Terms) -> f64| chosen.clone().map(|at| of(&terms[at])).sum::<f64>() / n;
    let level = mean_of(&|row| row.level);
    let variance = mean_of(&|row| row.square) - level * level;
    let n_parameters = terms.first().map_or(0, |row| row.first.len());
    let shares = |of: &dyn Fn(&Terms, usize) -> f64| -> Vec<f64> {
        (0..n_parameters)
            .map(|at| mean_of(&|row| of(row, at)) / variance)
            .collect()
    };
    (n > 0.0 && variance > 0.0).then(|| Indices {
        first: shares(&|row, at| row.first[at]),
        total: shares(&|row, at| row.total[at]),
        variance,
    })
}

/// Mean variance between replications of one point; None with a single replication.
pub fn noise_variance(rows: &[SampleRow]) -> Option<f64> {
    let points = rows.iter().flat_map(|row| [&row.a, &row.b]);
    let variances: Option<Vec<f64>> = points.map(|values| variance(values)).collect();
    mean(&variances?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of the function x + 2 y at given points, with noise added to replications.
    fn row(a: [f64; 2], b: [f64; 2], noise: &[f64]) -> SampleRow {
        let f = |x: f64, y: f64| noise.iter().map(|e| x + 2.0 * y + e).collect::<Vec<f64>>();
        SampleRow {
            a: f(a[0], a[1]),
            b: f(b[0], b[1]),
            mixed: vec![f(b[0], a[1]), f(a[0], b[1])],
        }
    }

    /// All combinations of x and y of -1 and 1 in A and B: exact expectations.
    fn whole(noise: &[f64]) -> Vec<SampleRow> {
        let ends = [-1.0, 1.0];
        let mut rows = Vec::new();
        for ax in ends {
            for ay in ends {
                for bx in ends {
                    for by in ends {
                        rows.push(row([ax, ay], [bx, by], noise));
                    }
                }
            }
        }
        rows
    }

    fn check(noise: &[f64]) {
        let rows = whole(noise);
        let terms = terms(&rows);
        let found = indices(&terms, 0..terms.len()).expect("the function varies");
        let near = |found: f64, exact: f64| (found - exact).abs() < 1e-12;
        assert!(
            near(found.first[0], 0.2) && near(found.first[1], 0.8),
            "{found:?}"
        );
        assert!(
            near(found.total[0], 0.2) && near(found.total[1], 0.8),
            "{found:?}"
        );
        assert!(near(found.variance, 5.0));
    }

    #[test]
    fn a_sum_is_shared_out_by_its_coefficients() {
        check(&[0.0]);
        check(&[0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_function_that_does_not_vary_has_no_indices() {
        let flat = SampleRow {
            a: vec![1.0],
            b: vec![1.0],
            mixed: vec![vec![1.0]],
        };
        assert_eq!(indices(&terms(&[flat.clone(), flat]), 0..2), None);
    }

    #[test]
    fn products_across_replications_leave_noise_out() {
        // Noise of variance 1 in two replications: all four pairs of signs once, so that expectations are exact.
        let mut rows = Vec::new();
        for noise in [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]] {
            rows.extend(whole(&noise));
        }
        let terms = terms(&rows);
        let found = indices(&terms, 0..terms.len()).expect("the function varies");
        assert!((found.variance - 5.0).abs() < 1e-12, "{found:?}");
        assert!((found.total[1] - 0.8).abs() < 1e-12, "{found:?}");
        assert!((noise_variance(&rows).unwrap() - 1.0).abs() < 1e-12);
    }
}
