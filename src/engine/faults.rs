//! Checks that every id of a program is in range, for whoever builds one.

use super::program::{
    Arrivals, ChanceId, Dimension, DurationId, FleetId, HoldSlot, MarkId, N_ATTRIBUTES,
    N_HOLD_SLOTS, N_VISIT_GROUPS, Patience, PoolId, PoolListId, Program, RouteId, RouteRule,
    RouteSpec, Selector, Step, StepId, StreamPlace, StreamSpec, TriggerSpec, WaitId, WaitRule,
};

impl Program {
    /// What is out of range, in words; a program without faults cannot fail for its own sake in a run.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let last = self.steps.last().copied();
        if self.draws.len() != self.steps.len() || !last.is_none_or(ends) {
            faults.push("the table of steps".to_owned());
        }
        let steps = self.steps.iter();
        note(
            "step",
            steps.map(|step| self.is_step_good(*step)),
            &mut faults,
        );
        let draws = self.draws.iter();
        let marks = draws.map(|draw| draw.at_start.get().is_none_or(|mark| self.has_mark(mark)));
        note("milestone of a step", marks, &mut faults);
        let branches = self.branches.iter();
        note(
            "branch",
            branches.map(|branch| self.has_step(*branch)),
            &mut faults,
        );
        self.table_faults(&mut faults);
        let waits = self.waits.iter();
        note(
            "wait",
            waits.map(|wait| self.is_wait_good(wait)),
            &mut faults,
        );
        let routes = self.routes.iter();
        note(
            "route",
            routes.map(|route| self.is_route_whole(route)),
            &mut faults,
        );
        let streams = self.streams.iter();
        note(
            "stream",
            streams.map(|stream| self.is_stream_good(stream)),
            &mut faults,
        );
        let bookings = self.bookings.iter();
        let calendars = bookings.map(|one| one.calendar.index() < self.calendars.len());
        note("booking", calendars, &mut faults);
        let hazards = self.hazards.iter();
        let profiles = hazards.map(|one| one.profile.index() < self.profiles.len());
        note("hazard", profiles, &mut faults);
        let triggers = self.triggers.iter();
        let are_good = triggers.map(|one| self.is_trigger_good(one));
        note("trigger", are_good, &mut faults);
        let switched = std::iter::once(self.is_switched_by_known());
        note("what triggers switch", switched, &mut faults);
        faults
    }

    fn table_faults(&self, faults: &mut Vec<String>) {
        let selectors = self.selectors.iter();
        let selectors = selectors.map(|one| self.is_selector_good(one, usize::MAX));
        note("selector", selectors, faults);
        let chances = self.chances.iter().map(|chance| {
            let n = chance.n_outcomes as usize;
            n > 0
                && self.is_selector_good(&chance.selector, chance.cumulative.len() / n)
                && chance
                    .cumulative
                    .chunks(n)
                    .all(|row| row[n - 1] == 1.0 && row.is_sorted())
        });
        note("chance", chances, faults);
        let durations = self.durations.iter().map(|duration| {
            let samplers = &duration.samplers;
            self.is_selector_good(&duration.selector, samplers.len())
                && samplers.iter().all(|id| id.index() < self.samplers.len())
        });
        note("duration", durations, faults);
        let lists = self.pool_lists.iter();
        let lists =
            lists.map(|pools| !pools.is_empty() && pools.iter().all(|id| self.has_pool(*id)));
        note("pool list", lists, faults);
    }

    fn is_selector_good(&self, selector: &Selector, n_rows: usize) -> bool {
        let dimensions = selector.dimensions.iter();
        let highest: u32 = dimensions
            .map(|(_, map)| map.iter().copied().max().unwrap_or(0))
            .sum();
        let covers = (highest as usize) < selector.rows.len().max(1);
        let mut dimensions = selector.dimensions.iter();
        let has_attributes = dimensions.all(|(dimension, _)| match dimension {
            Dimension::Attribute(attribute) => usize::from(attribute.0) < N_ATTRIBUTES,
            _ => true,
        });
        covers
            && has_attributes
            && selector
                .rows
                .iter()
                .all(|row| (*row as usize) < n_rows.max(1))
    }

    fn is_wait_good(&self, wait: &WaitRule) -> bool {
        let is_patient = match wait.patience {
            Patience::Drawn(duration) => self.has_duration(duration),
            Patience::Endless | Patience::Deadline => true,
        };
        let escalate = wait.escalate.iter();
        let mut triggers = escalate.map(|escalate| escalate.trigger.index());
        self.has_step(wait.otherwise)
            && is_patient
            && wait.due.is_none_or(|due| self.has_duration(due))
            && wait
                .worsen
                .is_none_or(|worsen| self.has_duration(worsen.after))
            && triggers.all(|trigger| trigger < self.triggers.len())
    }

    fn is_trigger_good(&self, trigger: &TriggerSpec) -> bool {
        let has_fleet = |fleet: &FleetId| fleet.index() < self.fleets.len();
        trigger.off <= trigger.on
            && trigger.pools.iter().all(|pool| self.has_pool(*pool))
            && trigger.fleets.iter().all(has_fleet)
    }

    /// What triggers switch.
    fn is_switched_by_known(&self) -> bool {
        let surges = self.pools.iter().flat_map(|pool| &pool.surges);
        let ways = self.fleets.iter().flat_map(|fleet| &fleet.ways);
        let reserves = ways.filter_map(|way| way.reserve);
        let by = surges.map(|surge| surge.trigger);
        let mut by = by.chain(reserves.filter_map(|reserve| reserve.when));
        by.all(|trigger| trigger.index() < self.triggers.len())
    }

    fn is_route_whole(&self, route: &RouteSpec) -> bool {
        let n = route.sites.len();
        let is_whole = |length: usize| n > 0 && length.is_multiple_of(n);
        let has_weights = route.rule != RouteRule::Shares || !route.weights.is_empty();
        let mut sites = route.sites.iter();
        let are_sites_good = sites.all(|site| {
            site.site.0 < self.n_sites
                && site.entries.iter().all(|entry| self.has_step(*entry))
                && site.later.iter().all(|(_, entries)| {
                    let n = entries.len();
                    (n == 0 || n == site.entries.len())
                        && entries.iter().all(|entry| self.has_step(*entry))
                })
                && site.load.iter().all(|pool| self.has_pool(*pool))
                && site
                    .hours
                    .is_none_or(|hours| hours.index() < self.windows.len())
                && site
                    .except
                    .is_none_or(|id| id.index() < self.triggers.len())
        });
        self.has_step(route.otherwise)
            && are_sites_good
            && has_weights
            && is_whole(route.travel.len())
            && is_whole(route.weights.len())
    }

    fn is_stream_good(&self, stream: &StreamSpec) -> bool {
        let arrives = match &stream.arrivals {
            Arrivals::Poisson { profile, .. } => {
                profile.is_none_or(|profile| profile.index() < self.profiles.len())
            }
            Arrivals::Renewal { gap } => self.has_duration(*gap),
            Arrivals::Recorded(list) => list.is_sorted_by_key(|arrival| arrival.time),
        };
        let is_somewhere = match stream.place {
            StreamPlace::Points { first, n } => {
                let end = first as usize + n as usize;
                n > 0 && end <= self.points.len() && end <= self.point_weights.len()
            }
            StreamPlace::At(_) | StreamPlace::Rectangle { .. } => true,
        };
        let mut drawn = stream.drawn.iter();
        let draws = drawn.all(|(_, chance, _)| self.has_chance(*chance));
        self.has_step(stream.entry) && arrives && draws && is_somewhere
    }

    fn is_step_good(&self, step: Step) -> bool {
        match step {
            Step::Mark { mark, site } => self.has_mark(mark) && site.0 < self.n_sites,
            Step::Wait { duration } | Step::Patience { duration } => self.has_duration(duration),
            Step::WaitUntil { window } => {
                let window = self.windows.get(window.index());
                window.is_some_and(|window| !window.open.is_empty())
            }
            Step::WaitRate { hazard } => hazard.index() < self.hazards.len(),
            Step::LetGo { slot } | Step::LetGoSome { slot, .. } => has_slots(slot, 1),
            Step::Jump { to } => self.has_step(to),
            Step::Share { chance, otherwise } => {
                let chance = self.chances.get(chance.index());
                let has_two = chance.is_some_and(|chance| chance.n_outcomes == 2);
                has_two && self.has_step(otherwise)
            }
            Step::Choose { chance, first } => {
                let chance = self.chances.get(chance.index());
                let end = chance.map(|chance| first as usize + chance.n_outcomes as usize);
                end.is_some_and(|end| end <= self.branches.len())
            }
            Step::When { selector, first } => {
                let selector = self.selectors.get(selector.index());
                let last = selector.and_then(|selector| selector.rows.iter().max());
                last.is_some_and(|last| ((first + last) as usize) < self.branches.len())
            }
            Step::SetBy { chance, .. } => self.has_chance(chance),
            Step::Book { booking, otherwise } => {
                usize::from(booking) < self.bookings.len() && self.has_step(otherwise)
            }
            Step::Start { task, .. } => self.has_step(task),
            Step::Leave { disposition, site } => {
                disposition.0 < self.n_dispositions && site.0 < self.n_sites
            }
            Step::Enter { group } => usize::from(group) < N_VISIT_GROUPS,
            Step::ClearPatience | Step::Set { .. } => true,
            waiting_or_going => self.is_journey_good(waiting_or_going),
        }
    }

    /// Steps that wait for units or go to other sites.
    fn is_journey_good(&self, step: Step) -> bool {
        match step {
            Step::Use {
                pool,
                wait,
                duration,
            } => self.has_pool(pool) && self.has_wait(wait) && self.has_duration(duration),
            Step::Hold {
                slot, pool, wait, ..
            } => has_slots(slot, 1) && self.has_pool(pool) && self.has_wait(wait),
            Step::HoldAny { slot, pools, wait } => {
                has_slots(slot, 1) && self.list_length(pools).is_some() && self.has_wait(wait)
            }
            Step::HoldAll { slot, pools, wait } => {
                let n = self.list_length(pools);
                n.is_some_and(|n| has_slots(slot, n)) && self.has_wait(wait)
            }
            Step::Call {
                fleet,
                slot,
                way,
                wait,
                at_dispatch,
            } => {
                let mark = at_dispatch.get();
                let fleet = self.fleets.get(fleet.index());
                fleet.is_some_and(|fleet| usize::from(way) < fleet.ways.len())
                    && has_slots(slot, 1)
                    && self.has_wait(wait)
                    && mark.is_none_or(|mark| self.has_mark(mark))
            }
            Step::Refer { route, entry, here } => {
                self.has_entry(route, Some(entry)) && here.0 < self.n_sites
            }
            Step::Travel { route, here } => self.has_entry(route, None) && here.0 < self.n_sites,
            Step::Convey { slot, route, entry } => {
                has_slots(slot, 1) && self.has_entry(route, Some(entry))
            }
            _ => true,
        }
    }

    fn has_entry(&self, route: RouteId, entry: Option<u8>) -> bool {
        let spec = self.routes.get(route.index());
        spec.is_some_and(|spec| {
            let mut sites = spec.sites.iter();
            sites.all(|site| entry.is_none_or(|entry| usize::from(entry) < site.entries.len()))
        })
    }

    fn has_step(&self, id: StepId) -> bool {
        id.index() < self.steps.len()
    }

    fn has_pool(&self, id: PoolId) -> bool {
        id.index() < self.pools.len()
    }

    fn has_wait(&self, id: WaitId) -> bool {
        id.index() < self.waits.len()
    }

    fn has_duration(&self, id: DurationId) -> bool {
        id.index() < self.durations.len()
    }

    fn has_chance(&self, id: ChanceId) -> bool {
        id.index() < self.chances.len()
    }

    fn has_mark(&self, id: MarkId) -> bool {
        id.index() < self.mark_clocks.len()
    }

    fn list_length(&self, id: PoolListId) -> Option<usize> {
        self.pool_lists.get(id.index()).map(Vec::len)
    }
}

/// Notes the position of everything that is not good.
fn note(what: &str, are_good: impl Iterator<Item = bool>, faults: &mut Vec<String>) {
    let wrong = are_good.enumerate().filter(|(_, is_good)| !is_good);
    faults.extend(wrong.map(|(index, _)| format!("{what} {index}")));
}

fn has_slots(first: HoldSlot, n: usize) -> bool {
    usize::from(first.0) + n <= N_HOLD_SLOTS
}

/// Whether no patient goes on with the step after this one.
fn ends(step: Step) -> bool {
    matches!(
        step,
        Step::Jump { .. }
            | Step::Choose { .. }
            | Step::When { .. }
            | Step::Refer { .. }
            | Step::Convey { .. }
            | Step::Leave { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::program::{AttributeId, Draw, WindowId};

    #[test]
    fn what_is_out_of_range_is_named() {
        let mut program = Program {
            steps: vec![
                Step::WaitUntil {
                    window: WindowId(0),
                },
                Step::Jump { to: StepId(7) },
            ],
            draws: vec![Draw::default(); 2],
            ..Program::default()
        };
        assert_eq!(program.faults(), ["step 0", "step 1"]);
        program.steps = vec![Step::ClearPatience; 2];
        assert_eq!(program.faults(), ["the table of steps"]);
        let of = Dimension::Attribute(AttributeId(N_ATTRIBUTES as u8));
        let selector = Selector {
            dimensions: vec![(of, vec![0])],
            rows: vec![0],
        };
        let program = Program {
            selectors: vec![selector],
            ..Program::default()
        };
        assert_eq!(program.faults(), ["selector 0"]);
    }
}
