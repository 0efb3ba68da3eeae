//! What the checks of a run found, in words and by pool.
//!
//! Every replication is checked once a simulated week and at its end: each patient is inside or has left once, the units
//! that pools count as busy are those that patients hold, and the integral of the number waiting equals the sum of the
//! times waited. With time in whole milliseconds these are identities, so that any difference is a fault of the program.

use super::results::Results;
use crate::engine::checks::{Balance, Breach};
use crate::engine::program::{FleetId, PoolId};
use crate::engine::time::{DAY, HOUR, SimTime};
use crate::uec::measures::Line;
use crate::uec::model::Model;

/// A line in words: `beds at exeter`.
pub fn line_name(model: &Model, line: Line) -> String {
    match line {
        Line::Pool(pool) => {
            let pool = &model.names.pools[pool.index()];
            format!("{} at {}", pool.id, model.names.sites[pool.site.index()].id)
        }
        Line::Fleet(fleet) => model.names.fleets[fleet.index()].id.clone(),
    }
}

/// A line by its number: pools first, then fleets.
pub fn line_of(model: &Model, number: usize) -> Line {
    let n_pools = model.names.pools.len();
    match number.checked_sub(n_pools) {
        None => Line::Pool(PoolId(number as u16)),
        Some(fleet) => Line::Fleet(FleetId(fleet as u8)),
    }
}

/// What does not hold, where, and since when at the earliest.
pub(super) fn breach_words(model: &Model, breach: &Breach, last_right: SimTime) -> String {
    let line = breach.line();
    let line = line.map(|line| line_name(model, line_of(model, usize::from(line))));
    let line = line.unwrap_or_default();
    let hours = |milliseconds: u64| milliseconds as f64 / HOUR.0 as f64;
    let what = match breach {
        Breach::UnitsHeld { busy, held, .. } => {
            format!("{line}: {busy} units are counted as busy and {held} are held")
        }
        Breach::LittlesLaw { area, waited, .. } => format!(
            "{line}: Little's law does not hold, {:.6} hours of waiting by the length of the line and {:.6} by the times waited",
            hours(*area),
            hours(*waited)
        ),
        Breach::Patients { expected, found } => {
            format!("{found} patients are inside, where arrivals less departures leave {expected}")
        }
    };
    let day = last_right.0 as f64 / DAY.0 as f64;
    format!("{what} (right on day {day:.0} and wrong by the next check)")
}

/// What was checked in the finished replications of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Soundness {
    /// Checks of the whole state, over all replications.
    pub n_checks: u64,
    pub arrived: u64,
    pub left: u64,
    /// Still inside at the end, over all replications.
    pub inside: u64,
    /// By pool, then by fleet.
    pub lines: Vec<LineSoundness>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LineSoundness {
    pub name: String,
    /// Waited there, over all replications, warm-up included.
    pub waited_hours: f64,
    /// The worst of the replications, as a share; 0 if Little's law holds to the millisecond in each.
    pub worst_relative_error: f64,
}

/// Gathers what was checked over the replications that finished.
pub fn soundness(results: &Results) -> Soundness {
    let runs = &results.conservation;
    let n_lines = runs.iter().map(|run| run.lines.len()).max().unwrap_or(0);
    let lines = (0..n_lines).map(|line| {
        let balances = runs.iter().filter_map(|run| run.lines.get(line).copied());
        let waited: u64 = balances.clone().map(|balance| balance.waited).sum();
        LineSoundness {
            name: line_name(&results.model, line_of(&results.model, line)),
            waited_hours: waited as f64 / HOUR.0 as f64,
            worst_relative_error: balances.map(Balance::relative_error).fold(0.0, f64::max),
        }
    });
    Soundness {
        n_checks: runs.iter().map(|run| u64::from(run.n_checks)).sum(),
        arrived: runs.iter().map(|run| run.arrived).sum(),
        left: runs.iter().flat_map(|run| &run.left).sum(),
        inside: runs.iter().map(|run| run.inside).sum(),
        lines: lines.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::program::SiteId;
    use crate::uec::model::{Named, PoolName};

    fn model() -> Model {
        let mut model = Model::default();
        let named = |id: &str| Named {
            id: id.to_owned(),
            title: String::new(),
        };
        model.names.sites = vec![named("exeter")];
        model.names.pools = vec![PoolName {
            id: "beds".to_owned(),
            site: SiteId(0),
        }];
        model.names.fleets = vec![named("ambulances")];
        model
    }

    #[test]
    fn a_breach_names_the_pool_or_fleet_and_the_time() {
        let check = |breach: Breach, expected: &str| {
            let words = breach_words(&model(), &breach, SimTime(14 * DAY.0));
            assert_eq!(
                words,
                format!("{expected} (right on day 14 and wrong by the next check)")
            );
        };
        let units = |line| Breach::UnitsHeld {
            line,
            busy: 3,
            held: 4,
        };
        check(
            units(0),
            "beds at exeter: 3 units are counted as busy and 4 are held",
        );
        check(
            units(1),
            "ambulances: 3 units are counted as busy and 4 are held",
        );
        check(
            Breach::LittlesLaw {
                line: 0,
                area: 2 * HOUR.0,
                waited: HOUR.0,
            },
            "beds at exeter: Little's law does not hold, 2.000000 hours of waiting by the length of the line and 1.000000 by \
             the times waited",
        );
        check(
            Breach::Patients {
                expected: 2,
                found: 3,
            },
            "3 patients are inside, where arrivals less departures leave 2",
        );
    }
}
