//! `describe --stress`: the STRESS-DES reporting checklist of a scenario, each item traced to file and line.
//!
//! What a program cannot know is marked as the author's to write. Items are those of Monks, Currie, Onggo, Robinson, Kunc
//! and Taylor (2019), Strengthening the reporting of empirical simulation studies, Journal of Simulation 13(1):55-67.

use std::fmt::Write;

use super::data_dictionary::status;
use super::describe::{capacities, flow, value_and_unit};
use super::measure_words::what;
use super::origin_words::origin_words;
use crate::report::format::{date_words, number, statistic_words};
use crate::scenario::files::Files;
use crate::scenario::units::write_duration;
use crate::uec::load::Loaded;
use crate::uec::model::{ChangeNote, InputValue, Model, Origin};
use crate::uec::overview::arriving;
use crate::uec::queueing::{lines_by_rule, ranked_waits, streams};

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

fn logic(loaded: &Loaded, written: &str) -> String {
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

/// Distinct statements of one status: how many inputs rest on each, and where the first stands.
fn statements<'m>(model: &'m Model, wanted: &str) -> Vec<(String, usize, &'m InputValue)> {
    let mut found: Vec<(String, usize, &InputValue)> = Vec::new();
    let inputs = model.inputs.iter();
    for input in inputs.filter(|input| status(&input.origin) == wanted) {
        let words = match &input.origin {
            Origin::Assumed(why) => why.clone(),
            origin => origin_words(origin),
        };
        match found.iter_mut().find(|(known, ..)| *known == words) {
            Some((_, n, _)) => *n += 1,
            None => found.push((words, 1, input)),
        }
    }
    found
}

fn listed(statements: &[(String, usize, &InputValue)]) -> String {
    let mut text = String::new();
    for (words, n, first) in statements {
        let inputs = if *n == 1 { "input" } else { "inputs" };
        let _ = writeln!(
            text,
            "- {}: {n} {inputs}, the first {}:{}",
            words.replace('\n', " "),
            first.file,
            first.line
        );
    }
    text
}

fn data(model: &Model, written: &str) -> String {
    let sourced = statements(model, "sourced");
    let calibrated = statements(model, "calibrated");
    let assumed = statements(model, "assumed");
    let unsaid = statements(model, "unsaid");
    let mut sources = listed(&sourced);
    if sourced.is_empty() {
        sources.push_str("No number states a source.\n");
    }
    sources.push('\n');
    sources.push_str(&author(
        "sample sizes and dates of each source, where its citation does not give them, and permissions.",
    ));
    let total = |of: &[(String, usize, &InputValue)]| of.iter().map(|one| one.1).sum::<usize>();
    let parameters = format!(
        "{} inputs: {} sourced, {} calibrated, {} assumed, {} of which nothing is said. `uecsim describe {written} --data-dictionary` lists each with \
         meaning, unit, value, source and place.\n\n{}",
        model.inputs.len(),
        total(&sourced),
        total(&calibrated),
        total(&assumed),
        total(&unsaid),
        author(
            "how distributions were chosen over others, and the ranges of what is varied in experiments."
        )
    );
    let mut assumptions = listed(&assumed);
    if !calibrated.is_empty() {
        let _ = write!(
            assumptions,
            "\nCalibrated, so that results match what is published:\n\n{}",
            listed(&calibrated)
        );
    }
    if let Some((_, n, first)) = unsaid.first() {
        let _ = write!(
            assumptions,
            "\nNothing is said of {n} inputs, the first `{}` ({}:{}).\n",
            first.path, first.file, first.line
        );
    }
    if !model.limits.is_empty() {
        assumptions.push_str("\nLeft out, as the files state:\n\n");
        for limit in &model.limits {
            let _ = writeln!(assumptions, "- {limit}");
        }
    }
    item("3.1 Data sources", &sources)
        + &item(
            "3.2 Pre-processing",
            &author(
                "what was done to the data before it was put into these files (gaps filled, outliers removed).",
            ),
        )
        + &item("3.3 Input parameters", &parameters)
        + &item("3.4 Assumptions", &assumptions)
}

fn experimentation(model: &Model) -> String {
    let run = model.run;
    let duration = |milliseconds: u64| write_duration(milliseconds as f64);
    let warm_up = match run.warm_up.0 {
        0 => "No warm-up: the run begins empty".to_owned(),
        milliseconds => format!(
            "Non-terminating, with a warm-up of {} that is simulated and not measured, from an empty system",
            duration(milliseconds)
        ),
    };
    let initial = format!(
        "{warm_up}{}. Nothing is loaded beforehand.\n\n{}",
        input_place(model, "run.warm_up"),
        author("how the warm-up was chosen, or why the system is one that ends.")
    );
    let length = format!(
        "{} from {}{}. Time is counted in whole milliseconds.",
        duration(run.length.0),
        date_words(run.start),
        input_place(model, "run.length")
    );
    let estimation = format!(
        "{} independent replications{}, seed {}{}; 95 % Student-t intervals; scenarios are compared by paired differences with common random \
         numbers.\n\n{}",
        run.replications,
        input_place(model, "run.replications"),
        run.seed,
        input_place(model, "run.seed"),
        author("why this many replications are enough.")
    );
    item("4.1 Initialisation", &initial)
        + &item("4.2 Run length", &length)
        + &item("4.3 Estimation approach", &estimation)
}

fn implementation(loaded: &Loaded) -> String {
    let (ranked, waits) = ranked_waits(&loaded.model);
    item(
        "5.1 Software or programming language",
        &format!(
            "uecsim {} (Rust; libraries with their versions in its Cargo.lock).\n\n{}",
            env!("CARGO_PKG_VERSION"),
            author("the operating system and its version; results do not depend on it.")
        ),
    ) + &item(
        "5.2 Random sampling",
        "Each draw is a function of (seed, replication, patient, purpose, how many times), mixed by folded 64 × 64 bit products (src/engine/streams.rs); \
         no generator has a state. Durations are sampled by inverting one such number. Common random numbers: the same patient has the same arrival, \
         need and durations in every scenario.",
    ) + &item(
        "5.3 Model execution",
        &format!(
            "Event scheduling on one agenda, ordered by time, phase (changes of roster, ends of services and travel, patience, arrivals) and order of \
             scheduling. {ranked} of {waits} kinds of wait are ranked: see 2.5.4. Replications run in parallel and do not depend on each other; results are \
             the same for any number of threads."
        ),
    ) + &item(
        "5.4 System specification",
        &format!(
            "Each run's `timing.json` says how long it took on how many threads.\n\n{}",
            author("the processor and memory of the machine.")
        ),
    )
}

fn code_access(model: &Model, written: &str) -> String {
    let mut text = format!(
        "The program: {} ({}). The model is these files, whose texts and hashes every run keeps in `run.json`; `uecsim verify FOLDER` simulates again from \
         that record alone and compares every byte. To run it: `uecsim run {written}`.\n\n| file | SHA-256 |\n|---|---|\n",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_LICENSE")
    );
    for file in &model.files {
        let _ = writeln!(text, "| {} | `{}` |", file.path, file.sha256);
    }
    text.push('\n');
    text.push_str(&author(
        "where the files and run folders of the study are archived, with a DOI.",
    ));
    // The seed alone is a value that many scenarios leave to the default.
    if let Some(input) = model.inputs.iter().find(|input| input.path == "run.seed") {
        let (value, _) = value_and_unit(input);
        let _ = writeln!(text, "\nSeed {value} ({}:{}).", input.file, input.line);
    }
    item("6.1 Computer model sharing statement", &text)
}
