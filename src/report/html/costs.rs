//! What care costs, as a table: by service and in all, a year, with the years of the prices.

use crate::experiment::results::Estimate;
use crate::report::costs::{is_cost, price_years, to_year};
use crate::report::findings::{interval, replications};
use crate::report::format::{number, signed};
use crate::report::subject::{ALL, Subject};
use crate::uec::model::{MeasureSpec, Statistic};

use super::elements::{Cell, paragraph, table};

const MILLION: f64 = 1e6;

/// Empty without costs.
pub fn section(subject: &Subject<'_>) -> String {
    let measures = subject.model().measures.iter();
    let costs: Vec<&MeasureSpec> = measures.filter(|measure| is_cost(measure)).collect();
    if costs.is_empty() {
        return String::new();
    }
    let mut years: Vec<&str> = Vec::new();
    for year in costs.iter().flat_map(|cost| price_years(cost)) {
        if !years.contains(&year) {
            years.push(year);
        }
    }
    let prices = match &years[..] {
        [] => "The scenario does not say of which year its prices are.".to_owned(),
        [year] => format!("Prices of {year}."),
        years => format!(
            "Prices are of different years ({}) and are not brought to one: the last column says which are in a row. Rows \
             differ in what a pound is worth, and totals mix it; compare scenarios by them, not services.",
            years.join(", ")
        ),
    };
    let words = format!(
        "Millions a year: totals of the measured period brought to a year of 365.25 days, with 95 % intervals over {}. {prices}",
        replications(subject)
    );
    let caption = "Costs, millions a year";
    let rows = costs.iter().map(|cost| row(subject, cost));
    paragraph("", &words) + &table(caption, &columns(subject), rows)
}

fn columns(subject: &Subject<'_>) -> Vec<String> {
    let mut columns = vec!["Cost".to_owned(), "Unit".to_owned()];
    columns.push(subject.baseline().label.clone());
    for alternative in subject.alternatives() {
        columns.push(alternative.label.clone());
        columns.push(format!(
            "{} less {}",
            alternative.label,
            subject.baseline().label
        ));
    }
    columns.push("Prices of".to_owned());
    columns
}

fn row(subject: &Subject<'_>, cost: &MeasureSpec) -> Vec<Cell> {
    let unit = format!("{}\u{a0}million", cost.unit);
    let mut row = vec![Cell::words(&cost.title), Cell::words(&unit)];
    for (position, scenario) in subject.scenarios.iter().enumerate() {
        let factor = to_year(scenario.results) / MILLION;
        let cell = |estimate: Option<Estimate>, write: fn(f64) -> String| {
            let words = estimate.map(|estimate| estimate.times(factor));
            let words = words.map(|one| format!("{} ({})", write(one.mean), interval(&one)));
            Cell::words(&words.unwrap_or_default())
        };
        row.push(cell(
            scenario.estimate(&cost.id, Statistic::Total, ALL, ALL),
            number,
        ));
        if position > 0 {
            let moved = scenario.difference(&cost.id, Statistic::Total, ALL, ALL);
            row.push(cell(moved.map(|row| row.difference), signed));
        }
    }
    let years = price_years(cost);
    let years = match years.is_empty() {
        true => "not said".to_owned(),
        false => years.join(", "),
    };
    row.push(Cell::words(&years));
    row
}
