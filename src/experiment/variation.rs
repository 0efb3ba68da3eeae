//! How far sites differ: the lowest and the highest site of each measure, and how a change moves the distance between them.
//!
//! Which sites these are is decided by their means over replications; the spread is their difference in each replication, so
//! that its interval is one of a difference between two named sites. With many sites of little activity the spread is partly
//! chance, as in any league table.

use super::results::{Estimate, Results};
use super::summarise::estimate;
use crate::uec::model::Statistic;

/// One statistic of a measure between sites.
#[derive(Clone, Debug)]
pub struct Variation {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub statistic: Statistic,
    /// Sites with a value in every replication.
    pub n_sites: usize,
    /// Id and mean.
    pub lowest: (String, f64),
    pub highest: (String, f64),
    /// By replication of the results: the highest site's value less the lowest's.
    pub spreads: Vec<f64>,
}

impl Variation {
    pub fn spread(&self) -> Option<Estimate> {
        estimate(&self.spreads)
    }
}

/// Every statistic that is kept by site and has values at two sites at least. Totals and counts say how large a site is, not
/// how it fares: they are left out.
pub fn variations(results: &Results) -> Vec<Variation> {
    let mut variations = Vec::new();
    let mut sites: Vec<(&str, Vec<f64>)> = Vec::new();
    let mut of: Option<(usize, Statistic)> = None;
    for (position, key) in results.keys.iter().enumerate() {
        let here = (key.measure, key.statistic);
        if of != Some(here) {
            variations.extend(of.and_then(|of| variation(of, &sites)));
            sites.clear();
            of = Some(here);
        }
        let is_size = matches!(
            key.statistic,
            Statistic::Total | Statistic::Count | Statistic::PerDay
        );
        if key.site == "all" || is_size {
            continue;
        }
        let values = results.values.iter().map(|run| run[position]);
        if let Some(values) = values.collect::<Option<Vec<f64>>>() {
            sites.push((&key.site, values));
        }
    }
    variations.extend(of.and_then(|of| variation(of, &sites)));
    variations
}

fn variation(
    (measure, statistic): (usize, Statistic),
    sites: &[(&str, Vec<f64>)],
) -> Option<Variation> {
    let means = sites.iter().map(|(site, values)| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, *site, values)
    });
    // Of equals the first in order of the sites.
    let mut means: Vec<_> = means.collect();
    means.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (lowest, highest) = (means.first()?, means.last()?);
    if means.len() < 2 || lowest.2.is_empty() {
        return None;
    }
    let pairs = highest.2.iter().zip(lowest.2);
    Some(Variation {
        measure,
        statistic,
        n_sites: means.len(),
        lowest: (lowest.1.to_owned(), lowest.0),
        highest: (highest.1.to_owned(), highest.0),
        spreads: pairs.map(|(high, low)| high - low).collect(),
    })
}

/// Spread of the alternative less that of the baseline, over the replications that both have; none without any.
pub fn change(
    (before, baseline): (&Results, &Variation),
    (after, alternative): (&Results, &Variation),
) -> Option<Estimate> {
    let pairs = before.replications.iter().zip(&baseline.spreads);
    let differences = pairs.filter_map(|(replication, from)| {
        let other = after.replications.binary_search(replication).ok()?;
        Some(alternative.spreads[other] - from)
    });
    estimate(&differences.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_between_the_sites_that_are_lowest_and_highest_on_the_whole() {
        let sites = [
            ("north", vec![10.0, 20.0]),
            ("south", vec![12.0, 2.0]),
            ("west", vec![15.0, 14.0]),
        ];
        let found = variation((0, Statistic::Mean), &sites).expect("three sites have values");
        assert_eq!(found.lowest, ("south".to_owned(), 7.0));
        assert_eq!(found.highest, ("north".to_owned(), 15.0));
        assert_eq!((found.n_sites, found.spreads), (3, vec![-2.0, 18.0]));
        assert!(variation((0, Statistic::Mean), &sites[..1]).is_none());
    }
}
