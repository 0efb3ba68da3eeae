//! Checks that every id of a program is in range, for whoever builds one.

use super::program::{
    Arrivals, DurationId, Patience, Program, RouteRule, Selector, Step, StepId, StreamPlace,
};

impl Program {
    /// What is out of range, in words; a program without faults cannot fail for its own sake in a run.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |is_good: bool, what: &str, index: usize| {
            if !is_good {
                faults.push(format!("{what} {index}"));
            }
        };
        check(
            self.draws.len() == self.steps.len(),
            "draws of steps",
            self.draws.len(),
        );
        for (index, step) in self.steps.iter().enumerate() {
            check(self.is_step_good(*step), "step", index);
            let last = index + 1 == self.steps.len();
            check(!last || ends(*step), "what follows step", index);
        }
        let n_steps = self.steps.len();
        let is_step = |id: StepId| id.index() < n_steps;
        for (index, branch) in self.branches.iter().enumerate() {
            check(is_step(*branch), "branch", index);
        }
        for (index, selector) in self.selectors.iter().enumerate() {
            check(
                self.is_selector_good(selector, usize::MAX),
                "selector",
                index,
            );
        }
        for (index, chance) in self.chances.iter().enumerate() {
            let n = chance.n_outcomes as usize;
            let is_good = n > 0
                && self.is_selector_good(&chance.selector, chance.cumulative.len() / n)
                && chance
                    .cumulative
                    .chunks(n)
                    .all(|row| row[n - 1] == 1.0 && row.is_sorted());
            check(is_good, "chance", index);
        }
        for (index, duration) in self.durations.iter().enumerate() {
            let is_good = self.is_selector_good(&duration.selector, duration.samplers.len());
            let samplers = duration.samplers.iter();
            let has_samplers = samplers
                .map(|id| id.index())
                .all(|id| id < self.samplers.len());
            check(is_good && has_samplers, "duration", index);
        }
        for (index, wait) in self.waits.iter().enumerate() {
            let is_duration = |id: DurationId| id.index() < self.durations.len();
            let is_patient = match wait.patience {
                Patience::Drawn(duration) => is_duration(duration),
                Patience::Endless | Patience::Deadline => true,
            };
            let can_worsen = wait.worsen.is_none_or(|worsen| is_duration(worsen.after));
            let triggers = self.triggers.len();
            let can_escalate = wait.escalate.is_none_or(|up| up.trigger.index() < triggers);
            check(
                is_step(wait.otherwise) && is_patient && can_worsen && can_escalate,
                "wait",
                index,
            );
        }
        for (index, route) in self.routes.iter().enumerate() {
            let n = route.sites.len();
            let is_whole = |length: usize| n > 0 && length.is_multiple_of(n);
            let has_weights = route.rule != RouteRule::Shares || !route.weights.is_empty();
            let has_sites = route.sites.iter().all(|site| {
                site.site.0 < self.n_sites
                    && site.entries.iter().all(|entry| is_step(*entry))
                    && site.load.iter().all(|pool| pool.index() < self.pools.len())
                    && site
                        .hours
                        .is_none_or(|hours| hours.index() < self.windows.len())
                    && site
                        .except
                        .is_none_or(|id| id.index() < self.triggers.len())
            });
            let is_good = is_step(route.otherwise)
                && has_sites
                && has_weights
                && is_whole(route.travel.len())
                && is_whole(route.weights.len());
            check(is_good, "route", index);
        }
        for (index, pools) in self.pool_lists.iter().enumerate() {
            let is_good = pools.iter().all(|pool| pool.index() < self.pools.len());
            check(!pools.is_empty() && is_good, "pool list", index);
        }
        for (index, stream) in self.streams.iter().enumerate() {
            let arrives = match &stream.arrivals {
                Arrivals::Poisson { profile, .. } => {
                    profile.is_none_or(|profile| profile.index() < self.profiles.len())
                }
                Arrivals::Renewal { gap } => gap.index() < self.samplers.len(),
                Arrivals::Recorded(list) => list.is_sorted_by_key(|arrival| arrival.time),
            };
            let drawn = stream.drawn.iter();
            let draws = drawn
                .map(|(_, chance, _)| chance.index())
                .all(|id| id < self.chances.len());
            let is_somewhere = match stream.place {
                StreamPlace::Points { first, n } => {
                    let end = first as usize + n as usize;
                    n > 0 && end <= self.points.len() && end <= self.point_weights.len()
                }
                StreamPlace::At(_) | StreamPlace::Rectangle { .. } => true,
            };
            check(
                is_step(stream.entry) && arrives && draws && is_somewhere,
                "stream",
                index,
            );
        }
        for (index, booking) in self.bookings.iter().enumerate() {
            check(
                booking.calendar.index() < self.calendars.len(),
                "booking",
                index,
            );
        }
        for (index, hazard) in self.hazards.iter().enumerate() {
            check(
                hazard.profile.index() < self.profiles.len(),
                "hazard",
                index,
            );
        }
        faults
    }

    fn is_selector_good(&self, selector: &Selector, n_rows: usize) -> bool {
        let dimensions = selector.dimensions.iter();
        let highest: u32 = dimensions
            .map(|(_, map)| map.iter().copied().max().unwrap_or(0))
            .sum();
        let covers = (highest as usize) < selector.rows.len().max(1);
        covers
            && selector
                .rows
                .iter()
                .all(|row| (*row as usize) < n_rows.max(1))
    }

    fn is_step_good(&self, step: Step) -> bool {
        let is_step = |id: StepId| id.index() < self.steps.len();
        let wait = |id: super::program::WaitId| id.index() < self.waits.len();
        let pool = |id: super::program::PoolId| id.index() < self.pools.len();
        let pools = |id: super::program::PoolListId| id.index() < self.pool_lists.len();
        let duration = |id: DurationId| id.index() < self.durations.len();
        let chance = |id: super::program::ChanceId| id.index() < self.chances.len();
        let mark = |id: super::program::MarkId| id.index() < self.mark_clocks.len();
        let slot = |id: super::program::HoldSlot| usize::from(id.0) < super::program::N_HOLD_SLOTS;
        match step {
            Step::Mark { mark: id, site } => mark(id) && site.0 < self.n_sites,
            Step::Wait { duration: id } | Step::Patience { duration: id } => duration(id),
            Step::WaitUntil { window } => {
                let window = self.windows.get(window.index());
                window.is_some_and(|window| !window.open.is_empty())
            }
            Step::WaitRate { hazard } => hazard.index() < self.hazards.len(),
            Step::Hold {
                slot: s,
                pool: p,
                wait: w,
                ..
            } => slot(s) && pool(p) && wait(w),
            Step::HoldAny {
                slot: s,
                pools: p,
                wait: w,
            } => slot(s) && pools(p) && wait(w),
            Step::HoldAll {
                slot: s,
                pools: p,
                wait: w,
            } => {
                let list = self.pool_lists.get(p.index());
                let n = list.map_or(usize::MAX, Vec::len);
                wait(w) && usize::from(s.0).saturating_add(n) <= super::program::N_HOLD_SLOTS
            }
            Step::Use {
                pool: p,
                wait: w,
                duration: d,
            } => pool(p) && wait(w) && duration(d),
            Step::LetGo { slot: s } => slot(s),
            Step::Jump { to } => is_step(to),
            Step::Share {
                chance: c,
                otherwise,
            } => {
                let chance = self.chances.get(c.index());
                is_step(otherwise) && chance.is_some_and(|chance| chance.n_outcomes == 2)
            }
            Step::Choose { chance: c, first } => {
                let chance = self.chances.get(c.index());
                chance.is_some_and(|chance| {
                    (first + chance.n_outcomes) as usize <= self.branches.len()
                })
            }
            Step::When { selector, first } => {
                let selector = self.selectors.get(selector.index());
                let last = selector.and_then(|selector| selector.rows.iter().max());
                last.is_some_and(|last| ((first + last) as usize) < self.branches.len())
            }
            Step::SetBy { chance: c, .. } => chance(c),
            Step::Refer { route, entry, here } => {
                self.is_route_good(route, Some(entry)) && here.0 < self.n_sites
            }
            Step::Travel { route, here } => {
                self.is_route_good(route, None) && here.0 < self.n_sites
            }
            Step::Convey {
                slot: s,
                route,
                entry,
            } => slot(s) && self.is_route_good(route, Some(entry)),
            Step::Call {
                fleet,
                slot: s,
                wait: w,
                at_dispatch,
            } => {
                fleet.index() < self.fleets.len()
                    && slot(s)
                    && wait(w)
                    && at_dispatch.get().is_none_or(mark)
            }
            Step::Book { booking, otherwise } => {
                usize::from(booking) < self.bookings.len() && is_step(otherwise)
            }
            Step::Start { task, .. } => is_step(task),
            Step::Leave { disposition, site } => {
                disposition.0 < self.n_dispositions && site.0 < self.n_sites
            }
            Step::Enter { group } => usize::from(group) < super::program::N_VISIT_GROUPS,
            Step::ClearPatience | Step::Set { .. } => true,
        }
    }

    fn is_route_good(&self, route: super::program::RouteId, entry: Option<u8>) -> bool {
        let spec = self.routes.get(route.index());
        spec.is_some_and(|spec| {
            let mut sites = spec.sites.iter();
            sites.all(|site| entry.is_none_or(|entry| usize::from(entry) < site.entries.len()))
        })
    }
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
