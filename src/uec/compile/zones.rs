//! Tables of routes by zone and site: travel times, weights, and the sites of a patient's own zone.

use crate::engine::program::{AttributeId, RouteSite, RouteSpec, SiteId};
use crate::scenario::diagnostic::{Diagnostic, listing};
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::routes::{RouteForm, ZoneSite};

use super::Compiler;
use super::routes::HERE;

impl Compiler<'_> {
    /// A table by zone and site; combinations that are not written are `absent`.
    pub fn by_zone<T: Copy>(
        &self,
        form: &RouteForm,
        rows: &[ZoneSite],
        sites: &[SiteId],
        spec: &mut RouteSpec,
        absent: T,
        value: impl Fn(f64) -> T,
    ) -> Vec<T> {
        let Some(zone) = self.zone_attribute(&form.name) else {
            return Vec::new();
        };
        spec.row = Some(zone);
        let levels = &self.names.attributes[usize::from(zone.0)].levels;
        let mut table = vec![absent; levels.len() * sites.len()];
        for row in rows {
            let zone = self.level(zone, &row.zone);
            let Some(site) = self.site(&row.site) else {
                continue;
            };
            // A table may cover more sites than run the service in this scenario.
            let column = sites.iter().position(|candidate| *candidate == site);
            if let (Some(zone), Some(column)) = (zone, column) {
                table[usize::from(zone) * sites.len() + column] = value(row.value);
            }
        }
        table
    }

    fn zone_attribute(&self, asked_by: &Name) -> Option<AttributeId> {
        let found = self
            .names
            .attributes
            .iter()
            .position(|one| one.id == "zone");
        if found.is_none() {
            let message = format!(
                "route \"{}\" goes by zone, but patients have no zone",
                asked_by.value
            );
            let fault = Diagnostic::error(codes::ROUTE, asked_by.span, message);
            self.faults
                .report(fault.try_this("[people] zones = \"zones.csv\""));
        }
        found.map(|id| AttributeId(id as u8))
    }

    pub fn check_weights(&self, form: &RouteForm, spec: &RouteSpec) {
        let (Some(zone), n) = (spec.row, spec.sites.len()) else {
            return;
        };
        let levels = &self.names.attributes[usize::from(zone.0)].levels;
        let missing = spec.weights.chunks(n.max(1)).zip(levels);
        let missing: Vec<&str> = missing
            .filter(|(row, _)| row.iter().all(|weight| *weight <= 0.0))
            .map(|(_, level)| level.id.as_str())
            .collect();
        if !missing.is_empty() && form.otherwise.is_none() {
            let names = listing(&missing);
            let message = format!(
                "route \"{}\" leads nowhere from {names}: no site has a weight above 0 there",
                form.name.value
            );
            self.faults.error(codes::ROUTE, form.name.span, message);
        }
    }

    /// Weight 1 for the sites of each zone; for a zone without one, for the site nearest to it.
    pub fn same_zone(&self, form: &RouteForm, sites: &[SiteId], spec: &mut RouteSpec) -> Vec<f32> {
        let (Some(zone), Some(people)) = (self.zone_attribute(&form.name), &self.forms.people)
        else {
            return Vec::new();
        };
        spec.row = Some(zone);
        let levels = &self.names.attributes[usize::from(zone.0)].levels;
        let mut weights = Vec::with_capacity(levels.len() * sites.len());
        for level in levels {
            let is_there = |site: &SiteId| {
                let form = self.sites[site.index()].form;
                let zone = form.and_then(|form| form.zone.as_ref());
                zone.is_some_and(|zone| zone.value == level.id)
            };
            let own: Vec<bool> = sites.iter().map(is_there).collect();
            let place = people.zones.iter().find(|zone| zone.name.value == level.id);
            let place = place.and_then(|zone| zone.place);
            let place = place.map_or(HERE, |place| self.projection.place(place, 1.0));
            let distance = |site: &RouteSite| {
                let (x, y) = (site.place.x - place.x, site.place.y - place.y);
                x * x + y * y
            };
            let nearest = (0..sites.len())
                .min_by(|a, b| distance(&spec.sites[*a]).total_cmp(&distance(&spec.sites[*b])));
            let has_own = own.iter().any(|own| *own);
            weights.extend(own.iter().enumerate().map(|(index, own)| {
                let counts = if has_own {
                    *own
                } else {
                    Some(index) == nearest
                };
                f32::from(u8::from(counts))
            }));
        }
        weights
    }
}
