//! How much of the time a level lasted: bars of the share of hours, and how often it was at a guide line or above.

use crate::experiment::results::{Estimate, LevelTimes};
use crate::experiment::summarise::estimate;
use crate::report::findings::{interval, replications};
use crate::report::format::{exact, number, with_decimals};
use crate::report::subject::Subject;
use crate::uec::model::{ChartSpec, MeasureSpec};

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::labels::{key_room, paint_key};
use super::theme::{self, MARGIN, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, Words, axis, panels};

const READ: &str = "each bar is the share of hours whose mean lay there; all bars of a scenario together are 100 %. The dashed line marks \
                    the level named above it.";
const HEADING_ROOM: f64 = 40.0;
const PANEL_HEIGHT: f64 = 170.0;
const PANEL_GAP: f64 = 14.0;
const MOST_BARS: f64 = 26.0;
/// Of the hours, at both ends together, that may lie outside the axis.
const OUTSIDE: f64 = 0.004;

/// One measure.
struct Levels<'a> {
    measure: &'a MeasureSpec,
    lines: Vec<f64>,
    /// First level drawn, width of a bar and number of bars.
    first: usize,
    width: usize,
    n_bars: usize,
    /// By scenario and bar: percent of the hours.
    bars: Vec<Vec<Estimate>>,
    /// By scenario and line: percent of the hours at the line or above.
    at_or_above: Vec<Vec<Estimate>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let key = key_room(subject);
    let room = HEADING_ROOM + PANEL_HEIGHT + axis::TICKS_ROOM + axis::TITLE_ROOM + PANEL_GAP;
    let say = |panels: &[Levels<'_>]| {
        let title = title(subject, &panels[0]);
        Words {
            subtitle: format!(
                "% of hours by level (mean of the hour); all sites together, {}.",
                replications(subject)
            ),
            read: READ,
            alt: format!(
                "Bars of how much of the time each level lasted. {title}. The table has the values."
            ),
            table: table(subject, panels),
            height: key + panels.len() as f64 * room - PANEL_GAP,
            title,
        }
    };
    let read = |measure| levels(subject, measure, &spec.lines);
    panels(spec, read, say, move |canvas, panels, top| {
        paint_key(canvas, subject, top);
        for (position, panel) in panels.iter().enumerate() {
            let top = top + key + position as f64 * room;
            paint_panel(canvas, subject, panel, top);
        }
    })
}

fn levels<'a>(subject: &Subject<'a>, measure: usize, lines: &[f64]) -> Option<Levels<'a>> {
    let measure = subject.model().measures.get(measure)?;
    let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
    let times: Vec<&LevelTimes> = shown
        .map(|scenario| {
            let (position, _) = scenario.measure(&measure.id)?;
            let times = scenario.results.level_times.iter();
            times.into_iter().find(|times| times.measure == position)
        })
        .collect::<Option<_>>()?;
    let (first, last) = range(&times)?;
    let step = axis::round_step((last + 1 - first) as f64, MOST_BARS).max(1.0);
    let width = step as usize;
    let first = first / width * width;
    let n_bars = (last + 1 - first).div_ceil(width);
    // Guide lines are percentages where the measure is one; on other levels they would mean nothing.
    let lines = match measure.unit == "%" {
        true => lines.to_vec(),
        false => Vec::new(),
    };
    let share_of = |times: &LevelTimes, wanted: &dyn Fn(usize) -> bool| -> Option<Estimate> {
        let shares = times.hours.iter().filter_map(|hours| share(hours, wanted));
        estimate(&shares.collect::<Vec<f64>>())
    };
    let bar = |times: &LevelTimes, bar: usize| {
        let from = first + bar * width;
        let is_first = bar == 0;
        let is_last = bar + 1 == n_bars;
        // What lies outside the axis is counted in its ends, so that all bars make 100 %.
        share_of(times, &|level| {
            (level >= from || is_first) && (level < from + width || is_last)
        })
    };
    let bars: Option<Vec<Vec<Estimate>>> = times
        .iter()
        .map(|times| (0..n_bars).map(|position| bar(times, position)).collect())
        .collect();
    let at_or_above: Option<Vec<Vec<Estimate>>> = times
        .iter()
        .map(|times| {
            let above = |line: &f64| share_of(times, &|level| level as f64 >= *line);
            lines.iter().map(above).collect()
        })
        .collect();
    Some(Levels {
        measure,
        first,
        width,
        n_bars,
        bars: bars?,
        at_or_above: at_or_above?,
        lines,
    })
}

/// Percent of the hours at wanted levels; none without hours.
fn share(hours: &[u32], wanted: &dyn Fn(usize) -> bool) -> Option<f64> {
    let count = |levels: &mut dyn Iterator<Item = (usize, &u32)>| -> u64 {
        levels.map(|(_, hours)| u64::from(*hours)).sum()
    };
    let all = count(&mut hours.iter().enumerate());
    let those = count(&mut hours.iter().enumerate().filter(|(level, _)| wanted(*level)));
    (all > 0).then(|| 100.0 * those as f64 / all as f64)
}

/// Lowest and highest level but for a few hours at each end.
fn range(times: &[&LevelTimes]) -> Option<(usize, usize)> {
    let mut sums: Vec<u64> = Vec::new();
    for hours in times.iter().flat_map(|times| &times.hours) {
        sums.resize(sums.len().max(hours.len()), 0);
        for (sum, hours) in sums.iter_mut().zip(hours) {
            *sum += u64::from(*hours);
        }
    }
    let all: u64 = sums.iter().sum();
    if all == 0 {
        return None;
    }
    let spare = (all as f64 * OUTSIDE / 2.0) as u64;
    let beyond = |levels: &mut dyn Iterator<Item = usize>| -> usize {
        let mut left_out = 0;
        for level in levels {
            left_out += sums[level];
            if left_out > spare {
                return level;
            }
        }
        0
    };
    let low = beyond(&mut (0..sums.len()));
    Some((low, beyond(&mut (0..sums.len()).rev())))
}

fn title(subject: &Subject<'_>, levels: &Levels<'_>) -> String {
    let name = &levels.measure.title;
    let unit = &levels.measure.unit;
    // The highest line that is reached at all says most.
    let is_reached = |line: &usize| {
        levels
            .at_or_above
            .iter()
            .any(|shares| shares[*line].mean >= 0.5)
    };
    let mut reached: Vec<usize> = (0..levels.lines.len()).filter(is_reached).collect();
    reached.sort_by(|&a, &b| levels.lines[a].total_cmp(&levels.lines[b]));
    let Some(position) = reached.pop() else {
        let most = |bars: &Vec<Estimate>| {
            let highest = bars
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
            highest.map(|(bar, share)| (levels.first + bar * levels.width, share.mean))
        };
        let Some((level, share)) = levels.bars.last().and_then(most) else {
            return name.clone();
        };
        let range = match levels.width {
            1 => level.to_string(),
            width => format!("{level} to {}", level + width - 1),
        };
        let share = with_decimals(share, 0);
        return format!("{name}: most often {range}\u{a0}{unit}, {share}\u{a0}% of the time");
    };
    let line = exact(levels.lines[position]);
    let mut words = Vec::new();
    for (scenario, shares) in levels.at_or_above.iter().enumerate().rev() {
        let under = match subject.is_comparison() {
            true => format!(" under {}", subject.scenarios[scenario].label),
            false => String::new(),
        };
        words.push(format!(
            "{}\u{a0}%{under}",
            with_decimals(shares[position].mean, 0)
        ));
    }
    let share = words.join(" and ");
    format!("{name}: for {share} of the time at {line}\u{a0}{unit} or above")
}

fn table(subject: &Subject<'_>, panels: &[Levels<'_>]) -> ChartTable {
    let mut columns = vec!["Level".to_owned()];
    let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
    columns.extend(shown.map(|scenario| format!("{}, % of hours (95 % interval)", scenario.label)));
    let cell = |estimate: &Estimate| format!("{} ({})", number(estimate.mean), interval(estimate));
    let mut rows = Vec::new();
    for levels in panels {
        let (name, unit) = (&levels.measure.title, &levels.measure.unit);
        for bar in 0..levels.n_bars {
            let from = levels.first + bar * levels.width;
            let range = match levels.width {
                1 => format!("{from}\u{a0}{unit}"),
                width => format!("{from} to below {}\u{a0}{unit}", from + width),
            };
            let range = match bar {
                0 if levels.first > 0 => format!("{range} or lower"),
                bar if bar + 1 == levels.n_bars => format!("{range} or higher"),
                _ => range,
            };
            let mut row = vec![format!("{name}, {range}")];
            row.extend(levels.bars.iter().map(|bars| cell(&bars[bar])));
            rows.push(row);
        }
        for (position, line) in levels.lines.iter().enumerate() {
            let mut row = vec![format!("{name}, at {}\u{a0}{unit} or above", exact(*line))];
            row.extend(
                levels
                    .at_or_above
                    .iter()
                    .map(|shares| cell(&shares[position])),
            );
            rows.push(row);
        }
    }
    ChartTable { columns, rows }
}

fn paint_panel(canvas: &Canvas, subject: &Subject<'_>, levels: &Levels<'_>, top: f64) {
    let measure = levels.measure;
    axis::heading(canvas, MARGIN, top + 9.0, &measure.title, "% of hours");
    let bounds = |estimate: &Estimate| match estimate.high.is_finite() {
        true => estimate.high,
        false => estimate.mean,
    };
    let highest = levels.bars.iter().flatten().map(bounds).fold(1.0, f64::max);
    let ticks = axis::ticks(0.0, highest, 4.0);
    let (from, to) = (levels.first, levels.first + levels.n_bars * levels.width);
    let y = top + HEADING_ROOM..top + HEADING_ROOM + PANEL_HEIGHT;
    let x = MARGIN + 34.0..WIDTH - MARGIN - 8.0;
    let panel = canvas.panel(x, y, from as f64..to as f64, 0.0..ticks[ticks.len() - 1]);
    axis::y_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    let at = axis::ticks(from as f64, to as f64, 12.0);
    let at: Vec<f64> = at
        .into_iter()
        .filter(|&tick| tick >= from as f64 && tick <= to as f64)
        .collect();
    axis::x_axis(&panel, &at, |tick| axis::tick_text(tick, &at));
    axis::x_title(&panel, &format!("{}, {}", measure.title, measure.unit));
    let n = levels.bars.len() as f64;
    let room = levels.width as f64 * 0.86;
    for (scenario, bars) in levels.bars.iter().enumerate() {
        let style = theme::series(scenario);
        for (bar, share) in bars.iter().enumerate() {
            let start = (from + bar * levels.width) as f64 + levels.width as f64 * 0.07;
            let left = panel.x_at(start + room * scenario as f64 / n);
            let right = panel.x_at(start + room * (scenario as f64 + 1.0) / n);
            let (floor, height) = (panel.y_at(0.0), panel.y_at(share.mean));
            let level = from + bar * levels.width;
            let tip = format!(
                "{}: from {level} {}, {} % of hours",
                subject.scenarios[scenario].label,
                measure.unit,
                number(share.mean)
            );
            canvas.tip(&tip, || {
                canvas.rectangle(left..right, height.min(floor - 0.25)..floor, style.colour);
                let middle = (left + right) / 2.0;
                if share.low.is_finite() && share.high - share.low > 0.02 * highest {
                    let ends = [
                        (middle, panel.y_at(share.low.max(0.0))),
                        (middle, panel.y_at(share.high)),
                    ];
                    canvas.line(&ends, Stroke::solid(theme::INK, 1.0));
                }
            });
        }
    }
    for &line in &levels.lines {
        if line < from as f64 || line > to as f64 {
            continue;
        }
        let x = panel.x_at(line);
        let stroke = Stroke {
            colour: STANDARD,
            width: 1.0,
            dash: "4 3",
        };
        canvas.line(&[(x, panel.y.start), (x, panel.y.end)], stroke);
        let lettering = Lettering::plain(TICK_SIZE, STANDARD).align(Align::Centre);
        let words = format!("{}\u{a0}{}", exact(line), measure.unit);
        canvas.text(x, panel.y.start - 9.0, &words, lettering);
    }
}
