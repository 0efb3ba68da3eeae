//! Measures of one version among those of all.

use crate::uec::model::{Condition, MeasureKind, MeasureSpec, SumItem, SumOf};

use super::maps::Maps;

impl Maps {
    fn conditions(&self, conditions: &[Condition]) -> Vec<Condition> {
        let renumbered = conditions.iter().map(|condition| Condition {
            attribute: self.attribute(condition.attribute),
            levels: condition.levels.clone(),
        });
        renumbered.collect()
    }

    fn sum_item(&self, item: &SumItem) -> SumItem {
        let mut item = item.clone();
        item.filter = self.conditions(&item.filter);
        item.unless = item.unless.map(|mark| self.mark(mark));
        match &mut item.of {
            SumOf::Mark(mark) => *mark = self.mark(*mark),
            SumOf::Between { from, to, .. }
            | SumOf::Time { from, to, .. }
            | SumOf::Chance { from, to, .. } => {
                (*from, *to) = (self.mark(*from), self.mark(*to));
            }
            SumOf::Pools { pools, .. } => *pools = self.pools(pools),
            SumOf::Fleet { fleet, .. } => *fleet = self.fleets[fleet.index()],
        }
        item
    }

    pub fn measure(&self, measure: &MeasureSpec) -> MeasureSpec {
        let mut measure = measure.clone();
        measure.kind = match &measure.kind {
            MeasureKind::Count { mark } => MeasureKind::Count {
                mark: self.mark(*mark),
            },
            MeasureKind::Duration { from, to } => MeasureKind::Duration {
                from: self.mark(*from),
                to: self.mark(*to),
            },
            MeasureKind::SumBeyond { from, to, beyond } => MeasureKind::SumBeyond {
                from: self.mark(*from),
                to: self.mark(*to),
                beyond: *beyond,
            },
            MeasureKind::PerPatient { marks, among } => MeasureKind::PerPatient {
                marks: marks.iter().map(|mark| self.mark(*mark)).collect(),
                among: among.map(|mark| self.mark(mark)),
            },
            MeasureKind::Share {
                of,
                of_filter,
                among,
                among_filter,
            } => MeasureKind::Share {
                of: self.mark(*of),
                of_filter: self.conditions(of_filter),
                among: self.mark(*among),
                among_filter: self.conditions(among_filter),
            },
            MeasureKind::Level { pools, what } => MeasureKind::Level {
                pools: self.pools(pools),
                what: *what,
            },
            MeasureKind::TriggerLevel { triggers, what } => MeasureKind::TriggerLevel {
                triggers: triggers.iter().map(|id| self.trigger_id(*id)).collect(),
                what: *what,
            },
            MeasureKind::FleetLevel { fleet, what } => MeasureKind::FleetLevel {
                fleet: self.fleets[fleet.index()],
                what: *what,
            },
            MeasureKind::Sum { items } => MeasureKind::Sum {
                items: items.iter().map(|item| self.sum_item(item)).collect(),
            },
        };
        measure.filter = self.conditions(&measure.filter);
        for attribute in &mut measure.by {
            *attribute = self.attribute(*attribute);
        }
        for standard in &mut measure.standards {
            if let Some((attribute, _)) = &mut standard.cohort {
                *attribute = self.attribute(*attribute);
            }
        }
        measure
    }
}

/// Takes a measure over the pools or triggers of another version, too.
pub fn add_followed(known: &mut MeasureKind, other: MeasureKind) {
    match (known, other) {
        (MeasureKind::Level { pools, .. }, MeasureKind::Level { pools: more, .. }) => {
            add_new(pools, more);
        }
        (
            MeasureKind::TriggerLevel { triggers, .. },
            MeasureKind::TriggerLevel { triggers: more, .. },
        ) => add_new(triggers, more),
        (MeasureKind::Sum { items }, MeasureKind::Sum { items: others }) => {
            for (item, other) in items.iter_mut().zip(others) {
                if let (SumOf::Pools { pools, .. }, SumOf::Pools { pools: more, .. }) =
                    (&mut item.of, other.of)
                {
                    add_new(pools, more);
                }
            }
        }
        _ => {}
    }
}

fn add_new<T: PartialEq>(known: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}
