//! Ways to spend a budget on several things: those that leave no room for one more of anything.
//!
//! Simplification: more units are assumed never to make the measure worse, so that a split with room left is never the best.

/// Something that money buys.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Of one unit, in the unit of the budget; above zero.
    pub cost: f64,
    /// Numbers of units that may be chosen, increasing; what the first costs is spent in any case.
    pub units: Vec<f64>,
}

/// Positions of the chosen numbers of units. Shape: `[splits][items]`.
///
/// Errors: how many there are at least if they are more than `most`; none if not even the least of all is affordable.
pub fn splits(items: &[Item], budget: f64, most: usize) -> Result<Vec<Vec<usize>>, usize> {
    let mut found = Vec::new();
    let mut chosen = vec![0; items.len()];
    walk(items, budget, 0, &mut chosen, &mut found, most);
    if found.len() > most {
        return Err(found.len());
    }
    Ok(found)
}

/// What a split costs.
pub fn cost(items: &[Item], chosen: &[usize]) -> f64 {
    let costs = items.iter().zip(chosen);
    costs.map(|(item, &at)| item.cost * item.units[at]).sum()
}

fn walk(
    items: &[Item],
    budget: f64,
    item: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Vec<usize>>,
    most: usize,
) {
    if found.len() > most {
        return;
    }
    if item == items.len() {
        let has_room = (0..items.len()).any(|at| {
            let mut more = chosen.clone();
            more[at] += 1;
            more[at] < items[at].units.len() && is_affordable(items, &more, budget)
        });
        if !has_room && is_affordable(items, chosen, budget) {
            found.push(chosen.clone());
        }
        return;
    }
    for at in 0..items[item].units.len() {
        chosen[item] = at;
        // Those after it are at their least: what is too dear now stays so.
        chosen[item + 1..].fill(0);
        if !is_affordable(items, chosen, budget) {
            break;
        }
        walk(items, budget, item + 1, chosen, found, most);
    }
    chosen[item] = 0;
}

fn is_affordable(items: &[Item], chosen: &[usize], budget: f64) -> bool {
    // Sums of costs such as 0.1 are not exact.
    cost(items, chosen) <= budget * (1.0 + 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(cost: f64, n: u32) -> Item {
        Item {
            cost,
            units: (0..=n).map(f64::from).collect(),
        }
    }

    #[test]
    fn only_splits_without_room_for_one_more_are_kept() {
        let items = [item(2.0, 5), item(3.0, 5)];
        let found = splits(&items, 7.0, 100).expect("they are few");
        // 0 and 2 leave 1; 2 and 1 leave nothing; 3 and 0 leave 1; 1 and 1 would leave 2, room for another of the first.
        assert_eq!(found, [vec![0, 2], vec![2, 1], vec![3, 0]]);
        assert_eq!(cost(&items, &found[1]), 7.0);
    }

    #[test]
    fn a_budget_for_everything_has_one_split() {
        assert_eq!(
            splits(&[item(1.0, 2), item(1.0, 3)], 100.0, 9),
            Ok(vec![vec![2, 3]])
        );
    }

    #[test]
    fn too_many_or_none_is_said() {
        assert!(splits(&[item(1.0, 50), item(1.0, 50), item(1.0, 50)], 50.0, 100).is_err());
        let dear = Item {
            cost: 10.0,
            units: vec![1.0, 2.0],
        };
        assert_eq!(splits(&[dear], 5.0, 9), Ok(Vec::new()));
    }
}
