//! Times of the week: windows, profiles and hazards, read at a moment.
//!
//! Knows the week and the day of the run, not dates.

use super::clock::LocalClock;
use super::program::{HazardSpec, Profile, Window, WindowId};
use super::time::{DAY, HOUR, SimSpan, SimTime, WEEK};

impl Window {
    #[inline]
    pub fn is_open(&self, time_of_week: u64) -> bool {
        self.open
            .iter()
            .any(|(from, to)| from.0 <= time_of_week && time_of_week < to.0)
    }

    /// Whether it is open for the whole of an hour that begins at a time of the week; `None` if it opens or closes in it.
    fn is_open_for_hour(&self, time_of_week: u64) -> Option<bool> {
        let end = time_of_week + HOUR.0;
        let is_inside = |time: SimSpan| time_of_week < time.0 && time.0 < end;
        let changes = (self.open.iter()).any(|(from, to)| is_inside(*from) || is_inside(*to));
        (!changes).then(|| self.is_open(time_of_week))
    }

    /// How long until it is open; zero if it is. `None` if it never opens.
    pub fn until_open(&self, time_of_week: u64) -> Option<SimSpan> {
        if self.is_open(time_of_week) {
            return Some(SimSpan::ZERO);
        }
        let later = self
            .open
            .iter()
            .map(|(from, _)| from.0)
            .find(|from| *from > time_of_week);
        let next = later.or_else(|| self.open.first().map(|(from, _)| from.0 + WEEK.0))?;
        Some(SimSpan(next - time_of_week))
    }
}

impl Profile {
    /// Rate relative to the mean at a time, and the time at which the bin ends.
    #[inline]
    pub fn rate_at(&self, time: SimTime, clock: &LocalClock) -> (f64, SimTime) {
        let offset = clock.offset(time).0;
        let local = time.0.wrapping_add(offset);
        let bin = (local / self.bin.0) as usize % self.cycle.len();
        let bin_end = (local / self.bin.0 + 1) * self.bin.0;
        let day = clock.day(time);
        let (factor, day_end) = match self.day_factors.len() {
            0 => (1.0, u64::MAX),
            n => {
                let next_midnight = clock.week_offset.0 + (day as u64 + 1) * DAY.0;
                (self.day_factors[day.min(n - 1)], next_midnight)
            }
        };
        let end = bin_end.min(day_end).wrapping_sub(offset);
        let end = SimTime(end).min(clock.next_shift(time));
        (self.cycle[bin] * factor, end)
    }

    /// Mean factor over the days of the run.
    pub fn mean_of_days(&self) -> f64 {
        match self.day_factors.len() {
            0 => 1.0,
            n => self.day_factors.iter().sum::<f64>() / n as f64,
        }
    }

    /// The largest factor of any day: the majorant of thinning.
    pub fn largest_day(&self) -> f64 {
        match self.day_factors.len() {
            0 => 1.0,
            _ => self.day_factors.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// Time at which a cumulative hazard of `exponential` (a unit exponential draw) is reached, at most ten years ahead.
pub fn hazard_time(
    hazard: &HazardSpec,
    profile: &Profile,
    now: SimTime,
    clock: &LocalClock,
    exponential: f64,
) -> SimTime {
    let limit = now + SimSpan(3_652 * DAY.0);
    let mut left = exponential;
    let mut time = now;
    while time < limit {
        let (relative, end) = profile.rate_at(time, clock);
        let rate = relative * hazard.per_millisecond;
        let span = end.since(time).0 as f64;
        if rate * span >= left {
            return time + SimSpan::from_milliseconds(left / rate);
        }
        left -= rate * span;
        time = end;
    }
    limit
}

/// Hour of the week (0 is Monday 00:00), weekday, hour and month at a moment, kept up to date as time passes.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    pub next_hour: SimTime,
    pub hour: u8,
    pub weekday: u8,
    pub month: u8,
    /// What is added to simulated time to get local time.
    offset: SimSpan,
}

impl WallClock {
    /// The clock at time zero.
    pub fn new(local: &LocalClock, months: &[u8]) -> Self {
        let mut clock = Self {
            next_hour: SimTime::ZERO,
            hour: 0,
            weekday: 0,
            month: 0,
            offset: SimSpan::ZERO,
        };
        clock.set(SimTime::ZERO, local, months);
        clock
    }

    /// Moves on to the hour that contains `now`.
    pub fn set(&mut self, now: SimTime, local: &LocalClock, months: &[u8]) {
        self.offset = local.offset(now);
        let of_week = self.time_of_week(now);
        self.hour = (of_week / HOUR.0 % 24) as u8;
        self.weekday = (of_week / DAY.0) as u8;
        let day = local.day(now);
        self.month = months.get(day).or(months.last()).copied().unwrap_or(0);
        self.next_hour = SimTime((now.0 / HOUR.0 + 1) * HOUR.0);
    }

    /// Time since Monday 00:00 of a time within the hour.
    #[inline]
    pub fn time_of_week(&self, now: SimTime) -> u64 {
        now.0.wrapping_add(self.offset.0) % WEEK.0
    }
}

/// Which windows are open in the hour at hand: tables ask for that far more often than windows open or close.
#[derive(Clone, Debug, Default)]
pub struct OpenHour {
    /// By window; `None` where it opens or closes within the hour.
    states: Vec<Option<bool>>,
}

impl OpenHour {
    /// Moves on to the hour that the clock shows.
    pub fn set(&mut self, windows: &[Window], wall: &WallClock) {
        let start = wall.time_of_week(SimTime(wall.next_hour.0 - HOUR.0));
        self.states.clear();
        let states = windows.iter().map(|window| window.is_open_for_hour(start));
        self.states.extend(states);
    }

    /// Whether a window is open at a time within the hour.
    #[inline]
    pub fn is_open(
        &self,
        id: WindowId,
        windows: &[Window],
        time: SimTime,
        wall: &WallClock,
    ) -> bool {
        match self.states[id.index()] {
            Some(is_open) => is_open,
            None => windows[id.index()].is_open(wall.time_of_week(time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_at_hand_agrees_with_the_week() {
        let half_hours =
            |from: u64, to: u64| (SimSpan(from * HOUR.0 / 2), SimSpan(to * HOUR.0 / 2));
        let windows = [
            Window {
                open: vec![half_hours(4, 7), half_hours(9, 10), half_hours(300, 336)],
            },
            Window::default(),
        ];
        let local = LocalClock::fixed(SimSpan(5 * DAY.0));
        let mut wall = WallClock::new(&local, &[]);
        let mut open = OpenHour::default();
        for quarter in 0..4 * 24 * 9 {
            let time = SimTime(quarter * HOUR.0 / 4);
            if time >= wall.next_hour || quarter == 0 {
                wall.set(time, &local, &[]);
                open.set(&windows, &wall);
            }
            for (id, window) in windows.iter().enumerate() {
                let expected = window.is_open(local.time_of_week(time));
                let id = WindowId(id as u16);
                assert_eq!(
                    open.is_open(id, &windows, time, &wall),
                    expected,
                    "{quarter}"
                );
            }
        }
    }

    #[test]
    fn a_closed_window_opens_next_in_this_week_or_the_next() {
        let window = Window {
            open: vec![(SimSpan(10), SimSpan(20)), (SimSpan(50), SimSpan(60))],
        };
        assert_eq!(window.until_open(15), Some(SimSpan(0)));
        assert_eq!(window.until_open(20), Some(SimSpan(30)));
        assert_eq!(window.until_open(60), Some(SimSpan(WEEK.0 - 50)));
        assert_eq!(Window::default().until_open(0), None);
    }

    #[test]
    fn a_hazard_passes_over_hours_without_any() {
        let mut cycle = vec![0.0; 24];
        cycle[10] = 24.0;
        let profile = Profile {
            bin: HOUR,
            cycle,
            day_factors: Vec::new(),
        };
        let hazard = HazardSpec {
            profile: Default::default(),
            per_millisecond: 1.0 / DAY.0 as f64,
        };
        // One unit of hazard a day, all of it in the eleventh hour: 1.5 units end half through that hour of day two.
        let time = hazard_time(
            &hazard,
            &profile,
            SimTime::ZERO,
            &LocalClock::default(),
            1.5,
        );
        assert_eq!(time, SimTime(DAY.0 + 10 * HOUR.0 + HOUR.0 / 2));
    }

    #[test]
    fn the_wall_clock_knows_weekday_and_hour() {
        let offset = SimSpan(5 * DAY.0);
        let local = LocalClock::fixed(offset);
        let mut clock = WallClock::new(&local, &[3, 3, 4]);
        clock.set(SimTime(2 * DAY.0 + 7 * HOUR.0 + 5), &local, &[3, 3, 4]);
        assert_eq!((clock.weekday, clock.hour, clock.month), (0, 7, 4));
        assert_eq!(clock.next_hour, SimTime(2 * DAY.0 + 8 * HOUR.0));
    }
}
