//! The table behind a course: means by month or by day of the week.

use crate::report::format::{add_days, month_name, number};
use crate::report::subject::Subject;

use super::ChartTable;
use super::course::{CoursePanel, Series, Window, mean};

/// Means by month or by day of the week, for the table behind the chart; all values are in `daily.csv` and `hourly.csv`.
pub fn table(subject: &Subject<'_>, panels: &[CoursePanel<'_>]) -> ChartTable {
    let Some(first) = panels.first() else {
        return ChartTable::default();
    };
    let periods = periods(first);
    let by = if first.window == Window::Week {
        "Day"
    } else {
        "Period"
    };
    let mut columns = vec![by.to_owned()];
    for panel in panels {
        for scenario in &subject.scenarios {
            let of = if subject.is_comparison() {
                format!(", {}", scenario.label)
            } else {
                String::new()
            };
            columns.push(format!("{}{of} ({})", panel.measure.title, panel.unit()));
        }
    }
    let rows = periods.into_iter().map(|(name, bins)| {
        let mut row = vec![name];
        for series in panels.iter().flat_map(|panel| &panel.series) {
            row.push(
                series
                    .as_ref()
                    .map(|series| cell(series, bins.clone(), first.window))
                    .unwrap_or_default(),
            );
        }
        row
    });
    ChartTable {
        columns,
        rows: rows.collect(),
    }
}

/// Names and bins of the rows of the table.
fn periods(panel: &CoursePanel<'_>) -> Vec<(String, std::ops::Range<usize>)> {
    let n_bins = panel.n_bins();
    match panel.window {
        Window::Week => (0..7)
            .map(|day| {
                (
                    crate::report::format::DAYS[day].to_owned(),
                    day * 24..day * 24 + 24,
                )
            })
            .collect(),
        Window::Days { start } => {
            let firsts: Vec<usize> = (0..n_bins)
                .filter(|&day| day == 0 || add_days(start, day).day == 1)
                .collect();
            let ends = firsts.iter().skip(1).copied().chain([n_bins]);
            let name = |day: usize| {
                let date = add_days(start, day);
                format!("{} {}", month_name(date.month), date.year)
            };
            firsts
                .iter()
                .zip(ends)
                .map(|(&first, end)| (name(first), first..end))
                .collect()
        }
    }
}

/// The mean, and for a day of the week its highest hour.
fn cell(series: &Series, bins: std::ops::Range<usize>, window: Window) -> String {
    let within = || {
        bins.clone()
            .filter_map(|bin| Some((bin, series.by_bin.get(bin).copied().flatten()?)))
    };
    let Some(mean) = mean(within().map(|(_, value)| value)) else {
        return String::new();
    };
    let highest = within().max_by(|a, b| a.1.total_cmp(&b.1));
    match (window, highest) {
        (Window::Week, Some((bin, value))) => {
            format!(
                "{} (highest {} at {:02}:00)",
                number(mean),
                number(value),
                bin % 24
            )
        }
        _ => number(mean),
    }
}
