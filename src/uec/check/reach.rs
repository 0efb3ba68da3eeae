//! What nobody can reach, and circles out of which no way leads.

use crate::engine::program::{SiteId, Step, StepId};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::uec::codes;
use crate::uec::compile::Compiled;
use crate::uec::forms::ScenarioForm;

use super::graph::successors;

/// Errors (reported): `S202` for steps from which a patient never leaves; warnings `S303` and `S304` for sites, services
/// and paths that nobody reaches.
pub fn check(forms: &ScenarioForm, compiled: &Compiled, faults: &Diagnostics) {
    let reached = reached(compiled);
    check_ways_out(forms, compiled, &reached, faults);
    check_unreached(forms, compiled, &reached, faults);
}

/// By step: whether some patient can come to it.
pub fn reached(compiled: &Compiled) -> Vec<bool> {
    let program = &compiled.program;
    let mut reached = vec![false; program.steps.len()];
    let mut work: Vec<StepId> = program.streams.iter().map(|stream| stream.entry).collect();
    while let Some(step) = work.pop() {
        if !std::mem::replace(&mut reached[step.index()], true) {
            successors(program, step.index(), &mut |next| work.push(next));
        }
    }
    reached
}

/// Every step that is reached must have a way to one that leaves.
fn check_ways_out(
    forms: &ScenarioForm,
    compiled: &Compiled,
    reached: &[bool],
    faults: &Diagnostics,
) {
    let program = &compiled.program;
    let n = program.steps.len();
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); n];
    for index in (0..n).filter(|index| reached[*index]) {
        successors(program, index, &mut |next| {
            before[next.index()].push(index as u32);
        });
    }
    let leaves = (0..n).filter(|index| matches!(program.steps[*index], Step::Leave { .. }));
    let mut work: Vec<usize> = leaves.collect();
    let mut has_way_out = vec![false; n];
    while let Some(index) = work.pop() {
        if !std::mem::replace(&mut has_way_out[index], true) {
            work.extend(before[index].iter().map(|index| *index as usize));
        }
    }
    // One fault for each path, at the first step that only goes round.
    let mut told: Vec<(usize, usize)> = Vec::new();
    for (_, service, path, entry) in &compiled.paths {
        let is_stuck = reached[entry.index()] && !has_way_out[entry.index()];
        if is_stuck && !told.contains(&(*service, *path)) {
            told.push((*service, *path));
            let service = &forms.services[*service];
            let path = &service.paths[*path].name;
            let message = format!(
                "whoever comes to path \"{}\" of service \"{}\" goes round for ever",
                path.value, service.name.value
            );
            let fault = Diagnostic::error(codes::NEVER_LEAVES, path.span, message);
            faults
                .report(fault.try_this("a way out of the circle that ends with { leave = \"…\" }"));
        }
    }
}

fn check_unreached(
    forms: &ScenarioForm,
    compiled: &Compiled,
    reached: &[bool],
    faults: &Diagnostics,
) {
    let is_reached = |wanted: &dyn Fn(SiteId, usize, usize) -> bool| {
        let mut paths = compiled.paths.iter();
        paths.any(|(site, service, path, entry)| {
            wanted(*site, *service, *path) && reached[entry.index()]
        })
    };
    for (index, form) in forms.services.iter().enumerate() {
        if !is_reached(&|_, service, _| service == index) {
            let message = format!("nobody ever comes to service \"{}\"", form.name.value);
            let fault = Diagnostic::warning(codes::SERVICE_UNREACHED, form.name.span, message);
            faults
                .report(fault.note("no arrivals, need, route or path that is reached leads there"));
            continue;
        }
        for (at, path) in form.paths.iter().enumerate() {
            if !is_reached(&|_, service, path| service == index && path == at) {
                let message = format!("nobody ever comes to path \"{}\"", path.name.value);
                let span = path.name.span;
                faults.report(Diagnostic::warning(codes::SERVICE_UNREACHED, span, message));
            }
        }
    }
    for (index, form) in forms.sites.iter().enumerate() {
        let runs_something = !compiled.site_services[index].is_empty();
        if runs_something && !is_reached(&|site, _, _| site.index() == index) {
            let message = format!("nobody can reach site \"{}\"", form.name.value);
            let fault = Diagnostic::warning(codes::SITE_UNREACHED, form.name.span, message);
            faults.report(fault.note("no arrivals begin there and no route leads there"));
        }
    }
}
