//! Typed forms to the flat tables of a run: names become numbers, paths become steps, rows become selectors.
//!
//! Everything that is wrong is reported and something harmless put in its place, so that one run of the compiler finds all
//! faults. The program is only given if there were none.

mod calendars;
mod charts;
pub mod code;
mod entries;
mod fleets;
mod going;
mod growth;
pub mod held;
mod holds;
pub mod index;
mod measures;
mod people;
pub mod places;
mod rates;
mod resolve;
mod routes;
mod selectors;
mod sites;
mod steps;
mod stream_places;
mod sums;
mod tables;
mod triggers;
mod waits;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::distributions::Distribution;
use crate::engine::program::{
    AttributeId, CalendarId, ChanceId, DispositionId, DurationId, FleetId, MarkId, PoolId, Program,
    SiteId, Step, StepId, WindowId,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::{Located, Span};

use super::calendar::TimeZero;
use super::codes;
use super::forms::steps_reading::UNREADABLE_STEPS;
use super::forms::{Name, ScenarioForm};
use super::model::{ChartSpec, Elsewhere, MeasureSpec, Named, Names};
pub use calendars::mean_capacity;
use code::Code;
use held::HeldNames;
use index::{Interned, Lookup, report_unknown};
use places::Projection;
use routes::RouteUse;
use sites::SiteInfo;
use steps::{Aside, Scope};
use tables::TableKey;

/// What compiling gives, beside the faults reported.
#[derive(Debug)]
pub struct Compiled {
    pub program: Program,
    pub names: Names,
    pub measures: Vec<MeasureSpec>,
    /// By which all measures of patients are told apart.
    pub equity: Vec<AttributeId>,
    pub elsewhere: Option<Elsewhere>,
    pub charts: Vec<ChartSpec>,
    /// What each sampler of the program draws from.
    pub distributions: Vec<Distribution>,
    /// Mean of each row of each duration, in milliseconds.
    pub mean_milliseconds: Vec<Vec<f64>>,
    /// By stream: a number that streams of one need or kind of arrival share.
    pub stream_groups: Vec<u32>,
    /// By stream: a bit for every attribute that its patients bring, not drawn on arrival.
    pub brings: Vec<u16>,
    /// The slot under which each name is held.
    pub slots: BTreeMap<String, u8>,
    /// By step: where it was written.
    pub spans: Vec<Span>,
    /// By pool: where its size was written.
    pub pool_spans: Vec<Span>,
    /// By site: the services it runs.
    pub site_services: Vec<Vec<usize>>,
    /// By site: when new patients may come; none is always.
    pub site_hours: Vec<Option<WindowId>>,
    /// Entry of each path that was compiled, by site, service and path.
    pub paths: Vec<(SiteId, usize, usize, StepId)>,
}

/// The site of services that no site lists.
pub const EVERYWHERE: &str = "everywhere";

/// Compiles a scenario.
///
/// Errors (reported): `S202` to `S211` and `S301` to `S311`; none is given if there is any error.
pub fn compile(forms: &ScenarioForm, faults: &Diagnostics) -> Option<Compiled> {
    compile_beside(forms, faults, &BTreeMap::new())
}

/// As [`compile`]; samplers are taken from a scenario that has them, since fitting their tables is a third of the work.
pub fn compile_like(
    forms: &ScenarioForm,
    faults: &Diagnostics,
    like: Option<&Compiled>,
) -> Option<Compiled> {
    compiled(forms, faults, &BTreeMap::new(), like)
}

/// As [`compile`]; things are held under the slots that another version of the system holds them under.
pub fn compile_beside(
    forms: &ScenarioForm,
    faults: &Diagnostics,
    slots: &BTreeMap<String, u8>,
) -> Option<Compiled> {
    compiled(forms, faults, slots, None)
}

fn compiled(
    forms: &ScenarioForm,
    faults: &Diagnostics,
    slots: &BTreeMap<String, u8>,
    like: Option<&Compiled>,
) -> Option<Compiled> {
    let mut compiler = Compiler {
        like,
        ..Compiler::new(forms, faults)
    };
    compiler.attributes();
    compiler.time();
    compiler.sites();
    compiler.fleets();
    compiler.triggers();
    compiler.switched();
    compiler.services();
    compiler.streams();
    compiler.measures_and_charts();
    compiler.finish_routes();
    compiler.check_unused_tables();
    compiler.finish(slots)
}

/// Names of every kind.
struct Index {
    profiles: Lookup,
    durations: Lookup,
    choices: Lookup,
    services: Lookup,
    routes: Lookup,
    fleets: Lookup,
    windows: Lookup,
}

/// Labels of a path at a site.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// For those who come from outside: counts the visit.
    outside: StepId,
    /// For new patients and for `go`.
    body: StepId,
}

struct Compiler<'a> {
    forms: &'a ScenarioForm,
    faults: &'a Diagnostics,
    time_zero: TimeZero,
    projection: Projection,
    index: Index,
    program: Program,
    names: Names,
    measures: Vec<MeasureSpec>,
    equity: Vec<AttributeId>,
    elsewhere: Option<Elsewhere>,
    charts: Vec<ChartSpec>,
    code: Code,
    held: HeldNames,
    marks: Interned,
    /// Marks that some step makes.
    made: BTreeSet<MarkId>,
    /// Marks that conditions count time from, where each is written.
    counted_from: Vec<(MarkId, Name)>,
    dispositions: Interned,
    sites: Vec<SiteInfo<'a>>,
    site_ids: BTreeMap<String, SiteId>,
    pools: BTreeMap<(SiteId, String), PoolId>,
    pool_spans: Vec<Span>,
    calendars: BTreeMap<(SiteId, String), CalendarId>,
    triggers: BTreeMap<(SiteId, String), crate::engine::program::TriggerId>,
    entries: BTreeMap<(SiteId, usize, usize), Entry>,
    /// Labels in the middle of paths: before a step that others go to.
    midway: BTreeMap<(SiteId, usize, usize, usize), StepId>,
    /// By service: whether path `b` can be come to from path `a` by `go`, at `a * n + b`.
    goes: Vec<Vec<bool>>,
    asides: Vec<Aside<'a>>,
    left: BTreeMap<SiteId, StepId>,
    route_uses: Vec<RouteUse>,
    /// A label that nobody comes to, for what cannot happen.
    nowhere: StepId,
    /// By zone: first and number of its points.
    zone_points: Vec<Option<(u32, u32)>>,
    durations: BTreeMap<TableKey, DurationId>,
    chances: BTreeMap<TableKey, ChanceId>,
    /// A scenario whose samplers may be taken.
    like: Option<&'a Compiled>,
    /// By sampler.
    distributions: Vec<Distribution>,
    mean_milliseconds: Vec<Vec<f64>>,
    stream_groups: Vec<u32>,
    brings: Vec<u16>,
    growing: BTreeMap<(Option<u16>, u64), growth::Growing>,
}

impl<'a> Compiler<'a> {
    fn new(forms: &'a ScenarioForm, faults: &'a Diagnostics) -> Self {
        let index = Index {
            profiles: Lookup::new("profile", forms.profiles.iter().map(|f| &*f.name.value)),
            durations: Lookup::new(
                "table of durations",
                forms.durations.iter().map(|f| &*f.name.value),
            ),
            choices: Lookup::new("choice", forms.choices.iter().map(|f| &*f.name.value)),
            services: Lookup::new("service", forms.services.iter().map(|f| &*f.name.value)),
            routes: Lookup::new("route", forms.routes.iter().map(|f| &*f.name.value)),
            fleets: Lookup::new("fleet", forms.fleets.iter().map(|f| &*f.name.value)),
            windows: Lookup::new("window", forms.windows.iter().map(|f| &*f.name.value)),
        };
        let mut code = Code::default();
        let nowhere = code.new_label();
        code.place(nowhere);
        Self {
            forms,
            faults,
            time_zero: TimeZero::of(&forms.run),
            projection: Projection::of(forms),
            index,
            program: Program::default(),
            names: Names::default(),
            measures: Vec::new(),
            equity: Vec::new(),
            elsewhere: None,
            charts: Vec::new(),
            code,
            held: HeldNames::default(),
            marks: Interned::default(),
            made: BTreeSet::new(),
            counted_from: Vec::new(),
            dispositions: Interned::default(),
            sites: Vec::new(),
            site_ids: BTreeMap::new(),
            pools: BTreeMap::new(),
            pool_spans: Vec::new(),
            calendars: BTreeMap::new(),
            triggers: BTreeMap::new(),
            entries: BTreeMap::new(),
            midway: BTreeMap::new(),
            goes: Vec::new(),
            asides: Vec::new(),
            left: BTreeMap::new(),
            route_uses: Vec::new(),
            nowhere,
            zone_points: Vec::new(),
            durations: BTreeMap::new(),
            chances: BTreeMap::new(),
            like: None,
            distributions: Vec::new(),
            mean_milliseconds: Vec::new(),
            stream_groups: Vec::new(),
            brings: Vec::new(),
            growing: BTreeMap::new(),
        }
    }

    /// Compiles every path of every service at every site.
    fn services(&mut self) {
        let forms = self.forms;
        let named = forms.services.iter().map(|form| Named {
            id: form.name.value.clone(),
            title: form.title.clone(),
        });
        self.names.services = named.collect();
        self.goes = forms
            .services
            .iter()
            .map(super::check::paths::goes)
            .collect();
        for site in 0..self.sites.len() {
            let id = SiteId(site as u16);
            for service in self.sites[site].services.clone() {
                for path in 0..forms.services[service].paths.len() {
                    let outside = self.code.new_label();
                    let body = self.code.new_label();
                    let entry = Entry { outside, body };
                    self.entries.insert((id, service, path), entry);
                }
                for (path, step) in super::check::paths::midway(&forms.services[service]) {
                    let label = self.code.new_label();
                    self.midway.insert((id, service, path, step), label);
                }
            }
        }
        let entries: Vec<_> = self
            .entries
            .iter()
            .map(|(key, entry)| (*key, *entry))
            .collect();
        for ((site, service, path), entry) in entries {
            let form = &forms.services[service];
            let first = (site, service, path, 0);
            let labels = self.midway.range(first..(site, service, path + 1, 0));
            let labels: BTreeMap<usize, StepId> =
                labels.map(|(place, label)| (place.3, *label)).collect();
            let path = &form.paths[path];
            let name = format!("{}.{}", form.name.value, path.name.value);
            let scope = Scope {
                site,
                service: Some(service),
                path: &name,
                group: (service % crate::engine::program::N_VISIT_GROUPS) as u8,
            };
            self.code.place(entry.outside);
            let group = scope.group;
            let origin = self.origin(&name, path.name.span, scope);
            self.code.emit(Step::Enter { group }, origin);
            self.code.place(entry.body);
            self.path(&path.steps, &labels, path.name.span, scope);
        }
    }

    fn goes_round(&self, service: usize, from: usize, to: usize) -> bool {
        let n = self.forms.services[service].paths.len();
        from == to || self.goes[service][from * n + to]
    }

    /// Where patients of a site go on that give up where no `otherwise` is written.
    fn left_here(&mut self, site: SiteId) -> StepId {
        if let Some(label) = self.left.get(&site) {
            return *label;
        }
        let label = self.code.new_label();
        self.left.insert(site, label);
        label
    }

    /// The leaving steps that `left_here` promised.
    fn finish_left(&mut self) {
        for (site, label) in std::mem::take(&mut self.left) {
            self.code.place(label);
            let scope = Scope {
                site,
                service: None,
                path: "left",
                group: 0,
            };
            self.leave_as("left", Span::default(), scope);
        }
    }

    /// Patients leave who find no site open and for whom nothing else is written.
    fn turn_away(&mut self, span: Span, scope: Scope) {
        self.leave_as("turned_away", span, scope);
    }

    fn leave_as(&mut self, disposition: &str, span: Span, scope: Scope) {
        let id = self.dispositions.id(disposition);
        let disposition = DispositionId(self.narrow(id, span));
        let site = scope.site;
        let origin = self.origin(scope.path, span, scope);
        self.code.emit(Step::Leave { disposition, site }, origin);
    }

    /// A number in 16 bits, which every kind of thing must fit.
    fn narrow(&self, id: usize, span: Span) -> u16 {
        u16::try_from(id)
            .ok()
            .filter(|id| *id < u16::MAX)
            .unwrap_or_else(|| {
                let message = "there are more than 65534 of this kind of thing";
                self.faults.error(codes::LIMIT, span, message);
                0
            })
    }

    fn attribute(&self, name: &Name) -> Option<AttributeId> {
        let attributes = &self.names.attributes;
        let found = attributes.iter().position(|one| one.id == name.value);
        if found.is_none() {
            let known = attributes.iter().map(|one| &one.id);
            report_unknown("attribute", name, known, self.faults);
        }
        found.map(|id| AttributeId(id as u8))
    }

    fn level(&self, attribute: AttributeId, name: &Name) -> Option<u8> {
        let attribute = self.names.attributes.get(usize::from(attribute.0))?;
        let found = attribute
            .levels
            .iter()
            .position(|level| level.id == name.value);
        if found.is_none() {
            let what = format!("level of {}", attribute.id);
            let known = attribute.levels.iter().map(|level| &level.id);
            report_unknown(&what, name, known, self.faults);
        }
        found.map(|level| level as u8)
    }

    fn fleet(&self, name: &Name) -> Option<FleetId> {
        let found = self.index.fleets.find(name, self.faults)?;
        Some(FleetId(found as u8))
    }

    /// A mark written out as `service.mark` by a measure.
    fn mark_of(&self, name: &Name) -> Option<MarkId> {
        let found = self.marks.get(&name.value);
        if found.is_none() && !self.faults.is_spoilt(UNREADABLE_STEPS) {
            let message = format!("no step makes the mark \"{}\"", name.value);
            let fault = Diagnostic::error(codes::MARK_NEVER_MADE, name.span, message);
            self.faults
                .report(fault.suggest(&name.value, &self.marks.names));
        }
        found.map(|id| MarkId(id as u16))
    }
}

/// The two names of `first.second`.
fn split_name(name: &Name) -> Option<(Name, Name)> {
    let (first, second) = name.value.split_once('.')?;
    let located = |value: &str| Located {
        value: value.to_owned(),
        span: name.span,
    };
    Some((located(first), located(second)))
}
