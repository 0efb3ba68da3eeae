//! Courses over days or the hours of the week: panels one above the other on a shared time axis.
//!
//! `daily`, `week` and `level` choose the words; `course_paint` draws and `course_table` lists.

use crate::experiment::results::Course;
use crate::report::format::number;
use crate::report::subject::{Scenario, Subject};
use crate::uec::model::{Date, MeasureKind, MeasureSpec, Statistic};

use super::{axis, theme};

/// Days a run must have for its course to be smoothed over a week.
const SMOOTHED_FROM_DAYS: usize = 60;
/// Ribbons of more scenarios than this would hide each other.
const MAX_RIBBONS: usize = 2;

/// What the bins of a course are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    Days { start: Date },
    Week,
}

/// One measure in every scenario.
pub struct CoursePanel<'a> {
    pub measure: &'a MeasureSpec,
    pub window: Window,
    /// By scenario.
    pub series: Vec<Option<Series>>,
    /// In the unit of the course.
    pub lines: Vec<f64>,
    /// The axis may start above zero, as suits a percentage near 100.
    pub is_zoomed: bool,
    /// By scenario: share of each bin that a trigger was on, 0 to 1.
    pub shaded: Vec<Option<Vec<f64>>>,
}

/// Values by bin: mean over replications, and 5th and 95th centile between them.
pub struct Series {
    pub mean: Vec<Option<f64>>,
    pub low: Vec<Option<f64>>,
    pub high: Vec<Option<f64>>,
    /// As `mean`, not smoothed.
    pub by_bin: Vec<Option<f64>>,
    /// Of the whole course, for labels.
    pub overall: Option<f64>,
}

impl<'a> CoursePanel<'a> {
    /// None when the baseline keeps no such course.
    pub fn new(subject: &Subject<'a>, measure: usize, window: Window) -> Option<Self> {
        let measure = subject.model().measures.get(measure)?;
        let series = subject.scenarios.iter().map(|scenario| {
            let course = match window {
                Window::Days { .. } => scenario.daily(&measure.id),
                Window::Week => scenario.weekly(&measure.id),
            };
            Some(series(scenario, measure, course?, window))
        });
        let series: Vec<Option<Series>> = series.collect();
        series[0].as_ref()?;
        Some(Self {
            measure,
            window,
            series,
            lines: Vec::new(),
            is_zoomed: false,
            shaded: Vec::new(),
        })
    }

    /// Shades the time that the trigger of a measure is on.
    pub fn shade(&mut self, subject: &Subject<'a>, measure: Option<usize>) {
        let Some(measure) = measure.and_then(|measure| subject.model().measures.get(measure))
        else {
            return;
        };
        let window = self.window;
        let shaded = subject.scenarios.iter().map(|scenario| {
            let course = match window {
                Window::Days { .. } => scenario.daily(&measure.id),
                Window::Week => scenario.weekly(&measure.id),
            };
            let bins = course?.mean.iter();
            Some(bins.map(|percent| percent.unwrap_or(0.0) / 100.0).collect())
        });
        self.shaded = shaded.collect();
    }

    /// Unit of the values: `patients a day`, `mean, min`, `%`.
    pub fn unit(&self) -> String {
        let per = if self.window == Window::Week {
            "an hour"
        } else {
            "a day"
        };
        match self.measure.kind {
            MeasureKind::Count { .. } | MeasureKind::SumBeyond { .. } => {
                format!("{} {per}", self.measure.unit)
            }
            MeasureKind::Share { .. } => "%".to_owned(),
            MeasureKind::Duration { .. }
            | MeasureKind::PerPatient { .. }
            | MeasureKind::Sum { .. }
            | MeasureKind::Level { .. }
            | MeasureKind::FleetLevel { .. }
            | MeasureKind::TriggerLevel { .. } => self.measure.unit.clone(),
        }
    }

    pub fn n_bins(&self) -> usize {
        self.series
            .iter()
            .flatten()
            .map(|series| series.mean.len())
            .max()
            .unwrap_or(0)
    }

    /// Lowest and highest value drawn.
    fn extremes(&self) -> (f64, f64) {
        let drawn = self.series.iter().flatten().take(theme::MAX_SERIES);
        let has_ribbons = self.has_ribbons();
        let values = drawn.flat_map(|series| {
            let edges = series
                .low
                .iter()
                .chain(&series.high)
                .filter(move |_| has_ribbons);
            series.mean.iter().chain(edges).flatten().copied()
        });
        values
            .chain(self.lines.iter().copied())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    }

    pub fn has_ribbons(&self) -> bool {
        self.series.len() <= MAX_RIBBONS
    }

    pub fn ticks(&self, at_most: f64) -> Vec<f64> {
        let (low, high) = self.extremes();
        if !high.is_finite() {
            return vec![0.0, 1.0];
        }
        let is_zoomed = self.is_zoomed && low > high / 2.0;
        // A little beyond the lowest and the highest, so that no line lies on the edge.
        let margin = if is_zoomed { (high - low) * 0.05 } else { 0.0 };
        let top = if self.unit() == "%" && high <= 100.0 {
            (high + margin).min(100.0)
        } else {
            high + margin
        };
        axis::ticks(
            if is_zoomed { low - margin } else { 0.0 },
            top.max(1e-9),
            at_most,
        )
    }
}

fn series(
    scenario: &Scenario<'_>,
    measure: &MeasureSpec,
    course: &Course,
    window: Window,
) -> Series {
    let is_smoothed =
        matches!(window, Window::Days { .. }) && course.mean.len() >= SMOOTHED_FROM_DAYS;
    let drawn = |values: &[Option<f64>]| {
        if is_smoothed {
            over_a_week(values)
        } else {
            values.to_vec()
        }
    };
    let statistic = match measure.kind {
        MeasureKind::Count { .. } | MeasureKind::SumBeyond { .. } => None,
        MeasureKind::Share { .. } => Some(Statistic::Percent),
        _ => Some(Statistic::Mean),
    };
    let all = crate::report::subject::ALL;
    let overall =
        statistic.and_then(|statistic| scenario.estimate(&measure.id, statistic, all, all));
    let overall = overall
        .map(|estimate| estimate.mean)
        .or_else(|| mean(course.mean.iter().copied().flatten()));
    Series {
        by_bin: course.mean.clone(),
        mean: drawn(&course.mean),
        low: drawn(&course.low),
        high: drawn(&course.high),
        overall,
    }
}

/// `Escalation on 12 % of the time: …`: what the strips of shaded time say, for subtitles; empty without them.
pub fn shade_words(subject: &Subject<'_>, measure: Option<usize>) -> String {
    let Some(measure) = measure.and_then(|measure| subject.model().measures.get(measure)) else {
        return String::new();
    };
    let all = crate::report::subject::ALL;
    let shares = subject.scenarios.iter().filter_map(|scenario| {
        let estimate = scenario.estimate(&measure.id, Statistic::Mean, all, all)?;
        let under = if subject.is_comparison() {
            format!(" under {}", scenario.label)
        } else {
            String::new()
        };
        Some(format!(
            "{}\u{a0}% of the time{under}",
            number(estimate.mean)
        ))
    });
    let shares: Vec<String> = shares.collect();
    if shares.is_empty() {
        return String::new();
    }
    let where_shown = if subject.is_comparison() {
        "Strips on top"
    } else {
        "Strip on top and shade behind"
    };
    format!(
        " {where_shown}, the darker the more of the hour or day: {}, {}.",
        measure.title,
        shares.join(", ")
    )
}

/// Means over the seven bins around each, of those that have a value; at the ends, over the first and the last seven, so
/// that every mean is of whole weeks.
fn over_a_week(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let last_start = values.len().saturating_sub(7);
    let window = |bin: usize| {
        let start = bin.saturating_sub(3).min(last_start);
        &values[start..(start + 7).min(values.len())]
    };
    (0..values.len())
        .map(|bin| mean(window(bin).iter().copied().flatten()))
        .collect()
}

pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

/// `7-day means of …`, what is shaded: for subtitles.
pub fn how_drawn(panels: &[CoursePanel<'_>]) -> String {
    let Some(first) = panels.first() else {
        return String::new();
    };
    let shade = if first.has_ribbons() {
        "; shaded: 5th to 95th centile between replications"
    } else {
        ""
    };
    format!("{}{shade}", means_drawn(first))
}

/// What the points of a panel are: `7-day means`.
pub fn means_drawn(panel: &CoursePanel<'_>) -> &'static str {
    match panel.window {
        Window::Week => "mean for each hour of the week",
        Window::Days { .. } if panel.n_bins() >= SMOOTHED_FROM_DAYS => "7-day means",
        Window::Days { .. } => "daily means",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_averaged_where_there_are_values() {
        let days: Vec<Option<f64>> = (0..9)
            .map(|day| if day == 4 { None } else { Some(f64::from(day)) })
            .collect();
        let smooth = over_a_week(&days);
        assert_eq!(smooth[0], Some((0.0 + 1.0 + 2.0 + 3.0 + 5.0 + 6.0) / 6.0));
        assert_eq!(smooth[1], smooth[0]);
        assert_eq!(smooth[4], Some((1.0 + 2.0 + 3.0 + 5.0 + 6.0 + 7.0) / 6.0));
    }
}
