//! Measures, and the clocks that marks set for them.

use crate::engine::program::{AttributeId, MarkId, N_CLOCKS, PoolId};
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::equity::ElsewhereForm;
use crate::uec::forms::measures::{FilterForm, MeasureForm, MeasureKindForm};
use crate::uec::forms::steps_reading::UNREADABLE_STEPS;
use crate::uec::model::{
    Condition, Elsewhere, LevelOf, MOST_UNLESS, MeasureKind, MeasureSpec, Standard, SumItem, SumOf,
};

use super::index::report_unknown;
use super::{Compiler, split_name};

impl<'a> Compiler<'a> {
    pub fn measures_and_charts(&mut self) {
        let forms = self.forms;
        let mut kept: Vec<&str> = Vec::new();
        for form in &forms.measures {
            if let Some(spec) = self.measure(form) {
                self.measures.push(spec);
                kept.push(&form.name.value);
            }
        }
        self.clocks();
        self.check_left_out();
        let by = forms.equity.by.iter();
        self.equity = by.filter_map(|name| self.attribute(name)).collect();
        let elsewhere = forms.equity.elsewhere.as_ref();
        self.elsewhere = elsewhere.and_then(|form| self.elsewhere(form));
        for form in &forms.charts {
            let spec = self.chart(form, &kept);
            self.charts.push(spec);
        }
    }

    /// A clock for every mark from which a duration is measured.
    fn clocks(&mut self) {
        let mut clocks: Vec<Option<u8>> = vec![None; self.marks.names.len()];
        let mut n = 0;
        self.check_counted_from();
        let since = self
            .counted_from
            .iter()
            .map(|(mark, name)| (*mark, name.span));
        let since: Vec<_> = since.collect();
        let measures = self
            .measures
            .iter()
            .enumerate()
            .flat_map(|(index, measure)| {
                let span = self.forms.measures.get(index).map(|form| form.span);
                let begins = begins(&measure.kind).into_iter();
                begins.map(move |from| (from, span.unwrap_or_default()))
            });
        let wanted: Vec<_> = measures.chain(since).collect();
        for (from, span) in wanted {
            if clocks[from.index()].is_some() {
                continue;
            }
            if n == N_CLOCKS {
                let message = format!("durations are measured from more than {N_CLOCKS} marks");
                self.faults.error(codes::LIMIT, span, message);
                break;
            }
            clocks[from.index()] = Some(n as u8);
            n += 1;
        }
        self.program.mark_clocks = clocks;
        self.program.n_clocks = n as u8;
    }

    /// Reports a mark that is one too many to leave patients out by.
    fn check_left_out(&self) {
        let mut known: Vec<&str> = Vec::new();
        let items = self
            .forms
            .measures
            .iter()
            .flat_map(|form| match &form.kind {
                MeasureKindForm::Sum { items, .. } => items.as_slice(),
                _ => &[],
            });
        for name in items.filter_map(|item| item.unless.as_ref()) {
            if known.contains(&name.value.as_str()) {
                continue;
            }
            if known.len() == MOST_UNLESS {
                let message = format!("sums leave patients out by more than {MOST_UNLESS} marks");
                self.faults.error(codes::LIMIT, name.span, message);
                return;
            }
            known.push(&name.value);
        }
    }

    /// Reports conditions on the time since a mark that no step makes.
    fn check_counted_from(&self) {
        for (mark, name) in &self.counted_from {
            if self.made.contains(mark) || self.faults.is_spoilt(UNREADABLE_STEPS) {
                continue;
            }
            let message = format!("no step makes the mark \"{}\"", name.value);
            let fault = Diagnostic::error(codes::MARK_NEVER_MADE, name.span, message);
            let made = self
                .made
                .iter()
                .map(|mark| self.marks.names[mark.index()].as_str());
            // A mark of the step's own service is written without it.
            let as_written =
                made.map(
                    |made| match (made.split_once('.'), name.value.contains('.')) {
                        (Some((_, own)), false) => own,
                        _ => made,
                    },
                );
            self.faults.report(fault.suggest(&name.value, as_written));
        }
    }

    fn measure(&self, form: &'a MeasureForm) -> Option<MeasureSpec> {
        let kind = self.kind(&form.kind);
        let filter = self.filter(&form.filter);
        let by: Vec<Option<AttributeId>> = form.by.iter().map(|by| self.cohort(by)).collect();
        let standards = form.standards.iter().map(|standard| {
            let cohort = match &standard.cohort {
                Some((attribute, level)) => {
                    let attribute = self.attribute(attribute)?;
                    Some((attribute, self.level(attribute, level)?))
                }
                None => None,
            };
            Some(Standard {
                statistic: standard.statistic,
                value: standard.value,
                cohort,
            })
        });
        let standards: Vec<Option<Standard>> = standards.collect();
        Some(MeasureSpec {
            id: form.name.value.clone(),
            title: form.title.clone(),
            unit: form
                .unit
                .clone()
                .unwrap_or_else(|| usual_unit(&form.kind).to_owned()),
            kind: kind?,
            filter: filter?,
            statistics: form.statistics.clone(),
            by_site: form.by_site,
            by: by.into_iter().collect::<Option<_>>()?,
            by_day: form.by_day,
            by_hour_of_week: form.by_hour_of_week,
            better: form.better,
            nature: form.nature,
            source: form.source.clone(),
            standards: standards.into_iter().collect::<Option<_>>()?,
        })
    }

    fn kind(&self, form: &'a MeasureKindForm) -> Option<MeasureKind> {
        let pair = |a: &Name, b: &Name| -> Option<(MarkId, MarkId)> {
            let (a, b) = (self.mark_of(a), self.mark_of(b));
            a.zip(b)
        };
        Some(match form {
            MeasureKindForm::Count { mark } => MeasureKind::Count {
                mark: self.mark_of(mark)?,
            },
            MeasureKindForm::Duration { from, to } => {
                let (from, to) = pair(from, to)?;
                MeasureKind::Duration { from, to }
            }
            MeasureKindForm::SumBeyond { from, to, beyond } => {
                let (from, to) = pair(from, to)?;
                let beyond = *beyond;
                MeasureKind::SumBeyond { from, to, beyond }
            }
            MeasureKindForm::Share {
                of,
                of_filter,
                among,
                among_filter,
            } => {
                let marks = pair(of, among);
                let (of_filter, among_filter) = (self.filter(of_filter), self.filter(among_filter));
                let (of, among) = marks?;
                MeasureKind::Share {
                    of,
                    of_filter: of_filter?,
                    among,
                    among_filter: among_filter?,
                }
            }
            MeasureKindForm::Level { pools, what } => MeasureKind::Level {
                pools: self.pools_named(pools)?,
                what: *what,
            },
            MeasureKindForm::FleetLevel { fleet, what } => MeasureKind::FleetLevel {
                fleet: self.fleet(fleet)?,
                what: *what,
            },
            MeasureKindForm::TriggerLevel { trigger } => MeasureKind::TriggerLevel {
                triggers: self.triggers_named(trigger)?,
                what: LevelOf::On,
            },
            MeasureKindForm::PerPatient { marks, among } => {
                let among = among.as_ref().map(|mark| self.mark_of(mark));
                let marks: Vec<Option<MarkId>> =
                    marks.iter().map(|mark| self.mark_of(mark)).collect();
                MeasureKind::PerPatient {
                    marks: marks.into_iter().collect::<Option<_>>()?,
                    among: match among {
                        Some(mark) => Some(mark?),
                        None => None,
                    },
                }
            }
            MeasureKindForm::Sum { items, of } => {
                let items = items.iter().map(|item| self.sum_item(item));
                let mut items: Vec<Option<SumItem>> = items.collect();
                for name in of {
                    items.extend(self.items_of(name)?);
                }
                MeasureKind::Sum {
                    items: items.into_iter().collect::<Option<_>>()?,
                }
            }
        })
    }

    /// Pools of this name at every site, or `site.pool`.
    pub(super) fn pools_named(&self, names: &[Name]) -> Option<Vec<PoolId>> {
        let mut found = Vec::new();
        let mut is_good = true;
        for name in names {
            if let Some((site, pool)) = split_name(name) {
                let Some(site) = self.site(&site) else {
                    is_good = false;
                    continue;
                };
                if let Some(id) = self.pools.get(&(site, pool.value.clone())) {
                    found.push(*id);
                    continue;
                }
            } else {
                let all = self.pools.iter();
                let all = all.filter(|((_, pool), _)| *pool == name.value);
                let before = found.len();
                found.extend(all.map(|(_, id)| *id));
                if found.len() > before {
                    continue;
                }
            }
            is_good = false;
            let known = self.pools.keys().map(|(_, pool)| pool);
            report_unknown("pool", name, known, self.faults);
        }
        is_good.then_some(found)
    }

    /// Errors (reported): `S301` for attributes by which nothing is told apart.
    fn elsewhere(&self, form: &ElsewhereForm) -> Option<Elsewhere> {
        let of = form.of.iter().map(|name| {
            let attribute = self.attribute(name)?;
            if !self.equity.contains(&attribute) {
                let by = self.forms.equity.by.iter();
                let known = by.map(|name| name.value.as_str());
                report_unknown("attribute of by", name, known, self.faults);
            }
            Some(attribute)
        });
        let of = of.collect::<Option<Vec<AttributeId>>>();
        Some(Elsewhere {
            filter: self.filter(&form.filter)?,
            of: of?,
        })
    }

    pub(super) fn filter(&self, forms: &[FilterForm]) -> Option<Vec<Condition>> {
        let conditions: Vec<Option<Condition>> = forms
            .iter()
            .map(|form| {
                let attribute = self.attribute(&form.attribute)?;
                let levels = form.levels.iter();
                let levels: Vec<Option<u8>> =
                    levels.map(|level| self.level(attribute, level)).collect();
                Some(Condition {
                    attribute,
                    levels: levels.into_iter().collect::<Option<_>>()?,
                })
            })
            .collect();
        conditions.into_iter().collect()
    }

    /// An attribute by which a measure is told apart.
    fn cohort(&self, name: &Name) -> Option<AttributeId> {
        let attributes = &self.names.attributes;
        let found = attributes.iter().position(|one| one.id == name.value);
        if found.is_none() {
            let attributes = attributes.iter().map(|one| one.id.as_str());
            let known = std::iter::once("site").chain(attributes);
            report_unknown("attribute", name, known, self.faults);
        }
        found.map(|id| AttributeId(id as u8))
    }
}

/// Marks from which a measure takes time.
fn begins(kind: &MeasureKind) -> Vec<MarkId> {
    match kind {
        MeasureKind::Duration { from, .. } | MeasureKind::SumBeyond { from, .. } => vec![*from],
        MeasureKind::Sum { items } => {
            let begins = items.iter().filter_map(|item| match item.of {
                SumOf::Between { from, .. }
                | SumOf::Time { from, .. }
                | SumOf::Chance { from, .. } => Some(from),
                _ => None,
            });
            begins.collect()
        }
        _ => Vec::new(),
    }
}

/// The unit of a measure that names none.
fn usual_unit(kind: &MeasureKindForm) -> &'static str {
    match kind {
        MeasureKindForm::Duration { .. } => "min",
        MeasureKindForm::SumBeyond { .. } => "h",
        MeasureKindForm::Count { .. } => "patients",
        MeasureKindForm::Share { .. } | MeasureKindForm::TriggerLevel { .. } => "%",
        MeasureKindForm::PerPatient { .. } => "times",
        MeasureKindForm::Sum { .. } => "",
        MeasureKindForm::Level { what, .. } | MeasureKindForm::FleetLevel { what, .. } => {
            match what {
                LevelOf::Occupancy | LevelOf::On => "%",
                LevelOf::Waiting => "patients",
                LevelOf::Busy | LevelOf::Capacity => "units",
            }
        }
    }
}
