//! Waiting lines that keep growing: overload is normal in this field and must be seen, not suffered.
//!
//! A line grows if in each quarter of the measured period clearly more patients wait in it than in the quarter before.

use super::tables::Period;
use crate::engine::facts::LevelAreas;
use crate::engine::program::{FleetId, PoolId};
use crate::engine::time::{HOUR, SimSpan, SimTime};

/// Where patients wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    Pool(PoolId),
    Fleet(FleetId),
}

/// A line that grew from quarter to quarter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Position in `Model::areas`, if there are any.
    pub area: Option<u16>,
    pub line: Line,
    /// Mean number waiting in the first and in the last quarter of the measured period.
    pub first: f64,
    pub last: f64,
}

const QUARTERS: usize = 4;
/// Assumption: smaller steps from quarter to quarter are chance or season.
const LEAST_RATIO: f64 = 1.2;
/// Assumption: a line that has not grown by so many patients is no danger.
const LEAST_GROWTH: f64 = 10.0;

/// Follows every line through a replication.
#[derive(Clone, Debug, Default)]
pub(super) struct LineWatch {
    n_pools: usize,
    /// By line (pools first): integral of the number waiting at the latest hour and the one before, patient-milliseconds.
    latest: Vec<u64>,
    before: Vec<u64>,
    /// As `latest`, at the beginning and at the ends of the quarters passed.
    at_quarters: Vec<(SimTime, Vec<u64>)>,
}

impl LineWatch {
    /// Takes the integrals since the start of the run, once an hour.
    pub fn hour(
        &mut self,
        period: Period,
        now: SimTime,
        pools: &[LevelAreas],
        fleets: &[LevelAreas],
    ) {
        self.n_pools = pools.len();
        std::mem::swap(&mut self.latest, &mut self.before);
        self.latest.clear();
        let areas = pools.iter().chain(fleets);
        self.latest.extend(areas.map(|areas| areas.waiting));
        let n_passed = self.at_quarters.len();
        let quarter = period.end.since(period.start).0 / QUARTERS as u64;
        if n_passed <= QUARTERS && now >= period.start + SimSpan(quarter * n_passed as u64) {
            self.at_quarters.push((now, self.latest.clone()));
        }
    }

    /// The line in which most patients waited in the latest hour, with their mean number.
    pub fn longest(&self) -> Option<(Line, f64)> {
        let lines = self.latest.iter().zip(&self.before).enumerate();
        let waiting = lines.map(|(line, (latest, before))| (latest - before, line));
        // The first of equally long ones.
        let (area, line) = waiting.max_by_key(|(area, line)| (*area, usize::MAX - line))?;
        Some((self.line(line), area as f64 / HOUR.0 as f64))
    }

    pub fn growing(&self) -> Vec<Growth> {
        if self.at_quarters.len() <= QUARTERS {
            return Vec::new();
        }
        let mean = |quarter: usize, line: usize| {
            let (from, before) = &self.at_quarters[quarter];
            let (until, after) = &self.at_quarters[quarter + 1];
            (after[line] - before[line]) as f64 / until.since(*from).0.max(1) as f64
        };
        let growths = (0..self.latest.len()).filter_map(|line| {
            let means: [f64; QUARTERS] = std::array::from_fn(|quarter| mean(quarter, line));
            let grows = means.windows(2).all(|pair| pair[1] > LEAST_RATIO * pair[0]);
            let (first, last) = (means[0], means[QUARTERS - 1]);
            (grows && last - first >= LEAST_GROWTH).then(|| Growth {
                area: None,
                line: self.line(line),
                first,
                last,
            })
        });
        growths.collect()
    }

    fn line(&self, index: usize) -> Line {
        match index.checked_sub(self.n_pools) {
            None => Line::Pool(PoolId(index as u16)),
            Some(fleet) => Line::Fleet(FleetId(fleet as u8)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::DAY;

    /// Two pools for four days: in the first as many wait as days have passed, times ten; in the second always five.
    fn watch() -> LineWatch {
        let period = Period {
            start: SimTime::ZERO,
            end: SimTime(4 * DAY.0),
            n_days: 4,
            week_offset: SimSpan::ZERO,
        };
        let mut watch = LineWatch::default();
        let mut areas = [LevelAreas::default(); 2];
        for hour in 0..=96 {
            watch.hour(period, SimTime(hour * HOUR.0), &areas, &[]);
            areas[0].waiting += 10 * (hour / 24) * HOUR.0;
            areas[1].waiting += 5 * HOUR.0;
        }
        watch
    }

    #[test]
    fn a_line_that_grows_is_told_and_a_steady_one_is_not() {
        let expected = Growth {
            area: None,
            line: Line::Pool(PoolId(0)),
            first: 0.0,
            last: 30.0,
        };
        assert_eq!(watch().growing(), [expected]);
    }

    #[test]
    fn the_longest_line_is_that_of_the_latest_hour() {
        assert_eq!(watch().longest(), Some((Line::Pool(PoolId(0)), 30.0)));
    }
}
