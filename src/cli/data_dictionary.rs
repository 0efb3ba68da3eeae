//! `describe --data-dictionary`: every input with its meaning, value, unit, source, status and place, as Markdown.
//!
//! Meanings come from the schema of the language, so that they are those an editor shows.

use std::fmt::Write;

use super::describe::{cell, value_and_unit};
use super::origin_words::origin_words;
use crate::uec::model::{Model, Origin};
use crate::uec::schema::{meaning, schema};

pub fn page(model: &Model) -> String {
    let schema = schema();
    let mut text = format!(
        "# Data dictionary: {}\n\nEvery one of the {} numbers of the scenario, in the order of its parts. Status: *sourced* (put in from the source \
         named), *assumed* (put in for the reason given), *calibrated* (chosen so that results match what is published), *unsaid* (nothing \
         stated).\n\n| input | means | value | unit | source or reason | status | where |\n|---|---|---|---|---|---|---|\n",
        model.title,
        model.inputs.len()
    );
    for input in &model.inputs {
        let (value, unit) = value_and_unit(input);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {unit} | {} | {} | {}:{} |",
            cell(&input.path),
            cell(meaning(&schema, &input.path).unwrap_or_default()),
            cell(&value),
            cell(&origin_words(&input.origin)),
            status(&input.origin),
            cell(&input.file),
            input.line
        );
    }
    text.push_str("\n## Files\n\n| file | SHA-256 |\n|---|---|\n");
    for file in &model.files {
        let _ = writeln!(text, "| {} | `{}` |", cell(&file.path), file.sha256);
    }
    text
}

/// One word for how far a number is to be trusted.
pub fn status(origin: &Origin) -> &'static str {
    match origin {
        Origin::Source(_) => "sourced",
        Origin::Assumed(_) => "assumed",
        Origin::Calibrated(_) => "calibrated",
        Origin::Unsaid => "unsaid",
    }
}
