//! `backtest`: fits a scenario to one period, forecasts the next and compares with what was published then.

use std::path::PathBuf;

use clap::Args;

use super::folder::{self, Draft};
use super::options::{Common, Exit};
use super::sources::DiskOverEmbedded;
use super::{calibrate, interrupt, loading, overlay, running, say};
use crate::experiment::backtest::entered::{self, ENTERED, Kept};
use crate::experiment::backtest::{backtest as compare, monthly};
use crate::experiment::calibrate::{change_text, rounded};
use crate::report::backtest::{Setting, finding, page, table};
use crate::report::charts::forecast;
use crate::report::format::statistic_key;
use crate::scenario::dates::Date;
use crate::scenario::source::stem;
use crate::scenario::workspace::Workspace;
use crate::uec::history::{MonthNumber, series};
use crate::uec::model::{Model, RunPlan};

#[derive(Debug, Args)]
pub struct BacktestArguments {
    /// The scenario; its run starts with the first month of the fit
    scenario: String,
    /// Published figures of the period of the fit, as for `uecsim calibrate`
    #[arg(long, value_name = "FILE")]
    to: String,
    /// Parameters that may be moved, as for `uecsim calibrate`
    #[arg(long, value_name = "FILE")]
    free: String,
    /// Published monthly figures: past, months of the fit and months to forecast
    #[arg(long, value_name = "FILE")]
    monthly: String,
    /// Calibrated numbers that the fit leaves as they are, and why that gives nothing away: path, reason
    #[arg(long, value_name = "FILE")]
    kept: Option<String>,
    /// First month to forecast, as 2023-04; the fit ends with the month before
    #[arg(long, value_name = "MONTH")]
    from: String,
    /// Months to forecast
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=60))]
    months: u32,
    /// Rounds of the fit at most
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    /// Replications of each run of the fit (default: as of the forecast)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    fit_replications: Option<u32>,
    /// Markdown page to write besides the report folder
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// Exit code 2 if the input is wrong; a forecast that is off is a result.
pub fn backtest(arguments: &BacktestArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let wrong = |message: String| say::fault(Exit::Input, &message);
    let from = MonthNumber::parse(&arguments.from);
    let from = from.ok_or_else(|| {
        wrong(format!(
            "\"{}\" is no month\n  try: --from 2023-04",
            arguments.from
        ))
    })?;
    if common.length.is_some() {
        return Err(wrong(
            "the length of the runs follows from --from and --months\n  try: leave --length out"
                .to_owned(),
        ));
    }
    let out = common.out.clone().unwrap_or_else(|| {
        let name = stem(&arguments.scenario);
        PathBuf::from("output").join(format!("{name}-backtest"))
    });
    if let Some(refusal) = folder::refusal(&out) {
        return Err(wrong(refusal));
    }
    let start = calibrate::start(&arguments.to, &arguments.free)?;
    let source = DiskOverEmbedded::for_file(&arguments.monthly);
    let workspace = Workspace::new(&source);
    let Some(all) = series(&workspace, &arguments.monthly) else {
        eprintln!("{}", workspace.render().trim_end());
        return Err(Exit::Input);
    };
    // The fit sees the months before the forecast only: its runs end there.
    let as_written: Vec<f64> = start
        .free
        .iter()
        .map(crate::experiment::calibrate::Free::start)
        .collect();
    let load = |values: &[f64], common: &Common| {
        let change = change_text(&start.free, values, "Values of the fit", "backtest");
        overlay::load_with_change(&arguments.scenario, &change, common).map_err(|faults| {
            eprintln!("{faults}");
            Exit::Input
        })
    };
    let model = load(&as_written, common)?.model;
    loading::of_one_area([&model], "backtest")?;
    let kept = kept(arguments, &model)?;
    let plan = model.run;
    let first = MonthNumber::of(plan.start.year, plan.start.month);
    if first >= from || plan.start.day != 1 {
        return Err(wrong(format!(
            "the scenario's run starts on {:04}-{:02}-{:02}: it must start on the first of a month before {}",
            plan.start.year, plan.start.month, plan.start.day, arguments.from
        )));
    }
    let mut of_fit = with_length(common, &plan, from);
    of_fit.replications = arguments.fit_replications.or(of_fit.replications);
    let fitted = calibrate::fit(&arguments.scenario, &start, arguments.rounds, &of_fit)?;
    if interrupt::has_happened() {
        return Err(Exit::Interrupted);
    }
    let until = MonthNumber(from.0 + arguments.months as i32);
    let whole = with_length(common, &plan, until);
    let values: Vec<f64> = fitted.values.iter().map(|value| rounded(*value)).collect();
    let model = load(&values, &whole)?.model;
    if model.run.replications < 2 {
        return Err(wrong(
            "a prediction interval needs two replications\n  try: --replications 10".to_owned(),
        ));
    }
    let (model, found) = monthly::with_accounts(model, &all, statistic_key);
    let ran = running::run(vec![model], common)?;
    let results = &ran.results[0];
    let n_replications = results.replications.len();
    if n_replications < 2 || results.partial {
        return Err(ran.exit.max(Exit::Machine));
    }
    let tested = compare(results, all, found, from, statistic_key);
    let mut further = format!(
        "--to {} --free {} --monthly {} --from {}",
        arguments.to, arguments.free, arguments.monthly, arguments.from
    );
    if let Some(kept) = &arguments.kept {
        further.push_str(&format!(" --kept {kept}"));
    }
    for (flag, value, usual) in [
        ("rounds", arguments.rounds, 6),
        ("months", arguments.months, 12),
    ] {
        if value != usual {
            further.push_str(&format!(" --{flag} {value}"));
        }
    }
    if let Some(n) = arguments.fit_replications {
        further.push_str(&format!(" --fit-replications {n}"));
    }
    let command = common.command(
        "backtest",
        std::slice::from_ref(&arguments.scenario),
        &further,
    );
    let setting = Setting {
        command: &command,
        n_replications,
        fitted: &fitted,
        free: &start.free,
        from: &arguments.from,
        kept: &kept,
    };
    let chart = forecast::draw(&tested, &finding(&tested), n_replications);
    let chart = chart.map(|chart| chart.svg);
    let page_with = |picture: &str| page(&results.model, &tested, &setting, picture);
    let change = change_text(
        &start.free,
        &values,
        "Values of the fit",
        "fitted by uecsim backtest",
    );
    let mut files = crate::report::calibration::files(&fitted, &start.free, &command, None);
    files.retain(|(name, _)| *name != "report.md");
    files.extend([
        ("report.md", page_with("forecast.svg")),
        ("forecast.csv", table(&tested)),
        ("fitted.toml", change),
        (
            "run.json",
            format!(
                "{:#}\n",
                calibrate::run_json(&fitted, &start.free, &command)
            ),
        ),
    ]);
    files.extend(chart.clone().map(|svg| ("forecast.svg", svg)));
    let refused = |fault: std::io::Error| {
        let message = format!("{} cannot be written: {fault}", out.display());
        say::fault(Exit::Machine, &message)
    };
    let draft = Draft::new(&out).map_err(refused)?;
    for (name, text) in files {
        folder::write_file(&draft.path().join(name), text.as_bytes()).map_err(refused)?;
    }
    draft.finish().map_err(refused)?;
    if let Some(page) = &arguments.page {
        let picture = page.with_extension("svg");
        let name = picture
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let text = page_with(&name.unwrap_or_default());
        folder::write_file(page, text.as_bytes()).map_err(refused)?;
        if let Some(svg) = chart {
            folder::write_file(&picture, svg.as_bytes()).map_err(refused)?;
        }
    }
    if !common.quiet {
        put_line!("{}", finding(&tested));
        put_line!("{}", say::written(&out));
    }
    Ok(ran.exit)
}

/// Which calibrated numbers enter as they stand: each has a reason, or nothing is run.
///
/// Errors: faults of the table, and `E105` with every table of numbers that nobody answers for.
fn kept(arguments: &BacktestArguments, model: &Model) -> Result<Vec<Kept>, Exit> {
    let elsewhere = entered::calibrated_elsewhere(&model.inputs);
    let kept = match &arguments.kept {
        None => Vec::new(),
        Some(path) => {
            let source = DiskOverEmbedded::for_file(path);
            let workspace = Workspace::new(&source);
            entered::kept(&workspace, path, &elsewhere).ok_or_else(|| {
                eprintln!("{}", workspace.render().trim_end());
                Exit::Input
            })?
        }
    };
    let unanswered = entered::unanswered(&elsewhere, &kept);
    if unanswered.is_empty() {
        return Ok(kept);
    }
    let mut tables: Vec<(String, usize, String)> = Vec::new();
    for input in &unanswered {
        let table = entered::table_of(&input.path);
        match tables.iter_mut().find(|(known, ..)| *known == table) {
            Some((_, n, _)) => *n += 1,
            None => tables.push((table, 1, format!("{}:{}", input.file, input.line))),
        }
    }
    let lines: String = tables
        .iter()
        .map(|(table, n, place)| format!("\n  {place}: {table} ({n})"))
        .collect();
    eprintln!(
        "error[{ENTERED}]: {} numbers are marked calibrated, and neither does the fit move them nor are they kept with a reason: they may have been fitted to the months that \
         are forecast{lines}\n  try: free them (--free), replace them in the scenario with numbers that have a source, or name them in a table \"path,reason\" (--kept)",
        unanswered.len()
    );
    Err(Exit::Input)
}

const MILLISECONDS_PER_DAY: u64 = 86_400_000;

/// Runs that end with the last day before a month.
fn with_length(common: &Common, plan: &RunPlan, until: MonthNumber) -> Common {
    let end = Date {
        year: until.0.div_euclid(12),
        month: until.0.rem_euclid(12) as u8 + 1,
        day: 1,
    };
    let days = (end.to_days() - plan.start.to_days()).max(0) as u64;
    Common {
        length: Some(days * MILLISECONDS_PER_DAY),
        ..common.clone()
    }
}
