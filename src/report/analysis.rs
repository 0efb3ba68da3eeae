//! What analyses over points share on their way to a reader: words of parameters and numbers, pages, files, and the record.

use serde_json::json;

use super::charts::Chart;
use super::charts::svg::escape;
use super::format::{exact, statistic_key, statistic_words, unit_of};
use super::html::elements::{Cell, paragraph, section, table};
use super::html::{document, figures};
use super::run_json::{Provenance, Written, sha256};
use super::tables::Sheet;
use super::{OutputFile, chart_files, file};
use crate::experiment::design::Parameter;
use crate::experiment::results::ValueKey;
use crate::uec::model::Model;

/// A number that is analysed.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// `Time in A&E, within 4 hours`.
    pub label: String,
    pub unit: String,
    /// Measure, statistic, unit, site, cohort: as tables have them.
    pub cells: [String; 5],
}

impl Output {
    pub fn of(model: &Model, key: &ValueKey) -> Self {
        let measure = &model.measures[key.measure];
        let unit = unit_of(measure, key.statistic);
        let mut label = format!("{}, {}", measure.title, statistic_words(key.statistic));
        let known = model.places().find(|place| place.id == key.site);
        let site = known.map_or(&key.site, |place| match place.title.is_empty() {
            true => &place.id,
            false => &place.title,
        });
        for part in [site, &key.cohort] {
            if part != "all" {
                label.push_str(&format!(", {part}"));
            }
        }
        Self {
            label,
            cells: [
                measure.id.clone(),
                statistic_key(key.statistic),
                unit.clone(),
                key.site.clone(),
                key.cohort.clone(),
            ],
            unit,
        }
    }
}

/// Columns that [`Output::cells`] fill.
pub const OUTPUT_COLUMNS: [&str; 5] = ["measure", "statistic", "unit", "site", "cohort"];

/// An analysis as it was asked for.
pub struct Setting<'a> {
    pub title: String,
    /// As written, without any of the parameters moved.
    pub model: &'a Model,
    pub parameters: &'a [Parameter],
    /// Parameters that could not be taken, and why.
    pub left_out: &'a [(String, String)],
    /// How it was done: the method with its source, how many points and runs.
    pub how: Vec<String>,
    pub n_runs: usize,
    pub provenance: &'a Provenance,
    /// The experiment file and what it names: path and text.
    pub inputs: Vec<(String, String)>,
}

/// What came of it, ready to be put on a page.
pub struct Told {
    /// What was found, a sentence each, the answer first.
    pub findings: Vec<String>,
    pub charts: Vec<Chart>,
    /// Names and texts of the tables.
    pub tables: Vec<(&'static str, String)>,
}

/// Every file of an analysis but `timing.json`.
pub fn files(setting: &Setting<'_>, told: &Told) -> Vec<OutputFile> {
    let mut files = vec![file("report.html".to_owned(), page(setting, told))];
    let tables = told.tables.iter();
    files.extend(tables.map(|(name, text)| file((*name).to_owned(), text.clone())));
    files.push(file("parameters.csv".to_owned(), parameters(setting)));
    files.extend(chart_files(&told.charts));
    let record = record(setting, told, &files);
    files.push(file("run.json".to_owned(), record));
    files
}

/// `0.8 to 1.2`, or the list.
pub fn range(parameter: &Parameter) -> String {
    use crate::experiment::design::Over;
    let unit = match parameter.unit() {
        "" => String::new(),
        unit => format!("\u{a0}{unit}"),
    };
    match &parameter.over {
        Over::Listed(_) | Over::Written(_) => {
            let values = parameter.levels().unwrap_or_default();
            let shown: Vec<String> = values.iter().map(|value| parameter.shown(*value)).collect();
            format!("{}{unit}", shown.join(", "))
        }
        Over::Range { low, high, .. } => format!("{} to {}{unit}", exact(*low), exact(*high)),
        Over::Distribution { .. } => format!(
            "a distribution, nine in ten values from {} to {}{unit}",
            exact(parameter.low()),
            exact(parameter.high())
        ),
    }
}

fn page(setting: &Setting<'_>, told: &Told) -> String {
    let findings: String = told
        .findings
        .iter()
        .map(|words| paragraph("", words))
        .collect();
    let findings = format!("<div class=\"findings\">\n{findings}</div>\n");
    let how: String = setting
        .how
        .iter()
        .map(|words| paragraph("", words))
        .collect();
    let mut sections = vec![
        ("findings", "What was found", findings),
        ("charts", "Charts", figures(&told.charts)),
        ("parameters", "What was varied", parameter_table(setting)),
        ("left-out", "What was left out", left_out(setting)),
        ("how", "How it was done", how),
        ("reproduce", "How to run this again", again(setting)),
    ];
    sections.retain(|(_, _, body)| !body.is_empty());
    let sections: Vec<(&str, &str, String)> = sections
        .into_iter()
        .map(|(id, heading, body)| (id, heading, section(id, heading, &body)))
        .collect();
    let header = paragraph("subtitle", &setting.model.title);
    document(
        &escape(&setting.title),
        &header,
        &sections,
        setting.provenance,
    )
}

fn parameter_table(setting: &Setting<'_>) -> String {
    let columns = ["Parameter", "Range", "As written", "Moves", "Source"].map(str::to_owned);
    let rows = setting.parameters.iter().map(|parameter| {
        let paths: Vec<&str> = parameter
            .moved
            .iter()
            .map(|moved| moved.path.as_str())
            .collect();
        vec![
            Cell::words(&parameter.title),
            Cell::words(&range(parameter)),
            Cell::words(&parameter.shown(parameter.base())),
            Cell::path(&format!("{} {}", parameter.how().word(), paths.join(", "))),
            Cell::words(&origin(parameter)),
        ]
    });
    table("Parameters", &columns, rows)
}

fn origin(parameter: &Parameter) -> String {
    match parameter.origin.as_str() {
        "" => "nothing is said of where this range comes from".to_owned(),
        said => said.to_owned(),
    }
}

fn left_out(setting: &Setting<'_>) -> String {
    if setting.left_out.is_empty() {
        return String::new();
    }
    let columns = ["What", "Why"].map(str::to_owned);
    let rows = setting.left_out.iter();
    let rows = rows.map(|(what, why)| vec![Cell::words(what), Cell::words(why)]);
    table("Left out", &columns, rows)
}

fn again(setting: &Setting<'_>) -> String {
    let command = escape(&setting.provenance.command);
    let words = "The same version, inputs and seed give the same bytes at any number of threads. Tables for R and pandas lie beside this page; \
                 run.json has the hashes of all of them.";
    format!(
        "<pre><code>{command}</code></pre>\n{}",
        paragraph("", words)
    )
}

fn parameters(setting: &Setting<'_>) -> String {
    let mut sheet = Sheet::new(&[
        "parameter",
        "title",
        "how",
        "path",
        "unit",
        "low",
        "high",
        "as_written",
        "origin",
    ]);
    for parameter in setting.parameters {
        for moved in &parameter.moved {
            sheet.push(&[
                parameter.name.clone(),
                parameter.title.clone(),
                parameter.how().word().to_owned(),
                moved.path.clone(),
                parameter.unit().to_owned(),
                parameter.shown(parameter.low()),
                parameter.shown(parameter.high()),
                parameter.shown(parameter.base()),
                parameter.origin.clone(),
            ]);
        }
    }
    sheet.finish()
}

fn record(setting: &Setting<'_>, told: &Told, files: &[OutputFile]) -> String {
    let model = setting.model;
    let carried = &setting.provenance.carried;
    let of_model = model.files.iter().map(|file| {
        let text = match carried.contains(&(file.path.clone(), file.sha256.clone())) {
            true => json!(null),
            false => json!(&*file.text),
        };
        json!({ "path": file.path, "sha256": file.sha256, "text": text })
    });
    let own = setting.inputs.iter();
    let own = own.map(
        |(path, text)| json!({ "path": path, "sha256": sha256(text.as_bytes()), "text": text }),
    );
    let outputs: Vec<Written> = files.iter().map(Written::of).collect();
    let left_out: Vec<_> = setting
        .left_out
        .iter()
        .map(|(what, why)| json!({ "what": what, "why": why }))
        .collect();
    let record = json!({
        "program": "uecsim",
        "version": setting.provenance.version,
        "command": setting.provenance.command,
        "scenario": model.name,
        "seed": model.run.seed,
        "warm_up_days": model.run.warm_up.minutes() / 1440.0,
        "length_days": model.run.length.minutes() / 1440.0,
        "runs": setting.n_runs,
        "found": told.findings,
        "left_out": left_out,
        "inputs": own.chain(of_model).collect::<Vec<_>>(),
        "outputs": outputs,
    });
    format!("{record:#}\n")
}

/// The results as JSON for standard output.
pub fn as_json(setting: &Setting<'_>, told: &Told) -> String {
    let tables: serde_json::Map<String, serde_json::Value> = told
        .tables
        .iter()
        .map(|(name, text)| ((*name).to_owned(), rows_of(text)))
        .collect();
    let found = json!({ "found": told.findings, "runs": setting.n_runs, "tables": tables });
    format!("{found:#}\n")
}

/// A table as a list of objects; numbers as numbers, empty cells as null.
fn rows_of(text: &str) -> serde_json::Value {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns: Vec<String> = match reader.headers() {
        Ok(columns) => columns.iter().map(str::to_owned).collect(),
        Err(_) => return json!([]),
    };
    let rows = reader.records().flatten().map(|record| {
        let cell = |cell: &str| match (cell.is_empty(), cell.parse::<f64>()) {
            (true, _) => json!(null),
            (false, Ok(number)) if number.is_finite() => json!(number),
            _ => json!(cell),
        };
        let cells = columns.iter().cloned().zip(record.iter().map(cell));
        serde_json::Value::Object(cells.collect())
    });
    rows.collect()
}

/// `A and B`, `A, B and C`.
pub fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// `62 %` of a share.
pub fn percent(share: f64) -> String {
    format!("{}\u{a0}%", super::format::with_decimals(share * 100.0, 0))
}
