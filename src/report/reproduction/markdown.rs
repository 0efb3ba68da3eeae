//! One page in Markdown about all published models that were run: what agrees, what does not and why.

use std::fmt::Write;

use crate::experiment::reproduction::{Reproduction, Verdict};
use crate::report::format::number;

use super::words::{COLUMNS, reason, row, sentence};

/// How long our runs took, for the page that tells it.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    pub seconds: f64,
    pub threads: usize,
}

/// The whole page. `command` is what writes it.
pub fn markdown(all: &[(Reproduction, Took)], command: &str) -> String {
    let mut page = String::new();
    let _ = write!(
        page,
        "# Published models, run again\n\n\
         Written by `{command}`. Each model is a folder of `scenarios/published`: scenario files written from the published\n\
         description, the published results, and how each figure follows from a run. A figure agrees if it differs from every\n\
         value it is judged by at most by 3.5 standard errors of the difference (\"may differ by\" is the tightest of these bounds),\n\
         which chance passes for one figure in two thousand. [published-models.md](published-models.md) says how a model is added.\n\n\
         | model | figures | agree | fall out | not judged | not reproduced | replications | original program | here |\n\
         |---|---|---|---|---|---|---|---|---|\n"
    );
    for (reproduction, took) in all {
        let description = &reproduction.description;
        let [agree, fall_out, not_judged, not_reproduced] = reproduction.tally();
        let _ = writeln!(
            page,
            "| [{}](#{}) | {} | {agree} | {fall_out} | {not_judged} | {not_reproduced} | {} | {} | {} |",
            description.title,
            description.name,
            reproduction.judged.len(),
            reproduction.n_replications(),
            original(reproduction).unwrap_or_default(),
            here(*took),
        );
    }
    for (reproduction, took) in all {
        model(&mut page, reproduction, *took);
    }
    page
}

/// What the original program takes for as many replications, one after another; none if it is not known.
pub fn original(reproduction: &Reproduction) -> Option<String> {
    let cost = reproduction.description.cost.as_ref()?;
    let n = reproduction.n_replications() as f64;
    Some(duration(cost.seconds_per_replication * n))
}

fn here(took: Took) -> String {
    let threads = match took.threads {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    };
    format!("{} on {threads}", duration(took.seconds))
}

/// Seconds, minutes or hours.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{} s", number(s)),
        s if s < 7200.0 => format!("{} min", number(s / 60.0)),
        s => format!("{} h", number(s / 3600.0)),
    }
}

fn model(page: &mut String, reproduction: &Reproduction, took: Took) {
    let description = &reproduction.description;
    let _ = write!(
        page,
        "\n<a id=\"{}\"></a>\n## {}\n\n{}\n\n- Folder: `scenarios/published/{}`\n- {}\n- {} replications: {}this run took {}.\n",
        description.name,
        description.title,
        description.paper,
        description.name,
        description.licence,
        reproduction.n_replications(),
        match (original(reproduction), &description.cost) {
            (Some(original), Some(cost)) =>
                format!("the original program takes {original} ({}), ", cost.said),
            _ => String::new(),
        },
        here(took),
    );
    for note in &description.notes {
        let _ = writeln!(page, "- {note}");
    }
    let _ = write!(page, "\n**{}.**\n", sentence(reproduction));
    exceptions(page, reproduction);
    let columns = COLUMNS.join(" | ");
    let rule = "|---".repeat(COLUMNS.len());
    let _ = write!(page, "\n| {columns} |\n{rule}|\n");
    for judged in &reproduction.judged {
        let mut cells = row(judged).map(|cell| cell.replace('|', "\\|"));
        if judged.verdict == Verdict::FallsOut {
            cells[6] = format!("**{}**", cells[6]);
        }
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

/// Figures that do not simply agree, with the reason.
fn exceptions(page: &mut String, reproduction: &Reproduction) {
    let mut exceptions: Vec<(String, Vec<String>)> = Vec::new();
    for judged in reproduction
        .judged
        .iter()
        .filter(|judged| judged.verdict != Verdict::Agrees)
    {
        let why = match reason(judged) {
            why if why.is_empty() => "no reason is known".to_owned(),
            why => why,
        };
        let words = format!("{}: {why}", judged.verdict.words());
        let name = format!("{} in {}", judged.figure.title, judged.figure.scenario);
        match exceptions.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(name),
            None => exceptions.push((words, vec![name])),
        }
    }
    if !exceptions.is_empty() {
        page.push('\n');
    }
    for (words, names) in exceptions {
        let _ = writeln!(page, "- {words} ({})", names.join("; "));
    }
}
