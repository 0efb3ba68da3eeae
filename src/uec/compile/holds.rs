//! Steps that take units of pools and give them back.

use crate::engine::program::{HoldSlot, PoolListId, Step, StepId};
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::steps::{Action, HoldHow, StepForm, WaitForm};

use super::Compiler;
use super::steps::At;

/// What is taken, and under which name it is held.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    pub pools: &'a [Name],
    pub how: HoldHow,
    pub units: u8,
    pub slot: HoldSlot,
}

impl<'a> Compiler<'a> {
    pub fn use_pool(&mut self, form: &'a StepForm, at: At) {
        let Action::Use {
            pools,
            duration,
            at_start,
            held_as,
            wait,
        } = &form.action
        else {
            return;
        };
        let end = self.code.new_label();
        if pools.len() == 1 && held_as.is_none() {
            let duration = self.duration(duration, at.scope);
            let wait_id = self.wait(wait, end, at);
            if let Some(pool) = self.pool(&pools[0], at.scope) {
                self.note_interruption(wait, pool);
                let wait = wait_id;
                let step = Step::Use {
                    pool,
                    wait,
                    duration,
                };
                let at_start = self.optional_mark(at_start.as_ref(), at.scope);
                let position = self.emit(step, at);
                self.code.draws[position].at_start = at_start;
            }
        } else {
            let taking = self.use_taking(pools, held_as.as_ref(), wait, at);
            self.hold_then(taking, wait, end, at);
            if let Some(mark) = at_start.as_ref().and_then(|mark| self.mark(mark, at.scope)) {
                let site = at.scope.site;
                self.emit(Step::Mark { mark, site }, at);
            }
            let duration = self.duration(duration, at.scope);
            self.emit(Step::Wait { duration }, at);
            let slot = taking.slot;
            self.emit(Step::LetGo { slot }, at);
        }
        self.code.place(end);
    }

    /// What a use takes that is written out in steps.
    fn use_taking(
        &mut self,
        pools: &'a [Name],
        held_as: Option<&Name>,
        wait: &WaitForm,
        at: At,
    ) -> Taking<'a> {
        if wait.interrupts || wait.interruptible {
            let message = "a use with \"as\" or several pools cannot interrupt or be interrupted";
            self.faults.error(codes::STEP, at.span, message);
        }
        // A name no scenario can write, so that a plain use never collides with what is held beside it.
        let unnamed = Name {
            value: "use*".to_owned(),
            span: at.span,
        };
        let how = match pools.len() {
            1 => HoldHow::One,
            _ => HoldHow::Any,
        };
        Taking {
            pools,
            how,
            units: 1,
            slot: self.held.single(held_as.unwrap_or(&unnamed), self.faults),
        }
    }

    pub fn hold(&mut self, taking: Taking<'a>, wait: &'a WaitForm, at: At) {
        if wait.interrupts || wait.interruptible {
            let message = "only a \"use\" can interrupt or be interrupted";
            self.faults.error(codes::STEP, at.span, message);
        }
        let end = self.code.new_label();
        self.hold_then(taking, wait, end, at);
        self.code.place(end);
    }

    /// `end` is where a patient goes on that gives up and whose `otherwise` comes to its end.
    fn hold_then(&mut self, taking: Taking<'a>, wait: &'a WaitForm, end: StepId, at: At) {
        let wait = self.wait(wait, end, at);
        let pools = taking.pools.iter();
        let pools: Vec<_> = pools.map(|pool| self.pool(pool, at.scope)).collect();
        let Some(pools) = pools.into_iter().collect::<Option<Vec<_>>>() else {
            return;
        };
        let Taking { slot, units, .. } = taking;
        let step = if taking.how == HoldHow::One {
            let pool = pools[0];
            Step::Hold {
                slot,
                units,
                pool,
                wait,
            }
        } else {
            let id = self.narrow(self.program.pool_lists.len(), at.span);
            self.program.pool_lists.push(pools);
            let pools = PoolListId(id);
            match taking.how {
                HoldHow::All => Step::HoldAll { slot, pools, wait },
                _ => Step::HoldAny { slot, pools, wait },
            }
        };
        self.emit(step, at);
    }

    /// The name under which a hold keeps its units.
    pub fn held_slot(&mut self, how: HoldHow, pools: &[Name], held_as: &[Name]) -> HoldSlot {
        match (how, held_as) {
            (HoldHow::All, []) => self.held.group(pools, self.faults),
            (HoldHow::All, [one]) => self.held.group_as(one, pools.len(), self.faults),
            (HoldHow::All, names) => self.held.group(names, self.faults),
            (_, names) => {
                let name = names.first().unwrap_or(&pools[0]);
                self.held.single(name, self.faults)
            }
        }
    }

    /// All that is held under the names, or so many units of each.
    pub fn let_go(&mut self, names: &[Name], units: Option<u8>, at: At) {
        for name in names {
            for slot in self.held.let_go(name, self.faults) {
                let step = match units {
                    Some(units) => Step::LetGoSome { slot, units },
                    None => Step::LetGo { slot },
                };
                self.emit(step, at);
            }
        }
    }

    pub fn start(&mut self, path: &Name, with: &[Name], at: At) {
        let Some((service, path)) = self.path_here(path, at.scope) else {
            return;
        };
        let task = self.entries[&(at.scope.site, service, path)].body;
        let mut handed = Vec::new();
        for name in with {
            let slots = self.held.let_go(name, self.faults);
            handed.extend(slots.iter().map(|slot| slot.0));
        }
        // The mask is made when names have got their slots.
        let index = self.emit(Step::Start { with: 0, task }, at);
        self.code.handed_over.insert(index, handed);
    }
}
