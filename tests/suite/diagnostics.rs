//! Broken scenarios and what exactly is said of them.
//!
//! `tests/broken/NAME.toml`, or `tests/broken/NAME/scenario.toml` where several files play a part, must give the text of
//! `tests/broken/NAME.txt`, byte for byte. With `UECSIM_BLESS=1` in the environment the texts are written instead: read
//! the difference before keeping it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use uecsim::scenario::codes::READING;
use uecsim::scenario::source::{ReadFault, Source};
use uecsim::uec::codes::CHECKING;
use uecsim::uec::load;

/// The files of `tests/broken`.
struct Broken;

impl Source for Broken {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        let bytes = fs::read(folder().join(path)).map_err(|_| ReadFault::Missing)?;
        String::from_utf8(bytes).map_err(|_| ReadFault::Unreadable("it is not UTF-8".to_owned()))
    }

    fn names(&self, within: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(folder().join(within)) else {
            return Vec::new();
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

/// Every broken scenario: its name and the path of its file.
fn scenarios() -> Vec<(String, String)> {
    let found = Broken.names("").into_iter().filter_map(|entry| {
        let inner = format!("{entry}/scenario.toml");
        match entry.strip_suffix(".toml") {
            Some(name) => Some((name.to_owned(), entry)),
            None => folder().join(&inner).exists().then_some((entry, inner)),
        }
    });
    found.collect()
}

/// Everything that is said of a scenario: faults if it is refused, else warnings.
fn said(path: &str) -> String {
    match load(path, &Broken) {
        Ok(loaded) => loaded.render(),
        Err(refused) => refused.render(),
    }
}

fn expected(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap_or_default()
}

/// The codes in the heads of a text of diagnostics, in order.
fn codes(text: &str) -> Vec<&str> {
    let heads = text.lines().filter(|line| line.starts_with(['e', 'w']));
    let codes = heads.filter_map(|line| line.split_once('[')?.1.split_once("]:"));
    codes.map(|(code, _)| code).collect()
}

#[test]
fn every_broken_scenario_is_told_what_is_wrong_with_it() {
    let scenarios = scenarios();
    assert!(
        scenarios.len() >= 34,
        "{} broken scenarios",
        scenarios.len()
    );
    let is_blessing = std::env::var_os("UECSIM_BLESS").is_some();
    let mut differing = Vec::new();
    for (name, path) in scenarios {
        let said = said(&path);
        if is_blessing {
            fs::write(folder().join(format!("{name}.txt")), &said).expect("a writable folder");
        } else if said != expected(&name) || said.is_empty() {
            differing.push(format!(
                "--- {name}, expected\n{}--- said\n{said}",
                expected(&name)
            ));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_expected_text_belongs_to_a_scenario() {
    let names: BTreeSet<String> = scenarios().into_iter().map(|(name, _)| name).collect();
    let texts = Broken.names("").into_iter();
    let texts = texts.filter_map(|entry| Some(entry.strip_suffix(".txt")?.to_owned()));
    assert_eq!(texts.collect::<BTreeSet<String>>(), names);
}

#[test]
fn all_faults_of_a_file_are_reported_at_once_and_in_file_order() {
    let text = expected("several");
    assert!(codes(&text).len() >= 6, "{text}");
    let places = text
        .lines()
        .filter_map(|line| line.strip_prefix("  several.toml:"));
    let number = |part: Option<&str>| part.and_then(|part| part.parse().ok()).expect("a number");
    let places: Vec<(u32, u32)> = places
        .map(|place| {
            let mut parts = place.split(':');
            (number(parts.next()), number(parts.next()))
        })
        .collect();
    assert_eq!(places.len(), codes(&text).len(), "{text}");
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn every_code_is_explained_and_every_explained_code_is_exercised() {
    let known = READING.iter().chain(CHECKING);
    let known: BTreeSet<&str> = known.map(|code| code.code).collect();
    let texts: Vec<String> = scenarios().iter().map(|(name, _)| expected(name)).collect();
    let used: BTreeSet<&str> = texts.iter().flat_map(|text| codes(text)).collect();
    assert_eq!(used, known);
}
