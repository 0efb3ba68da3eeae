//! Routes: candidate sites, what decides between them, and how long the way is.

use std::collections::BTreeMap;

use crate::engine::program::{Place, RouteId, RouteRule, RouteSite, RouteSpec, SiteId, StepId};
use crate::engine::time::SimSpan;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::routes::{RouteForm, RuleForm, TravelForm};
use crate::uec::forms::services::ServiceForm;

use super::Compiler;
use super::index::report_unknown;
use super::steps::Scope;

/// A route with what happens when no site is open, as some step uses it.
#[derive(Clone, Debug)]
pub struct RouteUse {
    pub target: Target,
    pub otherwise: Option<StepId>,
    /// Paths that are entered, by entry number.
    pub entries: Vec<usize>,
    pub span: Span,
}

/// A route of the scenario, or the sites of a service: the own one first, then the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Route(usize),
    Service(usize),
}

/// Travel time that stands for no way.
const NO_WAY: u32 = u32::MAX;

impl<'a> Compiler<'a> {
    /// The route a step names, and the number of the path it leads to.
    pub fn route_entry(
        &mut self,
        name: &Name,
        path: Option<&Name>,
        otherwise: Option<StepId>,
    ) -> Option<(RouteId, u8)> {
        let id = self.route(name, otherwise)?;
        let target = self.route_uses[id.index()].target;
        let forms = self.forms;
        let service = &forms.services[self.service_of(target)?];
        let path = find_path(service, path, name, self)?;
        let entries = &mut self.route_uses[id.index()].entries;
        let known = entries.iter().position(|entry| *entry == path);
        let entry = known.unwrap_or_else(|| {
            entries.push(path);
            entries.len() - 1
        });
        Some((id, entry as u8))
    }

    /// The route that a step names: one of `[routes]` or a service.
    pub fn route(&mut self, name: &Name, otherwise: Option<StepId>) -> Option<RouteId> {
        let routes = self.index.routes.get(&name.value).map(Target::Route);
        let services = || self.index.services.get(&name.value).map(Target::Service);
        let Some(target) = routes.or_else(services) else {
            let routes = self.forms.routes.iter().map(|route| &route.name.value);
            let services = self
                .forms
                .services
                .iter()
                .map(|service| &service.name.value);
            report_unknown(
                "route or service",
                name,
                routes.chain(services),
                self.faults,
            );
            return None;
        };
        let is_same = |one: &RouteUse| one.target == target && one.otherwise == otherwise;
        let known = self.route_uses.iter().position(is_same);
        let id = known.unwrap_or_else(|| {
            self.route_uses.push(RouteUse {
                target,
                otherwise,
                entries: Vec::new(),
                span: name.span,
            });
            self.route_uses.len() - 1
        });
        Some(RouteId(self.narrow(id, name.span)))
    }

    fn service_of(&self, target: Target) -> Option<usize> {
        match target {
            Target::Service(service) => Some(service),
            Target::Route(route) => {
                let name = &self.forms.routes[route].service;
                self.index.services.find(name, self.faults)
            }
        }
    }

    /// Makes the table of every route that is used; the steps of routes can use further ones.
    pub fn finish_routes(&mut self) {
        // Routes that no step uses are checked all the same.
        for route in &self.forms.routes {
            self.index.services.find(&route.service, self.faults);
        }
        let mut defaults: Vec<(Target, StepId)> = Vec::new();
        let mut next = 0;
        while next < self.route_uses.len() {
            let used = self.route_uses[next].clone();
            let otherwise = used.otherwise.unwrap_or_else(|| {
                let known = defaults.iter().find(|(target, _)| *target == used.target);
                known.map(|(_, label)| *label).unwrap_or_else(|| {
                    let label = self.route_default(used.target, used.span);
                    defaults.push((used.target, label));
                    label
                })
            });
            let spec = self.route_spec(next, otherwise);
            self.program.routes.push(spec);
            next += 1;
        }
    }

    /// Where patients go when no site is open and the step does not say.
    fn route_default(&mut self, target: Target, span: Span) -> StepId {
        let forms = self.forms;
        let written = match target {
            Target::Route(route) => forms.routes[route].otherwise.as_deref(),
            Target::Service(_) => None,
        };
        let can_fail = self.candidates(target).iter().any(|site| {
            let form = self.sites[site.index()].form;
            form.is_some_and(|form| form.hours.is_some())
        });
        let has_table = match target {
            Target::Route(route) => {
                let route = &forms.routes[route];
                !matches!(route.rule, RuleForm::Site(_))
                    || matches!(route.travel, TravelForm::Minutes(_))
            }
            Target::Service(_) => false,
        };
        if written.is_none() && !can_fail && !has_table {
            return self.nowhere;
        }
        let site = self.everywhere();
        let label = self.code.new_label();
        let name = match target {
            Target::Route(route) => format!("routes.{}", forms.routes[route].name.value),
            Target::Service(service) => format!("routes.{}", forms.services[service].name.value),
        };
        let scope = Scope {
            site,
            service: None,
            path: &name,
            group: 0,
        };
        self.code.place(label);
        match written {
            Some(steps) => self.path(steps, &BTreeMap::new(), span, scope),
            None => self.turn_away(span, scope),
        }
        label
    }

    /// Sites that run the service of a route.
    fn candidates(&self, target: Target) -> Vec<SiteId> {
        let service = match target {
            Target::Service(service) => Some(service),
            Target::Route(route) => {
                let name = &self.forms.routes[route].service.value;
                self.index.services.get(name)
            }
        };
        let Some(service) = service else {
            return Vec::new();
        };
        let sites =
            (0..self.sites.len()).filter(|site| self.sites[*site].services.contains(&service));
        sites.map(|site| SiteId(site as u16)).collect()
    }

    fn route_spec(&mut self, used: usize, otherwise: StepId) -> RouteSpec {
        let forms = self.forms;
        let RouteUse {
            target,
            entries,
            span,
            ..
        } = self.route_uses[used].clone();
        let sites = self.candidates(target);
        let form = match target {
            Target::Route(route) => Some(&forms.routes[route]),
            Target::Service(_) => None,
        };
        let service = self.service_of(target).unwrap_or(0);
        if sites.is_empty() {
            let message = "no site runs the service of this route";
            self.faults.error(codes::ROUTE, span, message);
        }
        let mut spec = RouteSpec {
            sites: Vec::with_capacity(sites.len()),
            rule: RouteRule::SameSite,
            row: None,
            travel: Vec::new(),
            weights: Vec::new(),
            detour: 0.0,
            slowness: 0.0,
            by_hour: [1.0; 24],
            load_each: SimSpan::ZERO,
            otherwise,
        };
        for site in &sites {
            let entry = self.route_site(*site, service, &entries, form);
            spec.sites.push(entry);
        }
        if let Some(form) = form {
            self.travel(form, &sites, &mut spec);
            self.rule(form, &sites, &mut spec);
            spec.load_each = form.load.as_ref().map_or(SimSpan::ZERO, |load| load.each);
        }
        spec
    }

    fn route_site(
        &mut self,
        site: SiteId,
        service: usize,
        entries: &[usize],
        form: Option<&'a RouteForm>,
    ) -> RouteSite {
        let written = self.sites[site.index()].form;
        let any_time = form.is_some_and(|form| form.any_time);
        let hours = written.and_then(|site| site.hours.as_ref());
        let hours = hours.filter(|_| !any_time);
        let scope = Scope {
            site,
            service: Some(service),
            path: "",
            group: 0,
        };
        let load = form.and_then(|form| form.load.as_ref());
        let load = load.and_then(|load| self.pool(&load.pool, scope));
        let except = form.and_then(|form| form.except.as_ref());
        let except = except.and_then(|trigger| self.trigger(trigger, site));
        let place = written.and_then(|site| site.place);
        RouteSite {
            site,
            place: place.map_or(HERE, |place| self.projection.place(place, 1.0)),
            entries: entries
                .iter()
                .map(|path| self.entries[&(site, service, *path)].outside)
                .collect(),
            later: Vec::new(),
            hours: hours
                .and_then(|hours| self.window(hours))
                .filter(|window| !is_always(&self.program.windows[window.index()])),
            load: load.into_iter().collect(),
            except,
        }
    }

    fn travel(&mut self, form: &'a RouteForm, sites: &[SiteId], spec: &mut RouteSpec) {
        match &form.travel {
            TravelForm::None => {}
            TravelForm::Speed { kmh, detour } => {
                spec.detour = *detour as f32;
                spec.slowness = 1.0;
                spec.by_hour = self.minutes_per_km(kmh.as_ref(), form.name.span);
                for site in sites {
                    self.check_place(*site, &form.name);
                }
            }
            TravelForm::Minutes(rows) => {
                let milliseconds = |minutes: f64| (minutes * 60_000.0 + 0.5) as u32;
                spec.travel = self.by_zone(form, rows, sites, spec, NO_WAY, milliseconds);
            }
        }
    }

    fn rule(&mut self, form: &'a RouteForm, sites: &[SiteId], spec: &mut RouteSpec) {
        match &form.rule {
            RuleForm::Site(rule) => spec.rule = *rule,
            RuleForm::Shares(rows) => {
                spec.rule = RouteRule::Shares;
                spec.weights = self.by_zone(form, rows, sites, spec, 0.0, |weight| weight as f32);
                self.check_weights(form, spec);
            }
            RuleForm::SameZone => {
                spec.rule = RouteRule::Shares;
                spec.weights = self.same_zone(form, sites, spec);
            }
        }
    }

    fn check_place(&self, site: SiteId, route: &Name) {
        let Some(form) = self.sites[site.index()].form else {
            let message = format!(
                "route \"{}\" takes time by road, but its service runs at no site with a place",
                route.value
            );
            self.faults.error(codes::PLACE, route.span, message);
            return;
        };
        if form.place.is_none() {
            let message = format!(
                "site \"{}\" has no place, which route \"{}\" needs",
                form.name.value, route.value
            );
            let fault = Diagnostic::error(codes::PLACE, form.name.span, message);
            self.faults
                .report(fault.try_this("place = { lat = 50.72, lon = -3.51 }"));
        }
    }

    /// Minutes for a kilometre of road by hour of day.
    pub fn minutes_per_km(&self, kmh: Option<&[f64; 24]>, span: Span) -> [f32; 24] {
        if let Some(kmh) = kmh {
            return kmh.map(|kmh| (60.0 / kmh) as f32);
        }
        let minutes = self.usual_minutes_per_km();
        if minutes.is_none() {
            let message = "a speed is missing: neither this nor the people's points give one";
            let fault = Diagnostic::error(codes::PLACE, span, message);
            self.faults.report(fault.try_this("speed_kmh = 50"));
        }
        [minutes.unwrap_or(1.0) as f32; 24]
    }
}

/// The middle of the map, for sites to which no way leads by road.
pub const HERE: Place = Place {
    x: 0.0,
    y: 0.0,
    slowness: 1.0,
};

fn is_always(window: &crate::engine::program::Window) -> bool {
    window.open == [(SimSpan::ZERO, crate::engine::time::WEEK)]
}

fn find_path(
    service: &ServiceForm,
    path: Option<&Name>,
    route: &Name,
    compiler: &Compiler,
) -> Option<usize> {
    let known = service.paths.iter().map(|path| &path.name.value);
    let Some(path) = path else {
        let found = service.default_path();
        if found.is_none() {
            let message = format!(
                "which path of service \"{}\" is not said",
                service.name.value
            );
            let fault = Diagnostic::error(codes::STEP, route.span, message);
            let known: Vec<&String> = known.collect();
            let listing = crate::scenario::diagnostic::listing(&known);
            compiler
                .faults
                .report(fault.note(format!("its paths are {listing}")));
        }
        return found;
    };
    let found = service.path(&path.value);
    if found.is_none() {
        let what = format!("path of service \"{}\"", service.name.value);
        report_unknown(&what, path, known, compiler.faults);
    }
    found
}
