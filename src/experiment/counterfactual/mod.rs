//! The same patients in two scenarios: who waits longer, who less, by how much, and who they are.
//!
//! A patient is the same by stream and number in both, never by order. Followed are those who arrive in the measured period;
//! compared are those who have left under both scenarios by its end. The replications are those of the comparison, run once
//! more beside each other, so that a comparison without this pays nothing for it and only those inside are kept in memory.

mod accounts;
mod pair;
mod plan;
mod told;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::control::Control;
use super::results::{Estimate, Results};
use super::summarise::estimate;
use accounts::Accounts;
pub use accounts::{N_BANDS, QUANTILES, SAME};
use plan::Plan;
pub use plan::{ComparedTime, Group};
pub use told::{Told, Why};

/// An alternative against the baseline, patient by patient.
#[derive(Clone, Debug)]
pub struct Counterfactual {
    /// Those compared.
    pub replications: Vec<u32>,
    pub times: Vec<ComparedTime>,
    /// All patients first, then by attribute and level.
    pub groups: Vec<Group>,
    /// By group.
    pub presence: Vec<Presence>,
    /// Shape: `[times][groups]`.
    pub changes: Vec<Vec<Change>>,
    /// Some whole journeys, in both scenarios.
    pub told: Vec<Told>,
}

/// Patients of one replication, mean over replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Left under both scenarios.
    pub in_both: Estimate,
    /// Came under one only: demand that is induced or spared.
    pub only_baseline: Estimate,
    pub only_alternative: Estimate,
    /// Came under both, and had not left under one of them by the end.
    pub still_inside: Estimate,
}

/// How one time of one group differs: alternative minus baseline of the same patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Patients with this time under both scenarios.
    pub patients: Estimate,
    /// Of them, those with any difference at all.
    pub differ: Estimate,
    /// Of them, those in each band of [`ComparedTime::bounds`]: from much shorter by way of the same to much longer.
    pub bands: [Estimate; N_BANDS],
    /// Percent of them; none without such patients.
    pub shorter: Option<Estimate>,
    pub longer: Option<Estimate>,
    /// In the time's unit.
    pub mean_difference: Option<Estimate>,
    /// In the time's unit, at the levels of [`QUANTILES`]; of all patients only.
    pub quantiles: Option<[Estimate; QUANTILES.len()]>,
    /// Patients in both scenarios who have this time in one only.
    pub only_baseline: Estimate,
    pub only_alternative: Estimate,
}

/// Compares the patients of every alternative with the baseline's in the first `most` replications that both finished;
/// results by alternative, none for one without such replications or where it was cancelled.
///
/// Errors: the machine refuses threads.
pub fn follow(
    baseline: &Results,
    alternatives: &[&Results],
    most: u32,
    control: &Control<'_>,
) -> Result<Vec<Option<Counterfactual>>, String> {
    let plans: Vec<Plan<'_>> = alternatives
        .iter()
        .map(|alternative| Plan::new(baseline, alternative, most as usize))
        .collect();
    let jobs: Vec<(usize, usize)> = plans
        .iter()
        .enumerate()
        .flat_map(|(plan, of)| (0..of.replications.len()).map(move |run| (plan, run)))
        .collect();
    let done: Vec<Mutex<Option<Accounts>>> = jobs.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(control.threads.max(1))
        .build()
        .map_err(|fault| fault.to_string())?;
    pool.broadcast(|_| {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(plan, run)) = jobs.get(job) else {
                break;
            };
            let accounts = pair::run(&plans[plan], run, control);
            *done[job].lock().expect("nothing panics with the lock") = accounts;
        }
    });
    let mut by_plan: Vec<Vec<Option<Accounts>>> = plans.iter().map(|_| Vec::new()).collect();
    for ((plan, _), accounts) in jobs.iter().zip(done) {
        let accounts = accounts.into_inner().expect("nothing panics with the lock");
        by_plan[*plan].push(accounts);
    }
    let plans = plans.iter().zip(by_plan);
    Ok(plans
        .map(|(plan, accounts)| {
            let accounts: Vec<Accounts> = accounts.into_iter().collect::<Option<_>>()?;
            counterfactual(plan, &accounts, control)
        })
        .collect())
}

/// Days that [`follow`] simulates, for progress.
pub fn days_to_follow(baseline: &Results, alternatives: &[&Results], most: u32) -> u64 {
    use crate::engine::time::DAY;
    let run = baseline.model.run;
    let days = (run.warm_up + run.length).0.div_ceil(DAY.0);
    let runs = alternatives.iter().map(|alternative| {
        let plan = plan::common_replications(baseline, alternative, most as usize);
        plan.len() as u64
    });
    2 * days * runs.sum::<u64>()
}

fn counterfactual(
    plan: &Plan<'_>,
    accounts: &[Accounts],
    control: &Control<'_>,
) -> Option<Counterfactual> {
    let told = told::tell(plan, accounts.first()?, control)?;
    let kept = plan.groups.iter().enumerate().filter(|(position, group)| {
        // An attribute that all share says nothing about who gains.
        group.attribute.is_none_or(|attribute| {
            let levels = plan.groups.iter().enumerate();
            let levels = levels.filter(|(_, other)| other.attribute == Some(attribute));
            levels
                .filter(|(level, _)| accounts.iter().any(|run| run.presence[*level].in_both > 0))
                .count()
                > 1
        }) && accounts.iter().any(|run| run.presence[*position].any() > 0)
    });
    let kept: Vec<usize> = kept.map(|(position, _)| position).collect();
    let presence = |of: &dyn Fn(&accounts::PresenceCounts) -> u64, group: usize| {
        mean(accounts.iter().map(|run| of(&run.presence[group]) as f64))
    };
    Some(Counterfactual {
        replications: plan.replications.clone(),
        presence: kept
            .iter()
            .map(|&group| Presence {
                in_both: presence(&|counts| counts.in_both, group),
                only_baseline: presence(&|counts| counts.only_baseline, group),
                only_alternative: presence(&|counts| counts.only_alternative, group),
                still_inside: presence(&|counts| counts.still_inside, group),
            })
            .collect(),
        changes: (0..plan.times.len())
            .map(|time| {
                let groups = kept.iter();
                groups
                    .map(|&group| change(plan, accounts, time, group))
                    .collect()
            })
            .collect(),
        groups: kept
            .iter()
            .map(|&group| plan.groups[group].clone())
            .collect(),
        times: plan.times.clone(),
        told,
    })
}

fn change(plan: &Plan<'_>, accounts: &[Accounts], time: usize, group: usize) -> Change {
    let unit = plan.times[time].unit_milliseconds as f64;
    let of = |run: &Accounts| run.changes[time * plan.groups.len() + group].clone();
    let runs: Vec<accounts::ChangeCounts> = accounts.iter().map(of).collect();
    let share = |bands: std::ops::Range<usize>| {
        let shares = runs.iter().filter_map(|run| {
            let patients = run.patients();
            let of: u64 = run.bands[bands.clone()].iter().sum();
            (patients > 0).then(|| 100.0 * of as f64 / patients as f64)
        });
        estimate(&shares.collect::<Vec<_>>())
    };
    let means = runs.iter().filter_map(|run| {
        let patients = run.patients();
        (patients > 0).then(|| run.difference as f64 / patients as f64 / unit)
    });
    let quantiles = QUANTILES.map(|level| {
        let values = accounts
            .iter()
            .filter_map(|run| Some(run.differences[time].quantile(level)? / unit));
        estimate(&values.collect::<Vec<_>>())
    });
    let quantiles = match quantiles {
        [Some(a), Some(b), Some(c), Some(d), Some(e)] if group == 0 => Some([a, b, c, d, e]),
        _ => None,
    };
    let counted =
        |of: &dyn Fn(&accounts::ChangeCounts) -> u64| mean(runs.iter().map(|run| of(run) as f64));
    Change {
        patients: counted(&accounts::ChangeCounts::patients),
        differ: counted(&|run| run.differ),
        bands: std::array::from_fn(|band| counted(&|run| run.bands[band])),
        shorter: share(0..SAME),
        longer: share(SAME + 1..N_BANDS),
        mean_difference: estimate(&means.collect::<Vec<_>>()),
        quantiles,
        only_baseline: counted(&|run| run.only_baseline),
        only_alternative: counted(&|run| run.only_alternative),
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Estimate {
    estimate(&values.collect::<Vec<_>>()).expect("there is a replication")
}
