//! The fewest units for a goal, and what each further unit brings.

use crate::experiment::optimise::curve::Curve;
use crate::experiment::optimise::fewest::{Found, Verdict};
use crate::report::analysis::{OUTPUT_COLUMNS, Told, percent};
use crate::report::charts::by_units::{self, ByUnits, UnitPoint};
use crate::report::charts::{Chart, frame};
use crate::report::format::{exact, exact_or_empty, number, quantity, signed, unit_of_difference};
use crate::report::tables::Sheet;

use super::Aim;

const READ_FEWEST: &str = "each point is a number of units that the search visited, with the 95 % interval of the mean; replications went on at each until it was clear on which side of \
     the dashed line its expected value lies. Numbers in between were not run: more units are taken to be no worse.";
const READ_RETURNS: &str = "above, the number at each number of units with its 95 % interval; below, what the last step brought, with the interval of the paired difference. A hollow step cannot \
     be told from nothing with these runs.";

/// A search over one parameter.
pub struct SearchOf {
    pub name: String,
    pub title: String,
    pub units: Vec<f64>,
    pub found: Found,
}

/// The curve of one parameter.
pub struct CurveOf {
    pub name: String,
    pub title: String,
    pub units: Vec<f64>,
    pub replications: u32,
    pub curve: Curve,
}

pub fn fewest(searches: &[SearchOf], aim: &Aim, confidence: f64, indifference: f64) -> Told {
    let mut findings = Vec::new();
    for search in searches {
        findings.push(format!("{}.", sentence(search, aim, confidence)));
        findings.extend(doubts(search, aim, indifference));
    }
    if searches
        .iter()
        .all(|search| search.found.against.is_empty())
    {
        findings.push("More units are taken never to make it worse; no number that was visited goes against that.".to_owned());
    }
    let charts: Vec<Chart> = searches
        .iter()
        .filter_map(|search| {
            let chart = fewest_chart(search, aim, confidence);
            let id = format!("fewest-{}", search.name);
            Some(frame::compose(&id, "", by_units::draw(&chart)?))
        })
        .collect();
    Told {
        findings,
        charts,
        tables: vec![("visits.csv", visits(searches, aim))],
    }
}

fn sentence(search: &SearchOf, aim: &Aim, confidence: f64) -> String {
    let (title, most) = (&search.title, search.units.len() - 1);
    let (label, goal) = (&aim.output.label, aim.words());
    let sure = match search.found.is_guaranteed {
        true => format!("with {} confidence", percent(confidence)),
        false => "without the wanted confidence, because some numbers of units were still undecided after as many replications as are allowed".to_owned(),
    };
    match search.found.fewest {
        None => format!(
            "{title}: not even {} are enough for {goal} ({label}), {sure}",
            exact(search.units[most])
        ),
        Some(0) => format!(
            "{title}: {} are enough for {goal} ({label}), {sure}; fewer were not asked about",
            exact(search.units[0])
        ),
        Some(at) => format!(
            "{title}: {} are the fewest for {goal} ({label}), {sure}",
            exact(search.units[at])
        ),
    }
}

/// What the search cannot tell, or what speaks against what it takes for granted.
fn doubts(search: &SearchOf, aim: &Aim, indifference: f64) -> Vec<String> {
    let mut doubts = Vec::new();
    let unit = &aim.output.unit;
    for visit in search.found.visits.iter().filter(|visit| visit.is_near) {
        doubts.push(format!(
            "{}: {} give {} ({} to {}), nearer to the goal than the {} that matter, so whether they meet it is not told.",
            search.title,
            exact(search.units[visit.at]),
            quantity(visit.value.value, unit),
            number(visit.value.low),
            number(visit.value.high),
            quantity(indifference, unit)
        ));
    }
    for &(fewer, more) in &search.found.against {
        doubts.push(format!(
            "{}: {} did worse than {}, against what the search takes for granted; run --find returns over all numbers.",
            search.title,
            exact(search.units[more]),
            exact(search.units[fewer])
        ));
    }
    doubts
}

fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Meets => "meets",
        Verdict::Misses => "misses",
        Verdict::Undecided => "undecided",
    }
}

fn fewest_chart(search: &SearchOf, aim: &Aim, confidence: f64) -> ByUnits {
    let points = search.found.visits.iter().map(|visit| UnitPoint {
        units: search.units[visit.at],
        value: visit.value.value,
        low: visit.value.low,
        high: visit.value.high,
        n: visit.n,
        series: match visit.verdict {
            Verdict::Meets => 0,
            Verdict::Misses => 1,
            Verdict::Undecided => 3,
        },
        words: verdict_words(visit.verdict).to_owned(),
        gain: None,
    });
    let points: Vec<UnitPoint> = points.collect();
    let (least, most) = points.iter().fold((u32::MAX, 0), |(least, most), point| {
        (least.min(point.n), most.max(point.n))
    });
    let n = match least == most {
        true => least.to_string(),
        false => format!("{least} to {most}"),
    };
    let known = [(0, "meets the goal"), (1, "misses it"), (3, "undecided")];
    let key = known
        .into_iter()
        .filter(|(series, _)| points.iter().any(|point| point.series == *series));
    ByUnits {
        title: sentence(search, aim, confidence),
        subtitle: format!(
            "Means with 95 % intervals; n = {n} replications, each with the same random numbers at every number of units."
        ),
        read: READ_FEWEST,
        measure: aim.output.label.clone(),
        unit: aim.output.unit.clone(),
        units: search.title.clone(),
        key: key
            .map(|(series, words)| (series, words.to_owned()))
            .collect(),
        points,
        target: Some((aim.target, format!("goal: {}", aim.words()))),
        is_joined: false,
    }
}

fn visits(searches: &[SearchOf], aim: &Aim) -> String {
    let own = [
        "parameter",
        "units",
        "verdict",
        "fewest",
        "n",
        "mean",
        "ci_low",
        "ci_high",
        "replications_that_meet",
        "nearer_than_indifference",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    for search in searches {
        for visit in &search.found.visits {
            let own = [
                search.name.clone(),
                exact(search.units[visit.at]),
                verdict_words(visit.verdict).to_owned(),
                yes(search.found.fewest == Some(visit.at)),
                visit.n.to_string(),
                exact(visit.value.value),
                exact(visit.value.low),
                exact(visit.value.high),
                visit.n_meeting.to_string(),
                yes(visit.is_near),
            ];
            sheet.push(&[&aim.output.cells[..], &own].concat());
        }
    }
    sheet.finish()
}

pub fn returns(curves: &[CurveOf], aim: &Aim) -> Told {
    let charts: Vec<Chart> = curves
        .iter()
        .filter_map(|curve| {
            let chart = curve_chart(curve, aim);
            let id = format!("returns-{}", curve.name);
            Some(frame::compose(&id, "", by_units::draw(&chart)?))
        })
        .collect();
    let findings = curves.iter().map(|curve| {
        let saved = curve.curve.paired.saved();
        let saved = saved.map_or_else(String::new, |saved| {
            format!(
                "; common random numbers took {} of the variance out of the steps",
                percent(saved)
            )
        });
        format!("{}{saved}.", curve_sentence(curve, aim))
    });
    Told {
        findings: findings.collect(),
        charts,
        tables: vec![("returns.csv", steps(curves, aim))],
    }
}

fn curve_sentence(curve: &CurveOf, aim: &Aim) -> String {
    let (title, label, unit) = (&curve.title, &aim.output.label, &aim.output.unit);
    let Some(first) = curve.curve.gains.first() else {
        return format!("{title}: one number of units has no steps");
    };
    let unit = unit_of_difference(unit);
    let begins = format!(
        "{title}: the step from {} to {} improves {label} by {} {unit}",
        exact(curve.units[0]),
        exact(curve.units[1]),
        signed(first.value)
    );
    let worse = match curve.curve.n_worse() {
        0 => String::new(),
        1 => ", and 1 step makes it worse".to_owned(),
        n => format!(", and {n} steps make it worse"),
    };
    match curve.curve.exhausted_from() {
        None => format!("{begins}, and the last step still does{worse}"),
        Some(0) => format!("{title}: no step is told to improve {label} with these runs{worse}"),
        Some(from) => format!(
            "{begins}; beyond {} no step is told to do so with these runs{worse}",
            exact(curve.units[from])
        ),
    }
}

fn curve_chart(curve: &CurveOf, aim: &Aim) -> ByUnits {
    let points = curve
        .curve
        .values
        .iter()
        .enumerate()
        .map(|(at, value)| UnitPoint {
            units: curve.units[at],
            value: value.value,
            low: value.low,
            high: value.high,
            n: curve.replications,
            series: 0,
            words: String::new(),
            gain: at
                .checked_sub(1)
                .map(|before| &curve.curve.gains[before])
                .map(|gain| (gain.value, gain.low, gain.high)),
        });
    ByUnits {
        title: curve_sentence(curve, aim),
        subtitle: format!(
            "Means and paired steps with 95 % intervals; n = {} replications.",
            curve.replications
        ),
        read: READ_RETURNS,
        measure: aim.output.label.clone(),
        unit: aim.output.unit.clone(),
        units: curve.title.clone(),
        key: Vec::new(),
        points: points.collect(),
        target: Some((aim.target, format!("goal: {}", aim.words()))),
        is_joined: true,
    }
}

fn steps(curves: &[CurveOf], aim: &Aim) -> String {
    let own = [
        "parameter",
        "units",
        "n",
        "mean",
        "ci_low",
        "ci_high",
        "step_brings",
        "step_low",
        "step_high",
    ];
    let mut sheet = Sheet::new(&[&OUTPUT_COLUMNS[..], &own].concat());
    for curve in curves {
        for (at, value) in curve.curve.values.iter().enumerate() {
            let gain = at.checked_sub(1).map(|before| curve.curve.gains[before]);
            let finite = |value: f64| exact_or_empty(Some(value).filter(|value| value.is_finite()));
            let own = [
                curve.name.clone(),
                exact(curve.units[at]),
                curve.replications.to_string(),
                exact(value.value),
                finite(value.low),
                finite(value.high),
                exact_or_empty(gain.map(|gain| gain.value)),
                gain.map_or_else(String::new, |gain| finite(gain.low)),
                gain.map_or_else(String::new, |gain| finite(gain.high)),
            ];
            sheet.push(&[&aim.output.cells[..], &own].concat());
        }
    }
    sheet.finish()
}
