//! What the scenarios are, what the model leaves out, and how to run it again.

use crate::report::charts::svg::escape;
use crate::report::format::with_decimals;
use crate::report::run_json::Provenance;
use crate::report::subject::{Scenario, Subject};
use crate::uec::model::ChangeNote;

use super::elements::{Cell, details, paragraph, table};

pub fn scenarios(subject: &Subject<'_>) -> String {
    let mut html = String::new();
    for (position, scenario) in subject.scenarios.iter().enumerate() {
        let model = &scenario.results.model;
        let role = match (subject.is_comparison(), position) {
            (false, _) => "",
            (true, 0) => " (baseline)",
            (true, _) => " (alternative)",
        };
        html.push_str(&format!("<h3>{}{role}</h3>\n", escape(&scenario.label)));
        html.push_str(&paragraph("", &model.title));
        html.push_str(&changes(scenario));
        html.push_str(&conservation(scenario));
    }
    html
}

/// What each change is and its evidence.
fn changes(scenario: &Scenario<'_>) -> String {
    let model = &scenario.results.model;
    let mut html = match &model.changes[..] {
        [] if model.rollouts.is_empty() => {
            return paragraph("", "No changes: the system as its files describe it.");
        }
        [] => String::new(),
        changes => {
            let words =
                "Changes to the system, in the order they are laid over it, with their evidence:";
            paragraph("", words) + &evidence(changes)
        }
    };
    for rollout in &model.rollouts {
        let words = format!("Roll-out: {}, in force {}:", rollout.title, rollout.when);
        html.push_str(&paragraph("", &words));
        html.push_str(&evidence(&rollout.changes));
    }
    html
}

fn evidence(changes: &[ChangeNote]) -> String {
    let mut html = "<dl>\n".to_owned();
    for change in changes {
        html.push_str(&format!(
            "<dt>{} (<code>{}</code>)</dt>\n",
            escape(&change.title),
            escape(&change.name)
        ));
        if change.evidence.is_empty() {
            html.push_str("<dd>No evidence is cited.</dd>\n");
        }
        for evidence in &change.evidence {
            html.push_str(&format!("<dd>{}</dd>\n", escape(evidence)));
        }
    }
    html.push_str("</dl>\n");
    html
}

/// Where journeys ended, mean over replications.
fn conservation(scenario: &Scenario<'_>) -> String {
    let results = scenario.results;
    let rows = &results.conservation;
    if rows.is_empty() {
        return String::new();
    }
    let row = |name: &str, total: u64| {
        let mean = with_decimals(total as f64 / rows.len() as f64, 0);
        vec![Cell::words(name), Cell::words(&mean)]
    };
    let mut cells = vec![row("Began", rows.iter().map(|row| row.arrived).sum())];
    for (disposition, name) in results.model.names.dispositions.iter().enumerate() {
        let total = rows
            .iter()
            .map(|row| row.left.get(disposition).copied().unwrap_or(0))
            .sum();
        // Side tasks (a crew makes ready) end too, but are no journeys: their dispositions count nobody.
        if total > 0 {
            cells.push(row(&format!("Ended: {}", name.replace('_', " ")), total));
        }
    }
    cells.push(row(
        "Still under way at the end",
        rows.iter().map(|row| row.inside).sum(),
    ));
    let columns = [
        "Journeys".to_owned(),
        "Mean over replications, warm-up included".to_owned(),
    ];
    let caption = format!("Where journeys ended under {}", scenario.label);
    details(&caption, &table(&caption, &columns, cells.into_iter()))
}

/// Those that the files state, then those of the method.
pub fn limits(subject: &Subject<'_>) -> String {
    let mut limits: Vec<&str> = Vec::new();
    for limit in subject
        .scenarios
        .iter()
        .flat_map(|scenario| &scenario.results.model.limits)
    {
        if !limits.contains(&limit.as_str()) {
            limits.push(limit);
        }
    }
    limits.push(
        "Intervals are for chance alone: what another set of random patients would have given. They say nothing of inputs that are \
         wrong or of a model that leaves something out.",
    );
    if subject.is_comparison() {
        limits.push(
            "Each verdict stands for itself: of twenty measures without any real difference, one will on average be called different.",
        );
        limits.push("A difference is only as good as the evidence for the changes that make it; it is given with each change above.");
    }
    let items: String = limits
        .iter()
        .map(|limit| format!("<li>{}</li>\n", escape(limit)))
        .collect();
    format!("<ul>\n{items}</ul>\n")
}

pub fn reproduce(subject: &Subject<'_>, provenance: &Provenance) -> String {
    let mut html = paragraph(
        "",
        "With the same version, files and seed, this command gives the same bytes on any machine and any number of threads:",
    );
    html.push_str(&format!(
        "<pre><code>{}</code></pre>\n",
        escape(&provenance.command)
    ));
    let words = format!(
        "uecsim {}, seed {}, {} replications. The file run.json beside this one has every input as it was resolved and the hashes of \
         all outputs.",
        provenance.version,
        subject.model().run.seed,
        subject.n_replications()
    );
    html.push_str(&paragraph("", &words));
    let mut seen: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for file in subject
        .scenarios
        .iter()
        .flat_map(|scenario| &scenario.results.model.files)
    {
        if !seen.contains(&file.path.as_str()) {
            seen.push(&file.path);
            rows.push(vec![Cell::path(&file.path), Cell::code(&file.sha256)]);
        }
    }
    let summary = format!("Input files ({}) with their SHA-256", rows.len());
    let columns = ["File".to_owned(), "SHA-256".to_owned()];
    html + &details(&summary, &table("Input files", &columns, rows.into_iter()))
}
