//! Every measure of patients by group of patients (deprivation, age, zone, …), without their distributions.
//!
//! A group is a level of an attribute; attributes are not crossed. Every group has the cells of all accounts side by side: what is
//! counted of one patient running lies close together. A count has one cell. Times have their sum in milliseconds and then how many
//! lie in each band between the bounds that statistics ask for, so that a patient changes two cells of an attribute, whatever the
//! number of bounds. Measures that count the same share an account.
//!
//! What is booked is read in `group_values`. Pools and fleets serve everybody: their levels have no groups, and of a sum the units on duty are in none.

use super::tables::{Filter, What};
use crate::engine::program::{AttributeId, MarkId, N_ATTRIBUTES};
use crate::engine::time::SimSpan;
use crate::uec::model::{Elsewhere, MeasureSpec, Model, Statistic};

/// Where each measure is counted by group; the same for all replications of a model.
#[derive(Clone, Debug, Default)]
pub struct GroupTables {
    /// By which patients are told apart.
    pub attributes: Vec<GroupAttribute>,
    /// Who lives elsewhere; none if nobody does.
    elsewhere: Option<Box<[Filter]>>,
    pub(super) accounts: Vec<Account>,
    /// As the accounts: what booking needs of each.
    places: Vec<AccountPlace>,
    /// Of the places.
    bounds: Vec<u64>,
    /// Cells of a group.
    pub(super) width: usize,
    /// By measure: its account; of a share those of `of` and `among`, of a sum those of its items.
    pub(super) of_measures: Vec<Vec<Option<u16>>>,
    /// Of the measured period.
    pub(super) days: f64,
}

/// An attribute and which of the groups are its levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupAttribute {
    pub attribute: AttributeId,
    pub first_group: usize,
    /// With the last one, if there is one.
    pub n_levels: usize,
    /// Whether the last level is of patients who live elsewhere ([`Elsewhere`]), not one of the attribute's.
    ///
    /// [`Elsewhere`]: crate::uec::model::Elsewhere
    pub has_elsewhere: bool,
}

impl GroupAttribute {
    fn group(&self, attributes: &[u8; N_ATTRIBUTES], is_elsewhere: bool) -> usize {
        self.first_group
            + match self.has_elsewhere && is_elsewhere {
                true => self.n_levels - 1,
                false => usize::from(attributes[usize::from(self.attribute.0)]),
            }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Account {
    /// Of the group's.
    pub first_cell: usize,
    /// Of times: bounds in milliseconds, increasing; none of counts.
    pub bounds: Option<Vec<u64>>,
    /// None where it is booked for one measure alone.
    of: Option<(MarkId, What, u32)>,
    filters: Box<[Filter]>,
}

/// Where and how to book in an account.
#[derive(Clone, Copy, Debug)]
struct AccountPlace {
    first_cell: u32,
    first_bound: u32,
    n_bounds: u16,
    kind: AccountKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AccountKind {
    Times,
    /// Each counts as one.
    Heads,
    /// What is booked is counted.
    Amounts,
}

/// The groups of the patient at hand: of each attribute one. They are looked up anew only for somebody with other attributes, as
/// most of what is booked is booked several times running for one.
#[derive(Clone, Debug)]
pub(super) struct GroupsAtHand {
    /// `None` before the first patient.
    attributes: Option<[u8; N_ATTRIBUTES]>,
    /// Where the cells of each begin.
    first_cells: Box<[u32]>,
}

impl Account {
    /// Cells of a group.
    pub fn width(&self) -> usize {
        match &self.bounds {
            Some(bounds) => bounds.len() + 2,
            None => 1,
        }
    }
}

/// Building.
impl GroupTables {
    pub(super) fn new(model: &Model, days: f64) -> Self {
        let mut first_group = 0;
        let attributes = model.equity.iter().map(|&attribute| {
            let mut elsewhere = model.elsewhere.iter();
            let has_elsewhere = elsewhere.any(|elsewhere| elsewhere.of.contains(&attribute));
            let named = &model.names.attributes[usize::from(attribute.0)];
            let n_levels = named.levels.len() + usize::from(has_elsewhere);
            first_group += n_levels;
            GroupAttribute {
                attribute,
                first_group: first_group - n_levels,
                n_levels,
                has_elsewhere,
            }
        });
        let filters = |of: &Elsewhere| of.filter.iter().map(Filter::new).collect();
        Self {
            attributes: attributes.collect(),
            elsewhere: model.elsewhere.as_ref().map(filters),
            days,
            ..Self::default()
        }
    }

    pub(super) fn begin_measure(&mut self) {
        self.of_measures.push(Vec::new());
    }

    /// An account of the measure begun last; given is where to book, none if it is booked already or there are no groups. What is
    /// counted at a mark, unless marks of these bits were passed.
    pub(super) fn add(
        &mut self,
        of: (MarkId, What, u32),
        filters: &[Filter],
        bounds: Option<Vec<u64>>,
    ) -> Option<u16> {
        if self.attributes.is_empty() {
            return None;
        }
        let is_same = |account: &Account| account.of == Some(of) && *account.filters == *filters;
        let known = self.accounts.iter().position(is_same);
        let index = known.unwrap_or(self.accounts.len());
        match known {
            Some(known) => {
                if let (Some(all), Some(more)) = (&mut self.accounts[known].bounds, bounds) {
                    all.extend(more);
                    all.sort_unstable();
                    all.dedup();
                }
            }
            None => self.accounts.push(Account {
                first_cell: 0,
                bounds,
                of: Some(of),
                filters: filters.into(),
            }),
        }
        let account = u16::try_from(index).expect("a scenario has few measures");
        self.push_item(Some(account));
        known.is_none().then_some(account)
    }

    /// An account of the measure begun last that no tap books: how often each patient did something, as if that were a time.
    pub(super) fn add_numbers(&mut self, measure: &MeasureSpec) -> Option<u16> {
        if self.attributes.is_empty() {
            return None;
        }
        let told_apart = measure
            .statistics
            .iter()
            .filter_map(|statistic| match statistic {
                Statistic::MoreThan(number) => Some(u64::from(*number)),
                _ => None,
            });
        let mut bounds: Vec<u64> = told_apart.collect();
        bounds.sort_unstable();
        bounds.dedup();
        self.accounts.push(Account {
            first_cell: 0,
            bounds: Some(bounds),
            of: None,
            filters: Box::default(),
        });
        let account = u16::try_from(self.accounts.len() - 1).expect("a scenario has few measures");
        self.push_item(Some(account));
        Some(account)
    }

    /// The next item of the measure begun last has no patients.
    pub(super) fn add_nobody(&mut self) {
        self.push_item(None);
    }

    fn push_item(&mut self, account: Option<u16>) {
        if let Some(accounts) = self.of_measures.last_mut() {
            accounts.push(account);
        }
    }

    /// Lays the accounts out once their bounds are known.
    pub(super) fn finish(&mut self) {
        for account in &mut self.accounts {
            account.first_cell = self.width;
            self.width += account.width();
            let bounds = account.bounds.as_deref();
            let kind = match (bounds, account.of) {
                (Some(_), _) => AccountKind::Times,
                (None, Some((_, What::Chance { .. }, _))) => AccountKind::Amounts,
                (None, _) => AccountKind::Heads,
            };
            self.places.push(AccountPlace {
                first_cell: account.first_cell as u32,
                first_bound: self.bounds.len() as u32,
                n_bounds: bounds.map_or(0, |bounds| bounds.len() as u16),
                kind,
            });
            self.bounds.extend(bounds.unwrap_or_default());
        }
    }

    pub(super) fn n_cells(&self) -> usize {
        self.n_groups() * self.width
    }

    fn n_groups(&self) -> usize {
        let last = self.attributes.last();
        last.map_or(0, |last| last.first_group + last.n_levels)
    }
}

/// Booking.
impl GroupTables {
    /// Of nobody yet.
    pub(super) fn at_hand(&self) -> GroupsAtHand {
        GroupsAtHand {
            attributes: None,
            first_cells: vec![0; self.attributes.len()].into(),
        }
    }

    /// Makes the groups those of a patient.
    #[inline]
    pub(super) fn turn_to(&self, attributes: &[u8; N_ATTRIBUTES], at_hand: &mut GroupsAtHand) {
        if at_hand.attributes != Some(*attributes) {
            self.look_up(attributes, at_hand);
        }
    }

    #[inline(never)]
    fn look_up(&self, attributes: &[u8; N_ATTRIBUTES], at_hand: &mut GroupsAtHand) {
        let admits = |filter: &Filter| filter.admits(attributes[usize::from(filter.attribute)]);
        let filters = self.elsewhere.as_ref();
        let is_elsewhere = filters.is_some_and(|filters| filters.iter().all(admits));
        for (first, one) in at_hand.first_cells.iter_mut().zip(&self.attributes) {
            *first = (one.group(attributes, is_elsewhere) * self.width) as u32;
        }
        at_hand.attributes = Some(*attributes);
    }

    /// Books an amount in each of the groups.
    #[inline]
    pub(super) fn book(&self, cells: &mut [u64], account: u16, of: &GroupsAtHand, amount: SimSpan) {
        let place = &self.places[usize::from(account)];
        let first = place.first_cell as usize;
        let groups = of.first_cells.iter().map(|cell| *cell as usize + first);
        match place.kind {
            AccountKind::Heads => groups.for_each(|cell| cells[cell] += 1),
            AccountKind::Amounts => groups.for_each(|cell| cells[cell] += amount.0),
            AccountKind::Times => {
                let (first, n) = (place.first_bound as usize, usize::from(place.n_bounds));
                let bounds = self.bounds[first..first + n].iter();
                let band = 1 + bounds.filter(|bound| amount.0 > **bound).count();
                for cell in groups {
                    cells[cell] += amount.0;
                    cells[cell + band] += 1;
                }
            }
        }
    }
}
