//! The time by which a weekly profile has let a given amount pass: candidates are drawn on a clock that runs as fast as the
//! profile, so that none is drawn at night only to be turned away.

use super::program::Profile;
use super::time::SimSpan;

/// A profile's cycle as a clock. Amounts are milliseconds at the profile's mean rate, counted from time zero.
pub struct WeeklyMass {
    /// Milliseconds.
    bin: f64,
    /// Milliseconds per amount in each bin of the cycle; 0 where nothing passes.
    slowness: Box<[f64]>,
    /// Amount before each bin of the cycle.
    before: Box<[f64]>,
    of_cycle: f64,
    cycles_per_amount: f64,
    /// Amount and milliseconds of the cycle that lie before time zero.
    skipped: f64,
    offset: f64,
    /// By equal parts of the cycle's amount: the bin in which each begins.
    guide: Box<[u32]>,
    guides_per_amount: f64,
}

impl WeeklyMass {
    pub fn new(profile: &Profile, week_offset: SimSpan) -> Self {
        let bin = profile.bin.0 as f64;
        let rates = &profile.cycle;
        let mut sum = 0.0;
        let mut before = Vec::with_capacity(rates.len());
        for rate in rates {
            before.push(sum);
            sum += rate * bin;
        }
        let n = rates.len();
        let guides_per_amount = if sum > 0.0 { n as f64 / sum } else { 0.0 };
        let bin_at = |amount: f64| before.partition_point(|before| *before <= amount).max(1) - 1;
        let guide = (0..n).map(|part| bin_at(part as f64 / n as f64 * sum) as u32);
        let guide: Box<[u32]> = guide.collect();
        let of_week = week_offset.0 as f64 / bin;
        let (cycles, bins) = ((of_week / n as f64).floor(), of_week % n as f64);
        let skipped = before[bins as usize] + bins.fract() * bin * rates[bins as usize];
        Self {
            bin,
            of_cycle: sum,
            cycles_per_amount: if sum > 0.0 { 1.0 / sum } else { 0.0 },
            skipped: cycles * sum + skipped,
            offset: week_offset.0 as f64,
            guide,
            guides_per_amount,
            slowness: rates
                .iter()
                .map(|rate| if *rate > 0.0 { 1.0 / rate } else { 0.0 })
                .collect(),
            before: before.into_boxed_slice(),
        }
    }

    /// Milliseconds from time zero until `amount` has passed; infinite if nothing ever does.
    #[inline]
    pub fn time_at(&self, amount: f64) -> f64 {
        if self.of_cycle <= 0.0 {
            return f64::INFINITY;
        }
        let amount = amount + self.skipped;
        let cycles = (amount * self.cycles_per_amount) as i64 as f64;
        let rest = (amount - cycles * self.of_cycle).max(0.0);
        let part = (rest * self.guides_per_amount) as i64 as usize;
        let mut bin = self.guide[part.min(self.guide.len() - 1)] as usize;
        while let Some(before) = self.before.get(bin + 1)
            && *before <= rest
        {
            bin += 1;
        }
        // Rounding may lead to a bin in which nothing passes, at the end of the cycle.
        let into = (rest - self.before[bin]) * self.slowness[bin];
        (cycles * self.slowness.len() as f64 + bin as f64) * self.bin + into - self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::{DAY, HOUR};
    use super::*;

    #[test]
    fn the_clock_runs_as_fast_as_the_profile() {
        let profile = Profile {
            bin: HOUR,
            cycle: vec![0.0, 3.0, 0.5, 0.5, 0.0],
            day_factors: vec![2.0],
        };
        let hour = HOUR.0 as f64;
        let mass = WeeklyMass::new(&profile, SimSpan(0));
        for (amount, time) in [
            (0.0, 1.0),
            (1.5, 1.5),
            (3.0, 2.0),
            (3.25, 2.5),
            (4.03, 6.01),
            (5.5, 6.5),
        ] {
            assert!(
                (mass.time_at(amount * hour) - time * hour).abs() < 1e-6,
                "{amount}"
            );
        }
        // Time zero lies half an hour into the second bin of the second cycle.
        let mass = WeeklyMass::new(&profile, SimSpan(13 * HOUR.0 / 2));
        for (amount, time) in [(0.0, 0.0), (0.75, 0.25), (1.5, 0.5), (2.53, 4.51)] {
            assert!(
                (mass.time_at(amount * hour) - time * hour).abs() < 1e-6,
                "{amount}"
            );
        }
    }

    #[test]
    fn nothing_passes_where_there_is_nothing() {
        let profile = Profile {
            bin: DAY,
            cycle: vec![0.0; 7],
            day_factors: Vec::new(),
        };
        assert_eq!(
            WeeklyMass::new(&profile, SimSpan(0)).time_at(1.0),
            f64::INFINITY
        );
    }
}
