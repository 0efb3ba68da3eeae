//! The same patients in two scenarios as a table and in words: names of bands and groups.

use crate::experiment::counterfactual::{
    Change, ComparedTime, Counterfactual, N_BANDS, QUANTILES, SAME,
};
use crate::experiment::results::{Comparison, Estimate};

use super::format::{exact, number, signed};
use super::tables::{Sheet, estimate_cells};

/// One row for each number; documented in `output/README.md`.
pub fn counterfactuals(comparison: &Comparison) -> String {
    let mut sheet = Sheet::new(&[
        "baseline",
        "alternative",
        "time",
        "unit",
        "cohort",
        "quantity",
        "mean",
        "ci_low",
        "ci_high",
        "n",
    ]);
    let baseline = &comparison.baseline.model.name;
    for alternative in &comparison.alternatives {
        if let Some(patients) = &alternative.patients {
            let names = [baseline, &alternative.results.model.name];
            push_presence(&mut sheet, names, patients);
            for (time, changes) in patients.times.iter().zip(&patients.changes) {
                for (group, change) in patients.groups.iter().zip(changes) {
                    push_change(&mut sheet, names, time, &group.cohort, change);
                }
            }
        }
    }
    sheet.finish()
}

fn push_presence(sheet: &mut Sheet, names: [&String; 2], patients: &Counterfactual) {
    for (group, presence) in patients.groups.iter().zip(&patients.presence) {
        let mut push = |quantity: &str, estimate: Estimate| {
            let place = ["patients", "patients", &group.cohort, quantity];
            push_row(sheet, names, place, Some(estimate));
        };
        push("in_both", presence.in_both);
        push("only_in_baseline", presence.only_baseline);
        push("only_in_alternative", presence.only_alternative);
        push("still_inside", presence.still_inside);
    }
}

fn push_change(
    sheet: &mut Sheet,
    names: [&String; 2],
    time: &ComparedTime,
    cohort: &str,
    change: &Change,
) {
    let mut push = |quantity: &str, unit: &str, estimate: Option<Estimate>| {
        push_row(sheet, names, [&time.id, unit, cohort, quantity], estimate);
    };
    push("patients", "patients", Some(change.patients));
    push("differ", "patients", Some(change.differ));
    for (band, estimate) in change.bands.iter().enumerate() {
        push(&band_name(time, band), "patients", Some(*estimate));
    }
    push("only_in_baseline", "patients", Some(change.only_baseline));
    push(
        "only_in_alternative",
        "patients",
        Some(change.only_alternative),
    );
    push("shorter", "%", change.shorter);
    push("longer", "%", change.longer);
    push("mean_difference", &time.unit, change.mean_difference);
    if let Some(quantiles) = &change.quantiles {
        for (level, estimate) in QUANTILES.iter().zip(quantiles) {
            let quantity = format!("p{:02}_difference", level * 100.0);
            push(&quantity, &time.unit, Some(*estimate));
        }
    }
}

/// `place` is time, unit, cohort and quantity.
fn push_row(sheet: &mut Sheet, names: [&String; 2], place: [&str; 4], estimate: Option<Estimate>) {
    let mut row: Vec<String> = names.into_iter().cloned().collect();
    row.extend(place.map(str::to_owned));
    row.extend(estimate_cells(estimate));
    row.push(estimate.map_or(0, |estimate| estimate.n).to_string());
    sheet.push(&row);
}

/// `shorter by over 240 min`, `shorter by 60 to 240 min`, …, `same within 1 min`, …
pub fn band_name(time: &ComparedTime, band: usize) -> String {
    let bound = |index: usize| exact((time.bounds[index] * 1e4).round() / 1e4);
    let unit = &time.unit;
    if band == SAME {
        return format!("same within {} {unit}", bound(0));
    }
    let (way, size) = if band < SAME {
        ("shorter", SAME - band)
    } else {
        ("longer", band - SAME)
    };
    if size == N_BANDS - 1 - SAME {
        format!("{way} by over {} {unit}", bound(size - 1))
    } else {
        format!("{way} by {} to {} {unit}", bound(size - 1), bound(size))
    }
}

/// `31.2 %`; a dash for no patients.
pub fn share(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "–".to_owned(),
        |estimate| format!("{}\u{a0}%", number(estimate.mean)),
    )
}

/// `+12.3 min`.
pub fn moved(value: f64, unit: &str) -> String {
    format!("{}\u{a0}{unit}", signed(value))
}
