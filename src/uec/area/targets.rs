//! What is published about the area, as targets to calibrate to, as a monthly series, and the parameters that are free.

use std::fmt::Write;

use super::Wanted;
use super::facts::Facts;
use super::tables::ATTENDANCES;

pub fn files(wanted: &Wanted, facts: &Facts) -> Vec<(String, String)> {
    let name = &wanted.name;
    vec![
        (format!("{name}/targets.csv"), targets(facts)),
        (format!("{name}/monthly.csv"), monthly(facts)),
        (
            format!("{name}/published_months.csv"),
            published_months(facts),
        ),
        (format!("{name}/free.csv"), free(facts)),
    ]
}

/// What a fit of a new area may move, within bounds that are assumptions.
const FREE: &str = "name,path,how,low,high,step,note\n\
demand,needs.*.multiply,multiply,0.6,1.6,0.05,contacts of residents\n\
ward_stay,durations.ward_stay,multiply,0.6,1.6,0.1,how long emergency patients stay\n\
doctors,sites.*.pools.doctors,multiply,0.6,1.8,0.2,doctors of the emergency departments\n\
cubicles,sites.*.pools.cubicles,multiply,0.5,1.8,0.15,cubicles of the emergency departments\n";

fn free(facts: &Facts) -> String {
    let planned = facts.sites.iter().map(|site| {
        format!(
            "planned,arrivals.planned_{}.rate,multiply,0.5,1.6,0.1,planned admissions that compete for beds\n",
            site.id
        )
    });
    std::iter::once(FREE.to_owned()).chain(planned).collect()
}

/// A tolerance in percent: no narrower than a Poisson number of this size varies by, twice its standard deviation.
fn near(sum: Option<f64>, percent: f64) -> String {
    let chance = sum.map_or(0.0, |sum| 200.0 / sum.max(1.0).sqrt());
    format!("{:.0} %", percent.max(chance).ceil())
}

/// A column of a row: group, label, measure, statistic, cohort, unit, tolerance, note.
type Kind<'a> = (
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
);

fn targets(facts: &Facts) -> String {
    let mut text =
        "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note\n"
            .to_owned();
    let departments: Vec<&str> = facts.sites.iter().map(|site| site.id.as_str()).collect();
    let departments = departments.join("+");
    let ae = format!(
        "NHS England A&E monthly, {}, {} to {}",
        facts.code, facts.from, facts.until
    );
    let mut row = |kind: Kind, site: &str, value: Option<f64>, source: &str| {
        let (group, label, measure, statistic, cohort, unit, tolerance, note) = kind;
        if let Some(value) = value.filter(|value| value.is_finite() && *value > 0.0) {
            let _ = writeln!(
                text,
                "{group},\"{label}\",{measure},{statistic},{site},{cohort},{value:.6},{unit},{tolerance},\"{source}\",\"{note}\""
            );
        }
    };
    let percent_within =
        |over: usize, of: usize| Some(100.0 - facts.sum(over)? / facts.sum(of)? * 100.0);
    let through = facts.admitted_through_ae();
    // A handful beside a major department are coding, not a centre that a fit should serve.
    let type3 = facts.sum(2).filter(|_| facts.has_centre());
    // By the day, so that a shorter run compares with them as well.
    let a_day = |sum: Option<f64>| Some(sum? / facts.days());
    let waited = |count: usize| Some(facts.sum(count)? / through * 100.0);
    row(
        (
            "A&E",
            "Attendances type 1",
            "attendances_type1",
            "per day",
            "all",
            "patients",
            &near(facts.sum(0), 3.0),
            "",
        ),
        &departments,
        a_day(facts.sum(0)),
        &ae,
    );
    row(
        (
            "A&E",
            "Attendances type 3",
            "attendances_type3",
            "per day",
            "all",
            "patients",
            &near(type3, 3.0),
            "",
        ),
        "urgent_treatment",
        a_day(type3),
        &ae,
    );
    row(
        (
            "A&E",
            "Within 4 h, type 1",
            "time_in_department",
            "within 4 h",
            "all",
            "%",
            "3 points",
            "not published by the trusts of the clinical review before June 2023",
        ),
        &departments,
        percent_within(3, 0),
        &ae,
    );
    row(
        (
            "A&E",
            "Decision to admission over 4 h",
            "decision_to_admission",
            "over 4 h",
            "all",
            "%",
            "5 points",
            "of admissions through A&E",
        ),
        &departments,
        waited(10),
        &ae,
    );
    row(
        (
            "A&E",
            "Decision to admission over 12 h",
            "decision_to_admission",
            "over 12 h",
            "all",
            "%",
            "5 points",
            "of admissions through A&E",
        ),
        &departments,
        waited(11),
        &ae,
    );
    row(
        (
            "Admissions",
            "Emergency admissions through A&E",
            "emergency_admissions_via_ed",
            "per day",
            "all",
            "admissions",
            "5 %",
            "",
        ),
        &departments,
        a_day(Some(through)),
        &ae,
    );
    row(
        (
            "Admissions",
            "Emergency admissions not through A&E",
            "emergency_admissions_direct",
            "per day",
            "all",
            "admissions",
            "10 %",
            "",
        ),
        &departments,
        a_day(facts.sum(9)),
        &ae,
    );
    let beds = facts.adult_beds_occupied / facts.adult_beds * 100.0;
    row(
        (
            "Beds",
            "General and acute bed occupancy",
            "bed_occupancy",
            "mean",
            "all",
            "%",
            "3 points",
            "adult beds",
        ),
        "all",
        Some(beds),
        "NHS England critical care and general and acute beds",
    );
    row(
        (
            "Beds",
            "Discharges a day",
            "discharges",
            "per day",
            "all",
            "patients",
            "15 %",
            "planned and emergency",
        ),
        &departments,
        facts.discharges_per_day,
        "NHS England acute discharge situation report",
    );
    row(
        (
            "Beds",
            "Patients without criteria to reside",
            "discharge_ready",
            "mean",
            "all",
            "patients",
            "30 %",
            "still in a bed; the published count includes those discharged that day",
        ),
        "all",
        facts
            .without_criteria
            .zip(facts.discharges_per_day)
            .map(|(ready, discharged)| ready - discharged),
        "NHS England acute discharge situation report",
    );
    if let Some(calls) = &facts.calls {
        let source = format!("Integrated Urgent Care ADC, contract {}", facts.contract);
        let within = calls.answered_in_60_s / calls.answered * 100.0;
        row(
            (
                "NHS 111",
                "Answered within 60 s",
                "nhs111_answer_time",
                "within 1 min",
                "all",
                "%",
                "10 points",
                "whole contract",
            ),
            "all",
            Some(within),
            &source,
        );
        let abandoned = calls.abandoned / calls.received * 100.0;
        row(
            (
                "NHS 111",
                "Abandoned",
                "nhs111_abandoned",
                "percent",
                "all",
                "%",
                "5 points",
                "whole contract",
            ),
            "all",
            Some(abandoned),
            &source,
        );
    }
    if let Some(ambulance) = &facts.ambulance {
        let source = format!(
            "NHS England Ambulance Quality Indicators, {}",
            facts.ambulance_service
        );
        for (at, minutes) in ambulance.response_minutes.iter().enumerate() {
            let (label, cohort) = (
                format!("Response, category {}, mean", at + 1),
                format!("category=C{}", at + 1),
            );
            row(
                (
                    "Ambulances",
                    &label,
                    "ambulance_response",
                    "mean",
                    &cohort,
                    "min",
                    "15 %",
                    "whole service",
                ),
                "all",
                *minutes,
                &source,
            );
        }
        row(
            (
                "Ambulances",
                "Handover, mean",
                "handover",
                "mean",
                "all",
                "min",
                "15 %",
                "whole service, from October 2023",
            ),
            "all",
            ambulance.handover_minutes,
            &source,
        );
    }
    text
}

/// The trust's whole published series, as NHS England's columns.
fn published_months(facts: &Facts) -> String {
    let mut text = format!("month,{}\n", ATTENDANCES[2..].join(","));
    for month in &facts.months {
        let counts = month
            .counts
            .map(|count| count.map_or_else(String::new, |n| n.to_string()));
        let _ = writeln!(text, "{},{}", month.month, counts.join(","));
    }
    text
}

/// The same as the backtest reads it: one row per figure and month.
fn monthly(facts: &Facts) -> String {
    let mut text =
        "series,measure,statistic,site,cohort,unit,month,published,source,note\n".to_owned();
    let departments: Vec<&str> = facts.sites.iter().map(|site| site.id.as_str()).collect();
    let departments = departments.join("+");
    let source = format!("NHS England A&E monthly, {}", facts.code);
    for month in &facts.months {
        let counts = &month.counts;
        let within = |over: usize, of: usize| {
            let (over, of) = (counts[over]?, counts[of]?);
            (of > 0.0).then(|| 100.0 - over / of * 100.0)
        };
        let through: f64 = counts[6..9].iter().flatten().sum();
        let rows = [
            (
                "Attendances type 1",
                "attendances_type1",
                "total",
                &*departments,
                "patients",
                counts[0],
            ),
            (
                "Attendances type 3",
                "attendances_type3",
                "total",
                "urgent_treatment",
                "patients",
                counts[2].filter(|n| *n > 0.0),
            ),
            (
                "Within 4 h type 1",
                "time_in_department",
                "within 4 h",
                &*departments,
                "%",
                within(3, 0),
            ),
            (
                "Admissions through A&E",
                "emergency_admissions_via_ed",
                "total",
                &*departments,
                "admissions",
                Some(through),
            ),
        ];
        for (series, measure, statistic, site, unit, value) in rows {
            let value = value.map_or_else(String::new, |value| format!("{value:.4}"));
            let _ = writeln!(
                text,
                "{series},{measure},{statistic},{site},all,{unit},{},{value},\"{source}\",",
                month.month
            );
        }
    }
    text
}
