//! `new`: a scenario file to start from, with comments that teach.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::options::Exit;
use super::{folder, say, schema};
use crate::uec::schema::{TITLE, text};

#[derive(Debug, Args)]
pub struct NewArguments {
    /// Name of the scenario; the file is NAME.toml
    #[arg(value_name = "NAME")]
    name: String,
    /// What to start from
    #[arg(long, value_enum, default_value_t = Like::OneEd)]
    like: Like,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Like {
    /// One emergency department, everything in one file
    OneEd,
    /// The shipped system of Devon with a change laid over
    Devon,
}

const ONE_ED: &str = include_str!("starters/one-ed.toml");
const DEVON: &str = include_str!("starters/devon.toml");

/// Exit code 2 if the name cannot be a file's or the file is there already.
pub fn new(arguments: &NewArguments) -> Result<Exit, Exit> {
    let path = path_of(&arguments.name)?;
    let text = starter(arguments.like, &path);
    write(&path, &text)?;
    let by_editors = match write_schema(&path)? {
        true => format!(
            "{} beside it lets editors complete and check it\n",
            schema::FILE
        ),
        false => String::new(),
    };
    let shown = shown(&path);
    say::show(&format!(
        "written to {shown}\n{by_editors}Now: uecsim check {shown}, then: uecsim run {shown}\n"
    ))
}

/// Writes the schema that the file names beside it; false if something else has its name.
fn write_schema(scenario: &Path) -> Result<bool, Exit> {
    let path = scenario.with_file_name(schema::FILE);
    // That of an earlier version is renewed.
    if path.exists() && !fs::read_to_string(&path).is_ok_and(|text| text.contains(TITLE)) {
        return Ok(false);
    }
    let written = folder::write_file(&path, text().as_bytes());
    written.map_err(|reason| {
        let message = format!("{} cannot be written: {reason}", path.display());
        say::fault(Exit::Machine, &message)
    })?;
    Ok(true)
}

/// `NAME.toml`, where NAME may have a folder before it and may have the ending already.
fn path_of(name: &str) -> Result<PathBuf, Exit> {
    let bare = name.strip_suffix(".toml").unwrap_or(name);
    let stem = Path::new(bare).file_name().and_then(|stem| stem.to_str());
    let is_good = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    match stem {
        Some(stem)
            if stem.starts_with(char::is_alphanumeric)
                && stem.chars().all(is_good)
                && bare.ends_with(stem) =>
        {
            Ok(PathBuf::from(format!("{bare}.toml")))
        }
        _ => {
            let message = format!(
                "\"{name}\" cannot be the name of a scenario: letters, digits, \"-\" and \"_\" can, after a letter or digit\n  try: uecsim new my-scenario"
            );
            Err(say::fault(Exit::Input, &message))
        }
    }
}

fn starter(like: Like, path: &Path) -> String {
    let text = match like {
        Like::OneEd => ONE_ED,
        Like::Devon => DEVON,
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let title = title(&name);
    text.replace("{title}", &title)
        .replace("{name}", &name)
        .replace("{file}", &shown(path))
}

/// `my-first_try` as `My first try`.
fn title(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Never over a file that is there, not even one that came a moment ago.
fn write(path: &Path, text: &str) -> Result<(), Exit> {
    let refused = |reason: std::io::Error| {
        if reason.kind() == ErrorKind::AlreadyExists {
            let message = format!(
                "{} is there already and is left as it is\n  try: another name, or move the file away first",
                path.display()
            );
            return say::fault(Exit::Input, &message);
        }
        let message = format!("{} cannot be written: {reason}", path.display());
        say::fault(Exit::Machine, &message)
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).map_err(|reason| {
            let message = format!("{} cannot be made: {reason}", folder.display());
            say::fault(Exit::Machine, &message)
        })?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(refused)?;
    file.write_all(text.as_bytes()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_title() {
        assert_eq!(title("my-first_try"), "My first try");
        assert_eq!(title("émile"), "Émile");
    }

    #[test]
    fn names_that_are_no_files_are_refused() {
        for name in ["", ".toml", "a b", "-x", "..", "a/", "a\"b", "a/.."] {
            assert_eq!(path_of(name), Err(Exit::Input), "{name:?}");
        }
        for name in ["a", "a.toml", "x/a-1"] {
            assert!(path_of(name).is_ok(), "{name:?}");
        }
    }
}
