//! Points that fill the unit cube evenly: Latin hypercubes and scrambled Sobol sequences.
//!
//! Every coordinate is a pure function of its point, dimension and seed, so that a design of any size takes no memory and
//! a part of it can be had without the rest. Units: numbers in (0, 1).

mod sobol;

pub use sobol::{MOST_DIMENSIONS, sobol};

/// Coordinate of a point of a Latin hypercube: of `n` points, one lies in each of the `n` equal parts of every axis.
///
/// Strata are matched at random from axis to axis, and a point lies anywhere in its stratum.
/// Source: McKay, Beckman and Conover (1979), Technometrics 21, 239-245.
pub fn latin_hypercube(point: u32, n: u32, dimension: u32, seed: u64) -> f64 {
    let stratum = permuted(point, n, key(seed, dimension, 0));
    let within = unit(mixed(key(seed, dimension, 1) ^ u64::from(point)));
    (f64::from(stratum) + within) / f64::from(n)
}

/// Where `at` goes in a random permutation of `0..n`.
///
/// A Feistel network permutes the powers of four; what falls outside is sent through again until it falls inside.
/// Source: Black and Rogaway (2002), Ciphers with arbitrary finite domains, CT-RSA.
fn permuted(at: u32, n: u32, key: u64) -> u32 {
    let half_bits = (32 - (n - 1).leading_zeros()).div_ceil(2).max(2);
    let mask = (1_u64 << half_bits) - 1;
    let mut value = u64::from(at);
    loop {
        let (mut left, mut right) = (value >> half_bits, value & mask);
        for round in 0..8 {
            let mix = mixed(key ^ (round << 56) ^ right) >> 32;
            (left, right) = (right, left ^ (mix & mask));
        }
        value = (left << half_bits) | right;
        if value < u64::from(n) {
            return value as u32;
        }
    }
}

/// A key of its own for every dimension and use.
fn key(seed: u64, dimension: u32, use_of_it: u64) -> u64 {
    mixed(mixed(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ (u64::from(dimension) << 8) ^ use_of_it)
}

/// All bits of a word stirred into each other. Source: Stafford's mix 13, as in SplitMix64.
fn mixed(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// A word as a number in (0, 1).
fn unit(word: u64) -> f64 {
    ((word >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_meets_every_place_once() {
        for n in [1, 2, 3, 5, 16, 17, 100, 1000, 4097] {
            for seed in 0..3 {
                let mut met = vec![false; n as usize];
                for at in 0..n {
                    met[permuted(at, n, key(seed, 7, 0)) as usize] = true;
                }
                assert!(met.into_iter().all(|met| met), "{n}, seed {seed}");
            }
        }
    }

    #[test]
    fn small_permutations_are_equally_likely() {
        let mut counts = [0_u32; 27];
        for seed in 0..6000 {
            let places = [0, 1, 2].map(|at| permuted(at, 3, key(seed, 0, 0)) as usize);
            counts[places[0] * 9 + places[1] * 3 + places[2]] += 1;
        }
        let met: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
        assert_eq!(met.len(), 6);
        // 1000 of each, with a standard deviation of 29.
        assert!(
            met.iter().all(|count| (870..1130).contains(count)),
            "{met:?}"
        );
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_every_stratum_of_every_axis() {
        let n = 64;
        for dimension in 0..5 {
            let mut strata: Vec<u32> = (0..n)
                .map(|point| (latin_hypercube(point, n, dimension, 3) * f64::from(n)) as u32)
                .collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..n).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn axes_of_a_latin_hypercube_are_unrelated() {
        let n = 2000;
        let axis = |dimension| -> Vec<f64> {
            let points = 0..n;
            points
                .map(|point| latin_hypercube(point, n, dimension, 1) - 0.5)
                .collect()
        };
        let (a, b) = (axis(0), axis(1));
        let product: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        // The correlation of 2000 unrelated pairs has a standard deviation of 0.022.
        assert!((12.0 * product / f64::from(n)).abs() < 0.09);
        assert_ne!(latin_hypercube(0, n, 0, 1), latin_hypercube(0, n, 0, 2));
    }
}
