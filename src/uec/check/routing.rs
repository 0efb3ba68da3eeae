//! Where flows go that are sent on or taken to a site of a route, and the way of the unit that takes them.

use std::collections::BTreeMap;

use crate::engine::program::{FleetId, HoldSlot, RouteId, RouteRule, SiteId};

use super::flow::Walk;
use super::hours::N_HOURS;
use super::mix::{Flow, is_open, scaled};

impl Walk<'_> {
    /// Sends a flow to the sites of a route, with the unit that it holds under a slot if it is conveyed.
    pub(super) fn refer(
        &mut self,
        route: RouteId,
        entry: u8,
        here: SiteId,
        with: Option<HoldSlot>,
        flow: Flow,
    ) {
        let shares = self.site_shares(route, here, &flow);
        let spec = &self.program.routes[route.index()];
        let Some(hours) = self.mix.hours_of_flow(&flow) else {
            for (site, share) in shares.into_iter().enumerate() {
                let part = scaled(&flow, share);
                self.arrive_at((route, site), entry, with, part);
            }
            return;
        };
        // Whoever comes to a closed door goes to the sites that are open, in the proportion of their shares.
        let mut by_site = vec![vec![0.0; N_HOURS]; shares.len()];
        let mut nowhere = vec![0.0; N_HOURS];
        for (hour, of_hour) in hours.iter().enumerate() {
            let opens = |site: usize| {
                let hours = spec.sites[site].hours;
                hours.is_none_or(|window| is_open(&self.program.windows[window.index()], hour))
            };
            let open = |site: usize| if opens(site) { shares[site] } else { 0.0 };
            let total: f64 = (0..shares.len()).map(open).sum();
            for (site, hours) in by_site.iter_mut().enumerate() {
                hours[hour] = if total > 0.0 {
                    of_hour * open(site) / total
                } else {
                    0.0
                };
            }
            nowhere[hour] = if total > 0.0 { 0.0 } else { *of_hour };
        }
        for (site, hours) in by_site.iter().enumerate() {
            if let Some(part) = self.part_of_hours(&flow, hours) {
                self.arrive_at((route, site), entry, with, part);
            }
        }
        if let Some(part) = self.part_of_hours(&flow, &nowhere) {
            self.send(spec.otherwise, part);
        }
    }

    /// Those of a flow who come by in these hours, if there are any.
    fn part_of_hours(&self, flow: &Flow, hours: &[f64]) -> Option<Flow> {
        let share = hours.iter().sum::<f64>() / flow.per_millisecond;
        (share > 0.0).then(|| {
            let mut part = scaled(flow, share);
            self.mix.set_hours(&mut part, hours);
            part
        })
    }

    /// A part of a flow goes to a site of a route, where it goes on.
    fn arrive_at(
        &mut self,
        (route, site): (RouteId, usize),
        entry: u8,
        with: Option<HoldSlot>,
        mut part: Flow,
    ) {
        if part.per_millisecond <= 0.0 {
            return;
        }
        let spec = &self.program.routes[route.index()];
        let n_pools = self.program.pools.len();
        let held = part.held.keys().copied();
        let unit = with.and_then(|slot| {
            let mut units = held.filter(|(held, line)| *held == slot.0 && *line >= n_pools);
            units.next()
        });
        if let Some((slot, line)) = unit {
            let fleet = FleetId((line - n_pools) as u8);
            let way = self.ways.get(&(slot, line)).copied().unwrap_or(0);
            let day = self.mix.day_shares(&part);
            let offsets = &self.mix.offsets;
            let drive = (self.driving).with((fleet, way), (route, site), &part, offsets, &day);
            self.time_passes(drive, &mut part);
        }
        if with.is_some() || spec.moves_patient() {
            part.moved = BTreeMap::from([(spec.sites[site].site, part.per_millisecond)]);
        }
        self.send(spec.sites[site].entries[usize::from(entry)], part);
    }

    /// Shares of the sites of a route, as if all were open.
    fn site_shares(&self, route: RouteId, here: SiteId, flow: &Flow) -> Vec<f64> {
        let spec = &self.program.routes[route.index()];
        let n = spec.sites.len();
        let own = spec.sites.iter().position(|site| site.site == here);
        if let (RouteRule::SameSite, Some(own)) = (spec.rule, own) {
            return (0..n)
                .map(|site| f64::from(u8::from(site == own)))
                .collect();
        }
        let Some(zone) = spec.row else {
            return self.near.shares(route, flow, &self.mix.offsets);
        };
        let offset = self.mix.offsets[usize::from(zone.0)];
        let n_rows = spec.travel.len().max(spec.weights.len()) / n.max(1);
        let mut shares = vec![0.0; n];
        for row in 0..n_rows {
            let weight = flow.levels[offset + row] / flow.per_millisecond;
            let of_row = row * n..(row + 1) * n;
            if let Some(weights) = spec.weights.get(of_row.clone()) {
                let total: f32 = weights.iter().sum();
                for (share, own) in shares.iter_mut().zip(weights) {
                    *share += weight * f64::from(own / total.max(f32::MIN_POSITIVE));
                }
            } else if let Some(travel) = spec.travel.get(of_row) {
                let nearest = (0..n).min_by_key(|site| travel[*site]);
                shares[nearest.unwrap_or(0)] += weight;
            }
        }
        shares
    }
}
