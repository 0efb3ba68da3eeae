//! Shares of patients in bands of time: a bar of 100 % per scenario, for all sites and for each.

use std::ops::Range;

use crate::report::findings::{Finding, replications};
use crate::report::format::{exact, span_words, with_decimals};
use crate::report::subject::{ALL, Subject, site_title};
use crate::uec::model::{ChartSpec, MeasureSpec, Statistic};

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, INK, LABEL_SIZE, MARGIN, PANEL_TITLE_SIZE, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, survival, text};

const READ: &str = "each bar is all patients of that row; the darker the part, the longer the time. Parts narrower than 4 % are not \
                    labelled.";
const KEY_ROOM: f64 = 30.0;
const SITE_ROOM: f64 = 20.0;
const BAR: f64 = 22.0;
const BAR_GAP: f64 = 4.0;
const GROUP_GAP: f64 = 10.0;
const LEAST_LABELLED_PERCENT: f64 = 4.0;

/// One site of one measure.
struct Group {
    heading: String,
    /// By scenario: percent in each band.
    bars: Vec<Option<Vec<f64>>>,
}

pub fn draw<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    let mut bounds = spec.lines.clone();
    bounds.sort_by(f64::total_cmp);
    let measures: Vec<&MeasureSpec> = spec
        .measures
        .iter()
        .filter_map(|&measure| subject.model().measures.get(measure))
        .collect();
    let groups: Vec<Group> = measures
        .iter()
        .flat_map(|measure| groups(subject, measure, &bounds, measures.len() > 1))
        .collect();
    if groups.is_empty() || bounds.is_empty() {
        return None;
    }
    let names = band_names(&bounds);
    let title = title(subject, measures[0], &bounds, &groups[0]);
    let subtitle = format!(
        "{}: % of patients by time; {}.",
        measures[0].title,
        replications(subject)
    );
    let table = table(subject, &groups, &names);
    let alt = alt(&title, &table);
    let n_bars = subject.scenarios.len().min(theme::MAX_SERIES) as f64;
    let group_height = SITE_ROOM + n_bars * (BAR + BAR_GAP) + GROUP_GAP;
    let height = KEY_ROOM + groups.len() as f64 * group_height - GROUP_GAP;
    let paint = move |canvas: &Canvas, top: f64| {
        paint_key(canvas, &names, top + 9.0);
        for (position, group) in groups.iter().enumerate() {
            paint_group(
                canvas,
                subject,
                group,
                top + KEY_ROOM + position as f64 * group_height,
            );
        }
    };
    Some(Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint: Box::new(paint),
    })
}

/// All sites, then each site that has patients; more than eight sites are left to `distributions.csv`.
fn groups(
    subject: &Subject<'_>,
    measure: &MeasureSpec,
    bounds: &[f64],
    is_named: bool,
) -> Vec<Group> {
    const MOST_SITES: usize = 8;
    let model = subject.model();
    let sites = model.names.sites.iter().map(|named| named.id.as_str());
    let with_patients = |site: &&str| {
        let histograms = subject
            .scenarios
            .iter()
            .filter_map(|scenario| scenario.histogram(&measure.id, site));
        histograms
            .flat_map(|histogram| &histogram.counts)
            .any(|&count| count > 0)
    };
    let sites: Vec<&str> = sites.filter(with_patients).collect();
    let sites = if (2..=MOST_SITES).contains(&sites.len()) {
        sites
    } else {
        Vec::new()
    };
    let group = |site: &str| {
        let bars = subject.scenarios.iter().map(|scenario| {
            let points = survival::still_in(scenario.histogram(&measure.id, site)?)?;
            Some(shares(&points, bounds))
        });
        let bars: Vec<Option<Vec<f64>>> = bars.collect();
        let site = site_title(model, site);
        let site = if site == "all sites" {
            "All sites".to_owned()
        } else {
            site
        };
        let heading = if is_named {
            format!("{}: {site}", measure.title)
        } else {
            site
        };
        bars.iter()
            .any(Option::is_some)
            .then_some(Group { heading, bars })
    };
    std::iter::once(ALL)
        .chain(sites)
        .filter_map(group)
        .collect()
}

/// Percent up to the first bound, between the bounds, and over the last.
fn shares(still_in: &[(f64, f64)], bounds: &[f64]) -> Vec<f64> {
    let mut before = 100.0;
    let mut shares = Vec::new();
    for &bound in bounds {
        let after = survival::at(still_in, bound);
        shares.push(before - after);
        before = after;
    }
    shares.push(before);
    shares
}

fn band_names(bounds: &[f64]) -> Vec<String> {
    let mut names = vec![format!("up to {}\u{a0}min", exact(bounds[0]))];
    names.extend(
        bounds
            .windows(2)
            .map(|pair| format!("{} to {}", exact(pair[0]), exact(pair[1]))),
    );
    names.push(format!("over {}\u{a0}min", exact(bounds[bounds.len() - 1])));
    names
}

fn title(subject: &Subject<'_>, measure: &MeasureSpec, bounds: &[f64], all: &Group) -> String {
    let within = measure.statistics.iter().copied().find(
        |statistic| matches!(statistic, Statistic::Within(span) if span.minutes() == bounds[0]),
    );
    let sentence = within
        .and_then(|statistic| Finding::overall(subject, &measure.id, statistic)?.sentence(subject));
    let words = span_words(bounds[0]);
    if let Some(sentence) = sentence {
        let (value, rest) = sentence.split_once(" under ").unwrap_or((&sentence, ""));
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(" under {rest}")
        };
        return format!("{}: {value} within {words}{rest}", measure.title);
    }
    let values = all
        .bars
        .iter()
        .zip(&subject.scenarios)
        .filter_map(|(bar, scenario)| {
            let under = if subject.is_comparison() {
                format!(" under {}", scenario.label)
            } else {
                String::new()
            };
            Some(format!(
                "{}\u{a0}%{under}",
                with_decimals(bar.as_ref()?[0], 1)
            ))
        });
    format!(
        "{}: within {words} {}",
        measure.title,
        values.collect::<Vec<_>>().join(", ")
    )
}

fn table(subject: &Subject<'_>, groups: &[Group], names: &[String]) -> ChartTable {
    let mut columns = vec!["Site".to_owned(), "Scenario".to_owned()];
    columns.extend(names.iter().map(|name| format!("{name} (%)")));
    let mut rows = Vec::new();
    for group in groups {
        for (bar, scenario) in group.bars.iter().zip(&subject.scenarios) {
            let Some(bar) = bar else { continue };
            let mut row = vec![group.heading.clone(), scenario.label.clone()];
            row.extend(bar.iter().map(|&percent| with_decimals(percent, 1)));
            rows.push(row);
        }
    }
    ChartTable { columns, rows }
}

fn alt(title: &str, table: &ChartTable) -> String {
    let mut alt = format!("Bars of 100 % in bands of time. {title}.");
    for row in table.rows.iter().take(4) {
        let cells = table.columns[2..]
            .iter()
            .zip(&row[2..])
            .map(|(column, value)| format!("{column} {value}"));
        alt.push_str(&format!(
            " {}, {}: {}.",
            row[0],
            row[1],
            cells.collect::<Vec<_>>().join(", ")
        ));
    }
    alt
}

fn paint_key(canvas: &Canvas, names: &[String], y: f64) {
    let mut x = MARGIN;
    for (band, name) in names.iter().enumerate() {
        swatch(canvas, x..x + 14.0, y - 7.0..y + 7.0, band, names.len());
        canvas.text(x + 20.0, y, name, Lettering::plain(LABEL_SIZE, INK));
        x += 20.0 + text::width(name, LABEL_SIZE, false) + 24.0;
    }
}

/// A filled rectangle with an edge, since the lightest band hardly differs from the paper.
fn swatch(canvas: &Canvas, x: Range<f64>, y: Range<f64>, band: usize, n_bands: usize) {
    canvas.rectangle(x.clone(), y.clone(), theme::band(band, n_bands).0);
    canvas.outline(x, y, Stroke::solid(theme::series(0).colour, 0.75));
}

fn paint_group(canvas: &Canvas, subject: &Subject<'_>, group: &Group, top: f64) {
    canvas.text(
        MARGIN,
        top + 8.0,
        &group.heading,
        Lettering::plain(PANEL_TITLE_SIZE, INK).bold(),
    );
    let names = subject
        .scenarios
        .iter()
        .map(|scenario| text::width(&scenario.label, TICK_SIZE, true));
    let left = if subject.is_comparison() {
        names.fold(0.0, f64::max).min(150.0) + 12.0
    } else {
        0.0
    };
    let (from, to) = (MARGIN + left, WIDTH - MARGIN);
    let mut y = top + SITE_ROOM;
    for (scenario, bar) in group.bars.iter().enumerate().take(theme::MAX_SERIES) {
        if subject.is_comparison() {
            let style = theme::series(scenario);
            let name = text::shorten(
                &subject.scenarios[scenario].label,
                TICK_SIZE,
                true,
                left - 10.0,
            );
            canvas.text(
                MARGIN,
                y + BAR / 2.0,
                &name,
                Lettering::plain(TICK_SIZE, style.text).bold(),
            );
        }
        let Some(bar) = bar else {
            canvas.text(
                from,
                y + BAR / 2.0,
                "no patients",
                Lettering::plain(TICK_SIZE, QUIET),
            );
            y += BAR + BAR_GAP;
            continue;
        };
        let mut x = from;
        for (band, &percent) in bar.iter().enumerate() {
            let end = x + (to - from) * percent / 100.0;
            swatch(canvas, x..end, y..y + BAR, band, bar.len());
            if percent >= LEAST_LABELLED_PERCENT {
                let colour = theme::band(band, bar.len()).1;
                let lettering = Lettering::plain(TICK_SIZE, colour).align(Align::Centre);
                canvas.text(
                    (x + end) / 2.0,
                    y + BAR / 2.0,
                    &with_decimals(percent, 1),
                    lettering,
                );
            }
            x = end;
        }
        y += BAR + BAR_GAP;
    }
}
