//! Where text comes from: a trait that the caller implements for the disk, the embedded library or a test.
//!
//! Paths use forward slashes on every platform. A path below `scenarios/` that is asked for as such means the shipped
//! tree; a source that knows a `scenarios/` folder beside the user's file lets that folder override it.

use std::collections::BTreeMap;

/// The folder of the shipped library, systems and changes.
pub const SHIPPED: &str = "scenarios";

/// Gives the text of files.
pub trait Source: Sync {
    /// The whole text of a file.
    ///
    /// Errors: `Missing` if there is no such file, `Unreadable` (with the reason) if there is but its text cannot be had.
    fn read(&self, path: &str) -> Result<String, ReadFault>;

    /// Names of the files in a folder, for suggestions; empty if unknown.
    fn names(&self, folder: &str) -> Vec<String> {
        let _ = folder;
        Vec::new()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadFault {
    Missing,
    /// Not text in UTF-8, no permission, …
    Unreadable(String),
}

/// Files in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct MemorySource {
    files: BTreeMap<String, String>,
}

impl MemorySource {
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut memory = Self::default();
        for (path, text) in files {
            memory.insert(path, text);
        }
        memory
    }

    pub fn insert(&mut self, path: &str, text: &str) {
        self.files.insert(normalise(path), text.to_owned());
    }
}

impl Source for MemorySource {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        let text = self.files.get(&normalise(path));
        text.cloned().ok_or(ReadFault::Missing)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let start = match normalise(folder) {
            folder if folder.is_empty() => folder,
            folder => folder + "/",
        };
        let below = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&start));
        let direct = below.filter(|name| !name.contains('/'));
        direct.map(str::to_owned).collect()
    }
}

/// The folder part of a path, without its last slash; empty for a bare file name.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The file name without folder and ending.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A path without `.`, `..` (where there is something to go up from) and double slashes.
pub fn normalise(path: &str) -> String {
    let rooted = path.starts_with(['/', '\\']);
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

/// Where a file named `name` in the file `by` may be, best first: beside `by`, then in the shipped tree.
pub fn candidates(by: &str, name: &str) -> Vec<String> {
    if is_absolute(name) {
        return vec![normalise(name)];
    }
    let beside = normalise(&format!("{}/{name}", folder_or_here(by)));
    let shipped = normalise(&format!("{SHIPPED}/{name}"));
    if beside == shipped {
        return vec![beside];
    }
    vec![beside, shipped]
}

fn folder_or_here(path: &str) -> &str {
    match folder(path) {
        "" if path.starts_with('/') => "/",
        "" => ".",
        folder => folder,
    }
}

fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with(['/', '\\']) || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised() {
        let check = |written: &str, expected: &str| assert_eq!(normalise(written), expected);
        check("a/./b//c.toml", "a/b/c.toml");
        check("a/../b.toml", "b.toml");
        check("../b.toml", "../b.toml");
        check("/a/../../b", "/../b");
        check("systems\\devon.toml", "systems/devon.toml");
    }

    #[test]
    fn files_are_looked_for_beside_the_naming_file_and_then_in_the_shipped_tree() {
        let found = candidates("home/me/mine.toml", "systems/devon.toml");
        assert_eq!(
            found,
            ["home/me/systems/devon.toml", "scenarios/systems/devon.toml"]
        );
        assert_eq!(candidates("scenarios/a.toml", "b.csv"), ["scenarios/b.csv"]);
        assert_eq!(
            candidates("mine.toml", "b.csv"),
            ["b.csv", "scenarios/b.csv"]
        );
        assert_eq!(candidates("mine.toml", "/b.csv"), ["/b.csv"]);
    }

    #[test]
    fn memory_lists_the_files_of_a_folder() {
        let memory = MemorySource::new([("a/b.toml", ""), ("a/c/d.toml", ""), ("e.toml", "")]);
        assert_eq!(memory.names("a"), ["b.toml"]);
        assert_eq!(memory.names(""), ["e.toml"]);
    }
}
