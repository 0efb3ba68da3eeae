//! What the values say, in words, for titles and headlines.

use crate::experiment::results::{Difference, Estimate};
use crate::uec::model::{MeasureSpec, Statistic};

use super::format::{Verdict, change, number, quantity, signed, statistic_words, unit_of, verdict};
use super::subject::{ALL, Subject};

/// One number of every scenario, with the paired difference of each alternative.
pub struct Finding<'a> {
    pub measure: &'a MeasureSpec,
    pub statistic: Statistic,
    pub unit: String,
    /// By scenario.
    pub estimates: Vec<Option<Estimate>>,
    /// By scenario; none for the baseline.
    pub differences: Vec<Option<&'a Difference>>,
}

impl<'a> Finding<'a> {
    /// None when the baseline has no such measure.
    pub fn new(
        subject: &Subject<'a>,
        id: &str,
        statistic: Statistic,
        site: &str,
        cohort: &str,
    ) -> Option<Self> {
        let (_, measure) = subject.baseline().measure(id)?;
        let scenarios = &subject.scenarios;
        let estimates = scenarios
            .iter()
            .map(|scenario| scenario.estimate(id, statistic, site, cohort))
            .collect();
        let differences = scenarios
            .iter()
            .map(|scenario| scenario.difference(id, statistic, site, cohort))
            .collect();
        let unit = unit_of(measure, statistic);
        Some(Self {
            measure,
            statistic,
            unit,
            estimates,
            differences,
        })
    }

    /// Of all sites and cohorts.
    pub fn overall(subject: &Subject<'a>, id: &str, statistic: Statistic) -> Option<Self> {
        Self::new(subject, id, statistic, ALL, ALL)
    }

    /// `Time in A&E, within 4 hours`; the statistic is left out where it goes without saying.
    pub fn name(&self) -> String {
        name(self.measure, self.statistic)
    }

    /// Of the alternative at `scenario`; cannot tell where there is no difference to judge.
    pub fn verdict(&self, scenario: usize) -> Verdict {
        let difference = self.differences.get(scenario).copied().flatten();
        difference.map_or(Verdict::CannotTell, |difference| {
            verdict(self.measure, difference)
        })
    }

    /// What a verdict on the alternative at `scenario` rests on: `20 pairs: 19 lower, 1 higher`; empty without pairs. Only
    /// for numbers of all sites and cohorts.
    pub fn rests_on(&self, subject: &Subject<'_>, scenario: usize) -> String {
        let values = |of: usize| subject.scenarios[of].values(&self.measure.id, self.statistic);
        let (Some(before), Some(after)) = (values(0), values(scenario)) else {
            return String::new();
        };
        let numbers = |of: usize| &subject.scenarios[of].results.replications;
        let (mut lower, mut higher, mut same) = (0, 0, 0);
        for (replication, from) in numbers(0).iter().zip(before) {
            let other = numbers(scenario).binary_search(replication).ok();
            let to = other.and_then(|other| after[other]);
            match from.zip(to) {
                Some((from, to)) if to < from => lower += 1,
                Some((from, to)) if to > from => higher += 1,
                Some(_) => same += 1,
                None => {}
            }
        }
        let n = lower + higher + same;
        let counts = [(lower, "lower"), (higher, "higher"), (same, "the same")];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        match n {
            0 => String::new(),
            1 => format!("1 pair: {}", counts.join(", ")),
            n => format!("{n} pairs: {}", counts.join(", ")),
        }
    }

    /// `75.1 % under Networked, 3.1 points more than Traditional`; none when a value is missing.
    pub fn sentence(&self, subject: &Subject<'_>) -> Option<String> {
        let values: Vec<f64> = self
            .estimates
            .iter()
            .map(|estimate| Some((*estimate)?.mean))
            .collect::<Option<_>>()?;
        let label = |scenario: usize| subject.scenarios[scenario].label.as_str();
        let plain = |scenario: usize| {
            format!(
                "{} under {}",
                quantity(values[scenario], &self.unit),
                label(scenario)
            )
        };
        match values.len() {
            1 => Some(quantity(values[0], &self.unit)),
            2 if self.verdict(1) == Verdict::CannotTell => {
                let before = quantity(values[0], &self.unit);
                Some(format!(
                    "{}, no clear difference from {} ({before})",
                    plain(1),
                    label(0)
                ))
            }
            2 => {
                let difference =
                    self.differences[1].map_or(values[1] - values[0], |row| row.difference.mean);
                let size = difference_words(difference, &self.unit);
                Some(format!("{}, {size} than {}", plain(1), label(0)))
            }
            n => Some((0..n).map(plain).collect::<Vec<_>>().join(", ")),
        }
    }

    /// `72.0 to 75.1 % (+3.1 points, 95 % interval 2.8 to 3.4)` for the alternative at `scenario`.
    pub fn change_in_numbers(&self, scenario: usize) -> Option<String> {
        let row = self.differences.get(scenario).copied().flatten()?;
        let (from, to) = (
            number(row.baseline.mean),
            quantity(row.alternative.mean, &self.unit),
        );
        let difference = difference(row.difference.mean, &self.unit);
        Some(format!(
            "{from} to {to} ({difference}, 95\u{a0}% interval {})",
            interval(&row.difference)
        ))
    }
}

/// `3.1 points more`, `12.0 min less`, `10.8 fewer`: of things that are counted the unit goes without saying.
fn difference_words(difference: f64, unit: &str) -> String {
    let size = number(difference.abs());
    let is_more = difference > 0.0;
    match unit {
        "%" => format!("{size} points {}", if is_more { "more" } else { "less" }),
        "min" | "s" | "h" => format!(
            "{size}\u{a0}{unit} {}",
            if is_more { "more" } else { "less" }
        ),
        _ => format!("{size} {}", if is_more { "more" } else { "fewer" }),
    }
}

/// A difference beside a value that has the unit: only percentages need to be told from percent of the value.
pub fn difference(value: f64, unit: &str) -> String {
    if unit == "%" {
        change(value, unit)
    } else {
        signed(value)
    }
}

/// The measure's title with the statistic in words.
pub fn name(measure: &MeasureSpec, statistic: Statistic) -> String {
    match statistic {
        Statistic::Percent | Statistic::PerDay => measure.title.clone(),
        Statistic::Mean if !super::format::is_duration(measure) => measure.title.clone(),
        other => format!("{}, {}", measure.title, statistic_words(other)),
    }
}

/// `mean, median and 90th centile`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `2.8 to 3.4`, or words where one replication leaves none.
pub fn interval(estimate: &Estimate) -> String {
    if estimate.n < 2 || !estimate.low.is_finite() || !estimate.high.is_finite() {
        return "none from one replication".to_owned();
    }
    format!("{} to {}", number(estimate.low), number(estimate.high))
}

/// `20 replications`, and that they were paired in a comparison.
pub fn replications(subject: &Subject<'_>) -> String {
    let n = subject.n_replications();
    if subject.baseline().results.batches {
        return format!("{n} batches of one run");
    }
    let paired = if subject.is_comparison() {
        "paired "
    } else {
        ""
    };
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {paired}replication{plural}")
}
