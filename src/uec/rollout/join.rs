//! Several versions of one system in one program: shared sites, pools and fleets, and the paths, tables and streams of each.
//!
//! The first version is the system as it is; its numbers stay as they are.

use crate::engine::program::{
    DispositionId, MarkId, N_ATTRIBUTES, N_CLOCKS, PoolSpec, Program, Roster, SiteId,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::Span;
use crate::uec::codes;
use crate::uec::compile::Compiled;
use crate::uec::model::{ChartSpec, MeasureSpec, Names, TriggerName};

use super::entries::Entries;
use super::maps::{Maps, Offsets};
use super::measures::add_followed;
use super::shared::{groups, number_of};

/// The whole, before anything changes in time: who comes when, and how large things are, is filled in by the schedule.
pub struct Joined {
    pub program: Program,
    pub names: Names,
    pub measures: Vec<MeasureSpec>,
    pub charts: Vec<ChartSpec>,
    /// By version.
    pub maps: Vec<Maps>,
    pub entries: Vec<Entries>,
    /// By pool, then version: what it is there; none where the version has no such pool.
    pub pool_versions: Vec<Vec<Option<PoolSpec>>>,
    /// By fleet, unit and version.
    pub unit_rosters: Vec<Vec<Vec<Option<Roster>>>>,
    /// By fleet and way: the versions whose calls are answered so.
    pub way_users: Vec<Vec<Vec<usize>>>,
    /// By trigger: its version.
    pub trigger_versions: Vec<usize>,
    /// By calendar: its site, and the versions that use it.
    pub calendar_users: Vec<(SiteId, Vec<usize>)>,
    /// By stream: its version, and its number there.
    pub stream_versions: Vec<(usize, usize)>,
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
            pool_versions: Vec::new(),
            unit_rosters: Vec::new(),
            way_users: Vec::new(),
            trigger_versions: Vec::new(),
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

/// The whole as far as it has come.
pub struct Joiner<'a> {
    pub joined: Joined,
    at: Span,
    faults: &'a Diagnostics,
}

impl Joiner<'_> {
    pub fn refuse(&self, message: String) {
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
        let fleets = self.fleets(version, compiled, &maps).into_iter();
        (maps.fleets, maps.ways) = fleets.unzip();
        maps.calendars = self.calendars(version, compiled, &maps);
        maps.attributes = self.attributes(&compiled.names);
        let triggers = compiled.names.triggers.iter();
        let triggers = triggers.map(|trigger| TriggerName {
            site: trigger.site.map(|site| maps.site(site)),
            ..trigger.clone()
        });
        self.joined.names.triggers.extend(triggers);
        let n_triggers = self.joined.names.triggers.len();
        self.joined.trigger_versions.resize(n_triggers, version);
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

    /// The measures of all versions; one that several have is taken over all their pools and triggers.
    fn measures(&mut self, compiled: &Compiled, maps: &Maps) {
        for measure in &compiled.measures {
            let measure = maps.measure(measure);
            let mut known = self.joined.measures.iter_mut();
            match known.find(|known| known.id == measure.id) {
                Some(known) => add_followed(&mut known.kind, measure.kind),
                None => self.joined.measures.push(measure),
            }
        }
    }

    fn finish(mut self, n_versions: usize) -> Option<Joined> {
        let joined = &mut self.joined;
        for rosters in joined.unit_rosters.iter_mut().flatten() {
            rosters.resize(n_versions, None);
        }
        for versions in &mut joined.pool_versions {
            versions.resize(n_versions, None);
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
        if n_attributes > N_ATTRIBUTES || usize::from(n_clocks) > N_CLOCKS {
            self.refuse(format!(
                "all versions together have {n_attributes} attributes and {n_clocks} clocks; {N_ATTRIBUTES} and {N_CLOCKS} at most"
            ));
        }
        (!self.faults.has_errors()).then_some(self.joined)
    }
}
