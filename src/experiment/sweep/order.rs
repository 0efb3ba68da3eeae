//! Units in their order, from replications that come in any order.
//!
//! Holds what came in of units that are not whole yet, or that stand behind such: as many as the work runs ahead.

use std::collections::{BTreeMap, BTreeSet};

use super::{Given, Record, Whole};

pub struct Order {
    /// Replications of each scenario; units go round them.
    replications: Vec<u32>,
    /// The lowest unit that was not handed on.
    next: u64,
    waiting: BTreeMap<u64, Waiting>,
}

struct Waiting {
    given: Vec<Option<Given>>,
    n_missing: usize,
    refused: Option<String>,
}

impl Order {
    pub fn new(replications: Vec<u32>) -> Self {
        Self {
            replications,
            next: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// The lowest unit that is not whole.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Whether this came in before.
    pub fn has(&self, unit: u64, replication: u32) -> bool {
        let waiting = self.waiting.get(&unit);
        unit < self.next
            || waiting.is_some_and(|waiting| {
                waiting.refused.is_some() || waiting.given[replication as usize - 1].is_some()
            })
    }

    /// Unit and replication of what came in and was not handed on; all of a unit that was refused.
    pub fn came_in(&self) -> BTreeSet<(u64, u32)> {
        let units = self.waiting.iter();
        units
            .flat_map(|(unit, waiting)| {
                let n = waiting.given.len() as u32;
                let each = (1..=n).map(|replication| (*unit, replication));
                each.filter(|(unit, replication)| self.has(*unit, *replication))
            })
            .collect()
    }

    /// Keeps what came in; the first time counts.
    pub fn take(&mut self, record: Record) {
        let unit = match &record {
            Record::Replication { unit, .. } | Record::Refused { unit, .. } => *unit,
        };
        if unit < self.next {
            return;
        }
        let scenario = (unit % self.replications.len() as u64) as usize;
        let n = self.replications[scenario] as usize;
        let waiting = self.waiting.entry(unit).or_insert_with(|| Waiting {
            given: vec![None; n],
            n_missing: n,
            refused: None,
        });
        match record {
            Record::Refused { faults, .. } => waiting.refused = Some(faults),
            Record::Replication {
                replication, given, ..
            } => {
                let slot = waiting
                    .given
                    .get_mut((replication as usize).wrapping_sub(1));
                if let Some(slot) = slot.filter(|slot| slot.is_none()) {
                    *slot = Some(given);
                    waiting.n_missing -= 1;
                }
            }
        }
    }

    /// The next unit, if all of it has come in.
    pub fn pop(&mut self) -> Option<(u64, Whole)> {
        let waiting = self.waiting.get(&self.next)?;
        if waiting.n_missing > 0 && waiting.refused.is_none() {
            return None;
        }
        let waiting = self.waiting.remove(&self.next)?;
        let whole = match waiting.refused {
            Some(faults) => Whole::Refused(faults),
            None => Whole::Replications(waiting.given.into_iter().flatten().collect()),
        };
        let unit = self.next;
        self.next += 1;
        Some((unit, whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replication(unit: u64, replication: u32) -> Record {
        let value = Some(unit as f64 * 10.0 + f64::from(replication));
        Record::Replication {
            unit,
            replication,
            given: Given::Values(vec![value]),
        }
    }

    #[test]
    fn units_come_out_in_order_and_whole() {
        let mut order = Order::new(vec![2, 1]);
        order.take(replication(2, 2));
        order.take(replication(1, 1));
        order.take(replication(0, 2));
        assert_eq!(order.pop(), None);
        assert!(order.has(0, 2) && !order.has(0, 1) && order.has(1, 1));
        order.take(replication(0, 1));
        let values = |values: &[f64]| {
            let each = values.iter();
            Whole::Replications(each.map(|v| Given::Values(vec![Some(*v)])).collect())
        };
        assert_eq!(order.pop(), Some((0, values(&[1.0, 2.0]))));
        assert_eq!(order.pop(), Some((1, values(&[11.0]))));
        assert_eq!((order.pop(), order.next()), (None, 2));
        let faults = "no such path".to_owned();
        order.take(Record::Refused { unit: 2, faults });
        assert_eq!(
            order.pop(),
            Some((2, Whole::Refused("no such path".to_owned())))
        );
        assert!(order.has(2, 1));
    }
}
