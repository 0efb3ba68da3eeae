//! `check`: validates scenarios and experiments and says what would be simulated.

use clap::Args;

use super::experiments::{self, Setup};
use super::loading;
use super::offered_load::offered_load;
use super::options::{Common, Exit};
use crate::report::format::{date_words, number};
use crate::scenario::units::write_duration;
use crate::uec::load::Loaded;
use crate::uec::model::Model;
use crate::uec::overview::{Units, arriving, fleet_units, in_all, units};

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Scenario files, names of shipped scenarios, or experiment files
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// Show offered load against rostered capacity by pool and hour of the week; with --out as load.csv and charts/load.svg, too
    #[arg(long)]
    load: bool,
    #[command(flatten)]
    common: Common,
}

pub fn check(arguments: &CheckArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    if arguments.load {
        return offered_load(&arguments.scenarios, common);
    }
    let written = arguments.scenarios.iter().cloned();
    let (experiments, scenarios): (Vec<_>, Vec<_>) =
        written.partition(|path| experiments::is_experiment(path));
    for path in &experiments {
        let setup = Setup::load(path, common)?;
        setup.check_points()?;
        if !common.quiet {
            put_line!("{}", setup.words());
        }
    }
    for (nth, loaded) in loading::load_all(&scenarios, common)?.iter().enumerate() {
        let warnings = loaded.render();
        if !warnings.is_empty() {
            eprintln!("{}", warnings.trim_end());
        }
        if common.quiet {
            continue;
        }
        if nth > 0 {
            put_line!("");
        }
        describe(&loaded.model);
        who_arrives(loaded);
        pools(loaded);
        fleets(&loaded.model);
    }
    Ok(Exit::Done)
}

fn describe(model: &Model) {
    let run = model.run;
    let duration = |milliseconds: u64| write_duration(milliseconds as f64);
    put_line!("{}", model.title);
    if !model.description.is_empty() {
        put_line!("{}", model.description);
    }
    put_line!("");
    put_line!(
        "  {} from {} after a warm-up of {}, {} replications, seed {}",
        duration(run.length.0),
        date_words(run.start),
        duration(run.warm_up.0),
        run.replications,
        run.seed
    );
    put_line!(
        "  {} sites, {} pools, {} fleets, {} steps, {} measures, {} numbers with {} sources",
        model.names.sites.len(),
        model.names.pools.len(),
        model.names.fleets.len(),
        model.program.steps.len(),
        model.measures.len(),
        model.inputs.len(),
        sources(model)
    );
    if !model.areas.is_empty() {
        put_line!(
            "  {} areas that do not exchange patients; arrivals, units and load are of all together",
            model.areas.len()
        );
    }
    for change in &model.changes {
        put_line!("  change {}: {}", change.name, change.title);
    }
    for rollout in &model.rollouts {
        put_line!(
            "  roll-out {} ({}), {}",
            rollout.name,
            rollout.title,
            rollout.when
        );
        for change in &rollout.changes {
            put_line!("    change {}: {}", change.name, change.title);
        }
    }
}

/// How many different sources and assumptions the numbers rest on.
fn sources(model: &Model) -> usize {
    let mut said: Vec<String> = model
        .inputs
        .iter()
        .map(|input| format!("{:?}", input.origin))
        .collect();
    said.sort_unstable();
    said.dedup();
    said.len()
}

fn who_arrives(loaded: &Loaded) {
    let kinds = arriving(&loaded.model);
    let total: f64 = kinds.iter().map(|kind| kind.per_day).sum();
    put_line!("");
    match loaded.residents {
        Some(residents) => put_line!(
            "Arrivals a day: {} from {} residents",
            number(total),
            number(residents)
        ),
        None => put_line!("Arrivals a day: {}", number(total)),
    }
    let width = kinds
        .iter()
        .map(|kind| kind.name.chars().count())
        .max()
        .unwrap_or(0);
    for kind in &kinds {
        let streams = if kind.n_streams == 1 {
            "stream"
        } else {
            "streams"
        };
        put_line!(
            "  {:width$}  {:>8}  {} {streams}",
            kind.name,
            number(kind.per_day),
            kind.n_streams
        );
    }
}

fn pools(loaded: &Loaded) {
    let model = &loaded.model;
    let rows: Vec<[String; 5]> = (0..model.names.pools.len())
        .map(|pool| {
            let name = &model.names.pools[pool];
            let load = loaded.loads.get(pool);
            let cell = |value: Option<f64>| value.map(number).unwrap_or_default();
            let percent = load.filter(|load| load.capacity > 0.0);
            let percent =
                percent.map(|load| format!("{:.0} %", load.offered / load.capacity * 100.0));
            [
                model.names.sites[usize::from(name.site.0)].id.clone(),
                name.id.clone(),
                range(in_all(model, |program| units(program, pool))),
                cell(load.map(|load| load.offered)),
                percent.unwrap_or_default(),
            ]
        })
        .collect();
    put_line!("");
    put_line!(
        "Pools: units on duty, and the offered load (units busy on average if nobody waited)"
    );
    table(&["site", "pool", "units", "offered", "load"], &rows);
}

fn fleets(model: &Model) {
    if model.names.fleets.is_empty() {
        return;
    }
    put_line!("");
    put_line!("Fleets: units on shift");
    for (fleet, name) in model.names.fleets.iter().enumerate() {
        put_line!(
            "  {}  {}",
            name.id,
            range(in_all(model, |program| fleet_units(program, fleet)))
        );
    }
}

fn range(units: Units) -> String {
    if units.fewest == units.most {
        units.most.to_string()
    } else {
        format!("{}-{}", units.fewest, units.most)
    }
}

/// Words to the left, numbers to the right.
fn table(header: &[&str; 5], rows: &[[String; 5]]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(header[column].len())
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    let line = |cells: [&str; 5]| {
        let [site, pool, units, offered, load] = cells;
        let [a, b, c, d, e] = widths;
        put_line!("  {site:a$}  {pool:b$}  {units:>c$}  {offered:>d$}  {load:>e$}");
    };
    line(*header);
    for row in rows {
        line(std::array::from_fn(|column| row[column].as_str()));
    }
}
