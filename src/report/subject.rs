//! What a report is about: one scenario, or a baseline with its alternatives, looked up by measure, statistic and site.
//!
//! Scenarios may differ in their measures (a change can add one), so they are matched by id, never by position.

use crate::experiment::counterfactual::Counterfactual;
use crate::experiment::results::{
    Alternative, Comparison, Course, Difference, Estimate, MeasureHistogram, Part, Results,
};
use crate::uec::model::{MeasureSpec, Model, Statistic};

use super::findings::Finding;

/// What was run.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    Run(&'a Results),
    Comparison(&'a Comparison),
}

/// The scenarios of an outcome, baseline first, with short labels that differ from each other.
pub struct Subject<'a> {
    pub scenarios: Vec<Scenario<'a>>,
    /// With `--decompose`: the start, where there is one, and the changes added one at a time, in order.
    pub steps: Vec<&'a Alternative>,
    /// With `--decompose`: the start, where there is one, and each change alone; empty if there is but one change.
    pub alone: Vec<&'a Alternative>,
    /// What the changes do together beyond what each does alone.
    pub interaction: &'a [Difference],
}

#[derive(Clone)]
pub struct Scenario<'a> {
    pub label: String,
    pub results: &'a Results,
    /// Against the baseline; empty for the baseline itself.
    pub differences: &'a [Difference],
    /// Its patients beside the baseline's, where that was asked for.
    pub patients: Option<&'a Counterfactual>,
}

pub const ALL: &str = "all";

impl<'a> Subject<'a> {
    pub fn new(outcome: Outcome<'a>) -> Self {
        let (results, alternatives) = match outcome {
            Outcome::Run(results) => (results, &[][..]),
            Outcome::Comparison(comparison) => (&comparison.baseline, &comparison.alternatives[..]),
        };
        let mut scenarios = vec![Scenario {
            label: label(&results.model),
            results,
            differences: &[],
            patients: None,
        }];
        for alternative in alternatives
            .iter()
            .filter(|alternative| alternative.part == Part::Whole)
        {
            let (results, differences) = (&alternative.results, &alternative.differences[..]);
            scenarios.push(Scenario {
                label: label(&results.model),
                results,
                differences,
                patients: alternative.patients.as_ref(),
            });
        }
        let labels: Vec<String> = scenarios
            .iter()
            .map(|scenario| scenario.label.clone())
            .collect();
        for scenario in &mut scenarios {
            if labels
                .iter()
                .filter(|label| **label == scenario.label)
                .count()
                > 1
            {
                scenario.label.clone_from(&scenario.results.model.name);
            }
        }
        let (mut steps, mut alone) = (Vec::new(), Vec::new());
        for alternative in alternatives {
            match alternative.part {
                Part::Whole => {}
                Part::Start => {
                    steps.push(alternative);
                    alone.push(alternative);
                }
                Part::Added(_) => steps.push(alternative),
                Part::Alone(_) => alone.push(alternative),
            }
        }
        let interaction = match outcome {
            Outcome::Comparison(comparison) => &comparison.interaction[..],
            Outcome::Run(_) => &[],
        };
        if interaction.is_empty() {
            alone.clear();
        }
        Self {
            scenarios,
            steps,
            alone,
            interaction,
        }
    }

    pub fn baseline(&self) -> &Scenario<'a> {
        &self.scenarios[0]
    }

    /// The alternatives in full, without the parts of a decomposition.
    pub fn alternatives(&self) -> &[Scenario<'a>] {
        &self.scenarios[1..]
    }

    pub fn is_comparison(&self) -> bool {
        self.scenarios.len() > 1
    }

    pub fn model(&self) -> &'a Model {
        &self.scenarios[0].results.model
    }

    /// What a part of a decomposition changes, in words.
    pub fn part_name(&self, part: &Alternative) -> String {
        let n_changes = |results: &Results| results.model.changes.len();
        match part.part.change() {
            Some(change) => change.replace('-', " "),
            None if n_changes(&part.results) < n_changes(self.baseline().results) => {
                format!("{} undone", self.baseline().label)
            }
            None => "other differences".to_owned(),
        }
    }

    /// Replications of the scenario that finished fewest.
    pub fn n_replications(&self) -> usize {
        self.scenarios
            .iter()
            .map(|scenario| scenario.results.replications.len())
            .min()
            .unwrap_or(0)
    }

    pub fn is_partial(&self) -> bool {
        self.scenarios
            .iter()
            .any(|scenario| scenario.results.partial)
    }
}

impl<'a> Scenario<'a> {
    pub fn measure(&self, id: &str) -> Option<(usize, &'a MeasureSpec)> {
        let measures = &self.results.model.measures;
        measures
            .iter()
            .enumerate()
            .find(|(_, measure)| measure.id == id)
    }

    pub fn estimate(
        &self,
        id: &str,
        statistic: Statistic,
        site: &str,
        cohort: &str,
    ) -> Option<Estimate> {
        let (measure, _) = self.measure(id)?;
        let position = self.results.keys.iter().position(|key| {
            key.measure == measure
                && key.statistic == statistic
                && key.site == site
                && key.cohort == cohort
        })?;
        self.results.estimates.get(position).copied().flatten()
    }

    /// By replication, all sites and cohorts; none without such a number.
    pub fn values(&self, id: &str, statistic: Statistic) -> Option<Vec<Option<f64>>> {
        let (measure, _) = self.measure(id)?;
        let position = self.results.keys.iter().position(|key| {
            key.measure == measure
                && key.statistic == statistic
                && key.site == ALL
                && key.cohort == ALL
        })?;
        let values = self.results.values.iter();
        Some(values.map(|run| run[position]).collect())
    }

    pub fn difference(
        &self,
        id: &str,
        statistic: Statistic,
        site: &str,
        cohort: &str,
    ) -> Option<&'a Difference> {
        let (measure, _) = self.measure(id)?;
        self.differences.iter().find(|difference| {
            let key = &difference.key;
            key.measure == measure
                && key.statistic == statistic
                && key.site == site
                && key.cohort == cohort
        })
    }

    pub fn daily(&self, id: &str) -> Option<&'a Course> {
        course(&self.results.daily, self.measure(id)?.0)
    }

    pub fn weekly(&self, id: &str) -> Option<&'a Course> {
        course(&self.results.weekly, self.measure(id)?.0)
    }

    pub fn histogram(&self, id: &str, site: &str) -> Option<&'a MeasureHistogram> {
        let (measure, _) = self.measure(id)?;
        self.results
            .histograms
            .iter()
            .find(|histogram| histogram.measure == measure && histogram.site == site)
    }
}

/// The difference of a finding's number over all sites and cohorts among those of a part of a decomposition.
pub fn overall<'a>(
    results: &Results,
    differences: &'a [Difference],
    finding: &Finding<'_>,
) -> Option<&'a Difference> {
    let measures = &results.model.measures;
    differences.iter().find(|row| {
        let key = &row.key;
        let is_overall = key.site == ALL && key.cohort == ALL;
        is_overall
            && key.statistic == finding.statistic
            && measures[key.measure].id == finding.measure.id
    })
}

fn course(courses: &[Course], measure: usize) -> Option<&Course> {
    courses
        .iter()
        .find(|course| course.measure == measure && course.site == ALL)
}

/// A short name of a scenario: its title up to a colon if that is short, else the stem of its file in words.
fn label(model: &Model) -> String {
    let title = model.title.split(':').next().unwrap_or_default().trim();
    if !title.is_empty() && title.chars().count() <= 24 {
        return title.to_owned();
    }
    let words = model.name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The title of a site; `all sites` for all.
pub fn site_title(model: &Model, site: &str) -> String {
    if site == ALL {
        return "all sites".to_owned();
    }
    let named = model.places().find(|named| named.id == site);
    named.map_or(site, |named| &named.title).to_owned()
}

/// The title of a cohort written `attribute=level`: `Ambulance category: 2`; empty for all.
pub fn cohort_title(model: &Model, cohort: &str) -> String {
    let Some((attribute, level)) = cohort.split_once('=') else {
        return String::new();
    };
    let Some(named) = model
        .names
        .attributes
        .iter()
        .find(|named| named.id == attribute)
    else {
        return cohort.to_owned();
    };
    let level_title = named
        .levels
        .iter()
        .find(|named| named.id == level)
        .map_or(level, |named| &named.title);
    // A level whose title does not stand alone (`2`, `65-84`) needs its attribute.
    if level_title.chars().next().is_some_and(char::is_alphabetic) {
        level_title.to_owned()
    } else {
        format!("{} {level_title}", named.title)
    }
}
