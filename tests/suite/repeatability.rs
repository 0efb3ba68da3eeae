//! The same input gives the same bytes at any number of threads, and the same patients in every scenario.

use std::collections::BTreeMap;

use uecsim::engine::facts::{Reader, Seen};
use uecsim::engine::program::{Draw, MarkId, N_ATTRIBUTES, N_VISIT_GROUPS, SiteId, Step, StepId};
use uecsim::engine::simulation::Simulation;
use uecsim::engine::time::SimTime;
use uecsim::experiment::results::Results;
use uecsim::stats::intervals::pairing_gain;
use uecsim::uec::model::{Model, Statistic};

use crate::folders::{Scratch, bytes_of, uecsim};
use crate::small::{Hospital, Length, model_over_shipped, run, values};

#[test]
fn one_two_and_five_threads_write_the_same_bytes() {
    let scratch = Scratch::new("threads");
    let groups = "[equity]\nby = [\"acuity\"]\n";
    let text = format!("{}\n{groups}", Hospital::default().text());
    let scenario = scratch.write("hospital.toml", &text);
    let written = ["1", "2", "5"].map(|threads| {
        let out = scratch.path(threads);
        let arguments = [
            "run",
            &scenario,
            "--quiet",
            "--threads",
            threads,
            "--out",
            &out,
        ];
        assert_eq!(uecsim(&arguments).exit, 0);
        let mut files = bytes_of(&out);
        assert!(files.remove("timing.json").is_some());
        assert!(files.len() > 5, "{:?}", files.keys());
        assert!(files.contains_key("groups.csv"));
        files
    });
    assert!(written[0] == written[1] && written[1] == written[2]);
}

/// What a patient brings: when it arrived, its attributes then, and how long each wait that does not depend on others took.
#[derive(Default)]
struct Diary<'m> {
    steps: &'m [Step],
    draws: &'m [Draw],
    arrivals: BTreeMap<u64, (SimTime, [u8; N_ATTRIBUTES])>,
    /// By patient, step and the visit in which it was done: a second visit draws anew.
    durations: BTreeMap<(u64, u32, u8), u64>,
    visits: BTreeMap<u64, [u8; N_VISIT_GROUPS]>,
    /// Where a patient is, since when, and whether it had to wait for the step to begin.
    at: BTreeMap<u64, (StepId, SimTime, bool)>,
}

impl Diary<'_> {
    fn close(&mut self, now: SimTime, patient: u64) {
        if let Some((step, since, has_waited)) = self.at.remove(&patient) {
            let is_own_time = match self.steps[step.index()] {
                Step::Wait { .. } => true,
                Step::Use { .. } => !has_waited,
                _ => false,
            };
            if is_own_time {
                let group = self.draws[step.index()].group;
                let visit = self
                    .visits
                    .get(&patient)
                    .map_or(0, |visits| visits[usize::from(group)]);
                // Within a visit a step can be come to again; only the first time is compared.
                let key = (patient, step.0, visit);
                self.durations.entry(key).or_insert(now.since(since).0);
            }
        }
    }
}

impl Reader for Diary<'_> {
    const STEPS: bool = true;

    fn arrive(&mut self, now: SimTime, patient: &Seen<'_>) {
        self.arrivals
            .insert(patient.key(), (now, *patient.attributes()));
    }

    fn milestone(&mut self, now: SimTime, _: MarkId, _: SiteId, patient: &Seen<'_>) {
        self.close(now, patient.key());
    }

    fn step(&mut self, now: SimTime, step: StepId, patient: &Seen<'_>) {
        self.close(now, patient.key());
        if let Step::Enter { group } = self.steps[step.index()] {
            let visits = self.visits.entry(patient.key()).or_default();
            visits[usize::from(group)] += 1;
        }
        self.at.insert(patient.key(), (step, now, false));
    }

    fn waits(&mut self, _: SimTime, _: StepId, patient: &Seen<'_>) {
        if let Some(at) = self.at.get_mut(&patient.key()) {
            at.2 = true;
        }
    }
}

fn diary(model: &Model, days: u64) -> Diary<'_> {
    let reader = Diary {
        steps: &model.program.steps,
        draws: &model.program.draws,
        ..Diary::default()
    };
    let mut simulation = Simulation::new(&model.program, model.run.seed, 1, reader);
    simulation.run_until(SimTime(days * 86_400_000));
    simulation.into_reader()
}

/// Checks that two models bring the same patients, who would take the same times, in the first `days`.
fn check_same_patients(before: &Model, after: &Model, days: u64, least_compared: usize) {
    let (before, after) = (diary(before, days), diary(after, days));
    assert_eq!(before.arrivals, after.arrivals);
    let mut n_compared = 0;
    for (key, time) in &before.durations {
        // Who has to wait in one run only, or goes elsewhere, has no such time there.
        if let Some(other) = after.durations.get(key) {
            assert_eq!(
                time, other,
                "patient {} at step {} in visit {}",
                key.0, key.1, key.2
            );
            n_compared += 1;
        }
    }
    assert!(n_compared > least_compared, "{n_compared}");
}

#[test]
fn one_more_cubicle_changes_no_patients_arrival_need_or_service_times() {
    let one_more = Hospital {
        cubicles: 15,
        ..Hospital::default()
    };
    check_same_patients(&Hospital::default().model(), &one_more.model(), 28, 2_000);
}

const DEVON: &str = "title = \"Devon\"\nsystem = \"systems/devon.toml\"\n[run]\nstart = 2023-04-01\nlength = \"1 day\"\n";

fn devon_with_one_more_cubicle() -> String {
    let system = include_str!("../../scenarios/systems/devon.toml");
    let table = system
        .split("[sites.exeter.pools]")
        .nth(1)
        .expect("Exeter has pools");
    let line = table
        .lines()
        .find(|line| line.starts_with("cubicles"))
        .expect("and cubicles");
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    let cubicles: u32 = digits.parse().expect("their number is written out");
    format!("{DEVON}[sites.exeter.pools]\ncubicles = {}\n", cubicles + 1)
}

#[test]
fn one_more_cubicle_changes_nobody_in_devon() {
    let length = Length {
        warm_up_days: 0,
        days: 3,
        replications: 1,
    };
    let before = model_over_shipped(DEVON, length);
    let after = model_over_shipped(&devon_with_one_more_cubicle(), length);
    check_same_patients(&before, &after, length.days, 20_000);
}

fn print_gains(results: &[Results], headlines: &[(&str, Statistic)]) -> Vec<f64> {
    let mut gains = Vec::new();
    for (measure, statistic) in headlines {
        let pairs = [0, 1].map(|scenario| values(&results[scenario], measure, *statistic));
        let gain = pairing_gain(&pairs[0], &pairs[1]).unwrap_or(f64::INFINITY);
        println!("{measure} {statistic:?}: pairing divides the variance by {gain:.1}");
        gains.push(gain);
    }
    gains
}

#[test]
fn pairing_saves_variance() {
    let one_more = Hospital {
        cubicles: 15,
        ..Hospital::default()
    };
    let results = run(vec![Hospital::default().model(), one_more.model()]);
    let headlines = [
        ("time_in_department", Statistic::Mean),
        ("time_in_department", Statistic::Quantile(0.9)),
        ("boarding", Statistic::Mean),
        ("response", Statistic::Mean),
        ("beds_occupied", Statistic::Mean),
    ];
    let gains = print_gains(&results, &headlines);
    // One cubicle moves who is treated when, so that crews come back at other moments: the response gains least.
    assert!(gains.iter().all(|gain| *gain > 2.0), "{gains:?}");
}

/// `cargo test --release -- --ignored --nocapture pairing_in_devon` prints the gains that the documentation gives.
#[test]
#[ignore = "takes minutes"]
fn pairing_in_devon() {
    let length = Length {
        warm_up_days: 28,
        days: 91,
        replications: 10,
    };
    let models = vec![
        model_over_shipped(DEVON, length),
        model_over_shipped(&devon_with_one_more_cubicle(), length),
    ];
    let headlines = [
        ("time_in_department", Statistic::Mean),
        ("ambulance_response", Statistic::Mean),
        ("handover", Statistic::Mean),
        ("nhs111_answer_time", Statistic::Mean),
        ("decision_to_admission", Statistic::Mean),
        ("bed_occupancy", Statistic::Mean),
    ];
    let gains = print_gains(&run(models), &headlines);
    assert!(gains.iter().all(|gain| *gain > 1.0), "{gains:?}");
}
