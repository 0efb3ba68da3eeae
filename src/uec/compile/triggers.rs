//! Triggers, and what they switch beyond the steps of paths: extra units of pools, and units that fleets hold back.

use crate::engine::program::{
    FleetId, PoolId, Reserve, SiteId, Surge, TriggerId, TriggerLevel, TriggerSpec,
};
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::fleets::{FleetForm, ReserveForm};
use crate::uec::forms::triggers::{LevelForm, TriggerForm};
use crate::uec::model::TriggerName;

use super::calendars::mean_capacity;
use super::index::report_unknown;
use super::{Compiler, split_name};

/// What one trigger watches, and the site to which it belongs; none: to all.
#[derive(Default)]
struct Watched {
    site: Option<SiteId>,
    pools: Vec<PoolId>,
    fleets: Vec<FleetId>,
}

/// The key of triggers that belong to no site.
const NO_SITE: SiteId = SiteId(u16::MAX);

impl<'a> Compiler<'a> {
    /// Every trigger: once for each site that has one of its pools, or once for all if it names sites or fleets.
    pub fn triggers(&mut self) {
        let forms = self.forms;
        for form in &forms.triggers {
            let Some(all) = self.watched(form) else {
                continue;
            };
            for watched in all {
                let site = watched.site;
                let spec = self.trigger_spec(form, watched);
                let id = TriggerId(self.narrow(self.program.triggers.len(), form.name.span));
                self.program.triggers.push(spec);
                self.names.triggers.push(TriggerName {
                    id: form.name.value.clone(),
                    title: form.title.clone(),
                    site,
                });
                let key = (site.unwrap_or(NO_SITE), form.name.value.clone());
                self.triggers.insert(key, id);
            }
        }
    }

    fn watched(&self, form: &TriggerForm) -> Option<Vec<Watched>> {
        let fleet_of = |name: &Name| {
            let fleets = self.names.fleets.iter();
            let position = fleets
                .map(|fleet| &fleet.id)
                .position(|id| *id == name.value);
            position.map(|index| FleetId(index as u8))
        };
        let mut all: Vec<Watched> = Vec::new();
        let mut whole = Watched::default();
        let mut sites = Vec::new();
        let mut is_good = true;
        for name in &form.of {
            if let Some((site, pool)) = split_name(name) {
                let site = self.site(&site)?;
                match self.pools.get(&(site, pool.value.clone())) {
                    Some(pool) => {
                        whole.pools.push(*pool);
                        sites.push(site);
                    }
                    None => is_good = self.report_not_watched(name),
                }
                continue;
            }
            let pools = self.pools.iter();
            let pools = pools.filter(|((_, pool), _)| *pool == name.value);
            let pools: Vec<(SiteId, PoolId)> = pools.map(|((site, _), id)| (*site, *id)).collect();
            match (pools.is_empty(), fleet_of(name)) {
                (true, Some(fleet)) => whole.fleets.push(fleet),
                (true, None) => is_good = self.report_not_watched(name),
                (false, _) => {
                    for (site, pool) in pools {
                        match all.iter_mut().find(|watched| watched.site == Some(site)) {
                            Some(watched) => watched.pools.push(pool),
                            None => all.push(Watched {
                                site: Some(site),
                                pools: vec![pool],
                                fleets: Vec::new(),
                            }),
                        }
                    }
                }
            }
        }
        if !is_good {
            return None;
        }
        if whole.pools.is_empty() && whole.fleets.is_empty() {
            return Some(all);
        }
        // One that names a site or a fleet watches all that it names together.
        whole
            .pools
            .extend(all.iter().flat_map(|watched| &watched.pools));
        sites.extend(all.iter().filter_map(|watched| watched.site));
        let first = sites.first().copied();
        let is_one_site = whole.fleets.is_empty() && sites.iter().all(|site| Some(*site) == first);
        whole.site = first.filter(|_| is_one_site);
        Some(vec![whole])
    }

    fn report_not_watched(&self, name: &Name) -> bool {
        let pools = self.pools.keys().map(|(_, name)| name);
        let fleets = self.names.fleets.iter().map(|fleet| &fleet.id);
        let known = pools.chain(fleets);
        report_unknown("pool", name, known, self.faults);
        false
    }

    fn trigger_spec(&mut self, form: &TriggerForm, watched: Watched) -> TriggerSpec {
        let pools = watched.pools.iter();
        let of_pools = pools.map(|pool| mean_capacity(&self.program.pools[pool.index()].roster));
        let units = watched
            .fleets
            .iter()
            .flat_map(|fleet| &self.program.fleets[fleet.index()].units);
        let capacity: f64 = of_pools
            .chain(units.map(|unit| mean_capacity(&unit.roster)))
            .sum();
        let number = |level: LevelForm| match level {
            LevelForm::Number(number) => number,
            // Rounded up: "95 %" of 40 units is reached at 38, of 41 at 39.
            LevelForm::OfCapacity(share) => (share * capacity - 1e-9).ceil().max(0.0) as u32,
        };
        let (on, off) = (number(form.on), number(form.off));
        if off > on {
            let message = "a trigger goes off at a lower level than it comes on, or at the same";
            self.faults.error(codes::RANGE, form.name.span, message);
        }
        let what = match form.what {
            TriggerLevel::WaitingLonger { than, .. } => TriggerLevel::WaitingLonger {
                than,
                holding: form
                    .held
                    .as_ref()
                    .map(|held| self.held.mention(held, self.faults)),
            },
            same => same,
        };
        TriggerSpec {
            pools: watched.pools,
            fleets: watched.fleets,
            what,
            on,
            off,
            at_least: form.at_least,
        }
    }

    /// Extra units that pools have while a trigger is on, and units that fleets keep.
    pub fn switched(&mut self) {
        for site in 0..self.sites.len() {
            let site = SiteId(site as u16);
            let form = self.sites[site.index()].form;
            for (name, surges) in form.map_or(&[][..], |form| &form.surge) {
                let Some(&pool) = self.pools.get(&(site, name.value.clone())) else {
                    let here = self.pools.keys().filter(|(other, _)| *other == site);
                    let known = here.map(|(_, pool)| pool);
                    report_unknown("pool of this site", name, known, self.faults);
                    continue;
                };
                for surge in surges {
                    if let Some(trigger) = self.trigger(&surge.when, site) {
                        self.program.pools[pool.index()].surges.push(Surge {
                            trigger,
                            units: surge.units,
                            after: surge.after,
                            shares: Vec::new(),
                        });
                    }
                }
            }
        }
        let forms = self.forms;
        for (index, form) in forms.fleets.iter().enumerate() {
            if let Some(reserve) = &form.reserve
                && let Some(reserve) = self.reserve(form, reserve)
                && let Some(fleet) = self.program.fleets.get_mut(index)
            {
                for way in &mut fleet.ways {
                    way.reserve = Some(reserve);
                }
            }
        }
    }

    fn reserve(&self, fleet: &FleetForm, form: &ReserveForm) -> Option<Reserve> {
        let Some(rank) = &fleet.rank else {
            let message = "a reserve needs to know which calls are more urgent";
            let fault = Diagnostic::error(codes::RANGE, form.up_to.span, message);
            let advice = format!("[fleets.{}] rank = \"…\"", fleet.name.value);
            self.faults.report(fault.try_this(advice));
            return None;
        };
        let rank = self.level(self.attribute(rank)?, &form.up_to)?;
        let when = match &form.when {
            Some(when) => Some(self.trigger(when, NO_SITE)?),
            None => None,
        };
        Some(Reserve {
            units: form.units,
            rank,
            when,
        })
    }

    /// The trigger as it stands for a site; a trigger of which there is one alone stands for all.
    pub fn trigger(&self, name: &Name, site: SiteId) -> Option<TriggerId> {
        if let Some((site, name)) = split_name(name) {
            let site = self.site(&site)?;
            return self.trigger(&name, site);
        }
        if let Some(id) = self.triggers.get(&(site, name.value.clone())) {
            return Some(*id);
        }
        let mut known = self.forms.triggers.iter();
        let Some(form) = known.find(|form| form.name.value == name.value) else {
            let known = self.forms.triggers.iter().map(|form| &form.name.value);
            report_unknown("trigger", name, known, self.faults);
            return None;
        };
        let all = self
            .triggers
            .iter()
            .filter(|((_, other), _)| *other == name.value);
        let mut all = all.map(|(_, id)| *id);
        match (all.next(), all.next()) {
            (Some(only), None) => Some(only),
            (None, _) => None,
            _ => {
                let watched = form.of.first().map_or("", |name| name.value.as_str());
                let message = format!(
                    "this site has no pool \"{watched}\", which trigger \"{}\" watches",
                    name.value
                );
                let fault = Diagnostic::error(codes::WHICH_SITE, name.span, message);
                let advice = format!("\"site.{}\", with the site that is meant", name.value);
                self.faults.report(fault.try_this(advice));
                None
            }
        }
    }

    /// Triggers of this name, at every site.
    pub fn triggers_named(&self, name: &Name) -> Option<Vec<TriggerId>> {
        if split_name(name).is_some() {
            return Some(vec![self.trigger(name, NO_SITE)?]);
        }
        let found = self.triggers.iter();
        let found = found.filter(|((_, other), _)| *other == name.value);
        let mut found: Vec<TriggerId> = found.map(|(_, id)| *id).collect();
        found.sort_unstable();
        if found.is_empty() {
            let known = self.forms.triggers.iter().map(|form| &form.name.value);
            report_unknown("trigger", name, known, self.faults);
            return None;
        }
        Some(found)
    }
}
