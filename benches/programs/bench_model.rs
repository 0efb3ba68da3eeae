//! Runs a scenario on one thread and prints one line of JSON, for side-by-side benchmarks with other programs:
//!
//! `bench_model FILE [--seed N] [--replications N] [--days N]`
//!
//! The line has `customers` (arrivals), `events` (timed state changes of the model) and one number for every statistic of
//! every measure: the mean over replications, shares between 0 and 1. A measure with one statistic gives its own name, one by
//! cohort that with the cohort's level (`wait1`); one with several is named by these (`p95`, `within4h`, `resp2_p90`).

use std::fmt::Write;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use uecsim::engine::time::{DAY, HOUR, SimSpan};
use uecsim::experiment::control::Control;
use uecsim::experiment::results::{Results, ValueKey};
use uecsim::scenario::source::{ReadFault, Source};
use uecsim::uec::load::load;
use uecsim::uec::model::{MeasureSpec, Model, Statistic};

struct Disk;

impl Source for Disk {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        std::fs::read_to_string(path).map_err(|fault| match fault.kind() {
            std::io::ErrorKind::NotFound => ReadFault::Missing,
            _ => ReadFault::Unreadable(fault.to_string()),
        })
    }
}

fn main() -> ExitCode {
    let line = arguments().and_then(|arguments| {
        let model = read(&arguments)?;
        run(model)
    });
    match line {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::from(2)
        }
    }
}

struct Arguments {
    file: String,
    seed: u64,
    replications: u32,
    days: Option<u64>,
}

fn arguments() -> Result<Arguments, String> {
    let usage = "usage: bench_model FILE [--seed N] [--replications N] [--days N]";
    let mut given = std::env::args().skip(1);
    let mut arguments = Arguments {
        file: given.next().ok_or(usage)?,
        seed: 1,
        replications: 1,
        days: None,
    };
    while let Some(flag) = given.next() {
        let number: u64 = given
            .next()
            .and_then(|text| text.parse().ok())
            .ok_or(usage)?;
        match flag.as_str() {
            "--seed" => arguments.seed = number,
            "--replications" => {
                arguments.replications = u32::try_from(number).map_err(|_| usage)?;
            }
            "--days" => arguments.days = Some(number),
            _ => return Err(usage.to_owned()),
        }
    }
    Ok(arguments)
}

fn read(arguments: &Arguments) -> Result<Model, String> {
    let loaded = load(&arguments.file, &Disk).map_err(|refused| refused.render())?;
    let mut model = loaded.model;
    model.run.seed = arguments.seed;
    model.run.replications = arguments.replications;
    if let Some(days) = arguments.days {
        model.run.length = SimSpan(days * DAY.0);
    }
    Ok(model)
}

fn run(model: Model) -> Result<String, String> {
    let control = Control {
        threads: 1,
        cancel: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let mut ended = uecsim::experiment::run(vec![model], &control)?;
    if let Some(failure) = ended.failures.first() {
        return Err(failure.message.clone());
    }
    let results = ended.results.remove(0);
    Ok(line(&results))
}

fn line(results: &Results) -> String {
    let customers: u64 = results.conservation.iter().map(|run| run.arrived).sum();
    let events: u64 = results.conservation.iter().map(|run| run.events).sum();
    let mut line = format!("{{\"customers\":{customers},\"events\":{events}");
    for (key, estimate) in results.keys.iter().zip(&results.estimates) {
        let measure = &results.model.measures[key.measure];
        if let (Some(name), Some(estimate)) = (name(measure, key), estimate) {
            let value = estimate.mean * scale(measure, key.statistic);
            write!(line, ",\"{name}\":{value:.6}").expect("a string takes all that is written");
        }
    }
    line.push('}');
    line
}

/// The output's name, or none for numbers that are not asked for.
fn name(measure: &MeasureSpec, key: &ValueKey) -> Option<String> {
    let by_cohort = key.cohort.split_once('=');
    if key.site != "all" || by_cohort.is_none() != measure.by.is_empty() {
        return None;
    }
    let statistic = statistic_name(key.statistic);
    let is_only = measure.statistics.len() == 1;
    match by_cohort {
        None if is_only => Some(measure.id.clone()),
        None => Some(statistic),
        Some((_, level)) if is_only || key.statistic == Statistic::Mean => {
            Some(format!("{}{level}", measure.id))
        }
        Some((_, level)) => Some(format!("{}{level}_{statistic}", measure.id)),
    }
}

fn statistic_name(statistic: Statistic) -> String {
    let hours = |bound: SimSpan| bound.0 / HOUR.0;
    match statistic {
        Statistic::Quantile(p) => format!("p{:.0}", 100.0 * p),
        Statistic::Within(bound) => format!("within{}h", hours(bound)),
        Statistic::Over(bound) => format!("over{}h", hours(bound)),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// From percent to shares.
fn scale(measure: &MeasureSpec, statistic: Statistic) -> f64 {
    match statistic {
        Statistic::Within(_) | Statistic::Over(_) | Statistic::Percent => 0.01,
        _ if measure.unit == "%" => 0.01,
        _ => 1.0,
    }
}
