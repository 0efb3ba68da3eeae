//! The flat table of steps while it grows: steps, the labels they jump to, and where each was written.
//!
//! Until [`Code::resolve`], every [`StepId`] anywhere in the program is a label, so that steps can refer to what comes later.

use std::collections::BTreeMap;

use crate::engine::program::{Draw, OptionalMark, Program, SiteId, Step, StepId};
use crate::engine::streams::purpose_key;
use crate::scenario::files::Span;

#[derive(Debug, Default)]
pub struct Code {
    pub steps: Vec<Step>,
    pub draws: Vec<Draw>,
    /// By step: `service.path.id`.
    pub names: Vec<String>,
    /// By step: where it was written.
    pub spans: Vec<Span>,
    pub branches: Vec<StepId>,
    /// By step that starts a side task: the names (by number) that it takes over.
    pub handed_over: BTreeMap<usize, Vec<u8>>,
    /// Position of each label; none until it is placed.
    labels: Vec<Option<u32>>,
}

/// Where a step belongs.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'n> {
    /// `service.path.id`: the purpose of the step's draws.
    pub name: &'n str,
    pub span: Span,
    pub site: SiteId,
    pub group: u8,
}

impl Code {
    pub fn new_label(&mut self) -> StepId {
        self.labels.push(None);
        StepId(self.labels.len() as u32 - 1)
    }

    /// Puts a label before the next step.
    pub fn place(&mut self, label: StepId) {
        self.labels[label.index()] = Some(self.steps.len() as u32);
    }

    /// Adds a step and returns its position.
    pub fn emit(&mut self, step: Step, origin: Origin) -> usize {
        self.steps.push(step);
        self.draws.push(Draw {
            purpose: purpose_key(origin.name),
            group: origin.group,
            site: origin.site,
            at_start: OptionalMark::NONE,
        });
        self.names.push(origin.name.to_owned());
        self.spans.push(origin.span);
        self.steps.len() - 1
    }

    /// Adds branches and returns the position of the first.
    pub fn add_branches(&mut self, labels: &[StepId]) -> u32 {
        let first = self.branches.len() as u32;
        self.branches.extend_from_slice(labels);
        first
    }

    /// Position a label stands for, past any jumps that do nothing else.
    fn position(&self, label: StepId) -> StepId {
        let placed = |label: StepId| {
            self.labels[label.index()].expect("every label is placed once a scenario has no faults")
        };
        let mut at = placed(label);
        // A circle of jumps is a path that never leaves, and refused; the bound keeps this loop safe before that.
        for _ in 0..self.steps.len() {
            match self.steps.get(at as usize) {
                Some(Step::Jump { to }) => at = placed(*to),
                _ => break,
            }
        }
        StepId(at)
    }

    /// Turns every label of the program into a position and moves the steps into it; gives the position of every label.
    pub fn resolve(mut self, program: &mut Program) -> Vec<StepId> {
        let mut steps = std::mem::take(&mut self.steps);
        self.steps = steps.clone();
        let at = |label: &mut StepId| *label = self.position(*label);
        for step in &mut steps {
            match step {
                Step::Jump { to } => at(to),
                Step::Share { otherwise, .. } | Step::Book { otherwise, .. } => at(otherwise),
                Step::Start { task, .. } => at(task),
                _ => {}
            }
        }
        let mut branches = self.branches.clone();
        branches.iter_mut().for_each(at);
        for wait in &mut program.waits {
            at(&mut wait.otherwise);
        }
        for route in &mut program.routes {
            at(&mut route.otherwise);
            for site in &mut route.sites {
                site.entries.iter_mut().for_each(at);
            }
        }
        for stream in &mut program.streams {
            at(&mut stream.entry);
        }
        program.steps = steps;
        program.branches = branches;
        program.draws = std::mem::take(&mut self.draws);
        (0..self.labels.len())
            .map(|label| self.position(StepId(label as u32)))
            .collect()
    }
}
