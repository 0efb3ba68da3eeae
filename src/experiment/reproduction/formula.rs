//! Arithmetic on the numbers of runs, as a description of a published model writes it.
//!
//! `{wait.mean}` is a statistic of a measure, `{base:wait.mean, category=C1}` that of a group of patients in a named
//! scenario. `+ - * / ( )`, numbers, whole-numbered names, and `sum(i, 1, n, …)`, in which `<i + 1>` within braces is
//! replaced by its value. Everything is checked when it is read; evaluating cannot fail.

use std::ops::Range;

/// Names with whole values, from a pattern or a sum.
pub type Variables = Vec<(String, i64)>;

#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    Number(f64),
    /// Position in [`Parsed::references`].
    Value(usize),
    Negative(Box<Formula>),
    Both(Box<Formula>, Operator, Box<Formula>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

/// A number of a run, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// None: the scenario that the formula is for.
    pub scenario: Option<String>,
    pub measure: String,
    pub statistic: String,
    /// `all` or `attribute=level`.
    pub cohort: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub formula: Formula,
    /// Each once.
    pub references: Vec<Reference>,
}

/// What is wrong, and where in the text (bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: Range<usize>,
    pub message: String,
}

/// Terms a sum may have.
const MOST_TERMS: i64 = 1_000;
/// Brackets and sums within each other.
const DEEPEST: usize = 50;

/// Reads a formula in which `variables` have their values.
///
/// Errors: the first thing that cannot be read.
pub fn parse(text: &str, variables: &Variables) -> Result<Parsed, Fault> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        variables: variables.clone(),
        references: Vec::new(),
    };
    let formula = parser.sum_of_terms()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.fault("the formula should end here, or go on with + - * /"));
    }
    Ok(Parsed {
        formula,
        references: parser.references,
    })
}

impl Formula {
    /// Its value where the references have these. Shape: as [`Parsed::references`].
    pub fn value(&self, values: &[f64]) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Value(reference) => values[*reference],
            Self::Negative(of) => -of.value(values),
            Self::Both(left, operator, right) => {
                let (left, right) = (left.value(values), right.value(values));
                match operator {
                    Operator::Plus => left + right,
                    Operator::Minus => left - right,
                    Operator::Times => left * right,
                    Operator::Over => left / right,
                }
            }
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    variables: Variables,
    references: Vec<Reference>,
}

impl Parser<'_> {
    fn fault(&self, message: &str) -> Fault {
        let rest = &self.text[self.at..];
        let length = rest.chars().next().map_or(0, char::len_utf8);
        Fault {
            at: self.at..self.at + length,
            message: message.to_owned(),
        }
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Passes over `wanted` if it stands here.
    fn take(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), Fault> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(self.fault(&format!("\"{wanted}\" is missing here")))
    }

    fn sum_of_terms(&mut self) -> Result<Formula, Fault> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take('+') {
                Operator::Plus
            } else if self.take('-') {
                Operator::Minus
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = Formula::Both(Box::new(left), operator, Box::new(right));
        }
    }

    fn product(&mut self) -> Result<Formula, Fault> {
        let mut left = self.factor()?;
        loop {
            let operator = if self.take('*') {
                Operator::Times
            } else if self.take('/') {
                Operator::Over
            } else {
                return Ok(left);
            };
            let right = self.factor()?;
            left = Formula::Both(Box::new(left), operator, Box::new(right));
        }
    }

    fn factor(&mut self) -> Result<Formula, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault("brackets are nested too deeply"));
        }
        let factor = self.bare_factor();
        self.depth -= 1;
        factor
    }

    fn bare_factor(&mut self) -> Result<Formula, Fault> {
        if self.take('-') {
            return Ok(Formula::Negative(Box::new(self.factor()?)));
        }
        if self.take('(') {
            let inner = self.sum_of_terms()?;
            self.expect(')')?;
            return Ok(inner);
        }
        if self.take('{') {
            return self.reference();
        }
        let word = self.word();
        match self.text[word.clone()].chars().next() {
            None => Err(self.fault("a number, {measure.statistic} or bracket is missing here")),
            Some(first) if first.is_ascii_digit() || first == '.' => {
                let number = self.text[word.clone()].parse().map_err(|_| Fault {
                    at: word,
                    message: "this is not a number".to_owned(),
                })?;
                Ok(Formula::Number(number))
            }
            Some(_) if &self.text[word.clone()] == "sum" => self.sum(),
            Some(_) => self.variable(word),
        }
    }

    /// Passes over letters, digits, points and underscores.
    fn word(&mut self) -> Range<usize> {
        self.skip_space();
        let start = self.at;
        let rest = &self.text[start..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        self.at += rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        start..self.at
    }

    fn variable(&self, word: Range<usize>) -> Result<Formula, Fault> {
        let name = &self.text[word.clone()];
        let known = self.variables.iter().rev().find(|(known, _)| known == name);
        match known {
            Some((_, value)) => Ok(Formula::Number(*value as f64)),
            None => Err(Fault {
                at: word,
                message: format!("\"{name}\" has no value: measures are written {{{name}.mean}}"),
            }),
        }
    }

    /// `(i, from, to, formula)`.
    fn sum(&mut self) -> Result<Formula, Fault> {
        self.expect('(')?;
        let name = self.word();
        let name = self.text[name].to_owned();
        self.expect(',')?;
        let from = self.whole_number()?;
        self.expect(',')?;
        let to = self.whole_number()?;
        self.expect(',')?;
        if to.saturating_sub(from) >= MOST_TERMS {
            return Err(self.fault(&format!("a sum has at most {MOST_TERMS} terms")));
        }
        let body = self.at;
        let mut total = Formula::Number(0.0);
        // A sum without terms is still read once, so that what is wrong in it is found.
        for value in from..=to.max(from) {
            self.at = body;
            self.variables.push((name.clone(), value));
            let term = self.sum_of_terms();
            self.variables.pop();
            if value <= to {
                total = Formula::Both(Box::new(total), Operator::Plus, Box::new(term?));
            } else {
                term?;
            }
        }
        self.expect(')')?;
        Ok(total)
    }

    fn whole_number(&mut self) -> Result<i64, Fault> {
        self.skip_space();
        let start = self.at;
        let n_references = self.references.len();
        let formula = self.sum_of_terms()?;
        let fault = |message: &str| Fault {
            at: start..self.at,
            message: message.to_owned(),
        };
        if self.references.len() > n_references {
            return Err(fault("what a run gives cannot be counted with"));
        }
        whole(formula.value(&vec![0.0; n_references])).ok_or_else(|| fault("not a whole number"))
    }

    /// After the opening brace.
    fn reference(&mut self) -> Result<Formula, Fault> {
        let start = self.at;
        let Some(length) = self.text[start..].find('}') else {
            return Err(Fault {
                at: start - 1..start,
                message: "this brace is never closed".to_owned(),
            });
        };
        let inside = start..start + length;
        self.at = inside.end + 1;
        let text = self.filled_in(inside.clone())?;
        let reference = reference(&text).ok_or_else(|| Fault {
            at: inside,
            message: "a number of a run is written {measure.statistic} or {scenario:measure.statistic, attribute=level}".to_owned(),
        })?;
        let known = self.references.iter().position(|one| *one == reference);
        Ok(Formula::Value(known.unwrap_or_else(|| {
            self.references.push(reference);
            self.references.len() - 1
        })))
    }

    /// The text of a range with every `<…>` replaced by its value.
    fn filled_in(&self, range: Range<usize>) -> Result<String, Fault> {
        let mut filled = String::new();
        let mut at = range.start;
        while let Some(open) = self.text[at..range.end].find('<') {
            let start = at + open + 1;
            filled.push_str(&self.text[at..start - 1]);
            let Some(length) = self.text[start..range.end].find('>') else {
                return Err(Fault {
                    at: start - 1..start,
                    message: "this \"<\" is never closed".to_owned(),
                });
            };
            let shifted = |fault: Fault| Fault {
                at: fault.at.start + start..fault.at.end + start,
                ..fault
            };
            let parsed = parse(&self.text[start..start + length], &self.variables);
            let parsed = parsed.map_err(shifted)?;
            let value = parsed
                .references
                .is_empty()
                .then(|| parsed.formula.value(&[]));
            let value = value.and_then(whole).ok_or_else(|| Fault {
                at: start..start + length,
                message: "not a whole number".to_owned(),
            })?;
            filled.push_str(&value.to_string());
            at = start + length + 1;
        }
        filled.push_str(&self.text[at..range.end]);
        Ok(filled)
    }
}

fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 1e9).then_some(value as i64)
}

/// `scenario:measure.statistic, attribute=level`.
fn reference(text: &str) -> Option<Reference> {
    let (number, cohort) = match text.split_once(',') {
        Some((number, cohort)) => {
            let (attribute, level) = cohort.split_once('=')?;
            (number, format!("{}={}", attribute.trim(), level.trim()))
        }
        None => (text, "all".to_owned()),
    };
    let (scenario, number) = match number.split_once(':') {
        Some((scenario, number)) => (Some(scenario.trim().to_owned()), number),
        None => (None, number),
    };
    let (measure, statistic) = number.split_once('.')?;
    let (measure, statistic) = (measure.trim(), statistic.trim());
    (!measure.is_empty() && !statistic.is_empty()).then(|| Reference {
        scenario,
        measure: measure.to_owned(),
        statistic: statistic.to_owned(),
        cohort,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, values: &[f64], expected: f64) {
        let parsed = parse(text, &vec![("n".to_owned(), 3)]).expect("it can be read");
        assert_eq!(parsed.references.len(), values.len(), "{text}");
        assert_eq!(parsed.formula.value(values), expected, "{text}");
    }

    #[test]
    fn arithmetic_has_the_usual_order() {
        check("1 + 2 * 3 - 8 / 4", &[], 5.0);
        check("-(1 + 2) * 3", &[], -9.0);
        check("{a.mean} - {b.mean} / 2 + {a.mean}", &[10.0, 4.0], 18.0);
        check("n * 2", &[], 6.0);
    }

    #[test]
    fn sums_fill_their_variable_in() {
        check("sum(i, 1, n, i * i)", &[], 14.0);
        check("sum(i, 1, n, {x.at <n - i>})", &[2.0, 1.0, 0.5], 3.5);
        check("sum(i, 5, n, i)", &[], 0.0);
        let parsed = parse("sum(i, 1, 2, {x.at <i + 7>})", &Vec::new()).expect("it can be read");
        let statistics: Vec<&str> = parsed
            .references
            .iter()
            .map(|one| one.statistic.as_str())
            .collect();
        assert_eq!(statistics, ["at 8", "at 9"]);
    }

    #[test]
    fn references_name_scenario_measure_statistic_and_group() {
        let parsed = parse("{what_if:wait.within 4 h, category=C1}", &Vec::new());
        let expected = Reference {
            scenario: Some("what_if".to_owned()),
            measure: "wait".to_owned(),
            statistic: "within 4 h".to_owned(),
            cohort: "category=C1".to_owned(),
        };
        assert_eq!(parsed.expect("it can be read").references, [expected]);
    }

    #[test]
    fn what_cannot_be_read_is_shown_where_it_stands() {
        let check = |text: &str, at: Range<usize>| {
            let fault = parse(text, &Vec::new()).expect_err("it cannot be read");
            assert_eq!(fault.at, at, "{text}: {}", fault.message);
        };
        check("1 + ", 4..4);
        check("(1 + 2", 6..6);
        check("{wait}", 1..5);
        check("{wait.mean", 0..1);
        check("2 * wait", 4..8);
        check("1 2", 2..3);
        check("{x.at <k>}", 7..8);
        check("sum(i, 1, 5000, i)", 15..16);
        check(&"(".repeat(60), 50..51);
    }
}
