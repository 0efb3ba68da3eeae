//! What was found, in three sentences: for the terminal and the top of the report.

use crate::uec::model::{Better, ChartKind, MeasureSpec, Model, Statistic};

use super::charts::interval::verdict_counts;
use super::findings::{Finding, name, replications};
use super::format::{Verdict, better_direction, date_words, exact, number, quantity};
use super::subject::{Outcome, Subject};

/// Findings named in one sentence.
const MOST_NAMED: usize = 3;

/// Three sentences.
pub fn sentences(outcome: Outcome<'_>) -> Vec<String> {
    of_subject(&Subject::new(outcome))
}

pub fn of_subject(subject: &Subject<'_>) -> Vec<String> {
    let findings = headline_findings(subject);
    match subject.scenarios.len() {
        1 => of_run(subject, &findings),
        2 => of_pair(subject, &findings),
        _ => of_several(subject, &findings),
    }
}

/// What the scenario's interval chart shows; without one, every measure of which a direction is better.
pub fn headline_findings<'a>(subject: &Subject<'a>) -> Vec<Finding<'a>> {
    headline_measures(subject.model())
        .into_iter()
        .filter_map(|(measure, statistic)| Finding::overall(subject, &measure.id, statistic))
        .filter(|finding| finding.estimates[0].is_some())
        .collect()
}

/// The measures of headlines, each with the statistic that stands for it.
pub fn headline_measures(model: &Model) -> Vec<(&MeasureSpec, Statistic)> {
    let mut charts = model.charts.iter();
    let chart = charts.find(|chart| chart.kind == ChartKind::Interval);
    let all = || {
        (0..model.measures.len())
            .filter(|&measure| model.measures[measure].better != Better::Neither)
            .collect()
    };
    let measures: Vec<usize> = chart.map_or_else(all, |chart| chart.measures.clone());
    let with_statistic = |measure: usize| {
        let measure = model.measures.get(measure)?;
        let mut statistics = measure.statistics.iter().copied();
        let statistic = statistics.find(|statistic| *statistic != Statistic::Count)?;
        Some((measure, statistic))
    };
    measures.into_iter().filter_map(with_statistic).collect()
}

fn setting(subject: &Subject<'_>) -> String {
    let run = subject.model().run;
    let days = exact(run.length.minutes() / 1440.0);
    let partial = if subject.is_partial() {
        ", stopped early"
    } else {
        ""
    };
    format!(
        "{days} days from {}, {}{partial}",
        date_words(run.start),
        replications(subject)
    )
}

fn of_run(subject: &Subject<'_>, findings: &[Finding<'_>]) -> Vec<String> {
    let conservation = &subject.baseline().results.conservation;
    let n = conservation.len().max(1) as f64;
    let mean = |total: u64| super::format::with_decimals(total as f64 / n, 0);
    let arrived = mean(conservation.iter().map(|row| row.arrived).sum());
    let inside = mean(conservation.iter().map(|row| row.inside).sum());
    vec![
        format!(
            "{} was run for {}.",
            subject.baseline().label,
            setting(subject)
        ),
        format!(
            "It found {}.",
            listed(findings.iter().take(MOST_NAMED).filter_map(value_of))
        ),
        format!(
            "On average {arrived} patients or contacts began in a replication, warm-up included, and {inside} were still under way at its end."
        ),
    ]
}

/// `Time in A&E, within 4 hours: 69.0 %`.
fn value_of(finding: &Finding<'_>) -> Option<String> {
    let mean = finding.estimates[0]?.mean;
    Some(format!(
        "{} {}",
        finding.name(),
        quantity(mean, &finding.unit)
    ))
}

fn of_pair(subject: &Subject<'_>, findings: &[Finding<'_>]) -> Vec<String> {
    let (baseline, alternative) = (&subject.scenarios[0].label, &subject.scenarios[1].label);
    let counts = verdict_counts(findings.iter().map(|finding| finding.verdict(1)));
    let of = |wanted: Verdict| -> Vec<&Finding<'_>> {
        let mut found: Vec<&Finding<'_>> = findings
            .iter()
            .filter(|finding| finding.verdict(1) == wanted)
            .collect();
        found.sort_by(|a, b| relative_change(b).total_cmp(&relative_change(a)));
        found
    };
    let (better, worse, unclear) = (
        of(Verdict::Better),
        of(Verdict::Worse),
        of(Verdict::CannotTell),
    );
    let second = if better.is_empty() {
        format!("No measure is clearly better under {alternative}.")
    } else {
        let most = if better.len() > 1 {
            "What improves most, in relative terms"
        } else {
            "What improves"
        };
        let what = listed(
            better
                .iter()
                .take(MOST_NAMED)
                .filter_map(|finding| in_numbers(finding)),
        );
        format!("{most}: {what}.")
    };
    let third = match (worse.is_empty(), unclear.is_empty()) {
        (false, _) => format!(
            "What gets worse: {}.",
            listed(
                worse
                    .iter()
                    .take(MOST_NAMED)
                    .filter_map(|finding| in_numbers(finding))
            )
        ),
        (true, true) => "No measure gets worse.".to_owned(),
        (true, false) => {
            let names = listed(
                unclear
                    .iter()
                    .take(MOST_NAMED)
                    .map(|finding| finding.name()),
            );
            let others = if unclear.len() > MOST_NAMED {
                " and others"
            } else {
                ""
            };
            format!(
                "No measure gets clearly worse; these runs cannot tell the two apart on {names}{others}."
            )
        }
    };
    vec![
        format!(
            "{alternative} against {baseline} ({}): {counts} of {} measures.",
            setting(subject),
            findings.len()
        ),
        second,
        third,
    ]
}

fn in_numbers(finding: &Finding<'_>) -> Option<String> {
    Some(format!(
        "{} from {}",
        finding.name(),
        finding.change_in_numbers(1)?
    ))
}

/// Size of the difference over the baseline; infinite from zero.
fn relative_change(finding: &Finding<'_>) -> f64 {
    let difference = finding.differences[1].map_or(0.0, |row| row.difference.mean.abs());
    let base = finding.estimates[0].map_or(0.0, |estimate| estimate.mean.abs());
    if difference == 0.0 {
        0.0
    } else {
        difference / base
    }
}

fn of_several(subject: &Subject<'_>, findings: &[Finding<'_>]) -> Vec<String> {
    let counts = subject
        .scenarios
        .iter()
        .enumerate()
        .skip(1)
        .map(|(scenario, alternative)| {
            format!(
                "{}: {}",
                alternative.label,
                verdict_counts(findings.iter().map(|finding| finding.verdict(scenario)))
            )
        });
    let counts: Vec<String> = counts.collect();
    let labels: Vec<String> = subject
        .alternatives()
        .iter()
        .map(|scenario| scenario.label.clone())
        .collect();
    let best = findings
        .first()
        .and_then(|finding| best_of(subject, finding));
    vec![
        format!(
            "{} against {} ({}).",
            listed(labels.into_iter()),
            subject.baseline().label,
            setting(subject)
        ),
        format!("Of {} measures, {}.", findings.len(), counts.join("; ")),
        best.unwrap_or_else(|| "The tables have every value.".to_owned()),
    ]
}

/// The scenario with the best value of the first headline measure.
fn best_of(subject: &Subject<'_>, finding: &Finding<'_>) -> Option<String> {
    let is_higher = better_direction(finding.measure, finding.statistic) == Better::Higher;
    let values = finding.estimates.iter().zip(&subject.scenarios);
    let values =
        values.filter_map(|(estimate, scenario)| Some((estimate.as_ref()?.mean, &scenario.label)));
    let (best, label) = values.reduce(|best, next| {
        if (next.0 > best.0) == is_higher {
            next
        } else {
            best
        }
    })?;
    let baseline = number(finding.estimates[0]?.mean);
    let name = name(finding.measure, finding.statistic);
    Some(format!(
        "{name} is best under {label} with {} (baseline {baseline}).",
        quantity(best, &finding.unit)
    ))
}

/// `a; b; and c`: parts contain commas.
fn listed(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [] => "nothing that is measured".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}; and {last}", first.join("; ")),
    }
}
