//! Demand that grows or falls over the years: as many as it says, and the same patients as without.

use uecsim::experiment::results::Results;
use uecsim::uec::model::Statistic;

use crate::small::{model, run, values};

fn arrivals(growth: &str, days: u32) -> Results {
    let text = format!(
        "title = \"Growth\"
assumed = \"Round numbers for tests\"
[run]
start = 2023-01-01
warm_up = \"30 days\"
length = \"{days} days\"
replications = 4
[profiles.year]
months = [1.2, 1.1, 1, 1, 0.9, 0.9, 0.9, 0.9, 1, 1, 1.1, 1.2]
[arrivals.all]
rate = \"400 per day\"
profile = \"year\"
multiply = 1.5
{growth}
to = \"shop.visit\"
[services.shop]
pools = []
[services.shop.paths]
visit = [
  {{ mark = \"came\" }},
  {{ wait = {{ gamma = {{ mean = \"40 min\", sd = \"20 min\" }} }}, id = \"visit\" }},
  {{ mark = \"went\" }},
  {{ leave = \"home\" }},
]
[measures.came]
title = \"Came\"
kind = \"count\"
mark = \"shop.came\"
unit = \"patients\"
statistics = [\"count\"]
better = \"neither\"
source = \"A test\"
"
    );
    run(vec![model(&text)]).remove(0)
}

fn total(results: &Results) -> f64 {
    values(results, "came", Statistic::Count).iter().sum()
}

/// Standard deviations of a difference of two Poisson totals from an expected one.
fn off(found: f64, expected: f64) -> f64 {
    (found - expected).abs() / expected.sqrt()
}

#[test]
fn demand_grows_by_the_year_and_nobody_is_renumbered() {
    const YEARS: u32 = 4;
    let days = 1461;
    let still = arrivals("", days);
    let grown = arrivals("growth = \"10 %\"", days);
    let fallen = arrivals("growth = -0.1", days);
    // Mean of (1 + r)^t over the years, the months' cycle apart.
    let mean = |rate: f64| {
        let years = f64::from(YEARS);
        ((1.0 + rate).powf(years) - 1.0) / (1.0 + rate).ln() / years
    };
    let base = 4.0 * 600.0 * f64::from(days);
    assert!(off(total(&still), base) < 5.0, "{} {base}", total(&still));
    for (results, rate) in [(&grown, 0.1), (&fallen, -0.1)] {
        let expected = base * mean(rate);
        // The cycle of the months weighs a little with growth inside the years: within a thousandth.
        let within = 5.0 * expected.sqrt() + 0.001 * expected;
        let found = total(results);
        assert!(
            (found - expected).abs() < within,
            "{rate}: {found}, not {expected}"
        );
    }
    // The same candidates: what grows comes on top, what falls is left out.
    let by_run = |results: &Results| values(results, "came", Statistic::Count);
    for ((still, grown), fallen) in by_run(&still)
        .iter()
        .zip(by_run(&grown))
        .zip(by_run(&fallen))
    {
        assert!(grown > *still && fallen < *still);
    }
    assert!(grown.panel.is_some(), "a run of years has a panel");
    let months = &grown.panel.as_ref().expect("seen").tables.months;
    assert_eq!(months.len(), 48);
    assert_eq!(months.iter().map(|(_, days)| days).sum::<u32>(), days);
}
