//! Where those who arrive begin: the path and its site, what they bring, and what is drawn for them on arrival.

use crate::engine::program::{AttributeId, ChanceId, N_ATTRIBUTES, SiteId, StepId, StreamPlace};
use crate::engine::streams::purpose_key;
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::arrivals::{EntryForm, SharesForm};
use crate::uec::forms::tables::DimensionKind;

use super::index::report_unknown;
use super::steps::Scope;
use super::tables::{TableKey, TableName, always_first};
use super::{Compiler, split_name};

/// Written tables are numbered from 0; shares on arrival take numbers from the other end.
const ARRIVAL_TABLES: u32 = u32::MAX;

/// Step, attributes, those that are drawn with chance and purpose, and place.
pub type Entered = (
    StepId,
    [u8; N_ATTRIBUTES],
    Vec<(AttributeId, ChanceId, u64)>,
    StreamPlace,
);

impl<'a> Compiler<'a> {
    /// Where patients begin, what they bring, and what is drawn for them on arrival.
    pub fn entry(
        &mut self,
        form: &'a EntryForm,
        stream: &str,
        place: Option<StreamPlace>,
    ) -> Option<Entered> {
        let entry = self.entry_step(form);
        let mut attributes = [0; N_ATTRIBUTES];
        for (index, one) in self.names.attributes.iter().enumerate() {
            let written = self
                .forms
                .attributes
                .iter()
                .find(|form| form.name.value == one.id);
            attributes[index] = written.map_or(0, |form| form.default);
        }
        for (attribute, level) in &form.set {
            let attribute = self.attribute(attribute);
            if let Some(attribute) = attribute
                && let Some(level) = self.level(attribute, level)
            {
                attributes[usize::from(attribute.0)] = level;
            }
        }
        let scope = Scope {
            site: SiteId(0),
            service: None,
            path: stream,
            group: 0,
        };
        let mut drawn = Vec::with_capacity(form.shares.len());
        for index in self.order_of_draws(form) {
            let (attribute, shares) = &form.shares[index];
            let Some(id) = self.attribute(attribute) else {
                continue;
            };
            let Some(chance) = self.arrival_chance(shares, id, attribute, scope) else {
                continue;
            };
            let purpose = purpose_key(&format!("{stream}#{}", attribute.value));
            drawn.push((id, chance, purpose));
        }
        Some((entry?, attributes, drawn, place?))
    }

    fn entry_step(&mut self, form: &'a EntryForm) -> Option<StepId> {
        let Some((service, path)) = split_name(&form.to) else {
            let message = format!("\"{}\" does not say where patients begin", form.to.value);
            let fault = Diagnostic::error(codes::ARRIVALS, form.to.span, message);
            self.faults.report(fault.try_this("to = \"service.path\""));
            return None;
        };
        let index = self.index.services.find(&service, self.faults)?;
        let service = &self.forms.services[index];
        let Some(path_index) = service.path(&path.value) else {
            let what = format!("path of service \"{}\"", service.name.value);
            let known = service.paths.iter().map(|path| &path.name.value);
            report_unknown(&what, &path, known, self.faults);
            return None;
        };
        let runs: Vec<SiteId> = (0..self.sites.len())
            .filter(|site| self.sites[*site].services.contains(&index))
            .map(|site| SiteId(site as u16))
            .collect();
        let site = match &form.site {
            Some(name) => {
                let site = self.site(name)?;
                if !runs.contains(&site) {
                    let message = format!(
                        "site \"{}\" does not run service \"{}\"",
                        name.value, service.name.value
                    );
                    let known = runs.iter().map(|site| &self.names.sites[site.index()].id);
                    let fault = Diagnostic::error(codes::WHICH_SITE, name.span, message);
                    self.faults.report(fault.suggest(&name.value, known));
                    return None;
                }
                site
            }
            None if runs.len() == 1 => runs[0],
            None => {
                let message = format!(
                    "{} sites run service \"{}\": which one is not said",
                    runs.len(),
                    service.name.value
                );
                let first = runs
                    .first()
                    .map_or("…", |site| &self.names.sites[site.index()].id);
                let fault = Diagnostic::error(codes::WHICH_SITE, form.to.span, message);
                self.faults.report(fault.try_this(format!(
                    "site = \"{first}\", or begin in a service that refers by a route"
                )));
                return None;
            }
        };
        let entry = self.entries.get(&(site, index, path_index))?;
        Some(entry.body)
    }

    /// Attributes whose shares look at another drawn attribute come after it.
    fn order_of_draws(&self, form: &EntryForm) -> Vec<usize> {
        let reads = |index: usize| -> Vec<&str> {
            let SharesForm::Choice(name) = &form.shares[index].1 else {
                return Vec::new();
            };
            let choice = self.index.choices.get(&name.value);
            let by = choice.map_or(&[][..], |choice| &self.forms.choices[choice].table.by);
            let attributes = by.iter().filter_map(|dimension| match &dimension.kind {
                DimensionKind::Attribute(name) => Some(name.value.as_str()),
                _ => None,
            });
            attributes.collect()
        };
        let mut left: Vec<usize> = (0..form.shares.len()).collect();
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let is_ready = |index: &usize| {
                let reads = reads(*index);
                let mut others = left.iter().filter(|other| *other != index);
                others.all(|other| !reads.contains(&form.shares[*other].0.value.as_str()))
            };
            let Some(position) = left.iter().position(is_ready) else {
                let (name, _) = &form.shares[left[0]];
                let message = "these shares look at each other in a circle";
                self.faults.error(codes::TABLE, name.span, message);
                return order;
            };
            order.push(left.remove(position));
        }
        order
    }

    fn arrival_chance(
        &mut self,
        shares: &'a SharesForm,
        attribute: AttributeId,
        name: &Name,
        scope: Scope,
    ) -> Option<ChanceId> {
        match shares {
            SharesForm::Choice(choice) => {
                let index = self.index.choices.find(choice, self.faults)?;
                Some(self.choice_of_level(index, attribute, scope))
            }
            SharesForm::Written(written) => {
                let n_levels = self.names.attributes[usize::from(attribute.0)].levels.len();
                let mut row = vec![0.0; n_levels];
                for (level, share) in written {
                    if let Some(level) = self.level(attribute, level) {
                        row[usize::from(level)] += share;
                    }
                }
                let key = TableKey {
                    table: TableName::Written(ARRIVAL_TABLES - self.program.chances.len() as u32),
                    site: None,
                };
                Some(self.chance(key, always_first(), &[row], name.span))
            }
        }
    }
}
