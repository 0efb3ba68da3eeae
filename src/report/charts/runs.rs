//! Every replication as a point and the share of them up to each value: how much one run differs from the next.

use crate::experiment::summarise::estimate;
use crate::report::findings::{interval, name, replications};
use crate::report::format::{number, quantity, unit_of, with_decimals};
use crate::report::subject::Subject;
use crate::stats::summary::standard_deviation;
use crate::uec::model::{ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Canvas, Lettering, Panel, Stroke};
use super::labels::{key_room, paint_key};
use super::theme::{self, INK, LINE_WIDTH, MARGIN, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, Words, axis, panels};

const READ: &str = "each point is one replication; the steps above say what share of them came to a value or less. Curves far apart differ \
                    in every run, curves that cross do not.";
const HEADING_ROOM: f64 = 26.0;
const CURVE_HEIGHT: f64 = 104.0;
const SWARM: f64 = 26.0;
const PANEL_GAP: f64 = 18.0;
/// Fewer replications make no curve.
const LEAST_RUNS: usize = 3;
/// Points closer than this on the page stand above each other.
const CLOSE: f64 = 7.0;

struct Runs<'a> {
    measure: &'a MeasureSpec,
    statistic: Statistic,
    unit: String,
    /// By scenario, from the lowest; empty where there are none.
    values: Vec<Vec<f64>>,
}

/// None with fewer than three replications.
pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let key = key_room(subject);
    let room = HEADING_ROOM + CURVE_HEIGHT + swarm_room(subject) + axis::TICKS_ROOM + PANEL_GAP;
    let say = |panels: &[Runs<'_>]| {
        let title = title(subject, &panels[0]);
        Words {
            subtitle: format!(
                "One point per replication; all sites, {}.",
                replications(subject)
            ),
            read: READ,
            alt: format!(
                "Steps and points of single replications. {title}. The table has their spread."
            ),
            table: table(subject, panels),
            height: key + panels.len() as f64 * room - PANEL_GAP,
            title,
        }
    };
    let read = |measure| runs(subject, measure);
    panels(spec, read, say, move |canvas, panels, top| {
        paint_key(canvas, subject, top);
        for (position, panel) in panels.iter().enumerate() {
            let top = top + key + position as f64 * room;
            paint_panel(canvas, subject, panel, top);
        }
    })
}

fn runs<'a>(subject: &Subject<'a>, measure: usize) -> Option<Runs<'a>> {
    let measure = subject.model().measures.get(measure)?;
    let mut statistics = measure.statistics.iter().copied();
    let statistic = statistics.find(|statistic| *statistic != Statistic::Count)?;
    let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
    let values: Vec<Vec<f64>> = shown
        .map(|scenario| {
            let values = scenario.values(&measure.id, statistic).unwrap_or_default();
            let mut values: Vec<f64> = values.into_iter().flatten().collect();
            values.sort_by(f64::total_cmp);
            values
        })
        .collect();
    (values[0].len() >= LEAST_RUNS).then(|| Runs {
        measure,
        statistic,
        unit: unit_of(measure, statistic),
        values,
    })
}

/// Whether the runs of two scenarios overlap, or how far single runs lie apart.
fn title(subject: &Subject<'_>, runs: &Runs<'_>) -> String {
    let name = name(runs.measure, runs.statistic);
    let (Some(low), Some(high)) = (runs.values[0].first(), runs.values[0].last()) else {
        return name;
    };
    if let [before, after] = runs.values.as_slice() {
        let labels = [0, 1].map(|scenario| subject.scenarios[scenario].label.as_str());
        let apart = match (before.last(), after.first(), after.last(), before.first()) {
            (Some(a), Some(b), Some(c), Some(d)) => a < b || c < d,
            _ => false,
        };
        return match apart {
            true => format!(
                "{name}: no run of {} reaches a value of {}",
                labels[1], labels[0]
            ),
            false => format!(
                "{name}: single runs of {} and {} overlap",
                labels[1], labels[0]
            ),
        };
    }
    let (low, high) = (number(*low), quantity(*high, &runs.unit));
    format!("{name}: single runs give from {low} to {high}")
}

fn table(subject: &Subject<'_>, panels: &[Runs<'_>]) -> ChartTable {
    let columns = [
        "Measure",
        "Scenario",
        "Replications",
        "Lowest",
        "Mean (95 % interval)",
        "Highest",
        "Standard deviation",
        "Replications for a half-width of 1 % of the mean",
    ];
    let mut rows = Vec::new();
    for runs in panels {
        for (values, scenario) in runs.values.iter().zip(&subject.scenarios) {
            let (Some(low), Some(high), Some(mean)) =
                (values.first(), values.last(), estimate(values))
            else {
                continue;
            };
            let deviation = standard_deviation(values);
            rows.push(vec![
                format!("{} ({})", name(runs.measure, runs.statistic), runs.unit),
                scenario.label.clone(),
                values.len().to_string(),
                number(*low),
                format!("{} ({})", number(mean.mean), interval(&mean)),
                number(*high),
                deviation.map(number).unwrap_or_default(),
                enough(mean.mean, mean.high - mean.mean, values.len())
                    .map(|n| with_decimals(n, 0))
                    .unwrap_or_default(),
            ]);
        }
    }
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}

/// Half-widths shrink with the square root of the number of replications.
fn enough(mean: f64, half_width: f64, n: usize) -> Option<f64> {
    let wanted = mean.abs() * 0.01;
    let needed = n as f64 * (half_width / wanted) * (half_width / wanted);
    needed.is_finite().then(|| needed.ceil().max(2.0))
}

fn swarm_room(subject: &Subject<'_>) -> f64 {
    subject.scenarios.len().min(theme::MAX_SERIES) as f64 * SWARM + 6.0
}

fn paint_panel(canvas: &Canvas, subject: &Subject<'_>, runs: &Runs<'_>, top: f64) {
    let heading = name(runs.measure, runs.statistic);
    axis::heading(
        canvas,
        MARGIN,
        top + 9.0,
        &heading,
        &format!("{}; % of runs up to it", runs.unit),
    );
    let all = || runs.values.iter().flatten().copied();
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let margin = ((high - low) * 0.05).max(high.abs() * 1e-4).max(1e-9);
    let ticks = axis::ticks(low - margin, high + margin, 7.0);
    let x_data = ticks[0]..ticks[ticks.len() - 1];
    let x = MARGIN + 34.0..WIDTH - MARGIN - 16.0;
    let y = top + HEADING_ROOM..top + HEADING_ROOM + CURVE_HEIGHT;
    let curves = canvas.panel(x.clone(), y.clone(), x_data.clone(), 0.0..100.0);
    let swarms = canvas.panel(x, y.start..y.end + swarm_room(subject), x_data, 0.0..1.0);
    axis::x_axis(&swarms, &ticks, |tick| axis::tick_text(tick, &ticks));
    axis::y_axis(&curves, &[0.0, 50.0, 100.0], |tick| with_decimals(tick, 0));
    for (scenario, values) in runs.values.iter().enumerate() {
        let style = theme::series(scenario);
        let stroke = Stroke {
            colour: style.colour,
            width: LINE_WIDTH,
            dash: style.dash,
        };
        curves.line(steps(values, &curves), stroke);
        let y = y.end + 6.0 + (scenario as f64 + 0.5) * SWARM;
        paint_swarm(&swarms, values, scenario, &runs.unit, y);
    }
    if runs.values.iter().all(Vec::is_empty) {
        let note = Lettering::plain(TICK_SIZE, INK);
        canvas.text(
            curves.x.start + 8.0,
            curves.y.start + 12.0,
            "no values",
            note,
        );
    }
}

/// From 0 % at the left edge to 100 % at the right one.
fn steps(values: &[f64], panel: &Panel<'_>) -> Vec<(f64, f64)> {
    let mut points = vec![(panel.x_data.start, 0.0)];
    for (position, &value) in values.iter().enumerate() {
        points.push((value, 100.0 * position as f64 / values.len() as f64));
        points.push((value, 100.0 * (position as f64 + 1.0) / values.len() as f64));
    }
    if !values.is_empty() {
        points.push((panel.x_data.end, 100.0));
    }
    points
}

/// Points that would cover each other step aside, by turns up and down.
fn paint_swarm(panel: &Panel<'_>, values: &[f64], scenario: usize, unit: &str, y: f64) {
    let style = theme::series(scenario);
    let mut last = [f64::NEG_INFINITY; 3];
    for &value in values {
        let x = panel.x_at(value);
        let lane = (0..last.len()).find(|&lane| x - last[lane] >= CLOSE);
        let lane = lane.unwrap_or_else(|| {
            let earliest = (0..last.len()).min_by(|&a, &b| last[a].total_cmp(&last[b]));
            earliest.unwrap_or(0)
        });
        last[lane] = x;
        let aside = [0.0, -7.0, 7.0][lane];
        panel.canvas.tip(&quantity(value, unit), || {
            panel
                .canvas
                .marker(x, y + aside, style.marker, style.colour, true);
        });
    }
}
