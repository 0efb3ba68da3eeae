//! Who arrives when: candidates of every stream, thinned, in batches of a window of time.
//!
//! A patient is (stream, ordinal); the ordinal counts candidates under a fixed majorant, so that a rate that falls
//! renumbers nobody. The majorant follows the profile's week; days and lower rates thin it. Batches keep thousands of
//! streams out of the agenda.

use std::sync::LazyLock;

use super::calendar::WallClock;
use super::choice::bands;
use super::clock::LocalClock;
use super::distributions::{Distribution, Sampler, Shape};
use super::program::{
    Arrivals, Dimension, DurationId, Profile, ProfileId, Program, Selector, StreamId, StreamSpec,
};
use super::proven::{Proven, whole};
use super::sorter::Sorter;
use super::streams;
use super::time::{DAY, HOUR, SimSpan, SimTime};
use super::weekly_mass::{Cursor, WeeklyMass};

/// Gaps of a Poisson process of rate one: the same table in every run.
static EXPONENTIAL: LazyLock<Sampler> = LazyLock::new(|| {
    let unit = Distribution::new(Shape::Exponential { mean: 1.0 });
    Sampler::new(&unit.expect("a mean of one is valid"))
});

/// Candidates in a batch, roughly.
const BATCH: f64 = 65_536.0;

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
    /// Milliseconds.
    next_time: f64,
    /// The same on the clock of the profile, if there is one.
    passed: f64,
    /// Mean gap between candidates on that clock.
    gap: f64,
    /// Chance to be accepted on the profile's greatest day.
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
            passed: 0.0,
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

/// The day of a stream's latest candidate: when it ends, in milliseconds, and its factor as a share of the largest.
struct Today {
    end: f64,
    share: f64,
}

/// Where a stream stands in its course: found again by a search for the first candidate of a batch.
struct Standing {
    bin: Cursor,
    today: Today,
}

impl Standing {
    fn unknown() -> Self {
        Self {
            bin: Cursor::default(),
            today: Today {
                end: f64::NEG_INFINITY,
                share: 1.0,
            },
        }
    }
}

/// What the streams of one profile share.
struct Course {
    week: WeeklyMass,
    /// By day of the run: the factor, as a share of the largest. Empty: all days are alike.
    days: Box<[f64]>,
    clock: LocalClock,
}

impl Course {
    fn new(profile: &Profile, clock: &LocalClock) -> Self {
        let largest = profile.largest_day();
        let are_alike = profile.day_factors.iter().all(|factor| *factor == largest);
        let days: &[f64] = if are_alike { &[] } else { &profile.day_factors };
        Self {
            week: WeeklyMass::new(profile, clock),
            days: days.iter().map(|factor| factor / largest).collect(),
            clock: clock.clone(),
        }
    }

    /// The day's factor at a time in milliseconds, as a share of the largest; the last day's holds after the end.
    #[inline(always)]
    fn share_at(&self, time: f64, today: &mut Today) -> f64 {
        if time >= today.end {
            *today = self.day_of(time);
        }
        today.share
    }

    #[inline(never)]
    fn day_of(&self, time: f64) -> Today {
        let day = self.clock.day(SimTime(whole(time)));
        let share = self.days.get(day).or(self.days.last());
        let end = match self.clock.is_fixed() {
            true => (day as u64 + 1) as f64 * DAY.0 as f64,
            // Days on which clocks are changed are shorter or longer: look again each time.
            false => f64::NEG_INFINITY,
        };
        Today {
            end,
            share: share.copied().unwrap_or(1.0),
        }
    }
}

/// The arrivals of a run, in order of time, stream and ordinal.
pub struct ArrivalBook {
    streams: Vec<StreamState>,
    batch: Vec<Arrival>,
    next: usize,
    /// Time of the next arrival of the batch; `NEVER` if there is none.
    upcoming: SimTime,
    filled_to: SimTime,
    /// When the earliest candidate after that comes, in milliseconds.
    earliest: f64,
    window: SimSpan,
    /// Some stream is a list.
    has_recorded: bool,
    sorter: Sorter,
    /// By profile.
    courses: Vec<Course>,
    exponential: &'static Sampler,
    gap_purpose: u64,
    accept_purpose: u64,
}

impl ArrivalBook {
    pub fn new(program: &Program, replication: u64) -> Self {
        let gap_purpose = streams::purpose_key("arrivals#gap");
        let mut book = Self {
            streams: Vec::with_capacity(program.streams.len()),
            batch: Vec::new(),
            next: 0,
            upcoming: SimTime::NEVER,
            filled_to: SimTime::ZERO,
            earliest: 0.0,
            window: window(program),
            has_recorded: program
                .streams
                .iter()
                .any(|spec| matches!(spec.arrivals, Arrivals::Recorded(_))),
            sorter: Sorter::default(),
            courses: program
                .profiles
                .iter()
                .map(|profile| Course::new(profile, &program.clock))
                .collect(),
            exponential: &EXPONENTIAL,
            gap_purpose,
            accept_purpose: streams::purpose_key("arrivals#accept"),
        };
        for spec in &program.streams {
            let mut state = StreamState::new(program, spec, replication);
            book.step(program, spec, &mut state, &mut Standing::unknown());
            book.streams.push(state);
        }
        book
    }

    /// Time of the next arrival; `NEVER` when there is none before `end`.
    #[inline(always)]
    pub fn next_time(&mut self, program: &Program, end: SimTime) -> SimTime {
        if self.upcoming == SimTime::NEVER {
            self.fill_until(program, end);
        }
        self.upcoming
    }

    /// Batches until there is an arrival or none before `end`.
    #[cold]
    fn fill_until(&mut self, program: &Program, end: SimTime) {
        while self.upcoming == SimTime::NEVER && self.filled_to < end {
            self.fill(program);
        }
    }

    /// Takes the next arrival; `next_time` has said that there is one.
    #[inline]
    pub fn pop(&mut self) -> Arrival {
        let arrival = *self.batch.at(self.next);
        self.next += 1;
        self.find_upcoming();
        arrival
    }

    #[inline]
    fn find_upcoming(&mut self) {
        let next = self.batch.get(self.next);
        self.upcoming = next.map_or(SimTime::NEVER, |arrival| arrival.time);
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
        // Windows in which nobody comes are skipped: a stream of some arrivals a year has hundreds.
        let start = self.filled_to.max(SimTime(self.earliest as u64));
        let end = SimTime((start.0.saturating_add(self.window.0)).min(SimTime::NEVER.0));
        let end_time = end.0 as f64;
        let mut earliest = f64::INFINITY;
        let mut states = std::mem::take(&mut self.streams);
        for (id, (state, spec)) in states.iter_mut().zip(&program.streams).enumerate() {
            let mut standing = Standing::unknown();
            while state.next_time < end_time {
                let ordinal = state.next_ordinal;
                if self.is_accepted(spec, state, &mut standing.today) {
                    self.batch.push(Arrival {
                        time: SimTime(whole(state.next_time)),
                        stream: StreamId(id as u32),
                        ordinal,
                    });
                }
                state.next_ordinal += 1;
                self.step(program, spec, state, &mut standing);
            }
            earliest = earliest.min(state.next_time);
        }
        if states.len() > 1 {
            self.sorter.sort(&mut self.batch, start..end);
        }
        self.streams = states;
        self.find_upcoming();
        self.filled_to = end;
        self.earliest = earliest;
    }

    /// Moves `state` to the time of candidate `next_ordinal`.
    #[inline(always)]
    fn step(
        &self,
        program: &Program,
        spec: &StreamSpec,
        state: &mut StreamState,
        standing: &mut Standing,
    ) {
        let bits = || streams::draw(state.key, self.gap_purpose, u64::from(state.next_ordinal));
        if state.kind == Kind::Poisson {
            state.passed += self.exponential.sample(bits()) * state.gap;
            state.next_time = match state.profile {
                Some(id) => {
                    let week = &self.courses.at(id.index()).week;
                    week.next_time_at(state.passed, &mut standing.bin)
                }
                None => state.passed,
            };
            return;
        }
        match &spec.arrivals {
            Arrivals::Renewal { gap } => {
                let now = SimTime(state.next_time as u64);
                state.next_time += gap_at(program, *gap, now).sample(bits());
            }
            Arrivals::Recorded(list) => {
                let next = list.get(state.next_ordinal as usize);
                state.next_time = next.map_or(f64::INFINITY, |arrival| arrival.time.0 as f64);
            }
            Arrivals::Poisson { .. } => unreachable!("the kind is that of the arrivals"),
        }
    }

    /// Whether candidate `next_ordinal` of the stream comes.
    #[inline(always)]
    fn is_accepted(&self, spec: &StreamSpec, state: &StreamState, today: &mut Today) -> bool {
        if state.is_timed && !is_active(spec, state.next_time) {
            return false;
        }
        let mut chance = state.accept;
        if let Some(id) = state.profile {
            chance *= self.courses.at(id.index()).share_at(state.next_time, today);
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

/// The gap that follows an arrival at `now`.
fn gap_at(program: &Program, gap: DurationId, now: SimTime) -> &Sampler {
    let spec = &program.durations[gap.index()];
    let row = row_at(program, &spec.selector, now);
    &program.samplers[spec.samplers[row].index()]
}

/// Mean arrivals per millisecond of a stream given by gaps, over the hours of the run; `means` are those of its rows, in
/// milliseconds.
pub fn mean_rate_of_gaps(program: &Program, gap: DurationId, means: &[f64]) -> f64 {
    let selector = &program.durations[gap.index()].selector;
    let n_hours = match selector.dimensions.is_empty() {
        true => 1,
        // A year has met every hour, day and month.
        false => 24 * program.months.len().clamp(1, 366) as u64,
    };
    let row = |hour: u64| row_at(program, selector, SimTime(hour * HOUR.0));
    let rates = (0..n_hours).map(|hour| 1.0 / means[row(hour)].max(1.0));
    rates.sum::<f64>() / n_hours as f64
}

/// The row that a moment selects.
fn row_at(program: &Program, selector: &Selector, now: SimTime) -> usize {
    if selector.dimensions.is_empty() {
        return selector.rows.first().map_or(0, |row| *row as usize);
    }
    let mut clock = WallClock::new(&program.clock, &program.months);
    clock.set(now, &program.clock, &program.months);
    let value = |dimension: &Dimension| match dimension {
        Dimension::Hour => usize::from(clock.hour),
        Dimension::Weekday => usize::from(clock.weekday),
        Dimension::Month => usize::from(clock.month),
        Dimension::Open(window) => {
            let now = program.clock.time_of_week(now);
            usize::from(program.windows[window.index()].is_open(now))
        }
        Dimension::Since { bounds, .. } => bands(now.0, bounds.iter().map(|bound| bound.0)),
        _ => 0,
    };
    let each = selector.dimensions.iter();
    let parts = each.map(|(dimension, map)| map.get(value(dimension)).copied().unwrap_or(0));
    let sum: u32 = parts.sum();
    let row = selector.rows.get(sum as usize);
    row.map_or(0, |row| *row as usize)
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

/// On the clock of the profile, whose mean is that of time.
fn candidates_per_millisecond(program: &Program, arrivals: &Arrivals) -> f64 {
    match arrivals {
        Arrivals::Poisson {
            per_millisecond,
            profile,
            ..
        } => {
            let profile = profile.map(|id| &program.profiles[id.index()]);
            per_millisecond * profile.map_or(1.0, Profile::largest_day)
        }
        // The median stands for the mean: this only sizes batches.
        Arrivals::Renewal { gap } => {
            1.0 / gap_at(program, *gap, SimTime::ZERO)
                .sample(1 << 63)
                .max(1.0)
        }
        // A list is held in memory as it is.
        Arrivals::Recorded(_) => 0.0,
    }
}
