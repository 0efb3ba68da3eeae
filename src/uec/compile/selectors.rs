//! Rows of written tables to selectors: which row belongs to which case.
//!
//! Levels of a dimension that every row treats alike become one class, so that a table has as many cases as it tells apart.

use crate::engine::program::{Dimension, Selector, SelectorId, Since};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Span;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::tables::{ConditionForm, DimensionForm, DimensionKind, TableForm};
use crate::uec::forms::tables_reading::{START_OF_RUN, levels_of_time};

use super::Compiler;
use super::index::report_unknown;
use super::steps::Scope;

/// Cases a table may tell apart.
const MOST_CASES: usize = 65_536;

impl<'a> Compiler<'a> {
    /// Row 0 if all conditions hold, else row 1.
    pub fn conditions(
        &mut self,
        conditions: &'a [ConditionForm],
        span: Span,
        scope: Scope,
    ) -> SelectorId {
        let by: Vec<&DimensionForm> = conditions.iter().map(|one| &one.dimension).collect();
        let wanted: Vec<Option<&[Name]>> = conditions
            .iter()
            .map(|one| Some(one.levels.as_slice()))
            .collect();
        let rows = [wanted, vec![None; conditions.len()]];
        let spans = [span, span];
        // `when` may be always true or never; that is for its writer to know.
        let selector = self.select(&by, &rows, &spans, span, scope, false);
        let id = SelectorId(self.narrow(self.program.selectors.len(), span));
        self.program.selectors.push(selector.unwrap_or_default());
        id
    }

    /// The selector of a table's first matching row.
    pub fn selector<T>(&mut self, table: &'a TableForm<T>, scope: Scope) -> Option<Selector> {
        let by: Vec<&DimensionForm> = table.by.iter().collect();
        let rows: Vec<Vec<Option<&[Name]>>> = table
            .rows
            .iter()
            .map(|row| row.levels.iter().map(|levels| levels.as_deref()).collect())
            .collect();
        let spans: Vec<Span> = table.rows.iter().map(|row| row.span).collect();
        self.select(&by, &rows, &spans, table.span, scope, true)
    }

    fn select(
        &mut self,
        by: &[&'a DimensionForm],
        rows: &[Vec<Option<&[Name]>>],
        spans: &[Span],
        span: Span,
        scope: Scope,
        warn: bool,
    ) -> Option<Selector> {
        let columns: Vec<Option<Column>> = by
            .iter()
            .enumerate()
            .map(|(at, form)| {
                let wanted: Vec<Option<&[Name]>> = rows.iter().map(|row| row[at]).collect();
                if let DimensionKind::Site = form.kind {
                    return self.site_column(form, scope, &wanted);
                }
                let (dimension, levels) = self.dimension(form, scope)?;
                self.column(form, dimension, &levels, &wanted)
            })
            .collect();
        let columns: Vec<Column> = columns.into_iter().collect::<Option<_>>()?;
        let n_cases = columns
            .iter()
            .try_fold(1usize, |n, column| n.checked_mul(column.classes.len()))
            .filter(|n| *n <= MOST_CASES);
        let Some(n_cases) = n_cases else {
            let message = format!("this table tells apart more than {MOST_CASES} cases");
            let fault = Diagnostic::error(codes::TABLE, span, message);
            self.faults
                .report(fault.try_this("fewer dimensions, or levels that several rows share"));
            return None;
        };
        // Rows of other sites are reached there.
        let is_by_site = |form: &&DimensionForm| matches!(form.kind, DimensionKind::Site);
        let warn = warn && !by.iter().any(is_by_site);
        let mut reached = vec![false; rows.len()];
        let mut case_rows = Vec::with_capacity(n_cases);
        for case in 0..n_cases {
            let classes = classes_of(case, &columns);
            let matches = |row: usize| {
                let each = columns.iter().zip(&classes);
                each.fold(true, |all, (column, class)| {
                    all && column.classes[*class][row]
                })
            };
            let Some(row) = (0..rows.len()).find(|row| matches(*row)) else {
                self.report_gap(by, &columns, &classes, span);
                return None;
            };
            reached[row] = true;
            case_rows.push(row as u32);
        }
        for (row, _) in reached
            .iter()
            .enumerate()
            .filter(|(_, seen)| warn && !**seen)
        {
            let message = "no patient ever comes to this row: rows above it match first";
            let fault = Diagnostic::warning(codes::ROW_NEVER_MATCHES, spans[row], message);
            self.faults.report(fault);
        }
        Some(Selector {
            dimensions: with_strides(columns),
            rows: case_rows,
        })
    }

    fn report_gap(&self, by: &[&DimensionForm], columns: &[Column], classes: &[usize], span: Span) {
        let each = by.iter().zip(columns).zip(classes);
        let case: Vec<String> = each
            .map(|((form, column), class)| {
                let level = column.class_of.iter().position(|of| of == class);
                format!("{} \"{}\"", form.column, column.levels[level.unwrap_or(0)])
            })
            .collect();
        let message = format!("no row matches {}", case.join(", "));
        let fault = Diagnostic::error(codes::TABLE, span, message);
        self.faults
            .report(fault.try_this("a last row without conditions, or \"else\""));
    }

    /// Groups the levels of a dimension into classes that all rows treat alike.
    fn column(
        &self,
        form: &DimensionForm,
        dimension: Dimension,
        levels: &[String],
        wanted: &[Option<&[Name]>],
    ) -> Option<Column> {
        let mut matches = vec![vec![true; wanted.len()]; levels.len()];
        let mut is_known = true;
        for (row, names) in wanted.iter().enumerate() {
            let Some(names) = names else { continue };
            matches.iter_mut().for_each(|level| level[row] = false);
            for name in *names {
                let found = positions(form, &name.value, levels);
                if found.is_empty() {
                    let what = format!("level of {}", form.column);
                    report_unknown(&what, name, levels, self.faults);
                    is_known = false;
                }
                found
                    .into_iter()
                    .for_each(|level| matches[level][row] = true);
            }
        }
        let mut classes: Vec<Vec<bool>> = Vec::new();
        let class_of = matches.into_iter().map(|level| {
            let known = classes.iter().position(|class| *class == level);
            known.unwrap_or_else(|| {
                classes.push(level);
                classes.len() - 1
            })
        });
        let class_of = class_of.collect();
        is_known.then_some(Column {
            dimension,
            classes,
            class_of,
            levels: levels.to_vec(),
        })
    }

    /// One class: the rows of the site where the step is done.
    fn site_column(
        &self,
        form: &DimensionForm,
        scope: Scope,
        wanted: &[Option<&[Name]>],
    ) -> Option<Column> {
        let sites: Vec<String> = self
            .names
            .sites
            .iter()
            .map(|site| site.id.clone())
            .collect();
        let here = scope.site.index();
        // A column of one class is looked at by nobody, whatever it reads.
        let mut column = self.column(form, Dimension::Hour, &sites, wanted)?;
        let class = column.class_of[here];
        column.classes = vec![column.classes.swap_remove(class)];
        column.class_of = vec![0];
        column.levels = vec![sites[here].clone()];
        Some(column)
    }

    /// What a dimension reads, and its levels in order.
    fn dimension(
        &mut self,
        form: &'a DimensionForm,
        scope: Scope,
    ) -> Option<(Dimension, Vec<String>)> {
        let two = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let banded = |bands: &[u32]| {
            let zero = std::iter::once("0".to_owned());
            zero.chain(bands.iter().map(u32::to_string)).collect()
        };
        Some(match &form.kind {
            DimensionKind::Attribute(name) => {
                let attribute = self.attribute(name)?;
                let levels = &self.names.attributes[usize::from(attribute.0)].levels;
                let levels = levels.iter().map(|level| level.id.clone()).collect();
                (Dimension::Attribute(attribute), levels)
            }
            DimensionKind::Open(window) => {
                (Dimension::Open(self.window(window)?), two("no", "yes"))
            }
            DimensionKind::Held(name) => (
                Dimension::Held(self.held.mention(name, self.faults)),
                two("no", "yes"),
            ),
            DimensionKind::Trigger(name) => {
                let trigger = self.trigger(name, scope.site)?;
                (Dimension::Trigger(trigger), two("off", "on"))
            }
            DimensionKind::Waiting { pool, bands } => {
                let pools = vec![self.pool(pool, scope)?];
                let bounds = bands.clone();
                (Dimension::Waiting { pools, bounds }, banded(bands))
            }
            DimensionKind::Busy { pool, bands } => {
                let pools = vec![self.pool(pool, scope)?];
                let bounds = bands.clone();
                (Dimension::Busy { pools, bounds }, banded(bands))
            }
            DimensionKind::Since { mark, bands } => {
                let what = match mark.value.as_str() {
                    START_OF_RUN => Since::Start,
                    _ => Since::Mark(self.mark_since(mark, scope)?),
                };
                let bounds = bands.iter().map(|band| band.from).collect();
                let zero = std::iter::once("0".to_owned());
                let levels = zero.chain(bands.iter().map(|band| band.written.clone()));
                (Dimension::Since { what, bounds }, levels.collect())
            }
            time => {
                let levels = levels_of_time(time)?;
                let dimension = match time {
                    DimensionKind::Hour => Dimension::Hour,
                    DimensionKind::Day => Dimension::Weekday,
                    _ => Dimension::Month,
                };
                (dimension, levels)
            }
        })
    }
}

struct Column {
    dimension: Dimension,
    /// By class and row: whether the row matches.
    classes: Vec<Vec<bool>>,
    /// By level.
    class_of: Vec<usize>,
    levels: Vec<String>,
}

/// The class of each column in a case; the first column varies fastest.
fn classes_of(case: usize, columns: &[Column]) -> Vec<usize> {
    let mut rest = case;
    columns
        .iter()
        .map(|column| {
            let class = rest % column.classes.len();
            rest /= column.classes.len();
            class
        })
        .collect()
}

fn with_strides(columns: Vec<Column>) -> Vec<(Dimension, Vec<u32>)> {
    let mut stride = 1;
    let mut dimensions = Vec::with_capacity(columns.len());
    for column in columns {
        let each = column.class_of.iter();
        let map: Vec<u32> = each.map(|class| *class as u32 * stride).collect();
        stride *= column.classes.len() as u32;
        // A dimension that no row looks at costs nothing at run time.
        if column.classes.len() > 1 {
            dimensions.push((column.dimension, map));
        }
    }
    dimensions
}

/// Levels that a name stands for: itself, or for times a range such as `8-17` or `Mon-Fri`.
fn positions(form: &DimensionForm, name: &str, levels: &[String]) -> Vec<usize> {
    let find = |name: &str| levels.iter().position(|level| level == name.trim());
    if let Some(found) = find(name) {
        return vec![found];
    }
    let is_time = levels_of_time(&form.kind).is_some();
    let ends = name.split_once('-').filter(|_| is_time);
    let Some((Some(first), Some(last))) = ends.map(|(a, b)| (find(a), find(b))) else {
        return Vec::new();
    };
    let n = levels.len();
    let length = (last + n - first) % n;
    (0..=length).map(|step| (first + step) % n).collect()
}
