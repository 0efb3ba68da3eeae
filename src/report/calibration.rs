//! The report of a calibration: a page in Markdown and its tables.

use std::fmt::Write;

use crate::experiment::calibrate::{Calibrated, Free, Stopped};
use crate::experiment::results::Estimate;

use super::format::{exact, exact_or_empty, number};
use super::tables::Sheet;

/// From this correlation on two parameters are called hard to tell apart.
const ALIKE: f64 = 0.9;
/// Parts of a combination that are worth a word.
const WORTH_A_WORD: f64 = 0.3;

/// Files by name: the page, which shows `picture`, and its tables.
pub fn files(
    calibrated: &Calibrated,
    free: &[Free],
    command: &str,
    picture: Option<&str>,
) -> Vec<(&'static str, String)> {
    vec![
        ("report.md", page(calibrated, free, command, picture)),
        ("fitted.csv", fitted(calibrated, free)),
        ("targets.csv", targets(calibrated)),
        ("sensitivity.csv", sensitivity(calibrated, free)),
        ("correlation.csv", correlation(calibrated, free)),
        ("rounds.csv", rounds(calibrated, free)),
    ]
}

/// What came of it, in a sentence.
pub fn finding(calibrated: &Calibrated) -> String {
    let met = |of: fn(&crate::experiment::calibrate::Fitted) -> Option<Estimate>| {
        let met = calibrated.targets.iter().filter(|target| {
            of(target)
                .is_some_and(|found| (found.mean - target.target.published).abs() <= target.allowed)
        });
        met.count()
    };
    format!(
        "{} of {} targets are met, {} were before; {}",
        met(|target| target.after),
        calibrated.targets.len(),
        met(|target| target.before),
        why(calibrated.stopped)
    )
}

fn why(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Fitted => {
            "the search ended because no target is further off than a tenth of its tolerance"
        }
        Stopped::Still => "the search ended because the best step had become negligible",
        Stopped::NoGain => {
            "the search ended because a further step gains no more than 1 % or chance"
        }
        Stopped::Rounds => {
            "the search ended after as many rounds as were allowed: more may fit better"
        }
        Stopped::Cancelled => "the search was stopped",
    }
}

/// The page alone; `picture` is the name of the chart of targets beside it.
pub fn page(
    calibrated: &Calibrated,
    free: &[Free],
    command: &str,
    picture: Option<&str>,
) -> String {
    let model = &calibrated.results.model;
    let mut page = format!(
        "# {}, fitted\n\n**{}.**\n\nWritten by `{command}`. {} runs of {} replications each, seed {}. Damped Gauss-Newton on differences with common \
         random numbers; residuals are counted in tolerances.\n",
        model.title,
        finding(calibrated),
        calibrated.n_runs,
        calibrated.results.replications.len(),
        model.run.seed,
    );
    parameters(&mut page, calibrated, free);
    target_rows(&mut page, calibrated, picture);
    sensitivities(&mut page, calibrated, free);
    apart(&mut page, calibrated, free);
    page
}

fn parameters(page: &mut String, calibrated: &Calibrated, free: &[Free]) {
    page.push_str(
        "\n## Fitted values\n\n\
         *By chance* is the 95 % interval that other random numbers and another year of the same system would give; *by tolerance* the one if each figure is \
         only held to its tolerance, which also stands for what the model leaves out. A value at a bound wants to go further.\n\n\
         | parameter | moves | as written | fitted | by chance | by tolerance | bounds |\n|---|---|---|---|---|---|---|\n",
    );
    let quality = &calibrated.quality;
    for (at, parameter) in free.iter().enumerate() {
        let value = calibrated.values[at];
        let paths: Vec<String> = parameter
            .targets
            .iter()
            .map(|moved| format!("`{}`", moved.path))
            .collect();
        let margin = (parameter.high - parameter.low) * 1e-6;
        let at_bound = value <= parameter.low + margin || value >= parameter.high - margin;
        let _ = writeln!(
            page,
            "| {} | {} | {} | {}{} | {} | {} | {} to {} |",
            parameter.name,
            paths.join(", "),
            number(parameter.start()),
            precise(value),
            if at_bound { " **at its bound**" } else { "" },
            interval(value, quality.by_chance[at]),
            interval(value, quality.by_tolerance[at]),
            number(parameter.low),
            number(parameter.high)
        );
    }
}

/// Parameters are factors near one: three digits after the point.
fn precise(value: f64) -> String {
    format!("{value:.3}")
}

fn interval(value: f64, half_width: f64) -> String {
    match half_width.is_finite() {
        true => format!(
            "{} to {}",
            precise(value - half_width),
            precise(value + half_width)
        ),
        false => "not determined".to_owned(),
    }
}

fn target_rows(page: &mut String, calibrated: &Calibrated, picture: Option<&str>) {
    page.push_str("\n## Targets\n");
    if let Some(picture) = picture {
        let _ = write!(
            page,
            "\n![How far each figure is off, before and after]({picture})\n"
        );
    }
    page.push_str(
        "\n| figure | published | before | after | off by | tolerance | verdict |\n|---|---|---|---|---|---|---|\n",
    );
    for row in &calibrated.targets {
        let target = &row.target;
        let shown = |estimate: Option<Estimate>| match estimate {
            Some(estimate) if estimate.low.is_finite() => {
                format!(
                    "{} ({} to {})",
                    number(estimate.mean),
                    number(estimate.low),
                    number(estimate.high)
                )
            }
            Some(estimate) => number(estimate.mean),
            None => "none".to_owned(),
        };
        let off = row.after.map(|after| after.mean - target.published);
        let verdict = match off {
            Some(off) if off.abs() <= row.allowed => "met",
            Some(_) => "**not met**",
            None => "not simulated, not fitted",
        };
        let off = off.map_or_else(String::new, |off| match target.tolerance.ends_with('%') {
            true => format!("{:+.1} %", off / target.published * 100.0),
            false => format!("{off:+.1}"),
        });
        let _ = writeln!(
            page,
            "| {} ({}) | {} {} | {} | {} | {off} | {} | {verdict} |",
            target.label,
            target.site,
            number(target.published),
            target.unit,
            shown(row.before),
            shown(row.after),
            target.tolerance
        );
    }
}

fn sensitivities(page: &mut String, calibrated: &Calibrated, free: &[Free]) {
    page.push_str(
        "\n## What each parameter does\n\nChange of a figure, in its unit, when the parameter goes up by its step. A dash: no more than chance (two standard \
         errors). The tables have all of them.\n\n| figure |",
    );
    for parameter in free {
        let _ = write!(page, " {} {:+} |", parameter.name, parameter.step);
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(free.len()));
    page.push('\n');
    for (row, &target) in calibrated.fitted.iter().enumerate() {
        let target = &calibrated.targets[target].target;
        let _ = write!(page, "| {} ({}) |", target.label, target.unit);
        for (at, parameter) in free.iter().enumerate() {
            let (slope, error) = (
                calibrated.sensitivity[row][at],
                calibrated.sensitivity_error[row][at],
            );
            let _ = match slope.abs() > 2.0 * error {
                true => write!(page, " {} |", super::format::signed(slope * parameter.step)),
                false => write!(page, " – |"),
            };
        }
        page.push('\n');
    }
}

fn apart(page: &mut String, calibrated: &Calibrated, free: &[Free]) {
    let quality = &calibrated.quality;
    page.push_str("\n## What the figures cannot tell apart\n\n");
    let condition = match quality.condition.is_finite() {
        true => format!("{:.0}", quality.condition),
        false => "infinite".to_owned(),
    };
    let _ = writeln!(
        page,
        "Condition of the Gauss-Newton Hessian, parameters in parts of their ranges: {condition} (below 100 all directions are well determined, above 10,000 some are not)."
    );
    let mut n_said = 0;
    for a in 0..free.len() {
        for b in 0..a {
            if let Some(correlation) =
                quality.correlation[a][b].filter(|found| found.abs() >= ALIKE)
            {
                n_said += 1;
                let way = if correlation > 0.0 {
                    "raising both"
                } else {
                    "raising one and lowering the other"
                };
                let _ = writeln!(
                    page,
                    "- **{}** and **{}** (correlation {correlation:+.2}): {way} changes the figures little.",
                    free[b].name, free[a].name
                );
            }
        }
    }
    for direction in &quality.undetermined {
        n_said += 1;
        let parts = direction
            .iter()
            .zip(free)
            .filter(|(part, _)| part.abs() >= WORTH_A_WORD);
        let parts: Vec<String> = parts
            .map(|(part, free)| format!("{} ({part:+.2})", free.name))
            .collect();
        let _ = writeln!(page, "- Hardly determined: {}.", parts.join(" with "));
    }
    if n_said == 0 {
        page.push_str(
            "\nNo two parameters are correlated beyond 0.9, and no combination is left open.\n",
        );
    }
}

fn fitted(calibrated: &Calibrated, free: &[Free]) -> String {
    let mut sheet = Sheet::new(&[
        "parameter",
        "path",
        "as_written",
        "fitted",
        "half_width_by_chance",
        "half_width_by_tolerance",
        "low",
        "high",
    ]);
    for (at, parameter) in free.iter().enumerate() {
        let finite = |value: f64| exact_or_empty(Some(value).filter(|value| value.is_finite()));
        for moved in &parameter.targets {
            sheet.push(&[
                parameter.name.clone(),
                moved.path.clone(),
                exact(parameter.start()),
                exact(calibrated.values[at]),
                finite(calibrated.quality.by_chance[at]),
                finite(calibrated.quality.by_tolerance[at]),
                exact(parameter.low),
                exact(parameter.high),
            ]);
        }
    }
    sheet.finish()
}

fn targets(calibrated: &Calibrated) -> String {
    let header = [
        "label",
        "measure",
        "statistic",
        "site",
        "cohort",
        "unit",
        "published",
        "allowed",
        "before",
        "after",
        "after_low",
        "after_high",
        "n",
    ];
    let mut sheet = Sheet::new(&header);
    for row in &calibrated.targets {
        let target = &row.target;
        let of = |part: fn(&Estimate) -> f64| {
            exact_or_empty(
                row.after
                    .as_ref()
                    .map(part)
                    .filter(|value| value.is_finite()),
            )
        };
        sheet.push(&[
            target.label.clone(),
            target.measure.clone(),
            target.statistic.clone(),
            target.site.clone(),
            target.cohort.clone(),
            target.unit.clone(),
            exact(target.published),
            exact(row.allowed),
            exact_or_empty(row.before.map(|before| before.mean)),
            of(|after| after.mean),
            of(|after| after.low),
            of(|after| after.high),
            row.after.map_or(0, |after| after.n).to_string(),
        ]);
    }
    sheet.finish()
}

fn sensitivity(calibrated: &Calibrated, free: &[Free]) -> String {
    let mut sheet = Sheet::new(&[
        "label",
        "measure",
        "statistic",
        "site",
        "cohort",
        "unit",
        "parameter",
        "change_per_unit",
        "standard_error",
    ]);
    for (row, &target) in calibrated.fitted.iter().enumerate() {
        let target = &calibrated.targets[target].target;
        for (at, parameter) in free.iter().enumerate() {
            let error =
                Some(calibrated.sensitivity_error[row][at]).filter(|error| error.is_finite());
            sheet.push(&[
                target.label.clone(),
                target.measure.clone(),
                target.statistic.clone(),
                target.site.clone(),
                target.cohort.clone(),
                target.unit.clone(),
                parameter.name.clone(),
                exact(calibrated.sensitivity[row][at]),
                exact_or_empty(error),
            ]);
        }
    }
    sheet.finish()
}

fn correlation(calibrated: &Calibrated, free: &[Free]) -> String {
    let mut sheet = Sheet::new(&["parameter", "other", "correlation"]);
    for (one, row) in free.iter().zip(&calibrated.quality.correlation) {
        for (other, correlation) in free.iter().zip(row) {
            sheet.push(&[
                one.name.clone(),
                other.name.clone(),
                exact_or_empty(*correlation),
            ]);
        }
    }
    sheet.finish()
}

fn rounds(calibrated: &Calibrated, free: &[Free]) -> String {
    let mut sheet = Sheet::new(&["round", "misfit", "targets_met", "parameter", "value"]);
    for (number, round) in calibrated.rounds.iter().enumerate() {
        for (parameter, value) in free.iter().zip(&round.values) {
            sheet.push(&[
                number.to_string(),
                exact(round.misfit),
                round.n_met.to_string(),
                parameter.name.clone(),
                exact(*value),
            ]);
        }
    }
    sheet.finish()
}
