//! Measures by hour of the week.

use crate::report::findings::replications;
use crate::report::format::{DAYS, is_duration, number, quantity};
use crate::report::subject::Subject;
use crate::uec::model::ChartSpec;

use super::canvas::Canvas;
use super::course::{self, CoursePanel, Window};
use super::{Drawing, course_paint, course_table};

const READ: &str = "each day runs from midnight to midnight and is labelled at midday. The line is the average over \
                    replications; about nine replications in ten lie within the shading.";

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let panel = |&measure: &usize| CoursePanel::new(subject, measure, Window::Week);
    let mut panels: Vec<CoursePanel<'a>> = spec.measures.iter().filter_map(panel).collect();
    panels.first_mut()?.lines.clone_from(&spec.lines);
    for panel in &mut panels {
        panel.shade(subject, spec.shaded);
    }
    let title = title(subject, &panels[0]);
    let subtitle = format!(
        "All sites, {}; {}.{}",
        replications(subject),
        course::how_drawn(&panels),
        course::shade_words(subject, spec.shaded)
    );
    let table = course_table::table(subject, &panels);
    let alt = super::daily::alt(&title, &table);
    let height = course_paint::height(panels.len());
    let paint = Box::new(move |canvas: &Canvas, top: f64| {
        course_paint::paint(canvas, subject, &panels, top)
    });
    Some(Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint,
    })
}

/// When the first measure is highest, and how high.
fn title(subject: &Subject<'_>, panel: &CoursePanel<'_>) -> String {
    let measure = panel.measure;
    let shown = panel
        .series
        .get(1)
        .and_then(Option::as_ref)
        .or(panel.series[0].as_ref());
    let values = shown
        .map(|series| series.mean.as_slice())
        .unwrap_or_default();
    let values = values
        .iter()
        .enumerate()
        .filter_map(|(hour, value)| Some((hour, (*value)?)));
    let Some((hour, _)) =
        values.reduce(|highest, next| if next.1 > highest.1 { next } else { highest })
    else {
        return measure.title.clone();
    };
    let word = if is_duration(measure) {
        "longest"
    } else {
        "highest"
    };
    let when = format!("{}s at {:02}:00", DAYS[hour / 24 % 7], hour % 24);
    let mut at_peak = Vec::new();
    for (series, scenario) in panel.series.iter().zip(&subject.scenarios) {
        let Some(value) = series.as_ref().and_then(|series| series.mean[hour]) else {
            continue;
        };
        let under = if subject.is_comparison() {
            format!(" under {}", scenario.label)
        } else {
            String::new()
        };
        at_peak.push((value, under));
    }
    // The alternative first; the unit once.
    at_peak.reverse();
    let unit = panel.unit();
    let mut words = Vec::new();
    for (position, (value, under)) in at_peak.into_iter().enumerate() {
        let value = if position == 0 {
            quantity(value, &unit)
        } else {
            number(value)
        };
        words.push(format!("{value}{under}"));
    }
    format!(
        "{}: {word} on {when}, {}",
        measure.title,
        words.join(" against ")
    )
}
