//! The definition of a measure in plain words.

use std::fmt::Write;

use crate::report::format::{exact, span_words, statistic_words, unit_of};
use crate::uec::model::{
    Better, Condition, LevelOf, MeasureKind, MeasureSpec, Model, Nature, Standard, SumItem, SumOf,
    Weight,
};

pub fn definition(model: &Model, measure: &MeasureSpec) -> String {
    let statistics = measure.statistics.iter();
    let statistics: Vec<String> = statistics.map(|one| statistic_words(*one)).collect();
    let mut text = format!("{}: a measure\n\n{}\n\n", measure.id, measure.title);
    let _ = write!(
        text,
        "Measured:      {}\nUnit:          {}\nStatistics:    {}\nBroken down:   {}\n",
        what(model, measure),
        measure.unit,
        statistics.join(", "),
        broken_down(model, measure),
    );
    if !measure.filter.is_empty() {
        let _ = writeln!(
            text,
            "Only patients: {}",
            conditions(model, &measure.filter)
        );
    }
    let _ = write!(
        text,
        "Better:        {}\nNature:        {}\n",
        match measure.better {
            Better::Lower => "lower",
            Better::Higher => "higher",
            Better::Neither => "neither direction",
        },
        nature(measure.nature)
    );
    for standard in &measure.standards {
        let _ = writeln!(
            text,
            "Standard:      {}",
            standard_words(model, measure, standard)
        );
    }
    let source = if measure.source.is_empty() {
        "none is stated"
    } else {
        &measure.source
    };
    let _ = write!(
        text,
        "Source:        {source}\nScenario:      {}\n",
        model.name
    );
    text
}

/// From which mark to which, or what is counted.
pub fn what(model: &Model, measure: &MeasureSpec) -> String {
    let marks = &model.names.marks;
    match &measure.kind {
        MeasureKind::Count { mark } => {
            format!("how often the mark {} is made", marks[usize::from(mark.0)])
        }
        MeasureKind::Duration { from, to } => format!(
            "time from the mark {} to the mark {}, at the site of the second",
            marks[usize::from(from.0)],
            marks[usize::from(to.0)]
        ),
        MeasureKind::Share {
            of,
            of_filter,
            among,
            among_filter,
        } => format!(
            "marks {}{} for every hundred marks {}{}",
            marks[usize::from(of.0)],
            only(model, of_filter),
            marks[usize::from(among.0)],
            only(model, among_filter)
        ),
        MeasureKind::Level { pools, what } => {
            let mut names: Vec<&str> = Vec::new();
            for pool in pools {
                let name = model.names.pools[usize::from(pool.0)].id.as_str();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            format!("{}, averaged over time: {}", level(*what), names.join(", "))
        }
        MeasureKind::FleetLevel { fleet, what } => {
            let fleet = &model.names.fleets[usize::from(fleet.0)];
            format!("{}, averaged over time: fleet {}", level(*what), fleet.id)
        }
        MeasureKind::TriggerLevel { triggers, what } => {
            let first = triggers.first();
            let trigger =
                first.map_or("", |id| model.names.triggers[usize::from(id.0)].id.as_str());
            format!("{}: trigger {trigger}", level(*what))
        }
        MeasureKind::SumBeyond { from, to, beyond } => format!(
            "time beyond {} from the mark {} to the mark {}, added up",
            span_words(beyond.minutes()),
            marks[usize::from(from.0)],
            marks[usize::from(to.0)]
        ),
        MeasureKind::PerPatient { marks: of, among } => {
            let of: Vec<&str> = of
                .iter()
                .map(|mark| marks[usize::from(mark.0)].as_str())
                .collect();
            let among = among.map_or_else(String::new, |among| {
                format!(", from when it passes {} on", marks[usize::from(among.0)])
            });
            format!(
                "how often a patient passes {} until it leaves{among}",
                of.join(" or ")
            )
        }
        MeasureKind::Sum { items } => {
            let items = items.iter().map(|item| sum_item(model, item));
            format!("the sum of {}", items.collect::<Vec<_>>().join("; "))
        }
    }
}

/// One item of a sum with its weight.
fn sum_item(model: &Model, item: &SumItem) -> String {
    let mark = |id: u16| &model.names.marks[usize::from(id)];
    let each = with_interval(&item.weight);
    let what = match &item.of {
        SumOf::Mark(of) => format!("each {}", mark(of.0)),
        SumOf::Between {
            from,
            to,
            over,
            up_to,
        } => {
            let up_to = up_to.map_or_else(String::new, |up_to| {
                format!(" and at most {}", span_words(up_to.minutes()))
            });
            let over = span_words(over.minutes());
            let (from, to) = (mark(from.0), mark(to.0));
            format!("each patient who takes more than {over}{up_to} from {from} to {to}")
        }
        SumOf::Time {
            from,
            to,
            beyond,
            per,
        } => format!(
            "every {} beyond {} from {} to {}",
            span_words(per.minutes()),
            span_words(beyond.minutes()),
            mark(from.0),
            mark(to.0)
        ),
        SumOf::Chance {
            from,
            to,
            at,
            chance,
            over,
            per,
            odds_ratio,
        } => format!(
            "the chance beyond {chance} of an outcome that has this chance {} after {}, its odds multiplied by {} for every {} from there to {}{}",
            span_words(at.minutes()),
            mark(from.0),
            with_interval(odds_ratio),
            span_words(per.minutes()),
            mark(to.0),
            over.map_or_else(String::new, |over| format!(
                ", of who takes longer than {}",
                span_words(over.minutes())
            ))
        ),
        SumOf::Pools { pools, what, per } => {
            let mut names: Vec<&str> = pools
                .iter()
                .map(|pool| model.names.pools[usize::from(pool.0)].id.as_str())
                .collect();
            names.dedup();
            let per = span_words(per.minutes());
            format!("every {per} of {}: {}", level(*what), names.join(", "))
        }
        SumOf::Fleet { fleet, what, per } => {
            let fleet = &model.names.fleets[usize::from(fleet.0)].id;
            let per = span_words(per.minutes());
            format!("every {per} of {}: {fleet}", level(*what))
        }
    };
    let unless = item.unless.map_or_else(String::new, |unless| {
        format!(", unless it has passed {}", mark(unless.0))
    });
    format!("{each} for {what}{}{unless}", only(model, &item.filter))
}

/// `1.24 (1.04 to 1.48)`, or the value alone where it has no interval.
fn with_interval(weight: &Weight) -> String {
    match weight.low < weight.high {
        true => format!("{} ({} to {})", weight.value, weight.low, weight.high),
        false => weight.value.to_string(),
    }
}

fn level(what: LevelOf) -> &'static str {
    match what {
        LevelOf::Busy => "units in use",
        LevelOf::Waiting => "patients waiting",
        LevelOf::Capacity => "units on duty",
        LevelOf::On => "share of time on, in percent",
        LevelOf::Occupancy => "units in use over units on duty, in percent",
    }
}

fn broken_down(model: &Model, measure: &MeasureSpec) -> String {
    let mut by = Vec::new();
    if measure.by_site {
        by.push("site".to_owned());
    }
    let attributes = measure.by.iter();
    by.extend(attributes.map(|id| model.names.attributes[usize::from(id.0)].id.clone()));
    if measure.by_day {
        by.push("day (for charts)".to_owned());
    }
    if measure.by_hour_of_week {
        by.push("hour of the week (for charts)".to_owned());
    }
    if by.is_empty() {
        "not at all".to_owned()
    } else {
        format!("by {}", by.join(", "))
    }
}

fn only(model: &Model, filter: &[Condition]) -> String {
    if filter.is_empty() {
        String::new()
    } else {
        format!(" (only {})", conditions(model, filter))
    }
}

fn conditions(model: &Model, filter: &[Condition]) -> String {
    let words = filter.iter().map(|condition| {
        let attribute = &model.names.attributes[usize::from(condition.attribute.0)];
        let levels = condition.levels.iter();
        let levels: Vec<&str> = levels
            .map(|level| attribute.levels[usize::from(*level)].id.as_str())
            .collect();
        format!("{} {}", attribute.id, levels.join(" or "))
    });
    words.collect::<Vec<_>>().join(", and ")
}

fn nature(nature: Nature) -> &'static str {
    match nature {
        Nature::Imposed => "imposed: it is put in, so it shows nothing that was not known",
        Nature::Calibrated => "calibrated: inputs were chosen so that it matches what is published",
        Nature::Emergent => "emergent: it comes out of the simulation by itself",
    }
}

fn standard_words(model: &Model, measure: &MeasureSpec, standard: &Standard) -> String {
    let whom = standard
        .cohort
        .map_or_else(String::new, |(attribute, level)| {
            let attribute = &model.names.attributes[usize::from(attribute.0)];
            let level = &attribute.levels[usize::from(level)];
            format!(", {} {}", attribute.id, level.id)
        });
    format!(
        "{} {} {}{whom}",
        statistic_words(standard.statistic),
        exact(standard.value),
        unit_of(measure, standard.statistic)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::MemorySource;
    use crate::uec::load;

    #[test]
    fn a_measure_is_defined_from_its_marks_to_its_source() {
        let text = include_str!("../../scenarios/examples/one-ed.toml");
        let source = MemorySource::new([("a.toml", text)]);
        let model = load("a.toml", &source)
            .unwrap_or_else(|refused| panic!("{}", refused.render()))
            .model;
        let expected = "time_in_department: a measure

Time in A&E

Measured:      time from the mark emergency_department.arrived to the mark emergency_department.departed, at the site of the second
Unit:          min
Statistics:    mean, median, 90th centile, within 4\u{a0}hours, over 12\u{a0}hours, number
Broken down:   by day (for charts), hour of the week (for charts)
Better:        lower
Nature:        emergent: it comes out of the simulation by itself
Source:        Arrival to departure, as in NHS England's A&E attendances and emergency admissions
Scenario:      a
";
        assert_eq!(definition(&model, &model.measures[0]), expected);
    }
}
