//! `describe --stress`: the STRESS-DES reporting checklist of a scenario, each item traced to file and line.
//!
//! What a program cannot know is marked as the author's to write. Items are those of Monks, Currie, Onggo, Robinson, Kunc
//! and Taylor (2019), Strengthening the reporting of empirical simulation studies, Journal of Simulation 13(1):55-67.

mod data;
mod logic;

use std::fmt::Write;

use super::measure_words::what;
use crate::report::format::statistic_words;
use crate::scenario::files::Files;
use crate::uec::load::Loaded;
use crate::uec::model::{ChangeNote, Model};

use data::{code_access, data, experimentation, implementation};
use logic::logic;

/// Single values or places that are listed for one item.
const MOST_LISTED: usize = 12;

pub fn page(loaded: &Loaded, written: &str) -> String {
    let model = &loaded.model;
    let mut text = format!(
        "# STRESS-DES checklist: {}\n\nWritten from the scenario `{}` by uecsim {}. Items and their order are those of Monks et al. (2019), \
         doi:10.1080/17477778.2018.1442155. What stands after *The author must write* a program cannot know.\n\n",
        model.title,
        model.name,
        env!("CARGO_PKG_VERSION")
    );
    let sections = [
        ("1. Objectives", objectives(loaded)),
        ("2. Logic", logic(loaded, written)),
        ("3. Data", data(model, written)),
        ("4. Experimentation", experimentation(model)),
        ("5. Implementation", implementation(loaded)),
        ("6. Code access", code_access(model, written)),
    ];
    for (title, items) in sections {
        let _ = write!(text, "## {title}\n\n{items}");
    }
    text
}

fn item(title: &str, body: &str) -> String {
    format!("### {title}\n\n{}\n\n", body.trim_end())
}

fn author(what: &str) -> String {
    format!("*The author must write:* {what}\n")
}

/// Where a line begins so in any of the files, as ` (file:line)`; empty if nowhere.
fn place(files: &Files, begins: &[String]) -> String {
    for file in files.iter() {
        let found = file.text.lines().position(|line| {
            begins
                .iter()
                .any(|begin| line.trim_start().starts_with(begin))
        });
        if let Some(line) = found {
            return format!(" ({}:{})", file.path, line + 1);
        }
    }
    String::new()
}

fn table_place(files: &Files, kind: &str, name: &str) -> String {
    place(
        files,
        &[
            format!("[{kind}.{name}]"),
            format!("[add.{kind}.{name}]"),
            format!("[{kind}.{name}."),
            format!("[[{kind}.{name}."),
        ],
    )
}

/// ` (file:line)` of an input, by its path.
fn input_place(model: &Model, path: &str) -> String {
    let input = model.inputs.iter().find(|input| input.path == path);
    input.map_or_else(
        || " (by default)".to_owned(),
        |input| format!(" ({}:{})", input.file, input.line),
    )
}

fn objectives(loaded: &Loaded) -> String {
    let model = &loaded.model;
    let files = &loaded.files;
    let mut purpose = format!("{}{}\n", model.title, place(files, &["title".to_owned()]));
    if !model.description.is_empty() {
        let _ = write!(
            purpose,
            "\n{}{}\n",
            model.description,
            place(files, &["description".to_owned()])
        );
    }
    purpose.push('\n');
    purpose.push_str(&author(
        "the background of the study, the decision it is for and who takes it.",
    ));
    let mut outputs = "Every number is the mean over replications, each counting once, with a 95 % Student-t interval; measured after the warm-up.\n\n| measure | is | statistics | where |\n|---|---|---|---|\n".to_owned();
    for measure in &model.measures {
        let statistics = measure.statistics.iter();
        let statistics: Vec<String> = statistics.map(|one| statistic_words(*one)).collect();
        let _ = writeln!(
            outputs,
            "| {} (`{}`, {}) | {} | {} |{} |",
            measure.title,
            measure.id,
            measure.unit,
            what(model, measure).replace('|', "\\|"),
            statistics.join(", "),
            table_place(files, "measures", &measure.id)
        );
    }
    let mut aims = String::new();
    if model.changes.is_empty() {
        aims.push_str("The scenario lays no change over its system.\n\n");
    }
    for change in all_changes(model) {
        let evidence = change.evidence.join("; ");
        let _ = writeln!(
            aims,
            "- {} (`{}`){}: {}",
            change.title,
            change.name,
            change_place(model, change),
            if evidence.is_empty() {
                "no evidence is stated"
            } else {
                &evidence
            }
        );
    }
    aims.push('\n');
    aims.push_str(&author(
        "the question of each experiment and why these scenarios were chosen; of a designed experiment or an optimisation, its design.",
    ));
    item("1.1 Purpose of the model", &purpose)
        + &item("1.2 Model outputs", &outputs)
        + &item("1.3 Experimentation aims", &aims)
}

fn all_changes(model: &Model) -> impl Iterator<Item = &ChangeNote> {
    let rolled = model.rollouts.iter().flat_map(|rollout| &rollout.changes);
    model.changes.iter().chain(rolled)
}

/// The file of a change, among those that were read.
fn change_file<'m>(model: &'m Model, change: &ChangeNote) -> Option<&'m str> {
    let ending = format!("/{}.toml", change.name);
    let mut files = model.files.iter().map(|file| &*file.path);
    files.find(|path| path.ends_with(&ending) || *path == &ending[1..])
}

fn change_place(model: &Model, change: &ChangeNote) -> String {
    change_file(model, change).map_or_else(String::new, |path| format!(" ({path}:1)"))
}
