//! Variance components of a nested design: groups, and values within each.
//!
//! Source: one-way random effects; Searle, Casella & McCulloch (1992), Variance Components, ch. 3.

use super::summary::{mean, variance};

/// Of groups with equally many values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Components {
    pub mean: f64,
    /// Between groups, without what the values within bring into their means; not below zero.
    pub between: f64,
    /// Within groups.
    pub within: f64,
}

/// None below two groups or two values in each. Shape: `[groups][values]`, all groups equally long.
pub fn components(groups: &[Vec<f64>]) -> Option<Components> {
    let means: Vec<f64> = groups
        .iter()
        .map(|values| mean(values))
        .collect::<Option<_>>()?;
    let within: Vec<f64> = groups
        .iter()
        .map(|values| variance(values))
        .collect::<Option<_>>()?;
    let within = mean(&within)?;
    let n = groups.first()?.len() as f64;
    Some(Components {
        mean: mean(&means)?,
        between: (variance(&means)? - within / n).max(0.0),
        within,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_of_means_that_comes_from_within_is_taken_off() {
        // Means 1, 3, 5 (variance 4); within each a variance of 2, of which the means of two have 1.
        let groups = vec![vec![0.0, 2.0], vec![2.0, 4.0], vec![4.0, 6.0]];
        let found = components(&groups).unwrap();
        assert_eq!((found.mean, found.within, found.between), (3.0, 2.0, 3.0));
        assert_eq!(components(&groups[..1]), None);
        assert_eq!(
            components(&[vec![0.0, 2.0], vec![0.0, 2.0]])
                .unwrap()
                .between,
            0.0
        );
    }
}
