//! A histogram of whole numbers over any range, in bins whose width is at most a 64th of their value.
//!
//! Units: whatever the numbers are (durations: milliseconds). Counts, sum, smallest and largest are exact, and so are the
//! shares at thresholds declared beforehand; quantiles are linear within a bin.

/// Bins of an octave, as a power of two: 64.
const BIN_BITS: u32 = 6;
const BINS: u64 = 1 << BIN_BITS;
/// Values from this on share the last bin: the largest whole number that is exact as a floating one.
const LARGEST: u64 = (1 << f64::MANTISSA_DIGITS) - 1;

/// Counts by bin; room is made as values grow.
///
/// One cache line, and what it points to: a run has thousands of these and adds to another one each time.
#[derive(Clone, Debug, PartialEq)]
#[repr(align(64))]
pub struct Histogram {
    /// By bin; a bin stops counting at `u32::MAX`.
    counts: Box<[u32]>,
    count: u64,
    /// Milliseconds of half a thousand million years fit in.
    sum: u64,
    /// `u64::MAX` before the first value.
    smallest: u64,
    largest: u64,
    thresholds: Box<[Threshold]>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Threshold {
    bound: u64,
    at_most: u64,
}

impl Threshold {
    #[inline(always)]
    fn count(&mut self, value: u64) {
        self.at_most += u64::from(value <= self.bound);
    }
}

/// One bin that is not empty: values from `low` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    pub low: u64,
    pub end: u64,
    pub count: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::with_thresholds(&[])
    }
}

impl Histogram {
    /// An empty histogram that keeps exact counts of values at most each of `thresholds`.
    pub fn with_thresholds(thresholds: &[u64]) -> Self {
        let thresholds = thresholds
            .iter()
            .map(|&bound| Threshold { bound, at_most: 0 })
            .collect();
        Self {
            counts: Box::default(),
            count: 0,
            sum: 0,
            smallest: u64::MAX,
            largest: 0,
            thresholds,
        }
    }

    #[inline]
    pub fn add(&mut self, value: u64) {
        let bin = bin_of(value);
        if bin >= self.counts.len() {
            self.make_room(bin);
        }
        self.counts[bin] = self.counts[bin].saturating_add(1);
        self.sum += value;
        // Foreseen, a branch is cheaper than a choice: a new extreme is rare.
        if value < self.smallest {
            self.smallest = value;
        }
        if value > self.largest {
            self.largest = value;
        }
        self.count += 1;
        // Said apart, for a loop over so few costs more than they do.
        match &mut self.thresholds[..] {
            [] => {}
            [only] => only.count(value),
            several => several.iter_mut().for_each(|each| each.count(value)),
        }
    }

    /// Bins up to the end of the octave of `bin`.
    #[cold]
    fn make_room(&mut self, bin: usize) {
        let mut counts = std::mem::take(&mut self.counts).into_vec();
        counts.resize((bin + 1).next_multiple_of(BINS as usize), 0);
        self.counts = counts.into_boxed_slice();
    }

    /// Adds what another has counted, in any order alike. Both declare the same thresholds.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.counts.len() < other.counts.len() {
            self.make_room(other.counts.len() - 1);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
        self.smallest = self.smallest.min(other.smallest);
        self.largest = self.largest.max(other.largest);
        self.count += other.count;
        self.sum += other.sum;
        assert_eq!(
            self.thresholds.len(),
            other.thresholds.len(),
            "merged histograms declare the same thresholds"
        );
        for (mine, theirs) in self.thresholds.iter_mut().zip(&other.thresholds) {
            mine.at_most += theirs.at_most;
        }
    }

    /// Forgets all values; thresholds stay declared.
    pub fn clear(&mut self) {
        self.counts = Box::default();
        (self.count, self.sum) = (0, 0);
        (self.smallest, self.largest) = (u64::MAX, 0);
        for threshold in &mut self.thresholds {
            threshold.at_most = 0;
        }
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Exact; None of no values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// Sum of all values.
    pub fn sum(&self) -> u128 {
        u128::from(self.sum)
    }

    /// The value with a share `p` (0 to 1) at or below it, linear within its bin; None of no values.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let wanted = p.clamp(0.0, 1.0) * self.count as f64;
        let mut below = 0.0;
        for bin in self.bins() {
            let count = f64::from(bin.count);
            if below + count >= wanted {
                let along = (wanted - below) / count;
                // A bin's values are taken as spread over the part of it that was seen, ends included.
                let low = bin.low.max(self.smallest);
                let high = (bin.end - 1).min(self.largest);
                return Some(low as f64 + along * (high - low) as f64);
            }
            below += count;
        }
        Some(self.largest as f64)
    }

    /// How many values are at most `bound`; None if it was not declared as a threshold.
    pub fn count_at_most(&self, bound: u64) -> Option<u64> {
        let declared = self.thresholds.iter().find(|each| each.bound == bound);
        declared.map(|threshold| threshold.at_most)
    }

    /// Share (0 to 1) of values at most `bound`: exact if `bound` was declared as a threshold, else linear within its
    /// bin; None of no values.
    pub fn share_at_most(&self, bound: u64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let declared = self.count_at_most(bound);
        let at_most = declared.map_or_else(|| self.estimate_at_most(bound), |count| count as f64);
        Some(at_most / self.count as f64)
    }

    fn estimate_at_most(&self, bound: u64) -> f64 {
        let mut sum = 0.0;
        for bin in self.bins() {
            if bin.end <= bound + 1 {
                sum += f64::from(bin.count);
            } else if bin.low <= bound {
                let along = (bound + 1 - bin.low) as f64 / (bin.end - bin.low) as f64;
                sum += along * f64::from(bin.count);
            }
        }
        sum
    }

    /// The bins that are not empty, from the lowest.
    pub fn bins(&self) -> impl Iterator<Item = Bin> + '_ {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(bin, count)| Bin {
                low: low_of(bin as u64),
                end: low_of(bin as u64 + 1),
                count: *count,
            })
    }
}

/// Values below 64 have a bin each; above, an octave has 64.
#[inline]
fn bin_of(value: u64) -> usize {
    if value < BINS {
        return value as usize;
    }
    // As a floating number, a value has its octave in the exponent and the bin in the first bits after it.
    let float = (value.min(LARGEST) as i64 as f64).to_bits();
    (float >> (f64::MANTISSA_DIGITS - 1 - BIN_BITS)) as usize
        - ((1_023 + BIN_BITS as usize - 1) << BIN_BITS)
}

/// Smallest value of a bin.
fn low_of(bin: u64) -> u64 {
    if bin < BINS {
        return bin;
    }
    let octave = (bin >> BIN_BITS) - 1;
    ((bin & (BINS - 1)) + BINS) << octave
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_holds_what_it_says() {
        let mut values: Vec<u64> = (0..2_000).collect();
        values.extend((0..40).flat_map(|shift| [1 << shift, (1 << shift) - 1, 5 << shift]));
        for value in values {
            let bin = bin_of(value) as u64;
            let (low, end) = (low_of(bin), low_of(bin + 1));
            assert!(low <= value && value < end, "{value}: {low}..{end}");
            assert!((end - low) * BINS <= low.max(BINS), "{value}: {low}..{end}");
        }
    }

    #[test]
    fn quantiles_and_shares_of_a_known_list() {
        let mut histogram = Histogram::with_thresholds(&[25_000]);
        (1..=100_000).for_each(|value| histogram.add(value));
        assert_eq!(histogram.count(), 100_000);
        assert_eq!(histogram.mean(), Some(50_000.5));
        assert_eq!(histogram.share_at_most(25_000), Some(0.25));
        let estimated = histogram.share_at_most(70_123).unwrap();
        assert!((estimated - 0.701_23).abs() < 1e-9);
        for p in [0.01, 0.5, 0.9, 0.999] {
            let value = histogram.quantile(p).unwrap();
            assert!((value - 100_000.0 * p).abs() < 2.0, "{p}: {value}");
        }
        assert_eq!(histogram.quantile(0.0), Some(1.0));
        assert_eq!(histogram.quantile(1.0), Some(100_000.0));
    }

    #[test]
    fn equal_values_have_that_quantile() {
        let mut histogram = Histogram::default();
        (0..9).for_each(|_| histogram.add(540_000));
        assert_eq!(histogram.quantile(0.1), Some(540_000.0));
        assert_eq!(histogram.quantile(0.9), Some(540_000.0));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn it_is_one_cache_line() {
        assert_eq!(std::mem::size_of::<Histogram>(), 64);
    }

    #[test]
    fn merging_is_counting_together() {
        let mut parts = [0, 1].map(|_| Histogram::with_thresholds(&[50]));
        let mut whole = Histogram::with_thresholds(&[50]);
        for value in [3, 99, 50, 1_000_000, 51, 7] {
            parts[usize::from(value > 60)].add(value);
            whole.add(value);
        }
        let [mut left, right] = parts;
        left.merge(&right);
        assert_eq!(left, whole);
    }
}
