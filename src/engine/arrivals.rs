//! Who arrives when: candidates of every stream, thinned, in batches of a window of time.
//!
//! A patient is (stream, ordinal); the ordinal counts candidates under a fixed majorant, so that a rate that falls
//! renumbers nobody. Batches keep thousands of streams out of the agenda.

use super::distributions::{Distribution, Sampler, Shape};
use super::program::{Arrivals, Profile, ProfileId, Program, StreamId, StreamSpec};
use super::streams;
use super::time::{DAY, SimSpan, SimTime};

/// Candidates in a batch, roughly.
const BATCH: f64 = 65_536.0;
/// A profile whose bins fit the day so badly that a window has more than this many is looked up directly.
const MOST_BINS: u64 = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    pub time: SimTime,
    pub stream: StreamId,
    pub ordinal: u32,
}

/// What filling a batch needs to know of a stream, side by side: thousands of streams are passed over for each batch.
struct StreamState {
    /// Root of the stream's own draws (gaps, thinning) in this replication.
    key: u64,
    next_time: f64,
    /// Mean gap between candidates, milliseconds.
    gap: f64,
    /// Chance to be accepted where the profile is at its maximum.
    accept: f64,
    next_ordinal: u32,
    profile: Option<ProfileId>,
    kind: Kind,
    /// The stream comes at some times only.
    is_timed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Poisson,
    Renewal,
    Recorded,
}

impl StreamState {
    /// Nothing of it has come yet.
    fn new(program: &Program, spec: &StreamSpec, replication: u64) -> Self {
        let (kind, profile, accept) = match &spec.arrivals {
            Arrivals::Poisson {
                profile, accept, ..
            } => (Kind::Poisson, *profile, *accept),
            Arrivals::Renewal { .. } => (Kind::Renewal, None, 1.0),
            Arrivals::Recorded(_) => (Kind::Recorded, None, 1.0),
        };
        Self {
            key: streams::patient_key(replication, spec.key, u64::MAX),
            next_time: 0.0,
            gap: 1.0 / candidates_per_millisecond(program, &spec.arrivals),
            accept,
            next_ordinal: 0,
            profile,
            kind,
            is_timed: spec.active.is_some(),
        }
    }
}

/// Whether a stream comes at a time, in milliseconds.
fn is_active(spec: &StreamSpec, time: f64) -> bool {
    let active = spec.active.as_deref().unwrap_or_default();
    let time = SimTime(time as u64);
    active
        .iter()
        .any(|(from, until)| (*from..*until).contains(&time))
}

/// A profile's rates during one window, relative to its maximum.
#[derive(Default)]
struct WindowRates {
    /// Milliseconds.
    base: f64,
    per_bin: f64,
    rates: Vec<f64>,
}

impl WindowRates {
    /// Tabulates `profile` from `start` to `end`. Bins are those of the profile, cut so that days begin a new one.
    fn fill(&mut self, profile: &Profile, start: SimTime, end: SimTime, week_offset: SimSpan) {
        // Days (whose factors may differ) are multiples of the time zero of the run, bins of the week's beginning.
        let bin =
            greatest_common_divisor(profile.bin.0, greatest_common_divisor(DAY.0, week_offset.0));
        self.rates.clear();
        if (end.0 - start.0) / bin > MOST_BINS {
            return;
        }
        let base = start.0 / bin * bin;
        self.base = base as f64;
        self.per_bin = 1.0 / bin as f64;
        let maximum = profile.maximum();
        let bins = (base..end.0).step_by(bin as usize);
        self.rates
            .extend(bins.map(|time| profile.rate_at(SimTime(time), week_offset).0 / maximum));
    }

    /// The rate at a time of the window, in milliseconds; `None` if the window was not tabulated.
    #[inline]
    fn at(&self, time: f64) -> Option<f64> {
        let bin = (time - self.base) * self.per_bin;
        self.rates.get(bin as i32 as usize).copied()
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// The arrivals of a run, in order of time, stream and ordinal.
pub struct ArrivalBook {
    streams: Vec<StreamState>,
    batch: Vec<Arrival>,
    next: usize,
    filled_to: SimTime,
    window: SimSpan,
    /// Some stream is a list.
    has_recorded: bool,
    /// By profile.
    rates: Vec<WindowRates>,
    exponential: Sampler,
    gap_purpose: u64,
    accept_purpose: u64,
}

impl ArrivalBook {
    pub fn new(program: &Program, replication: u64) -> Self {
        let unit =
            Distribution::new(Shape::Exponential { mean: 1.0 }).expect("a mean of one is valid");
        let gap_purpose = streams::purpose_key("arrivals#gap");
        let mut book = Self {
            streams: Vec::with_capacity(program.streams.len()),
            batch: Vec::new(),
            next: 0,
            filled_to: SimTime::ZERO,
            window: window(program),
            has_recorded: program
                .streams
                .iter()
                .any(|spec| matches!(spec.arrivals, Arrivals::Recorded(_))),
            rates: program
                .profiles
                .iter()
                .map(|_| WindowRates::default())
                .collect(),
            exponential: Sampler::new(&unit),
            gap_purpose,
            accept_purpose: streams::purpose_key("arrivals#accept"),
        };
        for spec in &program.streams {
            let mut state = StreamState::new(program, spec, replication);
            book.step(program, spec, &mut state);
            book.streams.push(state);
        }
        book
    }

    /// Time of the next arrival; `NEVER` when there is none before `end`.
    #[inline]
    pub fn next_time(&mut self, program: &Program, end: SimTime) -> SimTime {
        loop {
            if let Some(arrival) = self.batch.get(self.next) {
                return arrival.time;
            }
            if self.filled_to >= end {
                return SimTime::NEVER;
            }
            self.fill(program);
        }
    }

    /// Takes the next arrival; `next_time` has said that there is one.
    #[inline]
    pub fn pop(&mut self) -> Arrival {
        let arrival = self.batch[self.next];
        self.next += 1;
        arrival
    }

    /// The arrival after those taken, if it is in this batch.
    #[inline]
    pub fn likely_next(&self) -> Option<&Arrival> {
        self.batch.get(self.next)
    }

    #[inline]
    pub fn is_recorded(&self, stream: StreamId) -> bool {
        self.has_recorded && self.streams[stream.index()].kind == Kind::Recorded
    }

    #[cold]
    fn fill(&mut self, program: &Program) {
        self.batch.clear();
        self.next = 0;
        let end = SimTime((self.filled_to + self.window).0.min(SimTime::NEVER.0));
        for (rates, profile) in self.rates.iter_mut().zip(&program.profiles) {
            rates.fill(profile, self.filled_to, end, program.week_offset);
        }
        let mut states = std::mem::take(&mut self.streams);
        for (id, (state, spec)) in states.iter_mut().zip(&program.streams).enumerate() {
            while state.next_time < end.0 as f64 {
                let ordinal = state.next_ordinal;
                if self.is_accepted(program, spec, state) {
                    self.batch.push(Arrival {
                        time: SimTime(state.next_time as u64),
                        stream: StreamId(id as u32),
                        ordinal,
                    });
                }
                state.next_ordinal += 1;
                self.step(program, spec, state);
            }
        }
        if states.len() > 1 {
            self.batch.sort_unstable();
        }
        self.streams = states;
        self.filled_to = end;
    }

    /// Moves `state` to the time of candidate `next_ordinal`.
    #[inline]
    fn step(&self, program: &Program, spec: &StreamSpec, state: &mut StreamState) {
        let bits = || streams::draw(state.key, self.gap_purpose, u64::from(state.next_ordinal));
        if state.kind == Kind::Poisson {
            state.next_time += self.exponential.sample(bits()) * state.gap;
            return;
        }
        match &spec.arrivals {
            Arrivals::Renewal { gap } => {
                state.next_time += program.samplers[gap.index()].sample(bits());
            }
            Arrivals::Recorded(list) => {
                let next = list.get(state.next_ordinal as usize);
                state.next_time = next.map_or(f64::INFINITY, |arrival| arrival.time.0 as f64);
            }
            Arrivals::Poisson { .. } => unreachable!("the kind is that of the arrivals"),
        }
    }

    /// Whether candidate `next_ordinal` of the stream comes.
    #[inline]
    fn is_accepted(&self, program: &Program, spec: &StreamSpec, state: &StreamState) -> bool {
        if state.is_timed && !is_active(spec, state.next_time) {
            return false;
        }
        let mut chance = state.accept;
        if let Some(id) = state.profile {
            let direct = || {
                let profile = &program.profiles[id.index()];
                let time = SimTime(state.next_time as u64);
                profile.rate_at(time, program.week_offset).0 / profile.maximum()
            };
            chance *= self.rates[id.index()]
                .at(state.next_time)
                .unwrap_or_else(direct);
        }
        if chance >= 1.0 {
            return true;
        }
        let bits = streams::draw(
            state.key,
            self.accept_purpose,
            u64::from(state.next_ordinal),
        );
        streams::unit(bits) < chance
    }
}

/// A batch's length: about `BATCH` candidates, at most a day.
fn window(program: &Program) -> SimSpan {
    let total: f64 = program
        .streams
        .iter()
        .map(|spec| candidates_per_millisecond(program, &spec.arrivals))
        .sum();
    if total <= 0.0 {
        return DAY;
    }
    SimSpan(((BATCH / total) as u64).clamp(1, DAY.0))
}

fn candidates_per_millisecond(program: &Program, arrivals: &Arrivals) -> f64 {
    match arrivals {
        Arrivals::Poisson {
            per_millisecond, ..
        } => per_millisecond * profile_maximum(program, arrivals),
        // The median stands for the mean: this only sizes batches.
        Arrivals::Renewal { gap } => 1.0 / program.samplers[gap.index()].sample(1 << 63).max(1.0),
        // A list is held in memory as it is.
        Arrivals::Recorded(_) => 0.0,
    }
}

fn profile_maximum(program: &Program, arrivals: &Arrivals) -> f64 {
    match arrivals {
        Arrivals::Poisson {
            profile: Some(id), ..
        } => program.profiles[id.index()].maximum(),
        _ => 1.0,
    }
}
