//! What tables by cohort, place and time of day hold: lengths of time and shares of outcomes, each written table once.

use crate::engine::distributions::{Distribution, Sampler};
use crate::engine::program::{
    AttributeId, Chance, ChanceId, DurationId, DurationSpec, Program, SamplerId, Selector, SiteId,
};
use crate::scenario::files::Span;
use crate::uec::codes;
use crate::uec::forms::steps::{DurationForm, ShareForm};
use crate::uec::forms::tables::{ByCohortKind, DimensionKind, RowForm, TableForm};

use super::steps::Scope;
use super::{Compiled, Compiler};

/// A written table: its own number or the position of a named one; `site` if it looks at a queue of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableKey {
    pub table: TableName,
    pub site: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableName {
    Written(u32),
    Named(usize),
    /// A choice, with the attribute whose levels its outcomes are.
    Levels(usize, u8),
}

impl<'a> Compiler<'a> {
    pub fn duration(&mut self, form: &'a DurationForm, scope: Scope) -> DurationId {
        let forms = self.forms;
        let (name, table) = match &form.kind {
            ByCohortKind::One(distribution) => {
                let key = TableKey {
                    table: TableName::Written(form.id),
                    site: None,
                };
                if let Some(id) = self.durations.get(&key) {
                    return *id;
                }
                let one = [distribution];
                return self.add_duration(key, always_first(), &one, form.span);
            }
            ByCohortKind::Table(table) => (TableName::Written(form.id), table),
            ByCohortKind::Named(name) => {
                let Some(index) = self.index.durations.find(name, self.faults) else {
                    return DurationId(0);
                };
                (TableName::Named(index), &forms.durations[index].table)
            }
        };
        let key = self.table_key(name, table, scope);
        if let Some(id) = self.durations.get(&key) {
            return *id;
        }
        let Some(selector) = self.selector(table, scope) else {
            return DurationId(0);
        };
        let rows: Vec<&Distribution> = table.rows.iter().map(|row| &row.value).collect();
        self.add_duration(key, selector, &rows, form.span)
    }

    fn add_duration(
        &mut self,
        key: TableKey,
        selector: Selector,
        rows: &[&Distribution],
        span: Span,
    ) -> DurationId {
        let (selector, rows) = settled(selector, rows);
        let samplers = rows.iter().map(|row| self.add_sampler(row, span)).collect();
        let id = DurationId(self.narrow(self.program.durations.len(), span));
        self.program
            .durations
            .push(DurationSpec { selector, samplers });
        let means = rows.iter().map(|row| row.mean()).collect();
        self.mean_milliseconds.push(means);
        self.durations.insert(key, id);
        id
    }

    pub fn add_sampler(&mut self, distribution: &Distribution, span: Span) -> SamplerId {
        let id = SamplerId(self.narrow(self.program.samplers.len(), span));
        let sampler = self
            .known_sampler(distribution)
            .unwrap_or_else(|| Sampler::new(distribution));
        self.program.samplers.push(sampler);
        self.distributions.push(distribution.clone());
        id
    }

    /// That of the same distribution, here or in the scenario that this one is like.
    fn known_sampler(&self, distribution: &Distribution) -> Option<Sampler> {
        let find = |distributions: &[Distribution], program: &Program| {
            let index = distributions
                .iter()
                .position(|known| known == distribution)?;
            program.samplers.get(index).cloned()
        };
        let of_other = |other: &Compiled| find(&other.distributions, &other.program);
        find(&self.distributions, &self.program).or_else(|| self.like.and_then(of_other))
    }

    /// A chance whose first outcome is taken with the share.
    pub fn share(&mut self, form: &'a ShareForm, scope: Scope) -> ChanceId {
        let forms = self.forms;
        let key = |table| TableKey { table, site: None };
        match &form.kind {
            ByCohortKind::One(share) => {
                let shares = [vec![*share, 1.0 - share]];
                let key = key(TableName::Written(form.id));
                self.chance(key, always_first(), &shares, form.span)
            }
            ByCohortKind::Table(table) => {
                let key = self.table_key(TableName::Written(form.id), table, scope);
                let Some(selector) = self.selector(table, scope) else {
                    return ChanceId(0);
                };
                let rows: Vec<Vec<f64>> = table
                    .rows
                    .iter()
                    .map(|row| vec![row.value, 1.0 - row.value])
                    .collect();
                self.chance(key, selector, &rows, form.span)
            }
            ByCohortKind::Named(name) => {
                let Some(index) = self.index.choices.find(name, self.faults) else {
                    return ChanceId(0);
                };
                let n_outcomes = forms.choices[index].outcomes.len();
                if n_outcomes != 2 {
                    let message = format!(
                        "a share needs a choice of two outcomes (yes first), \"{}\" has {n_outcomes}",
                        name.value
                    );
                    self.faults.error(codes::SHARES, name.span, message);
                }
                self.choice(index, scope)
            }
        }
    }

    /// The chance of a `[choices]` table, its outcomes in the order written.
    pub fn choice(&mut self, index: usize, scope: Scope) -> ChanceId {
        let choice = &self.forms.choices[index];
        let key = self.table_key(TableName::Named(index), &choice.table, scope);
        if let Some(id) = self.chances.get(&key) {
            return *id;
        }
        let Some(selector) = self.selector(&choice.table, scope) else {
            return ChanceId(0);
        };
        let rows: Vec<Vec<f64>> = choice
            .table
            .rows
            .iter()
            .map(|row| row.value.clone())
            .collect();
        self.chance(key, selector, &rows, choice.name.span)
    }

    /// The chance of a `[choices]` table whose outcomes are the levels of an attribute, in the order of the levels.
    pub fn choice_of_level(
        &mut self,
        index: usize,
        attribute: AttributeId,
        scope: Scope,
    ) -> ChanceId {
        let choice = &self.forms.choices[index];
        let name = TableName::Levels(index, attribute.0);
        let key = self.table_key(name, &choice.table, scope);
        if let Some(id) = self.chances.get(&key) {
            return *id;
        }
        let levels: Vec<Option<u8>> = choice
            .outcomes
            .iter()
            .map(|outcome| self.level(attribute, outcome))
            .collect();
        let Some(selector) = self.selector(&choice.table, scope) else {
            return ChanceId(0);
        };
        let n_levels = self.names.attributes[usize::from(attribute.0)].levels.len();
        let row = |row: &RowForm<Vec<f64>>| {
            let mut shares = vec![0.0; n_levels];
            for (level, share) in levels.iter().zip(&row.value) {
                if let Some(level) = level {
                    shares[usize::from(*level)] += share;
                }
            }
            shares
        };
        let rows: Vec<Vec<f64>> = choice.table.rows.iter().map(row).collect();
        self.chance(key, selector, &rows, choice.name.span)
    }

    pub fn chance(
        &mut self,
        key: TableKey,
        selector: Selector,
        rows: &[Vec<f64>],
        span: Span,
    ) -> ChanceId {
        if let Some(id) = self.chances.get(&key) {
            return *id;
        }
        let (selector, rows) = settled(selector, rows);
        let id = ChanceId(self.narrow(self.program.chances.len(), span));
        let mut cumulative = Vec::with_capacity(rows.len() * rows[0].len());
        for row in rows {
            let mut sum = 0.0;
            cumulative.extend(row.iter().map(|share| {
                sum += share;
                sum
            }));
            // Rounding leaves the sum a little off one; the last outcome that can happen takes what is left.
            let start = cumulative.len() - row.len();
            let last = row.iter().rposition(|share| *share > 0.0).unwrap_or(0);
            cumulative[start + last..].fill(1.0);
        }
        self.program.chances.push(Chance {
            selector,
            n_outcomes: rows[0].len() as u32,
            cumulative,
        });
        self.chances.insert(key, id);
        id
    }

    /// Checks the named tables that nothing uses, as far as they do not depend on a site.
    pub fn check_unused_tables(&mut self) {
        let forms = self.forms;
        let scope = Scope {
            site: SiteId(0),
            service: None,
            path: "",
            group: 0,
        };
        let durations = self.durations.keys().map(|key| key.table);
        let used: Vec<TableName> = durations.collect();
        for (index, form) in forms.durations.iter().enumerate() {
            let name = TableName::Named(index);
            let is_local = self.table_key(name, &form.table, scope).site.is_some();
            if !used.contains(&name) && !is_local {
                self.selector(&form.table, scope);
            }
        }
        let choices = self.chances.keys().map(|key| key.table);
        let used: Vec<TableName> = choices.collect();
        for (index, form) in forms.choices.iter().enumerate() {
            let is_used = used.iter().any(|name| match name {
                TableName::Named(id) | TableName::Levels(id, _) => *id == index,
                TableName::Written(_) => false,
            });
            let name = TableName::Named(index);
            let is_local = self.table_key(name, &form.table, scope).site.is_some();
            if !is_used && !is_local {
                self.selector(&form.table, scope);
            }
        }
    }

    pub fn table_key<T>(&self, table: TableName, form: &TableForm<T>, scope: Scope) -> TableKey {
        let is_local = form.by.iter().any(|dimension| {
            let name = match &dimension.kind {
                DimensionKind::Site => return true,
                DimensionKind::Waiting { pool, .. } | DimensionKind::Busy { pool, .. } => pool,
                DimensionKind::Trigger(name) => name,
                _ => return false,
            };
            !name.value.contains('.')
        });
        let site = is_local.then_some(scope.site.0);
        TableKey { table, site }
    }
}

/// Where no dimension is left (at one site, say), only the row that holds is kept: a run looks at none then.
fn settled<T>(selector: Selector, rows: &[T]) -> (Selector, &[T]) {
    match selector.rows.first() {
        Some(&row) if selector.dimensions.is_empty() => {
            let row = row as usize;
            (always_first(), &rows[row..=row])
        }
        _ => (selector, rows),
    }
}

/// Always row 0.
pub fn always_first() -> Selector {
    Selector {
        dimensions: Vec::new(),
        rows: vec![0],
    }
}
