//! The best of many configurations, or of the ways to spend a budget.

use crate::experiment::optimise::rivals::Rival;
use crate::report::analysis::{OUTPUT_COLUMNS, Told, percent};
use crate::report::charts::frame;
use crate::report::charts::ranges::{self, Guide, Mark, Ranges, Row};
use crate::report::format::{exact, exact_or_empty, number, quantity};
use crate::report::tables::Sheet;

use super::Aim;

const READ: &str = "each row is a configuration, the best mean first, with the 95 % interval of its mean and how many replications it was given. A full point can be told from \
     the best by the paired difference; a hollow one cannot. What falls behind is given no more replications, so its interval is wide.";

/// A configuration that was run.
pub struct Ranked {
    /// `doctors = 6, cubicles = 24`.
    pub words: String,
    pub rival: Rival,
    /// Replications after which it left the race.
    pub left_after: Option<u32>,
    /// What it costs, of a budget that is split.
    pub cost: Option<f64>,
}

/// What a race, or the spending of a budget of runs, came to.
pub struct Race {
    /// In the order of the configurations.
    pub all: Vec<Ranked>,
    /// Of Kim & Nelson's procedure: whether its guarantee holds. Of OCBA: none.
    pub is_guaranteed: Option<bool>,
    /// Of OCBA: the estimated probability that the best is the best.
    pub probability: Option<f64>,
    /// The budget with its unit, if one was split.
    pub budget: Option<(f64, String)>,
}

impl Race {
    fn best(&self) -> Option<&Ranked> {
        self.all.iter().find(|one| one.rival.is_best)
    }
}

pub fn told(race: &Race, aim: &Aim, confidence: f64, indifference: f64) -> Told {
    let mut findings = vec![format!("{}.", sentence(race, aim))];
    findings.push(trust(race, aim, confidence, indifference));
    findings.push(apart(race));
    if let Some((budget, unit)) = &race.budget {
        let all = race.all.len();
        findings.push(format!(
            "{all} ways to spend {} {unit} leave no room for one more unit of anything; others were not run, because more units are taken never to make it worse.",
            number(*budget)
        ));
    }
    let chart = chart(race, aim);
    let id = if race.budget.is_some() {
        "split"
    } else {
        "best"
    };
    let charts = ranges::draw(&chart).map(|drawing| frame::compose(id, "", drawing));
    Told {
        findings,
        charts: charts.into_iter().collect(),
        tables: vec![("configurations.csv", csv(race, aim))],
    }
}

fn sentence(race: &Race, aim: &Aim) -> String {
    let Some(best) = race.best() else {
        return "nothing was run".to_owned();
    };
    let value = &best.rival.value;
    let meets = match aim.is_least {
        true => value.value >= aim.target,
        false => value.value <= aim.target,
    };
    let goal = match meets {
        true => format!("its mean meets the goal of {}", aim.words()),
        false => format!("its mean does not meet the goal of {}", aim.words()),
    };
    format!(
        "{} is the best of {} for {}: {} ({} to {}); {goal}",
        best.words,
        race.all.len(),
        aim.output.label,
        quantity(value.value, &aim.output.unit),
        number(value.low),
        number(value.high)
    )
}

fn trust(race: &Race, aim: &Aim, confidence: f64, indifference: f64) -> String {
    let sure = percent(confidence);
    let least = quantity(indifference, &aim.output.unit);
    match (race.is_guaranteed, race.probability) {
        (Some(true), _) => format!(
            "If one is better than all others by at least {least}, this is it with a confidence of at least {sure} (Kim & Nelson's procedure); others that are nearer may be as good."
        ),
        (Some(false), _) => format!(
            "The race was cut short by the replications that are allowed, so the confidence of {sure} is not reached: allow more, or a larger difference than {least}."
        ),
        (None, Some(probability)) => format!(
            "The probability that it is the best is estimated at {} or more (OCBA); that is no guarantee.",
            percent(libm::floor(probability * 100.0) / 100.0)
        ),
        (None, None) => String::new(),
    }
}

fn apart(race: &Race) -> String {
    let alike: Vec<&str> = race
        .all
        .iter()
        .filter(|one| !one.rival.is_told_from_best())
        .map(|one| one.words.as_str())
        .collect();
    match &alike[..] {
        [] => "All others can be told from it by their paired differences.".to_owned(),
        few if few.len() <= 5 => format!("These runs cannot tell it from {}.", few.join("; ")),
        many => format!(
            "These runs cannot tell it from {} others, among them {}.",
            many.len(),
            many[..3].join("; ")
        ),
    }
}

fn order<'r>(race: &'r Race, aim: &Aim) -> Vec<&'r Ranked> {
    let mut order: Vec<&Ranked> = race.all.iter().collect();
    let sign = if aim.is_least { 1.0 } else { -1.0 };
    let value = |one: &Ranked| sign * one.rival.value.value;
    order.sort_by(|a, b| {
        let best = b.rival.is_best.cmp(&a.rival.is_best);
        best.then(value(b).total_cmp(&value(a)))
    });
    order
}

fn chart(race: &Race, aim: &Aim) -> Ranges {
    let unit = &aim.output.unit;
    let rows = order(race, aim).into_iter().map(|one| {
        let value = &one.rival.value;
        let series = if one.rival.is_best { 0 } else { 1 };
        let cost = one
            .cost
            .map_or_else(String::new, |cost| format!(", costs {}", number(cost)));
        Row {
            name: one.words.clone(),
            marks: vec![Mark {
                value: value.value,
                low: value.low,
                high: value.high,
                series,
                is_hollow: !one.rival.is_told_from_best(),
                words: quantity(value.value, unit),
            }],
            dots: Vec::new(),
            note: format!("{}, n = {}{cost}", number(value.value), one.rival.n),
        }
    });
    Ranges {
        title: sentence(race, aim),
        subtitle: "Means with 95 % intervals, each with its own number of replications; replications share their random numbers.".to_owned(),
        read: READ,
        axis: format!("{} ({unit})", aim.output.label),
        rows_are: "Configuration",
        key: vec!["best".to_owned(), "others (hollow: cannot be told from the best)".to_owned()],
        rows: rows.collect(),
        bars_from: None,
        guides: vec![Guide {
            at: aim.target,
            words: format!("goal: {}", aim.words()),
        }],
        most_rows: 20,
    }
}

fn csv(race: &Race, aim: &Aim) -> String {
    let own = [
        "configuration",
        "cost",
        "mean",
        "ci_low",
        "ci_high",
        "n",
        "best",
        "behind_best",
        "behind_low",
        "behind_high",
        "told_from_best",
        "left_after",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    for one in order(race, aim) {
        let Rival {
            value,
            n,
            behind,
            is_best,
        } = &one.rival;
        let finite = |value: f64| exact_or_empty(Some(value).filter(|value| value.is_finite()));
        let own = [
            one.words.clone(),
            exact_or_empty(one.cost),
            exact(value.value),
            finite(value.low),
            finite(value.high),
            n.to_string(),
            yes(*is_best),
            exact(behind.value),
            finite(behind.low),
            finite(behind.high),
            yes(one.rival.is_told_from_best()),
            one.left_after.map_or_else(String::new, |n| n.to_string()),
        ];
        sheet.push(&[&aim.output.cells[..], &own].concat());
    }
    sheet.finish()
}
