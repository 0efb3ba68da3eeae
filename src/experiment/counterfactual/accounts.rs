//! What is counted of one pair of replications. Every account is a sum of whole numbers.

use super::plan::Plan;
use crate::stats::histogram::Histogram;
use crate::uec::measures::{PatientRecord, QUEUES};

/// Sizes of a difference that are told apart.
pub const N_BOUNDS: usize = 4;
/// Shorter in four sizes, the same, longer in four sizes.
pub const N_BANDS: usize = 2 * N_BOUNDS + 1;
/// The band of those with the same time.
pub const SAME: usize = N_BOUNDS;
/// Levels of the quantiles of differences.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

#[derive(Clone, Debug)]
pub struct Accounts {
    /// By group.
    pub presence: Vec<PresenceCounts>,
    /// Shape: `[times][groups]`, flat.
    pub changes: Vec<ChangeCounts>,
    /// By time, of all patients.
    pub differences: Vec<Differences>,
    /// Whose time in queues differs by more than the least bound: milliseconds and who; only where it is wanted.
    pub moved: Option<Vec<(i64, (u32, u32))>>,
    /// By time, milliseconds.
    bounds: Vec<[u64; N_BOUNDS]>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresenceCounts {
    pub in_both: u64,
    pub only_baseline: u64,
    pub only_alternative: u64,
    pub still_inside: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    pub bands: [u64; N_BANDS],
    pub differ: u64,
    /// Milliseconds, alternative minus baseline.
    pub difference: i64,
    pub only_baseline: u64,
    pub only_alternative: u64,
}

/// Signed differences, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    shorter: Histogram,
    longer: Histogram,
    equal: u64,
}

impl PresenceCounts {
    pub fn any(&self) -> u64 {
        self.in_both + self.only_baseline + self.only_alternative + self.still_inside
    }
}

impl ChangeCounts {
    /// Who has the time under both scenarios.
    pub fn patients(&self) -> u64 {
        self.bands.iter().sum()
    }
}

impl Accounts {
    /// `is_told`: whether whole journeys will be chosen from this replication.
    pub fn new(plan: &Plan<'_>, is_told: bool) -> Self {
        let bounds = plan.times.iter().map(|time| {
            time.bounds
                .map(|bound| (bound * time.unit_milliseconds as f64).round() as u64)
        });
        Self {
            presence: vec![PresenceCounts::default(); plan.groups.len()],
            changes: vec![ChangeCounts::default(); plan.times.len() * plan.groups.len()],
            differences: vec![Differences::default(); plan.times.len()],
            moved: is_told.then(Vec::new),
            bounds: bounds.collect(),
        }
    }

    /// The same patient, who has left under both scenarios.
    pub fn add_pair(&mut self, plan: &Plan<'_>, before: &PatientRecord, after: &PatientRecord) {
        let groups: Vec<usize> = plan.groups_of(0, &before.attributes).collect();
        for &group in &groups {
            self.presence[group].in_both += 1;
        }
        for time in 0..plan.times.len() {
            let (from, to) = (before.time(time as u16), after.time(time as u16));
            if from.is_none() && to.is_none() {
                continue;
            }
            let difference = from
                .zip(to)
                .map(|(from, to)| {
                    i64::try_from(to)
                        .ok()?
                        .checked_sub(i64::try_from(from).ok()?)
                })
                .map(|difference| difference.expect("a run is shorter than the age of the earth"));
            let band = difference.map(|difference| band(difference, &self.bounds[time]));
            for &group in &groups {
                let counts = &mut self.changes[time * plan.groups.len() + group];
                match (difference, band) {
                    (Some(difference), Some(band)) => {
                        counts.bands[band] += 1;
                        counts.differ += u64::from(difference != 0);
                        counts.difference += difference;
                    }
                    _ if from.is_some() => counts.only_baseline += 1,
                    _ => counts.only_alternative += 1,
                }
            }
            if let Some(difference) = difference {
                self.differences[time].add(difference);
                if time == usize::from(QUEUES)
                    && band != Some(SAME)
                    && let Some(moved) = &mut self.moved
                {
                    moved.push((difference, before.id));
                }
            }
        }
    }

    /// A patient of one side (0 the baseline) who never came on the other.
    pub fn add_single(&mut self, plan: &Plan<'_>, side: usize, record: &PatientRecord) {
        for group in plan.groups_of(side, &record.attributes) {
            let presence = &mut self.presence[group];
            match side {
                0 => presence.only_baseline += 1,
                _ => presence.only_alternative += 1,
            }
        }
    }

    /// A patient of both sides who has not left on one or both.
    pub fn add_inside(&mut self, plan: &Plan<'_>, side: usize, record: &PatientRecord) {
        for group in plan.groups_of(side, &record.attributes) {
            self.presence[group].still_inside += 1;
        }
    }
}

fn band(difference: i64, bounds: &[u64; N_BOUNDS]) -> usize {
    let size = bounds
        .iter()
        .filter(|bound| difference.unsigned_abs() >= **bound)
        .count();
    if difference < 0 {
        SAME - size
    } else {
        SAME + size
    }
}

impl Differences {
    fn add(&mut self, difference: i64) {
        match difference {
            0 => self.equal += 1,
            ..0 => self.shorter.add(difference.unsigned_abs()),
            _ => self.longer.add(difference.unsigned_abs()),
        }
    }

    /// The difference with a share `level` at or below it; none of no patients.
    pub fn quantile(&self, level: f64) -> Option<f64> {
        let (shorter, longer) = (self.shorter.count() as f64, self.longer.count() as f64);
        let all = shorter + self.equal as f64 + longer;
        let wanted = level * all;
        if all == 0.0 {
            None
        } else if wanted < shorter {
            Some(-self.shorter.quantile((shorter - wanted) / shorter)?)
        } else if wanted <= all - longer {
            Some(0.0)
        } else {
            self.longer.quantile((wanted - (all - longer)) / longer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn a_difference_falls_in_the_band_of_its_size() {
        let bounds = [1, 15, 60, 240].map(|bound: u64| bound * 60_000);
        let minutes = [-300, -240, -61, -15, -2, 0, 1, 20, 60, 500];
        let found = minutes.map(|minutes| band(minutes * MINUTE, &bounds));
        assert_eq!(found, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(band(-MINUTE + 1, &bounds), SAME);
    }

    #[test]
    fn quantiles_of_differences_have_a_sign() {
        let mut differences = Differences::default();
        assert_eq!(differences.quantile(0.5), None);
        // A tenth shorter by 50, half the same, two fifths longer by 20.
        for (difference, times) in [(-50, 1), (0, 5), (20, 4)] {
            (0..times).for_each(|_| differences.add(difference));
        }
        let found = [0.05, 0.3, 0.55, 0.95].map(|level| differences.quantile(level));
        assert_eq!(found, [Some(-50.0), Some(0.0), Some(0.0), Some(20.0)]);
    }
}
