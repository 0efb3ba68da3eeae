//! The file's values against short formulas of our own, where there are any.

use uecsim::engine::distributions::Distribution;

use super::cases::{self, Case};
use super::stations::shape;

/// Probability that all of `servers` are busy and arrivals are lost, at an offered load in erlangs.
fn erlang_b(load: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocked, n| {
        load * blocked / (f64::from(n) + load * blocked)
    })
}

fn check(case: &Case, metric: &str, expected: f64) {
    let row = case.rows.iter().find(|row| row.0 == metric).unwrap();
    assert!(
        (row.1 - expected).abs() < 1e-8 * expected.abs(),
        "{} {} {metric}: {} is not {expected}",
        case.family,
        case.parameters,
        row.1
    );
}

fn check_queue(case: &Case) {
    let (rate, service_rate) = (case.number("arrival_rate"), case.number("service_rate"));
    let servers = case.count("servers");
    let (load, n) = (rate / service_rate, f64::from(servers));
    let blocked = erlang_b(load, servers);
    let waits = n * blocked / (n - load * (1.0 - blocked));
    check(case, "p_wait", waits);
    check(case, "mean_wait", waits / (n * service_rate - rate));
    let spread = (waits * (2.0 - waits)).sqrt() / (n * service_rate - rate);
    check(case, "sd_wait", spread);
}

/// Pollaczek and Khinchine.
fn check_single_server(case: &Case) {
    let rate = case.number("arrival_rate");
    let service = Distribution::new(shape(&case.parameters["service"])).unwrap();
    let mean = service.mean();
    let second = service.variance().unwrap() + mean * mean;
    check(
        case,
        "mean_wait",
        rate * second / (2.0 * (1.0 - rate * mean)),
    );
}

/// The root of a GI/M/1 queue with Erlang gaps of `k` stages.
fn check_erlang_arrivals(case: &Case) {
    let (k, mean, service_rate) = (3.0, 1.25, case.number("service_rate"));
    let mut root = 0.5_f64;
    for _ in 0..1_000 {
        root = (1.0 + service_rate * (1.0 - root) * mean / k).powf(-k);
    }
    check(case, "p_wait", root);
    check(case, "mean_wait", root / (service_rate * (1.0 - root)));
}

/// Cobham, equal service rates.
fn check_priorities(case: &Case) {
    let (rates, service_rate) = (case.list("arrival_rates"), case.number("service_rate"));
    let servers = case.count("servers");
    let n = f64::from(servers);
    let load = rates.iter().sum::<f64>() / service_rate;
    let blocked = erlang_b(load, servers);
    let waits = n * blocked / (n - load * (1.0 - blocked));
    let mut ahead = 0.0;
    for (class, rate) in rates.iter().enumerate() {
        let before = 1.0 - ahead / (n * service_rate);
        ahead += rate;
        let after = 1.0 - ahead / (n * service_rate);
        let expected = waits / (n * service_rate * before * after);
        check(case, &format!("mean_wait_class{}", class + 1), expected);
    }
}

/// Interruption by the more urgent, one exponential server.
fn check_interruption(case: &Case) {
    let (rates, service_rates) = (case.list("arrival_rates"), case.list("service_rates"));
    let (mut load, mut residual) = (0.0, 0.0);
    for (class, (rate, service_rate)) in rates.iter().zip(&service_rates).enumerate() {
        let before = 1.0 - load;
        load += rate / service_rate;
        residual += rate / (service_rate * service_rate);
        let expected = 1.0 / (service_rate * before) + residual / (before * (1.0 - load));
        check(case, &format!("mean_sojourn_class{}", class + 1), expected);
    }
}

/// Kaufman and Roberts.
fn check_several_units(case: &Case) {
    let units = case.count("units") as usize;
    let classes: Vec<(f64, usize)> = case.parameters["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| {
            let [load, each] = ["offered_load", "units_each"].map(|key| cases::number(&class[key]));
            (load, each as usize)
        })
        .collect();
    let mut weights = vec![1.0];
    for n in 1..=units {
        let from = |(load, each): &(f64, usize)| {
            let below = n.checked_sub(*each)?;
            Some(load * *each as f64 * weights[below])
        };
        weights.push(classes.iter().filter_map(from).sum::<f64>() / n as f64);
    }
    let total: f64 = weights.iter().sum();
    for (class, (_, each)) in classes.iter().enumerate() {
        let blocked: f64 = weights[units + 1 - each..].iter().sum::<f64>() / total;
        check(case, &format!("p_block_class{}", class + 1), blocked);
    }
}

#[test]
fn the_exact_values_agree_with_short_formulas() {
    let mut checked = 0;
    for case in cases::all() {
        match case.family.as_str() {
            "mmc" => check_queue(&case),
            "mg1" => check_single_server(&case),
            "em1" => check_erlang_arrivals(&case),
            "priority_nonpreemptive_mmc" => check_priorities(&case),
            "priority_preemptive_resume_mm1" => check_interruption(&case),
            "multi_unit_loss" => check_several_units(&case),
            "erlang_b" => {
                let blocked = erlang_b(case.number("offered_load"), case.count("servers"));
                check(&case, "p_block", blocked);
            }
            "md1" => {
                let load = case.number("arrival_rate") * case.number("service_time");
                let wait = 0.5 * load * case.number("service_time") / (1.0 - load);
                check(&case, "mean_wait", wait);
            }
            _ => continue,
        }
        checked += 1;
    }
    assert_eq!(checked, 33, "every case of these families is there");
}
