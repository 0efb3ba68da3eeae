//! Who waits longer, who less: the same patients in both scenarios, and a few of their journeys side by side.

use crate::experiment::counterfactual::{Change, Counterfactual, Told, Why};
use crate::experiment::results::Estimate;
use crate::report::counterfactuals::{moved, share};
use crate::report::findings::interval;
use crate::report::format::{signed, with_decimals};
use crate::report::subject::{Scenario, Subject, cohort_title};
use crate::uec::telling::since;

use super::elements::{Cell, details, paragraph, table};

/// Groups that a table has room for.
const MOST_GROUPS: usize = 10;

/// Empty where nobody was followed.
pub fn section(subject: &Subject<'_>) -> String {
    let alternatives = subject.alternatives().iter();
    alternatives
        .filter_map(|scenario| Some(of_scenario(subject, scenario, scenario.patients?)))
        .collect()
}

fn of_scenario(
    subject: &Subject<'_>,
    scenario: &Scenario<'_>,
    patients: &Counterfactual,
) -> String {
    let baseline = &subject.baseline().label;
    let label = &scenario.label;
    let n = patients.replications.len();
    let presence = &patients.presence[0];
    let mut html = paragraph(
        "",
        &format!(
            "The same patients under {baseline} and under {label}, paired by who they are, in {n} {}: {} a replication had left \
             under both by the end. {} came only under {baseline} and {} only under {label}; {} were still inside under one of them.",
            if n == 1 {
                "replication"
            } else {
                "replications"
            },
            whole(presence.in_both),
            whole(presence.only_baseline),
            whole(presence.only_alternative),
            whole(presence.still_inside),
        ),
    );
    html.push_str(&paragraph(
        "note",
        "Groups are by what is known of a patient on arrival. Queues are for staff, rooms, beds and vehicles. A difference below the least that people notice counts as the same. Who \
         waits longer in one run may be chance for that person: shares and means are what to argue from.",
    ));
    html.push_str(&times(label, baseline, patients));
    html.push_str(&groups(subject, label, baseline, patients));
    let told = patients.told.iter();
    html.extend(told.map(|told| journey(told, label, baseline)));
    html
}

fn columns(first: &str) -> Vec<String> {
    [
        first,
        "Patients",
        "Shorter",
        "Longer",
        "Mean difference (95 % interval)",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// One row per time, all patients.
fn times(label: &str, baseline: &str, patients: &Counterfactual) -> String {
    let mut columns = columns("Time");
    columns.push("Half of all lie between".to_owned());
    columns.push("Only under one".to_owned());
    let rows = patients.times.iter().zip(&patients.changes);
    let rows = rows.filter(|(_, changes)| changes[0].patients.mean > 0.0);
    let rows = rows.map(|(time, changes)| {
        let change = &changes[0];
        let mut row = cells(&time.title, change, &time.unit);
        let between = change.quantiles.map_or_else(String::new, |quantiles| {
            let [_, low, _, high, _] = quantiles.map(|quantile| quantile.mean);
            format!("{} and {}", signed(low), moved(high, &time.unit))
        });
        row.push(Cell::words(&between));
        row.push(Cell::words(&format!(
            "{} and {}",
            whole(change.only_baseline),
            whole(change.only_alternative)
        )));
        row
    });
    let caption = format!("The same patients under {label} and {baseline}, by time");
    table(&caption, &columns, rows)
}

/// One table per attribute, of the time in queues.
fn groups(subject: &Subject<'_>, label: &str, baseline: &str, patients: &Counterfactual) -> String {
    let model = subject.model();
    let (time, changes) = (&patients.times[0], &patients.changes[0]);
    let mut html = String::new();
    for (position, attribute) in model.names.attributes.iter().enumerate() {
        let of_attribute = patients.groups.iter().zip(changes);
        let of_attribute: Vec<_> = of_attribute
            .filter(|(group, _)| group.attribute == Some(position))
            .collect();
        if of_attribute.is_empty() {
            continue;
        }
        let rows = of_attribute
            .iter()
            .map(|(group, change)| cells(&cohort_title(model, &group.cohort), change, &time.unit));
        let what = if attribute.title.is_empty() {
            &attribute.id
        } else {
            &attribute.title
        };
        let caption = format!("{}, by {what}: {label} against {baseline}", time.title);
        let table = table(&caption, &columns("Group"), rows);
        let table = match of_attribute.len() {
            ..=MOST_GROUPS => table,
            _ => details(
                &format!("{caption} ({} groups)", of_attribute.len()),
                &table,
            ),
        };
        html.push_str(&table);
    }
    details("Time in queues by group of patients", &html)
}

fn cells(name: &str, change: &Change, unit: &str) -> Vec<Cell> {
    let mean = |estimate: &Estimate| {
        let size = moved(estimate.mean, unit);
        format!("{size} ({})", interval(estimate))
    };
    vec![
        Cell::words(name),
        Cell::words(&whole(change.patients)),
        Cell::words(&share(change.shorter)),
        Cell::words(&share(change.longer)),
        Cell::words(
            &change
                .mean_difference
                .as_ref()
                .map(mean)
                .unwrap_or_default(),
        ),
    ]
}

/// Patients.
fn whole(estimate: Estimate) -> String {
    with_decimals(estimate.mean, 0)
}

/// Both journeys of one patient, side by side.
fn journey(told: &Told, label: &str, baseline: &str) -> String {
    let why = match told.why {
        Why::GainsMost => "who gains most",
        Why::Gains => "in the middle of those who gain",
        Why::Loses => "in the middle of those who lose",
        Why::LosesMost => "who loses most",
    };
    let way = if told.minutes < 0 { "less" } else { "more" };
    let size = since(told.minutes.abs() * 60_000);
    let summary = format!("A patient {why}: {size} {way} in queues under {label}");
    let columns = ["Since the need arose", baseline, label].map(str::to_owned);
    let rows = told.moments.iter().map(|moment| {
        let [before, after] = &moment.words;
        vec![
            Cell::words(&since(moment.after)),
            Cell::words(&before.join("; ")),
            Cell::words(&after.join("; ")),
        ]
    });
    let who = format!("{} — {}", told.patient, told.known);
    details(
        &summary,
        &(paragraph("note", &who) + &table(&summary, &columns, rows)),
    )
}
