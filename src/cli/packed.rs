//! The open data that the program carries: compressed CSV files, unpacked when asked for.
//!
//! A folder of the user's with files of the same names goes before them, file by file.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::sources::DiskOverEmbedded;
use crate::scenario::source::{ReadFault, SHIPPED, Source, stem};

static PACKED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// One file of open data: a row of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedFile {
    pub name: String,
    /// What it holds, in words.
    pub what: String,
    /// Without the header.
    pub rows: usize,
    /// Unpacked.
    pub bytes: usize,
    /// Of the unpacked text, in hexadecimal.
    pub sha256: String,
    pub source: String,
    pub licence: String,
    pub attribution: String,
}

/// Every file that the program carries, in the order of the catalogue.
pub fn catalogue() -> Vec<PackedFile> {
    let file = PACKED.get_file("catalogue.csv");
    let text = file.map_or(&[][..], |file| file.contents());
    let mut rows = csv::Reader::from_reader(text);
    // That every row can be read is tested.
    rows.deserialize().filter_map(Result::ok).collect()
}

/// The unpacked text of a file; none of that name is carried.
pub fn text(name: &str) -> Option<String> {
    let file = PACKED.get_file(format!("{name}.csv.gz"))?;
    let mut text = String::new();
    let unpacked = GzDecoder::new(file.contents()).read_to_string(&mut text);
    unpacked.is_ok().then_some(text)
}

/// Data files by name (`acute_sites.csv`), and the shipped scenarios below `scenarios/`.
pub struct DataSource {
    /// The user's own files.
    pub folder: Option<PathBuf>,
}

impl Source for DataSource {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        if path.starts_with(SHIPPED) {
            return DiskOverEmbedded::for_file("").read(path);
        }
        let own = self.folder.as_ref().map(|folder| folder.join(path));
        if let Some(own) = own.filter(|own| Path::exists(own)) {
            let read = fs::read_to_string(own);
            return read.map_err(|fault| ReadFault::Unreadable(fault.to_string()));
        }
        text(stem(path)).ok_or(ReadFault::Missing)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn every_packed_file_is_what_the_catalogue_says() {
        let catalogue = catalogue();
        let archives = PACKED.files().filter(|file| {
            let ending = file.path().extension();
            ending.is_some_and(|ending| ending == "gz")
        });
        assert_eq!(catalogue.len(), archives.count());
        for file in catalogue {
            let text = text(&file.name).expect("it is carried");
            let digest = Sha256::digest(text.as_bytes());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digest, file.sha256, "{}", file.name);
            let rows = csv::Reader::from_reader(text.as_bytes()).into_records();
            assert_eq!(rows.count(), file.rows, "{}", file.name);
            assert!(!file.licence.is_empty() && !file.source.is_empty());
        }
    }

    #[test]
    fn all_of_it_is_small() {
        let sizes = PACKED.files().map(|file| file.contents().len());
        assert!(sizes.sum::<usize>() < 10_000_000);
    }
}
