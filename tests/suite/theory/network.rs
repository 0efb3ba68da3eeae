//! Small programs of stations, written step by step. One unit of the theory's time is an hour of the engine's.

use uecsim::engine::distributions::{Distribution, Sampler, Shape};
use uecsim::engine::program::*;
use uecsim::engine::streams::purpose_key;
use uecsim::engine::time::{HOUR, SimSpan, SimTime};

/// Milestones, each with a clock of the same number.
pub const ARRIVED: u16 = 0;
pub const STARTED: u16 = 1;
pub const DONE: u16 = 2;
pub const LOST: u16 = 3;
pub const BLOCKED: u16 = 4;
pub const MOVED: u16 = 5;
pub const CAME: u16 = 6;
pub const LEFT: u16 = 7;
const N_MARKS: u8 = 8;

const SLOT: HoldSlot = HoldSlot(0);

pub fn time(units: f64) -> SimTime {
    SimTime((units * HOUR.0 as f64).round() as u64)
}

pub struct Network {
    pub program: Program,
}

impl Network {
    pub fn new() -> Self {
        let program = Program {
            n_sites: 8,
            n_dispositions: 1,
            n_clocks: N_MARKS,
            mark_clocks: (0..N_MARKS).map(Some).collect(),
            ..Program::default()
        };
        Self { program }
    }

    pub fn pool(&mut self, units: u32) -> PoolId {
        self.roster(&[(0.0, units)], 0.0, ShiftEnd::Finish)
    }

    /// Capacities from times on, repeating after `repeat`.
    pub fn roster(&mut self, changes: &[(f64, u32)], repeat: f64, end: ShiftEnd) -> PoolId {
        let changes = changes
            .iter()
            .map(|(from, units)| (time(*from), *units))
            .collect();
        self.program.pools.push(PoolSpec {
            roster: Roster {
                changes,
                repeat: SimSpan(time(repeat).0),
            },
            on_shift_end: end,
            keeps_served: end == ShiftEnd::Interrupt,
            surges: Vec::new(),
        });
        PoolId(self.program.pools.len() as u16 - 1)
    }

    fn sampler(&mut self, shape: Shape) -> SamplerId {
        let distribution = Distribution::new(shape)
            .and_then(|one| one.multiplied(HOUR.0 as f64))
            .unwrap();
        self.program.samplers.push(Sampler::new(&distribution));
        SamplerId(self.program.samplers.len() as u16 - 1)
    }

    pub fn duration(&mut self, shape: Shape) -> DurationId {
        let samplers = vec![self.sampler(shape)];
        self.program.durations.push(DurationSpec {
            selector: Selector::default(),
            samplers,
        });
        DurationId(self.program.durations.len() as u16 - 1)
    }

    /// A wait as long as it takes, first come first served.
    pub fn patient(&mut self) -> WaitId {
        self.wait(plain())
    }

    pub fn wait(&mut self, rule: WaitRule) -> WaitId {
        self.program.waits.push(rule);
        WaitId(self.program.waits.len() as u16 - 1)
    }

    /// Outcomes by share.
    pub fn chance(&mut self, shares: &[f64]) -> ChanceId {
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = shares
            .iter()
            .map(|share| {
                sum += share;
                sum
            })
            .collect();
        *cumulative.last_mut().unwrap() = 1.0;
        self.program.chances.push(Chance {
            selector: Selector::default(),
            n_outcomes: shares.len() as u32,
            cumulative,
        });
        ChanceId(self.program.chances.len() as u16 - 1)
    }

    pub fn next(&self) -> StepId {
        StepId(self.program.steps.len() as u32)
    }

    pub fn step(&mut self, step: Step) -> StepId {
        let id = self.next();
        self.program.steps.push(step);
        self.program.draws.push(Draw {
            purpose: purpose_key(&format!("step {}", id.0)),
            ..Draw::default()
        });
        id
    }

    /// A step whose draws are new at every visit; its path begins with an `Enter` of group 1.
    pub fn step_drawn_anew(&mut self, step: Step) -> StepId {
        let id = self.step(step);
        self.program.draws[id.index()].group = 1;
        id
    }

    /// A milestone at node 0.
    pub fn mark(&mut self, mark: u16) -> StepId {
        self.mark_at(mark, 0)
    }

    pub fn mark_at(&mut self, mark: u16, node: u16) -> StepId {
        self.step(Step::Mark {
            mark: MarkId(mark),
            site: SiteId(node),
        })
    }

    pub fn hold(&mut self, pool: PoolId, wait: WaitId) -> StepId {
        self.hold_units(pool, wait, 1, SLOT)
    }

    pub fn hold_units(&mut self, pool: PoolId, wait: WaitId, units: u8, slot: HoldSlot) -> StepId {
        self.step(Step::Hold {
            slot,
            units,
            pool,
            wait,
        })
    }

    pub fn let_go(&mut self) -> StepId {
        self.step(Step::LetGo { slot: SLOT })
    }

    pub fn leave(&mut self) -> StepId {
        self.step(Step::Leave {
            disposition: DispositionId(0),
            site: SiteId(0),
        })
    }

    /// Where those go that are turned away or give up.
    pub fn lost(&mut self) -> StepId {
        let at = self.mark(LOST);
        self.leave();
        at
    }

    /// Mark, hold, mark, service, release, mark, leave: a station with all its milestones.
    pub fn station(&mut self, pool: PoolId, wait: WaitId, service: DurationId) -> StepId {
        let entry = self.mark(ARRIVED);
        self.hold(pool, wait);
        self.mark(STARTED);
        self.step(Step::Wait { duration: service });
        self.let_go();
        self.mark(DONE);
        self.leave();
        entry
    }

    /// The same in one step, which can be interrupted but tells no start.
    pub fn used_station(&mut self, pool: PoolId, wait: WaitId, duration: DurationId) -> StepId {
        let entry = self.mark(ARRIVED);
        self.step(Step::Use {
            pool,
            wait,
            duration,
        });
        self.mark(DONE);
        self.leave();
        entry
    }

    fn stream(&mut self, arrivals: Arrivals, entry: StepId, class: u8) {
        let name = format!("stream {}", self.program.streams.len());
        let mut attributes = [0; N_ATTRIBUTES];
        attributes[0] = class;
        self.program.streams.push(StreamSpec {
            key: purpose_key(&name),
            arrivals,
            entry,
            attributes,
            drawn: Vec::new(),
            place: StreamPlace::At(Place::default()),
            active: None,
        });
    }

    pub fn poisson(&mut self, rate: f64, entry: StepId, class: u8) {
        let per_millisecond = rate / HOUR.0 as f64;
        let arrivals = Arrivals::Poisson {
            per_millisecond,
            profile: None,
            accept: 1.0,
        };
        self.stream(arrivals, entry, class);
    }

    /// Poisson arrivals at rates in equal bins of a cycle.
    pub fn poisson_by(&mut self, rates: &[f64], bin: f64, entry: StepId) {
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        self.program.profiles.push(Profile {
            bin: SimSpan(time(bin).0),
            cycle: rates.iter().map(|rate| rate / mean).collect(),
            day_factors: Vec::new(),
        });
        let profile = Some(ProfileId(self.program.profiles.len() as u16 - 1));
        let per_millisecond = mean / HOUR.0 as f64;
        let arrivals = Arrivals::Poisson {
            per_millisecond,
            profile,
            accept: 1.0,
        };
        self.stream(arrivals, entry, 0);
    }

    pub fn renewal(&mut self, gap: Shape, entry: StepId) {
        let gap = self.duration(gap);
        self.stream(Arrivals::Renewal { gap }, entry, 0);
    }
}

/// First come first served, without end.
pub fn plain() -> WaitRule {
    WaitRule {
        rank: None,
        due: None,
        due_purpose: 0,
        patience: Patience::Endless,
        otherwise: StepId(0),
        limit: None,
        worsen: None,
        escalate: None,
        interrupts: false,
        interruptible: false,
        may_be_passed: false,
        patience_purpose: purpose_key("patience"),
        worsen_purpose: purpose_key("worsen"),
    }
}

/// By the patient's class, lowest number first.
pub fn by_class() -> WaitRule {
    WaitRule {
        rank: Some(AttributeId(0)),
        ..plain()
    }
}

/// Turned away to `otherwise` when `limit` wait already.
pub fn at_most(limit: u32, otherwise: StepId) -> WaitRule {
    WaitRule {
        limit: Some(limit),
        otherwise,
        ..plain()
    }
}
