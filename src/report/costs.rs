//! What each service costs and all together, by year and by residents, as a table.
//!
//! A cost is a sum in a currency. Results are brought to a year of 365.25 days by the length of the run, whatever its season.

use crate::experiment::results::Results;
use crate::uec::model::{MeasureKind, MeasureSpec, Model, Statistic};

use super::subject::{ALL, Outcome, Subject};
use super::tables::{Sheet, estimate_cells};

const CURRENCIES: [&str; 3] = ["£", "€", "$"];
const DAYS_OF_YEAR: f64 = 365.25;

/// Whether a measure is a cost.
pub fn is_cost(measure: &MeasureSpec) -> bool {
    matches!(measure.kind, MeasureKind::Sum { .. })
        && CURRENCIES
            .iter()
            .any(|currency| measure.unit.starts_with(currency))
}

/// The years of the prices in a cost, in the order of its items, each once.
pub fn price_years(measure: &MeasureSpec) -> Vec<&str> {
    let MeasureKind::Sum { items } = &measure.kind else {
        return Vec::new();
    };
    let mut years: Vec<&str> = Vec::new();
    for item in items.iter().filter(|item| !item.price_year.is_empty()) {
        if !years.contains(&item.price_year.as_str()) {
            years.push(&item.price_year);
        }
    }
    years
}

/// One row for each scenario and cost; documented in `output/README.md`. None without costs.
pub fn costs(outcome: Outcome<'_>) -> Option<String> {
    let subject = Subject::new(outcome);
    let mut sheet = Sheet::new(&[
        "scenario",
        "measure",
        "title",
        "unit",
        "price_year",
        "per_year",
        "ci_low",
        "ci_high",
        "per_1000_residents",
        "per_1000_ci_low",
        "per_1000_ci_high",
        "n",
        "difference_per_year",
        "difference_ci_low",
        "difference_ci_high",
    ]);
    let mut is_empty = true;
    for scenario in &subject.scenarios {
        let results = scenario.results;
        for measure in results
            .model
            .measures
            .iter()
            .filter(|measure| is_cost(measure))
        {
            let of_run = scenario.estimate(&measure.id, Statistic::Total, ALL, ALL);
            let Some(of_run) = of_run else { continue };
            is_empty = false;
            let to_year = to_year(results);
            let mut row = vec![
                results.model.name.clone(),
                measure.id.clone(),
                measure.title.clone(),
                measure.unit.clone(),
                price_years(measure).join(", "),
            ];
            row.extend(estimate_cells(Some(of_run.times(to_year))));
            let residents = residents(&results.model);
            let by_residents =
                residents.map(|residents| of_run.times(to_year * 1000.0 / residents));
            row.extend(estimate_cells(by_residents));
            row.push(of_run.n.to_string());
            let difference = scenario.difference(&measure.id, Statistic::Total, ALL, ALL);
            row.extend(estimate_cells(
                difference.map(|difference| difference.difference.times(to_year)),
            ));
            sheet.push(&row);
        }
    }
    (!is_empty).then(|| sheet.finish())
}

/// What brings a total of the measured period to a year.
pub fn to_year(results: &Results) -> f64 {
    DAYS_OF_YEAR / (results.model.run.length.minutes() / 1440.0)
}

/// All residents; none where a scenario has none.
fn residents(model: &Model) -> Option<f64> {
    let residents: f64 = model.residents.first()?.by_level.iter().sum();
    (residents > 0.0).then_some(residents)
}
