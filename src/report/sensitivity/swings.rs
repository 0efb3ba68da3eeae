//! What each parameter does alone, as a tornado.

use crate::experiment::design::{Over, Parameter};
use crate::experiment::sensitivity::Ranged;
use crate::experiment::sensitivity::one_at_a_time::{Swing, Swings};
use crate::report::analysis::{OUTPUT_COLUMNS, Output, Told, and};
use crate::report::charts::ranges::{self, Mark, Ranges, Row};
use crate::report::charts::{Chart, frame};
use crate::report::format::{change, exact, exact_or_empty, quantity, unit_of_difference};
use crate::report::tables::Sheet;

use super::{MOST_CHARTS, chart_id, saved_words};

const READ: &str = "each bar is how far the number moves from the system as written when one parameter is at its low or its high end and the others stay; thin lines \
     are 95 % intervals of the paired difference, and one that crosses zero cannot be told from no effect. Effects of several parameters at once need not add up.";

pub fn told(found: &Swings, outputs: &[Output], parameters: &[Parameter]) -> Told {
    let known = || {
        outputs
            .iter()
            .zip(&found.outputs)
            .filter_map(|(output, of)| Some((output, of.as_ref()?)))
    };
    let charts: Vec<Chart> = known()
        .take(MOST_CHARTS)
        .enumerate()
        .filter_map(|(nth, (output, (base, swings)))| {
            let chart = tornado(output, base, swings, parameters);
            Some(frame::compose(
                &chart_id("tornado", nth),
                "",
                ranges::draw(&chart)?,
            ))
        })
        .collect();
    let findings = known().map(|(output, (_, swings))| {
        let saved = saved_words(swings.iter().map(|swing| swing.paired));
        let saved = saved.map_or_else(String::new, |saved| format!("; {saved}"));
        format!(
            "{}: {}{saved}.",
            output.label,
            sentence(output, swings, parameters)
        )
    });
    Told {
        findings: findings.collect(),
        charts,
        tables: vec![("swings.csv", csv(found, outputs, parameters))],
    }
}

fn order(swings: &[Swing]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..swings.len()).collect();
    let reach = |at: usize| swings[at].reach();
    order.sort_by(|&a, &b| reach(b).total_cmp(&reach(a)).then(a.cmp(&b)));
    order
}

fn is_told(swing: &Swing) -> bool {
    swing.at_low.is_told_from_zero() || swing.at_high.is_told_from_zero()
}

fn sentence(output: &Output, swings: &[Swing], parameters: &[Parameter]) -> String {
    let told: Vec<usize> = order(swings)
        .into_iter()
        .filter(|&at| is_told(&swings[at]))
        .collect();
    if told.is_empty() {
        return "no parameter alone moves it by more than chance".to_owned();
    }
    let named: Vec<String> = told
        .iter()
        .take(3)
        .map(|&at| {
            let (low, high) = (swings[at].at_low.value, swings[at].at_high.value);
            let unit = &output.unit;
            format!(
                "{} ({} at its low, {} at its high end)",
                parameters[at].title,
                change(low, unit),
                change(high, unit)
            )
        })
        .collect();
    let n = parameters.len() - told.len();
    let rest = match n {
        0 => String::new(),
        1 => "; 1 cannot be told from chance".to_owned(),
        n => format!("; {n} cannot be told from chance"),
    };
    format!("moved most by {}{rest}", and(&named))
}

fn tornado(output: &Output, base: &Ranged, swings: &[Swing], parameters: &[Parameter]) -> Ranges {
    let mark = |ranged: Ranged, series: usize| Mark {
        value: ranged.value,
        low: ranged.low,
        high: ranged.high,
        series,
        is_hollow: false,
        words: change(ranged.value, &output.unit),
    };
    let order = order(swings);
    let rows = order.iter().map(|&at| {
        let (parameter, swing) = (&parameters[at], &swings[at]);
        Row {
            name: parameter.title.clone(),
            marks: vec![mark(swing.at_low, 0), mark(swing.at_high, 1)],
            dots: Vec::new(),
            note: ends(parameter),
        }
    });
    let title = match order.first().filter(|&&at| is_told(&swings[at])) {
        Some(&at) => format!("{}: {} moves it most", output.label, parameters[at].title),
        None => format!(
            "{}: no parameter alone moves it by more than chance",
            output.label
        ),
    };
    Ranges {
        title,
        subtitle: format!(
            "Paired differences from the system as written, which has {}; 95 % intervals.",
            quantity(base.value, &output.unit)
        ),
        read: READ,
        axis: format!("Change ({})", unit_of_difference(&output.unit)),
        rows_are: "Parameter",
        key: vec!["at its low end".to_owned(), "at its high end".to_owned()],
        rows: rows.collect(),
        bars_from: Some(0.0),
        guides: Vec::new(),
        most_rows: 20,
    }
}

/// `0.92 to 1.08`: both ends to three digits, or as they are written.
fn ends(parameter: &Parameter) -> String {
    let short = |value: f64| match &parameter.over {
        Over::Written(_) => parameter.shown(value),
        _ => exact(format!("{value:.2e}").parse().unwrap_or(value)),
    };
    let (low, high) = (short(parameter.low()), short(parameter.high()));
    format!("{low} to {high} {}", parameter.unit())
}

fn csv(found: &Swings, outputs: &[Output], parameters: &[Parameter]) -> String {
    let own = [
        "parameter",
        "as_written",
        "low_end",
        "low_change",
        "low_change_low",
        "low_change_high",
        "high_end",
        "high_change",
        "high_change_low",
        "high_change_high",
        "variance_saved",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    for (output, of) in outputs.iter().zip(&found.outputs) {
        let Some((base, swings)) = of else { continue };
        for (parameter, swing) in parameters.iter().zip(swings) {
            let cells = |end: f64, ranged: Ranged| {
                let finite =
                    |value: f64| exact_or_empty(Some(value).filter(|value| value.is_finite()));
                [
                    parameter.shown(end),
                    exact(ranged.value),
                    finite(ranged.low),
                    finite(ranged.high),
                ]
            };
            let mut row = output.cells.to_vec();
            row.extend([parameter.name.clone(), exact(base.value)]);
            row.extend(cells(parameter.low(), swing.at_low));
            row.extend(cells(parameter.high(), swing.at_high));
            row.push(exact_or_empty(swing.paired.saved()));
            sheet.push(&row);
        }
    }
    sheet.finish()
}
