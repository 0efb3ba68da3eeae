//! `check --load`: offered load against rostered capacity by pool or fleet and hour of the week, before any run.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::options::{Common, Exit};
use super::sources::DiskOverEmbedded;
use super::{folder, loading, say, writing};
use crate::experiment::areas::SideBySide;
use crate::report::OutputFile;
use crate::report::charts::offered_load as chart;
use crate::report::format::number;
use crate::report::offered_load::{PoolWeek, finding, table, weeks};
use crate::uec::load::{Loaded, load_by_hour};
use crate::uec::model::Model;

/// Pools and fleets shown on the terminal that are never short: the table has all.
const MOST_AT_EASE: usize = 5;
/// Pools shown on the terminal: more is for the table.
const MOST_SHOWN: usize = 60;

/// Shows the load of every scenario, and writes a folder for each if one is asked for.
///
/// Errors: a scenario that cannot run, with all its faults; a folder that cannot be written.
pub fn offered_load(scenarios: &[String], common: &Common) -> Result<Exit, Exit> {
    let loaded: Vec<Option<Loaded>> = scenarios.iter().map(|path| load(path, common)).collect();
    let loaded: Vec<Loaded> = loaded
        .into_iter()
        .collect::<Option<_>>()
        .ok_or(Exit::Input)?;
    let folders: Vec<Option<PathBuf>> = loaded
        .iter()
        .map(|loaded| folder_of(&loaded.model, scenarios.len(), common))
        .collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    for ((path, loaded), folder) in scenarios.iter().zip(&loaded).zip(&folders) {
        let weeks = weeks(&loaded.model, &loaded.hourly_loads);
        if let Some(folder) = folder {
            write(folder, path, &loaded.model, &weeks, common)?;
        }
        if common.json {
            all.push(as_json(&loaded.model, &weeks));
        } else if !common.quiet {
            show(&loaded.model, &weeks, folder.as_deref());
        }
    }
    if common.json {
        put_line!("{:#}", Value::from(all));
    }
    Ok(Exit::Done)
}

fn load(path: &str, common: &Common) -> Option<Loaded> {
    let path = loading::find(path);
    let source = DiskOverEmbedded::for_file(&path);
    let each = SideBySide::on(common.threads());
    match load_by_hour(&path, &source, &loading::overrides(common), &each) {
        Ok(loaded) => Some(loaded),
        Err(refused) => {
            eprintln!("{}", refused.render().trim_end());
            None
        }
    }
}

/// `--out`, or a folder in it for each of several scenarios; none without `--out`.
fn folder_of(model: &Model, n_scenarios: usize, common: &Common) -> Result<Option<PathBuf>, Exit> {
    let Some(out) = &common.out else {
        return Ok(None);
    };
    let folder = match n_scenarios {
        1 => out.clone(),
        _ => out.join(&model.name),
    };
    match folder::refusal(&folder) {
        Some(refusal) => Err(say::fault(Exit::Input, &refusal)),
        None => Ok(Some(folder)),
    }
}

fn write(
    folder: &Path,
    path: &str,
    model: &Model,
    weeks: &[PoolWeek<'_>],
    common: &Common,
) -> Result<(), Exit> {
    let text = |path: &str, text: String| OutputFile {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    };
    let mut files = vec![text("load.csv", table(weeks))];
    if let Some(chart) = chart::draw(weeks, &model.title) {
        files.extend(writing::pictures(&chart));
    }
    let inputs = model.files.iter();
    let inputs: Vec<Value> = inputs
        .map(|file| json!({ "path": file.path, "sha256": file.sha256 }))
        .collect();
    let record = json!({
        "program": format!("uecsim {}", env!("CARGO_PKG_VERSION")),
        "command": common.command("check", &[path.to_owned()], "--load"),
        "finding": finding(weeks),
        "inputs": inputs,
    });
    files.push(text("run.json", format!("{record:#}\n")));
    writing::write_folder(&files, folder)
}

fn show(model: &Model, weeks: &[PoolWeek<'_>], folder: Option<&Path>) {
    put_line!("{}: {}.", model.title, finding(weeks));
    put_line!(
        "Units wanted if nobody waited, and units rostered, on average over the week; an estimate before any run"
    );
    let n_short = weeks
        .iter()
        .filter(|week| week.load.hours_short() > 0)
        .count();
    let shown = &weeks[..weeks.len().min(n_short + MOST_AT_EASE).min(MOST_SHOWN)];
    let width = shown.iter().map(|week| week.name.chars().count()).max();
    let width = width.unwrap_or(0);
    put_line!(
        "  {:width$}  wanted  rostered   load  hours short  worst",
        "pool"
    );
    for week in shown {
        let load = week.load;
        put_line!(
            "  {:width$}  {:>6}  {:>8}  {:>5}  {:>11}  {}",
            week.name,
            number(load.mean_offered()),
            number(load.mean_capacity()),
            week.percent()
                .map_or_else(String::new, |percent| format!("{percent:.0} %")),
            load.hours_short(),
            week.worst().unwrap_or_default()
        );
    }
    let n_more = weeks.len() - shown.len();
    match n_short.saturating_sub(shown.len()) {
        0 if n_more == 0 => {}
        0 => put_line!("  and {n_more} more that are never short"),
        n_short => put_line!("  and {n_more} more, of which {n_short} are short"),
    }
    match folder {
        Some(folder) => put_line!("{}", say::written(folder)),
        None => put_line!("All hours as table and chart: --out FOLDER"),
    }
}

fn as_json(model: &Model, weeks: &[PoolWeek<'_>]) -> Value {
    let pools: Vec<Value> = weeks
        .iter()
        .map(|week| {
            let load = week.load;
            let short: Vec<usize> = (0..load.offered.len())
                .filter(|hour| load.is_short(*hour))
                .collect();
            json!({
                "area": week.area.map(|area| &area.id),
                "site": week.site,
                "pool": week.pool,
                "offered": load.offered,
                "capacity": load.capacity,
                "short_hours": short,
            })
        })
        .collect();
    json!({ "scenario": model.name, "finding": finding(weeks), "pools": pools })
}
