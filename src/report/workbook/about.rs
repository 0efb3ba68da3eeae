//! The first sheet: what the workbook is, how to make it again, and where to find what.

use rust_xlsxwriter::{Format, FormatAlign, Url, Worksheet, XlsxError};

use crate::report::format::date_words;
use crate::report::run_json::Provenance;
use crate::report::subject::Subject;

use super::sheet::{MOST_ROWS, Table, header_format};

/// `Networked against Traditional`, or the scenario alone.
pub fn title(subject: &Subject<'_>) -> String {
    let baseline = &subject.baseline().label;
    let others: Vec<&str> = subject
        .alternatives()
        .iter()
        .map(|scenario| scenario.label.as_str())
        .collect();
    match others[..] {
        [] => baseline.clone(),
        _ => format!("{} against {baseline}", others.join(", ")),
    }
}

/// Fills the sheet.
///
/// Errors: those of Excel's limits, which nothing here comes near.
pub fn write(
    sheet: &mut Worksheet,
    subject: &Subject<'_>,
    tables: &[Table],
    provenance: &Provenance,
) -> Result<(), XlsxError> {
    sheet.set_name("About")?;
    sheet.set_column_width(0, 30)?;
    sheet.set_column_width(1, 80)?;
    sheet.set_column_width(2, 10)?;
    sheet.set_screen_gridlines(false);
    let heading = Format::new().set_bold().set_font_size(16);
    let name = Format::new().set_bold().set_align(FormatAlign::Top);
    let words = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.write_string_with_format(0, 0, title(subject), &heading)?;
    let mut row = 2;
    for (what, said) in facts(subject, provenance) {
        sheet.write_string_with_format(row, 0, what, &name)?;
        sheet.write_string_with_format(row, 1, said, &words)?;
        row += 1;
    }
    row += 1;
    for (column, head) in ["Sheet", "What it holds", "Rows"].into_iter().enumerate() {
        sheet.write_string_with_format(row, column as u16, head, &header_format())?;
    }
    for table in tables {
        row += 1;
        if table.fits() {
            let target = format!("internal:'{}'!A1", table.name);
            sheet.write_url_with_text(row, 0, Url::new(target), &table.name)?;
            sheet.write_string_with_format(row, 1, &table.about, &words)?;
        } else {
            let file = table.file.as_deref().unwrap_or("run.json");
            let left_out = format!(
                "{}. More than {MOST_ROWS} rows: left out here, the file {file} has it",
                table.about
            );
            sheet.write_string(row, 0, &table.name)?;
            sheet.write_string_with_format(row, 1, left_out, &words)?;
        }
        sheet.write_number(row, 2, table.rows.len() as f64)?;
    }
    Ok(())
}

fn facts(subject: &Subject<'_>, provenance: &Provenance) -> Vec<(String, String)> {
    let run = &subject.model().run;
    let days = |milliseconds: u64| milliseconds as f64 / 86_400_000.0;
    let mut facts = Vec::new();
    for (position, scenario) in subject.scenarios.iter().enumerate() {
        let role = match (subject.is_comparison(), position) {
            (false, _) => "Scenario",
            (true, 0) => "Baseline",
            (true, _) => "Alternative",
        };
        let model = &scenario.results.model;
        facts.push((role.to_owned(), format!("{}: {}", model.name, model.title)));
        let changes: Vec<&str> = model
            .changes
            .iter()
            .map(|change| change.name.as_str())
            .collect();
        if !changes.is_empty() {
            facts.push((format!("Changes in {}", model.name), changes.join(", ")));
        }
    }
    let mut add = |what: &str, said: String| facts.push((what.to_owned(), said));
    add(
        "Measured",
        format!("{} days from {}", days(run.length.0), date_words(run.start)),
    );
    add("Warm-up before it", format!("{} days", days(run.warm_up.0)));
    add("Replications", subject.n_replications().to_string());
    add("Seed", run.seed.to_string());
    if subject.is_partial() {
        add(
            "Stopped early",
            "Not all replications finished: these results are partial".to_owned(),
        );
    }
    add("Program", format!("uecsim {}", provenance.version));
    add("To make it again", provenance.command.clone());
    add(
        "How to read it",
        "Cells hold the numbers of the CSV files beside this workbook; columns are explained in output/README.md. An empty cell is a \
         missing value. Values are in the unit of their row; intervals are 95 % between replications."
            .to_owned(),
    );
    facts
}
