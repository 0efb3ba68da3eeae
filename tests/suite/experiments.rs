//! Experiment files: what is wrong with broken ones, and what a point of a good one is.
//!
//! `tests/broken_experiments/NAME.toml` must give the text of `NAME.txt`, byte for byte, as `uecsim check` says it. With
//! `UECSIM_BLESS=1` in the environment the texts are written instead: read the difference before keeping it.

use std::fs;
use std::path::{Path, PathBuf};

use uecsim::experiment::design::codes::{DESIGN, PARAMETER, POINT};
use uecsim::experiment::design::{Design, Experiment, change_text, read, schema};
use uecsim::scenario::source::MemorySource;
use uecsim::scenario::workspace::Workspace;

use crate::folders::uecsim_in;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken_experiments")
}

#[test]
fn every_broken_experiment_is_told_what_is_wrong_with_it() {
    let entries = fs::read_dir(folder()).expect("the folder is there");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
    names.sort();
    let is_blessing = std::env::var_os("UECSIM_BLESS").is_some();
    let (mut differing, mut all) = (Vec::new(), String::new());
    for name in names {
        let call = uecsim_in(&folder(), &["check", &name]);
        assert_eq!(
            (call.exit, call.out.as_str()),
            (2, ""),
            "{name}: {}",
            call.err
        );
        let text = folder().join(name.replace(".toml", ".txt"));
        if is_blessing {
            fs::write(&text, &call.err).expect("a writable folder");
        }
        let expected = fs::read_to_string(&text).unwrap_or_default();
        if expected != call.err {
            differing.push(format!(
                "--- {name}, expected\n{expected}--- said\n{}",
                call.err
            ));
        }
        all.push_str(&expected);
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    for code in [PARAMETER, DESIGN, POINT] {
        assert!(
            all.contains(&format!("error[{code}]")),
            "{code} is never said"
        );
    }
}

fn experiment(text: &str) -> Experiment {
    let rows = "a,b\n1,x y\n2,z\n";
    let source = MemorySource::new([("e.toml", text), ("rows.csv", rows)]);
    let workspace = Workspace::new(&source);
    let read = read::read(&workspace, "e.toml");
    read.unwrap_or_else(|| panic!("{}", workspace.render()))
}

fn points(experiment: &Experiment) -> Vec<Vec<f64>> {
    let design = experiment.design.as_ref().expect("it has a design");
    let indices = 0..design.n_points();
    indices
        .map(|index| design.point(index, &experiment.parameters))
        .collect()
}

const HEAD: &str =
    "scenarios = [\"a\"]\n[vary.a]\npaths = [\"x\", \"y.z\"]\nhow = \"add\"\nunit = \"min\"\n";

#[test]
fn a_point_is_a_change_of_every_path_in_the_order_of_parameters() {
    let text = format!(
        "{HEAD}low = -5\nhigh = 5\n[vary.b]\npaths = \"w\"\nhow = \"set\"\nvalues = [\"x y\", \"z\"]\nbase = \"z\"\n"
    );
    let experiment = experiment(&text);
    let change = change_text(&experiment.parameters, &[2.5, 0.0], "point 7");
    let expected = "title = \"Values of the experiment\"
evidence = [\"point 7\"]

[set]
\"x\" = { add = \"2.5 min\", assumed = \"Varied: a\" }
\"y.z\" = { add = \"2.5 min\", assumed = \"Varied: a\" }
\"w\" = { value = \"x y\", assumed = \"Varied: b\" }
";
    assert_eq!(change, expected);
    assert_eq!(experiment.parameters[0].base(), 0.0);
    assert_eq!(experiment.parameters[1].base(), 1.0);
    assert!(experiment.design.is_none());
}

#[test]
fn one_at_a_time_goes_to_the_ends_of_a_range_and_of_a_distribution() {
    let text = format!(
        "{HEAD}low = -5\nhigh = 5\n[vary.b]\npaths = \"w\"\nhow = \"multiply\"\ndistribution = {{ uniform = {{ low = 0, high = 2 }} }}\n\
         [design]\nkind = \"one-at-a-time\"\n"
    );
    let expected = [[0.0, 1.0], [-5.0, 1.0], [5.0, 1.0], [0.0, 0.1], [0.0, 1.9]];
    assert_eq!(
        points(&experiment(&text)),
        expected.map(|point| point.to_vec())
    );
}

#[test]
fn sampled_designs_fill_ranges_and_depend_on_their_seed_alone() {
    for kind in ["sobol", "latin-hypercube"] {
        let of_seed = |seed| {
            let text = format!(
                "{HEAD}low = -5\nhigh = 5\n[design]\nkind = \"{kind}\"\npoints = 16\nseed = {seed}\n"
            );
            points(&experiment(&text))
        };
        let first = of_seed(1);
        assert_eq!(first, of_seed(1));
        assert_ne!(first, of_seed(2));
        let mut sixteenths: Vec<i64> = first
            .iter()
            .map(|point| ((point[0] + 5.0) * 1.6).floor() as i64)
            .collect();
        sixteenths.sort_unstable();
        assert_eq!(sixteenths, (0..16).collect::<Vec<i64>>(), "{kind}");
    }
}

#[test]
fn rows_give_the_points_and_what_is_varied() {
    let text = format!(
        "{HEAD}[vary.b]\npaths = \"w\"\nhow = \"set\"\nvalues = [\"z\", \"x y\"]\n[design]\nkind = \"rows\"\nfile = \"rows.csv\"\n"
    );
    let experiment = experiment(&text);
    assert_eq!(
        points(&experiment),
        [[1.0, 1.0], [2.0, 0.0]].map(|point| point.to_vec())
    );
    assert_eq!(experiment.parameters[0].high(), 2.0);
    assert!(matches!(experiment.design, Some(Design::Rows(_))));
}

/// A TOML text as the values that a validator sees.
fn json_of(text: &str) -> serde_json::Value {
    let table: toml::Table = toml::from_str(text).expect("valid TOML");
    serde_json::to_value(table).expect("no dates")
}

#[test]
fn the_schema_accepts_shipped_experiments_and_refuses_broken_shapes() {
    let validator = jsonschema::validator_for(&schema::schema()).expect("the schema is one");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/experiments");
    for name in ["cubicles-and-doctors.toml", "which-matters.toml"] {
        let text = fs::read_to_string(shipped.join(name)).expect("it is there");
        let value = json_of(&text);
        let said: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(said.is_empty(), "{name}: {said:?}");
        for (good, bad) in [
            ("paths =", "path ="),
            ("how =", "hows ="),
            ("[design]", "[desing]"),
            ("title =", "titel ="),
            ("scenarios = [", "scenarios = [1, "),
            ("replications = ", "replications = 0.5 # "),
        ] {
            let value = json_of(&text.replacen(good, bad, 1));
            assert!(!validator.is_valid(&value), "{name} with {bad}");
        }
    }
    for name in ["uncertain", "fewest", "best", "budget"] {
        let path = shipped.join(format!("one-ed-{name}.toml"));
        let text = fs::read_to_string(path).expect("it is there");
        assert!(validator.is_valid(&json_of(&text)), "{name}");
    }
    let broken = fs::read_to_string(folder().join("parameters.toml")).expect("it is there");
    assert!(validator.iter_errors(&json_of(&broken)).count() >= 5);
}
