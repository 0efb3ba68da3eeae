//! Items of sums: what each adds, and from which mark to which.

use crate::engine::program::MarkId;
use crate::uec::forms::Name;
use crate::uec::forms::measures::MeasureKindForm;
use crate::uec::forms::sums::{SumItemForm, SumOfForm};
use crate::uec::model::{SumItem, SumOf};

use super::Compiler;
use super::index::report_unknown;

impl<'a> Compiler<'a> {
    /// The items of another sum, under its conditions.
    pub(super) fn items_of(&self, name: &'a Name) -> Option<Vec<Option<SumItem>>> {
        let sums = self.forms.measures.iter().filter_map(|form| {
            let MeasureKindForm::Sum { items, of } = &form.kind else {
                return None;
            };
            // Sums of sums of sums are not followed.
            of.is_empty().then_some((form, items))
        });
        let sums: Vec<_> = sums.collect();
        let found = sums.iter().find(|(form, _)| form.name.value == name.value);
        let Some((form, items)) = found else {
            let known = sums.iter().map(|(form, _)| &form.name.value);
            report_unknown("measure of items to add up", name, known, self.faults);
            return None;
        };
        let items = items.iter().map(|item| {
            let mut item = self.sum_item(item)?;
            item.filter.extend(self.filter(&form.filter)?);
            Some(item)
        });
        Some(items.collect())
    }

    pub(super) fn sum_item(&self, form: &'a SumItemForm) -> Option<SumItem> {
        let pair = |a: &'a Name, b: &'a Name| -> Option<(MarkId, MarkId)> {
            let (a, b) = (self.mark_of(a), self.mark_of(b));
            a.zip(b)
        };
        let filter = self.filter(&form.filter);
        let unless = match &form.unless {
            Some(mark) => Some(self.mark_of(mark)?),
            None => None,
        };
        let of = match &form.of {
            SumOfForm::Mark(mark) => SumOf::Mark(self.mark_of(mark)?),
            SumOfForm::Between {
                from,
                to,
                over,
                up_to,
            } => {
                let (from, to) = pair(from, to)?;
                SumOf::Between {
                    from,
                    to,
                    over: *over,
                    up_to: *up_to,
                }
            }
            SumOfForm::Time {
                from,
                to,
                beyond,
                per,
            } => {
                let (from, to) = pair(from, to)?;
                SumOf::Time {
                    from,
                    to,
                    beyond: *beyond,
                    per: *per,
                }
            }
            SumOfForm::Chance {
                from,
                to,
                at,
                chance,
                over,
                per,
                odds_ratio,
            } => {
                let (from, to) = pair(from, to)?;
                SumOf::Chance {
                    from,
                    to,
                    at: *at,
                    chance: *chance,
                    over: *over,
                    per: *per,
                    odds_ratio: *odds_ratio,
                }
            }
            SumOfForm::Pools { pools, what, per } => SumOf::Pools {
                pools: self.pools_named(pools)?,
                what: *what,
                per: *per,
            },
            SumOfForm::Fleet { fleet, what, per } => SumOf::Fleet {
                fleet: self.fleet(fleet)?,
                what: *what,
                per: *per,
            },
        };
        Some(SumItem {
            of,
            filter: filter?,
            unless,
            weight: form.weight,
            price_year: form
                .price_year
                .as_ref()
                .map_or_else(String::new, |year| year.value.clone()),
        })
    }
}
