//! The pending events of a run, in total order: time, then phase, then the order of scheduling.
//!
//! A 4-ary heap on packed 64-bit keys (40 bits of milliseconds, 2 of phase, 22 of sequence) with the payload beside it.
//! The child to follow is chosen without a branch, which is worth a factor of two. Where more than a few dozen are pending,
//! those far off are kept in buckets apart until their turn comes. Knows nothing of what an event means.
//!
//! The sequence is the low 22 bits of the scheduling count. Two events of one millisecond and phase that were scheduled
//! more than four million events apart may therefore come in either order, the same one in every run.

use std::hint::select_unpredictable;

use super::later::Later;
use super::proven::Proven;
use super::time::SimTime;

/// What comes first among events of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Capacity changes: shifts.
    Roster = 0,
    /// Ends of services, waits and travel.
    Resume = 1,
    /// Patience and worsening of those who wait: who can be served at the instant is served.
    Timer = 2,
}

const SEQUENCE_BITS: u32 = 22;
const TIME_SHIFT: u32 = SEQUENCE_BITS + 2;
const SEQUENCE_MASK: u64 = (1 << SEQUENCE_BITS) - 1;
const EMPTY: u64 = u64::MAX;
/// The root stands here, so that the first of each position's four children stands at a multiple of four: of position `p` at
/// `4 (p - 2)`.
const ROOT: usize = 3;
const FIRST_CHILD: usize = 4;
/// Positions at first: there is always room for whole levels, which end at 8, 24, 88 and so on.
const AT_FIRST: usize = 24;
/// Events that may be pending before those far off are kept apart: the heap is then four levels deep.
const FEW: usize = 48;
/// Events after which it is looked whether there are more: by then the gaps between events are known.
const BEFORE_PARTING: u64 = 4_096;
/// Events that a bucket is to bring into the heap, roughly: a few are dearer than the depth of heap they spare.
const A_BUCKET: u64 = 64;

/// The pending events. `payload` is the caller's.
pub struct Agenda {
    /// By position; the children of a position stand side by side. `EMPTY` from `end` on, to the end of a level.
    keys: Vec<u64>,
    /// As the keys.
    payloads: Vec<u64>,
    /// One past the last position in use.
    end: usize,
    sequence: u64,
    /// The root has been taken and not yet replaced: a push may take its place for the price of one sift.
    hole: bool,
    /// Keys from this on are kept in `later`.
    horizon: u64,
    /// When the first key reaches this, the next bucket comes in: a bucket's time before the horizon, so that what is soon never lies
    /// beyond it. Whether something does is then foreseen, short services apart from long ones.
    opens_at: u64,
    /// None as long as few events are pending.
    later: Option<Later>,
    /// The scheduling count at which it is next looked whether there are many.
    looks_at: u64,
}

impl Default for Agenda {
    fn default() -> Self {
        Self::new()
    }
}

impl Agenda {
    pub fn new() -> Self {
        Self {
            keys: vec![EMPTY; AT_FIRST],
            payloads: vec![0; AT_FIRST],
            end: ROOT,
            sequence: 0,
            hole: false,
            horizon: EMPTY,
            opens_at: EMPTY,
            later: None,
            looks_at: BEFORE_PARTING,
        }
    }

    pub fn len(&self) -> usize {
        let later = self.later.as_ref().map_or(0, Later::len);
        self.end - ROOT - usize::from(self.hole) + later
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Schedules an event.
    #[inline(always)]
    pub fn push(&mut self, time: SimTime, phase: Phase, payload: u64) {
        debug_assert!(time < SimTime::NEVER);
        let key = (time.0 << TIME_SHIFT)
            | ((phase as u64) << SEQUENCE_BITS)
            | (self.sequence & SEQUENCE_MASK);
        self.sequence += 1;
        if self.sequence == self.looks_at {
            self.look_whether_to_part();
        }
        self.insert(key, payload);
    }

    #[inline(always)]
    fn insert(&mut self, key: u64, payload: u64) {
        if key >= self.horizon
            && let Some(later) = &mut self.later
        {
            later.push(key, payload);
            return;
        }
        if self.hole {
            self.hole = false;
            self.sift_down(key, payload);
            return;
        }
        self.append(key, payload);
    }

    #[inline(always)]
    fn append(&mut self, key: u64, payload: u64) {
        let position = self.end;
        if position >= self.keys.len() {
            self.grow();
        }
        self.end += 1;
        self.sift_up(position, key, payload);
    }

    /// Time of the next event; `NEVER` if there is none.
    #[inline(always)]
    pub fn next_time(&mut self) -> SimTime {
        if self.hole {
            self.fill_hole();
        }
        let mut key = *self.keys.at(ROOT);
        if key >= self.opens_at {
            self.open_later();
            key = *self.keys.at(ROOT);
        }
        // An empty root holds `EMPTY`, whose time is the latest there is.
        SimTime(key >> TIME_SHIFT)
    }

    /// Takes the next event, which [`Self::next_time`] has found.
    #[inline]
    pub fn pop(&mut self) -> u64 {
        debug_assert!(self.end > ROOT && !self.hole);
        self.hole = true;
        *self.payloads.at(ROOT)
    }

    /// What comes next, just after a `pop` and if nothing earlier is scheduled. A guess, for looking ahead.
    #[inline]
    pub fn likely_next(&self) -> Option<u64> {
        let (child, key) = self.least(FIRST_CHILD);
        (key != EMPTY).then(|| *self.payloads.at(child))
    }

    #[inline(always)]
    fn fill_hole(&mut self) {
        self.hole = false;
        self.end -= 1;
        let last = self.end;
        let key = std::mem::replace(self.keys.at_mut(last), EMPTY);
        if last > ROOT {
            self.sift_down(key, *self.payloads.at(last));
        }
    }

    /// Keeps apart what is far off from now on, if many events are pending.
    #[cold]
    fn look_whether_to_part(&mut self) {
        if self.len() < FEW {
            self.looks_at *= 2;
            return;
        }
        // As many have come as were scheduled, but for those pending.
        let now = self.keys.at(ROOT) >> TIME_SHIFT;
        let gap = now / (self.sequence - self.len() as u64).max(1);
        self.part(gap * A_BUCKET);
    }

    #[cold]
    fn grow(&mut self) {
        let room = first_child(self.keys.len());
        self.keys.resize(room, EMPTY);
        self.payloads.resize(room, 0);
    }

    /// Moves what is far off out of the heap, into buckets of about `width` milliseconds.
    fn part(&mut self, width: u64) {
        if self.hole {
            self.fill_hole();
        }
        let mut later = Later::after(*self.keys.at(ROOT), TIME_SHIFT, width);
        (self.horizon, self.opens_at) = (later.horizon(), later.opens_at());
        let keys = std::mem::replace(&mut self.keys, vec![EMPTY; AT_FIRST]);
        let payloads = std::mem::replace(&mut self.payloads, vec![0; AT_FIRST]);
        self.end = ROOT;
        for (key, payload) in keys.into_iter().zip(payloads) {
            if key >= self.horizon && key != EMPTY {
                later.push(key, payload);
            } else if key != EMPTY {
                self.append(key, payload);
            }
        }
        self.later = Some(later);
    }

    /// The first event is in the last bucket that is here, or there is none: the next buckets come in.
    #[cold]
    fn open_later(&mut self) {
        let Some(mut later) = self.later.take() else {
            return;
        };
        if *self.keys.at(ROOT) == EMPTY {
            later.skip();
        }
        while later.len() > 0 && *self.keys.at(ROOT) >= later.opens_at() {
            later.open(|(key, payload)| self.append(key, payload));
        }
        later.pass(*self.keys.at(ROOT));
        (self.horizon, self.opens_at) = (later.horizon(), later.opens_at());
        self.later = Some(later);
    }

    #[inline(always)]
    fn set(&mut self, position: usize, key: u64, payload: u64) {
        *self.keys.at_mut(position) = key;
        *self.payloads.at_mut(position) = payload;
    }

    /// Lets an event rise from a position at the end.
    ///
    /// The keys on the way to the root are in order, so that each position takes the middle one of the key above, the new one and its
    /// own: told without branches, which would wait for the new key and be foreseen wrongly.
    #[inline]
    fn sift_up(&mut self, mut position: usize, key: u64, payload: u64) {
        let (mut own, mut its_payload) = (EMPTY, 0);
        while position > ROOT {
            let parent = position / 4 + 2;
            let (above, payload_above) = (*self.keys.at(parent), *self.payloads.at(parent));
            let lower = select_unpredictable(key < own, key, own);
            let lower_payload = select_unpredictable(key < own, payload, its_payload);
            self.set(
                position,
                select_unpredictable(key < above, above, lower),
                select_unpredictable(key < above, payload_above, lower_payload),
            );
            (own, its_payload) = (above, payload_above);
            position = parent;
        }
        // That nothing comes before it is rare enough to be foreseen.
        if key < own {
            self.set(ROOT, key, payload);
        }
    }

    /// Puts an event at the root and lets it sink.
    ///
    /// As in `sift_up` the keys on the way down, always to the least child, are in order. Only whether the event stays at the root
    /// is a branch: what comes next is then known before the new key is. The way leads down to the last level, whether the
    /// position in the one above has children or not (then the least of them is `EMPTY`, and stays so): how many levels there are is
    /// foreseen, and known at once.
    #[inline]
    fn sift_down(&mut self, key: u64, payload: u64) {
        let (mut position, mut own) = self.least(FIRST_CHILD);
        if key <= own {
            return self.set(ROOT, key, payload);
        }
        let mut its_payload = *self.payloads.at(position);
        self.set(ROOT, own, its_payload);
        let mut level = FIRST_CHILD;
        loop {
            level = first_child(level);
            let higher = select_unpredictable(own < key, key, own);
            let higher_payload = select_unpredictable(own < key, payload, its_payload);
            if level >= self.end {
                return self.set(position, higher, higher_payload);
            }
            let (child, next) = self.least(first_child(position));
            let payload_below = *self.payloads.at(child);
            self.set(
                position,
                select_unpredictable(next < key, next, higher),
                select_unpredictable(next < key, payload_below, higher_payload),
            );
            (own, its_payload) = (next, payload_below);
            position = child;
        }
    }

    /// Position and key of the earliest of four side by side, found without a branch.
    #[inline(always)]
    fn least(&self, first: usize) -> (usize, u64) {
        let four = self.keys.range(first, 4);
        let (a, b, c, d) = (*four.at(0), *four.at(1), *four.at(2), *four.at(3));
        let at_left = first + usize::from(b < a);
        let at_right = first + 2 + usize::from(d < c);
        let low_left = select_unpredictable(b < a, b, a);
        let low_right = select_unpredictable(d < c, d, c);
        let from_right = low_right < low_left;
        let low = select_unpredictable(from_right, low_right, low_left);
        (select_unpredictable(from_right, at_right, at_left), low)
    }
}

/// Where the children of a position begin, and where the level below one that begins (or ends) there does.
#[inline(always)]
fn first_child(position: usize) -> usize {
    (position - 2) * 4
}

#[cfg(test)]
mod tests {
    use super::super::streams;
    use super::*;

    fn take(agenda: &mut Agenda) -> (SimTime, u64) {
        (agenda.next_time(), agenda.pop())
    }

    #[test]
    fn events_come_by_time_then_phase_then_order_of_scheduling() {
        let mut agenda = Agenda::new();
        agenda.push(SimTime(5), Phase::Timer, 1);
        agenda.push(SimTime(5), Phase::Resume, 2);
        agenda.push(SimTime(5), Phase::Resume, 3);
        agenda.push(SimTime(4), Phase::Timer, 4);
        agenda.push(SimTime(5), Phase::Roster, 5);
        let order: Vec<u64> = (0..5).map(|_| take(&mut agenda).1).collect();
        assert_eq!(order, [4, 5, 2, 3, 1]);
        assert!(agenda.is_empty());
        assert_eq!(agenda.next_time(), SimTime::NEVER);
    }

    #[test]
    fn a_long_random_history_agrees_with_a_sorted_list() {
        let mut agenda = Agenda::new();
        let mut model: Vec<(u64, u64)> = Vec::new();
        for n in 0..20_000_u64 {
            let bits = streams::draw(7, 11, n);
            if bits % 5 < 3 || model.is_empty() {
                let time = bits >> 40;
                agenda.push(SimTime(time), Phase::Resume, n);
                model.push((time, n));
            } else {
                let first = model.iter().copied().min().expect("not empty");
                model.retain(|entry| *entry != first);
                assert_eq!(agenda.next_time(), SimTime(first.0));
                assert_eq!(take(&mut agenda), (SimTime(first.0), first.1));
            }
            assert_eq!(agenda.len(), model.len());
        }
    }

    #[test]
    fn what_is_as_far_off_as_can_be_stands_in_nobody_s_way() {
        let mut agenda = Agenda::new();
        let latest = SimTime(SimTime::NEVER.0 - 1);
        agenda.push(latest, Phase::Resume, u64::MAX);
        for n in 0..2 * BEFORE_PARTING {
            agenda.push(SimTime(n * 10 + 1_000), Phase::Resume, n);
            if n >= 100 {
                assert_eq!(take(&mut agenda).1, n - 100);
            }
        }
        assert!(agenda.later.is_some());
        let rest: Vec<u64> = (0..100).map(|_| take(&mut agenda).1).collect();
        assert!(rest.is_sorted());
        // Nothing else is left; what comes then is soon all the same.
        assert_eq!(agenda.next_time(), latest);
        for n in 0..100 {
            let now = SimTime(100_000 + n);
            agenda.push(now, Phase::Resume, n);
            assert_eq!(agenda.next_time(), now);
            assert_eq!(take(&mut agenda), (now, n));
        }
        assert_eq!(take(&mut agenda), (latest, u64::MAX));
        assert!(agenda.is_empty());
    }

    #[test]
    fn thousands_of_events_days_ahead_come_in_order() {
        let mut agenda = Agenda::new();
        let mut model: std::collections::BTreeSet<(u64, u64)> = Default::default();
        let mut now = 0;
        for n in 0..60_000_u64 {
            let bits = streams::draw(3, 5, n);
            // At first more come than go, then they go out; spans from none to some weeks.
            let comes = bits % 8 < if n < 30_000 { 6 } else { 2 };
            if comes || model.is_empty() {
                let time = now + (bits >> 33 >> (bits >> 3 & 31));
                agenda.push(SimTime(time), Phase::Resume, n);
                model.insert((time, n));
            } else {
                let first = model.pop_first().expect("not empty");
                assert_eq!(agenda.next_time(), SimTime(first.0));
                assert_eq!(take(&mut agenda), (SimTime(first.0), first.1));
                now = first.0;
            }
            assert_eq!(agenda.len(), model.len());
            // What is soon is never kept apart: a bucket at least lies between the next event and the horizon.
            if let Some((time, _)) = model.first().filter(|_| n % 16 == 0) {
                assert_eq!(agenda.next_time(), SimTime(*time));
                assert!(agenda.keys[ROOT] < agenda.opens_at);
                assert!(agenda.later.is_none() || agenda.opens_at < agenda.horizon);
            }
        }
        assert!(
            agenda.later.is_some(),
            "never so many that some are kept apart"
        );
        while let Some(first) = model.pop_first() {
            assert_eq!(take(&mut agenda), (SimTime(first.0), first.1));
        }
        assert!(agenda.is_empty());
    }
}
