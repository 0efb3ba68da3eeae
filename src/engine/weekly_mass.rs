//! The time by which a weekly profile has let a given amount pass: candidates are drawn on a clock that runs as fast as the
//! profile, so that none is drawn at night only to be turned away.

use super::clock::LocalClock;
use super::program::Profile;

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
    /// One for each time at which clocks are changed.
    stretches: Box<[Stretch]>,
}

/// The bin that a time was found in last: times that follow in the same bin are found without a search.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    /// Amount of the cycles before.
    of_cycles: f64,
    /// Amount of the cycle before the bin, and up to which the bin is known to reach.
    before: f64,
    until: f64,
    slowness: f64,
    /// Milliseconds from the beginning of the first cycle.
    start: f64,
}

impl Default for Cursor {
    /// In no bin.
    fn default() -> Self {
        Self {
            of_cycles: 0.0,
            before: 0.0,
            until: f64::NEG_INFINITY,
            slowness: 0.0,
            start: 0.0,
        }
    }
}

/// From a change of clocks on, another part of the cycle passes.
struct Stretch {
    from_amount: f64,
    /// Amount of the cycle that was skipped, less what passed twice.
    skipped: f64,
    /// Milliseconds that the clock is ahead.
    shift: f64,
}

impl WeeklyMass {
    pub fn new(profile: &Profile, clock: &LocalClock) -> Self {
        let week_offset = clock.week_offset;
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
        let mut mass = Self {
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
            stretches: Box::default(),
        };
        mass.stretches = mass.stretches(clock);
        mass
    }

    fn stretches(&self, clock: &LocalClock) -> Box<[Stretch]> {
        let (mut skipped, mut shift) = (0.0, 0.0);
        let each = clock.shifts.iter().map(|(from, next_shift)| {
            let from_amount = self.amount_at(from.0 as f64 + shift) - skipped;
            shift = *next_shift as f64;
            skipped = self.amount_at(from.0 as f64 + shift) - from_amount;
            Stretch {
                from_amount,
                skipped,
                shift,
            }
        });
        each.collect()
    }

    /// The amount of a clock that is never changed, from time zero until it shows so many milliseconds more.
    fn amount_at(&self, milliseconds: f64) -> f64 {
        let bins = (milliseconds + self.offset) / self.bin;
        let n = self.slowness.len() as f64;
        let cycles = (bins / n).floor();
        let bin = bins - cycles * n;
        let index = (bin as usize).min(self.slowness.len() - 1);
        let slowness = self.slowness[index];
        let rate = if slowness > 0.0 { 1.0 / slowness } else { 0.0 };
        let within = (bin - index as f64) * self.bin * rate;
        cycles * self.of_cycle + self.before[index] + within - self.skipped
    }

    /// Milliseconds from time zero until `amount` has passed; infinite if nothing ever does. Amounts may only grow while the cursor
    /// is the same.
    #[inline(always)]
    pub fn next_time_at(&self, amount: f64, cursor: &mut Cursor) -> f64 {
        let rest = (amount + self.skipped) - cursor.of_cycles;
        if rest < cursor.until {
            return cursor.start + (rest - cursor.before) * cursor.slowness - self.offset;
        }
        self.find(amount, cursor)
    }

    #[inline(never)]
    fn find(&self, amount: f64, cursor: &mut Cursor) -> f64 {
        if self.of_cycle <= 0.0 {
            return f64::INFINITY;
        }
        if !self.stretches.is_empty() {
            return self.time_of_changed_clock(amount);
        }
        self.time_of_fixed_clock(amount, cursor)
    }

    fn time_of_changed_clock(&self, amount: f64) -> f64 {
        let fixed = |amount| self.time_of_fixed_clock(amount, &mut Cursor::default());
        let mut of = self.stretches.iter().rev();
        match of.find(|stretch| stretch.from_amount <= amount) {
            Some(stretch) => fixed(amount + stretch.skipped) - stretch.shift,
            None => fixed(amount),
        }
    }

    #[inline]
    fn time_of_fixed_clock(&self, amount: f64, cursor: &mut Cursor) -> f64 {
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
        // Where a cycle ends is a matter of rounding: the last bin is left a little early.
        let end = self.of_cycle * (1.0 - 1e-9);
        *cursor = Cursor {
            of_cycles: cycles * self.of_cycle,
            before: self.before[bin],
            until: self.before.get(bin + 1).copied().unwrap_or(end),
            slowness: self.slowness[bin],
            start: (cycles * self.slowness.len() as f64 + bin as f64) * self.bin,
        };
        // Rounding may lead to a bin in which nothing passes, at the end of the cycle.
        cursor.start + (rest - cursor.before) * cursor.slowness - self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::{DAY, HOUR, SimSpan, SimTime};
    use super::*;

    impl WeeklyMass {
        fn time_at(&self, amount: f64) -> f64 {
            self.next_time_at(amount, &mut Cursor::default())
        }
    }

    #[test]
    fn the_clock_runs_as_fast_as_the_profile() {
        let profile = Profile {
            bin: HOUR,
            cycle: vec![0.0, 3.0, 0.5, 0.5, 0.0],
            day_factors: vec![2.0],
        };
        let hour = HOUR.0 as f64;
        let mass = WeeklyMass::new(&profile, &LocalClock::default());
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
        let mass = WeeklyMass::new(&profile, &LocalClock::fixed(SimSpan(13 * HOUR.0 / 2)));
        for (amount, time) in [(0.0, 0.0), (0.75, 0.25), (1.5, 0.5), (2.53, 4.51)] {
            assert!(
                (mass.time_at(amount * hour) - time * hour).abs() < 1e-6,
                "{amount}"
            );
        }
    }

    #[test]
    fn what_a_skipped_hour_would_bring_is_left_out_and_a_repeated_one_brings_twice() {
        let mut cycle = vec![1.0; 24];
        (cycle[1], cycle[2]) = (6.0, 3.0);
        let profile = Profile {
            bin: HOUR,
            cycle,
            day_factors: Vec::new(),
        };
        let hour = HOUR.0 as f64;
        // On the second day clocks go from 01:00 to 02:00, on the fourth from 02:00 to 01:00.
        let spring = 25 * HOUR.0;
        let autumn = 73 * HOUR.0;
        let clock = LocalClock {
            week_offset: SimSpan(0),
            shifts: vec![(SimTime(spring), HOUR.0 as i64), (SimTime(autumn), 0)],
        };
        let mass = WeeklyMass::new(&profile, &clock);
        let check = |amount: f64, hours: f64| {
            let found = mass.time_at(amount * hour) / hour;
            assert!((found - hours).abs() < 1e-9, "{amount}: {found}");
        };
        // A day brings 31.
        check(31.0, 24.0);
        check(31.5, 24.5);
        // In the first hour after the change what 02:00 to 03:00 brings, not the hour before.
        check(32.0 + 1.5, 25.5);
        check(32.0 + 3.0 + 0.5, 26.5);
        // The day of 23 hours brings 25; the third day is whole and begins an hour earlier.
        check(31.0 + 25.0, 47.0);
        check(31.0 + 25.0 + 31.0, 71.0);
        // On the fourth 01:00 to 02:00 occurs twice.
        let fourth = 31.0 + 25.0 + 31.0;
        check(fourth + 1.0 + 3.0, 72.5);
        check(fourth + 1.0 + 6.0 + 3.0, 73.5);
        check(fourth + 1.0 + 6.0 + 6.0 + 1.5, 74.5);
        check(fourth + 37.0, 96.0);
    }

    #[test]
    fn a_cursor_moves_no_time() {
        let profile = Profile {
            bin: HOUR,
            cycle: vec![0.0, 3.0, 0.5, 0.0, 1.25],
            day_factors: Vec::new(),
        };
        let hour = HOUR.0 as f64;
        for clock in [0, 13 * HOUR.0 / 2].map(|offset| LocalClock::fixed(SimSpan(offset))) {
            let mass = WeeklyMass::new(&profile, &clock);
            let mut cursor = Cursor::default();
            let mut n_kept = 0;
            for n in 0..5_000 {
                // Some thousand cycles of 4.75, ends of bins and cycles among them.
                let amount = f64::from(n * n) * hour / 4.0;
                let before = cursor.start;
                assert_eq!(mass.next_time_at(amount, &mut cursor), mass.time_at(amount));
                n_kept += u32::from(cursor.start == before);
                let within = amount + 0.01 * hour;
                assert_eq!(mass.next_time_at(within, &mut cursor), mass.time_at(within));
            }
            assert!(n_kept > 0, "no time was found in the bin of the one before");
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
            WeeklyMass::new(&profile, &LocalClock::default()).time_at(1.0),
            f64::INFINITY
        );
    }
}
