//! The engine on small programs whose answers are known.

use super::distributions::{Distribution, Sampler, Shape};
use super::facts::{Reader, Seen};
use super::program::*;
use super::simulation::Simulation;
use super::streams;
use super::time::{DAY, HOUR, MINUTE, SimSpan, SimTime};

/// Builds programs with one site.
pub(super) struct Builder {
    pub program: Program,
}

pub(super) fn wait_rule() -> WaitRule {
    WaitRule {
        rank: None,
        patience: Patience::Endless,
        otherwise: StepId(0),
        limit: None,
        worsen: None,
        escalate: None,
        interrupts: false,
        interruptible: false,
        may_be_passed: false,
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
            site: SiteId(0),
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
        });
    }
}

/// Milestones as (minutes, mark, attribute 0).
#[derive(Default)]
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

fn run(builder: &Builder, length: SimSpan) -> Log {
    let mut simulation = Simulation::new(&builder.program, 1, 0, Log::default());
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

#[test]
fn the_mean_wait_is_erlang_c() {
    let mut builder = Builder::new();
    let pool = builder.pool(10);
    let service = builder.minutes(Shape::Exponential { mean: 1.0 });
    let entry = held_service(&mut builder, pool, wait_rule(), service);
    builder.poisson("customers", 8.0, entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, SimSpan(30 * DAY.0));
    let mean = log.waits.iter().sum::<f64>() / log.waits.len() as f64;
    // Erlang C for 8 erlangs on 10 servers.
    assert!(
        (mean - 0.20459).abs() < 0.01,
        "mean wait {mean} over {}",
        log.waits.len()
    );
}

#[test]
fn one_after_another_and_the_more_urgent_first() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 10.0 });
    let rule = WaitRule {
        rank: Some(AttributeId(0)),
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    builder.recorded(&[0, 1, 2], entry, [3; N_ATTRIBUTES]);
    builder.recorded(&[3], entry, [0; N_ATTRIBUTES]);
    let starts: Vec<(f64, u8)> = run(&builder, DAY)
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| (mark.0, mark.2))
        .collect();
    assert_eq!(starts, [(0.0, 3), (10.0, 0), (20.0, 3), (30.0, 3)]);
}

#[test]
fn who_runs_out_of_patience_leaves_at_that_moment() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 60.0 });
    let patience = builder.minutes(Shape::Constant { value: 15.0 });
    let rule = WaitRule {
        patience: Patience::Drawn(patience),
        otherwise: StepId(6),
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    let gone = builder.mark();
    builder.step(Step::Mark {
        mark: gone,
        site: SiteId(0),
    });
    builder.leave();
    builder.recorded(&[0, 5, 10], entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let gone: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == 2)
        .map(|mark| mark.0)
        .collect();
    assert_eq!(gone, [20.0, 25.0]);
}

#[test]
fn a_worsened_patient_overtakes() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    let service = builder.minutes(Shape::Constant { value: 30.0 });
    let after = builder.minutes(Shape::Constant { value: 20.0 });
    let worsen = Some(Worsen {
        after,
        attribute: AttributeId(0),
        level: 0,
    });
    let rule = WaitRule {
        rank: Some(AttributeId(0)),
        worsen,
        ..wait_rule()
    };
    let entry = held_service(&mut builder, pool, rule, service);
    builder.recorded(&[0, 2], entry, [5; N_ATTRIBUTES]);
    builder.recorded(&[20], entry, [4; N_ATTRIBUTES]);
    let starts: Vec<(f64, u8)> = run(&builder, DAY)
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| (mark.0, mark.2))
        .collect();
    // The second patient grows worse at minute 22 and goes before the third, which was more urgent and grows worse at 40.
    assert_eq!(starts, [(0.0, 5), (30.0, 0), (60.0, 0)]);
}

#[test]
fn an_interrupted_service_goes_on_where_it_stopped() {
    let mut builder = Builder::new();
    let pool = builder.pool(1);
    builder.program.pools[0].keeps_served = true;
    let service = builder.minutes(Shape::Constant { value: 30.0 });
    let rank = Some(AttributeId(0));
    let wait = builder.wait(WaitRule {
        rank,
        interrupts: true,
        interruptible: true,
        ..wait_rule()
    });
    let done = builder.mark();
    let entry = builder.step(Step::Use {
        pool,
        wait,
        duration: service,
    });
    builder.step(Step::Mark {
        mark: done,
        site: SiteId(0),
    });
    builder.leave();
    builder.recorded(&[0, 1], entry, [4; N_ATTRIBUTES]);
    builder.recorded(&[10], entry, [1; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let ends: Vec<(f64, u8)> = log.marks.iter().map(|mark| (mark.0, mark.2)).collect();
    assert_eq!(ends, [(40.0, 1), (60.0, 4), (90.0, 4)]);
}

#[test]
fn a_shift_that_ends_lets_staff_finish_and_starts_nobody() {
    let mut builder = Builder::new();
    let pool = builder.pool(2);
    builder.program.pools[0]
        .roster
        .changes
        .push((SimTime(30 * MINUTE.0), 1));
    let service = builder.minutes(Shape::Constant { value: 40.0 });
    let entry = held_service(&mut builder, pool, wait_rule(), service);
    builder.recorded(&[0, 20, 25], entry, [0; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let starts: Vec<f64> = log
        .marks
        .iter()
        .filter(|mark| mark.1 == 1)
        .map(|mark| mark.0)
        .collect();
    // At minute 40 one is still busy with the only one on shift: the third starts at 60.
    assert_eq!(starts, [0.0, 20.0, 60.0]);
}

#[test]
fn the_first_free_of_several_and_all_at_once() {
    let mut builder = Builder::new();
    let (a, b) = (builder.pool(1), builder.pool(1));
    builder.program.pool_lists.push(vec![a, b]);
    let long = builder.minutes(Shape::Constant { value: 30.0 });
    let wait = builder.wait(wait_rule());
    let started = builder.mark();
    let any = builder.step(Step::HoldAny {
        slot: HoldSlot(0),
        pools: PoolListId(0),
        wait,
    });
    builder.step(Step::Mark {
        mark: started,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: long });
    builder.leave();
    let all = builder.step(Step::HoldAll {
        slot: HoldSlot(2),
        pools: PoolListId(0),
        wait,
    });
    builder.step(Step::Mark {
        mark: started,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: long });
    builder.leave();
    builder.recorded(&[0, 10, 50], any, [1; N_ATTRIBUTES]);
    builder.recorded(&[20], all, [2; N_ATTRIBUTES]);
    let log = run(&builder, DAY);
    let starts: Vec<(f64, u8)> = log.marks.iter().map(|mark| (mark.0, mark.2)).collect();
    // Minute 30 frees one pool, minute 40 the other: then both are taken; the next gets one at 70.
    assert_eq!(starts, [(0.0, 1), (10.0, 1), (40.0, 2), (70.0, 1)]);
}

/// One fleet with units at x = 0 and x = 10 km, one minute a kilometre.
fn fleet(builder: &mut Builder, reassign: Option<SimSpan>) -> StepId {
    let unit = |x: f32| UnitSpec {
        station: Place {
            x,
            y: 0.0,
            slowness: 1.0,
        },
        roster: Roster {
            changes: vec![(SimTime::ZERO, 1)],
            repeat: SimSpan::ZERO,
        },
    };
    builder.program.fleets.push(FleetSpec {
        rank: Some(AttributeId(0)),
        units: vec![unit(0.0), unit(10.0)],
        detour: 1.0,
        by_hour: [1.0; 24],
        responding: 1.0,
        conveying: 1.0,
        returning: 1.0,
        reassign,
    });
    let scene = builder.minutes(Shape::Constant { value: 20.0 });
    let wait = builder.wait(WaitRule {
        rank: Some(AttributeId(0)),
        ..wait_rule()
    });
    let arrived = builder.mark();
    let at_dispatch = OptionalMark::NONE;
    let entry = builder.step(Step::Call {
        fleet: FleetId(0),
        slot: HoldSlot(0),
        wait,
        at_dispatch,
    });
    builder.step(Step::Mark {
        mark: arrived,
        site: SiteId(0),
    });
    builder.step(Step::Wait { duration: scene });
    builder.step(Step::LetGo { slot: HoldSlot(0) });
    builder.leave();
    entry
}

fn calls_at(builder: &mut Builder, entry: StepId, minutes: &[u64], rank: u8, x: f32) {
    builder.recorded(minutes, entry, [rank; N_ATTRIBUTES]);
    let last = builder.program.streams.last_mut().expect("just added");
    last.place = StreamPlace::At(Place {
        x,
        y: 0.0,
        slowness: 1.0,
    });
}

#[test]
fn the_nearest_unit_goes_and_a_waiting_call_gets_the_next_free_one() {
    let mut builder = Builder::new();
    let entry = fleet(&mut builder, None);
    calls_at(&mut builder, entry, &[0], 2, 8.0);
    calls_at(&mut builder, entry, &[1], 2, 9.0);
    calls_at(&mut builder, entry, &[2], 2, 8.0);
    let log = run(&builder, DAY);
    let arrivals: Vec<f64> = log
        .marks
        .iter()
        .map(|mark| (mark.0 * 10.0).round() / 10.0)
        .collect();
    // From 10 to 8 in 2 minutes; from 0 to 9 in 9; the third gets the first unit, free on the spot at 22.
    assert_eq!(arrivals, [2.0, 10.0, 22.0]);
}

#[test]
fn a_unit_is_stood_down_for_a_more_urgent_call() {
    let mut builder = Builder::new();
    let entry = fleet(&mut builder, Some(SimSpan(3 * MINUTE.0)));
    calls_at(&mut builder, entry, &[0], 3, 3.0);
    calls_at(&mut builder, entry, &[0], 3, 12.0);
    calls_at(&mut builder, entry, &[1], 0, 12.5);
    let log = run(&builder, DAY);
    let arrivals: Vec<(f64, u8)> = log
        .marks
        .iter()
        .map(|mark| ((mark.0 * 10.0).round() / 10.0, mark.2))
        .collect();
    // The unit on its way to 12 is sent on to 12.5 (arrives at 2.5); the call at 12 gets the other one, free at 3 at minute 23.
    // The urgent one's unit is free at 22.5 and nearer in time: it goes back the half kilometre.
    assert_eq!(arrivals, [(2.5, 0), (3.0, 3), (23.0, 3)]);
}

#[test]
fn a_draw_does_not_move_when_another_stream_is_added() {
    let build = |with_other: bool| {
        let mut builder = Builder::new();
        let pool = builder.pool(100);
        let service = builder.minutes(Shape::Exponential { mean: 5.0 });
        let entry = held_service(&mut builder, pool, wait_rule(), service);
        if with_other {
            builder.poisson("others", 1.0, entry, [9; N_ATTRIBUTES]);
        }
        builder.poisson("customers", 1.0, entry, [1; N_ATTRIBUTES]);
        run(&builder, DAY)
            .marks
            .into_iter()
            .filter(|mark| mark.2 == 1)
            .collect::<Vec<_>>()
    };
    assert_eq!(build(false), build(true));
}
