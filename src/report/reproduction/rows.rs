//! Figures of several scenarios row by row: ours with its interval, and under it what was published.

use crate::experiment::reproduction::{Chart, Judged, Reproduction, Role};
use crate::report::charts::canvas::{Canvas, Lettering, Stroke};
use crate::report::charts::theme::{
    self, INK, LABEL_SIZE, MARGIN, QUIET, SeriesStyle, TICK_SIZE, WIDTH,
};
use crate::report::charts::{ChartTable, Drawing, axis, text};
use crate::report::format::{exact, exact_or_empty};

use super::words::interval;

const READ: &str = "each row is a scenario; the bar is the 95 % interval of the mean over replications, of ours and of each value given for it.";
const LEFT: f64 = 170.0;
const RIGHT: f64 = 190.0;
const MARK: f64 = 15.0;
const ROW_GAP: f64 = 8.0;
const HEAD: f64 = 26.0;
const KEY: f64 = 26.0;
const FOOT: f64 = axis::TICKS_ROOM + 10.0;

/// A value with its interval, where one is known.
pub struct Mark {
    pub mean: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Position among the styles: ours, published, the original's run, exact.
    pub style: usize,
    pub words: String,
}

/// Names of the styles.
pub const STYLES: [&str; 4] = ["uecsim", "Published", "Original program's run", "Exact"];

struct Group<'a> {
    title: &'a str,
    unit: &'a str,
    rows: Vec<(&'a str, Vec<Mark>)>,
}

/// None if no figure has a value.
pub fn draw<'a>(reproduction: &'a Reproduction, chart: &'a Chart) -> Option<Drawing<'a>> {
    let shown: Vec<&Judged> = shown(reproduction, chart);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for judged in &shown {
        let row = (judged.figure.scenario.as_str(), marks(judged));
        let title = judged.figure.title.as_str();
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                title,
                unit: &judged.figure.unit,
                rows: vec![row],
            }),
        }
    }
    if groups.is_empty() {
        return None;
    }
    Some(Drawing {
        title: title(chart, &shown),
        subtitle: subtitle(reproduction),
        read: READ,
        alt: title(chart, &shown),
        table: table(&shown),
        height: KEY + groups.iter().map(height).sum::<f64>(),
        paint: Box::new(move |canvas, top| paint(canvas, &groups, top)),
    })
}

/// What a chart shows of figures that have a value.
pub fn shown<'a>(reproduction: &'a Reproduction, chart: &Chart) -> Vec<&'a Judged> {
    let judged = reproduction.judged.iter();
    let mut shown: Vec<(usize, &Judged)> = judged
        .filter(|judged| judged.ours.is_some())
        .filter_map(|judged| Some((chart.shows(&judged.figure)?.0, judged)))
        .collect();
    shown.sort_by_key(|(metric, _)| *metric);
    shown.into_iter().map(|(_, judged)| judged).collect()
}

/// The chart's own words, and how many of what it shows agree.
pub fn title(chart: &Chart, shown: &[&Judged]) -> String {
    let agrees = |judged: &&&Judged| judged.verdict.words() == "agrees";
    let falls_out = |judged: &&&Judged| judged.verdict.words() == "falls out";
    let (n, agree) = (shown.len(), shown.iter().filter(agrees).count());
    match shown.iter().filter(falls_out).count() {
        0 if agree == n => format!("{}: all {n} figures agree", chart.title),
        0 => format!(
            "{}: {agree} of {n} figures agree, none falls out",
            chart.title
        ),
        1 => format!("{}: 1 of {n} figures falls out", chart.title),
        out => format!("{}: {out} of {n} figures fall out", chart.title),
    }
}

pub fn subtitle(reproduction: &Reproduction) -> String {
    let (least, most) = reproduction
        .replications
        .iter()
        .fold((usize::MAX, 0), |(least, most), n| {
            (least.min(*n), most.max(*n))
        });
    let n = match least == most {
        true => format!("{most}"),
        false => format!("{least} to {most}"),
    };
    format!(
        "Means of {n} replications of each scenario with 95 % intervals, beside the values given for them."
    )
}

/// The values of a chart's figures.
pub fn table(shown: &[&Judged]) -> ChartTable {
    let mut rows = Vec::new();
    for judged in shown {
        for mark in marks(judged) {
            rows.push(vec![
                judged.figure.title.clone(),
                judged.figure.scenario.clone(),
                STYLES[mark.style].to_owned(),
                exact(mark.mean),
                exact_or_empty(mark.low),
                exact_or_empty(mark.high),
                judged.figure.unit.clone(),
            ]);
        }
    }
    ChartTable {
        columns: ["Figure", "Scenario", "From", "Value", "Low", "High", "Unit"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    }
}

/// Ours, then what is given.
pub fn marks(judged: &Judged) -> Vec<Mark> {
    let ours = judged.ours.iter().map(|ours| Mark {
        mean: ours.mean,
        low: Some(ours.low).filter(|low| low.is_finite()),
        high: Some(ours.high).filter(|high| high.is_finite()),
        style: 0,
        words: interval(ours),
    });
    let given = judged.figure.references.iter().map(|reference| Mark {
        mean: reference.given.mean,
        low: reference.given.low,
        high: reference.given.high,
        style: match reference.role {
            Role::Published => 1,
            Role::Original => 2,
            Role::Exact => 3,
        },
        words: exact(reference.given.mean),
    });
    ours.chain(given).collect()
}

pub fn style(position: usize) -> SeriesStyle {
    theme::series(position)
}

fn row_height(marks: &[Mark]) -> f64 {
    marks.len() as f64 * MARK + ROW_GAP
}

fn height(group: &Group<'_>) -> f64 {
    HEAD + FOOT
        + group
            .rows
            .iter()
            .map(|(_, marks)| row_height(marks))
            .sum::<f64>()
}

/// One line that names what the marks are, those that occur.
pub fn paint_key(canvas: &Canvas, used: &[usize], top: f64) {
    let mut x = MARGIN;
    for &position in used {
        let style = style(position);
        canvas.marker(
            x + 5.0,
            top + 9.0,
            style.marker,
            style.colour,
            position == 0,
        );
        let bold = Lettering::plain(LABEL_SIZE, style.text).bold();
        canvas.text(x + 15.0, top + 9.0, STYLES[position], bold);
        x += 15.0 + text::width(STYLES[position], LABEL_SIZE, true) + 22.0;
    }
}

/// Positions of the styles among marks.
pub fn used<'m>(marks: impl Iterator<Item = &'m Mark>) -> Vec<usize> {
    let mut used: Vec<usize> = marks.map(|mark| mark.style).collect();
    used.sort_unstable();
    used.dedup();
    used
}

fn paint(canvas: &Canvas, groups: &[Group<'_>], top: f64) {
    let all = groups.iter().flat_map(|group| &group.rows);
    paint_key(canvas, &used(all.flat_map(|(_, marks)| marks)), top);
    let mut y = top + KEY;
    for group in groups {
        paint_group(canvas, group, y);
        y += height(group);
    }
}

fn paint_group(canvas: &Canvas, group: &Group<'_>, top: f64) {
    axis::heading(canvas, MARGIN, top + 9.0, group.title, group.unit);
    let ends = group.rows.iter().flat_map(|(_, marks)| marks);
    let ends: Vec<f64> = ends
        .flat_map(|mark| [Some(mark.mean), mark.low, mark.high])
        .flatten()
        .collect();
    let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let room = ((high - low) * 0.04).max(high.abs() * 1e-6).max(1e-9);
    let ticks = axis::ticks(low - room, high + room, 6.0);
    let bounds = ticks[0]..ticks[ticks.len() - 1];
    let bottom = top + height(group) - FOOT;
    let x = LEFT..WIDTH - RIGHT;
    let panel = canvas.panel(x, top + HEAD - 4.0..bottom, bounds, 0.0..1.0);
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let mut y = top + HEAD;
    for (scenario, marks) in &group.rows {
        let middle = y + (row_height(marks) - ROW_GAP) / 2.0;
        let name = text::shorten(scenario, LABEL_SIZE, false, LEFT - MARGIN - 12.0);
        canvas.text(MARGIN, middle, &name, Lettering::plain(LABEL_SIZE, INK));
        for (position, mark) in marks.iter().enumerate() {
            let at = y + (position as f64 + 0.5) * MARK;
            let style = style(mark.style);
            if let (Some(low), Some(high)) = (mark.low, mark.high) {
                let bar = Stroke::solid(style.colour, 2.0);
                canvas.line(&[(panel.x_at(low), at), (panel.x_at(high), at)], bar);
            }
            canvas.marker(
                panel.x_at(mark.mean),
                at,
                style.marker,
                style.colour,
                mark.style == 0,
            );
            let lettering = match mark.style {
                0 => Lettering::plain(TICK_SIZE, style.text).bold(),
                _ => Lettering::plain(TICK_SIZE, QUIET),
            };
            canvas.text(panel.x.end + 14.0, at, &mark.words, lettering);
        }
        y += row_height(marks);
    }
}
