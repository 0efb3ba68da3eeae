//! What holds at a given time: queues that start empty, rates and staffing that change.
//!
//! A replication runs many copies of the station side by side and looks at all of them at each time.

use std::f64::consts::PI;

use uecsim::engine::distributions::Shape;
use uecsim::engine::program::ShiftEnd;
use uecsim::engine::time::SimTime;

use super::cases::Case;
use super::network::{ARRIVED, Network, time};
use super::observer::{Gauge, State};
use super::stations::LEAST;
use super::study::{Control, Metric, Study};

/// Copies of a small station in one program.
const COPIES: u32 = 100;

fn is(truth: bool) -> f64 {
    if truth { 1.0 } else { 0.0 }
}

/// Mean over copies of a function of a copy's busy and waiting, just before `at`.
fn over_copies(at: f64, of: impl Fn(u32, u32) -> f64 + Send + Sync + 'static) -> Gauge {
    let mean = move |state: &State| {
        let copies = state.busy.iter().zip(&state.waiting);
        copies
            .map(|(busy, waiting)| of(*busy, *waiting))
            .sum::<f64>()
            / state.busy.len() as f64
    };
    Gauge::At {
        state: Box::new(mean),
        times: vec![(time(at), 1.0)],
    }
}

/// Splits `mean_queue@12.0`.
fn at_time(name: &str) -> (&str, f64) {
    let (what, at) = name.split_once('@').unwrap();
    (what, at.parse().unwrap())
}

fn metrics(case: &Case, servers: u32) -> Vec<Metric> {
    let metric = |row: &(String, f64)| {
        let (what, at) = at_time(&row.0);
        let gauge = match what {
            "mean_in_system" => over_copies(at, |busy, waiting| f64::from(busy + waiting)),
            "mean_queue" => over_copies(at, |_, waiting| f64::from(waiting)),
            "p_all_busy" => over_copies(at, move |busy, _| is(busy >= servers)),
            "p_empty" => over_copies(at, |busy, waiting| is(busy + waiting == 0)),
            "p_n_gt_10" => over_copies(at, |busy, waiting| is(busy + waiting > 10)),
            other => panic!("no metric {other}"),
        };
        Metric::ratio(row, LEAST, gauge, Gauge::One)
    };
    case.rows.iter().map(metric).collect()
}

/// A study for each time that a case looks at: what is rare early needs many replications, which then are short.
pub fn by_time(case: &Case, study: fn(&Case) -> Study) -> Vec<Study> {
    let mut parts: Vec<Case> = Vec::new();
    for row in &case.rows {
        let is_at = |part: &Case| at_time(&part.rows[0].0).1 == at_time(&row.0).1;
        match parts.iter_mut().find(|part| is_at(part)) {
            Some(part) => part.rows.push(row.clone()),
            None => parts.push(Case {
                family: case.family.clone(),
                parameters: case.parameters.clone(),
                rows: vec![row.clone()],
            }),
        }
    }
    parts.iter().map(study).collect()
}

/// The last time looked at.
fn horizon(case: &Case) -> f64 {
    let times = case.rows.iter().map(|row| at_time(&row.0).1);
    times.fold(0.0, f64::max)
}

/// How many came in each of the last hours before `end`, and earlier; `rate` by the hour's number.
fn came(end: f64, rate: impl Fn(usize) -> f64) -> Vec<Control> {
    const LAST: usize = 3;
    let hours: Vec<f64> = (0..LAST)
        .map(|back| end - back as f64)
        .filter(|hour| *hour > 0.0)
        .collect();
    let so_far = |times: Vec<(SimTime, f64)>| Gauge::At {
        state: Box::new(|state: &State| {
            state.passed[usize::from(ARRIVED)].iter().sum::<i64>() as f64
        }),
        times,
    };
    let expected = |from: f64, until: f64| {
        let hours = from as usize..until.ceil() as usize;
        let part = |hour: usize| until.min(hour as f64 + 1.0) - from.max(hour as f64);
        f64::from(COPIES) * hours.map(|hour| rate(hour) * part(hour)).sum::<f64>()
    };
    let mut controls = Vec::new();
    for (back, until) in hours.iter().enumerate() {
        let last = back + 1 == hours.len();
        let from = if last { 0.0 } else { hours[back + 1] };
        let mut times = vec![(time(*until), 1.0)];
        if from > 0.0 {
            times.insert(0, (time(from), -1.0));
        }
        controls.push(Control {
            of: so_far(times),
            exact: expected(from, *until),
        });
    }
    controls
}

pub fn from_empty(case: &Case) -> Study {
    let servers = case.count("servers");
    let mean = 1.0 / case.number("service_rate");
    let mut network = Network::new();
    let (service, line) = (
        network.duration(Shape::Exponential { mean }),
        network.patient(),
    );
    for _ in 0..COPIES {
        let pool = network.pool(servers);
        let entry = network.station(pool, line, service);
        network.poisson(case.number("arrival_rate"), entry, 0);
    }
    Study {
        title: format!("{} {}", case.family, case.parameters),
        program: network.program,
        warm_up: 0.0,
        length: horizon(case),
        metrics: metrics(case, servers),
        controls: came(horizon(case), |_| case.number("arrival_rate")),
    }
}

/// Hourly rates and servers; at a shift's end staff leave at once or finish their patient.
pub fn schedule(case: &Case) -> Study {
    let rates = case.list("hourly_arrival_rates");
    let servers = case.list("hourly_servers");
    let end = if case.text("shift_drop").starts_with("interrupt") {
        ShiftEnd::Interrupt
    } else {
        ShiftEnd::Finish
    };
    let mean = 1.0 / case.number("service_rate");
    let mut changes = vec![(0.0, servers[0] as u32)];
    for (hour, n) in servers.iter().enumerate() {
        if *n as u32 != changes[changes.len() - 1].1 {
            changes.push((hour as f64, *n as u32));
        }
    }
    let mut network = Network::new();
    let (service, line) = (
        network.duration(Shape::Exponential { mean }),
        network.patient(),
    );
    for _ in 0..COPIES {
        let pool = network.roster(&changes, 24.0, end);
        let entry = network.used_station(pool, line, service);
        network.poisson_by(&rates, 1.0, entry);
    }
    Study {
        title: format!("{} {}", case.family, case.parameters),
        program: network.program,
        warm_up: 0.0,
        length: horizon(case),
        metrics: metrics(case, 0),
        controls: came(horizon(case), |hour| rates[hour % rates.len()]),
    }
}

/// A station with a server for everybody, arrivals by a sinusoid in bins of a 1440th of its period.
pub fn infinite_servers(case: &Case) -> Study {
    const BINS: u32 = 1440;
    let [base, amplitude, period] = ["base", "amp", "period"].map(|key| case.number(key));
    let (shape, rate) = match case.parameters["service_rate"].as_f64() {
        Some(rate) => (Shape::Exponential { mean: 1.0 / rate }, rate),
        None => {
            let value = case.number("service_time");
            (Shape::Constant { value }, 1.0 / value)
        }
    };
    let turn = 2.0 * PI / period;
    let bin = period / f64::from(BINS);
    // The mean rate over each bin.
    let over_bin = |i: u32| {
        let (from, to) = (f64::from(i) * bin, f64::from(i + 1) * bin);
        base + amplitude * ((turn * from).cos() - (turn * to).cos()) / (turn * bin)
    };
    let rates: Vec<f64> = (0..BINS).map(over_bin).collect();
    let mut network = Network::new();
    let service = network.duration(shape);
    let line = network.patient();
    let pool = network.pool(1_000_000);
    let entry = network.used_station(pool, line, service);
    network.poisson_by(&rates, bin, entry);
    // Whole periods until the empty start is forgotten to a part in a hundred thousand.
    let settled = (12.0 / rate / period).ceil() * period;
    let watched = 20.0;
    let in_system = |times: Vec<(SimTime, f64)>| Gauge::At {
        state: Box::new(|state: &State| state.in_system(0)),
        times,
    };
    let every_period = |at: f64| {
        let phase = at % period;
        let times = (0..watched as u32).map(|k| settled + phase + f64::from(k) * period);
        in_system(times.map(|at| (time(at), 1.0 / watched)).collect())
    };
    let exact = |name: &str| case.rows.iter().find(|row| row.0 == name).map(|row| row.1);
    let metric = |row: &(String, f64)| {
        let at = || row.0.rsplit_once("_t").unwrap().1.parse::<f64>().unwrap();
        let gauge = match row.0.as_str() {
            "peak_mean_occupancy" | "peak_lag_after_arrival_peak" => {
                let lag = exact("peak_lag_after_arrival_peak").unwrap();
                let mean = base / rate;
                let swing = exact("peak_mean_occupancy").unwrap() - mean;
                let peak = 0.25 * period + lag;
                let is_lag = row.0.starts_with("peak_lag");
                // The occupancy is a sinusoid: its projections onto the exact peak's phase, on a grid of hours, give height
                // and (to first order) place of the peak.
                let weight = |at: f64| {
                    let angle = turn * (at - peak);
                    if is_lag {
                        lag / mean + 2.0 * angle.sin() / (swing * turn)
                    } else {
                        1.0 + 2.0 * angle.cos()
                    }
                };
                let n = (24.0 * watched) as u32;
                let grid = (0..n).map(|k| settled + f64::from(k) * period / 24.0);
                in_system(
                    grid.map(|at| (time(at), weight(at) / f64::from(n)))
                        .collect(),
                )
            }
            name if name.contains("_emptystart_") => in_system(vec![(time(at()), 1.0)]),
            name if name.contains("_periodic_") => every_period(at()),
            other => panic!("no metric {other}"),
        };
        Metric::ratio(row, LEAST, gauge, Gauge::One)
    };
    let metrics = case.rows.iter().map(metric).collect();
    Study {
        title: format!("{} {}", case.family, case.parameters),
        program: network.program,
        warm_up: 0.0,
        length: settled + (watched + 1.0) * period,
        metrics,
        controls: Vec::new(),
    }
}
