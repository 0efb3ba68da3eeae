//! `sensitivity`: which uncertain parameters matter, and how uncertain the results are because of them.

use clap::{Args, ValueEnum};

use super::analysing;
use super::experiments::{self, Setup};
use super::library_values::add_library;
use super::options::{Common, Exit};
use super::writing::Target;
use crate::experiment::design::Parameter;
use crate::experiment::optimise::codes::NOT_UNCERTAIN;
use crate::experiment::response::{Fault, Response};
use crate::experiment::results::ValueKey;
use crate::experiment::sensitivity::{draws, morris, one_at_a_time, psa, sobol};
use crate::report::analysis::{Output, Setting};
use crate::report::sensitivity::{Found, told};
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::model::Model;

#[derive(Debug, Args)]
pub struct SensitivityArguments {
    /// Experiment file with the uncertain parameters, or with --library a scenario
    experiment: String,
    /// What is asked: which matter (morris), how they share the variance (sobol), what each does alone (tornado), how wide
    /// intervals are with parameter error too (psa)
    #[arg(long, value_enum, default_value_t = Method::Morris)]
    method: Method,
    /// Also take every library value with a low and a high estimate that the scenario uses
    #[arg(long)]
    library: bool,
    /// The scenario to look at, if the experiment names several
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Trajectories (morris), rows (sobol) or draws (psa) (default: 20, 256 or 100)
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    samples: Option<u32>,
    /// How values between low and high are distributed, with the value as written as the peak of a triangle
    #[arg(long, value_enum, default_value_t = Shape::Uniform)]
    shape: Shape,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Method {
    Morris,
    Sobol,
    Tornado,
    Psa,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    Uniform,
    Triangular,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Morris => "morris",
            Self::Sobol => "sobol",
            Self::Tornado => "tornado",
            Self::Psa => "psa",
        }
    }

    fn samples(self) -> u32 {
        match self {
            Self::Morris => 20,
            Self::Sobol => 256,
            Self::Tornado => 1,
            Self::Psa => 100,
        }
    }
}

/// How much is to be run.
struct Size {
    samples: u32,
    /// At each point.
    replications: u32,
    /// Of the system as written.
    as_written: u32,
    seed: u64,
}

pub fn sensitivity(arguments: &SensitivityArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let mut setup = setup(arguments)?;
    let scenario = analysing::scenario(&setup, arguments.scenario.as_deref(), NOT_UNCERTAIN)?;
    let as_written = setup.build_as_written(scenario).map_err(|faults| {
        eprintln!("{faults}");
        Exit::Input
    })?;
    let model = as_written.model;
    let mut left_out = Vec::new();
    if arguments.library {
        left_out = add_library(&mut setup, scenario, &model)?;
    }
    if setup.experiment.parameters.is_empty() {
        let message = "there is no parameter whose uncertainty could matter";
        let fault = Diagnostic::placeless(NOT_UNCERTAIN, message);
        let advice = "tables under [vary] with low and high, or --library";
        return Err(analysing::refuse(fault.try_this(advice), &setup.files));
    }
    let name = format!("{}-{}", setup.experiment.name, arguments.method.name());
    let target = Target::for_analysis(&name, common)?;
    let outputs = analysing::outputs(&model, &setup.experiment, &setup.files)?;
    let words: Vec<Output> = outputs.iter().map(|key| Output::of(&model, key)).collect();
    setup.check_points()?;
    let size = size(arguments, &setup, &model);
    let parameters = &setup.experiment.parameters;
    let bounds = bounds(&setup, &model, &outputs, &words);
    let procedure =
        |response: &dyn Response| analyse(response, arguments, parameters, &size, bounds);
    let about = about_runs(arguments.method, parameters.len(), &size);
    let (found, took) = analysing::run(&setup, scenario, &outputs, about, common, procedure)?;
    let provenance = analysing::provenance(&model, command(arguments));
    let told = told(&found, &words, parameters);
    let setting = Setting {
        title: format!("{}: sensitivity", setup.experiment.title),
        model: &model,
        parameters,
        left_out: &left_out,
        how: how(arguments, &size, parameters.len()),
        n_runs: found.n_runs(),
        provenance: &provenance,
        inputs: analysing::inputs(&setup, &model),
    };
    analysing::write(&setting, &told, &target, took, common)
}

/// The experiment; of a scenario, one without parameters of its own.
fn setup(arguments: &SensitivityArguments) -> Result<Setup, Exit> {
    let written = &arguments.experiment;
    if experiments::is_experiment(written) {
        return Setup::load(written, &arguments.common);
    }
    if arguments.library {
        return Setup::of_scenario(written, &arguments.common);
    }
    // What is wrong with a file that cannot be read is said by the reader.
    match super::loading::load_as_written(written) {
        None => Err(Exit::Input),
        Some(_) => {
            let message = format!(
                "error[{NOT_UNCERTAIN}]: {written} is a scenario, and says nothing of what is uncertain\n  try: an experiment file with [vary], or --library"
            );
            eprintln!("{message}");
            Err(Exit::Input)
        }
    }
}

fn command(arguments: &SensitivityArguments) -> String {
    let mut further = format!("--method {}", arguments.method.name());
    if arguments.library {
        further.push_str(" --library");
    }
    if let Some(scenario) = &arguments.scenario {
        further.push_str(&format!(" --scenario {scenario}"));
    }
    if let Some(samples) = arguments.samples {
        further.push_str(&format!(" --samples {samples}"));
    }
    if arguments.shape == Shape::Triangular {
        further.push_str(" --shape triangular");
    }
    let experiment = std::slice::from_ref(&arguments.experiment);
    arguments
        .common
        .command("sensitivity", experiment, &further)
}

fn size(arguments: &SensitivityArguments, setup: &Setup, model: &Model) -> Size {
    let own = setup.experiment.run.replications;
    Size {
        samples: arguments.samples.unwrap_or(arguments.method.samples()),
        // Differences need two to be told from noise; more points tell more than more replications.
        replications: match arguments.method {
            Method::Tornado => model.run.replications.max(2),
            _ => arguments.common.replications.unwrap_or(2).max(2),
        },
        as_written: own.unwrap_or(model.run.replications).max(2),
        seed: model.run.seed,
    }
}

fn about_runs(method: Method, k: usize, size: &Size) -> u64 {
    let (samples, replications, k) = (
        u64::from(size.samples),
        u64::from(size.replications),
        k as u64,
    );
    match method {
        Method::Morris => samples * (k + 1) * replications,
        Method::Sobol => samples * (k + 2) * replications,
        Method::Tornado => (2 * k + 1) * replications,
        Method::Psa => samples * replications + u64::from(size.as_written),
    }
}

fn analyse(
    response: &dyn Response,
    arguments: &SensitivityArguments,
    parameters: &[Parameter],
    size: &Size,
    bounds: Vec<Option<(f64, String)>>,
) -> Result<Found, Fault> {
    let base: Vec<f64> = parameters.iter().map(Parameter::base).collect();
    let shape = match arguments.shape {
        Shape::Uniform => draws::Shape::Uniform,
        Shape::Triangular => draws::Shape::Triangular,
    };
    match arguments.method {
        Method::Morris => {
            let plan = morris::Plan {
                n_parameters: parameters.len(),
                trajectories: size.samples,
                replications: size.replications,
                seed: size.seed,
                value: &|at, part| draws::level(&parameters[at], part),
            };
            morris::screen(response, &plan).map(Found::Morris)
        }
        Method::Sobol => {
            let plan = sobol::Plan {
                rows: draws::sample_rows(parameters, size.samples, size.seed, shape),
                replications: size.replications,
                seed: size.seed,
            };
            sobol::decompose(response, &plan).map(Found::Sobol)
        }
        Method::Tornado => {
            let ends: Vec<(f64, f64)> = parameters
                .iter()
                .map(|parameter| (parameter.low(), parameter.high()))
                .collect();
            let found = one_at_a_time::swings(response, &base, &ends, size.replications);
            found.map(Found::OneAtATime)
        }
        Method::Psa => {
            let plan = psa::Plan {
                draws: draws::draws(parameters, size.samples, size.seed, shape),
                replications: size.replications,
                as_written: base,
                n_as_written: size.as_written,
            };
            Ok(Found::Psa {
                found: psa::propagate(response, &plan)?,
                draws: plan.draws,
                bounds,
            })
        }
    }
}

/// The bound of the goal, for the number that it is about.
fn bounds(
    setup: &Setup,
    model: &Model,
    outputs: &[ValueKey],
    words: &[Output],
) -> Vec<Option<(f64, String)>> {
    let goal = setup.experiment.goal.as_ref();
    let of_output = |(key, output): (&ValueKey, &Output)| {
        let goal = goal?;
        let is_meant = model.measures[key.measure].id == goal.measure
            && output.cells[1] == goal.statistic
            && key.site == goal.site
            && key.cohort == goal.cohort;
        let value = goal.bound.value();
        is_meant.then(|| {
            (
                value,
                format!("goal: {} {value} {}", goal.bound.words(), output.unit),
            )
        })
    };
    outputs.iter().zip(words).map(of_output).collect()
}

/// How it was done, for the report.
fn how(arguments: &SensitivityArguments, size: &Size, k: usize) -> Vec<String> {
    let (samples, n) = (size.samples, size.replications);
    let method = match arguments.method {
        Method::Morris => format!(
            "Elementary effects (Morris 1991, Technometrics 33:161; mu* after Campolongo et al. 2007): {samples} random trajectories through {k} parameters on a grid of four \
             levels, {n} replications at each point. Points of a trajectory share their random numbers; trajectories have their own. Intervals are bootstrap percentiles over trajectories. \
             A parameter counts as told from chance if the low end of its mu* lies above what noise alone would give."
        ),
        Method::Sobol => format!(
            "Sobol indices (Saltelli et al. 2010, Computer Physics Communications 181:259; total after Jansen 1999): {samples} rows of two samples, {n} replications at each of the \
             {} points of a row. Points of a row share their random numbers; products are taken across different replications, so that chance adds nothing to the indices on average. Intervals are \
             bootstrap percentiles over rows.",
            k + 2
        ),
        Method::Tornado => format!(
            "One parameter at a time at its low and its high end, {n} replications each, the same random numbers everywhere; 95 % Student-t intervals of the paired differences."
        ),
        Method::Psa => format!(
            "Probabilistic sensitivity analysis (O'Hagan et al. 2007, Health Economics 16:1009): {samples} draws of all parameters (a Latin hypercube), {n} replications of each draw, \
             {} of the system as written. Variance components by a one-way analysis of variance. The interval with parameter error joins the 2.5th and 97.5th centile of the draws' means, freed of chance, with the sampling error of as many \
             replications as the system as written had, as squares.",
            size.as_written
        ),
    };
    let shape = match arguments.shape {
        Shape::Uniform => "Between low and high every value is taken to be equally likely.",
        Shape::Triangular => {
            "Between low and high values are taken to have a triangular distribution whose peak is the value as written."
        }
    };
    let independent = "Parameters are drawn independently of each other.";
    match arguments.method {
        Method::Sobol | Method::Psa => vec![method, format!("{shape} {independent}")],
        Method::Morris | Method::Tornado => vec![method],
    }
}
