//! England as areas that do not exchange patients: one for each acute trust, and one for what is left of the national figures.
//!
//! Parameters are national; volumes are each area's published ones; sizes are Devon's fitted ones by stated rules.

mod areas;
mod beds;
mod demand;
mod published;
mod sizes;
mod system;
mod tables;

use super::Drafted;
use super::tables::Sheets;
use super::zones::Shipped;
use crate::scenario::source::Source;
use crate::scenario::workspace::Workspace;
use crate::uec::federation::EachArea;

/// Drafts the system of all England for twelve months from this one on: `NAME.toml` and a folder of tables. Its areas are gone through as
/// `each` does.
///
/// Errors: every fault of the tables, printed with its place; or why there is no system for this period.
pub fn draft(
    name: &str,
    from: &str,
    source: &dyn Source,
    each: &impl EachArea,
) -> Result<Drafted, String> {
    let workspace = Workspace::new(source);
    let faults = || workspace.render().trim_end().to_owned();
    let sheets = Sheets::read(&workspace);
    let national = areas::national_sheet(&workspace);
    let (Some(sheets), Some(national)) = (sheets, national) else {
        return Err(faults());
    };
    let found = areas::gather(from, &sheets, &national);
    if workspace.diagnostics.has_errors() {
        return Err(faults());
    }
    let found = found?;
    let rates =
        sizes::Rates::read(source).ok_or("the library's rates of first contacts are not there")?;
    let shipped = Shipped::read(source).ok_or("the shipped system of Devon is not there")?;
    let rules = sizes::Rules::read(source)?;
    let mut sizes = sizes::of(&found, &rates, &rules);
    let mut files = system::files(name, &found, &sizes, &shipped);
    for _ in 0..beds::ROUNDS {
        let work = beds::work(&files, source, each)?;
        beds::settle(&mut sizes, &found.areas, &work, &rules);
        files = system::files(name, &found, &sizes, &shipped);
    }
    Ok(Drafted {
        files,
        notes: found.notes(),
    })
}
