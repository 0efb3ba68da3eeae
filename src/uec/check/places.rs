//! Patients who travel, or to whom somebody travels, though it is not said where they are.

use crate::engine::program::{Program, RouteId, Step, StepId};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::uec::codes;
use crate::uec::compile::Compiled;
use crate::uec::forms::ScenarioForm;

use super::graph::successors;

/// Warnings (reported): `S309` for arrivals without a place that come to a step for which the place matters.
pub fn check(forms: &ScenarioForm, compiled: &Compiled, faults: &Diagnostics) {
    for form in forms.arrivals.iter().filter(|form| form.place.is_none()) {
        let name = &form.name.value;
        let index = compiled.names.streams.iter().position(|one| one == name);
        let stream = index.map(|index| &compiled.program.streams[index]);
        let Some(step) = stream.and_then(|stream| first_by_road(&compiled.program, stream.entry))
        else {
            continue;
        };
        let what = match compiled.program.steps[step] {
            Step::Call { .. } => "a unit is called to them",
            _ => "they travel by road",
        };
        let message = format!(
            "arrivals \"{name}\" have no place, but {what} at \"{}\"",
            compiled.names.steps[step]
        );
        let fault = Diagnostic::warning(codes::PLACE, form.name.span, message);
        let fault = fault.note("they count as being in the middle of the map");
        faults
            .report(fault.try_this("place = { lat = 50.72, lon = -3.51 }, a rectangle or a zone"));
    }
}

/// The first step for which it matters where the patient is, in the order in which patients come to steps.
///
/// Does not look beyond a referral: a patient who has been sent to a site is there.
fn first_by_road(program: &Program, entry: StepId) -> Option<usize> {
    let mut seen = vec![false; program.steps.len()];
    let mut work = std::collections::VecDeque::from([entry]);
    while let Some(step) = work.pop_front() {
        if std::mem::replace(&mut seen[step.index()], true) {
            continue;
        }
        match program.steps[step.index()] {
            Step::Call { .. } => return Some(step.index()),
            Step::Refer { route, .. } | Step::Travel { route, .. }
                if is_by_road(program, route) =>
            {
                return Some(step.index());
            }
            Step::Refer { .. } | Step::Convey { .. } => {}
            _ => successors(program, step.index(), &mut |next| work.push_back(next)),
        }
    }
    None
}

fn is_by_road(program: &Program, route: RouteId) -> bool {
    let route = &program.routes[route.index()];
    route.travel.is_empty() && route.detour > 0.0 && route.sites.len() > 1
}
