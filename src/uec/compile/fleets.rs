//! Fleets and triggers.

use crate::engine::program::{FleetSpec, PoolId, SiteId, TriggerId, TriggerSpec, UnitSpec};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::windows::WeekWindow;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::fleets::{FleetForm, LevelForm, TriggerForm};
use crate::uec::model::Named;

use super::calendars::{mean_capacity, shift};
use super::index::report_unknown;
use super::{Compiler, split_name};

impl<'a> Compiler<'a> {
    pub fn fleets(&mut self) {
        let forms = self.forms;
        for form in &forms.fleets {
            if self.program.fleets.len() >= 255 {
                let message = "there are more than 255 fleets";
                self.faults.error(codes::LIMIT, form.name.span, message);
                return;
            }
            let spec = self.fleet_spec(form);
            self.program.fleets.push(spec);
            self.names.fleets.push(Named {
                id: form.name.value.clone(),
                title: form.title.clone(),
            });
        }
    }

    fn fleet_spec(&mut self, form: &'a FleetForm) -> FleetSpec {
        let mut units = Vec::new();
        for station in &form.stations {
            let window = match &station.shift {
                Some(shift) => self.week_window(shift),
                None => Some(WeekWindow::always()),
            };
            let Some(window) = window else { continue };
            let unit = UnitSpec {
                station: self.projection.place(station.place, 1.0),
                roster: shift(&window, self.time_zero.week_offset()),
            };
            units.extend(std::iter::repeat_n(unit, station.units as usize));
        }
        if units.is_empty() {
            let message = format!("fleet \"{}\" has no units", form.name.value);
            let fault = Diagnostic::error(codes::POOL_UNSIZED, form.name.span, message);
            let advice =
                "stations = { name = { place = { x = 0, y = 0 }, units = 2, shift = \"always\" } }";
            self.faults.report(fault.try_this(advice));
        }
        let rank = form.rank.as_ref().and_then(|rank| self.attribute(rank));
        FleetSpec {
            rank,
            units,
            detour: form.detour as f32,
            by_hour: self.minutes_per_km(form.kmh.as_ref(), form.name.span),
            responding: form.responding as f32,
            conveying: form.conveying as f32,
            returning: form.returning as f32,
            reassign: form.reassign,
        }
    }

    /// Every trigger, once for each site that has the pool it watches.
    pub fn triggers(&mut self) {
        let forms = self.forms;
        for form in &forms.triggers {
            let mut watched: Vec<(SiteId, PoolId)> = Vec::new();
            if let Some((site, pool)) = split_name(&form.pool) {
                let site = self.site(&site);
                let found = site.and_then(|site| {
                    let pool = self.pools.get(&(site, pool.value.clone()))?;
                    Some((site, *pool))
                });
                watched.extend(found);
            } else {
                let all = self.pools.iter();
                let all = all.filter(|((_, name), _)| *name == form.pool.value);
                watched.extend(all.map(|((site, _), pool)| (*site, *pool)));
            }
            if watched.is_empty() {
                let known = self.pools.keys().map(|(_, name)| name);
                report_unknown("pool", &form.pool, known, self.faults);
            }
            for (site, pool) in watched {
                let spec = self.trigger_spec(form, pool);
                let id = TriggerId(self.narrow(self.program.triggers.len(), form.name.span));
                self.program.triggers.push(spec);
                self.triggers.insert((site, form.name.value.clone()), id);
            }
        }
    }

    fn trigger_spec(&self, form: &TriggerForm, pool: PoolId) -> TriggerSpec {
        let capacity = mean_capacity(&self.program.pools[pool.index()].roster);
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
        TriggerSpec {
            pools: vec![pool],
            what: form.what,
            on,
            off,
        }
    }

    /// The trigger as it stands for a site; a trigger that watches one named pool stands for all.
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
                let message = format!(
                    "this site has no pool \"{}\", which trigger \"{}\" watches",
                    form.pool.value, name.value
                );
                let fault = Diagnostic::error(codes::WHICH_SITE, name.span, message);
                let advice = format!("\"site.{}\", with the site that is meant", name.value);
                self.faults.report(fault.try_this(advice));
                None
            }
        }
    }
}
