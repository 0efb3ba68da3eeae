//! Table look-ups whose index is known to be in range, without looking again in a release build.
//!
//! Every index comes from an id that `Program::faults` has found within its table, which a simulation asserts when it
//! begins, or from a place that the table's owner gave out itself (patients, requests, positions of the agenda). A debug
//! build, and so every test of the suite, looks all the same. A quarter of the instructions of a run are spared.

/// A number known to be below 2^63, without its fraction; a negative one is zero. A conversion that need not look for others.
#[inline(always)]
pub(super) fn whole(number: f64) -> u64 {
    debug_assert!(number < 9.0e18, "{number}");
    // A comparison, not `max`: no number becomes zero as well, at no further price.
    let number = if number > 0.0 { number } else { 0.0 };
    // SAFETY: the number is below 2^63, as whoever calls has seen; debug builds check it.
    unsafe { number.to_int_unchecked::<i64>() as u64 }
}

/// Reading at a proven index. For the engine alone: whoever calls it answers for the index.
pub(super) trait Proven<T> {
    fn at(&self, index: usize) -> &T;
    fn at_mut(&mut self, index: usize) -> &mut T;
    /// The `n` items from `first` on.
    fn range(&self, first: usize, n: usize) -> &[T];
}

impl<T> Proven<T> for [T] {
    #[inline(always)]
    fn at(&self, index: usize) -> &T {
        debug_assert!(index < self.len(), "{index} of {}", self.len());
        // SAFETY: the index is in range, as said above; debug builds check it.
        unsafe { self.get_unchecked(index) }
    }

    #[inline(always)]
    fn at_mut(&mut self, index: usize) -> &mut T {
        debug_assert!(index < self.len(), "{index} of {}", self.len());
        // SAFETY: as above.
        unsafe { self.get_unchecked_mut(index) }
    }

    #[inline(always)]
    fn range(&self, first: usize, n: usize) -> &[T] {
        debug_assert!(first + n <= self.len(), "{first} + {n} of {}", self.len());
        // SAFETY: as above.
        unsafe { self.get_unchecked(first..first + n) }
    }
}
