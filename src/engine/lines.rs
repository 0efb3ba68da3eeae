//! Waiting lines: who waits where, ranked by priority, then by order of arrival.
//!
//! A line knows neither what is waited for nor why; pools and fleets each have one. A patient that waits for the first
//! free of several pools stands in several lines with one request each, linked as siblings.

use super::program::{HoldSlot, N_RANKS, StepId, WaitId};
use super::proven::Proven;
use super::time::SimTime;

/// No request.
pub const NONE: u32 = u32::MAX;

/// What a request asks of its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Units of this pool alone.
    Single,
    /// One unit of this pool or of a sibling's.
    Any,
    /// One unit of this pool and of every sibling's at one moment.
    All,
}

/// One place in one line.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub patient: u32,
    /// Where the patient stands: the step that waits.
    pub step: StepId,
    pub line: u16,
    pub wait: WaitId,
    pub kind: Kind,
    pub rank: u8,
    pub units: u8,
    pub slot: HoldSlot,
    /// Ranks are passed over: the line stands in order of when patients are due.
    pub by_due: bool,
    /// From [`Lines::new_order`]; kept when a patient comes back to a line after an interruption.
    pub order: u64,
    pub joined: SimTime,
    pub gives_up: SimTime,
    pub worsens: SimTime,
    /// The next request of the same patient, in a ring; itself if there is only one.
    pub sibling: u32,
}

impl Request {
    #[expect(clippy::too_many_arguments, reason = "a request is all of these")]
    pub fn new(
        (patient, step): (u32, StepId),
        line: u16,
        wait: WaitId,
        kind: Kind,
        rank: u8,
        units: u8,
        slot: HoldSlot,
        order: u64,
        joined: SimTime,
    ) -> Self {
        Self {
            patient,
            step,
            line,
            wait,
            kind,
            rank,
            units,
            slot,
            by_due: false,
            order,
            joined,
            gives_up: SimTime::NEVER,
            worsens: SimTime::NEVER,
            sibling: NONE,
        }
    }

    /// Which of the line's lists it stands in.
    #[inline]
    fn list(&self) -> usize {
        if self.by_due {
            0
        } else {
            usize::from(self.rank)
        }
    }

    /// When something happens to this request by itself.
    #[inline]
    pub fn due(&self) -> SimTime {
        self.gives_up.min(self.worsens)
    }
}

/// A place in a list, which is a ring with an end of its own: who joins or goes has neighbours on both sides, whether others
/// stand there or not, so that nobody has to look.
#[derive(Clone, Copy, Debug)]
struct Node {
    previous: u32,
    next: u32,
    /// The request's; 0 of an end.
    order: u64,
}

/// One line: a first-come-first-served list for every rank.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Bit r is set if rank r has somebody.
    ranks: u8,
    waiting: u32,
    /// When the line's timer is set for.
    timer: SimTime,
    /// Time waited by those who have left the line, milliseconds.
    waited: u64,
}

/// All lines of a run.
pub struct Lines {
    requests: Vec<Request>,
    /// Ends of the lists by line and rank, then the requests.
    nodes: Vec<Node>,
    n_ends: u32,
    free: Vec<u32>,
    lines: Vec<Line>,
    next_order: u64,
}

impl Lines {
    pub fn new(n_lines: usize) -> Self {
        let n_ends = u32::try_from(n_lines * N_RANKS).expect("a model has few lines");
        let end = |end| Node {
            previous: end,
            next: end,
            order: 0,
        };
        let line = Line {
            ranks: 0,
            waiting: 0,
            timer: SimTime::NEVER,
            waited: 0,
        };
        Self {
            requests: Vec::new(),
            nodes: (0..n_ends).map(end).collect(),
            n_ends,
            free: Vec::new(),
            lines: vec![line; n_lines],
            next_order: 0,
        }
    }

    /// A place in line for somebody who is due at a time (its arrival, where nothing else is said): by that time, then
    /// by the order in which places were given.
    #[inline]
    pub fn new_order(&mut self, due: SimTime) -> u64 {
        const SEQUENCE_BITS: u32 = 22;
        self.next_order += 1;
        (due.0.min(1 << 41) << SEQUENCE_BITS) | (self.next_order & ((1 << SEQUENCE_BITS) - 1))
    }

    #[inline]
    pub fn waiting(&self, line: u16) -> u32 {
        self.lines.at(usize::from(line)).waiting
    }

    #[inline]
    pub fn get(&self, request: u32) -> &Request {
        self.requests.at(request as usize)
    }

    #[inline]
    pub fn get_mut(&mut self, request: u32) -> &mut Request {
        self.requests.at_mut(request as usize)
    }

    /// Puts a request in its line, behind those of its rank that came earlier.
    #[inline(always)]
    pub fn join(&mut self, mut request: Request) -> u32 {
        let id = match self.free.pop() {
            Some(id) => id,
            None => self.append(request),
        };
        request.sibling = id;
        *self.requests.at_mut(id as usize) = request;
        self.link(id, request.line, request.list(), request.order);
        id
    }

    /// Puts a request where its order says: newcomers go to the end, those that change rank or come back walk forward.
    #[inline(always)]
    fn link(&mut self, id: u32, line: u16, list: usize, order: u64) {
        let mut before = self.nodes.at(end_of(line, list)).previous;
        while self.nodes.at(before as usize).order > order {
            before = self.nodes.at(before as usize).previous;
        }
        let node = self.n_ends + id;
        let next = std::mem::replace(&mut self.nodes.at_mut(before as usize).next, node);
        self.nodes.at_mut(next as usize).previous = node;
        *self.nodes.at_mut(node as usize) = Node {
            previous: before,
            next,
            order,
        };
        let line = self.lines.at_mut(usize::from(line));
        line.waiting += 1;
        line.ranks |= 1 << list;
    }

    #[cold]
    fn append(&mut self, request: Request) -> u32 {
        self.requests.push(request);
        self.nodes.push(Node {
            previous: NONE,
            next: NONE,
            order: 0,
        });
        u32::try_from(self.requests.len() - 1).expect("fewer than 2^32 requests")
    }

    /// Takes a request out of its line and forgets it.
    #[inline]
    pub fn remove(&mut self, id: u32, now: SimTime) -> Request {
        let request = *self.get(id);
        self.forget(id, now);
        request
    }

    /// As [`Self::remove`], for whoever has seen the request.
    #[inline(always)]
    pub fn forget(&mut self, id: u32, now: SimTime) {
        self.unlink(id);
        let request = self.requests.at(id as usize);
        self.lines.at_mut(usize::from(request.line)).waited += now.since(request.joined).0;
        self.free.push(id);
    }

    /// Moves a request to another rank and order of its line.
    pub fn re_rank(&mut self, id: u32, rank: u8, order: u64) {
        self.unlink(id);
        let request = self.requests.at_mut(id as usize);
        (request.rank, request.order) = (rank, order);
        let (line, list) = (request.line, request.list());
        self.link(id, line, list, order);
    }

    #[inline(always)]
    fn unlink(&mut self, id: u32) {
        let request = self.requests.at(id as usize);
        let (list, line) = (request.list(), request.line);
        let Node { previous, next, .. } = *self.nodes.at((self.n_ends + id) as usize);
        self.nodes.at_mut(previous as usize).next = next;
        self.nodes.at_mut(next as usize).previous = previous;
        let line = self.lines.at_mut(usize::from(line));
        line.waiting -= 1;
        // Both are the end if nobody else stands there.
        line.ranks &= !(u8::from(previous == next) << list);
    }

    /// The first in line, best rank first.
    #[inline]
    pub fn first(&self, line: u16) -> Option<u32> {
        let ranks = self.lines.at(usize::from(line)).ranks;
        (ranks != 0).then(|| self.first_of(line, ranks.trailing_zeros()))
    }

    /// The first of a list that is not empty.
    #[inline]
    fn first_of(&self, line: u16, list: u32) -> u32 {
        self.nodes.at(end_of(line, list as usize)).next - self.n_ends
    }

    /// The one behind, over all ranks.
    pub fn after(&self, id: u32) -> Option<u32> {
        let next = self.nodes.at((self.n_ends + id) as usize).next;
        if next >= self.n_ends {
            return Some(next - self.n_ends);
        }
        let request = self.requests.at(id as usize);
        let ranks = u32::from(self.lines.at(usize::from(request.line)).ranks);
        let later = ranks & (u32::MAX << (request.list() + 1));
        (later != 0).then(|| self.first_of(request.line, later.trailing_zeros()))
    }

    /// Everybody in a line, in order.
    pub fn members(&self, line: u16) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(self.first(line), |id| self.after(*id))
    }

    /// Links requests of one patient into a ring.
    pub fn make_siblings(&mut self, ids: &[u32]) {
        for (index, id) in ids.iter().enumerate() {
            self.requests.at_mut(*id as usize).sibling = ids[(index + 1) % ids.len()];
        }
    }

    /// When the line's timer is set for.
    #[inline]
    pub fn timer(&self, line: u16) -> SimTime {
        self.lines.at(usize::from(line)).timer
    }

    #[inline]
    pub fn set_timer(&mut self, line: u16, time: SimTime) {
        self.lines.at_mut(usize::from(line)).timer = time;
    }

    /// Time waited in a line until `now` by all who ever stood in it, milliseconds.
    pub fn total_waited(&self, line: u16, now: SimTime) -> u64 {
        let present: u64 = self
            .members(line)
            .map(|id| now.since(self.get(id).joined).0)
            .sum();
        self.lines.at(usize::from(line)).waited + present
    }
}

/// The node that ends a line's list.
#[inline(always)]
fn end_of(line: u16, list: usize) -> usize {
    usize::from(line) * N_RANKS + list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(lines: &mut Lines, patient: u32, rank: u8) -> u32 {
        let now = SimTime(lines.next_order + 1);
        let order = lines.new_order(now);
        let request = Request::new(
            (patient, StepId(0)),
            0,
            WaitId(0),
            Kind::Single,
            rank,
            1,
            HoldSlot(0),
            order,
            now,
        );
        lines.join(request)
    }

    fn patients(lines: &Lines) -> Vec<u32> {
        lines.members(0).map(|id| lines.get(id).patient).collect()
    }

    #[test]
    fn a_line_is_served_by_rank_then_by_arrival() {
        let mut lines = Lines::new(1);
        for (patient, rank) in [(1, 2), (2, 0), (3, 2), (4, 7), (5, 0)] {
            join(&mut lines, patient, rank);
        }
        assert_eq!(patients(&lines), [2, 5, 1, 3, 4]);
    }

    #[test]
    fn who_changes_rank_stands_by_arrival_in_the_new_one() {
        let mut lines = Lines::new(1);
        let ids: Vec<u32> = [(1, 1), (2, 3), (3, 1)]
            .map(|(patient, rank)| join(&mut lines, patient, rank))
            .to_vec();
        let order = lines.get(ids[1]).order;
        lines.re_rank(ids[1], 1, order);
        assert_eq!(patients(&lines), [1, 2, 3]);
        lines.remove(ids[0], SimTime(10));
        assert_eq!(patients(&lines), [2, 3]);
        assert_eq!(lines.waiting(0), 2);
        // Joining times are 1, 2 and 3: 9 waited by the first, then 8 and 7 by those present.
        assert_eq!(lines.total_waited(0, SimTime(10)), 24);
    }

    #[test]
    fn who_waits_in_two_lines_is_in_the_middle_of_one_and_at_the_end_of_the_other() {
        let mut lines = Lines::new(2);
        let request = |lines: &mut Lines, patient, due| {
            let order = lines.new_order(SimTime(due));
            let (wait, slot, now) = (WaitId(0), HoldSlot(0), SimTime(0));
            Request::new(
                (patient, StepId(0)),
                0,
                wait,
                Kind::Any,
                0,
                1,
                slot,
                order,
                now,
            )
        };
        let later = request(&mut lines, 1, 50);
        lines.join(later);
        let middle = request(&mut lines, 2, 10);
        let first = lines.join(middle);
        // The same request for the other line, as it now stands in the first.
        let mut copy = *lines.get(first);
        copy.line = 1;
        lines.join(copy);
        assert_eq!(patients(&lines), [2, 1]);
        let others: Vec<u32> = lines.members(1).map(|id| lines.get(id).patient).collect();
        assert_eq!(others, [2]);
    }
}
