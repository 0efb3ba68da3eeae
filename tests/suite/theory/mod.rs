//! The engine against queueing theory: exact values inside intervals from independent replications.
//!
//! `tests/data/analytic` holds the values and says where they come from. Intervals hold for all rows of a test together
//! at 99 % (Bonferroni). A half-width is judged against the exact value, or against a scale where that is nearly zero:
//! 0.05 of a probability, of a patient, or of a mean service.

mod cases;
mod closed_forms;
mod network;
mod networks;
mod observer;
mod stations;
mod study;
mod transients;

use std::time::{Duration, Instant};

use uecsim::engine::program::StepId;
use uecsim::stats::intervals::{bonferroni, student_t_quantile};

use cases::Case;
use study::{Finding, Study};

fn studies(case: &Case) -> Vec<Study> {
    let one = match case.family.as_str() {
        "mmc" => stations::mmc(case),
        "mg1" => stations::mg1(case),
        "md1" => stations::md1(case),
        "dm1" | "em1" => stations::gm1(case),
        "mmck" => stations::mmck(case),
        "erlang_b" => return stations::erlang_b(case),
        "erlang_a" | "mmc_plus_d" => stations::impatient(case),
        "priority_nonpreemptive_mmc" => stations::priority_mmc(case),
        "priority_nonpreemptive_mg1" => stations::priority_mg1(case),
        "priority_preemptive_resume_mm1" => stations::priority_preemptive(case),
        "jackson3" => networks::jackson(case),
        "tandem_blocking" => networks::tandem(case),
        "overflow_beds" => networks::overflow(case),
        "multi_unit_loss" => networks::multi_unit(case),
        "mmc_transient_from_empty" => return transients::by_time(case, transients::from_empty),
        "mt_mct_schedule" => return transients::by_time(case, transients::schedule),
        "mt_m_inf" | "mt_d_inf" => transients::infinite_servers(case),
        other => panic!("no model of {other}"),
    };
    vec![one]
}

fn report(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        format!(
            "{} exact {:.6} estimate {:.6} +- {:.6} ({:.2} % of scale){}",
            finding.title,
            finding.exact,
            finding.estimate.mean,
            finding.estimate.half_width,
            100.0 * finding.relative_half_width(),
            if finding.holds() { "" } else { "  OUTSIDE" }
        )
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A half-width must be at most this part of its scale in the long test.
const WIDEST: f64 = 0.01;
const PILOT: u32 = 64;

/// Half-width of the widest interval in parts of its scale.
fn widest(findings: &[Finding]) -> f64 {
    let widths = findings.iter().map(Finding::relative_half_width);
    widths.fold(0.0, f64::max)
}

/// How many replications make the widest interval narrow enough, if `runs` have one so wide.
fn needed(runs: u32, widest: f64) -> u32 {
    let needed = f64::from(runs) * (widest / WIDEST).powi(2);
    (needed.ceil() as u32).max(2 * PILOT)
}

/// How many replications a study takes until its widest interval is narrow enough, as a pilot on other draws says, and
/// how long they will take.
fn plan(study: &Study, confidence: f64) -> (u32, Duration) {
    let start = Instant::now();
    let pilot = study.run(2, PILOT, confidence);
    let t = |n: u32| student_t_quantile(0.5 + 0.5 * confidence, f64::from(n - 1));
    // Many replications have a narrower t than the pilot's.
    let replications = needed(PILOT, widest(&pilot) * t(10_000) / t(PILOT));
    (replications, start.elapsed() * replications / PILOT)
}

/// Runs what was planned, and more where the pilot's variance was too small.
fn run_until_narrow(study: &Study, planned: u32, confidence: f64) -> Vec<Finding> {
    let mut runs = study.replications(3, 0..planned);
    loop {
        let findings = study.findings(&runs, confidence);
        let (n, widest) = (runs.len() as u32, widest(&findings));
        if widest <= WIDEST || n > 20 * planned {
            return findings;
        }
        let until = needed(n, 1.01 * widest).max(n + n / 20);
        runs.extend(study.replications(3, n..until));
    }
}

/// Every row of every family. Takes some hours of processor time, in release; says beforehand how long, and how far it is:
/// `cargo test --release --test suite theory -- --ignored --nocapture`. With `THEORY_FROM=29` it begins at study 29.
#[test]
#[ignore = "long"]
fn every_row_of_every_family() {
    let all: Vec<Study> = cases::all().iter().flat_map(studies).collect();
    let n_rows = all.iter().map(|study| study.metrics.len()).sum();
    let confidence = bonferroni(0.99, n_rows);
    let from = std::env::var("THEORY_FROM").map_or(1, |number| number.parse().unwrap());
    let studies = || all.iter().enumerate().skip(from - 1);
    let plans: Vec<(u32, Duration)> = studies()
        .map(|(_, study)| plan(study, confidence))
        .collect();
    let mut left: Duration = plans.iter().map(|(_, time)| *time).sum();
    let mut faults = Vec::new();
    for ((index, study), (planned, time)) in studies().zip(plans) {
        println!(
            "study {} of {}, {} s left: {planned} replications in {} s",
            index + 1,
            all.len(),
            left.as_secs(),
            time.as_secs()
        );
        left -= time;
        let findings = run_until_narrow(study, planned, confidence);
        println!("{}", report(&findings));
        let is_bad = |one: &Finding| !one.holds() || one.relative_half_width() > WIDEST;
        faults.extend(findings.into_iter().filter(is_bad));
    }
    println!("{n_rows} rows");
    assert!(faults.is_empty(), "\n{}", report(&faults));
}

/// Parameter set number `which` of a family, all its rows together at 99 %, each half-width at most `widest` of its scale.
fn check_family(family: &str, which: usize, replications: u32, widest: f64) {
    let all = cases::all();
    let case = all
        .iter()
        .filter(|case| case.family == family)
        .nth(which)
        .unwrap();
    let studies = studies(case);
    let n_rows = studies.iter().map(|study| study.metrics.len()).sum();
    let confidence = bonferroni(0.99, n_rows);
    for study in studies {
        let findings = study.run(1, replications, confidence);
        let good = |one: &Finding| one.holds() && one.relative_half_width() <= widest;
        assert!(findings.iter().all(good), "\n{}", report(&findings));
        println!("{}", report(&findings));
    }
}

#[test]
fn many_servers_and_one_line() {
    check_family("mmc", 2, 40, 0.1);
}

#[test]
fn a_waiting_room_with_limits() {
    check_family("mmck", 1, 20, 0.05);
}

#[test]
fn losses_whatever_the_service() {
    check_family("erlang_b", 1, 20, 0.05);
}

#[test]
fn one_server_and_any_service() {
    check_family("mg1", 1, 40, 0.05);
}

#[test]
fn one_server_and_constant_service() {
    check_family("md1", 0, 40, 0.05);
}

#[test]
fn regular_arrivals() {
    check_family("dm1", 0, 40, 0.05);
    check_family("em1", 0, 40, 0.05);
}

#[test]
fn exponential_patience() {
    check_family("erlang_a", 0, 20, 0.05);
}

#[test]
fn fixed_patience() {
    check_family("mmc_plus_d", 0, 20, 0.05);
}

#[test]
fn urgent_patients_first() {
    check_family("priority_nonpreemptive_mmc", 1, 60, 0.1);
    check_family("priority_nonpreemptive_mg1", 0, 40, 0.05);
}

#[test]
fn urgent_patients_interrupt() {
    check_family("priority_preemptive_resume_mm1", 0, 40, 0.05);
}

#[test]
fn routing_with_feedback() {
    check_family("jackson3", 1, 80, 0.1);
}

#[test]
fn a_full_second_station_blocks_the_first() {
    check_family("tandem_blocking", 3, 20, 0.1);
}

#[test]
fn a_full_ward_overflows() {
    check_family("overflow_beds", 0, 20, 0.05);
}

#[test]
fn several_units_at_one_moment() {
    check_family("multi_unit_loss", 0, 20, 0.05);
}

#[test]
fn a_queue_fills_from_empty() {
    check_family("mmc_transient_from_empty", 0, 240, 0.2);
}

#[test]
fn staffing_by_the_hour_where_staff_leave_at_once() {
    check_family("mt_mct_schedule", 0, 150, 0.15);
}

#[test]
fn staffing_by_the_hour_where_staff_finish() {
    check_family("mt_mct_schedule", 1, 150, 0.15);
}

#[test]
fn a_server_for_everybody_and_arrivals_by_the_hour() {
    check_family("mt_m_inf", 0, 1_000, 0.1);
    check_family("mt_d_inf", 0, 4_000, 0.1);
}
