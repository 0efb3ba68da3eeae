//! Measures of kind `sum` as written: what is counted, timed or on duty, each with its weight.

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::model::{LevelOf, Weight};

use super::Name;
use super::measures::{FilterForm, filter};
use super::prices::PricesForm;
use super::reading::{Reading, optional_owned_name, owned_name, owned_names, span_of};

/// One item of a sum.
#[derive(Clone, Debug)]
pub struct SumItemForm {
    pub of: SumOfForm,
    pub filter: Vec<FilterForm>,
    /// A mark that the patient must not have passed.
    pub unless: Option<Name>,
    pub weight: Weight,
    /// As written, or that to which the scenario brings all prices.
    pub price_year: Option<Name>,
}

#[derive(Clone, Debug)]
pub enum SumOfForm {
    Mark(Name),
    /// Those who took longer than `over` and at most `up_to`.
    Between {
        from: Name,
        to: Name,
        over: SimSpan,
        up_to: Option<SimSpan>,
    },
    Time {
        from: Name,
        to: Name,
        beyond: SimSpan,
        per: SimSpan,
    },
    /// Odds of an outcome, whose `chance` is the one after `at`.
    Chance {
        from: Name,
        to: Name,
        at: SimSpan,
        chance: f64,
        over: Option<SimSpan>,
        per: SimSpan,
        odds_ratio: Weight,
    },
    Pools {
        pools: Vec<Name>,
        what: LevelOf,
        per: SimSpan,
    },
    Fleet {
        fleet: Name,
        what: LevelOf,
        per: SimSpan,
    },
}

impl SumItemForm {
    /// At the prices of the year asked for; without a year of its own it stays what it is.
    pub fn bring_to(&mut self, prices: &PricesForm, reading: &Reading) {
        let Some(year) = &mut self.price_year else {
            return;
        };
        let Some(factor) = prices.factor(year, reading) else {
            return;
        };
        year.value.clone_from(&prices.year.value);
        let Weight { value, low, high } = &mut self.weight;
        for price in [value, low, high] {
            *price *= factor;
        }
    }
}

/// What of units is added up, as written.
pub const LEVELS_OF_UNITS: [&str; 3] = ["busy", "waiting", "capacity"];

/// Items that stand under `items`.
pub fn items(reader: &TableReader, reading: &Reading) -> Option<Vec<SumItemForm>> {
    let nodes = reader.list("items", "[{ mark = \"clinic.arrived\", each = 40 }]")?;
    if nodes.is_empty() {
        let fault = Diagnostic::error(
            codes::MEASURE,
            reader.span_of("items"),
            "a sum of nothing says nothing",
        );
        reading.faults.report(fault);
    }
    let read = nodes.iter().map(|node| {
        let reader = TableReader::new(node, "the item", reading.faults);
        let of = sum_of(&reader, reading);
        // Units are on duty for nobody in particular.
        let (filter, unless) = match &of {
            Some(SumOfForm::Pools { .. } | SumOfForm::Fleet { .. }) => (Some(Vec::new()), None),
            _ => {
                let unless = optional_owned_name(&reader, "unless");
                (filter(&reader, "where", reading), unless)
            }
        };
        let weight = weight(&reader, "each", ["low", "high"], reading);
        let price_year = optional_owned_name(&reader, "price_year");
        reader.finish();
        Some(SumItemForm {
            of: of?,
            filter: filter?,
            unless,
            weight: weight?,
            price_year,
        })
    });
    let read: Vec<Option<SumItemForm>> = read.collect();
    read.into_iter().collect()
}

/// A number and the ends of its interval, which are the number itself if absent.
fn weight(reader: &TableReader, key: &str, ends: [&str; 2], reading: &Reading) -> Option<Weight> {
    let [low, high] = ends.map(|end| reader.optional_number(end));
    let value = reader.number(key)?;
    let weight = Weight {
        value,
        low: low.unwrap_or(value),
        high: high.unwrap_or(value),
    };
    if !(weight.low <= value && value <= weight.high) {
        let message = format!(
            "`{key}` does not lie between `{}` and `{}`",
            ends[0], ends[1]
        );
        reading
            .faults
            .error(codes::MEASURE, reader.span_of(key), message);
    }
    Some(weight)
}

fn sum_of(reader: &TableReader, reading: &Reading) -> Option<SumOfForm> {
    if reader.has("from") || reader.has("to") {
        return between_marks(reader, reading);
    }
    let fleet = optional_owned_name(reader, "fleet");
    if fleet.is_none() && !reader.has("pools") {
        return Some(SumOfForm::Mark(owned_name(reader, "mark")?));
    }
    let pools = match fleet {
        Some(_) => Vec::new(),
        None => owned_names(reader, "pools"),
    };
    let what = reader.word("what", &LEVELS_OF_UNITS);
    let per = per(reader, reading);
    let what = [LevelOf::Busy, LevelOf::Waiting, LevelOf::Capacity][what?];
    let per = per?;
    Some(match fleet {
        Some(fleet) => SumOfForm::Fleet { fleet, what, per },
        None => SumOfForm::Pools { pools, what, per },
    })
}

/// With `per` the time from one mark to the other, or what it does to the odds of an outcome; without it the patients who take
/// longer or less.
fn between_marks(reader: &TableReader, reading: &Reading) -> Option<SumOfForm> {
    let (from, to) = (owned_name(reader, "from"), owned_name(reader, "to"));
    let span = |key: &str| reader.optional_duration(key).map(span_of);
    if reader.has("odds_ratio") {
        return chance(from, to, reader, reading);
    }
    if reader.has("per") {
        let (per, beyond) = (per(reader, reading), span("beyond"));
        return Some(SumOfForm::Time {
            from: from?,
            to: to?,
            beyond: beyond.unwrap_or_default(),
            per: per?,
        });
    }
    if !reader.has("up_to") {
        reader.required("over", "\"6 h\"")?;
    }
    let (over, up_to) = (span("over").unwrap_or_default(), span("up_to"));
    if up_to.is_some_and(|up_to| over >= up_to) {
        let message = "nobody takes longer than `over` and at most `up_to`";
        reading
            .faults
            .error(codes::MEASURE, reader.span_of("up_to"), message);
    }
    Some(SumOfForm::Between {
        from: from?,
        to: to?,
        over,
        up_to,
    })
}

fn chance(
    from: Option<Name>,
    to: Option<Name>,
    reader: &TableReader,
    reading: &Reading,
) -> Option<SumOfForm> {
    let odds_ratio = weight(
        reader,
        "odds_ratio",
        ["odds_ratio_low", "odds_ratio_high"],
        reading,
    );
    let (per, at) = (per(reader, reading), reader.duration("at").map(span_of));
    let over = reader.optional_duration("over").map(span_of);
    let chance = reader.number("chance")?;
    if !(chance > 0.0 && chance < 1.0) {
        let message = "only a chance between 0 and 1 has odds";
        let fault = Diagnostic::error(codes::MEASURE, reader.span_of("chance"), message);
        reading
            .faults
            .report(fault.try_this("0.1, for one patient in ten"));
    }
    let odds_ratio = odds_ratio?;
    if odds_ratio.low <= 0.0 {
        let message = "an odds ratio is above 0";
        let fault = Diagnostic::error(codes::MEASURE, reader.span_of("odds_ratio"), message);
        reading
            .faults
            .report(fault.try_this("1.1, where every `per` makes the odds a tenth higher"));
    }
    Some(SumOfForm::Chance {
        from: from?,
        to: to?,
        at: at?,
        chance,
        over,
        per: per?,
        odds_ratio,
    })
}

fn per(reader: &TableReader, reading: &Reading) -> Option<SimSpan> {
    let per = span_of(reader.duration("per")?);
    if per == SimSpan::ZERO {
        let message = "`each` cannot be for no time at all";
        reading
            .faults
            .error(codes::MEASURE, reader.span_of("per"), message);
    }
    Some(per)
}
