//! The JSON Schema: shipped files fit it, broken ones do not, and it agrees with the readers.

mod agreement;
mod pieces;

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};
use uecsim::scenario::codes as reading_codes;
use uecsim::uec::codes;
use uecsim::uec::schema;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema::schema()).expect("the schema is one")
}

/// A TOML text as the values that a validator sees; dates are texts.
fn json_of(text: &str) -> Option<Value> {
    fn convert(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => json!(text),
            toml::Value::Integer(number) => json!(number),
            toml::Value::Float(number) => json!(number),
            toml::Value::Boolean(flag) => json!(flag),
            toml::Value::Datetime(moment) => json!(moment.to_string()),
            toml::Value::Array(values) => values.into_iter().map(convert).collect(),
            toml::Value::Table(table) => {
                let entries = table.into_iter().map(|(key, value)| (key, convert(value)));
                Value::Object(entries.collect())
            }
        }
    }
    let table: toml::Table = toml::from_str(text).ok()?;
    Some(convert(toml::Value::Table(table)))
}

fn toml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            toml_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
}

/// What a validator says of a file; empty if it is content.
fn refusals(validator: &Validator, path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a text");
    let value = json_of(&text).expect("valid TOML");
    let errors = validator.iter_errors(&value);
    errors.map(|error| error.to_string()).collect()
}

#[test]
fn every_shipped_file_is_as_the_schema_says() {
    let validator = validator();
    let mut files = Vec::new();
    toml_files(&root().join("scenarios"), &mut files);
    toml_files(&root().join("src/cli/starters"), &mut files);
    assert!(files.len() > 50, "{} files", files.len());
    // Descriptions of published models are no scenarios, and experiments only name some.
    files.retain(|file| !file.ends_with("reproduction.toml"));
    files.retain(|file| {
        let text = fs::read_to_string(file).expect("a text");
        !text.lines().any(|line| line.starts_with("scenarios = "))
    });
    for file in files {
        let said = refusals(&validator, &file);
        assert!(said.is_empty(), "{}: {said:?}", file.display());
    }
}

#[test]
fn the_schema_beside_the_documentation_is_that_of_the_program() {
    let path = root().join("docs/uecsim.schema.json");
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == schema::text(),
        "renew it: uecsim schema --out docs/uecsim.schema.json"
    );
}

/// Codes of faults that one file alone shows: keys, types, units, words.
const OF_SHAPE: [&str; 12] = [
    reading_codes::UNKNOWN_KEY,
    reading_codes::MISSING_KEY,
    reading_codes::WRONG_TYPE,
    reading_codes::WRONG_QUANTITY,
    reading_codes::OUT_OF_RANGE,
    reading_codes::WRONG_WINDOW,
    reading_codes::WRONG_DATE,
    reading_codes::WRONG_WORD,
    codes::DISTRIBUTION,
    codes::NAME,
    codes::ARRIVALS,
    codes::MEASURE,
];

#[test]
fn broken_scenarios_of_the_wrong_shape_are_refused_by_the_schema_and_no_others() {
    // A lower layer may bring [run], no pattern knows how many days a month has, and measures of a chart stand elsewhere.
    let out_of_reach = ["no_length", "bad_date", "chart_stack"];
    // A step that does nothing shares its code with faults that take several places to see.
    let further = ["unknown_step"];
    let validator = validator();
    let folder = root().join("tests/broken");
    let mut files = Vec::new();
    toml_files(&folder, &mut files);
    let mut n_refused = 0;
    for file in files.iter().filter(|file| file.parent() == Some(&folder)) {
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        let expected = fs::read_to_string(folder.join(format!("{name}.txt"))).expect("a text");
        if expected.contains(reading_codes::SYNTAX) {
            continue;
        }
        let has_shape = OF_SHAPE
            .iter()
            .any(|code| expected.contains(&format!("error[{code}]")));
        let expects = (has_shape && !out_of_reach.contains(&name)) || further.contains(&name);
        let said = refusals(&validator, file);
        assert_eq!(!said.is_empty(), expects, "{name}: {said:?}\n{expected}");
        n_refused += usize::from(expects);
    }
    assert!(n_refused >= 20, "{n_refused} refused");
}

#[test]
fn changes_are_checked() {
    let validator = validator();
    let check = |text: &str, is_good: bool| {
        let value = json_of(text).expect("valid TOML");
        assert_eq!(validator.is_valid(&value), is_good, "{text}");
    };
    check(
        "title = \"A\"\n[set]\n\"sites.*.pools.beds\" = { multiply = 0.9, assumed = \"why\" }\n",
        true,
    );
    check(
        "title = \"A\"\n[set]\n\"sites.a.pools.beds\" = { multiply = true }\n",
        false,
    );
    check(
        "library = [\"b.toml\"]\n[append]\n\"sites.a.services\" = [\"b\"]\n[take_out]\nsites.a.services = [\"c\"]\n",
        true,
    );
    check(
        "[insert_before]\n\"services.a.steps.b\" = [{ mark = \"c\" }]\n",
        true,
    );
    check("[append]\n\"sites.a.services\" = \"b\"\n", false);
    check("[take_out]\n\"sites.a.services\" = 2\n", false);
    check("title = \"A\"\n[add.sites.b]\ntitle = \"B\"\n", true);
    check("title = \"A\"\n[add.sites.b]\ntitel = \"B\"\n", false);
    check("title = \"A\"\n[add.site.b]\ntitle = \"B\"\n", false);
    check("title = \"A\"\n[remove]\npaths = [\"sites.b\"]\n", true);
    check("title = \"A\"\n[remove]\npath = [\"sites.b\"]\n", false);
    check("title = \"A\"\n[set]\n[run]\nlength = \"1 day\"\n", false);
}
