//! Levels over the days (beds used, patients waiting), with guide lines.

use crate::report::findings::Finding;
use crate::report::format::exact;
use crate::report::subject::Subject;
use crate::uec::model::{ChartSpec, Statistic};

use super::course::{CoursePanel, Window};
use super::{Drawing, daily};

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let start = subject.model().run.start;
    let panel = |&measure: &usize| CoursePanel::new(subject, measure, Window::Days { start });
    let mut panels: Vec<CoursePanel<'a>> = spec.measures.iter().filter_map(panel).collect();
    // Guide lines are percentages where a panel shows percentages, else they belong to the first panel.
    let guided = panels
        .iter()
        .position(|panel| panel.unit() == "%")
        .unwrap_or(0);
    for panel in &mut panels {
        panel.is_zoomed = panel.unit() == "%";
    }
    panels.get_mut(guided)?.lines.clone_from(&spec.lines);
    let title = title(subject, &panels[0]);
    Some(daily::drawing(subject, spec, panels, title))
}

fn title(subject: &Subject<'_>, panel: &CoursePanel<'_>) -> String {
    let measure = panel.measure;
    let statistic = measure
        .statistics
        .first()
        .copied()
        .unwrap_or(Statistic::Mean);
    let finding = Finding::overall(subject, &measure.id, statistic);
    let Some(sentence) = finding.and_then(|finding| finding.sentence(subject)) else {
        return measure.title.clone();
    };
    let over = if panel.series.len() > 2 {
        None
    } else {
        days_over(subject, panel)
    };
    format!("{}: {sentence}{}", measure.title, over.unwrap_or_default())
}

/// `; over 92.0 % on 310 of 366 days (366 under Traditional)`.
fn days_over(subject: &Subject<'_>, panel: &CoursePanel<'_>) -> Option<String> {
    let line = panel.lines.iter().copied().reduce(f64::max)?;
    let mut counts = Vec::new();
    for series in &panel.series {
        let days: Vec<f64> = series.as_ref()?.by_bin.iter().copied().flatten().collect();
        counts.push((days.iter().filter(|&&day| day > line).count(), days.len()));
    }
    let (over, days) = *counts.last()?;
    let before = if subject.is_comparison() {
        format!(" ({} under {})", counts[0].0, subject.baseline().label)
    } else {
        String::new()
    };
    let (line, unit) = (exact(line), panel.unit());
    if counts.iter().all(|&(over, _)| over == 0) {
        return Some(format!("; never over {line}\u{a0}{unit}"));
    }
    Some(format!(
        "; over {line}\u{a0}{unit} on {over} of {days} days{before}"
    ))
}
