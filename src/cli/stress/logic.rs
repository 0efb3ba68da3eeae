//! Section 2 of the checklist: what the model is made of and how it decides.

use std::fmt::Write;

use super::{MOST_LISTED, all_changes, change_file, item, place, table_place};
use crate::cli::describe::{capacities, flow};
use crate::report::format::number;
use crate::uec::load::Loaded;
use crate::uec::model::{InputValue, Model};
use crate::uec::overview::arriving;
use crate::uec::queueing::{lines_by_rule, streams};

pub fn logic(loaded: &Loaded, written: &str) -> String {
    let model = &loaded.model;
    let files = &loaded.files;
    let mut base = "Patients follow paths of steps; a step takes units of a pool, time, or leads elsewhere.\n\n| service | paths (steps) | runs at | where |\n|---|---|---|---|\n".to_owned();
    for service in &loaded.outline.services {
        let paths = service.paths.iter();
        let paths: Vec<String> = paths
            .map(|path| format!("`{}` ({})", path.name, path.n_steps))
            .collect();
        let sites = loaded.outline.sites_of(&service.id).len();
        let _ = writeln!(
            base,
            "| {} (`{}`) | {} | {} |{} |",
            service.title,
            service.id,
            paths.join(", "),
            match sites {
                0 => "the whole area".to_owned(),
                1 => "1 site".to_owned(),
                n => format!("{n} sites"),
            },
            table_place(files, "services", &service.id)
        );
    }
    let diagram = flow(&loaded.outline).replace("## Who sends patients to whom\n\n", "");
    item("2.1 Base model overview diagram", &diagram)
        + &item("2.2 Base model logic", &base)
        + &item("2.3 Scenario logic", &scenario_logic(model, written))
        + &item("2.4 Algorithms", &algorithms(loaded))
        + &item("2.5.1 Components: entities", &entities(loaded))
        + &item(
            "2.5.2 Components: activities",
            &format!(
                "The steps of the paths under 2.2: {} of them when compiled. `uecsim describe {written}` draws them and `uecsim trace {written}` \
                 follows one patient; docs/language.md says what each kind of step does.",
                model.program.steps.len()
            ),
        )
        + &item(
            "2.5.3 Components: resources",
            &capacities(loaded).replace("## Capacities\n\n", ""),
        )
        + &item("2.5.4 Components: queues", &queues(model))
        + &item("2.5.5 Components: entry and exit points", &entries(loaded))
}

fn scenario_logic(model: &Model, written: &str) -> String {
    let mut text = String::new();
    for change in all_changes(model) {
        let Some(file) = change_file(model, change) else {
            continue;
        };
        let set: Vec<&InputValue> = model
            .inputs
            .iter()
            .filter(|input| input.file == file)
            .collect();
        let _ = writeln!(text, "`{}` gives {} values:\n", change.name, set.len());
        for input in set.iter().take(MOST_LISTED) {
            let (path, value) = (&input.path, &input.value);
            let _ = writeln!(text, "- `{path}` = {value} ({file}:{})", input.line);
        }
        if set.len() > MOST_LISTED {
            let _ = writeln!(text, "- and {} more", set.len() - MOST_LISTED);
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("This is the base model; it differs from nothing.\n");
    } else {
        let _ = writeln!(
            text,
            "`uecsim diff BASE {written}` says value by value in what it differs from another scenario."
        );
    }
    text
}

/// What decides without a distribution: choices of site, crew and bed, escalation, slots.
fn algorithms(loaded: &Loaded) -> String {
    let model = &loaded.model;
    let program = &model.program;
    let counts = [
        (
            program.routes.len(),
            "choices of a site (nearest, least busy, by share: `rule` of each route)",
            "routes",
        ),
        (
            program.fleets.len(),
            "fleets that send the nearest free unit, the most urgent call first",
            "fleets",
        ),
        (
            program.triggers.len(),
            "triggers of escalation that switch on and off at different levels",
            "triggers",
        ),
        (
            program.calendars.len(),
            "calendars of bookable slots",
            "calendars",
        ),
        (
            model.rollouts.len(),
            "roll-outs, in an order drawn by lot or as listed",
            "rollouts",
        ),
    ];
    let mut text = String::new();
    for (n, words, kind) in counts {
        if n > 0 {
            let at = place(&loaded.files, &[format!("[{kind}.")]);
            let _ = writeln!(text, "- {n} {words}; the first{at}");
        }
    }
    if text.is_empty() {
        text.push_str("None beyond the queues of 2.5.4.\n");
    } else {
        text.push_str("\ndocs/language.md and ARCHITECTURE.md say how each decides.\n");
    }
    text
}

fn entities(loaded: &Loaded) -> String {
    let mut text = "Patients. Each is known by the stream it arrives in and its number there, and has:\n\n| attribute | levels | where |\n|---|---|---|\n".to_owned();
    for attribute in &loaded.model.names.attributes {
        let levels: Vec<&str> = attribute.levels.iter().map(|level| &*level.id).collect();
        let shown = match levels.len() {
            0..=MOST_LISTED => levels.join(", "),
            n => format!("{n}: {} to {}", levels[0], levels[n - 1]),
        };
        let _ = writeln!(
            text,
            "| {} (`{}`) | {shown} |{} |",
            attribute.title,
            attribute.id,
            table_place(&loaded.files, "attributes", &attribute.id)
        );
    }
    text
}

/// Pools and fleets by how their lines are served.
fn queues(model: &Model) -> String {
    let mut text = "Lines have no bound unless one is given. Within a rank the first to come is served first.\n\n| served | waiting for |\n|---|---|\n".to_owned();
    for (rule, names) in lines_by_rule(model) {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "| {rule} | {} |", names.join(", "));
    }
    text
}

fn entries(loaded: &Loaded) -> String {
    let model = &loaded.model;
    let kinds = arriving(model);
    let streams = streams(model);
    let mut text = format!(
        "Arrivals: {} streams of a non-homogeneous Poisson process by thinning under the profile's week, {} with gaps from a distribution, \
         {} from a list.\n\n| who | a day | where |\n|---|---:|---|\n",
        streams.poisson, streams.by_gaps, streams.listed
    );
    for kind in &kinds {
        let mut at = table_place(&loaded.files, "needs", &kind.name);
        if at.is_empty() {
            at = table_place(&loaded.files, "arrivals", &kind.name);
        }
        let _ = writeln!(text, "| {} | {} |{at} |", kind.name, number(kind.per_day));
    }
    let exits: Vec<String> = model
        .names
        .dispositions
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let _ = write!(text, "\nExits: {}.\n", exits.join(", "));
    text
}
