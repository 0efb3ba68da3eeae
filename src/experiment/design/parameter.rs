//! A parameter that is varied: which values of a scenario it moves, over what, and how its values are written.
//!
//! A value is a number in the parameter's unit. Of a parameter that goes through written things (names, tables, texts), it is
//! the position of one of them.

use super::moved::{How, Moved, Setting};
use crate::engine::distributions::Distribution;
use crate::scenario::files::Span;

/// A parameter of an experiment.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub title: String,
    /// Moved together; `how` is the same for all.
    pub moved: Vec<Moved>,
    pub over: Over,
    /// As the experiment says; see [`Parameter::base`].
    pub written_base: Option<f64>,
    /// Where the range comes from: `source = "…"` or `assumed = "…"`, as written; empty if nothing is said.
    pub origin: String,
    /// Of the parameter's table in the experiment file.
    pub span: Span,
    /// Of each path, in the order of `moved`.
    pub path_spans: Vec<Span>,
}

/// What a parameter is varied over.
#[derive(Clone, Debug, PartialEq)]
pub enum Over {
    /// These values, in this order.
    Listed(Vec<f64>),
    /// These things, as a scenario writes them.
    Written(Vec<String>),
    Range {
        low: f64,
        high: f64,
        /// For designs that need single values.
        levels: Option<u32>,
    },
    Distribution {
        distribution: Distribution,
        levels: Option<u32>,
    },
}

/// Between these shares of a distribution lies what counts as its range where a design needs ends: nine in ten values.
const ENDS: (f64, f64) = (0.05, 0.95);

impl Parameter {
    pub fn how(&self) -> &How {
        // A parameter is read with at least one path.
        &self.moved[0].how
    }

    /// Empty for a factor or a plain number.
    pub fn unit(&self) -> &str {
        match self.how() {
            How::Multiply => "",
            How::Add { unit } | How::Set { unit } => unit,
        }
    }

    /// Lowest value; of a distribution, its 5th centile.
    pub fn low(&self) -> f64 {
        match &self.over {
            Over::Listed(values) => values.iter().copied().fold(f64::INFINITY, f64::min),
            Over::Written(_) => 0.0,
            Over::Range { low, .. } => *low,
            Over::Distribution { distribution, .. } => tidy(distribution.quantile(ENDS.0)),
        }
    }

    /// Highest value; of a distribution, its 95th centile.
    pub fn high(&self) -> f64 {
        match &self.over {
            Over::Listed(values) => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Over::Written(things) => things.len() as f64 - 1.0,
            Over::Range { high, .. } => *high,
            Over::Distribution { distribution, .. } => tidy(distribution.quantile(ENDS.1)),
        }
    }

    /// What it is when others are varied: as written in the experiment, else the value that leaves the scenario as it is, else
    /// the middle of what it is varied over.
    pub fn base(&self) -> f64 {
        let start = self.written_base.or(self.how().start());
        start.unwrap_or_else(|| self.quantile(0.5))
    }

    /// Whether [`Self::base`] is said rather than taken as the middle.
    pub fn has_base(&self) -> bool {
        self.written_base.or(self.how().start()).is_some()
    }

    /// The value below which a share `u` (in 0 to 1) of its values lies: the values of a list are equally likely.
    pub fn quantile(&self, u: f64) -> f64 {
        let pick = |n: usize| ((u * n as f64) as usize).min(n - 1);
        match &self.over {
            Over::Listed(values) => values[pick(values.len())],
            Over::Written(things) => pick(things.len()) as f64,
            Over::Range { low, high, .. } => tidy(low + u * (high - low)),
            Over::Distribution { distribution, .. } => tidy(distribution.quantile(u)),
        }
    }

    /// Single values for a grid, if it is said how many; of a distribution, the middles of parts of equal probability.
    pub fn levels(&self) -> Option<Vec<f64>> {
        match &self.over {
            Over::Listed(values) => Some(values.clone()),
            Over::Written(things) => Some((0..things.len()).map(|at| at as f64).collect()),
            Over::Range { low, high, levels } => {
                let n = (*levels)?;
                let share = |level: u32| f64::from(level) / f64::from(n - 1).max(1.0);
                let value = |level| tidy(low + share(level) * (high - low));
                Some((0..n).map(value).collect())
            }
            Over::Distribution { levels, .. } => {
                let n = (*levels)?;
                let middle = |level| self.quantile((f64::from(level) + 0.5) / f64::from(n));
                Some((0..n).map(middle).collect())
            }
        }
    }

    /// Values to try one at a time: all of a list, else the levels, else both ends.
    pub fn levels_or_ends(&self) -> Vec<f64> {
        self.levels()
            .unwrap_or_else(|| vec![self.low(), self.high()])
    }

    /// A value as tables show it: the number, or the thing that is written.
    pub fn shown(&self, value: f64) -> String {
        match &self.over {
            Over::Written(things) => things[value as usize].trim_matches('"').to_owned(),
            _ => value.to_string(),
        }
    }

    /// The value that tables show so.
    pub fn read(&self, shown: &str) -> Option<f64> {
        match &self.over {
            Over::Written(things) => {
                let mut things = things.iter();
                let at =
                    things.position(|thing| thing == shown || thing.trim_matches('"') == shown);
                at.map(|at| at as f64)
            }
            _ => shown.parse().ok().filter(|value: &f64| value.is_finite()),
        }
    }

    /// Puts a value into force.
    pub(super) fn setting(&self, value: f64) -> Setting<'_> {
        let assignment = |moved: &Moved| match &self.over {
            Over::Written(things) => format!("value = {}", things[value as usize]),
            _ => moved.how.assignment(value),
        };
        Setting {
            moved: &self.moved,
            assignments: self.moved.iter().map(assignment).collect(),
            said: format!("assumed = \"Varied: {}\"", self.name),
        }
    }
}

/// To twelve significant digits, so that what is written is what was run.
pub fn tidy(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::distributions::Shape;

    fn parameter(how: How, over: Over) -> Parameter {
        let path = "sites.a.pools.b".to_owned();
        Parameter {
            name: "x".to_owned(),
            title: "X".to_owned(),
            moved: vec![Moved { path, how }],
            over,
            written_base: None,
            origin: String::new(),
            span: Span::default(),
            path_spans: vec![Span::default()],
        }
    }

    fn set(unit: &str) -> How {
        How::Set {
            unit: unit.to_owned(),
        }
    }

    #[test]
    fn a_range_has_levels_from_end_to_end() {
        let over = Over::Range {
            low: 0.9,
            high: 1.1,
            levels: Some(3),
        };
        let parameter = parameter(How::Multiply, over);
        assert_eq!(parameter.levels(), Some(vec![0.9, 1.0, 1.1]));
        assert_eq!(
            (parameter.low(), parameter.base(), parameter.high()),
            (0.9, 1.0, 1.1)
        );
        assert_eq!(parameter.quantile(0.25), 0.95);
    }

    #[test]
    fn a_distribution_has_levels_of_equal_probability() {
        let shape = Shape::Uniform {
            low: 0.0,
            high: 8.0,
        };
        let distribution = Distribution::new(shape).expect("it can be");
        let levels = Some(4);
        let over = Over::Distribution {
            distribution,
            levels,
        };
        let parameter = parameter(set("min"), over);
        assert_eq!(parameter.levels(), Some(vec![1.0, 3.0, 5.0, 7.0]));
        assert_eq!(
            (parameter.low(), parameter.base(), parameter.high()),
            (0.4, 4.0, 7.6)
        );
        assert!(!parameter.has_base());
    }

    #[test]
    fn values_of_a_list_are_equally_likely_and_written_things_are_named() {
        let listed = parameter(set(""), Over::Listed(vec![8.0, 4.0, 6.0]));
        let picked: Vec<f64> = [0.1, 0.5, 0.9].map(|u| listed.quantile(u)).to_vec();
        assert_eq!(picked, [8.0, 4.0, 6.0]);
        assert_eq!((listed.low(), listed.high()), (4.0, 8.0));
        let things = ["\"8 min\"", "{ constant = \"9 min\" }"].map(str::to_owned);
        let written = parameter(set(""), Over::Written(things.to_vec()));
        assert_eq!(written.shown(0.0), "8 min");
        assert_eq!(written.read("8 min"), Some(0.0));
        assert_eq!(written.read("9 min"), None);
        assert_eq!(
            written.setting(1.0).assignments,
            ["value = { constant = \"9 min\" }"]
        );
    }

    #[test]
    fn what_is_written_is_what_is_run() {
        assert_eq!(tidy(0.1 + 0.2), 0.3);
        assert_eq!(tidy(1.0 / 3.0), 0.333_333_333_333);
        assert_eq!(set("min").assignment(7.5), "value = \"7.5 min\"");
        assert_eq!(set("").assignment(12.0), "value = 12");
    }
}
