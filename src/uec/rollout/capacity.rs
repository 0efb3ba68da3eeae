//! How large shared things are while a roll-out is under way: each version's size, weighted by whom it serves.

use std::collections::BTreeSet;

use crate::engine::program::{Roster, SiteId, Surge};
use crate::engine::time::{SimTime, WEEK};

use super::schedule::{Mask, Schedule, Unit};

/// From a time on: the share of each version in force, by version.
pub type Shares = Vec<(SimTime, Vec<f64>)>;

/// Whom versions serve.
pub struct Coverage<'s> {
    pub schedule: &'s Schedule,
    /// By version.
    pub masks: &'s [Mask],
    /// Sites of the system as it is.
    pub n_sites: usize,
}

impl Coverage<'_> {
    /// Shares of the versions at a site, over time; `weights` are those of the levels of the attribute in its catchment.
    /// Without a site: over all sites alike.
    pub fn shares(&self, site: Option<SiteId>, weights: &[f64]) -> Shares {
        let total: f64 = weights.iter().sum();
        let sites = self.sites(site);
        let at = |time: SimTime| {
            let mut shares = vec![0.0; self.masks.len()];
            for (level, weight) in weights.iter().enumerate() {
                let person = self.schedule.of_person(Unit::Number(level), time);
                for site in &sites {
                    let place = self.schedule.of_site(*site, time).unwrap_or(0);
                    let version = self.version(person | place);
                    shares[version] += weight / total / sites.len() as f64;
                }
            }
            shares
        };
        let breaks = self.schedule.breaks.iter();
        let mut shares: Shares = breaks.map(|time| (*time, at(*time))).collect();
        shares.dedup_by(|later, earlier| later.1 == earlier.1);
        shares
    }

    /// Whether a version is in force for anybody at any time, at a site or, without one, anywhere.
    pub fn is_ever_in_force(&self, version: usize, site: Option<SiteId>) -> bool {
        let n_levels = self.schedule.attribute.map_or(0, |(_, n)| n);
        let times = self.schedule.breaks.iter();
        times.into_iter().any(|time| {
            let levels = (0..n_levels).map(Unit::Number).chain([Unit::Unknown]);
            let people: BTreeSet<Mask> = levels
                .map(|level| self.schedule.of_person(level, *time))
                .collect();
            self.sites(site).into_iter().any(|site| {
                let place = self.schedule.of_site(site, *time).unwrap_or(0);
                let mut people = people.iter();
                people.any(|person| person | place == self.masks[version])
            })
        })
    }

    /// A site; all of them in place of one that only some versions have.
    fn sites(&self, site: Option<SiteId>) -> Vec<SiteId> {
        match site.filter(|site| site.index() < self.n_sites) {
            Some(site) => vec![site],
            None => (0..self.n_sites).map(|site| SiteId(site as u16)).collect(),
        }
    }

    /// The version with these roll-outs in force; every set that is ever in force has one.
    pub fn version(&self, mask: Mask) -> usize {
        let found = self.masks.iter().position(|known| *known == mask);
        found.expect("the schedule lists every set of roll-outs that is ever in force")
    }
}

/// One roster from those of all versions: the mean weighted by their shares, rounded. A version without the thing has
/// none of it.
pub fn roster(shares: &Shares, rosters: &[Option<&Roster>], end: SimTime) -> Roster {
    blend(shares, rosters, end, |mean| (mean + 1e-9).round() as u32)
}

/// The roster of unit `place` of `n` that only some versions have: they come on one after another as the share rises.
pub fn unit_roster(
    shares: &Shares,
    rosters: &[Option<&Roster>],
    (place, n): (usize, usize),
    end: SimTime,
) -> Roster {
    let threshold = (place as f64 + 0.5) / n as f64;
    blend(shares, rosters, end, |mean| u32::from(mean >= threshold))
}

/// The extra units of a version, as far as it is in force; none if it never is.
pub fn surge(shares: &Shares, version: usize, surge: &Surge) -> Option<Surge> {
    let own = shares.iter().map(|(time, shares)| (*time, shares[version]));
    let mut own: Vec<(SimTime, f64)> = own.collect();
    own.dedup_by(|later, earlier| later.1 == earlier.1);
    if own.iter().all(|(_, share)| *share == 0.0) {
        return None;
    }
    Some(Surge {
        shares: own,
        ..surge.clone()
    })
}

fn blend(
    shares: &Shares,
    rosters: &[Option<&Roster>],
    end: SimTime,
    whole: impl Fn(f64) -> u32,
) -> Roster {
    let none = Roster {
        changes: vec![(SimTime::ZERO, 0)],
        ..Roster::default()
    };
    let of = |version: usize| rosters[version].unwrap_or(&none);
    let in_force = |version: &usize| shares.iter().any(|(_, shares)| shares[*version] > 0.0);
    let versions: Vec<usize> = (0..rosters.len()).filter(in_force).collect();
    if let Some(first) = versions.first()
        && versions.iter().all(|version| of(*version) == of(*first))
    {
        return of(*first).clone();
    }
    let courses: Vec<(usize, Vec<(SimTime, u32)>)> = versions
        .iter()
        .map(|version| (*version, course(of(*version), end)))
        .collect();
    let mut times: Vec<SimTime> = shares.iter().map(|(time, _)| *time).collect();
    times.extend(
        courses
            .iter()
            .flat_map(|(_, course)| course.iter().map(|(time, _)| *time)),
    );
    times.sort_unstable();
    times.dedup();
    let at = |time: SimTime| {
        let latest = shares.iter().rev().find(|(from, _)| *from <= time);
        let shares = latest.map_or(&shares[0].1, |(_, shares)| shares);
        let mean: f64 = courses
            .iter()
            .map(|(version, course)| shares[*version] * f64::from(value(course, time)))
            .sum();
        whole(mean)
    };
    let mut changes: Vec<(SimTime, u32)> = times.iter().map(|time| (*time, at(*time))).collect();
    changes.dedup_by(|later, earlier| later.1 == earlier.1);
    Roster {
        changes,
        ..Roster::default()
    }
}

/// Every change of a roster until a week after the end.
fn course(roster: &Roster, end: SimTime) -> Vec<(SimTime, u32)> {
    let mut changes: Vec<(SimTime, u32)> = roster.changes.first().copied().into_iter().collect();
    let later = (1..).map_while(|number| roster.change(number));
    changes.extend(later.take_while(|(time, _)| *time <= end + WEEK));
    changes
}

fn value(course: &[(SimTime, u32)], time: SimTime) -> u32 {
    let after = course.partition_point(|(from, _)| *from <= time);
    after.checked_sub(1).map_or(0, |index| course[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::DAY;

    fn flat(units: u32) -> Option<Roster> {
        Some(Roster {
            changes: vec![(SimTime::ZERO, units)],
            ..Roster::default()
        })
    }

    #[test]
    fn capacity_follows_the_share_and_steps_at_its_dates() {
        let day = |n: u64| SimTime(n * DAY.0);
        let shares = vec![
            (day(0), vec![1.0, 0.0]),
            (day(3), vec![0.5, 0.5]),
            (day(6), vec![0.0, 1.0]),
        ];
        let blended = roster(&shares, &[flat(4).as_ref(), flat(9).as_ref()], day(10));
        assert_eq!(blended.changes, [(day(0), 4), (day(3), 7), (day(6), 9)]);
        let added = roster(&shares, &[None, flat(3).as_ref()], day(10));
        assert_eq!(added.changes, [(day(0), 0), (day(3), 2), (day(6), 3)]);
    }

    #[test]
    fn a_roster_that_all_versions_share_stays_as_it_is() {
        let weekly = Some(Roster {
            changes: vec![(SimTime::ZERO, 4), (SimTime(DAY.0), 2)],
            repeat: WEEK,
        });
        let shares = vec![
            (SimTime::ZERO, vec![1.0, 0.0]),
            (SimTime(DAY.0), vec![0.0, 1.0]),
        ];
        let blended = roster(
            &shares,
            &[weekly.as_ref(), weekly.as_ref()],
            SimTime(DAY.0 * 20),
        );
        assert_eq!(Some(blended), weekly);
        // One that is never in force does not count.
        let first = vec![(SimTime::ZERO, vec![1.0, 0.0])];
        let blended = roster(
            &first,
            &[weekly.as_ref(), flat(1).as_ref()],
            SimTime(DAY.0 * 20),
        );
        assert_eq!(Some(blended), weekly);
    }

    #[test]
    fn units_come_on_one_after_another() {
        let shares = vec![
            (SimTime(0), vec![1.0, 0.0]),
            (SimTime(1), vec![0.75, 0.25]),
            (SimTime(2), vec![0.25, 0.75]),
        ];
        let on = |place| {
            let roster = unit_roster(&shares, &[None, flat(1).as_ref()], (place, 2), SimTime(9));
            roster.changes
        };
        assert_eq!(on(0), [(SimTime(0), 0), (SimTime(1), 1)]);
        assert_eq!(on(1), [(SimTime(0), 0), (SimTime(2), 1)]);
    }
}
