//! New numbers for everything a program refers to, when it becomes part of a larger one.
//!
//! Things with a name (sites, pools, fleets, calendars, marks, dispositions, attributes) are the same in all parts; the rest
//! is moved behind what is there already.

use crate::engine::program::{
    Arrivals, AttributeId, BookingSpec, CalendarId, Chance, ChanceId, Dimension, DispositionId,
    Draw, DurationId, DurationSpec, Escalate, FleetId, HazardId, HazardSpec, MarkId, OptionalMark,
    Patience, PoolId, PoolListId, ProfileId, Reserve, RouteId, RouteSpec, SamplerId, Selector,
    SelectorId, Since, SiteId, Step, StepId, StreamPlace, StreamSpec, Surge, TriggerId,
    TriggerSpec, WaitId, WaitRule, WindowId, Worsen,
};

/// Where the tables of one part begin in the whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offsets {
    pub steps: u32,
    pub branches: u32,
    pub points: u32,
    pub selectors: u16,
    pub chances: u16,
    pub durations: u16,
    pub waits: u16,
    pub pool_lists: u16,
    pub bookings: u16,
    pub routes: u16,
    pub windows: u16,
    pub profiles: u16,
    pub hazards: u16,
    pub triggers: u16,
}

/// From the numbers of one part to those of the whole.
#[derive(Debug, Default)]
pub struct Maps {
    pub at: Offsets,
    pub sites: Vec<SiteId>,
    pub pools: Vec<PoolId>,
    pub fleets: Vec<FleetId>,
    /// By fleet: the way in which calls are answered here.
    pub ways: Vec<u8>,
    pub calendars: Vec<CalendarId>,
    pub marks: Vec<MarkId>,
    pub dispositions: Vec<DispositionId>,
    pub attributes: Vec<AttributeId>,
    pub samplers: Vec<SamplerId>,
    /// By group of visits.
    pub groups: Vec<u8>,
}

impl Maps {
    pub fn step_id(&self, id: StepId) -> StepId {
        StepId(id.0 + self.at.steps)
    }
    fn chance_id(&self, id: ChanceId) -> ChanceId {
        ChanceId(id.0 + self.at.chances)
    }
    fn duration_id(&self, id: DurationId) -> DurationId {
        DurationId(id.0 + self.at.durations)
    }
    fn wait_id(&self, id: WaitId) -> WaitId {
        WaitId(id.0 + self.at.waits)
    }
    fn route_id(&self, id: RouteId) -> RouteId {
        RouteId(id.0 + self.at.routes)
    }
    fn window_id(&self, id: WindowId) -> WindowId {
        WindowId(id.0 + self.at.windows)
    }
    fn profile_id(&self, id: ProfileId) -> ProfileId {
        ProfileId(id.0 + self.at.profiles)
    }
    pub fn trigger_id(&self, id: TriggerId) -> TriggerId {
        TriggerId(id.0 + self.at.triggers)
    }
    pub fn site(&self, id: SiteId) -> SiteId {
        self.sites[id.index()]
    }
    pub fn pool(&self, id: PoolId) -> PoolId {
        self.pools[id.index()]
    }
    pub fn attribute(&self, id: AttributeId) -> AttributeId {
        self.attributes[usize::from(id.0)]
    }
    pub fn mark(&self, id: MarkId) -> MarkId {
        self.marks[id.index()]
    }
    fn optional_mark(&self, mark: OptionalMark) -> OptionalMark {
        mark.get()
            .map_or(mark, |mark| OptionalMark(self.mark(mark).0))
    }
    pub fn pools(&self, ids: &[PoolId]) -> Vec<PoolId> {
        ids.iter().map(|id| self.pool(*id)).collect()
    }

    pub fn draw(&self, draw: Draw) -> Draw {
        Draw {
            purpose: draw.purpose,
            group: self.groups[usize::from(draw.group)],
            site: self.site(draw.site),
            at_start: self.optional_mark(draw.at_start),
        }
    }

    pub fn step(&self, step: Step) -> Step {
        let mut step = step;
        match &mut step {
            Step::Enter { group } => *group = self.groups[usize::from(*group)],
            Step::Mark { mark, site } => {
                *mark = self.mark(*mark);
                *site = self.site(*site);
            }
            Step::Wait { duration } | Step::Patience { duration } => {
                *duration = self.duration_id(*duration);
            }
            Step::WaitUntil { window } => *window = self.window_id(*window),
            Step::WaitRate { hazard } => *hazard = HazardId(hazard.0 + self.at.hazards),
            Step::ClearPatience | Step::LetGo { .. } | Step::LetGoSome { .. } => {}
            Step::Hold { pool, wait, .. } => {
                *pool = self.pool(*pool);
                *wait = self.wait_id(*wait);
            }
            Step::HoldAny { pools, wait, .. } | Step::HoldAll { pools, wait, .. } => {
                *pools = PoolListId(pools.0 + self.at.pool_lists);
                *wait = self.wait_id(*wait);
            }
            Step::Use {
                pool,
                wait,
                duration,
            } => {
                *pool = self.pool(*pool);
                *wait = self.wait_id(*wait);
                *duration = self.duration_id(*duration);
            }
            Step::Jump { to } => *to = self.step_id(*to),
            Step::Share { chance, otherwise } => {
                *chance = self.chance_id(*chance);
                *otherwise = self.step_id(*otherwise);
            }
            Step::Choose { chance, first } => {
                *chance = self.chance_id(*chance);
                *first += self.at.branches;
            }
            Step::When { selector, first } => {
                *selector = SelectorId(selector.0 + self.at.selectors);
                *first += self.at.branches;
            }
            Step::Set { attribute, .. } => *attribute = self.attribute(*attribute),
            Step::SetBy { attribute, chance } => {
                *attribute = self.attribute(*attribute);
                *chance = self.chance_id(*chance);
            }
            Step::Refer { route, here, .. } | Step::Travel { route, here } => {
                *route = self.route_id(*route);
                *here = self.site(*here);
            }
            Step::Call {
                fleet,
                way,
                wait,
                at_dispatch,
                ..
            } => {
                *way = self.ways[fleet.index()];
                *fleet = self.fleets[fleet.index()];
                *wait = self.wait_id(*wait);
                *at_dispatch = self.optional_mark(*at_dispatch);
            }
            Step::Convey { route, .. } => *route = self.route_id(*route),
            Step::Book { booking, otherwise } => {
                *booking += self.at.bookings;
                *otherwise = self.step_id(*otherwise);
            }
            Step::Start { task, .. } => *task = self.step_id(*task),
            Step::Leave { disposition, site } => {
                *disposition = self.dispositions[disposition.index()];
                *site = self.site(*site);
            }
        }
        step
    }

    pub fn selector(&self, selector: &Selector) -> Selector {
        let dimension = |dimension: &Dimension| match dimension {
            Dimension::Attribute(id) => Dimension::Attribute(self.attribute(*id)),
            Dimension::Open(window) => Dimension::Open(self.window_id(*window)),
            Dimension::Waiting { pools, bounds } => Dimension::Waiting {
                pools: self.pools(pools),
                bounds: bounds.clone(),
            },
            Dimension::Busy { pools, bounds } => Dimension::Busy {
                pools: self.pools(pools),
                bounds: bounds.clone(),
            },
            Dimension::Trigger(id) => Dimension::Trigger(self.trigger_id(*id)),
            Dimension::Since {
                what: Since::Mark(mark),
                bounds,
            } => Dimension::Since {
                what: Since::Mark(self.mark(*mark)),
                bounds: bounds.clone(),
            },
            same => same.clone(),
        };
        let dimensions = selector.dimensions.iter();
        Selector {
            dimensions: dimensions
                .map(|(one, map)| (dimension(one), map.clone()))
                .collect(),
            rows: selector.rows.clone(),
        }
    }

    pub fn chance(&self, chance: &Chance) -> Chance {
        Chance {
            selector: self.selector(&chance.selector),
            ..chance.clone()
        }
    }

    pub fn duration(&self, duration: &DurationSpec) -> DurationSpec {
        let samplers = duration.samplers.iter();
        DurationSpec {
            selector: self.selector(&duration.selector),
            samplers: samplers.map(|id| self.samplers[id.index()]).collect(),
        }
    }

    pub fn wait(&self, rule: &WaitRule) -> WaitRule {
        WaitRule {
            rank: rule.rank.map(|rank| self.attribute(rank)),
            due: rule.due.map(|due| self.duration_id(due)),
            patience: match rule.patience {
                Patience::Drawn(duration) => Patience::Drawn(self.duration_id(duration)),
                same => same,
            },
            otherwise: self.step_id(rule.otherwise),
            worsen: rule.worsen.map(|worsen| Worsen {
                after: self.duration_id(worsen.after),
                attribute: self.attribute(worsen.attribute),
                level: worsen.level,
            }),
            escalate: rule.escalate.map(|escalate| Escalate {
                trigger: self.trigger_id(escalate.trigger),
                rank: escalate.rank,
            }),
            ..rule.clone()
        }
    }

    pub fn pool_list(&self, pools: &[PoolId]) -> Vec<PoolId> {
        self.pools(pools)
    }

    pub fn booking(&self, booking: &BookingSpec) -> BookingSpec {
        BookingSpec {
            calendar: self.calendars[booking.calendar.index()],
            ..booking.clone()
        }
    }

    pub fn route(&self, route: &RouteSpec) -> RouteSpec {
        let mut route = route.clone();
        route.row = route.row.map(|row| self.attribute(row));
        route.otherwise = self.step_id(route.otherwise);
        for site in &mut route.sites {
            site.site = self.site(site.site);
            for entry in &mut site.entries {
                *entry = self.step_id(*entry);
            }
            site.hours = site.hours.map(|hours| self.window_id(hours));
            site.load = self.pools(&site.load);
            site.except = site.except.map(|trigger| self.trigger_id(trigger));
        }
        route
    }

    pub fn hazard(&self, hazard: &HazardSpec) -> HazardSpec {
        HazardSpec {
            profile: self.profile_id(hazard.profile),
            ..*hazard
        }
    }

    pub fn surge(&self, surge: &Surge) -> Surge {
        Surge {
            trigger: self.trigger_id(surge.trigger),
            ..surge.clone()
        }
    }

    pub fn reserve(&self, reserve: Reserve) -> Reserve {
        Reserve {
            when: reserve.when.map(|when| self.trigger_id(when)),
            ..reserve
        }
    }

    pub fn trigger(&self, trigger: &TriggerSpec) -> TriggerSpec {
        TriggerSpec {
            pools: self.pools(&trigger.pools),
            fleets: trigger
                .fleets
                .iter()
                .map(|fleet| self.fleets[fleet.index()])
                .collect(),
            ..trigger.clone()
        }
    }

    pub fn stream(&self, stream: &StreamSpec) -> StreamSpec {
        let mut stream = stream.clone();
        match &mut stream.arrivals {
            Arrivals::Poisson { profile, .. } => *profile = profile.map(|id| self.profile_id(id)),
            Arrivals::Renewal { gap } => *gap = self.duration_id(*gap),
            Arrivals::Recorded(list) => {
                for (attribute, _) in list.iter_mut().flat_map(|one| &mut one.set) {
                    *attribute = self.attribute(*attribute);
                }
            }
        }
        stream.entry = self.step_id(stream.entry);
        let own = stream.attributes;
        stream.attributes = Default::default();
        for (attribute, level) in self.attributes.iter().zip(own) {
            stream.attributes[usize::from(attribute.0)] = level;
        }
        for (attribute, chance, _) in &mut stream.drawn {
            *attribute = self.attribute(*attribute);
            *chance = self.chance_id(*chance);
        }
        if let StreamPlace::Points { first, .. } = &mut stream.place {
            *first += self.at.points;
        }
        stream
    }
}
