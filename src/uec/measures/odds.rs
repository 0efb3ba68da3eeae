//! Chances of an outcome that grow with time by an odds ratio, added up exactly over patients.
//!
//! A chance is turned into whole parts of a certainty before it is added, so that, as with counts, the order of patients
//! cannot change a sum.

use crate::engine::time::SimSpan;

/// Parts of a certainty: some 10^-12 each, and sixteen million certainties fit a sum.
const CERTAIN: f64 = (1_u64 << 40) as f64;

/// Odds as a function of time: a straight line in their logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Odds {
    /// Logarithm of the odds after no time.
    start: f64,
    /// By millisecond.
    slope: f64,
    at: SimSpan,
    /// Up to this time, if there is one, the chance is that after `at`.
    over: Option<SimSpan>,
}

impl Odds {
    /// Odds that give `chance` after `at` and are multiplied by `ratio` for every `per` of time.
    pub fn new(chance: f64, at: SimSpan, ratio: f64, per: SimSpan) -> Self {
        let slope = libm::log(ratio) / per.0 as f64;
        let start = libm::log(chance / (1.0 - chance)) - slope * at.0 as f64;
        Self {
            start,
            slope,
            at,
            over: None,
        }
    }

    /// With the chance after `at` for all times up to `over`.
    pub fn over(self, over: Option<SimSpan>) -> Self {
        Self { over, ..self }
    }

    /// The chance after `time`, in parts of a certainty, rounded.
    pub fn parts(&self, time: SimSpan) -> u64 {
        let time = match self.over {
            Some(over) if time <= over => self.at,
            _ => time,
        };
        let log_odds = self.start + self.slope * time.0 as f64;
        let chance = 1.0 / (1.0 + libm::exp(-log_odds));
        (chance * CERTAIN).round() as u64
    }
}

/// By how much chances of this many parts go beyond others; below zero where they fall short of them.
pub(super) fn excess(parts: u64, others: u64) -> f64 {
    (parts as i128 - others as i128) as f64 / CERTAIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::MINUTE;

    /// Chance of dying after `minutes`, where 90.7 % die after 7 and every minute multiplies the odds by 1.24.
    fn dies(minutes: u64) -> f64 {
        let odds = Odds::new(0.907, SimSpan(7 * MINUTE.0), 1.24, MINUTE);
        odds.parts(SimSpan(minutes * MINUTE.0)) as f64 / CERTAIN
    }

    #[test]
    fn odds_are_multiplied_by_the_minute() {
        assert!((dies(7) - 0.907).abs() < 1e-9);
        let odds = |chance: f64| chance / (1.0 - chance);
        assert!((odds(dies(8)) / odds(dies(7)) - 1.24).abs() < 1e-6);
        assert!((odds(dies(0)) / odds(dies(7)) * 1.24_f64.powi(7) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn up_to_a_bound_time_does_nothing() {
        let minutes = |minutes: u64| SimSpan(minutes * MINUTE.0);
        let whole = Odds::new(0.907, minutes(7), 1.24, MINUTE);
        let late = whole.over(Some(minutes(7)));
        for time in [0, 3, 7] {
            assert_eq!(late.parts(minutes(time)), whole.parts(minutes(7)));
        }
        assert_eq!(late.parts(minutes(8)), whole.parts(minutes(8)));
    }

    #[test]
    fn a_chance_stays_one() {
        assert!(dies(60 * 24 * 365) <= 1.0);
        let harmless = Odds::new(0.2, SimSpan::ZERO, 1.0, MINUTE);
        let (soon, late) = (harmless.parts(MINUTE), harmless.parts(SimSpan(1 << 40)));
        assert_eq!(excess(late, soon), 0.0);
        assert_eq!(excess(soon - (1 << 37), soon), -0.125);
    }
}
