//! Every measure by group of patients, as tables: the values of each group, and how far the groups of an attribute lie apart.

use crate::experiment::groups::{ByGroup, Level, by_group, change, level_of, same};
use crate::experiment::results::{Estimate, Results};
use crate::experiment::spread::{self, spread};
use crate::uec::model::Model;

use super::format::{exact_or_empty, statistic_key, unit_of};
use super::tables::{Sheet, estimate_cells};

/// By scenario, the groups of each; none of them if no scenario has any.
pub struct Grouped<'r> {
    results: Vec<(&'r Results, Vec<ByGroup>)>,
}

impl<'r> Grouped<'r> {
    /// `results` begin with the baseline.
    pub fn new(results: &[&'r Results]) -> Option<Self> {
        let each = results.iter().map(|result| (*result, by_group(result)));
        let results: Vec<_> = each.collect();
        let is_any = results.iter().any(|(_, rows)| !rows.is_empty());
        is_any.then_some(Self { results })
    }

    /// Scenarios but the first have the row of the first beside each.
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let (baseline, before) = &self.results[0];
        let each = self.results.iter().enumerate();
        each.flat_map(move |(position, (results, rows))| {
            rows.iter().map(move |row| {
                let first = (position > 0).then(|| same((results, row), (baseline, before)));
                Row {
                    results,
                    row,
                    first: first.flatten().map(|first| (*baseline, first)),
                }
            })
        })
    }

    /// Values of every group.
    pub fn groups(&self) -> String {
        let mut sheet = Sheet::new(&[
            "scenario",
            "measure",
            "statistic",
            "unit",
            "attribute",
            "level",
            "residents",
            "patients",
            "mean",
            "ci_low",
            "ci_high",
            "n",
            "per_1000_residents",
            "difference",
            "difference_ci_low",
            "difference_ci_high",
        ]);
        for row in self.rows() {
            for (position, level) in row.row.levels.iter().enumerate() {
                let estimate = level.estimate();
                let mut cells = row.key();
                cells.push(row.level(position));
                cells.extend([
                    exact_or_empty(level.residents),
                    exact_or_empty(level.patients),
                ]);
                cells.extend(with_n(estimate));
                cells.push(exact_or_empty(rate(row.row, level, estimate)));
                let moved = row.first.and_then(|(baseline, first)| {
                    change((baseline, &first.levels[position]), (row.results, level))
                });
                cells.extend(estimate_cells(moved));
                sheet.push(&cells);
            }
        }
        sheet.finish()
    }

    /// How far groups lie apart.
    pub fn spreads(&self) -> String {
        let mut sheet = Sheet::new(&[
            "scenario",
            "measure",
            "statistic",
            "unit",
            "attribute",
            "lowest_level",
            "lowest",
            "highest_level",
            "highest",
            "spread",
            "ci_low",
            "ci_high",
            "n",
            "ratio",
            "ratio_ci_low",
            "ratio_ci_high",
            "spread_change",
            "change_ci_low",
            "change_ci_high",
        ]);
        for row in self.rows() {
            let of = row.first.map_or(row.row, |(_, first)| first);
            let Some(ends) = spread(of) else { continue };
            let Some(own) = row.first.map_or(Some(ends.clone()), |_| ends.of(row.row)) else {
                continue;
            };
            let mut cells = row.key();
            if own.is_per_resident {
                cells[3].push_str(" per 1,000 residents");
            }
            cells.extend([
                row.level(own.lowest),
                exact_or_empty(Some(own.low)),
                row.level(own.highest),
                exact_or_empty(Some(own.high)),
            ]);
            cells.extend(with_n(Some(own.difference)));
            cells.extend(estimate_cells(own.ratio));
            let moved = row.first.and_then(|(baseline, first)| {
                spread::change((baseline, first, &ends), (row.results, row.row))
            });
            cells.extend(estimate_cells(moved));
            sheet.push(&cells);
        }
        sheet.finish()
    }
}

struct Row<'g> {
    results: &'g Results,
    row: &'g ByGroup,
    /// The same of the baseline, in the rows of others.
    first: Option<(&'g Results, &'g ByGroup)>,
}

impl Row<'_> {
    /// Scenario, measure, statistic, unit, attribute.
    fn key(&self) -> Vec<String> {
        let model: &Model = &self.results.model;
        let measure = &model.measures[self.row.measure];
        vec![
            model.name.clone(),
            measure.id.clone(),
            statistic_key(self.row.statistic),
            unit_of(measure, self.row.statistic),
            model.names.attributes[self.row.attribute].id.clone(),
        ]
    }

    fn level(&self, position: usize) -> String {
        let attribute = &self.results.model.names.attributes[self.row.attribute];
        level_of(attribute, position).id
    }
}

fn with_n(estimate: Option<Estimate>) -> Vec<String> {
    let mut cells = estimate_cells(estimate).to_vec();
    cells.push(estimate.map_or(0, |estimate| estimate.n).to_string());
    cells
}

/// Per 1,000 residents of the group, of what grows with their number.
fn rate(of: &ByGroup, level: &Level, estimate: Option<Estimate>) -> Option<f64> {
    let residents = level.residents.filter(|residents| *residents > 0.0)?;
    crate::experiment::groups::is_counted(of.statistic)
        .then_some(estimate?.mean / residents * 1000.0)
}
