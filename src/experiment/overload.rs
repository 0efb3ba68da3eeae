//! Waiting lines that only grew in the replications of a scenario.

use super::results::{Conservation, Results};
use super::soundness::line_name;
use crate::engine::time::{DAY, SimTime};
use crate::uec::measures::Growth;
use crate::uec::model::{Date, Model};

/// A line that only grew from some time on.
#[derive(Clone, Debug, PartialEq)]
pub struct GrowingLine {
    pub scenario: String,
    /// First measured day.
    pub start: Date,
    /// `beds at exeter`, or a fleet.
    pub line: String,
    /// Mean number waiting before it began and in the last week, over the replications in which it grew.
    pub first: f64,
    pub last: f64,
    /// When it began: the earliest, the middle one and the latest of the replications in which it grew, as days of the measured
    /// period; 0 is from its beginning on.
    pub began: [f64; 3],
    /// Replications in which it grew, of all.
    pub n_grew: usize,
    pub n_replications: usize,
}

/// Lines that only grew in more than half of the replications, in the order of pools, then fleets.
pub fn growing_lines(results: &Results) -> Vec<GrowingLine> {
    of_replications(&results.model, &results.conservation)
}

fn of_replications(model: &Model, runs: &[Conservation]) -> Vec<GrowingLine> {
    let mut growths: Vec<Growth> = runs.iter().flat_map(|run| run.growing.clone()).collect();
    growths.sort_by_key(|growth| (growth.area, growth.line, growth.began));
    let same_line = |a: &Growth, b: &Growth| (a.area, a.line) == (b.area, b.line);
    let lines = growths.chunk_by(same_line);
    lines
        .filter(|of_line| 2 * of_line.len() > runs.len())
        .map(|of_line| of_one(model, of_line, runs.len()))
        .collect()
}

/// `growths` in the order of their beginnings.
fn of_one(model: &Model, growths: &[Growth], n_replications: usize) -> GrowingLine {
    let line = growths[0];
    let n_grew = growths.len();
    let mean = |of: fn(&Growth) -> f64| growths.iter().map(of).sum::<f64>() / n_grew as f64;
    let began = |nth: usize| measured_day(model, growths[nth].began);
    GrowingLine {
        scenario: model.name.clone(),
        start: model.run.start,
        line: match line.area {
            Some(area) => format!(
                "{} in {}",
                line_name(model, line.line),
                model.areas[usize::from(area)].named.id
            ),
            None => line_name(model, line.line),
        },
        first: mean(|growth| growth.first),
        last: mean(|growth| growth.last),
        began: [began(0), began((n_grew - 1) / 2), began(n_grew - 1)],
        n_grew,
        n_replications,
    }
}

fn measured_day(model: &Model, time: SimTime) -> f64 {
    time.since(SimTime::ZERO + model.run.warm_up).0 as f64 / DAY.0 as f64
}

/// Why a replication was stopped: the line, since when and by how much it has grown; `n_others` grow beside it.
pub(super) fn only_grows(model: &Model, growth: &Growth, n_others: usize) -> String {
    let others = match n_others {
        0 => String::new(),
        1 => ", as does one other line".to_owned(),
        n => format!(", as do {n} other lines"),
    };
    format!(
        "the line for {} only grows{others}: {:.0} waiting on average in the latest week and {:.0} before it began (day {:.0} of the \
         measured period); judged so",
        line_name(model, growth.line),
        growth.last,
        growth.first,
        measured_day(model, growth.began)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::program::FleetId;
    use crate::engine::time::SimSpan;
    use crate::uec::measures::Line;
    use crate::uec::model::Named;

    #[test]
    fn a_line_is_told_if_it_grew_in_more_than_half_of_the_replications() {
        let mut model = Model::default();
        model.names.fleets = vec![Named {
            id: "crews".to_owned(),
            title: String::new(),
        }];
        model.run.warm_up = SimSpan(14 * DAY.0);
        let run = |began_day: Option<u64>| Conservation {
            growing: began_day
                .map(|day| Growth {
                    area: None,
                    line: Line::Fleet(FleetId(0)),
                    first: 2.0,
                    last: 30.0,
                    began: SimTime((14 + day) * DAY.0),
                })
                .into_iter()
                .collect(),
            ..Conservation::default()
        };
        let days = [Some(70), Some(0), None, Some(63), Some(77)];
        let runs = days.map(run);
        assert_eq!(of_replications(&model, &runs[1..3]), []);
        let told = &of_replications(&model, &runs)[0];
        assert_eq!(told.line, "crews");
        assert_eq!((told.n_grew, told.n_replications), (4, 5));
        assert_eq!(told.began, [0.0, 63.0, 77.0]);
        assert_eq!((told.first, told.last), (2.0, 30.0));
    }
}
