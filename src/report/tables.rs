//! The CSV tables of a run, one function each. Columns are documented in `output/README.md`.
//!
//! A missing value is an empty cell. Rows keep the order of the results: scenario, measure, statistic, site, cohort.

use crate::experiment::equity::{change, gaps};
use crate::experiment::precision::{Told, further_replications};
use crate::experiment::results::{Comparison, Course, Difference, Estimate, Results, ValueKey};
use crate::uec::model::Model;

use super::charts::ChartTable;
use super::format::{add_days, date_iso, exact, exact_or_empty, statistic_key, unit_of, verdict};
use super::groups::Grouped;
use super::panel;
use super::subject::Outcome;
use super::{costs, counterfactuals, variation};

/// A table as text: its file name and its CSV.
pub struct CsvTable {
    pub name: &'static str,
    pub text: String,
}

/// Every table of an outcome; `comparison.csv` only for a comparison.
pub fn all(outcome: Outcome<'_>) -> Vec<CsvTable> {
    let results: Vec<&Results> = match outcome {
        Outcome::Run(results) => vec![results],
        Outcome::Comparison(comparison) => std::iter::once(&comparison.baseline)
            .chain(
                comparison
                    .alternatives
                    .iter()
                    .map(|alternative| &alternative.results),
            )
            .collect(),
    };
    let mut tables = vec![
        CsvTable {
            name: "summary.csv",
            text: summary(&results),
        },
        CsvTable {
            name: "replications.csv",
            text: replications(&results),
        },
        CsvTable {
            name: "daily.csv",
            text: daily(&results),
        },
        CsvTable {
            name: "hourly.csv",
            text: hourly(&results),
        },
        CsvTable {
            name: "distributions.csv",
            text: distributions(&results),
        },
    ];
    if results
        .iter()
        .any(|result| !result.model.residents.is_empty())
    {
        tables.push(CsvTable {
            name: "equity.csv",
            text: equity(&results),
        });
    }
    if let Some(grouped) = Grouped::new(&results) {
        tables.push(CsvTable {
            name: "groups.csv",
            text: grouped.groups(),
        });
        tables.push(CsvTable {
            name: "spreads.csv",
            text: grouped.spreads(),
        });
    }
    if let Some(text) = variation::variation(&results) {
        tables.push(CsvTable {
            name: "variation.csv",
            text,
        });
    }
    if let Some(text) = costs::costs(outcome) {
        tables.push(CsvTable {
            name: "cost.csv",
            text,
        });
    }
    if results.iter().any(|result| result.panel.is_some()) {
        tables.push(CsvTable {
            name: "panel.csv",
            text: panel::panel(&results),
        });
    }
    if let Outcome::Comparison(comparison) = outcome {
        tables.insert(
            1,
            CsvTable {
                name: "comparison.csv",
                text: comparison_table(comparison),
            },
        );
        if comparison
            .alternatives
            .iter()
            .any(|alternative| alternative.patients.is_some())
        {
            tables.insert(
                2,
                CsvTable {
                    name: "counterfactuals.csv",
                    text: counterfactuals::counterfactuals(comparison),
                },
            );
        }
    }
    tables
}

fn summary(results: &[&Results]) -> String {
    let header = [
        "scenario",
        "measure",
        "statistic",
        "unit",
        "site",
        "cohort",
        "mean",
        "ci_low",
        "ci_high",
        "n",
    ];
    let mut sheet = Sheet::new(&header);
    for result in results {
        for (key, estimate) in result.keys.iter().zip(&result.estimates) {
            let mut row = vec![result.model.name.clone()];
            row.extend(key_cells(&result.model, key));
            row.extend(estimate_cells(*estimate));
            row.push(estimate.map_or(0, |estimate| estimate.n).to_string());
            sheet.push(&row);
        }
    }
    sheet.finish()
}

/// Every number of every replication.
pub fn replications(results: &[&Results]) -> String {
    let header = [
        "scenario",
        "replication",
        "measure",
        "statistic",
        "unit",
        "site",
        "cohort",
        "value",
    ];
    let mut sheet = Sheet::new(&header);
    for result in results {
        let cells: Vec<[String; 5]> = result
            .keys
            .iter()
            .map(|key| key_cells(&result.model, key))
            .collect();
        for (replication, values) in result.replications.iter().zip(&result.values) {
            for (cells, value) in cells.iter().zip(values) {
                let mut row = vec![result.model.name.clone(), replication.to_string()];
                row.extend_from_slice(cells);
                row.push(finite(*value));
                sheet.push(&row);
            }
        }
    }
    sheet.finish()
}

fn comparison_table(comparison: &Comparison) -> String {
    let header = [
        "baseline",
        "alternative",
        "part",
        "change",
        "measure",
        "statistic",
        "unit",
        "site",
        "cohort",
        "baseline_mean",
        "alternative_mean",
        "difference",
        "ci_low",
        "ci_high",
        "difference_percent",
        "n",
        "pairing_gain",
        "verdict",
        "further_replications",
    ];
    let mut sheet = Sheet::new(&header);
    let baseline = &comparison.baseline.model.name;
    for alternative in &comparison.alternatives {
        let part = &alternative.part;
        let what = [part.key(), part.change().unwrap_or_default()];
        let model = &alternative.results.model;
        push_differences(&mut sheet, baseline, model, what, &alternative.differences);
    }
    if let Some(whole) = comparison.alternatives.first() {
        let what = ["interaction", ""];
        let model = &whole.results.model;
        push_differences(&mut sheet, baseline, model, what, &comparison.interaction);
    }
    sheet.finish()
}

/// `what` is the part and the change.
fn push_differences(
    sheet: &mut Sheet,
    baseline: &str,
    model: &Model,
    what: [&str; 2],
    differences: &[Difference],
) {
    for row in differences {
        let percent = (row.baseline.mean != 0.0)
            .then(|| 100.0 * row.difference.mean / row.baseline.mean.abs());
        let mut cells = vec![baseline.to_owned(), model.name.clone()];
        cells.extend(what.map(str::to_owned));
        cells.extend(key_cells(model, &row.key));
        cells.extend([
            finite(Some(row.baseline.mean)),
            finite(Some(row.alternative.mean)),
        ]);
        cells.extend(estimate_cells(Some(row.difference)));
        cells.extend([
            finite(percent),
            row.difference.n.to_string(),
            finite(row.pairing_gain),
        ]);
        cells.push(
            verdict(&model.measures[row.key.measure], row)
                .words()
                .to_owned(),
        );
        cells.push(match further_replications(&row.difference) {
            Some(Told::After(more)) => more.to_string(),
            Some(Told::OutOfReach) | None => String::new(),
        });
        sheet.push(&cells);
    }
}

fn daily(results: &[&Results]) -> String {
    let mut sheet = Sheet::new(&[
        "scenario", "measure", "unit", "site", "date", "mean", "p05", "p95",
    ]);
    for result in results {
        for course in &result.daily {
            push_course(&mut sheet, result, course, |bin| {
                vec![date_iso(add_days(result.model.run.start, bin))]
            });
        }
    }
    sheet.finish()
}

fn hourly(results: &[&Results]) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let mut sheet = Sheet::new(&[
        "scenario", "measure", "unit", "site", "day", "hour", "mean", "p05", "p95",
    ]);
    for result in results {
        for course in &result.weekly {
            let when = |bin: usize| vec![DAYS[bin / 24 % 7].to_owned(), (bin % 24).to_string()];
            push_course(&mut sheet, result, course, when);
        }
    }
    sheet.finish()
}

fn push_course(
    sheet: &mut Sheet,
    result: &Results,
    course: &Course,
    when: impl Fn(usize) -> Vec<String>,
) {
    let measure = &result.model.measures[course.measure];
    for bin in 0..course.mean.len() {
        let mut row = vec![
            result.model.name.clone(),
            measure.id.clone(),
            measure.unit.clone(),
            course.site.clone(),
        ];
        row.extend(when(bin));
        for values in [&course.mean, &course.low, &course.high] {
            row.push(finite(values.get(bin).copied().flatten()));
        }
        sheet.push(&row);
    }
}

fn distributions(results: &[&Results]) -> String {
    let mut sheet = Sheet::new(&[
        "scenario",
        "measure",
        "site",
        "over_minutes",
        "up_to_minutes",
        "patients",
    ]);
    for result in results {
        for histogram in &result.histograms {
            let mut lower = 0.0;
            for (upper, count) in histogram.upper_minutes.iter().zip(&histogram.counts) {
                if *count > 0 {
                    sheet.push(&[
                        result.model.name.clone(),
                        result.model.measures[histogram.measure].id.clone(),
                        histogram.site.clone(),
                        exact(lower),
                        finite(Some(*upper)),
                        count.to_string(),
                    ]);
                }
                lower = *upper;
            }
        }
    }
    sheet.finish()
}

/// Slope and relative index of inequality by deprivation, and the change from the first scenario.
fn equity(results: &[&Results]) -> String {
    let mut sheet = Sheet::new(&[
        "scenario",
        "measure",
        "statistic",
        "unit",
        "slope_index",
        "slope_ci_low",
        "slope_ci_high",
        "ratio",
        "ratio_ci_low",
        "ratio_ci_high",
        "n",
        "slope_change",
        "change_ci_low",
        "change_ci_high",
    ]);
    let baseline = gaps(results[0]);
    for (position, result) in results.iter().enumerate() {
        for gap in gaps(result) {
            let measure = &result.model.measures[gap.measure];
            let slope = gap.slope_index();
            let mut row = vec![
                result.model.name.clone(),
                measure.id.clone(),
                statistic_key(gap.statistic),
                match gap.is_per_resident {
                    true => format!("{} per 1,000 residents", unit_of(measure, gap.statistic)),
                    false => unit_of(measure, gap.statistic),
                },
            ];
            row.extend(estimate_cells(slope));
            row.extend(estimate_cells(gap.ratio()));
            row.push(slope.map_or(0, |slope| slope.n).to_string());
            let before = baseline.iter().find(|before| {
                let known = &results[0].model.measures[before.measure];
                known.id == measure.id && before.statistic == gap.statistic
            });
            let moved = before
                .filter(|_| position > 0)
                .and_then(|before| change((results[0], before), (result, &gap)));
            row.extend(estimate_cells(moved));
            sheet.push(&row);
        }
    }
    sheet.finish()
}

/// The table behind a chart, as it stands in the report.
pub fn of_chart(table: &ChartTable) -> String {
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let mut sheet = Sheet::new(&columns);
    table.rows.iter().for_each(|row| sheet.push(row));
    sheet.finish()
}

/// Measure, statistic, unit, site, cohort.
fn key_cells(model: &Model, key: &ValueKey) -> [String; 5] {
    let measure = &model.measures[key.measure];
    [
        measure.id.clone(),
        statistic_key(key.statistic),
        unit_of(measure, key.statistic),
        key.site.clone(),
        key.cohort.clone(),
    ]
}

pub(super) fn estimate_cells(estimate: Option<Estimate>) -> [String; 3] {
    [
        finite(estimate.map(|estimate| estimate.mean)),
        finite(estimate.map(|estimate| estimate.low)),
        finite(estimate.map(|estimate| estimate.high)),
    ]
}

/// One replication has no interval, and the last bin of a distribution no end: those cells are empty.
fn finite(value: Option<f64>) -> String {
    exact_or_empty(value.filter(|value| value.is_finite()))
}

/// A CSV under way.
pub(super) struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    pub(super) fn new(header: &[&str]) -> Self {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(header)
            .expect("writing to memory cannot fail");
        Self(writer)
    }

    pub(super) fn push(&mut self, row: &[String]) {
        self.0
            .write_record(row)
            .expect("rows have as many cells as the header");
    }

    pub(super) fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("writing to memory cannot fail");
        String::from_utf8(bytes).expect("cells are text")
    }
}
