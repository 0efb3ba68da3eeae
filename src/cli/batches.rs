//! `run --batches`: one long run, cut into batches that stand for replications.
//!
//! It is refused where batches cannot be alike, and where they are found to depend on each other: intervals would be too narrow.

use super::options::{Common, Exit};
use super::writing::{self, Circumstances, Target};
use super::{json, loading, running, say};
use crate::experiment::batches::dependent;
use crate::experiment::results::Results;
use crate::experiment::warm_up::{changes_with_season, changing, is_weekly};
use crate::report::findings::name;
use crate::report::format::number;
use crate::report::headline::headline_measures;
use crate::report::run_json::Recipe;
use crate::report::subject::Outcome;
use crate::report::warm_up::changing_words;
use crate::scenario::units::{HOUR, WEEK};
use crate::uec::model::{Model, Statistic};

/// Code of batches that cannot be had.
pub const CODE: &str = "E111";

pub fn run(scenarios: &[String], n: u32, common: &Common) -> Result<Exit, Exit> {
    let mut models = loading::models(scenarios, common)?;
    loading::of_one_area(&models, "--batches")?;
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let targets = Target::for_runs(&names, common)?;
    for model in &mut models {
        cut(model, n)?;
    }
    let mut worst = Exit::Done;
    let (mut all, mut folders) = (Vec::new(), Vec::new());
    for ((model, target), scenario) in models.into_iter().zip(targets).zip(scenarios) {
        let mut ran = running::run_batches(model, n, common)?;
        let Some(results) = ran.results.pop() else {
            return Err(Exit::Internal);
        };
        if ran.exit == Exit::Done && !are_independent(&results, common) {
            worst = worst.max(Exit::DoesNotHold);
            continue;
        }
        let circumstances = Circumstances {
            command: common.command(
                "run",
                std::slice::from_ref(scenario),
                &format!("--batches {n}"),
            ),
            exit: ran.exit,
            failures: ran.failures.clone(),
            took: ran.took,
            threads: common.threads(),
            recipe: Recipe {
                batches: Some(n),
                ..common.recipe("run")
            },
            precision: None,
        };
        let folder = writing::write(Outcome::Run(&results), &target, &circumstances)?;
        worst = worst.max(ran.exit);
        if !common.json && !common.quiet {
            say::finding(Outcome::Run(&results), folder.as_deref());
        }
        folders.push(folder);
        all.push(results);
    }
    if common.json {
        put_line!("{}", json::of_runs(&all, &folders));
    }
    Ok(worst)
}

/// Makes the length of a model's run that of one batch.
///
/// Errors: batches of this run would not be alike.
pub fn cut(model: &mut Model, n: u32) -> Result<(), Exit> {
    let refuse = |message: String, advice: &str| {
        let message = format!("[{CODE}]: {message}\n  try: {advice}");
        // The code stands right behind the word, as in every diagnostic.
        eprintln!("error{message}");
        Err(Exit::Input)
    };
    let changes = changing(model);
    if !changes.is_empty() {
        let reasons: Vec<String> = changes.iter().map(changing_words).collect();
        let message = format!(
            "batches of {} would not be alike: {}",
            model.name,
            reasons.join("; ")
        );
        return refuse(message, "--replications");
    }
    if changes_with_season(model) {
        let message = format!(
            "batches of {} would not be alike: its arrivals change with the season",
            model.name
        );
        return refuse(message, "--replications");
    }
    let (unit, words) = match is_weekly(model) {
        true => (WEEK as u64, "weeks"),
        false => (HOUR as u64, "hours"),
    };
    let length = model.run.length.0;
    if !length.is_multiple_of(unit * u64::from(n)) || length == 0 {
        let each = (length / u64::from(n)).div_ceil(unit).max(1);
        let total = each * u64::from(n);
        let message = format!(
            "the run of {} cannot be cut into {n} batches of whole {words}",
            model.name
        );
        return refuse(
            message,
            &format!("--length \"{total} {words}\", or another number of batches"),
        );
    }
    model.run.length.0 = length / u64::from(n);
    Ok(())
}

/// Whether batches pass for independent; says which measures' do not.
fn are_independent(results: &Results, common: &Common) -> bool {
    let headline: Vec<(String, Statistic)> = headline_measures(&results.model)
        .into_iter()
        .map(|(measure, statistic)| (measure.id.clone(), statistic))
        .collect();
    let (found, greatest) = dependent(results, &headline);
    if found.is_empty() {
        if let Some(greatest) = greatest.filter(|_| !common.quiet && !common.json) {
            put_line!(
                "{} batches of {} pass for independent: the greatest lag-1 correlation of {} measures is {}.",
                results.replications.len(),
                results.model.name,
                headline.len(),
                number(greatest)
            );
        }
        return true;
    }
    let named = found.iter().map(|one| {
        let measure = &results.model.measures[one.measure];
        format!(
            "{} ({})",
            name(measure, one.statistic),
            number(one.correlation)
        )
    });
    eprintln!(
        "error[{CODE}]: batches of {} depend on the ones before, so that intervals would be too narrow; lag-1 correlations: {}\n  \
         try: a longer run (--length) or fewer batches, or --replications; nothing was written",
        results.model.name,
        named.collect::<Vec<_>>().join(", ")
    );
    false
}
