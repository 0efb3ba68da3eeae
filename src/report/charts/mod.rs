//! Charts, drawn with plotters as SVG. A chart draws one scenario or several.
//!
//! Each kind is one file that turns results into a `Drawing`: words, a table and how to paint the plot. `frame` puts it on a
//! page. Labels and units come from the measures of the scenario, what the values say is computed.

pub mod axis;
pub mod bands;
pub mod bottleneck;
pub mod by_units;
pub mod canvas;
pub mod control;
pub mod course;
pub mod course_paint;
pub mod course_table;
pub mod daily;
pub mod flow;
pub mod flow_layout;
pub mod forecast;
pub mod frame;
pub mod groups;
pub mod heat;
pub mod history;
pub mod interval;
pub mod labels;
pub mod level;
pub mod long_waits;
pub mod longer_or_less;
pub mod mark_rows;
pub mod misfit;
pub mod months;
pub mod offered_load;
pub mod plane;
pub mod ranges;
pub mod runs;
pub mod sites;
pub mod stack;
pub mod stages;
pub mod standards;
pub mod steps;
pub mod survival;
pub mod svg;
pub mod sweep_curve;
pub mod sweep_map;
pub mod text;
pub mod theme;
pub mod time_at_level;
pub mod tornado;
pub mod warm_up;
pub mod week;

use rayon::prelude::*;

use crate::uec::model::{ChartKind, ChartSpec};

use super::subject::Subject;
use canvas::Canvas;

/// A finished chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub id: String,
    /// The finding.
    pub title: String,
    /// Measure, unit, replications and interval.
    pub subtitle: String,
    /// How to read it.
    pub read: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    pub table: ChartTable,
    /// A document of its own, with title, subtitle and reading aid.
    pub svg: String,
    /// The plot alone, for a page that has the words as text.
    pub inline: String,
}

/// The values behind a chart, formatted; the first column names the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartTable {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Paints a plot on a page from a height down.
type Paint<'a> = Box<dyn Fn(&Canvas, f64) + 'a>;

/// What a kind of chart makes of the results.
pub struct Drawing<'a> {
    pub title: String,
    pub subtitle: String,
    /// For a specification that has none.
    pub read: &'static str,
    pub alt: String,
    pub table: ChartTable,
    /// Of the plot.
    pub height: f64,
    /// Paints the plot on the page, its top at the given height.
    pub paint: Paint<'a>,
}

/// What a chart of several measures says and how much room its plot takes.
struct Words {
    title: String,
    subtitle: String,
    read: &'static str,
    alt: String,
    table: ChartTable,
    height: f64,
}

/// A chart of measures, one below the other: `read` takes what is shown of one, `say` words all of it, `paint` draws it from
/// a height down. None without anything to show.
fn panels<'a, P: 'a, Read: IntoIterator<Item = P>>(
    spec: &ChartSpec,
    read: impl Fn(usize) -> Read,
    say: impl FnOnce(&[P]) -> Words,
    paint: impl Fn(&Canvas, &[P], f64) + 'a,
) -> Option<Drawing<'a>> {
    let measures = spec.measures.iter();
    let panels: Vec<P> = measures.flat_map(|&measure| read(measure)).collect();
    if panels.is_empty() {
        return None;
    }
    let words = say(&panels);
    Some(Drawing {
        title: words.title,
        subtitle: words.subtitle,
        read: words.read,
        alt: words.alt,
        table: words.table,
        height: words.height,
        paint: Box::new(move |canvas, top| paint(canvas, &panels, top)),
    })
}

/// Every chart of the scenario for which there are results, in the scenario's order, then those of single patients, and last that of a
/// decomposition.
pub fn all(subject: &Subject<'_>) -> Vec<Chart> {
    let specifications = &subject.model().charts;
    let mut charts: Vec<Chart> = specifications
        .par_iter()
        .filter_map(|spec| {
            Some(frame::compose(
                &spec.id,
                &spec.read,
                drawing(subject, spec)?,
            ))
        })
        .collect();
    charts.extend(
        longer_or_less::draw(subject)
            .into_iter()
            .map(|(id, drawing)| frame::compose(&id, "", drawing)),
    );
    charts.extend(steps::draw(subject).map(|drawing| frame::compose(steps::ID, "", drawing)));
    charts
}

/// None when the results lack what the chart shows.
fn drawing<'a>(subject: &'a Subject<'a>, spec: &'a ChartSpec) -> Option<Drawing<'a>> {
    match spec.kind {
        ChartKind::Daily => daily::draw(subject, spec),
        ChartKind::Week => week::draw(subject, spec),
        ChartKind::Level => level::draw(subject, spec),
        ChartKind::Survival => survival::draw(subject, spec),
        ChartKind::Standards => standards::draw(subject, spec),
        ChartKind::Bands => bands::draw(subject, spec),
        ChartKind::Interval => interval::draw(subject, spec),
        ChartKind::Flow => flow::draw(subject),
        ChartKind::Stages => stages::draw(subject, spec),
        ChartKind::Heat => heat::draw(subject, spec),
        ChartKind::TimeAtLevel => time_at_level::draw(subject, spec),
        ChartKind::LongWaits => long_waits::draw(subject, spec),
        ChartKind::Sites => sites::draw(subject, spec),
        ChartKind::Groups => groups::draw(subject, spec),
        ChartKind::Runs => runs::draw(subject, spec),
        ChartKind::Stack => stack::draw(subject, spec),
    }
}
