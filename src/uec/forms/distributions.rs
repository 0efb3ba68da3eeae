//! Distributions of lengths of time, as written.
//!
//! Units: every quantity becomes milliseconds. A number without a unit is read in the `unit` of its shape.

use crate::engine::distributions::{Distribution, ParameterFault, Shape};
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::scenario::workspace::Workspace;
use crate::uec::codes;

use super::reading::Reading;

/// The shapes by the name that writes them.
pub const SHAPES: [&str; 15] = [
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
];

pub const MIXTURE: &str = "mixture";
const EXAMPLE: &str = "{ lognormal = { mean = \"9 min\", sd = \"4 min\" } }";

/// Whether a table writes a distribution, rather than a table of them.
pub fn is_distribution(node: &Node) -> bool {
    match &node.value {
        Value::Table(table) => table
            .keys()
            .any(|key| key == MIXTURE || SHAPES.contains(&key)),
        _ => true,
    }
}

/// A distribution of plain numbers, for values that are no lengths of time.
///
/// Errors (reported): as [`distribution`].
pub fn distribution_of_numbers(node: &Node, workspace: &Workspace) -> Option<Distribution> {
    distribution(node, &Reading::of_numbers(workspace))
}

/// A distribution in milliseconds that never gives a negative length of time more than its shape does.
///
/// Errors (reported): no or several shapes, parameters missing or out of their domain.
pub fn distribution(node: &Node, reading: &Reading) -> Option<Distribution> {
    if !matches!(node.value, Value::Table(_)) {
        let value = single(node, reading)?;
        return checked(Distribution::constant(value), node, reading);
    }
    let reader = TableReader::new(node, "the distribution", reading.faults);
    let given: Vec<&str> = SHAPES
        .into_iter()
        .chain([MIXTURE])
        .filter(|shape| reader.has(shape))
        .collect();
    let base = match given[..] {
        [MIXTURE] => mixture(reader.optional(MIXTURE)?, reading),
        [shape] => simple(shape, reader.optional(shape)?, reading),
        _ => {
            let message = match given.len() {
                0 => "this is not a distribution: it has no shape".to_owned(),
                _ => format!(
                    "a distribution has one shape, not both {}",
                    given.join(" and ")
                ),
            };
            let fault = Diagnostic::error(codes::DISTRIBUTION, node.span, message);
            let written = node.as_table().and_then(|table| table.own().next());
            reading.faults.report(match written {
                Some((key, _)) if given.is_empty() => fault
                    .suggest(&key.name, SHAPES.iter().chain(&[MIXTURE]))
                    .note(format!("written like {EXAMPLE}")),
                _ => fault.try_this(EXAMPLE),
            });
            None
        }
    };
    let placed = base.and_then(|base| place(base, &reader, reading));
    reader.allow(&["shift", "scale", "minimum", "maximum"]);
    if !given.is_empty() {
        reader.finish();
    }
    placed
}

/// Scale, then shift, then bounds.
fn place(base: Distribution, reader: &TableReader, reading: &Reading) -> Option<Distribution> {
    let node = reader.node;
    let mut placed = base;
    if let Some(factor) = reader.optional_factor("scale") {
        placed = checked(placed.multiplied(factor), node, reading)?;
    }
    if let Some(shift) = reader.optional("shift") {
        let shift = match reading.is_of_numbers {
            true => values::number(shift, reading.faults)?,
            false => values::signed_duration(shift, reading.faults)?,
        };
        placed = checked(placed.added(shift), node, reading)?;
    }
    let bound = |key| reader.optional(key).and_then(|node| single(node, reading));
    let (minimum, maximum) = (bound("minimum"), bound("maximum"));
    if minimum.is_some() || maximum.is_some() {
        placed = checked(placed.clamped(minimum, maximum), node, reading)?;
    }
    Some(placed)
}

/// One value: a duration, or a plain number where the distribution is one of numbers.
fn single(node: &Node, reading: &Reading) -> Option<f64> {
    match reading.is_of_numbers {
        true => values::number(node, reading.faults),
        false => values::duration(node, reading.faults),
    }
}

fn checked<T>(made: Result<T, ParameterFault>, node: &Node, reading: &Reading) -> Option<T> {
    made.map_err(|fault| {
        let message = format!("this distribution cannot be: {fault}");
        reading
            .faults
            .error(codes::DISTRIBUTION, node.span, message);
    })
    .ok()
}

fn mixture(node: &Node, reading: &Reading) -> Option<Distribution> {
    let reader = TableReader::new(node, "the mixture", reading.faults);
    let shares = numbers(reader.list("shares", "[0.3, 0.7]"), reading);
    let parts = reader.list("of", "[ distribution, distribution ]");
    let parts: Option<Vec<Distribution>> = parts.and_then(|nodes| {
        let read: Vec<_> = nodes
            .iter()
            .map(|part| distribution(part, reading))
            .collect();
        read.into_iter().collect()
    });
    reader.finish();
    let shape = Shape::Mixture {
        shares: shares?,
        of: parts?,
    };
    checked(Distribution::new(shape), node, reading)
}

fn numbers(nodes: Option<&[Node]>, reading: &Reading) -> Option<Vec<f64>> {
    let read: Vec<_> = nodes?
        .iter()
        .map(|node| values::share(node, reading.faults))
        .collect();
    read.into_iter().collect()
}

/// Parameters of one shape, read in milliseconds.
struct Parameters<'a> {
    reader: TableReader<'a>,
    /// Milliseconds of the unit that plain numbers are in.
    unit: Option<f64>,
    reading: &'a Reading<'a>,
}

impl<'a> Parameters<'a> {
    fn new(shape: &str, node: &'a Node, reading: &'a Reading<'a>) -> Self {
        let reader = TableReader::new(node, format!("the {shape} distribution"), reading.faults);
        let unit = match reading.is_of_numbers {
            true => Some(1.0),
            false => reader.optional("unit").and_then(|node| reading.unit(node)),
        };
        Self {
            reader,
            unit,
            reading,
        }
    }

    fn has(&self, key: &str) -> bool {
        self.reader.has(key)
    }

    fn quantity(&self, node: &Node) -> Option<f64> {
        match (&node.value, self.unit) {
            (Value::Integer(_) | Value::Float(_), Some(unit)) => {
                Some(values::number(node, self.reading.faults)? * unit)
            }
            _ => single(node, self.reading),
        }
    }

    /// Errors (reported): no unit, where values are lengths of time.
    fn needs_unit(&self) -> Option<()> {
        match self.reading.is_of_numbers {
            true => Some(()),
            false => self.reader.required("unit", "\"min\"").map(|_| ()),
        }
    }

    fn span(&self, key: &str) -> Option<f64> {
        self.quantity(self.reader.required(key, "\"8 min\"")?)
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.reader.number(key)
    }

    fn spans(&self, key: &str) -> Option<Vec<f64>> {
        let nodes = self.reader.list(key, "[\"5 min\", \"8 min\"]")?;
        let read: Vec<_> = nodes.iter().map(|node| self.quantity(node)).collect();
        read.into_iter().collect()
    }

    /// The logarithm of a quantity written without a unit, moved to milliseconds.
    fn log_location(&self, key: &str) -> Option<f64> {
        let value = self.number(key)?;
        self.needs_unit()?;
        Some(value + libm::log(self.unit?))
    }
}

fn simple(shape: &str, node: &Node, reading: &Reading) -> Option<Distribution> {
    if shape == "constant" {
        let value = single(node, reading)?;
        return checked(Distribution::constant(value), node, reading);
    }
    let parameters = Parameters::new(shape, node, reading);
    let shape = shape_of(shape, &parameters, node);
    parameters.reader.finish();
    checked(Distribution::new(shape?), node, reading)
}

/// Both values, reading the second even if the first is wrong, so that every fault is reported.
fn both<A, B>(first: Option<A>, second: Option<B>) -> Option<(A, B)> {
    first.zip(second)
}

fn shape_of(name: &str, p: &Parameters, node: &Node) -> Option<Shape> {
    Some(match name {
        "uniform" => {
            let (low, high) = both(p.span("low"), p.span("high"))?;
            Shape::Uniform { low, high }
        }
        "triangular" => {
            let (low, mode) = both(p.span("low"), p.span("mode"))?;
            let high = p.span("high")?;
            Shape::Triangular { low, mode, high }
        }
        "exponential" => Shape::Exponential {
            mean: mean_or_rate(p)?,
        },
        "gamma" if p.has("mean") || p.has("sd") => {
            let (mean, sd) = both(p.span("mean"), p.span("sd"))?;
            checked(Shape::gamma_mean_sd(mean, sd), node, p.reading)?
        }
        "gamma" => {
            let (shape, scale) = both(p.number("shape"), p.span("scale"))?;
            Shape::Gamma { shape, scale }
        }
        "erlang" => {
            let (k, mean) = both(p.reader.count("k"), p.span("mean"))?;
            let k = u32::try_from(k).unwrap_or(u32::MAX);
            Shape::Erlang { k, mean }
        }
        "weibull" => {
            let (shape, scale) = both(p.number("shape"), p.span("scale"))?;
            Shape::Weibull { shape, scale }
        }
        "lognormal" => lognormal(p, node)?,
        "normal" => {
            let (mean, sd) = both(p.span("mean"), p.span("sd"))?;
            Shape::NormalTruncated { mean, sd }
        }
        "pearson5" => {
            let (shape, scale) = both(p.number("shape"), p.span("scale"))?;
            Shape::PearsonV { shape, scale }
        }
        "pearson6" => {
            let (shape1, shape2) = both(p.number("shape1"), p.number("shape2"))?;
            let scale = p.span("scale")?;
            Shape::PearsonVI {
                shape1,
                shape2,
                scale,
            }
        }
        "beta" => {
            let (a, b) = both(p.number("a"), p.number("b"))?;
            let (low, high) = both(p.span("low"), p.span("high"))?;
            Shape::Beta { a, b, low, high }
        }
        "discrete" => {
            let shares = numbers(p.reader.list("shares", "[0.2, 0.8]"), p.reading);
            let (values, shares) = both(p.spans("values"), shares)?;
            Shape::Discrete { values, shares }
        }
        "poisson" => return poisson(p),
        _ => return empirical(p),
    })
}

fn mean_or_rate(p: &Parameters) -> Option<f64> {
    if !p.has("rate") {
        return p.span("mean");
    }
    let rate = p.reader.rate("rate")?;
    Some(if rate > 0.0 {
        1.0 / rate
    } else {
        f64::INFINITY
    })
}

fn lognormal(p: &Parameters, node: &Node) -> Option<Shape> {
    if p.has("mu") || p.has("sigma") {
        let (mu, sigma) = both(p.log_location("mu"), p.number("sigma"))?;
        return Some(Shape::Lognormal { mu, sigma });
    }
    if p.has("median") || p.has("p90") {
        let (median, p90) = both(p.span("median"), p.span("p90"))?;
        return checked(Shape::lognormal_median_p90(median, p90), node, p.reading);
    }
    let (mean, sd) = both(p.span("mean"), p.span("sd"))?;
    checked(Shape::lognormal_mean_sd(mean, sd), node, p.reading)
}

/// A count of units of time: written as a mixture of one part, so that its unit is a scale.
fn poisson(p: &Parameters) -> Option<Shape> {
    let mean = p.number("mean");
    p.needs_unit()?;
    let (mean, unit) = both(mean, p.unit)?;
    let node = p.reader.node;
    let count = checked(Distribution::new(Shape::Poisson { mean }), node, p.reading)?;
    let scaled = checked(count.multiplied(unit), node, p.reading)?;
    Some(Shape::Mixture {
        shares: vec![1.0],
        of: vec![scaled],
    })
}

fn empirical(p: &Parameters) -> Option<Shape> {
    if !p.has("file") {
        let values = p.spans("values")?;
        return Some(Shape::EmpiricalValues { values });
    }
    let column = p.reader.name("column");
    let quantile = p.reader.optional_name("quantile");
    p.needs_unit()?;
    let file = p.reader.optional("file")?;
    let (column, unit) = both(column, p.unit)?;
    let csv = p.reading.csv(file)?;
    let values = csv.numbers(column, p.reading)?;
    let values = values.into_iter().map(|value| value * unit).collect();
    let Some(quantile) = quantile else {
        return Some(Shape::EmpiricalValues { values });
    };
    let probabilities = csv.numbers(quantile, p.reading)?;
    Some(Shape::EmpiricalQuantiles {
        probabilities,
        values,
    })
}
