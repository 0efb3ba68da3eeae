//! Probabilistic sensitivity analysis: how wide an interval is with sampling error alone and with parameter error too.

use crate::experiment::design::Parameter;
use crate::experiment::sensitivity::Ranged;
use crate::experiment::sensitivity::psa::{Propagated, Propagation};
use crate::report::analysis::{OUTPUT_COLUMNS, Output, Told, percent};
use crate::report::charts::ranges::{self, Guide, Mark, Ranges, Row};
use crate::report::charts::{Chart, frame};
use crate::report::format::{exact, number, quantity};
use crate::report::tables::Sheet;

use super::{MOST_CHARTS, chart_id};

const READ: &str = "the first bar is the 95 % interval that more replications would shorten; the second is what is left in doubt about the mean when the parameters themselves \
     are only known within their ranges, which no number of replications shortens. Each small stroke is the mean at one draw of all parameters, freed of chance.";

pub fn told(
    found: &Propagation,
    draws: &[Vec<f64>],
    bounds: &[Option<(f64, String)>],
    outputs: &[Output],
    parameters: &[Parameter],
) -> Told {
    let known = || {
        let of = outputs.iter().zip(&found.outputs).zip(bounds);
        of.filter_map(|((output, of), bound)| Some((output, of.as_ref()?, bound)))
    };
    let charts: Vec<Chart> = known()
        .take(MOST_CHARTS)
        .enumerate()
        .filter_map(|(nth, (output, of, bound))| {
            let chart = rows(output, of, bound.as_ref());
            Some(frame::compose(
                &chart_id("uncertainty", nth),
                "",
                ranges::draw(&chart)?,
            ))
        })
        .collect();
    let findings =
        known().map(|(output, of, _)| format!("{}: {}.", output.label, sentence(output, of)));
    Told {
        findings: findings.collect(),
        charts,
        tables: vec![
            ("uncertainty.csv", csv(found, outputs)),
            ("draws.csv", drawn(found, draws, outputs, parameters)),
        ],
    }
}

fn share_of_parameters(of: &Propagated) -> f64 {
    let whole = of.parameters + of.chance;
    match whole > 0.0 {
        true => of.parameters / whole,
        false => 0.0,
    }
}

fn interval(ranged: &Ranged, unit: &str) -> String {
    format!(
        "{} ({} to {})",
        quantity(ranged.value, unit),
        number(ranged.low),
        number(ranged.high)
    )
}

fn sentence(output: &Output, of: &Propagated) -> String {
    let width = |ranged: &Ranged| ranged.high - ranged.low;
    let times = match width(&of.sampling) > 0.0 {
        true => format!(
            ", {} times as wide",
            number(width(&of.both) / width(&of.sampling))
        ),
        false => String::new(),
    };
    format!(
        "{} with sampling error alone, {} with parameter error too{times}; of the variance of a single run the parameters are {}",
        interval(&of.sampling, &output.unit),
        interval(&of.both, &output.unit),
        percent(share_of_parameters(of))
    )
}

fn rows(output: &Output, of: &Propagated, bound: Option<&(f64, String)>) -> Ranges {
    let mark = |ranged: &Ranged, series: usize| Mark {
        value: ranged.value,
        low: ranged.low,
        high: ranged.high,
        series,
        is_hollow: false,
        words: interval(ranged, &output.unit),
    };
    let row = |name: &str, ranged: &Ranged, series: usize| Row {
        name: name.to_owned(),
        marks: vec![mark(ranged, series)],
        dots: Vec::new(),
        note: format!(
            "{} ({} to {})",
            number(ranged.value),
            number(ranged.low),
            number(ranged.high)
        ),
    };
    let mut both = row("with parameter error too", &of.both, 1);
    both.dots = of.draws.clone();
    let share = percent(share_of_parameters(of));
    Ranges {
        title: format!(
            "{}: the parameters are {share} of the variance of a single run",
            output.label
        ),
        subtitle: format!(
            "95 % intervals of the mean as written and over {} draws of all parameters.",
            of.draws.len()
        ),
        read: READ,
        axis: format!("{} ({})", output.label, output.unit),
        rows_are: "Interval",
        key: vec!["as written".to_owned(), "parameters drawn".to_owned()],
        rows: vec![row("sampling error alone", &of.sampling, 0), both],
        bars_from: None,
        guides: bound
            .map(|(at, words)| Guide {
                at: *at,
                words: words.clone(),
            })
            .into_iter()
            .collect(),
        most_rows: 2,
    }
}

fn csv(found: &Propagation, outputs: &[Output]) -> String {
    let own = [
        "mean_as_written",
        "sampling_low",
        "sampling_high",
        "mean_over_draws",
        "both_low",
        "both_high",
        "variance_of_parameters",
        "variance_of_chance",
        "standard_error_of_mean_over_draws",
        "draws",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    for (output, of) in outputs.iter().zip(&found.outputs) {
        let Some(of) = of else { continue };
        let own = [
            exact(of.sampling.value),
            exact(of.sampling.low),
            exact(of.sampling.high),
            exact(of.both.value),
            exact(of.both.low),
            exact(of.both.high),
            exact(of.parameters),
            exact(of.chance),
            exact(of.error),
            of.draws.len().to_string(),
        ];
        sheet.push(&[&output.cells[..], &own].concat());
    }
    sheet.finish()
}

/// One row per draw and number, with the values of all parameters.
fn drawn(
    found: &Propagation,
    draws: &[Vec<f64>],
    outputs: &[Output],
    parameters: &[Parameter],
) -> String {
    let names: Vec<&str> = parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    let columns = [
        &["draw"][..],
        &names,
        &OUTPUT_COLUMNS[..],
        &["mean_without_chance"],
    ]
    .concat();
    let mut sheet = Sheet::new(&columns);
    for (nth, draw) in draws.iter().enumerate() {
        for (output, of) in outputs.iter().zip(&found.outputs) {
            let Some(of) = of else { continue };
            let mut row = vec![(nth + 1).to_string()];
            let values = parameters.iter().zip(draw);
            row.extend(values.map(|(parameter, value)| parameter.shown(*value)));
            row.extend(output.cells.iter().cloned());
            row.push(exact(of.draws[nth]));
            sheet.push(&row);
        }
    }
    sheet.finish()
}
