//! Roll-outs: nobody covered is the system as it is, everybody covered the changed one, and half covered is half of each.

use std::fs;
use std::path::Path;

use uecsim::experiment::results::Results;
use uecsim::uec::model::Model;

use crate::small::{Length, model_over_shipped, run, shipped};

const SHORT: Length = Length {
    warm_up_days: 3,
    days: 11,
    replications: 2,
};

/// Devon as it was with all the changes that make it networked, rolled out as `how` says.
fn devon(how: &str) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/devon-2023.toml");
    let text = fs::read_to_string(path).expect("the scenario is shipped");
    let rollout = "[rollouts.network]
changes = [\"clinical-hub\", \"direct-booking\", \"shared-record\", \"front-door-streaming\", \"ambulance-alternatives\", \"mutual-aid\"]
";
    model_over_shipped(&format!("{text}\n{rollout}{how}\n"), SHORT)
}

/// Every number of `expected` is the same, to the last bit, in every replication of `found`.
fn assert_same(found: &Results, expected: &Results) {
    assert!(expected.keys.len() > 500);
    let measure = |results: &Results, index: usize| results.model.measures[index].id.clone();
    for (at, key) in expected.keys.iter().enumerate() {
        let id = measure(expected, key.measure);
        let same = found.keys.iter().position(|other| {
            measure(found, other.measure) == id
                && other.statistic == key.statistic
                && other.site == key.site
                && other.cohort == key.cohort
        });
        let same = same.unwrap_or_else(|| panic!("{id} {} {} is missing", key.site, key.cohort));
        for (found, expected) in found.values.iter().zip(&expected.values) {
            assert_eq!(
                found[same].map(f64::to_bits),
                expected[at].map(f64::to_bits),
                "{id} {:?} {} {}",
                key.statistic,
                key.site,
                key.cohort
            );
        }
    }
    for (found, expected) in found.conservation.iter().zip(&expected.conservation) {
        assert_eq!(found.arrived, expected.arrived);
        assert_eq!(found.inside, expected.inside);
        assert_eq!(found.events, expected.events);
    }
}

#[test]
fn nobody_covered_is_the_system_as_it_is_and_everybody_the_changed_one() {
    let models = vec![
        shipped("devon-2023", SHORT),
        shipped("networked", SHORT),
        devon("by = \"zone\"\nshare = \"0 %\""),
        devon("by = \"zone\"\nshare = \"100 %\""),
        devon("from = 2033-01-01"),
        devon("by = \"site\""),
    ];
    let results = run(models);
    let [as_it_is, changed, nobody, everybody, never, every_site] = &results[..] else {
        unreachable!("as many results as models");
    };
    assert_same(nobody, as_it_is);
    assert_same(never, as_it_is);
    assert_same(everybody, changed);
    assert_same(every_site, changed);
}
