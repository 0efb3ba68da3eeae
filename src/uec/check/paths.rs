//! Which paths of a service lead to which by `go`.

use std::collections::BTreeSet;

use crate::uec::forms::services::ServiceForm;
use crate::uec::forms::steps::{Action, Branch, StepForm, WaitForm};

/// Whether path `b` can be come to from path `a` in one or more goes, at `a * n + b` for `n` paths.
pub fn goes(service: &ServiceForm) -> Vec<bool> {
    let n = service.paths.len();
    let mut reached = vec![false; n * n];
    for (from, path) in service.paths.iter().enumerate() {
        visit(&path.steps, &mut |name| {
            if let Some((to, _)) = service.place(name) {
                reached[from * n + to] = true;
            }
        });
    }
    // Warshall's closure.
    for middle in 0..n {
        for from in 0..n {
            if reached[from * n + middle] {
                for to in 0..n {
                    reached[from * n + to] |= reached[middle * n + to];
                }
            }
        }
    }
    reached
}

/// Steps in the middle of paths that others go to: path and step.
pub fn midway(service: &ServiceForm) -> BTreeSet<(usize, usize)> {
    let mut places = BTreeSet::new();
    for path in &service.paths {
        visit(&path.steps, &mut |name| {
            if let Some((path, Some(step))) = service.place(name) {
                places.insert((path, step));
            }
        });
    }
    places
}

/// Calls `found` with every path that steps go to.
fn visit(steps: &[StepForm], found: &mut dyn FnMut(&str)) {
    for step in steps {
        match &step.action {
            Action::Go(path) => found(&path.value),
            Action::Choose { to, .. } => {
                for (_, branch) in to {
                    match branch {
                        Branch::Path(path) => found(&path.value),
                        Branch::Steps(steps) => visit(steps, found),
                    }
                }
            }
            Action::Share {
                steps, otherwise, ..
            }
            | Action::When {
                steps, otherwise, ..
            } => {
                visit(steps, found);
                visit(otherwise, found);
            }
            Action::Use { wait, .. } | Action::Hold { wait, .. } | Action::Call { wait, .. } => {
                visit_wait(wait, found);
            }
            Action::Refer { otherwise, .. }
            | Action::Travel { otherwise, .. }
            | Action::Convey { otherwise, .. }
            | Action::Book { otherwise, .. } => visit(otherwise.as_deref().unwrap_or(&[]), found),
            _ => {}
        }
    }
}

fn visit_wait(wait: &WaitForm, found: &mut dyn FnMut(&str)) {
    visit(wait.otherwise.as_deref().unwrap_or(&[]), found);
}
