//! Areas that do not exchange patients: one system, written once, with values of its own in every row of a table.
//!
//! `[areas]` names the table and, under `set`, what its columns set. An area's tree is the system's with these values; of every
//! other table with a column `area` it has its own rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::access::TableReader;
use super::changes;
use super::codes;
use super::csv_table::CsvTable;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::files::Located;
use super::tree::{Node, Value};
use super::values;
use super::workspace::Workspace;

/// The column that says of which area a row is.
pub const AREA: &str = "area";

/// The areas of a system, in the order of their table.
pub struct Areas {
    pub list: Vec<Area>,
    table: Arc<CsvTable>,
    set: Option<Node>,
}

pub struct Area {
    pub id: Located<String>,
    pub title: String,
    row: usize,
}

impl Areas {
    /// Takes `[areas]` out of a tree; none if there is none or it cannot be read.
    ///
    /// Errors (reported): those of the table and its columns; `S124` for two areas of one name; `S125` for a table without rows.
    pub fn take(tree: &mut Node, workspace: &Workspace) -> Option<Self> {
        let node = tree.as_table_mut()?.remove("areas")?;
        let diagnostics = &workspace.diagnostics;
        let reader = TableReader::new(&node, "[areas]", diagnostics);
        let file = reader.required("file", "\"areas.csv\"");
        let set = reader.optional("set").cloned();
        reader.finish();
        let file = file?;
        let table = workspace.csv(file)?;
        let id = table.column(AREA, file.span, diagnostics)?;
        let title = table.optional_column("title");
        table.rows_by(id, diagnostics);
        if table.n_rows() == 0 {
            let message = "a table of areas needs a row for each of them";
            diagnostics.error(codes::CSV_SHAPE, file.span, message);
            return None;
        }
        let area = |row: usize| {
            let name = table.text(row, id).into_owned();
            let title = title.map(|column| table.text(row, column).into_owned());
            Area {
                title: title.unwrap_or_else(|| name.clone()),
                id: Located {
                    value: name,
                    span: table.span(row, id),
                },
                row,
            }
        };
        let list = (0..table.n_rows()).map(area).collect();
        Some(Self { list, table, set })
    }

    /// The system of one area.
    ///
    /// Errors (reported): `S121` for a column that is not there; those of a change's `[set]`.
    pub fn tree_of(&self, tree: &Node, area: &Area, workspace: &Workspace) -> Node {
        let mut tree = tree.clone();
        let Some(set) = &self.set else { return tree };
        let Value::Table(entries) = &set.value else {
            changes::set(&mut tree, set, true, workspace);
            return tree;
        };
        // What names a column that is not there is told once and sets nothing.
        let mut filled = entries.clone();
        for (key, node) in entries.own() {
            match self.filled(node, area.row, &workspace.diagnostics) {
                Some(node) => filled.insert(key.clone(), node),
                None => drop(filled.remove(&key.name)),
            }
        }
        let value = Value::Table(filled);
        let set = Node {
            value,
            ..set.clone()
        };
        changes::set(&mut tree, &set, true, workspace);
        tree
    }

    /// With the row's cell for every `{ column = "…" }`; none if a column is not there.
    fn filled(&self, node: &Node, row: usize, diagnostics: &Diagnostics) -> Option<Node> {
        let value = match &node.value {
            Value::Array(items) => {
                let items = items.iter();
                let filled = items.map(|item| self.filled(item, row, diagnostics));
                Value::Array(filled.collect::<Option<_>>()?)
            }
            Value::Table(table) => {
                let mut own = table.own();
                if let (Some((key, name)), None) = (own.next(), own.next())
                    && key.name == "column"
                {
                    return self.cell(node, name, row, diagnostics);
                }
                let mut filled = table.clone();
                for (_, node) in filled.iter_mut() {
                    *node = self.filled(node, row, diagnostics)?;
                }
                Value::Table(filled)
            }
            single => single.clone(),
        };
        Some(Node {
            value,
            ..node.clone()
        })
    }

    /// A cell as a number, or else as a text. It stands in the table, and its source is that of `node`.
    fn cell(
        &self,
        node: &Node,
        name: &Node,
        row: usize,
        diagnostics: &Diagnostics,
    ) -> Option<Node> {
        let name = values::name(name, diagnostics)?;
        let column = self.table.column(name.value, name.span, diagnostics)?;
        let text = self.table.text(row, column);
        let value = match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Value::Integer(whole),
            (_, Ok(number)) if number.is_finite() => Value::Float(number),
            _ => Value::String(text.into_owned()),
        };
        Some(Node {
            value,
            span: self.table.span(row, column),
            said: node.said.clone(),
        })
    }

    /// Reports ids that cannot be told from those of other places in tables of results.
    ///
    /// Errors (reported): `S117`.
    pub fn check_ids<'n>(&self, places: impl Iterator<Item = &'n str>, diagnostics: &Diagnostics) {
        let places: BTreeMap<&str, ()> = places.map(|id| (id, ())).collect();
        for Area { id, .. } in &self.list {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let message = match id.value.as_str() {
                "" => "an area has no name".to_owned(),
                "all" => "\"all\" is what results call all areas together".to_owned(),
                name if !name.chars().all(is_plain) => {
                    format!("\"{name}\" is no name for an area: letters, digits, _ and -")
                }
                name if places.contains_key(name) => {
                    format!("\"{name}\" is an area and a site")
                }
                _ => continue,
            };
            let fault = Diagnostic::error(codes::AREAS, id.span, message);
            diagnostics.report(fault.try_this("another name in the column \"area\""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layers::{self, Changes};
    use super::super::origins;
    use super::super::source::MemorySource;
    use super::*;

    const SYSTEM: &str = "[sites.ed.pools]
doctors = [{ from = \"00:00\", units = 2 }, { from = \"08:00\", units = 8 }]
beds = 10
[arrivals.walk_in]
rate = \"5 per hour\"
shares = [0.5, 0.5]
[areas]
file = \"areas.csv\"
[areas.set]
\"sites.ed.pools.doctors\" = { multiply = { column = \"size\" }, assumed = \"as the size\" }
\"sites.ed.pools.beds\" = { column = \"beds\" }
\"arrivals.walk_in.rate\" = { column = \"rate\" }
\"arrivals.walk_in.shares\" = [{ column = \"a\" }, { column = \"b\" }]
";

    fn values(table: &str, area: usize, path: &str) -> String {
        let memory = MemorySource::new([("a.toml", SYSTEM), ("areas.csv", table)]);
        let workspace = Workspace::new(&memory);
        let layered = layers::load(&workspace, "a.toml", &Changes::AsWritten).expect("no faults");
        let mut tree = layered.tree;
        let areas = Areas::take(&mut tree, &workspace).expect("no faults");
        let tree = areas.tree_of(&tree, &areas.list[area], &workspace);
        assert!(workspace.diagnostics.is_empty(), "{}", workspace.render());
        let mut keys = path.split('.');
        let found = keys.try_fold(&tree, |node, key| node.get(key));
        found.map_or_else(|| "absent".to_owned(), origins::written)
    }

    #[test]
    fn an_area_has_the_values_of_its_row_and_nobody_is_rounded_away() {
        let table = "area,size,beds,rate,a,b\nnorth,0.1,4,2 per day,0.25,0.75\nsouth,2,20,9 per day,0.5,0.5\n";
        let check = |area, path, expected: &str| assert_eq!(values(table, area, path), expected);
        let doctors = "sites.ed.pools.doctors";
        check(
            0,
            doctors,
            "[{ from = 00:00, units = 1 }, { from = 08:00, units = 1 }]",
        );
        check(
            1,
            doctors,
            "[{ from = 00:00, units = 4 }, { from = 08:00, units = 16 }]",
        );
        check(0, "sites.ed.pools.beds", "4");
        check(1, "arrivals.walk_in.rate", "9 per day");
        check(0, "arrivals.walk_in.shares", "[0.25, 0.75]");
        check(0, "areas", "absent");
    }
}
