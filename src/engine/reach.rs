//! Which sites of a route come into question for the patients of each row of its tables.
//!
//! A route of a whole area has a site for every practice group, of which a patient's own zone sends to one or two: the
//! list by row spares looking at the rest. Knows neither opening hours nor load.

use super::program::{RouteId, RouteRule, RouteSpec};
use super::proven::Proven;

/// Candidate sites by route and row, in order of site.
pub struct Reach {
    /// By route: where its rows begin in `ends`, and how many there are.
    rows: Vec<(u32, u32)>,
    /// By row of all routes: where its sites end in `sites`; the row before tells where they begin.
    ends: Vec<u32>,
    /// Positions in `RouteSpec::sites`.
    sites: Vec<u16>,
}

impl Reach {
    pub fn new(routes: &[RouteSpec]) -> Self {
        let mut reach = Self {
            rows: Vec::with_capacity(routes.len()),
            ends: vec![0],
            sites: Vec::new(),
        };
        for route in routes {
            let n = route.sites.len().max(1);
            let n_rows = (route.travel.len() / n).max(route.weights.len() / n).max(1);
            let first = reach.ends.len() as u32;
            reach.rows.push((first, n_rows as u32));
            for row in 0..n_rows {
                let candidates =
                    (0..route.sites.len()).filter(|site| comes_into_question(route, row, *site));
                reach.sites.extend(candidates.map(|site| site as u16));
                reach.ends.push(reach.sites.len() as u32);
            }
        }
        reach
    }

    /// Sites in question for a row of the route's tables; a route without tables has one row for all.
    #[inline]
    pub fn sites(&self, route: RouteId, row: usize) -> &[u16] {
        let (first, n_rows) = *self.rows.at(route.index());
        let row = first as usize + row.min(n_rows as usize - 1);
        &self.sites[self.ends[row - 1] as usize..self.ends[row] as usize]
    }
}

fn comes_into_question(route: &RouteSpec, row: usize, site: usize) -> bool {
    let index = row * route.sites.len() + site;
    let is_reachable = route
        .travel
        .get(index)
        .is_none_or(|travel| *travel != u32::MAX);
    let is_weighed = route.rule != RouteRule::Shares
        || route.weights.get(index).is_some_and(|weight| *weight > 0.0);
    is_reachable && is_weighed
}
