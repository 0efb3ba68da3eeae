//! An Excel workbook of a run: what it is, every table that is small enough, the numbers behind the charts, the inputs.
//!
//! Cells hold what the CSV files hold, numbers as numbers. The bytes depend on the results alone: no moment of writing is
//! kept. Event logs have no place in it.

mod about;
mod contents;
mod sheet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::charts::Chart;
use super::run_json::Provenance;
use super::subject::Subject;
use super::tables::CsvTable;

/// Its name in the folder of a run.
pub const FILE: &str = "results.xlsx";

/// The bytes of the workbook.
///
/// `tables` are the CSV files of the run, in their order. Errors: none that a scenario can bring about; names and lengths of
/// cells are made to fit.
pub fn workbook(
    subject: &Subject<'_>,
    tables: &[CsvTable],
    charts: &[Chart],
    provenance: &Provenance,
) -> Result<Vec<u8>, XlsxError> {
    let sheets = contents::sheets(subject, tables, charts);
    let mut book = Workbook::new();
    book.set_properties(
        &DocProperties::new()
            .set_title(about::title(subject))
            .set_comment(&provenance.command)
            // The moment of writing would make every file another one.
            .set_creation_datetime(&ExcelDateTime::from_ymd(1980, 1, 1)?),
    );
    about::write(book.add_worksheet(), subject, &sheets, provenance)?;
    for table in sheets.iter().filter(|table| table.fits()) {
        sheet::write(book.add_worksheet(), table)?;
    }
    book.save_to_buffer()
}
