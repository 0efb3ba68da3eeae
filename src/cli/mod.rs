//! What the user types: one file per command. The only layer with arguments, standard output and exit codes.

#[macro_use]
mod say;

mod analysing;
mod area;
mod backtest;
mod batches;
mod bottleneck;
mod calibrate;
mod catalogue;
mod check;
mod codes;
mod compare;
mod completions;
mod data;
mod data_dictionary;
mod decompose;
mod describe;
mod diff;
mod experiments;
mod explain;
mod fit;
mod folder;
mod interrupt;
mod json;
mod library_values;
mod list;
mod loading;
mod measure_words;
mod new;
mod offered_load;
mod optimise;
mod options;
mod origin_words;
mod overlay;
mod packed;
mod precision;
mod progress;
mod reproduce;
mod run;
mod running;
mod schema;
mod sensitivity;
mod sources;
mod stress;
mod sweep;
mod trace;
mod verify;
mod warm_up;
mod writing;

use clap::{Parser, Subcommand};

pub use options::Exit;

/// Urgent and emergency care simulated as one system.
///
/// Without a command: compares the shipped scenarios traditional and networked.
#[derive(Debug, Parser)]
#[command(
    name = "uecsim",
    version,
    about,
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: options::Common,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate one or more scenarios, each for itself
    Run(run::RunArguments),
    /// Compare scenarios with a baseline, with the same patients in each
    Compare(compare::CompareArguments),
    /// Find which pool is the bottleneck: one more unit in each in turn, with the same patients
    Bottleneck(bottleneck::BottleneckArguments),
    /// Run every point of an experiment's design on all cores; goes on after any stop with --resume
    Sweep(sweep::SweepArguments),
    /// Join the parts of a sweep that --shard made
    Merge(sweep::merge::MergeArguments),
    /// Validate scenarios and experiments and say what would be simulated
    Check(check::CheckArguments),
    /// Describe a scenario for a planner, in Markdown: services, capacities, flow diagram, every number with its source
    Describe(describe::DescribeArguments),
    /// Say what two scenarios differ in, value by value
    Diff(diff::DiffArguments),
    /// Write a scenario file to start from
    New(new::NewArguments),
    /// Fit free parameters of a scenario to published figures
    Calibrate(calibrate::CalibrateArguments),
    /// Fit a scenario to one period, forecast the next and compare with what was published
    Backtest(backtest::BacktestArguments),
    /// Draft a first system for the area of any English acute trust
    Area(area::AreaArguments),
    /// List the open data that the program carries, or print a file of it
    Data(data::DataArguments),
    /// Compare a fitted scenario with what is published and write the verdict
    Fit(fit::FitArguments),
    /// Run published models again and compare their figures with what was published
    Reproduce(reproduce::ReproduceArguments),
    /// Say how long a scenario takes to forget its start, with plots, or why it has no steady state
    WarmUp(warm_up::WarmUpArguments),
    /// Say which uncertain parameters matter, and how wide intervals are with parameter error too
    Sensitivity(sensitivity::SensitivityArguments),
    /// Find the fewest units for a goal, what each further one brings, the best configuration or split of a budget
    Optimise(optimise::OptimiseArguments),
    /// Simulate again what a folder records and compare every byte that was written
    Verify(verify::VerifyArguments),
    /// Tell one patient's journey, or the same patient's in two scenarios side by side
    Trace(trace::TraceArguments),
    /// Say in plain words what a code, measure, service, change or distribution is
    Explain(explain::ExplainArguments),
    /// List what there is: measures, services, changes, scenarios, distributions, codes
    List(list::ListArguments),
    /// Write the JSON Schema by which editors complete and check scenario files
    Schema(schema::SchemaArguments),
    /// Print what a shell needs to complete commands and flags
    Completions(completions::CompletionsArguments),
}

/// Does what the command line says and returns the exit code.
pub fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(fault) => return show_usage(&fault),
    };
    let ended = match &arguments.command {
        Some(Command::Run(arguments)) => run::run(arguments),
        Some(Command::Compare(arguments)) => compare::compare(arguments),
        Some(Command::Bottleneck(arguments)) => bottleneck::bottleneck(arguments),
        Some(Command::Sweep(arguments)) => sweep::sweep(arguments),
        Some(Command::Merge(arguments)) => sweep::merge::merge(arguments),
        Some(Command::Check(arguments)) => check::check(arguments),
        Some(Command::Calibrate(arguments)) => calibrate::calibrate(arguments),
        Some(Command::Backtest(arguments)) => backtest::backtest(arguments),
        Some(Command::Area(arguments)) => area::area(arguments),
        Some(Command::Data(arguments)) => data::data(arguments),
        Some(Command::Fit(arguments)) => fit::fit(arguments),
        Some(Command::Reproduce(arguments)) => reproduce::reproduce(arguments),
        Some(Command::WarmUp(arguments)) => warm_up::warm_up(arguments),
        Some(Command::Sensitivity(arguments)) => sensitivity::sensitivity(arguments),
        Some(Command::Optimise(arguments)) => optimise::optimise(arguments),
        Some(Command::Verify(arguments)) => verify::verify(arguments),
        Some(Command::Trace(arguments)) => trace::trace(arguments),
        Some(Command::Describe(arguments)) => describe::describe(arguments),
        Some(Command::Diff(arguments)) => diff::diff(arguments),
        Some(Command::New(arguments)) => new::new(arguments),
        Some(Command::Schema(arguments)) => schema::schema(arguments),
        Some(Command::Completions(arguments)) => completions::completions(arguments),
        Some(Command::Explain(arguments)) => explain::explain(arguments),
        Some(Command::List(arguments)) => list::list(arguments),
        None => compare::main_job(&arguments.common),
    };
    // A command that ends early ends with its exit code, too.
    ended.unwrap_or_else(|exit| exit)
}

/// Help and version come as "faults" that belong on standard output.
fn show_usage(fault: &clap::Error) -> Exit {
    match fault.print() {
        Err(_) => Exit::Machine,
        Ok(()) if fault.use_stderr() => Exit::Input,
        Ok(()) => Exit::Done,
    }
}
