//! Every shipped scenario compiles, and so does every change alone.

use std::fs;
use std::path::Path;

use uecsim::scenario::layers::Changes;
use uecsim::scenario::source::{ReadFault, Source};
use uecsim::uec::{self, Overrides};

use crate::folders::uecsim;

/// The files of this repository.
struct Disk;

impl Source for Disk {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        fs::read_to_string(path).map_err(|_| ReadFault::Missing)
    }
}

/// Paths of the TOML files in a folder, in order.
fn scenarios(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(path).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let scenarios = names.filter(|name| name.ends_with(".toml"));
    let mut paths: Vec<String> = scenarios.map(|name| format!("{folder}/{name}")).collect();
    paths.sort();
    paths
}

/// Whether a file names scenarios rather than being one.
fn is_experiment(path: &str) -> bool {
    let text = Disk.read(path).expect("it is there");
    text.lines().any(|line| line.starts_with("scenarios = "))
}

#[test]
fn every_shipped_experiment_can_be_run() {
    let experiments = scenarios("scenarios/experiments").into_iter();
    let experiments: Vec<String> = experiments.filter(|path| is_experiment(path)).collect();
    assert!(!experiments.is_empty());
    for path in experiments {
        let call = uecsim(&["check", &path]);
        assert_eq!((call.exit, call.err.as_str()), (0, ""), "{path}");
    }
}

fn check(path: &str, changes: &Changes) {
    let loaded = uec::load_with(path, &Disk, changes, &Overrides::default());
    let loaded = loaded.unwrap_or_else(|refused| panic!("{path}:\n{}", refused.render()));
    assert_eq!(loaded.model.program.faults(), Vec::<String>::new());
}

#[test]
fn every_shipped_scenario_compiles() {
    for folder in [
        "scenarios",
        "scenarios/examples",
        "scenarios/experiments",
        "scenarios/published",
    ] {
        for path in scenarios(folder)
            .into_iter()
            .filter(|path| !is_experiment(path))
        {
            check(&path, &Changes::AsWritten);
        }
    }
}

#[test]
fn every_change_works_alone() {
    for path in scenarios("scenarios/changes") {
        let change = uecsim::scenario::source::stem(&path).to_owned();
        check("scenarios/devon-2023.toml", &Changes::Only(vec![change]));
    }
}
