//! Published models run again, for readers: the table of figures, charts, a page each and one page for all.
//!
//! What a figure is and whether it agrees is known before; here it is shown. Nothing depends on how long it took.

mod agreement;
mod curve;
mod markdown;
mod page;
mod rows;
mod words;

use crate::experiment::reproduction::{ChartKind, Reproduction};
use crate::experiment::results::Results;

use super::OutputFile;
use super::charts::{Chart, frame};
use super::run_json::{Provenance, run_json_of};
use super::tables;
pub use markdown::{Took, duration, markdown, original};
pub use words::{lines, sentence};

/// Every file of a reproduction but `timing.json`. `results` are those of its scenarios, in order.
pub fn files(
    reproduction: &Reproduction,
    results: &[Results],
    provenance: &Provenance,
) -> Vec<OutputFile> {
    let charts = charts(reproduction);
    let file = |path: &str, text: String| OutputFile {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    };
    let mut files = vec![
        file("figures.csv", words::csv(reproduction)),
        file(
            "replications.csv",
            tables::replications(&results.iter().collect::<Vec<_>>()),
        ),
        file("report.html", page::page(reproduction, &charts, provenance)),
    ];
    for chart in &charts {
        files.push(file(&format!("charts/{}.svg", chart.id), chart.svg.clone()));
        files.push(file(
            &format!("charts/{}.csv", chart.id),
            tables::of_chart(&chart.table),
        ));
        #[cfg(feature = "png")]
        files.push(OutputFile {
            path: format!("charts/{}.png", chart.id),
            bytes: super::png::from_svg(&chart.svg)
                .expect("a chart is valid SVG of a drawable size"),
        });
    }
    let record = run_json_of(results, provenance, &files);
    files.push(file("run.json", record));
    files
}

/// How all figures agree, then what the description asks for.
fn charts(reproduction: &Reproduction) -> Vec<Chart> {
    let mut charts = Vec::new();
    if let Some(drawing) = agreement::draw(reproduction) {
        charts.push(frame::compose("agreement", "", drawing));
    }
    for chart in &reproduction.description.charts {
        let drawing = match chart.kind {
            ChartKind::Rows => rows::draw(reproduction, chart),
            ChartKind::Curve => curve::draw(reproduction, chart),
        };
        charts.extend(drawing.map(|drawing| frame::compose(&chart.id, &chart.read, drawing)));
    }
    charts
}
