//! Small symmetric matrices: solving with them, and their eigenvalues.
//!
//! Written out rather than taken from a library of matrices: such a library chooses its kernels by the processor it finds, and
//! results must be the same to the last bit on every machine. Meant for some dozens of rows.

use libm::sqrt;

/// Rows of a square matrix.
pub type Matrix = Vec<Vec<f64>>;

/// `x` of `matrix x = right` by Cholesky's decomposition; `None` unless the matrix is positive definite.
pub fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let n = right.len();
    let mut lower = vec![vec![0.0; n]; n];
    for row in 0..n {
        for column in 0..=row {
            let known: f64 = (0..column)
                .map(|at| lower[row][at] * lower[column][at])
                .sum();
            let rest = matrix[row][column] - known;
            if row == column {
                // Not even rounding errors of the diagonal are left: the matrix is singular.
                if rest.is_nan() || rest <= 1e-14 * matrix[row][row].abs() {
                    return None;
                }
                lower[row][row] = sqrt(rest);
            } else {
                lower[row][column] = rest / lower[column][column];
            }
        }
    }
    let mut x = right.to_vec();
    for row in 0..n {
        let known: f64 = (0..row).map(|at| lower[row][at] * x[at]).sum();
        x[row] = (x[row] - known) / lower[row][row];
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|at| lower[at][row] * x[at]).sum();
        x[row] = (x[row] - known) / lower[row][row];
    }
    Some(x)
}

/// An eigenvalue with its vector of length one.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    pub value: f64,
    pub vector: Vec<f64>,
}

/// All eigenvalues with their vectors, largest first, by Jacobi's rotations.
///
/// Source: Golub and Van Loan (2013), Matrix Computations, sec. 8.5.
pub fn eigen(matrix: &[Vec<f64>]) -> Vec<Eigen> {
    let n = matrix.len();
    let mut a: Matrix = matrix.to_vec();
    let mut vectors: Matrix = identity(n);
    // Each sweep squares what is off the diagonal; 30 are more than doubles can need.
    for _ in 0..30 {
        let off: f64 = (0..n)
            .flat_map(|row| (0..row).map(move |column| (row, column)))
            .map(|(row, column)| a[row][column] * a[row][column])
            .sum();
        let on: f64 = (0..n).map(|row| a[row][row] * a[row][row]).sum();
        if off <= 1e-30 * on {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    let mut all: Vec<Eigen> = (0..n)
        .map(|at| Eigen {
            value: a[at][at],
            vector: vectors.iter().map(|row| row[at]).collect(),
        })
        .collect();
    all.sort_by(|one, other| other.value.total_cmp(&one.value));
    all
}

/// Turns the plane of `p` and `q` so that their common element becomes zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let slope = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = slope.signum() / (slope.abs() + sqrt(slope * slope + 1.0));
    let tangent = if slope == 0.0 { 1.0 } else { tangent };
    let cosine = 1.0 / sqrt(tangent * tangent + 1.0);
    let sine = tangent * cosine;
    for row in a.iter_mut() {
        let (left, right) = (row[p], row[q]);
        row[p] = cosine * left - sine * right;
        row[q] = sine * left + cosine * right;
    }
    let (above, below) = a.split_at_mut(q);
    for (upper, lower) in above[p].iter_mut().zip(&mut below[0]) {
        let (left, right) = (*upper, *lower);
        *upper = cosine * left - sine * right;
        *lower = sine * left + cosine * right;
    }
    for row in vectors.iter_mut() {
        let (left, right) = (row[p], row[q]);
        row[p] = cosine * left - sine * right;
        row[q] = sine * left + cosine * right;
    }
}

pub fn identity(n: usize) -> Matrix {
    let row = |at: usize| {
        (0..n)
            .map(|other| f64::from(u8::from(at == other)))
            .collect()
    };
    (0..n).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definite_system_is_solved_and_a_singular_one_refused() {
        let matrix = vec![
            vec![4.0, 2.0, 0.0],
            vec![2.0, 5.0, 1.0],
            vec![0.0, 1.0, 3.0],
        ];
        let x = solve(&matrix, &[8.0, 15.0, 11.0]).expect("it is definite");
        for (found, expected) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-12, "{x:?}");
        }
        assert_eq!(solve(&[vec![1.0, 1.0], vec![1.0, 1.0]], &[1.0, 1.0]), None);
        assert_eq!(solve(&[vec![0.0]], &[1.0]), None);
    }

    #[test]
    fn eigenvalues_are_those_of_the_book() {
        // 2 - sqrt 2, 2, 2 + sqrt 2.
        let matrix = vec![
            vec![2.0, -1.0, 0.0],
            vec![-1.0, 2.0, -1.0],
            vec![0.0, -1.0, 2.0],
        ];
        let found = eigen(&matrix);
        let expected = [2.0 + sqrt(2.0), 2.0, 2.0 - sqrt(2.0)];
        for (eigen, expected) in found.iter().zip(expected) {
            assert!((eigen.value - expected).abs() < 1e-12);
            // A x = value x.
            for (row, x) in matrix.iter().zip(&eigen.vector) {
                let image: f64 = row.iter().zip(&eigen.vector).map(|(a, x)| a * x).sum();
                assert!((image - eigen.value * x).abs() < 1e-12);
            }
        }
    }
}
