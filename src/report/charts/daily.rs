//! Measures over the days of the run.

use crate::report::findings::{Finding, replications};
use crate::report::format::date_words;
use crate::report::subject::Subject;
use crate::uec::model::{ChartSpec, Statistic};

use super::canvas::Canvas;
use super::course::{self, CoursePanel, Window};
use super::{ChartTable, Drawing, course_paint, course_table};

const READ: &str = "the line is the average over replications; about nine replications in ten lie within the shading. \
                    Lines that stay outside each other's shading differ more than chance from one run to the next.";

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let start = subject.model().run.start;
    let panel = |&measure: &usize| CoursePanel::new(subject, measure, Window::Days { start });
    let mut panels: Vec<CoursePanel<'a>> = spec.measures.iter().filter_map(panel).collect();
    panels.first_mut()?.lines.clone_from(&spec.lines);
    let title = title(subject, &panels[0]);
    Some(drawing(subject, spec, panels, title))
}

/// Words and painting of panels over days, also for `level`.
pub fn drawing<'a>(
    subject: &'a Subject<'a>,
    spec: &ChartSpec,
    mut panels: Vec<CoursePanel<'a>>,
    title: String,
) -> Drawing<'a> {
    for panel in &mut panels {
        panel.shade(subject, spec.shaded);
    }
    let subtitle = format!(
        "All sites, {} from {}, {}; {}.{}",
        days(subject),
        date_words(subject.model().run.start),
        replications(subject),
        course::how_drawn(&panels),
        course::shade_words(subject, spec.shaded)
    );
    let table = course_table::table(subject, &panels);
    let alt = alt(&title, &table);
    let height = course_paint::height(panels.len());
    let paint = Box::new(move |canvas: &Canvas, top: f64| {
        course_paint::paint(canvas, subject, &panels, top)
    });
    Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint,
    }
}

fn days(subject: &Subject<'_>) -> String {
    let days = subject.model().run.length.minutes() / 1440.0;
    format!("{} days", crate::report::format::exact(days))
}

fn title(subject: &Subject<'_>, panel: &CoursePanel<'_>) -> String {
    let measure = panel.measure;
    let per_day = measure
        .statistics
        .iter()
        .copied()
        .find(|statistic| *statistic == Statistic::PerDay);
    let statistic = per_day.or(measure.statistics.first().copied());
    let finding = statistic.and_then(|statistic| Finding::overall(subject, &measure.id, statistic));
    match finding.and_then(|finding| Some((finding.name(), finding.sentence(subject)?))) {
        Some((name, sentence)) => format!("{name}: {sentence}"),
        None => measure.title.clone(),
    }
}

/// The finding, then the first and last period.
pub fn alt(title: &str, table: &ChartTable) -> String {
    let mut alt = format!("Lines over time. {title}.");
    for row in table.rows.first().into_iter().chain(table.rows.last()) {
        let cells = table.columns[1..]
            .iter()
            .zip(&row[1..])
            .map(|(column, value)| format!("{column}: {value}"));
        alt.push_str(&format!(
            " {}: {}.",
            row[0],
            cells.collect::<Vec<_>>().join("; ")
        ));
    }
    alt
}
