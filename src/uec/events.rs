//! What happens to patients, in names: the form in which logs and traces get the facts of a run.
//!
//! Knows neither files nor formats. Times are whole milliseconds since the first measured moment, negative in the warm-up.

use crate::engine::facts::{Reader, Resource, Seen};
use crate::engine::program::{
    DispositionId, MarkId, N_ATTRIBUTES, PoolId, SiteId, Step, StepId, TriggerId,
};
use crate::engine::time::{SimSpan, SimTime};

use super::model::Model;

/// Who a patient is, in every scenario of the same seed and replication: which of its stream's candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatientId<'m> {
    pub stream: &'m str,
    pub ordinal: u32,
}

/// Stands in the place of a stream where a trigger switches.
const TRIGGER: &str = "trigger";

/// One fact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'m> {
    pub milliseconds: i64,
    pub patient: PatientId<'m>,
    /// Of a side task that took over from the patient: a crew's make-ready, a bed's cleaning.
    pub is_task: bool,
    /// Level of each attribute of `Names::attributes`, before this event.
    pub levels: [u8; N_ATTRIBUTES],
    pub what: What<'m>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<'m> {
    Arrives,
    /// A milestone, `service.mark`.
    Passes {
        mark: &'m str,
        site: &'m str,
    },
    /// Comes to a step, `service.path.id`.
    Comes {
        step: &'m str,
        site: &'m str,
    },
    Waits {
        step: &'m str,
        line: ResourceName<'m>,
    },
    GivesUp {
        step: &'m str,
        waited: SimSpan,
        line: ResourceName<'m>,
    },
    Takes(ResourceName<'m>),
    LetsGo(ResourceName<'m>),
    Leaves {
        disposition: &'m str,
        site: &'m str,
    },
    /// A trigger comes on or goes off; no patient's doing. The site is empty where it belongs to several.
    Switches {
        trigger: &'m str,
        site: &'m str,
        is_on: bool,
    },
}

/// A pool of a site, or a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceName<'m> {
    pub id: &'m str,
    /// Empty for a fleet.
    pub site: &'m str,
    pub units: u8,
    /// Which vehicle of all fleets; units of pools have no identity.
    pub vehicle: Option<u16>,
}

/// Hands every fact of a run, in order, to `take`.
pub struct EventReader<'m, F> {
    model: &'m Model,
    take: F,
}

impl<'m, F: FnMut(&Event<'m>)> EventReader<'m, F> {
    pub fn new(model: &'m Model, take: F) -> Self {
        Self { model, take }
    }

    fn tell(&mut self, now: SimTime, seen: &Seen<'_>, what: What<'m>) {
        let event = Event {
            milliseconds: now.0 as i64 - self.model.run.warm_up.0 as i64,
            patient: PatientId {
                stream: &self.model.names.streams[seen.stream().index()],
                ordinal: seen.ordinal(),
            },
            is_task: seen.is_task(),
            levels: *seen.attributes(),
            what,
        };
        (self.take)(&event);
    }

    fn site(&self, site: SiteId) -> &'m str {
        &self.model.names.sites[site.index()].id
    }

    fn step_name(&self, step: StepId) -> &'m str {
        &self.model.names.steps[step.index()]
    }

    fn pool(&self, pool: PoolId, units: u8) -> ResourceName<'m> {
        let name = &self.model.names.pools[pool.index()];
        ResourceName {
            id: &name.id,
            site: self.site(name.site),
            units,
            vehicle: None,
        }
    }

    fn resource(&self, resource: Resource) -> ResourceName<'m> {
        match resource {
            Resource::Pool { pool, units } => self.pool(pool, units),
            Resource::Unit { fleet, unit } => ResourceName {
                id: &self.model.names.fleets[fleet.index()].id,
                site: "",
                units: 1,
                vehicle: Some(unit),
            },
        }
    }

    /// What a patient waits for at a step: the first of several pools stands for all.
    fn line(&self, step: StepId) -> ResourceName<'m> {
        let program = &self.model.program;
        let first = |pools: &[PoolId]| self.pool(pools[0], 1);
        match program.steps[step.index()] {
            Step::Use { pool, .. } => self.pool(pool, 1),
            Step::Hold { pool, units, .. } => self.pool(pool, units),
            Step::HoldAny { pools, .. } | Step::HoldAll { pools, .. } => {
                first(&program.pool_lists[pools.index()])
            }
            Step::Call { fleet, .. } => ResourceName {
                id: &self.model.names.fleets[fleet.index()].id,
                site: "",
                units: 1,
                vehicle: None,
            },
            _ => unreachable!("patients wait only at steps that take something"),
        }
    }
}

impl<'m, F: FnMut(&Event<'m>)> Reader for EventReader<'m, F> {
    const STEPS: bool = true;
    const TRIGGERS: bool = true;

    fn trigger(&mut self, now: SimTime, trigger: TriggerId, is_on: bool) {
        let name = &self.model.names.triggers[trigger.index()];
        let event = Event {
            milliseconds: now.0 as i64 - self.model.run.warm_up.0 as i64,
            patient: PatientId {
                stream: TRIGGER,
                ordinal: u32::from(trigger.0),
            },
            is_task: true,
            levels: [0; N_ATTRIBUTES],
            what: What::Switches {
                trigger: &name.id,
                site: name.site.map_or("", |site| self.site(site)),
                is_on,
            },
        };
        (self.take)(&event);
    }

    fn arrive(&mut self, now: SimTime, patient: &Seen<'_>) {
        self.tell(now, patient, What::Arrives);
    }

    fn milestone(&mut self, now: SimTime, mark: MarkId, site: SiteId, patient: &Seen<'_>) {
        let (mark, site) = (&*self.model.names.marks[mark.index()], self.site(site));
        self.tell(now, patient, What::Passes { mark, site });
    }

    fn step(&mut self, now: SimTime, step: StepId, patient: &Seen<'_>) {
        let site = self.site(self.model.program.draws[step.index()].site);
        let step = self.step_name(step);
        self.tell(now, patient, What::Comes { step, site });
    }

    fn waits(&mut self, now: SimTime, step: StepId, patient: &Seen<'_>) {
        let (line, step) = (self.line(step), self.step_name(step));
        self.tell(now, patient, What::Waits { step, line });
    }

    fn gives_up(&mut self, now: SimTime, step: StepId, waited: SimSpan, patient: &Seen<'_>) {
        let (line, step) = (self.line(step), self.step_name(step));
        self.tell(now, patient, What::GivesUp { step, waited, line });
    }

    fn takes(&mut self, now: SimTime, resource: Resource, patient: &Seen<'_>) {
        let resource = self.resource(resource);
        self.tell(now, patient, What::Takes(resource));
    }

    fn lets_go(&mut self, now: SimTime, resource: Resource, patient: &Seen<'_>) {
        let resource = self.resource(resource);
        self.tell(now, patient, What::LetsGo(resource));
    }

    fn leave(
        &mut self,
        now: SimTime,
        disposition: DispositionId,
        site: SiteId,
        patient: &Seen<'_>,
    ) {
        let site = self.site(site);
        let disposition = &self.model.names.dispositions[disposition.index()];
        self.tell(now, patient, What::Leaves { disposition, site });
    }
}
