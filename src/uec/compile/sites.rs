//! Sites and what they have: pools with rosters, and appointment calendars.

use crate::engine::program::{CalendarId, PoolId, PoolSpec, ShiftEnd, SiteId, Window, WindowId};
use crate::engine::time::SimSpan;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::scenario::windows::WeekWindow;
use crate::uec::codes;
use crate::uec::forms::sites::{RosterForm, SiteForm, SlotsForm};
use crate::uec::forms::{Name, WindowForm};
use crate::uec::model::{Named, PoolName};

use super::calendars::{calendar, roster};
use super::index::report_unknown;
use super::steps::Scope;
use super::{Compiler, EVERYWHERE, split_name};

/// A site and the services it runs.
#[derive(Clone, Debug)]
pub struct SiteInfo<'a> {
    /// None for the site of services that no site lists.
    pub form: Option<&'a SiteForm>,
    pub services: Vec<usize>,
}

impl<'a> Compiler<'a> {
    pub fn sites(&mut self) {
        let forms = self.forms;
        for form in &forms.sites {
            let services = form.services.iter();
            let services: Vec<usize> = services
                .filter_map(|name| self.index.services.find(name, self.faults))
                .collect();
            self.add_site(&form.name.value, &form.title, Some(form), services);
        }
        let listed = |service: &usize| {
            let mut sites = self.sites.iter();
            sites.any(|site| site.services.contains(service))
        };
        let unlisted: Vec<usize> = (0..forms.services.len()).filter(|s| !listed(s)).collect();
        if !unlisted.is_empty() {
            match self.site_ids.get(EVERYWHERE) {
                Some(id) => self.sites[id.index()].services.extend(unlisted),
                None => {
                    self.add_site(EVERYWHERE, "Everywhere", None, unlisted);
                }
            }
        }
        for site in 0..self.sites.len() {
            self.pools_of(SiteId(site as u16));
            self.calendars_of(SiteId(site as u16));
        }
    }

    fn add_site(
        &mut self,
        name: &str,
        title: &str,
        form: Option<&'a SiteForm>,
        services: Vec<usize>,
    ) -> SiteId {
        let span = form.map_or(Span::default(), |form| form.name.span);
        let id = SiteId(self.narrow(self.sites.len(), span));
        self.sites.push(SiteInfo { form, services });
        self.site_ids.insert(name.to_owned(), id);
        self.names.sites.push(Named {
            id: name.to_owned(),
            title: title.to_owned(),
        });
        id
    }

    /// The site of steps that belong to none.
    pub fn everywhere(&mut self) -> SiteId {
        match self.site_ids.get(EVERYWHERE) {
            Some(id) => *id,
            None => self.add_site(EVERYWHERE, "Everywhere", None, Vec::new()),
        }
    }

    fn pools_of(&mut self, site: SiteId) {
        let forms = self.forms;
        let info = self.sites[site.index()].clone();
        let sized = info.form.map_or(&[][..], |form| &form.pools);
        for service in &info.services {
            let service = &forms.services[*service];
            for (pool, size) in &service.pools {
                if self.pools.contains_key(&(site, pool.value.clone())) {
                    continue;
                }
                let own = sized.iter().find(|(name, _)| name.value == pool.value);
                match own.map(|(_, roster)| roster).or(size.as_ref()) {
                    Some(form) => self.add_pool(site, pool, form),
                    None => self.report_unsized(&info, pool, "pools", "5", &service.name),
                }
            }
        }
        let names = info
            .services
            .iter()
            .map(|id| &forms.services[*id].name.value);
        let lists_pools = |service: &String| !self.faults.is_spoilt(&format!("{service}.pools"));
        let are_known = names.into_iter().all(lists_pools);
        for (name, _) in sized.iter().filter(|_| are_known) {
            if !self.pools.contains_key(&(site, name.value.clone())) {
                let services = info
                    .services
                    .iter()
                    .map(|service| &forms.services[*service]);
                let known = services.flat_map(|service| &service.pools);
                let known = known.map(|(pool, _)| pool.value.as_str());
                report_unknown("pool of this site's services", name, known, self.faults);
            }
        }
        let ends = info.form.map_or(&[][..], |form| &form.on_shift_end);
        for (name, end) in ends {
            match self.pools.get(&(site, name.value.clone())) {
                Some(pool) => {
                    let spec = &mut self.program.pools[pool.index()];
                    spec.on_shift_end = *end;
                    spec.keeps_served |= *end == ShiftEnd::Interrupt;
                }
                None => {
                    let known = sized.iter().map(|(pool, _)| pool.value.as_str());
                    report_unknown("pool of this site", name, known, self.faults);
                }
            }
        }
    }

    fn report_unsized(
        &self,
        info: &SiteInfo,
        name: &Name,
        key: &str,
        example: &str,
        service: &Name,
    ) {
        let what = key.trim_end_matches('s').replace("slot", "calendar");
        let pool = &name.value;
        let (span, message, advice) = match info.form {
            Some(form) => (
                form.name.span,
                format!(
                    "site \"{}\" does not size the {what} \"{pool}\" of service \"{}\"",
                    form.name.value, service.value
                ),
                format!("[sites.{}.{key}] {pool} = {example}", form.name.value),
            ),
            None => (
                name.span,
                format!(
                    "nobody sizes the {what} \"{pool}\": no site runs service \"{}\"",
                    service.value
                ),
                format!(
                    "{key} = {{ {pool} = {example} }}, or a site with services = [\"{}\"]",
                    service.value
                ),
            ),
        };
        if !self.faults.is_spoilt(pool) {
            let fault = Diagnostic::error(codes::POOL_UNSIZED, span, message);
            self.faults.report(fault.try_this(advice));
        }
    }

    fn add_pool(&mut self, site: SiteId, name: &Name, form: &RosterForm) {
        let id = PoolId(self.narrow(self.program.pools.len(), form.span));
        self.program.pools.push(PoolSpec {
            roster: roster(form, self.time_zero),
            on_shift_end: ShiftEnd::Finish,
            keeps_served: false,
            surges: Vec::new(),
        });
        self.pool_spans.push(form.span);
        self.names.pools.push(PoolName {
            id: name.value.clone(),
            site,
        });
        self.pools.insert((site, name.value.clone()), id);
    }

    fn calendars_of(&mut self, site: SiteId) {
        let forms = self.forms;
        let info = self.sites[site.index()].clone();
        let sized = info.form.map_or(&[][..], |form| &form.slots);
        for service in &info.services {
            let service = &forms.services[*service];
            for (name, size) in &service.calendars {
                if self.calendars.contains_key(&(site, name.value.clone())) {
                    continue;
                }
                let own = sized.iter().find(|(other, _)| other.value == name.value);
                match own.map(|(_, slots)| slots).or(size.as_ref()) {
                    Some(form) => self.add_calendar(site, name, form),
                    None => {
                        let example = "{ per_hour = 12 }";
                        self.report_unsized(&info, name, "slots", example, &service.name);
                    }
                }
            }
        }
        for (name, _) in sized {
            if !self.calendars.contains_key(&(site, name.value.clone())) {
                let services = info
                    .services
                    .iter()
                    .map(|service| &forms.services[*service]);
                let known = services.flat_map(|service| &service.calendars);
                let known = known.map(|(calendar, _)| calendar.value.as_str());
                report_unknown("calendar of this site's services", name, known, self.faults);
            }
        }
    }

    fn add_calendar(&mut self, site: SiteId, name: &Name, form: &'a SlotsForm) {
        let hours = match &form.hours {
            Some(hours) => match self.week_window(hours) {
                Some(window) => window,
                None => return,
            },
            None => WeekWindow::always(),
        };
        let Some(spec) = calendar(form.per_hour, &hours) else {
            let message =
                "there can be at most 64 slots a minute, and hours begin and end on whole minutes";
            self.faults.error(codes::RANGE, form.span, message);
            return;
        };
        let id = CalendarId(self.narrow(self.program.calendars.len(), form.span));
        self.program.calendars.push(spec);
        self.names.calendars.push(PoolName {
            id: name.value.clone(),
            site,
        });
        self.calendars.insert((site, name.value.clone()), id);
    }

    /// A pool at the site of the step, or of another as `site.pool`.
    pub fn pool(&self, name: &Name, scope: Scope) -> Option<PoolId> {
        let (site, pool) = match split_name(name) {
            Some((site, pool)) => (self.site(&site)?, pool),
            None => (scope.site, name.clone()),
        };
        let found = self.pools.get(&(site, pool.value.clone())).copied();
        let service = scope
            .service
            .map(|service| &self.forms.services[service].name.value);
        let lists_pools =
            service.is_none_or(|name| !self.faults.is_spoilt(&format!("{name}.pools")));
        if found.is_none() && lists_pools && !self.is_unsized(site, &pool.value) {
            let services = self.sites[site.index()].services.iter();
            let services = services.map(|service| &self.forms.services[*service]);
            let known: Vec<&str> = services
                .flat_map(|service| &service.pools)
                .map(|(pool, _)| pool.value.as_str())
                .collect();
            let message = format!("no pool is called \"{}\" here", name.value);
            let fault = Diagnostic::error(codes::UNKNOWN_NAME, name.span, message);
            let fault = fault.suggest(&pool.value, &known);
            self.faults.report(match service {
                Some(service) if known.is_empty() => {
                    fault.try_this(format!("[services.{service}] pools = [\"{}\"]", pool.value))
                }
                _ => fault,
            });
        }
        found
    }

    /// Whether a service of the site has the pool, though nobody says how large it is: that has been reported.
    fn is_unsized(&self, site: SiteId, pool: &str) -> bool {
        let mut services = self.sites[site.index()].services.iter();
        services.any(|service| {
            let pools = &self.forms.services[*service].pools;
            pools.iter().any(|(name, _)| name.value == pool)
        })
    }

    pub fn site(&self, name: &Name) -> Option<SiteId> {
        let found = self.site_ids.get(&name.value).copied();
        if found.is_none() {
            report_unknown("site", name, self.site_ids.keys(), self.faults);
        }
        found
    }

    pub fn calendar(&self, name: &Name, scope: Scope) -> Option<CalendarId> {
        let found = self
            .calendars
            .get(&(scope.site, name.value.clone()))
            .copied();
        let services = self.sites[scope.site.index()].services.iter();
        let services = services.map(|service| &self.forms.services[*service]);
        let calendars = services.flat_map(|service| &service.calendars);
        let known: Vec<&str> = calendars
            .map(|(calendar, _)| calendar.value.as_str())
            .collect();
        if found.is_none() && !known.contains(&name.value.as_str()) {
            report_unknown("calendar", name, known, self.faults);
        }
        found
    }

    /// The hours of a window form.
    pub fn week_window(&self, form: &'a WindowForm) -> Option<WeekWindow> {
        let forms = self.forms;
        let window = match form {
            WindowForm::Written(window) => window,
            WindowForm::Named(name) => {
                let index = self.index.windows.find(name, self.faults)?;
                &forms.windows[index].window
            }
        };
        if window.value.open.is_empty() {
            self.faults
                .error(codes::RANGE, window.span, "this window never opens");
            return None;
        }
        Some(window.value.clone())
    }

    /// By site: when new patients may come.
    pub fn site_hours(&mut self) -> Vec<Option<WindowId>> {
        let forms: Vec<_> = self.sites.iter().map(|site| site.form).collect();
        let hours = forms.into_iter().map(|form| form?.hours.as_ref());
        hours.map(|hours| self.window(hours?)).collect()
    }

    pub fn window(&mut self, form: &'a WindowForm) -> Option<WindowId> {
        let hours = self.week_window(form)?;
        let spans = hours.open.iter();
        let window = Window {
            open: spans
                .map(|(from, to)| (SimSpan(*from), SimSpan(*to)))
                .collect(),
        };
        let known = self
            .program
            .windows
            .iter()
            .position(|other| *other == window);
        let id = known.unwrap_or_else(|| {
            self.program.windows.push(window);
            self.program.windows.len() - 1
        });
        Some(WindowId(id as u16))
    }
}
