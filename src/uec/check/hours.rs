//! Flows and rosters by hour of the week: 168 numbers, Monday 00:00 first.

use crate::engine::program::{Arrivals, Program, Roster};
use crate::engine::time::{HOUR, SimSpan, WEEK};

pub const N_HOURS: usize = (WEEK.0 / HOUR.0) as usize;

/// When those of a stream arrive; sums to 1.
///
/// Of a profile the middle of each hour is looked at. Gaps that are drawn one after the other are spread evenly.
pub fn hours_of(program: &Program, arrivals: &Arrivals) -> Vec<f64> {
    let mut hours = vec![1.0; N_HOURS];
    match arrivals {
        Arrivals::Poisson {
            profile: Some(profile),
            ..
        } => {
            let profile = &program.profiles[profile.index()];
            for (hour, relative) in hours.iter_mut().enumerate() {
                let bin = (hour as u64 * HOUR.0 + HOUR.0 / 2) / profile.bin.0.max(1);
                *relative = profile.cycle[bin as usize % profile.cycle.len()];
            }
        }
        Arrivals::Recorded(list) if !list.is_empty() => {
            hours.fill(0.0);
            for arrival in list {
                hours[(program.clock.local(arrival.time) / HOUR.0) as usize % N_HOURS] += 1.0;
            }
        }
        _ => {}
    }
    let total: f64 = hours.iter().sum();
    if total > 0.0 {
        hours.iter_mut().for_each(|hour| *hour /= total);
    }
    hours
}

/// When patients come by who came so much earlier: an hour's patients are spread evenly over it.
pub fn later(hours: &[f64], milliseconds: f64) -> Vec<f64> {
    let (whole, rest) = in_hours(milliseconds);
    let before = |hour: usize, by: usize| hours[(hour + N_HOURS * 2 - by) % N_HOURS];
    let whole = whole % N_HOURS;
    (0..N_HOURS)
        .map(|hour| (1.0 - rest) * before(hour, whole) + rest * before(hour, whole + 1))
        .collect()
}

/// Units busy on average in each hour if every patient of a flow (by hour, per millisecond of the whole week) takes one for so long.
pub fn occupied(hours: &[f64], milliseconds: f64) -> Vec<f64> {
    let (whole, rest) = in_hours(milliseconds);
    // A patient who comes at an even moment of hour 0 spends this part of an hour, on average, in hour `k`.
    let part = |k: usize| {
        let ends_in = |from: usize| match k.checked_sub(from) {
            Some(0) => rest - rest * rest / 2.0,
            Some(1) => rest * rest / 2.0,
            _ => 0.0,
        };
        let full = match k {
            0 if whole > 0 => 0.5,
            k if k < whole => 1.0,
            k if k == whole && whole > 0 => 0.5,
            _ => 0.0,
        };
        full + ends_in(whole)
    };
    // Longer than a week: what falls on the same hour of the week adds up.
    let mut parts = vec![0.0; N_HOURS];
    for k in 0..whole + 2 {
        parts[k % N_HOURS] += part(k);
    }
    convolved(hours, &parts)
        .into_iter()
        .map(|patients| patients * WEEK.0 as f64)
        .collect()
}

/// Sum of `parts[k] * hours[hour - k]`, quickly where many of the parts are alike.
fn convolved(hours: &[f64], parts: &[f64]) -> Vec<f64> {
    // What most hours have in common is taken of the whole week, so that only the others are gone through one by one.
    let mut sorted = parts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted[N_HOURS / 2];
    let total: f64 = hours.iter().sum();
    let mut sums = vec![usual * total; N_HOURS];
    for (k, part) in parts.iter().enumerate().filter(|(_, part)| **part != usual) {
        for (hour, sum) in sums.iter_mut().enumerate() {
            *sum += (part - usual) * hours[(hour + N_HOURS - k) % N_HOURS];
        }
    }
    sums
}

fn in_hours(milliseconds: f64) -> (usize, f64) {
    // Ten years in one step would be a fault of the scenario: what lies beyond adds nothing to the picture of a week.
    let hours = (milliseconds / HOUR.0 as f64).clamp(0.0, 10.0 * 8784.0);
    (hours as usize, hours.fract())
}

/// Mean number of units rostered in each hour of the week, over a run of so many days.
pub fn rostered(roster: &Roster, week_offset: SimSpan, n_days: usize) -> Vec<f64> {
    let repeats_weekly = roster.repeat.0 > 0 && roster.repeat.0.is_multiple_of(WEEK.0);
    let end = match repeats_weekly {
        true => roster.repeat.0,
        false => (n_days as u64 * 24 * HOUR.0).max(WEEK.0),
    };
    let mut units = vec![0.0; N_HOURS];
    let mut known = vec![0.0; N_HOURS];
    let mut add = |from: u64, until: u64, on: u32| {
        let mut at = from;
        while at < until {
            let of_week = at + week_offset.0;
            let next = (at + HOUR.0 - of_week % HOUR.0).min(until);
            let hour = (of_week / HOUR.0) as usize % N_HOURS;
            units[hour] += f64::from(on) * (next - at) as f64;
            known[hour] += (next - at) as f64;
            at = next;
        }
    };
    let period = if roster.repeat.0 > 0 {
        roster.repeat.0
    } else {
        end
    };
    let mut round = 0;
    while round * period < end {
        for (index, (from, on)) in roster.changes.iter().enumerate() {
            let until = roster
                .changes
                .get(index + 1)
                .map_or(period, |next| next.0.0);
            let shifted = |at: u64| (round * period + at.min(period)).min(end);
            add(shifted(from.0), shifted(until), *on);
        }
        round += 1;
    }
    let means = units.iter().zip(&known);
    means
        .map(|(units, known)| if *known > 0.0 { units / known } else { 0.0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::SimTime;

    fn only(hour: usize) -> Vec<f64> {
        let mut hours = vec![0.0; N_HOURS];
        // One patient a week.
        hours[hour] = 1.0 / WEEK.0 as f64;
        hours
    }

    fn check(found: &[f64], expected: &[(usize, f64)]) {
        for (hour, found) in found.iter().enumerate() {
            let expected = expected.iter().find(|(at, _)| *at == hour);
            let expected = expected.map_or(0.0, |(_, value)| *value);
            assert!(
                (found - expected).abs() < 1e-9,
                "hour {hour}: {found} for {expected}"
            );
        }
    }

    #[test]
    fn a_stay_is_spread_over_the_hours_it_lies_in() {
        let minutes = |minutes: f64| minutes * 60_000.0;
        // Half an hour from an even moment of hour 3: until the end of it for 3/8 of an hour on average, 1/8 in the next.
        check(
            &occupied(&only(3), minutes(30.0)),
            &[(3, 0.375), (4, 0.125)],
        );
        check(&occupied(&only(3), minutes(60.0)), &[(3, 0.5), (4, 0.5)]);
        check(
            &occupied(&only(167), minutes(150.0)),
            &[(167, 0.5), (0, 1.0), (1, 0.875), (2, 0.125)],
        );
    }

    #[test]
    fn a_stay_longer_than_a_week_adds_up() {
        let stay = 2.0 * WEEK.0 as f64 + HOUR.0 as f64;
        let found = occupied(&only(0), stay);
        check(
            &found[2..],
            &(0..N_HOURS - 2).map(|hour| (hour, 2.0)).collect::<Vec<_>>(),
        );
        assert!((found[0] - 2.5).abs() < 1e-9 && (found[1] - 2.5).abs() < 1e-9);
        let total: f64 = found.iter().sum();
        assert!((total - 2.0 * 168.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn patients_come_by_later() {
        let found = later(&only(167), 90.0 * 60_000.0);
        let per_week: Vec<f64> = found.iter().map(|hour| hour * WEEK.0 as f64).collect();
        check(&per_week, &[(0, 0.5), (1, 0.5)]);
    }

    #[test]
    fn a_roster_is_read_by_hour_of_the_week() {
        // The run begins on a Tuesday at 00:00; two units from 08:00 to 20:30 every day.
        let changes = [(0, 0), (8 * 60, 2), (20 * 60 + 30, 0)];
        let at = |minute: u64| SimTime(minute * 60_000);
        let roster = Roster {
            changes: changes.map(|(minute, units)| (at(minute), units)).to_vec(),
            repeat: SimSpan(24 * HOUR.0),
        };
        let found = rostered(&roster, SimSpan(24 * HOUR.0), 7);
        for (hour, units) in found.iter().enumerate() {
            let expected = match hour % 24 {
                8..20 => 2.0,
                20 => 1.0,
                _ => 0.0,
            };
            assert_eq!(*units, expected, "hour {hour}");
        }
    }
}
