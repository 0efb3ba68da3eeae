//! How far sites differ: every site as a point on the measure's own scale, the lowest and the highest named.

use crate::experiment::results::Estimate;
use crate::report::findings::{interval, name, replications};
use crate::report::format::{number, quantity, unit_of};
use crate::report::subject::{ALL, Scenario, Subject, site_title};
use crate::uec::model::{Better, ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Align, Canvas, Lettering, Panel, Stroke};
use super::theme::{self, GRID, INK, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, Words, axis, panels, text};

const READ: &str = "each point is a site, the thin line its 95 % interval; the bar behind joins the lowest and the highest. A short bar means that \
                    it matters little where a patient goes.";
const HEADING_ROOM: f64 = 24.0;
const ROW: f64 = 40.0;
const PANEL_GAP: f64 = 16.0;

/// One measure in all scenarios.
struct Spread<'a> {
    measure: &'a MeasureSpec,
    statistic: Statistic,
    unit: String,
    /// By scenario, then by value from the lowest.
    sites: Vec<Vec<(String, Estimate)>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let say = |spreads: &[Spread<'_>]| {
        let title = title(subject, &spreads[0]);
        Words {
            subtitle: format!(
                "One point per site; {}, 95 % intervals.",
                replications(subject)
            ),
            read: READ,
            alt: format!(
                "Points by site on one line per scenario. {title}. The table has the values."
            ),
            table: table(subject, spreads),
            height: spreads.iter().map(height_of).sum::<f64>() - PANEL_GAP,
            title,
        }
    };
    let read = |measure| spread(subject, measure);
    panels(spec, read, say, move |canvas, spreads, top| {
        let mut top = top;
        for spread in spreads {
            paint_spread(canvas, subject, spread, top);
            top += height_of(spread);
        }
    })
}

/// None unless the baseline has values of two sites.
fn spread<'a>(subject: &Subject<'a>, measure: usize) -> Option<Spread<'a>> {
    let measure = subject.model().measures.get(measure)?;
    // A share of patients says more about a site than a mean of some long waits.
    let within = |statistic: &Statistic| matches!(statistic, Statistic::Within(_));
    let statistics = &measure.statistics;
    let statistic = statistics.iter().copied().find(within);
    let statistic = statistic.or(statistics.first().copied())?;
    let of_scenario = |scenario: &Scenario<'_>| {
        let model = subject.model();
        let estimate = |site: &str| scenario.estimate(&measure.id, statistic, site, ALL);
        let sites = model.places();
        let sites =
            sites.filter_map(|site| Some((site_title(model, &site.id), estimate(&site.id)?)));
        let mut sites: Vec<(String, Estimate)> = sites.collect();
        sites.sort_by(|a, b| a.1.mean.total_cmp(&b.1.mean).then(a.0.cmp(&b.0)));
        sites
    };
    let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
    let sites: Vec<_> = shown.map(of_scenario).collect();
    (sites[0].len() > 1).then(|| Spread {
        measure,
        statistic,
        unit: unit_of(measure, statistic),
        sites,
    })
}

/// Highest minus lowest.
fn width(sites: &[(String, Estimate)]) -> Option<f64> {
    Some(sites.last()?.1.mean - sites.first()?.1.mean)
}

fn title(subject: &Subject<'_>, spread: &Spread<'_>) -> String {
    let name = name(spread.measure, spread.statistic);
    let shown = spread.sites.len() - 1;
    let sites = match spread.sites[shown].len() {
        0 | 1 => &spread.sites[0],
        _ => &spread.sites[shown],
    };
    let (lowest, highest) = (&sites[0], &sites[sites.len() - 1]);
    let unit = &spread.unit;
    let mut words = format!(
        "{name}: from {} at {} to {} at {}",
        number(lowest.1.mean),
        lowest.0,
        quantity(highest.1.mean, unit),
        highest.0
    );
    if subject.is_comparison() {
        words.push_str(&format!(" under {}", subject.scenarios[shown].label));
    }
    words
}

fn table(subject: &Subject<'_>, spreads: &[Spread<'_>]) -> ChartTable {
    let mut columns = vec!["Measure".to_owned(), "Site".to_owned()];
    let shown = subject.scenarios.iter().take(theme::MAX_SERIES);
    columns.extend(shown.map(|scenario| format!("{} (95 % interval)", scenario.label)));
    let mut rows = Vec::new();
    for spread in spreads {
        let name = format!(
            "{} ({})",
            name(spread.measure, spread.statistic),
            spread.unit
        );
        for (site, _) in &spread.sites[0] {
            let mut row = vec![name.clone(), site.clone()];
            row.extend(spread.sites.iter().map(|sites| {
                let found = sites.iter().find(|known| known.0 == *site);
                found.map_or_else(String::new, |(_, estimate)| {
                    format!("{} ({})", number(estimate.mean), interval(estimate))
                })
            }));
            rows.push(row);
        }
        let mut row = vec![name, "highest minus lowest".to_owned()];
        row.extend(
            spread
                .sites
                .iter()
                .map(|sites| width(sites).map(number).unwrap_or_default()),
        );
        rows.push(row);
    }
    ChartTable { columns, rows }
}

fn height_of(spread: &Spread<'_>) -> f64 {
    HEADING_ROOM + spread.sites.len() as f64 * ROW + axis::TICKS_ROOM + PANEL_GAP
}

fn paint_spread(canvas: &Canvas, subject: &Subject<'_>, spread: &Spread<'_>, top: f64) {
    let direction = match crate::report::format::better_direction(spread.measure, spread.statistic)
    {
        Better::Higher => ", more is better",
        Better::Lower => ", less is better",
        Better::Neither => "",
    };
    let unit = format!("{}{direction}", spread.unit);
    axis::heading(
        canvas,
        MARGIN,
        top + 9.0,
        &name(spread.measure, spread.statistic),
        &unit,
    );
    let bounds = spread.sites.iter().flatten().flat_map(|(_, estimate)| {
        let ends = [estimate.low, estimate.high, estimate.mean];
        ends.into_iter().filter(|end| end.is_finite())
    });
    let (low, high) = bounds.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let margin = ((high - low) * 0.06).max(high.abs() * 0.005).max(1e-9);
    let from = if low >= 0.0 {
        (low - margin).max(0.0)
    } else {
        low - margin
    };
    let ticks = axis::ticks(from, high + margin, 6.0);
    let names = subject.scenarios.iter();
    let widest = names
        .map(|scenario| text::width(&scenario.label, TICK_SIZE, true))
        .fold(0.0, f64::max);
    let left = match subject.is_comparison() {
        true => widest.min(140.0) + 12.0,
        false => 4.0,
    };
    let y = top + HEADING_ROOM..top + HEADING_ROOM + spread.sites.len() as f64 * ROW;
    let x = MARGIN + left..WIDTH - MARGIN - 12.0;
    let panel = canvas.panel(x, y, ticks[0]..ticks[ticks.len() - 1], 0.0..1.0);
    axis::x_axis(&panel, &ticks, |tick| axis::tick_text(tick, &ticks));
    for (scenario, sites) in spread.sites.iter().enumerate() {
        let y = panel.y.start + (scenario as f64 + 0.5) * ROW + 7.0;
        if subject.is_comparison() {
            let style = theme::series(scenario);
            let label = &subject.scenarios[scenario].label;
            let words = text::shorten(label, TICK_SIZE, true, left - 8.0);
            canvas.text(
                MARGIN,
                y,
                &words,
                Lettering::plain(TICK_SIZE, style.text).bold(),
            );
        }
        paint_sites(&panel, sites, scenario, &spread.unit, y);
    }
}

fn paint_sites(
    panel: &Panel<'_>,
    sites: &[(String, Estimate)],
    scenario: usize,
    unit: &str,
    y: f64,
) {
    let canvas = panel.canvas;
    let style = theme::series(scenario);
    let (Some(lowest), Some(highest)) = (sites.first(), sites.last()) else {
        let quiet = Lettering::plain(TICK_SIZE, QUIET).halo();
        canvas.text(panel.x.start + 6.0, y, "no values", quiet);
        return;
    };
    let ends = [lowest, highest].map(|(_, estimate)| (panel.x_at(estimate.mean), y));
    canvas.line(&ends, Stroke::solid(GRID, 7.0));
    for (site, estimate) in sites {
        let tip = format!(
            "{site}: {} ({})",
            quantity(estimate.mean, unit),
            interval(estimate)
        );
        canvas.tip(&tip, || {
            if estimate.low.is_finite() && estimate.high.is_finite() {
                let ends = [estimate.low, estimate.high].map(|value| (panel.x_at(value), y));
                canvas.line(&ends, Stroke::solid(style.colour, 1.5));
            }
            canvas.marker(
                panel.x_at(estimate.mean),
                y,
                style.marker,
                style.colour,
                true,
            );
        });
    }
    // Names of the two ends above their points, kept within the panel and apart from each other.
    let words =
        [lowest, highest].map(|(site, estimate)| format!("{site} {}", number(estimate.mean)));
    let widths = [0, 1].map(|end| text::width(&words[end], TICK_SIZE, false));
    let at = |end: usize| {
        let half = widths[end] / 2.0;
        ends[end].0.clamp(
            panel.x.start + half - 6.0,
            (panel.x.end + 10.0 - half).max(panel.x.start + half),
        )
    };
    let mut middles = [at(0), at(1)];
    let room = (widths[0] + widths[1]) / 2.0 + 14.0;
    if middles[1] - middles[0] < room {
        let centre = (middles[0] + middles[1]) / 2.0;
        let least = panel.x.start - 6.0 + widths[0] / 2.0;
        let first = (centre - room / 2.0)
            .max(least)
            .min(panel.x.end + 10.0 - widths[1] / 2.0 - room);
        middles = [first, first + room];
    }
    for (words, x) in words.iter().zip(middles) {
        let lettering = Lettering::plain(TICK_SIZE, INK).align(Align::Centre).halo();
        canvas.text(x, y - 15.0, words, lettering);
    }
}
