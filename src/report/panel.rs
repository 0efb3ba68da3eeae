//! The monthly panel as a table: the raw material of before-and-after, stepped-wedge and difference-in-differences studies.

use crate::experiment::results::{Panels, Results};
use crate::uec::measures::{Account, Panel, PanelTables, PanelUnit, unit_milliseconds};
use crate::uec::model::{MeasureKind, MeasureSpec, Model};

use super::format::exact;
use super::tables::Sheet;

const HEADER: [&str; 13] = [
    "scenario",
    "replication",
    "month",
    "days",
    "unit_kind",
    "unit",
    "residents",
    "rollouts",
    "covered",
    "measure",
    "value_unit",
    "n",
    "value",
];

/// One row per replication, month, unit, set of roll-outs in force for its patients, and measure. Sets that nobody was under
/// in a month have no rows.
pub fn panel(results: &[&Results]) -> String {
    let mut sheet = Sheet::new(&HEADER);
    for result in results {
        let Some(panels) = &result.panel else {
            continue;
        };
        for (replication, panel) in result.replications.iter().zip(&panels.runs) {
            push(&mut sheet, result, panels, *replication, panel);
        }
    }
    sheet.finish()
}

fn push(sheet: &mut Sheet, result: &Results, panels: &Panels, replication: u32, panel: &Panel) {
    let (model, tables) = (&result.model, &panels.tables);
    for (month, (first, days)) in tables.months.iter().enumerate() {
        for unit in 0..tables.n_units {
            for (version, mask) in tables.versions.iter().enumerate() {
                let count = |account: usize| {
                    let cell = tables.cell(account, version, unit, month);
                    panel.0[cell]
                };
                let is_used = |account: &Account| {
                    let among = account.among.map_or(0, |among| count(among).count);
                    count(account.of).count + among > 0
                };
                if !tables.accounts.iter().any(is_used) {
                    continue;
                }
                let start = [
                    model.name.clone(),
                    replication.to_string(),
                    format!("{:04}-{:02}", first.year, first.month),
                    days.to_string(),
                    unit_kind(model, tables),
                    unit_name(model, tables, unit),
                    residents(model, tables, unit),
                    rollouts(model, *mask),
                    u8::from(*mask != 0).to_string(),
                ];
                for account in &tables.accounts {
                    let measure = &model.measures[account.measure];
                    let of = count(account.of);
                    let among = account.among.map(|among| count(among).count);
                    let (unit, n, value) = value(measure, (of.count, of.sum), among);
                    let mut row = start.to_vec();
                    row.extend([measure.id.clone(), unit, n.to_string(), value]);
                    sheet.push(&row);
                }
            }
        }
    }
}

/// The unit of the value, how many it rests on, and the value: a number of patients, a percentage, a mean time, or a sum of
/// times.
fn value(
    measure: &MeasureSpec,
    (count, sum): (u64, u64),
    among: Option<u64>,
) -> (String, u64, String) {
    let written = |value: Option<f64>| value.map_or_else(String::new, exact);
    let time = || unit_milliseconds(&measure.unit).map(|unit| unit as f64);
    match &measure.kind {
        MeasureKind::Share { .. } => {
            let n = among.unwrap_or(0);
            let percent = (n > 0).then(|| count as f64 / n as f64 * 100.0);
            ("%".to_owned(), n, written(percent))
        }
        MeasureKind::Duration { .. } => {
            let mean = time().filter(|_| count > 0);
            let mean = mean.map(|unit| sum as f64 / count as f64 / unit);
            (measure.unit.clone(), count, written(mean))
        }
        MeasureKind::SumBeyond { .. } => {
            let total = time().map(|unit| sum as f64 / unit);
            (measure.unit.clone(), count, written(total))
        }
        _ => (measure.unit.clone(), count, count.to_string()),
    }
}

fn unit_kind(model: &Model, tables: &PanelTables) -> String {
    match tables.unit {
        PanelUnit::All => "all".to_owned(),
        PanelUnit::Attribute(id) => model.names.attributes[usize::from(id.0)].id.clone(),
        PanelUnit::Site => "site".to_owned(),
    }
}

fn unit_name(model: &Model, tables: &PanelTables, unit: usize) -> String {
    match tables.unit {
        PanelUnit::All => "all".to_owned(),
        PanelUnit::Attribute(id) => {
            let attribute = &model.names.attributes[usize::from(id.0)];
            attribute.levels[unit].id.clone()
        }
        PanelUnit::Site => model.names.sites[unit].id.clone(),
    }
}

fn residents(model: &Model, tables: &PanelTables, unit: usize) -> String {
    let PanelUnit::Attribute(id) = tables.unit else {
        return String::new();
    };
    let found = model.residents.iter().find(|one| one.attribute == id);
    found.map_or_else(String::new, |residents| exact(residents.by_level[unit]))
}

fn rollouts(model: &Model, mask: u16) -> String {
    let all = model.rollouts.iter().enumerate();
    let on = all.filter(|(bit, _)| mask >> bit & 1 == 1);
    let names: Vec<&str> = on.map(|(_, rollout)| rollout.name.as_str()).collect();
    names.join("+")
}
