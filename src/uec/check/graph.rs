//! The compiled steps as a graph: where a patient can go on from each.

use crate::engine::program::{Patience, Program, RouteId, Step, StepId, WaitId};

/// Calls `next` with every step that a patient can come to from the step at `index`.
pub fn successors(program: &Program, index: usize, next: &mut dyn FnMut(StepId)) {
    let following = StepId(index as u32 + 1);
    let given_up = |wait: WaitId, next: &mut dyn FnMut(StepId)| {
        if can_give_up(program, wait) {
            next(program.waits[wait.index()].otherwise);
        }
    };
    match program.steps[index] {
        Step::Leave { .. } => {}
        Step::Jump { to } => next(to),
        Step::Share { otherwise, .. } | Step::Book { otherwise, .. } => {
            next(following);
            next(otherwise);
        }
        Step::Choose { chance, first } => {
            let n = program.chances[chance.index()].n_outcomes;
            (0..n).for_each(|outcome| next(program.branches[(first + outcome) as usize]));
        }
        Step::When { selector, first } => {
            let rows = &program.selectors[selector.index()].rows;
            let last = rows.iter().copied().max().unwrap_or(0);
            (0..=last).for_each(|row| next(program.branches[(first + row) as usize]));
        }
        Step::Hold { wait, .. }
        | Step::HoldAny { wait, .. }
        | Step::HoldAll { wait, .. }
        | Step::Use { wait, .. }
        | Step::Call { wait, .. } => {
            next(following);
            given_up(wait, next);
        }
        Step::Refer { route, entry, .. } | Step::Convey { route, entry, .. } => {
            for site in &program.routes[route.index()].sites {
                next(site.entries[usize::from(entry)]);
            }
            if can_fail(program, route) {
                next(program.routes[route.index()].otherwise);
            }
        }
        Step::Travel { route, .. } => {
            next(following);
            if can_fail(program, route) {
                next(program.routes[route.index()].otherwise);
            }
        }
        Step::Start { task, .. } => {
            next(following);
            next(task);
        }
        Step::Enter { .. }
        | Step::Mark { .. }
        | Step::Wait { .. }
        | Step::WaitUntil { .. }
        | Step::WaitRate { .. }
        | Step::Patience { .. }
        | Step::ClearPatience
        | Step::LetGo { .. }
        | Step::LetGoSome { .. }
        | Step::Set { .. }
        | Step::SetBy { .. } => next(following),
    }
}

/// Whether a wait can end without what was waited for.
pub fn can_give_up(program: &Program, wait: WaitId) -> bool {
    let rule = &program.waits[wait.index()];
    rule.patience != Patience::Endless || rule.limit.is_some()
}

/// Whether a patient can find no site.
pub fn can_fail(program: &Program, route: RouteId) -> bool {
    let spec = &program.routes[route.index()];
    let may_be_shut = spec.sites.iter().all(|site| site.hours.is_some());
    let n = spec.sites.len().max(1);
    let has_no_way = spec
        .travel
        .chunks(n)
        .any(|row| row.iter().all(|time| *time == u32::MAX));
    let has_no_weight = spec
        .weights
        .chunks(n)
        .any(|row| row.iter().all(|weight| *weight <= 0.0));
    // With several of these together, an open site may be the one to which there is no way.
    let has_gaps = spec.sites.iter().any(|site| site.hours.is_some())
        && (!spec.weights.is_empty() || spec.travel.contains(&u32::MAX));
    may_be_shut || has_no_way || has_no_weight || has_gaps
}
