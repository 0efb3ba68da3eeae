//! Compiling a system of areas that do not exchange patients: every area by itself, then what they have together.

use crate::scenario::areas::{Area, Areas};
use crate::scenario::codes;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::scenario::tree::Node;
use crate::scenario::workspace::Workspace;

use super::check::capacity::{self, PoolLoad};
use super::check::load_by_hour::{HourlyLoad, hourly_loads};
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

/// How the areas are gone through; changes no result.
pub trait EachArea {
    /// What `work` makes of each item, in the order of the items.
    fn each<I: Send, T: Send>(&self, items: Vec<I>, work: impl Fn(I) -> T + Sync + Send) -> Vec<T>;
}

/// One after another.
pub struct InTurn;

impl EachArea for InTurn {
    fn each<I: Send, T: Send>(&self, items: Vec<I>, work: impl Fn(I) -> T + Sync + Send) -> Vec<T> {
        items.into_iter().map(work).collect()
    }
}

/// One compiled area.
struct One {
    form: ScenarioForm,
    compiled: Compiled,
    loads: Vec<PoolLoad>,
    hourly_loads: Vec<HourlyLoad>,
}

/// What is kept of an area beside the first.
struct Part {
    model: AreaModel,
    residents: (Option<f64>, Vec<Residents>),
    /// What of it is not as in the first.
    difference: Option<&'static str>,
}

/// Compiles every area of a tree that has `[areas]`: the first by itself, then the others, each on a workspace of its own that knows the
/// files of the first, so that the order in which they are done changes neither places nor faults. Loads `by_hour` only if asked for.
///
/// Errors (reported): those of any area, with its name unless the first has them too; `S117`.
pub fn compile(
    workspace: &Workspace,
    tree: &Node,
    finish: impl Fn(&mut ScenarioForm, &Diagnostics) + Sync,
    by_hour: bool,
    each: &impl EachArea,
) -> Option<Joined> {
    let diagnostics = &workspace.diagnostics;
    let mut tree = tree.clone();
    let areas = Areas::take(&mut tree, workspace)?;
    let (first, others) = areas.list.split_first()?;
    let one = |workspace: &Workspace, area: &Area, like: Option<&Compiled>| {
        let own = areas.tree_of(&tree, area, workspace);
        compile_one(workspace, (&own, &area.id.value), &finish, by_hour, like)
    };
    let of_first = one(workspace, first, None);
    let like = of_first.as_ref().map(|one| &one.compiled);
    let part = |workspace: &Workspace, area: &Area| {
        one(workspace, area, like).map(|one| one.part(area, like))
    };
    let n_files = workspace.n_files();
    let beside = others.iter().map(|area| (area, workspace.beside()));
    let done = each.each(beside.collect(), |(area, own)| (part(&own, area), own));
    let mut parts = Vec::with_capacity(others.len());
    for (area, (of_area, own)) in others.iter().zip(done) {
        let note = format!("in area \"{}\"", area.id.value);
        if own.n_files() == n_files {
            diagnostics.join(own.diagnostics, &note);
            parts.push(of_area);
            continue;
        }
        // It has read a file that the first has not: what it found has places in files that only it knows.
        let n_before = diagnostics.len();
        parts.push(part(workspace, area));
        diagnostics.explain_from(n_before, &note);
    }
    let mut joined = Joined::new(first, of_first?);
    for (area, part) in others.iter().zip(parts) {
        if let Some(part) = part {
            joined.add(area, part, diagnostics);
        }
    }
    let sites = joined.compiled.names.sites.iter();
    areas.check_ids(sites.map(|site| site.id.as_str()), diagnostics);
    let areas = joined.areas.iter();
    let loads: Vec<(&str, &[PoolLoad])> = areas.map(|one| (&*one.named.id, &*one.loads)).collect();
    capacity::check_areas(&joined.compiled, &loads, diagnostics);
    (!diagnostics.has_errors()).then_some(joined)
}

fn compile_one(
    workspace: &Workspace,
    (tree, id): (&Node, &str),
    finish: &impl Fn(&mut ScenarioForm, &Diagnostics),
    by_hour: bool,
    like: Option<&Compiled>,
) -> Option<One> {
    let diagnostics = &workspace.diagnostics;
    let mut form = forms::read(tree, &Reading::of_area(workspace, id));
    finish(&mut form, diagnostics);
    if let Some(rollout) = form.rollouts.first() {
        let message = "a system of areas has no roll-outs";
        let fault = Diagnostic::error(codes::AREAS, rollout.span, message);
        diagnostics
            .report(fault.try_this("a change of all areas, or one area as a system of its own"));
    }
    let compiled = compile::compile_like(&form, diagnostics, like)?;
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
    let hourly_loads = match by_hour {
        true => hourly_loads(&compiled),
        false => Vec::new(),
    };
    Some(One {
        form,
        compiled,
        loads,
        hourly_loads,
    })
}

impl One {
    fn part(mut self, area: &Area, first: Option<&Compiled>) -> Part {
        Part {
            difference: first.and_then(|first| difference(first, &self.compiled)),
            residents: self.residents(),
            model: self.model(area),
        }
    }

    fn model(&mut self, area: &Area) -> AreaModel {
        let program = std::mem::take(&mut self.compiled.program);
        AreaModel {
            named: Named {
                id: area.id.value.clone(),
                title: area.title.clone(),
            },
            arriving: arriving_at(&self.compiled.names.streams, &program, &self.form.run),
            loads: self.loads.clone(),
            hourly_loads: std::mem::take(&mut self.hourly_loads),
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
    fn new(area: &Area, mut one: One) -> Self {
        let (residents, residents_by) = one.residents();
        let first = one.model(area);
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

    fn add(&mut self, area: &Area, part: Part, diagnostics: &Diagnostics) {
        if let Some(what) = part.difference {
            let first = &self.areas[0].named.id;
            let id = &area.id.value;
            let message = format!("area \"{id}\" has other {what} than \"{first}\"");
            let fault = Diagnostic::error(codes::AREAS, area.id.span, message);
            diagnostics.report(
                fault.note("results of areas can be added up only if they are of the same things"),
            );
            return;
        }
        let (residents, residents_by) = part.residents;
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
        for (sum, load) in self.loads.iter_mut().zip(&part.model.loads) {
            sum.offered += load.offered;
            sum.capacity += load.capacity;
        }
        self.areas.push(part.model);
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
