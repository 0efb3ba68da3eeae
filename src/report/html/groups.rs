//! The measures in which groups of patients differ most clearly, for each attribute of `[equity]`; all of them are in a file.

use crate::experiment::groups::{ByGroup, by_group, level_of, same};
use crate::experiment::results::{Estimate, Results};
use crate::experiment::spread::{self, Spread, spread};
use crate::report::findings::{difference, interval, name};
use crate::report::format::{number, quantity, unit_of};
use crate::report::subject::Subject;
use crate::uec::model::AttributeName;

use super::elements::{Cell, details, paragraph, table};

/// Measures shown of an attribute.
const N_SHOWN: usize = 10;

/// Empty where no measures are told apart.
pub fn section(subject: &Subject<'_>) -> String {
    let baseline = subject.baseline().results;
    let rows = by_group(baseline);
    let others = subject.alternatives().iter();
    let others: Vec<(&Results, Vec<ByGroup>)> = others
        .map(|scenario| (scenario.results, by_group(scenario.results)))
        .collect();
    let Some(groups) = &baseline.groups else {
        return String::new();
    };
    let tables: String = groups
        .tables
        .attributes
        .iter()
        .map(|by| of_attribute(subject, &rows, &others, usize::from(by.attribute.0)))
        .collect();
    if tables.is_empty() {
        return tables;
    }
    let note = "Every measure of patients is counted by group: groups.csv has the value of each group, spreads.csv how far the groups of an attribute lie \
                apart. Below, for each attribute, are the measures in which the highest and the lowest group differ most clearly (the difference over the \
                half-width of its interval; groups of fewer than 100 patients are left out). With many groups some lie apart by chance: which are \
                highest and lowest was chosen after looking. Patients who are not known to live in the area (from beyond its borders, planned) are \
                not among those compared by deprivation and zone; groups.csv counts them as elsewhere.";
    paragraph("note", note) + &tables
}

fn of_attribute(
    subject: &Subject<'_>,
    rows: &[ByGroup],
    others: &[(&Results, Vec<ByGroup>)],
    attribute: usize,
) -> String {
    let model = subject.model();
    let own = rows.iter().filter(|row| row.attribute == attribute);
    let own = own.filter_map(|row| Some((row, spread(row)?)));
    let mut own: Vec<(&ByGroup, Spread)> = own.collect();
    own.sort_by(|a, b| b.1.clearness().total_cmp(&a.1.clearness()));
    // One statistic of a measure is enough, and one interval apart at least.
    let mut shown: Vec<(&ByGroup, Spread)> = Vec::new();
    for (row, ends) in own {
        let is_known = shown.iter().any(|(known, _)| known.measure == row.measure);
        if shown.len() < N_SHOWN && !is_known && ends.clearness() > 1.0 {
            shown.push((row, ends));
        }
    }
    if shown.is_empty() {
        return String::new();
    }
    let attribute = &model.names.attributes[attribute];
    let mut columns: Vec<String> = ["Measure", "Lowest", "Highest", "Difference (95 % interval)"]
        .map(str::to_owned)
        .to_vec();
    for scenario in subject.alternatives() {
        columns.push(format!("Change of the difference under {}", scenario.label));
    }
    let cells = shown.iter().map(|(row, ends)| {
        let measure = &model.measures[row.measure];
        let unit = unit_of(measure, row.statistic);
        let per = if ends.is_per_resident {
            " per 1,000"
        } else {
            ""
        };
        let end = |level: usize, value: f64| {
            let words = quantity(value, &unit);
            Cell::words(&format!("{}: {words}{per}", level_name(attribute, level)))
        };
        let mut cells = vec![
            Cell::words(&name(measure, row.statistic)),
            end(ends.lowest, ends.low),
            end(ends.highest, ends.high),
            Cell::words(&apart(&ends.difference, ends.ratio, &unit)),
        ];
        cells.extend(others.iter().map(|(results, rows)| {
            let baseline = subject.baseline().results;
            let moved = same((baseline, row), (results, rows))
                .and_then(|other| spread::change((baseline, row, ends), (results, other)));
            Cell::words(&moved.map_or_else(String::new, |moved| apart(&moved, None, &unit)))
        }));
        cells
    });
    let what = match attribute.title.is_empty() {
        true => &attribute.id,
        false => &attribute.title,
    };
    let summary = format!("{what}: the clearest differences");
    details(&summary, &table(&summary, &columns, cells))
}

fn apart(moved: &Estimate, ratio: Option<Estimate>, unit: &str) -> String {
    let words = format!("{} ({})", difference(moved.mean, unit), interval(moved));
    match ratio {
        Some(ratio) => format!("{words}, {} times", number(ratio.mean)),
        None => words,
    }
}

fn level_name(attribute: &AttributeName, level: usize) -> String {
    let level = level_of(attribute, level);
    match level.title.is_empty() {
        true => level.id,
        false => level.title,
    }
}
