//! Waiting lines that keep growing: overload is normal in this field and must be seen, not suffered.
//!
//! A line only grows if in each quarter of a stretch of time clearly more patients wait in it than in the quarter before. At the
//! end of a run the stretch is the whole measured period, or the last 8, 16, 32, … weeks of it; while a run is under way, the
//! latest weeks, from the shortest stretch that was asked for, doubled and doubled again. Of a stretch that is not the whole
//! period more is asked, since seasons and chance make lines long for weeks: that the line is longer than ever before it, that it
//! began to grow in its first half, and that it has grown by as many patients as there are units, so that everybody waits
//! longer by about one service. Of the warm-up nothing is judged, since lines fill in it.
//!
//! When it began: the numbers waiting by week, level at first and rising evenly from some week on, are fitted by least squares
//! for every such week; it began in the week that fits best. Time is looked at by week, in measured periods of less than eight
//! weeks by day, and of less than four days by hour.

use super::tables::Period;
use crate::engine::facts::LevelAreas;
use crate::engine::program::{FleetId, PoolId};
use crate::engine::time::{DAY, HOUR, SimSpan, SimTime, WEEK};

/// Where patients wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    Pool(PoolId),
    Fleet(FleetId),
}

/// A line that only grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Position in `Model::areas`, if there are any.
    pub area: Option<u16>,
    pub line: Line,
    /// Mean number waiting before it began; in the first week if it grew from the start.
    pub first: f64,
    /// Mean number waiting in the latest week.
    pub last: f64,
    /// When it began: the beginning of a week, at the earliest that of the measured period.
    pub began: SimTime,
}

const QUARTERS: usize = 4;
/// Assumption: smaller steps from quarter to quarter are chance or season.
const LEAST_RATIO: f64 = 1.2;
/// Assumption: a line that has not grown by so many patients is no danger.
const LEAST_GROWTH: f64 = 10.0;
/// Assumption: what grows for a shorter time and not over the whole measured period is a bad month, not overload.
pub const SHORTEST_STRETCH: SimSpan = SimSpan(8 * WEEK.0);

/// Follows every line through a replication.
#[derive(Clone, Debug, Default)]
pub(super) struct LineWatch {
    n_pools: usize,
    /// By line (pools first): integral of the number waiting at the latest hour and the one before, patient-milliseconds.
    latest: Vec<u64>,
    before: Vec<u64>,
    /// By line: integral of the units rostered until `now`, unit-milliseconds.
    units: Vec<u64>,
    now: SimTime,
    /// As `latest`, at the beginning of the measured period and at the ends of its quarters that have passed.
    at_quarters: Vec<(SimTime, Vec<u64>)>,
    /// As `latest`, at the beginning and at the end of every full week (day, hour) that has passed.
    at_weeks: Vec<(SimTime, Vec<u64>)>,
}

/// By what time is looked at.
fn week_of(period: &Period) -> SimSpan {
    let measured = period.end.since(period.start);
    match measured.0 {
        length if length >= 8 * WEEK.0 => WEEK,
        length if length >= 4 * DAY.0 => DAY,
        _ => HOUR,
    }
}

impl LineWatch {
    /// Takes the integrals since the start of the run, once an hour.
    pub fn hour(
        &mut self,
        period: &Period,
        now: SimTime,
        pools: &[LevelAreas],
        fleets: &[LevelAreas],
    ) {
        self.n_pools = pools.len();
        std::mem::swap(&mut self.latest, &mut self.before);
        self.latest.clear();
        let areas = pools.iter().chain(fleets);
        self.latest.extend(areas.clone().map(|areas| areas.waiting));
        self.units.clear();
        self.units.extend(areas.map(|areas| areas.capacity));
        self.now = now;
        let n_passed = self.at_quarters.len();
        let quarter = period.end.since(period.start).0 / QUARTERS as u64;
        if n_passed <= QUARTERS && now >= period.start + SimSpan(quarter * n_passed as u64) {
            self.at_quarters.push((now, self.latest.clone()));
        }
        let due = SimSpan(week_of(period).0 * self.at_weeks.len() as u64);
        if now >= period.start + due && now <= period.end {
            self.at_weeks.push((now, self.latest.clone()));
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

    /// Lines that only grew, at the end of the run.
    pub fn growing(&self, period: &Period) -> Vec<Growth> {
        let grew_throughout = |line: usize| {
            self.at_quarters.len() > QUARTERS && {
                let means = std::array::from_fn(|quarter| mean(&self.at_quarters, quarter, line));
                grows(means, LEAST_GROWTH)
            }
        };
        let grew = |line: &usize| {
            grew_throughout(*line) || self.has_only_grown(*line, period, SHORTEST_STRETCH)
        };
        let lines = 0..self.latest.len();
        lines
            .filter(grew)
            .map(|line| self.growth(line, period))
            .collect()
    }

    /// Lines that have only grown up to the latest full week, for at least so long.
    pub fn growing_for(&self, period: &Period, shortest: SimSpan) -> Vec<Growth> {
        let lines = 0..self.latest.len();
        lines
            .filter(|line| self.has_only_grown(*line, period, shortest))
            .map(|line| self.growth(line, period))
            .collect()
    }

    fn has_only_grown(&self, line: usize, period: &Period, shortest: SimSpan) -> bool {
        let n_weeks = self.at_weeks.len().saturating_sub(1);
        let units = self.units[line] as f64 / self.now.0.max(1) as f64;
        let mut quarter = (shortest.0 / QUARTERS as u64 / week_of(period).0) as usize;
        while quarter > 0 && QUARTERS * quarter <= n_weeks {
            let from = n_weeks - QUARTERS * quarter;
            let means = std::array::from_fn(|nth| {
                let begin = from + nth * quarter;
                between(&self.at_weeks, begin, begin + quarter, line)
            });
            let earlier = (0..from).map(|week| mean(&self.at_weeks, week, line));
            let is_longest = earlier.fold(0.0, f64::max) < means[QUARTERS - 1];
            let began = || {
                let weeks = (from..n_weeks).map(|week| mean(&self.at_weeks, week, line));
                onset(&weeks.collect::<Vec<f64>>())
            };
            let least = units.max(LEAST_GROWTH);
            if grows(means, least) && is_longest && began() <= QUARTERS / 2 * quarter {
                return true;
            }
            quarter *= 2;
        }
        false
    }

    fn growth(&self, line: usize, period: &Period) -> Growth {
        let n_weeks = self.at_weeks.len().saturating_sub(1);
        let weeks: Vec<f64> = (0..n_weeks)
            .map(|week| mean(&self.at_weeks, week, line))
            .collect();
        let began = onset(&weeks);
        let level = &weeks[..began.max(1).min(n_weeks)];
        Growth {
            area: None,
            line: self.line(line),
            first: level.iter().sum::<f64>() / level.len().max(1) as f64,
            last: weeks.last().copied().unwrap_or(0.0),
            began: self.at_weeks.get(began).map_or(period.start, |at| at.0),
        }
    }

    fn line(&self, index: usize) -> Line {
        match index.checked_sub(self.n_pools) {
            None => Line::Pool(PoolId(index as u16)),
            Some(fleet) => Line::Fleet(FleetId(fleet as u8)),
        }
    }
}

/// Mean number waiting from one of the times that were kept to the next.
fn mean(kept: &[(SimTime, Vec<u64>)], nth: usize, line: usize) -> f64 {
    between(kept, nth, nth + 1, line)
}

fn between(kept: &[(SimTime, Vec<u64>)], from: usize, until: usize, line: usize) -> f64 {
    let ((begin, before), (end, after)) = (&kept[from], &kept[until]);
    (after[line] - before[line]) as f64 / end.since(*begin).0.max(1) as f64
}

/// Whether each quarter is clearly above the one before, and the last by at least so many patients above the first.
fn grows(means: [f64; QUARTERS], least: f64) -> bool {
    means.windows(2).all(|pair| pair[1] > LEAST_RATIO * pair[0])
        && means[QUARTERS - 1] - means[0] >= least
}

/// The week from which values that are level at first and then rise evenly fit best, by least squares; the first of equals.
///
/// Source: a broken line with one join ("hockey stick"); Hudson (1966), Fitting segmented curves whose join points have to be
/// estimated, Journal of the American Statistical Association 61.
fn onset(weeks: &[f64]) -> usize {
    let n = weeks.len() as f64;
    let mean_y = weeks.iter().sum::<f64>() / n.max(1.0);
    let spread_y: f64 = weeks.iter().map(|y| (y - mean_y) * (y - mean_y)).sum();
    let mut best = (0, f64::INFINITY);
    for from in 0..weeks.len() {
        // Its mean over a week: half of a week's rise in the week in which it begins.
        let risen = |week: usize| {
            week.checked_sub(from)
                .map_or(0.0, |since| since as f64 + 0.5)
        };
        let mean_x = (0..weeks.len()).map(risen).sum::<f64>() / n;
        let (mut spread_x, mut both) = (0.0, 0.0);
        for (week, y) in weeks.iter().enumerate() {
            let x = risen(week) - mean_x;
            spread_x += x * x;
            both += x * (y - mean_y);
        }
        let rest = spread_y - both * both / spread_x;
        // What is not smaller by more than rounding is not better.
        if both > 0.0 && rest < best.1 - 1e-9 * spread_y {
            best = (from, rest);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock::LocalClock;

    /// One pool over so many weeks, with these numbers waiting in each.
    fn watch(weeks: &[u64], week: SimSpan) -> (LineWatch, Period) {
        let period = Period {
            start: SimTime::ZERO,
            end: SimTime(weeks.len() as u64 * week.0),
            n_days: 4,
            clock: LocalClock::default(),
        };
        let mut watch = LineWatch::default();
        let mut areas = [LevelAreas::default(); 2];
        watch.hour(&period, SimTime::ZERO, &areas, &[]);
        let hours = week.0 / HOUR.0;
        for hour in 0..weeks.len() as u64 * hours {
            areas[0].waiting += weeks[(hour / hours) as usize] * HOUR.0;
            areas[1].waiting += 5 * HOUR.0;
            watch.hour(&period, SimTime((hour + 1) * HOUR.0), &areas, &[]);
        }
        (watch, period)
    }

    #[test]
    fn a_line_that_grows_is_told_and_a_steady_one_is_not() {
        let expected = Growth {
            area: None,
            line: Line::Pool(PoolId(0)),
            first: 0.0,
            last: 30.0,
            began: SimTime::ZERO,
        };
        let (watch, period) = watch(&[0, 10, 20, 30], DAY);
        assert_eq!(watch.growing(&period), [expected]);
    }

    #[test]
    fn the_longest_line_is_that_of_the_latest_hour() {
        let (watch, _) = watch(&[0, 10, 20, 30], DAY);
        assert_eq!(watch.longest(), Some((Line::Pool(PoolId(0)), 30.0)));
    }

    #[test]
    fn a_bad_week_or_a_line_shorter_than_the_pool_is_wide_is_no_overload() {
        let (bad_week, period) = watch(&[4, 4, 5, 6, 7, 8, 9, 40], WEEK);
        assert_eq!(bad_week.growing_for(&period, SHORTEST_STRETCH), []);
        let (mut line, period) = watch(&[5, 10, 15, 20, 25, 30, 35, 40], WEEK);
        let judged = |line: &LineWatch| line.growing_for(&period, SHORTEST_STRETCH).len();
        assert_eq!(judged(&line), 1);
        // With a hundred units it is not, yet.
        line.units[0] = 100 * line.now.0;
        assert_eq!(judged(&line), 0);
    }

    /// Level at about 8 up to a week, then ten more in each week.
    fn broken(at: u64, n_weeks: u64) -> Vec<u64> {
        let wave = [0, 3, 1, 4, 2];
        let weeks = 0..n_weeks;
        let week = |week: u64| 6 + wave[week as usize % 5] + 10 * week.saturating_sub(at);
        weeks.map(week).collect()
    }

    #[test]
    fn growth_that_began_late_is_told_with_its_week() {
        for at in [0, 12, 30, 40] {
            let (watch, period) = watch(&broken(at, 52), WEEK);
            let found = watch.growing(&period);
            assert_eq!(found.len(), 1, "from week {at}");
            let week = found[0].began.0 / WEEK.0;
            assert!(week.abs_diff(at) <= 1, "week {week} for {at}");
            assert!((6.0..=10.0).contains(&found[0].first), "{found:?}");
        }
    }

    #[test]
    fn what_has_come_down_again_or_rose_before_is_no_overload() {
        // A bad winter: up for ten weeks, and down again.
        let mut weeks = broken(20, 30);
        weeks.extend(broken(20, 30).iter().rev());
        let (over, period) = watch(&weeks, WEEK);
        assert_eq!(over.growing(&period), []);
        // The next winter rises to what the last one was.
        weeks.extend(&broken(20, 30)[20..29]);
        let (again, period) = watch(&weeks, WEEK);
        assert_eq!(again.growing(&period), []);
    }

    #[test]
    fn a_run_under_way_is_judged_by_the_stretch_asked_for() {
        let judged = |n_weeks: usize, shortest: u64| {
            let (mut watch, period) = watch(&broken(20, 52), WEEK);
            watch.at_weeks.truncate(n_weeks + 1);
            !watch
                .growing_for(&period, SimSpan(shortest * WEEK.0))
                .is_empty()
        };
        assert!(!judged(22, 4) && judged(24, 4));
        assert!(!judged(25, 8) && judged(28, 8));
        assert!(!judged(20, 4) && !judged(20, 8));
    }
}
