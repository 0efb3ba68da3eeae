//! Offered load against rostered capacity by pool or fleet and hour of the week, before any run.
//!
//! An estimate in closed form: [`super::flow`] says what it takes for granted. Every service and wait lasts its mean time, and
//! queues, journeys and driving take none; where the first of these bends a curve, its mean over the week stays right.

use crate::uec::compile::Compiled;

use super::flow::expected_by_hour;
use super::hours::{N_HOURS, rostered};

/// Estimated load of a pool or fleet by hour of the week, Monday 00:00 first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HourlyLoad {
    /// Units that would be busy on average if nobody had to wait.
    pub offered: Vec<f64>,
    /// Units rostered on average, over the weeks of the run; without what triggers add.
    pub capacity: Vec<f64>,
}

/// Assumption: for less than a twentieth of one unit nobody would roster one.
const LEAST_WANTED: f64 = 0.05;

impl HourlyLoad {
    /// Whether more is wanted in an hour than is rostered.
    pub fn is_short(&self, hour: usize) -> bool {
        let (offered, capacity) = (self.offered[hour], self.capacity[hour]);
        offered >= LEAST_WANTED && offered > capacity * (1.0 + 1e-9) && !self.is_finishing(hour)
    }

    /// The first hour in which nobody is on, with less to do than before: those who are there are seen to by who was on.
    fn is_finishing(&self, hour: usize) -> bool {
        let before = (hour + self.offered.len() - 1) % self.offered.len();
        self.capacity[hour] == 0.0
            && self.capacity[before] > 0.0
            && self.offered[hour] < self.offered[before]
    }

    pub fn hours_short(&self) -> usize {
        let hours = 0..self.offered.len();
        hours.filter(|hour| self.is_short(*hour)).count()
    }

    /// The hour with most units missing, if any are: the first of several.
    pub fn worst(&self) -> Option<usize> {
        let missing = |hour: &usize| self.offered[*hour] - self.capacity[*hour];
        let short = (0..self.offered.len()).filter(|hour| self.is_short(*hour));
        short.rev().max_by(|a, b| missing(a).total_cmp(&missing(b)))
    }

    /// Whether anybody comes at all.
    pub fn is_wanted(&self) -> bool {
        self.offered.iter().any(|offered| *offered > 0.0)
    }

    pub fn mean_offered(&self) -> f64 {
        mean(&self.offered)
    }

    pub fn mean_capacity(&self) -> f64 {
        mean(&self.capacity)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// In the order of the pools, then of the fleets.
pub fn hourly_loads(compiled: &Compiled) -> Vec<HourlyLoad> {
    let program = &compiled.program;
    let offered = expected_by_hour(compiled).busy_by_hour.into_iter();
    let units = |roster| rostered(roster, program.clock.week_offset, program.months.len());
    let pools = program.pools.iter().map(|pool| units(&pool.roster));
    let fleets = program.fleets.iter().map(|fleet| {
        let each = fleet.units.iter().map(|unit| units(&unit.roster));
        each.fold(vec![0.0; N_HOURS], |sum, unit| {
            sum.iter().zip(unit).map(|(sum, unit)| sum + unit).collect()
        })
    });
    let loads = pools.chain(fleets).zip(offered);
    loads
        .map(|(capacity, offered)| HourlyLoad { offered, capacity })
        .collect()
}
