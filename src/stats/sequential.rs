//! When to stop adding replications: the rule by which a mean is known to a wanted half-width, and what is still missing.
//!
//! The rule looks seldom, and at numbers of replications that follow from the values alone: after [`FIRST`], and then where
//! the interval so far says that it will do, but at least a quarter further and at most twice as far. It stops at the first
//! look at which the half-width is as wanted.
//!
//! Source: Chow & Robbins (1965), Annals of Mathematical Statistics 36:457 (a rule that stops when the interval is narrow
//! enough covers, in the limit of narrow intervals, as often as it says); Hall (1981), Annals of Statistics 9:1229 (three
//! looks lose nothing against looking every time). That stopping early when the variance happens to come out small costs
//! coverage is known (Law, Kelton & Koenig 1981, Communications in Statistics B 10:29; Hoad, Robinson & Davies 2010,
//! Journal of the Operational Research Society 61:1632): hence a first stage that is not short, few looks, and steps that
//! are not small. `tests/suite/precision` measures what is left of it.

use libm::{ceil, sqrt};

use super::intervals::student_t_quantile;
use super::special::normal_quantile;

/// Replications before the first look.
///
/// Assumed: above the ten of Law (2015), Simulation Modeling and Analysis, sec. 9.4.1, since values of waits are skewed: with
/// ten, 95 % intervals of gamma-distributed values (shape 4) held the truth in 93 % of trials, with twenty in 94 to 95 %.
pub const FIRST: u32 = 20;

/// The next look is at least and at most so many times as far. Assumed: a quarter keeps looks few (17 from 20 to 700), and twice
/// keeps a variance that came out too large at first from costing much.
const LEAST_STEP: f64 = 1.25;
const WIDEST_STEP: f64 = 2.0;

/// Replications that a half-width takes if `n` gave `half_width`: half-widths shrink with the square root of their number.
///
/// Infinite where no half-width is known, or none is wide enough.
pub fn needed(n: u32, half_width: f64, wanted: f64) -> f64 {
    if half_width <= wanted {
        return f64::from(n);
    }
    let ratio = half_width / wanted;
    let needed = ceil(f64::from(n) * ratio * ratio);
    if needed.is_nan() {
        return f64::INFINITY;
    }
    needed.max(f64::from(n + 1))
}

/// The number of replications at which to look again after `n`, if `needed` are expected to do and `most` are allowed.
///
/// None if `n` are all that are allowed.
pub fn next_look(n: u32, needed: f64, most: u32) -> Option<u32> {
    if n >= most {
        return None;
    }
    let n = f64::from(n);
    let next = needed.clamp(ceil(LEAST_STEP * n), ceil(WIDEST_STEP * n));
    Some(next.min(f64::from(most)) as u32)
}

/// How likely a difference of the size that was found is told from zero after [`replications_to_tell`].
const POWER: f64 = 0.8;

/// Replications after which a difference of this size is told from zero with 80 % probability, if `n` of them gave the mean
/// `difference` with this half-width at 95 %. None below two, or if there is no difference to tell.
///
/// Source: the power of the paired t test by its normal approximation, (t + z)² s² / d²; Law (2015), sec. 9.4.1 and 10.2.
pub fn replications_to_tell(n: usize, difference: f64, half_width: f64) -> Option<f64> {
    if n < 2 || difference == 0.0 || !half_width.is_finite() {
        return None;
    }
    let deviation = half_width / student_t_quantile(0.975, (n - 1) as f64) * sqrt(n as f64);
    let ratio = deviation / difference;
    let z = normal_quantile(POWER);
    // The t quantile depends on the answer: from that of the normal one, twice is enough for a number that is "about".
    let mut t = normal_quantile(0.975);
    let mut found = 0.0;
    for _ in 0..3 {
        found = ceil((t + z) * (t + z) * ratio * ratio).max(2.0);
        t = student_t_quantile(0.975, (found - 1.0).min(1e9));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_widths_shrink_with_the_square_root() {
        assert_eq!(needed(20, 3.0, 1.0), 180.0);
        assert_eq!(needed(20, 1.0, 1.0), 20.0);
        assert_eq!(needed(20, 1.000_1, 1.0), 21.0);
        assert_eq!(needed(20, f64::INFINITY, 1.0), f64::INFINITY);
        assert_eq!(needed(20, 1.0, 0.0), f64::INFINITY);
        // A measure that is always the same is known at once, even to a half-width of nothing.
        assert_eq!(needed(20, 0.0, 0.0), 20.0);
    }

    #[test]
    fn looks_are_where_the_interval_will_do_but_neither_near_nor_far() {
        fn check(n: u32, needed: f64, most: u32, expected: Option<u32>) {
            assert_eq!(next_look(n, needed, most), expected, "{n} {needed} {most}");
        }
        check(20, 33.0, 1000, Some(33));
        check(20, 21.0, 1000, Some(25));
        check(20, 900.0, 1000, Some(40));
        check(20, f64::INFINITY, 1000, Some(40));
        check(20, 900.0, 30, Some(30));
        check(21, 22.0, 1000, Some(27));
        check(30, 900.0, 30, None);
    }

    #[test]
    fn twenty_to_seven_hundred_takes_seventeen_looks_at_most() {
        let (mut n, mut looks) = (FIRST, 1);
        while n < 700 {
            n = next_look(n, f64::from(n + 1), 100_000).unwrap();
            looks += 1;
        }
        assert!(looks <= 17, "{looks}");
    }

    #[test]
    fn a_difference_of_half_a_standard_deviation_takes_what_tables_of_the_paired_t_test_say() {
        // Cohen (1988), Statistical Power Analysis, and G*Power: d = 0.5, two-sided 0.05, power 0.8: 34 pairs.
        let deviation = 1.0;
        let half_width = student_t_quantile(0.975, 9.0) * deviation / 10.0_f64.sqrt();
        let found = replications_to_tell(10, 0.5, half_width).unwrap();
        assert!((33.0..=35.0).contains(&found), "{found}");
        assert_eq!(replications_to_tell(10, 0.0, half_width), None);
        assert_eq!(replications_to_tell(1, 0.5, f64::INFINITY), None);
    }
}
