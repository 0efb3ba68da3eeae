//! How the lines of a model are served and how its patients arrive, in words and counts for people to check.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::program::{Arrivals, Patience, PoolId, Program, Step, WaitId};

use super::model::Model;

/// Streams of arrivals by their kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    pub poisson: usize,
    pub by_gaps: usize,
    pub listed: usize,
}

pub fn streams(model: &Model) -> Streams {
    let mut streams = Streams::default();
    for stream in &model.program.streams {
        match stream.arrivals {
            Arrivals::Poisson { .. } => streams.poisson += 1,
            Arrivals::Renewal { .. } => streams.by_gaps += 1,
            Arrivals::Recorded(_) => streams.listed += 1,
        }
    }
    streams
}

/// Kinds of wait that are ranked, and all.
pub fn ranked_waits(model: &Model) -> (usize, usize) {
    let waits = &model.program.waits;
    let ranked = waits.iter().filter(|rule| rule.rank.is_some());
    (ranked.count(), waits.len())
}

/// Ids of pools and fleets by the rule their lines are served by, in words.
pub fn lines_by_rule(model: &Model) -> BTreeMap<String, BTreeSet<&str>> {
    let mut by_rule: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for step in &model.program.steps {
        for (name, wait) in waits(model, *step) {
            by_rule
                .entry(discipline(model, wait))
                .or_default()
                .insert(name);
        }
    }
    by_rule
}

/// What a step may wait for, and by which rule.
fn waits(model: &Model, step: Step) -> Vec<(&str, WaitId)> {
    let program: &Program = &model.program;
    let pool = |pool: PoolId| model.names.pools[pool.index()].id.as_str();
    match step {
        Step::Use {
            pool: one, wait, ..
        }
        | Step::Hold {
            pool: one, wait, ..
        } => vec![(pool(one), wait)],
        Step::HoldAny { pools, wait, .. } | Step::HoldAll { pools, wait, .. } => {
            let pools = program.pool_lists[pools.index()].iter();
            pools.map(|one| (pool(*one), wait)).collect()
        }
        Step::Call { fleet, wait, .. } => vec![(&model.names.fleets[fleet.index()].id, wait)],
        _ => Vec::new(),
    }
}

fn discipline(model: &Model, wait: WaitId) -> String {
    let rule = &model.program.waits[wait.index()];
    let mut words = match rule.rank {
        Some(attribute) => format!("by {}", model.names.attributes[usize::from(attribute.0)].id),
        None => "first come, first served".to_owned(),
    };
    let further = [
        (rule.due.is_some(), "in order of when patients are due"),
        (
            matches!(rule.patience, Patience::Drawn(_)),
            "who waits too long leaves (reneging)",
        ),
        (
            matches!(rule.patience, Patience::Deadline),
            "who passes a deadline leaves (reneging)",
        ),
        (rule.limit.is_some(), "a full line turns away (balking)"),
        (rule.worsen.is_some(), "who waits may grow worse"),
        (
            rule.escalate.is_some(),
            "ranked otherwise while a trigger is on",
        ),
        (rule.interrupts, "the more urgent interrupts (pre-emption)"),
        (
            rule.may_be_passed,
            "a smaller request may pass a larger one",
        ),
    ];
    for (holds, what) in further {
        if holds {
            words.push_str("; ");
            words.push_str(what);
        }
    }
    words
}
