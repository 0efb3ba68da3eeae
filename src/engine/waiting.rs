//! Joining lines, giving up and growing worse.

use super::agenda::Phase;
use super::events::Event;
use super::facts::Reader;
use super::lines::{Kind, Request};
use super::patients::NO_REQUEST;
use super::program::{HoldSlot, N_RANKS, PoolId, WaitId};
use super::proven::Proven;
use super::simulation::Simulation;
use super::time::SimTime;

impl<R: Reader> Simulation<'_, R> {
    /// The rank at which a patient waits under a rule now.
    #[inline]
    pub(super) fn rank(&self, patient: u32, wait: WaitId) -> u8 {
        let rule = self.program.waits.at(wait.index());
        let own = rule.rank.map_or(0, |attribute| {
            self.patients.get(patient).attributes[usize::from(attribute.0)]
        });
        let own = own.min(N_RANKS as u8 - 1);
        match rule.escalate {
            Some(escalate) if self.triggers.is_on(escalate.trigger) => own.min(escalate.rank),
            _ => own,
        }
    }

    /// A place in line for a patient that joined at a time.
    #[inline(always)]
    pub(super) fn order_of(&mut self, patient: u32, wait: WaitId, joined: SimTime) -> u64 {
        let rule = self.program.waits.at(wait.index());
        let due = match rule.due {
            None => joined,
            Some(due) => {
                joined + self.span::<false>(due, patient, self.bits_for(patient, rule.due_purpose))
            }
        };
        self.lines.new_order(due)
    }

    /// Stands in the lines of `pools`, or is served at once if the line order allows, or is turned away.
    /// True if the patient was served at once.
    pub(super) fn wait_for(
        &mut self,
        patient: u32,
        pools: &[PoolId],
        kind: Kind,
        units: u8,
        slot: HoldSlot,
        wait: WaitId,
    ) -> bool {
        let rule = self.program.waits.at(wait.index());
        let rank = self.rank(patient, wait);
        if rule.interrupts && kind == Kind::Single && self.interrupt_for(pools[0], rank) {
            return true;
        }
        if let Some(limit) = rule.limit
            && self.levels.at(pools[0].index()).waiting >= limit
            && !self.would_be_served(pools[0], kind, units, rank)
        {
            self.turn_away(patient, wait);
            return false;
        }
        if R::STEPS {
            let step = self.step_of(patient);
            self.tell(patient, |reader, now, seen| reader.waits(now, step, seen));
        }
        let gives_up = self.gives_up_at(patient, wait);
        if gives_up <= self.now {
            self.turn_away(patient, wait);
            return false;
        }
        let order = self.order_of(patient, wait, self.now);
        let who = (patient, self.step_of(patient));
        let mut request = Request::new(
            who, pools[0].0, wait, kind, rank, units, slot, order, self.now,
        );
        request.by_due = rule.due.is_some();
        request.gives_up = gives_up;
        request.worsens = self.worsens_at(patient, wait);
        let id = self.join_line::<false>(request);
        self.patients.get_mut(patient).request = id;
        if pools.len() > 1 {
            self.join_other_lines(id, &pools[1..]);
        }
        // There may be free units that those ahead cannot use.
        for pool in pools {
            if self.levels.at(pool.index()).free() > 0 {
                self.serve::<false>(*pool);
            }
        }
        false
    }

    /// As [`Self::wait_for`], for the commonest wait: for one pool, ranked by an attribute or not at all, with nothing that
    /// changes while it lasts.
    #[inline(always)]
    pub(super) fn wait_plainly<const PLAIN: bool>(
        &mut self,
        patient: u32,
        pool: PoolId,
        units: u8,
        slot: HoldSlot,
        wait: WaitId,
    ) -> bool {
        let rule = self.program.waits.at(wait.index());
        let rank = rule.rank.map_or(0, |attribute| {
            self.patients.get(patient).attributes[usize::from(attribute.0)]
        });
        if R::STEPS {
            let step = self.step_of(patient);
            self.tell(patient, |reader, now, seen| reader.waits(now, step, seen));
        }
        let gives_up = self.gives_up_at(patient, wait);
        if gives_up <= self.now {
            self.turn_away(patient, wait);
            return false;
        }
        let order = self.lines.new_order(self.now);
        let rank = rank.min(N_RANKS as u8 - 1);
        let kind = Kind::Single;
        let who = (patient, self.step_of(patient));
        let mut request = Request::new(who, pool.0, wait, kind, rank, units, slot, order, self.now);
        request.gives_up = gives_up;
        let id = self.join_line::<PLAIN>(request);
        self.patients.get_mut(patient).request = id;
        // There may be free units that those ahead cannot use.
        if self.levels.at(pool.index()).free() > 0 {
            self.serve::<PLAIN>(pool);
        }
        false
    }

    /// The same request in the lines of other pools. The first alone tells when the patient gives up or grows worse.
    fn join_other_lines(&mut self, first: u32, pools: &[PoolId]) {
        let mut request = *self.lines.get(first);
        request.gives_up = SimTime::NEVER;
        request.worsens = SimTime::NEVER;
        let mut ids = vec![first];
        for pool in pools {
            request.line = pool.0;
            ids.push(self.join_line::<false>(request));
        }
        self.lines.make_siblings(&ids);
    }

    /// Whether a newcomer finds its units free with nobody ahead.
    fn would_be_served(&self, pool: PoolId, kind: Kind, units: u8, rank: u8) -> bool {
        let ahead = self
            .lines
            .first(pool.0)
            .is_some_and(|first| self.lines.get(first).rank <= rank);
        kind == Kind::Single && !ahead && self.levels.at(pool.index()).free() >= u32::from(units)
    }

    #[inline(always)]
    pub(super) fn join_line<const PLAIN: bool>(&mut self, request: Request) -> u32 {
        let line = request.line;
        let due = request.due();
        let id = self.lines.join(request);
        let level = self.levels.at_mut(usize::from(line));
        level.join(self.now);
        self.set_line_timer(line, due);
        self.level_changed::<PLAIN>(line);
        id
    }

    fn worsens_at(&self, patient: u32, wait: WaitId) -> SimTime {
        let rule = self.program.waits.at(wait.index());
        rule.worsen.map_or(SimTime::NEVER, |worsen| {
            let bits = self.bits_for(patient, rule.worsen_purpose);
            self.now + self.span::<false>(worsen.after, patient, bits)
        })
    }

    /// Takes a request and its siblings out of their lines.
    pub(super) fn leave_lines(&mut self, id: u32) -> Request {
        let first = *self.lines.get(id);
        let mut current = id;
        loop {
            let following = self.lines.get(current).sibling;
            let request = self.lines.remove(current, self.now);
            let level = self.levels.at_mut(usize::from(request.line));
            level.leave(self.now);
            self.level_changed::<false>(request.line);
            if following == id {
                break;
            }
            current = following;
        }
        self.patients.get_mut(first.patient).request = NO_REQUEST;
        first
    }

    fn turn_away(&mut self, patient: u32, wait: WaitId) {
        if R::STEPS {
            let step = self.step_of(patient);
            self.tell(patient, |reader, now, seen| {
                reader.gives_up(now, step, Default::default(), seen)
            });
        }
        let step = self.program.waits.at(wait.index()).otherwise;
        self.stand_at(patient, step);
        self.ready.push(patient, step);
    }

    /// Somebody in the line may have run out of patience or grown worse.
    pub(super) fn line_timer(&mut self, line: u16) {
        if self.lines.timer(line) != self.now {
            return;
        }
        let mut due = Vec::new();
        let mut next = SimTime::NEVER;
        for id in self.lines.members(line) {
            match self.lines.get(id).due() {
                time if time <= self.now => due.push(id),
                time => next = next.min(time),
            }
        }
        // Set before anybody moves: those who come or stay with an earlier time set it anew.
        self.lines.set_timer(line, SimTime::NEVER);
        self.set_line_timer(line, next);
        for id in due {
            if self.lines.get(id).gives_up <= self.now {
                self.give_up(id);
            } else {
                self.worsen(id);
            }
        }
        // Someone who could not be served may have stood in the way of others.
        if usize::from(line) < self.program.pools.len() {
            self.serve::<false>(PoolId(line));
        }
    }

    /// Sees to it that the line is looked at when somebody in it is due.
    #[inline(always)]
    fn set_line_timer(&mut self, line: u16, due: SimTime) {
        if due < self.lines.timer(line) {
            self.move_line_timer(line, due);
        }
    }

    #[inline(never)]
    fn move_line_timer(&mut self, line: u16, due: SimTime) {
        self.lines.set_timer(line, due);
        self.agenda
            .push(due, Phase::Timer, Event::LineTimer { line }.pack());
    }

    fn give_up(&mut self, id: u32) {
        let request = self.leave_lines(id);
        self.totals.events += 1;
        if R::STEPS {
            let step = self.step_of(request.patient);
            let waited = self.now.since(request.joined);
            self.tell(request.patient, |reader, now, seen| {
                reader.gives_up(now, step, waited, seen)
            });
        }
        let record = self.patients.get_mut(request.patient);
        record.take_interruption();
        let step = self.program.waits.at(request.wait.index()).otherwise;
        record.step = step;
        self.ready.push(request.patient, step);
    }

    fn worsen(&mut self, id: u32) {
        let request = *self.lines.get(id);
        let worsen = self
            .program
            .waits
            .at(request.wait.index())
            .worsen
            .expect("only requests with a rule worsen");
        self.totals.events += 1;
        self.patients.get_mut(request.patient).attributes[usize::from(worsen.attribute.0)] =
            worsen.level;
        self.lines.get_mut(id).worsens = SimTime::NEVER;
        // Its patience runs on.
        self.set_line_timer(request.line, request.gives_up);
        if usize::from(request.line) < self.program.pools.len() {
            self.re_rank(id);
        } else {
            self.call_again(id);
        }
    }

    /// Puts a request and its siblings where they belong now.
    fn re_rank(&mut self, id: u32) {
        let Request {
            patient,
            wait,
            joined,
            by_due,
            mut order,
            ..
        } = *self.lines.get(id);
        let rank = self.rank(patient, wait);
        if by_due {
            order = self.order_of(patient, wait, joined);
        }
        let mut current = id;
        loop {
            self.lines.re_rank(current, rank, order);
            current = self.lines.get(current).sibling;
            if current == id {
                return;
            }
        }
    }
}
