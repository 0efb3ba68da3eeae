//! One table as a sheet: a header that stays in sight, filters, columns as wide as their cells, numbers as numbers.

use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError,
};

/// Rows of a sheet; a longer table is left to its CSV file.
pub const MOST_ROWS: usize = 50_000;
/// Characters that a cell can hold, with some to spare.
const MOST_CHARACTERS: usize = 32_000;
/// Rows that the widths of columns are taken from.
const ROWS_FOR_WIDTH: usize = 500;

/// A table of the workbook.
pub struct Table {
    /// Of the sheet: at most 31 characters, different from all others.
    pub name: String,
    /// What it holds, a sentence.
    pub about: String,
    /// Lines above the header.
    pub head: Vec<String>,
    pub columns: Vec<Column>,
    /// As in the CSV file; an empty cell is a missing value.
    pub rows: Vec<Vec<String>>,
    /// The file that has the same table.
    pub file: Option<String>,
}

pub struct Column {
    pub title: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Even where it looks like a number: the site "1".
    Text,
    Number,
    /// Whatever the cell looks like.
    Either,
    /// `2023-04-01`.
    Date,
}

impl Table {
    pub fn fits(&self) -> bool {
        self.rows.len() <= MOST_ROWS
    }
}

/// Fills a sheet.
///
/// Errors: a name that is no sheet's, more rows or columns than Excel has.
pub fn write(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(&table.name)?;
    let bold = Format::new().set_bold();
    for (row, line) in table.head.iter().enumerate() {
        sheet.write_string_with_format(row as u32, 0, line, &bold)?;
    }
    let header = table.head.len() as u32;
    for (column, titled) in table.columns.iter().enumerate() {
        sheet.write_string_with_format(header, column as u16, &titled.title, &header_format())?;
        sheet.set_column_width(column as u16, width(table, column))?;
    }
    let number = Format::new().set_num_format("#,##0.0##");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (row, cells) in table.rows.iter().enumerate() {
        let row = header + 1 + row as u32;
        for (column, (cell, titled)) in cells.iter().zip(&table.columns).enumerate() {
            let column = column as u16;
            match value(cell, titled.kind) {
                Value::Missing => {}
                Value::Whole(value) => {
                    sheet.write_number(row, column, value)?;
                }
                Value::Number(value) => {
                    sheet.write_number_with_format(row, column, value, &number)?;
                }
                Value::Date(year, month, day) => {
                    let moment = ExcelDateTime::from_ymd(year, month, day)?;
                    sheet.write_datetime_with_format(row, column, &moment, &date)?;
                }
                Value::Text(text) => {
                    sheet.write_string(row, column, text)?;
                }
            }
        }
    }
    let last_row = header + table.rows.len() as u32;
    if let Some(last_column) = table.columns.len().checked_sub(1) {
        sheet.autofilter(header, 0, last_row, last_column as u16)?;
    }
    sheet.set_freeze_panes(header + 1, 0)?;
    sheet.set_landscape();
    sheet.set_repeat_rows(header, header)?;
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

pub fn header_format() -> Format {
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x12_43_6D))
        .set_align(FormatAlign::Top)
        .set_text_wrap()
        .set_border_bottom(FormatBorder::Thin)
}

enum Value {
    Missing,
    Whole(f64),
    Number(f64),
    Date(u16, u8, u8),
    Text(String),
}

fn value(cell: &str, kind: Kind) -> Value {
    if cell.is_empty() {
        return Value::Missing;
    }
    let read = match kind {
        Kind::Text => None,
        Kind::Number | Kind::Either => number(cell),
        Kind::Date => date(cell),
    };
    read.unwrap_or_else(|| Value::Text(cell.chars().take(MOST_CHARACTERS).collect()))
}

/// A number as tables and charts write it: `0.25`, `12,345`, `−3.1`.
fn number(cell: &str) -> Option<Value> {
    let plain = cell.replace('−', "-").replace(',', "");
    let looks_like_one = plain
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let value: f64 = plain.parse().ok().filter(|_| looks_like_one)?;
    Some(match plain.contains('.') {
        true => Value::Number(value),
        false => Value::Whole(value),
    })
}

fn date(cell: &str) -> Option<Value> {
    let mut parts = cell.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    // Excel counts days from 1900.
    (parts.next().is_none() && year >= 1900).then_some(Value::Date(year, month, day))
}

/// In characters, as Excel counts them.
fn width(table: &Table, column: usize) -> f64 {
    let title = table.columns[column]
        .title
        .split(' ')
        .map(str::len)
        .max()
        .unwrap_or(0)
        + 3;
    let cells = table.rows.iter().take(ROWS_FOR_WIDTH);
    let cells = cells
        .filter_map(|row| row.get(column))
        .map(|cell| cell.chars().count());
    let longest = cells.max().unwrap_or(0) + 2;
    title.max(longest).clamp(8, 60) as f64
}
