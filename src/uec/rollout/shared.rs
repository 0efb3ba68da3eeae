//! What all versions share by its name: sites, pools, fleets and their units, calendars, attributes; and samplers, which are
//! large.

use std::collections::BTreeMap;

use crate::engine::distributions::Sampler;
use crate::engine::program::{
    AttributeId, CalendarId, CalendarSpec, FleetId, FleetSpec, FleetWay, N_VISIT_GROUPS, PoolId,
    PoolSpec, Program, Roster, SamplerId, ShiftEnd, SiteId, UnitSpec,
};
use crate::uec::compile::Compiled;
use crate::uec::model::{Named, Names, PoolName};

use super::entries::service_of;
use super::join::Joiner;
use super::maps::Maps;

impl Joiner<'_> {
    pub fn sites(&mut self, names: &Names) -> Vec<SiteId> {
        let sites = &mut self.joined.names.sites;
        let number = |site: &Named| {
            let known = sites.iter().position(|known| known.id == site.id);
            let index = known.unwrap_or_else(|| {
                sites.push(site.clone());
                sites.len() - 1
            });
            SiteId(index as u16)
        };
        names.sites.iter().map(number).collect()
    }

    /// Each version's own size and rules are kept aside: what holds when is filled in once all versions are there.
    pub fn pools(&mut self, version: usize, compiled: &Compiled, maps: &Maps) -> Vec<PoolId> {
        let joined = &mut self.joined;
        let mut numbers = Vec::new();
        for (name, spec) in compiled.names.pools.iter().zip(&compiled.program.pools) {
            let index = position(&mut joined.names.pools, name, maps);
            if index == joined.program.pools.len() {
                joined.program.pools.push(PoolSpec {
                    roster: Roster::default(),
                    on_shift_end: ShiftEnd::Finish,
                    keeps_served: false,
                    surges: Vec::new(),
                });
                joined.pool_versions.push(Vec::new());
            }
            joined.program.pools[index].keeps_served |= spec.keeps_served;
            let versions = &mut joined.pool_versions[index];
            versions.resize(version, None);
            versions.push(Some(PoolSpec {
                surges: spec.surges.iter().map(|surge| maps.surge(surge)).collect(),
                ..spec.clone()
            }));
            numbers.push(PoolId(index as u16));
        }
        numbers
    }

    /// The number of each fleet, and of the way in which this version's calls are answered.
    pub fn fleets(
        &mut self,
        version: usize,
        compiled: &Compiled,
        maps: &Maps,
    ) -> Vec<(FleetId, u8)> {
        let mut numbers = Vec::new();
        for (name, spec) in compiled.names.fleets.iter().zip(&compiled.program.fleets) {
            let joined = &mut self.joined;
            let mut known = joined.names.fleets.iter();
            let known = known.position(|fleet| fleet.id == name.id);
            let index = known.unwrap_or_else(|| {
                joined.names.fleets.push(name.clone());
                joined.program.fleets.push(FleetSpec {
                    units: Vec::new(),
                    ways: Vec::new(),
                });
                joined.unit_rosters.push(Vec::new());
                joined.way_users.push(Vec::new());
                joined.names.fleets.len() - 1
            });
            let own = &spec.ways[0];
            let own = FleetWay {
                reserve: own.reserve.map(|reserve| maps.reserve(reserve)),
                ..own.clone()
            };
            let ways = &mut joined.program.fleets[index].ways;
            let known = ways.iter().position(|known| *known == own);
            let way = known.unwrap_or_else(|| {
                ways.push(own);
                joined.way_users[index].push(Vec::new());
                ways.len() - 1
            });
            joined.way_users[index][way].push(version);
            self.units(version, index, &spec.units);
            numbers.push((FleetId(index as u8), way as u8));
        }
        numbers
    }

    /// Units of the same station and shift are the same ones.
    fn units(&mut self, version: usize, fleet: usize, units: &[UnitSpec]) {
        let whole = &mut self.joined.program.fleets[fleet].units;
        let rosters = &mut self.joined.unit_rosters[fleet];
        let mut is_taken = vec![false; whole.len()];
        for unit in units {
            let mut known = whole.iter().zip(&is_taken);
            let found = known.position(|(known, is_taken)| !is_taken && known == unit);
            let index = found.unwrap_or_else(|| {
                whole.push(unit.clone());
                rosters.push(Vec::new());
                is_taken.push(false);
                whole.len() - 1
            });
            is_taken[index] = true;
            rosters[index].resize(version, None);
            rosters[index].push(Some(unit.roster.clone()));
        }
    }

    /// A calendar that offers the same in two versions is one calendar; else each version has its own part of it.
    pub fn calendars(
        &mut self,
        version: usize,
        compiled: &Compiled,
        maps: &Maps,
    ) -> Vec<CalendarId> {
        let joined = &mut self.joined;
        let mut numbers = Vec::new();
        for (name, spec) in compiled
            .names
            .calendars
            .iter()
            .zip(&compiled.program.calendars)
        {
            let site = maps.site(name.site);
            let is_same = |(known, calendar): (&PoolName, &CalendarSpec)| {
                known.id == name.id && known.site == site && calendar == spec
            };
            let mut known = joined.names.calendars.iter().zip(&joined.program.calendars);
            let index = known.position(is_same).unwrap_or_else(|| {
                joined.names.calendars.push(PoolName {
                    id: name.id.clone(),
                    site,
                });
                joined.program.calendars.push(spec.clone());
                joined.calendar_users.push((site, Vec::new()));
                joined.calendar_users.len() - 1
            });
            joined.calendar_users[index].1.push(version);
            numbers.push(CalendarId(index as u16));
        }
        numbers
    }

    pub fn attributes(&mut self, names: &Names) -> Vec<AttributeId> {
        let mut numbers = Vec::new();
        for attribute in &names.attributes {
            let known = &self.joined.names.attributes;
            let found = known.iter().position(|known| known.id == attribute.id);
            let index = found.unwrap_or(known.len());
            match known.get(index) {
                None => self.joined.names.attributes.push(attribute.clone()),
                Some(known) if known.levels != attribute.levels => {
                    let message = format!(
                        "a roll-out cannot change the levels of \"{}\": patients of both versions are in one run",
                        attribute.id
                    );
                    self.refuse(message);
                }
                Some(_) => {}
            }
            numbers.push(AttributeId(index as u8));
        }
        numbers
    }

    /// Tables of tens of kilobytes: each is kept once.
    pub fn samplers(&mut self, program: &Program) -> Vec<SamplerId> {
        let all = &mut self.joined.program.samplers;
        let is_first = all.is_empty();
        let number = |sampler: &Sampler| {
            let known = match is_first {
                true => None,
                false => all.iter().position(|known| known == sampler),
            };
            let index = known.unwrap_or_else(|| {
                all.push(sampler.clone());
                all.len() - 1
            });
            SamplerId(index as u16)
        };
        program.samplers.iter().map(number).collect()
    }
}

/// The position of a name, which is added if it is new.
pub fn number_of(names: &mut Vec<String>, name: &str) -> u16 {
    let known = names.iter().position(|known| known == name);
    let index = known.unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    index as u16
}

fn position(all: &mut Vec<PoolName>, name: &PoolName, maps: &Maps) -> usize {
    let site = maps.site(name.site);
    let known = all
        .iter()
        .position(|known| known.id == name.id && known.site == site);
    known.unwrap_or_else(|| {
        all.push(PoolName {
            id: name.id.clone(),
            site,
        });
        all.len() - 1
    })
}

/// Group of visits in the first version by group here: a service counts its visits in one place, whatever the version.
pub fn groups(first: &Compiled, compiled: &Compiled) -> Vec<u8> {
    let of = |compiled: &Compiled| {
        let steps = compiled.names.steps.iter().zip(&compiled.program.draws);
        let each = steps.map(|(name, draw)| (service_of(name).to_owned(), draw.group));
        each.collect::<BTreeMap<String, u8>>()
    };
    let mut groups: Vec<u8> = (0..N_VISIT_GROUPS as u8).collect();
    let there = of(first);
    for (service, here) in of(compiled) {
        if let Some(there) = there.get(&service) {
            groups[usize::from(here)] = *there;
        }
    }
    groups
}
