//! The pages of `docs/language`: every example runs as it stands and gives the numbers its page states.

use std::fs;
use std::path::{Path, PathBuf};

use uecsim::experiment::results::Results;
use uecsim::uec::model::Statistic;
use uecsim::uec::schema;

use crate::small::{model, run, values};

/// One page.
struct Page {
    name: String,
    example: String,
    /// Measure, statistic, value.
    states: Vec<(String, String, f64)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language")
}

/// In order of their names.
fn pages(of: &str) -> Vec<Page> {
    let entries = fs::read_dir(folder().join(of)).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| page(path)).collect()
}

fn page(path: &Path) -> Page {
    let text = fs::read_to_string(path).expect("a page");
    let (_, rest) = text.split_once("```toml\n").expect("an example");
    let (example, rest) = rest.split_once("```").expect("its end");
    let states: Vec<_> = rest.lines().filter_map(stated).collect();
    assert!(!states.is_empty(), "{} states no number", path.display());
    Page {
        name: path.display().to_string(),
        example: example.to_owned(),
        states,
    }
}

/// ``| `measure statistic` | value | why |``
fn stated(line: &str) -> Option<(String, String, f64)> {
    let (what, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
    let (measure, statistic) = what.split_once(' ')?;
    let value = rest.split(" |").next()?.parse().ok()?;
    Some((measure.to_owned(), statistic.to_owned(), value))
}

fn statistic(word: &str) -> Statistic {
    match word {
        "mean" => Statistic::Mean,
        "percent" => Statistic::Percent,
        "per day" => Statistic::PerDay,
        other => panic!("no page has stated a {other} before"),
    }
}

/// Within five standard errors, or to the digits stated where nothing is random.
fn check(page: &Page, results: &Results) {
    for (measure, word, expected) in &page.states {
        let values = values(results, measure, statistic(word));
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (n - 1.0) / n).sqrt();
        assert!(
            (mean - expected).abs() <= 5.0 * error + 2e-4 * expected,
            "{}: {measure} {word} is {mean}, stated is {expected}",
            page.name
        );
    }
}

fn hold(of: &str) {
    let pages = pages(of);
    let models = pages.iter().map(|page| model(&page.example)).collect();
    for (page, results) in pages.iter().zip(run(models)) {
        check(page, &results);
    }
}

#[test]
fn steps_do_what_their_pages_say() {
    hold("steps");
}

#[test]
fn pools_do_what_their_pages_say() {
    hold("pools");
}

#[test]
fn waits_are_as_their_pages_say() {
    hold("waiting");
}

#[test]
fn distributions_have_the_means_their_pages_state() {
    hold("distributions");
}

#[test]
fn every_step_and_distribution_has_its_page_and_every_page_its_link() {
    let schema = schema::schema();
    let definitions = &schema["$defs"];
    let kinds = [
        ("steps", &definitions["step"]["anyOf"]),
        (
            "distributions",
            &definitions["distribution"]["else"]["oneOf"],
        ),
    ];
    for (of, ways) in kinds {
        for way in ways.as_array().expect("a list of ways") {
            let key = way["required"][0].as_str().expect("a key");
            let path = folder().join(of).join(format!("{key}.md"));
            assert!(path.exists(), "{} is missing", path.display());
        }
    }
    let index = fs::read_to_string(folder().join("README.md")).expect("an index");
    for of in ["steps", "pools", "waiting", "distributions"] {
        for page in pages(of) {
            let file = Path::new(&page.name).file_name().expect("a name");
            let link = format!("({of}/{})", file.display());
            assert!(index.contains(&link), "{link} is not in the index");
        }
    }
}
