//! What a sweep leaves: rows of every replication as CSV and Parquet, a summary by point, charts and a page.
//!
//! Rows are written as points are done and in their order; nothing is kept but what charts need.

pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod tables;
pub mod tried;

use crate::experiment::design::{Over, Parameter};
use crate::experiment::results::ValueKey;
use crate::report::format::{statistic_key, unit_of};
use crate::uec::model::Model;

/// A number that rows are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub measure: String,
    /// Of the measure, for a reader.
    pub title: String,
    /// As tables name it.
    pub statistic: String,
    pub unit: String,
    pub site: String,
    pub cohort: String,
}

impl Number {
    pub fn of(model: &Model, key: &ValueKey) -> Self {
        let measure = &model.measures[key.measure];
        Self {
            measure: measure.id.clone(),
            title: measure.title.clone(),
            statistic: statistic_key(key.statistic),
            unit: unit_of(measure, key.statistic),
            site: key.site.clone(),
            cohort: key.cohort.clone(),
        }
    }

    /// What tells it from others, in the order of columns.
    pub fn cells(&self) -> [&str; 5] {
        let Self {
            measure,
            statistic,
            unit,
            site,
            cohort,
            ..
        } = self;
        [measure, statistic, unit, site, cohort]
    }

    /// `Time in A&E, within 4 h (%)`.
    pub fn words(&self) -> String {
        let of = |all: &str| match all {
            "all" => String::new(),
            one => format!(", {one}"),
        };
        let (site, cohort) = (of(&self.site), of(&self.cohort));
        format!("{}, {}{site}{cohort}", self.title, self.statistic)
    }
}

/// A scenario and its numbers, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swept {
    pub name: String,
    pub numbers: Vec<Number>,
}

/// What rows say of a sweep.
#[derive(Clone, Debug)]
pub struct Heading {
    pub parameters: Vec<Parameter>,
    pub scenarios: Vec<Swept>,
}

/// A point as rows show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// From 1.
    pub number: u32,
    pub values: Vec<f64>,
    /// The values as text.
    pub shown: Vec<String>,
}

impl Point {
    /// `index` is from 0.
    pub fn new(index: u32, values: Vec<f64>, parameters: &[Parameter]) -> Self {
        let shown = parameters.iter().zip(&values);
        Self {
            number: index + 1,
            shown: shown
                .map(|(parameter, value)| parameter.shown(*value))
                .collect(),
            values,
        }
    }
}

/// A value as charts show it: a number to four significant digits.
pub fn short(parameter: &Parameter, value: f64) -> String {
    match is_text(parameter) {
        true => parameter.shown(value),
        false => format!("{value:.3e}")
            .parse::<f64>()
            .unwrap_or(value)
            .to_string(),
    }
}

/// Whether a parameter's values are text rather than numbers.
pub fn is_text(parameter: &Parameter) -> bool {
    matches!(parameter.over, Over::Written(_))
}
