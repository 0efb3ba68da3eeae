//! Roll-outs: nobody covered is the system as it is, everybody covered the changed one, and half covered is half of each.

mod shared;

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
pub fn assert_same(found: &Results, expected: &Results) {
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
    assert!(as_it_is.keys.len() > 500);
    assert_same(nobody, as_it_is);
    assert_same(never, as_it_is);
    assert_same(everybody, changed);
    assert_same(every_site, changed);
}

/// Eight areas with a practice that has room for everybody, and a change that halves the consultation.
fn practices(rollout: &str) -> Model {
    let areas = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let list: Vec<String> = areas.iter().map(|area| format!("\"{area}\"")).collect();
    let arrivals: String = areas
        .iter()
        .map(|area| {
            format!(
                "[arrivals.{area}]\nrate = \"40 per day\"\nset = {{ area = \"{area}\" }}\nto = \"practice.visit\"\n"
            )
        })
        .collect();
    let text = format!(
        "title = \"Practices\"
assumed = \"Round numbers for tests\"
[run]
start = 2023-01-01
length = \"120 days\"
replications = 3
[attributes.area]
levels = [{}]
{arrivals}
[services.practice]
pools = {{ rooms = 500 }}
[services.practice.paths]
visit = [
  {{ mark = \"came\" }},
  {{ use = \"rooms\", for = {{ gamma = {{ mean = \"40 min\", sd = \"20 min\" }} }}, id = \"consultation\" }},
  {{ share = 0.3, id = \"referral\", steps = [{{ mark = \"referred\" }}] }},
  {{ mark = \"went\" }},
  {{ leave = \"home\" }},
]
[measures.visit]
title = \"Length of a visit\"
kind = \"duration\"
from = \"practice.came\"
to = \"practice.went\"
unit = \"min\"
statistics = [\"mean\", \"count\"]
by = [\"area\"]
better = \"lower\"
source = \"A test\"
[measures.referred]
title = \"Referred\"
kind = \"share\"
of = \"practice.referred\"
among = \"practice.came\"
unit = \"%\"
statistics = [\"percent\"]
by = [\"area\"]
better = \"neither\"
source = \"A test\"
[measures.rooms]
title = \"Rooms\"
kind = \"level\"
pools = [\"rooms\"]
what = \"capacity\"
unit = \"rooms\"
statistics = [\"mean\"]
better = \"neither\"
source = \"A test\"
{rollout}
",
        list.join(", ")
    );
    let change = "title = \"Half as long\"
evidence = [\"assumed: a test\"]
[set]
\"services.practice.steps.consultation.for\" = { multiply = 0.5, assumed = \"a test\" }
\"services.practice.steps.referral.share\" = { value = 0.1, assumed = \"a test\" }
\"services.practice.pools.rooms\" = { value = 300, assumed = \"a test\" }
";
    crate::small::model_of(&[
        ("scenarios/test.toml", &text),
        ("scenarios/changes/half.toml", change),
    ])
}

/// Sums over the panel of one replication: visits and their minutes, by month, area and whether covered.
fn visits(results: &Results) -> Vec<(usize, usize, bool, u64, u64)> {
    let panels = results.panel.as_ref().expect("a roll-out has a panel");
    let tables = &panels.tables;
    let account = tables
        .accounts
        .iter()
        .find(|account| results.model.measures[account.measure].id == "visit")
        .expect("the measure is in the panel");
    let mut found = Vec::new();
    for month in 0..tables.months.len() {
        for unit in 0..tables.n_units {
            for (version, mask) in tables.versions.iter().enumerate() {
                let cell = panels.runs[0].0[tables.cell(account.of, version, unit, month)];
                if cell.count > 0 {
                    found.push((month, unit, *mask != 0, cell.count, cell.sum));
                }
            }
        }
    }
    found
}

#[test]
fn those_covered_are_as_in_the_changed_system_and_the_others_as_they_were() {
    let rollout =
        |how: &str| format!("[rollouts.half]\nchanges = [\"half\"]\nby = \"area\"\n{how}");
    let models = [
        "share = \"0 %\"",
        "share = \"100 %\"",
        "share = \"50 %\"",
        "shares = [{ from = 2023-02-01, share = \"25 %\" }, { from = 2023-03-01, share = \"75 %\" }]",
        "only = [\"b\", \"g\"]\nfrom = 2023-02-01\nuntil = 2023-03-01",
    ];
    let results = run(models.iter().map(|how| practices(&rollout(how))).collect());
    let [nobody, everybody, half, rising, named] = &results[..] else {
        unreachable!("as many results as models");
    };
    let (without, with) = (visits(nobody), visits(everybody));
    assert!(without.iter().all(|row| !row.2) && with.iter().all(|row| row.2));
    // Months whose edges nobody crosses under another version: each cell is that of one of the pure runs.
    let check = |results: &Results, covered: &dyn Fn(usize, usize) -> Option<bool>| {
        let found = visits(results);
        for row in &found {
            let pure = if row.2 { &with } else { &without };
            let same = pure.iter().find(|pure| (pure.0, pure.1) == (row.0, row.1));
            let same = same.expect("every area has visits in every month");
            // A visit that goes on over midnight is counted where it ends, under the version it began in.
            const OVER_MIDNIGHT: u64 = 6;
            let is_edge = row.3 <= OVER_MIDNIGHT;
            if let Some(expected) = covered(row.0, row.1).filter(|_| !is_edge) {
                let off = row.3.abs_diff(same.3);
                assert!(off <= OVER_MIDNIGHT, "{row:?} {same:?}");
                assert_eq!(expected, row.2, "{row:?}");
            }
        }
        found
    };
    let halves = check(half, &|_, _| None);
    let covered: std::collections::BTreeSet<usize> =
        halves.iter().filter(|row| row.2).map(|row| row.1).collect();
    assert_eq!(covered.len(), 4);
    for row in &halves {
        assert_eq!(row.2, covered.contains(&row.1));
        let pure = if row.2 { &with } else { &without };
        assert!(
            pure.contains(row),
            "the same patients, to the millisecond: {row:?}"
        );
    }
    let waves = check(rising, &|_, _| None);
    let share = |rows: &[(usize, usize, bool, u64, u64)], month: usize| {
        let large = rows
            .iter()
            .filter(|row| row.0 == month && row.2 && row.3 > 100);
        large.count()
    };
    assert_eq!([0, 1, 2, 3].map(|month| share(&waves, month)), [0, 2, 6, 6]);
    let only = check(named, &|month, area| {
        Some(month == 1 && (area == 1 || area == 6))
    });
    assert_eq!([0, 1, 2].map(|month| share(&only, month)), [0, 2, 0]);
    // Rooms follow the share covered.
    let rooms = |results: &Results| {
        crate::small::values(results, "rooms", uecsim::uec::model::Statistic::Mean)[0]
    };
    assert_eq!(rooms(nobody), 500.0);
    assert_eq!(rooms(everybody), 300.0);
    assert_eq!(rooms(half), 400.0);
}

#[test]
fn roll_outs_that_cannot_be_are_refused_with_all_their_faults() {
    let refused = crate::small::faults_of(
        "title = \"A\"
[run]
start = 2023-01-01
length = \"28 days\"
[arrivals.all]
rate = \"1 per h\"
to = \"a.b\"
[attributes.size]
levels = [\"small\"]
[attributes.shape]
levels = [\"round\"]
[services.a]
pools = []
[services.a.paths]
b = [{ leave = \"home\" }]
[rollouts.one]
changes = [\"none\"]
share = \"50 %\"
[rollouts.two]
changes = []
by = \"zone\"
[rollouts.four]
changes = []
by = \"size\"
[rollouts.five]
changes = []
by = \"shape\"
[rollouts.three]
changes = []
by = \"site\"
only = [\"nowhere\"]
from = 2023-01-08
until = 2023-01-01
",
    );
    for expected in [
        "all roll-outs that go by an attribute go by the same one",
        "\"share\" says which units are covered; units of what?",
        "no kind of unit is called \"zone\"",
        "it is over before it begins",
        "no site is called \"nowhere\"",
    ] {
        assert!(refused.contains(expected), "{expected}:\n{refused}");
    }
}
