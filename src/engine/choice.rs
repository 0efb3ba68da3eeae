//! Looking things up for a patient: rows of tables, drawn outcomes, drawn lengths of time, sites of a route.

use super::facts::Reader;
use super::fleets::bare_minutes;
use super::lookups::Lookup;
use super::program::{
    ChanceId, Dimension, DurationId, MarkId, PoolId, RouteId, RouteRule, RouteSite, RouteSpec,
    Since, SiteId, StepId, WindowId,
};
use super::proven::Proven;
use super::simulation::Simulation;
use super::streams;
use super::time::{SimSpan, SimTime};

/// Where a patient goes and how long that takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Destination {
    /// Position in `RouteSpec::sites`.
    pub index: usize,
    pub travel: SimSpan,
}

impl<R: Reader> Simulation<'_, R> {
    /// The table row for a patient now.
    #[inline]
    pub(super) fn row<const PLAIN: bool>(&self, lookup: &Lookup, patient: u32) -> u32 {
        if PLAIN || lookup.is_about_patient() {
            let attributes = &self.patients.get(patient).attributes;
            self.lookups.row(lookup, attributes)
        } else {
            self.row_by_state(lookup, patient)
        }
    }

    #[inline(never)]
    fn row_by_state(&self, lookup: &Lookup, patient: u32) -> u32 {
        let attributes = &self.patients.get(patient).attributes;
        let value_of = |dimension: &_| self.value_of(dimension, patient);
        self.lookups.row_by(lookup, attributes, value_of)
    }

    fn value_of(&self, dimension: &Dimension, patient: u32) -> usize {
        let record = self.patients.get(patient);
        match dimension {
            Dimension::Attribute(attribute) => {
                usize::from(record.attributes[usize::from(attribute.0)])
            }
            Dimension::Hour => usize::from(self.wall.hour),
            Dimension::Weekday => usize::from(self.wall.weekday),
            Dimension::Month => usize::from(self.wall.month),
            Dimension::Open(window) => usize::from(self.is_window_open(*window, self.now)),
            Dimension::Held(slot) => usize::from(record.is_holding(*slot)),
            Dimension::Waiting { pools, bounds } => bands(
                self.sum(pools, |level| level.waiting),
                bounds.iter().copied(),
            ),
            Dimension::Busy { pools, bounds } => {
                bands(self.sum(pools, |level| level.busy), bounds.iter().copied())
            }
            Dimension::Trigger(trigger) => usize::from(self.triggers.is_on(*trigger)),
            Dimension::Since { what, bounds } => {
                let from = match what {
                    Since::Start => Some(SimTime::ZERO),
                    Since::Mark(mark) => self.passed_at(patient, *mark),
                };
                let since = from.map_or(0, |from| self.now.since(from).0);
                bands(since, bounds.iter().map(|bound| bound.0))
            }
        }
    }

    /// When the patient last passed a mark that has a clock.
    fn passed_at(&self, patient: u32, mark: MarkId) -> Option<SimTime> {
        let clock = (*self.program.mark_clocks.at(mark.index()))?;
        let is_set = self.patients.get(patient).is_clock_set(clock);
        is_set.then(|| self.patients.clock(patient, clock))
    }

    fn sum(&self, pools: &[PoolId], of: impl Fn(&super::levels::Level) -> u32) -> u32 {
        pools
            .iter()
            .map(|pool| of(self.levels.at(pool.index())))
            .sum()
    }

    /// The outcome that a draw gives.
    #[inline]
    pub(super) fn outcome<const PLAIN: bool>(
        &self,
        chance: ChanceId,
        patient: u32,
        bits: u64,
    ) -> usize {
        let lookup = self.lookups.chance(chance);
        let row = self.row::<PLAIN>(lookup, patient);
        self.lookups.outcome(lookup, row, bits)
    }

    /// A length of time for this patient, drawn with these bits.
    pub(super) fn span<const PLAIN: bool>(
        &self,
        duration: DurationId,
        patient: u32,
        bits: u64,
    ) -> SimSpan {
        let sampler = self.row::<PLAIN>(self.lookups.duration(duration), patient);
        self.program.samplers.at(sampler as usize).sample_span(bits)
    }

    /// How long a step takes this patient.
    #[inline(always)]
    pub(super) fn step_span<const PLAIN: bool>(
        &self,
        step: StepId,
        duration: DurationId,
        patient: u32,
    ) -> SimSpan {
        let bits = self.step_bits::<PLAIN>(patient, step);
        match self.rows.at(step.index()).sampler {
            Some(only) => only.sample_span(bits),
            None => self.span::<PLAIN>(duration, patient, bits),
        }
    }

    /// 64 random bits for a step.
    #[inline(always)]
    pub(super) fn step_bits<const PLAIN: bool>(&self, patient: u32, step: StepId) -> u64 {
        let draw = &self.rows.at(step.index()).draw;
        self.bits_at::<PLAIN>(patient, draw.purpose, draw.group)
    }

    /// Bits for another purpose at the patient's step.
    #[inline]
    pub(super) fn bits_for(&self, patient: u32, purpose: u64) -> u64 {
        let group = self.rows.at(self.step_of(patient).index()).draw.group;
        self.bits_at::<false>(patient, purpose, group)
    }

    #[inline(always)]
    fn bits_at<const PLAIN: bool>(&self, patient: u32, purpose: u64, group: u8) -> u64 {
        let record = self.patients.get(patient);
        match PLAIN {
            true => streams::first_draw(record.key, purpose),
            false => streams::draw(record.key, purpose, record.nth(group)),
        }
    }

    /// Chooses a site for the patient; `None` if none is open.
    pub(super) fn destination(
        &self,
        route: RouteId,
        patient: u32,
        here: SiteId,
    ) -> Option<Destination> {
        let spec = self.program.routes.at(route.index());
        let row = spec.row.map_or(0, |attribute| {
            usize::from(self.patients.get(patient).attributes[usize::from(attribute.0)])
        });
        if let Some(index) = self.reach.only_site(route, row) {
            let travel = SimSpan::ZERO;
            let is_open = self.is_open(spec.sites.at(index), travel);
            return is_open.then_some(Destination { index, travel });
        }
        if spec.rule == RouteRule::SameSite
            && let Some(index) = spec.sites.iter().position(|site| site.site == here)
            && self.is_open(spec.sites.at(index), SimSpan::ZERO)
        {
            return Some(Destination {
                index,
                travel: SimSpan::ZERO,
            });
        }
        let sites = self.reach.sites(route, row);
        // Sites that an escalation shuts are used only if no other is open.
        self.best_site(spec, row, patient, sites, |site| {
            !site
                .except
                .is_some_and(|trigger| self.triggers.is_on(trigger))
        })
        .or_else(|| self.best_site(spec, row, patient, sites, |_| true))
    }

    fn best_site(
        &self,
        spec: &RouteSpec,
        row: usize,
        patient: u32,
        sites: &[u16],
        admits: impl Fn(&RouteSite) -> bool,
    ) -> Option<Destination> {
        let reachable = |index: &u16| {
            let index = usize::from(*index);
            let site = spec.sites.at(index);
            let travel = self.travel(spec, row, index, patient)?;
            (admits(site) && self.is_open(site, travel)).then_some(Destination { index, travel })
        };
        // The only one there is: nothing to weigh or draw.
        if let [only] = sites {
            return reachable(only);
        }
        if spec.rule == RouteRule::Shares {
            return self.site_by_share(spec, row, patient, || sites.iter().filter_map(reachable));
        }
        let cost = |to: &Destination| {
            let waiting = self.sum(&spec.sites.at(to.index).load, |level| level.waiting);
            to.travel.0 + u64::from(waiting) * spec.load_each.0
        };
        sites
            .iter()
            .filter_map(reachable)
            .min_by_key(|to| (cost(to), to.index))
    }

    fn site_by_share<I: Iterator<Item = Destination>>(
        &self,
        spec: &RouteSpec,
        row: usize,
        patient: u32,
        open: impl Fn() -> I,
    ) -> Option<Destination> {
        let weight = |to: &Destination| spec.weights[row * spec.sites.len() + to.index];
        let total: f32 = open().map(|to| weight(&to)).sum();
        let mut left =
            streams::unit(self.step_bits::<false>(patient, self.step_of(patient))) as f32 * total;
        let mut chosen = None;
        for to in open() {
            chosen = Some(to);
            left -= weight(&to);
            if left < 0.0 {
                break;
            }
        }
        chosen
    }

    fn is_open(&self, site: &RouteSite, travel: SimSpan) -> bool {
        let arrival = self.now + travel;
        let takes_patients = site.later.is_empty() || !site.entries_at(arrival).is_empty();
        takes_patients && (site.hours).is_none_or(|window| self.is_window_open(window, arrival))
    }

    /// Whether a window is open, now or later.
    #[inline]
    fn is_window_open(&self, window: WindowId, time: SimTime) -> bool {
        let windows = &self.program.windows;
        if time < self.wall.next_hour {
            return self.open_hour.is_open(window, windows, time, &self.wall);
        }
        let time = self.program.clock.time_of_week(time);
        windows.at(window.index()).is_open(time)
    }

    /// The patient's own travel to a site of a route; `None` if there is no way.
    fn travel(&self, spec: &RouteSpec, row: usize, index: usize, patient: u32) -> Option<SimSpan> {
        let factor = f64::from(spec.by_hour[usize::from(self.wall.hour)]);
        if let Some(milliseconds) = spec.travel.get(row * spec.sites.len() + index) {
            let is_reachable = *milliseconds != u32::MAX;
            return is_reachable
                .then(|| SimSpan::from_milliseconds(f64::from(*milliseconds) * factor));
        }
        if spec.detour == 0.0 {
            return Some(SimSpan::ZERO);
        }
        let bare = bare_minutes(&self.place_of(patient), &spec.sites.at(index).place);
        Some(SimSpan::from_minutes(
            f64::from(bare * spec.detour * spec.slowness) * factor,
        ))
    }
}

/// Number of bounds reached.
#[inline]
pub(super) fn bands<T: PartialOrd>(value: T, bounds: impl Iterator<Item = T>) -> usize {
    bounds.filter(|bound| value >= *bound).count()
}
