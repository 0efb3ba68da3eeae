//! Which site of a route is near, by where patients arise: for routes that go by the way from the patient.
//!
//! Simplification: patients are taken to be where they arose, also when they are sent on from another site, and sites to be
//! open.

use std::collections::BTreeMap;

use crate::engine::program::{
    Arrivals, AttributeId, Place, Profile, Program, RouteId, StreamPlace,
};
use crate::uec::compile::Compiled;

use super::mix::Flow;

/// By route: shares of its sites, for each zone or for all patients.
pub struct Near {
    pub zone: Option<AttributeId>,
    /// By zone, or for all patients: where they arise, with weights.
    pub places: Vec<Vec<(Place, f64)>>,
    /// By route: a row for each zone (one row without zones) of shares of its sites.
    shares: Vec<Vec<Vec<f64>>>,
}

impl Near {
    pub fn new(compiled: &Compiled) -> Self {
        let program = &compiled.program;
        let attributes = &compiled.names.attributes;
        let zone = attributes
            .iter()
            .position(|attribute| attribute.id == "zone");
        let zone = zone.map(|zone| AttributeId(zone as u8));
        let n_rows = zone.map_or(1, |zone| attributes[usize::from(zone.0)].levels.len());
        let places = places(program, zone, n_rows);
        let by_route = |route: usize| {
            let rows = places.iter();
            rows.map(|places| nearest_shares(program, route, places))
                .collect()
        };
        Self {
            zone,
            shares: (0..program.routes.len()).map(by_route).collect(),
            places,
        }
    }

    /// Shares of a route's sites for the zones of a flow.
    pub fn shares(&self, route: RouteId, flow: &Flow, offsets: &[usize]) -> Vec<f64> {
        let rows = &self.shares[route.index()];
        let Some(zone) = self.zone else {
            return rows[0].clone();
        };
        let mut shares = vec![0.0; rows[0].len()];
        let offset = offsets[usize::from(zone.0)];
        for (row, levels) in rows.iter().zip(&flow.levels[offset..]) {
            let weight = levels / flow.per_millisecond;
            for (share, of_row) in shares.iter_mut().zip(row) {
                *share += weight * of_row;
            }
        }
        shares
    }
}

/// By zone: places where patients arise, each with a weight.
fn places(program: &Program, zone: Option<AttributeId>, n_rows: usize) -> Vec<Vec<(Place, f64)>> {
    let mut rows: Vec<Vec<(Place, f64)>> = vec![Vec::new(); n_rows];
    // Streams of one zone share their points: each range counts once, with all that arises there.
    let mut ranges: BTreeMap<(usize, u32, u32), f64> = BTreeMap::new();
    for stream in &program.streams {
        let row = zone.map_or(0, |zone| {
            usize::from(stream.attributes[usize::from(zone.0)])
        });
        let rate = match stream.arrivals {
            Arrivals::Poisson {
                per_millisecond,
                accept,
                profile,
            } => {
                let profile = profile.map(|id| &program.profiles[id.index()]);
                per_millisecond * accept * profile.map_or(1.0, Profile::mean_of_days)
            }
            _ => 1.0,
        };
        match stream.place {
            StreamPlace::At(place) => rows[row].push((place, rate)),
            StreamPlace::Rectangle { low, high } => {
                // The middles of a grid of 8 by 8.
                for cell in 0..64u8 {
                    let part = |low: f32, high: f32, at: u8| {
                        low + (high - low) * (f32::from(at) + 0.5) / 8.0
                    };
                    let place = Place {
                        x: part(low.x, high.x, cell % 8),
                        y: part(low.y, high.y, cell / 8),
                        slowness: low.slowness,
                    };
                    rows[row].push((place, rate / 64.0));
                }
            }
            StreamPlace::Points { first, n } => {
                *ranges.entry((row, first, n)).or_insert(0.0) += rate;
            }
        }
    }
    for ((row, first, n), rate) in ranges {
        let mut before = 0.0;
        for index in first as usize..(first + n) as usize {
            let cumulative = program.point_weights[index];
            rows[row].push((program.points[index], rate * (cumulative - before)));
            before = cumulative;
        }
    }
    rows
}

fn nearest_shares(program: &Program, route: usize, places: &[(Place, f64)]) -> Vec<f64> {
    let spec = &program.routes[route];
    let n = spec.sites.len();
    let mut shares = vec![0.0; n];
    let mut total = 0.0;
    for (place, weight) in places {
        let distance = |site: &usize| {
            let to = &spec.sites[*site].place;
            let (x, y) = (to.x - place.x, to.y - place.y);
            x * x + y * y
        };
        // Without travel all sites are equally near, and the first is taken, as in a run.
        let is_by_road = spec.detour > 0.0;
        let nearest = (0..n)
            .filter(|_| is_by_road)
            .min_by(|a, b| distance(a).total_cmp(&distance(b)));
        shares[nearest.unwrap_or(0)] += weight;
        total += weight;
    }
    if total <= 0.0 {
        return vec![1.0 / n as f64; n];
    }
    shares.iter().map(|share| share / total).collect()
}
