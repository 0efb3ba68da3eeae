//! The Excel workbook, read back: what stands in the CSV files stands in its sheets, as numbers and dates.

use std::io::Cursor;
use std::thread::sleep;
use std::time::Duration;

use calamine::{Data, Reader, Xlsx};
use uecsim::report::run_json::Provenance;
use uecsim::report::subject::{Outcome, Subject};
use uecsim::report::tables::{self, CsvTable};
use uecsim::report::{charts, workbook};

use super::fixture;

fn bytes_of(outcome: Outcome<'_>, tables: &[CsvTable]) -> Vec<u8> {
    let subject = Subject::new(outcome);
    let provenance = Provenance {
        command: "uecsim compare traditional networked --seed 2023".to_owned(),
        version: "0.1.0".to_owned(),
        ..Provenance::default()
    };
    let charts = charts::all(&subject);
    let bytes = workbook::workbook(&subject, tables, &charts, &provenance);
    let bytes = bytes.expect("the workbook can be made");
    if let Some(folder) = std::env::var_os("UECSIM_CHARTS") {
        let path = std::path::Path::new(&folder).join(workbook::FILE);
        std::fs::write(path, &bytes).expect("the file can be written");
    }
    bytes
}

fn rows_of(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    let range = book.worksheet_range(sheet).expect("the sheet is there");
    assert_eq!(range.start(), Some((0, 0)), "{sheet}");
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Days from the last of 1899, as Excel counts them.
fn serial(date: &str) -> f64 {
    let date = uecsim::scenario::dates::parse_date(date).expect("a date");
    (date.to_days() + 25_569) as f64
}

/// Whether a cell of the workbook is that of a CSV file. A number there is a number here unless it names something.
fn is_same(cell: &Data, written: &str, column: &str) -> bool {
    const NAMES: [&str; 6] = [
        "scenario",
        "baseline",
        "alternative",
        "site",
        "measure",
        "cohort",
    ];
    match cell {
        Data::Empty => written.is_empty(),
        Data::Float(value) => !NAMES.contains(&column) && written.parse() == Ok(*value),
        Data::Int(value) => !NAMES.contains(&column) && written.parse() == Ok(*value),
        Data::DateTime(moment) => column == "date" && moment.as_f64() == serial(written),
        Data::String(text) => {
            text == written && (NAMES.contains(&column) || written.parse::<f64>().is_err())
        }
        _ => false,
    }
}

#[test]
fn every_table_stands_in_the_workbook_cell_by_cell() {
    let comparison = fixture::comparison(1);
    let tables = tables::all(Outcome::Comparison(&comparison));
    let bytes = bytes_of(Outcome::Comparison(&comparison), &tables);
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let mut n_numbers = 0;
    for table in &tables {
        let sheet = table.name.trim_end_matches(".csv");
        let found = rows_of(&mut book, sheet);
        let mut lines = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(table.text.as_bytes());
        let lines: Vec<csv::StringRecord> = lines
            .records()
            .map(|line| line.expect("a good CSV"))
            .collect();
        assert_eq!(found.len(), lines.len(), "{sheet}");
        let header: Vec<&str> = lines[0].iter().collect();
        for (cell, name) in found[0].iter().zip(&header) {
            let Data::String(title) = cell else {
                panic!("{sheet}: {cell:?}");
            };
            // The unit stands behind the name.
            assert!(
                title == name || title.starts_with(&format!("{name} (")),
                "{title}"
            );
        }
        for (cells, line) in found.iter().zip(&lines).skip(1) {
            assert_eq!(cells.len(), line.len(), "{sheet}");
            for ((cell, written), column) in cells.iter().zip(line).zip(&header) {
                assert!(
                    is_same(cell, written, column),
                    "{sheet}, {column}: {cell:?}, {written}"
                );
                n_numbers += usize::from(matches!(cell, Data::Float(_) | Data::Int(_)));
            }
        }
    }
    assert!(n_numbers > 1_000, "{n_numbers} numbers");
}

#[test]
fn the_first_sheet_says_what_it_is_and_names_every_other() {
    let comparison = fixture::comparison(1);
    let outcome = Outcome::Comparison(&comparison);
    let bytes = bytes_of(outcome, &tables::all(outcome));
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    assert_eq!(names[0], "About");
    let words: Vec<String> = rows_of(&mut book, "About")
        .iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    let run = &comparison.baseline.model.run;
    for expected in [
        "Networked against Traditional",
        "uecsim compare traditional networked --seed 2023",
        "uecsim 0.1.0",
        &run.seed.to_string(),
    ] {
        assert!(
            words.iter().any(|word| word == expected),
            "{expected}: {words:?}"
        );
    }
    for name in &names[1..] {
        assert!(words.contains(name), "{name}");
    }
    let subject = Subject::new(outcome);
    for chart in charts::all(&subject) {
        let sheet = format!("chart {}", chart.id);
        let sheet: String = sheet.chars().take(31).collect();
        let rows = rows_of(&mut book, &sheet);
        assert_eq!(rows[0][0], Data::String(chart.title.clone()));
        assert_eq!(rows.len(), 4 + chart.table.rows.len(), "{sheet}");
    }
    let inputs = rows_of(&mut book, "inputs");
    let n_of_baseline = comparison.baseline.model.inputs.len();
    assert!(inputs.len() > n_of_baseline, "{} rows", inputs.len());
}

#[test]
fn a_table_that_is_too_long_is_left_to_its_file() {
    let comparison = fixture::comparison(0);
    let outcome = Outcome::Run(&comparison.baseline);
    let mut tables = tables::all(outcome);
    let mut long = "scenario,value\n".to_owned();
    long.push_str(&"a,1\n".repeat(50_001));
    tables.push(CsvTable {
        name: "long.csv",
        text: long,
    });
    let bytes = bytes_of(outcome, &tables);
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    assert!(!book.sheet_names().contains(&"long".to_owned()));
    let words: Vec<String> = rows_of(&mut book, "About")
        .iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    assert!(
        words
            .iter()
            .any(|word| word.ends_with("the file long.csv has it")),
        "{words:?}"
    );
}

#[test]
fn the_workbook_does_not_know_when_it_was_written() {
    let comparison = fixture::comparison(0);
    let outcome = Outcome::Run(&comparison.baseline);
    let tables = tables::all(outcome);
    let first = bytes_of(outcome, &tables);
    // Longer than the second that file times are kept in.
    sleep(Duration::from_millis(2_100));
    assert!(first == bytes_of(outcome, &tables));
}
