//! Waiting lines that kept growing in the replications of a scenario.

use super::replicate::Finished;
use super::soundness::line_name;
use crate::uec::measures::Growth;
use crate::uec::model::Model;

/// A line that grew from quarter to quarter of the measured period.
#[derive(Clone, Debug, PartialEq)]
pub struct GrowingLine {
    pub scenario: String,
    /// `beds at exeter`, or a fleet.
    pub line: String,
    /// Mean number waiting in the first and last quarter, over the replications in which it grew.
    pub first: f64,
    pub last: f64,
    /// Replications in which it grew, of all.
    pub n_grew: usize,
    pub n_replications: usize,
}

/// Lines that grew in more than half of the replications, in the order of pools, then fleets.
pub fn growing_lines(model: &Model, finished: &[Finished]) -> Vec<GrowingLine> {
    let all = finished.iter().flat_map(|run| &run.outcome.growing);
    let mut growths: Vec<Growth> = all.copied().collect();
    growths.sort_by_key(|growth| (growth.area, growth.line));
    let same_line = |a: &Growth, b: &Growth| (a.area, a.line) == (b.area, b.line);
    let lines = growths.chunk_by(same_line);
    lines
        .filter(|of_line| 2 * of_line.len() > finished.len())
        .map(|of_line| of_one(model, of_line[0], of_line, finished.len()))
        .collect()
}

fn of_one(model: &Model, line: Growth, growths: &[Growth], n_replications: usize) -> GrowingLine {
    let n_grew = growths.len();
    let mean = |of: fn(&Growth) -> f64| growths.iter().map(of).sum::<f64>() / n_grew as f64;
    GrowingLine {
        scenario: model.name.clone(),
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
        n_grew,
        n_replications,
    }
}
