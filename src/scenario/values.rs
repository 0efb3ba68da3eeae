//! Typed reading of single located values: every fault is reported with what was expected and how to write it.
//!
//! Gives `None` for what is wrong, after reporting it. Units: durations in milliseconds, rates per millisecond, shares
//! from 0 to 1.

use super::codes;
use super::dates::Date;
use super::diagnostic::{Diagnostic, Diagnostics, listing};
use super::files::Located;
use super::tree::{Key, Node, Value};
use super::units::{self, UnitFault};
use super::windows::{self, WeekWindow};

/// Reports that a value is of another kind than expected; `example` shows how it is written.
pub fn wrong_type(node: &Node, expected: &str, example: &str, diagnostics: &Diagnostics) {
    let message = format!("expected {expected}, found {}", node.kind());
    let fault = Diagnostic::error(codes::WRONG_TYPE, node.span, message);
    diagnostics.report(fault.try_this(format!("write it like {example}")));
}

pub fn text<'a>(node: &'a Node, diagnostics: &Diagnostics) -> Option<&'a str> {
    let text = node.as_str();
    if text.is_none() {
        wrong_type(node, "a text", "\"…\", in quotation marks", diagnostics);
    }
    text
}

pub fn name<'a>(node: &'a Node, diagnostics: &Diagnostics) -> Option<Located<&'a str>> {
    let value = text(node, diagnostics)?;
    let span = node.span;
    Some(Located { value, span })
}

/// The texts of a list, or one text alone.
pub fn names<'a>(node: &'a Node, diagnostics: &Diagnostics) -> Vec<Located<&'a str>> {
    match &node.value {
        Value::Array(nodes) => {
            let each = nodes.iter();
            each.filter_map(|node| name(node, diagnostics)).collect()
        }
        Value::String(_) => name(node, diagnostics).into_iter().collect(),
        _ => {
            wrong_type(node, "a list of names", "[\"…\", \"…\"]", diagnostics);
            Vec::new()
        }
    }
}

pub fn list<'a>(node: &'a Node, diagnostics: &Diagnostics) -> Option<&'a [Node]> {
    let nodes = node.as_array();
    if nodes.is_none() {
        wrong_type(node, "a list", "[ …, … ]", diagnostics);
    }
    nodes
}

/// Keys and values of a table, statements of source left out.
pub fn entries<'a>(node: &'a Node, diagnostics: &Diagnostics) -> Option<Vec<(&'a Key, &'a Node)>> {
    let table = node.as_table();
    if table.is_none() {
        wrong_type(node, "a table", "{ … }", diagnostics);
    }
    Some(table?.own().collect())
}

pub fn boolean(node: &Node, diagnostics: &Diagnostics) -> Option<bool> {
    match node.value {
        Value::Boolean(value) => Some(value),
        _ => {
            wrong_type(
                node,
                "true or false",
                "true, without quotation marks",
                diagnostics,
            );
            None
        }
    }
}

/// One of `words`, as its position in them.
pub fn word(node: &Node, words: &[&str], diagnostics: &Diagnostics) -> Option<usize> {
    let written = text(node, diagnostics)?;
    let found = words.iter().position(|word| *word == written);
    if found.is_none() {
        let message = format!("\"{written}\" is not one of {}", listing(words));
        let fault = Diagnostic::error(codes::WRONG_WORD, node.span, message);
        diagnostics.report(
            match super::diagnostic::nearest(written, words.iter().copied()) {
                Some(near) => fault.try_this(format!("\"{near}\"")),
                None => fault,
            },
        );
    }
    found
}

/// Any finite number.
pub fn number(node: &Node, diagnostics: &Diagnostics) -> Option<f64> {
    match node.value {
        Value::Integer(value) => Some(value as f64),
        Value::Float(value) if value.is_finite() => Some(value),
        Value::Float(_) => {
            out_of_range(node, "a number must be finite", diagnostics);
            None
        }
        _ => {
            wrong_type(
                node,
                "a number",
                "1.5, without quotation marks",
                diagnostics,
            );
            None
        }
    }
}

/// A finite number that is not negative.
pub fn factor(node: &Node, diagnostics: &Diagnostics) -> Option<f64> {
    let value = number(node, diagnostics)?;
    if value < 0.0 {
        out_of_range(node, "this number cannot be negative", diagnostics);
        return None;
    }
    Some(value)
}

/// A whole number that is not negative; `3.0` is one.
pub fn count(node: &Node, diagnostics: &Diagnostics) -> Option<u64> {
    match node.value {
        Value::Integer(value) if value >= 0 => Some(value as u64),
        Value::Float(value) if value >= 0.0 && value.fract() == 0.0 && value < 1e15 => {
            Some(value as u64)
        }
        Value::Integer(_) => {
            out_of_range(node, "this number cannot be negative", diagnostics);
            None
        }
        Value::Float(value) => {
            let message = format!("expected a whole number that is not negative, found {value}");
            diagnostics.error(codes::WRONG_TYPE, node.span, message);
            None
        }
        _ => {
            wrong_type(
                node,
                "a whole number",
                "3, without quotation marks",
                diagnostics,
            );
            None
        }
    }
}

/// Not negative; milliseconds.
pub fn duration(node: &Node, diagnostics: &Diagnostics) -> Option<f64> {
    let value = signed_duration(node, diagnostics)?;
    if value < 0.0 {
        out_of_range(node, "a duration cannot be negative", diagnostics);
        return None;
    }
    Some(value)
}

/// Of either sign; milliseconds.
pub fn signed_duration(node: &Node, diagnostics: &Diagnostics) -> Option<f64> {
    let parsed = match &node.value {
        Value::String(text) => units::parse_duration(text),
        Value::Integer(number) => return needs_unit(node, &number.to_string(), diagnostics),
        Value::Float(number) => return needs_unit(node, &number.to_string(), diagnostics),
        _ => {
            wrong_type(node, "a duration", units::DURATION_EXAMPLE, diagnostics);
            return None;
        }
    };
    let known = ["ms", "s", "min", "h", "days", "weeks"];
    quantity(
        parsed,
        node,
        "duration",
        units::DURATION_EXAMPLE,
        &known,
        diagnostics,
    )
}

fn needs_unit(node: &Node, number: &str, diagnostics: &Diagnostics) -> Option<f64> {
    let message = format!("expected a duration, found {} without a unit", node.kind());
    let advice = format!("\"{number} min\", or another unit (ms, s, min, h, days, weeks)");
    let fault = Diagnostic::error(codes::WRONG_TYPE, node.span, message).try_this(advice);
    diagnostics.report(fault);
    None
}

/// Not negative; events per millisecond.
pub fn rate(node: &Node, diagnostics: &Diagnostics) -> Option<f64> {
    let Value::String(text) = &node.value else {
        wrong_type(node, "a rate", units::RATE_EXAMPLE, diagnostics);
        return None;
    };
    let known = ["s", "min", "h", "day", "week", "year"];
    let parsed = units::parse_rate(text);
    quantity(
        parsed,
        node,
        "rate",
        units::RATE_EXAMPLE,
        &known,
        diagnostics,
    )
}

/// From 0 to 1.
pub fn share(node: &Node, diagnostics: &Diagnostics) -> Option<f64> {
    let value = match &node.value {
        Value::String(text) => {
            let parsed = units::parse_share(text);
            quantity(
                parsed,
                node,
                "share",
                units::SHARE_EXAMPLE,
                &["%"],
                diagnostics,
            )?
        }
        Value::Integer(_) | Value::Float(_) => number(node, diagnostics)?,
        _ => {
            wrong_type(node, "a share", units::SHARE_EXAMPLE, diagnostics);
            return None;
        }
    };
    if !(0.0..=1.0).contains(&value) {
        let message = "a share lies between 0 and 1 (0 % and 100 %)";
        let fault = Diagnostic::error(codes::OUT_OF_RANGE, node.span, message);
        diagnostics.report(
            match value > 1.0 && value <= 100.0 && node.as_str().is_none() {
                true => fault.try_this(format!("\"{value} %\"")),
                false => fault,
            },
        );
        return None;
    }
    Some(value)
}

fn quantity(
    parsed: Result<f64, UnitFault>,
    node: &Node,
    kind: &str,
    example: &str,
    units: &[&str],
    diagnostics: &Diagnostics,
) -> Option<f64> {
    let fault = match parsed {
        Ok(value) => return Some(value),
        Err(fault) => fault,
    };
    let written = node.as_str().unwrap_or_default();
    let message = format!("\"{written}\" is not a {kind}: {}", fault.sentence());
    let report = Diagnostic::error(codes::WRONG_QUANTITY, node.span, message);
    let near = match &fault {
        UnitFault::Unknown(unit) => super::diagnostic::nearest(unit, units.iter().copied()),
        _ => None,
    };
    diagnostics.report(match near {
        Some(unit) => report.try_this(format!("the unit \"{unit}\"")),
        None => report.try_this(format!("write it like {example}")),
    });
    None
}

/// Reports a value of the right kind that means nothing here.
pub fn out_of_range(node: &Node, message: &str, diagnostics: &Diagnostics) {
    diagnostics.error(codes::OUT_OF_RANGE, node.span, message);
}

/// A window as written; names of windows are the caller's to look up first.
pub fn window(node: &Node, diagnostics: &Diagnostics) -> Option<WeekWindow> {
    let text = text(node, diagnostics)?;
    let fault = match windows::parse_window(text) {
        Ok(window) => return Some(window),
        Err(fault) => fault,
    };
    let message = format!("\"{text}\" is not a window: {}", fault.reason);
    let report = Diagnostic::error(codes::WRONG_WINDOW, node.span, message);
    diagnostics.report(report.try_this(format!("write it like {}", windows::WINDOW_EXAMPLE)));
    None
}

/// A date without a time of day, `2023-04-01`, with or without quotation marks.
pub fn date(node: &Node, diagnostics: &Diagnostics) -> Option<Date> {
    let found = match &node.value {
        Value::Moment(moment) if moment.time_milliseconds.is_none() => moment.date,
        Value::String(text) => super::dates::parse_date(text),
        _ => None,
    };
    if found.is_none() {
        let fault = Diagnostic::error(codes::WRONG_DATE, node.span, "expected a date");
        diagnostics.report(fault.try_this("write it like 2023-04-01 (year, month, day)"));
    }
    found
}

/// A time of day, `"08:30"`, in milliseconds since midnight.
pub fn clock(node: &Node, diagnostics: &Diagnostics) -> Option<u64> {
    let found = match &node.value {
        Value::Moment(moment) if moment.date.is_none() => moment.time_milliseconds,
        Value::String(text) => super::dates::parse_clock(text),
        _ => None,
    };
    if found.is_none() {
        let fault = Diagnostic::error(codes::WRONG_DATE, node.span, "expected a time of day");
        diagnostics.report(fault.try_this("write it like \"08:30\""));
    }
    found
}
