//! The tables a calibration starts from: targets, and the parameters that are free. Every fault is reported at its cell.

use super::{Free, How, Moved};
use crate::experiment::design::moved::is_unit;
use crate::experiment::fit::{Target, is_tolerance};
use crate::scenario::codes::{CSV_CELL, CSV_DUPLICATE};
use crate::scenario::csv_columns::Columns;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::workspace::Workspace;

const TARGETS: [&str; 11] = [
    "group",
    "label",
    "measure",
    "statistic",
    "site",
    "cohort",
    "published",
    "unit",
    "tolerance",
    "source",
    "note",
];
const FREE: [&str; 7] = ["name", "path", "how", "low", "high", "step", "note"];

/// Errors (reported): `S102`, `S121` to `S125`. None is given if any row is wrong.
pub fn targets(workspace: &Workspace<'_>, path: &str) -> Option<Vec<Target>> {
    let columns = Columns::open(workspace, path, &TARGETS)?;
    let mut targets = Vec::new();
    for row in 0..columns.table.n_rows() {
        let tolerance = columns.text(row, 8);
        if !is_tolerance(&tolerance) {
            let message = format!("\"{tolerance}\" is no tolerance");
            columns.refuse(row, 8, &message, "\"5 %\" or \"5 points\"");
        }
        let text = |column| columns.text(row, column);
        let (measure, statistic) = (columns.name(row, 2), columns.name(row, 3));
        let published = columns.number(row, 6);
        if let (Some(measure), Some(statistic), Some(published)) = (measure, statistic, published) {
            targets.push(Target {
                group: text(0),
                label: text(1),
                measure,
                statistic,
                site: text(4),
                cohort: text(5),
                published,
                unit: text(7),
                tolerance,
                source: text(9),
                note: text(10),
            });
        }
    }
    (targets.len() == columns.table.n_rows()).then_some(targets)
}

/// Parameters by name; rows of one name move together.
///
/// Errors (reported): `S102`, `S121` to `S125`. None is given if any row is wrong or there is none.
pub fn free(workspace: &Workspace<'_>, path: &str) -> Option<Vec<Free>> {
    let columns = Columns::open(workspace, path, &FREE)?;
    let mut all: Vec<Free> = Vec::new();
    let mut is_good = true;
    for row in 0..columns.table.n_rows() {
        match parameter(&columns, row) {
            Some(parameter) => is_good &= join(&mut all, parameter, &columns, row),
            None => is_good = false,
        }
    }
    if all.is_empty() && is_good {
        let span = columns.table.column_span(0);
        let fault = Diagnostic::error(
            CSV_CELL,
            span,
            "no parameter is free: the table has no rows",
        );
        let advice = "doctors,sites.*.pools.doctors,multiply,0.5,2,0.2,";
        workspace.diagnostics.report(fault.try_this(advice));
        return None;
    }
    is_good.then_some(all)
}

fn parameter(columns: &Columns<'_, '_>, row: usize) -> Option<Free> {
    let written = columns.text(row, 2);
    let how = how(&written);
    if how.is_none() {
        let message = format!("\"{written}\" does not say how the value is moved");
        columns.refuse(
            row,
            2,
            &message,
            "\"multiply\", \"add\" or, with a unit, \"add min\"",
        );
    }
    let (name, path) = (columns.name(row, 0), columns.name(row, 1));
    let (low, high) = (columns.number(row, 3), columns.number(row, 4));
    let step = columns.optional_number(row, 5);
    let (low, high, how) = (low?, high?, how?);
    let start = if how == How::Multiply { 1.0 } else { 0.0 };
    if low >= high {
        columns.refuse(
            row,
            4,
            "the upper bound is not above the lower one",
            "bounds such as 0.5 and 2",
        );
        return None;
    }
    if how == How::Multiply && low < 0.0 {
        columns.refuse(row, 3, "nothing is multiplied by a negative number", "0");
        return None;
    }
    if !(low..=high).contains(&start) {
        let message =
            format!("the bounds leave out {start}, at which the scenario stands as written");
        columns.refuse(row, 3, &message, "bounds on both sides of it");
        return None;
    }
    let step = step.unwrap_or((high - low) / 10.0);
    if step <= 0.0 || step > (high - low) / 2.0 {
        columns.refuse(
            row,
            5,
            "the step is not above 0 and at most half of the range",
            "a tenth of the range",
        );
        return None;
    }
    Some(Free {
        name: name?,
        targets: vec![Moved { path: path?, how }],
        low,
        high,
        step,
        note: columns.text(row, 6),
    })
}

/// `multiply`, `add`, `add min`.
fn how(written: &str) -> Option<How> {
    match written.split_once(' ') {
        None if written == "multiply" => Some(How::Multiply),
        None if written == "add" => Some(How::Add {
            unit: String::new(),
        }),
        Some(("add", unit)) if is_unit(unit) => Some(How::Add {
            unit: unit.to_owned(),
        }),
        _ => None,
    }
}

/// Adds a row to the parameter of its name, which must have the same bounds and step.
fn join(all: &mut Vec<Free>, parameter: Free, columns: &Columns<'_, '_>, row: usize) -> bool {
    let Some(known) = all.iter_mut().find(|known| known.name == parameter.name) else {
        all.push(parameter);
        return true;
    };
    let is_same = (known.low, known.high, known.step)
        == (parameter.low, parameter.high, parameter.step)
        && known.targets[0].how == parameter.targets[0].how;
    if !is_same {
        let message = format!(
            "\"{}\" stands above with other bounds, step or kind",
            known.name
        );
        let advice = "the same bounds for all rows of a parameter, or another name";
        columns.report(row, 0, CSV_DUPLICATE, &message, advice);
        return false;
    }
    known.targets.extend(parameter.targets);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::MemorySource;

    const HEADER: &str = "name,path,how,low,high,step,note\n";

    fn check(rows: &str, expected: Result<usize, &[&str]>) {
        let text = format!("{HEADER}{rows}");
        let source = MemorySource::new([("free.csv", text.as_str())]);
        let workspace = Workspace::new(&source);
        let found = free(&workspace, "free.csv");
        match expected {
            Ok(n) => assert_eq!(
                found.map(|all| all.len()),
                Some(n),
                "{}",
                workspace.render()
            ),
            Err(words) => {
                assert_eq!(found, None);
                for words in words {
                    assert!(workspace.render().contains(words), "{}", workspace.render());
                }
            }
        }
    }

    #[test]
    fn rows_of_one_name_move_together() {
        check(
            "a,x,multiply,0.5,2,,\na,y,multiply,0.5,2,,\nb,z,add min,-5,5,1,\n",
            Ok(2),
        );
    }

    #[test]
    fn every_wrong_cell_is_told_with_its_place() {
        let wrong = "a,x,double,0.5,2,,\nb,y,multiply,2,0.5,,\nc,z,multiply,1.1,2,,\nd,,multiply,0.5,2,9,\n";
        let places = [
            "free.csv:2:5",
            "free.csv:3:16",
            "free.csv:4:14",
            "free.csv:5:3",
        ];
        check(wrong, Err(&places));
        check("", Err(&["no parameter is free"]));
    }
}
