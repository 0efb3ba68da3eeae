//! Several stations: routing with feedback, blocking, overflow, and several units at once.

use uecsim::engine::distributions::Shape;
use uecsim::engine::program::{HoldSlot, Step, StepId};

use super::cases::{Case, number};
use super::network::{ARRIVED, BLOCKED, CAME, DONE, LEFT, LOST, MOVED, Network, STARTED, at_most};
use super::observer::Gauge;
use super::stations::{LEAST, Watch};
use super::study::{Control, Metric, Study};

const FIRST: HoldSlot = HoldSlot(0);
const SECOND: HoldSlot = HoldSlot(1);

fn study(case: &Case, network: Network, watch: Watch, metrics: Vec<Metric>) -> Study {
    Study {
        title: format!("{} {}", case.family, case.parameters),
        program: network.program,
        warm_up: watch.warm_up,
        length: watch.length,
        metrics,
        controls: Vec::new(),
    }
}

/// Three nodes with exponential service; patients go on by shares and may come back.
pub fn jackson(case: &Case) -> Study {
    let (rates, service_rates) = (case.list("external_rates"), case.list("service_rates"));
    let servers: Vec<u32> = case.list("servers").iter().map(|n| *n as u32).collect();
    let routing: Vec<Vec<f64>> = case.parameters["routing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row.as_array().unwrap().iter().map(number).collect())
        .collect();
    let mut network = Network::new();
    let exit = network.mark(LEFT);
    network.leave();
    // Every node is as long as the others: where each begins is known beforehand.
    const NODE_STEPS: u32 = 7;
    let first = network.next().0;
    let entry_of = |node: usize| StepId(first + NODE_STEPS * node as u32);
    for node in 0..3 {
        assert_eq!(network.next(), entry_of(node));
        let pool = network.pool(servers[node]);
        let mean = 1.0 / service_rates[node];
        let service = network.duration(Shape::Exponential { mean });
        let line = network.patient();
        let stays: f64 = routing[node].iter().sum();
        let mut shares = routing[node].clone();
        shares.push(1.0 - stays);
        let chance = network.chance(&shares);
        let branches = network.program.branches.len() as u32;
        network.program.branches.extend((0..3).map(entry_of));
        network.program.branches.push(exit);
        network.step(Step::Enter { group: 1 });
        network.mark_at(ARRIVED, node as u16);
        network.hold(pool, line);
        network.mark_at(STARTED, node as u16);
        network.step_drawn_anew(Step::Wait { duration: service });
        network.let_go();
        network.step_drawn_anew(Step::Choose {
            chance,
            first: branches,
        });
    }
    for (node, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
        let entry = network.mark(CAME);
        network.step(Step::Jump { to: entry_of(node) });
        network.poisson(*rate, entry, 0);
    }
    let metrics = case
        .rows
        .iter()
        .map(|row| jackson_metric(row, &servers))
        .collect();
    // The slowest node to forget sets the pace.
    let load = |node: usize| {
        let name = format!("node{}_rho", node + 1);
        case.rows.iter().find(|row| row.0 == name).unwrap().1
    };
    let watches = (0..3).map(|node| {
        let (n, service_rate) = (f64::from(servers[node]), service_rates[node]);
        Watch::of_queue(rates[0], service_rate, n, load(node), 1.0)
    });
    let watch = watches
        .max_by(|a, b| a.warm_up.total_cmp(&b.warm_up))
        .unwrap();
    let came = Control {
        of: Gauge::count(CAME),
        exact: rates.iter().sum::<f64>() * watch.length,
    };
    Study {
        controls: vec![came],
        ..study(case, network, watch, metrics)
    }
}

fn jackson_metric(row: &(String, f64), servers: &[u32]) -> Metric {
    let level = |of| Metric::ratio(row, LEAST, of, Gauge::Time);
    let name = row.0.as_str();
    if name == "total_in_system" {
        return level(Gauge::level(|state| {
            (0..3).map(|pool| state.in_system(pool)).sum()
        }));
    }
    if name == "mean_time_in_network" {
        let stay = Gauge::each(LEFT, CAME, |s| s);
        return Metric::ratio(row, LEAST, stay, Gauge::count(LEFT));
    }
    let (node, what) = name.strip_prefix("node").unwrap().split_at(1);
    let node: usize = node.parse::<usize>().unwrap() - 1;
    let at = node as u16;
    let n = f64::from(servers[node]);
    let started = || Gauge::count(STARTED).at_node(at);
    let wait = |of: fn(f64) -> f64| Gauge::each(STARTED, ARRIVED, of).at_node(at);
    match what {
        "_arrival_rate" => level(Gauge::count(ARRIVED).at_node(at)),
        "_rho" => level(Gauge::level(move |state| f64::from(state.busy[node]) / n)),
        "_mean_queue" => level(Gauge::level(move |state| f64::from(state.waiting[node]))),
        "_mean_in_system" => level(Gauge::level(move |state| state.in_system(node))),
        "_mean_wait" => Metric::ratio(row, LEAST, wait(|w| w), started()),
        "_p_wait" => {
            let waited = wait(|w| if w > 0.0 { 1.0 } else { 0.0 });
            Metric::ratio(row, LEAST, waited, started())
        }
        other => panic!("no metric {other}"),
    }
}

/// Two stations; who has finished at the first holds its server until the second has room.
pub fn tandem(case: &Case) -> Study {
    let rate = case.number("arrival_rate");
    let means = [
        1.0 / case.number("service_rate1"),
        1.0 / case.number("service_rate2"),
    ];
    let servers = [case.count("servers1"), case.count("servers2")];
    let mut network = Network::new();
    let lost = network.lost();
    let [station1, station2] = servers.map(|units| network.pool(units));
    let room2 = network.pool(servers[1] + case.count("buffer2"));
    let line1 = match case.parameters["queue1_limit"].as_u64() {
        Some(limit) => network.wait(at_most(limit as u32, lost)),
        None => network.patient(),
    };
    let line2 = network.patient();
    let [service1, service2] = means.map(|mean| network.duration(Shape::Exponential { mean }));
    let share = case.number("p_node1_to_node2");
    let chance = network.chance(&[share, 1.0 - share]);
    let entry = network.mark(ARRIVED);
    network.hold(station1, line1);
    network.mark(STARTED);
    network.step(Step::Wait { duration: service1 });
    network.mark(BLOCKED);
    let choice = network.next();
    // The way out for those who do not go on: behind the second station.
    let exit = StepId(choice.0 + 7);
    network.step(Step::Share {
        chance,
        otherwise: exit,
    });
    network.hold_units(room2, line2, 1, SECOND);
    network.mark(MOVED);
    network.step(Step::LetGo { slot: FIRST });
    network.step(Step::Use {
        pool: station2,
        wait: line2,
        duration: service2,
    });
    network.mark(LEFT);
    network.leave();
    assert_eq!(network.next(), exit);
    network.mark(MOVED);
    network.mark(LEFT);
    network.leave();
    network.poisson(rate, entry, 0);
    let metrics = case.rows.iter().map(tandem_metric).collect();
    let slowest = 1.0 / means[0].max(means[1]);
    let watch = match case.parameters["queue1_limit"].as_u64() {
        // The unlimited queues have effective loads of up to 0.88.
        None => Watch::of_queue(rate, slowest, f64::from(servers[0]), 0.9, 1.0),
        Some(_) => Watch::of_small(rate, slowest),
    };
    study(case, network, watch, metrics)
}

fn tandem_metric(row: &(String, f64)) -> Metric {
    let level = |of| Metric::ratio(row, LEAST, of, Gauge::Time);
    let busy = |pool: usize| Gauge::level(move |state| f64::from(state.busy[pool]));
    let each = |mark, since, over| {
        let of = Gauge::each(mark, since, |span| span);
        Metric::ratio(row, LEAST, of, Gauge::count(over))
    };
    match row.0.as_str() {
        "p_loss" => Metric::ratio(row, LEAST, Gauge::count(LOST), Gauge::count(ARRIVED)),
        "throughput" => level(Gauge::count(LEFT)),
        "mean_queue1" => level(Gauge::level(|state| f64::from(state.waiting[0]))),
        "mean_in_service1" => level(Gauge::level(|state| state.between(STARTED, &[BLOCKED]))),
        "mean_blocked1" => level(Gauge::level(|state| state.between(BLOCKED, &[MOVED]))),
        "p_any_blocked" => level(Gauge::level(|state| {
            state.between(BLOCKED, &[MOVED]).min(1.0)
        })),
        "occupancy1" => level(busy(0)),
        "mean_busy2" => level(busy(1)),
        "mean_at_node2" => level(busy(2)),
        "mean_wait1" => each(STARTED, ARRIVED, STARTED),
        "mean_block_time_per_node1_visit" => each(MOVED, BLOCKED, MOVED),
        "mean_total_time" => each(LEFT, ARRIVED, LEFT),
        other => panic!("no metric {other}"),
    }
}

/// Two wards; the first overflows into the second.
pub fn overflow(case: &Case) -> Study {
    let mean = 1.0 / case.number("service_rate");
    let mut network = Network::new();
    let lost = network.lost();
    let wards = ["beds_ward1", "beds_ward2"].map(|key| network.pool(case.count(key)));
    let stay = network.duration(Shape::Exponential { mean });
    let turned_away = network.wait(at_most(0, lost));
    // Outlied: held in the second ward, told by node 1.
    let outlied = network.hold(wards[1], turned_away);
    network.mark_at(STARTED, 1);
    network.step(Step::Wait { duration: stay });
    network.leave();
    let overflows = network.wait(at_most(0, outlied));
    let entry1 = network.mark(ARRIVED);
    network.hold(wards[0], overflows);
    network.step(Step::Wait { duration: stay });
    network.leave();
    let entry2 = network.mark(ARRIVED);
    network.hold(wards[1], turned_away);
    network.step(Step::Wait { duration: stay });
    network.leave();
    let rates = ["arrival_rate_class1", "arrival_rate_class2"].map(|key| case.number(key));
    network.poisson(rates[0], entry1, 0);
    network.poisson(rates[1], entry2, 1);
    let metric = |row: &(String, f64)| {
        let share = |of: Gauge, class| {
            let arrived = Gauge::count(ARRIVED).in_class(class);
            Metric::ratio(row, LEAST, of.in_class(class), arrived)
        };
        let busy = |ward: usize| Gauge::level(move |state| f64::from(state.busy[ward]));
        match row.0.as_str() {
            "p_class1_outlied" => share(Gauge::count(STARTED).at_node(1), 0),
            "p_class1_lost" => share(Gauge::count(LOST), 0),
            "p_class2_lost" => share(Gauge::count(LOST), 1),
            "mean_occ_ward1" => Metric::ratio(row, LEAST, busy(0), Gauge::Time),
            "mean_occ_ward2" => Metric::ratio(row, LEAST, busy(1), Gauge::Time),
            other => panic!("no metric {other}"),
        }
    };
    let metrics = case.rows.iter().map(metric).collect();
    let watch = Watch::of_small(rates[0] + rates[1], 1.0 / mean);
    study(case, network, watch, metrics)
}

/// Jobs that need several units at one moment, lost if not enough are free.
pub fn multi_unit(case: &Case) -> Study {
    let mut network = Network::new();
    let lost = network.lost();
    let pool = network.pool(case.count("units"));
    let line = network.wait(at_most(0, lost));
    // Not exponential: what counts is the offered load alone.
    let service = network.duration(Shape::lognormal_mean_sd(1.0, 0.8).unwrap());
    let mut total = 0.0;
    for (class, spec) in case.parameters["classes"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let (load, units) = (number(&spec["offered_load"]), number(&spec["units_each"]));
        let entry = network.mark(ARRIVED);
        network.hold_units(pool, line, units as u8, FIRST);
        network.step(Step::Wait { duration: service });
        network.mark(DONE);
        network.leave();
        network.poisson(load, entry, class as u8);
        total += load;
    }
    let metric = |row: &(String, f64)| match row.0.as_str() {
        "mean_units_busy" => {
            let busy = Gauge::level(|state| f64::from(state.busy[0]));
            Metric::ratio(row, LEAST, busy, Gauge::Time)
        }
        name => {
            let class = name.strip_prefix("p_block_class").unwrap();
            let class = class.parse::<u8>().unwrap() - 1;
            let [lost, arrived] = [LOST, ARRIVED].map(|mark| Gauge::count(mark).in_class(class));
            Metric::ratio(row, LEAST, lost, arrived)
        }
    };
    let metrics = case.rows.iter().map(metric).collect();
    study(case, network, Watch::of_small(total, 1.0), metrics)
}
