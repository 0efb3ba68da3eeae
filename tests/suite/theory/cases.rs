//! The exact results of `tests/data/analytic/cases.csv`, gathered by parameter set.

use std::path::Path;

use serde_json::Value;

/// One parameter set of one family, with all that is known exactly about it.
pub struct Case {
    pub family: String,
    pub parameters: Value,
    /// Metric and exact value, in the file's order.
    pub rows: Vec<(String, f64)>,
}

impl Case {
    /// A number among the parameters.
    pub fn number(&self, key: &str) -> f64 {
        number(&self.parameters[key])
    }

    pub fn count(&self, key: &str) -> u32 {
        self.number(key) as u32
    }

    pub fn list(&self, key: &str) -> Vec<f64> {
        let list = self.parameters[key].as_array().unwrap();
        list.iter().map(number).collect()
    }

    pub fn text(&self, key: &str) -> &str {
        self.parameters[key].as_str().unwrap()
    }
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// All cases; parameter sets that differ only in the time looked at are one case, with `@time` after the metric.
pub fn all() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/analytic/cases.csv");
    let mut cases: Vec<Case> = Vec::new();
    for row in csv::Reader::from_path(path).unwrap().records() {
        let row = row.unwrap();
        let mut parameters: Value = serde_json::from_str(&row[1]).unwrap();
        let time = parameters.as_object_mut().unwrap().remove("t");
        let metric = match time {
            Some(time) => format!("{}@{time}", &row[2]),
            None => row[2].to_owned(),
        };
        let exact = row[3].parse().unwrap();
        match cases.last_mut() {
            Some(case) if case.family == row[0] && case.parameters == parameters => {
                case.rows.push((metric, exact));
            }
            _ => cases.push(Case {
                family: row[0].to_owned(),
                parameters,
                rows: vec![(metric, exact)],
            }),
        }
    }
    cases.iter_mut().for_each(correct_dm1);
    cases
}

/// The file's D/M/1 rows come from the trivial root 1 of the equation of the GI/M/1 queue: a queue that never empties.
///
/// The root inside (0, 1) of `root = exp(-(1 - root) * interarrival * service_rate)` gives what is exact: with an
/// interarrival time of 1.25 and a rate of 1 it is 0.6286. Source: Gross et al. (2008), Fundamentals of Queueing Theory, sec. 5.3.
fn correct_dm1(case: &mut Case) {
    if case.family != "dm1" {
        return;
    }
    let (interarrival, service_rate) = (1.25, case.number("service_rate"));
    let mut root = 0.5_f64;
    for _ in 0..1_000 {
        root = (-(1.0 - root) * interarrival * service_rate).exp();
    }
    for (metric, exact) in &mut case.rows {
        match metric.as_str() {
            "p_wait" => *exact = root,
            "mean_wait" => *exact = root / (service_rate * (1.0 - root)),
            "mean_sojourn" => *exact = 1.0 / (service_rate * (1.0 - root)),
            "rho" => {}
            other => panic!("no correction for {other}"),
        }
    }
}
