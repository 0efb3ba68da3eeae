//! A scenario with a change laid over that stands in no file yet.

use super::loading::find;
use super::options::Common;
use super::sources::DiskOverEmbedded;
use crate::scenario::layers::Changes;
use crate::scenario::source::{ReadFault, Source};
use crate::uec::load::{Loaded, Overrides, Refused, load_with};

/// Under which the text is named; nothing on a disk is called so by accident.
pub const NAME: &str = "uecsim-fitted-values.toml";

struct Overlay<'t> {
    below: &'t dyn Source,
    text: &'t str,
}

impl Source for Overlay<'_> {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        match path.rsplit('/').next() == Some(NAME) {
            true => Ok(self.text.to_owned()),
            false => self.below.read(path),
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        self.below.names(folder)
    }
}

/// Loads a scenario from a source with its own changes and then this one.
///
/// Errors: all its faults.
pub fn load_over(
    path: &str,
    below: &dyn Source,
    change: &str,
    overrides: &Overrides,
) -> Result<Loaded, Box<Refused>> {
    let overlay = Overlay {
        below,
        text: change,
    };
    let changes = Changes::Also(vec![NAME.to_owned()]);
    load_with(path, &overlay, &changes, overrides)
}

/// As [`load_over`], from the disk and the shipped tree.
///
/// Errors: all its faults, printed.
pub fn load_with_change(path: &str, change: &str, common: &Common) -> Result<Loaded, String> {
    let path = find(path);
    let source = DiskOverEmbedded::for_file(&path);
    let loaded = load_over(&path, &source, change, &super::loading::overrides(common));
    loaded.map_err(|refused| refused.render().trim_end().to_owned())
}
