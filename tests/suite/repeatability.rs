//! The same input gives the same bytes at any number of threads, and the same patients in every scenario.

use std::collections::BTreeMap;

use uecsim::engine::facts::{Reader, Seen};
use uecsim::engine::program::{MarkId, N_ATTRIBUTES, SiteId, Step, StepId};
use uecsim::engine::simulation::Simulation;
use uecsim::engine::time::SimTime;
use uecsim::stats::intervals::pairing_gain;
use uecsim::uec::model::{Model, Statistic};

use crate::folders::{Scratch, bytes_of, uecsim};
use crate::small::{Hospital, run, values};

#[test]
fn one_two_and_five_threads_write_the_same_bytes() {
    let scratch = Scratch::new("threads");
    let scenario = scratch.write("hospital.toml", &Hospital::default().text());
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
        files
    });
    assert!(written[0] == written[1] && written[1] == written[2]);
}

/// What a patient brings: when it arrived, its attributes then, and how long each wait that does not depend on others took.
#[derive(Default)]
struct Diary<'m> {
    steps: &'m [Step],
    arrivals: BTreeMap<u64, (SimTime, [u8; N_ATTRIBUTES])>,
    /// By patient and step, in the order of visits.
    durations: BTreeMap<(u64, u32), Vec<u64>>,
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
                let times = self.durations.entry((patient, step.0)).or_default();
                times.push(now.since(since).0);
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
        ..Diary::default()
    };
    let mut simulation = Simulation::new(&model.program, model.run.seed, 1, reader);
    simulation.run_until(SimTime(days * 86_400_000));
    simulation.into_reader()
}

#[test]
fn one_more_cubicle_changes_no_patients_arrival_need_or_service_times() {
    let before = Hospital::default().model();
    let after = Hospital {
        cubicles: 15,
        ..Hospital::default()
    }
    .model();
    let (before, after) = (diary(&before, 28), diary(&after, 28));
    assert!(before.arrivals.len() > 2_000);
    assert_eq!(before.arrivals, after.arrivals);
    let mut n_compared = 0;
    for (key, times) in &before.durations {
        // Who is in the middle of a visit at the end, or waited in one run only, has fewer.
        if let Some(other) = after.durations.get(key) {
            let both = times.len().min(other.len());
            assert_eq!(
                times[..both],
                other[..both],
                "patient {} at step {}",
                key.0,
                key.1
            );
            n_compared += both;
        }
    }
    assert!(n_compared > 2_000, "{n_compared}");
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
    let mut gains = Vec::new();
    for (measure, statistic) in headlines {
        let pairs = [0, 1].map(|scenario| values(&results[scenario], measure, statistic));
        let gain = pairing_gain(&pairs[0], &pairs[1]);
        println!("{measure} {statistic:?}: pairing divides the variance by {gain:.1?}");
        gains.push(gain.unwrap_or(f64::INFINITY));
    }
    // Every measure should gain; how much depends on how near saturation its line is.
    assert!(gains.iter().all(|gain| *gain > 1.0), "{gains:?}");
}
