//! Numbers that were fitted to something else and would enter a forecast as they stand.
//!
//! A number marked calibrated may have been fitted to the very months that are forecast. So each must be moved by the fit, replaced by the
//! scenario with one that says where it is from, or be kept by name with the reason why it gives nothing away. Nothing is taken on trust.

use crate::scenario::csv_columns::Columns;
use crate::scenario::workspace::Workspace;
use crate::uec::model::{InputValue, Origin};

/// Of a calibrated number that nobody answers for.
pub const ENTERED: &str = "E105";

const COLUMNS: [&str; 2] = ["path", "reason"];

/// Calibrated numbers that stay as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// A path, or the beginning of one; `*` stands for any one key.
    pub path: String,
    pub reason: String,
    /// How many numbers that are.
    pub n_numbers: usize,
}

/// Numbers marked calibrated that the fit does not move, in the order of `inputs`.
///
/// A distribution that is scaled or shifted is moved although its own numbers stand as before.
pub fn calibrated_elsewhere(inputs: &[InputValue]) -> Vec<&InputValue> {
    let is_of_the_fit = |input: &InputValue| matches!(&input.origin, Origin::Calibrated(said) if said.starts_with("Fitted: "));
    let moved: Vec<&str> = inputs
        .iter()
        .filter(|input| is_of_the_fit(input))
        .map(|input| match input.path.rsplit_once('.') {
            Some((table, "scale" | "shift" | "minimum" | "maximum")) => table,
            _ => input.path.as_str(),
        })
        .collect();
    let elsewhere = inputs.iter().filter(|input| {
        matches!(input.origin, Origin::Calibrated(_))
            && !is_of_the_fit(input)
            && !moved.iter().any(|table| begins(table, &input.path))
    });
    elsewhere.collect()
}

/// Those of them that no row of `kept` names.
pub fn unanswered<'i>(elsewhere: &[&'i InputValue], kept: &[Kept]) -> Vec<&'i InputValue> {
    let is_kept = |input: &InputValue| kept.iter().any(|kept| begins(&kept.path, &input.path));
    let found = elsewhere.iter().filter(|input| !is_kept(input));
    found.copied().collect()
}

/// The first two keys of a path, under which numbers are told of together.
pub fn table_of(path: &str) -> String {
    let keys: Vec<&str> = path.split('.').take(2).collect();
    keys.join(".")
}

/// Reads which calibrated numbers are kept, and why.
///
/// Errors (reported): `S102`, `S121` to `S125`; a row that names none of `elsewhere`. None is given if any row is wrong.
pub fn kept(workspace: &Workspace<'_>, path: &str, elsewhere: &[&InputValue]) -> Option<Vec<Kept>> {
    let columns = Columns::open(workspace, path, &COLUMNS)?;
    let mut all = Vec::new();
    for row in 0..columns.table.n_rows() {
        let (Some(path), Some(reason)) = (columns.name(row, 0), columns.name(row, 1)) else {
            continue;
        };
        let named = elsewhere.iter().filter(|input| begins(&path, &input.path));
        let n_numbers = named.count();
        if n_numbers == 0 {
            let message = format!(
                "no calibrated number that the fit leaves alone is called \"{path}\" or begins so"
            );
            columns.refuse(row, 0, &message, "leave the row out");
            continue;
        }
        all.push(Kept {
            path,
            reason,
            n_numbers,
        });
    }
    (all.len() == columns.table.n_rows()).then_some(all)
}

/// Whether the keys of `path` begin with those of `pattern`.
fn begins(pattern: &str, path: &str) -> bool {
    let mut keys = path.split('.');
    pattern.split('.').all(|wanted| {
        keys.next()
            .is_some_and(|key| wanted == "*" || wanted == key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, said: &str) -> InputValue {
        InputValue {
            path: path.to_owned(),
            value: "1".to_owned(),
            origin: Origin::Calibrated(said.to_owned()),
            file: "a.toml".to_owned(),
            line: 1,
        }
    }

    #[test]
    fn what_the_fit_moves_is_answered_for_and_the_rest_is_not() {
        let inputs = [
            input("durations.stay.rows.1.is.lognormal.mean", "beds"),
            input("durations.stay.rows.1.is.scale", "Fitted: stay (x)"),
            input("durations.stay.rows.2.is.lognormal.mean", "beds"),
            input("sites.a.pools.doctors", "Fitted: doctors (x)"),
            input("sites.b.pools.doctors", "waits"),
        ];
        let elsewhere = calibrated_elsewhere(&inputs);
        let paths: Vec<&str> = elsewhere.iter().map(|input| input.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "durations.stay.rows.2.is.lognormal.mean",
                "sites.b.pools.doctors"
            ]
        );
        let kept = |path: &str| Kept {
            path: path.to_owned(),
            reason: "a test".to_owned(),
            n_numbers: 1,
        };
        assert_eq!(unanswered(&elsewhere, &[kept("sites.*.pools")]).len(), 1);
        assert_eq!(unanswered(&elsewhere, &[kept("sites.b.pool")]).len(), 2);
        assert!(unanswered(&elsewhere, &[kept("sites"), kept("durations.stay.rows.2")]).is_empty());
    }
}
