//! Several versions of one system in one program: shared sites, pools and fleets, and the paths, tables and streams of each.
//!
//! The first version is the system as it is; its numbers stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::distributions::Sampler;
use crate::engine::program::{
    AttributeId, CalendarId, CalendarSpec, DispositionId, FleetId, FleetSpec, MarkId,
    N_VISIT_GROUPS, PoolId, PoolSpec, Program, Roster, SamplerId, ShiftEnd, SiteId, Step, StepId,
    Surge, TriggerId, UnitSpec,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::Span;
use crate::uec::codes;
use crate::uec::compile::Compiled;
use crate::uec::model::{
    ChartSpec, MeasureKind, MeasureSpec, Named, Names, PoolName, SumOf, TriggerName,
};

use super::maps::{Maps, Offsets};

/// The whole, before anything changes in time: who comes when, and how large things are, is filled in by the schedule.
pub struct Joined {
    pub program: Program,
    pub names: Names,
    pub measures: Vec<MeasureSpec>,
    pub charts: Vec<ChartSpec>,
    /// By version.
    pub maps: Vec<Maps>,
    pub entries: Vec<Entries>,
    /// By pool, then version: its roster there; none where the version has no such pool.
    pub pool_rosters: Vec<Vec<Option<Roster>>>,
    /// By fleet, unit and version.
    pub unit_rosters: Vec<Vec<Vec<Option<Roster>>>>,
    /// By calendar: its site, and the versions that use it.
    pub calendar_users: Vec<(SiteId, Vec<usize>)>,
    /// By stream: its version, and its number there.
    pub stream_versions: Vec<(usize, usize)>,
}

/// Where each path of a version begins, by site (of the whole) and `service.path`.
pub struct Entries {
    steps: BTreeMap<(SiteId, String), StepId>,
    services: BTreeSet<(SiteId, String)>,
}

/// A trigger by its name and its site's.
fn trigger_words(names: &Names, trigger: TriggerId) -> (String, String) {
    let name = &names.triggers[trigger.index()];
    let site = name.site.map(|site| names.sites[site.index()].id.clone());
    (name.id.clone(), site.unwrap_or_default())
}

/// What opens more of a pool, by names.
fn switched(names: &Names, surges: &[Surge]) -> Vec<((String, String), u32, u64)> {
    let of = |surge: &Surge| {
        let trigger = trigger_words(names, surge.trigger);
        (trigger, surge.units, surge.after.0)
    };
    surges.iter().map(of).collect()
}

impl Entries {
    fn new(compiled: &Compiled, maps: &Maps) -> Self {
        let (mut steps, mut services) = (BTreeMap::new(), BTreeSet::new());
        let program = &compiled.program;
        for (index, (step, name)) in program.steps.iter().zip(&compiled.names.steps).enumerate() {
            if matches!(step, Step::Enter { .. }) {
                let site = maps.site(program.draws[index].site);
                services.insert((site, service_of(name).to_owned()));
                let id = maps.step_id(StepId(index as u32));
                steps.insert((site, name.clone()), id);
            }
        }
        Self { steps, services }
    }

    /// Where a path begins; none if there is no such path.
    pub fn step(&self, site: SiteId, path: &str) -> Option<StepId> {
        self.steps.get(&(site, path.to_owned())).copied()
    }

    /// Whether a site runs the service of a path.
    pub fn runs(&self, site: SiteId, path: &str) -> bool {
        self.services.contains(&(site, service_of(path).to_owned()))
    }
}

/// The service of `service.path` or `service.path.id`.
fn service_of(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Puts versions together. `at` is where faults are shown.
///
/// Errors (reported): `S312` for versions that cannot live in one run.
pub fn join(versions: &[Compiled], at: Span, faults: &Diagnostics) -> Option<Joined> {
    let first = &versions[0];
    let mut joiner = Joiner {
        joined: Joined {
            program: Program {
                mark_clocks: Vec::new(),
                clock: first.program.clock.clone(),
                months: first.program.months.clone(),
                ..Program::default()
            },
            names: Names::default(),
            measures: Vec::new(),
            charts: first.charts.clone(),
            maps: Vec::new(),
            entries: Vec::new(),
            pool_rosters: Vec::new(),
            unit_rosters: Vec::new(),
            calendar_users: Vec::new(),
            stream_versions: Vec::new(),
        },
        at,
        faults,
    };
    for (version, compiled) in versions.iter().enumerate() {
        joiner.add(version, compiled, versions);
    }
    joiner.finish(versions.len())
}

struct Joiner<'a> {
    joined: Joined,
    at: Span,
    faults: &'a Diagnostics,
}

impl Joiner<'_> {
    fn refuse(&self, message: String) {
        let fault = Diagnostic::error(codes::ROLLOUT, self.at, message);
        self.faults.report(fault);
    }

    fn add(&mut self, version: usize, compiled: &Compiled, all: &[Compiled]) {
        let mut maps = Maps {
            at: self.offsets(),
            sites: self.sites(&compiled.names),
            ..Maps::default()
        };
        maps.pools = self.pools(version, compiled, &maps);
        maps.fleets = self.fleets(version, compiled, &maps);
        maps.calendars = self.calendars(version, compiled, &maps);
        maps.attributes = self.attributes(&compiled.names);
        let triggers = compiled.names.triggers.iter();
        let triggers = triggers.map(|trigger| TriggerName {
            site: trigger.site.map(|site| maps.site(site)),
            ..trigger.clone()
        });
        self.joined.names.triggers.extend(triggers);
        let names = &mut self.joined.names;
        for service in &compiled.names.services {
            if !names.services.iter().any(|known| known.id == service.id) {
                names.services.push(service.clone());
            }
        }
        let marks = compiled.names.marks.iter();
        maps.marks = marks
            .map(|name| MarkId(number_of(&mut names.marks, name)))
            .collect();
        let dispositions = compiled.names.dispositions.iter();
        maps.dispositions = dispositions
            .map(|name| DispositionId(number_of(&mut names.dispositions, name)))
            .collect();
        maps.samplers = self.samplers(&compiled.program);
        maps.groups = groups(&all[0], compiled);
        self.clocks(&compiled.program, &maps);
        self.tables(&compiled.program, &maps);
        self.streams(version, compiled, &maps);
        self.measures(compiled, &maps);
        self.joined
            .names
            .steps
            .extend(compiled.names.steps.iter().cloned());
        self.joined.entries.push(Entries::new(compiled, &maps));
        self.joined.maps.push(maps);
    }

    fn offsets(&self) -> Offsets {
        let program = &self.joined.program;
        Offsets {
            steps: program.steps.len() as u32,
            branches: program.branches.len() as u32,
            points: program.points.len() as u32,
            selectors: program.selectors.len() as u16,
            chances: program.chances.len() as u16,
            durations: program.durations.len() as u16,
            waits: program.waits.len() as u16,
            pool_lists: program.pool_lists.len() as u16,
            bookings: program.bookings.len() as u16,
            routes: program.routes.len() as u16,
            windows: program.windows.len() as u16,
            profiles: program.profiles.len() as u16,
            hazards: program.hazards.len() as u16,
            triggers: program.triggers.len() as u16,
        }
    }

    fn sites(&mut self, names: &Names) -> Vec<SiteId> {
        let sites = &mut self.joined.names.sites;
        let number = |site: &Named| {
            let known = sites.iter().position(|known| known.id == site.id);
            let index = known.unwrap_or_else(|| {
                sites.push(site.clone());
                sites.len() - 1
            });
            SiteId(index as u16)
        };
        names.sites.iter().map(number).collect()
    }

    fn pools(&mut self, version: usize, compiled: &Compiled, maps: &Maps) -> Vec<PoolId> {
        let joined = &mut self.joined;
        let mut numbers = Vec::new();
        let mut changed_surges = Vec::new();
        for (name, spec) in compiled.names.pools.iter().zip(&compiled.program.pools) {
            let index = position(&mut joined.names.pools, name, maps);
            if index == joined.program.pools.len() {
                joined.program.pools.push(PoolSpec {
                    roster: Roster::default(),
                    surges: spec.surges.iter().map(|surge| maps.surge(*surge)).collect(),
                    ..spec.clone()
                });
                joined.pool_rosters.push(Vec::new());
            } else if switched(&joined.names, &joined.program.pools[index].surges)
                != switched(&compiled.names, &spec.surges)
            {
                changed_surges.push(name.id.clone());
            }
            let whole = &mut joined.program.pools[index];
            whole.keeps_served |= spec.keeps_served;
            if spec.on_shift_end == ShiftEnd::Interrupt {
                whole.on_shift_end = ShiftEnd::Interrupt;
            }
            let rosters = &mut joined.pool_rosters[index];
            rosters.resize(version, None);
            rosters.push(Some(spec.roster.clone()));
            numbers.push(PoolId(index as u16));
        }
        for pool in changed_surges {
            self.refuse(format!(
                "a roll-out cannot change which trigger opens how many more of the pool \"{pool}\""
            ));
        }
        numbers
    }

    fn fleets(&mut self, version: usize, compiled: &Compiled, maps: &Maps) -> Vec<FleetId> {
        let mut numbers = Vec::new();
        for (name, spec) in compiled.names.fleets.iter().zip(&compiled.program.fleets) {
            let known = self.joined.names.fleets.iter();
            let known = known.map(|fleet| &fleet.id).position(|id| *id == name.id);
            let index = known.unwrap_or_else(|| {
                self.joined.names.fleets.push(name.clone());
                self.joined.program.fleets.push(FleetSpec {
                    units: Vec::new(),
                    reserve: spec.reserve.map(|reserve| maps.reserve(reserve)),
                    ..spec.clone()
                });
                self.joined.unit_rosters.push(Vec::new());
                self.joined.names.fleets.len() - 1
            });
            let whole = &self.joined.program.fleets[index];
            let bare = |fleet: &FleetSpec| FleetSpec {
                units: Vec::new(),
                rank: None,
                reserve: None,
                ..fleet.clone()
            };
            let kept = |names: &Names, fleet: &FleetSpec| {
                let reserve = fleet.reserve?;
                let when = reserve.when.map(|when| trigger_words(names, when));
                Some((reserve.units, reserve.rank, when))
            };
            let is_same_reserve = kept(&self.joined.names, whole) == kept(&compiled.names, spec);
            if bare(whole) != bare(spec) || !is_same_reserve {
                self.refuse(format!(
                    "a roll-out cannot change how the fleet \"{}\" drives or is sent, only its units",
                    name.id
                ));
            }
            self.units(version, index, &spec.units);
            numbers.push(FleetId(index as u8));
        }
        numbers
    }

    /// Units of the same station and shift are the same ones.
    fn units(&mut self, version: usize, fleet: usize, units: &[UnitSpec]) {
        let whole = &mut self.joined.program.fleets[fleet].units;
        let rosters = &mut self.joined.unit_rosters[fleet];
        let mut is_taken = vec![false; whole.len()];
        for unit in units {
            let mut known = whole.iter().zip(&is_taken);
            let found = known.position(|(known, is_taken)| !is_taken && known == unit);
            let index = found.unwrap_or_else(|| {
                whole.push(unit.clone());
                rosters.push(Vec::new());
                is_taken.push(false);
                whole.len() - 1
            });
            is_taken[index] = true;
            rosters[index].resize(version, None);
            rosters[index].push(Some(unit.roster.clone()));
        }
    }

    /// A calendar that offers the same in two versions is one calendar; else each version has its own part of it.
    fn calendars(&mut self, version: usize, compiled: &Compiled, maps: &Maps) -> Vec<CalendarId> {
        let joined = &mut self.joined;
        let mut numbers = Vec::new();
        for (name, spec) in compiled
            .names
            .calendars
            .iter()
            .zip(&compiled.program.calendars)
        {
            let site = maps.site(name.site);
            let is_same = |(known, calendar): (&PoolName, &CalendarSpec)| {
                known.id == name.id && known.site == site && calendar == spec
            };
            let mut known = joined.names.calendars.iter().zip(&joined.program.calendars);
            let index = known.position(is_same).unwrap_or_else(|| {
                joined.names.calendars.push(PoolName {
                    id: name.id.clone(),
                    site,
                });
                joined.program.calendars.push(spec.clone());
                joined.calendar_users.push((site, Vec::new()));
                joined.calendar_users.len() - 1
            });
            joined.calendar_users[index].1.push(version);
            numbers.push(CalendarId(index as u16));
        }
        numbers
    }

    fn attributes(&mut self, names: &Names) -> Vec<AttributeId> {
        let mut numbers = Vec::new();
        for attribute in &names.attributes {
            let known = &self.joined.names.attributes;
            let found = known.iter().position(|known| known.id == attribute.id);
            let index = found.unwrap_or(known.len());
            match known.get(index) {
                None => self.joined.names.attributes.push(attribute.clone()),
                Some(known) if known.levels != attribute.levels => {
                    let message = format!(
                        "a roll-out cannot change the levels of \"{}\": patients of both versions are in one run",
                        attribute.id
                    );
                    self.refuse(message);
                }
                Some(_) => {}
            }
            numbers.push(AttributeId(index as u8));
        }
        numbers
    }

    /// Tables of tens of kilobytes: each is kept once.
    fn samplers(&mut self, program: &Program) -> Vec<SamplerId> {
        let all = &mut self.joined.program.samplers;
        let is_first = all.is_empty();
        let number = |sampler: &Sampler| {
            let known = match is_first {
                true => None,
                false => all.iter().position(|known| known == sampler),
            };
            let index = known.unwrap_or_else(|| {
                all.push(sampler.clone());
                all.len() - 1
            });
            SamplerId(index as u16)
        };
        program.samplers.iter().map(number).collect()
    }

    fn clocks(&mut self, program: &Program, maps: &Maps) {
        let whole = &mut self.joined.program;
        whole
            .mark_clocks
            .resize(self.joined.names.marks.len(), None);
        for (mark, clock) in maps.marks.iter().zip(&program.mark_clocks) {
            let known = &mut whole.mark_clocks[mark.index()];
            if clock.is_some() && known.is_none() {
                *known = Some(whole.n_clocks);
                whole.n_clocks += 1;
            }
        }
    }

    fn tables(&mut self, part: &Program, maps: &Maps) {
        let whole = &mut self.joined.program;
        whole
            .steps
            .extend(part.steps.iter().map(|step| maps.step(*step)));
        whole
            .draws
            .extend(part.draws.iter().map(|draw| maps.draw(*draw)));
        whole
            .branches
            .extend(part.branches.iter().map(|step| maps.step_id(*step)));
        whole
            .selectors
            .extend(part.selectors.iter().map(|one| maps.selector(one)));
        whole
            .chances
            .extend(part.chances.iter().map(|one| maps.chance(one)));
        whole
            .durations
            .extend(part.durations.iter().map(|one| maps.duration(one)));
        whole
            .waits
            .extend(part.waits.iter().map(|one| maps.wait(one)));
        whole
            .pool_lists
            .extend(part.pool_lists.iter().map(|one| maps.pool_list(one)));
        whole
            .bookings
            .extend(part.bookings.iter().map(|one| maps.booking(one)));
        whole
            .routes
            .extend(part.routes.iter().map(|one| maps.route(one)));
        whole.windows.extend(part.windows.iter().cloned());
        whole.profiles.extend(part.profiles.iter().cloned());
        whole
            .hazards
            .extend(part.hazards.iter().map(|one| maps.hazard(one)));
        whole
            .triggers
            .extend(part.triggers.iter().map(|one| maps.trigger(one)));
        whole.points.extend(part.points.iter().copied());
        whole
            .point_weights
            .extend(part.point_weights.iter().copied());
    }

    fn streams(&mut self, version: usize, compiled: &Compiled, maps: &Maps) {
        let streams = compiled.program.streams.iter().enumerate();
        for ((index, stream), name) in streams.zip(&compiled.names.streams) {
            self.joined.program.streams.push(maps.stream(stream));
            self.joined.names.streams.push(name.clone());
            self.joined.stream_versions.push((version, index));
        }
    }

    /// The measures of all versions; one that several have is taken over all their pools.
    fn measures(&mut self, compiled: &Compiled, maps: &Maps) {
        for measure in &compiled.measures {
            let measure = maps.measure(measure);
            let mut known = self.joined.measures.iter_mut();
            match known.find(|known| known.id == measure.id) {
                Some(known) => add_pools(&mut known.kind, measure.kind),
                None => self.joined.measures.push(measure),
            }
        }
    }

    fn finish(mut self, n_versions: usize) -> Option<Joined> {
        let joined = &mut self.joined;
        let rosters = joined.unit_rosters.iter_mut().flatten();
        for rosters in joined.pool_rosters.iter_mut().chain(rosters) {
            rosters.resize(n_versions, None);
        }
        let program = &mut joined.program;
        program.n_sites = joined.names.sites.len() as u16;
        program.n_dispositions = joined.names.dispositions.len() as u16;
        let sizes = [
            program.selectors.len(),
            program.chances.len(),
            program.samplers.len(),
            program.durations.len(),
            program.waits.len(),
            program.routes.len(),
            program.windows.len(),
            program.profiles.len(),
            program.bookings.len(),
        ];
        let n_attributes = joined.names.attributes.len();
        let n_clocks = program.n_clocks;
        if sizes.iter().any(|size| *size >= usize::from(u16::MAX)) {
            self.refuse(format!(
                "{n_versions} versions of this system at a time are too much: a table has more than 65534 entries"
            ));
        }
        if n_attributes > crate::engine::program::N_ATTRIBUTES
            || usize::from(n_clocks) > crate::engine::program::N_CLOCKS
        {
            self.refuse(format!(
                "all versions together have {n_attributes} attributes and {n_clocks} clocks; 12 and 32 at most"
            ));
        }
        (!self.faults.has_errors()).then_some(self.joined)
    }
}

/// The position of a name, which is added if it is new.
fn number_of(names: &mut Vec<String>, name: &str) -> u16 {
    let known = names.iter().position(|known| known == name);
    let index = known.unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    index as u16
}

fn position(all: &mut Vec<PoolName>, name: &PoolName, maps: &Maps) -> usize {
    let site = maps.site(name.site);
    let known = all
        .iter()
        .position(|known| known.id == name.id && known.site == site);
    known.unwrap_or_else(|| {
        all.push(PoolName {
            id: name.id.clone(),
            site,
        });
        all.len() - 1
    })
}

/// Group of visits in the first version by group here: a service counts its visits in one place, whatever the version.
fn groups(first: &Compiled, compiled: &Compiled) -> Vec<u8> {
    let of = |compiled: &Compiled| {
        let steps = compiled.names.steps.iter().zip(&compiled.program.draws);
        let each = steps.map(|(name, draw)| (service_of(name).to_owned(), draw.group));
        each.collect::<BTreeMap<String, u8>>()
    };
    let mut groups: Vec<u8> = (0..N_VISIT_GROUPS as u8).collect();
    let there = of(first);
    for (service, here) in of(compiled) {
        if let Some(there) = there.get(&service) {
            groups[usize::from(here)] = *there;
        }
    }
    groups
}

/// Takes a measure over the pools of another version, too.
fn add_pools(known: &mut MeasureKind, other: MeasureKind) {
    let add = |pools: &mut Vec<PoolId>, more: Vec<PoolId>| {
        let new = more.into_iter().filter(|pool| !pools.contains(pool));
        let new: Vec<PoolId> = new.collect();
        pools.extend(new);
    };
    match (known, other) {
        (MeasureKind::Level { pools, .. }, MeasureKind::Level { pools: more, .. }) => {
            add(pools, more);
        }
        (MeasureKind::Sum { items }, MeasureKind::Sum { items: others }) => {
            for (item, other) in items.iter_mut().zip(others) {
                if let (SumOf::Pools { pools, .. }, SumOf::Pools { pools: more, .. }) =
                    (&mut item.of, other.of)
                {
                    add(pools, more);
                }
            }
        }
        _ => {}
    }
}
