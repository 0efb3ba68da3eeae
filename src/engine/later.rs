//! Events that are far off, in buckets of equal time, unsorted until their turn comes.
//!
//! Most of what a department or a whole area has pending (stays in bed, booked appointments) happens hours or days from
//! now. Kept apart, it neither deepens the heap of what is next nor pushes it out of the nearest cache.

/// Buckets kept.
const BUCKETS: u64 = 1_024;

/// An event's packed key and its payload.
pub type Entry = (u64, u64);

pub struct Later {
    /// A ring: bucket `b` of time stands at `b % BUCKETS`.
    buckets: Vec<Vec<Entry>>,
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
            buckets: vec![Vec::new(); BUCKETS as usize],
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
        self.first << self.shift
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
        if bucket - self.first < BUCKETS {
            self.buckets[(bucket % BUCKETS) as usize].push(entry);
        } else {
            self.beyond.push(entry);
        }
    }

    /// Opens the first bucket that is not empty and hands over what is in it, in any order; the horizon moves behind it.
    pub fn open(&mut self, mut take: impl FnMut(Entry)) {
        while self.len > 0 {
            // Twice a round is often enough for what lies beyond to be in its bucket in time.
            if self.first.is_multiple_of(BUCKETS / 2) {
                for entry in std::mem::take(&mut self.beyond) {
                    self.place(entry);
                }
            }
            let bucket = &mut self.buckets[(self.first % BUCKETS) as usize];
            self.first += 1;
            if !bucket.is_empty() {
                self.len -= bucket.len();
                bucket.drain(..).for_each(&mut take);
                return;
            }
        }
    }
}
