//! Results as JSON for other programs: the numbers of `summary.csv` and `comparison.csv`, and where the files are.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::experiment::reproduction::Reproduction;
use crate::experiment::results::{Comparison, Estimate, Results, ValueKey};
use crate::report::format::{statistic_key, unit_of};

pub fn of_runs(results: &[Results], folders: &[Option<PathBuf>]) -> Value {
    let runs = results.iter().zip(folders);
    runs.map(|(results, folder)| {
        let mut run = of_results(results);
        run["folder"] = json!(folder);
        run
    })
    .collect()
}

pub fn of_comparison(comparison: &Comparison, folder: Option<&Path>) -> Value {
    let alternatives: Vec<Value> = comparison
        .alternatives
        .iter()
        .map(|alternative| {
            let mut shown = of_results(&alternative.results);
            let differences = alternative.differences.iter().map(|difference| {
                let mut row = of_key(&alternative.results, &difference.key);
                row["baseline"] = of_estimate(Some(difference.baseline));
                row["alternative"] = of_estimate(Some(difference.alternative));
                row["difference"] = of_estimate(Some(difference.difference));
                row["pairing_gain"] = json!(difference.pairing_gain);
                row
            });
            shown["differences"] = differences.collect();
            shown["part"] = json!(alternative.part.key());
            shown["change"] = json!(alternative.part.change());
            shown
        })
        .collect();
    json!({
        "baseline": of_results(&comparison.baseline),
        "alternatives": alternatives,
        "folder": folder,
    })
}

/// Every figure with every value given for it.
pub fn of_reproductions<'a>(all: impl IntoIterator<Item = &'a Reproduction>) -> Value {
    let models = all.into_iter().map(|reproduction| {
        let figures = reproduction.judged.iter().map(|judged| {
            let figure = &judged.figure;
            let given = figure
                .references
                .iter()
                .enumerate()
                .map(|(position, reference)| {
                    let comparison = judged.comparisons.get(position);
                    json!({
                        "source": reference.source,
                        "mean": reference.given.mean,
                        "low": reference.given.low,
                        "high": reference.given.high,
                        "difference": comparison.map(|one| one.difference),
                        "allowed": comparison.and_then(|one| one.allowed),
                    })
                });
            json!({
                "scenario": figure.scenario,
                "metric": figure.metric,
                "unit": figure.unit,
                "estimate": of_estimate(judged.ours),
                "given": given.collect::<Vec<_>>(),
                "verdict": judged.verdict.words(),
            })
        });
        json!({
            "model": reproduction.description.name,
            "title": reproduction.description.title,
            "replications": reproduction.n_replications(),
            "figures": figures.collect::<Vec<_>>(),
        })
    });
    models.collect()
}

fn of_results(results: &Results) -> Value {
    let values = results.keys.iter().zip(&results.estimates);
    let values: Vec<Value> = values
        .map(|(key, estimate)| {
            let mut row = of_key(results, key);
            row["estimate"] = of_estimate(*estimate);
            row
        })
        .collect();
    json!({
        "scenario": results.model.name,
        "title": results.model.title,
        "seed": results.model.run.seed,
        "replications": results.replications,
        "partial": results.partial,
        "values": values,
    })
}

fn of_key(results: &Results, key: &ValueKey) -> Value {
    let measure = &results.model.measures[key.measure];
    json!({
        "measure": measure.id,
        "statistic": statistic_key(key.statistic),
        "unit": unit_of(measure, key.statistic),
        "site": key.site,
        "cohort": key.cohort,
    })
}

/// An infinite bound (a single replication has no interval) becomes null.
fn of_estimate(estimate: Option<Estimate>) -> Value {
    let finite = |bound: f64| bound.is_finite().then_some(bound);
    estimate.map_or(Value::Null, |estimate| {
        json!({
            "mean": finite(estimate.mean),
            "low": finite(estimate.low),
            "high": finite(estimate.high),
            "n": estimate.n,
        })
    })
}
