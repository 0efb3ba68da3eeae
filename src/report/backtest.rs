//! The report of a backtest: a page in Markdown and its table.

use std::fmt::Write;

use crate::experiment::backtest::entered::Kept;
use crate::experiment::backtest::{Forecast, Tested};
use crate::experiment::calibrate::{Calibrated, Free};
use crate::uec::model::Model;

use super::format::{exact, exact_or_empty, number};
use super::tables::Sheet;

/// What was done, for the head of the page.
pub struct Setting<'s> {
    pub command: &'s str,
    pub n_replications: usize,
    pub fitted: &'s Calibrated,
    pub free: &'s [Free],
    /// First forecast month, as `2023-04`.
    pub from: &'s str,
    /// Calibrated numbers that the fit did not move.
    pub kept: &'s [Kept],
}

/// What was found, in a sentence.
pub fn finding(tested: &[Tested]) -> String {
    let all: Vec<&Forecast> = tested.iter().flat_map(Tested::forecasts).collect();
    if all.is_empty() {
        return "nothing could be forecast".to_owned();
    }
    let covered = all.iter().filter(|month| month.is_covered()).count();
    let better = |rival: fn(&crate::experiment::backtest::Errors) -> Option<f64>| {
        let pairs = tested.iter().filter_map(Tested::errors);
        let pairs: Vec<(f64, f64)> = pairs
            .filter_map(|errors| Some((errors.model, rival(&errors)?)))
            .collect();
        let n_better = pairs.iter().filter(|(model, rival)| model < rival).count();
        format!("{n_better} of {}", pairs.len())
    };
    format!(
        "{covered} of {} months lie in their 95 % prediction interval ({:.0} %); the error is smaller than that of the same month last year in {} series, \
         than that of seasonal smoothing in {}",
        all.len(),
        covered as f64 / all.len() as f64 * 100.0,
        better(|errors| errors.last_year),
        better(|errors| errors.smoothed)
    )
}

/// The page; `picture` is the file of its chart.
pub fn page(model: &Model, tested: &[Tested], setting: &Setting<'_>, picture: &str) -> String {
    let mut page = format!(
        "# {}: forecast from {}\n\n**{}.**\n\nWritten by `{}`. {} replications, seed {}. The scenario's free parameters were fitted to the months before {}; \
         what follows was not shown to the fit. The forecast is the mean over replications; its interval allows for another year of the same system and for an \
         error of the model as large as on the months of the fit.\n",
        model.title,
        setting.from,
        finding(tested),
        setting.command,
        setting.n_replications,
        model.run.seed,
        setting.from,
    );
    if tested.iter().any(|one| one.forecasts().len() > 1) {
        let _ = write!(
            page,
            "\n![Forecast and published figures by month]({picture})\n"
        );
    }
    errors(&mut page, tested);
    left_out(&mut page, tested);
    for one in tested.iter().filter(|one| !one.forecasts().is_empty()) {
        months(&mut page, one);
    }
    fit(&mut page, setting);
    page.push_str(&entered(setting.kept));
    sources(&mut page, tested);
    page
}

fn errors(page: &mut String, tested: &[Tested]) {
    page.push_str(
        "\n## Errors\n\nMean absolute error over the forecast months, in the unit of the series; the smallest is bold. A dash: the rival has no past to go by.\n\n\
         | series | months | covered | simulated | same month last year | seasonal smoothing |\n|---|---|---|---|---|---|\n",
    );
    for one in tested {
        let Some(errors) = one.errors() else { continue };
        let months = one.forecasts();
        let covered = months.iter().filter(|month| month.is_covered()).count();
        let all = [Some(errors.model), errors.last_year, errors.smoothed];
        let least = all.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let cell = |error: Option<f64>| match error {
            Some(error) if error <= least => format!("**{}**", number(error)),
            Some(error) => number(error),
            None => "–".to_owned(),
        };
        let [model, last_year, smoothed] = all.map(cell);
        let _ = writeln!(
            page,
            "| {} ({}) | {} | {covered} | {model} | {last_year} | {smoothed} |",
            one.series.name,
            one.series.unit,
            months.len()
        );
    }
}

fn left_out(page: &mut String, tested: &[Tested]) {
    let mut rows = tested
        .iter()
        .filter_map(|one| Some((one, one.outcome.as_ref().err()?)))
        .peekable();
    if rows.peek().is_none() {
        return;
    }
    page.push_str("\n## Not forecast\n\n");
    for (one, why) in rows {
        let notes = match one.series.notes.is_empty() {
            true => String::new(),
            false => format!(" ({})", one.series.notes.join("; ")),
        };
        let _ = writeln!(page, "- **{}**: {why}{notes}.", one.series.name);
    }
}

fn months(page: &mut String, one: &Tested) {
    let _ = write!(
        page,
        "\n## {}\n\nUnit: {}. Root mean squared error on the months of the fit: {}.\n\n\
         | month | published | forecast | 95 % prediction interval | inside | last year | smoothing |\n|---|---|---|---|---|---|---|\n",
        one.series.name,
        one.series.unit,
        number(one.error_of_fit)
    );
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
    for month in one.forecasts() {
        let inside = if month.is_covered() { "yes" } else { "**no**" };
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} to {} | {inside} | {} | {} |",
            month.month.written(),
            number(month.published),
            number(month.forecast),
            number(month.low),
            number(month.high),
            shown(month.last_year),
            shown(month.smoothed)
        );
    }
}

fn fit(page: &mut String, setting: &Setting<'_>) {
    let fitted = setting.fitted;
    let _ = write!(
        page,
        "\n## The fit\n\n{}.\n\n| parameter | fitted | bounds |\n|---|---|---|\n",
        super::calibration::finding(fitted)
    );
    for (parameter, value) in setting.free.iter().zip(&fitted.values) {
        let _ = writeln!(
            page,
            "| {} | {value:.3} | {} to {} |",
            parameter.name,
            number(parameter.low),
            number(parameter.high)
        );
    }
    page.push_str("\n| target | published | simulated | tolerance |\n|---|---|---|---|\n");
    for row in &fitted.targets {
        let after = row
            .after
            .map_or_else(|| "not simulated".to_owned(), |after| number(after.mean));
        let target = &row.target;
        let _ = writeln!(
            page,
            "| {} | {} {} | {after} | {} |",
            target.label,
            number(target.published),
            target.unit,
            target.tolerance
        );
    }
}

/// Calibrated numbers that entered as they stand: whoever reads a forecast must know of them, and why they are held to tell it nothing.
fn entered(kept: &[Kept]) -> String {
    if kept.is_empty() {
        return "\n## Fitted elsewhere\n\nNothing: every number that is marked calibrated was fitted here.\n".to_owned();
    }
    let n: usize = kept.iter().map(|kept| kept.n_numbers).sum();
    let mut text = format!(
        "\n## Fitted elsewhere\n\n{n} numbers that are marked calibrated were not fitted here and entered as they stand; the command refuses any that has no reason.\n\n\
         | numbers | how many | why they are kept |\n|---|---|---|\n"
    );
    for kept in kept {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            kept.path, kept.n_numbers, kept.reason
        );
    }
    text
}

fn sources(page: &mut String, tested: &[Tested]) {
    let mut sources: Vec<&str> = Vec::new();
    for one in tested {
        if !sources.contains(&one.series.source.as_str()) {
            sources.push(&one.series.source);
        }
    }
    page.push_str("\n## Sources of the published figures\n\n");
    for source in sources {
        let _ = writeln!(page, "- {source}");
    }
}

/// One row per series and forecast month.
pub fn table(tested: &[Tested]) -> String {
    let header = [
        "series",
        "measure",
        "statistic",
        "site",
        "cohort",
        "unit",
        "month",
        "published",
        "forecast",
        "low",
        "high",
        "covered",
        "last_year",
        "smoothed",
    ];
    let mut sheet = Sheet::new(&header);
    for one in tested {
        for month in one.forecasts() {
            let series = &one.series;
            sheet.push(&[
                series.name.clone(),
                series.measure.clone(),
                series.statistic.clone(),
                series.site.clone(),
                series.cohort.clone(),
                series.unit.clone(),
                month.month.written(),
                exact(month.published),
                exact(month.forecast),
                exact(month.low),
                exact(month.high),
                u8::from(month.is_covered()).to_string(),
                exact_or_empty(month.last_year),
                exact_or_empty(month.smoothed),
            ]);
        }
    }
    sheet.finish()
}
