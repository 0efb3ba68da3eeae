//! Rosters and appointment calendars over the week, and profiles over the run.

use crate::engine::program::{CalendarSpec, Profile, Roster};
use crate::engine::time::{DAY, MINUTE, SimSpan, SimTime, WEEK};
use crate::scenario::windows::WeekWindow;
use crate::uec::calendar::TimeZero;
use crate::uec::forms::sites::{RosterForm, RosterRow};

use super::Compiler;

/// Slots a bin of a calendar can hold.
const MOST_SLOTS: u64 = 64;

impl Compiler<'_> {
    /// Where time zero lies, the months of the run, and every profile.
    pub fn time(&mut self) {
        self.program.clock = self.time_zero.clock();
        self.program.months = self.time_zero.months();
        for form in &self.forms.profiles {
            let factors = form.months.map(|months| {
                let days = self.program.months.iter();
                days.map(|month| months[usize::from(*month)]).collect()
            });
            self.program.profiles.push(Profile {
                bin: form.bin,
                cycle: form.cycle.clone(),
                day_factors: factors.unwrap_or_default(),
            });
        }
    }
}

/// A roster as written: through the week, or over the run.
pub fn roster(form: &RosterForm, zero: TimeZero) -> Roster {
    match &form.course {
        Some((every, units)) => over_the_run(*every, units),
        None => by_the_clock(through_the_week(&form.rows, zero.week_offset()), zero),
    }
}

/// A weekly roster that was laid out for a clock that is never changed, on the clock of the run: shifts begin by the clock on the wall, so that
/// those over a change are an hour shorter or longer.
fn by_the_clock(weekly: Roster, zero: TimeZero) -> Roster {
    let clock = zero.clock();
    if clock.is_fixed() || weekly.repeat == SimSpan::ZERO {
        return weekly;
    }
    let n_weeks = zero.length().0 / WEEK.0 + 3;
    let all: Vec<(SimTime, u32)> = (0..n_weeks)
        .flat_map(|week| {
            weekly
                .changes
                .iter()
                .map(move |(at, units)| (at.0 + week * WEEK.0, *units))
        })
        .map(|(unshifted, units)| (SimTime(unshifted), units))
        .collect();
    // Between two changes of the clock the roster is shifted as a whole.
    let mut changes: Vec<(SimTime, u32)> = Vec::new();
    let starts = std::iter::once((SimTime::ZERO, 0)).chain(clock.shifts.iter().copied());
    for (from, shift) in starts {
        let until = clock.next_shift(from);
        let shown = from.0.saturating_add_signed(shift);
        let before = all.partition_point(|(at, _)| at.0 <= shown);
        if let Some((_, units)) = all[..before].last() {
            changes.push((from, *units));
        }
        let real = all[before..]
            .iter()
            .map(|(at, units)| (SimTime(at.0.saturating_add_signed(-shift)), *units));
        changes.extend(real.take_while(|(at, _)| *at < until));
    }
    changes.dedup_by(|later, earlier| later.1 == earlier.1);
    Roster {
        changes,
        repeat: SimSpan::ZERO,
    }
}

/// Units one after the other from time zero, each for so long.
fn over_the_run(every: SimSpan, units: &[u32]) -> Roster {
    let changes = units.iter().enumerate();
    let changes = changes.map(|(row, units)| (SimTime(row as u64 * every.0), *units));
    let mut changes: Vec<(SimTime, u32)> = changes.collect();
    changes.dedup_by(|later, earlier| later.1 == earlier.1);
    Roster {
        changes,
        repeat: SimSpan::ZERO,
    }
}

/// A weekly roster from rows that hold from their time until the next; later rows win.
fn through_the_week(rows: &[RosterRow], week_offset: SimSpan) -> Roster {
    let mut week: Vec<(u64, u32)> = Vec::new();
    for day in 0..7u64 {
        for row in rows.iter().filter(|row| row.days[day as usize]) {
            let at = (day * DAY.0 + row.from) % WEEK.0;
            match week.iter_mut().find(|(other, _)| *other == at) {
                Some(entry) => entry.1 = row.units,
                None => week.push((at, row.units)),
            }
        }
    }
    weekly(week, week_offset)
}

/// A roster that repeats weekly from changes at times of the week (Monday first), as seen from time zero.
pub fn weekly(mut week: Vec<(u64, u32)>, week_offset: SimSpan) -> Roster {
    week.sort_unstable();
    // What holds at Monday 00:00 is what held at the end of Sunday.
    let before = week.last().map_or(0, |(_, units)| *units);
    let shifted = |at: u64| (at + WEEK.0 - week_offset.0) % WEEK.0;
    let at_zero = week
        .iter()
        .rev()
        .find(|(at, _)| *at <= week_offset.0)
        .map_or(before, |(_, units)| *units);
    let mut changes: Vec<(SimTime, u32)> = week
        .iter()
        .map(|(at, units)| (SimTime(shifted(*at)), *units))
        .collect();
    changes.sort_unstable_by_key(|(at, _)| *at);
    if changes.first().is_none_or(|(at, _)| *at != SimTime::ZERO) {
        changes.insert(0, (SimTime::ZERO, at_zero));
    }
    changes.dedup_by(|later, earlier| later.1 == earlier.1);
    let repeat = if changes.len() > 1 {
        WEEK
    } else {
        SimSpan::ZERO
    };
    Roster { changes, repeat }
}

/// One unit while the window is open.
pub fn shift(window: &WeekWindow, zero: TimeZero) -> Roster {
    let mut week = Vec::new();
    for (from, to) in &window.open {
        week.push((*from % WEEK.0, 1));
        if !window.is_open(*to) {
            week.push((*to % WEEK.0, 0));
        }
    }
    if week.iter().all(|(_, units)| *units == 1) {
        week = vec![(0, 1)];
    }
    by_the_clock(weekly(week, zero.week_offset()), zero)
}

/// Slots spread evenly over open hours, in the largest bins that fit the hours and hold at most 64 slots.
///
/// None if no bin of whole minutes does.
pub fn calendar(per_hour: f64, hours: &WeekWindow) -> Option<CalendarSpec> {
    let fits = |minutes: &u64| {
        let bin = minutes * MINUTE.0;
        let is_whole = |at: &u64| at.is_multiple_of(bin);
        let ends = hours.open.iter();
        let is_aligned = ends
            .clone()
            .all(|(from, to)| is_whole(from) && is_whole(to));
        let slots = per_hour * *minutes as f64 / 60.0;
        is_aligned && slots <= MOST_SLOTS as f64
    };
    let minutes = [60, 30, 20, 15, 10, 5, 1].into_iter().find(fits)?;
    let bin = minutes * MINUTE.0;
    let mut total = 0.0;
    let mut given = 0u64;
    let week = (0..WEEK.0 / bin).map(|index| {
        if !hours.is_open(index * bin) {
            return 0;
        }
        // Fractions of a slot carry over, so that the week's total is right.
        total += per_hour * minutes as f64 / 60.0;
        let slots = ((total + 1e-6) as u64 - given).min(MOST_SLOTS);
        given += slots;
        slots as u16
    });
    Some(CalendarSpec {
        bin: SimSpan(bin),
        week: week.collect(),
        later: Vec::new(),
    })
}

/// Mean number of units over time.
pub fn mean_capacity(roster: &Roster) -> f64 {
    // One that does not repeat is looked at from its first change to its last, which holds for ever.
    let last = roster.changes.last().copied().unwrap_or_default();
    let end = match roster.repeat {
        SimSpan::ZERO => last.0.0,
        repeat => repeat.0,
    };
    if end == 0 {
        return f64::from(last.1);
    }
    let mut total = 0.0;
    for (index, (at, units)) in roster.changes.iter().enumerate() {
        let next = roster.changes.get(index + 1);
        let until = next.map_or(end, |(at, _)| at.0);
        total += f64::from(*units) * until.saturating_sub(at.0) as f64;
    }
    total / end as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::files::Span;
    use crate::scenario::windows::parse_window;
    use crate::uec::model::{Clock, Date, RunPlan};

    const HOUR: u64 = 3_600_000;

    fn row(from_hour: u64, units: u32, days: &[usize]) -> RosterRow {
        let mut on = [days.is_empty(); 7];
        days.iter().for_each(|day| on[*day] = true);
        RosterRow {
            from: from_hour * HOUR,
            units,
            days: on,
        }
    }

    fn hours(roster: &Roster) -> Vec<(u64, u32)> {
        let changes = roster.changes.iter();
        changes.map(|(at, units)| (at.0 / HOUR, *units)).collect()
    }

    #[test]
    fn a_number_is_a_roster_that_never_changes() {
        let flat = through_the_week(&[row(0, 7, &[])], SimSpan(5 * DAY.0));
        assert_eq!(hours(&flat), [(0, 7)]);
        assert_eq!(flat.repeat, SimSpan::ZERO);
        assert_eq!(mean_capacity(&flat), 7.0);
    }

    #[test]
    fn rows_hold_until_the_next_and_run_on_over_the_week() {
        // Five at night, ten by day on weekdays only.
        let rows = [
            row(0, 5, &[]),
            row(8, 10, &[0, 1, 2, 3, 4]),
            row(20, 5, &[]),
        ];
        let from_monday = through_the_week(&rows, SimSpan::ZERO);
        assert_eq!(hours(&from_monday)[..3], [(0, 5), (8, 10), (20, 5)]);
        assert_eq!(from_monday.changes.len(), 11);
        assert!((mean_capacity(&from_monday) - (5.0 + 5.0 * 60.0 / 168.0)).abs() < 1e-12);
        // A run that begins on a Friday at noon begins with ten.
        let from_friday = through_the_week(&rows, SimSpan(4 * DAY.0 + 12 * HOUR));
        assert_eq!(hours(&from_friday)[..2], [(0, 10), (8, 5)]);
        let difference = mean_capacity(&from_friday) - mean_capacity(&from_monday);
        assert!(difference.abs() < 1e-12);
    }

    #[test]
    fn a_roster_over_the_run_holds_row_by_row() {
        let course = over_the_run(SimSpan(HOUR), &[3, 3, 1, 5]);
        assert_eq!(hours(&course), [(0, 3), (2, 1), (3, 5)]);
        assert_eq!(course.repeat, SimSpan::ZERO);
        assert!((mean_capacity(&course) - 7.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_last_row_of_sunday_holds_on_monday() {
        let rows = [row(8, 3, &[0]), row(18, 1, &[6])];
        assert_eq!(
            hours(&through_the_week(&rows, SimSpan::ZERO)),
            [(0, 1), (8, 3), (162, 1)]
        );
    }

    #[test]
    fn shifts_are_on_while_their_window_is_open() {
        let nights = parse_window("Sun 22:00-06:00").expect("valid");
        assert_eq!(
            hours(&shift(&nights, from_monday(1, Clock::Fixed))),
            [(0, 1), (6, 0), (166, 1)]
        );
        assert_eq!(
            hours(&shift(&WeekWindow::always(), from_monday(1, Clock::London))),
            [(0, 1)]
        );
    }

    /// A week that begins on Monday 25 March 2024, at the end of which clocks go forward, and some more.
    fn from_monday(n_weeks: u64, clock: Clock) -> TimeZero {
        let mut run = RunPlan {
            start: Date::new(2024, 3, 25).expect("a date"),
            length: SimSpan(n_weeks * WEEK.0),
            clock,
            ..RunPlan::default()
        };
        run.settle();
        TimeZero::of(&run)
    }

    #[test]
    fn shifts_begin_by_the_clock_on_the_wall() {
        let form = RosterForm {
            rows: vec![row(0, 5, &[]), row(8, 10, &[]), row(20, 5, &[])],
            course: None,
            span: Span::default(),
        };
        let roster = roster(&form, from_monday(2, Clock::London));
        let hours = hours(&roster);
        let around = |hour: u64| {
            let at = hours.iter().position(|(at, _)| *at == hour);
            &hours[at.expect("a change")..][..3]
        };
        // Saturday as ever, Sunday's shift an hour earlier, and so on from then.
        assert_eq!(
            around(5 * 24 + 20),
            [(140, 5), (6 * 24 + 7, 10), (6 * 24 + 19, 5)]
        );
        assert_eq!(
            around(8 * 24 + 7),
            [(199, 10), (199 + 12, 5), (199 + 24, 10)]
        );
        assert_eq!(roster.repeat, SimSpan::ZERO);
        // A shift that begins in the hour that is skipped begins at its end.
        let form = RosterForm {
            rows: vec![row(1, 2, &[]), row(6, 1, &[])],
            course: None,
            span: Span::default(),
        };
        let roster = super::roster(&form, from_monday(2, Clock::London));
        let hours = self::hours(&roster);
        assert!(
            hours.contains(&(6 * 24 + 1, 2)) && hours.contains(&(6 * 24 + 5, 1)),
            "{hours:?}"
        );
        let twice = super::roster(&form, from_monday(2, Clock::Fixed));
        assert_eq!(twice.repeat, WEEK);
    }

    #[test]
    fn slots_add_up_to_what_is_written() {
        let hours = parse_window("Mon-Fri 08:00-18:30").expect("valid");
        let spec = calendar(2.5, &hours).expect("fits");
        assert_eq!(spec.bin, SimSpan(30 * MINUTE.0));
        let total: u32 = spec.week.iter().map(|slots| u32::from(*slots)).sum();
        assert_eq!(total, 131);
        let dense = calendar(1000.0, &hours).expect("fits");
        assert!(dense.week.iter().all(|slots| *slots <= 64));
        let total: u32 = dense.week.iter().map(|slots| u32::from(*slots)).sum();
        assert_eq!(total, 52_500);
        assert_eq!(calendar(1e6, &hours), None);
    }
}
