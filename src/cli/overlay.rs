//! A scenario with a change laid over that stands in no file yet.

use super::loading::find;
use super::options::Common;
use super::sources::DiskOverEmbedded;
use crate::scenario::layers::Changes;
use crate::scenario::source::{ReadFault, Source};
use crate::uec::load::{Loaded, load_with};

/// Under which the text is named; nothing on a disk is called so by accident.
const NAME: &str = "uecsim-fitted-values.toml";

struct Overlay<'t> {
    below: DiskOverEmbedded,
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

/// Loads a scenario with its own changes and then this one.
///
/// Errors: all its faults, printed.
pub fn load_with_change(path: &str, change: &str, common: &Common) -> Result<Loaded, String> {
    let path = find(path);
    let source = Overlay {
        below: DiskOverEmbedded::for_file(&path),
        text: change,
    };
    let changes = Changes::Also(vec![NAME.to_owned()]);
    let loaded = load_with(&path, &source, &changes, &super::loading::overrides(common));
    loaded.map_err(|refused| refused.render().trim_end().to_owned())
}
