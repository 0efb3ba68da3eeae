//! Asking for memory ahead of its use.
//!
//! Patients that come back after hours are no longer in the cache; the next event is known while this one is handled.

/// Starts to load what `target` stands on; has no effect but speed, and none at all where there is no such instruction.
#[inline(always)]
pub fn prefetch<T>(target: &T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing and cannot fault, and the address is that of a valid reference.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(target).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = target;
}
