//! Simulated figures by month, from the monthly accounts by site.

use crate::experiment::results::{Panels, Results};
use crate::uec::history::{MonthNumber, Series};
use crate::uec::measures::{Account, unit_milliseconds};
use crate::uec::model::{Condition, MeasureKind, Model, MonthlyAccounts, Statistic};

/// A model that keeps the accounts that series of cohorts need, too; by series the position of its measure.
pub fn with_accounts(
    mut model: Model,
    series: &[Series],
    words: fn(Statistic) -> String,
) -> (Model, Vec<Result<usize, String>>) {
    model.accounts = MonthlyAccounts::BySite;
    let found: Vec<Result<usize, String>> = series
        .iter()
        .map(|series| measure_of(&mut model, series, words))
        .collect();
    (model, found)
}

/// The measure of a series; one for its cohort is added.
fn measure_of(
    model: &mut Model,
    series: &Series,
    words: fn(Statistic) -> String,
) -> Result<usize, String> {
    let (name, statistic) = (&series.measure, &series.statistic);
    let at = model
        .measures
        .iter()
        .position(|measure| measure.id == *name);
    let at = at.ok_or_else(|| format!("the scenario has no measure \"{name}\""))?;
    let spec = &model.measures[at];
    let known = spec
        .statistics
        .iter()
        .find(|known| words(**known) == *statistic);
    let known =
        known.ok_or_else(|| format!("the measure \"{name}\" has no statistic \"{statistic}\""))?;
    let is_kept = matches!(
        (&spec.kind, known),
        (
            MeasureKind::Count { .. },
            Statistic::Total | Statistic::PerDay
        ) | (MeasureKind::Share { .. }, Statistic::Percent)
            | (
                MeasureKind::Duration { .. },
                Statistic::Mean | Statistic::Within(_) | Statistic::Over(_) | Statistic::Count
            )
    );
    if !is_kept {
        return Err(format!(
            "\"{statistic}\" of \"{name}\" is not kept by month: totals, shares, means and shares within a time are"
        ));
    }
    if series.site != "all" {
        for site in series.site.split('+') {
            if !model
                .names
                .sites
                .iter()
                .any(|known| known.id == site.trim())
            {
                return Err(format!("the scenario has no site \"{}\"", site.trim()));
            }
        }
    }
    if series.cohort == "all" {
        return Ok(at);
    }
    let condition = condition(model, &series.cohort)
        .ok_or_else(|| format!("\"{}\" is no cohort of the scenario", series.cohort))?;
    let mut of_cohort = model.measures[at].clone();
    of_cohort.id = format!("{name} {}", series.cohort);
    of_cohort.filter.push(condition);
    of_cohort.by = Vec::new();
    (of_cohort.by_day, of_cohort.by_hour_of_week) = (false, false);
    model.measures.push(of_cohort);
    Ok(model.measures.len() - 1)
}

/// `category=C2`.
fn condition(model: &Model, cohort: &str) -> Option<Condition> {
    let (attribute, level) = cohort.split_once('=')?;
    let names = &model.names.attributes;
    let at = names.iter().position(|known| known.id == attribute)?;
    let level = names[at]
        .levels
        .iter()
        .position(|known| known.id == level)?;
    Some(Condition {
        attribute: crate::engine::program::AttributeId(at as u8),
        levels: vec![level as u8],
    })
}

/// Shape: `[months of the run][replications]`; `None` without patients. Months only partly measured are left out.
pub fn values(
    results: &Results,
    series: &Series,
    measure: usize,
    words: fn(Statistic) -> String,
) -> Vec<(MonthNumber, Vec<Option<f64>>)> {
    let Some(panels) = &results.panel else {
        return Vec::new();
    };
    let account = panels
        .tables
        .accounts
        .iter()
        .find(|account| account.measure == measure);
    let spec = &results.model.measures[measure];
    let statistic = spec
        .statistics
        .iter()
        .find(|known| words(**known) == series.statistic);
    let (Some(account), Some(&statistic)) = (account, statistic) else {
        return Vec::new();
    };
    let sites: Vec<usize> = (0..panels.tables.n_units)
        .filter(|&unit| {
            let id = results.model.names.sites[unit].id.as_str();
            series.site == "all" || series.site.split('+').any(|site| site.trim() == id)
        })
        .collect();
    let months = panels.tables.months.iter().enumerate();
    let whole = months
        .filter(|(_, (first, days))| first.day == 1 && first.plus_days(i64::from(*days)).day == 1);
    whole
        .map(|(month, (first, days))| {
            let runs = (0..panels.runs.len()).map(|run| {
                one(
                    panels,
                    run,
                    account,
                    &sites,
                    (month, *days),
                    statistic,
                    &spec.unit,
                )
            });
            (MonthNumber::of(first.year, first.month), runs.collect())
        })
        .collect()
}

fn one(
    panels: &Panels,
    run: usize,
    account: &Account,
    sites: &[usize],
    (month, days): (usize, u32),
    statistic: Statistic,
    unit: &str,
) -> Option<f64> {
    let tables = &panels.tables;
    let sum = |account: usize| {
        let versions = 0..tables.versions.len();
        let cells = versions.flat_map(|version| sites.iter().map(move |&site| (version, site)));
        let cells = cells
            .map(|(version, site)| panels.runs[run].0[tables.cell(account, version, site, month)]);
        cells.fold((0, 0), |(count, sum), cell| {
            (count + cell.count, sum + cell.sum)
        })
    };
    let (count, total) = sum(account.of);
    let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64 * 100.0);
    match statistic {
        Statistic::Total | Statistic::Count => Some(count as f64),
        Statistic::PerDay => Some(count as f64 / f64::from(days)),
        Statistic::Percent => share(count, sum(account.among?).0),
        Statistic::Mean => {
            let unit = unit_milliseconds(unit)? as f64;
            (count > 0).then(|| total as f64 / count as f64 / unit)
        }
        Statistic::Within(bound) | Statistic::Over(bound) => {
            let longer = account
                .longer_than
                .iter()
                .find(|(other, _)| *other == bound)?;
            let over = share(sum(longer.1).0, count)?;
            Some(if matches!(statistic, Statistic::Over(_)) {
                over
            } else {
                100.0 - over
            })
        }
        _ => None,
    }
}
