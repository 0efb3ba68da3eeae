//! Figures from the values of runs, and whether they agree with what was published.
//!
//! Two means agree if they differ by at most so many standard errors of their difference (more for few replications), plus the
//! figure's own tolerance.
//! Standard errors of published means follow from their 95 % intervals.

use libm::sqrt;

use crate::experiment::results::{Estimate, Results};
use crate::experiment::summarise::estimate;
use crate::stats::intervals::student_t_quantile;
use crate::stats::special::normal_cdf;
use crate::stats::summary::{mean, variance};

use super::formula::Formula;
use super::{Comparison, Figure, Given, How, Judged, Plan, Reproduction, Verdict};

/// Width of a 95 % interval of a normal distribution in standard deviations.
const WIDTH_OF_95: f64 = 3.92;
/// Published values are kept to six digits.
const ROUNDING: f64 = 5e-6;

/// Every figure of the plan, in order. `results` are those of the plan's scenarios.
pub fn judge(plan: Plan, results: &[Results]) -> Reproduction {
    let limit = plan.description.limit;
    let figures = plan.description.figures.iter().zip(&plan.sources);
    let judged = figures.map(|(figure, sources)| judge_one(figure, sources, results, limit));
    Reproduction {
        judged: judged.collect(),
        replications: results.iter().map(|one| one.replications.len()).collect(),
        description: plan.description,
    }
}

fn judge_one(
    figure: &Figure,
    sources: &[(usize, usize)],
    results: &[Results],
    limit: f64,
) -> Judged {
    let (formula, pooled) = match &figure.how {
        How::CannotBe(reason) => {
            return without_value(figure, Verdict::NotReproduced(reason.clone()));
        }
        How::Formula { parsed, pooled, .. } => (&parsed.formula, *pooled),
    };
    let runs = runs(sources, results);
    let (value, values) = match pooled {
        true => jackknife(formula, &runs),
        false => {
            let values: Vec<f64> = runs.iter().map(|run| formula.value(run)).collect();
            (mean(&values), values)
        }
    };
    let Some(value) = value.filter(|value| value.is_finite()) else {
        let reason = "no replication has a value".to_owned();
        return without_value(figure, Verdict::NotReproduced(reason));
    };
    let ours = estimate(&values).map(|spread| Estimate {
        mean: value,
        low: value - (spread.mean - spread.low),
        high: value + (spread.high - spread.mean),
        n: spread.n,
    });
    let error = variance(&values).map(|variance| sqrt(variance / values.len() as f64));
    let comparisons: Vec<Comparison> = figure
        .references
        .iter()
        .map(|reference| Comparison {
            difference: value - reference.given.mean,
            allowed: match (&reference.not_judged, error) {
                (None, Some(error)) => {
                    let ours = error * quantile(limit, values.len());
                    Some(allowed(figure, &reference.given, ours, limit))
                }
                _ => None,
            },
        })
        .collect();
    let verdict = verdict(figure, &comparisons, error.is_some());
    Judged {
        figure: figure.clone(),
        ours,
        comparisons,
        verdict,
    }
}

fn without_value(figure: &Figure, verdict: Verdict) -> Judged {
    Judged {
        figure: figure.clone(),
        ours: None,
        comparisons: Vec::new(),
        verdict,
    }
}

fn verdict(figure: &Figure, comparisons: &[Comparison], has_error: bool) -> Verdict {
    let judged: Vec<bool> = comparisons.iter().filter_map(Comparison::agrees).collect();
    match judged.iter().all(|agrees| *agrees) {
        false => Verdict::FallsOut,
        true if !judged.is_empty() => Verdict::Agrees,
        true if !has_error => {
            Verdict::NotJudged("a single replication has no standard error".to_owned())
        }
        true => {
            let reasons = figure.references.iter();
            let mut reasons = reasons.filter_map(|reference| reference.not_judged.clone());
            Verdict::NotJudged(reasons.next().unwrap_or_default())
        }
    }
}

/// What few replications have in place of `limit` standard errors: the quantile of Student's distribution passed by chance
/// as seldom.
fn quantile(limit: f64, n: usize) -> f64 {
    -student_t_quantile(normal_cdf(-limit), (n - 1) as f64)
}

/// By how much our mean, for which `ours` is what chance explains, may differ from a given one.
fn allowed(figure: &Figure, given: &Given, ours: f64, limit: f64) -> f64 {
    let width = given
        .high
        .zip(given.low)
        .map_or(0.0, |(high, low)| high - low);
    // An interval from few runs is wide because their spread is hardly known, and the same holds of how far chance takes their mean.
    let theirs = match given.replications {
        Some(n @ 2..) => {
            let degrees = (n - 1) as f64;
            width / 2.0 / student_t_quantile(0.975, degrees) * quantile(limit, n as usize)
        }
        _ => limit * width / WIDTH_OF_95,
    };
    sqrt(ours * ours + theirs * theirs) + (figure.tolerance + ROUNDING) * given.mean.abs()
}

/// The numbers of a formula in every replication that has all of them; of several scenarios those of the same replication.
fn runs(sources: &[(usize, usize)], results: &[Results]) -> Vec<Vec<f64>> {
    let Some((first, _)) = sources.first() else {
        return Vec::new();
    };
    let replications = results[*first].replications.iter();
    let of_replication = |replication: &u32| {
        let numbers = sources.iter().map(|(scenario, key)| {
            let results = &results[*scenario];
            let run = results.replications.binary_search(replication).ok()?;
            results.values[run][*key]
        });
        numbers.collect::<Option<Vec<f64>>>()
    };
    replications.filter_map(of_replication).collect()
}

/// The formula of the means over replications, and a value for each replication whose spread is that of this estimate.
///
/// Source: Law (2015), Simulation Modeling and Analysis, sec. 9.5.3.
fn jackknife(formula: &Formula, runs: &[Vec<f64>]) -> (Option<f64>, Vec<f64>) {
    let n = runs.len() as f64;
    let Some(width) = runs.first().map(Vec::len) else {
        return (None, Vec::new());
    };
    let totals: Vec<f64> = (0..width)
        .map(|number| runs.iter().map(|run| run[number]).sum())
        .collect();
    let means: Vec<f64> = totals.iter().map(|total| total / n).collect();
    let all = formula.value(&means);
    if runs.len() < 2 {
        return (Some(all), vec![all]);
    }
    let without = |run: &Vec<f64>| {
        let means = totals
            .iter()
            .zip(run)
            .map(|(total, own)| (total - own) / (n - 1.0));
        let means: Vec<f64> = means.collect();
        n * all - (n - 1.0) * formula.value(&means)
    };
    (Some(all), runs.iter().map(without).collect())
}

#[cfg(test)]
mod tests {
    use super::super::formula::parse;
    use super::super::{Reference, Role};
    use super::*;

    #[test]
    fn the_jackknife_of_a_mean_is_its_usual_interval() {
        let formula = parse("{a.mean} / 2", &Vec::new())
            .expect("it can be read")
            .formula;
        let runs: Vec<Vec<f64>> = [2.0, 4.0, 9.0, 1.0].iter().map(|one| vec![*one]).collect();
        let (all, values) = jackknife(&formula, &runs);
        assert_eq!(all, Some(2.0));
        let expected = [1.0, 2.0, 4.5, 0.5];
        assert!(
            values
                .iter()
                .zip(expected)
                .all(|(value, one)| (value - one).abs() < 1e-12)
        );
    }

    #[test]
    fn the_jackknife_of_a_ratio_is_of_the_pooled_ratio() {
        let formula = parse("{a.mean} / {b.mean}", &Vec::new())
            .expect("it can be read")
            .formula;
        let runs = [vec![1.0, 2.0], vec![9.0, 8.0], vec![2.0, 4.0]];
        let (all, values) = jackknife(&formula, &runs);
        assert_eq!(all, Some(12.0 / 14.0));
        // Hand-worked: without the first 11/12, without the second 3/6, without the third 10/10.
        let expected = [
            3.0 * 12.0 / 14.0 - 2.0 * 11.0 / 12.0,
            3.0 * 12.0 / 14.0 - 1.0,
            3.0 * 12.0 / 14.0 - 2.0,
        ];
        assert!(
            values
                .iter()
                .zip(expected)
                .all(|(value, one)| (value - one).abs() < 1e-12)
        );
    }

    #[test]
    fn few_replications_are_given_more_room() {
        assert!((quantile(3.5, 100_000) - 3.5).abs() < 1e-3);
        // From the closed form of Student's distribution with 3 degrees of freedom.
        assert!((quantile(3.5, 4) - 16.726_517_065).abs() < 1e-6);
    }

    #[test]
    fn means_agree_within_so_many_standard_errors() {
        let given = Given {
            mean: 10.0,
            low: Some(10.0 - 1.96 * 0.3),
            high: Some(10.0 + 1.96 * 0.3),
            replications: None,
        };
        let figure = Figure {
            scenario: "base".to_owned(),
            metric: "wait".to_owned(),
            title: String::new(),
            unit: String::new(),
            how: How::CannotBe(String::new()),
            tolerance: 0.0,
            note: String::new(),
            references: vec![Reference {
                source: "published".to_owned(),
                role: Role::Published,
                not_judged: None,
                given,
            }],
        };
        let allowed = allowed(&figure, &given, 3.5 * 0.4, 3.5);
        assert!((allowed - (3.5 * 0.5 + 5e-5)).abs() < 1e-9, "{allowed}");
        // Of 25 runs: 95 % are 2.063899 standard errors of Student's distribution, one in two thousand 4.049 (24 degrees of freedom).
        let of_25 = Given {
            replications: Some(25),
            ..given
        };
        let wider = super::allowed(&figure, &of_25, 0.0, 3.5);
        let expected = 1.96 * 0.3 / 2.063_899 * 4.049_214;
        assert!((wider - expected - 5e-5).abs() < 1e-4, "{wider}");
        let check = |difference: f64, expected: Verdict| {
            let comparison = Comparison {
                difference,
                allowed: Some(allowed),
            };
            assert_eq!(verdict(&figure, &[comparison], true), expected);
        };
        check(-1.7, Verdict::Agrees);
        check(1.8, Verdict::FallsOut);
    }
}
