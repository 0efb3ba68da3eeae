//! Where scenario files come from: the disk, and the shipped `scenarios/` tree that the binary carries.
//!
//! A path below `scenarios/` is looked for in a `scenarios` folder beside the user's file, then in one in the current
//! folder, then in the binary. Any other path is on the disk.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::scenario::source::{ReadFault, SHIPPED, Source, normalise};

static EMBEDDED: Dir<'_> = include_dir!("$OUT_DIR/scenarios");

/// The disk, with the shipped tree below it.
pub struct DiskOverEmbedded {
    /// The folder of the user's file.
    beside: PathBuf,
}

impl DiskOverEmbedded {
    /// For the scenario file `path`.
    pub fn for_file(path: &str) -> Self {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        Self {
            beside: folder.to_owned(),
        }
    }

    /// The places on the disk where `path` may be, best first.
    fn places(&self, path: &str) -> Vec<PathBuf> {
        let mut places = Vec::new();
        if within_shipped(path).is_some() {
            places.push(self.beside.join(path));
        }
        places.push(PathBuf::from(path));
        places
    }
}

impl Source for DiskOverEmbedded {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        let path = normalise(path);
        for place in self.places(&path) {
            match fs::read_to_string(&place) {
                Ok(text) => return Ok(text),
                Err(fault) if is_absence(fault.kind()) => {}
                Err(fault) => return Err(ReadFault::Unreadable(fault.to_string())),
            }
        }
        let shipped = within_shipped(&path).and_then(|inner| EMBEDDED.get_file(inner));
        let text = shipped.and_then(|file| file.contents_utf8());
        text.map(str::to_owned).ok_or(ReadFault::Missing)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let folder = normalise(folder);
        let mut names = BTreeSet::new();
        for place in self.places(&folder) {
            let place = if place.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                place
            };
            let Ok(entries) = fs::read_dir(place) else {
                continue;
            };
            let files = entries.flatten().filter(|entry| entry.path().is_file());
            names.extend(files.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        }
        if let Some(inner) = within_shipped(&folder) {
            names.extend(shipped_names(inner));
        }
        names.into_iter().collect()
    }
}

/// Names of the shipped files in a folder of the shipped tree.
fn shipped_names(inner: &str) -> Vec<String> {
    let folder = if inner.is_empty() {
        Some(&EMBEDDED)
    } else {
        EMBEDDED.get_dir(inner)
    };
    let files = folder.map(Dir::files).into_iter().flatten();
    let names = files.filter_map(|file| file.path().file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// The text of a path below `scenarios/` as the program carries it, whatever lies on the disk.
pub fn embedded_text(path: &str) -> Option<&'static str> {
    EMBEDDED.get_file(within_shipped(path)?)?.contents_utf8()
}

/// Names of the folders in a folder of the shipped tree, on the disk and in the binary, in order.
pub fn shipped_folders(folder: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    if let Ok(entries) = fs::read_dir(Path::new(SHIPPED).join(folder)) {
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        names.extend(folders.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    }
    let folders = EMBEDDED
        .get_dir(folder)
        .map(Dir::dirs)
        .into_iter()
        .flatten();
    let embedded = folders.filter_map(|folder| folder.path().file_name());
    names.extend(embedded.map(|name| name.to_string_lossy().into_owned()));
    names.into_iter().collect()
}

/// The rest of a path below `scenarios/`.
fn within_shipped(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(SHIPPED)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

/// A folder in place of a file, or a file in place of a folder on the way, is as good as nothing there.
fn is_absence(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
    )
}
