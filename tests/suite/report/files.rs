//! The files of a run: all there, well formed, the same bytes each time.

use std::sync::OnceLock;

use uecsim::report::run_json::Provenance;
use uecsim::report::subject::{Outcome, Subject};
use uecsim::report::{self, OutputFile, charts, html};

use super::fixture;

/// With one alternative and a decomposition; made once, since drawing PNG takes its time.
fn files() -> &'static [OutputFile] {
    static FILES: OnceLock<Vec<OutputFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let files = fresh_files();
        show(&files);
        files
    })
}

fn fresh_files() -> Vec<OutputFile> {
    let comparison = fixture::comparison(1);
    report::files(Outcome::Comparison(&comparison), &provenance())
}

fn provenance() -> Provenance {
    let command = "uecsim compare traditional networked --seed 2023".to_owned();
    Provenance {
        command,
        version: "0.1.0".to_owned(),
        ..Provenance::default()
    }
}

fn page(n_alternatives: usize) -> String {
    let comparison = fixture::comparison(n_alternatives);
    let subject = Subject::new(match n_alternatives {
        0 => Outcome::Run(&comparison.baseline),
        _ => Outcome::Comparison(&comparison),
    });
    let page = html::page(&subject, &charts::all(&subject), &provenance());
    show(&[OutputFile {
        path: format!("report-{n_alternatives}.html"),
        bytes: page.clone().into_bytes(),
    }]);
    page
}

/// Set `UECSIM_CHARTS` to a folder to look at the files there.
fn show(files: &[OutputFile]) {
    let Some(folder) = std::env::var_os("UECSIM_CHARTS") else {
        return;
    };
    let folder = std::path::Path::new(&folder).join("run");
    std::fs::create_dir_all(folder.join("charts")).expect("the folder can be made");
    for file in files {
        std::fs::write(folder.join(&file.path), &file.bytes).expect("the file can be written");
    }
}

fn text(files: &[OutputFile], path: &str) -> String {
    let file = files
        .iter()
        .find(|file| file.path == path)
        .expect("the file is there");
    String::from_utf8(file.bytes.clone()).expect("the file is text")
}

#[test]
fn a_comparison_leaves_every_file_of_the_contract() {
    let files = files();
    for path in [
        "summary.csv",
        "comparison.csv",
        "replications.csv",
        "hourly.csv",
        "daily.csv",
        "run.json",
        "report.html",
    ] {
        assert!(!text(files, path).is_empty(), "{path}");
    }
    let header = text(files, "summary.csv");
    assert!(
        header.starts_with("scenario,measure,statistic,unit,site,cohort,mean,ci_low,ci_high,n\n")
    );
    assert!(
        files
            .iter()
            .any(|file| file.path == "charts/differences.svg")
    );
}

#[test]
fn every_column_of_every_table_is_documented() {
    let documentation =
        std::fs::read_to_string("output/README.md").expect("the tables are documented");
    for file in files()
        .iter()
        .filter(|file| file.path.ends_with(".csv") && !file.path.contains('/'))
    {
        let text = String::from_utf8(file.bytes.clone()).expect("tables are text");
        let header = text
            .lines()
            .next()
            .expect("a table has a header")
            .replace(',', ", ");
        let documented = documentation.replace('\n', " ");
        assert!(documented.contains(&header), "{}: {header}", file.path);
    }
}

#[test]
fn the_report_is_one_small_file_that_loads_nothing() {
    for n_alternatives in [0, 1, 3] {
        let page = page(n_alternatives);
        assert!(page.len() < 1_500_000, "{} bytes", page.len());
        assert!(
            !page.contains("<script ") && !page.contains("src=\"") && !page.contains("@import")
        );
        for opened in [
            "section", "figure", "details", "table", "svg", "div", "p", "ul", "dl",
        ] {
            let starts = page.matches(&format!("<{opened}>")).count()
                + page.matches(&format!("<{opened} ")).count();
            assert_eq!(
                starts,
                page.matches(&format!("</{opened}>")).count(),
                "{opened}"
            );
        }
        assert!(
            page.contains("no published rate by age &lt;85&gt; &amp; deprivation"),
            "text is escaped"
        );
    }
}

#[test]
fn a_difference_is_found_in_three_sentences() {
    let comparison = fixture::comparison(1);
    let sentences = report::headline::sentences(Outcome::Comparison(&comparison));
    assert_eq!(sentences.len(), 3);
    assert!(
        sentences[0].starts_with("Networked against Traditional (366 days from 1 April 2023"),
        "{}",
        sentences[0]
    );
    assert!(
        sentences[2].contains("111 calls abandoned"),
        "{}",
        sentences[2]
    );
}

#[test]
fn the_files_of_a_run_are_the_same_bytes_each_time() {
    assert!(files() == fresh_files());
}
