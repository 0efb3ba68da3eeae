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
    /// By row, as `ends`: the only site there is, if no time passes on the way to it; else `MANY`.
    only: Vec<u16>,
}

/// No position of a site.
const MANY: u16 = u16::MAX;

impl Reach {
    pub fn new(routes: &[RouteSpec]) -> Self {
        let mut reach = Self {
            rows: Vec::with_capacity(routes.len()),
            ends: vec![0],
            sites: Vec::new(),
            only: vec![MANY],
        };
        for route in routes {
            // Such a rule asks where the patient is, even for one site.
            let may_be_only = !route.moves_patient() && route.rule != RouteRule::SameSite;
            let n = route.sites.len().max(1);
            let n_rows = (route.travel.len() / n).max(route.weights.len() / n).max(1);
            let first = reach.ends.len() as u32;
            reach.rows.push((first, n_rows as u32));
            for row in 0..n_rows {
                let candidates =
                    (0..route.sites.len()).filter(|site| comes_into_question(route, row, *site));
                reach.sites.extend(candidates.map(|site| site as u16));
                let begun = reach.ends[reach.ends.len() - 1] as usize;
                reach.only.push(match reach.sites[begun..] {
                    [only] if may_be_only => only,
                    _ => MANY,
                });
                reach.ends.push(reach.sites.len() as u32);
            }
        }
        reach
    }

    /// Sites in question for a row of the route's tables; a route without tables has one row for all.
    #[inline]
    pub fn sites(&self, route: RouteId, row: usize) -> &[u16] {
        let row = self.row(route, row);
        &self.sites[self.ends[row - 1] as usize..self.ends[row] as usize]
    }

    /// The site of a row, if there is no other and no time passes on the way: nothing to weigh, draw or measure.
    #[inline]
    pub fn only_site(&self, route: RouteId, row: usize) -> Option<usize> {
        let only = *self.only.at(self.row(route, row));
        (only != MANY).then_some(usize::from(only))
    }

    #[inline]
    fn row(&self, route: RouteId, row: usize) -> usize {
        let (first, n_rows) = *self.rows.at(route.index());
        first as usize + row.min(n_rows as usize - 1)
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
