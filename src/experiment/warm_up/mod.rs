//! How long a run takes to forget its start: courses of key levels from the start of the scenario, where MSER cuts them, and
//! whether there is a steady state at all.
//!
//! Where anything changes with the hour or the day, a level is never steady but its week is: values are then means over whole
//! weeks, counted from the start. The season is held at the day of the start, since a year's course is no warm-up.

mod courses;
mod steady;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Ended;
use super::control::{Control, Failure};
use crate::engine::time::{DAY, HOUR};
use crate::stats::steady_state::{Truncation, batch_means, mser};
use crate::uec::model::Model;

pub use crate::engine::time::SimSpan;
pub use courses::{Followed, followed};
pub use steady::{Changing, Unsteady, changes_with_season, changing, is_weekly};

use courses::Recorded;

/// Hours of a week.
pub const WEEK: usize = 168;
/// Values in a batch of MSER-5.
const FIVE: usize = 5;

/// What came of it.
#[derive(Clone, Debug)]
pub struct WarmUp {
    pub model: Model,
    /// What the scenario has.
    pub present: SimSpan,
    /// Whether anything changes with the hour or the day: values are then means over whole weeks.
    pub is_weekly: bool,
    /// Replications that finished.
    pub n_replications: usize,
    /// Timed state changes of all of them.
    pub events: u64,
    pub levels: Vec<Level>,
    /// Why there is no steady state; empty if there is one.
    pub unsteady: Vec<Unsteady>,
}

/// One key level.
#[derive(Clone, Debug)]
pub struct Level {
    pub followed: Followed,
    /// By hour from the start: mean over replications.
    pub mean: Vec<f64>,
    /// By replication: means over weeks (or days, if nothing changes with the hour).
    pub by_run: Vec<Vec<f64>>,
    /// None if the run is too short for it. Values are hours.
    pub cut: Option<Truncation>,
}

impl WarmUp {
    /// The longest that any level takes, in whole days (whole weeks where values are weeks); none without a steady state.
    pub fn recommended(&self) -> Option<SimSpan> {
        if !self.unsteady.is_empty() {
            return None;
        }
        let cuts = self
            .levels
            .iter()
            .map(|level| level.cut.map(|cut| cut.leave_out));
        let longest = cuts.collect::<Option<Vec<usize>>>()?.into_iter().max()?;
        Some(SimSpan((longest as u64 * HOUR.0).div_ceil(DAY.0) * DAY.0))
    }

    /// Hours that a value of `Level::by_run` stands for.
    pub fn hours_of_value(&self) -> usize {
        hours_of_value(self.is_weekly)
    }
}

fn hours_of_value(is_weekly: bool) -> usize {
    if is_weekly { WEEK } else { 24 }
}

/// A replication's courses, or why it did not finish (none: it was cancelled).
type Ran = Result<Recorded, Option<Failure>>;

/// Follows the levels of a scenario from its start. The model's run has no warm-up: `present` is what the scenario has.
///
/// Errors: the machine refuses threads.
pub fn run(
    mut model: Model,
    present: SimSpan,
    control: &Control<'_>,
) -> Result<Ended<Option<WarmUp>>, String> {
    hold_season(&mut model);
    let followed = followed(&model);
    let n = model.run.replications;
    let next = AtomicUsize::new(1);
    let gathered: Mutex<Vec<(u32, Ran)>> = Mutex::default();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(control.threads.max(1))
        .build()
        .map_err(|fault| fault.to_string())?;
    pool.broadcast(|_| {
        loop {
            let replication = next.fetch_add(1, Ordering::Relaxed) as u32;
            if replication > n {
                break;
            }
            let run = courses::record(&model, &followed, replication, control);
            let mut gathered = gathered
                .lock()
                .expect("nothing panics while it holds the lock");
            gathered.push((replication, run));
        }
    });
    let mut gathered = gathered
        .into_inner()
        .expect("nothing panics while it holds the lock");
    gathered.sort_by_key(|(replication, _)| *replication);
    let mut failures = Vec::new();
    let mut recorded = Vec::new();
    for (_, run) in gathered {
        match run {
            Ok(run) => recorded.push(run),
            Err(failure) => failures.extend(failure),
        }
    }
    let is_whole = recorded.len() > 1;
    Ok(Ended {
        results: is_whole.then(|| analyse(model, present, followed, &recorded)),
        failures,
        growing: Vec::new(),
    })
}

/// Every day has the month, and the factors of profiles, of the first one.
fn hold_season(model: &mut Model) {
    let hold = |days: &mut [f64]| {
        if let Some(first) = days.first().copied() {
            days.fill(first);
        }
    };
    for profile in &mut model.program.profiles {
        hold(&mut profile.day_factors);
    }
    if let Some(first) = model.program.months.first().copied() {
        model.program.months.fill(first);
    }
}

fn analyse(
    model: Model,
    present: SimSpan,
    followed: Vec<Followed>,
    recorded: &[Recorded],
) -> WarmUp {
    let is_weekly = is_weekly(&model);
    let block = hours_of_value(is_weekly);
    let mut levels = Vec::new();
    for (position, followed) in followed.into_iter().enumerate() {
        let runs: Vec<&[f64]> = recorded
            .iter()
            .map(|run| &run.levels[position][..])
            .collect();
        let mean = mean_over(&runs);
        let cut = match is_weekly {
            true => {
                let weeks = batch_means(&mean, WEEK);
                mser(&weeks, 1).map(|cut| Truncation {
                    leave_out: cut.leave_out * WEEK,
                    ..cut
                })
            }
            false => mser(&mean, FIVE),
        };
        levels.push(Level {
            followed,
            by_run: runs.iter().map(|run| batch_means(run, block)).collect(),
            mean,
            cut,
        });
    }
    let unsteady = steady::unsteady(&model, &levels, recorded, is_weekly);
    WarmUp {
        model,
        present,
        is_weekly,
        n_replications: recorded.len(),
        events: recorded.iter().map(|run| run.events).sum(),
        levels,
        unsteady,
    }
}

/// Mean over replications, hour by hour.
fn mean_over(runs: &[&[f64]]) -> Vec<f64> {
    let n = runs.iter().map(|run| run.len()).min().unwrap_or(0);
    let of_hour = |hour: usize| runs.iter().map(|run| run[hour]).sum::<f64>() / runs.len() as f64;
    (0..n).map(of_hour).collect()
}
