//! `compare`: scenarios against a baseline, with the same patients in each.

use clap::Args;

use super::decompose::{self, decomposition, differ_otherwise};
use super::options::{Common, Exit, stretch};
use super::precision::{
    PrecisionFlags, Reached, goal_of_comparison, say_what_would_settle, seconds_each,
};
use super::writing::{self, Circumstances, Target};
use super::{json, loading, running, say};
use crate::experiment::results::{Comparison, Part, Results};
use crate::report::run_json::Recipe;
use crate::report::subject::{Outcome, Subject};
use crate::uec::model::Model;

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Scenario file, or name of a shipped scenario, that the others are compared with
    #[arg(value_name = "BASELINE")]
    baseline: String,
    /// Scenarios to compare with it
    #[arg(required = true, value_name = "ALTERNATIVE")]
    alternatives: Vec<String>,
    /// Also run the (only) alternative with its changes added one at a time, and with each change alone
    #[arg(long)]
    decompose: bool,
    /// Also follow every patient through both scenarios, in this many replications (5 if no number is given): who waits
    /// longer, who less
    #[arg(
        long,
        value_name = "REPLICATIONS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "5",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    patients: Option<u32>,
    /// Stop a replication as soon as a line has only grown for so long (8 weeks if no DURATION is given; a multiple of 4 weeks)
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "8 weeks",
        value_parser = stretch
    )]
    stop_when_unstable: Option<u64>,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    common: Common,
}

pub fn compare(arguments: &CompareArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    if arguments.decompose && arguments.alternatives.len() > 1 {
        let message = "--decompose takes one alternative: which changes of several should be added is not clear";
        return Err(say::fault(Exit::Input, message));
    }
    let mut paths = vec![arguments.baseline.clone()];
    paths.extend_from_slice(&arguments.alternatives);
    let mut models = loading::models(&paths, common)?;
    if arguments.patients.is_some() {
        loading::of_one_area(&models, "--patients")?;
    }
    same_plan(&mut models, common)?;
    running::stop_when_unstable(&mut models, arguments.stop_when_unstable);
    let target = Target::for_comparison(&models, common)?;
    let asked = arguments.precision.asked();
    let goal = asked.as_ref().map(|asked| {
        let models: Vec<&Model> = models.iter().collect();
        goal_of_comparison(asked, &models)
    });
    let goal = goal.transpose()?;
    let parts = if arguments.decompose {
        let files = [&*arguments.baseline, &*arguments.alternatives[0]];
        let decomposed = decomposition(
            (&models[0], &models[1]),
            |changes| differ_otherwise(files, changes),
            |_, changes| loading::load_one(files[1], changes, common),
        )?;
        if goal.is_none() {
            decompose::announce(&decomposed, models[0].run.replications, common);
        }
        Some(decomposed)
    } else {
        None
    };
    let baseline = models.remove(0);
    let mut ran = running::compare(baseline, models, parts, goal.as_ref(), common)?;
    if let Some(most) = arguments.patients
        && ran.exit != Exit::Interrupted
    {
        let followed = running::follow_patients(&mut ran.results, most, common)?;
        ran.exit = ran.exit.max(followed);
    }
    let outcome = Outcome::Comparison(&ran.results);
    let whole = whole_results(&ran.results);
    let reached = goal.as_ref().map(|goal| Reached::new(goal, &whole));
    let common = &match &reached {
        Some(reached) => common.with_replications(reached.replications()),
        None => common.clone(),
    };
    let recipe = common.recipe("compare");
    let recipe = match &asked {
        Some(asked) => asked.laid_over(recipe),
        None => recipe,
    };
    let decompose = arguments.decompose.then(|| "--decompose".to_owned());
    let patients = arguments.patients.map(|most| format!("--patients={most}"));
    let stop = arguments.stop_when_unstable.map(running::stop_flag);
    let further: Vec<String> = decompose.into_iter().chain(patients).chain(stop).collect();
    let circumstances = Circumstances {
        command: common.command("compare", &paths, &further.join(" ")),
        exit: ran.exit,
        failures: ran.failures,
        took: ran.took,
        threads: common.threads(),
        recipe: Recipe {
            decompose: arguments.decompose,
            patients: arguments.patients,
            ..recipe
        },
        precision: reached.as_ref().map(Reached::record),
    };
    let folder = writing::write(outcome, &target, &circumstances)?;
    if common.json {
        let mut shown = json::of_comparison(&ran.results, folder.as_deref());
        if let Some(reached) = &reached {
            shown["precision"] = reached.as_json();
        }
        put_line!("{shown}");
    } else if !common.quiet {
        put_line!(
            "{}",
            say::work_done(&writing::all_results(outcome), ran.took)
        );
        say::finding(outcome, folder.as_deref());
        // One more replication is one more of every scenario.
        let each = seconds_each(&whole[..1], ran.took);
        if let Some(reached) = &reached {
            reached.say(each);
        }
        say_what_would_settle(&Subject::new(outcome), each);
    }
    Ok(Reached::exit(ran.exit, reached.iter()))
}

/// Of baseline and alternatives, without the parts of a decomposition.
pub fn whole_results(comparison: &Comparison) -> Vec<&Results> {
    let alternatives = comparison.alternatives.iter();
    let whole = alternatives.filter(|alternative| alternative.part == Part::Whole);
    std::iter::once(&comparison.baseline)
        .chain(whole.map(|alternative| &alternative.results))
        .collect()
}

/// What the program does when nothing is asked: the shipped traditional and networked scenarios.
pub fn main_job(common: &Common) -> Result<Exit, Exit> {
    compare(&CompareArguments {
        baseline: "scenarios/traditional.toml".to_owned(),
        alternatives: vec!["scenarios/networked.toml".to_owned()],
        decompose: false,
        patients: None,
        precision: PrecisionFlags::default(),
        stop_when_unstable: None,
        common: common.clone(),
    })
}

/// Gives every scenario the baseline's seed and replications.
///
/// Errors: `E101` if they differ in what is simulated when: their patients would not be the same.
pub fn same_plan(models: &mut [Model], common: &Common) -> Result<(), Exit> {
    let plan = models[0].run;
    let mut is_same = true;
    for model in &mut models[1..] {
        let own = model.run;
        if (own.start, own.warm_up, own.length) != (plan.start, plan.warm_up, plan.length) {
            is_same = false;
        }
        let differs = own.seed != plan.seed || own.replications != plan.replications;
        if differs && !common.quiet {
            eprintln!(
                "note: {} runs with the baseline's seed and replications, so that its patients are the same",
                model.name
            );
        }
        model.run.seed = plan.seed;
        model.run.replications = plan.replications;
    }
    if is_same {
        return Ok(());
    }
    let message =
        "the scenarios differ in start, warm-up or length, so that their patients cannot be paired";
    let advice = "give them the same [run] table, or --length and --warm-up";
    Err(say::fault(
        Exit::Input,
        &format!("[E101] {message}\n  try: {advice}"),
    ))
}
