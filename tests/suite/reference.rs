//! A reference run, whose numbers are the same on every platform, and what keeps them so.

use std::fs;
use std::path::{Path, PathBuf};

use uecsim::report::run_json::sha256;
use uecsim::report::tables;

use crate::small::{Hospital, Length, run, shipped};

/// SHA-256 of `replications.csv` of a small hospital, eight replications of 28 days.
const HOSPITAL: &str = "1cbc218c1b597b93c81d1091fa2241e30354ea09e91577cf6fd76ab23199a0da";

/// SHA-256 of `replications.csv` of the shipped scenario `networked`, two replications of 2 days without warm-up.
const NETWORKED: &str = "f79846f3b0cc009e5b7b05b0caea2b1956b182d40fa227ac0544375ad5936cb1";

/// A commit that moves results on purpose writes the new hash here and says why the new numbers are right. Where this
/// fails without such a change, the platform's arithmetic is not the one that results are promised for.
#[test]
fn the_reference_runs_give_the_published_hashes() {
    let length = Length {
        warm_up_days: 0,
        days: 2,
        replications: 2,
    };
    let check = |model, expected: &str| {
        let results = run(vec![model]);
        let table = tables::replications(&results.iter().collect::<Vec<_>>());
        assert!(table.lines().count() > 50, "{table}");
        assert_eq!(sha256(table.as_bytes()), expected);
    };
    check(Hospital::default().model(), HOSPITAL);
    check(shipped("networked", length), NETWORKED);
}

/// Functions that every platform's own library rounds as it likes. `sqrt` and `powi` of small exponents are exact or made
/// of multiplications, and are left.
const PLATFORM: [&str; 24] = [
    "ln", "ln_1p", "log", "log2", "log10", "exp", "exp2", "exp_m1", "powf", "sin", "cos", "tan",
    "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "hypot", "gamma",
    "mul_add",
];

/// Calls of such functions, as `file:line: text`. The tests at a file's foot are not on the way to a result.
fn calls(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for path in sources(folder) {
        let text = fs::read_to_string(&path).expect("a source file is text");
        for (number, line) in text.lines().enumerate() {
            if line.starts_with("#[cfg(test)]") {
                break;
            }
            if !line.trim_start().starts_with("//") && is_platform_call(line) {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    found
}

fn is_platform_call(line: &str) -> bool {
    PLATFORM.iter().any(|name| {
        let method = line.contains(&format!(".{name}("));
        method || line.contains(&format!("f64::{name}")) || line.contains(&format!("f32::{name}"))
    })
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            if name != "tests" {
                paths.extend(sources(&path));
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            paths.push(path);
        }
    }
    paths.sort();
    paths
}

#[test]
fn no_function_of_the_platform_lies_on_the_way_to_a_result() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for layer in ["stats", "scenario", "engine", "uec", "experiment"] {
        let found = calls(&root.join(layer));
        assert!(found.is_empty(), "use libm:\n{}", found.join("\n"));
    }
    // The search would find one.
    assert!(is_platform_call("let y = x.ln() + 1.0;") && is_platform_call("map(f64::exp)"));
    assert!(!is_platform_call("let y = libm::log(x).sqrt();"));
}
