//! Ctrl-C: the first time finish cleanly and keep what is done, the second time stop at once.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The flag that Ctrl-C raises; listening begins with the first call.
pub fn flag() -> &'static AtomicBool {
    // A second handler is refused, which is as good: the first one listens already.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(super::Exit::Interrupted as i32);
        }
        eprintln!("stopping: finished replications are kept (Ctrl-C again to stop at once)");
    });
    &INTERRUPTED
}

pub fn has_happened() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
