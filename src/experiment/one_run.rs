//! One replication from its start to its end: stopped when asked to, checked on the way, never a panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use super::control::{Control, Failure, FailureKind};
use super::overload::only_grows;
use super::results::Conservation;
use super::soundness::{breach_words, line_name};
use crate::engine::simulation::Simulation;
use crate::engine::time::{DAY, SimSpan, SimTime};
use crate::uec::measures::{Growth, MeasureReader, MeasureTables, Outcome};
use crate::uec::model::Model;
use crate::uec::overview::arriving;

/// One finished replication.
#[derive(Clone, Debug)]
pub struct Finished {
    pub replication: u32,
    /// Its histograms have been moved to [`Replicated::histograms`](super::replicate::Replicated::histograms).
    pub outcome: Outcome,
    pub conservation: Conservation,
}

/// What became of one replication.
pub(super) enum Run<T> {
    Finished(T),
    Failed(Failure),
    Cancelled,
}

/// How often the state of a run is checked: often enough to say when a fault arose, seldom enough to cost nothing.
const BETWEEN_CHECKS: SimSpan = SimSpan(7 * DAY.0);

/// Patients inside at one time at which a replication ends: 4.5 million, as many as came in the last stride before that was
/// seen, took 1,023 MiB (docs/overload.md).
pub(super) const MOST_INSIDE: u64 = 4_000_000;

/// How far a replication goes before what it holds is looked at: a day, or less if so many arrive that a day of them would not
/// fit into what memory is meant to hold. Eight times the mean is allowed for the busiest hours.
fn stride(model: &Model) -> SimSpan {
    let per_day: f64 = arriving(model).iter().map(|kind| kind.per_day).sum();
    let days = MOST_INSIDE as f64 / (8.0 * per_day).max(1.0);
    SimSpan((days.min(1.0) * DAY.0 as f64).max(1.0) as u64)
}

/// A replication that came to its end, and how often it was checked.
pub(super) type Ended<'m, 't> = (Simulation<'m, MeasureReader<'t>>, u32);

pub(super) fn run_one<'m, 't, T>(
    model: &'m Model,
    tables: &'t MeasureTables,
    replication: u32,
    control: &Control<'_>,
    finish: impl FnOnce(Ended<'m, 't>) -> T,
) -> Run<T> {
    let reader = MeasureReader::new(tables);
    let mut simulation = Simulation::new(&model.program, model.run.seed, replication, reader);
    let end = SimTime::ZERO + model.run.warm_up + model.run.length;
    match run_on(model, replication, &mut simulation, end, control) {
        Ok(n_checks) => Run::Finished(finish((simulation, n_checks))),
        Err(None) => Run::Cancelled,
        Err(Some(failure)) => Run::Failed(failure),
    }
}

/// Runs on to a moment; how often all was checked on the way.
///
/// Errors: why it failed, after which the simulation is only to be dropped; none if it was cancelled.
pub(super) fn run_on(
    model: &Model,
    replication: u32,
    simulation: &mut Simulation<'_, MeasureReader<'_>>,
    end: SimTime,
    control: &Control<'_>,
) -> Result<u32, Option<Failure>> {
    // A panic leaves the simulation as it stood: it is asked for the time and then dropped.
    let caught = catch_unwind(AssertUnwindSafe(|| {
        advance(model, simulation, end, control)
    }));
    let ended = caught.unwrap_or_else(|panic| {
        let message = panic_message(panic.as_ref());
        Err(Stop::Failed(FailureKind::Internal, message))
    });
    ended.map_err(|stop| match stop {
        Stop::Cancelled => None,
        Stop::Failed(kind, what) => {
            let day = simulation.now().0 as f64 / DAY.0 as f64;
            Some(Failure {
                scenario: model.name.clone(),
                replication,
                kind,
                message: format!("{what}, on day {day:.3} of the run"),
            })
        }
    })
}

enum Stop {
    Cancelled,
    Failed(FailureKind, String),
}

/// Runs to the end, a day at a time at most so that it can be stopped; how often all was checked and found right.
fn advance(
    model: &Model,
    simulation: &mut Simulation<'_, MeasureReader<'_>>,
    end: SimTime,
    control: &Control<'_>,
) -> Result<u32, Stop> {
    let stride = stride(model);
    let mut checked = simulation.now();
    let mut day = simulation.now();
    let mut n_checks = 0;
    while simulation.now() < end {
        if control.cancel.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        let tomorrow = (day + DAY).min(end);
        simulation.run_until((simulation.now() + stride).min(tomorrow));
        if simulation.now() == tomorrow {
            day = tomorrow;
            (control.progress)(1);
            only_growing(model, simulation)?;
        }
        let inside = simulation.totals().inside;
        if inside > MOST_INSIDE {
            let longest = simulation.reader().longest_line();
            let longest = longest.map_or_else(String::new, |(line, waiting)| {
                format!(
                    ", {waiting:.0} of them in line for {}",
                    line_name(model, line)
                )
            });
            let what = format!("{inside} patients are inside at once{longest}");
            return Err(Stop::Failed(FailureKind::Memory, what));
        }
        let is_due = simulation.now() >= checked + BETWEEN_CHECKS || simulation.now() == end;
        if is_due {
            simulation.check().map_err(|breach| {
                Stop::Failed(FailureKind::Internal, breach_words(model, &breach, checked))
            })?;
            checked = simulation.now();
            n_checks += 1;
        }
    }
    Ok(n_checks)
}

/// Errors: a line only grows, and it was asked to stop then.
fn only_growing(model: &Model, simulation: &Simulation<'_, MeasureReader<'_>>) -> Result<(), Stop> {
    let Some(shortest) = model.run.stop_when_unstable else {
        return Ok(());
    };
    let growing = simulation.reader().growing_for(shortest);
    let most = growing.iter().max_by(|a, b| {
        let grown = |growth: &Growth| growth.last - growth.first;
        grown(a).total_cmp(&grown(b))
    });
    most.map_or(Ok(()), |growth| {
        let what = only_grows(model, growth, growing.len() - 1);
        Err(Stop::Failed(FailureKind::Unstable, what))
    })
}

pub(super) fn finished(
    model: &Model,
    replication: u32,
    (mut simulation, n_checks): Ended<'_, '_>,
) -> Finished {
    let mut conservation = conservation(&mut simulation, replication, n_checks);
    let outcome = simulation.into_reader().outcome(model);
    conservation.growing.clone_from(&outcome.growing);
    Finished {
        replication,
        outcome,
        conservation,
    }
}

pub(super) fn conservation(
    simulation: &mut Simulation<'_, MeasureReader<'_>>,
    replication: u32,
    n_checks: u32,
) -> Conservation {
    let totals = simulation.totals();
    Conservation {
        replication,
        arrived: totals.arrived,
        left: totals.left,
        inside: totals.inside,
        events: totals.events,
        n_checks,
        lines: simulation.balances(),
        growing: Vec::new(),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = literal.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "a panic without a message".to_owned())
}
