//! How long a fleet's units drive on average, before any run: to where patients are, and with them to where they are taken.
//!
//! Simplification: a call is answered from the nearest station of the fleet, at whatever hour. A run sends the nearest *free* unit,
//! which is as a rule farther off: what is found here is the least that it can be.

use std::collections::BTreeMap;

use crate::engine::fleets::bare_minutes;
use crate::engine::program::{
    AttributeId, FleetId, FleetWay, Place, Program, RouteId, RouteRule, SiteId,
};
use crate::engine::time::MINUTE;

use super::mix::Flow;

pub struct Driving<'p> {
    program: &'p Program,
    zone: Option<AttributeId>,
    /// By zone, or for all patients: where they arise, with weights.
    places: Vec<Vec<(Place, f64)>>,
    sites: BTreeMap<SiteId, Place>,
    /// By fleet and zone: bare minutes from the nearest station to where patients arise.
    to_patients: Vec<Vec<f64>>,
}

impl<'p> Driving<'p> {
    pub fn new(
        program: &'p Program,
        zone: Option<AttributeId>,
        places: Vec<Vec<(Place, f64)>>,
    ) -> Self {
        let sites = program.routes.iter().flat_map(|route| &route.sites);
        let fleets = 0..program.fleets.len();
        let to_patients = fleets.map(|fleet| {
            let zones = places.iter();
            zones
                .map(|places| mean(places, |place| from_station(program, fleet, place)))
                .collect()
        });
        Self {
            to_patients: to_patients.collect(),
            sites: sites.map(|site| (site.site, site.place)).collect(),
            program,
            zone,
            places,
        }
    }

    /// Milliseconds to the patients of a flow, at these shares of the hours of the day.
    pub fn to(&self, fleet: FleetId, way: u8, flow: &Flow, offsets: &[usize], day: &[f64]) -> f64 {
        let spec = &self.program.fleets[fleet.index()].ways[usize::from(way)];
        let at_home = |zone: usize| self.to_patients[fleet.index()][zone];
        let at_site = |place: &Place| from_station(self.program, fleet.index(), place);
        let bare = self.mean_of(flow, offsets, at_home, at_site);
        milliseconds(spec, bare, spec.responding, day)
    }

    /// Milliseconds with the patients of a flow to one of a route's sites.
    pub fn with(
        &self,
        (fleet, way): (FleetId, u8),
        (route, site): (RouteId, usize),
        flow: &Flow,
        offsets: &[usize],
        day: &[f64],
    ) -> f64 {
        let spec = &self.program.fleets[fleet.index()].ways[usize::from(way)];
        let route = &self.program.routes[route.index()];
        let to = &route.sites[site].place;
        let goes_to_nearest = route.rule != RouteRule::Shares && route.row.is_none();
        let is_taken_there = |from: &Place| {
            let minutes = bare_minutes(from, to);
            let mut others = route.sites.iter();
            !goes_to_nearest || others.all(|other| minutes <= bare_minutes(from, &other.place))
        };
        let at_home = |zone: usize| {
            let there = self.places[zone]
                .iter()
                .filter(|(place, _)| is_taken_there(place));
            let there: Vec<(Place, f64)> = there.copied().collect();
            mean(&there, |place| f64::from(bare_minutes(place, to)))
        };
        let at_site = |place: &Place| f64::from(bare_minutes(place, to));
        let bare = self.mean_of(flow, offsets, at_home, at_site);
        milliseconds(spec, bare, spec.conveying, day)
    }

    /// Mean over a flow: of those who are where they arose by zone, of the others by the site to which they have gone.
    fn mean_of(
        &self,
        flow: &Flow,
        offsets: &[usize],
        at_home: impl Fn(usize) -> f64,
        at_site: impl Fn(&Place) -> f64,
    ) -> f64 {
        let share = |part: f64| part / flow.per_millisecond;
        let moved = flow.moved.iter().filter_map(|(site, moved)| {
            let place = self.sites.get(site)?;
            Some((share(*moved), at_site(place)))
        });
        let (n_moved, of_moved) = moved.fold((0.0, 0.0), |(n, sum), (part, minutes)| {
            (n + part, sum + part * minutes)
        });
        let n_home = (1.0 - n_moved).max(0.0);
        if n_home <= 1e-9 {
            return of_moved;
        }
        let zones = 0..self.places.len();
        let of_zone = |zone: usize| match self.zone {
            Some(attribute) => share(flow.levels[offsets[usize::from(attribute.0)] + zone]),
            None => 1.0,
        };
        let of_home: f64 = zones
            .map(|zone| (of_zone(zone), zone))
            .filter(|(part, _)| *part > 0.0)
            .map(|(part, zone)| part * at_home(zone))
            .sum();
        of_moved + n_home * of_home
    }
}

/// Bare minutes from the nearest station of a fleet.
fn from_station(program: &Program, fleet: usize, place: &Place) -> f64 {
    let units = program.fleets[fleet].units.iter();
    let minutes = units.map(|unit| bare_minutes(&unit.station, place));
    f64::from(minutes.reduce(f32::min).unwrap_or(0.0))
}

fn mean(places: &[(Place, f64)], of: impl Fn(&Place) -> f64) -> f64 {
    let total: f64 = places.iter().map(|(_, weight)| weight).sum();
    let sum: f64 = places
        .iter()
        .map(|(place, weight)| weight * of(place))
        .sum();
    if total > 0.0 { sum / total } else { 0.0 }
}

fn milliseconds(way: &FleetWay, bare_minutes: f64, factor: f32, day: &[f64]) -> f64 {
    let by_hour = way.by_hour.iter().zip(day);
    let by_hour: f64 = by_hour
        .map(|(factor, share)| f64::from(*factor) * share)
        .sum();
    bare_minutes * f64::from(way.detour * factor) * by_hour * MINUTE.0 as f64
}
