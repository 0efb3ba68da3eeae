//! `describe`: a scenario in prose for a planner, as a Markdown document.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::options::Exit;
use super::origin_words::origin_words;
use super::{data_dictionary, folder, loading, say, stress};
use crate::report::format::{date_words, number};
use crate::scenario::units::{parse_duration, parse_rate, parse_share, write_duration};
use crate::uec::load::Loaded;
use crate::uec::model::{ChangeNote, InputValue, Model, Origin};
use crate::uec::outline::{How, Outline};
use crate::uec::overview::{Units, arriving, fleet_units, in_all, units};

#[derive(Debug, Args)]
pub struct DescribeArguments {
    /// Scenario file, or name of a shipped scenario
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Write the STRESS-DES reporting checklist of the scenario instead, each item traced to file and line
    #[arg(long, conflicts_with = "data_dictionary")]
    stress: bool,
    /// Write what every input means instead: value, unit, source, status, file and line
    #[arg(long)]
    data_dictionary: bool,
    /// Markdown file to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn describe(arguments: &DescribeArguments) -> Result<Exit, Exit> {
    let loaded = loading::load_as_written(&arguments.scenario).ok_or(Exit::Input)?;
    let page = if arguments.stress {
        stress::page(&loaded, &arguments.scenario)
    } else if arguments.data_dictionary {
        data_dictionary::page(&loaded.model)
    } else {
        page(&loaded)
    };
    let Some(out) = &arguments.out else {
        return say::show(&page);
    };
    if out.is_dir() {
        let message = format!(
            "{0} is a folder\n  try: --out {0}/{1}.md",
            out.display(),
            loaded.model.name
        );
        return Err(say::fault(Exit::Input, &message));
    }
    if is_input(out, &loaded.model) {
        let message = format!(
            "{} is a file of the scenario, which would be lost\n  try: --out {}.md",
            out.display(),
            loaded.model.name
        );
        return Err(say::fault(Exit::Input, &message));
    }
    folder::write_file(out, page.as_bytes()).map_err(|reason| {
        let message = format!("{} cannot be written: {reason}", out.display());
        say::fault(Exit::Machine, &message)
    })?;
    say::show(&format!("{}\n", say::written(out)))
}

/// Whether the scenario was read from this file.
fn is_input(out: &Path, model: &Model) -> bool {
    let Ok(out) = fs::canonicalize(out) else {
        return false;
    };
    let mut files = model.files.iter();
    files.any(|file| fs::canonicalize(&file.path).is_ok_and(|path| path == out))
}

fn page(loaded: &Loaded) -> String {
    let model = &loaded.model;
    let mut page = format!("# {}\n\n", model.title);
    if !model.description.is_empty() {
        let _ = write!(page, "{}\n\n", model.description);
    }
    let sections = [
        area(loaded),
        run_plan(model),
        services(&loaded.outline),
        capacities(loaded),
        changes(model),
        limits(model),
        flow(&loaded.outline),
        parameters(model),
    ];
    page.push_str(&sections.concat());
    page
}

/// Who lives there and who comes.
fn area(loaded: &Loaded) -> String {
    let kinds = arriving(&loaded.model);
    let total: f64 = kinds.iter().map(|kind| kind.per_day).sum();
    let mut text = "## Area and patients\n\n".to_owned();
    let _ = match loaded.residents {
        Some(residents) => writeln!(
            text,
            "{} residents. {} patients and contacts begin on an average day:\n",
            number(residents),
            number(total)
        ),
        None => writeln!(
            text,
            "The scenario has no residents of its own: {} patients arrive on an average day.\n",
            number(total)
        ),
    };
    text.push_str("| kind | a day |\n|---|---:|\n");
    for kind in &kinds {
        let _ = writeln!(text, "| {} | {} |", cell(&kind.name), number(kind.per_day));
    }
    text.push('\n');
    text
}

fn run_plan(model: &Model) -> String {
    let run = model.run;
    let duration = |milliseconds: u64| write_duration(milliseconds as f64);
    let warm_up = match run.warm_up.0 {
        0 => "without a warm-up".to_owned(),
        milliseconds => format!("after a warm-up of {}", duration(milliseconds)),
    };
    format!(
        "## Run plan\n\n{} from {}, {warm_up}; {} replications; seed {}.\n\n",
        duration(run.length.0),
        date_words(run.start),
        run.replications,
        run.seed
    )
}

fn services(outline: &Outline) -> String {
    let mut text =
        "## Services and where they run\n\n| service | id | runs at | uses |\n|---|---|---|---|\n"
            .to_owned();
    for service in &outline.services {
        let sites = outline.sites_of(&service.id);
        let titles: Vec<&str> = sites.iter().map(|site| site.title.as_str()).collect();
        let place = match titles.len() {
            0 => "once, for the whole area".to_owned(),
            n if n > MOST_SITES => format!("{n} sites, {} to {}", titles[0], titles[n - 1]),
            _ => titles.join("; "),
        };
        let uses = [service.pools.as_slice(), service.calendars.as_slice()].concat();
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} |",
            cell(&service.title),
            service.id,
            cell(&place),
            uses.join(", ")
        );
    }
    text.push('\n');
    text
}

/// Sites of one service that are named one by one.
const MOST_SITES: usize = 20;

pub(super) fn capacities(loaded: &Loaded) -> String {
    let model = &loaded.model;
    let mut text = "## Capacities\n\nUnits on duty, fewest to most over the roster; the load is work offered over capacity, an estimate before any run.\n\n| site | pool | units | load |\n|---|---|---:|---:|\n".to_owned();
    for (pool, name) in model.names.pools.iter().enumerate() {
        let load = loaded.loads.get(pool).filter(|load| load.capacity > 0.0);
        let load = load.map(|load| format!("{:.0} %", load.offered / load.capacity * 100.0));
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} |",
            cell(&model.names.sites[usize::from(name.site.0)].title),
            name.id,
            range(in_all(model, |program| units(program, pool))),
            load.unwrap_or_default()
        );
    }
    for (fleet, name) in model.names.fleets.iter().enumerate() {
        let _ = writeln!(
            text,
            "| {} (fleet) | `{}` | {} | |",
            cell(&name.title),
            name.id,
            range(in_all(model, |program| fleet_units(program, fleet)))
        );
    }
    text.push('\n');
    text
}

fn range(units: Units) -> String {
    if units.fewest == units.most {
        units.most.to_string()
    } else {
        format!("{} to {}", units.fewest, units.most)
    }
}

fn changes(model: &Model) -> String {
    let mut text = "## Changes\n\n".to_owned();
    if model.changes.is_empty() {
        text.push_str("No change is laid over the system.\n\n");
    }
    for change in &model.changes {
        let _ = write!(text, "### {} (`{}`)\n\n", change.title, change.name);
        push_evidence(&mut text, change);
    }
    for rollout in &model.rollouts {
        let (title, name, when) = (&rollout.title, &rollout.name, &rollout.when);
        let _ = write!(
            text,
            "### Roll-out: {title} (`{name}`)\n\nIn force {when}.\n\n"
        );
        for change in &rollout.changes {
            let _ = write!(text, "{} (`{}`):\n\n", change.title, change.name);
            push_evidence(&mut text, change);
        }
    }
    text
}

fn push_evidence(text: &mut String, change: &ChangeNote) {
    if change.evidence.is_empty() {
        text.push_str("No evidence is stated.\n");
    }
    for evidence in &change.evidence {
        let _ = writeln!(text, "- {evidence}");
    }
    text.push('\n');
}

fn limits(model: &Model) -> String {
    let mut text = "## Limits\n\n".to_owned();
    if model.limits.is_empty() {
        text.push_str("The scenario states none.\n");
    }
    for limit in &model.limits {
        let _ = writeln!(text, "- {limit}");
    }
    text.push('\n');
    text
}

/// Mermaid, which many viewers of Markdown draw. Patients who stay with their service are left out.
pub(super) fn flow(outline: &Outline) -> String {
    let mut text = "## Who sends patients to whom\n\nSolid arrows are referrals and travel, thick ones conveyance by a crew; patients begin at the services that the dotted arrows point to.\n\n```mermaid\nflowchart LR\n".to_owned();
    for service in &outline.services {
        // A node may not be called by a word of the language (`end`), so all get a prefix.
        let title = service.title.replace('"', "#quot;");
        let _ = writeln!(text, "  service_{}[\"{title}\"]", service.id);
    }
    if !outline.entries.is_empty() {
        text.push_str("  patients([\"Patients\"])\n");
    }
    for entry in &outline.entries {
        let _ = writeln!(text, "  patients -.-> service_{}", entry.service);
    }
    let mut drawn: Vec<String> = Vec::new();
    for flow in outline.flows.iter().filter(|flow| flow.from != flow.to) {
        let arrow = match flow.how {
            How::Refers | How::Travels => "-->",
            How::Conveys => "==>",
        };
        let line = format!("  service_{} {arrow} service_{}\n", flow.from, flow.to);
        if !drawn.contains(&line) {
            text.push_str(&line);
            drawn.push(line);
        }
    }
    text.push_str("```\n\n");
    text
}

fn parameters(model: &Model) -> String {
    let mut text = format!(
        "## Parameters\n\nEvery one of the {} numbers of the scenario. A value is imposed (put in from a source or as an assumption) or calibrated (chosen so that results match what is published).\n\n| parameter | value | unit | source or assumption | nature | where |\n|---|---|---|---|---|---|\n",
        model.inputs.len()
    );
    for input in &model.inputs {
        let (value, unit) = value_and_unit(input);
        let because = match origin_words(&input.origin) {
            words if words.is_empty() => "none stated".to_owned(),
            words => words,
        };
        let _ = writeln!(
            text,
            "| `{}` | {} | {unit} | {} | {} | {}:{} |",
            cell(&input.path),
            cell(&value),
            cell(&because),
            nature(&input.origin),
            cell(&input.file),
            input.line
        );
    }
    text
}

/// Whether a number was put in as found, put in as guessed, or fitted.
pub(super) fn nature(origin: &Origin) -> &'static str {
    match origin {
        Origin::Source(_) => "imposed",
        Origin::Assumed(_) => "imposed (assumption)",
        Origin::Calibrated(_) => "calibrated",
        Origin::Unsaid => "",
    }
}

/// A quantity apart from its unit; plain numbers have the unit that their place implies, if any.
pub(super) fn value_and_unit(input: &InputValue) -> (String, String) {
    let written = &input.value;
    let is_quantity = parse_duration(written).is_ok()
        || parse_rate(written).is_ok()
        || parse_share(written).is_ok();
    if let (true, Some((value, unit))) = (is_quantity, written.split_once(' ')) {
        // "1 h 30 min" has two units: it stays whole.
        if value.parse::<f64>().is_ok() && !unit.contains(|letter: char| letter.is_ascii_digit()) {
            return (value.to_owned(), unit.to_owned());
        }
    }
    (written.clone(), implied_unit(&input.path).to_owned())
}

fn implied_unit(path: &str) -> &'static str {
    let mut keys = path.rsplit('.');
    let (last, before) = (keys.next().unwrap_or_default(), keys.next());
    match last {
        "units" => "units",
        "speed_kmh" => "km/h",
        "minutes_each" => "min",
        "per_hour" => "an hour",
        "per_day" => "a day",
        "rate_per_1000" => "per 1,000 residents a year",
        "share" | "shares" => "share",
        "multiply" | "scale" | "detour" | "responding" | "conveying" => "factor",
        "lat" | "lon" => "degrees",
        "x" | "y" => "km",
        "replications" => "runs",
        _ if before == Some("pools") => "units",
        _ if path.contains(".shares.") => "share",
        _ => "",
    }
}

/// Text within a cell of a table: on one line, and without what would end the cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_parted_from_its_unit() {
        let check = |path: &str, value: &str, expected: (&str, &str)| {
            let input = InputValue {
                path: path.to_owned(),
                value: value.to_owned(),
                origin: Origin::Unsaid,
                file: String::new(),
                line: 1,
            };
            let (value, unit) = value_and_unit(&input);
            assert_eq!((value.as_str(), unit.as_str()), expected);
        };
        check("a.for", "8 min", ("8", "min"));
        check("a.rate", "180 per day", ("180", "per day"));
        check("a.for", "1 h 30 min", ("1 h 30 min", ""));
        check("sites.a.pools.beds", "40", ("40", "units"));
        check("a.share", "0.5", ("0.5", "share"));
    }
}
