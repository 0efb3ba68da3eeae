//! Sobol sequences with the direction numbers of Joe and Kuo, and Owen's scrambling.

use std::sync::LazyLock;

use super::{key, mixed};

/// Dimensions that there are direction numbers for.
pub const MOST_DIMENSIONS: u32 = 128;

const BITS: u32 = 32;

/// Coordinate of a point of a Sobol sequence, scrambled by `seed`; in (0, 1).
///
/// Any `2^k` points from a multiple of `2^k` on fill the axes evenly; scrambling keeps that and makes every point uniform,
/// so that means over different seeds are unbiased and tell how exact they are.
/// Source: Joe and Kuo (2008), SIAM J. Sci. Comput. 30, 2635-2654; Owen (1995), Randomly permuted (t,m,s)-nets.
pub fn sobol(point: u32, dimension: u32, seed: u64) -> f64 {
    let bits = scrambled(plain(point, dimension), key(seed, dimension, 2));
    (f64::from(bits) + 0.5) / 4_294_967_296.0
}

/// Without scrambling, as a binary fraction of 32 bits.
fn plain(point: u32, dimension: u32) -> u32 {
    let directions = &DIRECTIONS[dimension as usize];
    let bits = (0..BITS).filter(|bit| point >> bit & 1 == 1);
    bits.fold(0, |sum, bit| sum ^ directions[bit as usize])
}

/// Every digit is flipped or not by a fair coin that belongs to the digits before it.
fn scrambled(bits: u32, key: u64) -> u32 {
    (0..BITS).fold(0, |result, digit| {
        let before = u64::from(bits) >> (BITS - digit);
        let coin = mixed(key ^ (u64::from(digit) << 48) ^ before) >> 63;
        let own = bits >> (BITS - 1 - digit) & 1;
        (result << 1) | (own ^ coin as u32)
    })
}

/// Shape: `[dimensions][bits of the point's number]`.
static DIRECTIONS: LazyLock<Vec<[u32; BITS as usize]>> = LazyLock::new(|| {
    let rows = include_str!("joe-kuo-d6.txt").lines();
    let rows = rows.filter(|line| !line.starts_with('#'));
    let first: [u32; BITS as usize] = std::array::from_fn(|bit| 1 << (BITS - 1 - bit as u32));
    std::iter::once(first).chain(rows.map(directions)).collect()
});

/// The recurrence of a primitive polynomial, from a row of the table.
fn directions(row: &str) -> [u32; BITS as usize] {
    let numbers = row.split(' ').map(|number| number.parse::<u32>());
    let numbers: Vec<u32> = numbers
        .collect::<Result<_, _>>()
        .expect("the table holds whole numbers");
    let (degree, coefficients) = (numbers[1] as usize, numbers[2]);
    let mut directions = [0; BITS as usize];
    for bit in 0..BITS as usize {
        directions[bit] = match bit < degree {
            true => numbers[3 + bit] << (BITS - 1 - bit as u32),
            false => {
                let before = directions[bit - degree];
                (1..degree)
                    .filter(|term| coefficients >> (degree - 1 - term) & 1 == 1)
                    .fold(before ^ (before >> degree), |sum, term| {
                        sum ^ directions[bit - term]
                    })
            }
        };
    }
    directions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(DIRECTIONS.len(), MOST_DIMENSIONS as usize);
    }

    /// The first points as Joe and Kuo's own program prints them, in binary order of their numbers.
    #[test]
    fn the_first_points_are_the_published_ones() {
        let expected = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.25, 0.75, 0.75],
            [0.75, 0.25, 0.25],
        ];
        for (point, expected) in expected.iter().enumerate() {
            for (dimension, expected) in expected.iter().enumerate() {
                let bits = plain(point as u32, dimension as u32);
                assert_eq!(f64::from(bits) / 4_294_967_296.0, *expected);
            }
        }
    }

    /// The first `2^k` points of two dimensions have one point in each of the `2^k` boxes of any shape.
    fn check_boxes(coordinate: impl Fn(u32, u32) -> f64) {
        let k = 6;
        for across in 0..=k {
            let (columns, rows) = (1 << across, 1 << (k - across));
            let mut met = vec![false; 1 << k];
            for point in 0..1_u32 << k {
                let column = (coordinate(point, 0) * f64::from(columns)) as usize;
                let row = (coordinate(point, 1) * f64::from(rows)) as usize;
                met[row * columns as usize + column] = true;
            }
            assert!(met.into_iter().all(|met| met), "{columns} by {rows}");
        }
    }

    #[test]
    fn points_fill_every_box_before_and_after_scrambling() {
        check_boxes(|point, dimension| f64::from(plain(point, dimension)) / 4_294_967_296.0);
        for seed in 0..20 {
            check_boxes(|point, dimension| sobol(point, dimension, seed));
        }
    }

    #[test]
    fn every_axis_is_filled_evenly_in_all_dimensions() {
        for dimension in 0..MOST_DIMENSIONS {
            let mut met = [false; 256];
            for point in 0..256 {
                met[(sobol(point, dimension, 9) * 256.0) as usize] = true;
            }
            assert!(met.into_iter().all(|met| met), "dimension {dimension}");
        }
    }

    /// The mean of a smooth function over 1024 points is far nearer to its integral than chance would bring it.
    #[test]
    fn scrambled_points_integrate_a_smooth_function() {
        let off = |seed| {
            let points = 0..1024;
            let total: f64 = points
                .map(|point| (0..5).map(|d| 2.0 * sobol(point, d, seed)).product::<f64>())
                .sum();
            (total / 1024.0 - 1.0).abs()
        };
        // Independent points would be off by 0.056 (one standard deviation).
        let mean: f64 = (0..20).map(off).sum::<f64>() / 20.0;
        assert!(mean < 0.01, "{mean}");
    }
}
