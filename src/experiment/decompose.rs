//! What each change of an alternative adds: a chain from the baseline to the alternative, one change at a time.

use super::compare::differences;
use super::results::{Alternative, Results};

/// The steps of the chain, in order; `added` are the scenarios with what each adds to the one before.
///
/// The differences of a step are against the step before it (of the first, against the baseline), so that they add up to
/// the difference between the alternative and the baseline. What a change adds depends on those before it: in another
/// order the parts differ, the sum does not.
pub fn decompose(baseline: &Results, added: Vec<(String, Results)>) -> Vec<Alternative> {
    let mut steps: Vec<Alternative> = Vec::with_capacity(added.len());
    for (change, results) in added {
        let before = steps.last().map_or(baseline, |step| &step.results);
        steps.push(Alternative {
            differences: differences(before, &results),
            results,
            added_change: Some(change),
            patients: None,
        });
    }
    steps
}

/// The change lists of the chain's scenarios and what each adds: first the changes of the baseline that the alternative
/// does not share are taken away, then the alternative's own are added one at a time.
pub fn chain(baseline: &[String], alternative: &[String]) -> Vec<(String, Vec<String>)> {
    let same = baseline.iter().zip(alternative);
    let n_shared = same.take_while(|(before, after)| before == after).count();
    let mut changes = alternative[..n_shared].to_vec();
    let mut chain = Vec::new();
    if baseline.len() > n_shared {
        chain.push((
            format!("without {}", baseline[n_shared..].join(", ")),
            changes.clone(),
        ));
    }
    for change in &alternative[n_shared..] {
        changes.push(change.clone());
        chain.push((change.clone(), changes.clone()));
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(baseline: &[&str], alternative: &[&str], expected: &[(&str, usize)]) {
        let owned = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let found = chain(&owned(baseline), &owned(alternative));
        let shown: Vec<(&str, usize)> = found
            .iter()
            .map(|(added, changes)| (added.as_str(), changes.len()))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_chain_takes_away_what_is_not_shared_and_adds_the_rest_in_order() {
        check(&[], &["hub", "booking"], &[("hub", 1), ("booking", 2)]);
        check(
            &["no-hub"],
            &["hub", "booking"],
            &[("without no-hub", 0), ("hub", 1), ("booking", 2)],
        );
        check(&["winter"], &["winter", "hub"], &[("hub", 2)]);
        check(&["hub"], &["hub"], &[]);
    }
}
