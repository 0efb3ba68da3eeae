//! Tables, charts, the HTML report and the record of a run, as text and bytes.
//!
//! It reads results and never simulates, and leaves writing to its caller. Same results, same bytes.

pub mod charts;
mod costs;
mod counterfactuals;
pub mod event_log;
pub mod findings;
pub mod fonts;
pub mod format;
pub mod headline;
pub mod html;
mod panel;
#[cfg(feature = "png")]
pub mod png;
pub mod run_json;
pub mod subject;
pub mod tables;
pub mod timeline;
mod variation;
#[cfg(feature = "xlsx")]
pub mod workbook;

use run_json::Provenance;
use subject::{Outcome, Subject};

/// A file of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputFile {
    /// Within the folder of the run, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Every file of a run but `timing.json`, ready to be written.
pub fn files(outcome: Outcome<'_>, provenance: &Provenance) -> Vec<OutputFile> {
    let subject = Subject::new(outcome);
    let charts = charts::all(&subject);
    let file = |path: String, text: String| OutputFile {
        path,
        bytes: text.into_bytes(),
    };
    let mut files = vec![file(
        "report.html".to_owned(),
        html::page(&subject, &charts, provenance),
    )];
    let tables = tables::all(outcome);
    #[cfg(feature = "xlsx")]
    files.push(OutputFile {
        path: workbook::FILE.to_owned(),
        bytes: workbook::workbook(&subject, &tables, &charts, provenance)
            .expect("names and cells are made to fit a workbook"),
    });
    files.extend(
        tables
            .into_iter()
            .map(|table| file(table.name.to_owned(), table.text)),
    );
    for chart in &charts {
        files.push(file(format!("charts/{}.svg", chart.id), chart.svg.clone()));
        files.push(file(
            format!("charts/{}.csv", chart.id),
            tables::of_chart(&chart.table),
        ));
        #[cfg(feature = "png")]
        files.push(OutputFile {
            path: format!("charts/{}.png", chart.id),
            bytes: png::from_svg(&chart.svg).expect("a chart is valid SVG of a drawable size"),
        });
    }
    let record = run_json::run_json(outcome, provenance, &files);
    files.push(file("run.json".to_owned(), record));
    files
}
