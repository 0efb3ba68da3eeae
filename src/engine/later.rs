//! Events that are far off, in buckets of equal time, unsorted until their turn comes.
//!
//! Most of what a department or a whole area has pending (stays in bed, booked appointments) happens hours or days from
//! now. Kept apart, it neither deepens the heap of what is next nor pushes it out of the nearest cache.

use super::proven::Proven;

/// Buckets kept.
const BUCKETS: u64 = 1_024;

/// An event's packed key and its payload.
pub type Entry = (u64, u64);

/// Entries of one bucket that fill a cache line, linked to others of the bucket. Lines are taken from and given back to one stock: what is
/// pending fills them one after the other, where buckets with memory of their own would grow to many times that.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    entries: [Entry; ENTRIES],
    n: u32,
    next: u32,
}

const ENTRIES: usize = 3;
/// No line.
const NONE: u32 = u32::MAX;

pub struct Later {
    /// A ring: the first line of bucket `b` of time stands at `b % BUCKETS`.
    buckets: Vec<u32>,
    lines: Vec<Line>,
    /// The first line of the stock.
    free: u32,
    /// The next bucket to be opened.
    first: u64,
    /// Beyond the ring.
    beyond: Vec<Entry>,
    len: usize,
    /// Bits of a key below the number of its bucket.
    shift: u32,
}

impl Later {
    /// Takes what comes from the bucket after the one that `key` lies in. Buckets have the width of the power of two of
    /// milliseconds next to `width`; `time_shift` is the number of bits of a key below its time.
    pub fn after(key: u64, time_shift: u32, width: u64) -> Self {
        let shift = time_shift + width.max(1).next_power_of_two().ilog2();
        Self {
            buckets: vec![NONE; BUCKETS as usize],
            lines: Vec::new(),
            free: NONE,
            first: (key >> shift) + 1,
            beyond: Vec::new(),
            len: 0,
            shift,
        }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The least key of what belongs here.
    pub fn horizon(&self) -> u64 {
        self.start_of(self.first)
    }

    /// The bucket before the horizon begins here.
    pub fn opens_at(&self) -> u64 {
        self.start_of(self.first - 1)
    }

    /// The least key of a bucket; beyond all keys, the greatest number.
    fn start_of(&self, bucket: u64) -> u64 {
        bucket.saturating_mul(1 << self.shift)
    }

    /// Nothing comes before what is here: if all of it lies beyond the ring, the ring moves to where the first of it does.
    pub fn skip(&mut self) {
        if self.beyond.len() < self.len {
            return;
        }
        if let Some(nearest) = self.beyond.iter().map(|(key, _)| key >> self.shift).min() {
            self.first = self.first.max(nearest);
            self.bring_nearer();
        }
    }

    /// Nothing is here: the horizon moves to where a bucket lies between it and that of `key`, if it is an event's.
    pub fn pass(&mut self, key: u64) {
        if self.len == 0 && key != u64::MAX {
            self.first = self.first.max((key >> self.shift) + 2);
        }
    }

    /// `key` is not below the horizon.
    #[inline]
    pub fn push(&mut self, key: u64, payload: u64) {
        self.len += 1;
        self.place((key, payload));
    }

    #[inline]
    fn place(&mut self, entry: Entry) {
        let bucket = entry.0 >> self.shift;
        if bucket - self.first >= BUCKETS {
            self.beyond.push(entry);
            return;
        }
        let place = (bucket % BUCKETS) as usize;
        let mut line = *self.buckets.at(place);
        if line == NONE || self.lines.at(line as usize).n as usize == ENTRIES {
            line = self.new_line(line);
            *self.buckets.at_mut(place) = line;
        }
        let line = self.lines.at_mut(line as usize);
        *line.entries.at_mut(line.n as usize) = entry;
        line.n += 1;
    }

    /// An empty line before another.
    #[inline]
    fn new_line(&mut self, next: u32) -> u32 {
        let mut line = self.free;
        if line == NONE {
            line = u32::try_from(self.lines.len()).expect("fewer than 2^32 lines are pending");
            let entries = [(0, 0); ENTRIES];
            self.lines.push(Line {
                entries,
                n: 0,
                next: NONE,
            });
        }
        let empty = self.lines.at_mut(line as usize);
        self.free = empty.next;
        (empty.n, empty.next) = (0, next);
        line
    }

    /// Opens the first bucket and hands over what is in it, if anything, in any order; the horizon moves behind it.
    pub fn open(&mut self, mut take: impl FnMut(Entry)) {
        // Twice a round is often enough for what lies beyond to be in its bucket in time.
        if self.first.is_multiple_of(BUCKETS / 2) {
            self.bring_nearer();
        }
        let bucket = self.buckets.at_mut((self.first % BUCKETS) as usize);
        let mut next = std::mem::replace(bucket, NONE);
        self.first += 1;
        while next != NONE {
            let line = self.lines.at_mut(next as usize);
            let n = line.n as usize;
            line.entries[..n].iter().for_each(|entry| take(*entry));
            self.len -= n;
            let after = std::mem::replace(&mut line.next, self.free);
            self.free = std::mem::replace(&mut next, after);
        }
    }

    /// Puts what was beyond the ring into its buckets, as far as it is not still beyond.
    fn bring_nearer(&mut self) {
        let mut kept = 0;
        for index in 0..self.beyond.len() {
            let entry = self.beyond[index];
            if (entry.0 >> self.shift) - self.first < BUCKETS {
                self.place(entry);
            } else {
                self.beyond[kept] = entry;
                kept += 1;
            }
        }
        self.beyond.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_opened_buckets_are_used_again() {
        let mut later = Later::after(0, 0, 1);
        let mut taken = Vec::new();
        for round in 0..50 {
            let horizon = later.horizon();
            // Two buckets of ten and one beyond the ring.
            (0..20).for_each(|n| later.push(horizon + n % 2, round));
            later.push(horizon + 2 * BUCKETS, round);
            later.open(|entry| taken.push(entry));
            later.open(|entry| taken.push(entry));
            assert_eq!(taken.len(), 20 * (round as usize + 1));
        }
        assert_eq!((later.len(), later.lines.len()), (50, 8));
        while later.len() > 0 {
            later.open(|entry| taken.push(entry));
        }
        assert_eq!(taken.len(), 21 * 50);
        assert!(taken.is_sorted_by_key(|(key, _)| *key));
    }
}
