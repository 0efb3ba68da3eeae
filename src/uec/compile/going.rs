//! Going on with another path of the same service.

use crate::engine::program::Step;
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::forms::Name;

use super::Compiler;
use super::index::report_unknown;
use super::steps::{At, Scope};

impl Compiler<'_> {
    /// On with a path of the same service, or from a step of it on; coming round to it again counts as a visit.
    pub fn go(&mut self, to: &Name, at: At) {
        let Some((service, path, step)) = self.place_here(to, at.scope) else {
            return;
        };
        let from = at.scope.path.split_once('.').map_or("", |(_, path)| path);
        let from = self.forms.services[service].path(from);
        if from.is_some_and(|from| self.goes_round(service, path, from)) {
            let group = at.scope.group;
            self.emit(Step::Enter { group }, at);
        }
        let site = at.scope.site;
        let to = match step {
            Some(step) => self.midway[&(site, service, path, step)],
            None => self.entries[&(site, service, path)].body,
        };
        self.emit(Step::Jump { to }, at);
    }

    /// As [`Self::path_here`], also for a step of a path.
    fn place_here(&self, place: &Name, scope: Scope) -> Option<(usize, usize, Option<usize>)> {
        let forms = &self.forms.services;
        let service = scope.service.filter(|_| place.value.contains('.'));
        let Some((service, (path, id))) = service.zip(place.value.split_once('.')) else {
            let (service, path) = self.path_here(place, scope)?;
            return Some((service, path, None));
        };
        if let Some((path, step)) = forms[service].place(&place.value) {
            return Some((service, path, step));
        }
        let part = |value: &str| Name {
            value: value.to_owned(),
            span: place.span,
        };
        let (_, path) = self.path_here(&part(path), scope)?;
        let what = format!(
            "step with an id in path \"{}\"",
            forms[service].paths[path].name.value
        );
        report_unknown(&what, &part(id), forms[service].step_ids(path), self.faults);
        None
    }

    /// A path of the service the step belongs to.
    pub fn path_here(&self, path: &Name, scope: Scope) -> Option<(usize, usize)> {
        let Some(service) = scope.service else {
            let message = "the steps of a route belong to no service: they cannot go to a path";
            let fault = Diagnostic::error(codes::STEP, path.span, message);
            self.faults
                .report(fault.try_this("{ refer = \"service\", path = \"…\" }"));
            return None;
        };
        let form = &self.forms.services[service];
        let found = form.path(&path.value);
        if found.is_none() {
            let what = format!("path of service \"{}\"", form.name.value);
            let known = form.paths.iter().map(|path| &path.name.value);
            report_unknown(&what, path, known, self.faults);
        }
        Some((service, found?))
    }
}
