//! Sobol indices: how the variance is shared among parameters.

use crate::experiment::design::Parameter;
use crate::experiment::sensitivity::Ranged;
use crate::experiment::sensitivity::sobol::{Decomposed, Shared};
use crate::report::analysis::{OUTPUT_COLUMNS, Output, Told, and, percent};
use crate::report::charts::ranges::{self, Mark, Ranges, Row};
use crate::report::charts::{Chart, frame};
use crate::report::format::{exact, exact_or_empty, with_decimals};
use crate::report::tables::Sheet;

use super::{MOST_CHARTS, alike_words, chart_id, saved_words};

const READ: &str = "each parameter has two bars: what of the variance goes away if it were known (first order), and what would be left if all others were \
     (total, with everything it does together with others). The thin lines are 95 % intervals; one that reaches zero cannot be told from nothing. \
     Estimates may fall a little below 0 or above 100.";

pub fn told(found: &Decomposed, outputs: &[Output], parameters: &[Parameter]) -> Told {
    let known = || {
        outputs
            .iter()
            .zip(&found.outputs)
            .filter_map(|(output, shared)| Some((output, shared.as_ref()?)))
    };
    let charts: Vec<Chart> = known()
        .take(MOST_CHARTS)
        .enumerate()
        .filter_map(|(nth, (output, shared))| {
            let chart = bars(output, shared, parameters);
            Some(frame::compose(
                &chart_id("shares", nth),
                "",
                ranges::draw(&chart)?,
            ))
        })
        .collect();
    let findings = known().flat_map(|(output, shared)| {
        let saved = saved_words(shared.parameters.iter().map(|share| share.paired));
        let further = [
            noise_words(shared),
            saved,
            alike_words(&shared.alike, parameters),
        ];
        let further: Vec<String> = further.into_iter().flatten().collect();
        let sentences = [sentence(shared, parameters), further.join("; ")].into_iter();
        let said = sentences.filter(|words| !words.is_empty());
        said.map(|words| format!("{}: {words}.", output.label))
            .collect::<Vec<_>>()
    });
    Told {
        findings: findings.collect(),
        charts,
        tables: vec![
            ("indices.csv", csv(found, outputs, parameters)),
            ("variance.csv", variances(found, outputs)),
        ],
    }
}

/// Positions by total index, the greatest first.
fn order(shared: &Shared) -> Vec<usize> {
    let mut order: Vec<usize> = (0..shared.parameters.len()).collect();
    let size = |at: usize| shared.parameters[at].total.value;
    order.sort_by(|&a, &b| size(b).total_cmp(&size(a)).then(a.cmp(&b)));
    order
}

fn sentence(shared: &Shared, parameters: &[Parameter]) -> String {
    let told: Vec<usize> = order(shared)
        .into_iter()
        .filter(|&at| shared.parameters[at].total.low > 0.0)
        .collect();
    if told.is_empty() {
        return "no parameter's share of the variance can be told from nothing: more rows or replications may show one".to_owned();
    }
    let named: Vec<String> = told
        .iter()
        .take(3)
        .map(|&at| {
            let share = &shared.parameters[at];
            let (first, total) = (percent(share.first.value), percent(share.total.value));
            format!(
                "{} ({first} by itself, {total} in all)",
                parameters[at].title
            )
        })
        .collect();
    let together = match shared.sum_of_first.high < 1.0 {
        true => "; parameters act together beyond what they do by themselves",
        false => "",
    };
    format!(
        "of the variance that the parameters bring, most is of {}{together}",
        and(&named)
    )
}

/// How much of the variance of a single run is chance.
fn noise_words(shared: &Shared) -> Option<String> {
    let noise = shared.noise?;
    let share = noise / (noise + shared.variance.value.max(0.0));
    Some(format!(
        "of the variance of a single run {} is chance, the rest the parameters",
        percent(share)
    ))
}

fn bars(output: &Output, shared: &Shared, parameters: &[Parameter]) -> Ranges {
    let hundredths = |share: Ranged, series: usize| Mark {
        value: share.value * 100.0,
        low: share.low * 100.0,
        high: share.high * 100.0,
        series,
        is_hollow: false,
        words: format!(
            "{} % ({} to {})",
            with_decimals(share.value * 100.0, 1),
            with_decimals(share.low * 100.0, 1),
            with_decimals(share.high * 100.0, 1)
        ),
    };
    let order = order(shared);
    let rows = order.iter().map(|&at| {
        let share = &shared.parameters[at];
        Row {
            name: parameters[at].title.clone(),
            marks: vec![hundredths(share.first, 0), hundredths(share.total, 1)],
            dots: Vec::new(),
            note: format!(
                "{} and {}",
                percent(share.first.value),
                percent(share.total.value)
            ),
        }
    });
    let title = match order
        .first()
        .filter(|&&at| shared.parameters[at].total.low > 0.0)
    {
        Some(&at) => format!(
            "{}: {} has the largest share of the variance",
            output.label, parameters[at].title
        ),
        None => format!(
            "{}: no share of the variance can be told from nothing",
            output.label
        ),
    };
    Ranges {
        title,
        subtitle: "Sobol indices: shares of the variance of the expected value over the parameters, with 95 % bootstrap intervals.".to_owned(),
        read: READ,
        axis: "Share of the variance (%)".to_owned(),
        rows_are: "Parameter",
        key: vec!["first order".to_owned(), "total".to_owned()],
        rows: rows.collect(),
        bars_from: Some(0.0),
        guides: Vec::new(),
        most_rows: 20,
    }
}

fn csv(found: &Decomposed, outputs: &[Output], parameters: &[Parameter]) -> String {
    let own = [
        "parameter",
        "first",
        "first_low",
        "first_high",
        "total",
        "total_low",
        "total_high",
        "variance_saved",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    for (output, shared) in outputs.iter().zip(&found.outputs) {
        let shares = shared.iter().flat_map(|shared| &shared.parameters);
        for (parameter, share) in parameters.iter().zip(shares) {
            let own = [
                parameter.name.clone(),
                exact(share.first.value),
                exact(share.first.low),
                exact(share.first.high),
                exact(share.total.value),
                exact(share.total.low),
                exact(share.total.high),
                exact_or_empty(share.paired.saved()),
            ];
            sheet.push(&[&output.cells[..], &own].concat());
        }
    }
    sheet.finish()
}

fn variances(found: &Decomposed, outputs: &[Output]) -> String {
    let own = [
        "variance_of_parameters",
        "variance_low",
        "variance_high",
        "variance_of_chance",
        "sum_of_first",
        "sum_low",
        "sum_high",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    for (output, shared) in outputs.iter().zip(&found.outputs) {
        let Some(shared) = shared else { continue };
        let own = [
            exact(shared.variance.value),
            exact(shared.variance.low),
            exact(shared.variance.high),
            exact_or_empty(shared.noise),
            exact(shared.sum_of_first.value),
            exact(shared.sum_of_first.low),
            exact(shared.sum_of_first.high),
        ];
        sheet.push(&[&output.cells[..], &own].concat());
    }
    sheet.finish()
}
