//! Random numbers: keys that differ share no stream, streams are even and free of serial correlation along every part of
//! the key, and nothing but the key moves a draw.
//!
//! Everything here is deterministic: a test that passes once passes always. Bounds are for one test in ten thousand to fail
//! by chance where a single one is made, and wider where many are.

use std::collections::BTreeSet;

use uecsim::engine::streams::{draw, patient_key, purpose_key, replication_key, unit};
use uecsim::experiment::results::Results;
use uecsim::stats::goodness_of_fit::chi_square;
use uecsim::uec::model::Model;

use crate::small::{Hospital, run};

const SEED: u64 = 2023;

/// What identifies a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    replication: u32,
    stream: u64,
    ordinal: u64,
    purpose: u64,
    nth: u64,
}

impl Key {
    fn bits(self) -> u64 {
        let replication = replication_key(SEED, self.replication);
        let patient = patient_key(replication, self.stream, self.ordinal);
        draw(patient, self.purpose, self.nth)
    }

    fn unit(self) -> f64 {
        unit(self.bits())
    }
}

fn names(prefix: &str, n: u64) -> Vec<u64> {
    (0..n)
        .map(|number| purpose_key(&format!("{prefix} {number}")))
        .collect()
}

#[test]
fn no_two_of_a_million_keys_share_a_stream() {
    // 10 replications × 20 arrival streams × 50 patients × 10 purposes × 10 visits.
    let (streams, purposes) = (names("zone.need", 20), names("service.path.step", 10));
    let mut seen = Vec::with_capacity(1_000_000);
    for replication in 1..=10 {
        for stream in &streams {
            for ordinal in 0..50 {
                for purpose in &purposes {
                    for nth in 0..10 {
                        let key = Key {
                            replication,
                            stream: *stream,
                            ordinal,
                            purpose: *purpose,
                            nth,
                        };
                        seen.push(key.bits());
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), 1_000_000);
    seen.sort_unstable();
    // Of a million random numbers of 64 bits, two are the same with a chance of 3 in 100 million.
    let same = seen.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(same, None);
}

#[test]
fn patients_streams_and_replications_have_keys_of_their_own() {
    let streams = names("zone.need", 100);
    let mut seen = BTreeSet::new();
    for replication in 1..=20 {
        let root = replication_key(SEED, replication);
        for stream in &streams {
            for ordinal in (0..100).chain([u64::MAX, u64::from(u32::MAX)]) {
                assert!(
                    seen.insert(patient_key(root, *stream, ordinal)),
                    "replication {replication}, stream {stream}, patient {ordinal}"
                );
            }
        }
    }
}

/// The sequences along each part of the key, all other parts fixed, that a simulation draws from.
fn sequences(n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let stream = purpose_key("exeter.chest_pain");
    let purpose = purpose_key("emergency_department.arrive.assessment");
    let fixed = Key {
        replication: 1,
        stream,
        ordinal: 17,
        purpose,
        nth: 0,
    };
    let along = |key: &dyn Fn(usize) -> Key| (0..n).map(|i| key(i).unit()).collect();
    let purposes = names("service.path.step", n as u64);
    let streams = names("zone.need", n as u64);
    vec![
        (
            "nth",
            along(&|i| Key {
                nth: i as u64,
                ..fixed
            }),
        ),
        (
            "patient",
            along(&|i| Key {
                ordinal: i as u64,
                ..fixed
            }),
        ),
        (
            "purpose",
            along(&|i| Key {
                purpose: purposes[i],
                ..fixed
            }),
        ),
        (
            "stream",
            along(&|i| Key {
                stream: streams[i],
                ..fixed
            }),
        ),
        (
            "replication",
            along(&|i| Key {
                replication: i as u32,
                ..fixed
            }),
        ),
        // The epochs of visits: the fifth bit of the count and above.
        (
            "epoch",
            along(&|i| Key {
                nth: (i as u64) << 4,
                ..fixed
            }),
        ),
    ]
}

/// The chance of a chi-square at least as large, were all cells as likely.
fn chance_if_even(counts: &[u64]) -> f64 {
    let n: u64 = counts.iter().sum();
    let expected = vec![n as f64 / counts.len() as f64; counts.len()];
    chi_square(counts, &expected).expect("there are cells enough")
}

/// Neither too uneven nor too even to be chance.
fn check_even(what: &str, counts: &[u64]) {
    let chance = chance_if_even(counts);
    assert!((1e-4..1.0 - 1e-4).contains(&chance), "{what}: {chance}");
}

fn cell(unit: f64, n: usize) -> usize {
    ((unit * n as f64) as usize).min(n - 1)
}

#[test]
fn draws_are_even_along_every_part_of_the_key() {
    for (along, draws) in sequences(200_000) {
        let mut counts = vec![0; 1_000];
        for draw in &draws {
            counts[cell(*draw, 1_000)] += 1;
        }
        check_even(along, &counts);
    }
}

#[test]
fn the_lowest_bits_are_as_even_as_the_highest() {
    let stream = purpose_key("exeter.chest_pain");
    let patient = |ordinal| patient_key(replication_key(SEED, 1), stream, ordinal);
    let purpose = purpose_key("step");
    let mut ones = [0_u32; 64];
    let n = 100_000;
    for ordinal in 0..n {
        let bits = draw(patient(ordinal), purpose, 0);
        for (bit, ones) in ones.iter_mut().enumerate() {
            *ones += (bits >> bit & 1) as u32;
        }
    }
    for (bit, ones) in ones.iter().enumerate() {
        // Five standard deviations: 64 bits are looked at.
        let off = (f64::from(*ones) - n as f64 / 2.0) / (n as f64 / 4.0).sqrt();
        assert!(off.abs() < 5.0, "bit {bit}: {off}");
    }
}

#[test]
fn pairs_of_neighbours_are_even_over_the_square() {
    for (along, draws) in sequences(200_000) {
        for lag in [1, 2, 7] {
            let mut counts = vec![0; 32 * 32];
            // Pairs that do not overlap are independent.
            let firsts = (0..draws.len() - lag).filter(|i| i / lag % 2 == 0);
            for i in firsts {
                counts[cell(draws[i], 32) * 32 + cell(draws[i + lag], 32)] += 1;
            }
            check_even(&format!("{along}, {lag} apart"), &counts);
        }
    }
}

#[test]
fn draws_are_free_of_serial_correlation_along_every_part_of_the_key() {
    for (along, draws) in sequences(200_000) {
        for lag in [1, 2, 3, 4, 8, 16, 64, 1_000] {
            let n = draws.len() - lag;
            let products = (0..n).map(|i| (draws[i] - 0.5) * (draws[i + lag] - 0.5));
            let correlation = products.sum::<f64>() * 12.0 / n as f64;
            // 48 are looked at: five standard deviations.
            let bound = 5.0 / (n as f64).sqrt();
            assert!(
                correlation.abs() < bound,
                "{along}, {lag} apart: {correlation}"
            );
        }
    }
}

#[test]
fn two_purposes_of_a_patient_are_independent() {
    let stream = purpose_key("exeter.chest_pain");
    let purposes = names("service.path.step", 2);
    let mut counts = vec![0; 32 * 32];
    for ordinal in 0..200_000 {
        let patient = patient_key(replication_key(SEED, 1), stream, ordinal);
        let pair = [0, 1].map(|index| cell(unit(draw(patient, purposes[index], 0)), 32));
        counts[pair[0] * 32 + pair[1]] += 1;
    }
    check_even("two purposes", &counts);
}

fn bits(results: &Results, replication: u32) -> Vec<Option<u64>> {
    let at = results
        .replications
        .iter()
        .position(|one| *one == replication)
        .expect("the replication was run");
    results.values[at]
        .iter()
        .map(|value| value.map(f64::to_bits))
        .collect()
}

/// A day of a small hospital.
fn day(replications: u32, cubicles: u32) -> Model {
    let hospital = Hospital {
        cubicles,
        ..Hospital::default()
    };
    let mut model = hospital.model();
    model.run.warm_up = uecsim::engine::time::SimSpan::ZERO;
    model.run.length = uecsim::engine::time::DAY;
    model.run.replications = replications;
    model
}

#[test]
fn replication_k_of_ten_is_replication_k_of_a_thousand() {
    let few = run(vec![day(10, 14)]);
    let many = run(vec![day(1_000, 14)]);
    assert_eq!(many[0].replications.len(), 1_000);
    for replication in 1..=10 {
        assert_eq!(bits(&few[0], replication), bits(&many[0], replication));
    }
    // And no two of them are the same day.
    let all: BTreeSet<_> = (1..=1_000).map(|k| bits(&many[0], k)).collect();
    assert_eq!(all.len(), 1_000);
}

#[test]
fn a_scenario_more_moves_no_draw_of_the_others() {
    let alone = run(vec![day(5, 14)]);
    let beside = run(vec![day(5, 20), day(5, 14), day(5, 4)]);
    for replication in 1..=5 {
        assert_eq!(bits(&alone[0], replication), bits(&beside[1], replication));
        assert_ne!(bits(&beside[2], replication), bits(&beside[1], replication));
    }
}
