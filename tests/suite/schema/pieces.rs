//! `tests/data/language.toml`, which has every key, in pieces of one entry each (a service, a measure), and what readers say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Map, Value, json};
use uecsim::scenario::areas::Areas;
use uecsim::scenario::layers::{Changes, load};
use uecsim::scenario::source::MemorySource;
use uecsim::scenario::workspace::Workspace;
use uecsim::uec::forms::{self, reading::Reading};

use super::{json_of, root};

/// What the readers say of a scenario: codes, and messages.
pub fn said(value: &Value) -> Vec<(&'static str, String)> {
    let text = toml::to_string(value).expect("values of TOML");
    let week: String = (0..168).map(|_| "1\n").collect();
    let week = format!("weight\n{week}");
    let source = MemorySource::new([
        ("a.toml", text.as_str()),
        ("below.toml", "title = \"Below\"\n"),
        ("areas.csv", "area,title\nnorth,North\n"),
        ("week.csv", &week),
        ("choice.csv", "acuity,majors,minors\n1,0.5,0.5\n,0.2,0.8\n"),
        ("arrivals.csv", "time,acuity\n1 h,1\n"),
        ("schedule.csv", "hour,clerks\n0,2\n1,3\n"),
        (
            "published.csv",
            "series,measure,statistic,site,cohort,unit,month,published,source,note\nCame,came,total,all,all,patients,2023-04,9,tests,\n",
        ),
        ("prices.csv", "year,index\n2013/14,80\n2023/24,100\n"),
        ("zones.csv", "zone,0-64,65+\neast,100,20\n"),
        ("points.csv", "zone,x,y\neast,1,1\n"),
        ("rates.csv", "age,pain\n,3\n"),
        ("q.csv", "q,minutes\n0,1\n1,9\n"),
        ("sites.csv", "id,x,y\nhill,1,1\n"),
        ("shares.csv", "zone,site,weight\neast,hill,1\n"),
        ("minutes.csv", "zone,site,minutes\neast,hill,9\n"),
        ("crews.csv", "station,x,y,units\nnorth,0,0,3\n"),
    ]);
    let workspace = Workspace::new(&source);
    if let Some(layered) = load(&workspace, "a.toml", &Changes::AsWritten) {
        let mut tree = layered.tree;
        if let Some(areas) = Areas::take(&mut tree, &workspace) {
            tree = areas.tree_of(&tree, &areas.list[0], &workspace);
        }
        forms::read(&tree, &Reading::new(&workspace));
    }
    let faults = workspace.diagnostics.sorted();
    faults
        .into_iter()
        .map(|fault| (fault.code, fault.message))
        .collect()
}

pub fn language() -> Value {
    let text = fs::read_to_string(root().join("tests/data/language.toml")).expect("a text");
    json_of(&text).expect("valid TOML")
}

/// The scenario in pieces, each with `run` and one entry of one table.
pub fn pieces() -> Vec<Value> {
    let whole = language();
    let run = json!({ "length": "1 day" });
    let mut pieces = Vec::new();
    let mut top = Map::new();
    for (key, value) in whole.as_object().expect("a table") {
        match value.as_object() {
            Some(entries)
                if !["areas", "run", "people", "equity", "prices", "windows"]
                    .contains(&key.as_str()) =>
            {
                for (name, entry) in entries {
                    pieces.push(json!({ "run": run, key: { name: entry } }));
                }
            }
            _ => {
                top.insert(key.clone(), value.clone());
            }
        }
    }
    pieces.push(Value::Object(top));
    pieces
}

/// Pointers of the tables of a value.
fn tables(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            found.push(at.to_owned());
            for (key, value) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                tables(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                tables(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Tables that are read in the same way, whatever the entry they stand in is called.
fn kind_of(at: &str, table: &Map<String, Value>) -> (String, Vec<String>) {
    let mut parts: Vec<&str> = at.split('/').collect();
    if let Some(name) = parts.get_mut(2) {
        *name = "*";
    }
    // The entries of a table with free names are called anything.
    let is_named =
        parts.len() == 2 && !matches!(parts[1], "areas" | "run" | "people" | "equity" | "prices");
    let keys = table.keys().filter(|_| !is_named).cloned();
    (parts.join("/"), keys.collect())
}

/// Every piece with the pointers of its tables, each kind once.
pub fn places() -> Vec<(Value, Vec<String>)> {
    let mut seen = BTreeSet::new();
    let each = pieces().into_iter().map(|piece| {
        let mut found = Vec::new();
        tables(&piece, "", &mut found);
        found.retain(|at| {
            let table = piece.pointer(at).and_then(Value::as_object);
            seen.insert(kind_of(at, table.expect("a table")))
        });
        (piece, found)
    });
    each.collect()
}

pub fn table_at<'v>(value: &'v mut Value, at: &str) -> &'v mut Map<String, Value> {
    let found = value.pointer_mut(at).and_then(Value::as_object_mut);
    found.expect("a table stands there")
}

/// Every key of a value, with the values that stand there.
pub fn gather_values(value: &Value, found: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let known = found.entry(key.clone()).or_default();
                if !known.contains(value) {
                    known.push(value.clone());
                }
                gather_values(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather_values(value, found)),
        _ => {}
    }
}

/// Names of properties anywhere in a schema.
pub fn gather_properties(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            if let Some(Value::Object(properties)) = entries.get("properties") {
                found.extend(properties.keys().cloned());
            }
            entries
                .values()
                .for_each(|value| gather_properties(value, found));
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| gather_properties(value, found)),
        _ => {}
    }
}

/// Words in quotation marks in the readers' source that could be keys.
pub fn words_of_the_readers() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in fs::read_dir(root().join("src/uec/forms")).expect("the readers are there") {
        let path = entry.expect("the folder can be listed").path();
        let text = fs::read_to_string(path).expect("source is text");
        let is_key = |word: &&str| {
            let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(is_letter)
        };
        words.extend(text.split('"').filter(is_key).map(str::to_owned));
    }
    words
}
