//! Values of parameters for designs: levels of a range, rows of samples, draws from distributions.

use crate::experiment::design::{Over, Parameter};
use crate::stats::sequences::{MOST_DIMENSIONS, latin_hypercube, sobol};

/// How values between a low and a high end are distributed, where nothing more is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Uniform,
    /// With the value as written as its peak.
    Triangular,
}

/// The value at a part of a parameter's range, 0 to 1; of a list, the one that stands there.
pub fn level(parameter: &Parameter, part: f64) -> f64 {
    match parameter.over {
        Over::Range { .. } | Over::Distribution { .. } => {
            parameter.low() + part * (parameter.high() - parameter.low())
        }
        Over::Listed(_) | Over::Written(_) => parameter.quantile(part),
    }
}

/// Rows of two samples of all parameters, as Sobol indices need them. Shape: `[n][2 * parameters]`.
///
/// A scrambled Sobol sequence, or a Latin hypercube where that has too few dimensions.
pub fn sample_rows(parameters: &[Parameter], n: u32, seed: u64, shape: Shape) -> Vec<Vec<f64>> {
    let k = parameters.len() as u32;
    let coordinate = |row: u32, at: u32| match 2 * k <= MOST_DIMENSIONS {
        true => sobol(row, at, seed),
        false => latin_hypercube(row, n, at, seed),
    };
    let drawn = |row: u32, at: u32| {
        let parameter = &parameters[(at % k) as usize];
        value(parameter, coordinate(row, at), shape)
    };
    (0..n)
        .map(|row| (0..2 * k).map(|at| drawn(row, at)).collect())
        .collect()
}

/// Draws of all parameters, a Latin hypercube. Shape: `[n][parameters]`.
pub fn draws(parameters: &[Parameter], n: u32, seed: u64, shape: Shape) -> Vec<Vec<f64>> {
    let drawn = |row: u32| {
        let each = parameters.iter().zip(0..);
        each.map(|(parameter, at)| value(parameter, latin_hypercube(row, n, at, seed), shape))
            .collect()
    };
    (0..n).map(drawn).collect()
}

/// The value of a parameter below which a share `u` of its values lies.
fn value(parameter: &Parameter, u: f64, shape: Shape) -> f64 {
    let (Over::Range { low, high, .. }, Shape::Triangular) = (&parameter.over, shape) else {
        return parameter.quantile(u);
    };
    let peak = parameter.base().clamp(*low, *high);
    let (whole, below) = (high - low, peak - low);
    match u * whole < below {
        true => low + libm::sqrt(u * whole * below),
        false => high - libm::sqrt((1.0 - u) * whole * (high - peak)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::sensitivity::library;

    fn parameter() -> Parameter {
        let values = library::LibraryValue {
            id: "x".to_owned(),
            title: "X".to_owned(),
            value: 10.0,
            low: 5.0,
            high: 30.0,
            source: "s".to_owned(),
        };
        library::parameter(&values, vec!["a".to_owned()])
    }

    #[test]
    fn a_triangle_has_its_peak_at_the_value_as_written() {
        let parameter = parameter();
        // 0.5 to 3 with the peak at 1: a fifth lies below it.
        assert!((value(&parameter, 0.2, Shape::Triangular) - 1.0).abs() < 1e-12);
        assert!((value(&parameter, 0.0, Shape::Triangular) - 0.5).abs() < 1e-12);
        assert!((value(&parameter, 1.0, Shape::Triangular) - 3.0).abs() < 1e-12);
        assert_eq!(value(&parameter, 0.5, Shape::Uniform), 1.75);
    }

    #[test]
    fn samples_lie_in_the_ranges_and_levels_reach_their_ends() {
        let parameters = [parameter(), parameter()];
        let rows = sample_rows(&parameters, 8, 1, Shape::Uniform);
        assert!(rows.iter().all(|row| row.len() == 4));
        let drawn = draws(&parameters, 8, 1, Shape::Triangular);
        let all = rows.iter().chain(&drawn).flatten();
        assert!(all.into_iter().all(|value| (0.5..=3.0).contains(value)));
        assert_eq!(
            [0.0, 1.0].map(|part| level(&parameters[0], part)),
            [0.5, 3.0]
        );
    }
}
