//! The work of a sweep shared out to threads: one replication of one unit at a time.
//!
//! A thread that is free runs the next replication of the lowest unit that has one left; if too few are left for all threads, it
//! compiles the next unit first. So threads end within one replication of each other, and few models are in memory at a time.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::{Given, Record};
use crate::experiment::control::Control;
use crate::experiment::one_run::Run;
use crate::experiment::replicate::{run_whole, tables_of};
use crate::uec::measures::MeasureTables;
use crate::uec::model::Model;

/// What is to be done, and what becomes of it.
pub struct Work<'w> {
    /// The lowest unit that is not whole, and the first that is not to be run.
    pub first: u64,
    pub end: u64,
    /// Replications of each scenario; units go round them.
    pub replications: &'w [u32],
    /// Whether this came in before.
    pub has: &'w (dyn Fn(u64, u32) -> bool + Sync),
    /// The model of a unit.
    ///
    /// Errors: all faults.
    pub build: &'w (dyn Fn(u64) -> Result<Model, String> + Sync),
    /// Positions of the numbers that are kept, by scenario.
    pub kept: &'w [Vec<usize>],
    /// Takes what came in, from any thread; gives the lowest unit that is not whole.
    ///
    /// Errors: it cannot be kept; the work then ends.
    pub sink: &'w (dyn Fn(Record) -> Result<u64, String> + Sync),
}

/// How long a thread was at work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Busy {
    /// In replications and compiling, not waiting.
    pub busy: Duration,
    /// From the beginning to the end of its last job.
    pub finished_after: Duration,
    pub n_replications: u64,
}

/// How far units may run ahead of the lowest that is not whole, for each thread: as many wait in memory at most.
const AHEAD: u64 = 16;

/// Does the work; how long each thread took.
///
/// Errors: the machine refuses threads, or the sink what came in.
pub fn work(work: &Work<'_>, control: &Control<'_>) -> Result<Vec<Busy>, String> {
    let n_threads = control.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads)
        .build()
        .map_err(|fault| fault.to_string())?;
    let desk = Desk {
        work,
        control,
        n_threads,
        state: Mutex::new(State {
            open: VecDeque::new(),
            next: work.first,
            lowest: work.first,
            stopped: None,
        }),
        changed: Condvar::new(),
    };
    let busy = pool.broadcast(|_| desk.serve());
    let state = desk.state.into_inner().expect(UNPOISONED);
    state.stopped.map_or(Ok(busy), Err)
}

const UNPOISONED: &str = "nothing panics while it holds the lock";

/// Where threads get their jobs.
struct Desk<'w> {
    work: &'w Work<'w>,
    control: &'w Control<'w>,
    n_threads: usize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Units with replications left to begin, lowest first.
    open: VecDeque<Open>,
    /// The next unit to open.
    next: u64,
    /// The lowest unit that is not whole.
    lowest: u64,
    /// Why the work cannot go on.
    stopped: Option<String>,
}

struct Open {
    unit: u64,
    /// None while it is compiled.
    ready: Option<Arc<Ready>>,
    /// Replications that nobody has begun, last first.
    left: Vec<u32>,
}

struct Ready {
    model: Model,
    tables: MeasureTables,
}

enum Job {
    Compile(u64),
    Replicate {
        unit: u64,
        replication: u32,
        ready: Arc<Ready>,
    },
}

impl Desk<'_> {
    /// The life of a thread.
    fn serve(&self) -> Busy {
        let begun = Instant::now();
        let mut busy = Busy {
            busy: Duration::ZERO,
            finished_after: Duration::ZERO,
            n_replications: 0,
        };
        while let Some(job) = self.next_job() {
            let at = Instant::now();
            busy.n_replications += u64::from(matches!(job, Job::Replicate { .. }));
            self.carry_out(job);
            busy.busy += at.elapsed();
            busy.finished_after = begun.elapsed();
        }
        busy
    }

    /// None when there is nothing left to do.
    fn next_job(&self) -> Option<Job> {
        let mut state = self.state.lock().expect(UNPOISONED);
        loop {
            if state.stopped.is_some() || self.control.cancel.load(Ordering::Relaxed) {
                // Whoever waits must look, too.
                self.changed.notify_all();
                return None;
            }
            let ready = state.open.iter().filter(|open| open.ready.is_some());
            let n_left: usize = ready.map(|open| open.left.len()).sum();
            let n_compiled = state
                .open
                .iter()
                .filter(|open| open.ready.is_none())
                .count();
            let may_open = state.next < self.work.end
                && state.next < state.lowest + AHEAD * self.n_threads as u64
                && n_compiled < self.n_threads;
            // One thread compiles ahead before the others run dry.
            let is_short = n_left == 0 || (n_left < self.n_threads && n_compiled == 0);
            if may_open && is_short {
                return Some(self.open(&mut state));
            }
            if let Some(job) = begin(&mut state) {
                return Some(job);
            }
            if state.open.is_empty() && state.next >= self.work.end {
                return None;
            }
            // Another thread compiles, or ends the unit that all wait for; Ctrl-C is looked for now and then.
            let waited = self.changed.wait_timeout(state, Duration::from_millis(50));
            state = waited.expect(UNPOISONED).0;
        }
    }

    fn open(&self, state: &mut State) -> Job {
        let unit = state.next;
        state.next += 1;
        let n_scenarios = self.work.replications.len() as u64;
        let n = self.work.replications[(unit % n_scenarios) as usize];
        let left: Vec<u32> = (1..=n)
            .rev()
            .filter(|replication| !(self.work.has)(unit, *replication))
            .collect();
        state.open.push_back(Open {
            unit,
            ready: None,
            left,
        });
        Job::Compile(unit)
    }

    fn carry_out(&self, job: Job) {
        match job {
            Job::Compile(unit) => self.compile(unit),
            Job::Replicate {
                unit,
                replication,
                ready,
            } => {
                let Ready { model, tables } = &*ready;
                let scenario = (unit % self.work.replications.len() as u64) as usize;
                let given = match run_whole(model, tables, replication, self.control) {
                    Run::Cancelled => return,
                    Run::Failed(failure) => Given::Failed {
                        kind: failure.kind,
                        message: failure.message,
                    },
                    Run::Finished(finished) => {
                        let kept = self.work.kept[scenario].iter();
                        Given::Values(kept.map(|&at| finished.outcome.values[at]).collect())
                    }
                };
                // The model may be the last one's to drop: not under a lock.
                drop(ready);
                self.hand_in(Record::Replication {
                    unit,
                    replication,
                    given,
                });
            }
        }
    }

    fn compile(&self, unit: u64) {
        let is_whole = {
            let state = self.state.lock().expect(UNPOISONED);
            let open = state.open.iter().find(|open| open.unit == unit);
            open.is_none_or(|open| open.left.is_empty())
        };
        let built = match is_whole {
            // All of it came in before the work was taken up again.
            true => None,
            false => Some((self.work.build)(unit)),
        };
        match built {
            Some(Ok(model)) => {
                let tables = tables_of(&model);
                let ready = Arc::new(Ready { model, tables });
                let mut state = self.state.lock().expect(UNPOISONED);
                if let Some(open) = state.open.iter_mut().find(|open| open.unit == unit) {
                    open.ready = Some(ready);
                }
                self.changed.notify_all();
            }
            none_or_refused => {
                let mut state = self.state.lock().expect(UNPOISONED);
                state.open.retain(|open| open.unit != unit);
                self.changed.notify_all();
                drop(state);
                if let Some(Err(faults)) = none_or_refused {
                    self.hand_in(Record::Refused { unit, faults });
                }
            }
        }
    }

    fn hand_in(&self, record: Record) {
        let lowest = (self.work.sink)(record);
        let mut state = self.state.lock().expect(UNPOISONED);
        match lowest {
            Ok(lowest) if lowest > state.lowest => state.lowest = lowest,
            Ok(_) => return,
            Err(fault) => state.stopped = Some(fault),
        }
        self.changed.notify_all();
    }
}

/// The next replication of the lowest unit that is ready.
fn begin(state: &mut State) -> Option<Job> {
    let at = state.open.iter().position(|open| open.ready.is_some())?;
    let open = &mut state.open[at];
    let ready = open.ready.clone()?;
    let (unit, replication) = (open.unit, open.left.pop()?);
    if open.left.is_empty() {
        state.open.remove(at);
    }
    Some(Job::Replicate {
        unit,
        replication,
        ready,
    })
}
