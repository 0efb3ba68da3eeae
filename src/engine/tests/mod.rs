//! The engine on small programs whose answers are known.

mod checks;
mod fleets;
mod lines;
mod plain;
mod steps;

use super::distributions::{Distribution, Sampler, Shape};
use super::facts::{Reader, Seen};
use super::program::*;
use super::simulation::Simulation;
use super::streams;
use super::time::{HOUR, MINUTE, SimSpan, SimTime};

/// Builds programs with one site.
pub(super) struct Builder {
    pub program: Program,
}

pub(super) fn wait_rule() -> WaitRule {
    WaitRule {
        rank: None,
        due: None,
        patience: Patience::Endless,
        otherwise: StepId(0),
        limit: None,
        worsen: None,
        escalate: None,
        interrupts: false,
        interruptible: false,
        may_be_passed: false,
        due_purpose: streams::purpose_key("due"),
        patience_purpose: streams::purpose_key("patience"),
        worsen_purpose: streams::purpose_key("worsen"),
    }
}

impl Builder {
    pub fn new() -> Self {
        Self {
            program: Program {
                n_sites: 1,
                n_dispositions: 2,
                ..Program::default()
            },
        }
    }

    pub fn pool(&mut self, units: u32) -> PoolId {
        let roster = Roster {
            changes: vec![(SimTime::ZERO, units)],
            repeat: SimSpan::ZERO,
        };
        self.program.pools.push(PoolSpec {
            roster,
            on_shift_end: ShiftEnd::Finish,
            keeps_served: false,
            surges: Vec::new(),
        });
        PoolId(self.program.pools.len() as u16 - 1)
    }

    pub fn minutes(&mut self, shape: Shape) -> DurationId {
        let distribution = Distribution::new(shape)
            .and_then(|d| d.multiplied(MINUTE.0 as f64))
            .expect("valid");
        self.program.samplers.push(Sampler::new(&distribution));
        let samplers = vec![SamplerId(self.program.samplers.len() as u16 - 1)];
        self.program.durations.push(DurationSpec {
            selector: Selector::default(),
            samplers,
        });
        DurationId(self.program.durations.len() as u16 - 1)
    }

    pub fn wait(&mut self, rule: WaitRule) -> WaitId {
        self.program.waits.push(rule);
        WaitId(self.program.waits.len() as u16 - 1)
    }

    /// Appends a step; returns where it stands.
    pub fn step(&mut self, step: Step) -> StepId {
        let id = self.program.steps.len() as u32;
        self.program.steps.push(step);
        let purpose = streams::purpose_key(&format!("step {id}"));
        self.program.draws.push(Draw {
            purpose,
            group: 0,
            ..Draw::default()
        });
        StepId(id)
    }

    pub fn leave(&mut self) -> StepId {
        self.step(Step::Leave {
            disposition: DispositionId(0),
            site: SiteId(0),
        })
    }

    /// A mark with a clock.
    pub fn mark(&mut self) -> MarkId {
        self.program.mark_clocks.push(Some(self.program.n_clocks));
        self.program.n_clocks += 1;
        MarkId(self.program.mark_clocks.len() as u16 - 1)
    }

    pub fn poisson(
        &mut self,
        name: &str,
        per_minute: f64,
        entry: StepId,
        attributes: [u8; N_ATTRIBUTES],
    ) {
        self.program.streams.push(StreamSpec {
            key: streams::purpose_key(name),
            arrivals: Arrivals::Poisson {
                per_millisecond: per_minute / MINUTE.0 as f64,
                profile: None,
                accept: 1.0,
            },
            entry,
            attributes,
            drawn: Vec::new(),
            place: StreamPlace::At(Place::default()),
            active: None,
        });
    }

    pub fn recorded(&mut self, minutes: &[u64], entry: StepId, attributes: [u8; N_ATTRIBUTES]) {
        let list = minutes.iter().map(|at| RecordedArrival {
            time: SimTime(at * MINUTE.0),
            set: Vec::new(),
        });
        self.program.streams.push(StreamSpec {
            key: streams::purpose_key(&format!("recorded {}", self.program.streams.len())),
            arrivals: Arrivals::Recorded(list.collect()),
            entry,
            attributes,
            drawn: Vec::new(),
            place: StreamPlace::At(Place::default()),
            active: None,
        });
    }
}

/// Milestones as (minutes, mark, attribute 0).
#[derive(Debug, Default, PartialEq)]
struct Log {
    marks: Vec<(f64, u16, u8)>,
    waits: Vec<f64>,
}

impl Reader for Log {
    fn milestone(&mut self, now: SimTime, mark: MarkId, _site: SiteId, patient: &Seen<'_>) {
        self.marks.push((
            now.0 as f64 / MINUTE.0 as f64,
            mark.0,
            patient.attribute(AttributeId(0)),
        ));
        if let (1, Some(since)) = (mark.0, patient.clock(0)) {
            self.waits.push(now.since(since).minutes());
        }
    }
}

/// What a run tells; of a plain program both the run of its own and the one that asks for everything, which are to tell the same.
fn run(builder: &Builder, length: SimSpan) -> Log {
    let log = run_as(builder, length, builder.program.is_plain());
    if builder.program.is_plain() {
        assert_eq!(log, run_as(builder, length, false), "plain and not");
    }
    log
}

fn run_as(builder: &Builder, length: SimSpan, is_plain: bool) -> Log {
    let mut simulation = Simulation::new(&builder.program, 1, 0, Log::default());
    simulation.is_plain = is_plain;
    for hours in 1..=length.0 / HOUR.0 {
        simulation.run_until(SimTime(hours * HOUR.0));
        simulation
            .check()
            .expect("units and waits are accounted for");
    }
    simulation.into_reader()
}

/// mark 0, hold, mark 1, service, let go, leave; returns the entry.
fn held_service(
    builder: &mut Builder,
    pool: PoolId,
    rule: WaitRule,
    service: DurationId,
) -> StepId {
    let (arrived, started) = (builder.mark(), builder.mark());
    let wait = builder.wait(rule);
    let entry = builder.step(Step::Mark {
        mark: arrived,
        site: SiteId(0),
    });
    builder.step(Step::Hold {
        slot: HoldSlot(0),
        units: 1,
        pool,
        wait,
    });
    builder.step(Step::Mark {
        mark: started,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: service });
    builder.step(Step::LetGo { slot: HoldSlot(0) });
    builder.leave();
    entry
}
