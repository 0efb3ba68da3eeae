//! What the changes of an alternative do: each added to those before it, each alone, and what they do together beyond that.
//!
//! Both begin where the alternative is without any change of its own: at the baseline, or, if the baseline has changes that
//! the alternative has not, at the alternative without those.

use super::compare::differences;
use super::results::{Alternative, Difference, Part, Results};
use crate::uec::model::Model;

/// The scenarios of a decomposition.
#[derive(Debug, Default)]
pub struct Decomposition {
    /// To be run, each once.
    pub models: Vec<Model>,
    pub parts: Vec<PlannedPart>,
}

/// A part and where its results come from.
#[derive(Debug)]
pub struct PlannedPart {
    pub part: Part,
    /// Of the scenario, as shown in tables.
    pub name: String,
    /// Position in `Decomposition::models`; none: it is the alternative itself.
    pub run: Option<usize>,
}

/// The parts, with their differences, and what the changes do together beyond what each does alone.
///
/// `ran` are the results of `Decomposition::models`. The differences of an added change are against the step before it (of
/// the first, against the baseline), so that they add up to the difference between the alternative and the baseline. What
/// a change adds depends on those before it: in another order the parts differ, the sum does not. The differences of a
/// change alone are against the alternative without its changes.
pub fn decompose(
    baseline: &Results,
    alternative: &Results,
    planned: Vec<PlannedPart>,
    ran: &[Results],
) -> (Vec<Alternative>, Vec<Difference>) {
    let mut parts: Vec<Alternative> = Vec::with_capacity(planned.len());
    let mut start = None;
    for PlannedPart { part, name, run } in planned {
        let mut results = run.map_or(alternative, |run| &ran[run]).clone();
        results.model.name = name;
        let before = match &part {
            Part::Alone(_) => start.map(|start: usize| &parts[start].results),
            _ => parts.last().map(|step| &step.results),
        };
        let differences = differences(before.unwrap_or(baseline), &results);
        if part == Part::Start {
            start = Some(parts.len());
        }
        parts.push(Alternative {
            results,
            differences,
            part,
            patients: None,
        });
    }
    let alone: Vec<&Results> = parts
        .iter()
        .filter(|part| matches!(part.part, Part::Alone(_)))
        .map(|part| &part.results)
        .collect();
    let start = start.map_or(baseline, |start| &parts[start].results);
    let interaction = interaction(start, &alone, alternative);
    (parts, interaction)
}

/// What an alternative does beyond the sum of what its changes do alone, number by number: `baseline` of a difference is
/// what that sum would come to. Empty with fewer than two changes, which have nothing to interact with.
fn interaction(start: &Results, alone: &[&Results], whole: &Results) -> Vec<Difference> {
    if alone.len() < 2 {
        return Vec::new();
    }
    let mut differences = differences(&sum(start, alone, whole), whole);
    for difference in &mut differences {
        // Nothing was drawn for the sum, so there is no variance that pairing could have saved.
        difference.pairing_gain = None;
    }
    differences
}

/// The start plus what each change does alone, replication by replication; a number that one of them lacks is missing.
fn sum(start: &Results, alone: &[&Results], whole: &Results) -> Results {
    let value = |of: &Results, run: usize, key: usize| -> Option<f64> {
        let wanted = &whole.keys[key];
        let id = &whole.model.measures[wanted.measure].id;
        // Measures are matched by id, since a change may add one; mostly they stand in the same order.
        let is_same = |position: &usize| {
            let own = &of.keys[*position];
            own.statistic == wanted.statistic
                && own.site == wanted.site
                && own.cohort == wanted.cohort
                && of.model.measures[own.measure].id == *id
        };
        let here = Some(key).filter(|key| *key < of.keys.len() && is_same(key));
        let position = here.or_else(|| (0..of.keys.len()).find(is_same))?;
        let run = of.replications.binary_search(&whole.replications[run]);
        of.values[run.ok()?][position]
    };
    let total = |run: usize, key: usize| -> Option<f64> {
        let from = value(start, run, key)?;
        let adds = alone.iter().map(|of| Some(value(of, run, key)? - from));
        Some(from + adds.sum::<Option<f64>>()?)
    };
    let values = (0..whole.replications.len())
        .map(|run| (0..whole.keys.len()).map(|key| total(run, key)).collect())
        .collect();
    Results {
        values,
        ..whole.clone()
    }
}

/// The parts of a decomposition with the changes that each scenario has: where the alternative starts if that is not the
/// baseline, its own changes added one at a time, and, if there are several, each alone.
///
/// `differs_otherwise` says that the alternative without its own changes is not the baseline without its own.
pub fn plan(
    baseline: &[String],
    alternative: &[String],
    differs_otherwise: bool,
) -> Vec<(Part, Vec<String>)> {
    let shared = shared(baseline, alternative);
    let own = &alternative[shared.len()..];
    let mut planned = Vec::new();
    if baseline.len() > shared.len() || (differs_otherwise && !own.is_empty()) {
        planned.push((Part::Start, shared.to_vec()));
    }
    let mut changes = shared.to_vec();
    for change in own {
        changes.push(change.clone());
        planned.push((Part::Added(change.clone()), changes.clone()));
    }
    if own.len() > 1 {
        planned.extend(own.iter().map(|change| {
            let changes = [shared, std::slice::from_ref(change)].concat();
            (Part::Alone(change.clone()), changes)
        }));
    }
    planned
}

/// The changes that both have at the bottom.
pub fn shared<'a>(baseline: &[String], alternative: &'a [String]) -> &'a [String] {
    let same = baseline.iter().zip(alternative);
    &alternative[..same.take_while(|(before, after)| before == after).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(baseline: &[&str], alternative: &[&str], differs: bool, expected: &[&str]) {
        let owned = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            names.collect::<Vec<String>>()
        };
        let found = plan(&owned(baseline), &owned(alternative), differs);
        let shown = found.iter().map(|(part, changes)| {
            let part = match part {
                Part::Whole => "whole".to_owned(),
                Part::Start => "start".to_owned(),
                Part::Added(change) => format!("add {change}"),
                Part::Alone(change) => format!("alone {change}"),
            };
            format!("{part}: {}", changes.join(" "))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn changes_are_added_in_order_and_then_each_alone() {
        let both = [
            "add hub: hub",
            "add booking: hub booking",
            "alone hub: hub",
            "alone booking: booking",
        ];
        check(&[], &["hub", "booking"], false, &both);
        let after_start = [&["start: "][..], &both].concat();
        check(&["no-hub"], &["hub", "booking"], false, &after_start);
        check(&[], &["hub", "booking"], true, &after_start);
        check(
            &["winter"],
            &["winter", "hub"],
            false,
            &["add hub: winter hub"],
        );
        check(&["hub"], &["hub"], false, &[]);
    }
}
