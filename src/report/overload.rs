//! Lines that only grew, in words: for the terminal, the report and the record.

use serde_json::{Value, json};

use super::format::{add_days, date_iso, date_words, number};
use super::subject::Subject;
use super::tables::Sheet;
use crate::experiment::control::Failure;
use crate::experiment::overload::{GrowingLine, growing_lines};
use crate::experiment::results::Results;

/// `since about 12 June 2023 (day 72)`, with how far replications differ.
pub fn since_when(line: &GrowingLine) -> String {
    let [earliest, middle, latest] = line.began;
    let date = |day: f64| date_words(add_days(line.start, day as usize));
    let since = match middle {
        0.0 => "from the beginning on".to_owned(),
        day => format!("since about {} (day {day:.0})", date(day)),
    };
    match latest - earliest {
        0.0 => since,
        _ => format!("{since}, in single replications between day {earliest:.0} and {latest:.0}"),
    }
}

/// One sentence for each line that only grew in a scenario.
pub fn sentences(subject: &Subject<'_>) -> Vec<String> {
    let scenarios = subject.scenarios.iter();
    let lines = scenarios.flat_map(|scenario| {
        let lines = growing_lines(scenario.results).into_iter();
        lines.map(move |line| {
            format!(
                "Under {} the line for {} only grew {}: {} waiting before and {} in the last week (means), in {} of {} replications. Waits in this line \
                 depend on how long the run is.",
                scenario.label,
                line.line,
                since_when(&line),
                number(line.first),
                number(line.last),
                line.n_grew,
                line.n_replications
            )
        })
    });
    lines.collect()
}

/// For the record of a run; empty if no line only grew.
pub fn record(results: &Results) -> Vec<Value> {
    let lines = growing_lines(results).into_iter().map(|line| {
        let [earliest, middle, latest] = line.began;
        json!({
            "line": line.line,
            "began": date_iso(add_days(line.start, middle as usize)),
            "began_on_day": middle,
            "earliest_day": earliest,
            "latest_day": latest,
            "waiting_before": line.first,
            "waiting_in_last_week": line.last,
            "replications": line.n_grew,
        })
    });
    lines.collect()
}

/// Replications that did not finish and why, one row each.
pub fn stopped_table(failures: &[Failure]) -> String {
    let mut sheet = Sheet::new(&["scenario", "replication", "why", "message"]);
    for failure in failures {
        sheet.push(&[
            failure.scenario.clone(),
            failure.replication.to_string(),
            failure.kind.key().to_owned(),
            failure.message.clone(),
        ]);
    }
    sheet.finish()
}
