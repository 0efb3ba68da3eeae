//! Sections 3 to 6 of the checklist: data, experiments, how it is run, and where its code is.

use std::fmt::Write;

use super::{author, input_place, item};
use crate::cli::data_dictionary::status;
use crate::cli::describe::value_and_unit;
use crate::cli::origin_words::origin_words;
use crate::report::format::date_words;
use crate::scenario::units::write_duration;
use crate::uec::load::Loaded;
use crate::uec::model::{InputValue, Model, Origin};
use crate::uec::queueing::ranked_waits;

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

pub fn data(model: &Model, written: &str) -> String {
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

pub fn experimentation(model: &Model) -> String {
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

pub fn implementation(loaded: &Loaded) -> String {
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

pub fn code_access(model: &Model, written: &str) -> String {
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
