//! How often each patient passes certain marks from its beginning to its end, as a distribution over patients.
//!
//! A patient is counted whenever it began, also before the measured period, and recorded when it leaves, under the attributes it
//! has then. It is one patient through all referrals and returns of its journey. Side tasks are nobody.

use super::tables::{Filter, Split};
use crate::engine::facts::Seen;
use crate::engine::program::{MarkId, N_ATTRIBUTES};

/// Numbers above this are counted as this, except in sums.
const MOST: usize = 63;

/// The measures of this kind.
#[derive(Clone, Debug, Default)]
pub(super) struct PerPatientTables {
    /// By mark; empty without measures.
    taps: Vec<Box<[Tap]>>,
    pub measures: Vec<PerPatientMeasure>,
    n_rows: usize,
}

#[derive(Clone, Debug)]
pub(super) struct PerPatientMeasure {
    pub filters: Box<[Filter]>,
    pub splits: Box<[Split]>,
    pub first_row: usize,
    /// Its account by group.
    pub groups: Option<u16>,
    /// Everybody is followed from the beginning, not from a mark on.
    pub is_for_all: bool,
}

/// What passing a mark does to the number of a measure.
#[derive(Clone, Copy, Debug)]
struct Tap {
    measure: u16,
    /// From here on the patient is followed.
    begins: bool,
    counts: bool,
}

impl PerPatientTables {
    pub fn is_empty(&self) -> bool {
        self.measures.is_empty()
    }

    /// Whether some measure begins or counts at the mark.
    pub fn is_counted(&self, mark: MarkId) -> bool {
        self.taps
            .get(mark.index())
            .is_some_and(|taps| !taps.is_empty())
    }

    /// Adds a measure with so many rows; returns its first.
    pub fn add(
        &mut self,
        n_marks: usize,
        (marks, among): (&[MarkId], Option<MarkId>),
        (filters, splits): (Box<[Filter]>, Box<[Split]>),
        (n_rows, groups): (usize, Option<u16>),
    ) -> usize {
        self.taps.resize_with(n_marks, Box::default);
        let measure = u16::try_from(self.measures.len()).expect("a model has few measures");
        for mark in (0..n_marks).map(|mark| MarkId(mark as u16)) {
            let (begins, counts) = (among == Some(mark), marks.contains(&mark));
            if begins || counts {
                let taps = &mut self.taps[mark.index()];
                let tap = Tap {
                    measure,
                    begins,
                    counts,
                };
                *taps = taps.iter().copied().chain([tap]).collect();
            }
        }
        let first_row = self.n_rows;
        self.n_rows += n_rows;
        self.measures.push(PerPatientMeasure {
            filters,
            splits,
            first_row,
            groups,
            is_for_all: among.is_none(),
        });
        first_row
    }
}

/// Numbers of the patients inside and of those who have left.
#[derive(Clone, Debug, Default)]
pub(super) struct PerPatientReader {
    /// By slot, then by measure: 0 for who is not followed, else one more than the number.
    inside: Vec<u16>,
    /// By row.
    pub tallies: Vec<Tally>,
}

/// How many patients have each number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    by_number: [u64; MOST + 1],
    pub sum: u64,
}

impl PerPatientReader {
    pub fn new(tables: &PerPatientTables) -> Self {
        Self {
            inside: Vec::new(),
            tallies: vec![Tally::default(); tables.n_rows],
        }
    }

    /// Follows those who were inside when an earlier period ended.
    pub fn go_on_from(&mut self, earlier: &Self) {
        self.inside.clone_from(&earlier.inside);
    }

    #[inline(always)]
    pub fn arrive(&mut self, tables: &PerPatientTables, patient: &Seen<'_>) {
        if !tables.is_empty() {
            self.begin(tables, patient);
        }
    }

    #[inline(never)]
    fn begin(&mut self, tables: &PerPatientTables, patient: &Seen<'_>) {
        let n = tables.measures.len();
        let first = patient.slot() * n;
        if self.inside.len() < first + n {
            self.inside.resize(first + n, 0);
        }
        for (number, measure) in self.inside[first..].iter_mut().zip(&tables.measures) {
            *number = u16::from(measure.is_for_all);
        }
    }

    #[inline]
    pub fn pass(&mut self, tables: &PerPatientTables, mark: MarkId, patient: &Seen<'_>) {
        let Some(taps) = tables.taps.get(mark.index()) else {
            return;
        };
        for tap in taps {
            let at = patient.slot() * tables.measures.len() + usize::from(tap.measure);
            // The record of a side task may lie beyond those of all patients so far.
            let Some(number) = self.inside.get_mut(at) else {
                return;
            };
            if tap.begins && *number == 0 && !patient.is_task() {
                *number = 1;
            }
            if tap.counts && *number > 0 {
                *number = number.saturating_add(1);
            }
        }
    }

    /// The patient is gone; it is recorded if that is in the measured period, and `by_group` told the account and the number.
    #[inline]
    pub fn leave(
        &mut self,
        tables: &PerPatientTables,
        is_measured: bool,
        patient: &Seen<'_>,
        mut by_group: impl FnMut(u16, u16),
    ) {
        let n = tables.measures.len();
        let first = patient.slot() * n;
        for (number, measure) in self.inside[first..].iter_mut().zip(&tables.measures) {
            let number = std::mem::take(number);
            if is_measured && number > 0 {
                let attributes = patient.attributes();
                if record(&mut self.tallies, measure, attributes, number - 1)
                    && let Some(account) = measure.groups
                {
                    by_group(account, number - 1);
                }
            }
        }
    }

    pub fn absorb(&mut self, other: &Self) {
        for (sum, tally) in self.tallies.iter_mut().zip(&other.tallies) {
            sum.sum += tally.sum;
            for (sum, count) in sum.by_number.iter_mut().zip(&tally.by_number) {
                *sum += count;
            }
        }
    }
}

/// Whether the patient is one of the measure's.
fn record(
    tallies: &mut [Tally],
    measure: &PerPatientMeasure,
    attributes: &[u8; N_ATTRIBUTES],
    number: u16,
) -> bool {
    let admits = |filter: &Filter| filter.admits(attributes[usize::from(filter.attribute)]);
    if !measure.filters.iter().all(admits) {
        return false;
    }
    tallies[measure.first_row].add(number);
    for split in &measure.splits {
        if let Some(row) = split.row(attributes) {
            tallies[measure.first_row + usize::from(row)].add(number);
        }
    }
    true
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            by_number: [0; MOST + 1],
            sum: 0,
        }
    }
}

impl Tally {
    fn add(&mut self, number: u16) {
        self.by_number[usize::from(number).min(MOST)] += 1;
        self.sum += u64::from(number);
    }

    pub fn n_patients(&self) -> u64 {
        self.by_number.iter().sum()
    }

    pub fn mean(&self) -> Option<f64> {
        let n = self.n_patients();
        (n > 0).then(|| self.sum as f64 / n as f64)
    }

    /// The least number that at least this share of patients do not exceed.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = share * self.n_patients() as f64;
        let mut up_to = 0;
        let reached = self.by_number.iter().position(|count| {
            up_to += count;
            up_to > 0 && up_to as f64 >= wanted
        });
        reached.map(|number| number as f64)
    }

    /// Patients with more than `number`, which is below the greatest that is told apart.
    pub fn more_than(&self, number: u16) -> u64 {
        let from = (usize::from(number) + 1).min(MOST + 1);
        self.by_number[from..].iter().sum()
    }
}

/// Whether a number can be told from those above it.
pub fn is_told_apart(number: u16) -> bool {
    usize::from(number) < MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(numbers: &[u16]) -> Tally {
        let mut tally = Tally::default();
        numbers.iter().for_each(|&number| tally.add(number));
        tally
    }

    #[test]
    fn quantiles_are_numbers_that_occur() {
        let tally = tally(&[0, 1, 1, 2, 7]);
        assert_eq!(tally.quantile(0.2), Some(0.0));
        assert_eq!(tally.quantile(0.5), Some(1.0));
        assert_eq!(tally.quantile(0.9), Some(7.0));
        assert_eq!(tally.mean(), Some(2.2));
        assert_eq!(
            (tally.more_than(0), tally.more_than(1), tally.more_than(7)),
            (4, 2, 0)
        );
    }

    #[test]
    fn nobody_has_no_mean_and_very_many_still_count() {
        assert_eq!(tally(&[]).mean(), None);
        assert_eq!(tally(&[]).quantile(0.5), None);
        let many = tally(&[500]);
        assert_eq!((many.sum, many.more_than(62)), (500, 1));
    }
}
