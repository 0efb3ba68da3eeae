//! Which of some marks each patient inside has passed since it began: items of sums may leave such patients out.

use crate::engine::facts::Seen;
use crate::engine::program::MarkId;
use crate::uec::model::MOST_UNLESS;

/// Marks that are told apart, in the order in which measures name them.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedTables {
    marks: Vec<MarkId>,
}

impl PassedTables {
    pub fn is_told_apart(&self, mark: MarkId) -> bool {
        self.marks.contains(&mark)
    }

    /// The mark's bit.
    ///
    /// Panics beyond [`MOST_UNLESS`] marks, which the compiler of scenarios refuses.
    pub fn bit(&mut self, mark: MarkId) -> u32 {
        let known = self.marks.iter().position(|known| *known == mark);
        let index = known.unwrap_or_else(|| {
            self.marks.push(mark);
            self.marks.len() - 1
        });
        assert!(index < MOST_UNLESS, "a model names few such marks");
        1 << index
    }
}

/// By slot: the bits of the marks passed.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedReader {
    by_slot: Vec<u32>,
}

impl PassedReader {
    /// A new patient has passed none.
    #[inline(always)]
    pub fn arrive(&mut self, tables: &PassedTables, patient: &Seen<'_>) {
        if !tables.marks.is_empty() {
            self.begin(patient);
        }
    }

    #[inline(never)]
    fn begin(&mut self, patient: &Seen<'_>) {
        if self.by_slot.len() <= patient.slot() {
            self.by_slot.resize(patient.slot() + 1, 0);
        }
        self.by_slot[patient.slot()] = 0;
    }

    /// The bits of the marks passed before this one, which is added.
    #[inline]
    pub fn pass(&mut self, tables: &PassedTables, mark: MarkId, patient: &Seen<'_>) -> u32 {
        // The record of a side task may lie beyond those of all patients so far.
        let Some(bits) = self.by_slot.get_mut(patient.slot()) else {
            return 0;
        };
        let before = *bits;
        if let Some(index) = tables.marks.iter().position(|known| *known == mark) {
            *bits |= 1 << index;
        }
        before
    }
}
