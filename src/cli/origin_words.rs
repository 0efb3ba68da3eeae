//! Where a number comes from, in words.

use crate::uec::model::Origin;

/// `E067`, `assumed: round number`, `calibrated: to match attendances`; empty if nothing is said.
pub fn origin_words(origin: &Origin) -> String {
    match origin {
        Origin::Source(source) => source.clone(),
        Origin::Assumed(why) => format!("assumed: {why}"),
        Origin::Calibrated(to) => format!("calibrated: {to}"),
        Origin::Unsaid => String::new(),
    }
}
