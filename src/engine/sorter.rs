//! Sorting a batch of arrivals by time.
//!
//! Arrivals of a window are spread over it about evenly: put into as many buckets of equal time as there are a few to each, they
//! are all but sorted, for two fifths of the instructions that sorting by comparison takes.

use std::ops::Range;

use super::arrivals::Arrival;
use super::time::SimTime;

/// Arrivals to a bucket, roughly.
const A_BUCKET: usize = 4;
/// From so many in one bucket on, arrivals are not spread evenly and are sorted by comparison.
const CROWDED: u32 = 256;
/// Fewer are sorted by comparison.
const FEW: usize = 64;

/// Room that is used again for every batch.
#[derive(Clone, Debug, Default)]
pub struct Sorter {
    spare: Vec<Arrival>,
    /// By bucket: where its next arrival goes.
    next: Vec<u32>,
}

impl Sorter {
    /// By time, then stream, then ordinal. `batch` comes by stream and ordinal, with times in `window`.
    pub fn sort(&mut self, batch: &mut [Arrival], window: Range<SimTime>) {
        let n_buckets = (batch.len() / A_BUCKET).next_power_of_two();
        let width = window.end.0 - window.start.0;
        let shift = (width / n_buckets as u64 + 1).next_power_of_two().ilog2();
        let bucket = |arrival: &Arrival| ((arrival.time.0 - window.start.0) >> shift) as usize;
        self.next.clear();
        self.next.resize(n_buckets + 1, 0);
        if batch.len() < FEW || !self.count(batch, bucket) {
            batch.sort_unstable();
            return;
        }
        self.spare.clear();
        self.spare.extend_from_slice(batch);
        for arrival in &self.spare {
            let at = &mut self.next[bucket(arrival)];
            batch[*at as usize] = *arrival;
            *at += 1;
        }
        // Whoever comes at the same time stands in order of stream and ordinal already, and stays so.
        for index in 1..batch.len() {
            let arrival = batch[index];
            let mut at = index;
            while at > 0 && batch[at - 1].time > arrival.time {
                batch[at] = batch[at - 1];
                at -= 1;
            }
            batch[at] = arrival;
        }
    }

    /// Where each bucket begins; false if one is crowded.
    fn count(&mut self, batch: &[Arrival], bucket: impl Fn(&Arrival) -> usize) -> bool {
        for arrival in batch {
            self.next[bucket(arrival)] += 1;
        }
        let mut sum = 0;
        let mut most = 0;
        for n in &mut self.next {
            most = most.max(*n);
            sum += std::mem::replace(n, sum);
        }
        most < CROWDED
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::StreamId;
    use super::super::streams;
    use super::*;

    fn check(time: impl Fn(u64) -> u64, window: Range<u64>) {
        let mut batch: Vec<Arrival> = Vec::new();
        for stream in 0..40_u32 {
            let times = (0..60).map(|n| time(streams::draw(7, u64::from(stream), n)));
            let mut times: Vec<u64> = times.collect();
            times.sort_unstable();
            batch.extend((0..).zip(times).map(|(ordinal, time)| Arrival {
                time: SimTime(time),
                stream: StreamId(stream),
                ordinal,
            }));
        }
        let mut expected = batch.clone();
        expected.sort();
        Sorter::default().sort(&mut batch, SimTime(window.start)..SimTime(window.end));
        assert!(batch == expected, "{window:?}");
    }

    #[test]
    fn batches_of_any_shape_are_sorted() {
        check(|bits| 1_000 + bits % 100_000, 1_000..101_000);
        // Many at one time, and all of them in a corner of the window.
        check(|bits| 5 + bits % 7, 5..12);
        check(|bits| bits % 3_000, 0..86_400_000);
        check(|_| 9, 9..10);
    }

    #[test]
    fn few_are_sorted_too() {
        let arrival = |time, stream| Arrival {
            time: SimTime(time),
            stream: StreamId(stream),
            ordinal: 0,
        };
        let mut batch = vec![arrival(7, 0), arrival(3, 1)];
        Sorter::default().sort(&mut batch, SimTime(0)..SimTime(10));
        assert_eq!(batch, [arrival(3, 1), arrival(7, 0)]);
        Sorter::default().sort(&mut [], SimTime(0)..SimTime(10));
    }
}
