//! From replications to estimates with intervals, courses and merged distributions.

use std::collections::BTreeMap;

use super::one_run::Finished;
use super::replicate::{Replicated, tables_of};
use super::results::{
    Course, Estimate, Groups, LevelTimes, MeasureHistogram, Panels, PatientFlow, Results, ValueKey,
};
use crate::engine::time::{DAY, MINUTE};
use crate::stats::histogram::Histogram;
use crate::stats::intervals::half_width;
use crate::stats::summary::{mean, quantile_of_sorted};
use crate::uec::measures::{CourseKey, FlowEnd, MeasureTables, Row};
use crate::uec::model::{MeasureKind, MeasureSpec, Model};

/// Of all intervals.
const CONFIDENCE: f64 = 0.95;

/// The results of one scenario.
pub fn summarise(model: Model, replicated: Replicated) -> Results {
    let tables = &replicated.tables;
    let finished = &replicated.finished;
    let keys = keys(&model, tables);
    let estimates = (0..keys.len())
        .map(|key| {
            let values = finished.iter().filter_map(|run| run.outcome.values[key]);
            estimate(&values.collect::<Vec<f64>>())
        })
        .collect();
    let courses = |keys: Vec<CourseKey>, of: fn(&Finished) -> &[Vec<Option<f64>>]| {
        let keys = keys.into_iter().enumerate();
        keys.map(|(index, key)| {
            let runs: Vec<&[Option<f64>]> =
                finished.iter().map(|run| &of(run)[index][..]).collect();
            course(&model, key, &runs)
        })
        .collect()
    };
    let daily = courses(tables.daily_keys(&model), |run| &run.outcome.daily);
    let weekly = courses(tables.weekly_keys(&model), |run| &run.outcome.weekly);
    let histograms = histograms(&model, &replicated);
    let level_times = level_times(&model, finished);
    let flows = flows(&model, finished);
    Results {
        replications: finished.iter().map(|run| run.replication).collect(),
        keys,
        estimates,
        daily,
        weekly,
        histograms,
        level_times,
        flows,
        conservation: finished
            .iter()
            .map(|run| run.conservation.clone())
            .collect(),
        panel: tables.panel().map(|panel| Panels {
            tables: panel.clone(),
            runs: (finished.iter())
                .filter_map(|run| run.outcome.panel.clone())
                .collect(),
        }),
        groups: has_groups(tables).then(|| Groups {
            tables: tables.groups().clone(),
            runs: (finished.iter())
                .map(|run| run.outcome.groups.clone())
                .collect(),
        }),
        partial: replicated.is_partial,
        batches: false,
        values: replicated
            .finished
            .into_iter()
            .map(|run| run.outcome.values)
            .collect(),
        model,
    }
}

fn has_groups(tables: &MeasureTables) -> bool {
    !tables.groups().attributes.is_empty()
}

/// What each number of a replication is, in order.
fn keys(model: &Model, tables: &MeasureTables) -> Vec<ValueKey> {
    let keys = tables.keys().iter();
    let mut all: Vec<ValueKey> = keys
        .map(|key| ValueKey {
            measure: key.measure,
            statistic: key.statistic,
            site: site_name(model, key.row),
            cohort: cohort_name(model, key.row),
        })
        .collect();
    for area in &model.areas {
        let whole = tables.keys().iter().filter(|key| key.row == Row::All);
        all.extend(whole.map(|key| ValueKey {
            measure: key.measure,
            statistic: key.statistic,
            site: area.named.id.clone(),
            cohort: cohort_name(model, key.row),
        }));
    }
    all
}

/// As in the [`Results`] of a scenario, before it is run.
pub fn keys_of(model: &Model) -> Vec<ValueKey> {
    keys(model, &tables_of(model))
}

/// Mean with its 95 % Student-t interval; `None` without values. The interval of a single value is infinite.
pub fn estimate(values: &[f64]) -> Option<Estimate> {
    let half_width = half_width(values, CONFIDENCE).unwrap_or(f64::INFINITY);
    let mean = mean(values)?;
    Some(Estimate {
        mean,
        low: mean - half_width,
        high: mean + half_width,
        n: values.len(),
    })
}

fn course(model: &Model, key: CourseKey, runs: &[&[Option<f64>]]) -> Course {
    let n_bins = runs.first().map_or(0, |bins| bins.len());
    let mut course = Course {
        measure: key.measure,
        site: site_name(model, key.row),
        mean: Vec::with_capacity(n_bins),
        low: Vec::with_capacity(n_bins),
        high: Vec::with_capacity(n_bins),
    };
    for bin in 0..n_bins {
        let mut values: Vec<f64> = runs.iter().filter_map(|bins| bins[bin]).collect();
        course.mean.push(mean(&values));
        values.sort_by(f64::total_cmp);
        course.low.push(quantile_of_sorted(&values, 0.05));
        course.high.push(quantile_of_sorted(&values, 0.95));
    }
    course
}

fn histograms(model: &Model, replicated: &Replicated) -> Vec<MeasureHistogram> {
    let keys = replicated.tables.histogram_keys(model);
    let summed = keys.into_iter().zip(&replicated.histograms);
    summed
        .map(|(key, times)| {
            let (upper_minutes, counts) = bins(times);
            MeasureHistogram {
                measure: key.measure,
                site: site_name(model, key.row),
                upper_minutes,
                counts,
            }
        })
        .collect()
}

fn level_times(model: &Model, finished: &[Finished]) -> Vec<LevelTimes> {
    let is_level = |kind: &MeasureKind| {
        matches!(
            kind,
            MeasureKind::Level { .. }
                | MeasureKind::FleetLevel { .. }
                | MeasureKind::TriggerLevel { .. }
        )
    };
    let measures = model.measures.iter().enumerate();
    let measures = measures.filter(|(_, measure)| is_level(&measure.kind));
    let of_measure = |(position, (measure, _)): (usize, (usize, &MeasureSpec))| LevelTimes {
        measure,
        hours: finished
            .iter()
            .map(|run| run.outcome.hours_at[position].clone())
            .collect(),
    };
    measures.enumerate().map(of_measure).collect()
}

/// Every flow of any replication; one without it has none there.
fn flows(model: &Model, finished: &[Finished]) -> Vec<PatientFlow> {
    let days = model.run.length.0 as f64 / DAY.0 as f64;
    let mut by_ends: BTreeMap<(FlowEnd, FlowEnd), Vec<f64>> = BTreeMap::new();
    for (run, done) in finished.iter().enumerate() {
        for flow in &done.outcome.flows {
            let values = by_ends.entry((flow.from, flow.to));
            let values = values.or_insert_with(|| vec![0.0; finished.len()]);
            values[run] = flow.patients as f64 / days;
        }
    }
    let flows = by_ends.into_iter().filter_map(|((from, to), values)| {
        Some(PatientFlow {
            from,
            to,
            per_day: estimate(&values)?,
        })
    });
    flows.collect()
}

/// Upper bounds in minutes and counts of bins without gaps between them; the last bin has no end.
fn bins(times: &Histogram) -> (Vec<f64>, Vec<u64>) {
    let minutes = |milliseconds: u64| milliseconds as f64 / MINUTE.0 as f64;
    let (mut uppers, mut counts) = (Vec::new(), Vec::new());
    let mut end = 0;
    for bin in times.bins() {
        if bin.low > end {
            uppers.push(minutes(bin.low));
            counts.push(0);
        }
        end = bin.end;
        uppers.push(minutes(end));
        counts.push(u64::from(bin.count));
    }
    uppers.push(f64::INFINITY);
    counts.push(0);
    (uppers, counts)
}

fn site_name(model: &Model, row: Row) -> String {
    match row {
        Row::Site(site) => model.names.sites[site.index()].id.clone(),
        Row::All | Row::Cohort(..) => "all".to_owned(),
    }
}

fn cohort_name(model: &Model, row: Row) -> String {
    match row {
        Row::Cohort(attribute, level) => {
            let attribute = &model.names.attributes[usize::from(attribute.0)];
            format!(
                "{}={}",
                attribute.id,
                attribute.levels[usize::from(level)].id
            )
        }
        Row::All | Row::Site(_) => "all".to_owned(),
    }
}
