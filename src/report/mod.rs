//! Tables, charts, the HTML report and the record of a run, as text and bytes.
//!
//! It reads results and never simulates, and leaves writing to its caller. Same results, same bytes.

pub mod analysis;
pub mod backtest;
pub mod bottleneck;
pub mod calibration;
pub mod charts;
mod costs;
mod counterfactuals;
pub mod event_log;
pub mod findings;
pub mod fonts;
pub mod format;
mod groups;
pub mod headline;
pub mod history;
pub mod html;
pub mod offered_load;
pub mod optimise;
pub mod overload;
mod panel;
#[cfg(feature = "png")]
pub mod png;
pub mod precision;
pub mod reproduction;
pub mod run_json;
pub mod sensitivity;
pub mod subject;
pub mod sweep;
pub mod tables;
pub mod timeline;
mod variation;
pub mod warm_up;
#[cfg(feature = "xlsx")]
pub mod workbook;

use rayon::prelude::*;

use run_json::Provenance;
use subject::{Outcome, Subject};

/// A file of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputFile {
    /// Within the folder of the run, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Every file of a run but `timing.json`, ready to be written. Made in parallel, on the threads of the pool it is called in.
pub fn files(outcome: Outcome<'_>, provenance: &Provenance) -> Vec<OutputFile> {
    let subject = Subject::new(outcome);
    let (charts, tables) = rayon::join(|| charts::all(&subject), || tables::all(outcome));
    let (workbook, (page, pictures)) = rayon::join(
        || workbook_file(&subject, &tables, &charts, provenance),
        || {
            rayon::join(
                || html::page(&subject, &charts, provenance),
                || chart_files(&charts),
            )
        },
    );
    let mut files = vec![file("report.html".to_owned(), page)];
    files.extend(workbook);
    files.extend(
        tables
            .into_iter()
            .map(|table| file(table.name.to_owned(), table.text)),
    );
    files.extend(pictures);
    let record = run_json::run_json(outcome, provenance, &files);
    files.push(file("run.json".to_owned(), record));
    files
}

fn file(path: String, text: String) -> OutputFile {
    OutputFile {
        path,
        bytes: text.into_bytes(),
    }
}

#[cfg(feature = "xlsx")]
fn workbook_file(
    subject: &Subject<'_>,
    tables: &[tables::CsvTable],
    charts: &[charts::Chart],
    provenance: &Provenance,
) -> Option<OutputFile> {
    Some(OutputFile {
        path: workbook::FILE.to_owned(),
        bytes: workbook::workbook(subject, tables, charts, provenance)
            .expect("names and cells are made to fit a workbook"),
    })
}

#[cfg(not(feature = "xlsx"))]
fn workbook_file(
    _: &Subject<'_>,
    _: &[tables::CsvTable],
    _: &[charts::Chart],
    _: &Provenance,
) -> Option<OutputFile> {
    None
}

/// Every chart as SVG, as numbers and (where the program can) as PNG, in order.
pub fn chart_files(charts: &[charts::Chart]) -> Vec<OutputFile> {
    charts
        .par_iter()
        .flat_map_iter(|chart| {
            let files = [
                file(format!("charts/{}.svg", chart.id), chart.svg.clone()),
                file(
                    format!("charts/{}.csv", chart.id),
                    tables::of_chart(&chart.table),
                ),
            ];
            files.into_iter().chain(picture(chart))
        })
        .collect()
}

/// A chart as PNG, where this build makes them.
#[cfg(feature = "png")]
pub fn picture(chart: &charts::Chart) -> Option<OutputFile> {
    Some(OutputFile {
        path: format!("charts/{}.png", chart.id),
        bytes: png::from_svg(&chart.svg).expect("a chart is valid SVG of a drawable size"),
    })
}

#[cfg(not(feature = "png"))]
pub fn picture(_: &charts::Chart) -> Option<OutputFile> {
    None
}
