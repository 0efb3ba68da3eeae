//! One long course of numbers: where its start is forgotten, whether it is level after that, and intervals from its batches.
//!
//! Courses are at equal steps of time; units are those of the values.

use libm::sqrt;

use super::intervals::Estimate;
use super::summary::mean;

/// Batches that MSER leaves to judge by: of the last few, two that happen to agree would look like a steady state.
/// Source: Hoad, Robinson & Davies (2010), Journal of the Operational Research Society 61:1389.
const LEAST_LEFT: usize = 5;

/// Where MSER cuts a course.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation {
    /// Values at the start to leave out: a multiple of the batch.
    pub leave_out: usize,
    /// False if the cut lies in the second half: the course is too short to tell, or has no steady state.
    pub is_settled: bool,
}

/// The cut that makes the standard error of the mean of what is left smallest, over means of `batch` values (MSER-5 for five).
///
/// None with fewer than twice as many batches as are always left. Values at the end that fill no batch are not looked at.
/// Source: White (1997), Simulation 69:323; White, Cobb & Spratt (2000), Winter Simulation Conference, 755.
pub fn mser(values: &[f64], batch: usize) -> Option<Truncation> {
    let batches = batch_means(values, batch);
    let n = batches.len();
    if n < 2 * LEAST_LEFT {
        return None;
    }
    let mut best = (f64::INFINITY, 0);
    for cut in 0..=n - LEAST_LEFT {
        let left = &batches[cut..];
        let centre = mean(left)?;
        let squares: f64 = left.iter().map(|x| (x - centre) * (x - centre)).sum();
        let size = left.len() as f64;
        let error = squares / (size * size);
        // The earliest of equal ones: nothing is left out without a gain.
        if error < best.0 {
            best = (error, cut);
        }
    }
    Some(Truncation {
        leave_out: best.1 * batch,
        is_settled: 2 * best.1 <= n,
    })
}

/// Means of `batch` values each, in order; those at the end that fill no batch are left out.
pub fn batch_means(values: &[f64], batch: usize) -> Vec<f64> {
    values.chunks_exact(batch.max(1)).filter_map(mean).collect()
}

/// The moving average over `window` values before and after each, over as many as there are near the start, and none at the
/// end. Source: Welch (1983), The statistical analysis of simulation results, in Lavenberg (ed.); Law (2015), sec. 9.5.1.
pub fn welch(values: &[f64], window: usize) -> Vec<f64> {
    let n = values.len();
    let mut sums = Vec::with_capacity(n + 1);
    sums.push(0.0);
    for value in values {
        sums.push(sums[sums.len() - 1] + value);
    }
    (0..n.saturating_sub(window))
        .map(|at| {
            let reach = window.min(at);
            let (from, until) = (at - reach, at + reach + 1);
            (sums[until] - sums[from]) / (until - from) as f64
        })
        .collect()
}

/// Change per step of the straight line through the values; none below three.
pub fn slope(values: &[f64]) -> Option<f64> {
    if values.len() < 3 {
        return None;
    }
    let centre = mean(values)?;
    let middle = (values.len() - 1) as f64 / 2.0;
    let (mut products, mut squares) = (0.0, 0.0);
    for (step, value) in values.iter().enumerate() {
        let off = step as f64 - middle;
        products += off * (value - centre);
        squares += off * off;
    }
    Some(products / squares)
}

/// How far batches of one run depend on the batch before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dependence {
    /// Lag-1 correlation.
    pub correlation: f64,
    /// Of a standard normal variable if batches are independent.
    pub z: f64,
}

/// Tests the batches of one run for independence by von Neumann's ratio; none below eight, or if they do not vary.
///
/// Source: Fishman (1978), Principles of Discrete Event Simulation, sec. 5.5: 1 − ratio/2 has the mean 0 and the variance
/// (n − 2) / (n² − 1) for independent normal values.
pub fn dependence(batches: &[f64]) -> Option<Dependence> {
    let n = batches.len();
    let centre = mean(batches)?;
    let squares: f64 = batches.iter().map(|x| (x - centre) * (x - centre)).sum();
    if n < 8 || squares <= 0.0 {
        return None;
    }
    let pairs = || batches.windows(2);
    let products: f64 = pairs().map(|w| (w[0] - centre) * (w[1] - centre)).sum();
    let steps: f64 = pairs().map(|w| (w[1] - w[0]) * (w[1] - w[0])).sum();
    let n = n as f64;
    let variance = (n - 2.0) / (n * n - 1.0);
    Some(Dependence {
        correlation: products / squares,
        z: (1.0 - steps / (2.0 * squares)) / sqrt(variance),
    })
}

/// Whether slopes of independent courses say that there is a trend, at this confidence; the mean slope with its interval.
pub fn trend(slopes: &[f64], confidence: f64) -> Option<(Estimate, bool)> {
    let estimate = Estimate::of(slopes, confidence).ok()?;
    let is_there = !estimate.contains(0.0);
    Some((estimate, is_there))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten batch means; by hand, sums of squares over n²: 68.4/100, 7.5556/81, 2/64, 1.7143/49, 1.5/36, 1.2/25.
    const COURSE: [f64; 10] = [10.0, 4.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0];

    #[test]
    fn mser_5_cuts_where_the_hand_computed_standard_error_is_smallest() {
        let values: Vec<f64> = COURSE
            .iter()
            .flat_map(|mean| [-2.0, -1.0, 0.0, 1.0, 2.0].map(|off| mean + off))
            .collect();
        let found = mser(&values, 5).unwrap();
        assert_eq!((found.leave_out, found.is_settled), (10, true));
        // Without the two high batches at the start nothing is left out.
        assert_eq!(mser(&COURSE[2..], 1), None);
        let twice = [&COURSE[2..], &COURSE[2..]].concat();
        assert_eq!(mser(&twice, 1).unwrap().leave_out, 0);
    }

    #[test]
    fn a_course_that_rises_to_the_end_is_not_settled() {
        let rising: Vec<f64> = (0..100).map(f64::from).collect();
        assert!(!mser(&rising, 5).unwrap().is_settled);
        let constant = [3.0; 50];
        let found = mser(&constant, 5).unwrap();
        assert_eq!((found.leave_out, found.is_settled), (0, true));
    }

    #[test]
    fn welch_averages_over_what_there_is_near_the_start() {
        let found = welch(&[0.0, 3.0, 6.0, 9.0, 6.0], 1);
        assert_eq!(found, [0.0, 3.0, 6.0, 7.0]);
        assert!(welch(&[1.0], 3).is_empty());
    }

    #[test]
    fn a_line_has_its_slope_and_a_trend_is_one_that_courses_share() {
        assert_eq!(slope(&[1.0, 3.0, 5.0, 7.0]), Some(2.0));
        assert_eq!(slope(&[1.0, 3.0]), None);
        assert!(trend(&[2.0, 2.1, 1.9, 2.0], 0.99).unwrap().1);
        assert!(!trend(&[2.0, -2.1, 1.9, -2.0], 0.99).unwrap().1);
    }

    #[test]
    fn batches_that_follow_each_other_are_dependent() {
        // Eight values 1…8: lag-1 correlation 26.25/42 by hand; ratio 7/42, so 1 − 1/12 over the root of 6/63.
        let rising: Vec<f64> = (1..=8).map(f64::from).collect();
        let found = dependence(&rising).unwrap();
        assert!((found.correlation - 26.25 / 42.0).abs() < 1e-12);
        assert!((found.z - (1.0 - 7.0 / 84.0) / (6.0_f64 / 63.0).sqrt()).abs() < 1e-12);
        let to_and_fro: Vec<f64> = (0..8).map(|step| f64::from(step % 2)).collect();
        assert!(dependence(&to_and_fro).unwrap().z < 0.0);
        assert_eq!(dependence(&[1.0; 9]), None);
    }

    #[test]
    fn values_at_the_end_that_fill_no_batch_are_left_out() {
        assert_eq!(batch_means(&[1.0, 3.0, 5.0, 7.0, 9.0], 2), [2.0, 6.0]);
    }
}
