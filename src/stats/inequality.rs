//! How much a value differs from one end of society to the other: a line through groups in order of rank.
//!
//! Groups stand in order, the worst off first; each lies at the middle of the share of people that it holds, so that groups of
//! different size count as they should. Source: Pamuk (1985), Population Studies 39:17; Regidor (2004), Journal of Epidemiology
//! and Community Health 58:900.

/// What the line says at its two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// Among the worst off of all.
    pub worst_off: f64,
    /// Among the best off of all.
    pub best_off: f64,
}

impl Ends {
    /// Slope index of inequality: how much higher the value is among the worst off. Units: those of the values.
    pub fn slope_index(self) -> f64 {
        self.worst_off - self.best_off
    }

    /// Relative index of inequality: how many times as high; None where the line does not stay above zero.
    pub fn ratio(self) -> Option<f64> {
        (self.worst_off > 0.0 && self.best_off > 0.0).then(|| self.worst_off / self.best_off)
    }
}

/// The least-squares line through `values` of groups with `people` in them, worst off first, weighted by people.
///
/// None of fewer than two groups with people.
pub fn ends(values: &[f64], people: &[f64]) -> Option<Ends> {
    assert_eq!(
        values.len(),
        people.len(),
        "every group has a value and people"
    );
    let total: f64 = people.iter().sum();
    if people.iter().filter(|people| **people > 0.0).count() < 2 {
        return None;
    }
    let mut below = 0.0;
    let groups: Vec<(f64, f64, f64)> = values
        .iter()
        .zip(people)
        .map(|(value, people)| {
            let share = people / total;
            let rank = below + share / 2.0;
            below += share;
            (share, rank, *value)
        })
        .collect();
    let mean = |of: fn(&(f64, f64, f64)) -> f64| -> f64 {
        groups.iter().map(|group| group.0 * of(group)).sum()
    };
    let (rank, value) = (mean(|group| group.1), mean(|group| group.2));
    let spread: f64 = groups
        .iter()
        .map(|(share, x, _)| share * (x - rank) * (x - rank))
        .sum();
    let together: f64 = groups
        .iter()
        .map(|(share, x, y)| share * (x - rank) * (y - value))
        .sum();
    let slope = together / spread;
    Some(Ends {
        worst_off: value - slope * rank,
        best_off: value + slope * (1.0 - rank),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_found_whatever_the_sizes_of_the_groups() {
        // Value 10 - 4 * rank, seen at the middle of each group.
        let people = [10.0, 30.0, 20.0, 40.0];
        let ranks = [0.05, 0.25, 0.5, 0.8];
        let values = ranks.map(|rank| 10.0 - 4.0 * rank);
        let found = ends(&values, &people).expect("four groups");
        assert!((found.worst_off - 10.0).abs() < 1e-12, "{found:?}");
        assert!((found.best_off - 6.0).abs() < 1e-12, "{found:?}");
        assert!((found.slope_index() - 4.0).abs() < 1e-12);
        assert!((found.ratio().expect("above zero") - 10.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn equal_values_have_no_slope_and_one_group_has_no_line() {
        let found = ends(&[3.0, 3.0, 3.0], &[1.0, 5.0, 2.0]).expect("three groups");
        assert!(found.slope_index().abs() < 1e-12);
        assert_eq!(ends(&[3.0], &[1.0]), None);
        assert_eq!(ends(&[3.0, 4.0], &[1.0, 0.0]), None);
    }
}
