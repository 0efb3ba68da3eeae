//! Where the numbers come from: what was calibrated, assumed and sourced, and what differs between the scenarios.

use std::collections::BTreeMap;

use crate::report::subject::Subject;
use crate::uec::model::{InputValue, Model, Origin};

use super::elements::{Cell, details, paragraph, table};

/// Rows of one table; `run.json` has them all.
const MOST_ROWS: usize = 300;
/// Characters of a value or a reason.
const MOST_CHARACTERS: usize = 200;

pub fn sources(subject: &Subject<'_>) -> String {
    let model = subject.model();
    if model.inputs.is_empty() {
        return String::new();
    }
    let mut html = paragraph(
        "",
        "A number of a scenario has a source, was calibrated so that results match what is published, or is an assumption with its reason. \
         Values and reasons are shortened here; the file run.json has them whole.",
    );
    for alternative in subject.alternatives() {
        html.push_str(&differing(
            model,
            &alternative.results.model,
            &alternative.label,
        ));
    }
    html.push_str(&listed(model, "that were calibrated", calibrated));
    html.push_str(&listed(model, "that are assumed", assumed));
    html.push_str(&cited(model));
    html.push_str(&listed(
        model,
        "with no source stated: settings, and what is plain by itself",
        unsaid,
    ));
    html
}

fn calibrated(origin: &Origin) -> Option<&str> {
    if let Origin::Calibrated(to) = origin {
        Some(to)
    } else {
        None
    }
}

fn assumed(origin: &Origin) -> Option<&str> {
    if let Origin::Assumed(why) = origin {
        Some(why)
    } else {
        None
    }
}

fn unsaid(origin: &Origin) -> Option<&str> {
    if *origin == Origin::Unsaid {
        Some("")
    } else {
        None
    }
}

/// One row per value.
fn listed(model: &Model, which: &str, because: fn(&Origin) -> Option<&str>) -> String {
    let mut inputs: Vec<(&InputValue, &str)> = Vec::new();
    for input in &model.inputs {
        inputs.extend(because(&input.origin).map(|because| (input, because)));
    }
    if inputs.is_empty() {
        return String::new();
    }
    let rows = inputs.iter().take(MOST_ROWS).map(|(input, because)| {
        vec![
            Cell::path(&input.path),
            Cell::code(&short(&input.value)),
            Cell::words(&short(because)),
            place(input),
        ]
    });
    let columns = ["Input", "Value", "Because", "Where"].map(str::to_owned);
    let summary = format!("{} values {which}", inputs.len());
    details(
        &summary,
        &(table(&format!("Values {which}"), &columns, rows) + &rest(inputs.len())),
    )
}

/// One row per source: how many values it stands behind, and where the first of them is.
fn cited(model: &Model) -> String {
    let mut sources: Vec<(&str, usize, &InputValue)> = Vec::new();
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    for input in &model.inputs {
        let Origin::Source(source) = &input.origin else {
            continue;
        };
        let position = *positions.entry(source).or_insert(sources.len());
        if position == sources.len() {
            sources.push((source, 0, input));
        }
        sources[position].1 += 1;
    }
    if sources.is_empty() {
        return String::new();
    }
    let n_values: usize = sources.iter().map(|(_, n_values, _)| n_values).sum();
    let rows = sources
        .iter()
        .take(MOST_ROWS)
        .map(|(source, n_values, first)| {
            vec![
                Cell::words(&short(source)),
                Cell::words(&n_values.to_string()),
                Cell::path(&first.path),
                place(first),
            ]
        });
    let columns = ["Source", "Values", "The first of them", "Where"].map(str::to_owned);
    let summary = format!(
        "{n_values} values with a source ({} sources)",
        sources.len()
    );
    details(
        &summary,
        &(table("Values with a source", &columns, rows) + &rest(sources.len())),
    )
}

/// Inputs that are not the same in both.
fn differing(baseline: &Model, alternative: &Model, label: &str) -> String {
    let values = |model: &'_ Model| -> BTreeMap<String, String> {
        model
            .inputs
            .iter()
            .map(|input| (input.path.clone(), input.value.clone()))
            .collect()
    };
    let (before, after) = (values(baseline), values(alternative));
    let absent = || Cell::words("not there");
    let mut rows = Vec::new();
    for input in alternative
        .inputs
        .iter()
        .filter(|input| before.get(&input.path) != Some(&input.value))
    {
        let old = before
            .get(&input.path)
            .map_or_else(absent, |old| Cell::code(&short(old)));
        rows.push(vec![
            Cell::path(&input.path),
            old,
            Cell::code(&short(&input.value)),
            reason(&input.origin),
            place(input),
        ]);
    }
    for input in baseline
        .inputs
        .iter()
        .filter(|input| !after.contains_key(&input.path))
    {
        rows.push(vec![
            Cell::path(&input.path),
            Cell::code(&short(&input.value)),
            absent(),
            reason(&input.origin),
            place(input),
        ]);
    }
    if rows.is_empty() {
        return String::new();
    }
    let n_rows = rows.len();
    let columns = ["Input", "Baseline", label, "Because", "Where"].map(str::to_owned);
    let summary = format!("{n_rows} values that differ between the baseline and {label}");
    let caption = format!("What differs under {label}");
    details(
        &summary,
        &(table(&caption, &columns, rows.into_iter().take(MOST_ROWS)) + &rest(n_rows)),
    )
}

fn reason(origin: &Origin) -> Cell {
    let words = match origin {
        Origin::Source(source) => source.clone(),
        Origin::Assumed(why) => format!("assumed: {why}"),
        Origin::Calibrated(to) => format!("calibrated: {to}"),
        Origin::Unsaid => String::new(),
    };
    Cell::words(&short(&words))
}

fn place(input: &InputValue) -> Cell {
    Cell::path(&format!("{}:{}", input.file, input.line))
}

fn rest(n_rows: usize) -> String {
    if n_rows <= MOST_ROWS {
        return String::new();
    }
    paragraph(
        "note",
        &format!("And {} more: run.json has them all.", n_rows - MOST_ROWS),
    )
}

fn short(text: &str) -> String {
    if text.chars().count() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MOST_CHARACTERS - 1).collect();
    format!("{}…", kept.trim_end())
}
