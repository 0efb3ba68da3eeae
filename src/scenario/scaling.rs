//! Multiplying and shifting written values: numbers, durations, rates, shares, and distributions of them.

use super::tree::{Key, Node, Table, Value};
use super::units;

/// The shapes a distribution may have.
const SHAPES: [&str; 16] = [
    "constant",
    "uniform",
    "triangular",
    "exponential",
    "gamma",
    "erlang",
    "weibull",
    "lognormal",
    "normal",
    "pearson5",
    "pearson6",
    "beta",
    "discrete",
    "poisson",
    "empirical",
    "mixture",
];

/// Whether a table is a distribution: it names a shape.
pub fn is_distribution(table: &Table) -> bool {
    table.keys().any(|key| SHAPES.contains(&key))
}

/// What a change does to the value that stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Adjustment<'a> {
    /// By a factor that is not negative.
    Multiply(f64),
    /// The written amount to add: a number, or a text with a unit.
    Add(&'a Value),
}

/// A value after an adjustment; new parts take their place and source from `by`.
///
/// Distributions get `scale` and `shift`, so that the result is exactly the scaled or shifted distribution: a value is
/// `shift + scale * draw`, held between `minimum` and `maximum`.
///
/// Errors: why the value cannot be adjusted, as a clause.
pub fn adjusted(node: &Node, adjustment: Adjustment, by: &Node) -> Result<Node, String> {
    let value = match &node.value {
        Value::Array(nodes) => {
            let items: Result<Vec<Node>, String> = nodes
                .iter()
                .map(|item| adjusted(item, adjustment, by))
                .collect();
            Value::Array(items?)
        }
        Value::Table(table) => {
            let table = adjusted_table(table, adjustment, by)?;
            // The place and the source stay those of the shape; only the new parts are the change's.
            return Ok(Node {
                value: Value::Table(table),
                ..node.clone()
            });
        }
        single => match adjustment {
            Adjustment::Multiply(factor) => multiplied(single, factor),
            Adjustment::Add(amount) => sum(single, amount),
        }
        .ok_or_else(|| refusal(node, adjustment))?,
    };
    Ok(Node {
        value,
        span: by.span,
        said: by.said.clone(),
    })
}

/// A whole number stays one: of rooms, beds and staff there are no parts.
pub fn in_whole_units(before: &Node, mut after: Node) -> Node {
    if let (Value::Integer(_), Value::Float(units)) = (&before.value, &after.value) {
        after.value = Value::Integer(units.round() as i64);
    }
    after
}

/// Units that were there and were rounded away: one of them stays, in every row of a roster.
pub fn keep_one(before: &Node, after: &mut Node) {
    match (&before.value, &mut after.value) {
        (Value::Integer(before), Value::Integer(units)) if *before > 0 && *units == 0 => *units = 1,
        (Value::Array(before), Value::Array(rows)) => {
            before
                .iter()
                .zip(rows)
                .for_each(|(before, row)| keep_one(before, row));
        }
        (Value::Table(before), Value::Table(row)) => {
            if let (Some(before), Some(units)) = (before.get("units"), row.get_mut("units")) {
                keep_one(before, units);
            }
        }
        _ => {}
    }
}

fn refusal(node: &Node, adjustment: Adjustment) -> String {
    match (&node.value, adjustment) {
        (Value::String(text), Adjustment::Multiply(_)) => {
            format!("\"{text}\" is no number, duration, rate or share")
        }
        (Value::String(text), Adjustment::Add(_)) => {
            format!("the amount to add is not of the kind of \"{text}\"")
        }
        (Value::Integer(_) | Value::Float(_), _) => "the amount to add is not a number".to_owned(),
        _ => format!("what stands there is {}", node.kind()),
    }
}

fn adjusted_table(table: &Table, adjustment: Adjustment, by: &Node) -> Result<Table, String> {
    if is_distribution(table) {
        return adjusted_distribution(table, adjustment, by);
    }
    let mut result = table.clone();
    if let Some(rows) = result.get_mut("rows") {
        adjust_rows(rows, adjustment, by)?;
        return Ok(result);
    }
    if let Some(units) = result.get_mut("units") {
        *units = adjusted(units, adjustment, by)?;
        // Nobody is on duty in part.
        if let Value::Float(number) = units.value {
            units.value = Value::Integer(number.round() as i64);
        }
        return Ok(result);
    }
    let text = |key: &str| table.get(key).and_then(Node::as_str);
    Err(match (text("choice_of"), text("file")) {
        (Some(name), _) => {
            format!("it is chosen by [durations.{name}]: change \"durations.{name}\" instead")
        }
        (_, Some(file)) => format!("its values stand in {file}"),
        _ => "what stands there is a table, neither a distribution nor one with rows or units"
            .to_owned(),
    })
}

/// Adjusts what the rows of a table by cohort hold: `{ "0-4" = … }`, or the `is` of `[{ age = "0-4", is = … }]`.
fn adjust_rows(rows: &mut Node, adjustment: Adjustment, by: &Node) -> Result<(), String> {
    match &mut rows.value {
        Value::Table(rows) => {
            let own = rows.iter_mut();
            for (_, node) in own.filter(|(key, _)| !super::tree::is_said(&key.name)) {
                *node = adjusted(node, adjustment, by)?;
            }
            Ok(())
        }
        Value::Array(rows) => {
            for row in rows {
                let held = row.as_table_mut().and_then(|row| row.get_mut("is"));
                let held = held.ok_or("its rows hold no `is`")?;
                *held = adjusted(held, adjustment, by)?;
            }
            Ok(())
        }
        _ => Err("its rows are no table".to_owned()),
    }
}

fn adjusted_distribution(
    table: &Table,
    adjustment: Adjustment,
    by: &Node,
) -> Result<Table, String> {
    let mut result = table.clone();
    match adjustment {
        Adjustment::Multiply(factor) => {
            let scale = table.get("scale").map(|node| &node.value);
            let one = Value::Integer(1);
            let scale =
                multiplied(scale.unwrap_or(&one), factor).ok_or("its scale is no number")?;
            put(&mut result, "scale", scale, by);
        }
        Adjustment::Add(amount) => {
            let shift = match table.get("shift") {
                Some(shift) => sum(&shift.value, amount),
                None => Some(amount.clone()),
            };
            put(
                &mut result,
                "shift",
                shift.ok_or("its shift is no duration")?,
                by,
            );
        }
    }
    let bounds: &[&str] = match adjustment {
        Adjustment::Multiply(_) => &["shift", "minimum", "maximum"],
        Adjustment::Add(_) => &["minimum", "maximum"],
    };
    for &key in bounds {
        if let Some(node) = table.get(key) {
            let node = adjusted(node, adjustment, by)?;
            put(&mut result, key, node.value, by);
        }
    }
    Ok(result)
}

fn put(table: &mut Table, key: &str, value: Value, by: &Node) {
    let name = key.to_owned();
    let span = by.span;
    let node = Node {
        value,
        span,
        said: by.said.clone(),
    };
    table.insert(Key { name, span }, node);
}

fn multiplied(value: &Value, factor: f64) -> Option<Value> {
    match value {
        Value::Integer(number) => Some(whole_or_not(*number as f64 * factor)),
        Value::Float(number) => Some(Value::Float(number * factor)),
        Value::String(text) => {
            let quantity = Quantity::read(text)?;
            Some(Value::String(quantity.with(quantity.amount * factor)))
        }
        _ => None,
    }
}

fn sum(value: &Value, amount: &Value) -> Option<Value> {
    match (value, amount) {
        (Value::Integer(a), Value::Integer(b)) => Some(Value::Integer(a + b)),
        (Value::String(a), Value::String(b)) => {
            let (a, b) = (Quantity::read(a)?, Quantity::read(b)?);
            let is_same = a.kind == b.kind;
            is_same.then(|| Value::String(a.with(a.amount + b.amount)))
        }
        // A share may be written either way.
        (Value::String(share), _) => {
            let share = Quantity::read(share).filter(|share| share.kind == Kind::Share)?;
            let total = share.amount + plain_number(amount)?;
            Some(Value::String(share.with(total)))
        }
        (_, Value::String(share)) => {
            let share = Quantity::read(share).filter(|share| share.kind == Kind::Share)?;
            Some(Value::Float(plain_number(value)? + share.amount))
        }
        _ => Some(Value::Float(plain_number(value)? + plain_number(amount)?)),
    }
}

fn plain_number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// A whole number of units stays one when it comes out whole.
fn whole_or_not(number: f64) -> Value {
    let nearest = number.round();
    match (number - nearest).abs() < 1e-9 * nearest.abs().max(1.0) && nearest.abs() < 1e15 {
        true => Value::Integer(nearest as i64),
        false => Value::Float(number),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Duration,
    Rate,
    Share,
}

/// A written quantity, and the words it was written with.
struct Quantity<'a> {
    kind: Kind,
    /// Milliseconds, events per millisecond, or a share of one.
    amount: f64,
    /// Of a rate: `per day`.
    unit: &'a str,
}

impl<'a> Quantity<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let quantity = |kind, amount, unit| Self { kind, amount, unit };
        if let Ok(amount) = units::parse_duration(text) {
            return Some(quantity(Kind::Duration, amount, ""));
        }
        if let Ok(amount) = units::parse_share(text)
            && text.contains('%')
        {
            return Some(quantity(Kind::Share, amount, ""));
        }
        let amount = units::parse_rate(text).ok()?;
        let start = text.find(|c: char| c == '/' || c.is_ascii_alphabetic());
        let unit = text.get(start?..)?.trim();
        Some(quantity(Kind::Rate, amount, unit))
    }

    /// The same kind of quantity with another amount, as text.
    fn with(&self, amount: f64) -> String {
        match self.kind {
            Kind::Duration => units::write_duration(amount),
            Kind::Share => format!("{} %", tidy(amount * 100.0)),
            Kind::Rate => {
                let one = units::parse_rate(&format!("1 {}", self.unit)).unwrap_or(1.0);
                format!("{} {}", tidy(amount / one), self.unit)
            }
        }
    }
}

/// Without the last digits that decimal fractions leave in binary.
fn tidy(number: f64) -> f64 {
    let rounded = (number * 1e9).round() / 1e9;
    match (rounded - number).abs() <= 1e-12 * number.abs() {
        true => rounded,
        false => number,
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic::Diagnostics;
    use super::super::files::Files;
    use super::super::{origins, tree};
    use super::*;

    /// `value` as written after the change `change`, or why not.
    fn check(value: &str, change: &str, expected: &str) {
        let mut files = Files::default();
        let text = format!("value = {value}\nchange = {change}\n");
        let file = files.add("a.toml", text);
        let faults = Diagnostics::default();
        let root = tree::parse(file, &files, &faults);
        assert!(faults.is_empty(), "{}", faults.render(&files));
        let value = root.get("value").expect("present");
        let change = root.get("change").expect("present");
        let adjustment = match (change.get("multiply"), change.get("add")) {
            (Some(factor), _) => Adjustment::Multiply(plain_number(&factor.value).expect("number")),
            (_, Some(amount)) => Adjustment::Add(&amount.value),
            _ => panic!("no adjustment"),
        };
        let result = adjusted(value, adjustment, change);
        let written = result.map_or_else(|reason| reason, |node| origins::written(&node));
        assert_eq!(written, expected);
    }

    #[test]
    fn units_of_rosters_stay_whole() {
        check(
            "[{ from = \"00:00\", units = 4 }, { from = \"08:00\", units = 7 }]",
            "{ multiply = 0.6 }",
            "[{ from = 00:00, units = 2 }, { from = 08:00, units = 4 }]",
        );
    }

    #[test]
    fn single_values_are_multiplied_in_their_own_words() {
        check("40", "{ multiply = 1.1 }", "44");
        check("40", "{ multiply = 1.01 }", "40.4");
        check("0.5", "{ multiply = 0.5 }", "0.25");
        check("\"8 min\"", "{ multiply = 0.95 }", "7.6 min");
        check("\"55 %\"", "{ multiply = 0.95 }", "52.25 %");
        check("\"40 per day\"", "{ multiply = 1.1 }", "44 per day");
        check(
            "[\"8 min\", \"10 min\"]",
            "{ multiply = 2 }",
            "[16 min, 20 min]",
        );
        check(
            "\"always\"",
            "{ multiply = 2 }",
            "\"always\" is no number, duration, rate or share",
        );
    }

    #[test]
    fn single_values_are_shifted_by_their_own_kind() {
        check("40", "{ add = 2 }", "42");
        check("\"8 min\"", "{ add = \"30 s\" }", "8.5 min");
        check("\"8 min\"", "{ add = \"-30 s\" }", "7.5 min");
        check("0.5", "{ add = \"5 %\" }", "0.55");
        check("\"50 %\"", "{ add = 0.05 }", "55 %");
        check("\"40 per day\"", "{ add = \"1 per h\" }", "64 per day");
        let refused = "the amount to add is not of the kind of \"8 min\"";
        check("\"8 min\"", "{ add = 2 }", refused);
    }

    #[test]
    fn distributions_are_scaled_and_shifted_whole() {
        check(
            "{ lognormal = { mean = \"8 min\", sd = \"4 min\" }, maximum = \"1 h\" }",
            "{ multiply = 0.5 }",
            "{ lognormal = { mean = 8 min, sd = 4 min }, maximum = 30 min, scale = 0.5 }",
        );
        check(
            "{ gamma = { shape = 2, scale = \"4 min\" }, scale = 2, shift = \"1 min\" }",
            "{ multiply = 2 }",
            "{ gamma = { shape = 2, scale = 4 min }, scale = 4, shift = 2 min }",
        );
        check(
            "{ constant = \"8 min\" }",
            "{ add = \"2 min\" }",
            "{ constant = 8 min, shift = 2 min }",
        );
    }

    #[test]
    fn tables_by_cohort_are_adjusted_row_by_row() {
        check(
            "{ by = [\"age\"], rows = { a = \"8 min\", else = \"2 min\" } }",
            "{ multiply = 2 }",
            "{ by = [age], rows = { a = 16 min, else = 4 min } }",
        );
        check(
            "{ by = [\"age\"], rows = [ { age = \"a\", is = \"8 min\" }, { is = \"2 min\" } ] }",
            "{ multiply = 2 }",
            "{ by = [age], rows = [{ age = a, is = 16 min }, { is = 4 min }] }",
        );
        check(
            "{ choice_of = \"stay\" }",
            "{ multiply = 2 }",
            "it is chosen by [durations.stay]: change \"durations.stay\" instead",
        );
    }
}
