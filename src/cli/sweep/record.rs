//! `run.json` of a sweep: what it is, what it was made from, and the hashes of all that was written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::identity::Begun;
use crate::report::run_json::Written;
use crate::report::sweep::Number;

#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    pub program: String,
    pub version: String,
    /// Of the whole sweep, as one would type it.
    pub command: String,
    /// None: `verify` cannot repeat it.
    recipe: Option<()>,
    scenarios: Vec<()>,
    pub sweep: Begun,
    /// Path of the experiment file, and the texts of it and its table of rows.
    pub experiment: String,
    pub texts: BTreeMap<String, String>,
    /// What was kept, by scenario.
    pub numbers: Vec<Vec<Kept>>,
    pub outputs: Vec<Written>,
}

/// A number that was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    measure: String,
    title: String,
    statistic: String,
    unit: String,
    site: String,
    cohort: String,
}

/// What a record says beside the outputs.
#[derive(Clone, Debug)]
pub struct Said {
    pub command: String,
    pub sweep: Begun,
    pub experiment: String,
    pub texts: BTreeMap<String, String>,
}

impl Record {
    pub fn new(said: Said, numbers: &[Vec<Number>], outputs: Vec<Written>) -> Self {
        let kept = |numbers: &Vec<Number>| numbers.iter().map(Kept::from).collect();
        Self {
            program: "uecsim".to_owned(),
            version: said.sweep.identity.version.clone(),
            command: said.command,
            recipe: None,
            scenarios: Vec::new(),
            sweep: said.sweep,
            experiment: said.experiment,
            texts: said.texts,
            numbers: numbers.iter().map(kept).collect(),
            outputs,
        }
    }

    /// Errors: why there is none, in words.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("run.json");
        let shown = path.display();
        let text = fs::read_to_string(&path)
            .map_err(|fault| format!("{shown} cannot be read: {fault}"))?;
        serde_json::from_str(&text).map_err(|_| format!("{shown} is not the record of a sweep"))
    }

    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl From<&Number> for Kept {
    fn from(number: &Number) -> Self {
        let Number {
            measure,
            title,
            statistic,
            unit,
            site,
            cohort,
        } = number.clone();
        Self {
            measure,
            title,
            statistic,
            unit,
            site,
            cohort,
        }
    }
}

impl From<Kept> for Number {
    fn from(kept: Kept) -> Self {
        let Kept {
            measure,
            title,
            statistic,
            unit,
            site,
            cohort,
        } = kept;
        Self {
            measure,
            title,
            statistic,
            unit,
            site,
            cohort,
        }
    }
}
