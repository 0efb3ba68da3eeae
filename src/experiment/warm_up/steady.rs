//! Why a scenario has no steady state: inputs that change over the run, levels that drift, lines that grow.

use super::courses::Recorded;
use super::{Level, hours_of_value};
use crate::engine::program::{Arrivals, Dimension, RecordedArrival, Roster};
use crate::engine::time::SimTime;
use crate::experiment::soundness::{line_name, line_of};
use crate::stats::intervals::bonferroni;
use crate::stats::steady_state::{batch_means, slope, trend};
use crate::stats::summary::mean;
use crate::uec::model::Model;

/// Of all trends together.
const CONFIDENCE: f64 = 0.99;
/// Assumption: a level that moves by less than this share of itself over the second half of the run is level enough.
const LEAST_DRIFT: f64 = 0.05;
/// Assumption: as `uec/measures/lines.rs` has it, a line that has not grown by so many patients is no danger.
const LEAST_GROWTH: f64 = 10.0;

/// Something that the scenario changes over the run, other than by the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changing {
    /// A stream of recorded arrivals.
    Recorded(String),
    /// A change that comes into force.
    Rollout(String),
    /// A roster over the run.
    Roster(String),
    /// Slots that change from a day on.
    Slots(String),
}

/// What the courses show.
#[derive(Clone, Debug, PartialEq)]
pub enum Unsteady {
    /// Mean number waiting in the third and in the last quarter of the run.
    LineGrows {
        line: String,
        before: f64,
        last: f64,
    },
    /// As `LineGrows`, of a level.
    Drifts {
        level: String,
        unit: String,
        before: f64,
        last: f64,
    },
    /// MSER cuts in the second half, though no trend is left.
    NotSettled {
        level: String,
    },
    TooShort {
        least_weeks: usize,
    },
}

/// What of a scenario changes over the run, so that there is no steady state to wait for.
pub fn changing(model: &Model) -> Vec<Changing> {
    let program = &model.program;
    let mut found = Vec::new();
    for (stream, name) in program.streams.iter().zip(&model.names.streams) {
        // Those who are there when the run begins are its start, not something that changes.
        let is_later = |arrival: &RecordedArrival| arrival.time > SimTime::ZERO;
        if let Arrivals::Recorded(arrivals) = &stream.arrivals
            && arrivals.iter().any(is_later)
        {
            found.push(Changing::Recorded(name.clone()));
        }
    }
    let rollouts = model.rollouts.iter();
    found.extend(rollouts.map(|rollout| Changing::Rollout(rollout.title.clone())));
    let pools = program
        .pools
        .iter()
        .map(|pool| is_over_the_run(&pool.roster));
    let fleets = program.fleets.iter();
    let fleets = fleets.map(|fleet| fleet.units.iter().any(|unit| is_over_the_run(&unit.roster)));
    for (line, changes) in pools.chain(fleets).enumerate() {
        if changes {
            found.push(Changing::Roster(line_name(model, line_of(model, line))));
        }
    }
    for (calendar, name) in program.calendars.iter().zip(&model.names.calendars) {
        if !calendar.later.is_empty() {
            found.push(Changing::Slots(name.id.clone()));
        }
    }
    found
}

fn is_over_the_run(roster: &Roster) -> bool {
    roster.repeat.0 == 0 && roster.changes.len() > 1
}

/// Whether anything changes with the hour or the day.
pub fn is_weekly(model: &Model) -> bool {
    let program = &model.program;
    let changes = |roster: &Roster| roster.changes.len() > 1;
    let renews = |arrivals: &Arrivals| matches!(arrivals, Arrivals::Renewal { .. });
    let by_time = |(dimension, _): &(Dimension, Vec<u32>)| {
        matches!(dimension, Dimension::Hour | Dimension::Weekday)
    };
    let selectors = program.selectors.iter();
    !program.profiles.is_empty()
        || selectors.flat_map(|table| &table.dimensions).any(by_time)
        || !program.windows.is_empty()
        || !program.calendars.is_empty()
        || program.pools.iter().any(|pool| changes(&pool.roster))
        || program
            .streams
            .iter()
            .any(|stream| renews(&stream.arrivals))
        || program
            .fleets
            .iter()
            .any(|fleet| fleet.units.iter().any(|unit| changes(&unit.roster)))
}

/// Whether arrivals differ between days of different months or years.
pub fn changes_with_season(model: &Model) -> bool {
    let by_month = |(dimension, _): &(Dimension, Vec<u32>)| matches!(dimension, Dimension::Month);
    let selectors = model.program.selectors.iter();
    let months = &model.program.months;
    model.program.profiles.iter().any(|profile| {
        let mut pairs = profile.day_factors.windows(2);
        pairs.any(|pair| pair[0] != pair[1])
    }) || (months.windows(2).any(|pair| pair[0] != pair[1])
        && selectors.flat_map(|table| &table.dimensions).any(by_month))
}

/// Values below which neither a cut nor a trend can be told from chance.
const LEAST_VALUES: usize = 12;

/// Every reason against a steady state.
pub fn unsteady(
    model: &Model,
    levels: &[Level],
    recorded: &[Recorded],
    is_weekly: bool,
) -> Vec<Unsteady> {
    let n_values = levels
        .iter()
        .flat_map(|level| &level.by_run)
        .map(Vec::len)
        .min();
    if n_values.unwrap_or(0) < LEAST_VALUES || levels.iter().any(|level| level.cut.is_none()) {
        let least = LEAST_VALUES * hours_of_value(is_weekly);
        return vec![Unsteady::TooShort {
            least_weeks: least.div_ceil(super::WEEK),
        }];
    }
    let n_lines = recorded.first().map_or(0, |run| run.lines.len());
    let confidence = bonferroni(CONFIDENCE, n_lines + levels.len());
    let mut found = Vec::new();
    let days = hours_of_value(is_weekly) / 24;
    for line in 0..n_lines {
        let courses: Vec<Vec<f64>> = recorded
            .iter()
            .map(|run| batch_means(&run.lines[line], days))
            .collect();
        if let Some((before, last)) = moved(&courses, confidence)
            && last - before >= LEAST_GROWTH / 2.0
        {
            let line = line_name(model, line_of(model, line));
            found.push(Unsteady::LineGrows { line, before, last });
        }
    }
    for level in levels {
        let name = || level.followed.title.clone();
        if let Some((before, last)) = moved(&level.by_run, confidence) {
            found.push(Unsteady::Drifts {
                level: name(),
                unit: level.followed.unit.clone(),
                before,
                last,
            });
        } else if level.cut.is_some_and(|cut| !cut.is_settled) {
            found.push(Unsteady::NotSettled { level: name() });
        }
    }
    found
}

/// Means of the third and the last quarter, if courses have a trend in their second half that they share and that matters.
fn moved(courses: &[Vec<f64>], confidence: f64) -> Option<(f64, f64)> {
    let n = courses.iter().map(Vec::len).min()?;
    let slopes: Option<Vec<f64>> = courses
        .iter()
        .map(|course| slope(&course[n / 2..n]))
        .collect();
    let (per_value, is_there) = trend(&slopes?, confidence)?;
    let quarter = |from: usize, until: usize| -> Option<f64> {
        let means: Option<Vec<f64>> = courses
            .iter()
            .map(|course| mean(&course[from..until]))
            .collect();
        mean(&means?)
    };
    let (before, last) = (quarter(n / 2, n * 3 / 4)?, quarter(n * 3 / 4, n)?);
    let change = per_value.mean * (n - n / 2) as f64;
    let level = (before + last) / 2.0;
    (is_there && change.abs() > LEAST_DRIFT * level.abs()).then_some((before, last))
}
