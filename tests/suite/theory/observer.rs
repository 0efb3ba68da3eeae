//! Measuring a run: every metric is a ratio of two gauges, each a sum over milestones or an integral over time.

use uecsim::engine::facts::{Reader, Seen};
use uecsim::engine::program::{AttributeId, MarkId, PoolId, SiteId};
use uecsim::engine::time::{HOUR, SimTime};

/// How the stations are at one moment.
#[derive(Clone, Default)]
pub struct State {
    /// By pool.
    pub busy: Vec<u32>,
    pub waiting: Vec<u32>,
    /// Milestones reached so far, by mark and class.
    pub passed: Vec<[i64; 4]>,
}

impl State {
    pub fn in_system(&self, pool: usize) -> f64 {
        f64::from(self.busy[pool] + self.waiting[pool])
    }

    /// Those who have reached `first` and not yet any of `then`.
    pub fn between(&self, first: u16, then: &[u16]) -> f64 {
        let count = |mark: u16| self.passed[usize::from(mark)].iter().sum::<i64>();
        (count(first) - then.iter().map(|mark| count(*mark)).sum::<i64>()) as f64
    }

    pub fn between_in_class(&self, class: usize, first: u16, then: &[u16]) -> f64 {
        let count = |mark: u16| self.passed[usize::from(mark)][class];
        (count(first) - then.iter().map(|mark| count(*mark)).sum::<i64>()) as f64
    }
}

type OfState = Box<dyn Fn(&State) -> f64 + Send + Sync>;
type OfElapsed = Box<dyn Fn(f64) -> f64 + Send + Sync>;

/// One sum over a replication's measured time.
pub enum Gauge {
    /// The constant 1.
    One,
    /// The measured time.
    Time,
    /// Integral of a function of the state.
    Level(OfState),
    /// A function of the state just before each time, times a weight, summed; times from the start of the run.
    At {
        state: OfState,
        times: Vec<(SimTime, f64)>,
    },
    /// Over milestones: a function of the time since a clock.
    Each {
        marks: Vec<u16>,
        node: Option<u16>,
        class: Option<u8>,
        since: u16,
        of: OfElapsed,
    },
}

impl Gauge {
    pub fn level(of: impl Fn(&State) -> f64 + Send + Sync + 'static) -> Self {
        Self::Level(Box::new(of))
    }

    /// A function of the time from clock `since` to `mark`.
    pub fn each(mark: u16, since: u16, of: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        Self::Each {
            marks: vec![mark],
            node: None,
            class: None,
            since,
            of: Box::new(of),
        }
    }

    pub fn count(mark: u16) -> Self {
        Self::each(mark, mark, |_| 1.0)
    }

    pub fn or_mark(mut self, other: u16) -> Self {
        if let Self::Each { marks, .. } = &mut self {
            marks.push(other);
        }
        self
    }

    pub fn in_class(mut self, only: u8) -> Self {
        if let Self::Each { class, .. } = &mut self {
            *class = Some(only);
        }
        self
    }

    pub fn at_node(mut self, only: u16) -> Self {
        if let Self::Each { node, .. } = &mut self {
            *node = Some(only);
        }
        self
    }
}

/// What a gauge of milestones takes.
struct Each<'a> {
    node: Option<u16>,
    class: Option<u8>,
    since: u8,
    of: &'a OfElapsed,
}

/// Reads gauges between two times of a run.
pub struct Observer<'a> {
    gauges: Vec<&'a Gauge>,
    sums: Vec<f64>,
    /// Gauges of levels, with their positions.
    levels: Vec<(usize, &'a OfState)>,
    /// By mark: gauges of milestones, with their positions.
    eaches: Vec<Vec<(usize, Each<'a>)>>,
    state: State,
    start: SimTime,
    /// Up to where levels are integrated.
    seen_to: SimTime,
    /// Next of each gauge's times.
    next_times: Vec<usize>,
    /// The earliest of these.
    due: SimTime,
}

impl<'a> Observer<'a> {
    pub fn new(gauges: Vec<&'a Gauge>, n_pools: usize, n_marks: usize, start: SimTime) -> Self {
        let mut levels = Vec::new();
        let mut eaches: Vec<Vec<(usize, Each)>> = (0..n_marks).map(|_| Vec::new()).collect();
        for (at, gauge) in gauges.iter().enumerate() {
            match gauge {
                Gauge::Level(of) => levels.push((at, of)),
                Gauge::Each {
                    marks,
                    node,
                    class,
                    since,
                    of,
                } => {
                    for mark in marks {
                        let each = Each {
                            node: *node,
                            class: *class,
                            since: *since as u8,
                            of,
                        };
                        eaches[usize::from(*mark)].push((at, each));
                    }
                }
                _ => {}
            }
        }
        let mut observer = Self {
            levels,
            eaches,
            sums: vec![0.0; gauges.len()],
            next_times: vec![0; gauges.len()],
            gauges,
            state: State {
                busy: vec![0; n_pools],
                waiting: vec![0; n_pools],
                passed: vec![[0; 4]; n_marks],
            },
            start,
            seen_to: SimTime::ZERO,
            due: SimTime::ZERO,
        };
        observer.find_due();
        observer
    }

    /// The gauges' sums at `end`.
    pub fn finish(mut self, end: SimTime) -> Vec<f64> {
        self.come_to(SimTime(end.0 + 1));
        let measured = end.since(self.start).0 as f64 / HOUR.0 as f64;
        for (sum, gauge) in self.sums.iter_mut().zip(&self.gauges) {
            match gauge {
                Gauge::One => *sum = 1.0,
                Gauge::Time => *sum = measured,
                _ => {}
            }
        }
        self.sums
    }

    /// Integrates the state up to now, before it changes.
    fn come_to(&mut self, now: SimTime) {
        while self.due <= now {
            self.look_at_state();
        }
        let from = self.seen_to.max(self.start);
        if now > from {
            let span = now.since(from).0 as f64 / HOUR.0 as f64;
            for (at, of) in &self.levels {
                self.sums[*at] += span * of(&self.state);
            }
        }
        self.seen_to = now;
    }

    #[cold]
    fn look_at_state(&mut self) {
        for (i, gauge) in self.gauges.iter().enumerate() {
            if let Gauge::At { state, times } = gauge
                && let Some((at, weight)) = times.get(self.next_times[i])
                && *at == self.due
            {
                self.sums[i] += weight * state(&self.state);
                self.next_times[i] += 1;
            }
        }
        self.find_due();
    }

    fn find_due(&mut self) {
        let nexts = self.gauges.iter().zip(&self.next_times);
        let times = nexts.filter_map(|(gauge, next)| match gauge {
            Gauge::At { times, .. } => times.get(*next).map(|(at, _)| *at),
            _ => None,
        });
        self.due = times.min().unwrap_or(SimTime(u64::MAX));
    }
}

impl Reader for Observer<'_> {
    const LEVELS: bool = true;

    fn level(&mut self, now: SimTime, pool: PoolId, busy: u32, waiting: u32, _capacity: u32) {
        self.come_to(now);
        self.state.busy[pool.index()] = busy;
        self.state.waiting[pool.index()] = waiting;
    }

    fn milestone(&mut self, now: SimTime, mark: MarkId, site: SiteId, patient: &Seen<'_>) {
        self.come_to(now);
        let of_class = patient.attribute(AttributeId(0));
        self.state.passed[mark.index()][usize::from(of_class)] += 1;
        if now < self.start {
            return;
        }
        // Most gauges of a mark count from the same clock.
        let (mut last, mut elapsed) = (u8::MAX, 0.0);
        for (at, each) in &self.eaches[mark.index()] {
            if each.node.is_none_or(|only| only == site.0)
                && each.class.is_none_or(|only| only == of_class)
            {
                if each.since != last {
                    let clock = patient.clock(each.since).unwrap_or(now);
                    (last, elapsed) = (each.since, now.since(clock).0 as f64 / HOUR.0 as f64);
                }
                self.sums[*at] += (each.of)(elapsed);
            }
        }
    }
}
