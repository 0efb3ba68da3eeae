//! `explain`: what a word means: a code of a diagnostic, a measure, a service, a change or a distribution.

use std::fmt::Write;

use clap::Args;

use super::catalogue::{self, ChangeFile, ServiceFile};
use super::measure_words;
use super::options::Exit;
use super::origin_words::origin_words;
use super::{codes, loading, say};
use crate::scenario::diagnostic::nearest;
use crate::uec::load::Loaded;
use crate::uec::model::{InputValue, Model};
use crate::uec::outline::ServiceOutline;
use crate::uec::shapes;

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A code (S306), or the name of a measure, service, change or distribution
    #[arg(value_name = "WORD")]
    word: String,
    /// Scenario in which measures and services are looked up, and beside which changes are
    #[arg(long, value_name = "FILE", default_value = loading::USUAL)]
    scenario: String,
}

/// Exit code 2 if nothing has this name.
pub fn explain(arguments: &ExplainArguments) -> Result<Exit, Exit> {
    let word = arguments.word.trim();
    if let Some(code) = codes::all().find(|code| code.code.eq_ignore_ascii_case(word)) {
        return say::show(&format!(
            "{}: {}\n\n{}\n",
            code.code, code.title, code.explanation
        ));
    }
    if let Some(shape) = shapes::SHAPES.iter().find(|shape| shape.name == word) {
        let text = format!(
            "{}: a distribution of lengths of time\n\nIn words: {}\nWritten:  {}\n",
            shape.name, shape.title, shape.written
        );
        return say::show(&text);
    }
    let path = loading::find(&arguments.scenario);
    let changes = catalogue::changes(&path);
    if let Some(change) = changes.things.iter().find(|change| change.name == word) {
        let shown = say::show(&of_change(change))?;
        return faults_of(&changes.faults, &change.path, shown);
    }
    let loaded = loading::load_as_written(&arguments.scenario).ok_or(Exit::Input)?;
    let library = catalogue::services();
    let text = in_scenario(word, &loaded, &library.things);
    if !text.is_empty() {
        return say::show(&text);
    }
    let known = known(&loaded, &changes.things, &library.things);
    Err(unknown(word, &loaded.model.name, &known))
}

/// A file that could be read only in part is told of, whatever could be said of it.
fn faults_of(faults: &str, path: &str, shown: Exit) -> Result<Exit, Exit> {
    if !faults.contains(&format!("  {path}:")) {
        return Ok(shown);
    }
    eprintln!("{}", faults.trim_end());
    Err(Exit::Input)
}

/// Every measure and service of this name.
fn in_scenario(word: &str, loaded: &Loaded, library: &[ServiceFile]) -> String {
    let mut parts = Vec::new();
    let measures = loaded.model.measures.iter();
    for measure in measures.filter(|measure| measure.id == word) {
        parts.push(measure_words::definition(&loaded.model, measure));
    }
    match loaded.outline.service(word) {
        Some(service) => parts.push(of_service(loaded, service)),
        None => {
            let services = library.iter().filter(|service| service.id == word);
            parts.extend(services.map(of_library_service));
        }
    }
    parts.join("\n")
}

fn of_change(change: &ChangeFile) -> String {
    let mut text = format!("{}: a change\n\n{}\n", change.name, change.title);
    list(&mut text, "Evidence", &change.evidence);
    let said = |targets: &[(String, String)]| -> Vec<String> {
        let lines = targets.iter();
        lines
            .map(|(path, value)| format!("{path} = {value}"))
            .collect()
    };
    list(&mut text, "Brings", &change.brings);
    list(&mut text, "Sets", &said(&change.sets));
    list(&mut text, "Takes out of lists", &said(&change.takes_out));
    list(&mut text, "Appends to lists", &said(&change.appends));
    list(&mut text, "Inserts before", &said(&change.inserts));
    list(&mut text, "Adds", &change.adds);
    list(&mut text, "Takes away", &change.removes);
    list(&mut text, "Limits", &change.limits);
    let _ = write!(
        text,
        "\nFile: {}\nUsed with: changes = [\"{}\"] in a scenario\n",
        change.path, change.name
    );
    text
}

fn of_service(loaded: &Loaded, service: &ServiceOutline) -> String {
    let outline = &loaded.outline;
    let mut text = format!("{}: a service\n\n{}\n", service.id, service.title);
    list(&mut text, "Pools", &service.pools);
    list(&mut text, "Calendars", &service.calendars);
    let paths: Vec<String> = service
        .paths
        .iter()
        .map(|path| format!("{} ({} steps)", path.name, path.n_steps))
        .collect();
    list(&mut text, "Paths", &paths);
    let sites: Vec<String> = outline
        .sites_of(&service.id)
        .into_iter()
        .map(|site| format!("{} ({})", site.title, site.id))
        .collect();
    list(&mut text, "Runs at", &sites);
    let mut to: Vec<&str> = Vec::new();
    let flows = outline
        .flows
        .iter()
        .filter(|flow| flow.from == service.id && flow.to != flow.from);
    for flow in flows {
        if !to.contains(&flow.to.as_str()) {
            to.push(&flow.to);
        }
    }
    list(&mut text, "Sends patients to", &to);
    list(
        &mut text,
        "Sources of its numbers",
        &sources(&loaded.model, &service.id),
    );
    let _ = write!(text, "\nScenario: {}\n", loaded.model.name);
    text
}

/// What stands behind the numbers of `services.ID`, and of the choices and durations in the same file, each once.
fn sources(model: &Model, service: &str) -> Vec<String> {
    let prefix = format!("services.{service}.");
    let own = |input: &&InputValue| input.path.starts_with(&prefix);
    let mut files: Vec<&str> = Vec::new();
    files.extend(
        model
            .inputs
            .iter()
            .filter(own)
            .map(|input| input.file.as_str()),
    );
    let mut sources = Vec::new();
    for input in &model.inputs {
        let is_beside = ["choices.", "durations."]
            .iter()
            .any(|kind| input.path.starts_with(kind))
            && files.contains(&input.file.as_str());
        let source = origin_words(&input.origin);
        if (own(&input) || is_beside) && !source.is_empty() && !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

fn of_library_service(service: &ServiceFile) -> String {
    let mut text = format!(
        "{}: a service of the library\n\n{}\n",
        service.id, service.title
    );
    list(&mut text, "Pools", &service.pools);
    list(&mut text, "Paths", &service.paths);
    let _ = write!(text, "\nFile: {}\n", service.path);
    text
}

/// A heading with one line for each item; nothing if there is none.
fn list<S: AsRef<str>>(text: &mut String, heading: &str, items: &[S]) {
    if items.is_empty() {
        return;
    }
    let _ = write!(text, "\n{heading}:\n");
    for item in items {
        let _ = writeln!(text, "  {}", item.as_ref());
    }
}

/// Every word that could be explained.
fn known<'k>(
    loaded: &'k Loaded,
    changes: &'k [ChangeFile],
    library: &'k [ServiceFile],
) -> Vec<&'k str> {
    let measures = loaded.model.measures.iter().map(|measure| &measure.id);
    let services = loaded.outline.services.iter().map(|service| &service.id);
    let changes = changes.iter().map(|change| &change.name);
    let library = library.iter().map(|service| &service.id);
    let names = measures.chain(services).chain(changes).chain(library);
    let shapes = shapes::SHAPES.iter().map(|shape| shape.name);
    let codes = codes::all().map(|code| code.code);
    names
        .map(String::as_str)
        .chain(shapes)
        .chain(codes)
        .collect()
}

fn unknown(word: &str, scenario: &str, known: &[&str]) -> Exit {
    let advice = match nearest(word, known.iter().copied()) {
        Some(near) => format!("uecsim explain {near}"),
        None => "uecsim list measures (or services, changes, scenarios, distributions, codes)"
            .to_owned(),
    };
    let message = format!(
        "there is no code, measure, service, change or distribution called \"{word}\"\n  note: measures and services are those of {scenario}\n  try: {advice}"
    );
    say::fault(Exit::Input, &message)
}
