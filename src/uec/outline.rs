//! The shape of a scenario as a planner would draw it: services, where they run, and who sends patients to whom.
//!
//! It reads the written form, so it shows what may happen and not how often; numbers are the model's business.

use super::forms::ScenarioForm;
use super::forms::services::ServiceForm;
use super::forms::steps::{Action, Branch, StepForm};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// In the order of the scenario.
    pub services: Vec<ServiceOutline>,
    pub sites: Vec<SiteOutline>,
    /// In the order of the services that send, each once.
    pub flows: Vec<Flow>,
    /// In the order of arrivals, then of needs.
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceOutline {
    pub id: String,
    pub title: String,
    pub pools: Vec<String>,
    pub calendars: Vec<String>,
    pub paths: Vec<PathOutline>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathOutline {
    pub name: String,
    /// Those of branches included.
    pub n_steps: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOutline {
    pub id: String,
    pub title: String,
    /// Names of the services that run there.
    pub services: Vec<String>,
}

/// One service sends patients to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub from: String,
    pub to: String,
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Refers,
    /// By a unit of a fleet.
    Conveys,
    /// There and on with the same path.
    Travels,
}

/// How patients come from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub service: String,
    /// Streams of arrivals and needs that begin there.
    pub n_streams: usize,
}

impl Outline {
    /// The sites that run a service; none if it runs once, without a site of its own.
    pub fn sites_of(&self, service: &str) -> Vec<&SiteOutline> {
        let runs_it = |site: &&SiteOutline| site.services.iter().any(|name| name == service);
        self.sites.iter().filter(runs_it).collect()
    }

    pub fn service(&self, id: &str) -> Option<&ServiceOutline> {
        self.services.iter().find(|service| service.id == id)
    }
}

pub fn outline(form: &ScenarioForm) -> Outline {
    let mut outline = Outline {
        services: form.services.iter().map(service).collect(),
        ..Outline::default()
    };
    outline.sites = form
        .sites
        .iter()
        .map(|site| SiteOutline {
            id: site.name.value.clone(),
            title: site.title.clone(),
            services: values(site.services.iter()),
        })
        .collect();
    for service in &form.services {
        let mut flows = Flows {
            form,
            from: &service.name.value,
            routes: Vec::new(),
            found: &mut outline.flows,
        };
        for path in &service.paths {
            flows.follow(&path.steps);
        }
    }
    let arrivals = form.arrivals.iter().map(|arrival| &arrival.entry);
    for entry in arrivals.chain(form.needs.iter().map(|need| &need.entry)) {
        let to = &entry.to.value;
        let service = to
            .split_once('.')
            .map_or(to.as_str(), |(service, _)| service);
        let known = outline.entries.iter_mut();
        match known.into_iter().find(|known| known.service == service) {
            Some(known) => known.n_streams += 1,
            None => outline.entries.push(Entry {
                service: service.to_owned(),
                n_streams: 1,
            }),
        }
    }
    outline
}

fn service(form: &ServiceForm) -> ServiceOutline {
    ServiceOutline {
        id: form.name.value.clone(),
        title: form.title.clone(),
        pools: values(form.pools.iter().map(|(name, _)| name)),
        calendars: values(form.calendars.iter().map(|(name, _)| name)),
        paths: form
            .paths
            .iter()
            .map(|path| PathOutline {
                name: path.name.value.clone(),
                n_steps: n_steps(&path.steps),
            })
            .collect(),
    }
}

fn values<'n>(names: impl Iterator<Item = &'n super::forms::Name>) -> Vec<String> {
    names.map(|name| name.value.clone()).collect()
}

fn n_steps(steps: &[StepForm]) -> usize {
    let below = |step: &StepForm| -> usize { branches(&step.action).map(n_steps).sum() };
    steps.iter().map(|step| 1 + below(step)).sum()
}

/// The steps that stand within a step.
fn branches(action: &Action) -> impl Iterator<Item = &[StepForm]> {
    let mut within: Vec<&[StepForm]> = Vec::new();
    match action {
        Action::Share {
            steps, otherwise, ..
        }
        | Action::When {
            steps, otherwise, ..
        } => within.extend([steps.as_slice(), otherwise.as_slice()]),
        Action::Choose { to, .. } => {
            within.extend(to.iter().filter_map(|(_, branch)| match branch {
                Branch::Steps(steps) => Some(steps.as_slice()),
                Branch::Path(_) => None,
            }));
        }
        Action::Use { wait, .. } | Action::Hold { wait, .. } | Action::Call { wait, .. } => {
            within.extend(wait.otherwise.as_deref());
        }
        Action::Refer { otherwise, .. }
        | Action::Travel { otherwise, .. }
        | Action::Convey { otherwise, .. }
        | Action::Book { otherwise, .. } => within.extend(otherwise.as_deref()),
        _ => {}
    }
    within.into_iter()
}

struct Flows<'f> {
    form: &'f ScenarioForm,
    from: &'f str,
    /// Routes whose `otherwise` was followed already.
    routes: Vec<&'f str>,
    found: &'f mut Vec<Flow>,
}

impl<'f> Flows<'f> {
    fn follow(&mut self, steps: &'f [StepForm]) {
        for step in steps {
            let sends = match &step.action {
                Action::Refer { route, .. } => Some((How::Refers, &route.value)),
                Action::Convey { route, .. } => Some((How::Conveys, &route.value)),
                Action::Travel { route, .. } => Some((How::Travels, &route.value)),
                _ => None,
            };
            if let Some((how, name)) = sends {
                self.send(how, name);
            }
            for steps in branches(&step.action) {
                self.follow(steps);
            }
        }
    }

    /// By a route, or to a service by its own name.
    fn send(&mut self, how: How, name: &'f str) {
        let route = self
            .form
            .routes
            .iter()
            .find(|route| route.name.value == name);
        let to = route.map_or(name, |route| &route.service.value);
        let flow = Flow {
            from: self.from.to_owned(),
            to: to.to_owned(),
            how,
        };
        if !self.found.contains(&flow) {
            self.found.push(flow);
        }
        if let Some(route) = route.filter(|_| !self.routes.contains(&name)) {
            self.routes.push(name);
            self.follow(route.otherwise.as_deref().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::source::MemorySource;
    use crate::uec::load;

    const SCENARIO: &str = "
[run]
length = \"1 day\"
[arrivals.calls]
rate = \"10 per day\"
to = \"telephone.answer\"
[services.telephone]
title = \"Telephone\"
pools = { handlers = 1 }
[services.telephone.paths]
answer = [
  { use = \"handlers\", for = \"1 min\", id = \"talk\" },
  { share = 0.5, id = \"sent\", steps = [{ refer = \"way\", id = \"go\" }], else = [{ refer = \"clinic\", id = \"walk\" }] },
]
[services.clinic]
title = \"Clinic\"
[services.clinic.paths]
arrive = [{ leave = \"home\" }]
[services.ward]
title = \"Ward\"
[services.ward.paths]
arrive = [{ leave = \"home\" }]
[sites.town]
services = [\"telephone\", \"clinic\", \"ward\"]
place = { x = 0, y = 0 }
[routes.way]
service = \"clinic\"
travel = \"none\"
otherwise = [{ refer = \"ward\", id = \"full\" }]
";

    #[test]
    fn every_branch_and_what_a_route_does_otherwise_is_followed() {
        let source = MemorySource::new([("a.toml", SCENARIO)]);
        let loaded =
            load("a.toml", &source).unwrap_or_else(|refused| panic!("{}", refused.render()));
        let outline = loaded.outline;
        let flows: Vec<String> = outline
            .flows
            .iter()
            .map(|flow| format!("{} {:?} {}", flow.from, flow.how, flow.to))
            .collect();
        assert_eq!(flows, ["telephone Refers clinic", "telephone Refers ward"]);
        assert_eq!(outline.services[0].paths[0].n_steps, 4);
        assert_eq!(outline.services[0].pools, ["handlers"]);
        assert_eq!(outline.sites_of("ward").len(), 1);
        let entries: Vec<&str> = outline
            .entries
            .iter()
            .map(|entry| entry.service.as_str())
            .collect();
        assert_eq!(entries, ["telephone"]);
    }
}
