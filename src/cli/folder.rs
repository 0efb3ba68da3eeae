//! The folder a run is written to: all of it or nothing.
//!
//! Everything is written under a temporary name beside the target and renamed, so that a killed run leaves no half file,
//! and an earlier run is replaced only by a finished one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that every run leaves, by which an earlier run is known.
const MARK_OF_A_RUN: &str = "run.json";

/// Why a folder may not be written.
pub fn refusal(target: &Path) -> Option<String> {
    let shown = target.display();
    if target.is_file() {
        return Some(format!("{shown} is a file, not a folder"));
    }
    let is_empty = match fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => return None,
    };
    let is_earlier_run = target.join(MARK_OF_A_RUN).is_file();
    (!is_empty && !is_earlier_run).then(|| {
        format!("{shown} holds something other than an earlier run, which would be lost: choose another folder")
    })
}

/// A folder under way.
pub struct Draft {
    target: PathBuf,
    temporary: PathBuf,
}

impl Draft {
    /// Begins a folder that will be `target`.
    ///
    /// Errors: the disk refuses.
    pub fn new(target: &Path) -> io::Result<Self> {
        let temporary = beside(target, "unfinished")?;
        if temporary.exists() {
            fs::remove_dir_all(&temporary)?;
        }
        fs::create_dir_all(&temporary)?;
        Ok(Self {
            target: target.to_owned(),
            temporary,
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Puts the folder in its place; an earlier one there is removed after the new one stands.
    pub fn finish(self) -> io::Result<()> {
        replace(&self.temporary, &self.target)
    }
}

/// Puts a finished folder in the place of `target`; an earlier one there is removed after the new one stands.
///
/// Errors: the disk refuses.
pub fn replace(finished: &Path, target: &Path) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(finished, target);
    }
    let old = beside(target, "replaced")?;
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    fs::rename(target, &old)?;
    fs::rename(finished, target)?;
    fs::remove_dir_all(&old)
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Of a finished draft nothing is left under this name; of a failed one this is the last chance to tidy up.
        let _ = fs::remove_dir_all(&self.temporary);
    }
}

/// Writes one file: whole, or not at all.
///
/// Errors: the disk refuses.
pub fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = beside(path, "unfinished")?;
    fs::write(&temporary, content)?;
    fs::rename(&temporary, path)
}

/// `.NAME.SUFFIX` in the folder of `target`, which is made if need be.
fn beside(target: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "the output folder has no name")
    })?;
    let parent = target.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    })?;
    let hidden = format!(
        ".{}.{suffix}-{}",
        name.to_string_lossy(),
        std::process::id()
    );
    Ok(parent.join(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("uecsim-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_finished_draft_replaces_an_earlier_run_and_leaves_nothing_else() {
        let parent = scratch("replace");
        let target = parent.join("run");
        for text in ["one", "two"] {
            assert_eq!(refusal(&target), None);
            let draft = Draft::new(&target).expect("the folder can be made");
            fs::write(draft.path().join(MARK_OF_A_RUN), text).expect("the file can be written");
            draft.finish().expect("the folder can be renamed");
        }
        let kept = fs::read_to_string(target.join(MARK_OF_A_RUN)).expect("the file is there");
        assert_eq!(kept, "two");
        assert_eq!(
            fs::read_dir(&parent).expect("the parent is there").count(),
            1
        );
        fs::remove_dir_all(parent).expect("the scratch folder can be removed");
    }

    #[test]
    fn a_dropped_draft_leaves_the_earlier_run() {
        let parent = scratch("drop");
        let target = parent.join("run");
        fs::create_dir_all(&target).expect("the folder can be made");
        drop(Draft::new(&target).expect("the folder can be made"));
        assert_eq!(
            fs::read_dir(&parent).expect("the parent is there").count(),
            1
        );
        fs::remove_dir_all(parent).expect("the scratch folder can be removed");
    }

    #[test]
    fn a_folder_with_other_things_is_refused() {
        let target = scratch("refuse");
        fs::create_dir_all(&target).expect("the folder can be made");
        assert_eq!(refusal(&target), None);
        fs::write(target.join("thesis.doc"), "years of work").expect("the file can be written");
        assert!(refusal(&target).is_some());
        fs::remove_dir_all(target).expect("the scratch folder can be removed");
    }
}
