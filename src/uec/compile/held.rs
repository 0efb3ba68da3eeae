//! Names under which patients hold units, and the few slots they share.
//!
//! While steps are compiled, a slot is the number of a name. At the end names that are never held at the same time share one
//! of the six slots a patient has: two names interfere if one can be held where the other is taken.

use std::collections::BTreeMap;

use crate::engine::program::{HoldSlot, N_HOLD_SLOTS};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::steps_reading::UNREADABLE_STEPS;

/// Different names a scenario may use.
pub const MOST_NAMES: usize = 64;

#[derive(Debug, Default)]
pub struct HeldNames {
    /// What each number is called; the parts of a group have names of their own.
    names: Vec<String>,
    /// Numbers by name: several for a group that is let go together.
    members: BTreeMap<String, Vec<u8>>,
    /// Numbers that must lie side by side.
    groups: Vec<Vec<u8>>,
    /// Names let go, looked at or handed over, to be checked at the end.
    mentions: Vec<Name>,
    held: Vec<bool>,
}

impl HeldNames {
    /// A name that holds units of one pool.
    pub fn single(&mut self, name: &Name, faults: &Diagnostics) -> HoldSlot {
        let id = self.number(name, faults);
        self.held[usize::from(id)] = true;
        HoldSlot(id)
    }

    /// Names that are taken together; gives the first.
    pub fn group(&mut self, names: &[Name], faults: &Diagnostics) -> HoldSlot {
        let numbers: Vec<u8> = names.iter().map(|name| self.number(name, faults)).collect();
        for (index, number) in numbers.iter().enumerate() {
            self.held[usize::from(*number)] = true;
            let in_other = |group: &Vec<u8>| *group != numbers && group.contains(number);
            let is_repeated = numbers[..index].contains(number);
            if is_repeated || self.groups.iter().any(in_other) {
                let name = &names[index];
                let message = format!(
                    "\"{}\" is held together with different things in two places",
                    name.value
                );
                let fault = Diagnostic::error(codes::LIMIT, name.span, message);
                faults.report(fault.try_this("other names in \"as\""));
            }
        }
        if !self.groups.contains(&numbers) {
            self.groups.push(numbers.clone());
        }
        HoldSlot(numbers.first().copied().unwrap_or(0))
    }

    /// One name for units of `n` pools that are taken together.
    pub fn group_as(&mut self, name: &Name, n: usize, faults: &Diagnostics) -> HoldSlot {
        let part = |index: usize| Name {
            value: format!("{}*{index}", name.value),
            span: name.span,
        };
        let parts: Vec<Name> = (0..n).map(part).collect();
        let first = self.group(&parts, faults);
        let numbers: Vec<u8> = parts.iter().map(|part| self.number(part, faults)).collect();
        let known = self.members.insert(name.value.clone(), numbers.clone());
        if known.is_some_and(|known| known != numbers) {
            let message = format!(
                "\"{}\" stands for a different number of things elsewhere",
                name.value
            );
            faults.error(codes::LIMIT, name.span, message);
        }
        first
    }

    /// A name whose being held is looked at, or with which a patient rides.
    pub fn mention(&mut self, name: &Name, faults: &Diagnostics) -> HoldSlot {
        let slots = self.let_go(name, faults);
        slots.first().copied().unwrap_or(HoldSlot(0))
    }

    /// The slots that a name lets go.
    pub fn let_go(&mut self, name: &Name, faults: &Diagnostics) -> Vec<HoldSlot> {
        self.mentions.push(name.clone());
        if !self.members.contains_key(&name.value) {
            self.number(name, faults);
        }
        let members = self.members.get(&name.value);
        members.map_or_else(Vec::new, |all| all.iter().map(|id| HoldSlot(*id)).collect())
    }

    fn number(&mut self, name: &Name, faults: &Diagnostics) -> u8 {
        if let Some(known) = self.members.get(&name.value) {
            return known.first().copied().unwrap_or(0);
        }
        if self.names.len() >= MOST_NAMES {
            let message = format!("more than {MOST_NAMES} different names are held under");
            faults.error(codes::LIMIT, name.span, message);
            return 0;
        }
        let id = self.names.len() as u8;
        self.names.push(name.value.clone());
        self.held.push(false);
        self.members.insert(name.value.clone(), vec![id]);
        id
    }

    /// Number of different names.
    pub fn n_names(&self) -> usize {
        self.names.len()
    }

    pub fn name(&self, number: u8) -> &str {
        let name = self.names.get(usize::from(number));
        let name = name.map_or("", String::as_str);
        name.split('*').next().unwrap_or(name)
    }

    /// The numbers taken together of which this is the first.
    pub fn group_of(&self, first: HoldSlot) -> &[u8] {
        let mut groups = self.groups.iter();
        let found = groups.find(|group| group.first() == Some(&first.0));
        found.map_or(&[], Vec::as_slice)
    }

    /// Errors (reported): `S208` for names that are let go or looked at but never held.
    pub fn check(&self, faults: &Diagnostics) {
        if faults.is_spoilt(UNREADABLE_STEPS) {
            return;
        }
        let is_held = |name: &str| {
            let members = self.members.get(name);
            members.is_some_and(|all| all.iter().any(|id| self.held[usize::from(*id)]))
        };
        let known: Vec<&String> = self
            .members
            .keys()
            .filter(|name| is_held(name) && !name.contains('*'))
            .collect();
        for name in self.mentions.iter().filter(|name| !is_held(&name.value)) {
            let message = format!("nothing is ever held under the name \"{}\"", name.value);
            let fault = Diagnostic::error(codes::NEVER_HELD, name.span, message);
            let fault = fault.suggest(&name.value, &known);
            let advice = format!("{{ hold = \"…\", as = \"{}\" }} before it", name.value);
            faults.report(match known.is_empty() {
                true => fault.try_this(advice),
                false => fault,
            });
        }
    }

    /// A slot for every number, so that numbers that interfere have different ones and groups lie side by side.
    ///
    /// `interferes` has a bit for every number that can be held at the same time, by number.
    /// Names keep the slots `wanted` for them where they can. Errors: the name for which no slot is left.
    pub fn allocate(
        &self,
        interferes: &[u64],
        wanted: &BTreeMap<String, u8>,
    ) -> Result<Vec<u8>, String> {
        let n = self.names.len();
        let mut slots: Vec<Option<u8>> = vec![None; n];
        let alone = (0..n as u8).filter(|id| !self.groups.iter().any(|group| group.contains(id)));
        let singles: Vec<Vec<u8>> = alone.map(|id| vec![id]).collect();
        for run in self.groups.iter().chain(&singles) {
            let is_free = |id: u8, slot: usize| {
                let others = slots.iter().enumerate();
                let mut clashes = others.filter(|(other, taken)| {
                    let is_same = **taken == Some(slot as u8);
                    is_same && interferes[usize::from(id)] >> other & 1 == 1
                });
                clashes.next().is_none()
            };
            let last = (N_HOLD_SLOTS + 1).saturating_sub(run.len());
            let wanted = wanted.get(&self.names[usize::from(run[0])]);
            let wanted = wanted.map(|slot| usize::from(*slot));
            let first = wanted.into_iter().chain(0..last).find(|first| {
                let mut each = run.iter().enumerate();
                each.all(|(offset, id)| is_free(*id, first + offset))
            });
            let Some(first) = first else {
                return Err(self.names[usize::from(run[0])].clone());
            };
            for (offset, id) in run.iter().enumerate() {
                slots[usize::from(*id)] = Some((first + offset) as u8);
            }
        }
        Ok(slots.into_iter().map(|slot| slot.unwrap_or(0)).collect())
    }

    /// Allocated slots by name.
    pub fn by_name(&self, slots: &[u8]) -> BTreeMap<String, u8> {
        let names = self.names.iter().cloned();
        names.zip(slots.iter().copied()).collect()
    }
}
