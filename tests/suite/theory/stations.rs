//! Single stations: queues with and without limits, patience, priorities and interruption.

use std::fmt::Write;

use serde_json::Value;
use uecsim::engine::distributions::{Distribution, Shape};
use uecsim::engine::program::{Arrivals, Patience, ShiftEnd, Step, WaitRule};
use uecsim::engine::time::{HOUR, SimTime};

use super::cases::{Case, number};
use super::network::{ARRIVED, DONE, LOST, Network, STARTED, at_most, by_class, plain};
use super::observer::Gauge;
use super::study::{Control, Metric, Study};

/// Scale of probabilities, numbers of patients and (in mean services) times that are nearly zero.
pub const LEAST: f64 = 0.05;

/// How long a run must be watched before it forgets its empty start, and after.
pub struct Watch {
    pub warm_up: f64,
    pub length: f64,
}

impl Watch {
    /// For a queue of `servers` at `load` (0 to 1): twelve relaxation times of its number in system and ten services;
    /// ten times as long is measured, and at least 50,000 arrivals. `spread` is the mean over arrivals and services of
    /// their squared coefficients of variation.
    pub fn of_queue(rate: f64, service_rate: f64, servers: f64, load: f64, spread: f64) -> Self {
        let root = 1.0 - load.min(1.2).sqrt();
        let relaxation = spread.max(1.0) / (servers * service_rate * (root * root).max(0.0004));
        let warm_up = 12.0 * relaxation + 10.0 / service_rate;
        let length = (10.0 * warm_up).max(50_000.0 / rate);
        Self { warm_up, length }.cut()
    }

    /// For a station that cannot hold many: it forgets within some services.
    pub fn of_small(rate: f64, service_rate: f64) -> Self {
        Self {
            warm_up: 40.0 / service_rate,
            length: (400.0 / service_rate).max(50_000.0 / rate),
        }
        .cut()
    }

    /// No longer than the engine's time goes, which matters to stations with few arrivals.
    fn cut(self) -> Self {
        let longest = SimTime::NEVER.0 as f64 / HOUR.0 as f64 - 1.0;
        let length = self.length.min(longest - self.warm_up);
        Self { length, ..self }
    }
}

fn study(case: &Case, network: Network, watch: Watch, metrics: Vec<Metric>) -> Study {
    let mut title = case.family.clone();
    write!(title, " {}", case.parameters).unwrap();
    Study {
        title,
        program: network.program,
        warm_up: watch.warm_up,
        length: watch.length,
        metrics,
        controls: Vec::new(),
    }
}

/// Poisson arrivals of a class over the measured time.
fn came(class: u8, rate: f64, watch: &Watch) -> Control {
    Control {
        of: Gauge::count(ARRIVED).in_class(class),
        exact: rate * watch.length,
    }
}

/// How far the powers of a class's services are from their means; none where all services are alike.
fn served(class: u8, service: &Shape) -> Vec<Control> {
    let moments = moments(service).into_iter().zip(1..);
    let control = |(moment, power): (f64, i32)| Control {
        of: Gauge::each(DONE, STARTED, move |s| s.powi(power) / moment - 1.0).in_class(class),
        exact: 0.0,
    };
    moments.map(control).collect()
}

/// Known means of the first powers of a service.
fn moments(service: &Shape) -> Vec<f64> {
    let distribution = Distribution::new(service.clone()).unwrap();
    let (mean, variance) = (distribution.mean(), distribution.variance().unwrap());
    match service {
        _ if variance == 0.0 => Vec::new(),
        // Long services are rare and make most of the scatter.
        Shape::Lognormal { mu, sigma } => {
            let power = |k: f64| (k * mu + 0.5 * k * k * sigma * sigma).exp();
            vec![power(1.0), power(2.0), power(3.0)]
        }
        Shape::Exponential { .. } => vec![mean, 2.0 * mean.powi(2), 6.0 * mean.powi(3)],
        _ => vec![mean, variance + mean * mean],
    }
}

/// Wait of those who start.
fn wait(of: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Gauge {
    Gauge::each(STARTED, ARRIVED, of)
}

fn sojourn(of: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Gauge {
    Gauge::each(DONE, ARRIVED, of)
}

fn is(truth: bool) -> f64 {
    if truth { 1.0 } else { 0.0 }
}

fn busy() -> Gauge {
    Gauge::level(|state| f64::from(state.busy[0]))
}

fn waiting() -> Gauge {
    Gauge::level(|state| f64::from(state.waiting[0]))
}

fn in_system() -> Gauge {
    Gauge::level(|state| state.in_system(0))
}

/// What every queue without losses is asked; `tail_rate` is that of the wait's exponential tail, where it has one.
struct Queue {
    servers: f64,
    mean_service: f64,
    tail_rate: Option<f64>,
}

impl Queue {
    fn metric(&self, case: &Case, row: &(String, f64)) -> Metric {
        let mean_service = self.mean_service;
        let started = || Gauge::count(STARTED);
        let probability = |of, over| Metric::ratio(row, LEAST, of, over);
        let duration = |of, over| Metric::ratio(row, LEAST * mean_service, of, over);
        let level = |of| Metric::ratio(row, LEAST, of, Gauge::Time);
        match row.0.as_str() {
            "rho" => {
                let servers = self.servers;
                level(Gauge::level(move |state| {
                    f64::from(state.busy[0]) / servers
                }))
            }
            "p_wait" => probability(wait(|w| is(w > 0.0)), started()),
            "mean_wait" => duration(wait(|w| w), started()),
            "sd_wait" => duration(self.spread_of_wait(case, row.1), started()),
            "mean_queue" => level(waiting()),
            "mean_busy" => level(busy()),
            "mean_in_system" => level(in_system()),
            "p_empty" => level(Gauge::level(|state| is(state.in_system(0) == 0.0))),
            "mean_sojourn" => duration(sojourn(|s| s), Gauge::count(DONE)),
            name if name.starts_with("wait_q") => self.wait_quantile(row),
            name => {
                let bound = mean_service * digits(name);
                if name.starts_with("p_sojourn_gt") {
                    probability(sojourn(move |s| is(s > bound)), Gauge::count(DONE))
                } else if name.starts_with("p_wait_gt") {
                    probability(wait(move |w| is(w > bound)), started())
                } else if name.starts_with("p_wait_le") {
                    probability(wait(move |w| is(w <= bound)), started())
                } else {
                    panic!("no metric {name}")
                }
            }
        }
    }

    /// The standard deviation, linearised about the exact one: unbiased if that is right.
    fn spread_of_wait(&self, case: &Case, sd: f64) -> Gauge {
        let mean = case
            .rows
            .iter()
            .find(|row| row.0 == "mean_wait")
            .expect("where there is a spread there is a mean")
            .1;
        wait(move |w| sd + ((w - mean) * (w - mean) - sd * sd) / (2.0 * sd))
    }

    /// The quantile, linearised about the exact one by the tail's density there; or the share that wait at all, where
    /// the quantile is zero.
    fn wait_quantile(&self, row: &(String, f64)) -> Metric {
        let above = 1.0 - digits(&row.0) / 100.0;
        let exact = row.1;
        if exact == 0.0 {
            let of = wait(move |w| is(w > 0.0) / above);
            let mut metric = Metric::ratio(row, 1.0, of, Gauge::count(STARTED));
            // Fewer wait than would make the quantile positive, or (at the boundary) just as many.
            metric.meaning = Some(|share| if share < 0.95 { 0.0 } else { share - 1.0 });
            return metric;
        }
        let density = self
            .tail_rate
            .expect("quantiles come with an exponential tail")
            * above;
        let of = wait(move |w| exact + (is(w > exact) - above) / density);
        let least = LEAST * self.mean_service;
        Metric::ratio(row, least, of, Gauge::count(STARTED))
    }

    fn metrics(&self, case: &Case) -> Vec<Metric> {
        case.rows.iter().map(|row| self.metric(case, row)).collect()
    }
}

/// The number within a metric's name.
fn digits(name: &str) -> f64 {
    let found: String = name.chars().filter(char::is_ascii_digit).collect();
    found.parse().unwrap()
}

pub fn mmc(case: &Case) -> Study {
    let (rate, service_rate) = (case.number("arrival_rate"), case.number("service_rate"));
    let servers = case.count("servers");
    let mean = 1.0 / service_rate;
    let mut network = Network::new();
    let pool = network.pool(servers);
    let (line, service) = (
        network.patient(),
        network.duration(Shape::Exponential { mean }),
    );
    let entry = network.station(pool, line, service);
    network.poisson(rate, entry, 0);
    let servers = f64::from(servers);
    let queue = Queue {
        servers,
        mean_service: mean,
        tail_rate: Some(servers * service_rate - rate),
    };
    let load = rate * mean / servers;
    let watch = Watch::of_queue(rate, service_rate, servers, load, 1.0);
    let mut controls = served(0, &Shape::Exponential { mean });
    controls.push(came(0, rate, &watch));
    Study {
        controls,
        ..study(case, network, watch, queue.metrics(case))
    }
}

/// The shape of a service as the cases write it.
pub fn shape(service: &Value) -> Shape {
    let get = |key: &str| number(&service[key]);
    match service["dist"].as_str().unwrap() {
        "lognormal" => Shape::lognormal_mean_sd(get("mean"), get("sd")).unwrap(),
        "erlang" => Shape::Erlang {
            k: get("k") as u32,
            mean: get("mean"),
        },
        "uniform" => Shape::Uniform {
            low: get("low"),
            high: get("high"),
        },
        "triangular" => Shape::Triangular {
            low: get("low"),
            mode: get("mode"),
            high: get("high"),
        },
        "gamma" => Shape::Gamma {
            shape: get("shape"),
            scale: get("scale"),
        },
        "weibull" => Shape::Weibull {
            shape: get("shape"),
            scale: get("scale"),
        },
        "hyperexponential" => {
            let list = |key: &str| service[key].as_array().unwrap().iter().map(number);
            let part = |rate: f64| Distribution::new(Shape::Exponential { mean: 1.0 / rate });
            Shape::Mixture {
                shares: list("p").collect(),
                of: list("rates").map(|rate| part(rate).unwrap()).collect(),
            }
        }
        other => panic!("no shape {other}"),
    }
}

fn single_server(
    case: &Case,
    service: Shape,
    arrive: impl Fn(&mut Network, super::StepId),
) -> Study {
    let distribution = Distribution::new(service.clone()).unwrap();
    let mean = distribution.mean();
    let spread = distribution.variance().unwrap() / (mean * mean);
    let load = case.rows.iter().find(|row| row.0 == "rho").unwrap().1;
    let mut network = Network::new();
    let pool = network.pool(1);
    let shape = service.clone();
    let (line, service) = (network.patient(), network.duration(service));
    let entry = network.station(pool, line, service);
    arrive(&mut network, entry);
    let queue = Queue {
        servers: 1.0,
        mean_service: mean,
        tail_rate: None,
    };
    let watch = Watch::of_queue(load / mean, 1.0 / mean, 1.0, load, 0.5 * (1.0 + spread));
    let mut controls = served(0, &shape);
    // Those who come by the clock are always as many.
    if matches!(
        network.program.streams[0].arrivals,
        Arrivals::Poisson { .. }
    ) {
        controls.push(came(0, load / mean, &watch));
    }
    Study {
        controls,
        ..study(case, network, watch, queue.metrics(case))
    }
}

pub fn mg1(case: &Case) -> Study {
    let rate = case.number("arrival_rate");
    let service = shape(&case.parameters["service"]);
    single_server(case, service, |network, entry| {
        network.poisson(rate, entry, 0)
    })
}

pub fn md1(case: &Case) -> Study {
    let rate = case.number("arrival_rate");
    let value = case.number("service_time");
    single_server(case, Shape::Constant { value }, |network, entry| {
        network.poisson(rate, entry, 0)
    })
}

/// Arrivals that are not Poisson, exponential service: `interarrival` is a text.
pub fn gm1(case: &Case) -> Study {
    let gap = match case.text("interarrival") {
        "deterministic 1.25" => Shape::Constant { value: 1.25 },
        "Erlang k=3 mean 1.25" => Shape::Erlang { k: 3, mean: 1.25 },
        other => panic!("no interarrival time {other}"),
    };
    let mean = 1.0 / case.number("service_rate");
    single_server(case, Shape::Exponential { mean }, |network, entry| {
        network.renewal(gap.clone(), entry)
    })
}

/// A limited room: those who find it full are lost.
pub fn mmck(case: &Case) -> Study {
    let (rate, service_rate) = (case.number("arrival_rate"), case.number("service_rate"));
    let servers = case.count("servers");
    let mean = 1.0 / service_rate;
    let mut network = Network::new();
    let pool = network.pool(servers);
    let lost = network.lost();
    let room = case.count("system_capacity") - servers;
    let line = network.wait(at_most(room, lost));
    let service = network.duration(Shape::Exponential { mean });
    let entry = network.station(pool, line, service);
    network.poisson(rate, entry, 0);
    let metric = |row: &(String, f64)| {
        let probability = |of, over| Metric::ratio(row, LEAST, of, over);
        let duration = |of, over| Metric::ratio(row, LEAST * mean, of, over);
        let level = |of| Metric::ratio(row, LEAST, of, Gauge::Time);
        match row.0.as_str() {
            "p_block" => probability(Gauge::count(LOST), Gauge::count(ARRIVED)),
            "throughput" => level(Gauge::count(DONE)),
            "mean_queue" => level(waiting()),
            "mean_in_system" => level(in_system()),
            "utilisation" => level(share_busy(servers)),
            "mean_wait_accepted" => duration(wait(|w| w), Gauge::count(STARTED)),
            "mean_sojourn_accepted" => duration(sojourn(|s| s), Gauge::count(DONE)),
            "p_wait_given_accepted" => probability(wait(|w| is(w > 0.0)), Gauge::count(STARTED)),
            other => panic!("no metric {other}"),
        }
    };
    let metrics = case.rows.iter().map(metric).collect();
    study(case, network, Watch::of_small(rate, service_rate), metrics)
}

fn share_busy(servers: u32) -> Gauge {
    Gauge::level(move |state| f64::from(state.busy[0]) / f64::from(servers))
}

/// Loss whatever the distribution of service: once for each of three.
pub fn erlang_b(case: &Case) -> Vec<Study> {
    let shapes = [
        Shape::Exponential { mean: 1.0 },
        Shape::lognormal_mean_sd(1.0, 1.0).unwrap(),
        Shape::Constant { value: 1.0 },
    ];
    shapes.map(|shape| erlang_b_with(case, shape)).into()
}

fn erlang_b_with(case: &Case, service: Shape) -> Study {
    let (load, servers) = (case.number("offered_load"), case.count("servers"));
    let mut network = Network::new();
    let pool = network.pool(servers);
    let lost = network.lost();
    let line = network.wait(at_most(0, lost));
    let duration = network.duration(service.clone());
    let entry = network.used_station(pool, line, duration);
    network.poisson(load, entry, 0);
    let metric = |row: &(String, f64)| match row.0.as_str() {
        "p_block" => Metric::ratio(row, LEAST, Gauge::count(LOST), Gauge::count(ARRIVED)),
        "mean_busy" => Metric::ratio(row, LEAST, busy(), Gauge::Time),
        "utilisation" => Metric::ratio(row, LEAST, share_busy(servers), Gauge::Time),
        other => panic!("no metric {other}"),
    };
    let metrics = case.rows.iter().map(metric).collect();
    let mut study = study(case, network, Watch::of_small(load, 1.0), metrics);
    write!(study.title, " {service:?}").unwrap();
    study
}

/// Patience that runs while waiting: exponential or fixed.
pub fn impatient(case: &Case) -> Study {
    let (rate, service_rate) = (case.number("arrival_rate"), case.number("service_rate"));
    let servers = case.count("servers");
    let mean = 1.0 / service_rate;
    let patience = match case.family.as_str() {
        "erlang_a" => Shape::Exponential {
            mean: 1.0 / case.number("abandon_rate"),
        },
        _ => Shape::Constant {
            value: case.number("patience"),
        },
    };
    let longest = Distribution::new(patience.clone()).unwrap().mean();
    let mut network = Network::new();
    let pool = network.pool(servers);
    let otherwise = network.lost();
    let rule = WaitRule {
        patience: Patience::Drawn(network.duration(patience)),
        otherwise,
        ..plain()
    };
    let line = network.wait(rule);
    let service = network.duration(Shape::Exponential { mean });
    let entry = network.station(pool, line, service);
    network.poisson(rate, entry, 0);
    let metric = |row: &(String, f64)| {
        let everyone = || Gauge::count(STARTED).or_mark(LOST);
        let anyone = |of: fn(f64) -> f64| wait(of).or_mark(LOST);
        let probability = |of, over| Metric::ratio(row, LEAST, of, over);
        let duration = |of, over| Metric::ratio(row, LEAST * mean, of, over);
        let level = |of| Metric::ratio(row, LEAST, of, Gauge::Time);
        let of_lost = Gauge::each(LOST, ARRIVED, |w| w);
        match row.0.as_str() {
            "p_wait" => probability(anyone(|w| is(w > 0.0)), everyone()),
            "p_abandon" => probability(Gauge::count(LOST), everyone()),
            "mean_wait_all" => duration(anyone(|w| w), everyone()),
            "mean_wait_served" => duration(wait(|w| w), Gauge::count(STARTED)),
            "mean_wait_abandoned" => duration(of_lost, Gauge::count(LOST)),
            "mean_queue" => level(waiting()),
            "mean_busy" => level(busy()),
            "utilisation" => level(share_busy(servers)),
            "throughput" => level(Gauge::count(DONE)),
            other => panic!("no metric {other}"),
        }
    };
    let metrics = case.rows.iter().map(metric).collect();
    let slowest = service_rate.min(1.0 / longest);
    study(case, network, Watch::of_small(rate, slowest), metrics)
}

/// Class of a metric such as `mean_wait_class2`, counted from 0.
fn class_of(name: &str) -> u8 {
    digits(name) as u8 - 1
}

/// Classes with their arrival rates and services, served by class and never interrupted.
fn by_priority(case: &Case, servers: u32, classes: &[(f64, Shape)]) -> Study {
    let mut network = Network::new();
    let pool = network.pool(servers);
    let line = network.wait(by_class());
    let (mut rate, mut load) = (0.0, 0.0);
    for (class, (each, service)) in classes.iter().enumerate() {
        rate += each;
        load += each * Distribution::new(service.clone()).unwrap().mean();
        let duration = network.duration(service.clone());
        let entry = network.station(pool, line, duration);
        network.poisson(*each, entry, class as u8);
    }
    let mean = load / rate;
    let metric = |row: &(String, f64)| {
        let probability = |of, over| Metric::ratio(row, LEAST, of, over);
        let duration = |of, over| Metric::ratio(row, LEAST * mean, of, over);
        let level = |of| Metric::ratio(row, LEAST, of, Gauge::Time);
        match row.0.as_str() {
            "mean_wait_all" => duration(wait(|w| w), Gauge::count(STARTED)),
            "p_wait" => probability(wait(|w| is(w > 0.0)), Gauge::count(STARTED)),
            "rho" => level(share_busy(servers)),
            name if name.starts_with("mean_wait_class") => {
                let class = class_of(name);
                let started = Gauge::count(STARTED).in_class(class);
                duration(wait(|w| w).in_class(class), started)
            }
            name if name.starts_with("mean_queue_class") => {
                let class = usize::from(class_of(name));
                level(Gauge::level(move |state| {
                    state.between_in_class(class, ARRIVED, &[STARTED])
                }))
            }
            other => panic!("no metric {other}"),
        }
    };
    let metrics = case.rows.iter().map(metric).collect();
    let servers = f64::from(servers);
    let watch = Watch::of_queue(rate, 1.0 / mean, servers, load / servers, 1.5);
    let mut controls = Vec::new();
    for (class, (rate, service)) in classes.iter().enumerate() {
        controls.push(came(class as u8, *rate, &watch));
        controls.extend(served(class as u8, service));
    }
    Study {
        controls,
        ..study(case, network, watch, metrics)
    }
}

pub fn priority_mmc(case: &Case) -> Study {
    let mean = 1.0 / case.number("service_rate");
    let rates = case.list("arrival_rates").into_iter();
    let classes: Vec<_> = rates
        .map(|rate| (rate, Shape::Exponential { mean }))
        .collect();
    by_priority(case, case.count("servers"), &classes)
}

pub fn priority_mg1(case: &Case) -> Study {
    let class = |class: &Value| {
        let service = match class["service"].as_str().unwrap() {
            "exponential mean 1" => Shape::Exponential { mean: 1.0 },
            "deterministic 2" => Shape::Constant { value: 2.0 },
            "uniform(1.5,4.5)" => Shape::Uniform {
                low: 1.5,
                high: 4.5,
            },
            other => panic!("no service {other}"),
        };
        (number(&class["rate"]), service)
    };
    let listed = case.parameters["classes"].as_array().unwrap();
    let classes: Vec<_> = listed.iter().map(class).collect();
    by_priority(case, case.count("servers"), &classes)
}

/// One server, interrupted by the more urgent; who was interrupted goes on where it stopped.
pub fn priority_preemptive(case: &Case) -> Study {
    let (rates, service_rates) = (case.list("arrival_rates"), case.list("service_rates"));
    let mut network = Network::new();
    let pool = network.roster(&[(0.0, 1)], 0.0, ShiftEnd::Interrupt);
    let line = network.wait(WaitRule {
        interrupts: true,
        interruptible: true,
        ..by_class()
    });
    for (class, (rate, service_rate)) in rates.iter().zip(&service_rates).enumerate() {
        let mean = 1.0 / service_rate;
        let duration = network.duration(Shape::Exponential { mean });
        let entry = network.mark(ARRIVED);
        network.step(Step::Use {
            pool,
            wait: line,
            duration,
        });
        network.mark(DONE);
        network.leave();
        network.poisson(*rate, entry, class as u8);
    }
    let metric = |row: &(String, f64)| {
        let class = class_of(&row.0);
        if row.0.starts_with("mean_sojourn_class") {
            let done = Gauge::count(DONE).in_class(class);
            Metric::ratio(row, LEAST, sojourn(|s| s).in_class(class), done)
        } else {
            assert!(row.0.starts_with("mean_in_system_class"), "{}", row.0);
            let class = usize::from(class);
            let inside = Gauge::level(move |state| state.between_in_class(class, ARRIVED, &[DONE]));
            Metric::ratio(row, LEAST, inside, Gauge::Time)
        }
    };
    let metrics = case.rows.iter().map(metric).collect();
    let load: f64 = rates.iter().zip(&service_rates).map(|(r, s)| r / s).sum();
    let rate: f64 = rates.iter().sum();
    let watch = Watch::of_queue(rate, rate / load, 1.0, load, 1.5);
    study(case, network, watch, metrics)
}
