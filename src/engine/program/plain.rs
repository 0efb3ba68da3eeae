//! Programs that need little of what the engine can do.

use super::{Dimension, Patience, Program, Selector, Step, StepId, WaitRule};

impl Program {
    /// Whether nobody comes to a path again, is sent elsewhere or calls a unit, nothing is interrupted, no trigger watches, every wait
    /// is about a rank and patience at most and every table by attributes alone: a run need not look for any of these. An event of such
    /// a run names a step in 16 bits and a pool or none in 8.
    pub fn is_plain(&self) -> bool {
        let is_about_patients = |selector: &Selector| {
            let mut dimensions = selector.dimensions.iter();
            dimensions.all(|(dimension, _)| matches!(dimension, Dimension::Attribute(_)))
        };
        let mut selectors = (self.chances.iter().map(|chance| &chance.selector))
            .chain(&self.selectors)
            .chain(self.durations.iter().map(|duration| &duration.selector));
        self.triggers.is_empty()
            && !self.pools.iter().any(|pool| pool.keeps_served)
            && self.waits.iter().all(WaitRule::is_plain)
            && selectors.all(is_about_patients)
            && self.pools.len() < usize::from(u8::MAX)
            && self.steps.len() <= 1 << u16::BITS
            && self.stays_on_its_paths()
    }

    /// Whether no patient ever comes to a step that counts a visit or leads to another site or task.
    fn stays_on_its_paths(&self) -> bool {
        let mut is_seen = vec![false; self.steps.len()];
        let mut to_see: Vec<StepId> = self.streams.iter().map(|stream| stream.entry).collect();
        while let Some(id) = to_see.pop() {
            if std::mem::replace(&mut is_seen[id.index()], true) {
                continue;
            }
            let next = StepId(id.0 + 1);
            match &self.steps[id.index()] {
                Step::Enter { .. }
                | Step::Refer { .. }
                | Step::Travel { .. }
                | Step::Convey { .. }
                | Step::Call { .. }
                | Step::Start { .. } => return false,
                Step::Leave { .. } => {}
                Step::Jump { to } => to_see.push(*to),
                Step::Share { otherwise, .. } | Step::Book { otherwise, .. } => {
                    to_see.extend([next, *otherwise]);
                }
                // More than are its own at worst, which only makes a program seem less plain.
                Step::Choose { first, .. } | Step::When { first, .. } => {
                    to_see.extend(&self.branches[*first as usize..]);
                }
                Step::Use { wait, .. }
                | Step::Hold { wait, .. }
                | Step::HoldAny { wait, .. }
                | Step::HoldAll { wait, .. } => {
                    let rule = &self.waits[wait.index()];
                    let gives_up = rule.patience != Patience::Endless;
                    to_see.extend([next].into_iter().chain(gives_up.then_some(rule.otherwise)));
                }
                _ => to_see.push(next),
            }
        }
        true
    }
}
