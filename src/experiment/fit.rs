//! How far a fitted scenario is from what is published: target by target, with a verdict.
//!
//! Targets stand in a CSV file beside the system. It knows neither where that file lies nor how verdicts are shown.

use serde::Deserialize;

use super::results::{Estimate, Results};
use crate::uec::model::Statistic;

/// One published figure and the simulated number that should match it: a row of the file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Heading under which it is listed.
    pub group: String,
    /// What it is, in words.
    pub label: String,
    /// Id of the measure.
    pub measure: String,
    /// As written in scenarios: `mean`, `p90`, `within 4 h`, `per day`, …
    pub statistic: String,
    /// `all`, a site's id, or several joined by `+` (a trust): counts are added up, means and shares weighted by patients.
    pub site: String,
    /// `all` or `attribute=level`.
    pub cohort: String,
    /// In the unit of the measure's statistic.
    pub published: f64,
    pub unit: String,
    /// `5 %` of the published figure, or `5 points` (of a percentage, or of whatever the unit is).
    pub tolerance: String,
    pub source: String,
    /// What to know about the figure, or why it is not met; may be empty.
    pub note: String,
}

/// A target with what was simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    pub target: Target,
    /// `None` if the scenario has no such number, or no replication a value.
    pub simulated: Option<Estimate>,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The simulated mean lies within the tolerance.
    Fits,
    DoesNotFit,
    NotSimulated,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tolerance {
    Percent(f64),
    Points(f64),
}

/// The targets of a file.
///
/// Errors: a row that lacks a column or has an unreadable number or tolerance, with its line.
pub fn targets(text: &str) -> Result<Vec<Target>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut targets = Vec::new();
    for row in reader.deserialize() {
        let target: Target = row.map_err(|fault| fault.to_string())?;
        if tolerance(&target.tolerance).is_none() {
            let (written, label) = (&target.tolerance, &target.label);
            return Err(format!(
                "\"{written}\" is no tolerance ({label}): write \"5 %\" or \"5 points\""
            ));
        }
        targets.push(target);
    }
    Ok(targets)
}

/// Every target with its verdict, in order. `words` says how a statistic is written.
pub fn judge(
    results: &Results,
    targets: Vec<Target>,
    words: impl Fn(Statistic) -> String,
) -> Vec<Fit> {
    let judged = targets.into_iter().map(|target| {
        let simulated = estimate(results, &target, &words);
        let verdict = verdict(&target, simulated);
        Fit {
            target,
            simulated,
            verdict,
        }
    });
    judged.collect()
}

fn estimate(
    results: &Results,
    target: &Target,
    words: &impl Fn(Statistic) -> String,
) -> Option<Estimate> {
    let values = values(results, target, words);
    let known: Vec<f64> = values.into_iter().flatten().collect();
    super::summarise::estimate(&known)
}

/// What was simulated of a target, by replication; empty if the scenario has no such number.
pub fn values(
    results: &Results,
    target: &Target,
    words: &impl Fn(Statistic) -> String,
) -> Vec<Option<f64>> {
    let sites: Vec<&str> = target.site.split('+').map(str::trim).collect();
    let number_at = |site: &str, wanted: &str| {
        results.keys.iter().position(|key| {
            results.model.measures[key.measure].id == target.measure
                && key.site == site
                && key.cohort == target.cohort
                && words(key.statistic) == wanted
        })
    };
    let numbers: Option<Vec<usize>> = sites
        .iter()
        .map(|site| number_at(site, &target.statistic))
        .collect();
    let Some(numbers) = numbers else {
        return Vec::new();
    };
    if let [number] = numbers[..] {
        return results.values.iter().map(|run| run[number]).collect();
    }
    let statistic = results.keys[numbers[0]].statistic;
    let weights: Option<Vec<usize>> = sites.iter().map(|site| number_at(site, "count")).collect();
    let values = results.values.iter().map(|run| {
        let parts = numbers.iter().map(|&number| run[number]);
        let parts: Vec<f64> = parts.collect::<Option<_>>()?;
        match statistic {
            Statistic::Count | Statistic::Total | Statistic::PerDay => Some(parts.iter().sum()),
            Statistic::LowEstimate | Statistic::HighEstimate => Some(parts.iter().sum()),
            Statistic::Quantile(_) | Statistic::MonthlyQuantile(_) => None,
            Statistic::Mean
            | Statistic::Within(_)
            | Statistic::Over(_)
            | Statistic::MoreThan(_)
            | Statistic::Percent => {
                let counts = weights.as_ref()?.iter().map(|&number| run[number]);
                let counts: Vec<f64> = counts.collect::<Option<_>>()?;
                weighted(statistic, &parts, &counts)
            }
        }
    });
    values.collect()
}

/// By how much a simulated figure may differ and still fit, in the target's unit; never quite zero.
pub fn allowed(target: &Target) -> f64 {
    let allowed = match tolerance(&target.tolerance) {
        Some(Tolerance::Percent(percent)) => target.published.abs() * percent / 100.0,
        Some(Tolerance::Points(points)) => points,
        None => 0.0,
    };
    allowed.max(1e-6 * target.published.abs()).max(1e-9)
}

/// The mean over all patients from the means of parts and how many patients each has. The count of a share is that of
/// those who have the property, from which follows how many there are.
fn weighted(statistic: Statistic, parts: &[f64], counts: &[f64]) -> Option<f64> {
    let weights: Vec<f64> = match statistic {
        Statistic::Percent => parts
            .iter()
            .zip(counts)
            .map(|(percent, count)| count / percent * 100.0)
            .collect(),
        _ => counts.to_vec(),
    };
    let total: f64 = weights.iter().sum();
    let sum: f64 = parts
        .iter()
        .zip(&weights)
        .map(|(part, weight)| part * weight)
        .sum();
    (total.is_finite() && total > 0.0).then(|| sum / total)
}

fn verdict(target: &Target, simulated: Option<Estimate>) -> Verdict {
    let Some(simulated) = simulated else {
        return Verdict::NotSimulated;
    };
    let allowed = match tolerance(&target.tolerance) {
        Some(Tolerance::Percent(percent)) => target.published.abs() * percent / 100.0,
        Some(Tolerance::Points(points)) => points,
        None => return Verdict::DoesNotFit,
    };
    if (simulated.mean - target.published).abs() <= allowed {
        Verdict::Fits
    } else {
        Verdict::DoesNotFit
    }
}

/// Whether a tolerance can be read.
pub fn is_tolerance(written: &str) -> bool {
    tolerance(written).is_some()
}

fn tolerance(written: &str) -> Option<Tolerance> {
    let (number, unit) = written.trim().split_once(' ')?;
    let number: f64 = number.parse().ok().filter(|number| *number >= 0.0)?;
    match unit.trim() {
        "%" => Some(Tolerance::Percent(number)),
        "points" => Some(Tolerance::Points(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note\n";

    fn check(published: f64, tolerance: &str, simulated: f64, expected: Verdict) {
        let text = format!(
            "{HEADER}A&E,Attendances,m,count,all,all,{published},patients,{tolerance},s,\n"
        );
        let target = targets(&text).expect("the row is right").remove(0);
        let simulated = Estimate {
            mean: simulated,
            low: simulated,
            high: simulated,
            n: 2,
        };
        assert_eq!(verdict(&target, Some(simulated)), expected);
    }

    #[test]
    fn a_target_is_met_within_its_tolerance() {
        check(1000.0, "5 %", 1050.0, Verdict::Fits);
        check(1000.0, "5 %", 1051.0, Verdict::DoesNotFit);
        check(62.0, "5 points", 57.0, Verdict::Fits);
        check(62.0, "5 points", 68.0, Verdict::DoesNotFit);
    }

    #[test]
    fn a_trust_of_several_sites_is_weighted_by_patients() {
        let mean = weighted(Statistic::Mean, &[10.0, 40.0], &[300.0, 100.0]);
        assert_eq!(mean, Some(17.5));
        // 30 of 100 and 10 of 20.
        let share = weighted(Statistic::Percent, &[30.0, 50.0], &[30.0, 10.0]);
        assert!((share.expect("there are patients") - 100.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_wrong_row_is_told_with_what_is_wrong() {
        let fault = targets(&format!(
            "{HEADER}g,l,m,count,all,all,many,patients,5 %,s,\n"
        ));
        assert!(fault.expect_err("a word is no number").contains("line: 2"));
        let fault = targets(&format!(
            "{HEADER}g,l,m,count,all,all,1,patients,5 percent,s,\n"
        ));
        assert!(fault.expect_err("not a tolerance").contains("5 percent"));
    }
}
