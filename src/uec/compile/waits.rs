//! How patients wait in line, and the steps that send them elsewhere: refer, travel, call, convey.

use crate::engine::program::{
    Escalate, N_RANKS, Patience, PoolId, Step, StepId, WaitId, WaitRule, Worsen,
};
use crate::engine::streams::purpose_key;
use crate::uec::codes;
use crate::uec::forms::steps::{Action, PatienceForm, StepForm, WaitForm, WorsenForm};

use super::Compiler;
use super::steps::{Aside, At, Scope};

impl<'a> Compiler<'a> {
    /// The rule of a wait; `then` is where a patient goes on that gives up and whose `otherwise` comes to its end.
    pub fn wait(&mut self, form: &'a WaitForm, then: StepId, at: At) -> WaitId {
        let scope = at.scope;
        let rank = form.rank.as_ref().and_then(|rank| self.attribute(rank));
        let due = form.due.as_ref().map(|due| self.duration(due, scope));
        let patience = match &form.patience {
            PatienceForm::Endless => Patience::Endless,
            PatienceForm::Deadline => Patience::Deadline,
            PatienceForm::Drawn(duration) => Patience::Drawn(self.duration(duration, scope)),
        };
        let can_fail = patience != Patience::Endless || form.limit.is_some();
        if !can_fail && form.otherwise.is_some() {
            let message =
                "nobody gives up here or is turned away, so that \"otherwise\" never happens";
            let fault = crate::scenario::diagnostic::Diagnostic::error(
                codes::NEVER_REACHED_STEP,
                at.span,
                message,
            );
            self.faults.report(
                fault.try_this("add leave_after, leave_at or limit, or take \"otherwise\" out"),
            );
        }
        let otherwise = match can_fail {
            true => self.aside(form.otherwise.as_deref(), then, scope),
            false => self.nowhere,
        };
        let worsen = form
            .worsen
            .as_ref()
            .and_then(|worsen| self.worsen(worsen, scope));
        let escalate = form.escalate.as_ref().and_then(|escalate| {
            if usize::from(escalate.to) >= N_RANKS {
                let message = format!("ranks lie between 0 and {}", N_RANKS - 1);
                self.faults
                    .error(codes::RANGE, escalate.trigger.span, message);
            }
            let trigger = self.trigger(&escalate.trigger, scope.site)?;
            let rank = escalate.to;
            Some(Escalate { trigger, rank })
        });
        let id = WaitId(self.narrow(self.program.waits.len(), at.span));
        self.program.waits.push(WaitRule {
            rank,
            due,
            patience,
            otherwise,
            limit: form.limit,
            worsen,
            escalate,
            interrupts: form.interrupts,
            interruptible: form.interruptible,
            may_be_passed: form.fit,
            due_purpose: purpose_key(&format!("{}#due", at.name)),
            patience_purpose: purpose_key(&format!("{}#patience", at.name)),
            worsen_purpose: purpose_key(&format!("{}#worsen", at.name)),
        });
        id
    }

    fn worsen(&mut self, form: &'a WorsenForm, scope: Scope) -> Option<Worsen> {
        let after = self.duration(&form.after, scope);
        let attribute = self.attribute(&form.attribute)?;
        let level = self.level(attribute, &form.level)?;
        Some(Worsen {
            after,
            attribute,
            level,
        })
    }

    /// The pool keeps a list of whom it serves if a step interrupts there.
    pub fn note_interruption(&mut self, form: &WaitForm, pool: PoolId) {
        if form.interrupts {
            self.program.pools[pool.index()].keeps_served = true;
        }
    }

    /// Steps to compile after the path; without any, patients leave as `left`.
    pub fn aside(&mut self, steps: Option<&'a [StepForm]>, then: StepId, scope: Scope) -> StepId {
        match steps {
            Some(steps) => {
                let label = self.code.new_label();
                self.asides.push(Aside { label, steps, then });
                label
            }
            None => self.left_here(scope.site),
        }
    }

    /// Steps that send the patient to another place; true if the next step can follow.
    pub fn journey(&mut self, form: &'a StepForm, at: At) -> bool {
        let here = at.scope.site;
        match &form.action {
            Action::Refer {
                route,
                path,
                otherwise,
            } => {
                let end = self.code.new_label();
                let otherwise = self.route_aside(otherwise.as_deref(), end, at.scope);
                if let Some((route, entry)) = self.route_entry(route, path.as_ref(), otherwise) {
                    self.emit(Step::Refer { route, entry, here }, at);
                }
                self.code.place(end);
                otherwise.is_some_and(|_| self.aside_can_end(form))
            }
            Action::Travel { route, otherwise } => {
                let end = self.code.new_label();
                let otherwise = self.route_aside(otherwise.as_deref(), end, at.scope);
                if let Some(route) = self.route(route, otherwise) {
                    self.emit(Step::Travel { route, here }, at);
                }
                self.code.place(end);
                true
            }
            Action::Convey {
                route,
                path,
                with,
                otherwise,
            } => {
                let slot = self.held.mention(with, self.faults);
                let end = self.code.new_label();
                let otherwise = self.route_aside(otherwise.as_deref(), end, at.scope);
                if let Some((route, entry)) = self.route_entry(route, path.as_ref(), otherwise) {
                    self.emit(Step::Convey { slot, route, entry }, at);
                }
                self.code.place(end);
                otherwise.is_some_and(|_| self.aside_can_end(form))
            }
            Action::Call {
                fleet,
                held_as,
                at_dispatch,
                wait,
            } => {
                let end = self.code.new_label();
                let wait = self.wait(wait, end, at);
                let slot = self
                    .held
                    .single(held_as.as_ref().unwrap_or(fleet), self.faults);
                let at_dispatch = self.optional_mark(at_dispatch.as_ref(), at.scope);
                if let Some(fleet) = self.fleet(fleet) {
                    let step = Step::Call {
                        fleet,
                        slot,
                        way: 0,
                        wait,
                        at_dispatch,
                    };
                    self.emit(step, at);
                }
                self.code.place(end);
                true
            }
            _ => true,
        }
    }

    fn route_aside(
        &mut self,
        steps: Option<&'a [StepForm]>,
        then: StepId,
        scope: Scope,
    ) -> Option<StepId> {
        steps.map(|steps| self.aside(Some(steps), then, scope))
    }

    /// Whether the `otherwise` of a step can come to its end, so that the next step is reached.
    fn aside_can_end(&self, form: &StepForm) -> bool {
        let otherwise = match &form.action {
            Action::Refer { otherwise, .. } | Action::Convey { otherwise, .. } => otherwise,
            _ => return true,
        };
        otherwise.as_deref().is_some_and(can_end)
    }
}

/// Whether a patient can come to the end of steps, as far as the text alone tells.
fn can_end(steps: &[StepForm]) -> bool {
    !steps.iter().any(|step| match &step.action {
        Action::Go(_) | Action::Leave(_) => true,
        Action::Refer { otherwise, .. } | Action::Convey { otherwise, .. } => {
            !otherwise.as_deref().is_some_and(can_end)
        }
        Action::Share {
            steps, otherwise, ..
        }
        | Action::When {
            steps, otherwise, ..
        } => !can_end(steps) && !can_end(otherwise),
        Action::Choose { to, .. } => to.iter().all(|(_, branch)| match branch {
            crate::uec::forms::steps::Branch::Path(_) => true,
            crate::uec::forms::steps::Branch::Steps(steps) => !can_end(steps),
        }),
        _ => false,
    })
}
