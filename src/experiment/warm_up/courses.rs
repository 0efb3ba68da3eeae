//! Levels by the hour, from the start of a replication to its end.

use std::sync::atomic::Ordering;

use crate::engine::facts::{LevelAreas, Reader};
use crate::engine::simulation::Simulation;
use crate::engine::time::{DAY, HOUR, SimSpan, SimTime};
use crate::experiment::control::{Control, Failure, FailureKind};
use crate::experiment::one_run::MOST_INSIDE;
use crate::uec::model::{LevelOf, MeasureKind, Model};

/// A level that is followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub title: String,
    pub unit: String,
    of: Of,
}

#[derive(Clone, Debug, PartialEq)]
enum Of {
    /// Patients anywhere, at the end of the hour.
    Inside,
    /// Units by position (pools, then fleets), over the hour.
    Units { units: Vec<usize>, what: LevelOf },
}

/// More panels than these are not looked at.
const MOST_LEVELS: usize = 10;

/// The key levels of a scenario: patients inside, patients in all lines, and those that its measures name, in their order.
pub fn followed(model: &Model) -> Vec<Followed> {
    let n_pools = model.program.pools.len();
    let n_units = n_pools + model.program.fleets.len();
    let mut followed = vec![
        Followed {
            title: "Patients under way".to_owned(),
            unit: "patients".to_owned(),
            of: Of::Inside,
        },
        Followed {
            title: "Patients waiting, all lines together".to_owned(),
            unit: "patients".to_owned(),
            of: Of::Units {
                units: (0..n_units).collect(),
                what: LevelOf::Waiting,
            },
        },
    ];
    for measure in &model.measures {
        let (units, what) = match &measure.kind {
            MeasureKind::Level { pools, what } => {
                let pools = pools.iter().map(|pool| pool.index());
                (pools.collect(), *what)
            }
            MeasureKind::FleetLevel { fleet, what } => (vec![n_pools + fleet.index()], *what),
            _ => continue,
        };
        if what != LevelOf::Capacity && followed.len() < MOST_LEVELS {
            followed.push(Followed {
                title: measure.title.clone(),
                unit: measure.unit.clone(),
                of: Of::Units { units, what },
            });
        }
    }
    followed
}

/// One replication.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// By level, by hour.
    pub levels: Vec<Vec<f64>>,
    /// By line (pools, then fleets), by day: mean number waiting.
    pub lines: Vec<Vec<f64>>,
    /// Timed state changes.
    pub events: u64,
}

/// The courses of a replication.
///
/// Errors: why it did not finish; none if it was cancelled.
pub fn record(
    model: &Model,
    followed: &[Followed],
    replication: u32,
    control: &Control<'_>,
) -> Result<Recorded, Option<Failure>> {
    let reader = Hours::new(followed);
    let mut simulation = Simulation::new(&model.program, model.run.seed, replication, reader);
    let n_hours = (model.run.warm_up + model.run.length).0 / HOUR.0;
    for hour in 1..=n_hours {
        let now = SimTime(hour * HOUR.0);
        simulation.run_until(now);
        let inside = simulation.totals().inside;
        simulation.reader_mut().inside.push(inside as f64);
        if hour % 24 != 0 {
            continue;
        }
        if control.cancel.load(Ordering::Relaxed) {
            return Err(None);
        }
        (control.progress)(1);
        if inside > MOST_INSIDE {
            return Err(Some(Failure {
                scenario: model.name.clone(),
                replication,
                kind: FailureKind::Memory,
                message: format!("{inside} patients are inside at once, on day {}", hour / 24),
            }));
        }
    }
    let events = simulation.totals().events;
    Ok(simulation.into_reader().recorded(followed, events))
}

/// Gathers the hours of a replication.
struct Hours<'f> {
    followed: &'f [Followed],
    inside: Vec<f64>,
    /// By unit, at the hour before; empty at the start.
    before: Vec<LevelAreas>,
    /// By level, by hour; of `Of::Inside` empty.
    levels: Vec<Vec<f64>>,
    /// By line: patient-milliseconds at the start of the day that is under way.
    day_began: Vec<u64>,
    lines: Vec<Vec<f64>>,
}

impl<'f> Hours<'f> {
    fn new(followed: &'f [Followed]) -> Self {
        Self {
            followed,
            inside: Vec::new(),
            before: Vec::new(),
            levels: vec![Vec::new(); followed.len()],
            day_began: Vec::new(),
            lines: Vec::new(),
        }
    }

    fn recorded(mut self, followed: &[Followed], events: u64) -> Recorded {
        for (level, followed) in self.levels.iter_mut().zip(followed) {
            if followed.of == Of::Inside {
                *level = std::mem::take(&mut self.inside);
            }
        }
        Recorded {
            levels: self.levels,
            lines: self.lines,
            events,
        }
    }
}

impl Reader for Hours<'_> {
    const HOURS: bool = true;

    fn hour(&mut self, now: SimTime, pools: &[LevelAreas], fleets: &[LevelAreas], _: &[u64]) {
        let areas: Vec<LevelAreas> = pools.iter().chain(fleets).copied().collect();
        if now == SimTime::ZERO {
            self.day_began = areas.iter().map(|areas| areas.waiting).collect();
            self.lines = vec![Vec::new(); areas.len()];
            self.before = areas;
            return;
        }
        for (followed, course) in self.followed.iter().zip(&mut self.levels) {
            if let Of::Units { units, what } = &followed.of {
                course.push(level(units, *what, &self.before, &areas));
            }
        }
        if now.0.is_multiple_of(DAY.0) {
            for (line, areas) in areas.iter().enumerate() {
                let waited = areas.waiting - self.day_began[line];
                self.lines[line].push(waited as f64 / DAY.0 as f64);
                self.day_began[line] = areas.waiting;
            }
        }
        self.before = areas;
    }
}

/// Over the hour: percent for occupancy (none on duty: 0), else a number of units or patients.
fn level(units: &[usize], what: LevelOf, before: &[LevelAreas], after: &[LevelAreas]) -> f64 {
    let sum = |of: fn(&LevelAreas) -> u64| -> f64 {
        let passed = units
            .iter()
            .map(|&unit| of(&after[unit]) - of(&before[unit]));
        passed.sum::<u64>() as f64
    };
    let hour = SimSpan(HOUR.0).0 as f64;
    match what {
        LevelOf::Waiting => sum(|areas| areas.waiting) / hour,
        LevelOf::Capacity => sum(|areas| areas.capacity) / hour,
        LevelOf::Busy => sum(|areas| areas.busy) / hour,
        LevelOf::Occupancy | LevelOf::On => {
            let open = sum(|areas| areas.capacity);
            match open > 0.0 {
                true => 100.0 * sum(|areas| areas.busy) / open,
                false => 0.0,
            }
        }
    }
}
