//! Control chart of single values (XmR) and the signs of special cause in it.
//!
//! For a system observed over time, never for replications, which differ by design. Source: the rules of NHS England, Making Data
//! Count; limits at 2.66 mean moving ranges (Shewhart's constant 3 / 1.128).

/// 3 over the constant d2 of a range of two values.
const LIMITS: f64 = 2.66;
/// Values on one side of the mean, or all rising or falling, that are no chance.
const RUN: usize = 7;

/// Mean and limits of a row of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// Why a value is no common cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Beyond a limit.
    Outside,
    /// One of seven or more on one side of the mean.
    Shift,
    /// One of seven or more that each rise or each fall.
    Trend,
    /// One of two in three that lie in the outer third towards a limit.
    NearLimit,
}

/// A value that is no common cause, and whether it lies or leads above the mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Special {
    pub sign: Sign,
    pub is_high: bool,
}

impl Limits {
    /// None of fewer than two values.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let ranges = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let reach = LIMITS * ranges.sum::<f64>() / (values.len() - 1) as f64;
        Some(Self {
            mean,
            low: mean - reach,
            high: mean + reach,
        })
    }

    /// By value: what makes it special, the first of the signs in their order; none for common cause.
    pub fn specials(&self, values: &[f64]) -> Vec<Option<Special>> {
        let mut found = vec![None; values.len()];
        let mut note = |at: std::ops::Range<usize>, sign: Sign, is_high: bool| {
            for place in &mut found[at] {
                place.get_or_insert(Special { sign, is_high });
            }
        };
        for (at, value) in values.iter().enumerate() {
            if *value > self.high || *value < self.low {
                note(at..at + 1, Sign::Outside, *value > self.mean);
            }
        }
        let sides: Vec<i8> = values.iter().map(|value| side(*value, self.mean)).collect();
        for run in runs(&sides, RUN) {
            note(run.clone(), Sign::Shift, sides[run.start] > 0);
        }
        let steps: Vec<i8> = values
            .windows(2)
            .map(|pair| side(pair[1], pair[0]))
            .collect();
        // Seven values that rise are six steps.
        for run in runs(&steps, RUN - 1) {
            note(run.start..run.end + 1, Sign::Trend, steps[run.start] > 0);
        }
        let outer = (self.high - self.mean) * 2.0 / 3.0;
        for first in 0..values.len().saturating_sub(2) {
            for is_high in [true, false] {
                let is_near = |value: f64| match is_high {
                    true => value > self.mean + outer,
                    false => value < self.mean - outer,
                };
                let near: Vec<usize> = (first..first + 3)
                    .filter(|&at| is_near(values[at]))
                    .collect();
                if near.len() >= 2 {
                    for at in near {
                        note(at..at + 1, Sign::NearLimit, is_high);
                    }
                }
            }
        }
        found
    }
}

fn side(value: f64, of: f64) -> i8 {
    match value.partial_cmp(&of) {
        Some(std::cmp::Ordering::Greater) => 1,
        Some(std::cmp::Ordering::Less) => -1,
        _ => 0,
    }
}

/// Stretches of at least `least` equal sides; on the line itself is no side.
fn runs(sides: &[i8], least: usize) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 1..=sides.len() {
        if at == sides.len() || sides[at] != sides[start] {
            if sides[start] != 0 && at - start >= least {
                runs.push(start..at);
            }
            start = at;
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_lie_at_2_66_mean_moving_ranges() {
        // Moving ranges 2, 4, 2, 4: mean 3.
        let limits = Limits::of(&[10.0, 12.0, 8.0, 10.0, 14.0]).expect("five values");
        assert_eq!(limits.mean, 10.8);
        assert!((limits.high - (10.8 + 2.66 * 3.0)).abs() < 1e-12);
        assert!((limits.low - (10.8 - 2.66 * 3.0)).abs() < 1e-12);
        assert_eq!(Limits::of(&[1.0]), None);
    }

    const WITHIN: Limits = Limits {
        mean: 0.0,
        low: -3.0,
        high: 3.0,
    };

    fn check(values: &[f64], expected: &[(usize, Sign, bool)]) {
        let found = WITHIN.specials(values);
        let found: Vec<(usize, Sign, bool)> = found
            .iter()
            .enumerate()
            .filter_map(|(at, special)| special.map(|special| (at, special.sign, special.is_high)))
            .collect();
        assert_eq!(found, expected, "{values:?}");
    }

    #[test]
    fn every_rule_marks_its_values_and_no_other() {
        check(
            &[0.5, -0.5, 3.1, -3.1, 1.9],
            &[(2, Sign::Outside, true), (3, Sign::Outside, false)],
        );
        let six = [0.5, 0.6, 0.5, 0.6, 0.5, 0.6];
        check(&six, &[]);
        let seven: Vec<f64> = six.into_iter().chain([0.5]).collect();
        let all: Vec<_> = (0..7).map(|at| (at, Sign::Shift, true)).collect();
        check(&seven, &all);
        // A value on the mean ends a run.
        check(&[0.5, 0.6, 0.5, 0.0, 0.5, 0.6, 0.5, 0.6], &[]);
        let falling = [1.5, 1.0, 0.5, -0.1, -0.5, -1.0, -1.5];
        let all: Vec<_> = (0..7).map(|at| (at, Sign::Trend, false)).collect();
        check(&falling, &all);
        check(&falling[..6], &[]);
        check(
            &[2.1, 0.0, 2.2],
            &[(0, Sign::NearLimit, true), (2, Sign::NearLimit, true)],
        );
        check(&[2.1, 0.0, 0.0, 2.2], &[]);
        check(&[2.1, 0.0, -2.2], &[]);
    }
}
