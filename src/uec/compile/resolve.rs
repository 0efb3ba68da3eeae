//! The last stage: labels to positions, held names to slots, and the names by number.

use std::collections::BTreeMap;

use crate::engine::program::{Dimension, HoldSlot, Program, Step, StepId, TriggerLevel};
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::check::graph::successors;
use crate::uec::codes;

use super::held::HeldNames;
use super::{Compiled, Compiler};

impl Compiler<'_> {
    pub fn finish(mut self, slots: &BTreeMap<String, u8>) -> Option<Compiled> {
        self.finish_left();
        let site_hours = self.site_hours();
        self.held.check(self.faults);
        if self.faults.has_errors() {
            return None;
        }
        let spans = std::mem::take(&mut self.code.spans);
        self.names.steps = std::mem::take(&mut self.code.names);
        let handed_over = std::mem::take(&mut self.code.handed_over);
        let positions = std::mem::take(&mut self.code).resolve(&mut self.program);
        let holding = Holding::new(&self.program, &self.held, &handed_over);
        for (index, number) in holding.held_twice() {
            let name = self.held.name(number);
            let message = format!("something may still be held under \"{name}\" here");
            let fault = Diagnostic::error(codes::LIMIT, spans[index], message);
            let advice =
                format!("{{ let_go = \"{name}\" }} before it, or another name with \"as\"");
            self.faults.report(fault.try_this(advice));
        }
        let mut given = BTreeMap::new();
        match self.held.allocate(&holding.interference(), slots) {
            Ok(slots) => {
                put_slots(&mut self.program, &slots, &handed_over);
                given = self.held.by_name(&slots);
            }
            Err(name) => {
                let message = format!(
                    "more than 6 things are held by one patient at one time; \"{name}\" is one too many"
                );
                self.faults
                    .report(Diagnostic::placeless(codes::LIMIT, message));
            }
        }
        self.program.n_sites = self.names.sites.len() as u16;
        self.program.n_dispositions = self.dispositions.names.len() as u16;
        self.names.dispositions = self.dispositions.names;
        self.names.marks = self.marks.names;
        if self.faults.has_errors() {
            return None;
        }
        let paths = self.entries.iter().map(|((site, service, path), entry)| {
            (*site, *service, *path, positions[entry.body.index()])
        });
        Some(Compiled {
            paths: paths.collect(),
            slots: given,
            program: self.program,
            names: self.names,
            measures: self.measures,
            equity: self.equity,
            elsewhere: self.elsewhere,
            charts: self.charts,
            distributions: self.distributions,
            mean_milliseconds: self.mean_milliseconds,
            stream_groups: self.stream_groups,
            brings: self.brings,
            site_hours,
            spans,
            pool_spans: self.pool_spans,
            site_services: self.sites.into_iter().map(|site| site.services).collect(),
        })
    }
}

/// Which names can be held when a patient comes to each step.
struct Holding<'p> {
    program: &'p Program,
    held: &'p HeldNames,
    /// By step, a bit for every name; none if nobody comes there.
    before: Vec<Option<u64>>,
}

impl<'p> Holding<'p> {
    fn new(
        program: &'p Program,
        held: &'p HeldNames,
        handed_over: &BTreeMap<usize, Vec<u8>>,
    ) -> Self {
        let mut holding = Self {
            program,
            held,
            before: vec![None; program.steps.len()],
        };
        let entries = program.streams.iter().map(|stream| (stream.entry, 0));
        let mut work: Vec<(StepId, u64)> = entries.collect();
        while let Some((step, bits)) = work.pop() {
            let index = step.index();
            let known = holding.before[index];
            let joined = known.unwrap_or(0) | bits;
            if known == Some(joined) {
                continue;
            }
            holding.before[index] = Some(joined);
            holding.pass(index, joined, handed_over, &mut work);
        }
        holding
    }

    /// What is held after a step, for every way on.
    fn pass(
        &self,
        index: usize,
        before: u64,
        handed_over: &BTreeMap<usize, Vec<u8>>,
        work: &mut Vec<(StepId, u64)>,
    ) {
        let step = self.program.steps[index];
        if let Step::Start { task, .. } = step {
            let bits = handed_over.get(&index);
            let bits = bits.map_or(0, |all| all.iter().fold(0, |bits, id| bits | 1 << id));
            work.push((task, bits));
            work.push((StepId(index as u32 + 1), before & !bits));
            return;
        }
        let taken = self.taken(step);
        let after = match step {
            Step::LetGo { slot } => before & !(1 << slot.0),
            _ => before | taken,
        };
        let following = index as u32 + 1;
        successors(self.program, index, &mut |next| {
            // Whoever gives up has not got what was waited for.
            let is_otherwise = taken != 0 && next.0 != following;
            work.push((next, if is_otherwise { before } else { after }));
        });
    }

    /// Bits of the names that a step takes units under.
    fn taken(&self, step: Step) -> u64 {
        match step {
            Step::Hold { slot, .. } | Step::HoldAny { slot, .. } | Step::Call { slot, .. } => {
                1 << slot.0
            }
            Step::HoldAll { slot, .. } => {
                let numbers = self.held.group_of(slot);
                numbers.iter().fold(0, |bits, id| bits | 1 << id)
            }
            _ => 0,
        }
    }

    /// Steps that take units under a name that can still be held, with the number of the name.
    fn held_twice(&self) -> Vec<(usize, u8)> {
        let mut found = Vec::new();
        for (index, before) in self.before.iter().enumerate() {
            let both = before.unwrap_or(0) & self.taken(self.program.steps[index]);
            if both != 0 {
                found.push((index, both.trailing_zeros() as u8));
            }
        }
        found
    }

    /// By name: a bit for every name that can be held when it is taken, or the other way round.
    fn interference(&self) -> Vec<u64> {
        let n = self.held.n_names();
        let mut bits = vec![0u64; n];
        for (index, before) in self.before.iter().enumerate() {
            let Some(before) = before else { continue };
            let taken = self.taken(self.program.steps[index]);
            let together = before | taken;
            for one in (0..n).filter(|one| taken >> one & 1 == 1) {
                bits[one] |= together & !(1 << one);
                for other in (0..n).filter(|other| together >> other & 1 == 1 && *other != one) {
                    bits[other] |= 1 << one;
                }
            }
        }
        bits
    }
}

/// Replaces the numbers of held names by their slots.
fn put_slots(program: &mut Program, slots: &[u8], handed_over: &BTreeMap<usize, Vec<u8>>) {
    let put = |slot: &mut HoldSlot| {
        if let Some(found) = slots.get(usize::from(slot.0)) {
            *slot = HoldSlot(*found);
        }
    };
    for (index, step) in program.steps.iter_mut().enumerate() {
        match step {
            Step::Hold { slot, .. }
            | Step::HoldAny { slot, .. }
            | Step::HoldAll { slot, .. }
            | Step::LetGo { slot }
            | Step::LetGoSome { slot, .. }
            | Step::Call { slot, .. }
            | Step::Convey { slot, .. } => put(slot),
            Step::Start { with, .. } => {
                let names = handed_over.get(&index).map_or(&[][..], Vec::as_slice);
                let each = names.iter().map(|id| slots[usize::from(*id)]);
                *with = each.fold(0, |mask, slot| mask | 1 << slot);
            }
            _ => {}
        }
    }
    for trigger in &mut program.triggers {
        if let TriggerLevel::WaitingLonger {
            holding: Some(slot),
            ..
        } = &mut trigger.what
        {
            put(slot);
        }
    }
    let selectors = program.selectors.iter_mut();
    let chances = program
        .chances
        .iter_mut()
        .map(|chance| &mut chance.selector);
    let durations = program.durations.iter_mut();
    let durations = durations.map(|duration| &mut duration.selector);
    for selector in selectors.chain(chances).chain(durations) {
        for (dimension, _) in &mut selector.dimensions {
            if let Dimension::Held(slot) = dimension {
                put(slot);
            }
        }
    }
}
