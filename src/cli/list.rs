//! `list`: what there is by name, in three short lines each; `explain` says more of one of them.

use std::fmt::Write;

use clap::{Args, ValueEnum};

use super::options::Exit;
use super::{catalogue, codes, loading, say};
use crate::report::format::statistic_key;
use crate::uec::load::Loaded;
use crate::uec::shapes;

#[derive(Debug, Args)]
pub struct ListArguments {
    what: What,
    /// Scenario whose measures or services are listed (default: measures of devon-2023, services of the library)
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Measures of a scenario
    Measures,
    /// Services of the library, or of a scenario
    Services,
    /// Changes that may be laid over a system
    Changes,
    /// Scenarios that can be run by name
    Scenarios,
    /// Distributions of lengths of time
    Distributions,
    /// Codes of diagnostics
    Codes,
}

pub fn list(arguments: &ListArguments) -> Result<Exit, Exit> {
    let scenario = arguments.scenario.as_deref();
    let takes_scenario = matches!(arguments.what, What::Measures | What::Services);
    if let (Some(scenario), false) = (scenario, takes_scenario) {
        let message = format!(
            "only measures and services are listed for a scenario\n  try: leave out \"{scenario}\""
        );
        return Err(say::fault(Exit::Input, &message));
    }
    let mut lines = Lines::default();
    let mut faults = String::new();
    match (arguments.what, scenario) {
        (What::Measures, _) => measures(&load(scenario.unwrap_or(loading::USUAL))?, &mut lines),
        (What::Services, Some(scenario)) => services_of(&load(scenario)?, &mut lines),
        (What::Services, None) => faults = services(&mut lines),
        (What::Changes, _) => faults = changes(&mut lines),
        (What::Scenarios, _) => faults = scenarios(&mut lines),
        (What::Distributions, _) => {
            for shape in shapes::SHAPES {
                lines.add(shape.name, shape.title, shape.written);
            }
        }
        (What::Codes, _) => {
            for code in codes::all() {
                lines.add(code.code, code.title, code.explanation);
            }
        }
    }
    let shown = say::show(&lines.text)?;
    if faults.is_empty() {
        return Ok(shown);
    }
    eprintln!("{}", faults.trim_end());
    Err(Exit::Input)
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// The name and what it is, and one line more.
    fn add(&mut self, id: &str, title: &str, more: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "{id}  {title}");
        if !more.is_empty() {
            let _ = writeln!(self.text, "      {more}");
        }
        self.text.push('\n');
    }
}

fn load(scenario: &str) -> Result<Loaded, Exit> {
    loading::load_as_written(scenario).ok_or(Exit::Input)
}

fn measures(loaded: &Loaded, lines: &mut Lines) {
    for measure in &loaded.model.measures {
        let statistics = measure.statistics.iter();
        let statistics: Vec<String> = statistics
            .map(|statistic| statistic_key(*statistic))
            .collect();
        let title = format!("{} ({})", measure.title, measure.unit);
        lines.add(&measure.id, &title, &statistics.join(", "));
    }
}

fn services_of(loaded: &Loaded, lines: &mut Lines) {
    for service in &loaded.outline.services {
        lines.add(&service.id, &service.title, &pools(&service.pools));
    }
}

fn services(lines: &mut Lines) -> String {
    let found = catalogue::services();
    for service in &found.things {
        lines.add(&service.id, &service.title, &pools(&service.pools));
    }
    found.faults
}

fn pools(pools: &[String]) -> String {
    if pools.is_empty() {
        return "no pools of its own".to_owned();
    }
    format!("pools: {}", pools.join(", "))
}

fn changes(lines: &mut Lines) -> String {
    let found = catalogue::changes("");
    for change in &found.things {
        let first = change
            .evidence
            .first()
            .map_or("no evidence is stated", String::as_str);
        lines.add(&change.name, &change.title, first);
    }
    found.faults
}

fn scenarios(lines: &mut Lines) -> String {
    let found = catalogue::scenarios();
    for scenario in &found.things {
        let more = match (scenario.description.as_str(), &scenario.changes[..]) {
            ("", []) => String::new(),
            ("", changes) => format!("changes: {}", changes.join(", ")),
            (description, _) => description.to_owned(),
        };
        lines.add(&scenario.name, &scenario.title, &more);
    }
    found.faults
}
