//! Screening: which parameters matter.

use crate::experiment::design::Parameter;
use crate::experiment::sensitivity::morris::{Screened, Screening};
use crate::report::analysis::{OUTPUT_COLUMNS, Output, Told, and};
use crate::report::charts::plane::{self, Plane, Point};
use crate::report::charts::{Chart, frame};
use crate::report::format::{exact, exact_or_empty, quantity, unit_of_difference};
use crate::report::tables::Sheet;

use super::{MOST_CHARTS, alike_words, chart_id, saved_words};

pub fn told(found: &Screening, outputs: &[Output], parameters: &[Parameter]) -> Told {
    let of_outputs = || outputs.iter().zip(&found.outputs).zip(&found.alike);
    let known =
        || of_outputs().filter_map(|((output, of), alike)| Some((output, of.as_ref()?, alike)));
    let charts: Vec<Chart> = known()
        .take(MOST_CHARTS)
        .enumerate()
        .filter_map(|(nth, (output, screened, _))| {
            let plane = plane(output, screened, parameters);
            Some(frame::compose(
                &chart_id("effects", nth),
                "",
                plane::draw(&plane)?,
            ))
        })
        .collect();
    let findings = known().flat_map(|(output, screened, alike)| {
        let mut words = vec![format!(
            "{}: {}.",
            output.label,
            sentence(output, screened, parameters)
        )];
        let saved = saved_words(screened.iter().map(|one| one.paired));
        let further = [saved, alike_words(alike, parameters)];
        let further: Vec<String> = further.into_iter().flatten().collect();
        if !further.is_empty() {
            words.push(format!("{}: {}.", output.label, further.join("; ")));
        }
        words
    });
    Told {
        findings: findings.collect(),
        charts,
        tables: vec![("effects.csv", csv(found, outputs, parameters))],
    }
}

/// Positions by mu*, the greatest first.
fn order(screened: &[Screened]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..screened.len()).collect();
    let size = |at: usize| screened[at].mu_star.value;
    order.sort_by(|&a, &b| size(b).total_cmp(&size(a)).then(a.cmp(&b)));
    order
}

fn sentence(output: &Output, screened: &[Screened], parameters: &[Parameter]) -> String {
    let order = order(screened);
    let told: Vec<usize> = order
        .into_iter()
        .filter(|&at| screened[at].is_told_from_noise())
        .collect();
    if told.is_empty() {
        return "no parameter moves it by more than chance does: more trajectories or replications may show one".to_owned();
    }
    let named: Vec<String> = told
        .iter()
        .take(3)
        .map(|&at| {
            let effect = quantity(screened[at].mu_star.value, unit_of_difference(&output.unit));
            format!("{} ({effect})", parameters[at].title)
        })
        .collect();
    let most = match named.len() {
        1 => format!("{} matters most", named[0]),
        _ => format!("{} matter most", and(&named)),
    };
    let n = parameters.len();
    format!(
        "{most}; {} of {n} parameters can be told from chance",
        told.len()
    )
}

fn plane(output: &Output, screened: &[Screened], parameters: &[Parameter]) -> Plane {
    let order = order(screened);
    let all = order.iter().map(|&at| {
        let one = &screened[at];
        Point {
            name: parameters[at].title.clone(),
            mu_star: one.mu_star.value,
            low: one.mu_star.low,
            high: one.mu_star.high,
            sigma: one.sigma,
            mu: one.mu.value,
            is_told_from_noise: one.is_told_from_noise(),
            saved: one.paired.saved(),
        }
    });
    let all: Vec<Point> = all.collect();
    let n_told = all.iter().filter(|point| point.is_told_from_noise).count();
    let title = match (n_told, all.first()) {
        (0, _) | (_, None) => format!("{}: no parameter can be told from chance", output.label),
        (n_told, Some(first)) => format!(
            "{}: {} matters most; {n_told} of {} parameters can be told from chance",
            output.label,
            first.name,
            all.len()
        ),
    };
    let floors = screened.iter().filter_map(|one| one.floor);
    Plane {
        title,
        subtitle:
            "Elementary effects along random trajectories (Morris), with 95 % bootstrap intervals."
                .to_owned(),
        unit: unit_of_difference(&output.unit).to_owned(),
        points: all,
        floor: floors.reduce(f64::max),
    }
}

fn csv(found: &Screening, outputs: &[Output], parameters: &[Parameter]) -> String {
    let own = [
        "parameter",
        "mu",
        "mu_low",
        "mu_high",
        "mu_star",
        "mu_star_low",
        "mu_star_high",
        "sigma",
        "noise_floor",
        "told_from_noise",
        "variance_saved",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    for (output, screened) in outputs.iter().zip(&found.outputs) {
        for (parameter, one) in parameters.iter().zip(screened.iter().flatten()) {
            let told = if one.is_told_from_noise() {
                "yes"
            } else {
                "no"
            };
            let own = [
                parameter.name.clone(),
                exact(one.mu.value),
                exact(one.mu.low),
                exact(one.mu.high),
                exact(one.mu_star.value),
                exact(one.mu_star.low),
                exact(one.mu_star.high),
                exact(one.sigma),
                exact_or_empty(one.floor),
                told.to_owned(),
                exact_or_empty(one.paired.saved()),
            ];
            sheet.push(&[&output.cells[..], &own].concat());
        }
    }
    sheet.finish()
}
