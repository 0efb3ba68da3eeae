//! Where each path of a version begins in the whole: what a patient who comes from one version to another goes on with.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::program::{SiteId, Step, StepId};
use crate::uec::compile::Compiled;

use super::maps::Maps;

/// Where each path of a version begins, by site (of the whole) and `service.path`.
pub struct Entries {
    steps: BTreeMap<(SiteId, String), StepId>,
    services: BTreeSet<(SiteId, String)>,
}

impl Entries {
    pub fn new(compiled: &Compiled, maps: &Maps) -> Self {
        let (mut steps, mut services) = (BTreeMap::new(), BTreeSet::new());
        let program = &compiled.program;
        for (index, (step, name)) in program.steps.iter().zip(&compiled.names.steps).enumerate() {
            if matches!(step, Step::Enter { .. }) {
                let site = maps.site(program.draws[index].site);
                services.insert((site, service_of(name).to_owned()));
                let id = maps.step_id(StepId(index as u32));
                steps.insert((site, name.clone()), id);
            }
        }
        Self { steps, services }
    }

    /// Where a path begins; none if there is no such path.
    pub fn step(&self, site: SiteId, path: &str) -> Option<StepId> {
        self.steps.get(&(site, path.to_owned())).copied()
    }

    /// Whether a site runs the service of a path.
    pub fn runs(&self, site: SiteId, path: &str) -> bool {
        self.services.contains(&(site, service_of(path).to_owned()))
    }
}

/// The service of `service.path` or `service.path.id`.
pub fn service_of(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
