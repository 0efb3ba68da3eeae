//! How far sites differ, as a table.

use crate::experiment::results::Results;
use crate::experiment::variation::{change, variations};

use super::format::{exact, statistic_key, unit_of};
use super::tables::{Sheet, estimate_cells};

/// One row for each scenario, measure and statistic; documented in `output/README.md`. None where nothing is kept by site.
pub fn variation(results: &[&Results]) -> Option<String> {
    let mut sheet = Sheet::new(&[
        "scenario",
        "measure",
        "statistic",
        "unit",
        "n_sites",
        "lowest_site",
        "lowest",
        "highest_site",
        "highest",
        "spread",
        "ci_low",
        "ci_high",
        "n",
        "spread_change",
        "change_ci_low",
        "change_ci_high",
    ]);
    let baseline = variations(results[0]);
    let mut is_empty = true;
    for (position, result) in results.iter().enumerate() {
        for found in variations(result) {
            is_empty = false;
            let measure = &result.model.measures[found.measure];
            let mut row = vec![
                result.model.name.clone(),
                measure.id.clone(),
                statistic_key(found.statistic),
                unit_of(measure, found.statistic),
                found.n_sites.to_string(),
                found.lowest.0.clone(),
                exact(found.lowest.1),
                found.highest.0.clone(),
                exact(found.highest.1),
            ];
            row.extend(estimate_cells(found.spread()));
            row.push(found.spreads.len().to_string());
            let before = baseline.iter().find(|before| {
                results[0].model.measures[before.measure].id == measure.id
                    && before.statistic == found.statistic
            });
            let before = before.filter(|_| position > 0);
            let moved = before.and_then(|before| change((results[0], before), (result, &found)));
            row.extend(estimate_cells(moved));
            sheet.push(&row);
        }
    }
    (!is_empty).then(|| sheet.finish())
}
