//! The patients inside: one cache line each for what every step touches, the rest beside it.
//!
//! Records are reused; a token tells an event meant for an earlier state of the record that it comes too late.

use super::prefetch::prefetch;
use super::program::{HoldSlot, N_ATTRIBUTES, N_HOLD_SLOTS, Place, StepId, StreamId};
use super::proven::Proven;
use super::time::{SimSpan, SimTime};

/// No request: the patient is not in a line.
pub const NO_REQUEST: u32 = u32::MAX;

/// What a patient holds under a slot: nothing, units of a pool or a unit of a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Nothing,
    Pool {
        pool: u16,
        units: u8,
    },
    /// Number of the unit over all fleets.
    Unit(u16),
}

const UNIT_BIT: u16 = 0x8000;

/// The part of a patient that steps touch.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Patient {
    /// Identity, from which all draws come.
    pub key: u64,
    /// Visits by group, four bits each.
    visits: u64,
    pub step: StepId,
    pub request: u32,
    /// Bit c is set if clock c is: the clocks of a new patient need not be wiped.
    clocks_set: u32,
    /// 0 nothing, else pool + 1, or the fleet unit with the high bit.
    held: [u16; N_HOLD_SLOTS],
    pub attributes: [u8; N_ATTRIBUTES],
    /// `IN_SERVICE` and `INTERRUPTED`: a byte for both leaves room for one attribute more.
    flags: u8,
    /// Changes when a scheduled event must not take effect.
    pub token: u16,
    /// Times any visit counter ran over.
    epoch: u16,
    units: [u8; N_HOLD_SLOTS],
}

const IN_SERVICE: u8 = 1;
const INTERRUPTED: u8 = 2;

/// Who the patient is and where it stands: touched now and then.
#[derive(Clone, Copy, Debug, Default)]
pub struct PatientOrigin {
    pub stream: StreamId,
    pub ordinal: u32,
    pub is_task: bool,
    /// What the reader wants to know of this patient again.
    pub note: u16,
    /// Where the patient has gone; until then it is where its stream lets it begin, drawn only when somebody asks.
    pub place: Option<Place>,
    pub deadline: SimTime,
    /// Of an interrupted service.
    pub remaining: SimSpan,
}

impl Patient {
    /// In the timed part of a `Use`.
    #[inline(always)]
    pub fn in_service(&self) -> bool {
        self.flags & IN_SERVICE != 0
    }

    /// A unit is the patient's whose service is about to begin.
    #[inline]
    pub fn await_service(&mut self) {
        self.flags |= IN_SERVICE;
    }

    /// A `Use` was interrupted and waits to be resumed.
    #[inline]
    pub fn interrupt(&mut self) {
        self.flags = INTERRUPTED;
    }

    /// The timed part of a `Use` begins; whether it goes on after an interruption.
    #[inline(always)]
    pub fn begin_service(&mut self) -> bool {
        let was_interrupted = self.flags & INTERRUPTED != 0;
        self.flags = IN_SERVICE;
        was_interrupted
    }

    #[inline(always)]
    pub fn end_service(&mut self) {
        self.flags = 0;
    }

    /// Whether a `Use` was interrupted, which is forgotten.
    #[inline]
    pub fn take_interruption(&mut self) -> bool {
        let was_interrupted = self.flags & INTERRUPTED != 0;
        self.flags &= !INTERRUPTED;
        was_interrupted
    }

    /// How many times (from 0) this patient has come to the group's paths before: the `nth` of its draws there.
    #[inline(always)]
    pub fn nth(&self, group: u8) -> u64 {
        (u64::from(self.epoch) << 4) | ((self.visits >> (u32::from(group) * 4)) & 15)
    }

    /// Counts a visit. A counter that runs over starts a new epoch, so no (epoch, count) comes twice.
    #[inline]
    pub fn enter(&mut self, group: u8) {
        let shift = u32::from(group) * 4;
        if (self.visits >> shift) & 15 == 15 {
            self.visits &= !(15 << shift);
            self.epoch = self.epoch.wrapping_add(1);
        } else {
            self.visits += 1 << shift;
        }
    }

    #[inline]
    pub fn held(&self, slot: HoldSlot) -> Held {
        let index = usize::from(slot.0);
        match self.held[index] {
            0 => Held::Nothing,
            unit if unit & UNIT_BIT != 0 => Held::Unit(unit & !UNIT_BIT),
            pool => Held::Pool {
                pool: pool - 1,
                units: self.units[index],
            },
        }
    }

    #[inline]
    pub fn is_clock_set(&self, clock: u8) -> bool {
        self.clocks_set & (1 << clock) != 0
    }

    #[inline]
    pub fn is_holding(&self, slot: HoldSlot) -> bool {
        self.held[usize::from(slot.0)] != 0
    }

    /// The slots under which something is held now, from the first.
    #[inline]
    pub fn slots_held(&self) -> SlotsHeld {
        let [a, b, c, d, e, f] = self.held.map(u64::from);
        // Four slots at a time: most patients that leave hold nothing.
        SlotsHeld {
            four: a | (b << 16) | (c << 32) | (d << 48),
            two: e | (f << 16),
        }
    }

    #[inline]
    pub fn hold(&mut self, slot: HoldSlot, held: Held) {
        let index = usize::from(slot.0);
        (self.held[index], self.units[index]) = match held {
            Held::Nothing => (0, 0),
            Held::Pool { pool, units } => (pool + 1, units),
            Held::Unit(unit) => (unit | UNIT_BIT, 1),
        };
    }

    /// What was held under the slot, which is empty afterwards.
    #[inline]
    pub fn take(&mut self, slot: HoldSlot) -> Held {
        let held = self.held(slot);
        self.hold(slot, Held::Nothing);
        held
    }
}

/// Slots as they were held when it was asked, 16 bits each: a record that has just been written in part is not read again as a whole,
/// which takes a processor as long as a branch foreseen wrongly.
pub struct SlotsHeld {
    four: u64,
    two: u64,
}

impl Iterator for SlotsHeld {
    type Item = HoldSlot;

    #[inline]
    fn next(&mut self) -> Option<HoldSlot> {
        let (word, first) = match (self.four, self.two) {
            (0, 0) => return None,
            (0, _) => (&mut self.two, 4),
            _ => (&mut self.four, 0),
        };
        let lane = word.trailing_zeros() / u16::BITS;
        *word &= !(u64::from(u16::MAX) << (lane * u16::BITS));
        Some(HoldSlot(first + lane as u8))
    }
}

/// All patients inside, by slot.
pub struct Patients {
    records: Vec<Patient>,
    origins: Vec<PatientOrigin>,
    clocks: Vec<SimTime>,
    n_clocks: usize,
    free: Vec<u32>,
}

impl Patients {
    pub fn new(n_clocks: u8) -> Self {
        let n_clocks = usize::from(n_clocks);
        Self {
            records: Vec::new(),
            origins: Vec::new(),
            clocks: Vec::new(),
            n_clocks,
            free: Vec::new(),
        }
    }

    /// Number inside, side tasks included.
    pub fn n_inside(&self) -> usize {
        self.records.len() - self.free.len()
    }

    /// The most that were ever inside.
    #[inline]
    pub fn most_inside(&self) -> usize {
        self.records.len()
    }

    /// Slots of all inside, in order of slot.
    pub fn inside(&self) -> impl Iterator<Item = u32> + '_ {
        let mut is_free = vec![false; self.records.len()];
        for slot in &self.free {
            is_free[*slot as usize] = true;
        }
        (0..self.records.len() as u32).filter(move |slot| !is_free[*slot as usize])
    }

    /// A new record; returns its slot. Its origin is still an earlier patient's: the caller says what it is.
    #[inline]
    pub fn add(&mut self, key: u64, attributes: &[u8; N_ATTRIBUTES], step: StepId) -> u32 {
        let Some(slot) = self.free.pop() else {
            return self.append(key, attributes, step);
        };
        let index = slot as usize;
        // The token goes on counting across reuse.
        let token = self.records.at(index).token;
        *self.records.at_mut(index) = new_record(key, attributes, step, token);
        slot
    }

    #[cold]
    fn append(&mut self, key: u64, attributes: &[u8; N_ATTRIBUTES], step: StepId) -> u32 {
        let slot = u32::try_from(self.records.len()).expect("fewer than 2^32 patients inside");
        self.records.push(new_record(key, attributes, step, 0));
        self.origins.push(PatientOrigin::default());
        self.clocks
            .resize(self.clocks.len() + self.n_clocks, SimTime::NEVER);
        slot
    }

    #[inline]
    pub fn remove(&mut self, slot: u32) {
        let record = self.records.at_mut(slot as usize);
        record.token = record.token.wrapping_add(1);
        self.free.push(slot);
    }

    /// Begins to load a patient.
    #[inline]
    pub fn prefetch(&self, slot: u32) {
        let index = slot as usize;
        prefetch(self.records.at(index));
        prefetch(self.origins.at(index));
        if let Some(clocks) = self.clocks.get(index * self.n_clocks) {
            prefetch(clocks);
        }
    }

    #[inline(always)]
    pub fn get(&self, slot: u32) -> &Patient {
        self.records.at(slot as usize)
    }

    #[inline(always)]
    pub fn get_mut(&mut self, slot: u32) -> &mut Patient {
        self.records.at_mut(slot as usize)
    }

    #[inline]
    pub fn origin(&self, slot: u32) -> &PatientOrigin {
        self.origins.at(slot as usize)
    }

    #[inline]
    pub fn origin_mut(&mut self, slot: u32) -> &mut PatientOrigin {
        self.origins.at_mut(slot as usize)
    }

    #[inline]
    pub fn clock(&self, slot: u32, clock: u8) -> SimTime {
        *self
            .clocks
            .at(slot as usize * self.n_clocks + usize::from(clock))
    }

    #[inline]
    pub fn set_clock(&mut self, slot: u32, clock: u8, time: SimTime) {
        *self
            .clocks
            .at_mut(slot as usize * self.n_clocks + usize::from(clock)) = time;
        self.records.at_mut(slot as usize).clocks_set |= 1 << clock;
    }

    /// Copies all clocks of one patient to another (a side task reads its patient's).
    pub fn copy_clocks(&mut self, from: u32, to: u32) {
        self.records.at_mut(to as usize).clocks_set = self.records.at(from as usize).clocks_set;
        let first = from as usize * self.n_clocks;
        self.clocks
            .copy_within(first..first + self.n_clocks, to as usize * self.n_clocks);
    }
}

#[inline(always)]
fn new_record(key: u64, attributes: &[u8; N_ATTRIBUTES], step: StepId, token: u16) -> Patient {
    Patient {
        key,
        visits: 0,
        held: [0; N_HOLD_SLOTS],
        attributes: *attributes,
        step,
        request: NO_REQUEST,
        token,
        epoch: 0,
        units: [0; N_HOLD_SLOTS],
        clocks_set: 0,
        flags: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_fills_one_cache_line() {
        assert_eq!(std::mem::size_of::<Patient>(), 64);
        assert_eq!(std::mem::size_of::<super::super::program::Step>(), 8);
    }

    #[test]
    fn no_visit_count_comes_twice() {
        let mut patient = new_record(1, &[0; N_ATTRIBUTES], StepId(0), 0);
        let mut seen = std::collections::BTreeSet::new();
        for visit in 0..100 {
            assert!(seen.insert(patient.nth(3)));
            patient.enter(3);
            if visit % 7 == 0 {
                (0..20).for_each(|_| patient.enter(5));
            }
        }
    }

    #[test]
    fn the_slots_held_are_found_in_order() {
        for held in 0..1_u8 << N_HOLD_SLOTS {
            let mut patient = new_record(1, &[0; N_ATTRIBUTES], StepId(0), 0);
            let slots = (0..N_HOLD_SLOTS as u8).filter(|slot| held & (1 << slot) != 0);
            let slots: Vec<HoldSlot> = slots.map(HoldSlot).collect();
            for slot in slots.iter().rev() {
                patient.hold(*slot, Held::Unit(u16::from(slot.0) * 300));
            }
            assert_eq!(patient.slots_held().collect::<Vec<_>>(), slots);
        }
    }

    #[test]
    fn what_is_held_is_what_is_taken() {
        let mut patient = new_record(1, &[0; N_ATTRIBUTES], StepId(0), 0);
        patient.hold(HoldSlot(2), Held::Pool { pool: 0, units: 3 });
        patient.hold(HoldSlot(5), Held::Unit(0));
        assert_eq!(patient.take(HoldSlot(2)), Held::Pool { pool: 0, units: 3 });
        assert_eq!(patient.take(HoldSlot(2)), Held::Nothing);
        assert_eq!(patient.take(HoldSlot(5)), Held::Unit(0));
    }
}
