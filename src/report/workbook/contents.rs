//! Which tables a workbook has, what each holds, and what its columns are.

use std::collections::BTreeSet;

use crate::report::charts::Chart;
use crate::report::subject::Subject;
use crate::report::tables::CsvTable;
use crate::uec::model::{Better, Model, Nature, Origin};

use super::sheet::{Column, Kind, Table};

/// Characters of the name of a sheet.
const LONGEST_NAME: usize = 31;

/// Every table in the order of the sheets: findings, charts, courses, single replications, definitions, inputs.
pub fn sheets(subject: &Subject<'_>, tables: &[CsvTable], charts: &[Chart]) -> Vec<Table> {
    let of = |name: &str| {
        let found = tables.iter().find(|table| table.name == name);
        found.map(of_csv)
    };
    let mut all: Vec<Table> = [
        "summary.csv",
        "comparison.csv",
        "counterfactuals.csv",
        "cost.csv",
        "equity.csv",
        "spreads.csv",
        "variation.csv",
    ]
    .iter()
    .filter_map(|name| of(name))
    .collect();
    all.extend(charts.iter().map(of_chart));
    let further = tables.iter().map(|table| table.name);
    let first: Vec<String> = all.iter().filter_map(|table| table.file.clone()).collect();
    all.extend(
        further
            .filter(|name| !first.iter().any(|known| known == name))
            .filter_map(of),
    );
    all.push(measures(subject));
    all.push(inputs(subject));
    name_apart(&mut all);
    all
}

/// Cuts the names of sheets to what Excel takes, each once.
fn name_apart(tables: &mut [Table]) {
    let mut taken = BTreeSet::from(["about".to_owned()]);
    for table in tables {
        let whole = std::mem::take(&mut table.name);
        let mut name: String = whole.chars().take(LONGEST_NAME).collect();
        let mut number = 2;
        // Excel does not tell small letters from large ones.
        while !taken.insert(name.to_lowercase()) {
            let ending = format!(" {number}");
            let kept = whole.chars().take(LONGEST_NAME - ending.len());
            name = kept.collect::<String>() + &ending;
            number += 1;
        }
        table.name = name;
    }
}

fn of_csv(table: &CsvTable) -> Table {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(table.text.as_bytes());
    let records = reader
        .records()
        .map(|record| record.expect("our own tables are well formed"));
    let mut rows = records.map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    Table {
        name: table.name.trim_end_matches(".csv").to_owned(),
        about: about(table.name).to_owned(),
        head: Vec::new(),
        columns: header.iter().map(|title| column(title)).collect(),
        rows: rows.collect(),
        file: Some(table.name.to_owned()),
    }
}

fn about(file: &str) -> &'static str {
    match file {
        "summary.csv" => "Every measure: mean over replications with its 95 % interval",
        "comparison.csv" => "Paired differences from the baseline with 95 % intervals and verdicts",
        "cost.csv" => "What each service costs in a year and by residents",
        "counterfactuals.csv" => "The same patients in both scenarios: who waits longer, who less",
        "equity.csv" => "Slope and relative index of inequality by deprivation",
        "groups.csv" => "Every measure by group of patients",
        "spreads.csv" => {
            "How far groups of patients lie apart: the lowest, the highest and the spread"
        }
        "variation.csv" => "How far sites differ: the lowest, the highest and the spread",
        "daily.csv" => "Courses over the measured days",
        "hourly.csv" => "Courses over the hours of the week",
        "distributions.csv" => {
            "Patients by how long they waited or stayed, all replications together"
        }
        "replications.csv" => "Every measure in every single replication",
        _ => "",
    }
}

/// A column of a CSV table, with its unit.
fn column(name: &str) -> Column {
    let (kind, unit) = match name {
        "date" => (Kind::Date, ""),
        "hour" => (Kind::Number, "0-23"),
        "replication" | "further_replications" => (Kind::Number, ""),
        "n" => (Kind::Number, "replications"),
        "difference_percent" => (Kind::Number, "% of baseline"),
        "over_minutes" | "up_to_minutes" => (Kind::Number, ""),
        "patients" | "residents" => (Kind::Number, "count"),
        "n_sites" => (Kind::Number, "sites"),
        "ratio" | "ratio_ci_low" | "ratio_ci_high" | "pairing_gain" => (Kind::Number, "times"),
        "lowest"
        | "highest"
        | "spread"
        | "spread_change"
        | "per_year"
        | "per_1000_residents"
        | "per_1000_ci_low"
        | "per_1000_ci_high"
        | "difference_per_year"
        | "difference_ci_low"
        | "difference_ci_high" => (Kind::Number, "in unit"),
        "mean" | "ci_low" | "ci_high" | "value" | "p05" | "p95" | "baseline_mean"
        | "alternative_mean" | "difference" | "slope_index" | "slope_ci_low" | "slope_ci_high"
        | "slope_change" | "change_ci_low" | "change_ci_high" => (Kind::Number, "in unit"),
        _ => (Kind::Text, ""),
    };
    let title = match unit {
        "" => name.to_owned(),
        unit => format!("{name} ({unit})"),
    };
    Column { title, kind }
}

/// The table behind a chart, as the report shows it.
fn of_chart(chart: &Chart) -> Table {
    let columns = chart.table.columns.iter().enumerate();
    let columns = columns.map(|(position, title)| Column {
        title: title.clone(),
        // The first column names the row.
        kind: if position == 0 {
            Kind::Text
        } else {
            Kind::Either
        },
    });
    Table {
        name: format!("chart {}", chart.id),
        about: chart.title.clone(),
        head: vec![chart.title.clone(), chart.subtitle.clone(), String::new()],
        columns: columns.collect(),
        rows: chart.table.rows.clone(),
        file: Some(format!("charts/{}.csv", chart.id)),
    }
}

fn texts<const N: usize>(titles: [&str; N]) -> Vec<Column> {
    let column = |title: &str| Column {
        title: title.to_owned(),
        kind: Kind::Text,
    };
    titles.into_iter().map(column).collect()
}

/// What each measure is.
fn measures(subject: &Subject<'_>) -> Table {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for scenario in &subject.scenarios {
        for measure in &scenario.results.model.measures {
            if rows.iter().any(|row| row[0] == measure.id) {
                continue;
            }
            let better = match measure.better {
                Better::Lower => "lower",
                Better::Higher => "higher",
                Better::Neither => "neither",
            };
            let nature = match measure.nature {
                Nature::Imposed => "imposed",
                Nature::Calibrated => "calibrated",
                Nature::Emergent => "emergent",
            };
            let cells = [
                &measure.id,
                &measure.title,
                &measure.unit,
                better,
                nature,
                &measure.source,
            ];
            rows.push(cells.map(str::to_owned).to_vec());
        }
    }
    Table {
        name: "measures".to_owned(),
        about: "What each measure is: unit, direction, nature, definition and source".to_owned(),
        head: Vec::new(),
        columns: texts([
            "measure",
            "title",
            "unit",
            "better",
            "nature",
            "definition and source",
        ]),
        rows,
        file: None,
    }
}

/// All inputs of the first scenario, and of the others those that are not the same there.
fn inputs(subject: &Subject<'_>) -> Table {
    let first: BTreeSet<(&str, &str)> = pairs(subject.model()).collect();
    let mut rows = Vec::new();
    for (position, scenario) in subject.scenarios.iter().enumerate() {
        let model = &scenario.results.model;
        for input in &model.inputs {
            if position > 0 && first.contains(&(input.path.as_str(), input.value.as_str())) {
                continue;
            }
            let (origin, because) = match &input.origin {
                Origin::Source(source) => ("source", source.as_str()),
                Origin::Assumed(why) => ("assumed", why.as_str()),
                Origin::Calibrated(to) => ("calibrated", to.as_str()),
                Origin::Unsaid => ("unsaid", ""),
            };
            let line = input.line.to_string();
            let cells = [
                &model.name,
                &input.path,
                &input.value,
                origin,
                because,
                &input.file,
                &line,
            ];
            rows.push(cells.map(str::to_owned).to_vec());
        }
    }
    let mut columns = texts([
        "scenario", "input", "value", "origin", "because", "file", "line",
    ]);
    columns[2].kind = Kind::Either;
    columns[6].kind = Kind::Number;
    Table {
        name: "inputs".to_owned(),
        about: "Every input of the first scenario with its source, and what differs in the others"
            .to_owned(),
        head: Vec::new(),
        columns,
        rows,
        file: None,
    }
}

fn pairs(model: &Model) -> impl Iterator<Item = (&str, &str)> {
    let inputs = model.inputs.iter();
    inputs.map(|input| (input.path.as_str(), input.value.as_str()))
}
