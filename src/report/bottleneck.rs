//! Which pool is the bottleneck: what was found, and its tables.

use crate::experiment::bottleneck::{Bottleneck, Effect, Skipped, Tried, Wanted};
use crate::experiment::results::{Estimate, Results};
use crate::uec::measures::Line;
use crate::uec::model::{Better, MeasureSpec, Model, Statistic};

use super::findings::name;
use super::format::{exact, number, quantity, signed, statistic_key, uncapitalised, unit_of};
use super::offered_load::{capitalised, site_words};
use super::tables::Sheet;

/// A number that is looked at, with what is needed to speak of it.
pub struct Number<'a> {
    pub measure: &'a MeasureSpec,
    pub statistic: Statistic,
    pub unit: String,
    pub better: Better,
}

impl<'a> Number<'a> {
    pub fn of(results: &'a Results, wanted: &Wanted) -> Self {
        let key = &results.keys[wanted.key];
        let measure = &results.model.measures[key.measure];
        Self {
            measure,
            statistic: key.statistic,
            unit: unit_of(measure, key.statistic),
            better: wanted.better,
        }
    }

    pub fn name(&self) -> String {
        name(self.measure, self.statistic)
    }

    /// `better`, `worse`, `higher`, `lower` or `cannot tell`.
    pub fn verdict(&self, difference: &Estimate) -> &'static str {
        if difference.low <= 0.0 && difference.high >= 0.0 {
            return "cannot tell";
        }
        match (self.better, difference.mean > 0.0) {
            (Better::Neither, true) => "higher",
            (Better::Neither, false) => "lower",
            (Better::Higher, true) | (Better::Lower, false) => "better",
            _ => "worse",
        }
    }
}

/// `Beds` and `Exeter`, or a fleet's title and nothing.
pub fn line_parts(model: &Model, line: Line) -> (String, String) {
    match line {
        Line::Pool(pool) => {
            let named = &model.names.pools[pool.index()];
            let site = &model.names.sites[named.site.index()].id;
            (capitalised(&named.id), site_words(model, site))
        }
        Line::Fleet(fleet) => {
            let named = &model.names.fleets[fleet.index()];
            let title = match named.title.is_empty() {
                true => &named.id,
                false => &named.title,
            };
            (title.clone(), String::new())
        }
    }
}

/// `Beds at Exeter`, or a fleet's title.
pub fn line_words(model: &Model, line: Line) -> String {
    match line_parts(model, line) {
        (line, site) if site.is_empty() => line,
        (line, site) => format!("{line} at {site}"),
    }
}

/// What was found, in a sentence without its full stop.
pub fn finding(model: &Model, number_of: &Number<'_>, found: &Bottleneck) -> String {
    let Some(best) = found.tried.first() else {
        return "Nobody waits long enough anywhere for one more unit to be tried".to_owned();
    };
    let what = number_of.name();
    let Some(effect) = best.effects.first().copied().flatten() else {
        return format!("These runs have no number for {what}");
    };
    let difference = effect.difference;
    let clear = matches!(
        number_of.verdict(&difference),
        "better" | "higher" | "lower"
    );
    if !clear {
        let of = match found.tried.len() {
            1 => "the pool tried".to_owned(),
            n => format!("any of the {n} pools tried"),
        };
        return format!(
            "{} replications cannot tell that one more unit of {of} changes {what}",
            difference.n
        );
    }
    let best_words = line_words(model, best.candidate.line);
    let everywhere = match model.areas.is_empty() {
        true => "",
        false => " in every area",
    };
    let told = format!(
        "One more of {best_words}{everywhere} helps most: {what} {} ({} to {})",
        in_words(&effect, &number_of.unit),
        signed(difference.low),
        signed(difference.high)
    );
    match (&found.second_less_first, found.tried.get(1)) {
        (Some(less), Some(second)) if less.low <= 0.0 && less.high >= 0.0 => format!(
            "{told}; {} may help as much",
            uncapitalised(&line_words(model, second.candidate.line))
        ),
        _ => told,
    }
}

/// `from 212 to 201 min`.
fn in_words(effect: &Effect, unit: &str) -> String {
    let before = effect.baseline.mean;
    format!(
        "from {} to {}",
        number(before),
        quantity(before + effect.difference.mean, unit)
    )
}

/// One row per pool tried and number, the best pool first.
pub fn table(numbers: &[Number<'_>], found: &Bottleneck) -> String {
    let mut sheet = Sheet::new(&[
        "rank",
        "line",
        "waiting",
        "measure",
        "statistic",
        "unit",
        "baseline_mean",
        "difference",
        "ci_low",
        "ci_high",
        "confidence",
        "n",
        "verdict",
    ]);
    for (
        position,
        Tried {
            candidate, effects, ..
        },
    ) in found.tried.iter().enumerate()
    {
        for (number, effect) in numbers.iter().zip(effects) {
            let Some(effect) = effect else { continue };
            let difference = effect.difference;
            let bound = |value: f64| match value.is_finite() {
                true => exact(value),
                false => String::new(),
            };
            sheet.push(&[
                (position + 1).to_string(),
                candidate.name.clone(),
                exact(candidate.waiting),
                number.measure.id.clone(),
                statistic_key(number.statistic),
                number.unit.clone(),
                exact(effect.baseline.mean),
                exact(difference.mean),
                bound(difference.low),
                bound(difference.high),
                exact(found.confidence),
                difference.n.to_string(),
                number.verdict(&difference).to_owned(),
            ]);
        }
    }
    sheet.finish()
}

/// Pools and fleets that were not tried.
pub fn skipped_table(skipped: &[Skipped]) -> String {
    let mut sheet = Sheet::new(&["line", "why"]);
    for one in skipped {
        sheet.push(&[one.name.clone(), one.why.clone()]);
    }
    sheet.finish()
}
