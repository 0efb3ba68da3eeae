//! Progress with time left, on a terminal's standard error, for what takes more than a second.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less says nothing.
const PATIENCE: Duration = Duration::from_secs(1);

pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    is_wanted: bool,
    is_shown: AtomicBool,
}

impl Progress {
    /// Over `days` simulated days.
    pub fn new(days: u64, is_quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(days), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(
            "{wide_bar} {percent:>3} %  {elapsed} gone, {eta} left ({human_pos} of {human_len} simulated days)",
        );
        bar.set_style(style.expect("the template is valid"));
        Self {
            bar,
            begun: Instant::now(),
            is_wanted: !is_quiet && stderr().is_terminal(),
            is_shown: AtomicBool::new(false),
        }
    }

    /// There are `days` more to do than was said.
    pub fn expect(&self, days: u64) {
        self.bar.inc_length(days);
    }

    /// `days` more are done.
    pub fn add(&self, days: u64) {
        self.bar.inc(days);
        let is_due = self.is_wanted && self.begun.elapsed() > PATIENCE;
        if is_due && !self.is_shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    pub fn finish(&self) -> Duration {
        self.bar.finish_and_clear();
        self.begun.elapsed()
    }
}
