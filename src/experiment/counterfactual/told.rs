//! A few whole journeys of the same patient in both scenarios, chosen by how far their time in queues differs.

use super::accounts::Accounts;
use super::plan::Plan;
use crate::engine::time::MINUTE;
use crate::experiment::control::Control;
use crate::experiment::journeys::journeys;
use crate::uec::events::PatientId;
use crate::uec::telling::{Moment, known, side_by_side};

/// One patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub why: Why,
    /// `stream:number`, as an event log names the patient.
    pub patient: String,
    /// What is known of the patient on arrival.
    pub known: String,
    /// Time in queues, alternative minus baseline.
    pub minutes: i64,
    pub moments: Vec<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    GainsMost,
    /// In the middle of those who gain.
    Gains,
    /// In the middle of those who lose.
    Loses,
    LosesMost,
}

/// Up to four journeys of the first replication; none if it was cancelled.
pub fn tell(plan: &Plan<'_>, first: &Accounts, control: &Control<'_>) -> Option<Vec<Told>> {
    let chosen = choose(first.moved.clone().unwrap_or_default());
    if chosen.is_empty() {
        return Some(Vec::new());
    }
    let patients: Vec<PatientId<'_>> = chosen
        .iter()
        .map(|(_, _, (stream, ordinal))| PatientId {
            stream: &plan.stream_names[*stream as usize],
            ordinal: *ordinal,
        })
        .collect();
    let replication = plan.replications[0];
    let [before, after] = plan
        .models
        .map(|model| journeys(model, replication, &patients, control.cancel));
    let (before, after) = (before?, after?);
    let told = chosen.iter().zip(&patients).zip(before.iter().zip(&after));
    Some(
        told.filter_map(|(((why, difference, _), patient), (before, after))| {
            Some(Told {
                why: *why,
                patient: format!("{}:{}", patient.stream, patient.ordinal),
                known: known(plan.models[0], before.first()?),
                minutes: difference / MINUTE.0 as i64,
                moments: side_by_side([before, after]),
            })
        })
        .collect(),
    )
}

type Chosen = (Why, i64, (u32, u32));

/// Who gains and loses most, and who is in the middle of either; nobody twice. Ties go by who.
fn choose(mut moved: Vec<(i64, (u32, u32))>) -> Vec<Chosen> {
    moved.sort_unstable();
    let n_gain = moved
        .iter()
        .filter(|(difference, _)| *difference < 0)
        .count();
    let (gain, lose) = moved.split_at(n_gain);
    let candidates = [
        (Why::GainsMost, gain.first()),
        (Why::Gains, gain.get(gain.len() / 2)),
        (Why::Loses, lose.get(lose.len() / 2)),
        (Why::LosesMost, lose.last()),
    ];
    let mut chosen: Vec<Chosen> = Vec::new();
    for (why, found) in candidates {
        if let Some((difference, id)) = found
            && chosen.iter().all(|(_, _, known)| known != id)
        {
            chosen.push((why, *difference, *id));
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middles_are_told_and_nobody_twice() {
        let moved = vec![
            (5, (0, 1)),
            (-9, (0, 2)),
            (7, (0, 3)),
            (-2, (0, 4)),
            (90, (1, 0)),
        ];
        let chosen = choose(moved);
        let expected = [
            (Why::GainsMost, -9, (0, 2)),
            (Why::Gains, -2, (0, 4)),
            (Why::Loses, 7, (0, 3)),
            (Why::LosesMost, 90, (1, 0)),
        ];
        assert_eq!(chosen, expected);
        assert_eq!(choose(vec![(3, (0, 0))]), [(Why::Loses, 3, (0, 0))]);
        assert_eq!(choose(Vec::new()), []);
    }
}
