//! Reports of results that lack something: one replication, no values at all, nothing but zeros, chances of overflow.

use uecsim::experiment::results::{Comparison, Estimate, Results};
use uecsim::report::run_json::Provenance;
use uecsim::report::subject::{Outcome, Subject};
use uecsim::report::{charts, headline, html, tables};

use super::fixture;

/// Everything but PNG is made, and none of it shows a number that is not one.
fn check(comparison: &Comparison) -> (Vec<charts::Chart>, String) {
    let outcome = Outcome::Comparison(comparison);
    let subject = Subject::new(outcome);
    let charts = charts::all(&subject);
    let provenance = Provenance {
        command: "uecsim".to_owned(),
        version: "0.1.0".to_owned(),
        ..Provenance::default()
    };
    let page = html::page(&subject, &charts, &provenance);
    let texts = charts
        .iter()
        .map(|chart| chart.svg.clone())
        .chain([page.clone()]);
    let texts = texts
        .chain(tables::all(outcome).into_iter().map(|table| table.text))
        .chain(headline::sentences(outcome));
    for text in texts {
        for word in ["NaN", ">inf", " inf", ",inf", "-inf", "−inf"] {
            let at = text
                .find(word)
                .map(|at| &text[at.saturating_sub(60)..(at + 20).min(text.len())]);
            assert_eq!(at, None, "{word}");
        }
    }
    (charts, page)
}

fn changed(change: fn(&mut Results), difference: fn(&mut Estimate)) -> Comparison {
    let mut comparison = fixture::comparison(1);
    change(&mut comparison.baseline);
    for alternative in &mut comparison.alternatives {
        change(&mut alternative.results);
        for row in &mut alternative.differences {
            difference(&mut row.baseline);
            difference(&mut row.alternative);
            difference(&mut row.difference);
        }
    }
    for row in &mut comparison.interaction {
        difference(&mut row.baseline);
        difference(&mut row.alternative);
        difference(&mut row.difference);
    }
    comparison
}

#[test]
fn one_replication_has_no_intervals_and_no_verdicts() {
    fn without_interval(estimate: &mut Estimate) {
        (estimate.low, estimate.high, estimate.n) = (f64::NEG_INFINITY, f64::INFINITY, 1);
    }
    let comparison = changed(
        |results| {
            results.replications.truncate(1);
            results.values.truncate(1);
            results.conservation.truncate(1);
            results
                .estimates
                .iter_mut()
                .flatten()
                .for_each(without_interval);
        },
        without_interval,
    );
    let (charts, page) = check(&comparison);
    assert_eq!(
        charts[0].title,
        "Networked: cannot tell on 11 of 11 measures"
    );
    assert!(page.contains("none from one replication"));
}

#[test]
fn without_any_value_there_is_a_page_without_charts() {
    let mut comparison = changed(
        |results| {
            results.estimates.fill(None);
            results.values.iter_mut().for_each(|row| row.fill(None));
            results.daily.clear();
            results.weekly.clear();
            results.histograms.clear();
            results.level_times.clear();
            results.flows.clear();
            results.partial = true;
        },
        |_| (),
    );
    comparison
        .alternatives
        .iter_mut()
        .for_each(|alternative| alternative.differences.clear());
    let (charts, page) = check(&comparison);
    assert!(charts.is_empty());
    assert!(page.contains("Stopped early"));
}

#[test]
fn courses_with_gaps_and_nothing_but_zeros_are_drawn() {
    let (charts, _) = check(&changed(
        |results| {
            results.estimates.iter_mut().flatten().for_each(|estimate| {
                *estimate = Estimate {
                    mean: 0.0,
                    low: 0.0,
                    high: 0.0,
                    n: 20,
                }
            });
            for course in results.daily.iter_mut().chain(&mut results.weekly) {
                for values in [&mut course.mean, &mut course.low, &mut course.high] {
                    values.fill(Some(0.0));
                    values[10] = None;
                }
            }
            for histogram in &mut results.histograms {
                histogram.counts.fill(0);
            }
        },
        |estimate| {
            *estimate = Estimate {
                mean: 0.0,
                low: 0.0,
                high: 0.0,
                n: 20,
            }
        },
    ));
    assert!(charts.iter().any(|chart| chart.id == "week"));
}

#[test]
fn an_overwhelmed_system_is_drawn_to_its_own_scale() {
    fn swollen(estimate: &mut Estimate) {
        for value in [&mut estimate.mean, &mut estimate.low, &mut estimate.high] {
            *value *= 1e7;
        }
    }
    let (charts, _) = check(&changed(
        |results| {
            results.estimates.iter_mut().flatten().for_each(swollen);
            for course in results.daily.iter_mut().chain(&mut results.weekly) {
                course
                    .mean
                    .iter_mut()
                    .flatten()
                    .for_each(|value| *value *= 1e7);
            }
        },
        swollen,
    ));
    assert_eq!(charts.len(), 18);
}
