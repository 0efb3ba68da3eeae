//! What a precision that was asked for came to: for the record of a run, and in words.

use serde::Serialize;

use crate::experiment::precision::{CONFIDENCE, Check, Course, Goal, Judged, Of, Told, Width};
use crate::uec::model::{MeasureSpec, Model};

use super::findings::name;
use super::format::{number, quantity, statistic_key, unit_of, unit_of_difference, with_decimals};

/// As `run.json` has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrecisionRecord {
    most_replications: u32,
    /// Of all intervals together, and of each.
    confidence: f64,
    confidence_of_each: f64,
    /// Replications after which half-widths were looked at.
    looks: Vec<u32>,
    reached: bool,
    of: Vec<CheckRecord>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct CheckRecord {
    scenario: String,
    /// Of a paired difference: from this scenario.
    difference_from: Option<String>,
    measure: String,
    statistic: String,
    unit: String,
    mean: Option<f64>,
    half_width: Option<f64>,
    wanted: f64,
    reached: bool,
    /// None if it cannot be said.
    replications_needed: Option<f64>,
}

/// The record of a goal of these scenarios, baseline first.
pub fn record(goal: &Goal, models: &[&Model], course: &Course) -> PrecisionRecord {
    let finite = |value: f64| value.is_finite().then_some(value);
    let rows = goal.checks.iter().zip(&course.judged);
    let of = rows.filter_map(|(check, judged)| {
        let (scenario, from) = match check.of {
            Of::Value(scenario) => (scenario, None),
            Of::Difference(scenario) => (scenario, models.first()),
        };
        let (model, measure) = measured(check, models)?;
        debug_assert_eq!(model.name, models[scenario].name);
        Some(CheckRecord {
            scenario: model.name.clone(),
            difference_from: from.map(|model| model.name.clone()),
            measure: check.measure.clone(),
            statistic: statistic_key(check.statistic),
            unit: unit_of(measure, check.statistic),
            mean: judged.mean,
            half_width: finite(judged.half_width),
            wanted: judged.wanted,
            reached: judged.is_reached(),
            replications_needed: finite(judged.needed),
        })
    });
    PrecisionRecord {
        most_replications: goal.most,
        confidence: CONFIDENCE,
        confidence_of_each: course.confidence_of_each,
        looks: course.looks.clone(),
        reached: course.is_reached(),
        of: of.collect(),
    }
}

fn measured<'m>(check: &Check, models: &[&'m Model]) -> Option<(&'m Model, &'m MeasureSpec)> {
    let (Of::Value(scenario) | Of::Difference(scenario)) = check.of;
    let model = models.get(scenario)?;
    let mut measures = model.measures.iter();
    let measure = measures.find(|measure| measure.id == check.measure)?;
    Some((model, measure))
}

/// What was reached, a line for each check, and what the others would take at so many seconds a replication.
pub fn lines(goal: &Goal, models: &[&Model], course: &Course, seconds_each: f64) -> Vec<String> {
    let n_checks = goal.checks.len();
    let n_reached = course.judged.iter().filter(|one| one.is_reached()).count();
    let n = course.replications();
    let together = match n_checks {
        1 => String::new(),
        _ => ", all of them together".to_owned(),
    };
    let head = if n_reached == n_checks {
        format!(
            "{n} replications give the precision that was asked for (95 % confidence{together}):"
        )
    } else {
        let most = if n == goal.most {
            ", the most allowed,"
        } else {
            ""
        };
        format!(
            "After {n} replications{most} {n_reached} of {n_checks} are as precise as was asked for (95 % confidence{together}):"
        )
    };
    let rows = goal.checks.iter().zip(&course.judged);
    let rows = rows.filter_map(|(check, judged)| line(check, judged, models, course, seconds_each));
    std::iter::once(head).chain(rows).collect()
}

fn line(
    check: &Check,
    judged: &Judged,
    models: &[&Model],
    course: &Course,
    seconds_each: f64,
) -> Option<String> {
    let (model, measure) = measured(check, models)?;
    let unit = unit_of(measure, check.statistic);
    let is_difference = matches!(check.of, Of::Difference(_));
    let unit = match is_difference {
        true => unit_of_difference(&unit),
        false => &unit,
    };
    let name = name(measure, check.statistic);
    let what = match check.of {
        Of::Difference(_) => format!("{name}, {} less {}", model.name, models[0].name),
        Of::Value(_) if models.len() > 1 => format!("{name}, {}", model.name),
        Of::Value(_) => name,
    };
    let Some(mean) = judged.mean else {
        return Some(format!("  not reached  {what}: no replication has a value"));
    };
    let share = match check.width {
        Width::Share(share) if is_difference => {
            format!(", {} % of {}", number(100.0 * share), models[0].name)
        }
        Width::Share(share) => format!(", {} % of it", number(100.0 * share)),
        Width::Absolute(_) => String::new(),
    };
    let value = format!(
        "{} ± {} (asked: ± {}{share})",
        number(mean),
        quantity(judged.half_width, unit),
        quantity(judged.wanted, unit)
    );
    Some(if judged.is_reached() {
        format!("  reached      {what}: {value}")
    } else {
        let more = match course.further(judged) {
            Some(more) => about(more, Some(seconds_each)),
            None => "it cannot be said how many more replications".to_owned(),
        };
        format!("  not reached  {what}: {value}; {more} would do")
    })
}

/// `about 40 more replications (9 s)`.
fn about(more: u32, seconds_each: Option<f64>) -> String {
    let plural = if more == 1 { "" } else { "s" };
    let time = seconds_each.map(|each| format!(" ({})", duration(each * f64::from(more))));
    format!(
        "about {} more replication{plural}{}",
        with_decimals(f64::from(rounded(more)), 0),
        time.unwrap_or_default()
    )
}

/// To two digits: an estimate from few replications is no better.
fn rounded(more: u32) -> u32 {
    let mut step = 1;
    while more / step >= 100 {
        step *= 10;
    }
    more.div_ceil(step) * step
}

/// `9 s`, `4 min`, `2.5 h`.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 0.95 => "under a second".to_owned(),
        s if s < 99.5 => format!("{} s", with_decimals(s, 0)),
        s if s < 5_970.0 => format!("{} min", with_decimals(s / 60.0, 0)),
        s => format!("{} h", number(s / 3_600.0)),
    }
}

/// `The difference in X cannot be told from zero; about 40 more replications would settle it (9 s).`
pub fn cannot_tell(name: &str, told: Told, seconds_each: Option<f64>) -> String {
    match told {
        Told::After(more) => {
            let time = seconds_each.map(|each| format!(" ({})", duration(each * f64::from(more))));
            format!(
                "The difference in {name} cannot be told from zero; {} would settle it{}.",
                about(more, None),
                time.unwrap_or_default()
            )
        }
        Told::OutOfReach => format!(
            "The difference in {name} cannot be told from zero, nor could it with 100,000 replications: it is next to nothing \
             beside how much it varies."
        ),
    }
}

/// `about 40 more replications would settle it`, for a table.
pub fn would_settle(told: Told) -> String {
    match told {
        Told::After(more) => format!("{} would settle it", about(more, None)),
        Told::OutOfReach => "next to nothing beside how much it varies".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_settle_a_difference_is_said_with_its_time() {
        assert_eq!(
            cannot_tell("waits", Told::After(40), Some(0.225)),
            "The difference in waits cannot be told from zero; about 40 more replications would settle it (9 s)."
        );
        assert_eq!(about(1, None), "about 1 more replication");
        assert_eq!(about(1234, None), "about 1,300 more replications");
        assert!(would_settle(Told::OutOfReach).starts_with("next to nothing"));
    }

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        let all = [0.2, 9.4, 240.0, 9_000.0].map(duration);
        assert_eq!(all, ["under a second", "9 s", "4 min", "2.5 h"]);
    }
}
