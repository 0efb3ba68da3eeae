//! Sensitivity analyses for readers: what was found in sentences, charts, tables.
//!
//! One file per method. Every chart is about one number; those beyond the first few are in the tables only.

mod morris;
mod psa;
mod sobol;
mod swings;

use super::analysis::{Output, Told};
use crate::experiment::design::Parameter;
use crate::experiment::sensitivity::{
    Paired, morris::Screening, one_at_a_time::Swings, psa::Propagation, sobol::Decomposed,
};

/// Numbers that are drawn.
pub const MOST_CHARTS: usize = 6;

/// What a method found.
pub enum Found {
    Morris(Screening),
    Sobol(Decomposed),
    OneAtATime(Swings),
    Psa {
        found: Propagation,
        /// In the order of the draws and parameters.
        draws: Vec<Vec<f64>>,
        /// A bound that a number should meet, by output.
        bounds: Vec<Option<(f64, String)>>,
    },
}

impl Found {
    pub fn n_runs(&self) -> usize {
        match self {
            Self::Morris(found) => found.n_runs,
            Self::Sobol(found) => found.n_runs,
            Self::OneAtATime(found) => found.n_runs,
            Self::Psa { found, .. } => found.n_runs,
        }
    }
}

/// In words, charts and tables; `outputs` and `parameters` in the order of the analysis.
pub fn told(found: &Found, outputs: &[Output], parameters: &[Parameter]) -> Told {
    let mut told = match found {
        Found::Morris(found) => morris::told(found, outputs, parameters),
        Found::Sobol(found) => sobol::told(found, outputs, parameters),
        Found::OneAtATime(found) => swings::told(found, outputs, parameters),
        Found::Psa {
            found,
            draws,
            bounds,
        } => psa::told(found, draws, bounds, outputs, parameters),
    };
    let has_value: Vec<bool> = match found {
        Found::Morris(found) => found.outputs.iter().map(Option::is_some).collect(),
        Found::Sobol(found) => found.outputs.iter().map(Option::is_some).collect(),
        Found::OneAtATime(found) => found.outputs.iter().map(Option::is_some).collect(),
        Found::Psa { found, .. } => found.outputs.iter().map(Option::is_some).collect(),
    };
    let missing = outputs.iter().zip(has_value).filter(|(_, has)| !has);
    let missing: Vec<&str> = missing.map(|(output, _)| output.label.as_str()).collect();
    if !missing.is_empty() {
        told.findings.push(format!(
            "Nothing can be said of {}: in some run there was no value, or it never varied.",
            missing.join("; ")
        ));
    }
    told.findings
        .push(format!("{} runs were spent.", found.n_runs()));
    told
}

/// Id of a chart of an output.
fn chart_id(kind: &str, nth: usize) -> String {
    format!("{kind}-{}", nth + 1)
}

/// What pairing did over all parameters, as a sentence.
fn saved_words(all: impl Iterator<Item = Paired>) -> Option<String> {
    let sum = all.fold(Paired::default(), |sum, one| Paired {
        apart: sum.apart + one.apart,
        paired: sum.paired + one.paired,
    });
    let saved = sum.saved()?;
    let percent = super::analysis::percent(saved.abs());
    Some(match saved >= 0.0 {
        true => {
            format!("common random numbers took {percent} of the variance out of the differences")
        }
        false => {
            format!("common random numbers added {percent} to the variance of the differences")
        }
    })
}

/// Which of a ranking cannot be told apart, as a sentence.
fn alike_words(alike: &[(usize, usize)], parameters: &[Parameter]) -> Option<String> {
    const MOST: usize = 4;
    if alike.is_empty() {
        return None;
    }
    let pairs: Vec<String> = alike
        .iter()
        .take(MOST)
        .map(|&(a, b)| format!("{} from {}", parameters[a].title, parameters[b].title))
        .collect();
    let more = match alike.len() - pairs.len() {
        0 => String::new(),
        more => format!(", and {more} more pairs of neighbours in the ranking"),
    };
    Some(format!("these runs cannot tell {}{more}", pairs.join("; ")))
}
