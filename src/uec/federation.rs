//! Compiling a system of areas that do not exchange patients: every area by itself, then what they have together.

use crate::scenario::areas::{Area, Areas};
use crate::scenario::codes;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::scenario::tree::Node;
use crate::scenario::workspace::Workspace;

use super::check::capacity::{self, PoolLoad};
use super::check::{places, reach};
use super::compile::{self, Compiled};
use super::forms::needs::PeopleForm;
use super::forms::reading::Reading;
use super::forms::{self, ScenarioForm};
use super::load::residents;
use super::model::{AreaModel, Named, Names, Residents};
use super::overview::arriving_at;

/// Areas together.
pub struct Joined {
    /// Of the first area.
    pub form: ScenarioForm,
    pub compiled: Compiled,
    pub areas: Vec<AreaModel>,
    /// Sums over areas.
    pub loads: Vec<PoolLoad>,
    pub residents: Option<f64>,
    pub residents_by: Vec<Residents>,
}

/// One compiled area.
struct One<'a> {
    area: &'a Area,
    form: ScenarioForm,
    compiled: Compiled,
    loads: Vec<PoolLoad>,
}

/// Compiles every area of a tree that has `[areas]`.
///
/// Errors (reported): those of any area, with its name unless the first has them too; `S117`.
pub fn compile(
    workspace: &Workspace,
    tree: &Node,
    finish: impl Fn(&mut ScenarioForm),
) -> Option<Joined> {
    let diagnostics = &workspace.diagnostics;
    let mut tree = tree.clone();
    let areas = Areas::take(&mut tree, workspace)?;
    let mut joined: Option<Joined> = None;
    let mut loads: Vec<(&str, Vec<PoolLoad>)> = Vec::new();
    for area in &areas.list {
        let n_before = diagnostics.len();
        let own = areas.tree_of(&tree, area, workspace);
        let one = compile_one(workspace, &own, area, &finish);
        if joined.is_some() || !loads.is_empty() {
            diagnostics.explain_from(n_before, &format!("in area \"{}\"", area.id.value));
        }
        let Some(one) = one else {
            continue;
        };
        loads.push((&area.id.value, one.loads.clone()));
        match &mut joined {
            None => joined = Some(Joined::new(one)),
            Some(joined) => joined.add(one, diagnostics),
        }
    }
    let joined = joined?;
    let sites = joined.compiled.names.sites.iter();
    areas.check_ids(sites.map(|site| site.id.as_str()), diagnostics);
    let loads: Vec<(&str, &[PoolLoad])> = loads.iter().map(|(id, all)| (*id, &all[..])).collect();
    capacity::check_areas(&joined.compiled, &loads, diagnostics);
    (!diagnostics.has_errors()).then_some(joined)
}

fn compile_one<'a>(
    workspace: &Workspace,
    tree: &Node,
    area: &'a Area,
    finish: &impl Fn(&mut ScenarioForm),
) -> Option<One<'a>> {
    let diagnostics = &workspace.diagnostics;
    let mut form = forms::read(tree, &Reading::of_area(workspace, &area.id.value));
    finish(&mut form);
    if let Some(rollout) = form.rollouts.first() {
        let message = "a system of areas has no roll-outs";
        let fault = Diagnostic::error(codes::AREAS, rollout.span, message);
        diagnostics
            .report(fault.try_this("a change of all areas, or one area as a system of its own"));
    }
    let compiled = compile::compile(&form, diagnostics)?;
    reach::check(&form, &compiled, diagnostics);
    places::check(&form, &compiled, diagnostics);
    // Warnings of one area among many are summed up for all of them.
    let own = Diagnostics::default();
    let loads = capacity::check(&compiled, &own);
    for fault in own.sorted() {
        if fault.severity == Severity::Error {
            diagnostics.report(fault);
        }
    }
    debug_assert_eq!(compiled.program.faults(), Vec::<String>::new());
    Some(One {
        area,
        form,
        compiled,
        loads,
    })
}

impl One<'_> {
    fn model(&mut self) -> AreaModel {
        let program = std::mem::take(&mut self.compiled.program);
        AreaModel {
            named: Named {
                id: self.area.id.value.clone(),
                title: self.area.title.clone(),
            },
            arriving: arriving_at(&self.compiled.names.streams, &program, &self.form.run),
            program,
        }
    }

    fn residents(&self) -> (Option<f64>, Vec<Residents>) {
        let people = self.form.people.as_ref();
        let by = people.map(|people| residents(people, &self.compiled.names));
        (people.map(PeopleForm::total), by.unwrap_or_default())
    }
}

impl Joined {
    fn new(mut one: One<'_>) -> Self {
        let (residents, residents_by) = one.residents();
        let first = one.model();
        one.compiled.program = first.program.clone();
        Self {
            form: one.form,
            compiled: one.compiled,
            areas: vec![first],
            loads: one.loads,
            residents,
            residents_by,
        }
    }

    fn add(&mut self, mut one: One<'_>, diagnostics: &Diagnostics) {
        if let Some(what) = difference(&self.compiled, &one.compiled) {
            let first = &self.areas[0].named.id;
            let message = format!(
                "area \"{}\" has other {what} than \"{first}\"",
                one.area.id.value
            );
            let fault = Diagnostic::error(codes::AREAS, one.area.id.span, message);
            diagnostics.report(
                fault.note("results of areas can be added up only if they are of the same things"),
            );
            return;
        }
        let (residents, residents_by) = one.residents();
        self.residents = self.residents.zip(residents).map(|(all, own)| all + own);
        for own in residents_by {
            let known = self.residents_by.iter_mut();
            match known.into_iter().find(|all| all.attribute == own.attribute) {
                Some(all) => {
                    let levels = all.by_level.iter_mut().zip(own.by_level);
                    levels.for_each(|(sum, n)| *sum += n);
                }
                None => self.residents_by.push(own),
            }
        }
        for (sum, load) in self.loads.iter_mut().zip(&one.loads) {
            sum.offered += load.offered;
            sum.capacity += load.capacity;
        }
        self.areas.push(one.model());
    }
}

/// What of two areas is not the same.
fn difference(first: &Compiled, other: &Compiled) -> Option<&'static str> {
    let (a, b) = (&first.names, &other.names);
    let ids = |of: fn(&Names) -> &Vec<Named>| {
        let pairs = of(a).iter().zip(of(b));
        of(a).len() == of(b).len() && pairs.into_iter().all(|(a, b)| a.id == b.id)
    };
    let attributes = || {
        a.attributes.len() == b.attributes.len()
            && a.attributes.iter().zip(&b.attributes).all(|(a, b)| {
                let levels =
                    |of: &[Named]| of.iter().map(|level| level.id.clone()).collect::<Vec<_>>();
                a.id == b.id && levels(&a.levels) == levels(&b.levels)
            })
    };
    let checks: [(&str, bool); 9] = [
        ("sites", ids(|names| &names.sites)),
        ("services", ids(|names| &names.services)),
        ("fleets", ids(|names| &names.fleets)),
        ("pools", a.pools == b.pools && a.calendars == b.calendars),
        (
            "triggers",
            a.triggers
                .iter()
                .map(|one| &one.id)
                .eq(b.triggers.iter().map(|one| &one.id)),
        ),
        ("marks", a.marks == b.marks),
        ("zones or levels of attributes", attributes()),
        ("dispositions", a.dispositions == b.dispositions),
        ("measures", first.measures == other.measures),
    ];
    checks
        .into_iter()
        .find(|(_, same)| !same)
        .map(|(what, _)| what)
}
