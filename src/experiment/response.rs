//! What a system answers at a point of its parameters in a replication: all that procedures on points need to know of it.
//!
//! Procedures (sensitivity, optimisation) see points and numbers only, so that tests can hold them to functions whose answers
//! are known. `Simulated` is the one that runs models.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use super::control::{Control, Failure};
use super::one_run::Run;
use super::replicate::{run_whole, tables_of};
use super::results::ValueKey;
use super::summarise::keys_of;
use crate::uec::measures::MeasureTables;
use crate::uec::model::Model;

/// One run that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Job {
    /// Position in the list of points.
    pub point: usize,
    /// From 1. The same replication has the same random numbers at every point.
    pub replication: u32,
}

/// Values of one run, by output; None where the output has no value in it.
pub type Answer = Vec<Option<f64>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A point is none of the system; all that is wrong with it, printed.
    Point(String),
    /// A run did not finish.
    Failed(Failure),
    /// A run has no value of what is asked.
    NoValue(String),
    /// The machine refuses.
    Machine(String),
    /// By the user.
    Cancelled,
}

pub trait Response {
    /// Answers in the order of the jobs.
    ///
    /// Errors: a point cannot be run, a run did not finish, the user stopped it.
    fn run(&self, points: &[Vec<f64>], jobs: &[Job]) -> Result<Vec<Answer>, Fault>;
}

/// A function instead of a simulation: of point, replication and output.
pub struct Formula<F> {
    pub n_outputs: usize,
    pub of: F,
}

impl<F: Fn(&[f64], u32, usize) -> f64> Response for Formula<F> {
    fn run(&self, points: &[Vec<f64>], jobs: &[Job]) -> Result<Vec<Answer>, Fault> {
        let answer = |job: &Job| {
            let outputs = 0..self.n_outputs;
            outputs
                .map(|output| Some((self.of)(&points[job.point], job.replication, output)))
                .collect()
        };
        Ok(jobs.iter().map(answer).collect())
    }
}

/// Models at most that are held at one time, for each thread.
const MODELS_PER_THREAD: usize = 2;

/// Runs models on all threads; a model is made when its first run is due and dropped after its last.
pub struct Simulated<'s> {
    /// The model at a point.
    ///
    /// Errors: what is wrong with it.
    pub build: &'s (dyn Fn(&[f64]) -> Result<Model, String> + Sync),
    /// What is answered, in order; a model that lacks a number has no value for it.
    pub outputs: &'s [ValueKey],
    pub control: &'s Control<'s>,
}

impl Response for Simulated<'_> {
    fn run(&self, points: &[Vec<f64>], jobs: &[Job]) -> Result<Vec<Answer>, Fault> {
        let mut by_point: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, job) in jobs.iter().enumerate() {
            by_point.entry(job.point).or_default().push(at);
        }
        let by_point: Vec<(usize, Vec<usize>)> = by_point.into_iter().collect();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.control.threads.max(1))
            .build()
            .map_err(|fault| Fault::Machine(fault.to_string()))?;
        let answers: Mutex<Vec<Option<Answer>>> = Mutex::new(vec![None; jobs.len()]);
        let first_fault: Mutex<Option<(usize, Fault)>> = Mutex::default();
        // Points are taken together in small groups, so that few models are held and all threads have work to the end of each.
        for group in by_point.chunks(MODELS_PER_THREAD * self.control.threads.max(1)) {
            let runs: Vec<(usize, usize)> = group
                .iter()
                .enumerate()
                .flat_map(|(place, (_, at))| at.iter().map(move |&at| (place, at)))
                .collect();
            let made: Vec<OnceLock<Result<Made, Fault>>> =
                group.iter().map(|_| OnceLock::new()).collect();
            let next = AtomicUsize::new(0);
            pool.broadcast(|_| {
                while let Some(&(place, at)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let point = &points[group[place].0];
                    let made = made[place].get_or_init(|| self.make(point));
                    let answer = made
                        .as_ref()
                        .map_err(Fault::clone)
                        .and_then(|made| self.answer(made, jobs[at].replication));
                    match answer {
                        Ok(answer) => {
                            answers.lock().expect("nothing panics under the lock")[at] =
                                Some(answer);
                        }
                        Err(fault) => {
                            // The first in the order of jobs, whichever thread came first.
                            let mut known =
                                first_fault.lock().expect("nothing panics under the lock");
                            if known.as_ref().is_none_or(|(first, _)| at < *first) {
                                *known = Some((at, fault));
                            }
                        }
                    }
                }
            });
            let known = first_fault
                .lock()
                .expect("nothing panics under the lock")
                .take();
            if let Some((_, fault)) = known {
                return Err(fault);
            }
        }
        let answers = answers.into_inner().expect("nothing panics under the lock");
        let whole: Option<Vec<Answer>> = answers.into_iter().collect();
        Ok(whole.expect("every job has an answer or a fault"))
    }
}

/// A model ready to run.
struct Made {
    model: Model,
    tables: MeasureTables,
    /// Where each output stands among the values of a run.
    places: Vec<Option<usize>>,
}

impl Simulated<'_> {
    fn make(&self, point: &[f64]) -> Result<Made, Fault> {
        if self.control.cancel.load(Ordering::Relaxed) {
            return Err(Fault::Cancelled);
        }
        let model = (self.build)(point).map_err(Fault::Point)?;
        let tables = tables_of(&model);
        let keys = keys_of(&model);
        let places = self.outputs.iter();
        let places = places
            .map(|output| keys.iter().position(|key| key == output))
            .collect();
        Ok(Made {
            model,
            tables,
            places,
        })
    }

    fn answer(&self, made: &Made, number: u32) -> Result<Answer, Fault> {
        match run_whole(&made.model, &made.tables, number, self.control) {
            Run::Finished(finished) => {
                let values = &finished.outcome.values;
                let places = made.places.iter();
                Ok(places.map(|place| values[(*place)?]).collect())
            }
            Run::Failed(failure) => Err(Fault::Failed(failure)),
            Run::Cancelled => Err(Fault::Cancelled),
        }
    }
}

/// Every replication from `first` on of every point, point by point.
pub fn jobs(points: impl Iterator<Item = usize>, first: u32, n: u32) -> Vec<Job> {
    let of_point = |point| (first..first + n).map(move |replication| Job { point, replication });
    points.flat_map(of_point).collect()
}
