//! Beds by kind, places of support, same-day spaces and stays of each area, from the work that a draft of it estimates.
//!
//! Trusts differ in what they admit: shares of beds that suit all of them together leave one kind full and another empty in most, and where one
//! kind is full, patients board. So every pool has its part of its area's beds, or of the national places, by the work of its own patients.

use super::super::Draft;
use super::areas::Area;
use super::sizes::{Rules, Size};
use crate::scenario::layers::Changes;
use crate::scenario::source::Source;
use crate::uec::federation::EachArea;
use crate::uec::load::{Overrides, load_each};
use crate::uec::model::AreaModel;

/// Drafts that are looked at: some of a stay is the same however long the rest of it, so that one would miss a little.
pub const ROUNDS: usize = 2;
/// Stays shorter or longer than the library's by this say that something else of a trust is unlike.
const STAYS: (f64, f64) = (0.4, 2.5);
/// In the order of [`Work`].
const POOLS: [&str; 8] = [
    "acute_beds",
    "medical_beds",
    "surgical_beds",
    "childrens_beds",
    "home_support",
    "rehabilitation_beds",
    "care_home_beds",
    "same_day_spaces",
];

/// Units of each of [`POOLS`] that one area's patients would keep busy if nobody waited.
pub type Work = [f64; POOLS.len()];

/// The work of every area of a draft, in their order.
///
/// Errors: what is wrong with the draft, printed.
pub fn work(
    files: &[(String, String)],
    source: &dyn Source,
    each: &impl EachArea,
) -> Result<Vec<Work>, String> {
    let system = files.first().map_or("", |(path, _)| path);
    let text = format!("system = \"{system}\"\n[run]\nlength = \"28 days\"\n");
    let scenario = ("a-draft-of-areas.toml".to_owned(), text);
    let files: Vec<_> = std::iter::once(scenario).chain(files.to_vec()).collect();
    let draft = Draft {
        files: &files,
        source,
    };
    let how = (&Changes::AsWritten, &Overrides::default());
    let loaded = load_each(&files[0].0, &draft, how, each);
    let model = loaded
        .map_err(|refused| refused.render().trim_end().to_owned())?
        .model;
    let of_area = |area: &AreaModel| {
        POOLS.map(|id| {
            let pools = model.names.pools.iter().zip(&area.loads);
            let own = pools.filter(|(pool, _)| pool.id == id);
            own.map(|(_, load)| load.offered).sum()
        })
    };
    Ok(model.areas.iter().map(of_area).collect())
}

/// Sizes by the work of each area; the nation keeps its places of support and same-day spaces, every area its beds.
pub fn settle(sizes: &mut [Size], areas: &[Area], work: &[Work], rules: &Rules) {
    for (size, (area, work)) in sizes.iter_mut().zip(areas.iter().zip(work)) {
        let [acute, medical, surgical, children, ..] = *work;
        let volumes = &area.volumes;
        let published = volumes.adult_beds_occupied / volumes.adult_beds;
        let busy = published.min(rules.get("beds.fullest")) * rules.get("beds.busy");
        let all: f64 = size.beds.iter().sum();
        let per_child = 1.0 / rules.get("beds.childrens");
        let longer = busy * all / (acute + medical + surgical + busy * children * per_child);
        let stay = (size.stay * longer).clamp(STAYS.0, STAYS.1);
        let childrens = (children * per_child * stay / size.stay)
            .round()
            .clamp(1.0, all - 3.0);
        let parts = [
            acute * rules.get("beds.acute"),
            medical,
            surgical * rules.get("beds.surgical"),
        ];
        let of_part = (all - childrens) / parts.iter().sum::<f64>();
        let [acute, medical, surgical] = parts.map(|part| (part * of_part).round().max(1.0));
        size.stay = stay;
        size.beds = [acute, medical, surgical, childrens];
    }
    for pool in 0..3 {
        share_out(sizes, work, 4 + pool, |size| &mut size.support[pool]);
    }
    share_out(sizes, work, 7, |size| &mut size.same_day);
}

/// Parts what all areas have of a pool by the work of each.
fn share_out(sizes: &mut [Size], work: &[Work], pool: usize, part: impl Fn(&mut Size) -> &mut f64) {
    let all: f64 = sizes.iter_mut().map(|size| *part(size)).sum();
    let all_work: f64 = work.iter().map(|work| work[pool]).sum();
    for (size, work) in sizes.iter_mut().zip(work) {
        *part(size) = all * work[pool] / all_work;
    }
}
