//! Steps to the flat table: every path of a service once for each site that runs it.

use std::collections::BTreeMap;

use crate::engine::program::{
    BookingSpec, DispositionId, HazardId, HazardSpec, MarkId, OptionalMark, ProfileId, SiteId,
    Step, StepId,
};
use crate::engine::time::DAY;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::{Located, Span};
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::steps::{Action, Branch, StepForm};

use super::Compiler;
use super::code::Origin;
use super::holds::Taking;
use super::index::report_unknown;

/// Where steps are being compiled.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'n> {
    pub site: SiteId,
    /// None in the steps of a route.
    pub service: Option<usize>,
    /// `service.path` or `routes.name`.
    pub path: &'n str,
    pub group: u8,
}

/// Steps written aside (`otherwise`), to be compiled after the path they belong to.
pub struct Aside<'a> {
    pub label: StepId,
    pub steps: &'a [StepForm],
    /// Where a patient goes on that comes to their end.
    pub then: StepId,
}

impl<'a> Compiler<'a> {
    /// Compiles steps and what is written aside in them; reports an end from which there is no way on. `labels` stand before
    /// steps that are gone to.
    pub fn path(
        &mut self,
        steps: &'a [StepForm],
        labels: &BTreeMap<usize, StepId>,
        span: Span,
        scope: Scope,
    ) {
        if self.labelled(steps, labels, scope) {
            let message = format!("path \"{}\" ends without leaving", scope.path);
            let span = steps.last().map_or(span, |step| step.span);
            let fault = Diagnostic::error(codes::NEVER_LEAVES, span, message);
            self.faults
                .report(fault.try_this(
                    "end it with { leave = \"…\" }, { go = \"…\" } or { refer = \"…\" }",
                ));
            // Keeps every label before a step.
            let origin = self.origin(scope.path, span, scope);
            let disposition = DispositionId(0);
            let site = scope.site;
            self.code.emit(Step::Leave { disposition, site }, origin);
        }
        while let Some(aside) = self.asides.pop() {
            self.code.place(aside.label);
            if self.block(aside.steps, scope) {
                let origin = self.origin(scope.path, span, scope);
                self.code.emit(Step::Jump { to: aside.then }, origin);
            }
        }
    }

    pub fn origin<'n>(&self, name: &'n str, span: Span, scope: Scope) -> Origin<'n> {
        Origin {
            name,
            span,
            site: scope.site,
            group: scope.group,
        }
    }

    /// Compiles steps in order; true if a patient can come to their end.
    fn block(&mut self, steps: &'a [StepForm], scope: Scope) -> bool {
        self.labelled(steps, &BTreeMap::new(), scope)
    }

    fn labelled(
        &mut self,
        steps: &'a [StepForm],
        labels: &BTreeMap<usize, StepId>,
        scope: Scope,
    ) -> bool {
        let is_unreadable = |step: &StepForm| matches!(step.action, Action::Unreadable);
        for (index, step) in steps.iter().enumerate() {
            if let Some(label) = labels.get(&index) {
                self.code.place(*label);
            }
            if is_unreadable(step) || self.step(step, scope) {
                continue;
            }
            if let Some(next) = steps.get(index + 1) {
                let message = "nobody comes to this step: the one before it always leads elsewhere";
                self.faults
                    .error(codes::NEVER_REACHED_STEP, next.span, message);
            }
            return false;
        }
        // Where an unreadable step would have led is not known, so that nothing is said of it.
        !steps.iter().any(is_unreadable)
    }

    /// Compiles one step; true if a patient can go on with the next.
    fn step(&mut self, form: &'a StepForm, scope: Scope) -> bool {
        let name = format!("{}.{}", scope.path, form.id);
        let at = At {
            name: &name,
            span: form.span,
            scope,
        };
        let simple = match &form.action {
            Action::Mark(mark) => self.mark(mark, scope).map(|mark| Step::Mark {
                mark,
                site: scope.site,
            }),
            Action::Wait(duration) => {
                let duration = self.duration(duration, scope);
                Some(Step::Wait { duration })
            }
            Action::WaitUntil(window) => {
                self.window(window).map(|window| Step::WaitUntil { window })
            }
            Action::WaitRate { profile, per_day } => self
                .hazard(profile, *per_day)
                .map(|hazard| Step::WaitRate { hazard }),
            Action::Patience(duration) => {
                let duration = self.duration(duration, scope);
                Some(Step::Patience { duration })
            }
            Action::ClearPatience => Some(Step::ClearPatience),
            Action::SetBy { attribute, choice } => self.set_by(attribute, choice, scope),
            _ => return self.compound(form, at),
        };
        if let Some(step) = simple {
            self.emit(step, at);
        }
        true
    }

    fn compound(&mut self, form: &'a StepForm, at: At) -> bool {
        match &form.action {
            Action::Use { .. } => self.use_pool(form, at),
            Action::Hold {
                pools,
                how,
                units,
                held_as,
                wait,
            } => {
                let slot = self.held_slot(*how, pools, held_as);
                let taking = Taking {
                    pools,
                    how: *how,
                    units: *units,
                    slot,
                };
                self.hold(taking, wait, at);
            }
            Action::LetGo { names, units } => self.let_go(names, *units, at),
            Action::Set(settings) => {
                for (attribute, level) in settings {
                    if let Some(attribute) = self.attribute(attribute)
                        && let Some(level) = self.level(attribute, level)
                    {
                        self.emit(Step::Set { attribute, level }, at);
                    }
                }
            }
            Action::Share {
                share,
                steps,
                otherwise,
            } => {
                let chance = self.share(share, at.scope);
                let otherwise_label = self.code.new_label();
                let step = Step::Share {
                    chance,
                    otherwise: otherwise_label,
                };
                self.emit(step, at);
                return self.two_ways(steps, otherwise_label, otherwise, at);
            }
            Action::When {
                conditions,
                steps,
                otherwise,
            } => {
                let selector = self.conditions(conditions, form.span, at.scope);
                let (then, other) = (self.code.new_label(), self.code.new_label());
                let first = self.code.add_branches(&[then, other]);
                self.emit(Step::When { selector, first }, at);
                self.code.place(then);
                return self.two_ways(steps, other, otherwise, at);
            }
            Action::Choose { choice, to } => return self.choose(choice, to, at),
            Action::Go(path) => {
                self.go(path, at);
                return false;
            }
            Action::Leave(disposition) => {
                let id = self.dispositions.id(&disposition.value);
                let disposition = DispositionId(self.narrow(id, at.span));
                let site = at.scope.site;
                self.emit(Step::Leave { disposition, site }, at);
                return false;
            }
            Action::Start { path, with } => self.start(path, with, at),
            Action::Book { .. } => self.book(form, at),
            _ => return self.journey(form, at),
        }
        true
    }

    pub fn emit(&mut self, step: Step, at: At) -> usize {
        let origin = self.origin(at.name, at.span, at.scope);
        self.code.emit(step, origin)
    }

    /// The steps of a first branch, which starts here, and of a second one at `second`; true if either ends here.
    fn two_ways(
        &mut self,
        first: &'a [StepForm],
        second: StepId,
        otherwise: &'a [StepForm],
        at: At,
    ) -> bool {
        let end = self.code.new_label();
        let first_ends = self.block(first, at.scope);
        if first_ends && !otherwise.is_empty() {
            self.emit(Step::Jump { to: end }, at);
        }
        self.code.place(second);
        let second_ends = self.block(otherwise, at.scope);
        self.code.place(end);
        first_ends || second_ends
    }

    fn choose(&mut self, choice: &'a Name, to: &'a [(Name, Branch)], at: At) -> bool {
        let Some(index) = self.index.choices.find(choice, self.faults) else {
            // What is wrong in the branches is worth knowing all the same.
            let ends = to.iter().map(|(_, branch)| self.branch(branch, at));
            return ends.fold(false, |any, ends| any | ends);
        };
        let forms = self.forms;
        let outcomes = &forms.choices[index].outcomes;
        for (outcome, _) in to {
            if !outcomes.iter().any(|known| known.value == outcome.value) {
                let known = outcomes.iter().map(|outcome| &outcome.value);
                let what = format!("outcome of choice \"{}\"", choice.value);
                report_unknown(&what, outcome, known, self.faults);
            }
        }
        let chance = self.choice(index, at.scope);
        let labels: Vec<StepId> = outcomes.iter().map(|_| self.code.new_label()).collect();
        let first = self.code.add_branches(&labels);
        self.emit(Step::Choose { chance, first }, at);
        let end = self.code.new_label();
        let mut any_ends = false;
        for (outcome, label) in outcomes.iter().zip(labels) {
            self.code.place(label);
            let branch = to.iter().find(|(name, _)| name.value == outcome.value);
            let ends = match branch {
                Some((_, branch)) => self.branch(branch, at),
                None => {
                    let message = format!("outcome \"{}\" leads nowhere here", outcome.value);
                    let fault = Diagnostic::error(codes::STEP, at.span, message);
                    let advice = format!("to = {{ {} = \"path\", … }}", outcome.value);
                    self.faults.report(fault.try_this(advice));
                    false
                }
            };
            if ends {
                self.emit(Step::Jump { to: end }, at);
                any_ends = true;
            }
        }
        self.code.place(end);
        any_ends
    }

    /// Compiles one branch; true if a patient can come to its end.
    fn branch(&mut self, branch: &'a Branch, at: At) -> bool {
        match branch {
            Branch::Path(path) => {
                self.go(path, at);
                false
            }
            Branch::Steps(steps) => self.block(steps, at.scope),
        }
    }

    fn book(&mut self, form: &'a StepForm, at: At) {
        let Action::Book {
            calendar,
            within,
            earliest,
            otherwise,
        } = &form.action
        else {
            return;
        };
        let end = self.code.new_label();
        let otherwise = self.aside(otherwise.as_deref(), end, at.scope);
        if earliest.0 > within.0 {
            let message = "the earliest appointment lies beyond the time within which it must be";
            self.faults.error(codes::RANGE, at.span, message);
        }
        if let Some(calendar) = self.calendar(calendar, at.scope) {
            let booking = self.narrow(self.program.bookings.len(), at.span);
            self.program.bookings.push(BookingSpec {
                calendar,
                earliest: *earliest,
                within: *within,
            });
            self.emit(Step::Book { booking, otherwise }, at);
        }
        self.code.place(end);
    }

    fn set_by(&mut self, attribute: &Name, choice: &Name, scope: Scope) -> Option<Step> {
        let attribute = self.attribute(attribute);
        let choice = self.index.choices.find(choice, self.faults);
        let (attribute, choice) = (attribute?, choice?);
        let chance = self.choice_of_level(choice, attribute, scope);
        Some(Step::SetBy { attribute, chance })
    }

    fn hazard(&mut self, profile: &Name, per_day: f64) -> Option<HazardId> {
        let index = self.index.profiles.find(profile, self.faults)?;
        let hazard = HazardSpec {
            profile: ProfileId(index as u16),
            per_millisecond: per_day / DAY.0 as f64,
        };
        let known = self
            .program
            .hazards
            .iter()
            .position(|other| *other == hazard);
        let id = known.unwrap_or_else(|| {
            self.program.hazards.push(hazard);
            self.program.hazards.len() - 1
        });
        Some(HazardId(self.narrow(id, profile.span)))
    }

    /// A mark that a step makes.
    pub fn mark(&mut self, mark: &Name, scope: Scope) -> Option<MarkId> {
        let id = self.known_mark(mark, scope)?;
        self.made.insert(id);
        Some(id)
    }

    /// A mark from which time is counted while patients go on.
    pub fn mark_since(&mut self, mark: &Name, scope: Scope) -> Option<MarkId> {
        let id = self.known_mark(mark, scope)?;
        self.counted_from.push((id, mark.clone()));
        Some(id)
    }

    /// `arrived` of the service the step belongs to, or `service.arrived`.
    fn known_mark(&mut self, mark: &Name, scope: Scope) -> Option<MarkId> {
        let written = &mark.value;
        let full = match (written.split_once('.'), scope.service) {
            (Some((service, _)), _) => {
                let service = Located {
                    value: service.to_owned(),
                    span: mark.span,
                };
                self.index.services.find(&service, self.faults)?;
                written.clone()
            }
            (None, Some(service)) => {
                format!("{}.{written}", self.forms.services[service].name.value)
            }
            (None, None) => {
                let message = "in the steps of a route, a mark is written with its service";
                let fault = Diagnostic::error(codes::STEP, mark.span, message);
                self.faults
                    .report(fault.try_this(format!("\"service.{written}\"")));
                return None;
            }
        };
        let id = self.marks.id(&full);
        Some(MarkId(self.narrow(id, mark.span)))
    }

    pub fn optional_mark(&mut self, mark: Option<&Name>, scope: Scope) -> OptionalMark {
        let id = mark.and_then(|mark| self.mark(mark, scope));
        id.map_or(OptionalMark::NONE, |id| OptionalMark(id.0))
    }
}

/// A step being compiled: the name of its draws, its place in the text, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct At<'n> {
    pub name: &'n str,
    pub span: Span,
    pub scope: Scope<'n>,
}
