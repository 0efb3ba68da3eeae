//! Levels over time: units busy, patients waiting and capacity of pools and fleets.
//!
//! The engine integrates levels exactly, in whole unit-milliseconds, and tells the integrals every hour; here they are
//! gathered by day and by hour of the week. A track follows one pool or fleet. Levels are measured from the first full
//! hour of the measured period.

use super::keys::Row;
use super::tables::{HOURS_OF_WEEK, Period};
use crate::engine::facts::LevelAreas;
use crate::engine::program::{FleetId, PoolId, SiteId, TriggerId};
use crate::engine::time::{DAY, HOUR, SimSpan, SimTime};
use crate::uec::model::{LevelOf, MeasureSpec, Model};

/// Which pools and fleets are followed.
#[derive(Clone, Debug, Default)]
pub(super) struct LevelTables {
    /// By measure of a level, in order: what of which tracks, all sites together.
    pub totals: Vec<(LevelOf, Vec<u16>)>,
    tracks: Vec<TrackSpec>,
    n_day_bins: usize,
    n_hour_bins: usize,
}

#[derive(Clone, Debug)]
struct TrackSpec {
    of: Followed,
    by_day: Option<u32>,
    by_hour: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Followed {
    Pool(PoolId),
    Fleet(FleetId),
    Trigger(TriggerId),
}

/// Time integrals since the start of the run, of every pool and fleet, and how long every trigger was on.
#[derive(Clone, Copy)]
pub(super) struct Hourly<'a> {
    pub now: SimTime,
    pub pools: &'a [LevelAreas],
    pub fleets: &'a [LevelAreas],
    pub triggers: &'a [u64],
}

/// A row of a level measure with the tracks that are summed in it.
pub(super) type LevelRow = (Row, Vec<u16>);

impl LevelTables {
    /// Follows `pools` and returns the measure's rows: all, then (if asked for) the sites in order.
    pub fn add_pools(
        &mut self,
        model: &Model,
        measure: &MeasureSpec,
        pools: &[PoolId],
        period: &Period,
    ) -> Vec<LevelRow> {
        let site_of = |pool: &PoolId| Some(model.names.pools[pool.index()].site);
        let followed = pools.iter();
        let followed = followed.map(|pool| (Followed::Pool(*pool), site_of(pool)));
        self.add_by_site(measure, followed, period)
    }

    /// As `add_pools`, of triggers; those that belong to no site are in the first row alone.
    pub fn add_triggers(
        &mut self,
        model: &Model,
        measure: &MeasureSpec,
        triggers: &[TriggerId],
        period: &Period,
    ) -> Vec<LevelRow> {
        let site_of = |trigger: &TriggerId| model.names.triggers[trigger.index()].site;
        let followed = triggers.iter();
        let followed = followed.map(|trigger| (Followed::Trigger(*trigger), site_of(trigger)));
        self.add_by_site(measure, followed, period)
    }

    fn add_by_site(
        &mut self,
        measure: &MeasureSpec,
        followed: impl Iterator<Item = (Followed, Option<SiteId>)>,
        period: &Period,
    ) -> Vec<LevelRow> {
        let mut all = Vec::new();
        let mut sites: Vec<LevelRow> = Vec::new();
        for (followed, site) in followed {
            let track = self.follow(followed, measure, period);
            all.push(track);
            if let Some(site) = site.filter(|_| measure.by_site) {
                let site = Row::Site(site);
                match sites.iter_mut().find(|(row, _)| *row == site) {
                    Some((_, tracks)) => tracks.push(track),
                    None => sites.push((site, vec![track])),
                }
            }
        }
        sites.sort_by_key(|(row, _)| match row {
            Row::Site(site) => site.0,
            Row::All | Row::Cohort(..) => 0,
        });
        sites.insert(0, (Row::All, all));
        sites
    }

    /// Follows a fleet and returns the measure's only row.
    pub fn add_fleet(
        &mut self,
        measure: &MeasureSpec,
        fleet: FleetId,
        period: &Period,
    ) -> Vec<LevelRow> {
        let track = self.follow(Followed::Fleet(fleet), measure, period);
        vec![(Row::All, vec![track])]
    }

    fn follow(&mut self, of: Followed, measure: &MeasureSpec, period: &Period) -> u16 {
        let known = self.tracks.iter().position(|track| track.of == of);
        let index = known.unwrap_or_else(|| {
            self.tracks.push(TrackSpec {
                of,
                by_day: None,
                by_hour: None,
            });
            self.tracks.len() - 1
        });
        let track = &mut self.tracks[index];
        if measure.by_day && track.by_day.is_none() {
            track.by_day = Some(self.n_day_bins as u32);
            self.n_day_bins += period.n_days;
        }
        if measure.by_hour_of_week && track.by_hour.is_none() {
            track.by_hour = Some(self.n_hour_bins as u32);
            self.n_hour_bins += HOURS_OF_WEEK;
        }
        index as u16
    }
}

/// The integrals of one replication.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    /// Time up to which the levels are gathered; none before the measured period.
    gathered: Option<SimTime>,
    /// By track: since the start of the run, at `gathered`.
    at_hour: Vec<LevelAreas>,
    /// By track: over the measured period.
    totals: Vec<LevelAreas>,
    measured: SimSpan,
    by_day: Vec<LevelAreas>,
    by_hour: Vec<LevelAreas>,
    /// By measure of `LevelTables::totals`, then by whole level: hours whose mean was between it and the next.
    hours_at: Vec<Vec<u32>>,
}

/// Levels above this are counted as this one: a line that long is out of every scale, and memory stays bounded.
const HIGHEST_LEVEL: usize = 20_000;

impl Levels {
    pub fn new(tables: &LevelTables) -> Self {
        let n_tracks = tables.tracks.len();
        Self {
            gathered: None,
            at_hour: vec![LevelAreas::default(); n_tracks],
            totals: vec![LevelAreas::default(); n_tracks],
            measured: SimSpan::ZERO,
            by_day: vec![LevelAreas::default(); tables.n_day_bins],
            by_hour: vec![LevelAreas::default(); tables.n_hour_bins],
            hours_at: vec![Vec::new(); tables.totals.len()],
        }
    }

    /// Goes on where accounts of the time before end.
    pub fn go_on_from(&mut self, before: &Self) {
        self.gathered = before.gathered;
        self.at_hour.clone_from(&before.at_hour);
    }

    /// Takes the integrals of an hour.
    pub fn gather(&mut self, tables: &LevelTables, period: &Period, hourly: Hourly<'_>) {
        let now = hourly.now;
        if now < period.start {
            return;
        }
        let since = self.gathered.replace(now);
        if let Some(from) = since {
            self.count_hours(tables, now.since(from).0, hourly);
        }
        for (track, spec) in tables.tracks.iter().enumerate() {
            let areas = spec.of.areas(hourly);
            let before = std::mem::replace(&mut self.at_hour[track], areas);
            let Some(since) = since else { continue };
            let passed = passed(areas, before);
            add(&mut self.totals[track], passed);
            if let Some(first) = spec.by_day {
                add(&mut self.by_day[first as usize + period.day(since)], passed);
            }
            if let Some(first) = spec.by_hour {
                let hour = period.hour_of_week(since);
                add(&mut self.by_hour[first as usize + hour], passed);
            }
        }
        if let Some(since) = since {
            self.measured = self.measured + now.since(since);
        }
    }

    /// Adds the hour that ended now to the level it had, before `at_hour` moves on.
    fn count_hours(&mut self, tables: &LevelTables, span: u64, hourly: Hourly<'_>) {
        for ((what, tracks), hours) in tables.totals.iter().zip(&mut self.hours_at) {
            let passed = tracks.iter().map(|&track| {
                let areas = tables.tracks[usize::from(track)].of.areas(hourly);
                passed(areas, self.at_hour[usize::from(track)])
            });
            let Some(mean) = level(sum(passed), *what, span) else {
                continue;
            };
            let at = (mean as usize).min(HIGHEST_LEVEL);
            if hours.len() <= at {
                hours.resize(at + 1, 0);
            }
            hours[at] += 1;
        }
    }

    /// Adds the integrals of another area over the same period. Hours at a level are then hours of an area.
    pub fn absorb(&mut self, other: &Self) {
        let both = |mine: &mut Vec<LevelAreas>, theirs: &[LevelAreas]| {
            let pairs = mine.iter_mut().zip(theirs);
            pairs.for_each(|(sum, of)| add(sum, *of));
        };
        both(&mut self.totals, &other.totals);
        both(&mut self.by_day, &other.by_day);
        both(&mut self.by_hour, &other.by_hour);
        self.measured = self.measured.max(other.measured);
        for (hours, more) in self.hours_at.iter_mut().zip(&other.hours_at) {
            let n_levels = hours.len().max(more.len());
            hours.resize(n_levels, 0);
            hours.iter_mut().zip(more).for_each(|(sum, n)| *sum += n);
        }
    }

    /// By measure of `LevelTables::totals`: hours at each whole level.
    pub fn hours_at(&self) -> &[Vec<u32>] {
        &self.hours_at
    }

    /// Mean over the measured period of the sum of `tracks`.
    pub fn mean(&self, tracks: &[u16], what: LevelOf) -> Option<f64> {
        let areas = tracks.iter().map(|&track| self.totals[usize::from(track)]);
        level(sum(areas), what, self.measured.0)
    }

    /// Unit-milliseconds of the measured period, of busy, waiting or rostered units.
    pub fn area(&self, tracks: &[u16], what: LevelOf) -> u64 {
        let areas = sum(tracks.iter().map(|&track| self.totals[usize::from(track)]));
        match what {
            LevelOf::Busy | LevelOf::Occupancy | LevelOf::On => areas.busy,
            LevelOf::Waiting => areas.waiting,
            LevelOf::Capacity => areas.capacity,
        }
    }

    /// Mean over one day; its length in milliseconds is `span`.
    pub fn of_day(
        &self,
        tables: &LevelTables,
        tracks: &[u16],
        what: LevelOf,
        day: usize,
        span: u64,
    ) -> Option<f64> {
        let areas = tracks.iter().map(|&track| {
            let first = tables.tracks[usize::from(track)].by_day;
            let first = first.expect("a measure with a daily course asked for it");
            self.by_day[first as usize + day]
        });
        level(sum(areas), what, span)
    }

    /// Mean over one hour of the week; all its occurrences together are `span` milliseconds long.
    pub fn of_hour(
        &self,
        tables: &LevelTables,
        tracks: &[u16],
        what: LevelOf,
        hour: usize,
        span: u64,
    ) -> Option<f64> {
        let areas = tracks.iter().map(|&track| {
            let first = tables.tracks[usize::from(track)].by_hour;
            let first = first.expect("a measure with a weekly course asked for it");
            self.by_hour[first as usize + hour]
        });
        level(sum(areas), what, span)
    }
}

impl Followed {
    /// A trigger counts as a unit that is there all the time and busy while it is on.
    fn areas(self, hourly: Hourly<'_>) -> LevelAreas {
        match self {
            Self::Pool(pool) => hourly.pools[pool.index()],
            Self::Fleet(fleet) => hourly.fleets[fleet.index()],
            Self::Trigger(trigger) => LevelAreas {
                busy: hourly.triggers[trigger.index()],
                waiting: 0,
                capacity: hourly.now.0,
            },
        }
    }
}

fn passed(areas: LevelAreas, before: LevelAreas) -> LevelAreas {
    LevelAreas {
        busy: areas.busy - before.busy,
        waiting: areas.waiting - before.waiting,
        capacity: areas.capacity - before.capacity,
    }
}

fn level(areas: LevelAreas, what: LevelOf, span: u64) -> Option<f64> {
    let (area, over) = match what {
        LevelOf::Busy => (areas.busy, span),
        LevelOf::Waiting => (areas.waiting, span),
        LevelOf::Capacity => (areas.capacity, span),
        LevelOf::Occupancy | LevelOf::On => (areas.busy, areas.capacity),
    };
    let scale = match what {
        LevelOf::Occupancy | LevelOf::On => 100.0,
        LevelOf::Busy | LevelOf::Waiting | LevelOf::Capacity => 1.0,
    };
    (over > 0).then(|| area as f64 / over as f64 * scale)
}

fn add(sum: &mut LevelAreas, of: LevelAreas) {
    sum.busy += of.busy;
    sum.waiting += of.waiting;
    sum.capacity += of.capacity;
}

fn sum(areas: impl Iterator<Item = LevelAreas>) -> LevelAreas {
    let mut total = LevelAreas::default();
    areas.for_each(|of| add(&mut total, of));
    total
}

impl Period {
    #[inline]
    pub fn contains(&self, time: SimTime) -> bool {
        self.start <= time && time < self.end
    }

    /// How long it is.
    pub fn days(&self) -> f64 {
        self.end.since(self.start).0 as f64 / DAY.0 as f64
    }

    /// Day of the measured period.
    #[inline]
    pub fn day(&self, time: SimTime) -> usize {
        let first = self.clock.local(self.start);
        (self.clock.local(time).saturating_sub(first) / DAY.0) as usize
    }

    /// Hour of the week, Monday 00:00 first.
    #[inline]
    pub fn hour_of_week(&self, time: SimTime) -> usize {
        (self.clock.local(time) / HOUR.0) as usize % HOURS_OF_WEEK
    }

    /// Milliseconds of a day that lie in the period: the last day may be short, and those on which clocks change are shorter or longer.
    pub fn day_span(&self, day: usize) -> u64 {
        let first = self.clock.local(self.start);
        let midnight = |day: usize| {
            let local = first + DAY.0 * day as u64;
            self.clock.when(local, self.start)
        };
        midnight(day + 1).min(self.end).since(midnight(day)).0
    }

    /// Milliseconds of each hour of the week that lie in the period.
    pub fn hour_spans(&self) -> Vec<u64> {
        let mut spans = vec![0; HOURS_OF_WEEK];
        let mut from = self.start;
        while from < self.end {
            let into_hour = self.clock.local(from) % HOUR.0;
            let until = (from + SimSpan(HOUR.0 - into_hour)).min(self.end);
            spans[self.hour_of_week(from)] += until.since(from).0;
            from = until;
        }
        spans
    }
}
