//! `fit`: runs a fitted scenario and writes how it compares with what is published.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::folder;
use super::options::{Common, Exit};
use super::sources::DiskOverEmbedded;
use super::{loading, running, say};
use crate::experiment::backtest::monthly;
use crate::experiment::fit::{Fit, Target, Verdict, judge, targets};
use crate::experiment::history::trace;
use crate::experiment::results::{Estimate, Results};
use crate::report::charts::{Chart, control, history as observed};
use crate::report::format::{better_direction, number, statistic_key};
use crate::report::history;
use crate::scenario::source::Source;
use crate::scenario::workspace::Workspace;
use crate::uec::history::{Series, series};

#[derive(Debug, Args)]
pub struct FitArguments {
    /// The fitted scenario
    #[arg(default_value = "scenarios/devon-2023.toml")]
    scenario: String,
    /// Published figures
    #[arg(
        long,
        value_name = "FILE",
        default_value = "scenarios/systems/devon/published.csv"
    )]
    published: String,
    /// Published monthly figures (default: those that the scenario names under `history`)
    #[arg(long, value_name = "FILE")]
    history: Option<String>,
    /// Markdown file to write; charts and the table of months are put beside it
    #[arg(long, value_name = "FILE", default_value = "docs/devon-fit.md")]
    page: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// Exit code 1 if a target is not met.
pub fn fit(arguments: &FitArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let mut models = loading::models(std::slice::from_ref(&arguments.scenario), common)?;
    let targets = published(&arguments.published)?;
    let model = models.pop().ok_or(Exit::Internal)?;
    let months = match &arguments.history {
        Some(path) => monthly_figures(path)?,
        None => model.history.clone(),
    };
    let (model, found) = match months.is_empty() {
        true => (model, Vec::new()),
        false => monthly::with_accounts(model, &months, statistic_key),
    };
    let ran = running::run(vec![model], common)?;
    let results = &ran.results[0];
    if results.replications.is_empty() {
        return Err(ran.exit);
    }
    let fits = judge(results, targets, statistic_key);
    let (by_month, files) = month_by_month(results, months, found, &arguments.page);
    let page = page(results, &fits, &by_month, arguments);
    for (path, text) in std::iter::once((arguments.page.clone(), page)).chain(files) {
        folder::write_file(&path, text.as_bytes()).map_err(|fault| {
            let message = format!("{} cannot be written: {fault}", path.display());
            say::fault(Exit::Machine, &message)
        })?;
    }
    if !common.quiet {
        put_line!("{}", tally(&fits));
        put_line!("{}", say::written(&arguments.page));
    }
    let all_fit = fits.iter().all(|fit| fit.verdict == Verdict::Fits);
    Ok(if all_fit {
        ran.exit
    } else {
        ran.exit.max(Exit::DoesNotHold)
    })
}

fn published(path: &str) -> Result<Vec<Target>, Exit> {
    let text = DiskOverEmbedded::for_file(path).read(path);
    let text = text
        .map_err(|fault| say::fault(Exit::Input, &format!("{path} cannot be read: {fault:?}")))?;
    targets(&text).map_err(|fault| say::fault(Exit::Input, &format!("{path}: {fault}")))
}

fn tally(fits: &[Fit]) -> String {
    let count = |verdict| fits.iter().filter(|fit| fit.verdict == verdict).count();
    format!(
        "{} of {} published figures are met, {} are not, {} are not simulated",
        count(Verdict::Fits),
        fits.len(),
        count(Verdict::DoesNotFit),
        count(Verdict::NotSimulated)
    )
}

fn monthly_figures(path: &str) -> Result<Vec<Series>, Exit> {
    let source = DiskOverEmbedded::for_file(path);
    let workspace = Workspace::new(&source);
    series(&workspace, path).ok_or_else(|| {
        eprintln!("{}", workspace.render().trim_end());
        Exit::Input
    })
}

/// The section about months, and the files beside the page that it names.
fn month_by_month(
    results: &Results,
    months: Vec<Series>,
    found: Vec<Result<usize, String>>,
    page: &Path,
) -> (String, Vec<(PathBuf, String)>) {
    if months.is_empty() {
        return Default::default();
    }
    let (traced, refused) = trace(results, months, found, statistic_key, better_direction);
    let stem = page.file_stem().unwrap_or_default().to_string_lossy();
    let beside = |what: &str| page.with_file_name(format!("{stem}-{what}"));
    let name = |what: &str| format!("{stem}-{what}");
    let observed = observed::draw(&traced, results.replications.len());
    let charts: Vec<Chart> = observed.into_iter().chain(control::draw(&traced)).collect();
    let file = |chart: &Chart| format!("{}.svg", chart.id);
    let pictures: Vec<(String, String)> = charts
        .iter()
        .map(|chart| (chart.title.clone(), name(&file(chart))))
        .collect();
    let text = history::section(&traced, &refused, &pictures, &name("months.csv"));
    if traced.is_empty() {
        return (text, Vec::new());
    }
    let tables: Vec<_> = charts
        .iter()
        .map(|chart| (chart.id.as_str(), &chart.table))
        .collect();
    let mut files = vec![(beside("months.csv"), history::table(&tables))];
    files.extend(
        charts
            .iter()
            .map(|chart| (beside(&file(chart)), chart.svg.clone())),
    );
    (text, files)
}

fn page(results: &Results, fits: &[Fit], by_month: &str, arguments: &FitArguments) -> String {
    let model = &results.model;
    let mut page = String::new();
    let days = model.run.length.0 as f64 / 86_400_000.0;
    let _ = write!(
        page,
        "# How {} fits what is published\n\n\
         Written by `uecsim fit`. {} replications of {days:.0} days from {:04}-{:02}-{:02}, seed {}. Published figures: `{}`.\n\
         Simulated figures are means over replications with 95 % intervals; a figure fits if the mean lies within the tolerance.\n\n\
         **{}.**\n",
        model.title,
        results.replications.len(),
        model.run.start.year,
        model.run.start.month,
        model.run.start.day,
        model.run.seed,
        arguments.published,
        tally(fits),
    );
    let mut groups: Vec<&str> = Vec::new();
    for fit in fits {
        if !groups.contains(&fit.target.group.as_str()) {
            groups.push(&fit.target.group);
        }
    }
    for group in groups {
        let _ = write!(
            page,
            "\n## {group}\n\n\
             | figure | site | published | simulated | difference | tolerance | verdict |\n\
             |---|---|---|---|---|---|---|\n"
        );
        for fit in fits.iter().filter(|fit| fit.target.group == group) {
            page.push_str(&row(results, fit));
        }
    }
    page.push_str(by_month);
    page.push_str(&misfits(fits));
    page.push_str(&sources(fits));
    page
}

fn row(results: &Results, fit: &Fit) -> String {
    let target = &fit.target;
    let mut places = results.model.places();
    let site = places.find(|site| site.id == target.site);
    let site = site.map_or(target.site.as_str(), |site| &site.title);
    let (simulated, difference) = match fit.simulated {
        Some(estimate) => (interval(estimate), difference(target, estimate)),
        None => ("none".to_owned(), String::new()),
    };
    let verdict = match fit.verdict {
        Verdict::Fits => "fits",
        Verdict::DoesNotFit => "**does not fit**",
        Verdict::NotSimulated => "not simulated",
    };
    format!(
        "| {} | {site} | {} {} | {simulated} | {difference} | {} | {verdict} |\n",
        target.label,
        number(target.published),
        target.unit,
        target.tolerance
    )
}

fn interval(estimate: Estimate) -> String {
    let mean = number(estimate.mean);
    if estimate.low.is_finite() {
        format!(
            "{mean} ({} to {})",
            number(estimate.low),
            number(estimate.high)
        )
    } else {
        mean
    }
}

/// In percent of the published figure where the tolerance is, else in points.
fn difference(target: &Target, estimate: Estimate) -> String {
    let difference = estimate.mean - target.published;
    if target.tolerance.ends_with('%') && target.published != 0.0 {
        format!("{:+.1} %", difference / target.published * 100.0)
    } else {
        format!("{difference:+.1}")
    }
}

fn misfits(fits: &[Fit]) -> String {
    let mut text = "\n## What does not fit, and why\n\n".to_owned();
    let mut misfits = fits
        .iter()
        .filter(|fit| fit.verdict != Verdict::Fits)
        .peekable();
    if misfits.peek().is_none() {
        text.push_str("Every figure lies within its tolerance.\n");
    }
    for fit in misfits {
        let target = &fit.target;
        let what = match fit.simulated {
            Some(estimate) => format!(
                "{} simulated, {} published",
                number(estimate.mean),
                number(target.published)
            ),
            None => "not simulated".to_owned(),
        };
        let why = if target.note.is_empty() {
            "no reason is known"
        } else {
            &target.note
        };
        let _ = writeln!(
            text,
            "- **{}** ({}): {what} {}. {why}.",
            target.label, target.site, target.unit
        );
    }
    text
}

fn sources(fits: &[Fit]) -> String {
    let mut sources: Vec<&str> = Vec::new();
    for fit in fits {
        if !sources.contains(&fit.target.source.as_str()) {
            sources.push(&fit.target.source);
        }
    }
    let mut text = "\n## Sources of the published figures\n\n".to_owned();
    for source in sources {
        let _ = writeln!(text, "- {source}");
    }
    text
}
