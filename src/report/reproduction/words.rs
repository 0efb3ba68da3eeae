//! Figures as rows of text: for the terminal, for tables and for machines.

use crate::experiment::reproduction::{Judged, Reproduction, Role, Verdict};
use crate::experiment::results::Estimate;
use crate::report::format::{exact, exact_or_empty, number};

/// Columns of a row for people.
pub const COLUMNS: [&str; 7] = [
    "Figure",
    "Scenario",
    "Published",
    "Original program's run",
    "uecsim (95 % interval)",
    "May differ by",
    "Verdict",
];

/// The row of a figure, in the order of [`COLUMNS`].
pub fn row(judged: &Judged) -> [String; 7] {
    let figure = &judged.figure;
    let title = match figure.unit.as_str() {
        "" => figure.title.clone(),
        unit => format!("{} ({unit})", figure.title),
    };
    [
        title,
        figure.scenario.clone(),
        given(judged, |role| role != Role::Original),
        given(judged, |role| role == Role::Original),
        judged
            .ours
            .map_or_else(|| "none".to_owned(), |ours| interval(&ours)),
        allowed(judged),
        judged.verdict.words().to_owned(),
    ]
}

/// A mean with its interval.
pub fn interval(ours: &Estimate) -> String {
    // As many digits as the interval makes sense of.
    let decimals = decimals(ours.high - ours.low).max(decimals_of_size(ours.mean));
    let write = |value: f64| crate::report::format::with_decimals(value, decimals);
    if ours.low.is_finite() && ours.high > ours.low {
        format!(
            "{} ({} to {})",
            write(ours.mean),
            write(ours.low),
            write(ours.high)
        )
    } else {
        number(ours.mean)
    }
}

/// Decimals that show two digits of a width.
fn decimals(width: f64) -> usize {
    if !width.is_finite() || width <= 0.0 {
        return 0;
    }
    let mut decimals = 0;
    let mut scaled = width;
    while scaled < 10.0 && decimals < 6 {
        scaled *= 10.0;
        decimals += 1;
    }
    decimals
}

fn decimals_of_size(value: f64) -> usize {
    match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 1.0 || size == 0.0 => 1,
        size if size >= 0.1 => 2,
        _ => 3,
    }
}

fn given(judged: &Judged, wanted: impl Fn(Role) -> bool) -> String {
    let references = judged.figure.references.iter();
    let references = references.filter(|reference| wanted(reference.role));
    let words: Vec<String> = references
        .map(|reference| {
            let mean = exact(reference.given.mean);
            match (reference.role, &reference.not_judged) {
                (Role::Exact, _) => format!("{mean} (exact)"),
                (_, Some(_)) => format!("{mean} (shown only)"),
                _ => mean,
            }
        })
        .collect();
    words.join("; ")
}

/// The tightest bound among what it is judged by.
fn allowed(judged: &Judged) -> String {
    let allowed = judged.comparisons.iter().filter_map(|one| one.allowed);
    let least = allowed.fold(f64::INFINITY, f64::min);
    if least.is_finite() {
        number(least)
    } else {
        String::new()
    }
}

/// All figures as lines with columns in line, headed.
pub fn lines(reproduction: &Reproduction) -> Vec<String> {
    let mut rows: Vec<[String; 7]> = vec![COLUMNS.map(str::to_owned)];
    rows.extend(reproduction.judged.iter().map(row));
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

/// Cells padded to widths; numbers to the right.
fn line(row: &[String; 7], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).enumerate();
    let cells: Vec<String> = cells
        .map(|(column, (cell, &width))| match column {
            2 | 3 | 5 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        })
        .collect();
    cells.join("  ").trim_end().to_owned()
}

/// What became of the figures.
pub fn sentence(reproduction: &Reproduction) -> String {
    let [agree, fall_out, not_judged, not_reproduced] = reproduction.tally();
    let n = reproduction.judged.len();
    let mut sentence = match fall_out {
        0 if agree == n && n == 1 => "The figure agrees with what was published".to_owned(),
        0 if agree == n => format!("All {n} figures agree with what was published"),
        _ => format!("{agree} of {n} figures agree with what was published"),
    };
    let mut add = |count: usize, words: &str| {
        if count > 0 {
            sentence.push_str(&format!(", {count} {words}"));
        }
    };
    add(
        fall_out,
        if fall_out == 1 {
            "falls out"
        } else {
            "fall out"
        },
    );
    add(not_judged, "cannot be judged");
    add(not_reproduced, "cannot be reproduced");
    sentence
}

/// Why a figure has not simply agreed.
pub fn reason(judged: &Judged) -> String {
    match &judged.verdict {
        Verdict::NotJudged(reason) | Verdict::NotReproduced(reason) => reason.clone(),
        Verdict::Agrees | Verdict::FallsOut => judged.figure.note.clone(),
    }
}

/// One row for each value that somebody gives for a figure.
pub fn csv(reproduction: &Reproduction) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "scenario",
        "metric",
        "title",
        "unit",
        "source",
        "given",
        "given_low",
        "given_high",
        "given_replications",
        "mean",
        "ci_low",
        "ci_high",
        "n",
        "difference",
        "allowed",
        "verdict",
        "reason",
    ];
    let mut write = |row: &[String]| {
        writer
            .write_record(row)
            .expect("writing to memory cannot fail");
    };
    write(&header.map(str::to_owned));
    for judged in &reproduction.judged {
        let figure = &judged.figure;
        let ours = judged.ours;
        let finite = |value: Option<f64>| exact_or_empty(value.filter(|value| value.is_finite()));
        for (position, reference) in figure.references.iter().enumerate() {
            let comparison = judged.comparisons.get(position);
            let verdict = match comparison.map(|one| one.agrees()) {
                None => judged.verdict.words(),
                Some(Some(true)) => "agrees",
                Some(Some(false)) => "falls out",
                Some(None) => "not judged",
            };
            let reason = match &reference.not_judged {
                Some(reason) => reason.clone(),
                None => reason(judged),
            };
            write(&[
                figure.scenario.clone(),
                figure.metric.clone(),
                figure.title.clone(),
                figure.unit.clone(),
                reference.source.clone(),
                exact(reference.given.mean),
                exact_or_empty(reference.given.low),
                exact_or_empty(reference.given.high),
                reference
                    .given
                    .replications
                    .map(|n| n.to_string())
                    .unwrap_or_default(),
                exact_or_empty(ours.map(|ours| ours.mean)),
                finite(ours.map(|ours| ours.low)),
                finite(ours.map(|ours| ours.high)),
                ours.map(|ours| ours.n.to_string()).unwrap_or_default(),
                exact_or_empty(comparison.map(|one| one.difference)),
                exact_or_empty(comparison.and_then(|one| one.allowed)),
                verdict.to_owned(),
                reason,
            ]);
        }
    }
    let bytes = writer.into_inner().expect("writing to memory cannot fail");
    String::from_utf8(bytes).expect("only text was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_show_as_many_digits_as_they_bear() {
        let check = |mean: f64, half: f64, expected: &str| {
            let ours = Estimate {
                mean,
                low: mean - half,
                high: mean + half,
                n: 10,
            };
            assert_eq!(interval(&ours), expected);
        };
        check(39244.4, 57.0, "39,244 (39,187 to 39,301)");
        check(3.2249, 0.162, "3.22 (3.06 to 3.39)");
        check(0.12827, 0.0012, "0.1283 (0.1271 to 0.1295)");
        check(5.0, f64::INFINITY, "5.0");
    }
}
