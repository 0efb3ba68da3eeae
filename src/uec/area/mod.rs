//! A first system for the area of any English acute trust, from published tables.
//!
//! What is published is put in with its source; what is not (rosters, rooms, crews) is scaled from the shipped fitted system of
//! Devon and marked `assumed`. It reads tables through a source and gives files; it knows no disk.

mod departments;
mod districts;
pub mod england;
mod facts;
mod places;
mod pools;
mod system;
mod tables;
mod targets;
mod zones;

use super::load::load;
use crate::scenario::source::{ReadFault, SHIPPED, Source};
use crate::scenario::workspace::Workspace;

use facts::Facts;
use tables::Sheets;
use zones::Shipped;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Stem of the files.
    pub name: String,
    /// ODS code of the trust.
    pub trust: String,
    /// First of the twelve months, as `2023-04`.
    pub from: String,
}

/// A drafted area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// Path below the folder of the scenario, and text. The scenario comes first.
    pub files: Vec<(String, String)>,
    /// What was found, for the user, in sentences.
    pub notes: Vec<String>,
}

/// Drafts the area of a trust: scenario, system and tables, published figures to calibrate to, monthly series and free
/// parameters.
///
/// Errors: every fault of the tables, printed with its place; or why there is no area for this code and period.
pub fn draft(wanted: &Wanted, source: &dyn Source) -> Result<Drafted, String> {
    let workspace = Workspace::new(source);
    let sheets = Sheets::read(&workspace);
    if workspace.diagnostics.has_errors() {
        return Err(workspace.render().trim_end().to_owned());
    }
    let sheets = sheets.ok_or("the tables cannot be read")?;
    let facts = facts::gather(wanted, &sheets)?;
    if workspace.diagnostics.has_errors() {
        return Err(workspace.render().trim_end().to_owned());
    }
    let zones = zones::of(&facts.districts);
    let shipped = Shipped::read(source).ok_or("the shipped system of Devon is not there")?;
    let mut pools = pools::Scale::new(&facts, &zones, &shipped);
    let mut files = system::files(wanted, &facts, &zones, &pools, &shipped);
    // How many of the emergency patients need a bed follows from their needs; how long they stay is set to match.
    if let Some(load) = adult_bed_load(&files, source) {
        pools.with_stay(facts.adult_beds_occupied / facts.adult_beds / load);
        files = system::files(wanted, &facts, &zones, &pools, &shipped);
    }
    files.extend(targets::files(wanted, &facts));
    let notes = notes(&facts, &zones, &pools);
    Ok(Drafted { files, notes })
}

/// Estimated load of the beds for adults in a draft, as a share of them; none if it cannot be loaded.
fn adult_bed_load(files: &[(String, String)], source: &dyn Source) -> Option<f64> {
    let draft = Draft { files, source };
    let loaded = load(&files.first()?.0, &draft).ok()?;
    let pools = loaded.model.names.pools.iter().zip(&loaded.loads);
    let pools = pools.filter(|(pool, _)| {
        ["acute_beds", "medical_beds", "surgical_beds"].contains(&pool.id.as_str())
    });
    let (busy, units) = pools.fold((0.0, 0.0), |(busy, units), (_, load)| {
        (busy + load.offered, units + load.capacity)
    });
    (busy > 0.0 && units > 0.0).then(|| busy / units)
}

/// The files of a draft before those of the source.
struct Draft<'d> {
    files: &'d [(String, String)],
    source: &'d dyn Source,
}

impl Source for Draft<'_> {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        let drafted = self.files.iter().find(|(name, _)| name == path);
        match drafted {
            Some((_, text)) => Ok(text.clone()),
            None if path.starts_with(SHIPPED) => self.source.read(path),
            None => Err(ReadFault::Missing),
        }
    }
}

fn notes(facts: &Facts, zones: &zones::Zones, pools: &pools::Scale) -> Vec<String> {
    let mut notes = vec![format!(
        "{} ({}): {:.0} residents in {} zones of {} districts; catchment population by OHID {}",
        facts.name,
        facts.code,
        zones.residents(),
        zones.list.len(),
        zones.n_districts,
        match facts.ohid_catchment {
            Some(residents) => format!("{residents:.0}"),
            None => "not published".to_owned(),
        }
    )];
    for site in &facts.sites {
        notes.push(format!(
            "emergency department: {} ({:.0} % of the trust's attendances): {}",
            site.title,
            site.share * 100.0,
            site.why
        ));
    }
    notes.push(format!(
        "NHS 111 contract {}, ambulance service {}; needs are multiplied by {:.2} so that attendances come near those published",
        facts.contract, facts.ambulance_service, pools.needs
    ));
    notes
}
